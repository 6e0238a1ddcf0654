"""Figures of the vibrability, the specific heat and the displacements: what is drawn is what the tables say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn import bars, note, one, words
from matplotlib.collections import EllipseCollection, FillBetweenPolyCollection
from matplotlib.colors import to_hex
from synthetic_tables import A0, C_INF, Study, settings_of
from vitrine.figures.marks import bars as lengths
from vitrine.figures.style import value_colours
from vitrine.observables.mean_squared_displacement.mean_squared_displacement import plot_mean_squared_displacement
from vitrine.observables.specific_heat.specific_heat import plot_specific_heat
from vitrine.observables.vibrability.vibrability import plot_vibrability

LADDER = (1.3, 0.7, 0.5)
COLOURS = {temperature: to_hex(colour) for temperature, colour in value_colours(LADDER).items()}


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(LADDER)


def keyed(frames: dict[float, pd.DataFrame], study: Study) -> pd.DataFrame:
    """Frames of each temperature, with the key in front."""
    parts = [frame.assign(particles=study.particles, parent_temperature=temperature) for temperature, frame in frames.items()]
    return pd.concat(parts, ignore_index=True)


def quantity(name: str, study: Study) -> pd.DataFrame:
    """One quantity at every temperature."""
    return keyed(
        {T: pd.DataFrame([{"quantity": name, "value": 1.0, "error": 0.1, "unit": "", "samples": 48, "flagged": 0, "flag": ""}]) for T in LADDER},
        study,
    )


@pytest.fixture(scope="module")
def densities(study) -> pd.DataFrame:
    low = np.geomspace(0.01, 1, 6)[:-1]
    frame = {"psi_low": low, "psi_high": np.geomspace(0.01, 1, 6)[1:]}
    return keyed(
        {T: pd.DataFrame({**frame, "density": T * low**-2, "density_error": 0.2 * T * low**-2, "count": [9, 7, 0, 3, 1]}) for T in LADDER}, study
    )


@pytest.fixture(scope="module")
def glass(study) -> pd.DataFrame:
    """Nine particles, of which two belong to the key core."""
    x, y = np.meshgrid([0.5, 1.5, 2.5], [0.5, 1.5, 2.5])
    frame = {"sample": 3, "x": x.ravel(), "y": y.ravel(), "size": np.linspace(0.8, 1.2, 9), "psi": [0.1, 0.2, 0.1, 0.3, 1.0, 0.1, 0.1, 0.61, 0.59]}
    return keyed({T: pd.DataFrame(frame) for T in LADDER}, study)


def shown(study: Study, **options: object):
    return settings_of(study, options={"vibrability": {"core_threshold": 0.25, "key_core_fraction": 0.6}, **options})


def test_the_distribution_is_that_of_the_table(study, densities, glass):
    figure = plot_vibrability(densities, glass, quantity("vibrability_mean", study), shown(study))
    drawn = {points.colour: points for points in bars(figure.axes[0])}
    for temperature, rows in densities[densities["count"] > 0].groupby("parent_temperature"):
        points = drawn[COLOURS[temperature]]
        np.testing.assert_allclose(points.x, np.sqrt(rows["psi_low"] * rows["psi_high"]))
        np.testing.assert_allclose(points.y, rows["density"])
        down, up = lengths(rows["density"], rows["density_error"])
        np.testing.assert_allclose([points.down, points.up], [down, up], rtol=1e-9)
    assert figure.axes[0].get_xscale() == figure.axes[0].get_yscale() == "log"
    assert "lambda" in figure.axes[0].get_xlabel() and "varepsilon" in figure.axes[0].get_ylabel()
    assert "48 samples" in note(figure)


def test_the_map_shows_every_particle_and_rings_the_key_core(study, densities, glass):
    figure = plot_vibrability(densities, glass, quantity("vibrability_mean", study), shown(study))
    discs, rings = (collection for collection in figure.axes[1].collections if isinstance(collection, EllipseCollection))
    coldest = glass[glass["parent_temperature"] == min(LADDER)]
    np.testing.assert_allclose(discs.get_offsets(), coldest[["x", "y"]])
    np.testing.assert_allclose(discs.get_array(), np.log10(coldest["psi"]))
    np.testing.assert_allclose(2 * discs._widths, coldest["size"])
    np.testing.assert_allclose(rings.get_offsets(), coldest.loc[coldest["psi"] > 0.6, ["x", "y"]])
    assert len(rings.get_offsets()) == 2
    assert "sample 3" in words(figure)


def test_without_a_plane_there_is_no_map(study, densities, glass):
    figure = plot_vibrability(densities, glass.iloc[:0], quantity("vibrability_mean", study), shown(study))
    assert len(figure.axes) == 1


@pytest.fixture(scope="module")
def heats(study) -> pd.DataFrame:
    T = np.geomspace(0.1, 10, 12)
    frames = {}
    for place, temperature in enumerate(LADDER, start=1):
        heat = place * T**2 / (1 + T**2)
        frames[temperature] = pd.DataFrame(
            {
                "temperature": T,
                "heat": heat,
                "heat_error": 0.1 * heat,
                "exponent": place / (1 + T),
                "exponent_error": 0.2,
                "reduced": place - T,
                "reduced_error": 0.3,
                "phonons": 0.1 * place * T**3,
                "soft": 0.2 * place * T**5,
            }
        )
    return keyed(frames, study)


def test_the_specific_heat_is_drawn_in_the_units_of_the_papers(study, heats):
    figure = plot_specific_heat(heats, quantity("heat_exponent", study), study.fits, shown(study, specific_heat={"two_level": 0.0}))
    unit = C_INF / A0
    for ax, column, scale in zip(figure.axes, ("heat", "exponent", "reduced"), (1, 1, unit**3), strict=True):
        for temperature, rows in heats.groupby("parent_temperature"):
            line = one([line for line in ax.lines if line.get_gid() == f"{column}-{temperature}"])
            np.testing.assert_allclose(line.get_xdata(), rows["temperature"] / unit)
            np.testing.assert_allclose(line.get_ydata(), rows[column] * scale)
            assert to_hex(line.get_color()) == COLOURS[temperature]
            for part in ("phonons", "soft"):  # each alone, in the first panel
                alone = [line for line in ax.lines if line.get_gid() == f"{part}-{temperature}"]
                assert len(alone) == (column == "heat") and all(np.allclose(line.get_ydata(), rows[part]) for line in alone)
        bands = [band for band in ax.collections if isinstance(band, FillBetweenPolyCollection)]
        assert len(bands) == len(LADDER)
        coldest = heats[heats["parent_temperature"] == min(LADDER)]
        heights = one([band for band in bands if to_hex(band.get_facecolor()[0]) == COLOURS[min(LADDER)]]).get_paths()[0].vertices[:, 1]
        assert heights.max() == pytest.approx(((coldest[column] + coldest[f"{column}_error"]) * scale).max())
        assert heights.min() == pytest.approx(((coldest[column] - coldest[f"{column}_error"]) * scale).min())
    assert "Dulong and Petit: 3" in words(figure) and "Debye: 3" in words(figure) and "TLS" not in words(figure)


def test_two_level_systems_are_named_where_the_study_gives_them(study, heats):
    figure = plot_specific_heat(heats, quantity("heat_exponent", study), study.fits, shown(study, specific_heat={"two_level": 0.1}))
    assert "TLS" in figure.axes[2].get_ylabel()


def test_a_partial_spectrum_leaves_the_panels_empty_and_says_why(study, heats):
    figure = plot_specific_heat(
        heats.assign(heat=np.nan), quantity("heat_exponent", study), study.fits, shown(study, specific_heat={"two_level": 0.0})
    )
    assert words(figure).count("no complete spectrum") == 3


def test_displacements_are_those_of_the_table(study):
    lag = np.array([0.1, 0.2, 0.4])
    frames = {
        T: pd.DataFrame({"lag": lag, "second": T * lag**2, "second_error": 0.1 * T * lag**2, "non_gaussian": T - lag, "non_gaussian_error": 0.05})
        for T in LADDER
    }
    curves = keyed(frames, study)
    figure = plot_mean_squared_displacement(curves, quantity("displacement_longest", study), shown(study))
    for ax, column in zip(figure.axes, ("second", "non_gaussian"), strict=True):
        drawn = {points.colour: points for points in bars(ax)}
        for temperature, rows in curves.groupby("parent_temperature"):
            points = drawn[COLOURS[temperature]]
            np.testing.assert_allclose(points.x, rows["lag"])
            np.testing.assert_allclose(points.y, rows[column])
            np.testing.assert_allclose(points.up, rows[f"{column}_error"], rtol=1e-9)
    assert figure.axes[0].get_yscale() == "log" and figure.axes[1].get_yscale() == "linear"
    assert "lambda" in figure.axes[0].get_ylabel() and "varepsilon" in figure.axes[0].get_xlabel()
