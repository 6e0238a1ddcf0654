"""Pairs of particles that may interact, by linked cells.

Compiled kernels take positions (N, w) and boxes (w, w) of w = 3 coordinates, or of w = d where space has more; planar samples are padded with z = 0.
`zero` of their arguments is a tuple of w zeros (`coordinates.py`).
"""

from __future__ import annotations

import numpy as np
from numba.cpython.unsafe.tuple import tuple_setitem

from vitrine.compile_cache import njit
from vitrine.interactions.coordinates import column, difference, nearest_image, squared


def padded(positions: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Copies of positions as (N, w) and of the box as (w, w), with z = 0 and a unit edge added in two dimensions."""
    n, d = positions.shape
    x, h = np.zeros((n, max(d, 3))), np.eye(max(d, 3))
    x[:, :d], h[:d, :d] = positions, box
    return x, h


@njit(error_model="numpy")
def mixed_size(a, b, nonadditivity):
    """(a + b)/2 (1 - n_a |a - b|)."""
    return 0.5 * (a + b) * (1.0 - nonadditivity * abs(a - b))


@njit(error_model="numpy")
def _sorted_by_cell(x, h, n_cells, zero):
    """Particles in the order of their cells, the first place of every cell in it, and the positions (w, N), folded into the box, in it."""
    n, w = x.shape[0], len(zero)
    home, places = np.empty(n, dtype=np.int64), np.empty((w, n))
    for i in range(n):
        shares, turns, cell, cells = zero, zero, 0, 1
        for axis in range(w - 1, -1, -1):
            share, place = x[i, axis], x[i, axis]
            for other in range(axis + 1, w):
                share -= shares[other] * h[axis, other]
            share /= h[axis, axis]
            shares, turns = tuple_setitem(shares, axis, share), tuple_setitem(turns, axis, np.floor(share))
            for other in range(axis, w):
                place -= turns[other] * h[axis, other]
            places[axis, i] = place
            cell += cells * min(int((share - turns[axis]) * n_cells[axis]), n_cells[axis] - 1)
            cells *= n_cells[axis]
        home[i] = cell
    order = np.argsort(home, kind="mergesort")
    start = np.searchsorted(home[order], np.arange(np.prod(n_cells) + 1))
    return order, start, places[:, order]


@njit
def _with_room(pairs, needed):
    """The array (n, 2), or a longer copy with room for `needed` rows. Called once per particle, never per pair."""
    if needed <= pairs.shape[0]:
        return pairs
    longer = np.empty((max(needed, 2 * pairs.shape[0]), 2), dtype=np.int64)
    longer[: pairs.shape[0]] = pairs
    return longer


@njit(error_model="numpy")
def _largest_reach2(sizes, ranges, nonadditivity, skin):
    """For every particle (N,) the square of its reach to the largest: no partner is reached further, for lambda_ij grows with both sizes."""
    largest = np.max(sizes) if sizes.size else 0.0
    return (np.max(ranges) * 0.5 * (sizes + largest) * (1.0 - nonadditivity * (largest - sizes)) + skin) ** 2


@njit(error_model="numpy")
def _append_near(a, others, squares, bound2, order, sizes, types, ranges, nonadditivity, skin, picked, pairs, found):
    """Append to `pairs` particle a with those of the others, at squared distances `squares`, that are within reach; return pairs and their number.

    a and others are places in `order`. First those below `bound2` are picked, then these are tested exactly; neither by branches, for no processor
    could foretell them.
    """
    number = np.uint64(0)
    for n in range(squares.size):
        picked[number] = n
        number += np.uint64(squares[n] < bound2)
    pairs = _with_room(pairs, found + np.int64(number) + 1)
    end = np.uint64(found)
    for k in range(np.int64(number)):
        n = picked[k]
        b = others[n]
        reach = ranges[types[a], types[b]] * mixed_size(sizes[a], sizes[b], nonadditivity) + skin
        pairs[end, 0], pairs[end, 1] = order[a], order[b]
        end += np.uint64(squares[n] < reach * reach)
    return pairs, np.int64(end)


@njit(error_model="numpy")
def _all_pairs(x, h, sizes, types, ranges, nonadditivity, skin, zero):
    """`close_pairs` by comparing every particle with every other: boxes narrower than three cells."""
    particles = x.shape[0]
    bound2 = _largest_reach2(sizes, ranges, nonadditivity, skin)
    columns, order = x.T.copy(), np.arange(particles).astype(np.uint64)
    picked, squares = np.empty(particles, dtype=np.uint64), np.empty(particles)
    pairs, found = np.empty((16 * particles, 2), dtype=np.int64), 0
    for i in range(particles):
        row, own, begin = squares[i + 1 :], column(columns, np.uint64(i), zero), np.uint64(i + 1)
        for n in range(row.size):
            row[n] = squared(nearest_image(difference(column(columns, begin + np.uint64(n), zero), own), h))
        pairs, found = _append_near(
            order[i], order[i + 1 :], row, bound2[i], order, sizes, types, ranges, nonadditivity, skin, picked, pairs, found
        )  # fmt: skip
    return pairs[:found, 0].copy(), pairs[:found, 1].copy()


@njit(error_model="numpy")
def _append(start, end, places, shift, count, near, which):
    """Append the particles from `start` to `end` of the order of cells: their positions plus a shift to `near` (w, room), their places to `which`."""
    for n in range(end - start):
        source, target = np.uint64(start + n), np.uint64(count + n)
        for axis in range(len(shift)):
            near[axis, target] = places[axis, source] + shift[axis]
        which[target] = source
    return count + end - start


@njit(error_model="numpy")
def _candidates(here, n_cells, start, h, places, near, which, zero):
    """Fill `near` and `which` with the particles of a cell and, behind them, those of half of the cells around it; return their number.

    The padding of planar boxes is one cell wide, and has none around it.
    """
    w, count = len(zero), 0
    for stencil in range(3**w // 2, 3**w):
        there, cells, layers, offsets, turns, planar = 0, 1, here, stencil, zero, False
        for axis in range(w - 1, -1, -1):
            number, offset = n_cells[axis], offsets % 3 - 1
            layer = layers % number + offset
            layers, offsets, planar = layers // number, offsets // 3, planar or (number == 1 and offset != 0)
            turn = -1 if layer < 0 else 1 if layer >= number else 0
            there += (layer - turn * number) * cells
            cells *= number
            turns = tuple_setitem(turns, axis, float(turn))
        if planar:
            continue
        shift = zero
        for axis in range(w):
            for other in range(axis, w):
                shift = tuple_setitem(shift, axis, shift[axis] + turns[other] * h[axis, other])
        count = _append(start[there], start[there + 1], places, shift, count, near, which)
    return count


@njit(error_model="numpy")
def close_pairs(x, h, n_cells, sizes, types, ranges, nonadditivity, skin, zero):
    """Pairs nearer than their range (`ranges` of their types times their mixed size) plus skin, each once, as two int64 arrays.

    Which of the two particles comes first is left open, but all pairs of one first particle stand together: loops over pairs keep it at hand.
    `n_cells` (w,) are the cells along each axis; fewer than three along an axis (but for the padding of planar boxes) and all pairs are compared.
    """
    w = len(zero)
    planar = w == 3 and n_cells[2] == 1 and n_cells[0] > 2 and n_cells[1] > 2 and not np.any(x[:, 2])
    if not planar and np.min(n_cells) < 3:
        return _all_pairs(x, h, sizes, types, ranges, nonadditivity, skin, zero)
    order, start, places = _sorted_by_cell(x, h, n_cells, zero)
    s, t = sizes[order], types[order]
    bound2 = _largest_reach2(s, ranges, nonadditivity, skin)
    room = (3**w // 2 + 1) * np.max(start[1:] - start[:-1])
    near, squares = np.empty((w, room)), np.empty(room)
    which, picked = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.uint64)
    pairs, found = np.empty((16 * x.shape[0], 2), dtype=np.int64), 0
    for here in range(start.size - 1):
        if start[here] == start[here + 1]:
            continue
        count = _candidates(here, n_cells, start, h, places, near, which, zero)
        for own in range(start[here + 1] - start[here]):
            row, centre, begin, a = squares[: count - own - 1], column(near, np.uint64(own), zero), np.uint64(own + 1), which[own]
            for n in range(row.size):
                row[n] = squared(difference(column(near, begin + np.uint64(n), zero), centre))
            pairs, found = _append_near(
                a, which[own + 1 : count], row, bound2[a], order, s, t, ranges, nonadditivity, skin, picked, pairs, found
            )  # fmt: skip
    return pairs[:found, 0].copy(), pairs[:found, 1].copy()


def cell_counts(widths: np.ndarray, reach: float) -> np.ndarray:
    """Number of cells along each of w axes so that a cell is at least `reach` wide; one across the padding of planar boxes."""
    counts = np.ones(max(len(widths), 3), dtype=np.int64)
    counts[: len(widths)] = np.clip((widths / reach).astype(np.int64), 1, 256)
    return counts
