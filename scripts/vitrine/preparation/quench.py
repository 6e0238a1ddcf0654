"""Quench a liquid to its inherent state, and prove that it is a minimum. A sample of the user's may be one already, or be taken as it is."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from vitrine.errors import SampleError
from vitrine.interactions import Interactions, minimum_images
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor, lowest_modes
from vitrine.preparation.minimise import Minimum, minimise
from vitrine.samples import Sample

POLISH = 0.01  # largest displacement in one line search of the polish: HOOMD-blue's FIRE ends closer to its minimum [lambda_min]


def quench(liquid: Sample, settings: Mapping, algebra: Algebra = DEFAULT_ALGEBRA, identity: str = "") -> tuple[Sample, dict]:
    """The inherent state of a liquid, and its row of tables.GLASSES without the key.

    With the engine `hoomd` FIRE runs in HOOMD-blue, by tabulated forces where it must, and conjugate gradients of the exact potential do the rest.
    A flagged liquid is quenched too, so that it can be looked at, and keeps its flag. A state that did not converge or is no minimum is flagged.
    settings: the config's section; of imported samples also as_is (`accept`: a sample stays as it was read; `refuse`: one that was no inherent state
    is flagged) and at_rest, the largest displacement that an inherent state shows on relaxation [a0]. identity: what makes the glass
    (Study.identity), kept in its provenance.
    """
    if liquid.particles == 0:
        return liquid, {"flag": liquid.flag}
    before = Interactions.of(liquid)
    end, how, flag = _minimum(liquid, before, settings)
    bonds = Interactions.of(end.sample)
    row = {
        "inherent_energy": bonds.energy / liquid.particles,
        "spacing": liquid.spacing,
        "residual": bonds.residual,
        "iterations": end.iterations,
        "evaluations": end.evaluations,
        "displacement": _largest_displacement(liquid, end.sample),
        "energy_gained": (before.energy - bonds.energy) / liquid.particles,
    }
    flag = liquid.flag or flag or _moved(row["displacement"] / liquid.spacing, settings)
    if not end.converged:
        flag = flag or f"not converged: the residual force is above {settings['tolerance']:g} after {settings['maximum_iterations']} iterations"
    else:
        try:
            factor = Factor.of(bonds, algebra.solver)
            row["lowest_stiffness"] = float(lowest_modes(bonds.hessian, liquid.dimension, 1, factor)[0][0])
        except SampleError as error:
            flag = flag or str(error)
    provenance = {**liquid.provenance, "quench": how, "residual": row["residual"], "identity": identity}
    logging.getLogger("vitrine").info("sample %d: %s", liquid.index, flag or f"minimum in {end.iterations} iterations")
    return replace(end.sample, flag=flag, provenance=provenance), {**row, "flag": flag}


def _minimum(liquid: Sample, before: Interactions, settings: Mapping) -> tuple[Minimum, dict, str]:
    """The end of the quench, with what was done in which step, and a flag for an engine that did not come to rest."""
    start, method, step, how = liquid, settings["minimiser"], settings["step"], dict(settings)
    if settings.get("as_is") == "accept":
        return Minimum(liquid, before.residual, 0, 0, True), how, ""
    flag = ""
    if settings["engine"] == "hoomd":
        from vitrine.preparation.hoomd_fire import hoomd_fire  # imports HOOMD-blue

        start, how["step"], converged = hoomd_fire(liquid, settings["step"], maximum_steps=settings["maximum_iterations"])
        method, step = "cg", POLISH
        flag = "" if converged else f"not converged: FIRE of HOOMD-blue did not come to rest in {settings['maximum_iterations']} steps"
    return minimise(start, method, tolerance=settings["tolerance"], maximum_iterations=settings["maximum_iterations"], step=step), how, flag


def _largest_displacement(before: Sample, after: Sample) -> float:
    """The longest way of a particle, the mean of all taken away [lambda_min]."""
    moved = minimum_images(after.positions - before.positions, before.box)
    return float(np.linalg.norm(moved - moved.mean(axis=0), axis=1).max())


def _moved(displacement: float, settings: Mapping) -> str:
    """The flag of a sample that was no inherent state, where only such ones are wanted; displacement in a0."""
    if settings.get("as_is") != "refuse" or displacement <= settings["at_rest"]:
        return ""
    return f"no inherent state: on relaxing a particle moves by {displacement:.3g} a0, more than at_rest allows, {settings['at_rest']:g}"
