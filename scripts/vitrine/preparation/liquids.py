"""The liquids of one rung of the ladder of parent temperatures."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from vitrine.errors import SampleError
from vitrine.models import GlassFormer
from vitrine.points import Point
from vitrine.preparation.counted import CountedSwap
from vitrine.preparation.dynamics import Dynamics
from vitrine.preparation.equilibrate import Chain, Equilibration, equilibrate
from vitrine.preparation.hamiltonian import HamiltonianMonteCarlo
from vitrine.preparation.motion import BlowUp, Ramp
from vitrine.preparation.relaxation import RelaxationClock, look_sweeps
from vitrine.preparation.restart import Restarts
from vitrine.preparation.samplers import MONTE_CARLO
from vitrine.preparation.side_by_side import Meeting, MeetingSwap
from vitrine.preparation.start import random_start
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.samples import Sample, batch_samples
from vitrine.seeds import LIQUID, START, sample_generator

APPROACH = 0xA9920AC4 ^ LIQUID  # sets the streams before a chain's time zero apart from those after it
CHAIN = ("tuning_sweeps", "target_acceptance", "overlap_length")


def random_starts(
    model: GlassFormer,
    particles: int,
    parent_temperature: float,
    indices: Iterable[int],
    seed: int,
    further: Sequence[int] = (),
    purpose: int = START,
) -> Iterator[Sample]:
    """Relaxed random configurations, for the top of the ladder. further: words of random streams for the point's axes beyond N and T_p."""
    for index in indices:
        sample = random_start(model, particles, sample_generator(seed, purpose, particles, parent_temperature, index, further=further))
        yield replace(sample, index=index, parent_temperature=parent_temperature)


def starts(
    model: GlassFormer, point: Point, indices: Sequence[int], seed: int, before: Mapping | None, path: str | None, purpose: int = START
) -> Iterator[Sample]:
    """What the chains of a point start from: the liquids of the rung before, in the file `path`, or random configurations where there is none.

    before: what that rung says of itself (params.before). On a history of a parameter of the model, its liquids come from another glass former.
    """
    if before is None:
        yield from random_starts(model, point.particles, point.parent_temperature, indices, seed, point.further, purpose)
        return
    told = {"parent_temperature": before["parent_temperature"], "model": before["model"], "identity": before["identity"]}
    for start in batch_samples(path, indices, particles=point.particles, **told):
        yield replace(start, model=model) if start.particles else start


def equilibrate_liquid(
    start: Sample,
    parent_temperature: float,
    seed: int,
    settings: Mapping,
    sweeps: int,
    restarts: Restarts | None = None,
    further: Sequence[int] = (),
    identity: str = "",
    purpose: int = LIQUID,
    enough: Callable[[RelaxationClock], bool] | None = None,
    meeting: Meeting | None = None,
) -> tuple[Sample, Equilibration | None]:
    """Bring one sample from another temperature (or a random start) to T_p and run it there for `sweeps`, by the sampler of the settings.

    `cooling` runs for its hold time instead. A start that cannot be used keeps its flag and has no equilibration. A time step that blows up is
    halved, as often as the settings allow; then the start is kept and flagged. further: words of random streams for axes beyond N and T_p;
    identity: what makes the sample (Study.identity), kept in its provenance; purpose: tag of its random stream; enough: as `equilibrate` takes it;
    meeting: where a chain of `swap_gpu` makes its moves together with others, None for one on the CPU.
    """
    if start.particles == 0:
        return replace(start, parent_temperature=parent_temperature), None

    def stream(*time: int) -> np.random.Generator:
        """The chain's first stream, or the one with which it is taken up at a time [sweeps]; words of a seed cannot be negative."""
        tag = purpose ^ APPROACH if time and time[0] < 0 else purpose
        return sample_generator(seed, tag, start.particles, parent_temperature, start.index, *map(abs, time), further=further)

    for refinement in range(1 + (0 if settings["sampler"] in MONTE_CARLO else settings["dynamics"]["halvings"])):
        keeper = restarts.keeper(f"{start.index:08d}.{refinement}", stream, _fingerprint(start), sweeps) if restarts else None
        try:
            chain, schedule = _chain(start, parent_temperature, stream, settings, refinement, sweeps, meeting)
            run = equilibrate(chain, keeper=keeper, **schedule, **({"enough": enough} if enough else {}))
        except BlowUp as trouble:
            flag = trouble.flag(settings["dynamics"]["time_step"] / 2**refinement)
            logging.getLogger("vitrine").warning("sample %d: %s", start.index, flag)
            continue
        except SampleError as trouble:
            flag = str(trouble)
            break
        run.flag = start.flag if settings["sampler"] == "cooling" else ""  # a history with a flaw in it stays flawed; equilibrium forgets it
        provenance = {**chain.description, "sampler": settings["sampler"], "seed": seed, "sweeps": run.sweeps, "step": run.step, "identity": identity}
        if "sweeps" in start.provenance:
            provenance["before"] = {"parent_temperature": start.parent_temperature, "sweeps": start.provenance["sweeps"]}
        return replace(chain.current(), parent_temperature=parent_temperature, flag=run.flag, provenance=provenance), run
    provenance = {**start.provenance, "identity": identity}
    return replace(start, parent_temperature=parent_temperature, flag=flag, provenance=provenance), None


def _chain(
    start: Sample, temperature: float, stream: Callable[..., np.random.Generator], settings: Mapping, refinement: int, sweeps: int,
    meeting: Meeting | None,
) -> tuple[Chain, dict]:  # fmt: skip
    """The chain of the settings' sampler, and what `equilibrate` shall do with it."""
    schedule = {name: settings[name] for name in CHAIN} | {"sweeps": sweeps, "look_sweeps": look_sweeps(settings)}
    if settings["sampler"] in ("swap", "swap_gpu"):
        sampler = SwapMonteCarlo if settings["sampler"] == "swap" else CountedSwap if meeting is None else partial(MeetingSwap, meeting=meeting)
        return sampler(start, temperature, stream(), settings["swap_fraction"], settings["swap_range"]), schedule
    if settings["sampler"] == "hamiltonian":
        own = settings["hamiltonian"]
        chain = HamiltonianMonteCarlo(
            start, temperature, stream(), swap_range=settings["swap_range"], trajectory_time=own["trajectory_time"],
            exchanges=own["exchanges_per_particle"],
        )  # fmt: skip
        return chain, {**schedule, "target_acceptance": own["target_acceptance"]}
    dynamics = settings["dynamics"]
    sweep = dynamics["time_step"] * dynamics["steps_per_sweep"]
    hotter = start.parent_temperature
    ramp, approach = Ramp(0, 0, temperature, temperature), settings["tuning_sweeps"]
    if settings["sampler"] == "cooling":
        if dynamics["cooling_rate"] and hotter > temperature:
            duration = (hotter - temperature) / dynamics["cooling_rate"]
            step = dynamics["time_step"] / 2**refinement
            ramp, approach = Ramp(0, round(duration / step), hotter, temperature), int(np.ceil(duration / sweep))
        schedule["sweeps"] = max(1, round(dynamics["hold_time"] / sweep))
    exchanges = dynamics["exchanges_per_particle"] if settings["sampler"] == "hybrid" else 0.0
    chain = Dynamics(start, ramp, dynamics, stream(), refinement=refinement, exchanges=exchanges, swap_range=settings["swap_range"])
    return chain, {**schedule, "approach_sweeps": approach}


def _fingerprint(start: Sample) -> str:
    """What tells a start from another one."""
    masses = b"" if start.masses is None else start.masses.tobytes()
    return hashlib.sha256(start.positions.tobytes() + start.sizes.tobytes() + start.box.tobytes() + masses).hexdigest()


def liquid_rows(liquid: Sample, run: Equilibration | None, asked: float = np.nan) -> tuple[dict, list[dict]]:
    """The rows of tables.LIQUIDS (one) and tables.RELAXATION (a few) of a liquid; numbers that do not exist are left out.

    asked: sweeps that its run should have had, were there no budget; NaN where none were asked for.
    """
    key = {"sample": liquid.index}
    logging.getLogger("vitrine").info("sample %d: %s", liquid.index, liquid.flag or f"prepared in {run.sweeps} sweeps")
    if run is None:
        return {**key, "flag": liquid.flag}, [{**key, "flag": liquid.flag}]
    numbers = {name: value for name, value in vars(run).items() if name not in ("overlap_curve", "energy_series", "flag")}
    curves = (("overlap", run.overlap_curve), ("energy", run.energy_series))
    series = [{**key, "series": name, "time": float(time), "value": value, "flag": run.flag} for name, curve in curves for time, value in curve]
    return {**key, **numbers, "sweeps_asked": asked, "flag": run.flag}, series
