"""Mean-field oscillators: systems beside the exact solution, fits over couplings, and the marks of the figures."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from drawn import bars, guides, lines, note, one, uprights, words
from drawn_systems import K_0, K_MIN, MEAN_FIELD_AXES, averaged, ensemble_of, mean_field_point, quantities_of, settings_of, value
from vitrine.aggregation.ensemble import Estimate, estimates_frame
from vitrine.aggregation.results import Results, Rows
from vitrine.errors import InputError
from vitrine.observables.mean_field.derive import ASYMPTOTIC, collapsed, fit_mean_field
from vitrine.observables.mean_field.mean_field_approach import plot_mean_field_approach
from vitrine.observables.mean_field.mean_field_numbers import plot_mean_field_numbers
from vitrine.observables.mean_field.mean_field_prefactor import plot_mean_field_prefactor
from vitrine.observables.mean_field.mean_field_quartic import plot_mean_field_quartic
from vitrine.observables.mean_field.mean_field_weak import plot_mean_field_weak
from vitrine.observables.mean_field.measure import minimise_mean_field
from vitrine.observables.mean_field_phases.aggregate import compute_mean_field_phases
from vitrine.observables.mean_field_phases.mean_field_phases import plot_mean_field_phases
from vitrine.oscillators.parameters import Oscillators
from vitrine.oscillators.replica_spectrum import spectrum
from vitrine.oscillators.replica_symmetric import solve
from vitrine.parquet import Key, write_table
from vitrine.points import PARTICLES, Point
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import standard_error
from vitrine.tables import ESTIMATES

SYSTEMS = 40
GAPPED = [(500, 0.14, 0.005), (500, 0.3, 1.0), (250, 0.3, 1.0)]
GAPLESS = [0.06, 0.1, 0.3]
SETTINGS = settings_of(MEAN_FIELD_AXES, (500, 0.14, 0.005, 0.1, 1.0), "coupling")


@cache
def solution(coupling, field):
    return solve(Oscillators(coupling, field, 0.1, 1.0))


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A few points of both kinds, measured and averaged."""
    folder = tmp_path_factory.mktemp("mean_field")
    points = [mean_field_point(size, coupling, field, 0.1, 1.0) for size, coupling, field in GAPPED]
    points += [mean_field_point(200, coupling, 0.01, 0.0, 1.0) for coupling in GAPLESS]
    found = [averaged(folder, "mean_field", point, SYSTEMS if point.key["k_min"] else 100, {"modes": 25}, cutoff=0.4) for point in points]
    tables = {name: pd.concat([one[name] for one in found if len(one[name])] or [found[0][name]], ignore_index=True) for name in found[0]}
    return tables | {"quantities": quantities_of(tables["estimates"], MEAN_FIELD_AXES)}


def test_numbers_of_modes_below_several_frequencies_are_those_of_the_exact_density(results):
    """Within Poisson errors, on both branches and at two sizes; recounted here from the exact solution."""
    numbers = results["mean_field_numbers"]
    assert set(zip(numbers["particles"], numbers["coupling"], numbers["uniform_field"], strict=True)) == set(GAPPED)
    assert np.all(np.abs(numbers["deviation"]) < 3.5)
    assert np.mean(numbers["deviation"] ** 2) < 2
    for (size, coupling, field), rows in numbers.groupby(["particles", "coupling", "uniform_field"]):
        exact = spectrum(solution(coupling, field))
        expected = SYSTEMS * size * np.interp(rows["omega"], exact.omega, exact.share)
        np.testing.assert_allclose(rows["expected"], expected, rtol=1e-9)
        np.testing.assert_allclose(expected / SYSTEMS, [2, 5, 10, 20][: len(rows)], rtol=1e-6)


def test_q_and_densities_are_those_of_the_exact_solution(results):
    table = results["quantities"].set_index(["particles", "coupling", "quantity"])
    for size, coupling, field in GAPPED:
        exact = solution(coupling, field)
        row = table.loc[(size, coupling, "mean_field_square")]
        assert abs(row["value"] - exact.moments[2]) < 5 * row["error"] + 0.02 * exact.moments[2]
        assert table.loc[(size, coupling, "mean_field_marginality"), "value"] == pytest.approx(exact.marginality)
        assert table.loc[(size, coupling, "mean_field_transition"), "value"] > coupling
    gapped = results["quantities"].query("quantity == 'mean_field_A_g' and k_min > 0")
    assert len(gapped) == 3 and gapped["flag"].str.contains("replica-symmetric phase has a gap").all()
    density = results["mean_field_density"]
    assert density.loc[density["k_min"] == 0, "exact"].isna().all() and density.loc[density["k_min"] > 0, "exact"].notna().all()
    assert set(results["mean_field_exact"]["at_transition"]) == {True, False}


def test_a_system_is_drawn_by_its_stream_alone_and_a_control_finds_the_same_minimum():
    point = mean_field_point(200, 0.1, 0.1, 0.1, 1.0)
    first = minimise_mean_field(point, np.random.default_rng(1), modes=10, control=True)
    again = minimise_mean_field(point, np.random.default_rng(1), modes=200 // 3, start="random")
    assert first["mean_field"]["difference"][0] < 2e-11 and np.isnan(again["mean_field"]["difference"][0])
    np.testing.assert_allclose(again["mean_field_modes"]["omega"][:10], first["mean_field_modes"]["omega"], rtol=1e-9)
    assert first["mean_field"]["residual"][0] <= 1e-12 and again["mean_field"]["energy"][0] == pytest.approx(
        first["mean_field"]["energy"][0], rel=1e-12
    )


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (mean_field_point(100, 0.1, 0.1, 1.0, 0.5), "k_min = 1, k_0 = 0.5|kb = 0.5: stiffnesses from k_min = 1 to k_0 = 0.5: allowed is"),
        (mean_field_point(100, 0.1, -0.1, 0.1, 1.0), "field h = -0.1: allowed is a number from 0"),
        (Point((PARTICLES, K_MIN, K_0), (100, 0.1, 1.0)), "has no axis coupling: mean_field needs particles, coupling, uniform_field, k_min, k_0"),
    ],
)
def test_a_point_that_is_not_allowed_is_named(where, said):
    with pytest.raises(InputError, match=said):
        minimise_mean_field(where, np.random.default_rng(1))


def test_a_start_that_does_not_converge_is_flagged_and_counted(tmp_path):
    found = averaged(tmp_path, "mean_field", mean_field_point(100, 2.0, 0.0, 0.0, 1.0), 2, {}, cutoff=0.3)
    assert found["flags"]["flag"].str.startswith("not a minimum").all() and found["flags"]["samples"].sum() == 2
    assert value(found["estimates"], "mean_field_square")[0] != value(found["estimates"], "mean_field_square")[0]
    assert len(found["mean_field_density"]) == 0 and len(found["mean_field_numbers"]) == 0


# --- fits over couplings, of made-up prefactors ---------------------------------------------------------------------------------------------

COUPLINGS = np.array([0.04, 0.045, 0.05, 0.06, 0.2, 0.4, 0.8, 1.6])


def made_up(slope=0.2, power=-3.0, flagged=()):
    """Results in which weak couplings follow the line and strong ones the power, with noise in the replicates alone."""
    rng, ensembles = np.random.default_rng(1), {}
    for coupling in COUPLINGS:
        x, _ = collapsed(coupling, 0.01, 1.0, 1.0)
        weak = np.exp(slope * x) / (0.01 ** (2 / 3) * coupling)
        prefactor = weak if coupling < 0.15 else 60 * (coupling / 0.2) ** power
        noise = np.append(1.0, 1 + 0.05 * rng.standard_normal(20))
        flag = "no omega^4 range: made up" if coupling in flagged else ""
        ensembles[(500, coupling, 0.01, 0.0, 1.0)] = {
            "mean_field_A_g": Estimate(prefactor * noise, NONE, 10, 0, flag),
            "mean_field_exponent": Estimate(4 - coupling + (0.1 + coupling) * (noise - 1), NONE, 10, 0),
            "mean_field_A_g_single": Estimate(np.full(21, weak * 1.5), NONE, 10, 0),
            "mean_field_marginality": Estimate(np.full(21, 0.1 if coupling < 0.15 else 0.8), NONE, 10, 0),
        }
    return Results(SETTINGS, ensembles)


def fitted(results):
    rows = Rows()
    fit_mean_field(rows, results)
    return rows.frame()


def test_the_line_the_maximum_and_the_power_are_found():
    fits = fitted(made_up()).set_index("name")
    assert fits.loc["mean_field_weak_slope", "value"] == pytest.approx(0.2, rel=1e-6)
    assert 0 < fits.loc["mean_field_weak_slope", "error"] < 0.05
    assert fits.loc["mean_field_weak_intercept", "value"] == pytest.approx(0, abs=1e-5)
    assert fits.loc["mean_field_weak_slope_single", "value"] == pytest.approx(0.2, rel=1e-6)
    assert fits.loc["mean_field_weak_excess", "value"] == pytest.approx(-np.log(1.5), rel=1e-6)
    assert fits.loc["mean_field_J_x", "value"] == 0.2
    assert fits.loc["mean_field_power", "value"] == pytest.approx(-3.0, abs=1e-6)


def test_the_exponent_and_the_transition_stand_beside_the_published_ones():
    results = made_up()
    fits = fitted(results).set_index("name")
    exponents = 4 - COUPLINGS
    errors = np.array([standard_error(one["mean_field_exponent"].values) for one in results.ensembles.values()])
    assert fits.loc["mean_field_quartic_exponent", "value"] == pytest.approx(np.average(exponents, weights=errors**-2))
    assert "8 points" in fits.loc["mean_field_quartic_exponent", "window"] and fits.loc["mean_field_quartic_exponent", "error"] > 0
    assert "mean_field_J_c" not in fits.index
    results.ensembles[(500, 0.1, 0.01, 0.1, 1.0)] = {}
    assert fitted(results).set_index("name").loc["mean_field_J_c", "value"] == pytest.approx(0.13714, abs=5e-6)


def test_a_prefactor_without_its_law_enters_no_fit():
    fits = fitted(made_up(flagged=(0.4,))).set_index("name")
    assert "J = 0.8 to 1.6" not in fits.loc["mean_field_J_x", "window"]
    assert "mean_field_power" not in fits.index  # two couplings beyond the maximum are left
    assert fitted(made_up(flagged=COUPLINGS)).empty
    rising = fitted(made_up(power=1.0)).set_index("name")
    assert np.isnan(rising.loc["mean_field_J_x", "value"]) and "at an end" in rising.loc["mean_field_J_x", "window"]


def made_up_tables(**options):
    """Quantities and fits of the made-up results."""
    results = made_up(**options)
    frames = [
        estimates_frame(ensemble_of(Point(MEAN_FIELD_AXES, key)), quantities).assign(**Point(MEAN_FIELD_AXES, key).key)
        for key, quantities in results.ensembles.items()
    ]
    return quantities_of(pd.concat(frames, ignore_index=True), MEAN_FIELD_AXES), fitted(results)


# --- figures --------------------------------------------------------------------------------------------------------------------------------


def test_the_approach_draws_points_beside_the_exact_curve(results):
    figure = plot_mean_field_approach(
        *(results[name] for name in ("mean_field_density", "mean_field_exact", "quantities")), SETTINGS, results["flags"]
    )
    density, exact = results["mean_field_density"], results["mean_field_exact"]
    for ax, field in zip(figure.axes, (0.005, 1.0), strict=True):
        rows = density[(density["uniform_field"] == field) & (density["k_min"] > 0)]
        (coupling,) = rows["coupling"].unique()
        for points, (_, same) in zip(bars(ax), rows.groupby(["coupling", "particles"]), strict=True):
            np.testing.assert_allclose(points.x, np.sqrt(same["omega_low"] * same["omega_high"]))
            np.testing.assert_allclose(points.y, same["density"])
            np.testing.assert_allclose(points.up, same["density_error"], rtol=1e-6)
        own = exact[(exact["uniform_field"] == field) & (exact["k_min"] > 0) & (exact["particles"] == rows["particles"].min())]
        np.testing.assert_allclose(lines(ax, gid=f"exact-{coupling:g}")[0].get_ydata(), own.loc[~own["at_transition"], "density"])
        edge = lines(ax, gid="transition")[0]
        assert set(np.round(edge.get_ydata(), 12)) <= set(np.round(own.loc[own["at_transition"], "density"], 12))


def test_numbers_are_drawn_over_the_exact_ones(results):
    figure = plot_mean_field_numbers(*(results[name] for name in ("mean_field_numbers", "quantities")), SETTINGS, results["flags"])
    numbers = results["mean_field_numbers"]
    for ax, field in zip(figure.axes, (0.005, 1.0), strict=True):
        own = numbers[numbers["uniform_field"] == field]
        drawn = bars(ax)
        assert len(drawn) == own["particles"].nunique()
        for place, (points, (_, rows)) in enumerate(zip(drawn, own.groupby(["coupling", "particles"], sort=True), strict=True)):
            np.testing.assert_allclose(points.x, rows["expected"] / SYSTEMS * 1.03**place)  # beside each other
            np.testing.assert_allclose(points.y, rows["count"] / rows["expected"])
            np.testing.assert_allclose(points.up, rows["expected"] ** -0.5, rtol=1e-6)
    empty = plot_mean_field_numbers(numbers.iloc[:0], results["quantities"], SETTINGS)
    assert "no ensemble in the replica-symmetric phase" in words(empty)


def test_quartic_densities_are_hollow_where_there_is_no_law(results):
    quantities = results["quantities"].copy()
    chosen = (quantities["quantity"] == "mean_field_A_g") & (quantities["k_min"] == 0)
    quantities.loc[chosen, "flag"] = np.where(quantities.loc[chosen, "coupling"] == 0.3, "no omega^4 range: x", "")
    figure = plot_mean_field_quartic(results["mean_field_density"], quantities, SETTINGS, results["flags"])
    (ax,) = figure.axes
    density = results["mean_field_density"]
    for points, coupling in zip(bars(ax), GAPLESS, strict=True):
        rows = density[(density["coupling"] == coupling) & (density["k_min"] == 0) & (density["density"] > 0)]
        np.testing.assert_allclose(points.x, np.sqrt(rows["omega_low"] * rows["omega_high"]))
        np.testing.assert_allclose(points.y, rows["density"])
        np.testing.assert_allclose(points.up, rows["density_error"], rtol=1e-6)
        assert points.hollow == (coupling == 0.3)
    assert guides(ax) == pytest.approx({r"$\omega^4$": 4}) and "hollow: no omega^4 range" in note(figure)


def test_weak_coupling_is_drawn_with_its_lines():
    quantities, fits = made_up_tables(flagged=(0.06,))
    figure = plot_mean_field_weak(quantities, fits, SETTINGS)
    (ax,) = figure.axes
    rows = quantities[(quantities["quantity"] == "mean_field_A_g") & (quantities["coupling"] < 0.3)].sort_values("coupling")
    x, y = collapsed(*(rows[name].to_numpy() for name in ("coupling", "uniform_field", "k_0", "value")))
    assert np.all(x <= -1)  # stronger couplings are not drawn here
    sound, hollow = bars(ax)
    flawed = (rows["coupling"] == 0.06).to_numpy()
    np.testing.assert_allclose(sound.x, x[~flawed])
    np.testing.assert_allclose(sound.y, y[~flawed])
    np.testing.assert_allclose(sound.up, (rows["error"] / rows["value"])[~flawed], rtol=1e-6)
    assert hollow.hollow and hollow.y == pytest.approx(y[flawed])
    known = fits.set_index("name")["value"]
    for gid, slope, level in (
        ("fit", known["mean_field_weak_slope"], known["mean_field_weak_intercept"]),
        ("asymptotic", ASYMPTOTIC, np.log(4 * np.sqrt(3) / np.sqrt(3 * np.pi * 6 ** (1 / 3)))),
    ):
        (line,) = lines(ax, gid=gid)
        np.testing.assert_allclose(line.get_ydata(), level + slope * line.get_xdata(), rtol=1e-9)
    single = quantities[quantities["quantity"] == "mean_field_A_g_single"].sort_values("coupling")
    np.testing.assert_allclose(
        lines(ax, gid="single")[0].get_ydata(), collapsed(*(single[n].to_numpy() for n in ("coupling", "uniform_field", "k_0", "value")))[1]
    )


def test_the_prefactor_is_drawn_with_its_maximum_and_its_power():
    quantities, fits = made_up_tables()
    (ax,) = plot_mean_field_prefactor(quantities, fits, SETTINGS).axes
    rows = quantities[quantities["quantity"] == "mean_field_A_g"].sort_values("coupling")
    points = one(bars(ax))
    np.testing.assert_allclose(points.x, rows["coupling"])
    np.testing.assert_allclose(points.y, rows["value"])
    np.testing.assert_allclose(points.up, rows["error"], rtol=1e-6)
    assert uprights(ax) == [0.2]
    (slope,) = guides(ax).values()
    assert slope == pytest.approx(-3.0, abs=1e-6)
    for draw in (plot_mean_field_prefactor, plot_mean_field_weak):
        assert "no A_g at k_min = 0" in words(draw(quantities.iloc[:0], fits, SETTINGS))


@pytest.fixture(scope="module")
def phases(tmp_path_factory):
    """The phase diagram of two ranges of stiffnesses."""
    ensembles = [ensemble_of(mean_field_point(500, 0.1, 0.1, k_min, 1.0)) for k_min in (0.1, 0.1, 0.0, 1.0)]
    paths = []
    for number, ensemble in enumerate(ensembles):
        blank = Estimate(np.ones(ensemble.rows), NONE, 5, 0)
        paths.append(tmp_path_factory.mktemp("phases") / f"{number}" / "mean_field_estimates.parquet")
        write_table(ESTIMATES, estimates_frame(ensemble, {"mean_field_softest": blank}), paths[-1], {}, Key.of(ensemble.point))
    return compute_mean_field_phases(paths, ensembles, highest=1.0, points=4)


def test_the_phase_diagram_has_both_branches_and_the_point_between_them(phases):
    estimates, curve, flags = phases
    assert len(flags) == 0 and set(curve["k_min"]) == {0.1, 1.0} and curve["coupling"].isna().all()
    own = curve[curve["k_min"] == 0.1].sort_values("transition_field")
    assert list(own["branch"]) == [2, 2, 2, pytest.approx(7 / 3), 4, 4] and own["transition_coupling"].is_monotonic_increasing
    np.testing.assert_allclose(own.loc[own["branch"] == 2, "stability"], 1, rtol=1e-6)
    np.testing.assert_allclose(own.loc[own["branch"] == 4, "shift"], 0.1, rtol=1e-12)
    assert set(curve.loc[curve["k_min"] == 1.0, "branch"]) == {2.0}
    assert value(estimates, "transition_without_field")[0] == pytest.approx(0.13714, abs=5e-6)
    special = value(estimates, "special_field")
    assert special[0] == own.loc[np.isclose(own["branch"], 7 / 3), "transition_field"].iloc[0] and np.isnan(special[-1])


def test_the_phase_diagram_draws_the_table(phases, results):
    curve = phases[1]
    figure = plot_mean_field_phases(curve, results["quantities"], SETTINGS, results["flags"])
    (ax,) = figure.axes
    for k_min, branches in ((0.1, (2.0, 4.0)), (1.0, (2.0,))):
        rows = curve[(curve["k_min"] == k_min) & (curve["transition_field"] > 0)].sort_values("transition_field")
        for branch in branches:
            own = rows[(rows["branch"] == branch) | np.isclose(rows["branch"], 7 / 3)]
            assert any(np.array_equal(line.get_ydata(), own["transition_coupling"]) for line in lines(ax, gid=f"branch-{branch:g}"))
    stars = [line for line in lines(ax, gid="special") if len(line.get_xdata())]
    assert len(stars) == 1
    special = curve[np.isclose(curve["branch"], 7 / 3)]
    np.testing.assert_array_equal(stars[0].get_xydata(), special[["transition_field", "transition_coupling"]])
    (studied,) = lines(ax, gid="studied")
    assert sorted(studied.get_ydata()) == sorted(coupling for _, coupling, _ in GAPPED)
    assert sorted(map(tuple, studied.get_xydata())) == sorted((field, coupling) for _, coupling, field in GAPPED)
    assert "no ensemble with k_min > 0" in words(plot_mean_field_phases(curve.iloc[:0], results["quantities"], SETTINGS))
