"""Hops between inherent states, groups of particles and isoconfigurational runs against loops and closed cases."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from recorded_run import DYNAMICS, recorded_run
from vitrine import params
from vitrine.aggregation.ensemble import Ensemble, Estimate
from vitrine.aggregation.fits import Rows
from vitrine.aggregation.results import Results, StudySettings
from vitrine.config_files import merged_config
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.observables import declarations
from vitrine.observables.hopping import OBSERVABLE as HOPPING
from vitrine.observables.hopping.aggregate import aggregate_hopping
from vitrine.observables.hopping.derive import NAMES as HOPS_FITTED
from vitrine.observables.hopping.derive import fit_hopping
from vitrine.observables.hopping.measure import group_members, half_energies, hops, inherent_series, measure_hopping
from vitrine.observables.isoconfigurational import ESCAPE_CURVES, PROPENSITY
from vitrine.observables.isoconfigurational import measure as isoconfigurational
from vitrine.observables.isoconfigurational.aggregate import EDGES, aggregate_isoconfigurational
from vitrine.observables.isoconfigurational.derive import fit_isoconfigurational
from vitrine.observables.isoconfigurational.measure import run_isoconfigurational
from vitrine.observables.softness.check import check
from vitrine.observables.velocity_spectrum.derive import fit_velocity_spectrum
from vitrine.parquet import Key, write_table
from vitrine.points import PARENT_TEMPERATURE, PARTICLES, Point
from vitrine.preparation.restart import Restarts
from vitrine.schema import names_of
from vitrine.study import Study


@pytest.fixture(scope="module")
def run(planar_glass):
    return recorded_run(planar_glass)


@pytest.fixture(scope="module")
def particles():
    rng = np.random.default_rng(5)
    return pd.DataFrame({"softness": rng.exponential(1, 64), "peak": rng.uniform(0.5, 1.5, 64), "displacement": rng.uniform(0, 1, 64)})


@pytest.fixture(scope="module")
def warm(planar_glass):
    """So warm that particles hop."""
    return recorded_run(planar_glass, 0.8)


@pytest.fixture(scope="module")
def measured(warm, particles):
    return measure_hopping(warm, particles, shares=(0.05, 0.25), states=12)


def test_columns_are_those_that_are_declared(measured):
    for table in HOPPING.tables:
        assert sorted(measured[table.name]) == sorted(names_of(table.own)), table.name


def test_hops_against_loops():
    rng = np.random.default_rng(1)
    positions, energies = rng.standard_normal((7, 4, 3)), rng.standard_normal((7, 4))
    ours = hops(positions, energies, 2.0)
    for i in range(4):
        steps = [np.linalg.norm(positions[k + 1, i] - positions[k, i]) for k in range(6)]
        assert ours["hop_energy"][i] == pytest.approx(sum(abs(energies[k + 1, i] - energies[k, i]) for k in range(6)))
        assert ours["hop_square"][i] == pytest.approx(sum(step**2 for step in steps)) and ours["path"][i] == pytest.approx(sum(steps))
        assert ours["hops"][i] == sum(step > 2.0 for step in steps)
        assert ours["net"][i] == pytest.approx(np.linalg.norm(positions[-1, i] - positions[0, i]))


def test_half_energies_sum_to_the_energy(planar_glass):
    energies, bonds = half_energies(planar_glass), Interactions.of(planar_glass)
    naive = np.zeros(64)
    for i, j, energy in zip(bonds.i, bonds.j, bonds.derivatives[0], strict=True):
        naive[i] += energy / 2
        naive[j] += energy / 2
    np.testing.assert_allclose(energies, naive, rtol=1e-12)
    assert energies.sum() == pytest.approx(bonds.energy)


def test_a_solid_that_only_trembles_and_drifts_does_not_hop(run, planar_glass, particles):
    """Frames are the glass with noise, moved as a whole through the boundaries: one inherent state."""
    rng = np.random.default_rng(2)
    noise = 1e-3 * rng.standard_normal(run.positions.shape)
    still = dataclasses.replace(run, positions=planar_glass.positions + noise + 0.3 * np.arange(60)[:, None, None])
    positions, energies, unconverged = inherent_series(still, np.arange(0, 60, 20), 1e-8)
    assert unconverged == 0 and np.ptp(positions, axis=0).max() < 1e-5 and np.ptp(energies, axis=0).max() < 1e-5
    numbers = measure_hopping(still, particles, states=3, tolerance=1e-8)
    assert numbers["hopping_particles"]["hop_square"].max() == 0 and numbers["hopping_numbers"]["distinct"][0] == 0
    assert np.isnan(numbers["hopping_groups"]["reversibility"]).all()  # what does not move does not come back


def test_groups_are_the_largest_and_tell_their_overlap(warm, particles, measured):
    members = group_members({name: particles[name].to_numpy() for name in particles}, (0.05, 0.25))
    assert {key: len(own) for key, own in members.items() if key[0] == "softest"} == {("softest", 0.05): 3, ("softest", 0.25): 16}
    softest = set(particles["softness"].nlargest(16).index)
    assert set(members["softest", 0.25]) == softest
    assert len(group_members({name: particles[name].to_numpy() for name in particles}, (0.001,))["peak", 0.001]) == 1
    groups, motion = pd.DataFrame(measured["hopping_groups"]), pd.DataFrame(measured["hopping_particles"])
    own = groups[(groups["group"] == "softest") & (groups["share"] == 0.25)].iloc[0]
    fast = set(particles["displacement"].nlargest(16).index)
    assert own["overlap"] == len(softest & fast) / 16 and own["size"] == 16
    chosen = motion.loc[sorted(softest)]
    assert own["hop_energy"] == pytest.approx(chosen["hop_energy"].mean())
    assert own["reversibility"] == pytest.approx(1 - chosen["net"].sum() / chosen["path"].sum())


def test_motion_and_spectra_of_groups(warm, particles, measured):
    softest = sorted(particles["softness"].nlargest(16).index)
    paths = warm.positions - warm.positions.mean(axis=1, keepdims=True)
    rows = pd.DataFrame(measured["group_motion"])
    rows = rows[(rows["group"] == "softest") & (rows["share"] == 0.25)]
    for lag, second in zip(rows["lag"].round().astype(int), rows["second"], strict=True):
        naive = np.mean([np.sum((paths[t + lag, i] - paths[t, i]) ** 2) for t in range(60 - lag) for i in softest])
        assert second == pytest.approx(naive, rel=1e-9)
    spectra = pd.DataFrame(measured["group_spectra"])
    low = spectra[(spectra["group"] == "softest") & (spectra["share"] == 0.25) & (spectra["band"] == "low")]
    np.testing.assert_allclose(low["spectrum"], warm.sums.low_spectra()[:, softest].mean(axis=1), rtol=1e-10)


def test_series_follow_the_softest_and_the_most_diffusive(warm, particles, measured):
    rows = pd.DataFrame(measured["hopping_series"])
    paths = warm.positions - warm.positions.mean(axis=1, keepdims=True)
    for role, name in (("softest", "softness"), ("diffusive", "displacement")):
        one, own = particles[name].idxmax(), rows[rows["role"] == role]
        frames = own["time"].round().astype(int)
        np.testing.assert_allclose(own["displacement"], np.linalg.norm(paths[frames, one] - paths[0, one], axis=1), atol=1e-12)


def written(table, frames, folder, point):
    path = folder / table.file
    write_table(table, pd.concat(frames, ignore_index=True)[table.names], path, {}, Key.of(point))
    return [path]


def test_averages_of_groups(tmp_path, measured):
    """Two samples, the second hops twice as much; one whose states did not converge is left out and told."""
    point, files = Point.plain(64, 0.05), {}
    for table in HOPPING.tables:
        one = pd.DataFrame(measured[table.name])
        twice = one.assign(**{name: 2 * one[name] for name in ("hop_energy", "second", "spectrum", "hop_energy_a") if name in one})
        bad = one.assign(unconverged=3) if "unconverged" in one else one
        files[table.name] = written(
            table, [one.assign(sample=0, flag=""), twice.assign(sample=1, flag=""), bad.assign(sample=2, flag="")], tmp_path, point
        )
    wanted = {file.removesuffix(".parquet"): files[file.removesuffix(".parquet")] for file in HOPPING.combines}
    estimates, motion, spectra, groups, flags = aggregate_hopping(**wanted, ensemble=Ensemble(point, 2, seed=1, replicates=20))
    first = estimates[estimates["replicate"] == 0].set_index("quantity")["value"]
    rows = pd.DataFrame(measured["hopping_groups"])
    softest = rows[(rows["group"] == "softest") & (rows["share"] == 0.05)].iloc[0]
    assert first["hop_energy_softest"] == pytest.approx(1.5 * softest["hop_energy"])
    assert first["group_overlap"] == pytest.approx(softest["overlap"])
    numbers = measured["hopping_numbers"]
    assert first["distinct_states"] == pytest.approx(numbers["distinct"][0] / (numbers["states"][0] - 1))
    np.testing.assert_allclose(motion["second"], 1.5 * pd.DataFrame(measured["group_motion"])["second"], rtol=1e-9)
    for group in ("softest", "diffusive", "peak"):
        own = pd.DataFrame(measured["group_motion"]).query("group == @group and share == 0.05 and lag == 30")["second"]
        assert first[f"motion_{group}"] == pytest.approx(1.5 * own.item())  # 60 frames 1 apart: half of the run is 30
    np.testing.assert_allclose(spectra["spectrum"], 1.5 * pd.DataFrame(measured["group_spectra"])["spectrum"], rtol=1e-9)
    assert len(groups) == len(rows) and flags["flag"].tolist() == ["inherent states along its run did not converge"]


# --- isoconfigurational -------------------------------------------------------------------------------------------------------------------------


def runs(run, particles, restarts=None, number=3, dynamics=DYNAMICS):
    return run_isoconfigurational(run, particles, np.random.default_rng(7), dynamics, restarts, runs=number, time=0.5, nearest=0.02)


def test_runs_are_from_one_configuration_with_velocities_of_their_own(run, particles):
    columns = runs(run, particles)
    assert sorted(columns) == sorted(names_of(PROPENSITY.own))
    moved = [isoconfigurational.displacements(run.start, DYNAMICS, 0.5, stream) for stream in np.random.default_rng(7).spawn(3)]
    assert np.array_equal(columns["escapes"], np.sum(np.array(moved) > 0.02, axis=0)) and 0 < columns["escapes"].mean() < 3
    np.testing.assert_allclose(columns["propensity"], np.mean(np.square(moved), axis=0), rtol=1e-12)
    # In so short a time particles fly: |dr|^2 is of the order of d T t^2, and no more.
    assert 0 < columns["propensity"].mean() < 2 * 0.05 * 0.25


def test_interrupted_runs_go_on_with_the_same_numbers(run, particles, tmp_path, monkeypatch):
    whole, done = runs(run, particles), []
    restarts = Restarts(tmp_path / "restarts", 1, {"settings": "these"}, None)
    own = isoconfigurational.displacements

    def stops(*arguments):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(1)
        return own(*arguments)

    monkeypatch.setattr(isoconfigurational, "displacements", stops)
    with pytest.raises(KeyboardInterrupt):
        runs(run, particles, restarts)
    done.clear()
    again = runs(run, particles, restarts)
    assert len(done) == 1 and all(np.array_equal(again[name], whole[name]) for name in whole)
    with pytest.raises(InputError, match="walltime_minutes is over: what was done is kept"):
        runs(run, particles, Restarts(tmp_path / "other", 1, {}, 0.0))


def test_runs_that_blow_up_are_flagged(run, particles):
    with pytest.raises(SampleError, match="blew up at step .* time step 0.9"):
        run_isoconfigurational(run, particles, np.random.default_rng(1), {**DYNAMICS, "time_step": 0.9}, runs=1, time=20.0)


def test_the_probability_in_bins_of_softness(tmp_path):
    rng, point = np.random.default_rng(1), Point.plain(200, 0.26)
    frames = []
    for sample in range(3):
        softness = rng.exponential(3, 200)
        escapes = rng.binomial(10, np.where(softness > 8, 0.5, 0.05))
        frames.append(pd.DataFrame({"sample": sample, "particle": np.arange(200), "species": 0, "softness": softness, "runs": 10}))
        frames[-1] = frames[-1].assign(escapes=escapes, propensity=0.1 * softness, flag="")
    frames.append(pd.DataFrame([PROPENSITY.row(sample=3, flag="blew up")]))
    estimates, curve, flags = aggregate_isoconfigurational(written(PROPENSITY, frames, tmp_path, point), Ensemble(point, 3, seed=1, replicates=20))
    assert list(curve.columns) == ESCAPE_CURVES.names and flags["flag"].tolist() == ["blew up"]
    data = pd.concat(frames[:3])
    for row in curve.itertuples():
        inside = data[(data["softness"] >= row.softness_low) & (data["softness"] < row.softness_high)]
        assert row.particles_in == len(inside) and row.probability == pytest.approx((inside["escapes"] / 10).mean())
        likely = (inside["escapes"].sum() + 1) / (10 * len(inside) + 2)
        assert row.binomial_error == pytest.approx(np.sqrt(likely * (1 - likely) / (10 * len(inside)))) and row.binomial_error > 0
    assert curve["particles_in"].sum() == 600 and set(curve["softness_low"]) <= set(EDGES)
    first = estimates[estimates["replicate"] == 0].set_index("quantity")["value"]
    per_sample = [frame.nlargest(4, "softness") for frame in frames[:3]]
    assert first["escape_softest"] == pytest.approx(np.mean([(one["escapes"] / 10).mean() for one in per_sample]))
    assert first["propensity_correlation"] == pytest.approx(1.0) and first["escape_peak_softness"] in (np.sqrt(8 * 16), np.sqrt(16 * 32))


# --- in a study ---------------------------------------------------------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[2]


def test_numbers_beside_the_published_ones_are_those_nearest_to_their_temperature():
    settings = StudySettings((PARTICLES, PARENT_TEMPERATURE), (500, 0.29), "parent_temperature", 3, 1.2, 0.32, "T_g")
    names = (*HOPS_FITTED, "escape_peak_softness", "low_exponent")
    ensembles = {(500, T): {name: Estimate(T + np.zeros(3), "1", 2, 0) for name in names} for T in (0.31, 0.25, 0.11)}
    ensembles[500, 0.26] = {name: Estimate(np.full(3, 0.26), "1", 2, 0, "flagged") for name in names}  # in doubt: the next one is taken
    rows, results = Rows(), Results(settings, ensembles)
    fit_hopping(rows, results)
    fit_isoconfigurational(rows, results)
    fit_velocity_spectrum(rows, results)
    frame = rows.frame().set_index("name")
    nearest = {**dict.fromkeys(names, 0.25), "low_exponent": 0.31}  # the one is published at 0.26, the other at 0.29
    assert frame["value"].to_dict() == nearest and all(f"{nearest[name]:g}" in words for name, words in frame["window"].items())
    declared = {one.fit for name in ("hopping", "isoconfigurational", "velocity_spectrum") for one in declarations()[name].headlines}
    assert declared == set(frame.index)


def test_a_job_with_dynamics_of_its_own_is_told_them_and_where_it_stores():
    study = Study.from_config(merged_config([ROOT / "config.yaml", ROOT / "studies" / "softness_small.yaml"]), conda=True)
    told = params.measuring(study, study.observables["isoconfigurational"])
    job = SimpleNamespace(point="N500_T0.2600", batch="00000-00001")
    assert told["dynamics"](job)["time_step"] == 0.004 and told["dynamics"](job)["engine"] == "builtin"
    assert told["restarts"](job) == "results/softness_small/restarts/run_isoconfigurational/N500_T0.2600_00000-00001"
    assert "dynamics" not in params.measuring(study, study.observables["softness"])


@pytest.mark.parametrize("changes", [{"sampling": None}, {"sampling": 0.05}, {"frames": 10}])
def test_a_study_whose_runs_give_no_spectra_is_refused(changes):
    config = merged_config([ROOT / "config.yaml", ROOT / "studies" / "softness_small.yaml"])
    config["trajectories"] |= changes
    with pytest.raises(InputError, match="config key trajectories"):
        Study.from_config(config, conda=True)


@pytest.mark.parametrize(
    ("observable", "changes", "words"),
    [
        ("softness", {"cutoff": 1.3}, "observables.softness.cutoff has 1.3: bins end at trajectories.highest, 1.2"),
        ("softness", {"cutoffs": [0.3, 2.5]}, "observables.softness.cutoffs has 2.5: bins end at trajectories.highest, 1.2"),
        ("softness", {"cutoff": 0.05}, r"softness.cutoff has 0.05: the lowest bin of a run of trajectories.frames x interval, 120, is 0.0524"),
        ("softness", {"peak": [70.0, 79.0]}, r"softness.peak is \[70, 79\]: .* pi over trajectories.sampling, 78.54, are allowed"),
        ("softness", {"peak": [12.0, 11.0]}, r"softness.peak is \[12, 11\]: two ascending"),
        ("hopping", {"states": 121}, "hopping.states is 121: .* no more than trajectories.frames, 120, are allowed"),
        ("velocity_spectrum", {"instantaneous": 121}, "velocity_spectrum.instantaneous is 121: .* no more than trajectories.frames, 120"),
    ],
)
def test_settings_that_do_not_fit_the_runs_are_refused_when_the_study_is_read(observable, changes, words):
    config = merged_config([ROOT / "config.yaml", ROOT / "studies" / "softness_small.yaml"])
    config["observables"][observable] |= changes
    with pytest.raises(InputError, match=f"config key (observables.)?{words}") as error:
        Study.from_config(config, conda=True)
    assert "\n" not in str(error.value)


def test_bins_of_stored_velocities_end_where_they_do():
    section = {"sampling": None, "interval": 0.05, "frames": 4000, "highest": 9.0}
    check({"cutoff": 1.2, "cutoffs": [], "peak": [11.0, 62.0]}, section)
    with pytest.raises(InputError, match="cutoff has 1.3: bins of stored velocities end at 1.2, and"):
        check({"cutoff": 1.3, "cutoffs": [1.0], "peak": [11.0, 12.0]}, section)
    with pytest.raises(InputError, match="pi over trajectories.interval, 62.83, are"):
        check({"cutoff": 1.2, "cutoffs": [1.0], "peak": [11.0, 63.0]}, section)
