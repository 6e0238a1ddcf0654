"""The liquids of one rung of the ladder of parent temperatures."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from vitrine.errors import SampleError
from vitrine.models import GlassFormer
from vitrine.preparation.dynamics import Dynamics
from vitrine.preparation.equilibrate import Chain, Equilibration, equilibrate
from vitrine.preparation.motion import BlowUp, Ramp
from vitrine.preparation.restart import Restarts
from vitrine.preparation.start import random_start
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.samples import Sample
from vitrine.seeds import LIQUID, START, sample_generator

APPROACH = 0xA9920AC4  # tag of the streams before a chain's time zero, which sets them apart from those after it
CHAIN = ("relaxation_times", "minimum_sweeps", "maximum_sweeps", "tuning_sweeps", "target_acceptance", "overlap_length", "maximum_drift")


def random_starts(
    model: GlassFormer, particles: int, parent_temperature: float, indices: Iterable[int], seed: int, further: Sequence[int] = ()
) -> Iterator[Sample]:
    """Relaxed random configurations, for the top of the ladder. further: words of random streams for the point's axes beyond N and T_p."""
    for index in indices:
        sample = random_start(model, particles, sample_generator(seed, START, particles, parent_temperature, index, further=further))
        yield replace(sample, index=index, parent_temperature=parent_temperature)


def equilibrate_liquid(
    start: Sample,
    parent_temperature: float,
    seed: int,
    settings: Mapping,
    restarts: Restarts | None = None,
    further: Sequence[int] = (),
    identity: str = "",
) -> tuple[Sample, Equilibration | None]:
    """Bring one sample from the next hotter rung (or a random start) to T_p, by the sampler of the settings.

    A start that cannot be used keeps its flag and has no equilibration. One that was flagged for lack of equilibrium goes on: it is judged anew, save
    with `cooling`. A time step that blows up is halved, as often as the settings allow; then the start is kept and flagged. further: words of random
    streams for the point's axes beyond N and T_p; identity: what makes the sample (Study.identity), kept in its provenance.
    """
    if start.particles == 0:
        return replace(start, parent_temperature=parent_temperature), None

    def stream(*time: int) -> np.random.Generator:
        """The chain's first stream, or the one with which it is taken up at a time [sweeps]; words of a seed cannot be negative."""
        purpose = APPROACH if time and time[0] < 0 else LIQUID
        return sample_generator(seed, purpose, start.particles, parent_temperature, start.index, *map(abs, time), further=further)

    for refinement in range(1 + (0 if settings["sampler"] == "swap" else settings["dynamics"]["halvings"])):
        keeper = restarts.keeper(f"{start.index:08d}.{refinement}", stream, _fingerprint(start)) if restarts else None
        try:
            chain, schedule = _chain(start, parent_temperature, stream, settings, refinement)
            run = equilibrate(chain, keeper=keeper, **schedule)
        except BlowUp as trouble:
            flag = f"blew up at step {trouble.step} with time step {settings['dynamics']['time_step'] / 2**refinement:g}"
            logging.getLogger("vitrine").warning("sample %d: %s", start.index, flag)
            continue
        except SampleError as trouble:
            flag = str(trouble)
            break
        if settings["sampler"] == "cooling":  # a history with a flaw in it stays flawed
            run.flag = start.flag
        provenance = {**chain.description, "sampler": settings["sampler"], "seed": seed, "sweeps": run.sweeps, "step": run.step, "identity": identity}
        return replace(chain.current(), parent_temperature=parent_temperature, flag=run.flag, provenance=provenance), run
    provenance = {**start.provenance, "identity": identity}
    return replace(start, parent_temperature=parent_temperature, flag=flag, provenance=provenance), None


def _chain(start: Sample, temperature: float, stream: Callable[..., np.random.Generator], settings: Mapping, refinement: int) -> tuple[Chain, dict]:
    """The chain of the settings' sampler, and what `equilibrate` shall do with it."""
    schedule = {name: settings[name] for name in CHAIN}
    if settings["sampler"] == "swap":
        return SwapMonteCarlo(start, temperature, stream(), settings["swap_fraction"], settings["swap_range"]), schedule
    dynamics = settings["dynamics"]
    sweep = dynamics["time_step"] * dynamics["steps_per_sweep"]
    hotter = start.parent_temperature
    ramp, approach = Ramp(0, 0, temperature, temperature), settings["tuning_sweeps"]
    if settings["sampler"] == "cooling":
        if dynamics["cooling_rate"] and hotter > temperature:
            duration = (hotter - temperature) / dynamics["cooling_rate"]
            step = dynamics["time_step"] / 2**refinement
            ramp, approach = Ramp(0, round(duration / step), hotter, temperature), int(np.ceil(duration / sweep))
        hold = max(1, round(dynamics["hold_time"] / sweep))
        schedule |= {"relaxation_times": 0, "minimum_sweeps": hold, "maximum_sweeps": hold}
    exchanges = dynamics["exchanges_per_particle"] if settings["sampler"] == "hybrid" else 0.0
    chain = Dynamics(start, ramp, dynamics, stream(), refinement=refinement, exchanges=exchanges, swap_range=settings["swap_range"])
    return chain, {**schedule, "approach_sweeps": approach}


def _fingerprint(start: Sample) -> str:
    """What tells a start from another one."""
    return hashlib.sha256(start.positions.tobytes() + start.sizes.tobytes() + start.box.tobytes()).hexdigest()


def liquid_rows(liquid: Sample, run: Equilibration | None) -> tuple[dict, list[dict]]:
    """The rows of tables.LIQUIDS (one) and tables.RELAXATION (a few) of a liquid; numbers that do not exist are left out."""
    key = {"sample": liquid.index}
    logging.getLogger("vitrine").info("sample %d: %s", liquid.index, liquid.flag or f"prepared in {run.sweeps} sweeps")
    if run is None:
        return {**key, "flag": liquid.flag}, [{**key, "flag": liquid.flag}]
    numbers = {name: value for name, value in vars(run).items() if name not in ("overlap_curve", "energy_series", "flag")}
    curves = (("overlap", run.overlap_curve), ("energy", run.energy_series))
    series = [{**key, "series": name, "time": float(time), "value": value, "flag": run.flag} for name, curve in curves for time, value in curve]
    return {**key, **numbers, "flag": run.flag}, series
