"""The liquids of one rung of the ladder of parent temperatures."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from vitrine.models import GlassFormer
from vitrine.preparation.equilibrate import Equilibration, equilibrate
from vitrine.preparation.start import random_start
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.samples import Sample
from vitrine.seeds import LIQUID, START, sample_generator

CHAIN = ("relaxation_times", "minimum_sweeps", "maximum_sweeps", "tuning_sweeps", "target_acceptance", "overlap_length", "maximum_drift")


def random_starts(model: GlassFormer, particles: int, parent_temperature: float, indices: Iterable[int], seed: int) -> Iterator[Sample]:
    """Relaxed random configurations, for the top of the ladder."""
    for index in indices:
        sample = random_start(model, particles, sample_generator(seed, START, particles, parent_temperature, index))
        yield replace(sample, index=index, parent_temperature=parent_temperature)


def equilibrate_liquid(start: Sample, parent_temperature: float, seed: int, settings: Mapping) -> tuple[Sample, Equilibration | None]:
    """Bring one sample from the next hotter rung (or a random start) to equilibrium at T_p.

    A start that cannot be used keeps its flag and has no equilibration. One that was flagged for lack of equilibrium goes on: it is judged anew.
    """
    if start.particles == 0:
        return replace(start, parent_temperature=parent_temperature), None
    rng = sample_generator(seed, LIQUID, start.particles, parent_temperature, start.index)
    chain = SwapMonteCarlo(start, parent_temperature, rng, settings["swap_fraction"], settings["swap_range"])
    run = equilibrate(chain, **{name: settings[name] for name in CHAIN})
    provenance = {"engine": "builtin swap Monte Carlo", "seed": seed, "sweeps": run.sweeps, "step": run.step}
    return replace(chain.current(), parent_temperature=parent_temperature, flag=run.flag, provenance=provenance), run


def liquid_rows(liquid: Sample, run: Equilibration | None, particles: int) -> tuple[dict, list[dict]]:
    """The rows of tables.LIQUIDS (one) and tables.RELAXATION (a few) of a liquid; numbers that do not exist are left out."""
    key = {"particles": particles, "parent_temperature": liquid.parent_temperature, "sample": liquid.index}
    logging.getLogger("vitrine").info("sample %d: %s", liquid.index, liquid.flag or f"equilibrated in {run.sweeps} sweeps")
    if run is None:
        return {**key, "flag": liquid.flag}, [{**key, "flag": liquid.flag}]
    numbers = {name: value for name, value in vars(run).items() if name not in ("overlap_curve", "energy_series", "flag")}
    curves = (("overlap", run.overlap_curve), ("energy", run.energy_series))
    series = [{**key, "series": name, "time": float(time), "value": value, "flag": run.flag} for name, curve in curves for time, value in curve]
    return {**key, **numbers, "flag": run.flag}, series
