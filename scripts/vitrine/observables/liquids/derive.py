"""Which ensembles are in equilibrium: the verdict is the ensemble's, from its mean energy, whose error falls with the number of samples."""

from __future__ import annotations

from vitrine.aggregation.ensemble import Estimate
from vitrine.aggregation.results import NO_EQUILIBRIUM, Key, Results, drifts


def judge(results: Results) -> dict[Key, str]:
    """{point: why its liquids are not in equilibrium}, from the length of the runs, the drift of the energy, and the bracket where there is one."""
    place = results.settings.place_of("parent_temperature")
    found = {}
    for key, quantities in results.ensembles.items():
        reason = _cut(quantities.get("run_share")) or (place is not None and _drifts(quantities, key[place], results))
        if reason:
            found[key] = f"{NO_EQUILIBRIUM}: {reason}"
    return found


def _cut(share: Estimate | None) -> str:
    """Whether the budget has ended the runs."""
    return f"maximum_sweeps ends its runs at {share.values[0]:.2g} of the length asked for" if share and share.values[0] < 1 - 1e-9 else ""


def _drifts(quantities: dict[str, Estimate], temperature: float, results: Results) -> str:
    """Which difference of mean energies is both too large and certain. None is judged where no length was asked for, nor a flagged one."""
    if "run_share" not in quantities:
        return ""
    for name, words in (("temperature_drift", "its mean energy drifts"), ("temperature_bracket", "its mean energy is not that of reheated liquids")):
        one = quantities.get(name)
        if one is not None and not one.flag and drifts(one, temperature, results):
            return f"{words}, by as much as {100 * abs(one.values[0]) / temperature:.2g} % of T_p would change it"
    return ""
