"""Aggregation of one ensemble: known answers, plain re-implementations, no influence of batches or order, flagged samples left out and counted."""

import numpy as np
import pandas as pd
import pytest
from vitrine import tables
from vitrine.aggregation.bond_operator import aggregate_bond_operator
from vitrine.aggregation.elasticity import aggregate_elasticity
from vitrine.aggregation.ensemble import Ensemble
from vitrine.aggregation.glasses import aggregate_glasses
from vitrine.aggregation.liquids import aggregate_liquids
from vitrine.aggregation.modes import aggregate_modes
from vitrine.aggregation.pinching import SCATTERED, aggregate_pinching
from vitrine.errors import InputError
from vitrine.parquet import read_table, write_table

SAMPLES = 60
FRACTION = 0.9
ENSEMBLE = Ensemble(particles=40, parent_temperature=0.45, dimension=3, density=0.58, seed=7, replicates=20)
PREFACTOR = 0.3  # A_g per particle of the synthetic spectra
BONDS = 60


def key(sample):
    return {"particles": ENSEMBLE.particles, "parent_temperature": ENSEMBLE.parent_temperature, "sample": sample}


def sample_rows(table, **columns):
    """One row per sample with random positive numbers wherever `columns` gives none."""
    rng = np.random.default_rng(1)
    rows = []
    for sample in range(SAMPLES):
        numbers = {column.name: rng.uniform(1, 2) for column in table.columns if column.type == "double"}
        given = {name: values[sample] for name, values in columns.items()}
        rows.append(table.empty_row(**{**numbers, **key(sample), **given}))
    return pd.DataFrame(rows)


def many_rows(table, counts, **columns):
    """`counts[sample]` rows per sample; `columns` are flat."""
    samples = np.repeat(np.arange(SAMPLES), counts)
    blank = table.empty_row(**key(0))
    return pd.DataFrame({name: columns.get(name, samples if name == "sample" else np.full(len(samples), value)) for name, value in blank.items()})


def make_elasticity():
    modulus = np.random.default_rng(2).normal(12, 1.5, SAMPLES)
    return sample_rows(tables.ELASTICITY, shear_modulus=modulus, omega_ph=np.random.default_rng(3).uniform(1.0, 1.2, SAMPLES))


def make_modes():
    """d(N - 1) modes per sample drawn from N A_g omega^4 up to where it holds them all."""
    upper = (5 * ENSEMBLE.modes / (ENSEMBLE.particles * PREFACTOR)) ** 0.2
    omega = np.sort(upper * np.random.default_rng(4).random((SAMPLES, ENSEMBLE.modes)) ** 0.2, axis=1)
    return many_rows(tables.MODES, ENSEMBLE.modes, mode=np.tile(np.arange(ENSEMBLE.modes), SAMPLES), omega=omega.ravel())


def make_bond_operator():
    """Eigenvalues omega^-2 of the same law; N e = 30 in the tail (lambda > 1) and 80 below."""
    values = make_modes()["omega"].to_numpy() ** -2.0
    force = np.where(values > 1, 30, 80) / ENSEMBLE.particles
    columns = {"lambda": values, "participation_force": force, "participation_displacement": 2 * force}
    return many_rows(tables.BOND_OPERATOR, ENSEMBLE.modes, mode=np.tile(np.arange(ENSEMBLE.modes), SAMPLES), **columns)


def make_pinching():
    rng = np.random.default_rng(5)
    total = SAMPLES * BONDS
    force = 10 ** rng.uniform(-5, 1, total)
    force[::50] *= -1
    omega = np.where(np.abs(force) < 1e-2, 1.5, 2.5) + 0.2 * rng.standard_normal(total)
    i = np.tile(np.arange(BONDS), SAMPLES)
    return many_rows(tables.PINCHING, BONDS, i=i, j=i + 1, force=force, force_reduced=force, omega=omega)


def make_relaxation():
    rng = np.random.default_rng(6)
    times = np.array([1.0, 10.0, 100.0, 1000.0])
    lengths = np.where(np.arange(SAMPLES) % 3 == 0, 3, 4)
    time = np.concatenate([times[:length] for length in lengths])
    frame = many_rows(tables.RELAXATION, lengths, time=time, value=np.exp(-time / 200) + 0.01 * rng.standard_normal(len(time)), series="overlap")
    energy = frame[frame["time"] == 1.0].assign(series="energy", value=-3.0)
    return pd.concat([frame, energy], ignore_index=True)


DATA = {
    "liquids": (tables.LIQUIDS, lambda: sample_rows(tables.LIQUIDS)),
    "relaxation": (tables.RELAXATION, make_relaxation),
    "glasses": (tables.GLASSES, lambda: sample_rows(tables.GLASSES)),
    "modes": (tables.MODES, make_modes),
    "elasticity": (tables.ELASTICITY, make_elasticity),
    "pinching": (tables.PINCHING, make_pinching),
    "bond_operator": (tables.BOND_OPERATOR, make_bond_operator),
}
AGGREGATIONS = {
    "liquids": (("liquids", "relaxation"), aggregate_liquids, {}),
    "glasses": (("glasses",), aggregate_glasses, {}),
    "modes": (("modes", "elasticity"), aggregate_modes, {"phonon_fraction": FRACTION}),
    "elasticity": (("elasticity",), aggregate_elasticity, {}),
    "pinching": (("pinching",), aggregate_pinching, {"weak_force": 1e-2}),
    "bond_operator": (("bond_operator",), aggregate_bond_operator, {"lambda_tail": 0.03, "plateau_excess": 0.15}),
}


@pytest.fixture
def run(tmp_path):
    """Aggregate an observable: run(name, files=1, order=None, change={table: function of its frame}, **settings)."""
    made = iter(range(1000))

    def write(name, files, order, change):
        table, make = DATA[name]
        frame = change.get(name, lambda data: data)(make())
        paths = []
        rows_of = dict(tuple(frame.groupby("sample")))
        for part in np.array_split(np.arange(SAMPLES) if order is None else order, files):
            rows = pd.concat([rows_of[sample] for sample in part if sample in rows_of])
            paths.append(tmp_path / f"{next(made)}" / f"{name}.parquet")
            write_table(table, rows.reset_index(drop=True), paths[-1], {})
        return paths

    def aggregate(name, files=1, order=None, change=None, **settings):
        sources, function, defaults = AGGREGATIONS[name]
        paths = [write(source, files, order, change or {}) for source in sources]
        return function(*paths, ENSEMBLE, **{**defaults, **settings})

    return aggregate


def values(estimates, quantity):
    return estimates.loc[estimates["quantity"] == quantity, "value"].to_numpy()


def counts(estimates, quantity):
    row = estimates[estimates["quantity"] == quantity].iloc[0]
    return row["samples"], row["flagged"]


def assert_same(found, expected, rtol=1e-12):
    for one, other in zip(found, expected, strict=True):
        pd.testing.assert_frame_equal(one, other, rtol=rtol, atol=0, check_exact=False)


def flag_samples(*samples, reason="not equilibrated"):
    """A change of a table: these samples have one row of NaN with a flag."""

    def change(frame):
        kept = frame[~frame["sample"].isin(samples)]
        table = next(table for table, _ in DATA.values() if {column.name for column in table.columns} == set(frame.columns))
        return pd.concat([kept, pd.DataFrame([table.empty_row(**key(sample), flag=reason) for sample in samples])], ignore_index=True)

    return change


def drop_samples(*samples):
    return lambda frame: frame[~frame["sample"].isin(samples)]


def weights():
    return ENSEMBLE.weights(np.arange(SAMPLES))


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_batches_and_order_of_samples_change_nothing(run, name):
    whole = run(name)
    assert len(whole[0]) > 0
    shuffled = np.random.default_rng(8).permutation(SAMPLES)
    assert_same(run(name, files=7), whole)
    assert_same(run(name, files=50, order=shuffled), whole)


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_flagged_samples_are_counted_and_leave_no_trace(run, name):
    """The others keep their weights, so every number must be that of an ensemble that never had the flagged samples."""
    sources = AGGREGATIONS[name][0]
    flagged = run(name, files=3, change=dict.fromkeys(sources, flag_samples(3, 17)))
    without = run(name, files=3, change=dict.fromkeys(sources, drop_samples(3, 17)))
    assert_same([flagged[0].drop(columns="flagged")], [without[0].drop(columns="flagged")])
    assert_same(flagged[1:-1], without[1:-1])
    assert set(flagged[0]["flagged"]) == {2} and set(without[0]["flagged"]) == {0}
    assert np.isfinite(flagged[0]["value"]).any()
    flags = flagged[-1]
    assert flags[["step", "flag", "samples", "examples"]].to_numpy().tolist() == [[name, "not equilibrated", 2, "3, 17"]]
    assert len(without[-1]) == 0


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_results_fit_their_schemas(run, name, tmp_path):
    curves = {"liquids": ["RELAXATION_CURVES"], "modes": ["MODE_DENSITY"], "bond_operator": ["BOND_OPERATOR_DENSITY"]}
    curves["pinching"] = ["PINCHING_FORCE", "PINCHING_SCATTER"]
    schemas = ["ESTIMATES", *curves.get(name, []), "FLAGS"]
    frames = run(name, change={AGGREGATIONS[name][0][0]: flag_samples(5)})
    for schema, frame in zip(schemas, frames, strict=True):
        path = tmp_path / f"{schema}.parquet"
        write_table(getattr(tables, schema), frame, path, {})
        assert len(read_table(getattr(tables, schema), path)) == len(frame) > 0


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_an_ensemble_without_a_good_sample_is_nan_throughout(run, name):
    change = dict.fromkeys(AGGREGATIONS[name][0], flag_samples(*range(SAMPLES)))
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
    without = run(name, change={name: drop_samples(9)})
    assert_same([found[0].drop(columns="flagged"), *found[1:-1]], [without[0].drop(columns="flagged"), *without[1:-1]])
    assert found[-1][["flag", "samples"]].to_numpy().tolist() == [[f"{column} is not a finite number", 1]]


def test_a_negative_eigenvalue_in_a_good_row_is_an_unstable_sample(run):
    change = {"modes": lambda frame: frame.assign(omega=frame["omega"].where(frame.index != 0, -0.1))}
    estimates, _, flags = run("modes", change=change)
    assert counts(estimates, "A_g") == (SAMPLES - 1, 1)
    assert flags["flag"].tolist() == ["omega is not positive"]


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "glasses.parquet"
    write_table(tables.GLASSES, DATA["glasses"][1](), path, {})
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match="glasses.parquet"):
        aggregate_glasses([path], ENSEMBLE)
    with pytest.raises(InputError, match="missing.parquet"):
        aggregate_glasses([tmp_path / "missing.parquet"], ENSEMBLE)


@pytest.mark.parametrize("column, value", [("particles", 41), ("parent_temperature", 0.5)])
def test_a_file_of_another_ensemble_is_named(run, column, value):
    with pytest.raises(InputError, match=r"glasses.parquet: holds N = "):
        run("glasses", change={"glasses": lambda frame: frame.assign(**{column: value})})


@pytest.mark.parametrize("name", ["glasses", "pinching"])
def test_a_sample_in_two_files_is_refused(run, name):
    with pytest.raises(InputError, match=r"sample 3 is also in .*parquet"):
        run(name, files=2, order=np.array([0, 1, 3, 2, 3, 4]))


def test_a_second_row_for_a_sample_is_refused(run):
    with pytest.raises(InputError, match="sample 0 has several rows"):
        run("glasses", change={"glasses": lambda frame: pd.concat([frame, frame.head(1)])})


def test_means_and_chi_are_those_of_numpy(run):
    estimates, _ = run("elasticity")
    data = make_elasticity()
    for name in ("pressure", "c_s", "omega_ph"):
        expected = [np.average(data[name], weights=row) for row in weights()]
        np.testing.assert_allclose(values(estimates, name), expected, rtol=1e-13)
    modulus = data["shear_modulus"].to_numpy()
    repeated = [np.repeat(modulus, row.astype(int)) for row in weights()]
    expected = [np.sqrt(40) * one.std(ddof=1) / one.mean() for one in repeated]
    np.testing.assert_allclose(values(estimates, "chi"), expected, rtol=1e-10)


def test_a_liquid_without_one_number_is_left_out_of_that_mean_alone(run):
    change = {"liquids": lambda frame: frame.assign(energy_relaxation_time=frame["energy_relaxation_time"].where(frame["sample"] != 4))}
    estimates, _, flags = run("liquids", change=change)
    assert counts(estimates, "energy_relaxation_time") == (SAMPLES - 1, 1)
    assert counts(estimates, "energy_liquid") == (SAMPLES, 0)
    assert np.isfinite(estimates["value"]).all()
    assert flags["examples"].tolist() == ["4"] and "this mean alone" in flags["flag"][0]


def test_overlap_curve_is_the_mean_over_samples_that_ran_long_enough(run):
    _, curve, _ = run("liquids", change={"liquids": flag_samples(1)})
    data = make_relaxation()
    data = data[(data["series"] == "overlap") & (data["sample"] != 1)]
    expected = data.groupby("time")["value"].agg(["mean", "count"])
    np.testing.assert_allclose(curve["overlap"], expected["mean"], rtol=1e-13)
    assert curve["samples"].tolist() == expected["count"].tolist() == [59, 59, 59, 39]
    spread = data.groupby("time")["value"].std() / np.sqrt(expected["count"])
    np.testing.assert_allclose(curve["overlap_error"], spread, rtol=0.6)


def test_mode_density_is_the_plain_histogram_and_its_cumulative_reaches_all_modes(run):
    _, density, _ = run("modes")
    omega = make_modes()["omega"].to_numpy()
    edges = np.append(density["omega_low"], density["omega_high"].iloc[-1])
    histogram = np.histogram(omega, edges)[0]
    np.testing.assert_array_equal(density["count"], histogram)
    np.testing.assert_allclose(density["density"], histogram / (SAMPLES * 40 * np.diff(edges)), rtol=1e-12)
    np.testing.assert_allclose(density["cumulative"], np.cumsum(histogram) / (SAMPLES * 40), rtol=1e-12)
    assert density["cumulative"].iloc[-1] == pytest.approx(3 * 39 / 40, rel=1e-12)
    assert np.all(density["density_error"] >= 0)


def test_modes_give_back_the_prefactor_by_every_way(run):
    estimates, _, _ = run("modes")
    for name, truth in (("A_g", PREFACTOR), ("A_g_ml", PREFACTOR), ("A_g_exponent", 5), ("weibull_exponent", 5), ("omega_min_ratio", 0.22905)):
        replicates = values(estimates, name)
        error = replicates[1:].std(ddof=1)
        assert 0 < error < 0.5 * truth
        assert abs(replicates[0] - truth) < 4 * error, name


def test_scalars_of_the_modes_are_those_of_a_plain_loop(run):
    estimates, _, _ = run("modes")
    omega = make_modes()["omega"].to_numpy().reshape(SAMPLES, -1)
    cutoff = FRACTION * make_elasticity()["omega_ph"].to_numpy()
    for b in (0, 5):
        weight = weights()[b]
        logs, below, fifth, seen = 0.0, 0.0, 0.0, 0.0
        for s in range(SAMPLES):
            low = omega[s][omega[s] < cutoff[s]]
            below += weight[s] * len(low)
            logs += weight[s] * np.sum(np.log(cutoff[s] / low))
            fifth += weight[s] * min(omega[s].min(), cutoff[s]) ** 5
            seen += weight[s] * (omega[s].min() < cutoff[s])
        assert values(estimates, "A_g_exponent")[b] == pytest.approx(below / logs, rel=1e-12)
        assert values(estimates, "A_g_ml")[b] == pytest.approx(5 / 40 * seen / fifth, rel=1e-12)
        assert values(estimates, "omega_min_below")[b] == pytest.approx(seen / weight.sum(), rel=1e-12)
        assert values(estimates, "omega_min")[b] == pytest.approx(np.average(omega.min(axis=1), weights=weight), rel=1e-12)


def test_softest_ends_the_window_below_the_phonon(run):
    estimates, _, _ = run("modes", softest=1.0)
    cutoff = values(estimates, "omega_cutoff")[0]
    assert cutoff < FRACTION
    assert (make_modes()["omega"] < cutoff).sum() == pytest.approx(SAMPLES, rel=0.1)
    wide, _, _ = run("modes", softest=100.0)
    assert_same([wide], [run("modes")[0]])


def test_a_sample_without_first_phonon_is_named(run):
    estimates, _, flags = run("modes", change={"elasticity": lambda frame: flag_samples(6, reason="singular")(drop_samples(8)(frame))})
    assert counts(estimates, "A_g") == (SAMPLES - 2, 2)
    assert flags["flag"].tolist() == ["no first phonon: not in the elasticity table", "no first phonon: singular"]


def test_more_modes_than_there_are_is_a_flag(run):
    extra = pd.DataFrame([tables.MODES.empty_row(**key(2), mode=ENSEMBLE.modes, omega=9.0)])
    estimates, _, flags = run("modes", change={"modes": lambda frame: pd.concat([frame, extra], ignore_index=True)})
    assert counts(estimates, "omega_min") == (SAMPLES - 1, 1)
    assert flags["flag"].tolist() == ["more than d(N - 1) = 117 modes"]


def test_partial_spectra_keep_what_is_complete(run):
    """With the 20 softest modes alone, everything below the lowest 20th mode is as with all of them."""
    full_estimates, full, _ = run("modes", softest=3.0)
    estimates, partial, _ = run("modes", softest=3.0, change={"modes": lambda frame: frame[frame["mode"] < 20]})
    limit = make_modes()["omega"].to_numpy().reshape(SAMPLES, -1)[:, 19].min()
    assert_same([partial], [full[full["omega_high"] <= limit]])
    assert 0 < len(partial) < len(full)
    assert_same([estimates], [full_estimates])


def test_pinching_averages_every_weak_bond_of_every_sample(run):
    estimates, curve, _, _ = run("pinching")
    data = make_pinching()
    for b in (0, 3):
        weight = weights()[b][data["sample"]]
        weak = data["force_reduced"].abs() < 1e-2
        assert values(estimates, "omega_g")[b] == pytest.approx(np.average(data["omega"][weak], weights=weight[weak]), rel=1e-12)
        assert values(estimates, "omega_g_unfiltered")[b] == pytest.approx(np.average(data["omega"], weights=weight), rel=1e-12)
    assert values(estimates, "omega_g")[0] == pytest.approx(1.5, abs=0.03)
    ratios = values(estimates, "omega_g_unfiltered") / values(estimates, "omega_g")
    np.testing.assert_allclose(values(estimates, "omega_g_filter_ratio"), ratios, rtol=1e-14)
    row = curve.iloc[len(curve) // 2]
    inside = (data["force_reduced"] >= row["force_low"]) & (data["force_reduced"] < row["force_high"])
    assert row["count"] == inside.sum() > 0
    assert row["omega"] == pytest.approx(data["omega"][inside].mean(), rel=1e-12)
    assert curve["count"].sum() == (data["force_reduced"] > 0).sum()


def test_scatter_is_a_seeded_choice_of_bonds(run):
    scatter = run("pinching")[2]
    data = make_pinching()
    assert len(scatter) == SCATTERED < len(data)
    chosen = data.merge(scatter, on=["force_reduced", "omega"])
    assert len(chosen) == SCATTERED
    assert chosen["sample"].nunique() == SAMPLES


def test_bond_operator_gives_back_exponent_prefactor_and_length(run):
    estimates, _, _ = run("bond_operator")
    for name, truth in (("A_g_tail", PREFACTOR), ("lambda_exponent", 3.5)):
        replicates = values(estimates, name)
        error = replicates[1:].std(ddof=1)
        assert 0 < error < 0.5 * truth
        assert abs(replicates[0] - truth) < 4 * error, name
    eigenvalues = make_bond_operator()["lambda"].to_numpy()
    threshold = values(estimates, "lambda_tail")[0]
    assert 0.027 < np.mean(eigenvalues >= threshold) <= 0.03
    tail = make_bond_operator()["participation_force"][eigenvalues >= threshold] * 40
    assert values(estimates, "N_e_plateau")[0] == pytest.approx(tail.mean(), rel=1e-12)
    expected = 0.58 ** (-1 / 3) * (1.15 * tail.mean()) ** (1 / 3)
    assert values(estimates, "xi_bond")[0] == pytest.approx(expected, rel=1e-12)


def test_eigenvalue_density_is_the_plain_histogram_and_integrates_to_one(run):
    _, density, _ = run("bond_operator")
    eigenvalues = make_bond_operator()["lambda"].to_numpy()
    edges = np.append(density["lambda_low"], density["lambda_high"].iloc[-1])
    histogram = np.histogram(eigenvalues, edges)[0]
    np.testing.assert_array_equal(density["count"], histogram)
    assert np.sum(density["density"] * np.diff(edges)) == pytest.approx(1, rel=1e-12)
    above = density["lambda_low"] >= 1
    np.testing.assert_allclose(density.loc[above & (density["count"] > 0), "N_e"], 30, rtol=1e-12)
    np.testing.assert_allclose(density.loc[density["lambda_high"] < 1, "N_e_displacement"].dropna(), 160, rtol=1e-12)


def test_partial_eigenvalues_keep_the_tail_and_its_normalisation(run):
    """With the largest 20 eigenvalues alone the tail is as with all; participations may be missing below a rank."""
    full_estimates, full, _ = run("bond_operator")

    def largest(frame):
        rank = frame.groupby("sample")["lambda"].rank(ascending=False)
        return frame[rank <= 20]

    estimates, partial, _ = run("bond_operator", change={"bond_operator": largest})
    assert_same([estimates], [full_estimates])
    assert_same([partial], [full[full["lambda_low"] >= partial["lambda_low"].min()].reset_index(drop=True)])
    assert len(partial) < len(full)


def test_modes_without_vectors_are_left_out_of_the_profile_alone(run):
    def blank(frame):
        return frame.assign(participation_force=frame["participation_force"].where(frame["lambda"] > 0.5))

    _, density, _ = run("bond_operator", change={"bond_operator": blank})
    _, full, _ = run("bond_operator")
    high = density["lambda_low"] >= 0.52
    assert_same([density[high]], [full[high]])
    assert density.loc[density["lambda_high"] < 0.5, "N_e"].isna().all()
    np.testing.assert_array_equal(density["density"], full["density"])
