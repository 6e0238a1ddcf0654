"""Figures of the bond operator's modes beside pseudo-harmonic ones: what is drawn is what the tables say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn import bars, check, guides, legend_words, lines, note, one, words
from matplotlib.colors import to_hex
from matplotlib.quiver import Quiver
from synthetic_tables import Study, settings_of
from vitrine.figures.style import value_colours
from vitrine.observables import declarations
from vitrine.observables.mode_decay.bond_modes import LONGEST, SHORTEST, plot_bond_modes
from vitrine.observables.mode_decay.mode_decay import FIELDS, plot_mode_decay

LADDER = (1.3, 0.7)
COLOURS = {temperature: to_hex(colour) for temperature, colour in value_colours(LADDER).items()}
LOW, HIGH = np.geomspace(1, 6, 11)[:-1], np.geomspace(1, 6, 11)[1:]
LAWS = {"D": -2.0, "D_PH": -2.2, "F": -1.8, "F_PH": -8.0, "A": -3.0}


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(LADDER)


def shown(study: Study, **more):
    return settings_of(study, options={"mode_decay": declarations()["mode_decay"].defaults}, **more)


def keyed(study: Study, frame_of) -> pd.DataFrame:
    return pd.concat([frame_of(T).assign(particles=study.particles, parent_temperature=T) for T in LADDER], ignore_index=True)


@pytest.fixture(scope="module")
def tables(study) -> dict[str, pd.DataFrame]:
    def profiles(T):
        r = np.sqrt(LOW * HIGH)
        parts = [
            pd.DataFrame(
                {"kind": kind, "distance_low": LOW, "distance_high": HIGH, "amplitude": T * r**law, "amplitude_error": 0.1 * r**law, "fields": 5}
            )
            for kind, law in LAWS.items()
        ]
        return pd.concat(parts, ignore_index=True)

    def overlaps(T):
        low = np.geomspace(1, 30, 7)
        gaps = 0.5 * T * low**-4.0
        return pd.DataFrame(
            {
                "lambda_low": low[:-1],
                "lambda_high": low[1:],
                "displacement": gaps[:-1],
                "displacement_error": 0.2 * gaps[:-1],
                "force": 0.4,
                "force_error": 0.02,
                "collapsed": [0.9, 0.8, 0.7, np.nan, np.nan, np.nan],
                "count": [9, 8, 0, 5, 4, 2],
                "count_collapsed": [3, 2, 1, 0, 0, 0],
            }
        )

    def sums(T):
        n = 2 ** np.arange(6)
        return pd.DataFrame({"low_modes": n, "largest": T / n, "largest_error": 0.1 / n, "several": 2 * T / n, "several_error": 0.2 / n})

    def quantities(T):
        names = {f"{kind}_exponent": law for kind, law in LAWS.items()}
        row = {"error": 0.12, "unit": "1", "samples": 9, "flagged": 0, "flag": ""}
        return pd.DataFrame([{"quantity": name, "value": law, **row} for name, law in names.items()])

    makers = {"profile_curves": profiles, "overlap_curves": overlaps, "sum_curves": sums, "quantities": quantities}
    return {name: keyed(study, maker) for name, maker in makers.items()}


@pytest.fixture(scope="module")
def figure(study, tables):
    return plot_mode_decay(**tables, settings=shown(study))


def rows_of(table: pd.DataFrame, temperature: float, **wanted) -> pd.DataFrame:
    rows = table[table["parent_temperature"] == temperature]
    for name, value in wanted.items():
        rows = rows[rows[name] == value]
    return rows


@pytest.mark.parametrize("kind", FIELDS)
def test_profiles_of_the_published_point_with_their_exponents(figure, tables, kind):
    rows = rows_of(tables["profile_curves"], 0.7, kind=kind)  # nearest to 0.5 T_onset
    found = one([points for points in bars(figure.axes[0]) if points.label.startswith(f"{FIELDS[kind][0]}:")])
    check(found, np.sqrt(rows["distance_low"] * rows["distance_high"]), rows["amplitude"], rows["amplitude_error"], log=True)
    assert found.label == f"{FIELDS[kind][0]}: {LAWS[kind]:.2f} ± 0.12" and found.colour == FIELDS[kind][1]
    assert figure.axes[0].get_title(loc="left").startswith(r"$T_p/T_\mathrm{onset}$ = 0.778; ")
    assert figure.axes[0].get_title(loc="left").endswith(r"exponents from $2.5\,a_0$ to 0.35 of the box")


def test_the_published_laws_stand_beside_the_curves(figure):
    assert guides(figure.axes[0]) == pytest.approx({"$r^{-2}$": -2, "$r^{-9}$": -9})
    assert guides(figure.axes[1]) == pytest.approx({"$r^{-3}$": -3})
    assert guides(figure.axes[2]) == pytest.approx({r"$\lambda^{-4}$": -4})
    sources = [[text for text in legend_words(ax) if "Giannini" in text] for ax in figure.axes[:3]]
    assert sources == [[f"Giannini et al. 2021, {place}"] for place in ("Fig. 4d", "eq. 8", "Fig. 4e")]
    assert "9 samples" in note(figure)


def test_against_another_axis_the_main_point_is_shown(study, tables):
    moved = {name: table.assign(particles=(1000 * table["parent_temperature"]).astype(int), parent_temperature=0.5) for name, table in tables.items()}
    figure = plot_mode_decay(**moved, settings=shown(study, main=(1300, 0.5), against="particles"))
    assert figure.axes[0].get_title(loc="left").startswith("$N$ = 1300; ")


def test_in_the_plane_the_laws_are_those_of_the_plane(study, tables):
    figure = plot_mode_decay(**tables, settings=shown(study, dimension=2))
    assert guides(figure.axes[0]) == pytest.approx({"$r^{-1}$": -1, "$r^{-6}$": -6}) and list(guides(figure.axes[1]).values()) == [pytest.approx(-2)]


@pytest.mark.parametrize("temperature", LADDER)
def test_rows_of_the_operator_and_few_modes_at_every_point(figure, tables, temperature):
    rows = rows_of(tables["profile_curves"], temperature, kind="A")
    found = one([points for points in bars(figure.axes[1]) if points.colour == COLOURS[temperature]])
    check(found, np.sqrt(rows["distance_low"] * rows["distance_high"]), rows["amplitude"], rows["amplitude_error"], log=True)
    sums = rows_of(tables["sum_curves"], temperature)
    largest, several = (points for points in bars(figure.axes[3]) if points.colour == COLOURS[temperature])
    check(largest, sums["low_modes"], sums["largest"], sums["largest_error"], log=True)
    check(several, sums["low_modes"], sums["several"], sums["several_error"], log=True)
    assert "sum of the 10 largest" in legend_words(figure.axes[3])


def test_overlaps_of_first_modes_and_of_those_that_fall_together(figure, tables):
    ax = figure.axes[2]
    displacement, force = ([points for points in bars(ax) if points.colour == colour] for colour in ("#222222", "#1b7f79"))
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white"]
    for place, temperature in enumerate(sorted(LADDER)):
        rows = rows_of(tables["overlap_curves"], temperature)
        x, there = np.sqrt(rows["lambda_low"] * rows["lambda_high"]), rows["count"] > 0
        check(displacement[place], x[there], rows.loc[there, "displacement"], rows.loc[there, "displacement_error"], log=True)
        check(force[place], x[there], rows.loc[there, "force"], rows.loc[there, "force_error"], log=True)
        further = rows["count_collapsed"] > 0
        np.testing.assert_allclose(hollow[place].get_data(), [x[further], rows.loc[further, "collapsed"]])
    assert {"$V=D$", "$V=F$", "further $D$ that fall onto the same mode"} < set(legend_words(ax))


def test_what_is_missing_is_said(study, tables):
    blank = {name: table if name == "quantities" else table.iloc[:0] for name, table in tables.items()}
    text = words(plot_mode_decay(**blank, settings=shown(study)))
    said = ("no mode of the bond operator", "no row of the bond operator", "no pseudo-harmonic mode", "no harmonic modes")
    assert all(sentence in text for sentence in said)


# --- maps ---------------------------------------------------------------------------------------------------------------------------------------

NAMES = ("harmonic", "largest", "example_0", "example_1")


@pytest.fixture(scope="module")
def maps(study) -> pd.DataFrame:
    def glass(T):
        rng, parts = np.random.default_rng(3), []
        x, y = rng.uniform(0, 10, (2, 40))
        for place, name in enumerate(NAMES):
            moved = rng.normal(size=(40, 2)) * np.geomspace(1, 1e-3, 40)[:, None]
            own = {"u_x": moved[:, 0], "u_y": moved[:, 1], "eigenvalue": T * (place + 1), "N_e": 10.0 * place + 5}
            parts.append(pd.DataFrame({"sample": 2, "field": name, "x": x, "y": y, **own}))
        return pd.concat(parts, ignore_index=True)

    return keyed(study, glass)


def test_arrows_are_the_fields_of_the_coldest_glass(study, tables, maps):
    figure = plot_bond_modes(maps, tables["quantities"], shown(study))
    coldest = maps[maps["parent_temperature"] == 0.7]
    for ax, name in zip(figure.axes, NAMES, strict=False):
        rows = coldest[coldest["field"] == name]
        arrows = one([found for found in ax.collections if isinstance(found, Quiver)])
        length = np.hypot(rows["u_x"], rows["u_y"])
        seen = length > SHORTEST * length.max()
        assert 5 < seen.sum() < 40 and arrows.get_gid() == name
        np.testing.assert_allclose(arrows.get_offsets(), rows.loc[seen, ["x", "y"]])
        np.testing.assert_allclose([arrows.U, arrows.V], rows.loc[seen, ["u_x", "u_y"]].T)
        side = max(np.ptp(rows["x"]), np.ptp(rows["y"]))
        assert length.max() / arrows.scale == pytest.approx(LONGEST * side)
        title = ax.get_title(loc="left")
        assert f"= {rows['eigenvalue'].iloc[0]:.3g}," in title and f"$N e$ = {rows['N_e'].iloc[0]:.0f}" in title
        assert title.startswith("harmonic" if name == "harmonic" else "$D$")
    assert "sample 2 at 0.78 (0.7)" in note(figure) and not lines(figure.axes[4])


def test_without_a_plane_it_says_so(study, tables, maps):
    assert "no glass in the plane" in words(plot_bond_modes(maps.iloc[:0], tables["quantities"], shown(study)))
