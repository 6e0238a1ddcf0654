"""Which engine runs the dynamics: HOOMD-blue or the one built in."""

from __future__ import annotations

import importlib.util

from vitrine.errors import InputError
from vitrine.models import GlassFormer

MOST_SPECIES = 64  # distinct kinds of particles that HOOMD-blue's tables take
GET_HOOMD = "run with `snakemake --sdm conda`, which makes envs/hoomd.yaml, or install hoomd from conda-forge into the environment of Snakemake"


def chosen_engine(wanted: str, model: GlassFormer, *, key: str, conda: bool = False) -> str:
    """`hoomd` or `builtin`, for what the config key says; `auto` takes HOOMD-blue where it is present and can run the model.

    conda: jobs run in envs/hoomd.yaml, whatever is present here. Raises InputError where HOOMD-blue is asked for and cannot be had.
    """
    present = conda or importlib.util.find_spec("hoomd") is not None
    fits = model.species is not None and model.species <= MOST_SPECIES and model.embedding is None and model.dimension <= 3
    if wanted == "hoomd":
        if not present:
            raise InputError(f"config key {key} is hoomd, but HOOMD-blue cannot be imported: {GET_HOOMD}; or set {key}: builtin")
        if model.embedding is not None:
            raise InputError(f"config key {key} is hoomd: {model.name} is a many-body potential, which is run by the builtin engine alone")
        if model.dimension > 3:
            raise InputError(f"config key {key} is hoomd, which has 2 and 3 dimensions, and the model has {model.dimension}: allowed is builtin")
        if not fits:
            kinds = "continuous sizes" if model.species is None else f"{model.species} kinds of particles"
            raise InputError(f"config key {key} is hoomd, but the model has {kinds}: set model.{model.name}.size_levels to at most {MOST_SPECIES}")
    return "hoomd" if wanted == "hoomd" or (wanted == "auto" and present and fits) else "builtin"


def integrator(engine: str) -> type:
    """The class that integrates the equations of motion (see `motion.Integrator`)."""
    if engine == "hoomd":
        from vitrine.preparation.hoomd_dynamics import HoomdIntegrator  # imports HOOMD-blue

        return HoomdIntegrator
    from vitrine.preparation.builtin_dynamics import BuiltinIntegrator

    return BuiltinIntegrator
