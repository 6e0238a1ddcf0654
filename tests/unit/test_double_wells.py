"""Wells beside a minimum: the quartic expansion against a plain search of the polynomial, and the search in small systems that are known."""

import itertools

import numpy as np
import pandas as pd
import pytest
from aggregated import counts, values
from kept_of import kept_of
from naive import PLANAR, poly, quenched
from vitrine.aggregation.ensemble import Ensemble, Estimate
from vitrine.aggregation.results import Results, Rows, StudySettings
from vitrine.errors import SampleError
from vitrine.interactions import Interactions, minimum_images
from vitrine.linalg import lowest_modes
from vitrine.nonlinear.double_wells import Descents, other_well, search_along, starts
from vitrine.observables import declarations
from vitrine.observables.double_wells import DOUBLE_WELLS
from vitrine.observables.double_wells.aggregate import aggregate_double_wells, bin_edges
from vitrine.observables.double_wells.derive import fit_double_wells
from vitrine.observables.double_wells.measure import find_double_wells
from vitrine.parquet import Key, write_table
from vitrine.points import PARENT_TEMPERATURE, PARTICLES, Point
from vitrine.preparation.minimise import minimise
from vitrine.samples import Sample
from vitrine.schema import names_of

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


# --- of a glass ---------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_modes():
    """A planar glass of 60 particles with what is kept of its nonlinear modes."""
    return kept_of(quenched(poly(dimension=2, size_ratio=1.6, density=0.86), 60, 0.8, 100, seed=4))


def row_of(with_modes, **settings):
    return {name: column.item() for name, column in find_double_wells(*with_modes, **settings).items()}


def test_the_row_of_a_glass_is_the_search_and_the_expansion(with_modes):
    """In a0; the expansion from the table's own b2, b3, b4, whose other well lies at positive s."""
    sample, table, vectors = with_modes
    row, a0 = row_of(with_modes, kind="quartic", increment=0.1, furthest=0.8), sample.spacing
    found = search(sample, vectors["quartic_0"], step=0.1 * a0, furthest=0.8 * a0)
    expected = {"start": found.start / a0, "displacement": found.distance / a0, "energy": found.energy, "returned": found.returned / a0}
    assert row == {**row, **{name: pytest.approx(value, rel=1e-9, nan_ok=True) for name, value in expected.items()}}
    assert (row["found"], row["minimisations"], row["unconverged"]) == (found.sample is not None, found.minimisations, found.unconverged)
    assert row["overlap"] == pytest.approx(found.overlap(vectors["quartic_0"]), nan_ok=True)
    mode = table[(table["kind"] == "quartic") & (table["mode"] == 0)].iloc[0]
    well = other_well(mode["b2"], -mode["b3"], mode["b4"])
    assert not np.isfinite(well.place) or well.place > 0
    assert row["predicted"] == bool(mode["b3"] ** 2 > 8 / 3 * mode["b2"] * mode["b4"])
    assert row["predicted_displacement"] == pytest.approx(float(well.place) / a0, rel=1e-6, nan_ok=True)
    assert row["predicted_energy"] == pytest.approx(float(well.energy), rel=1e-5, nan_ok=True) and row["omega"] == mode["omega"]
    assert (row["minimised_by"], row["minimiser_step"], row["increment"]) == ("lbfgs", 0.1, 0.1)
    assert set(row) == set(names_of(DOUBLE_WELLS.own))


def test_a_glass_without_modes_of_the_kind_says_so(with_modes):
    sample, table, vectors = with_modes
    with pytest.raises(SampleError, match="no cubic mode"):
        find_double_wells(sample, table[table["kind"] != "cubic"], vectors)


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------

COUNT = 24


@pytest.fixture(scope="module")
def rows():
    """Glasses of which a third has another minimum, a quarter an expansion with two wells."""
    rng = np.random.default_rng(8)
    made = []
    for sample in range(COUNT):
        found, predicted = sample % 3 == 0, sample % 4 == 0
        numbers = {"displacement": rng.uniform(0.2, 1.4), "overlap": rng.uniform(0.6, 1), "energy": rng.normal()} if found else {}
        numbers |= {"predicted_displacement": rng.uniform(0.1, 2), "predicted_energy": rng.normal()} if predicted else {}
        made.append(DOUBLE_WELLS.row(sample=sample, omega=1.0, found=found, predicted=predicted, minimised_by="lbfgs", **numbers))
    made[3] |= {"overlap": 1.0}  # the last edge
    return made


@pytest.fixture(scope="module")
def average(rows, tmp_path_factory):
    path, point = tmp_path_factory.mktemp("wells") / "double_wells.parquet", Point.plain(60, 0.5)
    ensemble = Ensemble(point, dimension=2, seed=5, replicates=15)
    write_table(DOUBLE_WELLS, [*rows, DOUBLE_WELLS.row(sample=COUNT, flag="no cubic mode")], path, {}, Key.of(point))
    return ensemble.weights(np.arange(COUNT)), pd.DataFrame(rows), aggregate_double_wells([path], ensemble)


def test_shares_and_means_are_those_of_samples_as_often_as_their_weight_says(average):
    weights, data, (estimates, *_, flags) = average
    for row, weight in enumerate(weights.astype(int)):
        repeated = data.loc[data.index.repeat(weight)]
        found, predicted = repeated[repeated["found"]], repeated[repeated["predicted"]]
        expected = {
            "double_well_share": repeated["found"].mean(),
            "double_well_displacement": found["displacement"].mean(),
            "double_well_overlap": found["overlap"].median(),
            "double_well_aligned": (found["overlap"] > 0.8).mean(),
            "double_well_deeper": (found["energy"] < 0).mean(),
            "double_well_predicted": repeated["predicted"].mean(),
            "double_well_confirmed": predicted["found"].mean(),
        }
        assert {name: values(estimates, name)[row] for name in expected} == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert set(estimates["quantity"]) == set(expected) == {one.name for one in declarations()["double_wells"].quantities}
    assert counts(estimates, "double_well_share") == (COUNT, 1) and counts(estimates, "double_well_overlap") == (8, 1)
    assert counts(estimates, "double_well_confirmed") == (6, 1) and flags["flag"].tolist() == ["no cubic mode"]


def test_distributions_are_plain_histograms_with_errors_over_samples(average):
    weights, data, (_, density, _, _) = average
    for name, numbers in (("overlap", data["overlap"]), ("displacement", data["displacement"]), ("predicted_displacement", None)):
        numbers = data["predicted_displacement"] if numbers is None else numbers
        rows = density[density["quantity"] == name]
        edges = np.append(rows["value_low"], rows["value_high"].iloc[-1])
        present = np.isfinite(numbers)
        np.testing.assert_array_equal(rows["count"], np.histogram(numbers[present], edges)[0])
        assert rows["count"].sum() == present.sum() and rows["count"].iloc[-1] > 0
        assert np.sum(rows["density"] * np.diff(edges)) == pytest.approx(1, rel=1e-12)
        replicates = [np.histogram(numbers[present], edges, weights=weight[present], density=True)[0] for weight in weights[1:]]
        np.testing.assert_allclose(rows["density_error"], np.std(replicates, axis=0, ddof=1), rtol=1e-9)


def test_bins_are_wider_where_values_are_few():
    narrow, rng = np.linspace(0, 1, 21), np.random.default_rng(3)
    widths = [bin_edges(narrow, np.append(rng.random(number - 1), 1.0))[1] for number in (5, 20, 49, 50, 99, 100, 1000)]
    assert widths == pytest.approx([0.5, 0.25, 0.2, 0.1, 0.1, 0.05, 0.05])
    # Only bins that lie below the largest value count.
    assert bin_edges(narrow, [0.04, 0.03, np.nan, 0.02, 0.04, 0.01])[1] == pytest.approx(0.05)
    assert len(bin_edges(narrow, [np.nan])) > 1


def test_pairs_are_the_glasses_whose_expansion_has_two_wells(average):
    _, data, (_, _, pairs, _) = average
    expected = data[data["predicted"]]
    assert list(pairs["sample"]) == list(expected["sample"])
    np.testing.assert_array_equal(pairs["predicted_displacement"], expected["predicted_displacement"])
    np.testing.assert_array_equal(pairs["displacement"], expected["displacement"])


@pytest.mark.parametrize(("against", "place"), [("parent_temperature", 0.45), ("particles", 60)])
def test_the_numbers_beside_the_published_ones_are_those_nearest_to_their_temperature(against, place):
    axes = (PARTICLES, PARENT_TEMPERATURE)
    settings = StudySettings(axes, (60, 0.7), against, 3, 0.58, 0.9, observables=("double_wells",))
    ensembles = {}
    for particles, temperature in ((60, 0.7), (60, 0.45), (60, 0.3), (90, 0.7), (90, 0.4)):
        numbers = {"double_well_share": temperature, "double_well_displacement": 2 * temperature, "double_well_overlap": particles / 100}
        ensembles[particles, temperature] = {name: Estimate(value + np.zeros(3), "1", 9, 0) for name, value in numbers.items()}
    rows = Rows()
    fit_double_wells(rows, Results(settings, ensembles))
    frame = rows.frame().set_index("name")
    temperature = 0.45 if against == "parent_temperature" else 0.7
    assert frame["value"].to_dict() == {
        "double_well_share": temperature,
        "double_well_displacement": 2 * temperature,
        "double_well_overlap": 0.6,
    }
    assert all(str(place) in words for words in frame["window"])
    assert {one.fit for one in declarations()["double_wells"].headlines} == set(frame.index)
