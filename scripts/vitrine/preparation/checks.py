"""What of a config's preparation and quench does not fit its glass former, engine or ladder: one sentence each."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping

from vitrine.errors import InputError
from vitrine.models import GlassFormer
from vitrine.preparation.engines import chosen_engine
from vitrine.preparation.samplers import MONTE_CARLO, SAMPLERS

SPARSE = 0.2  # interval of frames above which their velocities give no spectrum of any liquid
PRESSED = ("pressure", "highest_pressure", "per_decade")  # keys of `quench` for a box that is relaxed too
ROUNDED = 3.0  # residual at which minimisers of touching spheres stall, over eps L phi''/(p a0^(d-1)): measured, docs/glass_formers.md


def check_preparation(config: Mapping, model: GlassFormer, engine: str, rungs: int, conda: bool = False) -> None:
    """Raise InputError for the first thing that cannot be done. engine: of dynamics, resolved; rungs: of the ladder or history, 0 for none."""
    preparation = config["preparation"]
    _check_sampler(preparation, model, engine)
    check_list("preparation.sweeps", preparation["sweeps"], max(1, rungs))
    for key in ("cooling_rate", "hold_time"):
        check_list(f"preparation.dynamics.{key}", preparation["dynamics"][key], max(1, rungs))
    check_quench(config, model, conda)
    if preparation["minimum_sweeps"] > preparation["maximum_sweeps"]:
        raise InputError(
            f"config key preparation.minimum_sweeps is {preparation['minimum_sweeps']}: "
            f"it must not exceed preparation.maximum_sweeps, {preparation['maximum_sweeps']}"
        )


def check_trajectories(section: Mapping, time_step: float, spectra: bool) -> None:
    """Raise InputError for intervals of a recorded run that are no multiples of each other, or a run without what spectra need.

    spectra: whether an observable takes spectra of velocities.
    """
    interval, sampling = section["interval"], section["sampling"]
    if sampling is None:
        if spectra and interval > SPARSE:
            raise InputError(
                f"config key trajectories.sampling is null and trajectories.interval is {interval:g}: spectra need velocities more often; set "
                "sampling (0.05 for Lennard-Jones), or an interval as short"
            )
        return
    _check_multiple("trajectories.sampling", sampling, "preparation.dynamics.time_step", time_step)
    _check_multiple("trajectories.interval", interval, "trajectories.sampling", sampling)
    length, needed = section["frames"] * interval, 2 * math.pi * max(2 / section["highest"], 1 / section["resolution"])
    if length < needed:
        raise InputError(
            f"config key trajectories.frames is {section['frames']}, {interval:g} apart, a run of {length:g}: bins up to highest "
            f"{section['highest']:g} and of resolution {section['resolution']:g} need a run of {needed:.4g} at least"
        )
    if section["frames"] * round(interval / sampling) % 2:
        raise InputError(f"config key trajectories.frames is {section['frames']}: an even number of velocities is allowed, for halves of the run")


def _check_multiple(key: str, value: float, other: str, unit: float) -> None:
    """Refuse an interval of time that is not a whole number of a shorter one."""
    count = round(value / unit)
    if count < 1 or abs(value - count * unit) > 1e-9 * value:
        raise InputError(f"config key {key} is {value:g}: a whole multiple of {other}, {unit:g}, is allowed")


def check_quench(config: Mapping, model: GlassFormer, conda: bool = False) -> None:
    """Raise InputError for an engine or minimiser that cannot quench the model."""
    quench = config["quench"]
    chosen_engine(quench["engine"], model, key="quench.engine", conda=conda)
    if quench["engine"] == "hoomd" and quench["minimiser"] != "fire":
        raise InputError(f"config key quench.minimiser is {quench['minimiser']}: with quench.engine hoomd it must be fire")
    pressure, highest = quench.get("pressure"), quench.get("highest_pressure")
    if quench.get("box_shape") == "relaxed":
        if pressure is not None:
            raise InputError(f"config key quench.box_shape is relaxed: the volume is kept, so quench.pressure must be null, and it is {pressure:g}")
        if model.touching:
            raise InputError(f"config key quench.box_shape is relaxed: spheres that touch, such as {model.name}, have rattlers; allowed is kept")
    if pressure is None:
        return
    if quench["engine"] != "builtin" or quench["minimiser"] != "lbfgs":
        raise InputError(f"config key quench.pressure is {pressure:g}: a box is relaxed by quench.engine builtin and quench.minimiser lbfgs alone")
    if highest is not None and highest < pressure:
        raise InputError(f"config key quench.highest_pressure is {highest:g}: it must not be below quench.pressure, {pressure:g}, or null")


def check_pressure(quench: Mapping, model: GlassFormer, particles: int) -> None:
    """Refuse a pressure at which the positions of touching spheres, in double precision, do not hold the residual that is asked for."""
    pressure = quench.get("pressure")
    if pressure is None or not model.touching:
        return
    spacing = model.density ** (-1 / model.dimension)
    stiffness = float((model.energies / model.scales**2).max())
    stalls = ROUNDED * sys.float_info.epsilon * model.box_length(particles) * stiffness / spacing ** (model.dimension - 1)
    if stalls > pressure * quench["tolerance"]:
        raise InputError(
            f"config key quench.pressure is {pressure:g}: for {particles} {model.name} and quench.tolerance {quench['tolerance']:g} "
            f"it must be at least {stalls / quench['tolerance']:.2g}, or the tolerance at least {stalls / pressure:.2g}"
        )


def _check_sampler(preparation: Mapping, model: GlassFormer, engine: str) -> None:
    """Refuse samplers that cannot prepare the model."""
    sampler, dynamics = preparation["sampler"], preparation["dynamics"]
    if sampler in MONTE_CARLO and preparation["engine"] == "hoomd":
        raise InputError(
            f"config key preparation.engine is hoomd: HOOMD-blue runs the samplers hybrid, dynamics and cooling, and preparation.sampler is {sampler}"
        )
    if (sampler in MONTE_CARLO or sampler == "hybrid") and model.embedding is not None:
        raise InputError(
            f"config key preparation.sampler is {sampler}: {model.name} is a many-body potential, whose liquids are run by dynamics alone; "
            "allowed are dynamics and cooling"
        )
    if SAMPLERS[sampler].exchanges and not model.polydisperse:
        raise InputError(
            f"config key preparation.sampler is {sampler}: the model {model.name} has no sizes to exchange; allowed are dynamics and cooling"
        )
    if SAMPLERS[sampler].one_type and len(model.scales) > 1:
        raise InputError(
            f"config key preparation.sampler is {sampler}: particles of one type are allowed, this {model.name} has several; swap takes them"
        )
    if sampler in MONTE_CARLO and len(model.potentials) > 1:
        raise InputError(
            f"config key preparation.sampler is {sampler}: this {model.name} has a potential for each pair of types; allowed are dynamics and cooling"
        )
    if sampler in MONTE_CARLO and model.dimension > 3:
        raise InputError(
            f"config key preparation.sampler is {sampler}, for 2 and 3 dimensions, and the model has {model.dimension}: "
            "allowed are dynamics and cooling"
        )
    if sampler == "swap_gpu":
        _check_swap_gpu(preparation, model)
    if sampler == "hybrid" and dynamics["pressure"] is not None:
        raise InputError(f"config key preparation.dynamics.pressure is {dynamics['pressure']}: the hybrid sampler keeps the volume, allowed is null")
    if sampler not in MONTE_CARLO and engine == "builtin" and dynamics["device"] == "gpu":
        raise InputError(
            "config key preparation.dynamics.device is gpu: preparation.engine is builtin here, which has the CPU alone; allowed are auto and cpu"
        )
    if engine == "hoomd" and dynamics["thermostat"] == "langevin" and dynamics["pressure"] is not None:
        raise InputError("config key preparation.dynamics.thermostat is langevin: HOOMD-blue allows bussi and mttk at constant pressure")


def _check_swap_gpu(preparation: Mapping, model: GlassFormer) -> None:
    """Refuse what the chains on a GPU cannot do."""
    look, restart = preparation["swap_gpu"]["look_sweeps"], preparation["restart_sweeps"]
    if not model.of_even_powers:
        raise InputError(
            f"config key preparation.sampler is swap_gpu: a potential of even powers of r is allowed, this {model.name} has another; swap takes it"
        )
    if restart % look:
        raise InputError(
            f"config key preparation.restart_sweeps is {restart}: with preparation.swap_gpu.look_sweeps {look} a multiple of it is allowed"
        )


def check_list(key: str, value: object, rungs: int) -> None:
    """Refuse a list that has not one entry for each rung of a ladder or history."""
    if isinstance(value, list) and len(value) != rungs:
        raise InputError(f"config key {key} has {len(value)} entries: allowed is one number, or one for each of the {rungs} rungs of the ladder")
