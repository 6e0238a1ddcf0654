"""What every move of swap Monte Carlo is made of: energies of one particle with its gathered neighbours, in loops without branches.

The neighbours of particle `part` of a move (an exchange has two) stand in state.near[part], a row for each number. A function that is given `state`
and calls another one counts references to all the arrays, at the cost of a dozen pairs each time; one that calls none does not. So these are leaves,
inlined. For the same reason rows of `near` are cut at their beginning alone: where both ends are given, references are counted again.
"""

from __future__ import annotations

import numpy as np

from vitrine.compile_cache import njit
from vitrine.interactions.neighbours import mixed_size
from vitrine.models.kernels import reduced_energy_of_both
from vitrine.preparation.columns import EIGHT

BLOCK = EIGHT  # entries that the compiler's vector loops take at once, or a multiple of it
SIZES, SCALES, ENERGIES, NEW, OLD = range(3, 8)  # rows of `near` after the three of positions; energies of pairs after a move and before it


@njit(forceinline=True)
def padded(count):
    """The next multiple of BLOCK: loops over whole blocks leave no rest to be done one by one. The padding is out of everybody's range."""
    return (count + BLOCK - 1) // BLOCK * BLOCK


@njit(forceinline=True)
def gather_kinds(i, begin, end, part, state):
    """Scales and energies of the pairs of types of particle i and its neighbours begin..end; where there is one type they stand there already."""
    if state.scales.shape[0] > 1:
        for k in range(begin, end):
            state.near[part, SCALES, k] = state.scales[state.types[i], state.types[state.lists[i, k]]]
            state.near[part, ENERGIES, k] = state.energies[state.types[i], state.types[state.lists[i, k]]]


@njit(error_model="numpy", forceinline=True)
def pair_energy(r2, lambda_ij, kernel):
    """The energy of a pair over its epsilon. y = r^2/lambda^2 and 1/y come from one division, the slowest instruction here."""
    scale2 = lambda_ij * lambda_ij
    inverse = 1.0 / (r2 * scale2)
    energy = reduced_energy_of_both(r2 * r2 * inverse, scale2 * scale2 * inverse, kernel)
    return energy if r2 < kernel.cutoff2 * scale2 else 0.0


@njit(error_model="numpy", forceinline=True)
def pair_energies(x0, y0, z0, size, begin, end, part, row, state, kernel):
    """Energies of a particle of a place and size with each gathered neighbour begin..end, into near[part, row]."""
    (e0, e1, e2), near, stop = state.edges, state.near, padded(end)
    i0, i1, i2 = 1.0 / e0, 1.0 / e1, 1.0 / e2
    x, y, z, sizes = near[part, 0, begin:], near[part, 1, begin:], near[part, 2, begin:], near[part, SIZES, begin:]
    scales, energies, out = near[part, SCALES, begin:], near[part, ENERGIES, begin:], near[part, row, begin:]
    for k in range(stop - begin):
        dx, dy, dz = x[k] - x0, y[k] - y0, z[k] - z0
        dx -= e0 * np.rint(dx * i0)
        dy -= e1 * np.rint(dy * i1)
        dz -= e2 * np.rint(dz * i2)
        lambda_ij = scales[k] * mixed_size(size, sizes[k], state.nonadditivity)
        out[k] = energies[k] * pair_energy(dx * dx + dy * dy + dz * dz, lambda_ij, kernel)


@njit(forceinline=True)
def sum_new(begin, end, part, state):
    """Sum of the new energies. Four sums side by side: one alone would wait for each addition."""
    values = state.near[part, NEW, begin:]
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    for k in range(0, padded(end) - begin, 4):
        a += values[k]
        b += values[k + 1]
        c += values[k + 2]
        d += values[k + 3]
    return (a + b) + (c + d)


@njit(forceinline=True)
def tell(i, count, skip, part, energy_of, state):
    """After an accepted move of particle i, add to the energies of its first `count` neighbours what their pairs with it gained, but for `skip`."""
    mine, new, old = state.lists[i, :count], state.near[part, NEW, :count], state.near[part, OLD, :count]
    for k in range(count):
        if mine[k] != skip:
            energy_of[mine[k]] += new[k] - old[k]
