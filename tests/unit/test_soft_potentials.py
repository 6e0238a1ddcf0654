"""The soft-potential model: minima against the roots of each cubic, exponents 3 and 4, and the figure's marks."""

import numpy as np
import pandas as pd
import pytest
from drawn import bars, lines
from drawn_systems import DISTRIBUTION, averaged, quantities_of, settings_of, value
from vitrine.errors import InputError
from vitrine.observables.soft_potentials import EXPECTED
from vitrine.observables.soft_potentials.measure import EDGES, draw_soft_potentials
from vitrine.observables.soft_potentials.soft_potentials import plot_soft_potentials
from vitrine.oscillators.soft_potentials import fit_power, goodness, minima, random_potentials
from vitrine.points import Point

NORMAL, UNIFORM = (Point((DISTRIBUTION,), (name,)) for name in ("normal", "uniform"))


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_minima_are_the_roots_of_each_cubic(distribution):
    coefficients = random_potentials(np.random.default_rng(1), 500, distribution)
    places, stiffness = minima(coefficients)
    two = 0
    for (a1, a2, a3, a4), q, b2 in zip(coefficients.T, places.T, stiffness.T, strict=True):
        roots = np.roots([a4 / 6, a3 / 2, a2, a1])
        roots = np.sort(roots[np.abs(roots.imag) < 1e-7].real)
        wells = roots[a2 + a3 * roots + a4 * roots**2 / 2 > 0]
        energy = a1 * wells + a2 * wells**2 / 2 + a3 * wells**3 / 6 + a4 * wells**4 / 24
        wells = wells[np.argsort(energy)]
        np.testing.assert_allclose(q[np.isfinite(q)], wells, atol=1e-8)
        np.testing.assert_allclose(b2[: len(wells)], a2 + a3 * wells + a4 * wells**2 / 2, atol=1e-8)
        two += len(wells) == 2
        if len(wells) == 2:  # 004: the other well is deeper where b3^2 > 3 b2 b4
            b3 = a3 + a4 * wells
            assert b3[0] ** 2 <= 3 * b2[0] * a4 * (1 + 1e-9) and b3[1] ** 2 >= 3 * b2[1] * a4 * (1 - 1e-9)
    assert two > 20
    assert coefficients[3].min() >= 0.5 and coefficients[3].max() <= 1.5


def test_a_fit_finds_the_law_that_numbers_have_and_a_correction_only_where_one_is():
    edges = 10.0 ** np.linspace(-2, 0, 31)
    middle, width = np.sqrt(edges[1:] * edges[:-1]), np.diff(edges)
    expected = 1e5 * middle**3 * np.exp(-0.8 * middle**2) * width
    level, exponent, correction = fit_power(edges, np.stack([expected, 2 * expected]))
    np.testing.assert_allclose(exponent, 3, atol=1e-6)
    np.testing.assert_allclose(correction, -0.8, atol=1e-6)
    np.testing.assert_allclose(np.exp(level), [1e5, 2e5], rtol=1e-6)
    counts = np.random.default_rng(1).poisson(expected)[None]
    plain = fit_power(edges, counts, correction=False)
    assert plain[1][0] < 2.95 and plain[2][0] == 0
    law = np.exp(plain[0][0]) * middle ** plain[1][0] * width
    assert goodness(counts[0], law, 2) < 1e-6 < 0.01 < goodness(counts[0], expected, 3)
    assert np.isnan(fit_power(edges, np.zeros((1, 30)))[1]).all()


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    settings = {"potentials": 300_000}
    found = [averaged(tmp_path_factory.mktemp("soft"), "soft_potentials", point, 6, settings, window=0.5) for point in (NORMAL, UNIFORM)]
    return {name: pd.concat([one[name] for one in found], ignore_index=True) for name in found[0]}


def test_exponents_are_three_over_all_minima_and_four_over_the_lowest(results):
    table = quantities_of(results["estimates"], (DISTRIBUTION,))
    for kind, expected in EXPECTED.items():
        rows = table[table["quantity"] == f"soft_exponent_{kind}"]
        assert len(rows) == 2 and set(rows["flag"]) == {""}
        assert np.all(np.abs(rows["value"] - expected) < 4 * np.maximum(rows["error"], 0.01)), rows
    assert np.all(value(results["estimates"], "soft_correction_any") != 0)
    assert len(results["flags"]) == 0


def test_numbers_do_not_depend_on_how_many_are_drawn_at_once_and_any_are_no_fewer_than_lowest():
    rows = pd.DataFrame(draw_soft_potentials(NORMAL, np.random.default_rng(1), 20_000))
    any_, lowest = (rows.loc[rows["minimum"] == kind, "count"].to_numpy() for kind in ("any", "lowest"))
    assert np.all(any_ >= lowest) and np.any(any_ > lowest) and lowest.sum() <= 20_000
    _, stiffness = minima(random_potentials(np.random.default_rng(1), 20_000, "normal"))
    np.testing.assert_array_equal(lowest, np.histogram(np.sqrt(stiffness[0]), EDGES)[0])


def test_another_distribution_is_refused():
    with pytest.raises(InputError, match="distribution is odd, allowed are normal, uniform"):
        draw_soft_potentials(Point((DISTRIBUTION,), ("odd",)), np.random.default_rng(1), 1000)


def test_the_figure_draws_the_table(results):
    table, density = quantities_of(results["estimates"], (DISTRIBUTION,)), results["soft_potential_density"]
    table.loc[(table["quantity"] == "soft_exponent_lowest") & (table["distribution"] == "uniform"), "flag"] = "no such law"
    figure = plot_soft_potentials(density, table, settings_of((DISTRIBUTION,), ("normal",), "distribution"), results["flags"])
    for ax, name in zip(figure.axes, ("normal", "uniform"), strict=True):
        drawn = bars(ax)
        for points, kind in zip(drawn, EXPECTED, strict=True):
            rows = density[(density["distribution"] == name) & (density["minimum"] == kind)]
            np.testing.assert_allclose(points.x, np.sqrt(rows["omega_low"] * rows["omega_high"]))
            np.testing.assert_allclose(points.y, rows["density"])
            np.testing.assert_allclose(points.up, rows["density_error"], rtol=1e-6)
            assert points.hollow == (kind == "lowest" and name == "uniform")
            (fit,) = lines(ax, gid=f"fit-{kind}-{name}")
            np.testing.assert_allclose(fit.get_ydata(), rows["fitted"])
            inside = rows["fitted"].notna().to_numpy() & (rows["count"] > 100).to_numpy()
            np.testing.assert_allclose(rows["fitted"][inside], rows["density"][inside], rtol=0.5)
