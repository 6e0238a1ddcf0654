"""Quench a liquid to its inherent state, and prove that it is a minimum."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import lowest_modes
from vitrine.preparation.minimise import minimise
from vitrine.samples import Sample


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
