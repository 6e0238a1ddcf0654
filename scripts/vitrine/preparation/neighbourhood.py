"""Neighbour lists that follow single-particle moves: the ground of swap Monte Carlo.

Every particle i keeps a reference position and a reference size. Two particles are in each other's list when their references are closer than
x_c lambda(reference sizes) + REST + TRIAL. A particle uses up this skin by moving away from its reference and by growing beyond its reference
size. At rest it may have used REST, in the trial move under way TRIAL; as long as both hold, every interacting pair is listed. A particle that
would use more gets new references and a new list, alone; nothing is ever rebuilt as a whole, and of its neighbours those alone are told that
come or go.

Arrays: body (N, 4) = x, y, z, size; reference (N, 4); lists (N, capacity), whose first counts[:, 1] of counts[:, 0] entries are the close
neighbours, by their references: those that are most likely to forbid a move. Cells hold the particles by reference position: members (cells, room)
and their references, place (cells, room, 4). `near` (2, 8, capacity and some) and `found` (3, capacity) are room for the neighbours of one particle in contiguous
order, which lets the compiler use vector instructions on them.
"""

from __future__ import annotations

from collections import namedtuple

import numba
import numpy as np

from vitrine.errors import SampleError
from vitrine.interactions.neighbours import cell_counts, mixed_size, padded
from vitrine.samples.sample import Sample, widths

import os
REST, TRIAL = float(os.environ.get('REST','.25')), float(os.environ.get('TRIAL','.3'))  # [lambda_min]; near the fastest at every temperature
CLOSE=float(os.environ.get('CLOSE','.9'))
SHRUNK=float(os.environ.get('SHRUNK','.3'))
SKIN = REST + TRIAL
PADDING = 32  # room at the end of `near` for loops over whole blocks
CELL = float(os.environ.get('CELL','1.7'))  # least edge of a cell [lambda_min]

Neighbourhood = namedtuple(
    "Neighbourhood",
    "body reference types scales energies edges n_cells lists counts homes members place occupancy near found known "
    "growth largest nonadditivity ranges",
)


def neighbourhood(sample: Sample) -> Neighbourhood:
    """Lists of a sample in a rectangular box, every particle's references being its own position and size."""
    model = sample.model
    x, h = padded(sample.positions, sample.box)
    body = np.column_stack([x, sample.sizes])
    n, d = sample.particles, sample.dimension
    reach = model.range + SKIN
    n_cells = cell_counts(widths(sample.box), CELL)
    cells = int(np.prod(n_cells))
    sphere = 4.19 * reach**3 if d == 3 else 3.15 * reach**2
    capacity = int(min(n, 2 * sphere * n / sample.volume + 32))
    room = int(min(n, 4 * n / cells + 16))
    state = Neighbourhood(
        body=body, reference=body.copy(), types=np.ascontiguousarray(sample.types, dtype=np.int64), scales=model.scales, energies=model.energies,
        edges=tuple(float(edge) for edge in np.diag(h)), n_cells=tuple(int(count) for count in n_cells),
        lists=np.zeros((n, capacity), dtype=np.uint32), counts=np.zeros((n, 2), dtype=np.int64),
        homes=np.zeros((n, 2), dtype=np.int64), members=np.zeros((cells, room), dtype=np.uint32),
        place=np.zeros((cells, room, 4)), occupancy=np.zeros(cells, dtype=np.int64), near=np.ones((2, 8, capacity + PADDING)),
        found=np.zeros((3, capacity), dtype=np.uint32), known=np.zeros(n, dtype=np.bool_),
        growth=float(np.max(model.ranges)) * (0.5 + model.nonadditivity * model.largest_size), largest=model.largest_size,
        nonadditivity=model.nonadditivity, ranges=model.ranges,
    )  # fmt: skip
    state.near[:, 4:6] = [[float(model.scales[0, 0])], [float(model.energies[0, 0])]]
    _fill(state)
    return state


@numba.njit(cache=True)
def _cell(x, y, z, state):
    edges, n_cells = state.edges, state.n_cells
    a = min(int((x / edges[0] - np.floor(x / edges[0])) * n_cells[0]), n_cells[0] - 1)
    b = min(int((y / edges[1] - np.floor(y / edges[1])) * n_cells[1]), n_cells[1] - 1)
    c = min(int((z / edges[2] - np.floor(z / edges[2])) * n_cells[2]), n_cells[2] - 1)
    return (a * n_cells[1] + b) * n_cells[2] + c


@numba.njit(cache=True)
def _enter_cell(i, cell, state):
    slot = state.occupancy[cell]
    if slot == state.members.shape[1]:
        raise SampleError("a cell of the neighbour lists is full: the sample is far denser in one place than on average")
    state.members[cell, slot] = i
    for k in range(4):
        state.place[cell, slot, k] = state.reference[i, k]
    state.homes[i, 0], state.homes[i, 1] = cell, slot
    state.occupancy[cell] = slot + 1


@numba.njit(cache=True)
def _leave_cell(i, state):
    cell, slot = state.homes[i, 0], state.homes[i, 1]
    last = state.occupancy[cell] - 1
    moved = state.members[cell, last]
    state.members[cell, slot] = moved
    for k in range(4):
        state.place[cell, slot, k] = state.place[cell, last, k]
    state.homes[moved, 1] = slot
    state.occupancy[cell] = last


@numba.njit(cache=True)
def _enter_list(i, j, close, state):
    """Put j into the list of i, before all that are not close if it is."""
    count, first = state.counts[i, 0], state.counts[i, 1]
    if count == state.lists.shape[1]:
        raise SampleError("a neighbour list is full: the sample is far denser in one place than on average")
    state.lists[i, count] = j
    state.counts[i, 0] = count + 1
    if close:
        state.lists[i, count] = state.lists[i, first]
        state.lists[i, first] = j
        state.counts[i, 1] = first + 1


@numba.njit(cache=True)
def _leave_list(i, j, state):
    """Take j out of the list of i."""
    place, count = 0, state.counts[i, 0]
    for k in range(count):
        place += k if state.lists[i, k] == j else 0
    if place < state.counts[i, 1]:
        border = state.counts[i, 1] - 1
        state.lists[i, place] = state.lists[i, border]
        place = border
        state.counts[i, 1] = border
    state.lists[i, place] = state.lists[i, count - 1]
    state.counts[i, 0] = count - 1


@numba.njit(cache=True)
def _stencil(home, inside, edge, reach, n_cells, found, gap2):
    """Cells along one axis that may hold neighbours: their indices into `found`, squared distances to them into `gap2`; returns their number."""
    width = edge / n_cells
    span = int(np.ceil(reach / width))
    if 2 * span + 1 >= n_cells:
        for c in range(n_cells):
            found[c], gap2[c] = c, 0.0
        return n_cells
    for o in range(-span, span + 1):
        found[o + span] = (home + o) % n_cells
        gap = o * width - inside if o > 0 else inside - (o + 1) * width
        gap2[o + span] = max(gap, 0.0) ** 2 if o != 0 else 0.0
    return 2 * span + 1


@numba.njit(cache=True, error_model="numpy")
def _search(i, state):
    """Particles near the reference of i: the close ones into found[0], the others into found[1]; returns both numbers."""
    edges, n_cells = state.edges, state.n_cells
    x, y, z, size = state.reference[i, 0], state.reference[i, 1], state.reference[i, 2], state.reference[i, 3]
    larger = max(size, state.largest)
    bound = np.max(state.ranges) * mixed_size(size, larger, state.nonadditivity)  # no partner reaches further than the largest
    bound2 = (bound + SKIN) ** 2
    cells, gaps, sizes = np.empty((3, 256), dtype=np.int64), np.empty((3, 256)), np.empty(3, dtype=np.int64)
    for axis in range(3):
        inside = (state.reference[i, axis] / edges[axis] - np.floor(state.reference[i, axis] / edges[axis])) * edges[axis]
        home = min(int(inside / edges[axis] * n_cells[axis]), n_cells[axis] - 1)
        width = edges[axis] / n_cells[axis]
        sizes[axis] = _stencil(home, inside - home * width, edges[axis], bound + SKIN, n_cells[axis], cells[axis], gaps[axis])
    inverse0, inverse1, inverse2 = 1.0 / edges[0], 1.0 / edges[1], 1.0 / edges[2]
    close, others = 0, 0
    for a in range(sizes[0]):
        for b in range(sizes[1]):
            for c in range(sizes[2]):
                if gaps[0, a] + gaps[1, b] + gaps[2, c] > bound2:
                    continue
                cell = (cells[0, a] * n_cells[1] + cells[1, b]) * n_cells[2] + cells[2, c]
                for slot in range(state.occupancy[cell]):
                    dx, dy, dz = state.place[cell, slot, 0] - x, state.place[cell, slot, 1] - y, state.place[cell, slot, 2] - z
                    dx -= edges[0] * np.rint(dx * inverse0)
                    dy -= edges[1] * np.rint(dy * inverse1)
                    dz -= edges[2] * np.rint(dz * inverse2)
                    r2 = dx * dx + dy * dy + dz * dz
                    if r2 < bound2:
                        j = state.members[cell, slot]
                        mixed = mixed_size(size, state.place[cell, slot, 3], state.nonadditivity)
                        reach = state.ranges[state.types[i], state.types[j]] * mixed
                        if r2 < (reach + SKIN) ** 2 and j != i:
                            if r2 < (CLOSE * reach) ** 2:
                                state.found[0, close] = j
                                close += 1
                            else:
                                state.found[1, others] = j
                                others += 1
    return close, others


@numba.njit(cache=True)
def _fill(state):
    for i in range(state.body.shape[0]):
        _enter_cell(i, _cell(state.reference[i, 0], state.reference[i, 1], state.reference[i, 2], state), state)
    for i in range(state.body.shape[0]):
        found = _search(i, state)
        for part in range(2):
            for k in range(found[part]):
                j = state.found[part, k]
                if j > i:
                    _enter_list(i, j, part == 0, state)
                    _enter_list(j, i, part == 0, state)


@numba.njit(cache=True)
def renew(i, size, state):
    """Give particle i its present position and `size` as references, and a new list."""
    before = state.counts[i, 0]
    for k in range(before):
        j = state.lists[i, k]
        state.found[2, k] = j
        state.known[j] = True
    for axis in range(3):
        state.reference[i, axis] = state.body[i, axis]
    state.reference[i, 3] = size
    _leave_cell(i, state)
    _enter_cell(i, _cell(state.body[i, 0], state.body[i, 1], state.body[i, 2], state), state)
    found = _search(i, state)
    if found[0] + found[1] > state.lists.shape[1]:
        raise SampleError("a neighbour list is full: the sample is far denser in one place than on average")
    count = 0
    for part in range(2):
        for k in range(found[part]):
            j = state.found[part, k]
            state.lists[i, count] = j
            count += 1
            if state.known[j]:
                state.known[j] = False
            else:
                _enter_list(j, i, part == 0, state)
    state.counts[i, 0] = count
    state.counts[i, 1] = found[0]
    for k in range(before):
        j = state.found[2, k]
        if state.known[j]:
            state.known[j] = False
            _leave_list(j, i, state)


@numba.njit(cache=True, forceinline=True)
def used_skin(i, x, y, z, size, state):
    """What particle i would use of the skin at a position and size."""
    dx, dy, dz = x - state.reference[i, 0], y - state.reference[i, 1], z - state.reference[i, 2]
    return np.sqrt(dx * dx + dy * dy + dz * dz) + state.growth * max(0.0, size - state.reference[i, 3])


@numba.njit(cache=True)
def follow(positions, state):
    """Take particles to new positions (N, d), all at once; those that used up their share of the skin get new references."""
    body = state.body
    for axis in range(positions.shape[1]):
        body[:, axis] = positions[:, axis]
    for i in range(body.shape[0]):
        if used_skin(i, body[i, 0], body[i, 1], body[i, 2], body[i, 3], state) > REST:
            renew(i, body[i, 3], state)
