"""Maps of soft modes in the plane: modes against a search of its own over every bond, places and arrows; averages; figures against their tables."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from aggregated import counts, values
from drawn import lines, note, one, words
from matplotlib.collections import EllipseCollection
from matplotlib.patches import Circle
from matplotlib.quiver import Quiver
from naive import hessian, poly, pseudo_inverse, quenched
from synthetic_tables import A0, C_INF, ONSET, Study, settings_of
from test_figures import PARTICLES, PRESSURE, caption
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import SampleError
from vitrine.interactions import Interactions, minimum_images
from vitrine.linalg import Factor
from vitrine.nonlinear.contractions import Contractions
from vitrine.nonlinear.modes import nonlinear_modes
from vitrine.observables import declarations
from vitrine.observables.mode_maps import MAPPED_GLASSES, MODE_ARROWS, MODE_MAP
from vitrine.observables.mode_maps.aggregate import aggregate_mode_maps
from vitrine.observables.mode_maps.measure import map_modes
from vitrine.observables.mode_maps.mode_map import plot_mode_map
from vitrine.observables.mode_maps.population_map import plot_population_map
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.schema import names_of

# --- of one glass -------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def planar():
    """60 particles."""
    return quenched(poly(dimension=2, size_ratio=1.6, density=0.86), 60, 0.2, 100, seed=5)


@pytest.fixture(scope="module")
def mapped(planar):
    return map_modes(planar, fraction=1.0, weak_force=0.1, arrows=3)


def followed(sample):
    """The end of the bare map z <- H^+ U4:.zzz from the dense response to a dipole on every bond, one after the other."""
    bonds, inverse = Interactions.of(sample), pseudo_inverse(hessian(sample), 2)
    contractions, ends = Contractions(bonds), []
    for dipole in bonds.compatibility.toarray():
        z = inverse @ dipole
        for _ in range(3000):
            z /= np.linalg.norm(z)
            force = contractions.quartic(z[:, None])[:, 0]
            stiff = bonds.hessian @ z
            if np.linalg.norm(stiff - z @ stiff / (z @ force) * force) < 1e-9 * np.linalg.norm(stiff):
                break
            z = inverse @ force
        ends.append(z)
    return np.array(ends)


def test_the_map_is_every_soft_mode_that_the_bare_map_finds(planar, mapped):
    """From every bond; distinct by overlap, counted, sorted; omega_g the mean over weak bonds."""
    bonds, ends = Interactions.of(planar), followed(planar)
    inverse, dipoles = pseudo_inverse(hessian(planar), 2), bonds.compatibility.toarray()
    responses = dipoles @ inverse
    omega = np.sqrt(np.sum(dipoles * responses, axis=1) / np.sum(responses**2, axis=1))
    weak = bonds.pair_forces / (bonds.pressure * planar.spacing) < 0.1
    glass = {name: column.item() for name, column in mapped["mapped_glasses"].items()}
    assert glass["omega_g"] == pytest.approx(omega[weak].mean(), rel=1e-8) and weak.sum() > 3
    assert glass["omega_highest"] == pytest.approx(glass["omega_g"], rel=1e-12)
    frequency = np.sqrt(np.einsum("ki,ki->k", ends, (bonds.hessian @ ends.T).T))
    groups: list[list[int]] = []
    for place in np.flatnonzero(frequency < glass["omega_highest"]):
        home = next((group for group in groups if abs(ends[group[0]] @ ends[place]) > 0.99), None)
        groups.append([place]) if home is None else home.append(place)
    groups.sort(key=lambda group: frequency[group[0]])
    table = pd.DataFrame(mapped["mode_map"])
    assert glass["bonds"] == len(bonds.i) and glass["unconverged"] == 0
    assert len(table) + glass["saddles"] == len(groups) > 2 and glass["modes"] == len(table)
    assert glass["saddles"] == 0
    np.testing.assert_allclose(table["omega"], [frequency[group[0]] for group in groups], rtol=1e-7)
    # Which start falls onto which mode depends a little on the algorithm; that of the library, all starts at once:
    alike = nonlinear_modes(Contractions(bonds), Factor.of(bonds), responses.T).vectors.T @ ends[[group[0] for group in groups]].T
    np.testing.assert_array_equal(table["starts"], np.sum(np.abs(alike) > 0.99, axis=0))
    for row, group in zip(table.itertuples(), groups, strict=True):
        z = ends[group[0]].reshape(-1, 2)
        squares = np.sum(z**2, axis=1)
        assert row.core_size == pytest.approx(1 / np.sum(squares**2), rel=1e-6)
        pair = np.argmax(np.linalg.norm(z[bonds.j] - z[bonds.i], axis=1))
        middle = planar.positions[bonds.i[pair]] + bonds.vectors[pair] / 2
        assert np.linalg.norm(minimum_images(np.array([[row.x, row.y]]) - middle, planar.box)) < 1e-6
        assert 0 <= row.x < planar.box[0, 0] and 0 <= row.y < planar.box[1, 1]
    arrows = pd.DataFrame(mapped["mode_arrows"])
    assert list(arrows["mode"]) == [mode for mode in range(3) for _ in range(60)]
    for mode, rows in arrows.groupby("mode"):
        found, z = rows[["z_x", "z_y"]].to_numpy(), ends[groups[mode][0]].reshape(-1, 2)
        assert abs(np.sum(found * z)) == pytest.approx(1, abs=1e-7) and np.sum(found**2) == pytest.approx(1, rel=1e-12)
        np.testing.assert_allclose(minimum_images(rows[["x", "y"]].to_numpy() - planar.positions, planar.box), 0, atol=1e-9)


def test_all_columns_are_there(mapped):
    for table in (MAPPED_GLASSES, MODE_MAP, MODE_ARROWS):
        assert set(mapped[table.name]) == set(names_of(table.own))


def test_blocks_change_nothing(planar, mapped, monkeypatch):
    monkeypatch.setattr("vitrine.observables.mode_maps.measure.BLOCK", 7)
    again = map_modes(planar, fraction=1.0, weak_force=0.1, arrows=3)
    np.testing.assert_array_equal(again["mode_map"]["starts"], mapped["mode_map"]["starts"])
    np.testing.assert_allclose(again["mode_map"]["omega"], mapped["mode_map"]["omega"], rtol=1e-9)


def test_a_lower_limit_cuts_the_map(planar, mapped):
    omega = mapped["mode_map"]["omega"]
    highest = (omega[1] + omega[2]) / 2
    cut = map_modes(planar, fraction=highest / mapped["mapped_glasses"]["omega_g"][0], weak_force=0.1)
    np.testing.assert_allclose(cut["mode_map"]["omega"], omega[:2], rtol=1e-9)
    nothing = map_modes(planar, fraction=1e-3, weak_force=0.1)
    assert nothing["mapped_glasses"]["modes"] == [0] and len(nothing["mode_map"]["omega"]) == len(nothing["mode_arrows"]["x"]) == 0


def test_glasses_beyond_the_number_have_no_rows(planar):
    found = map_modes(dataclasses.replace(planar, index=2), samples=2)
    assert {name: len(column) for table in found.values() for name, column in table.items()} == dict.fromkeys(
        names_of((*MAPPED_GLASSES.own, *MODE_MAP.own, *MODE_ARROWS.own)), 0
    )


def test_what_cannot_be_mapped_is_named(planar, small_glass):
    with pytest.raises(SampleError, match="plane"):
        map_modes(small_glass)
    with pytest.raises(SampleError, match="no weak bond"):
        map_modes(planar, weak_force=1e-12)


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------


def test_averages_are_over_glasses_and_over_their_modes(tmp_path):
    point, rng = Point.plain(60, 0.5), np.random.default_rng(1)
    ensemble, modes = Ensemble(point, dimension=2, seed=5, replicates=9), [3, 0, 2, 4]
    glasses = [MAPPED_GLASSES.row(sample=sample, omega_g=2.0 + sample, modes=count) for sample, count in enumerate(modes)]
    sizes = [rng.uniform(10, 30, count) for count in modes]
    rows = [MODE_MAP.row(sample=sample, mode=mode, omega=1.0, core_size=size) for sample, own in enumerate(sizes) for mode, size in enumerate(own)]
    flagged = {"sample": 4, "flag": "not in equilibrium"}
    write_table(MAPPED_GLASSES, [*glasses, MAPPED_GLASSES.row(**flagged)], tmp_path / "mapped_glasses.parquet", {}, Key.of(point))
    write_table(MODE_MAP, [*rows, MODE_MAP.row(**flagged)], tmp_path / "mode_map.parquet", {}, Key.of(point))
    estimates, flags = aggregate_mode_maps([tmp_path / "mapped_glasses.parquet"], [tmp_path / "mode_map.parquet"], ensemble)
    weights = ensemble.weights(np.arange(4))
    for replicate, weight in enumerate(weights.astype(int)):
        repeated = np.repeat(np.arange(4), weight)
        cores = [size for sample in repeated for size in sizes[sample]]
        expected = [np.mean([modes[sample] for sample in repeated]) / 60, np.mean(cores) if cores else np.nan, 2 + repeated.mean()]
        found = [values(estimates, name)[replicate] for name in ("mapped_modes", "mapped_core", "mapped_omega_g")]
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert counts(estimates, "mapped_modes") == (4, 1) and flags["flag"].tolist() == ["not in equilibrium"]
    assert set(estimates["quantity"]) == {one.name for one in declarations()["mode_maps"].quantities}


# --- figures ------------------------------------------------------------------------------------------------------------------------------------

LADDER = (1.3, 0.7, 0.17)
SIDE = 20.0


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(LADDER)


def keyed(frames: dict[float, pd.DataFrame], study: Study) -> pd.DataFrame:
    """Frames of each temperature, with the key in front."""
    return pd.concat([frame.assign(particles=study.particles, parent_temperature=T, flag="") for T, frame in frames.items()], ignore_index=True)


@pytest.fixture(scope="module")
def tables(study):
    """Maps of two glasses at each T_p, of which the first one is shown: glasses, modes, arrows and quantities."""
    rng = np.random.default_rng(2)
    glass = pd.DataFrame([{"sample": sample, "omega_g": 6.0, "omega_highest": 2.0, "modes": 3} for sample in (0, 1)])
    glasses = keyed({T: glass.assign(box_x=SIDE, box_tilt=0.0, box_y=SIDE) for T in LADDER}, study)
    modes, arrows = {}, {}
    for T in LADDER:
        own = {"sample": [0, 0, 0, 1], "mode": [0, 1, 2, 0], "omega": np.sort(rng.uniform(0.5, 2, 4)), "core_size": rng.uniform(10, 40, 4)}
        modes[T] = pd.DataFrame({**own, "x": rng.uniform(0, SIDE, 4), "y": rng.uniform(0, SIDE, 4), "starts": 5})
        field = rng.normal(size=(2, 30, 2))
        rows = [
            {"sample": 0, "mode": mode, "x": x, "y": y, "z_x": z[0], "z_y": z[1]}
            for mode in (0, 1)
            for (x, y), z in zip(rng.uniform(0, SIDE, (30, 2)), field[mode], strict=True)
        ]
        arrows[T] = pd.DataFrame(rows)
    numbers = {"mapped_modes": 0.01, "c_s": 3.0, "mapped_omega_g": 6.0, "N_qlm": 0.02}
    told = [{"quantity": name, "value": value, "error": 0.1 * value, "unit": "1", "samples": 2, "flagged": 0} for name, value in numbers.items()]
    return glasses, keyed(modes, study), keyed(arrows, study), keyed({T: pd.DataFrame(told) for T in LADDER}, study)


def planar_settings(study, **other):
    return settings_of(study, options={}, dimension=2, **other)


def test_discs_have_the_area_of_their_core_and_the_colour_of_their_frequency(study, tables):
    """With images in all neighbouring boxes, so that none is cut at an edge."""
    glasses, modes, _, quantities = tables
    figure = plot_population_map(glasses, modes, quantities, study.fits, planar_settings(study))
    panels = [ax for ax in figure.axes if ax.get_xlabel().startswith("$x")]
    assert len(panels) == 2
    unit, a0 = C_INF / A0, SIDE / np.sqrt(study.particles)
    for ax, T in zip(panels, (1.3, 0.17), strict=True):
        own = modes[(modes["parent_temperature"] == T) & (modes["sample"] == 0)].sort_values("omega", ascending=False)
        discs = one([collection for collection in ax.collections if isinstance(collection, EllipseCollection)])
        np.testing.assert_allclose(np.pi * discs._widths[::9] ** 2, own["core_size"] * a0**2, rtol=1e-12)
        np.testing.assert_allclose(discs.get_array()[::9], own["omega"] / unit, rtol=1e-12)
        assert discs.norm.vmax == pytest.approx(2.0 / unit) and discs.norm.vmin == pytest.approx(own["omega"].min() / unit)
        offsets = discs.get_offsets().reshape(-1, 9, 2)
        np.testing.assert_allclose(offsets[:, 4], own[["x", "y"]], atol=1e-12)
        np.testing.assert_allclose(np.ptp(offsets, axis=1), 2 * SIDE, rtol=1e-12)
        (shown,), (spots,) = (lines(ax, label=label) for label in ("mean distance of these modes", r"$\xi_s=\mathcal{N}^{-1/2}a_0$"))
        assert np.ptp(shown.get_xdata()) == pytest.approx(SIDE / np.sqrt(3)) and np.ptp(spots.get_xdata()) == pytest.approx(a0 * 0.02**-0.5)
        assert "sample 0" in ax.get_title(loc="left") and "3 modes" in ax.get_title(loc="left")
    titles = [ax.get_title(loc="left") for ax in panels]
    assert "Rainone et al. 2020, Fig. 1: colours from 0.54 to 0.74" in titles[1] and "Rainone" not in titles[0]
    assert "2 samples" in note(figure)


def test_of_the_published_temperature_above_the_colours_are_told_too(study, tables):
    glasses, modes, _, quantities = (table[table["parent_temperature"] < 1] for table in tables)
    figure = plot_population_map(glasses, modes, quantities, study.fits, planar_settings(study, main=(study.particles, 0.7)))
    assert "Fig. 1: colours from 0.18 to 0.42" in words(figure)
    assert "Rainone" not in words(plot_population_map(glasses, modes, quantities, study.fits, planar_settings(study, temperature_name="T_g")))


def test_arrows_are_those_of_the_table_about_the_core(study, tables):
    glasses, modes, arrows, quantities = tables
    figure = plot_mode_map(glasses, modes, arrows, quantities, study.fits, planar_settings(study))
    assert len(figure.axes) == 4
    for ax, (T, mode) in zip(figure.axes, ((1.3, 0), (1.3, 1), (0.17, 0), (0.17, 1)), strict=True):
        row = modes[(modes["parent_temperature"] == T) & (modes["sample"] == 0) & (modes["mode"] == mode)].iloc[0]
        rows = arrows[(arrows["parent_temperature"] == T) & (arrows["mode"] == mode)]
        field = one([collection for collection in ax.collections if isinstance(collection, Quiver)])
        expected = rows[["x", "y"]].to_numpy() - row[["x", "y"]].to_numpy(float)
        expected -= SIDE * np.rint(expected / SIDE)
        np.testing.assert_allclose(field.get_offsets(), expected, atol=1e-12)
        z = rows[["z_x", "z_y"]].to_numpy()
        scale = 0.08 * SIDE / np.linalg.norm(z, axis=1).max()
        np.testing.assert_allclose(np.stack([field.U, field.V], axis=1), scale * z, rtol=1e-12)
        circle = one([patch for patch in ax.patches if isinstance(patch, Circle)])
        assert circle.center == (0, 0) and circle.radius == pytest.approx(2 * np.pi * 3.0 / 6.0)
        assert f"{T / ONSET:.2f}" in ax.get_title(loc="left") and f"Ne = {row['core_size']:.0f}" in ax.get_title(loc="left")


@pytest.mark.parametrize("change", [{"flag": "no law"}, {"error": 0.011}, {"value": np.nan}])
def test_an_uncertain_number_of_soft_spots_gives_no_length(study, tables, change):
    glasses, modes, _, quantities = tables
    spots = quantities["quantity"] == "N_qlm"
    quantities = quantities.assign(**{name: quantities[name].where(~spots, value) for name, value in change.items()})
    figure = plot_population_map(glasses, modes, quantities, study.fits, planar_settings(study))
    assert r"\xi_s" not in words(figure) and not any(lines(ax, label=r"$\xi_s=\mathcal{N}^{-1/2}a_0$") for ax in figure.axes)


def test_a_study_without_maps_says_so(study, tables):
    glasses, modes, arrows, quantities = tables
    bad = [table.assign(flag="not in equilibrium") for table in (glasses, modes, arrows)]
    assert "no glass was mapped" in words(plot_population_map(*bad[:2], quantities, study.fits, planar_settings(study)))
    assert "no mode was mapped" in words(plot_mode_map(*bad, quantities, study.fits, planar_settings(study)))
    figure = plot_population_map(glasses, modes.iloc[:0], quantities, study.fits, planar_settings(study))
    assert "0 modes" in words(figure)


@pytest.mark.parametrize("name", ["population_map", "mode_map"])
def test_captions_render(name):
    text = caption(name, dimension=2)
    assert "quartic modes" in text and "Rainone et al. 2020" in text
    assert caption(name, dimension=2, axes=(PARTICLES, PRESSURE), main=(256, 1.0), against="pressure")
    assert "times 0.333" in caption("population_map") and "1.26" in caption("population_map")
