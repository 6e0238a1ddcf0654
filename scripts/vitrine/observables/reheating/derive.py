"""The bracket: the mean energy of an ensemble that came down, beside that of liquids heated up to it from the next colder rung."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vitrine.aggregation.ensemble import Estimate
from vitrine.aggregation.results import Results, combined, differ_only_at
from vitrine.schema import ENERGY, TEMPERATURE


def add_evidence(results: Results) -> None:
    """Add energy_bracket, and temperature_bracket, to every ensemble to which liquids of the next colder rung were heated up.

    Between a point and the rung below it there may be points of another ladder: what counts is the temperature at which the liquids were measured.
    """
    place = results.settings.place_of("parent_temperature")
    if place is None:
        return
    for key, quantities in results.ensembles.items():
        beside = [found for other, found in results.ensembles.items() if other != key and differ_only_at(place, key, other)]
        reheated = next((found["energy_reheated"] for found in beside if _heated_to(key[place], found)), None)
        if reheated is None or "energy_liquid" not in quantities:
            continue
        bracket = combined(np.subtract, ENERGY, quantities["energy_liquid"], reheated)
        quantities["energy_bracket"] = bracket
        if "heat_capacity_liquid" in quantities:
            quantities["temperature_bracket"] = combined(np.divide, TEMPERATURE, bracket, quantities["heat_capacity_liquid"])


def _heated_to(temperature: float, quantities: Mapping[str, Estimate]) -> bool:
    """Whether an ensemble's liquids were heated up to a temperature, and have an energy there."""
    if not {"energy_reheated", "temperature_reheated"} <= set(quantities):
        return False
    return bool(np.isclose(quantities["temperature_reheated"].values[0], temperature)) and quantities["energy_reheated"].finite
