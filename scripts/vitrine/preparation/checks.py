"""What of a config's preparation and quench does not fit its glass former, engine or ladder: one sentence each."""

from __future__ import annotations

from collections.abc import Mapping

from vitrine.errors import InputError
from vitrine.models import GlassFormer
from vitrine.preparation.engines import chosen_engine


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


def check_quench(config: Mapping, model: GlassFormer, conda: bool = False) -> None:
    """Raise InputError for an engine or minimiser that cannot quench the model."""
    quench = config["quench"]
    chosen_engine(quench["engine"], model, key="quench.engine", conda=conda)
    if quench["engine"] == "hoomd" and quench["minimiser"] != "fire":
        raise InputError(f"config key quench.minimiser is {quench['minimiser']}: with quench.engine hoomd it must be fire")


def _check_sampler(preparation: Mapping, model: GlassFormer, engine: str) -> None:
    """Refuse samplers that cannot prepare the model."""
    sampler, dynamics = preparation["sampler"], preparation["dynamics"]
    if sampler == "swap" and preparation["engine"] == "hoomd":
        raise InputError(
            "config key preparation.engine is hoomd: HOOMD-blue runs the samplers hybrid, dynamics and cooling, and preparation.sampler is swap"
        )
    if sampler in ("swap", "hybrid") and model.embedding is not None:
        raise InputError(
            f"config key preparation.sampler is {sampler}: {model.name} is a many-body potential, whose liquids are run by dynamics alone; "
            "allowed are dynamics and cooling"
        )
    if sampler == "hybrid" and not model.polydisperse:
        raise InputError(
            f"config key preparation.sampler is hybrid: the model {model.name} has no sizes to exchange; allowed are dynamics and cooling"
        )
    if sampler == "swap" and len(model.potentials) > 1:
        raise InputError(
            f"config key preparation.sampler is swap: this {model.name} has a potential for each pair of types; allowed are dynamics and cooling"
        )
    if sampler == "hybrid" and dynamics["pressure"] is not None:
        raise InputError(f"config key preparation.dynamics.pressure is {dynamics['pressure']}: the hybrid sampler keeps the volume, allowed is null")
    if sampler != "swap" and engine == "builtin" and dynamics["device"] == "gpu":
        raise InputError(
            "config key preparation.dynamics.device is gpu: preparation.engine is builtin here, which has the CPU alone; allowed are auto and cpu"
        )
    if engine == "hoomd" and dynamics["thermostat"] == "langevin" and dynamics["pressure"] is not None:
        raise InputError("config key preparation.dynamics.thermostat is langevin: HOOMD-blue allows bussi and mttk at constant pressure")


def check_list(key: str, value: object, rungs: int) -> None:
    """Refuse a list that has not one entry for each rung of a ladder or history."""
    if isinstance(value, list) and len(value) != rungs:
        raise InputError(f"config key {key} has {len(value)} entries: allowed is one number, or one for each of the {rungs} rungs of the ladder")
