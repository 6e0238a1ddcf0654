"""Exchanges of sizes alone, at positions that stay: distances, most of what an exchange costs elsewhere, are measured once.

The rules are those of `swap.py`. When a particle is tried, its distances to the particles of its list are measured, and the list is brought into the
order of shells of distance: a particle of a given size reaches the first few shells alone. They are measured anew when the list has changed, or the
positions: state.squares (N, capacity) has the squared distances, state.shells (N, SHELLS) how many of the list lie within each shell's outer edge,
and state.measured (N,) whether both hold.
"""

from __future__ import annotations

import numpy as np

from vitrine.compile_cache import njit
from vitrine.interactions.neighbours import mixed_size
from vitrine.preparation.moves import ENERGIES, NEW, OLD, SCALES, SIZES, gather_kinds, padded, pair_energy, sum_new, tell
from vitrine.preparation.neighbourhood import CLOSE_SHELLS, SHELL_WIDTH, SHELLS, outgrown, renew, used_skin
from vitrine.preparation.stream import exponential, uniform


@njit(error_model="numpy", forceinline=True)
def _measure(i, state):
    """Squared distances of particle i to those of its list, and both in the order of shells; what stands behind them is out of everybody's range."""
    body, (e0, e1, e2), count = state.body, state.edges, state.counts[i, 0]
    i0, i1, i2 = 1.0 / e0, 1.0 / e1, 1.0 / e2
    mine, squares, x, y, z = state.lists[i, :count], state.squares[i], body[i, 0], body[i, 1], body[i, 2]
    apart, others, shells, ends, tally = state.near[1, OLD], state.found[2], state.found[1], state.shells[i], state.tally
    tally[:] = 0
    bx, by, bz = state.near[1, 0], state.near[1, 1], state.near[1, 2]
    for k in range(count):
        j = mine[k]
        others[k] = j
        bx[k], by[k], bz[k] = body[j, 0], body[j, 1], body[j, 2]
    for k in range(count):
        dx, dy, dz = bx[k] - x, by[k] - y, bz[k] - z
        dx -= e0 * np.rint(dx * i0)
        dy -= e1 * np.rint(dy * i1)
        dz -= e2 * np.rint(dz * i2)
        apart[k] = dx * dx + dy * dy + dz * dz
    for k in range(count):
        shells[k] = min(np.int32(apart[k] * (1 / SHELL_WIDTH)), np.int32(SHELLS - 1))
    for k in range(count):
        tally[shells[k]] += 1
    total = 0
    for shell in range(SHELLS):
        inside = tally[shell]
        tally[shell] = total
        total += inside
        ends[shell] = total
    for k in range(count):
        place = tally[shells[k]]
        tally[shells[k]] = place + 1
        squares[place], mine[place] = apart[k], others[k]
    squares[count : padded(count)] = np.inf
    state.counts[i, 1] = ends[CLOSE_SHELLS - 1]
    state.measured[i] = True


@njit(forceinline=True)
def _reached(i, size, state):
    """How many of its list, in the order of shells, particle i of a size may reach."""
    reach = state.longest * mixed_size(size, max(size, state.largest), state.nonadditivity)
    return state.shells[i, min(np.int64(reach * reach * (1 / SHELL_WIDTH)), SHELLS - 1)]


@njit(forceinline=True)
def _gather(i, begin, end, part, state):
    """Copy the sizes of the neighbours begin..end of particle i into near[part]."""
    body, mine, sizes = state.body, state.lists[i, begin:end], state.near[part, SIZES, begin:]
    for k in range(end - begin):
        sizes[k] = body[mine[k], 3]


@njit(error_model="numpy", forceinline=True)
def _energies_at(i, size, begin, end, part, row, state, kernel):
    """Energies of particle i, had it a size, with each gathered neighbour begin..end, into near[part, row]."""
    near, stop = state.near, padded(end)
    squares, sizes, scales = state.squares[i, begin:stop], near[part, SIZES, begin:stop], near[part, SCALES, begin:stop]
    energies, out = near[part, ENERGIES, begin:stop], near[part, row, begin:stop]
    for k in range(stop - begin):
        out[k] = energies[k] * pair_energy(squares[k], scales[k] * mixed_size(size, sizes[k], state.nonadditivity), kernel)


@njit
def exchange_sizes(state, kernel, energy_of, repulsive, temperature, swap_range, trials, stream, counts):
    """Trial exchanges, each made, judged, and undone if rejected; adds to `counts`, as `swap._run` does, which says what is judged how."""
    body = state.body
    who, energy, size = np.zeros(2, dtype=np.int64), np.zeros(2), np.zeros(2)
    counts[2] += trials
    for _ in range(trials):
        who[0], who[1] = int(uniform(stream) * body.shape[0]), int(uniform(stream) * body.shape[0])
        if who[0] == who[1] or abs(body[who[0], 3] - body[who[1], 3]) > swap_range:
            continue
        if body[who[0], 3] > body[who[1], 3]:
            who[0], who[1] = who[1], who[0]  # the one that grows comes first: most exchanges fail on it
        size[0], size[1] = body[who[0], 3], body[who[1], 3]
        body[who[0], 3], body[who[1], 3] = size[1], size[0]
        allowed = energy_of[who[0]] + energy_of[who[1]] + temperature * exponential(stream)
        limit = allowed if repulsive else np.inf
        part, total = 0, 0.0
        while part < 2 and total <= limit:
            i = who[part]
            if not state.measured[i]:
                _measure(i, state)
            begin, count = 0, _reached(i, size[1], state)
            energy[part], end = 0.0, min(count, padded(max(state.counts[i, 1], 1)))  # the close ones, then the others
            while begin < end and total + energy[part] <= limit:
                _gather(i, begin, end, part, state)
                gather_kinds(i, begin, end, part, state)
                _energies_at(i, body[i, 3], begin, end, part, NEW, state, kernel)
                energy[part] += sum_new(begin, end, part, state)
                begin, end = end, count
            if total + energy[part] <= limit and used_skin(i, state) > state.trial:
                renew(i, body[i, 0], body[i, 1], body[i, 2], body[i, 3], state)
                continue
            total += energy[part]
            part += 1
        if not total <= allowed:
            body[who[0], 3], body[who[1], 3] = size[0], size[1]
            continue
        counts[3] += 1
        for part in range(2):
            i, count = who[part], _reached(who[part], size[1], state)
            energy_of[i] = energy[part]
            _energies_at(i, size[part], 0, count, part, OLD, state, kernel)
            tell(i, count, who[1 - part], part, energy_of, state)  # the pair itself keeps its energy: so does its lambda_ij
        for part in range(2):
            i = who[part]
            if outgrown(used_skin(i, state), body[i, 3], state.reference[i, 3], state.rest):
                renew(i, body[i, 0], body[i, 1], body[i, 2], body[i, 3], state)
