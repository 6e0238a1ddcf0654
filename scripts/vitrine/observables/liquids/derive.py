"""Which ensembles are in equilibrium: the verdict is the ensemble's, from its mean energy, whose error falls with the number of samples."""

from __future__ import annotations

from vitrine.aggregation.ensemble import Estimate
from vitrine.aggregation.results import NO_EQUILIBRIUM, Key, Results
from vitrine.statistics.bootstrap import standard_error

CERTAIN = 3.0  # errors by which a drift must exceed zero before it condemns an ensemble: one in 370 good ones does by chance


def judge(results: Results) -> dict[Key, str]:
    """{point: why its liquids are not in equilibrium}, from the length of the runs, the drift of the energy, and the bracket where there is one."""
    place = results.settings.place_of("parent_temperature")
    tolerance, found = results.settings.option("liquids", "tolerance"), {}
    for key, quantities in results.ensembles.items():
        reason = _cut(quantities.get("run_share")) or (place is not None and _drifts(quantities, tolerance * key[place], key[place]))
        if reason:
            found[key] = f"{NO_EQUILIBRIUM}: {reason}"
    return found


def _cut(share: Estimate | None) -> str:
    """Whether the budget has ended the runs."""
    return f"maximum_sweeps ends its runs at {share.values[0]:.2g} of the length asked for" if share and share.values[0] < 1 - 1e-9 else ""


def _drifts(quantities: dict[str, Estimate], allowed: float, temperature: float) -> str:
    """Which difference of mean energies, as a temperature, is both too large and certain. None is judged where no length was asked for."""
    if "run_share" not in quantities:
        return ""
    for name, words in (("temperature_drift", "its mean energy drifts"), ("temperature_bracket", "its mean energy is not that of reheated liquids")):
        one = quantities.get(name)
        if one is None:
            continue
        value, error = float(one.values[0]), float(standard_error(one.values))
        if abs(value) > allowed and abs(value) > CERTAIN * error:
            return f"{words}, by as much as {100 * abs(value) / temperature:.2g} % of T_p would change it"
    return ""
