"""Prepare the samples of a batch: liquids at one rung of the ladder, and their inherent states."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import lowest_modes
from vitrine.models import GlassFormer
from vitrine.preparation.equilibrate import Equilibration, equilibrate
from vitrine.preparation.minimise import minimise
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


def quench(liquid: Sample, settings: Mapping) -> tuple[Sample, dict]:
    """The inherent state of a liquid, and its row of tables.GLASSES without the key.

    A flagged liquid is quenched too, so that it can be looked at, and keeps its flag. A state that did not converge or is no minimum is flagged.
    """
    if liquid.particles == 0:
        return liquid, {"flag": liquid.flag}
    end = minimise(
        liquid, settings["minimiser"], tolerance=settings["tolerance"], maximum_iterations=settings["maximum_iterations"], step=settings["step"]
    )
    bonds = Interactions.of(end.sample)
    row = {
        "inherent_energy": bonds.energy / liquid.particles,
        "residual": bonds.residual,
        "iterations": end.iterations,
        "evaluations": end.evaluations,
    }
    flag = liquid.flag
    if not end.converged:
        flag = flag or f"not converged: the residual force is above {settings['tolerance']:g} after {settings['maximum_iterations']} iterations"
    else:
        try:
            row["lowest_stiffness"] = float(lowest_modes(bonds.hessian, liquid.dimension, 1)[0][0])
        except SampleError as error:
            flag = flag or str(error)
    provenance = {**liquid.provenance, "quench": {**settings}, "residual": row["residual"]}
    logging.getLogger("vitrine").info("sample %d: %s", liquid.index, flag or f"minimum in {end.iterations} iterations")
    return replace(end.sample, flag=flag, provenance=provenance), {**row, "flag": flag}
