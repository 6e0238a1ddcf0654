"""The words of figures: the note about samples, symbols, units, numbers with errors, and what is called after the study's axis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from synthetic_tables import FOUR, Study, against, beside, settings_of
from vitrine.figures import data, labels
from vitrine.figures.settings import Settings
from vitrine.points import MODEL, Axis

PRESSURE = Axis("pressure", "p", "p", "epsilon/lambda_min^d", "pressure")


@pytest.fixture(scope="module")
def study() -> Study:
    return Study()


@pytest.fixture(scope="module")
def settings(study: Study) -> Settings:
    return settings_of(study)


# --- the words about samples -------------------------------------------------------------------------------------------------------------


def test_note_counts_samples_and_reasons(study: Study, settings: Settings) -> None:
    count = study.flags[study.flags["step"] == "pinching"].groupby("flag")["samples"].sum().sort_values(ascending=False)
    listed = ", ".join(f"{flag} ({number})" for flag, number in count.items())
    text = data.sample_note({"x": data.series(study.quantities, "xi_g", settings)}, settings, study.flags, "pinching", width=99.0)
    assert text == f"$N$ = 256, 43–48 samples at each $T_p$, {count.sum()} left out: {listed}"


def test_note_of_one_sample_at_one_temperature() -> None:
    study = Study((1.3,), samples=1)
    assert data.sample_note({"x": data.series(study.quantities, "xi_g", settings_of(study))}, settings_of(study)) == "$N$ = 256, 1 sample"


def test_note_without_samples_has_the_size_of_the_main_point(settings: Settings) -> None:
    study = Study()
    text = data.sample_note({"x": data.series(study.quantities.iloc[:0], "xi_g", settings)}, settings)
    assert text == "$N$ = 256, no samples"


def test_note_names_both_sizes_where_large_ensembles_are_taken(settings: Settings) -> None:
    both = beside(Study(FOUR, 256), Study((1.3,), 512))
    text = data.sample_note(
        {"x": data.series(both.quantities, "A_g", replace(settings, options={"modes": {"large_above": 0.7}}), large=True)}, settings
    )
    assert text.startswith("$N$ = 256, 512, ")


def test_note_gathers_the_gaps_of_several_series(study: Study, settings: Settings) -> None:
    first = data.series(study.quantities, "xi_g", settings)
    gap = first.assign(value=first["value"].where(~first["at"].isin([0.55, 1.3])))
    nothing = first.assign(value=np.nan)
    text = data.sample_note({"a": gap, "b": gap, "c": first, "d": nothing}, settings, width=99.0)
    assert text.endswith(r"; no a, b at $T_p/T_\mathrm{onset}$ = 0.611, 1.44; no d at any $T_p$")


def test_samples_left_out_are_counted_once_for_all_series(study: Study, settings: Settings) -> None:
    series = {name: data.series(study.quantities, name, settings) for name in ("xi_g", "R_xi_g")}
    count = study.flags[study.flags["step"] == "pinching"]["samples"].sum()
    assert f", {count} left out" in data.sample_note(series, settings, width=99.0)


def test_note_is_wrapped_to_the_width_of_the_figure(study: Study, settings: Settings) -> None:
    series = {"x": data.series(study.quantities, "xi_g", settings)}
    text = data.sample_note(series, settings, study.flags, "pinching", width=2.0, further=("and so on",))
    assert all(len(line) <= 48 for line in text.splitlines()) and len(text.splitlines()) > 1 and text.endswith("and so on")


def test_reasons_name_the_four_most_frequent(settings: Settings) -> None:
    names = [f"reason {letter}: detail {index}" for index, letter in enumerate("aabcdef")]
    rows = [{"particles": 256, "parent_temperature": 1.3, "step": "modes", "flag": name, "samples": 10 - k} for k, name in enumerate(names)]
    text = data.reasons(pd.DataFrame(rows), settings, "modes")
    assert text == "reason a (19), reason b (8), reason c (7), reason d (6), other reasons (9)"
    assert data.reasons(pd.DataFrame(rows), settings, "pinching") == "" == data.reasons(None, settings, "modes")


def test_a_sample_that_two_steps_lose_is_told_once(study: Study, settings: Settings) -> None:
    assert data.reasons(study.flags, settings, ("modes", "pinching")) == data.reasons(study.flags, settings, "modes") != ""


# --- why points are hollow ---------------------------------------------------------------------------------------------------------------


def flagged(study: Study, flags: dict[tuple[str, float], str]) -> pd.DataFrame:
    """The quantities with flags at (quantity, T_p)."""
    keys = zip(study.quantities["quantity"], study.quantities["parent_temperature"], strict=True)
    return study.quantities.assign(flag=[flags.get(key, "") for key in keys])


def test_a_flagged_point_of_a_series_is_not_sound(study: Study, settings: Settings) -> None:
    table = data.series(flagged(study, {("A_g", 0.55): "no law: few"}), "A_g", settings).set_index("at")
    assert table["sound"].to_dict() == {0.45: True, 0.55: False, 0.7: True, 1.3: True}
    assert table["flag"].to_dict() == {0.45: "", 0.55: "no law: few", 0.7: "", 1.3: ""}
    assert np.isfinite(table["value"]).all()


def test_the_flag_of_one_place(study: Study, settings: Settings) -> None:
    """None where the point has no number, or is not there."""
    quantities = flagged(study, {("A_g", 0.55): "no law: few"})
    table = data.series(quantities[(quantities["quantity"] != "A_g") | (quantities["parent_temperature"] != 0.7)], "A_g", settings)
    assert [data.flag_at(table, value) for value in (0.45, 0.55, 0.7, 9.0)] == ["", "no law: few", "", ""]


def test_note_gathers_hollow_points_by_their_reason_without_its_details(study: Study, settings: Settings) -> None:
    flags = {
        ("A_g", 0.55): "no law: few",
        ("A_g", 1.3): "drift: by 2 %; no law: exponent 3",
        ("N_qlm", 0.55): "no law: few",
        ("N_qlm", 0.45): "drift: by 1 %",
    }
    quantities = flagged(study, flags)
    series = {name: data.series(quantities, name, settings) for name in ("A_g", "N_qlm", "xi_g")}
    text = data.sample_note(series, settings, width=99.0)
    place = r"$T_p/T_\mathrm{onset}$ = "
    assert text.endswith(f" left out; hollow, no law: {place}1.44, 0.611; hollow, drift: {place}1.44, 0.5")
    without = data.sample_note({"x": series["xi_g"]}, settings, width=99.0)
    assert "hollow" not in without


def test_a_flag_is_no_missing_error_and_a_flag_without_a_number_is_no_hollow_point(study: Study, settings: Settings) -> None:
    first = data.series(flagged(study, {("A_g", 0.55): "no law: few", ("A_g", 0.45): "no law: few"}), "A_g", settings)
    gap = first.assign(value=first["value"].where(first["at"] != 0.45))
    text = data.sample_note({"a": gap}, settings, width=99.0)
    assert text.endswith(r"; no a at $T_p/T_\mathrm{onset}$ = 0.5; hollow, no law: $T_p/T_\mathrm{onset}$ = 0.611")
    bare = first.assign(error=np.nan, sound=False)
    assert data.sample_note({"a": bare}, settings, width=99.0).endswith(f"0.611, 0.5; {data.HOLLOW}")
    assert data.HOLLOW not in text


# --- symbols, units, numbers -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("T_onset", r"T_\mathrm{onset}"),
        ("T_g", r"T_\mathrm{g}"),
        ("sigma_AA", r"\sigma_\mathrm{AA}"),
        ("sigma", r"\sigma"),
        ("lambda_min", r"\lambda_\mathrm{min}"),
        ("m", "m"),
        ("sweeps", r"\mathrm{sweeps}"),
        ("k_B", "k_B"),
        ("c_inf", r"c_\infty"),
    ],
)
def test_symbols(name: str, symbol: str) -> None:
    assert labels.symbol_of(name) == symbol


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("1", ""),
        ("", ""),
        ("epsilon/lambda_min^d", r"\varepsilon/\sigma_\mathrm{AA}^{3}"),
        ("sqrt(epsilon/m)/lambda_min", r"(\varepsilon/m)^{1/2}/\sigma_\mathrm{AA}"),
        ("1/(sqrt(epsilon/m)/lambda_min)^5", r"1/((\varepsilon/m)^{1/2}/\sigma_\mathrm{AA})^{5}"),
        ("lambda_min^2/epsilon", r"\sigma_\mathrm{AA}^{2}/\varepsilon"),
        ("(c_inf/a0)^-5", r"(c_\infty/a_0)^{-5}"),
        ("epsilon/k_B", r"\varepsilon/k_B"),
        ("standard errors", r"\mathrm{standard}\ \mathrm{errors}"),
        ("epsilon*m", r"\varepsilon\,m"),
    ],
)
def test_units_as_formulas(settings: Settings, unit: str, text: str) -> None:
    assert labels.unit_text(unit, replace(settings, length="sigma_AA")) == text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (3.3, 0.21, "3.30 ± 0.21"),
        (3.31234, 0.0032, "3.3123 ± 0.0032"),
        (33.2, 12.0, "33 ± 12"),
        (1.0, np.nan, "1 (no error bar)"),
        (1.0, 0.0, "1 (no error bar)"),
        (np.nan, 1.0, "not determined"),
    ],
)
def test_with_error_rounds_to_two_digits_of_the_error(value: float, error: float, text: str) -> None:
    assert labels.with_error(value, error) == text


def test_words_follow_the_axis(study: Study, settings: Settings) -> None:
    cold = replace(settings, temperature_name="T_g", temperature_unit=0.5)
    assert labels.axis_label(cold) == r"$T_p/T_\mathrm{g}$" and labels.inverse_label(cold) == r"$T_\mathrm{g}/T_p$"
    assert labels.place_words(0.25, cold) == r"$T_p/T_\mathrm{g}$ = 0.5" and labels.legend_label(0.25, cold) == "0.50 (0.25)"
    assert labels.legend_label(0.0025, cold) == "0.005 (0.0025)"  # a ratio is never rounded to nothing
    assert labels.reference_words(cold) == "hottest $T_p$" and labels.legend_title(cold) == r"$T_p/T_\mathrm{g}$ ($k_BT_p/\varepsilon$)"
    pressure = against(study, PRESSURE, (1.0, 2.0, 3.0, 4.0))[1]
    assert labels.axis_label(pressure) == labels.legend_title(pressure) == r"$p\;[\varepsilon/\lambda_\mathrm{min}^{3}]$"
    assert labels.place_words(2.5, pressure) == r"$p$ = 2.5 $\varepsilon/\lambda_\mathrm{min}^{3}$" and labels.legend_label(2.5, pressure) == "2.5"
    assert labels.reference_words(pressure) == "largest $p$"
    words = against(study, MODEL, ("poly", "b", "c", "d"))[1]
    assert labels.place_words("poly", words) == "poly" and labels.reference_words(words) == r"last $\mathrm{model}$"
