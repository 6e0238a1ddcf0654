"""The figure of phonon bands: what is drawn is what the tables say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from drawn import bars, check, legend_words, lines, words
from synthetic_tables import Study, settings_of
from vitrine.observables.phonon_bands import BAND_CURVES, MODE_CLOUD
from vitrine.observables.phonon_bands.phonon_bands import plot_phonon_bands
from vitrine.points import AXES
from vitrine.tables import FITS, QUANTITIES

SIZES, SPEED, A0 = (1000, 8000), 3.0, 1.2
FIT = {"omega_dagger_exponent_3d": -0.37, "omega_dagger_exponent_3d_intercept": 0.6}
DAGGER = {1000: (0.8, 0.02, ""), 8000: (0.6, 0.03, "beyond")}


@pytest.fixture(scope="module")
def tables():
    """Two sizes; the larger has its second band mixed, and omega_dagger in doubt."""
    rng, key = np.random.default_rng(1), {"parent_temperature": 0.5}
    curves, cloud, quantities = [], [], []
    for size in SIZES:
        edge = size ** (1 / 3) * A0
        for kind, shell, waves, speed in (("transverse", 1, 12, 1), ("transverse", 2, 24, 1), ("longitudinal", 1, 6, 2)):
            ratio = 0.97 - 0.01 * shell
            omega = ratio * speed * SPEED * 2 * np.pi * np.sqrt(shell) / edge
            width = 0.5 * omega * np.sqrt(waves / size) * rng.uniform(0.9, 1.1)
            errors = {"omega_error": 0.01, "ratio_error": 0.002, "width_error": 0.05 * width}
            own = {"polarisation": kind, "shell": shell, "squared": float(shell), "degeneracy": waves, "omega": omega, "ratio": ratio, "width": width}
            curves.append({"particles": size, **key, **BAND_CURVES.row(**own, **errors, separate=shell == 1 or size == 1000, samples=5)})
        for _ in range(40):
            omega, participation, weight = rng.uniform(0.5, 2), 10 ** rng.uniform(-3, 0), rng.uniform()
            cloud.append({"particles": size, **key, **MODE_CLOUD.row(sample=0, omega=omega, participation=participation, weight=weight)})
        value, error, flag = DAGGER[size]
        own = {"c_s": (SPEED, 0.01, ""), "c_l": (2 * SPEED, 0.01, ""), "spacing": (A0, 0.001, ""), "omega_ph": (2 * np.pi * SPEED / edge, 0.01, "")}
        own |= {"band_prefactor": (0.5 if size == 1000 else 0.54, 0.02, ""), "omega_dagger_omega_0": (value, error, flag)}
        for name, (number, spread, why) in own.items():
            row = QUANTITIES.row(quantity=name, value=number, error=spread, unit="1", samples=5, flagged=0, flag=why)
            quantities.append({"particles": size, **key, **row})
    fits = pd.DataFrame([FITS.row(name=name, value=value, error=0.05, unit="1", samples=10) for name, value in FIT.items()])
    return {"band_curves": pd.DataFrame(curves), "mode_cloud": pd.DataFrame(cloud), "quantities": pd.DataFrame(quantities), "fits": fits}


@pytest.fixture(scope="module")
def settings():
    axes = (AXES["particles"], AXES["parent_temperature"])
    return replace(settings_of(Study()), axes=axes, main=(1000, 0.5), against="particles", dimension=3)


@pytest.fixture(scope="module")
def figure(tables, settings):
    return plot_phonon_bands(**tables, settings=settings)


def test_modes_of_the_largest_glass(tables, figure):
    """In units of omega_0, phonons and others apart; lines where an elastic solid has its bands."""
    ax, own = figure.axes[0], tables["mode_cloud"].query("particles == 8000")
    drawn = {line.get_label(): line for line in lines(ax)}
    for label, chosen in (("50% or more in one band", own["weight"] >= 0.5), ("less", own["weight"] < 0.5)):
        np.testing.assert_allclose(drawn[label].get_xdata(), own.loc[chosen, "omega"] / (SPEED / A0))
        np.testing.assert_allclose(drawn[label].get_ydata(), own.loc[chosen, "participation"])
    first = 2 * np.pi / 20  # of 8000 particles, in omega_0
    verticals = sorted(float(line.get_xdata()[0]) for line in ax.lines if len(set(line.get_xdata())) == 1 and len(line.get_xdata()) == 2)
    expected = [first, first * np.sqrt(2), 2 * first, first * np.sqrt(8), DAGGER[8000][0]]
    inside = sorted(place for place in expected if place <= 1.02 * own["omega"].max() * A0 / SPEED)
    np.testing.assert_allclose(verticals, inside, rtol=1e-6)
    assert any("12,\\ 24" in label for label in legend_words(ax))


def test_positions_and_widths(tables, figure):
    curves = tables["band_curves"]
    positions = {(one.colour, len(one.x), one.hollow): one for one in bars(figure.axes[1])}
    assert len(positions) == 4  # two kinds of waves at each of two sizes
    drawn = np.sort(np.concatenate([one.y for one in positions.values()]))
    np.testing.assert_allclose(drawn, np.sort(curves["ratio"]))
    across = curves[curves["polarisation"] == "transverse"]
    across = across.assign(x=across["omega"] * np.sqrt(across["degeneracy"] / across["particles"]))
    found = bars(figure.axes[2])
    for hollow, own in ((False, across[across["separate"]]), (True, across[~across["separate"]])):
        x = np.concatenate([one.x for one in found if one.hollow == hollow])
        y = np.concatenate([one.y for one in found if one.hollow == hollow])
        np.testing.assert_allclose(np.sort(x), np.sort(own["x"]))
        np.testing.assert_allclose(y[np.argsort(x)], own.sort_values("x")["width"])
    (line,) = [one for one in lines(figure.axes[2]) if "chi" in str(one.get_label())]
    np.testing.assert_allclose(line.get_ydata() / line.get_xdata(), 0.52)


def test_omega_dagger_its_fit_and_the_published_exponent(figure):
    ax = figure.axes[3]
    sound, doubtful = sorted(bars(ax), key=lambda one: one.hollow)
    check(sound, [10.0], [0.8], [0.02], log=True)
    check(doubtful, [20.0], [0.6], [0.03], log=True)
    assert doubtful.hollow and not sound.hollow
    fitted, published = (next(one for one in lines(ax) if str(one.get_label()).startswith(start)) for start in ("exponent", "published"))
    np.testing.assert_allclose(fitted.get_ydata(), np.exp(0.6) * np.array(fitted.get_xdata()) ** -0.37)
    slope = np.diff(np.log(published.get_ydata())) / np.diff(np.log(published.get_xdata()))
    np.testing.assert_allclose(slope, -0.4)
    assert {"exponent -0.370 ± 0.050", "published: -2/5"} <= set(legend_words(ax))


def test_panels_without_data_say_so(tables, settings):
    figure = plot_phonon_bands(**{name: frame.iloc[:0] if name != "quantities" else frame for name, frame in tables.items()}, settings=settings)
    text = words(figure)
    assert "no mode was measured" in text and "no band is whole" in text and "no transverse band is whole" in text
