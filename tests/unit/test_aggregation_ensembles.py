"""Aggregation of one ensemble: known answers, plain re-implementations, no influence of batches or order, flagged samples left out and counted."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from aggregated import (
    ENSEMBLE,
    ON_ENSEMBLES,
    POINT,
    SAMPLES,
    Aggregation,
    assert_same,
    counts,
    drop_samples,
    flag_samples,
    made,
    sources,
    values,
    weights,
)
from vitrine.errors import InputError
from vitrine.observables import declarations, function_of, module_of
from vitrine.observables.glasses.aggregate import aggregate_glasses
from vitrine.parquet import Key, read_table, write_table
from vitrine.points import Axis, Point
from vitrine.tables import ESTIMATES, FLAGS, GLASSES

every_observable = pytest.mark.parametrize("name", ON_ENSEMBLES)


@pytest.fixture
def run(tmp_path):
    """Aggregate an observable: run(name, files=1, order=None, change={table: function of its frame}, **settings)."""
    return Aggregation(tmp_path)


@every_observable
def test_batches_and_order_of_samples_change_nothing(run, name):
    whole = run(name)
    assert len(whole[0]) > 0
    shuffled = np.random.default_rng(8).permutation(SAMPLES)
    assert_same(run(name, files=7), whole)
    assert_same(run(name, files=20, order=shuffled), whole)


@every_observable
def test_flagged_samples_are_counted_and_leave_no_trace(run, name):
    """The others keep their weights, so every number must be that of an ensemble that never had the flagged samples."""
    flagged = run(name, files=3, change=dict.fromkeys(sources(name), flag_samples(3, 17)))
    without = run(name, files=3, change=dict.fromkeys(sources(name), drop_samples(3, 17)))
    assert_same([flagged[0].drop(columns="flagged")], [without[0].drop(columns="flagged")])
    assert_same(flagged[1:-1], without[1:-1])
    assert set(flagged[0]["flagged"]) == {2} and set(without[0]["flagged"]) == {0}
    assert np.isfinite(flagged[0]["value"]).any()
    flags = flagged[-1]
    assert flags[["step", "flag", "samples", "examples"]].to_numpy().tolist() == [[name, "not equilibrated", 2, "3, 17"]]
    assert len(without[-1]) == 0


@every_observable
def test_results_fit_their_schemas(run, name, tmp_path):
    one = declarations()[name]
    frames = run(name, change={sources(name)[0]: flag_samples(5)})
    for schema, frame in zip((ESTIMATES, *one.curves, *one.kept, FLAGS), frames, strict=True):
        path = tmp_path / schema.file
        write_table(schema, frame, path, {}, Key.of(POINT))
        back = read_table(schema, path)
        assert len(back) == len(frame) and (len(frame) > 0 or schema.name == "vibrability_map")  # that of a glass in the plane
        assert back["particles"].eq(40).all() and back["parent_temperature"].eq(0.45).all()


@every_observable
def test_every_estimate_has_its_replicates_in_order(run, name):
    """Replicate 0, the estimate, is the first."""
    estimates = run(name)[0]
    assert all(one.tolist() == list(range(21)) for _, one in estimates.groupby("quantity")["replicate"])


@every_observable
def test_an_ensemble_without_a_good_sample_is_nan_throughout(run, name):
    change = dict.fromkeys(sources(name), flag_samples(*range(SAMPLES)))
    estimates, *frames, flags = run(name, files=2, change=change)
    assert estimates["value"].isna().all()
    assert set(estimates["samples"]) == {0} and set(estimates["flagged"]) == {SAMPLES}
    assert all(len(frame) == 0 for frame in frames)
    assert flags["samples"].tolist() == [SAMPLES]
    assert flags["examples"].tolist() == ["0, 1, 2, 3, 4, ..."]


@pytest.mark.parametrize("name", ["glasses", "modes", "elasticity", "pinching", "bond_operator"])
def test_a_nan_in_a_good_row_takes_the_whole_sample_out(run, name):
    column = {"glasses": "inherent_energy", "modes": "omega", "elasticity": "bulk_modulus", "pinching": "omega", "bond_operator": "lambda"}[name]

    def spoil(frame):
        first = frame.index[frame["sample"] == 9][0]
        return frame.assign(**{column: frame[column].where(frame.index != first)})

    found = run(name, change={name: spoil})
    without = run(name, change=dict.fromkeys(sources(name), drop_samples(9)))
    assert_same([found[0].drop(columns="flagged"), *found[1:-1]], [without[0].drop(columns="flagged"), *without[1:-1]])
    assert found[-1][["flag", "samples"]].to_numpy().tolist() == [[f"{column} is not a finite number", 1]]


@pytest.mark.parametrize("omega", [-0.1, 0.0])
def test_a_negative_eigenvalue_in_a_good_row_is_an_unstable_sample(run, omega):
    change = {"modes": lambda frame: frame.assign(omega=frame["omega"].where(frame.index != 0, omega))}
    estimates, *_, flags = run("modes", change=change)
    assert counts(estimates, "A_g") == (SAMPLES - 1, 1)
    assert flags["flag"].tolist() == ["omega is not positive"]


def test_the_first_five_of_those_left_out_are_named(run):
    """And that there are more only where there are."""
    for number, examples in ((4, "0, 1, 2, 3"), (5, "0, 1, 2, 3, 4"), (6, "0, 1, 2, 3, 4, ...")):
        flags = run("glasses", change={"glasses": flag_samples(*reversed(range(number)))})[-1]
        assert flags[["samples", "examples"]].to_numpy().tolist() == [[number, examples]]


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "glasses.parquet"
    write_table(GLASSES, made("glasses"), path, {}, Key.of(POINT))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match="glasses.parquet"):
        aggregate_glasses([path], ENSEMBLE)
    with pytest.raises(InputError, match="missing.parquet"):
        aggregate_glasses([tmp_path / "missing.parquet"], ENSEMBLE)


PRESSURE = Axis("applied_pressure", "p", "p", "epsilon/lambda_min^d", "pressure of the barostat")
HERE = Point((*POINT.axes, PRESSURE), (40, 0.45, 1.0))


@pytest.mark.parametrize(
    ("written", "asked", "said"),
    [
        (Point.plain(41, 0.45), POINT, r"holds particles = 41, not N = 40, T_p = 0\.45"),
        (Point.plain(40, 0.5), POINT, r"holds parent_temperature = 0\.5, not N = 40, T_p = 0\.45"),
        (HERE.at(applied_pressure=1.1), HERE, r"holds applied_pressure = 1\.1, not N = 40, T_p = 0\.45, p = 1"),
        (POINT, HERE, "has no column applied_pressure"),
    ],
)
@pytest.mark.parametrize("name", ["glasses", "modes"])
def test_a_file_of_another_ensemble_is_named(run, name, written, asked, said):
    with pytest.raises(InputError, match=rf"\w+\.parquet: {said}"):
        run(name, point=written, ensemble=replace(ENSEMBLE, point=asked))
    assert len(run("glasses", point=asked, ensemble=replace(ENSEMBLE, point=asked))[0]) > 0


@pytest.mark.parametrize("name", ["glasses", "vibrability_field"])
def test_a_file_that_other_settings_made_is_named(run, name):
    """After another seed, ladder or tolerance the numbers are another study's, though N and T_p are the same."""
    observable = {"glasses": "glasses", "vibrability_field": "vibrability"}[name]
    paths = {source: run.write(source, identity="this") for source in sources(observable)}
    one = declarations()[observable]
    average = function_of(module_of(observable, "aggregate"), one.aggregate)
    average(**paths, ensemble=replace(ENSEMBLE, identities=dict.fromkeys(paths, "this")))
    average(**paths, ensemble=replace(ENSEMBLE, identities={name: ""}))
    with pytest.raises(InputError, match=rf"{name}\.\w+: was made with another seed, ladder or other settings .*remove it and run again") as error:
        average(**paths, ensemble=replace(ENSEMBLE, identities={name: "other"}))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["glasses", "pinching"])
def test_a_sample_in_two_files_is_refused(run, name):
    with pytest.raises(InputError, match=r"sample 3 is also in .*parquet"):
        run(name, files=2, order=np.array([0, 1, 3, 2, 3, 4]))


def test_a_second_row_for_a_sample_is_refused(run):
    with pytest.raises(InputError, match="sample 0 has several rows"):
        run("glasses", change={"glasses": lambda frame: pd.concat([frame, frame.head(1)])})


def test_means_and_chi_are_those_of_numpy(run):
    estimates, _ = run("elasticity")
    data = made("elasticity")
    for name in ("pressure", "c_s", "omega_ph"):
        expected = [np.average(data[name], weights=row) for row in weights()]
        np.testing.assert_allclose(values(estimates, name), expected, rtol=1e-13)
    modulus = data["shear_modulus"].to_numpy()
    repeated = [np.repeat(modulus, row.astype(int)) for row in weights()]
    expected = [np.sqrt(40) * one.std(ddof=1) / one.mean() for one in repeated]
    np.testing.assert_allclose(values(estimates, "chi"), expected, rtol=1e-10)


def test_a_liquid_without_one_number_is_left_out_of_that_mean_alone(run):
    change = {"liquids": lambda frame: frame.assign(energy_relaxation_time=frame["energy_relaxation_time"].where(frame["sample"] != 4))}
    estimates, *_, flags = run("liquids", change=change)
    assert counts(estimates, "energy_relaxation_time") == (SAMPLES - 1, 1)
    assert counts(estimates, "energy_liquid") == (SAMPLES, 0)
    assert np.isfinite(estimates["value"]).all()
    assert flags["examples"].tolist() == ["4"] and "this mean alone" in flags["flag"][0]


def test_overlap_curve_is_the_mean_over_samples_that_ran_long_enough(run):
    _, curve, *_ = run("liquids", change={"liquids": flag_samples(1)})
    data = made("relaxation")
    data = data[(data["series"] == "overlap") & (data["sample"] != 1)]
    expected = data.groupby("time")["value"].agg(["mean", "count"])
    np.testing.assert_allclose(curve["overlap"], expected["mean"], rtol=1e-13)
    assert curve["samples"].tolist() == expected["count"].tolist() == [59, 59, 59, 39]
    spread = data.groupby("time")["value"].std() / np.sqrt(expected["count"])
    np.testing.assert_allclose(curve["overlap_error"], spread, rtol=0.6)
