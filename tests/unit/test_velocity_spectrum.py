"""Spectra of velocities: their exact second moment, harmonic modes in the named box, negative modes, and averages over samples."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from recorded_run import recorded_run
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import full_spectrum
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.velocity_spectrum import HARMONIC_FREQUENCIES, RUN_MOMENTS, VELOCITY_SPECTRA, VELOCITY_SPECTRUM_CURVES
from vitrine.observables.velocity_spectrum.aggregate import aggregate_velocity_spectrum
from vitrine.observables.velocity_spectrum.measure import inherent_state, measure_velocity_spectrum
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.schema import names_of


@pytest.fixture(scope="module")
def run(planar_glass):
    return recorded_run(planar_glass)


@pytest.fixture(scope="module")
def measured(run):
    return measure_velocity_spectrum(run, instantaneous=2)


def number(measured, name):
    return float(measured["run_moments"][name][0])


def test_columns_are_those_that_are_declared(measured):
    for table in (VELOCITY_SPECTRA, HARMONIC_FREQUENCIES, RUN_MOMENTS):
        assert sorted(measured[table.name]) == sorted(names_of(table.own))


def test_the_second_moment_is_exact(run, measured):
    """<|F|^2>/<|v|^2> of the same run by its frames, within their noise; and the Laplacian by differences of forces."""
    forces = [np.mean(Interactions.of(run.frame(k)).forces ** 2) for k in range(len(run.times))]
    assert number(measured, "second_moment") == pytest.approx(np.mean(forces) / np.mean(run.velocities**2), rel=0.03)
    start, step = run.start, 1e-5
    diagonal = np.zeros(start.positions.shape)
    for particle in range(0, start.particles, 8):
        for axis in range(2):
            moved = [start.positions.copy() for _ in range(2)]
            for sign, positions in zip((1, -1), moved, strict=True):
                positions[particle, axis] += sign * step
            up, down = (Interactions.of(start.moved(positions)).forces[particle, axis] for positions in moved)
            diagonal[particle, axis] = (down - up) / (2 * step)
    ours = Interactions.of(start).hessian.diagonal().reshape(-1, 2)[::8]
    np.testing.assert_allclose(ours, diagonal[::8], rtol=1e-5)
    every = np.mean([Interactions.of(run.frame(k)).hessian.diagonal().mean() for k in range(len(run.times))])
    assert number(measured, "laplacian") == pytest.approx(every, rel=0.01)


def test_harmonic_modes_are_those_of_the_inherent_state_of_the_first_frame(run, measured, planar_glass):
    inherent = inherent_state(run.start)
    omega = np.sqrt(full_spectrum(Interactions.of(inherent).hessian, 2)[0])
    np.testing.assert_allclose(measured["harmonic_frequencies"]["omega"], omega, rtol=1e-9)
    spectra = pd.DataFrame(measured["velocity_spectra"])
    whole = spectra[spectra["band"] == "whole"]
    width = whole["omega"].iloc[0]
    for column in ("spectrum", "harmonic"):
        assert whole[column].sum() * width == pytest.approx(1.0, abs=0.05)
    assert number(measured, "softest") == pytest.approx(omega[0]) and number(measured, "second_moment_harmonic") == pytest.approx(np.mean(omega**2))
    moduli = measure_elasticity(inherent)
    assert number(measured, "phonon_transverse") == pytest.approx(2 * np.pi * moduli["c_s"][0] / number(measured, "edge"))


def test_the_distance_is_that_of_cumulative_spectra(run, measured):
    """By brute force on a fine grid."""
    omega = measured["harmonic_frequencies"]["omega"]
    places, density = run.sums.whole_omega, run.sums.whole_spectra().mean(axis=1)
    density[0] *= 0.5
    grid = np.linspace(0, places[-1], 200_001)
    edges = np.append(0, places + places[1] / 2)
    ours = np.interp(grid, edges, np.concatenate([[0], np.cumsum(density / density.sum())]))
    theirs = np.searchsorted(omega, grid, side="right") / len(omega)
    assert number(measured, "distance") == pytest.approx(np.trapezoid(np.abs(ours - theirs), grid), rel=1e-3)
    assert number(measured, "distance") >= abs(number(measured, "shift")) - 1e-2


def test_negative_modes_are_counted(run, measured):
    hot = dataclasses.replace(run, positions=run.positions + 0.1 * np.random.default_rng(1).standard_normal(run.positions.shape))
    shares = []
    for k in (0, len(run.times) - 1):
        values = np.linalg.eigvalsh(Interactions.of(hot.frame(k)).hessian.toarray())
        shares.append(np.sum(values < -1e-9 * np.mean(np.abs(values))) / (len(values) - 2))
    assert number(measure_velocity_spectrum(hot, instantaneous=2), "negative") == pytest.approx(np.mean(shares)) and np.mean(shares) > 0.01
    assert number(measured, "negative") == 0.0
    assert np.isnan(measure_velocity_spectrum(run, harmonic=False, instantaneous=0)["run_moments"]["negative"][0])


def test_a_box_is_relaxed_to_zero_pressure():
    """Attractive particles, which have a state without pressure; the box named decides the harmonic spectrum."""
    from vitrine.models import glass_former
    from vitrine.preparation.start import random_start

    former = glass_former("kob_andersen", {"dimension": 2, "density": 1.15, "small_fraction": 0.35, "cutoff": 2.5, "cutoff_of": "AA"})
    start = random_start(former, 60, np.random.default_rng(1))
    own, relaxed = inherent_state(start), inherent_state(start, "relaxed")
    assert abs(Interactions.of(own).pressure) > 1e-2 > 1e-5 > abs(Interactions.of(relaxed).pressure)
    assert relaxed.box[0, 0] != own.box[0, 0] and np.array_equal(own.box, start.box)


def test_a_run_without_velocities_is_no_spectrum(run):
    with pytest.raises(SampleError, match="holds no velocities"):
        measure_velocity_spectrum(dataclasses.replace(run, sums=None, velocities=np.zeros((0, 0, 0))))


def test_averages_are_means_over_samples(tmp_path, measured):
    """Of two samples, the second with twice the density and without a harmonic spectrum; a flagged one is left out."""
    point = Point.plain(64, 0.05)
    spectra, moments = (pd.DataFrame(measured[name]) for name in ("velocity_spectra", "run_moments"))
    both = [spectra.assign(sample=0, flag=""), spectra.assign(sample=1, flag="", spectrum=2 * spectra["spectrum"], harmonic=np.nan)]
    both.append(pd.DataFrame([VELOCITY_SPECTRA.row(sample=2, flag="blew up")]))
    rows = [moments.assign(sample=0, flag=""), moments.assign(sample=1, flag="", distance=np.nan)]
    rows.append(pd.DataFrame([RUN_MOMENTS.row(sample=2, flag="blew up")]))
    files = []
    for table, parts in ((VELOCITY_SPECTRA, both), (RUN_MOMENTS, rows)):
        files.append(tmp_path / table.file)
        write_table(table, pd.concat(parts, ignore_index=True)[table.names], files[-1], {}, Key.of(point))
    estimates, curve, flags = aggregate_velocity_spectrum([files[0]], [files[1]], Ensemble(point, 2, seed=1, replicates=20))
    assert list(curve.columns) == VELOCITY_SPECTRUM_CURVES.names
    np.testing.assert_allclose(curve["spectrum"], 1.5 * spectra["spectrum"], rtol=1e-9)
    np.testing.assert_allclose(curve["harmonic"], spectra["harmonic"], rtol=1e-9)
    first = estimates[estimates["replicate"] == 0].set_index("quantity")
    assert first.loc["spectrum_distance", "value"] == pytest.approx(number(measured, "distance"))
    assert (first.loc["spectrum_distance", "samples"], first.loc["second_moment", "samples"]) == (1, 2)
    assert flags["flag"].tolist() == ["blew up"]
    low = curve[(curve["band"] == "low") & (curve["omega"] <= 0.6)]
    assert first.loc["low_exponent", "value"] == pytest.approx(np.polyfit(np.log(low["omega"]), np.log(low["spectrum"]), 1)[0])
