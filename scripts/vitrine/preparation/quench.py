"""Quench a liquid to its inherent state, and prove that it is a minimum."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor, lowest_modes
from vitrine.preparation.minimise import minimise
from vitrine.samples import Sample

POLISH = 0.01  # largest displacement in one line search of the polish: HOOMD-blue's FIRE ends closer to its minimum [lambda_min]


def quench(liquid: Sample, settings: Mapping, algebra: Algebra = DEFAULT_ALGEBRA, identity: str = "") -> tuple[Sample, dict]:
    """The inherent state of a liquid, and its row of tables.GLASSES without the key.

    With the engine `hoomd` FIRE runs in HOOMD-blue, by tabulated forces where it must, and conjugate gradients of the exact potential do the rest.
    A flagged liquid is quenched too, so that it can be looked at, and keeps its flag. A state that did not converge or is no minimum is flagged.
    identity: what makes the glass (Study.identity), kept in its provenance.
    """
    if liquid.particles == 0:
        return liquid, {"flag": liquid.flag}
    start, method, step, flag = liquid, settings["minimiser"], settings["step"], liquid.flag
    how = {**settings}
    if settings["engine"] == "hoomd":
        from vitrine.preparation.hoomd_fire import hoomd_fire  # imports HOOMD-blue

        start, how["step"], converged = hoomd_fire(liquid, settings["step"], maximum_steps=settings["maximum_iterations"])
        method, step = "cg", POLISH
        flag = flag or ("" if converged else f"not converged: FIRE of HOOMD-blue did not come to rest in {settings['maximum_iterations']} steps")
    end = minimise(start, method, tolerance=settings["tolerance"], maximum_iterations=settings["maximum_iterations"], step=step)
    bonds = Interactions.of(end.sample)
    row = {
        "inherent_energy": bonds.energy / liquid.particles,
        "spacing": liquid.spacing,
        "residual": bonds.residual,
        "iterations": end.iterations,
        "evaluations": end.evaluations,
    }
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
