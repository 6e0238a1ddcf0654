r"""The bond operator A = S M^+ S^T (001, eqs. 2-7) through its pencil.

A is N_b x N_b with N d - d non-zero eigenvalues lambda. If A f = lambda f, the displacement D = M^+ S^T f obeys (S^T S) D = lambda M D, of size
N d: A is never formed. With |f| = 1: F = S^T f = M D, f = S D/lambda, and D.M.D = lambda.

None of this depends on masses but for the frequency of D, omega^2 = D.M.D/(sum_i m_i |D_i|^2), with its centre of mass at rest.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from vitrine.interactions import Interactions
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor, dissected, full_pencil, largest_pencil, weighted
from vitrine.linalg.participation import participation_ratio
from vitrine.samples import Sample


def diagonalise_bond_operator(
    sample: Sample, spectrum: str = "full", vectors: int | str = "all", algebra: Algebra = DEFAULT_ALGEBRA
) -> dict[str, np.ndarray]:
    """Eigenvalues lambda of A, from the largest, and of the first `vectors` the participation of F and D and the frequency of D.

    spectrum: `full` for all N d - d, `largest` for the `vectors` largest alone. vectors: a number, or `all`. Columns as in BOND_OPERATOR of the
    declaration, NaN where there is no vector. Raises SampleError where the sample is no minimum.
    """
    bonds, d = Interactions.of(sample), sample.dimension
    hessian, unit = bonds.hessian, bonds.unit_hessian
    size = hessian.shape[0] - d
    blocks = partial(dissected, sample.positions, sample.box, bonds.i, bonds.j)
    every_mode = partial(full_pencil, unit, hessian, d, blocks=blocks, device=algebra.device)
    wanted = size if vectors == "all" else min(int(vectors), size)
    if wanted > size // 4:
        eigenvalues, displacements = every_mode(vectors=True)
        displacements = displacements[:, :wanted]
    else:
        largest, displacements = np.zeros(0), np.zeros((hessian.shape[0], 0))
        if wanted:
            largest, displacements = largest_pencil(unit, hessian, d, wanted, Factor.of(bonds, algebra.solver))
        eigenvalues = every_mode()[0] if spectrum == "full" else largest
    if spectrum == "largest":
        eigenvalues = eigenvalues[:wanted]
    forces = hessian @ displacements
    moving = weighted(displacements, d, sample.masses)
    stiffness = np.einsum("ik,ik->k", displacements, forces) / np.einsum("ik,ik->k", moving, moving)
    columns = {name: np.full(len(eigenvalues), np.nan) for name in ("omega", "participation_force", "participation_displacement")}
    columns["omega"][:wanted] = np.sqrt(stiffness)
    columns["participation_force"][:wanted] = participation_ratio(forces, d)
    columns["participation_displacement"][:wanted] = participation_ratio(displacements, d)
    return {"mode": np.arange(len(eigenvalues)), "lambda": eigenvalues, **columns}
