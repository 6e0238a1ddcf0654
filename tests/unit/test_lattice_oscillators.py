"""Lattices of oscillators: what is measured, D(omega) from soft to stiff, the crossover, and the figure's marks."""

import numpy as np
import pandas as pd
import pytest
from drawn import bars, guides, lines, words
from drawn_systems import BETA, COUPLING, averaged, measured, quantities_of, settings_of, value
from vitrine.errors import InputError
from vitrine.observables.lattice_oscillators import LATTICE_MODES
from vitrine.observables.lattice_oscillators.lattice_oscillators import plot_lattice_oscillators
from vitrine.observables.lattice_oscillators.measure import minimise_lattice_oscillators
from vitrine.parquet import read_table
from vitrine.points import PARTICLES, Point

AXES = (PARTICLES, COUPLING, BETA)


def point(particles=216, coupling=0.3, beta=1.0):
    return Point(AXES, (particles, coupling, beta))


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    found = [
        averaged(tmp_path_factory.mktemp("lattice"), "lattice_oscillators", point(coupling=0.5, beta=beta), 60, softest=2.0) for beta in (0.5, 2.0)
    ]
    return {name: pd.concat([one[name] for one in found], ignore_index=True) for name in found[0]}


def test_a_system_is_a_minimum_with_all_its_modes():
    found = minimise_lattice_oscillators(point(), np.random.default_rng(1))
    (row, modes) = found["lattice_oscillators"], found["lattice_modes"]
    assert row["residual"][0] <= 1e-12 and row["unstable"][0] > 0  # the bare oscillators are unstable, and reconstructed
    assert len(modes["omega"]) == 216 and np.all(np.diff(modes["omega"]) >= 0) and modes["omega"][0] == row["omega_softest"][0] > 0
    few = minimise_lattice_oscillators(point(), np.random.default_rng(1), modes=7)["lattice_modes"]
    np.testing.assert_allclose(few["omega"], modes["omega"][:7], rtol=1e-9)


def test_the_density_rises_steeply_and_then_slowly(results):
    table = quantities_of(results["estimates"], AXES).set_index(["beta", "quantity"])
    for beta in (0.5, 2.0):
        own = table.loc[beta]
        assert own.loc["lattice_exponent", "value"] > own.loc["lattice_exponent_linear", "value"] + 0.5
        assert own.loc["lattice_softest", "value"] < own.loc["lattice_linear_at", "value"]
        crossing = own.loc["lattice_A_g", "value"] * own.loc["lattice_crossover", "value"] ** 3
        assert crossing == pytest.approx(own.loc["lattice_linear", "value"], rel=1e-9)
    density = results["lattice_density"]
    for beta, rows in density.groupby("beta"):
        whole = (rows["density"] * (rows["omega_high"] - rows["omega_low"])).sum()
        assert whole == pytest.approx(1, abs=1e-9), beta
        assert rows["count"].sum() == 60 * 216


def test_the_density_is_that_of_all_modes_counted_anew(results, tmp_path):
    (path,) = measured(tmp_path, "lattice_oscillators", point(coupling=0.5, beta=2.0), 60, {})["lattice_modes"]
    omega = read_table(LATTICE_MODES, path)["omega"].to_numpy()
    rows = results["lattice_density"][results["lattice_density"]["beta"] == 2.0]
    for low, high, count in zip(rows["omega_low"], rows["omega_high"], rows["count"], strict=True):
        assert np.sum((omega >= low) & (omega < high)) == count
    softest = read_table(LATTICE_MODES, path).groupby("sample")["omega"].min()
    own = results["estimates"][results["estimates"]["beta"] == 2.0]
    assert value(own, "lattice_softest")[0] == pytest.approx(softest.mean(), rel=1e-12)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (Point((PARTICLES, BETA), (216, 1.0)), "has no axis coupling: lattice_oscillators needs particles, coupling, beta"),
        (point(particles=200), "particles is 200, allowed are cubes such as 216"),
        (point(coupling=-1.0), "allowed are coupling > 0 and beta > -1"),
    ],
)
def test_a_point_that_is_not_allowed_is_named(where, said):
    with pytest.raises(InputError, match=said):
        minimise_lattice_oscillators(where, np.random.default_rng(1))


def test_the_figure_draws_the_table(results):
    table, density = quantities_of(results["estimates"], AXES), results["lattice_density"]
    flawed = (table["beta"] == 2.0) & table["quantity"].isin(["lattice_A_g", "lattice_crossover"])
    table["flag"] = np.where(flawed, "no omega^4 range: x", "")
    figure = plot_lattice_oscillators(density, table, settings_of(AXES, (216, 0.5, 0.5), "beta"), results["flags"])
    assert "60 systems at each point; hollow" in figure.get_suptitle()
    for ax, power in zip(figure.axes, (0, 2), strict=True):
        for points, beta in zip(bars(ax), (0.5, 2.0), strict=True):
            rows = density[(density["beta"] == beta) & (density["density"] > 0)]
            middle = np.sqrt(rows["omega_low"] * rows["omega_high"])
            np.testing.assert_allclose(points.x, middle)
            np.testing.assert_allclose(points.y, rows["density"] / middle**power)
            np.testing.assert_allclose(points.up, rows["density_error"] / middle**power, rtol=1e-6)
            assert points.hollow == (beta == 2.0)
            uprights = [float(line.get_xdata()[0]) for line in lines(ax, gid=f"crossover-{beta:g}-0.5")]
            at = table[(table["beta"] == beta) & (table["quantity"] == "lattice_crossover")]["value"].iloc[0]
            assert uprights == ([] if beta == 2.0 else [pytest.approx(at)])
    assert guides(figure.axes[0]) == pytest.approx({r"$\omega^4$": 4, r"$\omega$": 1})
    empty = plot_lattice_oscillators(density.iloc[:0], table, settings_of(AXES, (216, 0.5, 0.5), "beta"))
    assert "no lattices" in words(empty)
