"""Trajectories of all particles in their own forces, by a composition of drifts and kicks: the moves of `hamiltonian.py`.

Pairs are taken from the neighbour lists twice: those that may interact while no particle moves by more than ALLOWED, and of these the ones that may
while none moves by more than half of NEAR. The second list serves the forces, and is drawn anew from the first when a particle has gone so far.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from vitrine.compile_cache import njit
from vitrine.interactions.rows import add, furthest
from vitrine.models.kernels import reduced_energy, reduced_slope
from vitrine.preparation.neighbourhood import follow, near_pairs

# The three-stage composition of least expected energy error (Blanes, Casas, Sanz-Serna, SIAM J. Sci. Comput. 36, A1556, 2014), drifts first: shares
# of a step of time. Read backwards it is the same.
DRIFTS = (0.11888010966548, 0.38111989033452, 0.38111989033452, 0.11888010966548)
KICKS = (0.29619504261126, 0.40760991477748, 0.29619504261126)

ALLOWED, NEAR = 0.5, 0.4  # [lambda_min]; near the fastest at every temperature
BLOCK = 256  # pairs whose numbers stay in the first cache
ONE, TWO, THREE = np.uint64(1), np.uint64(2), np.uint64(3)  # unsigned, for a signed index is tested for its sign

# Both particles of each pair (n,), 1/lambda_ij^2 (n,); of the first list also its range (n,), for the second list of how many of its places count.
Pairs = namedtuple("Pairs", "first second inverse_squares")


@njit(error_model="numpy")
def _gather(x, first, second, edges, block):
    """Vectors of pairs into the rows 0 to 2 of a block, their squared lengths into row 3; x is flat."""
    e0, e1, e2 = edges
    i0, i1, i2 = 1.0 / e0, 1.0 / e1, 1.0 / e2
    bx, by, bz, square = block[0], block[1], block[2], block[3]
    last = np.uint64(first[0]) * THREE
    x0, x1, x2 = x[last], x[last + ONE], x[last + TWO]
    for n in range(first.size):
        a, b = np.uint64(first[n]) * THREE, np.uint64(second[n]) * THREE
        if a != last:
            last, x0, x1, x2 = a, x[a], x[a + ONE], x[a + TWO]
        bx[n] = x[b] - x0
        by[n] = x[b + ONE] - x1
        bz[n] = x[b + TWO] - x2
    for n in range(first.size):
        dx, dy, dz = bx[n], by[n], bz[n]
        dx -= e0 * np.rint(dx * i0)
        dy -= e1 * np.rint(dy * i1)
        dz -= e2 * np.rint(dz * i2)
        square[n] = dx * dx + dy * dy + dz * dz
        bx[n], by[n], bz[n] = dx, dy, dz


@njit(error_model="numpy")
def _scatter(first, second, block, force):
    """Add the rows 0 to 2 of a block to the forces on the first particles, and subtract them from those on the second; force is flat."""
    bx, by, bz = block[0], block[1], block[2]
    last, sum_x, sum_y, sum_z = np.uint64(first[0]) * THREE, 0.0, 0.0, 0.0
    for n in range(first.size):
        a, b = np.uint64(first[n]) * THREE, np.uint64(second[n]) * THREE
        if a != last:
            force[last] += sum_x
            force[last + ONE] += sum_y
            force[last + TWO] += sum_z
            last, sum_x, sum_y, sum_z = a, 0.0, 0.0, 0.0
        sum_x += bx[n]
        sum_y += by[n]
        sum_z += bz[n]
        force[b] -= bx[n]
        force[b + ONE] -= by[n]
        force[b + TWO] -= bz[n]
    force[last] += sum_x
    force[last + ONE] += sum_y
    force[last + TWO] += sum_z


@njit(error_model="numpy")
def _nearer(x, pairs, ranges, edges, block, near):
    """Fill `near` with those of the pairs that are nearer than their range plus NEAR; return their number."""
    flat, square, inside, found = x.reshape(-1), block[3], np.empty(BLOCK, dtype=np.uint32), np.uint64(0)
    for low in range(0, ranges.size, BLOCK):
        high = min(low + BLOCK, ranges.size)
        first, second, inverse_squares, reach = pairs.first[low:high], pairs.second[low:high], pairs.inverse_squares[low:high], ranges[low:high]
        _gather(flat, first, second, edges, block)
        for n in range(high - low):  # in vector instructions, which the next loop does not allow
            inside[n] = np.uint32(square[n] < (reach[n] + NEAR) ** 2)
        for n in range(high - low):
            near.first[found], near.second[found], near.inverse_squares[found] = first[n], second[n], inverse_squares[n]
            found += np.uint64(inside[n])
    return np.int64(found)


@njit(error_model="numpy")
def _forces(x, pairs, number, energy, kernel, edges, block, force):
    """Fill `force` (N, 3) by the first `number` pairs."""
    flat, flat_force = x.reshape(-1), force.reshape(-1)
    flat_force[:] = 0.0
    bx, by, bz, square = block[0], block[1], block[2], block[3]
    for low in range(0, number, BLOCK):
        high = min(low + BLOCK, number)
        first, second, inverse_squares = pairs.first[low:high], pairs.second[low:high], pairs.inverse_squares[low:high]
        _gather(flat, first, second, edges, block)
        for n in range(high - low):
            y = square[n] * inverse_squares[n]
            slope = 2.0 * energy * inverse_squares[n] * reduced_slope(y, kernel)
            slope = slope if y < kernel.cutoff2 else 0.0
            bx[n] *= slope
            by[n] *= slope
            bz[n] *= slope
        _scatter(first, second, block, flat_force)


@njit(error_model="numpy")
def _energies(x, pairs, number, energy, kernel, edges, block, energy_of):
    """Fill `energy_of` (N,) with the energy of each particle with all others, by the first `number` pairs."""
    flat, value = x.reshape(-1), block[3]
    energy_of[:] = 0.0
    for low in range(0, number, BLOCK):
        high = min(low + BLOCK, number)
        first, second, inverse_squares = pairs.first[low:high], pairs.second[low:high], pairs.inverse_squares[low:high]
        _gather(flat, first, second, edges, block)
        for n in range(high - low):
            y = value[n] * inverse_squares[n]
            value[n] = energy * reduced_energy(y, kernel) if y < kernel.cutoff2 else 0.0
        for n in range(high - low):
            energy_of[first[n]] += value[n]
            energy_of[second[n]] += value[n]


@njit
def _pairs(state):
    """The first list, its ranges, and room for the second."""
    first, second, inverse_squares, ranges = near_pairs(ALLOWED, state)
    near = Pairs(np.empty(ranges.size + 1, np.uint32), np.empty(ranges.size + 1, np.uint32), np.empty(ranges.size + 1))
    return Pairs(first, second, inverse_squares), ranges, near


@njit
def follow_forces(state, kernel, v, step, steps, energy_of):
    """Take the particles of `state` and their velocities v (N, 3) through `steps` steps of time; fill `energy_of` (N,).

    Returns whether all went well: a particle that moves by more than the box at once ends it, and `state` is anywhere then.
    """
    x, edges = np.ascontiguousarray(state.body[:, :3]), state.edges
    origin, drawn, force, block, energy = x.copy(), x.copy(), np.empty_like(x), np.empty((4, BLOCK)), state.energies[0, 0]
    pairs, ranges, near = _pairs(state)
    number, drift = _nearer(x, pairs, ranges, edges, block, near), 0.0
    for turn in range(steps * len(KICKS) + 1):
        stage = turn % len(KICKS)
        drift += DRIFTS[stage] if turn < steps * len(KICKS) else 0.0
        add(x, drift * step, v)
        moved = furthest(x, drawn)
        if not moved < edges[0] ** 2:
            return False
        if moved > 0.25 * NEAR * NEAR:
            if furthest(x, origin) > ALLOWED * ALLOWED:
                follow(x, state)
                pairs, ranges, near = _pairs(state)
                origin[:] = x
            number, drawn[:] = _nearer(x, pairs, ranges, edges, block, near), x
        if turn < steps * len(KICKS):
            _forces(x, near, number, energy, kernel, edges, block, force)
            add(v, KICKS[stage] * step, force)
        drift = DRIFTS[-1] if stage == len(KICKS) - 1 else 0.0
    follow(x, state)
    _energies(x, near, number, energy, kernel, edges, block, energy_of)
    return True
