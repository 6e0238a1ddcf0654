"""Dilatancy of modes: two ways to d2U/(d eps dx).pi, finite differences, tensors with known ratios, quantiles; the average of an ensemble."""

import numpy as np
import pytest
from aggregated import counts, values
from kept_of import kept_of
from naive import SMALL, all_pairs, poly, quenched, strained
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.interactions.strains import strain_forces
from vitrine.linalg import Factor
from vitrine.nonlinear.dilatancy import dilatancy, strain_coupling
from vitrine.nonlinear.starts import shear_starts
from vitrine.observables import declarations
from vitrine.observables.dilatancy import DILATANCY
from vitrine.observables.dilatancy.aggregate import aggregate_dilatancy
from vitrine.observables.dilatancy.measure import measure_dilatancy
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.schema import names_of
from vitrine.statistics.quantiles import weighted_quantiles

# --- the tensor ---------------------------------------------------------------------------------------------------------------------------------


def shears(bonds: Interactions) -> np.ndarray:
    return shear_starts(bonds, Factor.of(bonds))[0]


def units(d: int) -> np.ndarray:
    """The d^2 deformations of one entry each."""
    return np.eye(d * d).reshape(-1, d, d)


def test_the_derivative_of_the_virial_is_that_of_the_force(bonds, dimension):
    """Xi.pi, by another formula: they agree where no force is left on a particle."""
    fields = shears(bonds)
    expected = (strain_forces(bonds, units(dimension)).T @ fields).T.reshape(-1, dimension, dimension)
    found = strain_coupling(bonds, fields)
    np.testing.assert_allclose(found, expected, atol=1e-8 * np.abs(expected).max())
    np.testing.assert_allclose(found, found.transpose(0, 2, 1), atol=1e-13 * np.abs(expected).max())


def virial(bonds: Interactions) -> np.ndarray:
    """dU/d eps = sum phi' n R, bond by bond."""
    total = np.zeros(2 * (bonds.sample.dimension,))
    for vector, slope in zip(bonds.vectors, bonds.derivatives[1], strict=True):
        total += slope * np.outer(vector, vector) / np.linalg.norm(vector)
    return total


def test_it_is_the_difference_of_the_virial_along_the_mode(any_glass):
    fields = shears(Interactions.of(any_glass))[:, :2]
    found = strain_coupling(Interactions.of(any_glass), fields)
    step = 1e-4  # small: the pair law of harmonic spheres has a kink at contact
    for field, tensor in zip(fields.T.reshape(2, *any_glass.positions.shape), found, strict=True):
        up, down = (virial(Interactions.of(any_glass.moved(any_glass.positions + sign * step * field))) for sign in (1, -1))
        np.testing.assert_allclose(tensor, (up - down) / (2 * step), atol=2e-5 * np.abs(tensor).max())


def test_it_is_the_difference_of_the_energy_under_strain(glass):
    """d2U/(de ds) of the strained box with particles displaced by s pi, from energies alone."""
    field = shears(Interactions.of(glass))[:, 0].reshape(glass.positions.shape)
    tensor = strain_coupling(Interactions.of(glass), field.reshape(-1, 1))[0]
    rng, h = np.random.default_rng(4), 2e-3
    for strain in rng.normal(size=(3, 3, 3)) / 4:

        def energy(e, s, strain=strain):
            return Interactions.of(strained(glass.moved(glass.positions + s * field), np.eye(3) + e * strain)).energy

        mixed = sum(a * b * energy(a * h, b * h) for a in (1, -1) for b in (1, -1)) / (4 * h * h)
        finer = sum(a * b * energy(a * h / 2, b * h / 2) for a in (1, -1) for b in (1, -1)) / (h * h)
        assert (4 * finer - mixed) / 3 == pytest.approx(np.sum(strain * tensor), abs=1e-4 * np.abs(tensor).max())


def test_a_translation_strains_nothing(bonds, dimension):
    fields = np.tile(np.eye(dimension), (bonds.sample.particles, 1))
    np.testing.assert_allclose(strain_coupling(bonds, fields), 0, atol=1e-10)


# --- the ratio ----------------------------------------------------------------------------------------------------------------------------------


def rotated(values: list[float], seed: int = 0) -> np.ndarray:
    """A tensor with these eigenvalues in a turned frame."""
    frame = np.linalg.qr(np.random.default_rng(seed).normal(size=2 * (len(values),)))[0]
    return frame @ np.diag(values) @ frame.T


@pytest.mark.parametrize(
    ("eigenvalues", "dilatation", "shear", "signed"),
    [
        ([1.0, 1.0, 4.0], 2.0, 2.0, 1.0),  # deviator -1, -1, 2: one axis stands out
        ([-1.0, -1.0, -4.0], -2.0, -2.0, 1.0),
        ([3.0, 3.0, 0.0], 2.0, -2.0, -1.0),
        ([1.5, 0.5, -0.5], 0.5, None, None),  # deviator 1, 0, -1: no sign
        ([1.3, 0.1, -0.8], 0.2, 1.1, None),  # 1.1, -0.1, -1.0: they differ by less than a fifth
        ([2.2, -0.3, -1.0], 0.3, 1.9, 0.3 / 1.9),  # 1.9, -0.6, -1.3
        ([0.0, 0.0, 3.0, 0.0], 0.75, 2.25, 1 / 3),
    ],
)
def test_the_ratio_of_a_known_tensor(eigenvalues, dilatation, shear, signed):
    tensors = np.array([rotated(eigenvalues, seed) for seed in range(3)])
    found = dilatancy(tensors)
    np.testing.assert_allclose(found.dilatation, dilatation, rtol=1e-12)
    deviator = np.sort(np.abs(np.array(eigenvalues) - dilatation))[::-1]
    np.testing.assert_allclose(np.abs(found.shear), deviator[0], rtol=1e-12)
    np.testing.assert_allclose(np.abs(found.next_shear), deviator[1], atol=1e-12)
    np.testing.assert_allclose(found.ratio, abs(dilatation) / deviator[0], rtol=1e-12)
    if shear is not None:
        np.testing.assert_allclose(found.shear, shear, rtol=1e-12)
    np.testing.assert_allclose(found.signed_ratio, np.nan if signed is None else signed, rtol=1e-12)


def test_the_ratio_does_not_depend_on_the_sign_of_the_mode(bonds):
    tensors = strain_coupling(bonds, shears(bonds))
    one, other = dilatancy(tensors), dilatancy(-tensors)
    np.testing.assert_allclose(one.dilatation, -other.dilatation, rtol=1e-12)
    np.testing.assert_allclose(one.ratio, other.ratio, rtol=1e-9)
    np.testing.assert_allclose(one.signed_ratio, other.signed_ratio, rtol=1e-9)


def test_in_the_plane_there_is_no_sign_but_a_ratio():
    found = dilatancy(np.array([rotated([3.0, 1.0]), rotated([1.0, -1.0])]))
    np.testing.assert_allclose(found.ratio, [2.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(np.abs(found.shear), np.abs(found.next_shear), rtol=1e-12)
    assert np.isnan(found.signed_ratio).all()


def test_a_pure_dilatation_has_no_ratio():
    found = dilatancy(np.eye(3)[None])
    assert found.dilatation[0] == 1 and np.isnan(found.ratio[0]) and np.isnan(found.signed_ratio[0])


# --- quantiles under weights --------------------------------------------------------------------------------------------------------------------


def test_quantiles_are_those_of_values_that_are_repeated():
    rng = np.random.default_rng(6)
    values = np.append(rng.normal(size=30).round(1), np.nan)  # with ties
    weights = np.vstack([np.ones(31), rng.poisson(1.0, (20, 31))])
    levels = (0.0, 0.25, 0.5, 0.9, 1.0)
    found = weighted_quantiles(weights, values, levels)
    for row, weight in zip(found, weights, strict=True):
        np.testing.assert_allclose(row, np.quantile(np.repeat(values[:-1], weight[:-1].astype(int)), levels), rtol=1e-12)


def test_quantiles_of_nothing_are_no_numbers():
    assert np.isnan(weighted_quantiles(np.zeros((2, 3)), np.arange(3.0), (0.5,))).all()
    assert np.isnan(weighted_quantiles(np.ones((2, 0)), np.zeros(0), (0.5,))).all()


# --- of one glass -------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[2, 3])
def with_modes(request):
    """A glass of 60 or 54 particles with what is kept of its nonlinear modes, as the driver hands it on."""
    changes = {"dimension": 2, "size_ratio": 1.6, "density": 0.86} if request.param == 2 else SMALL
    return kept_of(quenched(poly(**changes), 60 if request.param == 2 else 54, 0.5, 100, seed=4))


def test_the_rows_of_a_glass_are_those_of_whole_matrices(with_modes):
    """F from the dense Hessian: its product with the affine displacement field of a strain, bond by bond over the boundary."""
    sample, table, vectors = with_modes
    d = sample.dimension
    rows = measure_dilatancy(sample, table, vectors, "quartic", modes=3)
    assert len(rows["ratio"]) == min(3, (table["kind"].eq("quartic") & table["mode"].ge(0)).sum())
    i, j, bond, distance, _, slope, curvature = all_pairs(sample)
    for place in range(len(rows["ratio"])):
        z, tensor = vectors[f"quartic_{place}"], np.zeros((d, d))
        for a, b, R, r, first, second in zip(i, j, bond, distance, slope, curvature, strict=True):
            block = second * np.outer(R, R) / r**2 + first / r * (np.eye(d) - np.outer(R, R) / r**2)  # of the Hessian
            tensor += np.outer(block @ (z[b] - z[a]), R)
        assert rows["dilatation"][place] == pytest.approx(np.trace(tensor) / d, rel=1e-6)
        eigenvalues = np.linalg.eigvals(tensor - np.trace(tensor) / d * np.eye(d)).real
        assert abs(rows["shear"][place]) == pytest.approx(np.abs(eigenvalues).max(), rel=1e-6)
        assert rows["ratio"][place] == pytest.approx(abs(np.trace(tensor)) / d / np.abs(eigenvalues).max(), rel=1e-6)
        assert rows["omega"][place] == table[(table["kind"] == "quartic") & (table["mode"] == place)]["omega"].item()
    assert np.isnan(rows["signed_ratio"]).all() if d == 2 else True
    assert set(rows) == set(names_of(DILATANCY.own)) and list(rows["mode"]) == list(range(len(rows["mode"])))


def test_the_stored_sign_of_a_mode_is_that_of_its_dilatation(with_modes):
    """It has b3 <= 0; the mode turned round has the opposite dilatation and the same ratio."""
    sample, table, vectors = with_modes
    one = measure_dilatancy(sample, table, vectors)
    other = measure_dilatancy(sample, table, {name: -vector for name, vector in vectors.items()})
    np.testing.assert_allclose(one["dilatation"], -other["dilatation"], rtol=1e-12)
    np.testing.assert_allclose(one["ratio"], other["ratio"], rtol=1e-12)


def test_a_glass_without_modes_of_the_kind_says_so(with_modes):
    sample, table, vectors = with_modes
    with pytest.raises(SampleError, match="no cubic mode"):
        measure_dilatancy(sample, table[table["kind"] != "cubic"], vectors)
    with pytest.raises(SampleError, match="no cubic mode"):
        measure_dilatancy(sample, table, {name: np.full_like(vector, np.nan) for name, vector in vectors.items()})


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------


def test_the_average_is_that_of_all_modes_with_the_weight_of_their_sample(tmp_path):
    """Quartiles and means by repeating samples as often as their weights say; modes without sign are left out of the signed ones alone."""
    rng, point = np.random.default_rng(2), Point.plain(54, 0.5)
    ensemble = Ensemble(point, dimension=3, seed=3, replicates=12)
    ratios = rng.lognormal(size=(15, 2))
    signed = np.where(rng.random((15, 2)) < 0.3, np.nan, ratios * rng.choice([-1, 1], (15, 2)))
    rows = [
        DILATANCY.row(sample=sample, kind="cubic", mode=mode, omega=1.0, ratio=ratios[sample, mode], signed_ratio=signed[sample, mode])
        for sample in rng.permutation(15)
        for mode in (0, 1)
    ]
    rows.append(DILATANCY.row(sample=15, flag="no cubic mode"))
    write_table(DILATANCY, rows, tmp_path / "dilatancy.parquet", {}, Key.of(point))
    estimates, flags = aggregate_dilatancy([tmp_path / "dilatancy.parquet"], ensemble)
    weights = ensemble.weights(np.arange(15))
    for prefix, numbers in (("dilatancy", ratios), ("dilatancy_signed", signed)):
        repeated = [np.repeat(numbers, weight.astype(int), axis=0).ravel() for weight in weights]
        repeated = [one[np.isfinite(one)] for one in repeated]
        for name, level in (("lower", 0.25), ("median", 0.5), ("upper", 0.75)):
            np.testing.assert_allclose(values(estimates, f"{prefix}_{name}"), [np.quantile(one, level) for one in repeated], rtol=1e-12)
        np.testing.assert_allclose(values(estimates, f"{prefix}_mean"), [one.mean() for one in repeated], rtol=1e-12)
    share = np.isfinite(signed).sum(axis=1)
    np.testing.assert_allclose(values(estimates, "dilatancy_signed_share"), [weight @ share / (2 * weight.sum()) for weight in weights], rtol=1e-12)
    assert counts(estimates, "dilatancy_median") == (15, 1) and flags["flag"].tolist() == ["no cubic mode"]
    assert set(estimates["quantity"]) == {one.name for one in declarations()["dilatancy"].quantities}


def test_in_the_plane_an_ensemble_has_no_signed_numbers(tmp_path):
    point = Point.plain(54, 0.5)
    rows = [DILATANCY.row(sample=sample, kind="cubic", mode=0, omega=1.0, ratio=1.0 + sample) for sample in range(4)]
    write_table(DILATANCY, rows, tmp_path / "dilatancy.parquet", {}, Key.of(point))
    estimates, flags = aggregate_dilatancy([tmp_path / "dilatancy.parquet"], Ensemble(point, dimension=2, seed=3, replicates=5))
    assert values(estimates, "dilatancy_median")[0] == 2.5 and values(estimates, "dilatancy_signed_share")[0] == 0 and len(flags) == 0
    assert np.isnan(values(estimates, "dilatancy_signed_median")).all() and counts(estimates, "dilatancy_signed_median")[0] == 0
