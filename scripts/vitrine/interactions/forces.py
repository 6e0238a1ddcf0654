"""Forces of a sample on a list of pairs: the hot loop of minimisers and dynamics."""

from __future__ import annotations

import numba
import numpy as np

from vitrine.interactions.neighbours import close_pairs, minimum_image, mixed_size
from vitrine.models.kernels import reduced_energy, reduced_slope


@numba.njit(cache=True)
def listed_pairs(x, h, n_cells, sizes, types, scales, energies, nonadditivity, kernel, skin):
    """Pairs within the range plus `skin`: indices i, j, and of shape (n, 5) the periodic shift to subtract from x_j - x_i, 1/lambda_ij^2 and eps_ij.

    The shift is fixed with the list: as long as particles move by less than half the skin and are not folded back, it gives the nearest image.
    """
    first, second = close_pairs(x, h, n_cells, sizes, types, scales, nonadditivity, np.sqrt(kernel.cutoff2), skin)
    constants = np.empty((first.size, 5))
    for n in range(first.size):
        i, j = first[n], second[n]
        dx, dy, dz = x[j, 0] - x[i, 0], x[j, 1] - x[i, 1], x[j, 2] - x[i, 2]
        near = minimum_image(dx, dy, dz, h)
        constants[n, 0], constants[n, 1], constants[n, 2] = dx - near[0], dy - near[1], dz - near[2]
        constants[n, 3] = 1.0 / (scales[types[i], types[j]] * mixed_size(sizes[i], sizes[j], nonadditivity)) ** 2
        constants[n, 4] = energies[types[i], types[j]]
    return first, second, constants


@numba.njit(cache=True)
def pair_forces(x, first, second, constants, kernel, force):
    """Fill `force` (N, 3) from the pairs of `listed_pairs`; return the root-mean-square pair force and the largest net force."""
    force[:] = 0.0
    squares, bonds = 0.0, 0
    for n in range(first.size):
        i, j = first[n], second[n]
        dx = x[j, 0] - x[i, 0] - constants[n, 0]
        dy = x[j, 1] - x[i, 1] - constants[n, 1]
        dz = x[j, 2] - x[i, 2] - constants[n, 2]
        r2 = dx * dx + dy * dy + dz * dz
        y = r2 * constants[n, 3]
        if y < kernel.cutoff2:
            s = 2.0 * constants[n, 4] * constants[n, 3] * reduced_slope(y, kernel)
            squares += s * s * r2
            bonds += 1
            force[i, 0] += s * dx
            force[i, 1] += s * dy
            force[i, 2] += s * dz
            force[j, 0] -= s * dx
            force[j, 1] -= s * dy
            force[j, 2] -= s * dz
    largest = 0.0
    for i in range(x.shape[0]):
        largest = max(largest, force[i, 0] ** 2 + force[i, 1] ** 2 + force[i, 2] ** 2)
    return np.sqrt(squares / max(bonds, 1)), np.sqrt(largest)


@numba.njit(cache=True)
def pair_energy(x, first, second, constants, kernel):
    """Potential energy of the pairs of `listed_pairs`."""
    total = 0.0
    for n in range(first.size):
        i, j = first[n], second[n]
        dx = x[j, 0] - x[i, 0] - constants[n, 0]
        dy = x[j, 1] - x[i, 1] - constants[n, 1]
        dz = x[j, 2] - x[i, 2] - constants[n, 2]
        y = (dx * dx + dy * dy + dz * dz) * constants[n, 3]
        if y < kernel.cutoff2:
            total += constants[n, 4] * reduced_energy(y, kernel)
    return total
