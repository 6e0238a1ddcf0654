"""A measured specific heat, made up: its three terms are found again, and bad tables are refused."""

import numpy as np
import pandas as pd
import pytest
from configs import changed, sentence
from drawn import bars, lines, uprights, words
from drawn_systems import quantities_of, settings_of, value
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import InputError
from vitrine.observables.measured_heat.aggregate import fit_measured_heat
from vitrine.observables.measured_heat.measured_heat import plot_measured_heat
from vitrine.observables.measured_heat.table import read_measured
from vitrine.params import averaging
from vitrine.points import PARENT_TEMPERATURE, PARTICLES, Point
from vitrine.statistics.heat import series_heat
from vitrine.study import Study

TRUE = {"two_level": 2.0e-6, "debye": 3.0e-5, "soft": 5.0e-7}
MINIMUM = (TRUE["two_level"] / TRUE["soft"]) ** 0.25
AXES = (PARTICLES, PARENT_TEMPERATURE)
ENSEMBLE = Ensemble(Point.plain(256, 0.5), 3, seed=1, replicates=200)


def heat(temperatures):
    return series_heat(temperatures, *TRUE.values())


def write(path, noise=0.01, seed=1, number=40, span=20.0, separator=","):
    temperatures = MINIMUM * np.geomspace(1 / span, span / 4, number)
    exact = heat(temperatures)
    values = exact * (1 + noise * np.random.default_rng(seed).standard_normal(number))
    frame = pd.DataFrame({"T": temperatures, "C": values, "error": max(noise, 1e-6) * exact})
    path.write_text("# a glass that never was\n" + frame.to_csv(index=False, sep=separator), encoding="utf-8")
    return frame


def fit(path, debye=None, window=None):
    return fit_measured_heat([ENSEMBLE], str(path), debye, window)


def test_the_terms_of_a_table_without_noise_are_exact(tmp_path):
    write(tmp_path / "heat.csv", noise=0.0)
    for debye in (None, TRUE["debye"]):
        estimates, curve, flags = fit(tmp_path / "heat.csv", debye)
        for name, true in TRUE.items():
            assert value(estimates, f"measured_{name}")[0] == pytest.approx(true, rel=1e-8)
        assert value(estimates, "measured_minimum_law")[0] == pytest.approx(MINIMUM, rel=1e-8)
        assert value(estimates, "measured_minimum")[0] == pytest.approx(MINIMUM, rel=1e-2)
        np.testing.assert_allclose(curve["reduced"], curve["fitted"], rtol=1e-4, atol=1e-9)
        assert len(flags) == 0 and curve["used"].all()


@pytest.mark.parametrize("seed", range(4))
def test_one_percent_of_noise_and_forty_points_give_the_linear_term_to_three_per_mille(tmp_path, seed):
    write(tmp_path / "heat.csv", seed=seed)
    estimates = fit(tmp_path / "heat.csv", TRUE["debye"])[0]
    for name in ("two_level", "soft"):
        numbers = value(estimates, f"measured_{name}")
        error = np.std(numbers[1:], ddof=1)
        assert abs(numbers[0] - TRUE[name]) < 3.5 * error
        assert error < (0.003 if name == "two_level" else 0.015) * TRUE[name] * 1.15
    assert 0.5 < value(estimates, "measured_chi_square")[0] < 1.7


def test_the_fit_is_that_of_the_reduced_heat(tmp_path):
    """Least squares of (C - C_D T^3)/T^3 on T^-2 and T^2, each side over its error, by the normal equations."""
    frame = write(tmp_path / "heat.csv")
    T, reduced, error = frame["T"], frame["C"] / frame["T"] ** 3 - TRUE["debye"], frame["error"] / frame["T"] ** 3
    design = np.stack([T**-2 / error, T**2 / error], axis=1)
    expected = np.linalg.solve(design.T @ design, design.T @ (reduced / error))
    estimates = fit(tmp_path / "heat.csv", TRUE["debye"])[0]
    assert value(estimates, "measured_two_level")[0] == pytest.approx(expected[0], rel=1e-7)
    assert value(estimates, "measured_soft")[0] == pytest.approx(expected[1], rel=1e-7)


def test_a_window_leaves_the_others_out_and_a_negative_term_is_flagged(tmp_path):
    write(tmp_path / "heat.tsv", separator="\t")
    estimates, curve, _ = fit(tmp_path / "heat.tsv", window=[MINIMUM / 5, MINIMUM * 3])
    inside = (curve["temperature"] >= MINIMUM / 5) & (curve["temperature"] <= MINIMUM * 3)
    assert list(curve["used"]) == list(inside) and not inside.all()
    assert set(estimates["samples"]) == {inside.sum()} and set(estimates["flagged"]) == {(~inside).sum()}
    T = np.geomspace(0.5, 5, 20)
    pd.DataFrame({"T": T, "C": T**3, "error": 0.01 * T**3}).to_csv(tmp_path / "debye.csv", index=False)
    estimates = fit(tmp_path / "debye.csv", debye=2.0)[0]
    assert set(estimates["flag"]) == {"the fit gives a term that is not positive"}


def test_a_table_is_read_with_any_separator_and_by_rising_temperature(tmp_path):
    frame = write(tmp_path / "heat.csv")
    frame.sample(frac=1, random_state=1).to_parquet(tmp_path / "heat.parquet")
    for separator, name in ((";", "a.txt"), (" ", "b.dat"), ("\t", "c.tsv")):
        write(tmp_path / name, separator=separator)
        pd.testing.assert_frame_equal(read_measured(tmp_path / name), frame, rtol=1e-12)
    pd.testing.assert_frame_equal(read_measured(tmp_path / "heat.parquet"), frame)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("T,C\n1,2\n", "has no column error; it needs T, C, error, and has T, C"),
        ("T,C,error\n1,-2,1\n", "column C has -2; allowed are numbers above 0"),
        ("T,C,error\n1,much,1\n", "column C has much"),
        ("T,C,error\n1,2,1\n1,2,1\n", "T = 1 stands twice"),
        ("T,C,error\n1,2,1\n2,2,1\n3,2,1\n", "3 temperatures in the window 0 to inf; a fit of 3 terms needs more"),
    ],
)
def test_a_bad_table_is_named(tmp_path, text, said):
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        fit(path)
    with pytest.raises(InputError, match="cannot be read as a table"):
        fit(tmp_path / "absent.csv")


def test_the_figure_draws_the_table(tmp_path):
    write(tmp_path / "heat.csv")
    estimates, curve, _ = fit(tmp_path / "heat.csv", window=[MINIMUM / 5, 100.0])
    figure = plot_measured_heat(curve, quantities_of(estimates, AXES), settings_of(AXES, (256, 0.5), "parent_temperature"))
    (ax,) = figure.axes
    used, left = bars(ax)
    for points, rows in ((used, curve[curve["used"]]), (left, curve[~curve["used"]])):
        np.testing.assert_allclose(points.x, rows["temperature"])
        np.testing.assert_allclose(points.y, rows["reduced"])
        np.testing.assert_allclose(points.up, rows["reduced_error"], rtol=1e-6)
    assert left.hollow and not used.hollow
    two_level, soft = (value(estimates, f"measured_{name}")[0] for name in ("two_level", "soft"))
    for name, law in (("fit", lambda T: two_level / T**2 + soft * T**2), ("two_level", lambda T: two_level / T**2), ("soft", lambda T: soft * T**2)):
        (line,) = lines(ax, gid=name)
        np.testing.assert_allclose(line.get_ydata(), law(line.get_xdata()), rtol=1e-9)
    assert uprights(ax) == pytest.approx([value(estimates, "measured_minimum_law")[0]])
    empty = plot_measured_heat(curve.iloc[:0], quantities_of(estimates, AXES), settings_of(AXES, (256, 0.5), "parent_temperature"))
    assert "no table of a measured heat" in words(empty)
    nothing = fit_measured_heat([ENSEMBLE], None, None, None)
    assert all(len(frame) == 0 for frame in nothing)


def test_a_table_that_is_not_there_is_named_and_a_changed_one_is_another(tmp_path):
    path = tmp_path / "heat.csv"
    config = changed("observables.measured_heat", {"table": str(path)})
    assert sentence(config) == f"config key observables.measured_heat.table is {path}: there is no such file"
    digests = []
    for seed in (1, 2):
        write(path, seed=seed)
        study = Study.from_config(config)
        one = study.observables["measured_heat"]
        assert study.labels(one) == list(study.places)
        digests.append(averaging(study, one)["files"]["table"])
    assert digests[0] != digests[1]
    assert averaging(study, study.observables["specific_heat"]).get("files") is None
