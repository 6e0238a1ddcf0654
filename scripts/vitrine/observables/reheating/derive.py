"""The bracket: the mean energy of an ensemble that came down, beside that of liquids heated up to it from the next colder rung."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from vitrine.aggregation.ensemble import Estimate
from vitrine.aggregation.results import Results, combined, differ_only_at, drifts, joined
from vitrine.schema import ENERGY, TEMPERATURE

OPEN = "no bracket: the energy of the reheated liquids still rises"


def add_evidence(results: Results) -> None:
    """Add energy_bracket, temperature_bracket and temperature_rise to every ensemble to which liquids of the next colder rung were heated up.

    While the energy of the heated liquids still rises, as certainly and by as much as would condemn an ensemble, they have not arrived: the bracket
    is flagged then, and condemns nobody.

    Between a point and the rung below it there may be points of another ladder: what counts is the temperature at which the liquids were measured.
    """
    place = results.settings.place_of("parent_temperature")
    if place is None:
        return
    for key, quantities in results.ensembles.items():
        beside = [found for other, found in results.ensembles.items() if other != key and differ_only_at(place, key, other)]
        reheated = next((found for found in beside if _heated_to(key[place], found)), None)
        if reheated is None or "energy_liquid" not in quantities:
            continue
        bracket = combined(np.subtract, ENERGY, quantities["energy_liquid"], reheated["energy_reheated"])
        quantities["energy_bracket"] = bracket
        if "heat_capacity_liquid" not in quantities:
            continue
        quantities["temperature_bracket"] = combined(np.divide, TEMPERATURE, bracket, quantities["heat_capacity_liquid"])
        if "energy_rise" in reheated:
            rise = combined(np.divide, TEMPERATURE, reheated["energy_rise"], quantities["heat_capacity_liquid"])
            quantities["temperature_rise"] = rise
            if rise.values[0] > 0 and drifts(rise, key[place], results):
                for name in ("energy_bracket", "temperature_bracket"):
                    quantities[name] = replace(quantities[name], flag=joined((quantities[name].flag, OPEN)))


def _heated_to(temperature: float, quantities: Mapping[str, Estimate]) -> bool:
    """Whether an ensemble's liquids were heated up to a temperature, and have an energy there."""
    if not {"energy_reheated", "temperature_reheated"} <= set(quantities):
        return False
    return bool(np.isclose(quantities["temperature_reheated"].values[0], temperature)) and quantities["energy_reheated"].finite
