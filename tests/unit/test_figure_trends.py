"""The general figure of trends: any quantities against any axis, as the tables have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from drawn import bars, check, check_series, draw, labels, log_down, note, one, rows, standard, top, words
from matplotlib.container import ErrorbarContainer
from synthetic_tables import FOUR, Study, against, settings_of
from vitrine.errors import InputError
from vitrine.figures.settings import Settings
from vitrine.figures.trends import plot_trends
from vitrine.points import MODEL, PARTICLES, Axis
from vitrine.study import Study as ResolvedStudy

ASKED = ["energy_inherent", "shear_modulus", "omega_g", "A_g"]


@pytest.fixture(scope="module")
def study() -> Study:
    return Study()


def asked(study: Study, *names: str, **other: object) -> Settings:
    return settings_of(study, figure={"quantities": list(names)}, **other)


def test_a_panel_for_each_quantity_in_its_order_with_its_unit(study: Study) -> None:
    figure = standard("trends")
    assert len(figure.axes) == 4
    for ax, name in zip(figure.axes, ASKED, strict=True):
        check_series(ax, one(bars(ax)).label, study, name, log=name == "A_g")
        assert (ax.get_xlabel(), ax.get_yscale()) == (r"$T_p/T_\mathrm{onset}$", "log" if name == "A_g" else "linear")
    assert [ax.get_ylabel() for ax in figure.axes] == [
        r"$e_\mathrm{IS}$ $[\varepsilon]$",
        r"$G$ $[\varepsilon/\lambda_\mathrm{min}^{3}]$",
        r"$\omega_g$ $[(\varepsilon/m)^{1/2}/\lambda_\mathrm{min}]$",
        r"$A_g$ $[1/((\varepsilon/m)^{1/2}/\lambda_\mathrm{min})^{5}]$",
    ]
    assert [top(ax).get_xlabel() for ax in figure.axes] == [r"$k_BT_p/\varepsilon$"] * 2 + [""] * 2
    assert figure.axes[1].get_title() == "athermal shear modulus"
    assert note(figure).startswith("$N$ = 256, 43–48 samples at each $T_p$, 5 left out: not equilibrated (3), overlapping")
    assert all(f"({letter})" in words(figure) for letter in "abcd") and "not in this study" not in note(figure)


def test_a_logarithmic_panel_holds_its_bars(study: Study) -> None:
    ax = one(draw("trends", study, asked(study, "A_g")).axes)
    table = rows(study, "A_g")
    assert ax.get_ylim()[0] == pytest.approx((table["value"] - log_down(table["value"], table["error"])).min() / 2)
    assert "(a)" not in words(ax.figure)


def test_what_the_study_has_not_is_left_out_and_named(study: Study) -> None:
    figure = draw("trends", study, asked(study, "vibrability", "xi_g", "xi_g", "nonsense"))
    assert note(figure).endswith("; not in this study: vibrability, nonsense")
    assert one(figure.axes).get_ylabel() == r"$\xi_g/a_0$"
    check_series(one(figure.axes), one(bars(figure.axes[0])).label, study, "xi_g")


def test_none_left_is_said(study: Study) -> None:
    figure = draw("trends", study, asked(study, "nonsense"))
    assert "this study has none of the quantities asked for" in words(figure) and "not in this study: nonsense" in note(figure)
    assert labels(one(figure.axes)) == (r"$T_p/T_\mathrm{onset}$", "quantities")


def test_a_quantity_without_any_value_has_a_panel_that_says_so() -> None:
    poor = Study()
    poor.quantities.loc[poor.quantities["quantity"] == "omega_g", ["value", "error"]] = np.nan
    text = words(draw("trends", poor))
    assert "it has no value anywhere" in text and r"no $\omega_g$ at any $T_p$" in text


def test_hollow_points_and_gaps(study: Study) -> None:
    poor = Study()
    poor.quantities.loc[poor.quantities["parent_temperature"] == 0.45, "error"] = np.nan
    poor.quantities.loc[poor.quantities["parent_temperature"] == 1.3, ["value", "error"]] = np.nan
    figure = draw("trends", poor, asked(poor, "omega_g"))
    sound, hollow = bars(figure.axes[0])
    table = rows(poor, "omega_g")
    check(sound, table["t"].iloc[1:3], table["value"].iloc[1:3], table["error"].iloc[1:3])
    assert hollow.hollow and hollow.x == pytest.approx([0.5])
    assert r"no $\omega_g$ at $T_p/T_\mathrm{onset}$ = 1.44; hollow" in note(figure)


def test_quantities_in_the_units_of_the_papers_and_of_one_symbol(study: Study) -> None:
    figure = draw("trends", study, asked(study, "omega_g_reduced", "N_qlm", "N_qlm_ml", "A_g_reduced", "A_g_ml_reduced"))
    assert [ax.get_ylabel() for ax in figure.axes] == [
        r"$\omega_g$ $[c_\infty/a_0]$",
        r"$N_\mathrm{QLM}$ (N_qlm)",
        r"$N_\mathrm{QLM}$ (N_qlm_ml)",
        r"$A_g$ (A_g_reduced) $[(c_\infty/a_0)^{-5}]$",
        r"$A_g$ (A_g_ml_reduced) $[(c_\infty/a_0)^{-5}]$",
    ]
    assert "in the units of the papers" in figure.axes[0].get_title().replace("\n", " ")
    for ax, name in zip(figure.axes, ("omega_g_reduced", "N_qlm", "N_qlm_ml"), strict=False):
        np.testing.assert_allclose(bars(ax)[0].y, rows(study, name)["value"])


def test_a_quantity_without_symbol_has_its_name(study: Study) -> None:
    other = Study()
    other.quantities.loc[other.quantities["quantity"] == "omega_g", ["quantity", "unit"]] = ["weak_bonds", "1"]
    assert one(draw("trends", other, asked(other, "weak_bonds")).axes).get_ylabel() == "weak bonds"


def test_samples_that_derived_quantities_lose_are_told(study: Study) -> None:
    poor = Study()
    poor.flags = poor.flags[poor.flags["step"] == "pinching"]
    assert "left out: not equilibrated (3)" in note(draw("trends", poor, asked(poor, "N_qlm")))
    assert "not equilibrated" not in note(draw("trends", poor, asked(poor, "shear_modulus")))


def test_against_pressure_in_its_own_unit(study: Study) -> None:
    moved, settings = against(study, Axis("pressure", "p", "p", "epsilon/lambda_min^3", "pressure"), (0.0, 1.5, 3.0, 4.5))
    figure = draw("trends", moved, settings)
    ax = figure.axes[1]
    table = rows(study, "shear_modulus").iloc[::-1]
    check(one(bars(ax)), [0.0, 1.5, 3.0, 4.5], table["value"], table["error"])
    assert ax.get_xlabel() == r"$p\;[\varepsilon/\lambda_\mathrm{min}^{3}]$" and top(ax) is None
    assert note(figure).startswith(r"$N$ = 256, $T_p$ = 0.5 $\varepsilon/k_B$, 43–48 samples at each $p$")


def test_against_the_glass_former_has_named_ticks_and_no_line(study: Study) -> None:
    models = ("poly", "kob_andersen", "binary_ipl", "ipl_crystal")
    moved, settings = against(study, MODEL, models)
    figure = draw("trends", moved, settings)
    ax = figure.axes[1]
    table = rows(study, "shear_modulus").iloc[::-1]
    check(one(bars(ax)), [0, 1, 2, 3], table["value"], table["error"])
    assert [text.get_text() for text in ax.get_xticklabels()] == list(models) and list(ax.get_xticks()) == [0, 1, 2, 3]
    assert not any(len(line.get_xdata()) == 4 and line.get_linestyle() == "-" for line in ax.lines) and ax.get_xlim() == (-0.5, 3.5)
    assert "at each $\\mathrm{model}$" in note(figure)


def test_against_sizes_is_logarithmic_with_the_sizes_as_ticks(study: Study) -> None:
    moved, settings = against(study, PARTICLES, (256, 512, 2048, 8192))
    figure = draw("trends", moved, settings)
    ax = figure.axes[0]
    assert ax.get_xscale() == "log" and [text.get_text() for text in ax.get_xticklabels()] == ["256", "512", "2048", "8192"]
    assert ax.get_xlabel() == "$N$" and ax.get_xlim() == pytest.approx((256 / 1.3, 8192 * 1.3))
    assert note(figure).startswith(r"$T_p$ = 0.5 $\varepsilon/k_B$, 43–48 samples at each $N$")
    assert len(FOUR) == len(one(bars(ax)).x)


def test_values_of_another_axis_are_series_beside_each_other() -> None:
    """Two sizes against T_p, each with the points of its own table and its own label."""
    small, large = Study(), Study(particles=2000, seed=3)
    quantities = pd.concat([small.quantities, large.quantities], ignore_index=True)
    settings = settings_of(small, figure={"quantities": ["omega_g"], "beside": "particles"})
    ax = one(plot_trends(quantities, settings, None).axes)
    drawn = {container.get_label(): container for container in ax.containers if isinstance(container, ErrorbarContainer)}
    assert set(drawn) == {"$N$ = 256", "$N$ = 2000"}
    for study in (small, large):
        table = study.quantities[study.quantities["quantity"] == "omega_g"].sort_values("parent_temperature")
        line = drawn[f"$N$ = {study.particles}"].lines[0]
        assert list(line.get_xdata()) == pytest.approx(list(table["parent_temperature"] / 0.9))
        assert list(line.get_ydata()) == pytest.approx(list(table["value"]))
    assert drawn["$N$ = 256"].lines[0].get_color() != drawn["$N$ = 2000"].lines[0].get_color()


def test_the_axis_beside_must_be_one_of_the_study() -> None:
    config = yaml.safe_load((Path(__file__).resolve().parents[2] / "config.yaml").read_text(encoding="utf-8"))
    config["figure_options"]["trends"]["beside"] = "pressure"
    with pytest.raises(InputError, match="figure_options.trends.beside is pressure: allowed are null and the study's axes, particles, parent_temp"):
        ResolvedStudy.from_config(config)
