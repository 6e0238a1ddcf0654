"""A_g of the mean-field oscillators without a gap of stiffnesses, k_min = 0, against the coupling (004 Fig. 9b, c; docs/mean_field.md), the exponent
of their D(omega) (Fig. 9a), and the transition without a field (Fig. 8a)."""

from __future__ import annotations

import numpy as np

from vitrine.aggregation.results import Key, Results, Rows
from vitrine.oscillators.replica_symmetric import boundary
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import standard_error
from vitrine.statistics.fits import fit_line

STABLE = 0.5  # J^2 <1/K^2> up to which a coupling is weak: the replica-symmetric solution is stable, and A_g less than six times its bare value
ASYMPTOTIC = 1 / (3 * 6 ** (1 / 3))  # slope for J -> 0 and h^(2/3) << k_0: 0.18344
FEWEST = 3  # couplings for a power
RANGE = (0.1, 1.0)  # k_min and k_0 of 004, Fig. 8


def fit_mean_field(rows: Rows, results: Results) -> None:
    """Add the line of weak coupling, the same of the replica-symmetric equations, the maximum and the power of A_g(J), and the exponent of D.

    Also J_c(h -> 0), where the stiffnesses are those of the published phase diagram.
    """
    settings = results.settings
    places = {name: settings.place_of(name) for name in ("coupling", "uniform_field", "k_min", "k_0")}
    if None in places.values():
        return
    gapless = [key for key in results.ensembles if key[places["k_min"]] == 0 and results.has(key, "mean_field_A_g")]
    weak = [key for key in gapless if results.ensembles[key]["mean_field_marginality"].values[0] <= STABLE and key[places["uniform_field"]] > 0]
    if any((key[places["k_min"]], key[places["k_0"]]) == RANGE for key in results.ensembles):
        words = "of the replica-symmetric equations, stiffnesses from {:g} to {:g}".format(*RANGE)
        rows.add_number("mean_field_J_c", boundary(0.0, *RANGE).coupling, 0.0, NONE, words, 0)
    _exponent(rows, results, [key for key in gapless if results.has(key, "mean_field_exponent")])
    _weak(rows, results, weak, places)
    if settings.against == "coupling":
        _strong(rows, results, gapless)


def collapsed(coupling: np.ndarray, field: np.ndarray, k_0: np.ndarray, prefactor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """-k_0 h^(2/3)/J^2 and ln[k_0^(1/2) h^(2/3) J A_g], the axes of 004 Fig. 9b."""
    return -k_0 * field ** (2 / 3) / coupling**2, np.log(np.sqrt(k_0) * field ** (2 / 3) * coupling * prefactor)


def _exponent(rows: Rows, results: Results, keys: list[Key]) -> None:
    """Mean over the points with an omega^4 range, by their errors."""
    found = [results.ensembles[key]["mean_field_exponent"] for key in keys]
    errors = np.array([standard_error(one.values) for one in found])
    used = [place for place, error in enumerate(errors) if error > 0]
    if not used:
        return
    weights = errors[used] ** -2.0
    mean = weights @ np.stack([found[place].values for place in used]) / weights.sum()
    rows.add(
        "mean_field_quartic_exponent", mean, NONE, f"k_min = 0, {len(used)} points with an omega^4 range", sum(found[place].samples for place in used)
    )


def _weak(rows: Rows, results: Results, keys: list[Key], places: dict[str, int]) -> None:
    if len(keys) < 2:
        return
    J, h, k_0 = (np.array([key[places[name]] for key in keys]) for name in ("coupling", "uniform_field", "k_0"))
    measured, single = (
        np.stack([results.ensembles[key][name].values for key in keys], axis=1) for name in ("mean_field_A_g", "mean_field_A_g_single")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = collapsed(J, h, k_0, measured)
        expected = collapsed(J, h, k_0, single)[1]
    line, samples = fit_line(x, y), sum(results.ensembles[key]["mean_field_A_g"].samples for key in keys)
    spread = y.std(axis=0)
    used = line.used
    window = f"J^2 <1/K^2> <= {STABLE:g}, {line.window}; chi^2 per degree of freedom {line.chi_square:.2g}"
    rows.add("mean_field_weak_slope", line.slope, NONE, window, samples)
    rows.add("mean_field_weak_intercept", line.intercept, NONE, window, samples)
    rows.add("mean_field_weak_excess", (y - expected)[:, used] @ (1 / spread[used] ** 2) / np.sum(1 / spread[used] ** 2), NONE, window, samples)
    if used.sum() >= 2:
        slope, intercept = np.polyfit(x[used], expected[0, used], 1, w=1 / spread[used])
        same = f"replica-symmetric equations at the same {int(used.sum())} points"
        rows.add_number("mean_field_weak_slope_single", slope, 0.0, NONE, same, samples)
        rows.add_number("mean_field_weak_intercept_single", intercept, 0.0, NONE, same, samples)


def _strong(rows: Rows, results: Results, keys: list[Key]) -> None:
    """Of the series that has most couplings."""
    series = {tuple(sorted(results.along(key, "mean_field_A_g"))) for key in keys}
    if not series:
        return
    chosen = max(sorted(series), key=len)
    couplings = np.array([results.value(key) for key in chosen])
    order = np.argsort(couplings)
    couplings, chosen = couplings[order], [chosen[place] for place in order]
    values = np.stack([results.ensembles[key]["mean_field_A_g"].values for key in chosen], axis=1)
    samples = sum(results.ensembles[key]["mean_field_A_g"].samples for key in chosen)
    top = int(np.argmax(values[0]))
    if not 0 < top < len(couplings) - 1:
        rows.add_number("mean_field_J_x", np.nan, np.nan, NONE, "none: the largest A_g stands at an end of the couplings", samples)
        return
    ends = f"largest of {len(couplings)} couplings, between {couplings[top - 1]:g} and {couplings[top + 1]:g}"
    rows.add("mean_field_J_x", couplings[np.argmax(np.nan_to_num(values), axis=1)], NONE, ends, samples)
    beyond = couplings > couplings[top]
    if beyond.sum() >= FEWEST:
        with np.errstate(divide="ignore", invalid="ignore"):
            line = fit_line(np.log(couplings[beyond]), np.log(values[:, beyond]))
        window = f"J = {couplings[beyond][0]:g} to {couplings[beyond][-1]:g}, {line.window}; chi^2 per degree of freedom {line.chi_square:.2g}"
        rows.add("mean_field_power", line.slope, NONE, window, samples)
