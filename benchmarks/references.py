"""The plain way to do what Vitrine does fast: what each ratio of `make bench` refers to."""

from __future__ import annotations

import numba
import numpy as np
import scipy.optimize
import scipy.sparse.linalg as spla
from vitrine.interactions import Interactions
from vitrine.interactions.neighbours import mixed_size
from vitrine.linalg.solve import grounded, pseudo_inverse
from vitrine.models.kernels import reduced_energy
from vitrine.samples import Sample


@numba.njit
def _energy(i, x, y, z, body, members, occupancy, n_cells, edge, kernel, nonadditivity):
    total = 0.0
    width = edge / n_cells
    a, b, c = int(np.floor(x / width)), int(np.floor(y / width)), int(np.floor(z / width))
    for da in range(-1, 2):
        for db in range(-1, 2):
            for dc in range(-1, 2):
                cell = (((a + da) % n_cells) * n_cells + (b + db) % n_cells) * n_cells + (c + dc) % n_cells
                for slot in range(occupancy[cell]):
                    j = members[cell, slot]
                    if j == i:
                        continue
                    dx, dy, dz = body[j, 0] - x, body[j, 1] - y, body[j, 2] - z
                    dx -= edge * np.rint(dx / edge)
                    dy -= edge * np.rint(dy / edge)
                    dz -= edge * np.rint(dz / edge)
                    scale = mixed_size(body[i, 3], body[j, 3], nonadditivity)
                    u = (dx * dx + dy * dy + dz * dz) / (scale * scale)
                    if u < kernel.cutoff2:
                        total += reduced_energy(u, kernel)
    return total


@numba.njit
def cell_list_moves(body, members, occupancy, n_cells, edge, kernel, nonadditivity, temperature, step, moves, rng):
    """Metropolis moves, 4 in 5 displacements and 1 in 5 exchanges of sizes, each energy over all 27 cells. Returns the accepted ones.

    Particles keep the cell in which they began: fine for the few sweeps of a benchmark, where none leaves its neighbourhood.
    """
    n, accepted = body.shape[0], 0
    for _ in range(moves):
        i = int(rng.random() * n)
        x, y, z = body[i, 0], body[i, 1], body[i, 2]
        if rng.random() < 0.8:
            nx, ny, nz = x + step * (2 * rng.random() - 1), y + step * (2 * rng.random() - 1), z + step * (2 * rng.random() - 1)
            cost = _energy(i, nx, ny, nz, body, members, occupancy, n_cells, edge, kernel, nonadditivity)
            cost -= _energy(i, x, y, z, body, members, occupancy, n_cells, edge, kernel, nonadditivity)
            if cost <= 0 or rng.random() < np.exp(-cost / temperature):
                body[i, 0], body[i, 1], body[i, 2] = nx, ny, nz
                accepted += 1
            continue
        j = int(rng.random() * n)
        before = _energy(i, x, y, z, body, members, occupancy, n_cells, edge, kernel, nonadditivity)
        before += _energy(j, body[j, 0], body[j, 1], body[j, 2], body, members, occupancy, n_cells, edge, kernel, nonadditivity)
        body[i, 3], body[j, 3] = body[j, 3], body[i, 3]
        after = _energy(i, x, y, z, body, members, occupancy, n_cells, edge, kernel, nonadditivity)
        after += _energy(j, body[j, 0], body[j, 1], body[j, 2], body, members, occupancy, n_cells, edge, kernel, nonadditivity)
        if after - before <= 0 or rng.random() < np.exp(-(after - before) / temperature):
            accepted += 1
        else:
            body[i, 3], body[j, 3] = body[j, 3], body[i, 3]
    return accepted


def plain_cells(sample: Sample) -> tuple[np.ndarray, np.ndarray, np.ndarray, int, float]:
    """Arrays for `cell_list_moves`: bodies, members of the cells, their occupancy, cells per edge, edge."""
    edge = float(sample.box[0, 0])
    n_cells = int(edge / (sample.model.range + 0.3))
    body = np.column_stack([sample.positions % edge, sample.sizes])
    index = np.clip((body[:, :3] / edge * n_cells).astype(int), 0, n_cells - 1)
    cell = (index[:, 0] * n_cells + index[:, 1]) * n_cells + index[:, 2]
    occupancy = np.bincount(cell, minlength=n_cells**3)
    members = np.zeros((n_cells**3, occupancy.max()), dtype=np.int64)
    for c in range(n_cells**3):
        members[c, : occupancy[c]] = np.flatnonzero(cell == c)
    return body, members, occupancy, n_cells, edge


def scipy_quench(sample: Sample) -> float:
    """scipy's L-BFGS on the same bonds, down to the residual that it can reach; returns |F|_max over the root-mean-square pair force."""
    shape = sample.positions.shape

    def energy_and_gradient(flat):
        bonds = Interactions.of(sample.moved(flat.reshape(shape)))
        return bonds.energy, -bonds.forces.ravel()

    options = {"maxiter": 20000, "maxfun": 40000, "ftol": 0.0, "gtol": 1e-12, "maxcor": 20}
    end = scipy.optimize.minimize(energy_and_gradient, sample.positions.ravel(), jac=True, method="L-BFGS-B", options=options)
    return Interactions.of(sample.moved(end.x.reshape(shape))).residual


def pinch_one_by_one(bonds: Interactions, number: int) -> np.ndarray:
    """omega_ij of the first bonds, one sparse solve each."""
    d = bonds.sample.dimension
    solve = spla.splu(grounded(bonds.hessian, d)).solve
    omega = np.empty(number)
    for b in range(number):
        dipole = bonds.compatibility[[b]].toarray().ravel()
        u = np.concatenate([np.zeros(d), solve(dipole[d:])]).reshape(-1, d)
        u -= u.mean(axis=0)
        omega[b] = np.sqrt(dipole @ u.ravel() / np.sum(u * u))
    return omega


def dense_bond_operator(bonds: Interactions) -> np.ndarray:
    """A = S M^+ S^T, bonds by bonds (001 eq. 4)."""
    compatibility = bonds.compatibility
    return compatibility @ (compatibility @ pseudo_inverse(bonds.hessian, bonds.sample.dimension)).T
