"""Neighbour lists that follow single-particle moves: the ground of swap Monte Carlo.

Every particle i keeps a reference position and a reference size. Two particles are in each other's list when their references are closer than
x_c lambda(reference sizes) + REST + TRIAL. A particle uses up this skin by moving away from its reference and by growing beyond its reference
size. At rest it may have used REST, in the trial move under way TRIAL; as long as both hold, every interacting pair is listed. A particle that
would use more gets new references and a new list, alone; nothing is ever rebuilt as a whole, and only those neighbours are told that come or go.

Arrays: body (N, 4) = x, y, z, size; reference (N, 4); lists (N, capacity), of which counts[:, 0] entries are in use, and the first counts[:, 1] are
the close neighbours, which forbid most of the moves that are forbidden. Cells hold the particles by reference position: members (cells, room), their
references, place (cells, room, 4), and homes (N, 2), the cell and the slot of each particle. Room for one particle at a time: found (3, capacity),
known (N,), and near (2, 8, capacity and some), where its neighbours stand in contiguous order, so that the compiler can use vector instructions.
squares, shells, measured and tally are those of `exchanges.py`.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from vitrine.compile_cache import njit
from vitrine.errors import SampleError
from vitrine.interactions.neighbours import cell_counts, mixed_size, padded
from vitrine.models.glass_former import GlassFormer
from vitrine.preparation.columns import EIGHT
from vitrine.samples.sample import Sample, widths

REST, TRIAL = 0.25, 0.3  # [lambda_min]; near the fastest at every temperature
SKIN = REST + TRIAL  # that of single moves
CLOSE = 0.85  # neighbours nearer than this fraction of the range are close
SHRUNK = 1.2  # a particle smaller than its reference size by more than this times `rest` has too long a list
PADDING = 32  # room at the end of `near` for loops over whole blocks
SHELLS, SHELL_WIDTH, CLOSE_SHELLS = 24, 0.65, 5  # shells of squared distance [lambda_min^2], the last without an end; close neighbours fill so many
FULL = "a neighbour list is full: the sample is far denser in one place than on average"
CELL = 1.7  # least edge of a cell [lambda_min]

Neighbourhood = namedtuple(
    "Neighbourhood",
    "body reference types scales energies ranges lists counts members place occupancy homes found known near "
    "squares shells measured tally edges n_cells growth longest largest nonadditivity rest trial",
)


def growth_of(model: GlassFormer) -> float:
    """By how much the range of a particle's pairs grows at most, for each unit of its own size."""
    return float(np.max(model.ranges)) * (0.5 + model.nonadditivity * model.largest_size)


def capacity_of(sample: Sample, reach: float) -> int:
    """Room in a list of particles within a reach: twice what the mean density gives, and some."""
    sphere = 4.19 * reach**3 if sample.dimension == 3 else 3.15 * reach**2
    return int(min(sample.particles, 2 * sphere * sample.particles / sample.volume + 32))


def neighbourhood(sample: Sample, rest: float = REST, trial: float = TRIAL) -> Neighbourhood:
    """Lists of a sample in a rectangular box, every particle's references being its own position and size.

    rest, trial: what a particle may use of the skin at rest, and in the trial move under way [lambda_min].
    """
    model = sample.model
    x, h = padded(sample.positions, sample.box)
    body = np.column_stack([x, sample.sizes])
    n = sample.particles
    reach = model.range + rest + trial
    n_cells = cell_counts(widths(sample.box), CELL)
    cells = int(np.prod(n_cells))
    capacity = -(-capacity_of(sample, reach) // EIGHT) * EIGHT
    room = int(min(n, 4 * n / cells + 16))
    longest = float(np.max(model.ranges))
    state = Neighbourhood(
        body=body, reference=body.copy(), types=np.ascontiguousarray(sample.types, dtype=np.int64), scales=model.scales, energies=model.energies,
        ranges=model.ranges, lists=np.zeros((n, capacity), dtype=np.uint32), counts=np.zeros((n, 2), dtype=np.int64),
        members=np.zeros((cells, room), dtype=np.uint32), place=np.zeros((cells, room, 4)), occupancy=np.zeros(cells, dtype=np.int64),
        homes=np.zeros((n, 2), dtype=np.int64), found=np.zeros((3, capacity), dtype=np.uint32), known=np.zeros(n, dtype=np.bool_),
        near=np.ones((2, 8, capacity + PADDING)), squares=np.empty((n, capacity + PADDING)),
        shells=np.zeros((n, SHELLS), dtype=np.int64), measured=np.zeros(n, dtype=np.bool_), tally=np.zeros(SHELLS, dtype=np.int64),
        edges=tuple(np.diag(h).tolist()), n_cells=tuple(n_cells.tolist()),
        growth=growth_of(model), longest=longest, largest=model.largest_size,
        nonadditivity=model.nonadditivity, rest=rest, trial=trial,
    )  # fmt: skip
    state.near[:, 4:6] = [[float(model.scales[0, 0])], [float(model.energies[0, 0])]]
    _fill(state)
    return state


@njit(error_model="numpy")
def _layer(x, edge, count):
    """The layer of cells along one axis that holds x, and the distance of x from its lower face."""
    inside = (x / edge - np.floor(x / edge)) * edge
    layer = min(int(inside / edge * count), count - 1)
    return layer, inside - layer * (edge / count)


@njit
def _enter_cell(i, state):
    """Put particle i into the cell of its reference position."""
    cell = 0
    for axis in range(3):
        cell = cell * state.n_cells[axis] + _layer(state.reference[i, axis], state.edges[axis], state.n_cells[axis])[0]
    slot = state.occupancy[cell]
    if slot == state.members.shape[1]:
        raise SampleError("a cell of the neighbour lists is full: the sample is far denser in one place than on average")
    state.members[cell, slot] = i
    state.place[cell, slot] = state.reference[i]
    state.homes[i, 0], state.homes[i, 1] = cell, slot
    state.occupancy[cell] = slot + 1


@njit
def _leave_cell(i, state):
    """Take particle i out of its cell."""
    cell, slot = state.homes[i, 0], state.homes[i, 1]
    last = state.occupancy[cell] - 1
    moved = state.members[cell, last]
    state.members[cell, slot] = moved
    state.place[cell, slot] = state.place[cell, last]
    state.homes[moved, 1] = slot
    state.occupancy[cell] = last


@njit
def _enter_list(i, j, close, state):
    """Put j into the list of i: behind the close ones if it is close, else at the end."""
    count, first = state.counts[i, 0], state.counts[i, 1]
    if count == state.lists.shape[1]:
        raise SampleError(FULL)
    state.counts[i, 0] = count + 1
    state.measured[i] = False
    state.lists[i, count] = j
    if close:
        state.lists[i, count] = state.lists[i, first]
        state.lists[i, first] = j
        state.counts[i, 1] = first + 1


@njit
def _leave_list(i, j, state):
    """Take j, which is there, out of the list of i."""
    hole, last = 0, state.counts[i, 0] - 1
    state.measured[i] = False
    for k in range(last + 1):
        hole += k if state.lists[i, k] == j else 0  # no way out of the loop, so that it runs on vectors
    if hole < state.counts[i, 1]:
        state.counts[i, 1] -= 1
        state.lists[i, hole] = state.lists[i, state.counts[i, 1]]
        hole = state.counts[i, 1]
    state.lists[i, hole] = state.lists[i, last]
    state.counts[i, 0] = last


@njit(error_model="numpy", forceinline=True)
def _span(x, edge, count, reach):
    """The layer of x along one axis, offsets of the first and the last layer that may hold neighbours, distance of x from its lower face, width.

    Where the offsets would meet around the box, all layers may hold neighbours, and a width of zero says that none is far.
    """
    layer, inside = _layer(x, edge, count)
    width = edge / count
    span = int(np.ceil(reach / width))
    if 2 * span + 1 >= count:
        return layer, -layer, count - 1 - layer, 0.0, 0.0
    return layer, -span, span, inside, width


@njit(forceinline=True)
def _gap2(offset, inside, width):
    """Squared distance to the layer at an offset."""
    gap = offset * width - inside if offset > 0 else inside - (offset + 1) * width
    return max(gap, 0.0) ** 2 if offset != 0 else 0.0


@njit(forceinline=True)
def _wrapped(layer, count):
    return layer + count if layer < 0 else layer - count if layer >= count else layer


@njit(error_model="numpy")
def _search(i, state):
    """Find the particles near the reference of i: the close ones into found[0], the others into found[1]; returns both numbers."""
    (e0, e1, e2), (n0, n1, n2) = state.edges, state.n_cells
    x, y, z, size, skin = state.reference[i, 0], state.reference[i, 1], state.reference[i, 2], state.reference[i, 3], state.rest + state.trial
    bound = state.longest * mixed_size(size, max(size, state.largest), state.nonadditivity) + skin  # no partner reaches further than the largest
    bound2 = bound * bound
    layer0, first0, last0, inside0, width0 = _span(x, e0, n0, bound)
    layer1, first1, last1, inside1, width1 = _span(y, e1, n1, bound)
    layer2, first2, last2, inside2, width2 = _span(z, e2, n2, bound)
    i0, i1, i2 = 1.0 / e0, 1.0 / e1, 1.0 / e2
    close, others = 0, 0
    for a in range(first0, last0 + 1):
        gap_a = _gap2(a, inside0, width0)
        for b in range(first1, last1 + 1):
            gap_b = gap_a + _gap2(b, inside1, width1)
            row = (_wrapped(layer0 + a, n0) * n1 + _wrapped(layer1 + b, n1)) * n2
            for c in range(first2, last2 + 1):
                if gap_b + _gap2(c, inside2, width2) > bound2:
                    continue
                cell = row + _wrapped(layer2 + c, n2)
                for slot in range(state.occupancy[cell]):
                    dx, dy, dz = state.place[cell, slot, 0] - x, state.place[cell, slot, 1] - y, state.place[cell, slot, 2] - z
                    dx -= e0 * np.rint(dx * i0)
                    dy -= e1 * np.rint(dy * i1)
                    dz -= e2 * np.rint(dz * i2)
                    r2 = dx * dx + dy * dy + dz * dz
                    if r2 >= bound2:
                        continue
                    j = state.members[cell, slot]
                    reach = state.ranges[state.types[i], state.types[j]] * mixed_size(size, state.place[cell, slot, 3], state.nonadditivity)
                    if r2 >= (reach + skin) ** 2 or j == i:
                        continue
                    if close + others == state.lists.shape[1]:
                        raise SampleError(FULL)
                    if r2 < (CLOSE * reach) ** 2:
                        state.found[0, close] = j
                        close += 1
                    else:
                        state.found[1, others] = j
                        others += 1
    return close, others


@njit
def _fill(state):
    """All cells and lists."""
    for i in range(state.body.shape[0]):
        _enter_cell(i, state)
    for i in range(state.body.shape[0]):
        numbers = _search(i, state)
        for part in range(2):
            for k in range(numbers[part]):
                j = state.found[part, k]
                if j > i:
                    _enter_list(i, j, part == 0, state)
                    _enter_list(j, i, part == 0, state)


@njit
def renew(i, x, y, z, size, state):
    """Give particle i new references and a new list, and tell the neighbours that come or go."""
    lists, found, known = state.lists, state.found, state.known
    before = state.counts[i, 0]
    for k in range(before):
        found[2, k] = lists[i, k]
        known[lists[i, k]] = True
    _leave_cell(i, state)
    state.reference[i, 0], state.reference[i, 1], state.reference[i, 2], state.reference[i, 3] = x, y, z, size
    _enter_cell(i, state)
    close, others = _search(i, state)
    for k in range(close + others):
        j = found[0, k] if k < close else found[1, k - close]
        lists[i, k] = j
        if known[j]:
            known[j] = False
        else:
            _enter_list(j, i, k < close, state)
    state.counts[i, 0], state.counts[i, 1] = close + others, close
    state.measured[i] = False
    for k in range(before):
        j = found[2, k]
        if known[j]:
            known[j] = False
            _leave_list(j, i, state)


@njit(forceinline=True)
def used_skin(i, state):
    """What particle i uses of the skin, or would use if the trial under way were accepted."""
    body, reference = state.body, state.reference
    dx, dy, dz = body[i, 0] - reference[i, 0], body[i, 1] - reference[i, 1], body[i, 2] - reference[i, 2]
    return np.sqrt(dx * dx + dy * dy + dz * dz) + state.growth * max(0.0, body[i, 3] - reference[i, 3])


@njit(forceinline=True)
def outgrown(used, size, reference_size, rest):
    """Whether a particle at rest wants new references: it has used more than its share of the skin, or has shrunk until its list is too long."""
    return used > rest or size < reference_size - SHRUNK * rest


@njit
def follow(positions, state):
    """Take particles to new positions (N, d), all at once; those that used up their share of the skin get new references."""
    body = state.body
    state.measured[:] = False
    for axis in range(positions.shape[1]):
        body[:, axis] = positions[:, axis]
    for i in range(body.shape[0]):
        if outgrown(used_skin(i, state), body[i, 3], state.reference[i, 3], state.rest):
            renew(i, body[i, 0], body[i, 1], body[i, 2], body[i, 3], state)


@njit(error_model="numpy", forceinline=True)
def _squared_distances(i, state):
    """Fill state.squares[i] with those of particle i to all of its list."""
    body, (e0, e1, e2), mine, squares = state.body, state.edges, state.lists[i, : state.counts[i, 0]], state.squares[i]
    i0, i1, i2 = 1.0 / e0, 1.0 / e1, 1.0 / e2
    x, y, z = body[i, 0], body[i, 1], body[i, 2]
    for k in range(mine.size):
        j = mine[k]
        dx, dy, dz = body[j, 0] - x, body[j, 1] - y, body[j, 2] - z
        dx -= e0 * np.rint(dx * i0)
        dy -= e1 * np.rint(dy * i1)
        dz -= e2 * np.rint(dz * i2)
        squares[k] = dx * dx + dy * dy + dz * dz


@njit(error_model="numpy")
def near_pairs(allowed, state):
    """Pairs that may interact while no particle moves by more than `allowed`, each once: both particles, 1/lambda_ij^2 and range. For one type alone.

    The lists hold them all if no particle has used more of the skin than half of it, less `allowed`; those that have get new references first.
    Distances that `exchanges.py` has measured are not measured again.
    """
    body, longest, nonadditivity, half = state.body, state.longest, state.nonadditivity, 0.5 * (state.rest + state.trial)
    for i in range(body.shape[0]):
        if used_skin(i, state) + allowed > half:
            renew(i, body[i, 0], body[i, 1], body[i, 2], body[i, 3], state)
    sizes, second, ends = body[:, 3].copy(), np.empty(state.counts[:, 0].sum() + 1, dtype=np.uint32), np.empty(body.shape[0], dtype=np.int64)
    inside, found = np.empty(state.lists.shape[1], dtype=np.uint32), np.uint64(0)
    for i in range(body.shape[0]):
        size, me, count = sizes[i], np.uint32(i), state.counts[i, 0]
        if state.measured[i]:
            bound = longest * mixed_size(size, max(size, state.largest), nonadditivity) + 2.0 * allowed
            count = state.shells[i, min(np.int64(bound * bound * (1 / SHELL_WIDTH)), SHELLS - 1)]
        else:
            _squared_distances(i, state)
        mine, squares = state.lists[i, :count], state.squares[i]
        for k in range(count):  # in vector instructions, which the next loop does not allow
            reach = longest * mixed_size(size, sizes[mine[k]], nonadditivity) + 2.0 * allowed
            inside[k] = np.uint32((squares[k] < reach * reach) & (mine[k] > me))
        for k in range(count):
            second[found] = mine[k]
            found += np.uint64(inside[k])  # no branch: no processor could foretell it
        ends[i] = np.int64(found)
    first, second = np.empty(np.int64(found), dtype=np.uint32), second[: np.int64(found)]
    inverse_squares, ranges, begin = np.empty(first.size), np.empty(first.size), 0
    for i in range(body.shape[0]):
        for n in range(begin, ends[i]):
            mixed = mixed_size(sizes[i], sizes[second[n]], nonadditivity)
            first[n], ranges[n], inverse_squares[n] = i, longest * mixed, 1.0 / (state.scales[0, 0] * mixed) ** 2
        begin = ends[i]
    return first, second, inverse_squares, ranges
