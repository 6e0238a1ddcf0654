"""Softness against plain transforms, Debye-Waller factors against loops, order in space against loops, and where two lines meet."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from recorded_run import recorded_run
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import SampleError
from vitrine.observables.softness import OBSERVABLE, SOFTNESS_CUTOFFS, SOFTNESS_NUMBERS, SOFTNESS_SPACE
from vitrine.observables.softness.aggregate import aggregate_softness
from vitrine.observables.softness.derive import crossing
from vitrine.observables.softness.measure import debye_waller, measure_softness
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.schema import names_of
from vitrine.statistics.correlation import pearson
from vitrine.statistics.neighbourhoods import against_groups, moran, pair_distances, space_correlation

MODES = pd.DataFrame({"omega": [0.5, 0.7, 1.5, 2.0]})
MOMENTS = pd.DataFrame({"phonon_transverse": [1.1], "phonon_longitudinal": [2.5]})
BAND = (4.0, 6.0)


@pytest.fixture(scope="module")
def run(planar_glass):
    return recorded_run(planar_glass)


@pytest.fixture(scope="module")
def measured(run):
    return measure_softness(run, MODES, MOMENTS, peak=BAND)


def test_columns_are_those_that_are_declared(measured):
    for table in OBSERVABLE.tables:
        assert sorted(measured[table.name]) == sorted(names_of(table.own)), table.name


def test_softness_is_the_share_of_the_low_bins(run, measured):
    """By the printed formulas, from the sums of the run."""
    rows, bins = measured["softness_particles"], int(0.6 / (2 * np.pi / 60))
    density = run.sums.low_spectra("hann")[:bins]
    naive = [sum(density[k, i] for k in range(bins)) / density.sum() * 64 for i in range(64)]
    np.testing.assert_allclose(rows["softness"], naive, rtol=1e-10)
    ratios = [sum(density[k, i] / density[k].sum() for k in range(bins)) for i in range(64)]
    np.testing.assert_allclose(rows["softness_ratios"], 64 * np.array(ratios) / bins, rtol=1e-10)
    inside = (run.sums.whole_omega >= BAND[0]) & (run.sums.whole_omega <= BAND[1])
    peak = run.sums.whole_spectra()[inside].sum(axis=0)
    np.testing.assert_allclose(rows["peak"], peak / peak.mean(), rtol=1e-10)
    for name in ("softness", "softness_ratios", "first_half", "second_half", "peak"):
        assert np.mean(rows[name]) == pytest.approx(1.0)
    cutoffs = pd.DataFrame(measured["softness_cutoffs"])
    main = cutoffs[cutoffs["main"]].iloc[0]
    assert main["cutoff"] == 0.6 and main["share_harmonic"] == 0.25
    assert main["share"] == pytest.approx(density.mean(axis=1).sum() * 2 * np.pi / 60)
    assert main["correlation"] == pytest.approx(np.corrcoef(rows["softness"], rows["ldwf"])[0, 1])
    assert main["reliability"] == pytest.approx(np.corrcoef(rows["first_half"], rows["second_half"])[0, 1])


def test_the_debye_waller_factor_is_over_all_pairs_of_frames(run, measured):
    paths = run.positions - run.positions.mean(axis=1, keepdims=True)
    for particle in (0, 17):
        pairs = [np.sum((paths[a, particle] - paths[b, particle]) ** 2) for a in range(60) for b in range(60) if a != b]
        assert measured["softness_particles"]["ldwf"][particle] == pytest.approx(np.mean(pairs), rel=1e-10)
    assert np.isnan(debye_waller(paths[:1])).all()


def test_species_and_phonons_are_told_apart(run):
    types = np.arange(64) % 2
    start = dataclasses.replace(run.start, types=types)
    two = measure_softness(dataclasses.replace(run, start=start), MODES, MOMENTS, peak=BAND)
    cutoffs = pd.DataFrame(two["softness_cutoffs"])
    rows = pd.DataFrame(two["softness_particles"])
    assert set(cutoffs["species"]) == {-1, 0, 1}
    for species in (0, 1):
        own, found = rows[rows["species"] == species], cutoffs[cutoffs["main"] & (cutoffs["species"] == species)].iloc[0]
        assert found["correlation"] == pytest.approx(np.corrcoef(own["softness"], own["ldwf"])[0, 1])
    numbers = {name: column[0] for name, column in two["softness_numbers"].items()}
    assert numbers["species_ratio"] == pytest.approx(rows.loc[types == 1, "softness"].mean() / rows.loc[types == 0, "softness"].mean())
    low, omega = run.sums.low_spectra("hann"), run.sums.low_omega
    rest = low[np.abs(omega - 1.1) > 0.11]
    assert 0 < len(rest) < len(low)
    assert numbers["without_phonons"] == pytest.approx(np.corrcoef(low.sum(axis=0), rest.sum(axis=0))[0, 1])


@pytest.mark.parametrize(
    ("changes", "words"), [({"cutoff": 0.05}, "too short"), ({"cutoff": 3.0}, "highest"), ({"peak": (70.0, 71.0)}, "no bin of its")]
)
def test_what_the_run_does_not_hold_is_named(run, changes, words):
    with pytest.raises(SampleError, match=words) as error:
        measure_softness(run, MODES, MOMENTS, **{"peak": BAND, **changes})
    assert "\n" not in str(error.value)


def test_order_in_space_against_loops():
    rng = np.random.default_rng(3)
    box, positions, values, types = np.diag([6.0, 7.0, 8.0]), rng.uniform(0, 6, (40, 3)), rng.standard_normal(40) ** 2, np.arange(40) % 2
    scores = against_groups(values, types)
    for group in (0, 1):
        assert scores[types == group].mean() == pytest.approx(0) and scores[types == group].std() == pytest.approx(1)
    edges, pairs = np.arange(0, 3.1, 0.5), pair_distances(positions, box)
    ours, counts = space_correlation(scores, pairs, edges)
    total, number, near, weight = np.zeros(6), np.zeros(6), 0.0, 0
    for i in range(40):
        for j in range(i + 1, 40):
            vector = positions[i] - positions[j]
            vector -= np.rint(vector / box.diagonal()) * box.diagonal()
            r = np.linalg.norm(vector)
            if r < 3.0:
                total[int(r / 0.5)] += scores[i] * scores[j]
                number[int(r / 0.5)] += 1
            if r < 1.5:
                near, weight = near + scores[i] * scores[j], weight + 1
    assert np.array_equal(counts, number)
    np.testing.assert_allclose(ours[number > 0], total[number > 0] / number[number > 0], rtol=1e-10)
    assert moran(scores, pairs, 1.5) == pytest.approx(near / weight / np.mean(scores**2))
    assert np.isnan(moran(scores, pairs, 0.0)) and np.isnan(moran(np.zeros(40), pairs, 1.5))
    assert moran(np.ones(40), pairs, 3.0) == pytest.approx(1.0) and np.isnan(pearson(np.ones(4), np.arange(4.0)))


def test_two_lines_meet_at_the_transition():
    temperatures = np.array([0.1, 0.2, 0.26, 0.29, 0.4, 0.5, 0.65, 0.8])
    energies = -8 + 1.5 * temperatures + 1.3 * np.maximum(0, temperatures - 0.33)
    found, window = crossing(temperatures, np.tile(energies, (3, 1)) + np.array([[0.0], [1.0], [2.0]]))
    np.testing.assert_allclose(found, 0.33, rtol=1e-9)
    assert window == "lines through T = 0.1, 0.2, 0.26, 0.29; 0.4, 0.5, 0.65, 0.8"
    assert np.isnan(crossing(temperatures[:5], np.tile(energies[:5], (3, 1)))[0]).all()
    straight, _ = crossing(temperatures, np.tile(1.0 * temperatures, (3, 1)) + 1e-3 * np.random.default_rng(1).standard_normal((3, 8)))
    assert np.isfinite(straight).sum() < 3  # lines that are one line meet anywhere


def test_averages_are_over_samples(tmp_path, measured):
    point = Point.plain(64, 0.05)
    files = []
    for table in (SOFTNESS_CUTOFFS, SOFTNESS_SPACE, SOFTNESS_NUMBERS):
        one = pd.DataFrame(measured[table.name])
        other = one.copy()
        for column in ("correlation", "moran_softness"):
            if column in other:
                other[column] = other[column] + 0.1
        parts = [one.assign(sample=0, flag=""), other.assign(sample=1, flag=""), pd.DataFrame([table.row(sample=2, flag="blew up")])]
        files.append(tmp_path / table.file)
        write_table(table, pd.concat(parts, ignore_index=True)[table.names], files[-1], {}, Key.of(point))
    estimates, curves, space, flags = aggregate_softness(*([file] for file in files), Ensemble(point, 2, seed=1, replicates=20))
    first = estimates[estimates["replicate"] == 0].set_index("quantity")["value"]
    cutoffs = pd.DataFrame(measured["softness_cutoffs"])
    np.testing.assert_allclose(curves["correlation"], cutoffs["correlation"] + 0.05, rtol=1e-9)
    assert first["softness_correlation"] == pytest.approx(cutoffs.loc[cutoffs["main"], "correlation"].iloc[0] + 0.05)
    assert first["moran_softness"] == pytest.approx(measured["softness_numbers"]["moran_softness"][0] + 0.05)
    assert np.isnan(first["softness_correlation_b"]) and flags["flag"].tolist() == ["blew up"]
    good = np.isfinite(measured["softness_space"]["correlation"])
    np.testing.assert_allclose(space["correlation"][good], measured["softness_space"]["correlation"][good] + 0.05, rtol=1e-9)
