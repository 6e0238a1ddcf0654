"""Forces of a sample on a list of pairs: the hot loop of minimisers and dynamics.

Pairs are taken in blocks. A block's vectors are gathered into rows of numbers, its potential is evaluated along the rows in a loop without branches,
which the compiler turns into vector instructions, and its forces are added to the particles one by one.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np
from numba.extending import overload

from vitrine.compile_cache import njit
from vitrine.interactions.coordinates import column, nearest_image
from vitrine.interactions.embedded import embedded_energy_and_virial, embedded_forces, embedded_laplacian
from vitrine.interactions.neighbours import cell_counts, close_pairs, mixed_size, padded
from vitrine.interactions.rows import longest, total
from vitrine.models.kernels import kernel_of, reduced_curvature, reduced_energy, reduced_slope
from vitrine.samples.sample import Sample, widths

BLOCK = 256  # pairs; the rows of a block stay in the first cache
SQUARE, VALUE, WORK, X, Y, Z = range(6)  # rows of a block; those of further coordinates follow
ONE, TWO = np.uint64(1), np.uint64(2)  # unsigned, for a signed index is tested for its sign

# What `listed_pairs` finds: indices (n,) of pairs, the periodic shift (w, n) to subtract from x_second - x_first, 1/lambda_ij^2 (n,); pairs of the
# same two types stand together, those at place p of the matrix of types from bounds[p] to bounds[p + 1], with energies[p]; types (N,).
PairList = namedtuple("PairList", "first second shifts inverse_squares bounds energies types zero")


def system(sample: Sample, skin: float) -> tuple:
    """What `listed_pairs` needs of a sample beside its positions: box (w, w), cells (w,), sizes, types, and the model's matrices of type pairs."""
    model = sample.model
    _, h = padded(sample.positions, sample.box)
    counts = cell_counts(widths(sample.box), model.range + skin)
    sizes, types = np.ascontiguousarray(sample.sizes, dtype=float), np.ascontiguousarray(sample.types, dtype=np.int64)
    return h, counts, sizes, types, model.ranges, model.scales, model.energies, model.nonadditivity, (0.0,) * len(h)


@njit(error_model="numpy")
def listed_pairs(x, matter, skin):
    """The `PairList` of a `system` at x (N, w): pairs within the range plus `skin`.

    The shift is fixed with the list: as long as particles move by less than half the skin and are not folded back, it gives the nearest image.
    """
    h, n_cells, sizes, types, ranges, scales, energies, nonadditivity, zero = matter
    i, j = close_pairs(x, h, n_cells, sizes, types, ranges, nonadditivity, skin, zero)
    first, second, bounds = _by_kind(i, j, types, scales.shape[0])
    shifts, inverse_squares = np.empty((len(zero), first.size)), np.empty(first.size)
    for n in range(first.size):
        a, b = np.uint64(first[n]), np.uint64(second[n])
        for axis in range(len(zero)):
            shifts[axis, np.uint64(n)] = x[b, axis] - x[a, axis]
        inverse_squares[n] = 1.0 / (scales[types[a], types[b]] * mixed_size(sizes[a], sizes[b], nonadditivity)) ** 2
    for n in range(first.size):
        near = nearest_image(column(shifts, np.uint64(n), zero), h)
        for axis in range(len(zero)):
            shifts[axis, np.uint64(n)] -= near[axis]
    return PairList(first, second, shifts, inverse_squares, bounds, energies.ravel(), types, zero)


@njit(error_model="numpy")
def _by_kind(i, j, types, number):
    """Pairs (n,) sorted by their place in the matrix of `number` types, otherwise in the order they have, and the first of each kind."""
    bounds = np.zeros(number * number + 1, dtype=np.int64)
    for n in range(i.size):
        bounds[types[i[n]] * number + types[j[n]] + 1] += 1
    bounds[:] = np.cumsum(bounds)
    place = bounds.copy()
    first, second = np.empty(i.size, dtype=np.uint32), np.empty(i.size, dtype=np.uint32)
    for n in range(i.size):
        kind = types[i[n]] * number + types[j[n]]
        first[place[kind]], second[place[kind]] = i[n], j[n]
        place[kind] += 1
    return first, second, bounds


@njit(error_model="numpy")
def gather(x, pairs, low, high, block):
    """Fill the rows from X on with the vectors of the pairs from `low` to `high` and SQUARE with their squared lengths; x is flat."""
    first, second, width = pairs.first[low:high], pairs.second[low:high], np.uint64(len(pairs.zero))
    bx, by, bz, square = block[X], block[Y], block[Z], block[SQUARE]
    last = np.uint64(first[0]) * width
    x0, x1, x2 = x[last], x[last + ONE], x[last + TWO]
    for n in range(high - low):
        a, b = np.uint64(first[n]) * width, np.uint64(second[n]) * width
        if a != last:
            last, x0, x1, x2 = a, x[a], x[a + ONE], x[a + TWO]
        bx[n] = x[b] - x0
        by[n] = x[b + ONE] - x1
        bz[n] = x[b + TWO] - x2
    sx, sy, sz = pairs.shifts[0, low:high], pairs.shifts[1, low:high], pairs.shifts[2, low:high]
    for n in range(high - low):
        bx[n] -= sx[n]
        by[n] -= sy[n]
        bz[n] -= sz[n]
        square[n] = bx[n] * bx[n] + by[n] * by[n] + bz[n] * bz[n]
    for axis in range(3, len(pairs.zero)):
        row, shift, place = block[X + axis], pairs.shifts[axis, low:high], np.uint64(axis)
        for n in range(high - low):
            row[n] = x[np.uint64(second[n]) * width + place] - x[np.uint64(first[n]) * width + place] - shift[n]
            square[n] += row[n] * row[n]


@njit(error_model="numpy")
def scatter(pairs, low, high, block, force):
    """Add VALUE times the vector of each pair to its first particle and subtract it from its second; force is flat.

    Pairs of one particle come in runs, whose sum is kept at hand.
    """
    first, second, width = pairs.first[low:high], pairs.second[low:high], np.uint64(len(pairs.zero))
    bx, by, bz, value = block[X], block[Y], block[Z], block[VALUE]
    last, sum_x, sum_y, sum_z = np.uint64(first[0]) * width, 0.0, 0.0, 0.0
    for n in range(high - low):
        a, b = np.uint64(first[n]) * width, np.uint64(second[n]) * width
        if a != last:
            force[last] += sum_x
            force[last + ONE] += sum_y
            force[last + TWO] += sum_z
            last, sum_x, sum_y, sum_z = a, 0.0, 0.0, 0.0
        fx, fy, fz = value[n] * bx[n], value[n] * by[n], value[n] * bz[n]
        sum_x += fx
        sum_y += fy
        sum_z += fz
        force[b] -= fx
        force[b + ONE] -= fy
        force[b + TWO] -= fz
    force[last] += sum_x
    force[last + ONE] += sum_y
    force[last + TWO] += sum_z
    for axis in range(3, len(pairs.zero)):
        row, place = block[X + axis], np.uint64(axis)
        for n in range(high - low):
            pull = value[n] * row[n]
            force[np.uint64(first[n]) * width + place] += pull
            force[np.uint64(second[n]) * width + place] -= pull


# Each of the three functions of a `PairList` has two ways: pairs by their kernels, and a many-body potential as a whole. Which one is known when a
# loop is compiled.


def _forces_of_kind(x, pairs, kernels, force):
    """By the kind of `kernels`; compiled code only, as the two below."""
    raise NotImplementedError("compiled code only")


def _energy_of_kind(x, pairs, kernels):
    raise NotImplementedError("compiled code only")


def _laplacian_of_kind(x, pairs, kernels, dimension):
    raise NotImplementedError("compiled code only")


@overload(_forces_of_kind)
def _forces_compiled(x, pairs, kernels, force):
    if "embedding" in getattr(kernels, "fields", ()):
        return lambda x, pairs, kernels, force: embedded_forces(x, pairs, kernels, force)
    return lambda x, pairs, kernels, force: _additive_forces(x, pairs, kernels, force)


@overload(_energy_of_kind)
def _energy_compiled(x, pairs, kernels):
    if "embedding" in getattr(kernels, "fields", ()):
        return lambda x, pairs, kernels: embedded_energy_and_virial(x, pairs, kernels)
    return lambda x, pairs, kernels: _additive_energy_and_virial(x, pairs, kernels)


@overload(_laplacian_of_kind)
def _laplacian_compiled(x, pairs, kernels, dimension):
    if "embedding" in getattr(kernels, "fields", ()):
        return lambda x, pairs, kernels, dimension: embedded_laplacian(x, pairs, kernels)
    return lambda x, pairs, kernels, dimension: _additive_laplacian(x, pairs, kernels, dimension)


@njit(error_model="numpy")
def pair_forces(x, pairs, kernels, force):
    """Fill `force` (N, w) from a `PairList`; return the root-mean-square pair force and the largest net force.

    Of a many-body potential the force of a pair is what it adds to the forces of its two particles, F' of both included.
    """
    return _forces_of_kind(x, pairs, kernels, force)


@njit(error_model="numpy")
def pair_energy_and_virial(x, pairs, kernels):
    """Potential energy, and the virial sum f r, of a `PairList`."""
    return _energy_of_kind(x, pairs, kernels)


@njit(error_model="numpy")
def _additive_forces(x, pairs, kernels, force):
    force[:] = 0.0
    flat_x, flat_force = x.reshape(-1), force.reshape(-1)
    block = np.empty((X + len(pairs.zero), BLOCK))
    square, value, work = block[SQUARE], block[VALUE], block[WORK]
    squares, bonds = 0.0, 0
    for kind in range(pairs.energies.size):
        kernel = kernel_of(kernels, kind)
        energy, end = pairs.energies[kind], pairs.bounds[kind + 1]
        for low in range(pairs.bounds[kind], end, BLOCK):
            high = min(low + BLOCK, end)
            gather(flat_x, pairs, low, high, block)
            inverse_squares = pairs.inverse_squares[low:high]
            inside = 0
            for n in range(high - low):
                y = square[n] * inverse_squares[n]
                slope = 2.0 * energy * inverse_squares[n] * reduced_slope(y, kernel)
                slope = slope if y < kernel.cutoff2 else 0.0
                value[n] = slope
                work[n] = slope * slope * square[n]
                inside += y < kernel.cutoff2
            scatter(pairs, low, high, block, flat_force)
            squares += total(work[: high - low])
            bonds += inside
    return np.sqrt(squares / max(bonds, 1)), longest(force)


@njit(error_model="numpy")
def _additive_energy_and_virial(x, pairs, kernels):
    flat_x = x.reshape(-1)
    block = np.empty((X + len(pairs.zero), BLOCK))
    square, value, work = block[SQUARE], block[VALUE], block[WORK]
    potential, virial = 0.0, 0.0
    for kind in range(pairs.energies.size):
        kernel = kernel_of(kernels, kind)
        energy, end = pairs.energies[kind], pairs.bounds[kind + 1]
        for low in range(pairs.bounds[kind], end, BLOCK):
            high = min(low + BLOCK, end)
            gather(flat_x, pairs, low, high, block)
            inverse_squares = pairs.inverse_squares[low:high]
            for n in range(high - low):
                y = square[n] * inverse_squares[n]
                inside = y < kernel.cutoff2
                value[n] = energy * reduced_energy(y, kernel) if inside else 0.0
                work[n] = -2.0 * energy * y * reduced_slope(y, kernel) if inside else 0.0
            potential += total(value[: high - low])
            virial += total(work[: high - low])
    return potential, virial


def energy_and_virial(sample: Sample) -> tuple[float, float]:
    """Potential energy, and the virial sum f r over pairs [epsilon], of a sample."""
    x, _ = padded(sample.positions, sample.box)
    return pair_energy_and_virial(x, listed_pairs(x, system(sample, 0.0), 0.0), sample.model.kernels)


def configurational_terms(sample: Sample) -> tuple[float, float]:
    """|grad U|^2 [epsilon^2/lambda_min^2] and the Laplacian of U [epsilon/lambda_min^2]; in equilibrium the ratio of their averages is k_B T."""
    x, _ = padded(sample.positions, sample.box)
    pairs, force = listed_pairs(x, system(sample, 0.0), 0.0), np.empty_like(x)
    pair_forces(x, pairs, sample.model.kernels, force)
    return float(np.sum(force * force)), _laplacian(x, pairs, sample.model.kernels, sample.dimension)


@njit(error_model="numpy")
def _laplacian(x, pairs, kernels, dimension):
    return _laplacian_of_kind(x, pairs, kernels, dimension)


@njit(error_model="numpy")
def _additive_laplacian(x, pairs, kernels, dimension):
    flat_x = x.reshape(-1)
    block = np.empty((X + len(pairs.zero), BLOCK))
    square, work = block[SQUARE], block[WORK]
    laplacian = 0.0
    for kind in range(pairs.energies.size):
        kernel = kernel_of(kernels, kind)
        energy, end = pairs.energies[kind], pairs.bounds[kind + 1]
        for low in range(pairs.bounds[kind], end, BLOCK):
            high = min(low + BLOCK, end)
            gather(flat_x, pairs, low, high, block)
            inverse_squares = pairs.inverse_squares[low:high]
            for n in range(high - low):
                y = square[n] * inverse_squares[n]
                stiffness = 2.0 * energy * inverse_squares[n]
                slope = stiffness * reduced_slope(y, kernel)  # phi'/r
                curvature = slope + 2.0 * stiffness * y * reduced_curvature(y, kernel)  # phi''
                work[n] = 2.0 * (curvature + (dimension - 1) * slope) if y < kernel.cutoff2 else 0.0  # the same for i and for j
            laplacian += total(work[: high - low])
    return laplacian
