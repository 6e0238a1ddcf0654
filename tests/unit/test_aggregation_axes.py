"""Studies along other axes than T_p, and of ensembles that do not have the same axes: what is combined, and what is left blank."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from recorded_jobs import REPOSITORY, Job
from vitrine.aggregation.fits import combine
from vitrine.aggregation.results import StudySettings, gather
from vitrine.aggregation.summary import summarise, summary_markdown
from vitrine.errors import InputError
from vitrine.observables import declarations, known_tables
from vitrine.parquet import Key, read_table, write_table
from vitrine.points import DIMENSION, MODEL, PARENT_TEMPERATURE, PARTICLES, Axis, Point, full_key
from vitrine.tables import ENSEMBLES, ESTIMATES, FITS, FLAGS, QUANTITIES

REPLICATES = 20
PRESSURE = Axis("control_pressure", "p", "p", "epsilon/lambda_min^d", "pressure of the barostat")
HISTORY = Axis("history", "h", "h", "1", "how it was cooled", type="string")
PLAIN = (PARTICLES, PARENT_TEMPERATURE)
UNITS = {quantity.name: quantity.unit for one in declarations().values() for quantity in one.quantities}


def estimates(seed=1, **values):
    """The estimates table of one ensemble, without its key."""
    rng, rows = np.random.default_rng(seed), []
    for name, value in values.items():
        scattered = np.append(value, value * (1 + 0.02 * rng.standard_normal(REPLICATES)))
        rows += [ESTIMATES.row(quantity=name, replicate=b, value=one, unit=UNITS[name], samples=30, flagged=1) for b, one in enumerate(scattered)]
    return pd.DataFrame(rows)


def settings(axes, main, against="parent_temperature", observables=("glasses", "modes", "elasticity", "pinching", "soft_spots")):
    return StudySettings(axes, main, against, dimension=3, density=0.58, temperature_unit=0.9, observables=observables, published=("poly",))


# --- along a pressure ---------------------------------------------------------------------------------------------------------------------------

PRESSURES = (0.0, 1.0, 4.0)
ALONG = settings((PARTICLES, PARENT_TEMPERATURE, PRESSURE), (2000, 0.5, 0.0), "control_pressure")


@pytest.fixture(scope="module")
def along():
    """G = 10, 11, 14; A_g = 0.1, 0.09, 0.06; boxes that shrink."""
    frames = []
    for place, p in enumerate(PRESSURES):
        frame = estimates(place, shear_modulus=10 + p, A_g=0.1 - 0.01 * p, omega_g=2.0, spacing=1.2 - 0.05 * p)
        frames.append(frame.assign(particles=2000, parent_temperature=0.5, control_pressure=p))
    return pd.concat(frames, ignore_index=True)


def test_a_study_along_a_pressure_has_its_ratios_to_the_largest_and_no_law_of_temperatures(along):
    quantities, fits = combine(along, ALONG)
    by_name = fits.set_index("name")
    assert by_name.loc["G_inf", "value"] == 14 and by_name.loc["G_inf", "window"] == "largest p only: 4"
    assert by_name.loc["a0", "value"] == 1.0
    assert by_name.loc["c_inf", "value"] == pytest.approx(np.sqrt(14))
    assert not {"T_onset", "E_qlm", "E_qlm_full"} & set(by_name.index)
    assert by_name.loc["A_g_decades", "value"] == pytest.approx(np.log10(0.06 / 0.1)) and by_name.loc["A_g_decades", "window"] == "p = 0 against 4"
    assert by_name.loc["shear_modulus_ratio", "value"] == pytest.approx(10 / 14)
    ratios = quantities[quantities["quantity"] == "R_Ag"].set_index("control_pressure")["value"]
    assert np.allclose(ratios[list(PRESSURES)], np.array([0.1, 0.09, 0.06]) / 0.06)


def test_nothing_published_for_a_range_of_temperatures_is_compared_with_a_range_of_pressures(along):
    quantities, fits = combine(along, ALONG)
    rows = summarise(quantities, fits, ALONG).set_index("quantity")
    omega = rows.loc["omega_g, coldest over hottest T_p"]
    assert np.isnan(omega["deviation"]) and "published for T_p = " in omega["comment"]
    text = summary_markdown(summarise(quantities, fits, ALONG), quantities, pd.DataFrame(columns=FLAGS.names), ALONG, "press")
    header = next(line for line in text.splitlines() if line.startswith("| quantity | unit | p"))
    assert header == "| quantity | unit | p = 4 | p = 1 | p = 0 |"
    assert "## N = 2000, T_p = 0.5" in text and "T_p/T_onset" not in text


def test_glass_formers_are_told_apart():
    """Words on an axis: every glass former has its own, and none of another's."""
    frames = [
        estimates(place, shear_modulus=10.0 + place).assign(particles=500, parent_temperature=0.5, model=name)
        for place, name in enumerate(("poly", "kob_andersen", "binary_ipl"))
    ]
    words = settings((PARTICLES, PARENT_TEMPERATURE, MODEL), (500, 0.5, "poly"), "model")
    quantities, fits = combine(pd.concat(frames, ignore_index=True), words)
    found = quantities.set_index("model")["value"]
    assert found["poly"] == 10 and found["kob_andersen"] == 11 and found["binary_ipl"] == 12
    assert set(fits["name"]) == {"a0", "G_inf", "c_inf", "G_inf_reduced"}  # words have no order: nothing changes from one end to the other
    tails = [frame.assign(quantity="A_g") for frame in frames]
    assert not set(combine(pd.concat([*frames, *tails], ignore_index=True), words)[0]["quantity"]) & {"R_Ag"}
    results = gather(pd.concat(frames, ignore_index=True), words)
    assert {key[2] for key in results.along((500, 0.5, "poly"), "shear_modulus")} == {"poly", "kob_andersen", "binary_ipl"}
    one = replace(words, against="parent_temperature")
    results = gather(pd.concat(frames, ignore_index=True), one)
    assert results.along((500, 0.5, "poly"), "shear_modulus") == [(500, 0.5, "poly")]


# --- ensembles of different axes, through the scripts ---------------------------------------------------------------------------------------------

POINTS = [Point.plain(2000, temperature) for temperature in (1.3, 0.5)]
POINTS += [Point((*PLAIN, PRESSURE), (2000, temperature, 2.0)) for temperature in (1.3, 0.5)]
POINTS += [Point((*PLAIN, DIMENSION, HISTORY), (2000, 0.5, 2, "slow"))]
ALL = (*PLAIN, PRESSURE, DIMENSION, HISTORY)
MIXED = settings(ALL, tuple(full_key(POINTS[0], ALL).values()))


def run(script, tmp_path, inputs, outputs, **params):
    """A script of the study as its rule runs it."""
    names = {"all": [str(path) for one in inputs.values() for path in one], "named": {name: list(map(str, one)) for name, one in inputs.items()}}
    names["named"] = {name: one if len(one) > 1 else one[0] for name, one in names["named"].items()}
    given = {"all": list(map(str, outputs.values())), "named": {name: str(path) for name, path in outputs.items()}}
    log = {"all": [str(tmp_path / f"{script}.log")], "named": {}}
    config = {"study": "mixed", "seed": 1}
    recorded = {"rule": script, "script": f"{script}.py", "input": names, "output": given, "log": log, "params": params}
    Job({**recorded, "wildcards": {}, "config": config, "threads": 1}, REPOSITORY).run()


def described(one):
    """Settings as plain values, as they stand in the params of rules."""
    return {**vars(one), "axes": [vars(axis) for axis in one.axes], "main": [float("nan") if value != value else value for value in one.main]}


def combine_by_script(tmp_path, made_by="this", asked="this"):
    """(quantities, fits) of ensembles with two, three and four axes."""
    paths = []
    for place, point in enumerate(POINTS):
        paths.append(tmp_path / point.label / "modes_estimates.parquet")
        frame = estimates(place, shear_modulus=10.0 + place, A_g=0.1 * (place + 1), omega_g=2.0, spacing=1.0)
        write_table(ESTIMATES, frame, paths[-1], {"identity": made_by}, Key.of(point))
    outputs = {"quantities": tmp_path / "quantities.parquet", "fits": tmp_path / "fits.parquet"}
    identities = {f"{point.label}/modes_estimates.parquet": asked for point in POINTS}
    params = {"settings": described(MIXED), "identities": identities, "identity": "x", "length": "lambda_min"}
    run("fit_study", tmp_path, {"estimates": paths}, outputs, **params)
    return read_table(QUANTITIES, outputs["quantities"]), read_table(FITS, outputs["fits"])


@pytest.fixture
def combined(tmp_path):
    return combine_by_script(tmp_path)


def test_estimates_of_other_settings_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"N2000_T1\.3000/modes_estimates\.parquet: was made with another seed"):
        combine_by_script(tmp_path, "others")
    assert len(combine_by_script(tmp_path, "others", "")[0]) > 0  # what is not asked for is not checked


def test_a_study_of_ensembles_with_different_axes_is_combined(combined):
    quantities, fits = combined
    assert list(quantities.columns[:5]) == [axis.name for axis in ALL]
    modulus = quantities[quantities["quantity"] == "shear_modulus"].set_index("value")
    assert modulus.index.tolist() == [11, 13, 14, 10, 12] or set(modulus.index) == {10, 11, 12, 13, 14}
    assert modulus.loc[10, "dimension"] == -1 and np.isnan(modulus.loc[10, "control_pressure"]) and modulus.loc[10, "history"] == ""
    assert modulus.loc[12, "control_pressure"] == 2.0 and modulus.loc[12, "history"] == ""
    assert modulus.loc[14, "dimension"] == 2 and modulus.loc[14, "history"] == "slow" and np.isnan(modulus.loc[14, "control_pressure"])
    assert quantities["dimension"].dtype == np.int32


def test_each_series_has_its_own_ratios_and_the_fits_are_those_of_the_main_one(combined):
    quantities, fits = combined
    ratio = quantities[quantities["quantity"] == "R_Ag"]
    main = ratio[ratio["control_pressure"].isna() & (ratio["dimension"] == -1)].set_index("parent_temperature")["value"]
    assert main[1.3] == 1 and main[0.5] == pytest.approx(2)
    pressed = ratio[ratio["control_pressure"] == 2].set_index("parent_temperature")["value"]
    assert pressed[1.3] == 1 and pressed[0.5] == pytest.approx(4 / 3)
    assert ratio[ratio["dimension"] == 2]["value"].tolist() == [1]
    fits = fits.set_index("name")
    assert fits.loc["G_inf", "value"] == 10 and fits.loc["shear_modulus_ratio", "value"] == pytest.approx(11 / 10)


def test_the_summary_shows_no_value_of_an_axis_that_a_point_lacks(combined):
    quantities, fits = combined
    text = summary_markdown(summarise(quantities, fits, MIXED), quantities, pd.DataFrame(columns=FLAGS.names), MIXED, "mixed")
    titles = [line for line in text.splitlines() if line.startswith("## N = ")]
    assert len(titles) == 3 and titles[0] == "## N = 2000, p = -, d = -, h = -" and "## N = 2000, p = 2, d = -, h = -" in titles
    assert "nan" not in text.lower() and "= -1" not in text


def test_curves_and_flags_of_ensembles_with_different_axes_are_collected(tmp_path):
    density, paths = known_tables()["mode_density"], {"mode_density": [], "flags": []}
    for place, point in enumerate(POINTS):
        for name, table in (("mode_density", density), ("flags", FLAGS)):
            paths[name].append(tmp_path / str(place) / f"{name}.parquet")
            row = {"omega_low": float(place)} if name == "mode_density" else {"flag": f"reason {place}", "samples": place, "step": "modes"}
            write_table(table, [table.row(**row)], paths[name][-1], {}, Key.of(point))
    outputs = {name: tmp_path / f"{name}.parquet" for name in ("mode_density", "flags", "ensembles")}
    listed = [{**full_key(point, ALL), **ENSEMBLES.row(point=point.label, samples=3)} for point in POINTS]
    params = {"axes": described(MIXED)["axes"], "ensembles": listed, "identity": "x", "identities": {}, "length": "lambda_min"}
    run("collect_tables", tmp_path, paths, outputs, **params)
    curves, flags, ensembles = (read_table(table, outputs[table.name]) for table in (density, FLAGS, ENSEMBLES))
    for frame in (curves, flags, ensembles):
        assert list(frame.columns[:5]) == [axis.name for axis in ALL] and len(frame) == len(POINTS)
        assert frame["dimension"].dtype == np.int32
    for place, point in enumerate(POINTS):
        rows = curves[curves["omega_low"] == place], flags[flags["flag"] == f"reason {place}"], ensembles[ensembles["point"] == point.label]
        for row in (one.iloc[0] for one in rows):
            for name, value in full_key(point, ALL).items():
                assert row[name] == value or (np.isnan(row[name]) and np.isnan(value)), (name, point.label)
