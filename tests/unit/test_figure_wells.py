"""Figures of the dilatancy and of double wells: what is drawn is what the tables say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn import bars, check, lines, note, one, uprights, words
from matplotlib.colors import to_hex
from synthetic_tables import ONSET, Study, settings_of
from test_figures import PARTICLES, PRESSURE, caption
from vitrine.figures.style import value_colours
from vitrine.observables.dilatancy.dilatancy import plot_dilatancy
from vitrine.observables.double_wells.double_wells import plot_double_wells

LADDER = (1.3, 0.7, 0.5)
COLOURS = {temperature: to_hex(colour) for temperature, colour in value_colours(LADDER).items()}
PALE = "#bbbbbb"


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(LADDER)


def keyed(frames: dict[float, pd.DataFrame], study: Study) -> pd.DataFrame:
    """Frames of each temperature, with the key in front."""
    parts = [frame.assign(particles=study.particles, parent_temperature=temperature) for temperature, frame in frames.items()]
    return pd.concat(parts, ignore_index=True)


def quantities(study: Study, **of: float) -> pd.DataFrame:
    """Quantities, each at T_p its number times T_p, with an error of a tenth."""
    frame = {
        T: pd.DataFrame(
            [
                {"quantity": name, "value": n * T, "error": abs(n) * T / 10, "unit": "1", "samples": 48, "flagged": 0, "flag": ""}
                for name, n in of.items()
            ]
        )
        for T in LADDER
    }
    return keyed(frame, study)


NUMBERS = {"lower": 0.1, "median": 0.2, "upper": 0.4, "mean": 0.3}
SIGNED = {"lower": -0.3, "median": 0.1, "upper": 0.25, "mean": 0.05}


@pytest.fixture(scope="module")
def ratios(study) -> pd.DataFrame:
    of = {f"dilatancy_{name}": value for name, value in NUMBERS.items()} | {f"dilatancy_signed_{name}": value for name, value in SIGNED.items()}
    return quantities(study, **of, dilatancy_signed_share=0.5)


def test_dilatancy_shows_quartiles_median_and_mean_with_their_errors(study, ratios):
    figure = plot_dilatancy(ratios, settings_of(study, options={}))
    temperatures = np.array(sorted(LADDER))
    for ax, numbers in zip(figure.axes, (NUMBERS, SIGNED), strict=True):
        spans = lines(ax, gid="quartiles")
        assert [list(line.get_xdata()) for line in spans] == [[T / ONSET] * 2 for T in temperatures]
        np.testing.assert_allclose([line.get_ydata() for line in spans], np.outer(temperatures, [numbers["lower"], numbers["upper"]]), rtol=1e-12)
        assert {line.get_color() for line in spans} == {PALE}
        for name in ("median", "mean"):
            check(one(bars(ax, name)), temperatures / ONSET, numbers[name] * temperatures, abs(numbers[name]) * temperatures / 10)
        for name in ("lower", "upper"):
            check(one(bars(ax, f"_{name}")), temperatures / ONSET, numbers[name] * temperatures, abs(numbers[name]) * temperatures / 10)
    assert "48 samples" in note(figure) and "cubic modes" in note(figure) and "a sign in 25–65 % of the modes" in note(figure)


def test_in_the_plane_the_dilatancy_has_no_sign(study, ratios):
    figure = plot_dilatancy(ratios, settings_of(study, options={}, dimension=2))
    assert len(figure.axes) == 1 and "sign" not in note(figure)


def test_a_study_without_modes_says_so(study, ratios):
    figure = plot_dilatancy(ratios.assign(value=np.nan), settings_of(study, options={}))
    assert words(figure).count("no mode, or none whose ratio is defined") == 2


@pytest.fixture(scope="module")
def densities(study) -> pd.DataFrame:
    low = np.array([0.6, 0.65, 0.7, 0.75])
    shape = pd.DataFrame({"value_low": low, "value_high": low + 0.05, "density": [1.0, 2.0, 0.0, 5.0], "density_error": 0.3, "count": [1, 2, 0, 5]})
    frames = {
        T: pd.concat([shape.assign(quantity="overlap", density=T * shape["density"]), shape.assign(quantity="displacement", density=2 * T)])
        for T in LADDER
    }
    return keyed(frames, study)


@pytest.fixture(scope="module")
def pairs(study) -> pd.DataFrame:
    frame = {"sample": [1, 4, 6], "predicted_displacement": [0.3, 0.5, 0.9], "displacement": [0.4, np.nan, 0.8]}
    return keyed({T: pd.DataFrame(frame).assign(predicted_energy=-0.1, energy=-0.2) for T in LADDER}, study)


def test_double_wells_shows_both_distributions_and_what_was_predicted(study, densities, pairs):
    figure = plot_double_wells(densities, pairs, quantities(study, double_well_share=0.2), settings_of(study, options={}))
    for ax, name in zip(figure.axes, ("overlap", "displacement"), strict=False):
        drawn = {points.colour: points for points in bars(ax)}
        for temperature, rows in densities[densities["quantity"] == name].groupby("parent_temperature"):
            check(drawn[COLOURS[temperature]], (rows["value_low"] + rows["value_high"]) / 2, rows["density"], rows["density_error"])
    assert uprights(figure.axes[0]) == [0.8] and uprights(figure.axes[1]) == [0.5]
    assert "predominantly above 0.8" in words(figure) and "Lerner and Bouchbinder 2021, Fig. 14" in words(figure)
    for temperature, _ in pairs.groupby("parent_temperature"):
        found, nothing = (one(lines(figure.axes[2], gid=f"{kind}-{temperature}")) for kind in ("found", "nothing"))
        np.testing.assert_allclose(found.get_xydata(), [[0.3, 0.4], [0.9, 0.8]])
        np.testing.assert_allclose(nothing.get_xydata(), [[0.5, 0.0]])
        assert to_hex(found.get_color()) == to_hex(nothing.get_color()) == COLOURS[temperature] and nothing.get_markerfacecolor() == "white"
    diagonal = one(lines(figure.axes[2], label="as predicted"))
    np.testing.assert_allclose(diagonal.get_xdata(), diagonal.get_ydata())
    assert "another minimum found in 10 % (0.556), 14 % (0.778), 26 % (1.44)" in note(figure)


def test_a_study_without_double_wells_says_so(study, densities, pairs):
    figure = plot_double_wells(densities.iloc[:0], pairs.iloc[:0], quantities(study, double_well_share=0.0), settings_of(study, options={}))
    assert words(figure).count("no other minimum was found") == 2 and "no expansion has two wells" in words(figure)


@pytest.mark.parametrize("name", ["dilatancy", "double_wells"])
def test_captions_render_and_say_what_was_published(name):
    text = caption(name)
    assert "2108.13859" in text and "softest cubic mode" in text
    assert caption(name, dimension=2) and caption(name, axes=(PARTICLES, PRESSURE), main=(256, 1.0), against="pressure")


def test_captions_tell_the_settings():
    assert "±0.05 a₀, ±0.1 a₀, ... up to 1.0 a₀" in " ".join(caption("double_wells").split())
    assert "limited-memory BFGS, step 0.1" in caption("double_wells") and "14 % of the glasses" in caption("double_wells")
    assert "more than 20 % of the larger" in caption("dilatancy") and "has no sign" in caption("dilatancy", dimension=2)
