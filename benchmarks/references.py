"""The plain way to do what Vitrine does fast: what each ratio of `make bench` refers to."""

from __future__ import annotations

import numba
import numpy as np
import scipy.optimize
import scipy.sparse.linalg as spla
from vitrine.interactions import Interactions
from vitrine.interactions.forces import BLOCK, SQUARE, VALUE, WORK, X, gather, listed_pairs, scatter, system
from vitrine.interactions.neighbours import mixed_size, padded
from vitrine.interactions.rows import total
from vitrine.linalg.solve import grounded, pseudo_inverse
from vitrine.models.kernels import kernel_of, reduced_energy, reduced_slope
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


@numba.njit(error_model="numpy")
def _energy_and_gradient(x, pairs, kernels, gradient):
    """Potential energy, and its gradient (N, w), of a list of pairs: in one pass, by the loops that Vitrine's own forces are made of."""
    gradient[:] = 0.0
    block = np.empty((X + len(pairs.zero), BLOCK))
    square, value, work = block[SQUARE], block[VALUE], block[WORK]
    potential = 0.0
    for kind in range(pairs.energies.size):
        kernel, energy, end = kernel_of(kernels, kind), pairs.energies[kind], pairs.bounds[kind + 1]
        for low in range(pairs.bounds[kind], end, BLOCK):
            high = min(low + BLOCK, end)
            gather(x.reshape(-1), pairs, low, high, block)
            inverse_squares = pairs.inverse_squares[low:high]
            for n in range(high - low):
                y = square[n] * inverse_squares[n]
                value[n] = -2.0 * energy * inverse_squares[n] * reduced_slope(y, kernel) if y < kernel.cutoff2 else 0.0
                work[n] = energy * reduced_energy(y, kernel) if y < kernel.cutoff2 else 0.0
            scatter(pairs, low, high, block, gradient.reshape(-1))
            potential += total(work[: high - low])
    return potential


def scipy_quench(sample: Sample, skin: float = 0.3) -> float:
    """scipy's L-BFGS on the same compiled pairs and forces, down to the residual that it can reach; returns |F|_max over the rms pair force.

    The list of pairs has a skin [lambda_min] and is renewed when a particle has moved by half of it.
    """
    start, _ = padded(sample.positions, sample.box)
    matter, kernels, d = system(sample, skin), sample.model.kernels, sample.dimension
    gradient, origin = np.empty_like(start), start
    pairs = listed_pairs(start, matter, skin)

    def energy_and_gradient(flat):
        nonlocal pairs, origin
        x = start.copy()
        x[:, :d] = flat.reshape(-1, d)
        if np.max(np.sum((x - origin) ** 2, axis=1)) > 0.25 * skin**2:
            pairs, origin = listed_pairs(x, matter, skin), x
        return _energy_and_gradient(x, pairs, kernels, gradient), gradient[:, :d].ravel()

    options = {"maxiter": 20000, "maxfun": 40000, "ftol": 0.0, "gtol": 1e-12}
    end = scipy.optimize.minimize(energy_and_gradient, sample.positions.ravel(), jac=True, method="L-BFGS-B", options=options)
    return Interactions.of(sample.moved(end.x.reshape(-1, d))).residual


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
