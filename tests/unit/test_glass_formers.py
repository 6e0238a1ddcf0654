"""The mixtures and the crystal: published numbers, written out here once more from 000 (Methods, eqs. 2 and 3) and 003 (sec. II)."""

import numpy as np
import pytest
from naive import jittered, nearest_images, refusal
from vitrine.interactions import Interactions
from vitrine.models import glass_former
from vitrine.preparation.minimise import minimise

IPL = {"dimension": 2, "density": 0.86, "exponent": 10, "cutoff": 1.48}
BINARY = {**IPL, "truncation": "force_shift", "smoothness": 3, "large_fraction": 0.5, "sigma_ab": 1.18, "sigma_bb": 1.4}
KOB_ANDERSEN = {"dimension": 2, "density": 1.2, "small_fraction": 0.35, "cutoff": 2.5, "cutoff_of": "pair"}
SPATIAL = {"dimension": 3, "density": 1.2, "small_fraction": 0.2, "cutoff": 2.5, "cutoff_of": "AA"}
AA, AB, BB = (0, 0), (0, 1), (1, 1)


def inverse_tenth(sigma):
    return lambda r: (sigma / r) ** 10, lambda r: -10 * sigma**10 / r**11, lambda r: 110 * sigma**10 / r**12


def lennard_jones(sigma, epsilon):
    return (
        lambda r: 4 * epsilon * ((sigma / r) ** 12 - (sigma / r) ** 6),
        lambda r: 4 * epsilon * (-12 * sigma**12 / r**13 + 6 * sigma**6 / r**7),
        lambda r: 4 * epsilon * (156 * sigma**12 / r**14 - 42 * sigma**6 / r**8),
    )


# Name, parameters, and for each pair of types the bare potential with its two derivatives and the distance of its cutoff.
INVERSE = {AA: (inverse_tenth(1.0), 1.48), AB: (inverse_tenth(1.18), 1.48 * 1.18), BB: (inverse_tenth(1.4), 1.48 * 1.4)}
ATTRACTIVE = {AA: lennard_jones(1.0, 1.0), AB: lennard_jones(0.8, 1.5), BB: lennard_jones(0.88, 0.5)}
MODELS = {
    "binary_ipl_2d": ("binary_ipl", BINARY, INVERSE),
    "binary_ipl_3d": ("binary_ipl", {**BINARY, "dimension": 3, "density": 0.82}, INVERSE),
    "kob_andersen_2d": ("kob_andersen", KOB_ANDERSEN, {pair: (ATTRACTIVE[pair], 2.5 * sigma) for pair, sigma in ((AA, 1.0), (AB, 0.8), (BB, 0.88))}),
    "kob_andersen_3d": ("kob_andersen", SPATIAL, {pair: (ATTRACTIVE[pair], 2.5) for pair in (AA, AB, BB)}),
    "ipl_crystal": ("ipl_crystal", IPL, {AA: (inverse_tenth(1.0), 1.48)}),
}
SIDES = {"binary_ipl_2d": 8, "binary_ipl_3d": 6, "kob_andersen_2d": 8, "kob_andersen_3d": 6, "ipl_crystal": 7}


def shifted(bare, cutoff, r):
    """phi, phi' and phi'' of the bare potential with potential and force shifted to zero at the cutoff; phi'' is that of the bare one."""
    value, slope, curvature = bare
    inside = r < cutoff
    parts = value(r) - value(cutoff) - (r - cutoff) * slope(cutoff), slope(r) - slope(cutoff), curvature(r)
    return [np.where(inside, part, 0.0) for part in parts]


def of_pair(model, pair, r):
    """phi and its derivatives (5, n) of two types at distances r."""
    types, n = np.array(pair), len(r)
    return model.derivatives(r, np.zeros(n, dtype=int), np.ones(n, dtype=int), np.ones(2), types)


@pytest.fixture(scope="module", params=MODELS)
def case(request):
    name, parameters, pairs = MODELS[request.param]
    return glass_former(name, parameters), pairs


@pytest.fixture(scope="module", params=MODELS)
def sample(request):
    name, parameters, _ = MODELS[request.param]
    return jittered(glass_former(name, parameters), SIDES[request.param], jitter=0.1), MODELS[request.param][2]


def test_every_pair_against_the_published_formula(case):
    model, pairs = case
    assert len(model.scales) == max(b for _, b in pairs) + 1
    r = np.linspace(0.7, 2.8, 400)
    for (a, b), (bare, cutoff) in pairs.items():
        for pair in ((a, b), (b, a)):
            for ours, plain in zip(of_pair(model, pair, r), shifted(bare, cutoff, r), strict=False):
                assert np.allclose(ours, plain, rtol=1e-11, atol=1e-13 * np.abs(plain).max())


def test_ranges_are_the_published_cutoffs(case):
    model, pairs = case
    for (a, b), (_, cutoff) in pairs.items():
        assert model.ranges[a, b] == pytest.approx(cutoff, rel=1e-15) and model.ranges[b, a] == model.ranges[a, b]
    assert model.range == pytest.approx(max(cutoff for _, cutoff in pairs.values()), rel=1e-15)


def test_potential_and_force_vanish_at_every_cutoff_and_the_curvature_does_not(case):
    """On both sides of it: phi ~ phi'' (r - r_c)^2/2 and phi' ~ phi'' (r - r_c) just below, nothing beyond."""
    model, pairs = case
    for pair, ((_, _, curvature), cutoff) in pairs.items():
        away = np.array([1e-3, 1e-4, 1e-5])
        phi, slope, second = of_pair(model, pair, cutoff - away)[:3]
        stiffness = curvature(cutoff)
        assert abs(stiffness) > 1e-3
        assert np.allclose(phi, stiffness * away**2 / 2, rtol=0.02, atol=1e-14)
        assert np.allclose(slope, -stiffness * away, rtol=0.02, atol=1e-14)
        assert np.allclose(second, stiffness, rtol=0.02)
        assert np.all(of_pair(model, pair, cutoff * (1 + np.array([1e-12, 1e-6, 0.1]))) == 0.0)


def test_forces_are_slopes_up_to_the_cutoff(case):
    """By finite differences, across the cutoff too: the potential has no kink."""
    model, pairs = case
    for pair, (_, cutoff) in pairs.items():
        r, step = np.linspace(0.9 * cutoff, 1.1 * cutoff, 101), 1e-5
        low, here, high = (of_pair(model, pair, r + shift) for shift in (-step, 0.0, step))
        assert np.allclose((high[0] - low[0]) / (2 * step), here[1], rtol=1e-6, atol=step * np.abs(here[2]).max())


def test_polynomial_truncation_is_smooth_to_the_order_asked_for():
    """The two-, three- and four-dimensional comparison of 004 Fig. 5b: 1.48 sigma_ab, the potential and three derivatives vanish."""
    for dimension, density in ((2, 0.86), (3, 0.82)):
        model = glass_former("binary_ipl", {**BINARY, "dimension": dimension, "density": density, "truncation": "polynomial"})
        for pair, sigma in ((AA, 1.0), (AB, 1.18), (BB, 1.4)):
            away = np.array([0.01, 0.02])
            derivatives = of_pair(model, pair, sigma * (1.48 - away))
            for order in range(4):
                assert derivatives[order, 1] / derivatives[order, 0] == pytest.approx(2.0 ** (4 - order), rel=0.1)
            near = of_pair(model, pair, np.array([0.6 * sigma]))[0, 0]
            assert near == pytest.approx(0.6**-10 - 56 * 1.48**-10 + 140 * 1.48**-12 * 0.6**2 - 120 * 1.48**-14 * 0.6**4 + 35 * 1.48**-16 * 0.6**6)


def test_smoothness_is_for_the_polynomial_alone():
    assert glass_former("binary_ipl", {**BINARY, "smoothness": 5}).potential == glass_former("binary_ipl", BINARY).potential


@pytest.mark.parametrize(("name", "parameters", "key"), [("binary_ipl", BINARY, "large_fraction"), ("kob_andersen", KOB_ANDERSEN, "small_fraction")])
@pytest.mark.parametrize(
    ("fraction", "particles", "of_b"),
    [(0.5, 8192, 4096), (0.35, 8192, 2867), (0.2, 500, 100), (0.2, 4000, 800), (0.2, 8000, 1600), (0.2, 256, 51), (0.35, 7, 2), (0.0, 9, 0),
     (1.0, 9, 9), (0.5, 7, 4), (0.5, 9, 4)],
)  # fmt: skip
def test_composition_is_the_nearest_whole_number(name, parameters, key, fraction, particles, of_b):
    """The same in every sample, in an order of its own; a half goes to the even number."""
    model = glass_former(name, {**parameters, key: fraction})
    drawn = [model.composition(particles, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    for sizes, types in drawn:
        assert np.array_equal(sizes, np.ones(particles)) and types.dtype == np.int64
        assert np.sum(types == 1) == of_b and np.sum(types == 0) == particles - of_b
    assert np.array_equal(drawn[0][1], drawn[1][1])


def test_types_are_in_random_order():
    """Else the first particles of a lattice would be of one type."""
    _, first = glass_former("kob_andersen", KOB_ANDERSEN).composition(1000, np.random.default_rng(1))
    _, second = glass_former("kob_andersen", KOB_ANDERSEN).composition(1000, np.random.default_rng(2))
    assert not np.array_equal(first, second)
    assert 100 < first[:500].sum() < 250


def test_the_crystal_has_one_type():
    sizes, types = glass_former("ipl_crystal", IPL).composition(8192, np.random.default_rng(1))
    assert np.all(sizes == 1.0) and np.all(types == 0)


def test_no_model_has_sizes_to_exchange_and_species_are_the_types(case):
    model, pairs = case
    assert not model.polydisperse and model.largest_size == 1.0
    assert model.species == len(model.scales) == len({b for _, b in pairs})


@pytest.mark.parametrize(("name", "density", "particles"), [(name, MODELS[name][1]["density"], 500) for name in MODELS])
def test_box_has_the_published_density(name, density, particles):
    model = glass_former(*MODELS[name][:2])
    assert particles / model.box_length(particles) ** model.dimension == pytest.approx(density, rel=1e-13)


def test_description_builds_the_same_glass_former(case):
    model, _ = case
    again = glass_former(**model.describe())
    assert again.describe() == model.describe()
    assert again.potentials == model.potentials and (again.dimension, again.density) == (model.dimension, model.density)
    assert np.array_equal(again.scales, model.scales) and np.array_equal(again.energies, model.energies)


def test_one_cutoff_for_all_pairs_is_that_of_the_large_ones():
    """003 against 000: A-A is the same, the others reach further."""
    each, one = (glass_former("kob_andersen", {**KOB_ANDERSEN, "cutoff_of": rule}) for rule in ("pair", "AA"))
    assert one.potential_of(0, 0) == each.potential_of(0, 0)
    assert [one.potential_of(*pair).cutoff for pair in (AA, AB, BB)] == pytest.approx([2.5, 3.125, 2.5 / 0.88], rel=1e-15)
    assert [each.potential_of(*pair).cutoff for pair in (AA, AB, BB)] == [2.5, 2.5, 2.5]


def test_other_sizes_and_exponents():
    model = glass_former("binary_ipl", {**BINARY, "exponent": 12, "sigma_ab": 1.5, "sigma_bb": 1.1, "cutoff": 1.3})
    bare = (lambda r: (1.5 / r) ** 12, lambda r: -12 * 1.5**12 / r**13, lambda r: 156 * 1.5**12 / r**14)
    r = np.linspace(1.2, 2.1, 50)
    assert np.allclose(of_pair(model, AB, r)[0], shifted(bare, 1.95, r)[0], rtol=1e-11, atol=1e-12)
    assert model.range == pytest.approx(1.95)


def all_pairs(sample, pairs):
    """Energy, forces (N, d) and pressure from plain sums over all pairs, with the published formulas."""
    i, j = np.triu_indices(sample.particles, 1)
    vectors = nearest_images(sample)[i, j]
    r = np.linalg.norm(vectors, axis=1)
    energy, slope = np.zeros(len(r)), np.zeros(len(r))
    low, high = np.minimum(sample.types[i], sample.types[j]), np.maximum(sample.types[i], sample.types[j])
    for pair, (bare, cutoff) in pairs.items():
        of = (low == pair[0]) & (high == pair[1])
        energy[of], slope[of], _ = shifted(bare, cutoff, r[of])
    forces, pull = np.zeros_like(sample.positions), (slope / r)[:, None] * vectors
    np.add.at(forces, i, pull)
    np.add.at(forces, j, -pull)
    return energy.sum(), forces, -np.sum(slope * r) / (sample.dimension * sample.volume)


def test_energy_forces_and_pressure_against_all_pairs(sample):
    sample, pairs = sample
    ours, (energy, forces, pressure) = Interactions.of(sample.checked()), all_pairs(sample, pairs)
    assert {tuple(sorted(pair)) for pair in zip(sample.types[ours.i], sample.types[ours.j], strict=True)} == set(pairs)
    assert ours.energy == pytest.approx(energy, rel=1e-12)
    assert np.allclose(ours.forces, forces, rtol=0, atol=1e-12 * np.abs(ours.pair_forces).max())
    assert ours.pressure == pytest.approx(pressure, rel=1e-12)


def test_minimum(sample):
    """Found to 1e-10 of the pair forces, where the Hessian is the slope of the forces and nothing lies below the translations."""
    sample, pairs = sample
    end = minimise(sample, "cg", tolerance=1e-10)
    assert end.converged and end.residual <= 1e-10
    bonds = Interactions.of(end.sample)
    assert bonds.residual < 2e-10
    assert np.linalg.norm(all_pairs(end.sample, pairs)[1], axis=1).max() < 1e-9 * np.sqrt(np.mean(bonds.pair_forces**2))
    rng, step, tried = np.random.default_rng(3), 3e-7, 0
    for _ in range(8):
        direction = rng.standard_normal(sample.positions.shape)
        low, high = (Interactions.of(end.sample.moved(end.sample.positions + sign * step * direction)) for sign in (-1, 1))
        if len(low.i) != len(bonds.i) or len(high.i) != len(bonds.i):
            continue  # phi'' jumps where a bond opens or closes on the way
        along, tried = (bonds.hessian @ direction.ravel()).reshape(direction.shape), tried + 1
        assert np.allclose((low.forces - high.forces) / (2 * step), along, rtol=0, atol=1e-6 * np.abs(along).max())
    assert tried >= 2
    lowest = np.linalg.eigvalsh(bonds.hessian.toarray())[: sample.dimension + 1]
    assert np.abs(lowest[:-1]).max() < 1e-9 < lowest[-1]


BAD = {
    "other_exponent": ("binary_ipl", {**BINARY, "exponent": 0.5}, ["model.binary_ipl.exponent", "0.5"]),
    "all_of_one_and_more": ("binary_ipl", {**BINARY, "large_fraction": 1.2}, ["model.binary_ipl.large_fraction", "1.2", "0", "1"]),
    "truncation": ("binary_ipl", {**BINARY, "truncation": "smooth"}, ["model.binary_ipl.truncation", "'smooth'", "force_shift", "polynomial"]),
    "negative_sigma": ("binary_ipl", {**BINARY, "sigma_bb": -1.4}, ["model.binary_ipl.sigma_bb", "-1.4"]),
    "five_dimensions": ("binary_ipl", {**BINARY, "dimension": 5}, ["model.binary_ipl.dimension", "5", "from 2 to 4"]),
    "four_dimensions": ("kob_andersen", {**KOB_ANDERSEN, "dimension": 4}, ["model.kob_andersen.dimension", "4", "2", "3"]),
    "cutoff_of_bb": ("kob_andersen", {**KOB_ANDERSEN, "cutoff_of": "BB"}, ["model.kob_andersen.cutoff_of", "'BB'", "pair", "AA"]),
    "no_density": ("kob_andersen", {**KOB_ANDERSEN, "density": 0}, ["model.kob_andersen.density", "0"]),
    "sigma_is_fixed": ("kob_andersen", {**KOB_ANDERSEN, "sigma_ab": 0.9}, ["model.kob_andersen.sigma_ab", "unknown"]),
    "short_cutoff": ("ipl_crystal", {**IPL, "cutoff": 0.5}, ["model.ipl_crystal.cutoff", "0.5"]),
    "no_fraction": ("ipl_crystal", {**IPL, "large_fraction": 0.5}, ["model.ipl_crystal.large_fraction", "unknown"]),
    "missing": ("ipl_crystal", {key: value for key, value in IPL.items() if key != "exponent"}, ["model.ipl_crystal.exponent", "missing"]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "parameters", "said"), BAD.values(), ids=BAD)
def test_bad_parameters_are_one_sentence(name, parameters, said):
    sentence = refusal(name, parameters)
    assert all(word in sentence for word in said), sentence
