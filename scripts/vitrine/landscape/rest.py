"""Newton steps to the rounding of a minimum: a minimiser ends where forces are small, which near an instability is not yet where the minimum is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import Factor
from vitrine.linalg.solve import order_of
from vitrine.samples import Sample

AT_REST = 1e-11  # residual above which nothing is at rest
ROUNDING = 1e-14  # ... and below which Newton steps are of no use
MOST_NEWTON = 8


def brought_to_rest(
    sample: Sample, order: Callable[[], np.ndarray] | None = None, solver: str = "auto", furthest: float = np.inf
) -> tuple[Interactions, Factor] | None:
    """The bonds of the minimum to which Newton steps lead, and its factorised Hessian; None where the steps add up to more than `furthest`
    [lambda_min], or end above AT_REST.

    order: of elimination (linalg.solve.order_of), where it is known. Raises SampleError where a Hessian on the way is not positive definite.
    """
    bonds, moved = Interactions.of(sample), np.zeros(sample.positions.size)
    order = order or order_of(bonds)
    residual, last = bonds.residual, np.inf
    for _ in range(MOST_NEWTON):
        factor = Factor.of(bonds, solver, order)
        if residual <= ROUNDING or (residual <= AT_REST and residual > 0.1 * last):
            return bonds, factor
        step = factor.solve(bonds.forces.ravel())
        moved += step
        if np.linalg.norm(moved) > furthest:
            return None
        bonds, last = Interactions.of(sample.moved(bonds.sample.positions + step.reshape(-1, sample.dimension))), residual
        residual = bonds.residual
    return (bonds, Factor.of(bonds, solver, order)) if residual <= AT_REST else None


def at_rest(sample: Sample, order: Callable[[], np.ndarray] | None = None, solver: str = "auto") -> tuple[Interactions, Factor]:
    """The same of a sample near a minimum. Raises SampleError where there is none."""
    found = brought_to_rest(sample, order, solver)
    if found is None:
        raise SampleError(f"not at rest: Newton steps leave a residual above {AT_REST:g}")
    return found
