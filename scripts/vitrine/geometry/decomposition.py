r"""Longitudinal and transverse parts of a field in the plane, and the divergence of its net projection (000, Methods, eqs. 6, 7).

    u_L = A^T (A A^T)^+ A u,    u_T = u - u_L,    A u_T = 0

with the volume matrix A of the Voronoi cells: u_L changes areas, u_T changes none. A A^T has one null vector, the areas: one row of A is dropped.

    u_i^np = sum_j (u_j.n_ij) n_ij - u_i,    div_i = (1/N_i) sum_j (R_j - R_i).(u_j^np - u_i^np)       over Voronoi neighbours j

NOTE: the paper prints the labels of the two parts the other way round; the projector upon the rows of A is what changes areas.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from vitrine.geometry.voronoi import Cells
from vitrine.linalg.solvers import SuperLU


def longitudinal(cells: Cells, fields: np.ndarray) -> np.ndarray:
    """u_L of fields (2 N,) or, as columns, (2 N, k); same shape. u_T is the rest."""
    rows = cells.volume_matrix[1:]
    return rows.T @ SuperLU(sp.csc_array(rows @ rows.T)).solve(np.ascontiguousarray(rows @ fields))


def net_projection(cells: Cells, field: np.ndarray) -> np.ndarray:
    """u^np (N, 2) of a field (N, 2)."""
    directions = cells.vectors / np.linalg.norm(cells.vectors, axis=1)[:, None]
    along = np.einsum("ba,ba->b", field[cells.j], directions)
    sums = np.zeros_like(field)
    np.add.at(sums, cells.i, along[:, None] * directions)
    return sums - field


def divergence(cells: Cells, field: np.ndarray) -> np.ndarray:
    """(1/N_i) sum_j (R_j - R_i).(u_j - u_i) over Voronoi neighbours, (N,), of a field (N, 2)."""
    changes = np.einsum("ba,ba->b", cells.vectors, field[cells.j] - field[cells.i])
    return np.bincount(cells.i, weights=changes, minlength=len(field)) / cells.neighbours
