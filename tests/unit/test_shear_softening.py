"""Softening before an instability: square roots, eq. 21, overlaps with the dense Hessian, averages over glasses, and the figure."""

import dataclasses

import naive
import numpy as np
import pandas as pd
import pytest
from drawn import bars, guides, note, one, words
from measuring import batch
from synthetic_tables import Study, settings_of
from vitrine.aggregation.ensemble import Ensemble, Estimate
from vitrine.aggregation.results import Results, Rows, StudySettings
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.landscape.quasistatic import Protocol
from vitrine.landscape.softening import approach, followed
from vitrine.nonlinear.contractions import Contractions
from vitrine.observables.shear_softening import SHEAR_SOFTENING
from vitrine.observables.shear_softening.aggregate import aggregate_shear_softening, exponent, root_range
from vitrine.observables.shear_softening.derive import fit_shear_softening
from vitrine.observables.shear_softening.measure import follow_softening
from vitrine.observables.shear_softening.shear_softening import plot_shear_softening
from vitrine.parquet import Key, write_table
from vitrine.points import PARENT_TEMPERATURE, PARTICLES, Point

POINT = Point.plain(64, 0.6)
ENSEMBLE = Ensemble(POINT, dimension=2, seed=1, replicates=9)


@pytest.fixture(scope="module")
def glasses():
    """Hot planar glasses: the first two become unstable below 3 % of strain, the third does not."""
    return [dataclasses.replace(naive.quenched(naive.poly(**naive.PLANAR), 64, 1.3, seed=seed), index=seed) for seed in (1, 5, 2)]


@pytest.fixture(scope="module")
def way(glasses):
    found = approach(glasses[0], Protocol(strain=0.03, resolution=1e-10))
    return found, followed(found)


@pytest.fixture(scope="module")
def measured(glasses):
    return batch(glasses, "shear_softening", lambda sample: follow_softening(sample, strain=0.03))


@pytest.fixture(scope="module")
def averaged(measured, tmp_path_factory):
    folder = tmp_path_factory.mktemp("softened")
    write_table(SHEAR_SOFTENING, measured.tables["shear_softening"], folder / SHEAR_SOFTENING.file, {}, Key.of(POINT))
    return aggregate_shear_softening([folder / SHEAR_SOFTENING.file], ENSEMBLE)


# --- one glass ----------------------------------------------------------------------------------------------------------------------------------


def test_both_stiffnesses_vanish_as_square_roots(way):
    """0.50 to 0.505 between 1e-9 and 4e-6; the distance is known to a percent of the least one."""
    found, cubic = way
    distance = found.distances
    near = (distance > 1e-9) & (distance < 4e-6)
    for stiffness in ([state.stiffness for state in found.states], [mode.b2 for mode in cubic]):
        assert exponent(distance, np.array(stiffness), (1e-9, 4e-6)) == pytest.approx(0.5, abs=0.006)
    assert near.sum() > 20 and found.drop.bracket <= 1.001e-10 and np.all(np.diff(distance) < 0) and found.states[0].strain == 0
    assert found.states[-1].strain < found.critical < found.drop.after.strain


def test_states_and_modes_are_what_they_are_called(way):
    """At the state that is nearest to 1e-4: the lowest mode of the dense Hessian, and H pi parallel to U3:pi pi by finite differences."""
    found, cubic = way
    place = int(np.argmin(np.abs(np.log(found.distances / 1e-4))))
    state, mode = found.states[place], cubic[place]
    hessian = naive.hessian(state.sample)
    values, vectors = np.linalg.eigh(hessian)
    assert state.stiffness == pytest.approx(values[2], rel=1e-6) and abs(state.mode @ vectors[:, 2]) == pytest.approx(1, abs=1e-9)
    pi = mode.mode
    assert mode.b2 == pytest.approx(pi @ hessian @ pi, rel=1e-9)
    step = 1e-4 * pi.reshape(-1, 2)
    curved = sum(sign * naive.hessian(state.sample.moved(state.sample.positions + sign * step)) @ pi for sign in (1, -1)) / 2e-4
    third = pi @ curved
    assert mode.b3 == pytest.approx(third, rel=1e-4)
    np.testing.assert_allclose(hessian @ pi, mode.b2 / third * curved, atol=2e-4 * np.linalg.norm(hessian @ pi))
    strain = np.array([[0.0, 1.0], [0.0, 0.0]])
    sheared = [naive.forces(naive.strained(state.sample, np.eye(2) + sign * 1e-6 * strain)) for sign in (1, -1)]
    assert mode.coupling == pytest.approx(-pi @ (sheared[0] - sheared[1]).ravel() / 2e-6, rel=1e-3)
    assert mode.residual < 1e-8 and Interactions.of(state.sample).residual < 1e-11


def test_eq_21_holds_near_the_instability(measured):
    rows = pd.DataFrame(measured.tables["shear_softening"])
    own = rows[(rows["sample"] == 1) & np.isfinite(rows["rate"])]
    near = own[own["distance"] < 1e-7]
    assert len(near) > 10
    np.testing.assert_allclose(near["rate"], 1, atol=5e-3)
    far = own[own["distance"] > 1e-4]["rate"]
    assert np.all(np.abs(far - 1) < 1)  # to leading order alone


def test_the_cubic_mode_keeps_the_instabilitys_direction(measured):
    rows = pd.DataFrame(measured.tables["shear_softening"])
    for sample in (1, 5):
        own = rows[rows["sample"] == sample]
        nearest, start, known = own.iloc[-1], own.iloc[0], own[np.isfinite(own["b2"])]
        assert nearest["overlap_harmonic"] == pytest.approx(1) and nearest["overlap_cubic"] > 0.999 and start["strain"] == 0
        assert np.all(known["b2"] >= known["lambda_1"] * (1 - 1e-9))  # the lowest eigenvalue is the least stiffness there is
        assert known["overlap_cubic"].min() > 0.5
        # The second one's mode is lost on the way, where the descent from it ends in another: from there on nothing is told of it.
        lost = own[~np.isfinite(own["b2"])]
        assert len(lost) == 0 if sample == 1 else len(lost) > 0 and lost["distance"].min() > known["distance"].max() > 0.01
        assert np.all(lost["solves"] == -1) and lost["overlap_cubic"].isna().all()


def test_a_cubic_mode_at_the_start_is_one_of_nonlinear_modes(way):
    """The preconditioned descent from the start's own mode stays: it is stationary with the contractions of another module's state."""
    found, cubic = way
    contractions = Contractions(Interactions.of(found.states[0].sample))
    pi = cubic[0].mode[:, None]
    b2, b3, b4 = contractions.orders(pi)
    assert cubic[0].b4 == pytest.approx(b4[0])
    left = contractions.bonds.hessian @ pi - b2 / b3 * contractions.cubic(pi)
    assert np.linalg.norm(left) < 1e-6 * np.linalg.norm(contractions.bonds.hessian @ pi)


def test_a_glass_without_instability_is_flagged(glasses, measured):
    rows = pd.DataFrame(measured.tables["shear_softening"])
    assert rows[rows["sample"] == 2]["flag"].tolist() == ["no instability up to a strain of 0.03"]
    with pytest.raises(SampleError, match="plane is xz: in 2 dimensions allowed is xy"):
        follow_softening(glasses[0], plane="xz")


# --- an ensemble --------------------------------------------------------------------------------------------------------------------------------


def test_numbers_of_exact_roots():
    distance = np.geomspace(1e-10, 1e-2, 60)
    assert exponent(distance, 3 * distance**0.5, (1e-9, 1e-6)) == pytest.approx(0.5)
    assert np.isnan(exponent(distance, distance, (1e-30, 1e-20)))
    bent = 3 * distance**0.5 * (1 + distance / 1e-3)
    assert root_range(distance, bent) == pytest.approx(distance[distance < 0.25e-3][-1])
    assert root_range(distance, 3 * distance**0.5) == distance[-1] and np.isnan(root_range(distance[distance > 1e-7], distance[distance > 1e-7]))


def test_averages_are_over_glasses(measured, averaged):
    estimates, curves, flags = averaged
    rows = pd.DataFrame(measured.tables["shear_softening"])
    first = estimates[estimates["replicate"] == 0].set_index("quantity")
    own = [rows[rows["sample"] == sample] for sample in (1, 5)]
    assert first.loc["softening_critical", "value"] == pytest.approx(np.mean([o["strain"].iloc[0] + o["distance"].iloc[0] for o in own]))
    assert first.loc["softening_exponent_harmonic", "value"] == pytest.approx(0.5, abs=0.01)
    assert first.loc["softening_followed", "value"] == 0.5 and first.loc["softening_critical", ["samples", "flagged"]].tolist() == [2, 1]
    assert first.loc["softening_overlap_cubic", ["value", "samples"]].tolist() == [own[0]["overlap_cubic"].iloc[0], 1]
    harmonic = [o["overlap_harmonic"].iloc[0] for o in own]
    assert first.loc["softening_overlap_harmonic", "value"] == pytest.approx(np.median(harmonic))
    at = curves[(curves["kind"] == "harmonic") & np.isclose(curves["distance"], 1e-6)].iloc[0]
    each = []
    for o in own:
        o = o.sort_values("distance")
        each.append(np.exp(np.interp(np.log(1e-6), np.log(o["distance"]), np.log(o["lambda_1"]))))
    assert at["stiffness"] == pytest.approx(np.median(each)) and at["samples"] == 2
    assert flags["flag"].tolist() == ["no instability up to a strain of 0.03"]


@pytest.mark.parametrize(("against", "place"), [("particles", 1), ("parent_temperature", 0)])
def test_exponents_stand_beside_the_published_ones(against, place):
    """Against N those of the largest glasses, else those of the main point."""
    settings = StudySettings(
        (PARTICLES, PARENT_TEMPERATURE), (64, 0.6), against, 2, 0.65, 0.9, observables=("shear_softening",), options={"shear_softening": {}}
    )
    names = ("softening_exponent_harmonic", "softening_exponent_cubic")
    ensembles = {(64, 0.6): 0.51, (256, 0.6): 0.5} if against == "particles" else {(64, 0.6): 0.51, (64, 0.9): 0.5}
    given = {key: {name: Estimate(np.array([value, value + 0.01, value - 0.01]), "1", 4, 0) for name in names} for key, value in ensembles.items()}
    rows = Rows()
    fit_shear_softening(rows, Results(settings, given))
    told = rows.frame().set_index("name")
    assert list(told.index) == list(names) and set(told["value"]) == {list(ensembles.values())[place]}
    assert told["window"].str.endswith(", next to the instability").all()


def test_the_figure_shows_the_tables(averaged):
    _, curves, _ = averaged
    study = Study((0.6,))
    key = {"particles": study.particles, "parent_temperature": 0.6}
    row = {"quantity": "softening_critical", "value": 0.01, "error": 0.003, "unit": "1", "samples": 2, "flagged": 1, "flag": ""} | key
    figure = plot_shear_softening(curves.assign(**key), pd.DataFrame([row]), settings_of(study))
    for ax, name in zip(figure.axes, ("stiffness", "overlap", "rate"), strict=False):
        drawn = {found.hollow: found for found in bars(ax)}
        for kind, hollow in (("cubic", True), ("harmonic", False)):
            rows = curves[(curves["kind"] == kind) & np.isfinite(curves[name])]
            if not len(rows):
                assert hollow not in drawn
                continue
            np.testing.assert_allclose(drawn[hollow].x, rows["distance"])
            np.testing.assert_allclose(drawn[hollow].y, rows[name])
            np.testing.assert_allclose(drawn[hollow].up, rows[f"{name}_error"].fillna(0.0), atol=1e-12, rtol=1e-6)
    assert one(list(guides(figure.axes[0]).items())) == ("1/2", pytest.approx(0.5)) and "2 samples" in note(figure)
    assert "no glass with an instability" in words(plot_shear_softening(curves[:0].assign(**key), pd.DataFrame([row]), settings_of(study)))
