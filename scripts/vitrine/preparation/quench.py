"""Quench a liquid to its inherent state, and prove that it is a minimum. A sample of the user's may be one already, or be taken as it is.

The box keeps its volume, or is relaxed with the particles at a pressure (quench.pressure). At that volume it keeps its shape, or this is relaxed too
(quench.box_shape). Spheres that touch leave rattlers behind, which nothing
holds: the glass is what is left without them, and the table of glasses says which they were.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from vitrine.errors import SampleError
from vitrine.interactions import Interactions, minimum_images
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor, lowest_modes
from vitrine.preparation.minimise import Minimum, minimise
from vitrine.preparation.pressure import AGREEMENT, ladder, minimise_at
from vitrine.preparation.rattlers import rattlers, without
from vitrine.preparation.shape import relax_shape
from vitrine.samples import Sample

POLISH = 0.01  # largest displacement in one line search of the polish: HOOMD-blue's FIRE ends closer to its minimum [lambda_min]


def quench(liquid: Sample, settings: Mapping, algebra: Algebra = DEFAULT_ALGEBRA, identity: str = "") -> tuple[Sample, dict]:
    """The inherent state of a liquid, and its row of tables.GLASSES without the key.

    With the engine `hoomd` FIRE runs in HOOMD-blue, by tabulated forces where it must, and conjugate gradients of the exact potential do the rest.
    A flagged liquid is quenched too, so that it can be looked at, and keeps its flag. A state that did not converge or is no minimum is flagged.
    settings: the config's section; of imported samples also as_is (`accept`: a sample stays as it was read; `refuse`: one that was no inherent state
    is flagged) and at_rest, the largest displacement that an inherent state shows on relaxation [a0]; of a quench at a pressure that, the ladder's
    highest_pressure, and its rungs per_decade. identity: what makes the glass (Study.identity), kept in its provenance, as the rattlers are.
    """
    if liquid.particles == 0:
        return liquid, {"flag": liquid.flag}
    before = Interactions.of(liquid)
    try:
        end, how, flag = _minimum(liquid, before, settings)
        if settings.get("box_shape") == "relaxed" and settings.get("as_is") != "accept" and end.converged:
            end = _reshaped(end, settings, algebra)
    except SampleError as error:
        return replace(liquid, flag=str(error)), {"flag": str(error)}
    bonds, loose = _held(Interactions.of(end.sample), settings)
    needed = liquid.dimension * (bonds.sample.particles - 1)  # a rigid packing has more contacts
    row = {
        "inherent_energy": bonds.energy / liquid.particles,
        "spacing": end.sample.spacing,
        "residual": bonds.residual,
        "iterations": end.iterations,
        "evaluations": end.evaluations,
        "displacement": _largest_displacement(liquid, end.sample),
        "energy_gained": (before.energy - bonds.energy) / liquid.particles,
        "pressure": bonds.pressure,
        "rattlers": len(loose),
        "rattler_indices": " ".join(map(str, loose)),
    }
    flag = liquid.flag or flag or _moved(row["displacement"] / liquid.spacing, settings)
    if not end.converged:
        what = f"the residual force is above {settings['tolerance']:g}" + (f", or p off by more than {AGREEMENT:g}" if _pressed(settings) else "")
        what += ", or the box is not free of shear stress," if settings.get("box_shape") == "relaxed" else ""
        flag = flag or f"not converged: {what} after {settings['maximum_iterations']} iterations"
    elif liquid.model.touching and len(bonds.i) <= needed:
        flag = flag or (
            f"not rigid: {bonds.sample.particles} particles are left without {len(loose)} rattlers, with {len(bonds.i)} contacts, "
            f"of which they need more than {needed}"
        )
    else:
        try:
            factor = Factor.of(bonds, algebra.solver)
            row["lowest_stiffness"] = float(lowest_modes(bonds.hessian, liquid.dimension, 1, factor)[0][0])
        except SampleError as error:
            flag = flag or str(error)
    provenance = {**liquid.provenance, "quench": how, "residual": row["residual"], "identity": identity}
    provenance |= {"rattlers": loose.tolist()} if len(loose) else {}
    logging.getLogger("vitrine").info("sample %d: %s", liquid.index, flag or f"minimum in {end.iterations} iterations")
    return replace(bonds.sample, flag=flag, provenance=provenance), {**row, "flag": flag}


def _held(bonds: Interactions, settings: Mapping) -> tuple[Interactions, np.ndarray]:
    """The interactions without the rattlers of touching spheres, and the indices of these; as they are where nothing holds any particle."""
    loose = rattlers(bonds) if bonds.sample.model.touching and settings.get("as_is") != "accept" else np.zeros(bonds.sample.particles, dtype=bool)
    found = np.nonzero(loose)[0]
    return (Interactions.of(without(bonds.sample, loose)) if 0 < len(found) < len(loose) else bonds), found


def _pressed(settings: Mapping) -> bool:
    """Whether the box is relaxed with the particles."""
    return settings.get("pressure") is not None


def _minimum(liquid: Sample, before: Interactions, settings: Mapping) -> tuple[Minimum, dict, str]:
    """The end of the quench, with what was done in which step, and a flag for an engine that did not come to rest."""
    start, method, step, how = liquid, settings["minimiser"], settings["step"], dict(settings)
    if settings.get("as_is") == "accept":
        return Minimum(liquid, before.residual, 0, 0, True), how, ""
    flag = ""
    if _pressed(settings):
        rungs = ladder(settings["pressure"], settings["highest_pressure"], settings["per_decade"])
        return minimise_at(start, rungs, settings["tolerance"], settings["maximum_iterations"], step), how, flag
    if settings["engine"] == "hoomd":
        from vitrine.preparation.hoomd_fire import hoomd_fire  # imports HOOMD-blue

        start, how["step"], converged = hoomd_fire(liquid, settings["step"], maximum_steps=settings["maximum_iterations"])
        method, step = "cg", POLISH
        flag = "" if converged else f"not converged: FIRE of HOOMD-blue did not come to rest in {settings['maximum_iterations']} steps"
    return minimise(start, method, tolerance=settings["tolerance"], maximum_iterations=settings["maximum_iterations"], step=step), how, flag


def _reshaped(end: Minimum, settings: Mapping, algebra: Algebra) -> Minimum:
    """The end of the quench in a box of relaxed shape. What FIRE of HOOMD-blue began goes on with conjugate gradients."""
    method, step = ("cg", POLISH) if settings["engine"] == "hoomd" else (settings["minimiser"], settings["step"])
    further = relax_shape(end.sample, method, settings["tolerance"], settings["maximum_iterations"], step, algebra.solver)
    return replace(further, iterations=end.iterations + further.iterations, evaluations=end.evaluations + further.evaluations)


def _largest_displacement(before: Sample, after: Sample) -> float:
    """The longest way of a particle, the mean of all, and the change of the box, taken away [lambda_min]."""
    start = before.positions if np.array_equal(before.box, after.box) else before.positions @ (after.box @ np.linalg.inv(before.box)).T
    moved = minimum_images(after.positions - start, after.box)
    return float(np.linalg.norm(moved - moved.mean(axis=0), axis=1).max())


def _moved(displacement: float, settings: Mapping) -> str:
    """The flag of a sample that was no inherent state, where only such ones are wanted; displacement in a0."""
    if settings.get("as_is") != "refuse" or displacement <= settings["at_rest"]:
        return ""
    return f"no inherent state: on relaxing a particle moves by {displacement:.3g} a0, more than at_rest allows, {settings['at_rest']:g}"
