"""Forces of a sample on a list of pairs: the hot loop of minimisers and dynamics."""

from __future__ import annotations

import numba
import numpy as np

from vitrine.interactions.neighbours import cell_counts, close_pairs, minimum_image, mixed_size, padded
from vitrine.models.kernels import kernel_of, reduced_curvature, reduced_energy, reduced_slope
from vitrine.samples.sample import Sample, widths


def system(sample: Sample, skin: float) -> tuple:
    """What `listed_pairs` needs of a sample beside its positions: box (3, 3), cells (3,), sizes, types, and the model's matrices of type pairs."""
    model = sample.model
    _, h = padded(sample.positions, sample.box)
    counts = cell_counts(widths(sample.box), model.range + skin)
    sizes, types = np.ascontiguousarray(sample.sizes, dtype=float), np.ascontiguousarray(sample.types, dtype=np.int64)
    return h, counts, sizes, types, model.ranges, model.scales, model.energies, model.nonadditivity


@numba.njit(cache=True)
def listed_pairs(x, matter, skin):
    """Pairs of a `system` within the range plus `skin`: indices i, j, and constants of shape (n, 6).

    The constants are the periodic shift to subtract from x_j - x_i (three numbers), 1/lambda_ij^2, eps_ij and the place of the pair's potential.

    The shift is fixed with the list: as long as particles move by less than half the skin and are not folded back, it gives the nearest image.
    """
    h, n_cells, sizes, types, ranges, scales, energies, nonadditivity = matter
    first, second = close_pairs(x, h, n_cells, sizes, types, ranges, nonadditivity, skin)
    constants = np.empty((first.size, 6))
    for n in range(first.size):
        i, j = first[n], second[n]
        dx, dy, dz = x[j, 0] - x[i, 0], x[j, 1] - x[i, 1], x[j, 2] - x[i, 2]
        near = minimum_image(dx, dy, dz, h)
        constants[n, 0], constants[n, 1], constants[n, 2] = dx - near[0], dy - near[1], dz - near[2]
        constants[n, 3] = 1.0 / (scales[types[i], types[j]] * mixed_size(sizes[i], sizes[j], nonadditivity)) ** 2
        constants[n, 4] = energies[types[i], types[j]]
        constants[n, 5] = types[i] * scales.shape[0] + types[j]
    return first, second, constants


@numba.njit(cache=True)
def pair_forces(x, first, second, constants, kernels, force):
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
        kernel = kernel_of(kernels, constants[n, 5])
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
def pair_energy_and_virial(x, first, second, constants, kernels):
    """Potential energy, and the virial sum f r, of the pairs of `listed_pairs`."""
    energy, virial = 0.0, 0.0
    for n in range(first.size):
        i, j = first[n], second[n]
        dx = x[j, 0] - x[i, 0] - constants[n, 0]
        dy = x[j, 1] - x[i, 1] - constants[n, 1]
        dz = x[j, 2] - x[i, 2] - constants[n, 2]
        y = (dx * dx + dy * dy + dz * dz) * constants[n, 3]
        kernel = kernel_of(kernels, constants[n, 5])
        if y < kernel.cutoff2:
            energy += constants[n, 4] * reduced_energy(y, kernel)
            virial -= 2.0 * constants[n, 4] * y * reduced_slope(y, kernel)
    return energy, virial


def energy_and_virial(sample: Sample) -> tuple[float, float]:
    """Potential energy, and the virial sum f r over pairs [epsilon], of a sample."""
    x, _ = padded(sample.positions, sample.box)
    return pair_energy_and_virial(x, *listed_pairs(x, system(sample, 0.0), 0.0), sample.model.kernels)


def configurational_terms(sample: Sample) -> tuple[float, float]:
    """|grad U|^2 [epsilon^2/lambda_min^2] and the Laplacian of U [epsilon/lambda_min^2]; in equilibrium the ratio of their averages is k_B T."""
    x, _ = padded(sample.positions, sample.box)
    pairs, force = listed_pairs(x, system(sample, 0.0), 0.0), np.empty_like(x)
    pair_forces(x, *pairs, sample.model.kernels, force)
    return float(np.sum(force * force)), _laplacian(x, *pairs, sample.model.kernels, sample.dimension)


@numba.njit(cache=True)
def _laplacian(x, first, second, constants, kernels, dimension):
    laplacian = 0.0
    for n in range(first.size):
        i, j = first[n], second[n]
        dx = x[j, 0] - x[i, 0] - constants[n, 0]
        dy = x[j, 1] - x[i, 1] - constants[n, 1]
        dz = x[j, 2] - x[i, 2] - constants[n, 2]
        y = (dx * dx + dy * dy + dz * dz) * constants[n, 3]
        kernel = kernel_of(kernels, constants[n, 5])
        if y < kernel.cutoff2:
            stiffness = 2.0 * constants[n, 4] * constants[n, 3]
            slope = stiffness * reduced_slope(y, kernel)  # phi'/r
            curvature = slope + 2.0 * stiffness * y * reduced_curvature(y, kernel)  # phi''
            laplacian += 2.0 * (curvature + (dimension - 1) * slope)  # the same for i and for j
    return laplacian
