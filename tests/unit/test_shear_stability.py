"""Boxes of relaxed shape, answers to shears of the box, and the low tail of G: by finite strains, made-up ensembles, and the figure's marks."""

import dataclasses

import naive
import numpy as np
import pandas as pd
import pytest
from configs import changes, sentence
from drawn import bars, one, words
from measuring import table
from scipy.linalg import expm
from synthetic_tables import Study, settings_of
from vitrine.aggregation.ensemble import Ensemble, Estimate
from vitrine.aggregation.results import Results, Rows, StudySettings
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.interactions.strains import deformed
from vitrine.interactions.stress import atomic_stresses, shear_stress
from vitrine.linalg import Factor
from vitrine.linalg.shears import shear_response, symmetric_shears, upper_shears
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.shear_stability import SHEAR_STABILITY
from vitrine.observables.shear_stability.aggregate import DISTANCES, FEW, LOWEST, aggregate_shear_stability
from vitrine.observables.shear_stability.derive import fit_shear_stability
from vitrine.observables.shear_stability.measure import measure_shear_stability
from vitrine.observables.shear_stability.shear_stability import plot_shear_stability
from vitrine.parquet import Key, write_table
from vitrine.points import PARTICLES, Axis, Point
from vitrine.preparation import shape
from vitrine.preparation.minimise import minimise
from vitrine.preparation.quench import quench
from vitrine.preparation.shape import relax_shape
from vitrine.statistics.tails import DRIFTS

QUENCH = {"engine": "builtin", "minimiser": "lbfgs", "tolerance": 1e-10, "maximum_iterations": 20_000, "step": 0.1, "pressure": None}
POINT = Point.plain(64, 0.6)
ENSEMBLE = Ensemble(POINT, dimension=2, seed=1, replicates=40)


# --- one glass ----------------------------------------------------------------------------------------------------------------------------------


def at_rest_after(sample, gradient):
    """Energy of the particles at rest in a deformed box, by plain sums over all pairs."""
    deformation = np.linalg.qr(expm(gradient))[1]  # turned so that the box stays upper triangular
    deformation *= np.sign(np.diag(deformation))[:, None]
    return naive.energy(minimise(deformed(sample, deformation - np.eye(sample.dimension)), tolerance=1e-12).sample)


@pytest.mark.parametrize("shears", [upper_shears, symmetric_shears])
def test_stresses_and_stiffnesses_are_derivatives_of_the_energy(planar_glass, shears):
    """The glass as it was cast is under shear stress and pressure, which the stiffnesses hold."""
    bonds, step = Interactions.of(planar_glass), 2e-4
    stress, stiffness = shear_response(bonds, Factor.of(bonds), shears(2))
    own, here = step * shears(2), at_rest_after(planar_glass, np.zeros((2, 2)))
    ends = [[at_rest_after(planar_glass, sign * one) for sign in (1, -1)] for one in (*own, own[0] + own[1])]
    volume = planar_glass.volume
    np.testing.assert_allclose(stress, [(up - down) / (2 * step * volume) for up, down in ends[:2]], rtol=1e-4)
    second = [(up - 2 * here + down) / (step**2 * volume) for up, down in ends]
    np.testing.assert_allclose(np.diag(stiffness), second[:2], rtol=1e-3)
    assert stiffness[0, 1] == pytest.approx((second[2] - second[0] - second[1]) / 2, abs=1e-3 * stiffness.max())
    np.testing.assert_allclose(stiffness, stiffness.T, atol=1e-9)


@pytest.mark.parametrize("dimension", [2, 3])
def test_shears_span_all_changes_of_shape(dimension):
    upper, symmetric = upper_shears(dimension), symmetric_shears(dimension)
    for some in (upper, symmetric):
        assert len(some) == dimension * (dimension + 1) // 2 - 1 == np.linalg.matrix_rank(some.reshape(len(some), -1))
        np.testing.assert_allclose(np.trace(some, axis1=1, axis2=2), 0)
    assert np.all(np.tril(upper, -1) == 0)
    np.testing.assert_allclose(np.einsum("kab,lab->kl", symmetric, symmetric), np.eye(len(symmetric)) / 2, atol=1e-15)


@pytest.fixture(scope="module", params=["planar_glass", "small_glass"])
def relaxed(request):
    glass = request.getfixturevalue(request.param)
    return glass, relax_shape(glass)


def test_a_relaxed_box_is_free_of_shear_stress_and_stable(relaxed):
    glass, end = relaxed
    assert end.converged and end.sample.volume == pytest.approx(glass.volume, rel=1e-12)
    assert np.all(np.tril(end.sample.box, -1) == 0) and naive.energy(end.sample) < naive.energy(glass)
    assert end.residual <= 1e-10 and end.iterations > 0
    before, after = (measure_shear_stability(one) for one in (glass, end.sample))
    assert after["stress"][0] < 1e-6 * before["stress"][0] and after["lowest"][0] > 0
    gradients = 1e-3 * symmetric_shears(glass.dimension)
    assert all(at_rest_after(end.sample, sign * one) > naive.energy(end.sample) for one in gradients for sign in (1, -1))


def test_moduli_are_those_of_elasticity_where_there_is_no_stress(relaxed):
    """Mean over the simple shears of all planes; in the plane the two shears' stress alone makes a difference."""
    glass, end = relaxed
    bonds = Interactions.of(end.sample)
    stiffness = shear_response(bonds, Factor.of(bonds), symmetric_shears(glass.dimension))[1]
    simple = glass.dimension * (glass.dimension - 1) // 2
    assert np.diag(stiffness)[:simple].mean() == pytest.approx(measure_elasticity(end.sample)["shear_modulus"][0], rel=1e-6)
    row = {name: value[0] for name, value in measure_shear_stability(end.sample).items()}
    assert row["modulus"] == pytest.approx(np.trace(stiffness) / len(stiffness)) and row["lowest"] < row["modulus"] < row["highest"]


def test_the_shear_stress_is_that_of_the_particles(planar_glass):
    mean = atomic_stresses(Interactions.of(planar_glass)).mean(axis=0)
    assert measure_shear_stability(planar_glass)["stress"][0] == pytest.approx(shear_stress(mean[None])[0], rel=1e-9)


def test_an_unstable_glass_goes_down_to_a_stable_one(planar_glass):
    """Sheared far, with the box held: stiffnesses of its shape may be negative, stresses are large."""
    start = minimise(deformed(planar_glass, np.array([[0.0, 0.25], [0.0, 0.0]])), tolerance=1e-11).sample
    end = relax_shape(start)
    assert end.converged and naive.energy(end.sample) < naive.energy(start) and measure_shear_stability(end.sample)["lowest"][0] > 0


def test_what_does_not_come_to_rest_says_so(planar_glass, monkeypatch):
    assert not relax_shape(planar_glass, maximum_iterations=1).converged
    monkeypatch.setattr(shape, "STEPS", 1)
    assert not relax_shape(planar_glass).converged
    monkeypatch.setattr(shape, "widths", lambda box: 1.9 * planar_glass.model.range * np.ones(len(box)))
    with pytest.raises(SampleError, match="narrower than twice the interaction's range"):
        relax_shape(planar_glass)


def test_the_quench_relaxes_the_shape_where_it_is_to(planar_glass):
    start = deformed(planar_glass, np.array([[0.0, 0.02], [0.0, 0.0]]))
    kept, _ = quench(start, {**QUENCH, "box_shape": "kept"})
    loose, row = quench(start, {**QUENCH, "box_shape": "relaxed"})
    np.testing.assert_array_equal(kept.box, start.box)
    assert loose.flag == row["flag"] == "" and row["iterations"] > 0 and row["residual"] <= 1.1e-10
    assert measure_shear_stability(loose)["stress"][0] < 1e-6 < measure_shear_stability(kept)["stress"][0]
    short, row = quench(start, {**QUENCH, "box_shape": "relaxed", "maximum_iterations": 150})
    assert short.flag == row["flag"] and short.flag.startswith("not converged")
    as_read, _ = quench(start, {**QUENCH, "box_shape": "relaxed", "as_is": "accept", "at_rest": 1.0})
    np.testing.assert_array_equal(as_read.box, start.box)


def test_a_batch_keeps_its_flags(planar_glass):
    flagged = dataclasses.replace(planar_glass, index=2, flag="not a minimum")
    rows = table([dataclasses.replace(planar_glass, index=1), flagged], "shear_stability", measure_shear_stability)
    assert rows["flag"].tolist() == ["", "not a minimum"] and np.isnan(rows["modulus"].iloc[1])


# --- what is refused, and what is another glass -------------------------------------------------------------------------------------------------


def test_a_box_that_keeps_its_shape_stays_out_of_the_identity():
    from vitrine.study import Study

    def identities(**leaves):
        study = Study.from_config(changes(**leaves))
        return {study.identity(label, "glasses") for label in study.places}, {str(place.quench) for place in study.places.values()}

    kept, told = identities()
    assert not any("box_shape" in one for one in told)
    assert not identities(quench__box_shape="relaxed")[0] & kept


@pytest.mark.parametrize(
    ("leaves", "said"),
    [
        ({"quench__box_shape": "round"}, ["quench.box_shape", "round", "relaxed"]),
        ({"quench__box_shape": "relaxed", "quench__pressure": 10.0}, ["quench.box_shape", "quench.pressure", "null", "10"]),
        (
            {"quench__box_shape": "relaxed", "model__name": "harmonic_spheres", "preparation__sampler": "cooling"},
            ["quench.box_shape", "harmonic_spheres", "kept"],
        ),
    ],
)
def test_a_shape_that_cannot_be_is_one_sentence(leaves, said):
    text = sentence(changes(**leaves))
    assert all(word in text for word in said), text


# --- an ensemble --------------------------------------------------------------------------------------------------------------------------------

SAMPLES = 4000


def made(folder, moduli, lowest):
    """The table of glasses of these moduli, and one without numbers."""
    rows = [
        SHEAR_STABILITY.row(sample=sample, stress=0.3, modulus=modulus, lowest=least, highest=modulus + 1)
        for sample, (modulus, least) in enumerate(zip(moduli, lowest, strict=True))
    ]
    rows.append(SHEAR_STABILITY.row(sample=len(moduli), flag="not a minimum"))
    write_table(SHEAR_STABILITY, pd.DataFrame(rows), folder / SHEAR_STABILITY.file, {}, Key.of(POINT))
    return [folder / SHEAR_STABILITY.file]


@pytest.fixture(scope="module")
def averaged(tmp_path_factory):
    """G = 10 + noise, less D of the density D^-3.5 above 0.5 in a twentieth of the glasses."""
    rng = np.random.default_rng(2)
    lowered = 0.5 * rng.random(SAMPLES) ** (-1 / 2.5)
    moduli = 10 + np.where(rng.random(SAMPLES) < 0.05, -lowered, 0.1 * rng.standard_normal(SAMPLES))
    lowest = moduli - 6 * rng.random(SAMPLES) ** 0.1 - 3.6
    return moduli, lowest, aggregate_shear_stability(made(tmp_path_factory.mktemp("made"), moduli, lowest), ENSEMBLE, tail=0.03)


def test_the_low_tail_has_its_exponent(averaged):
    moduli, lowest, (estimates, shares, windows, flags) = averaged
    first = estimates[estimates["replicate"] == 0].set_index("quantity")
    distance = np.sort((np.median(moduli) - moduli) / moduli.mean())[::-1]
    number = int(0.03 * SAMPLES)
    assert first.loc["G_tail_exponent", "value"] == pytest.approx(1 + number / np.log(distance[:number] / distance[number]).sum())
    error = estimates[(estimates["quantity"] == "G_tail_exponent") & (estimates["replicate"] > 0)]["value"].std()
    assert abs(first.loc["G_tail_exponent", "value"] - 3.5) < 3 * error < 1.5 and first.loc["G_tail_exponent", "flag"] == ""
    assert first.loc["G_tail_threshold", "value"] == pytest.approx(distance[number])
    low, middle, high = np.quantile(moduli, (0.03, 0.5, 0.97))
    assert first.loc["G_asymmetry", "value"] == pytest.approx((middle - low) / (high - middle)) and first.loc["G_asymmetry", "value"] > 1.5
    assert first.loc["G_spread", "value"] == pytest.approx(moduli.std(ddof=1) / moduli.mean())
    assert first.loc["shear_unstable", "value"] == np.mean(lowest <= 0) > 0
    assert first.loc["shear_stress_share", "value"] == pytest.approx(0.3 / moduli.mean())
    assert first.loc["shear_modulus_all", "value"] == pytest.approx(moduli.mean())
    assert first.loc["shear_modulus_lowest", "value"] == pytest.approx(lowest.mean())
    assert np.all(np.diff(windows["threshold"]) > 0) and flags["flag"].tolist() == ["not a minimum"]
    scaled = {"below": (np.median(moduli) - moduli), "above": (moduli - np.median(moduli)), "lowest": -lowest}
    for kind, rows in shares.groupby("kind"):
        sign = -1 if kind == "lowest" else 1
        expected = [np.mean(scaled[kind] > sign * x * moduli.mean()) for x in rows["x"]]
        np.testing.assert_allclose(rows["share"], expected)
        assert set(rows["x"]) <= set(LOWEST if kind == "lowest" else DISTANCES) and np.all(rows["count"] == np.rint(rows["share"] * SAMPLES))


def test_a_tail_that_is_none_of_a_law_is_flagged(tmp_path):
    moduli = 10 + np.random.default_rng(1).standard_normal(SAMPLES)
    paths = made(tmp_path, moduli, moduli)
    for tail, flag in ((0.2, DRIFTS), (0.001, FEW)):
        estimates = aggregate_shear_stability(paths, ENSEMBLE, tail=tail)[0].set_index("quantity")
        assert set(estimates.loc["G_tail_exponent", "flag"]) == {flag}


def test_no_sample_gives_no_number(tmp_path):
    estimates, shares, windows, _ = aggregate_shear_stability(made(tmp_path, [], []), ENSEMBLE)
    assert estimates["value"].isna().all() and len(shares) == 0 and len(windows) == 0


def test_exponents_stand_beside_the_published_ones():
    box = Axis("box_shape", "box", "box", "1", "shape", leaf="quench.box_shape", type="string")
    exponents = {"kept": 5.2, "relaxed": 6.3}
    for against, told in (("box_shape", {"omega_min_exponent_kept": 4.2, "omega_min_exponent_relaxed": 5.3}), ("particles", {})):
        settings = StudySettings((PARTICLES, box), (64, "kept"), against, 2, 0.65, 0.9, observables=("shear_stability",), options={})
        given = {
            (64, name): {
                "weibull_exponent": Estimate(value + np.array([0.0, 0.1, -0.1]), "1", 9, 0),
                "G_tail_exponent": Estimate(np.array([3.4, 3.5, 3.3]), "1", 9, 0, DRIFTS if name == "relaxed" else ""),
            }
            for name, value in exponents.items()
        }
        rows = Rows()
        fit_shear_stability(rows, Results(settings, given))
        found = rows.frame().set_index("name")["value"].to_dict()
        assert found == pytest.approx(told | {"G_tail_exponent": 3.4})


# --- as it is drawn -----------------------------------------------------------------------------------------------------------------------------


def test_the_figure_shows_the_tables(averaged):
    *_, (_, shares, windows, _) = averaged
    study = Study((0.6,))
    tables = [frame.assign(particles=study.particles, parent_temperature=0.6) for frame in (shares, windows)]
    row = {"quantity": "G_tail_exponent", "value": 3.4, "error": 0.1, "unit": "1", "samples": 60, "flagged": 1}
    for flag in ("", DRIFTS):
        quantities = pd.DataFrame([row | {"flag": flag, "particles": study.particles, "parent_temperature": 0.6}])
        figure = plot_shear_stability(*tables, quantities, settings_of(study))
        drawn = {found.hollow: found for found in bars(figure.axes[0])}
        for kind, hollow in (("below", False), ("above", True)):
            rows = shares[shares["kind"] == kind]
            np.testing.assert_allclose(drawn[hollow].x, rows["x"])
            np.testing.assert_allclose(drawn[hollow].y, rows["share"])
        tail = one(bars(figure.axes[1]))
        np.testing.assert_allclose(tail.x, windows["threshold"])
        np.testing.assert_allclose(tail.y, windows["exponent"])
        assert tail.hollow == bool(flag)
        least = one(bars(figure.axes[2]))
        np.testing.assert_allclose(least.y, shares.loc[shares["kind"] == "lowest", "share"])
    empty = words(plot_shear_stability(*(frame[:0] for frame in tables), quantities, settings_of(study)))
    assert "no sample" in empty and "too few samples for a tail" in empty
