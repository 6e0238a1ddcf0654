"""Wells beside a minimum: the quartic expansion against a plain search of the polynomial, and the search in small systems that are known."""

import itertools

import numpy as np
import pytest
from naive import poly
from vitrine.interactions import Interactions, minimum_images
from vitrine.linalg import lowest_modes
from vitrine.nonlinear.double_wells import Descents, other_well, search_along, starts
from vitrine.preparation.minimise import minimise
from vitrine.samples import Sample

# --- the expansion ------------------------------------------------------------------------------------------------------------------------------


def polynomial(s, b2, b3, b4):
    return b2 * s**2 / 2 + b3 * s**3 / 6 + b4 * s**4 / 24


@pytest.mark.parametrize("seed", range(20))
def test_the_other_well_is_what_the_roots_of_the_slope_say(seed):
    rng = np.random.default_rng(seed)
    b2, b4 = rng.uniform(0.1, 3, 2)
    b3 = rng.choice([-1, 1]) * np.sqrt(b2 * b4 * rng.uniform(0.5, 8))
    found = other_well(np.array([b2]), np.array([b3]), np.array([b4]))
    roots = np.roots([b4 / 6, b3 / 2, b2, 0])
    wells = [s.real for s in roots if abs(s.imag) < 1e-12 and abs(s) > 1e-9 and b2 + b3 * s.real + b4 * s.real**2 / 2 > 0]
    if b3**2 <= 8 / 3 * b2 * b4:
        assert np.isnan(found.place[0]) and np.isnan(found.energy[0]) and not wells
    else:
        assert found.place[0] == pytest.approx(wells[0], rel=1e-9) and len(wells) == 1
        assert found.energy[0] == pytest.approx(polynomial(wells[0], b2, b3, b4), abs=1e-9)


def test_the_two_bounds():
    """Identity 10 of quartic wells: two wells at b3^2 > (8/3) b2 b4, equally deep at 3 b2 b4, the other one deeper beyond."""
    share = np.array([8 / 3 - 1e-9, 8 / 3 + 1e-9, 3 - 1e-6, 3, 3 + 1e-6])
    for sign in (1, -1):
        found = other_well(2.0, sign * np.sqrt(share * 2.0 * 5.0), 5.0)
        assert list(np.isfinite(found.place)) == [False, True, True, True, True]
        assert found.energy[2] > 0 > found.energy[4] and found.energy[3] == pytest.approx(0, abs=1e-12)
        assert np.all(np.sign(found.place[1:]) == -sign)


def test_an_expansion_without_an_end_has_no_other_well():
    found = other_well(np.ones(3), np.array([5.0, 5.0, 0.0]), np.array([0.0, -1.0, 1.0]))
    assert np.isnan(found.place).all() and np.isnan(found.energy).all()


# --- the search ---------------------------------------------------------------------------------------------------------------------------------


def vacancy() -> tuple[Sample, int, np.ndarray]:
    """A triangular crystal with one empty site: at a minimum, a neighbour of that site, and the way (N, d) to the minimum where it has filled it.

    Inversion at the middle between the two sites takes one minimum to the other: both have the same energy, whatever the crystal does around them.
    """
    spacing, columns, rows = 1.15, 8, 8
    cells = np.array(list(itertools.product(range(columns), range(rows // 2))), dtype=float)
    sites = np.concatenate([cells, cells + 0.5]) * spacing * [1, np.sqrt(3)]
    box = np.diag([columns, rows // 2 * np.sqrt(3)]) * spacing
    empty = len(cells) // 2 + 1
    centre = sites[empty] - [spacing / 2, 0]
    sites = np.delete(sites, empty, axis=0)
    model = poly(dimension=2, density=0.65, size_ratio=1.0)
    end = minimise(Sample(sites, np.ones(len(sites)), np.zeros(len(sites), dtype=np.int64), box, model), tolerance=1e-11)
    assert end.converged
    neighbour = int(np.argmin(np.linalg.norm(minimum_images(sites - centre, box), axis=1)))
    mirrored = 2 * centre - sites
    partner = [int(np.argmin(np.linalg.norm(minimum_images(mirrored[i] - sites, box), axis=1))) for i in range(len(sites))]
    partner[neighbour] = neighbour
    there = minimum_images(2 * centre - end.sample.positions[partner] - end.sample.positions, box)
    return end.sample, neighbour, there - there.mean(axis=0)


def test_a_particle_that_falls_into_a_vacancy():
    """A double well that is known: two minima of one energy, and the way between them."""
    sample, particle, expected = vacancy()
    pi = np.zeros_like(sample.positions)
    pi[particle] = expected[particle] / np.linalg.norm(expected[particle])
    found = search(sample, pi, furthest=1.2 * sample.spacing)
    assert found.start > 0.3 * sample.spacing and found.minimisations > 10
    np.testing.assert_allclose(found.displacement, expected, atol=1e-7)
    assert found.energy == pytest.approx(0, abs=1e-9) and found.distance == pytest.approx(np.linalg.norm(expected), rel=1e-7)
    assert found.overlap(expected) == pytest.approx(1, rel=1e-9) and 0.5 < found.overlap(pi) < 1


def test_a_stiff_crystal_comes_back():
    """Along a random field, by 0.3 a0: every minimisation ends where it began."""
    sample, *_ = vacancy()
    pi = np.random.default_rng(3).normal(size=sample.positions.shape)
    found = search(sample, pi, furthest=0.3 * sample.spacing)
    assert found.sample is None and found.minimisations == 12 and 0 < found.returned < 1e-6


@pytest.fixture(scope="module")
def glasses():
    """Planar glasses of 100 particles from a hot liquid, each with its softest mode."""
    from naive import PLANAR, quenched

    found = []
    for seed in range(6):
        sample = quenched(poly(**PLANAR), 100, temperature=1.2, seed=seed)
        found.append((sample, lowest_modes(Interactions.of(sample).hessian, 2, 1)[1][:, 0]))
    return found


def search(sample, vector, **changes):
    a0 = sample.spacing
    return search_along(sample, vector, **({"step": 0.05 * a0, "furthest": a0, "least": 1e-3 * a0} | changes))


def test_steps_go_out_on_both_sides():
    np.testing.assert_allclose(list(starts(0.1, 0.3)), [0.1, -0.1, 0.2, -0.2, 0.3, -0.3])
    assert len(list(starts(0.05 * 1.24, 1.24))) == 40 and list(starts(1.0, 0.5)) == []


def test_what_is_found_is_another_minimum(glasses):
    """Of the same particles, at rest, and none of the ends before it was: the same search, written out here."""
    found = [search(sample, vector) for sample, vector in glasses]
    assert 0 < sum(one.sample is not None for one in found) < len(found), "a choice of glasses that shows both"
    for (sample, vector), one in zip(glasses, found, strict=True):
        a0, pi, tries = sample.spacing, vector.reshape(sample.positions.shape), 0
        end, new = None, False
        for number, sign in itertools.product(range(1, 21), (1, -1)):
            end, tries = minimise(sample.moved(sample.positions + sign * number * 0.05 * a0 * pi)), tries + 1
            moved = end.sample.positions - sample.positions
            moved -= moved.mean(axis=0)
            if np.linalg.norm(moved) > 1e-3 * a0:
                new = True
                break
        assert new == (one.sample is not None) and one.minimisations == tries
        assert one.returned < 1e-6 * a0, "far below the threshold"
        if not new:
            assert np.isnan([one.start, one.distance, one.energy, one.overlap(vector)]).all()
            continue
        assert one.distance > 0.05 * a0, "far above it"
        assert one.start == pytest.approx(sign * number * 0.05 * a0, rel=1e-12)
        assert one.distance == pytest.approx(np.linalg.norm(moved), rel=1e-9)
        assert one.overlap(vector) == pytest.approx(abs(np.sum(moved * pi)) / np.linalg.norm(moved), rel=1e-9)
        assert one.energy == pytest.approx(Interactions.of(end.sample).energy - Interactions.of(sample).energy, abs=1e-9)
        assert Interactions.of(one.sample).residual <= 1e-10
        assert np.linalg.eigvalsh(Interactions.of(one.sample).hessian.toarray())[2] > 0


def test_the_length_of_the_mode_does_not_matter(glasses):
    sample, vector = glasses[0]
    one, other = search(sample, vector), search(sample, 7 * vector)
    assert (one.start, one.energy, one.minimisations) == pytest.approx((other.start, other.energy, other.minimisations), rel=1e-9, nan_ok=True)


def test_a_well_that_is_nearer_than_the_least_displacement_is_not_another_one(glasses):
    sample, vector = next((sample, vector) for sample, vector in glasses if search(sample, vector).sample is not None)
    found = search(sample, vector)
    further = search(sample, vector, least=1.01 * found.distance, furthest=abs(found.start) * (1 + 1e-9))
    assert further.sample is None and further.returned >= found.distance * (1 - 1e-9)


def test_what_does_not_end_is_counted(glasses):
    sample, vector = glasses[0]
    found = search(sample, vector, furthest=0.1 * sample.spacing, descents=Descents(most_iterations=1))
    assert found.sample is None and found.unconverged == found.minimisations == 4


@pytest.mark.parametrize("method", ["lbfgs", "cg", "fire"])
def test_every_minimiser_comes_back_from_a_small_step(glasses, method):
    sample, vector = glasses[1]
    step = 0.1 if method != "fire" else 0.05
    found = search(sample, vector, step=0.01, furthest=0.01, descents=Descents(method, step))
    assert found.sample is None and found.unconverged == 0 and found.returned < 1e-6
