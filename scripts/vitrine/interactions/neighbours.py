"""Pairs of particles that may interact, by linked cells. Compiled kernels work in three dimensions; planar samples are padded with z = 0."""

from __future__ import annotations

import numpy as np

from vitrine.compile_cache import njit


def padded(positions: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Copies of positions as (N, 3) and of the box as (3, 3), with z = 0 and a unit edge added in two dimensions."""
    n, d = positions.shape
    x, h = np.zeros((n, 3)), np.eye(3)
    x[:, :d], h[:d, :d] = positions, box
    return x, h


@njit(error_model="numpy")
def minimum_image(dx, dy, dz, h):
    """The shortest of the periodic images of a vector, for an upper triangular box whose widths exceed twice its length."""
    shift = np.rint(dz / h[2, 2])
    dx -= shift * h[0, 2]
    dy -= shift * h[1, 2]
    dz -= shift * h[2, 2]
    shift = np.rint(dy / h[1, 1])
    dx -= shift * h[0, 1]
    dy -= shift * h[1, 1]
    dx -= np.rint(dx / h[0, 0]) * h[0, 0]
    return dx, dy, dz


@njit(error_model="numpy")
def mixed_size(a, b, nonadditivity):
    """(a + b)/2 (1 - n_a |a - b|)."""
    return 0.5 * (a + b) * (1.0 - nonadditivity * abs(a - b))


@njit(error_model="numpy")
def _sorted_by_cell(x, h, n_cells):
    """Particles in the order of their cells, the first place of every cell in it, and the positions (3, N), folded into the box, in it."""
    n = x.shape[0]
    home = np.empty(n, dtype=np.int64)
    places = np.empty((3, n))
    for i in range(n):
        s2 = x[i, 2] / h[2, 2]
        s1 = (x[i, 1] - s2 * h[1, 2]) / h[1, 1]
        s0 = (x[i, 0] - s1 * h[0, 1] - s2 * h[0, 2]) / h[0, 0]
        f0, f1, f2 = np.floor(s0), np.floor(s1), np.floor(s2)
        places[0, i] = x[i, 0] - f0 * h[0, 0] - f1 * h[0, 1] - f2 * h[0, 2]
        places[1, i] = x[i, 1] - f1 * h[1, 1] - f2 * h[1, 2]
        places[2, i] = x[i, 2] - f2 * h[2, 2]
        c0 = min(int((s0 - f0) * n_cells[0]), n_cells[0] - 1)
        c1 = min(int((s1 - f1) * n_cells[1]), n_cells[1] - 1)
        c2 = min(int((s2 - f2) * n_cells[2]), n_cells[2] - 1)
        home[i] = (c0 * n_cells[1] + c1) * n_cells[2] + c2
    order = np.argsort(home, kind="mergesort")
    start = np.searchsorted(home[order], np.arange(n_cells[0] * n_cells[1] * n_cells[2] + 1))
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
def _all_pairs(x, h, sizes, types, ranges, nonadditivity, skin):
    """`close_pairs` by comparing every particle with every other: boxes narrower than three cells."""
    particles = x.shape[0]
    bound2 = _largest_reach2(sizes, ranges, nonadditivity, skin)
    columns, order = x.T.copy(), np.arange(particles).astype(np.uint64)
    picked, squares = np.empty(particles, dtype=np.uint64), np.empty(particles)
    pairs, found = np.empty((16 * particles, 2), dtype=np.int64), 0
    for i in range(particles):
        xs, ys, zs, row = columns[0, i + 1 :], columns[1, i + 1 :], columns[2, i + 1 :], squares[i + 1 :]
        for n in range(row.size):
            dx, dy, dz = minimum_image(xs[n] - x[i, 0], ys[n] - x[i, 1], zs[n] - x[i, 2], h)
            row[n] = dx * dx + dy * dy + dz * dz
        pairs, found = _append_near(
            order[i], order[i + 1 :], row, bound2[i], order, sizes, types, ranges, nonadditivity, skin, picked, pairs, found
        )  # fmt: skip
    return pairs[:found, 0].copy(), pairs[:found, 1].copy()


@njit(error_model="numpy")
def _append(start, end, places, shift0, shift1, shift2, count, near, which):
    """Append the particles from `start` to `end` of the order of cells: their positions plus a shift to `near` (3, room), their places to `which`."""
    x, y, z, w = near[0, count:], near[1, count:], near[2, count:], which[count:]
    for n in range(end - start):
        x[n], y[n], z[n], w[n] = places[0, start + n] + shift0, places[1, start + n] + shift1, places[2, start + n] + shift2, start + n
    return count + end - start


@njit(error_model="numpy")
def _candidates(here, n_cells, start, planar, h, places, near, which):
    """Fill `near` and `which` with the particles of a cell and, behind them, those of half of the 26 cells around it; return their number."""
    c0, c1, c2 = here // (n_cells[1] * n_cells[2]), (here // n_cells[2]) % n_cells[1], here % n_cells[2]
    count = 0
    for stencil in range(13, 27):
        o0, o1, o2 = stencil // 9 - 1, (stencil // 3) % 3 - 1, stencil % 3 - 1
        if planar and o2 != 0:
            continue
        f0, f1, f2 = (c0 + o0) // n_cells[0], (c1 + o1) // n_cells[1], (c2 + o2) // n_cells[2]
        there = ((c0 + o0) % n_cells[0] * n_cells[1] + (c1 + o1) % n_cells[1]) * n_cells[2] + (c2 + o2) % n_cells[2]
        shift0 = f0 * h[0, 0] + f1 * h[0, 1] + f2 * h[0, 2]
        shift1, shift2 = f1 * h[1, 1] + f2 * h[1, 2], f2 * h[2, 2]
        count = _append(start[there], start[there + 1], places, shift0, shift1, shift2, count, near, which)
    return count


@njit(error_model="numpy")
def close_pairs(x, h, n_cells, sizes, types, ranges, nonadditivity, skin):
    """Pairs nearer than their range (`ranges` of their types times their mixed size) plus skin, each once, as two int64 arrays.

    Which of the two particles comes first is left open, but all pairs of one first particle stand together: loops over pairs keep it at hand.
    `n_cells` (3,) are the cells along each axis; fewer than three along an axis (but for the padding of planar boxes) and all pairs are compared.
    """
    planar = n_cells[2] == 1 and n_cells[0] > 2 and n_cells[1] > 2 and not np.any(x[:, 2])
    if not planar and min(n_cells[0], n_cells[1], n_cells[2]) < 3:
        return _all_pairs(x, h, sizes, types, ranges, nonadditivity, skin)
    order, start, places = _sorted_by_cell(x, h, n_cells)
    s, t = sizes[order], types[order]
    bound2 = _largest_reach2(s, ranges, nonadditivity, skin)
    room = 14 * np.max(start[1:] - start[:-1])
    near, squares = np.empty((3, room)), np.empty(room)
    which, picked = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.uint64)
    pairs, found = np.empty((16 * x.shape[0], 2), dtype=np.int64), 0
    for here in range(n_cells[0] * n_cells[1] * n_cells[2]):
        if start[here] == start[here + 1]:
            continue
        count = _candidates(here, n_cells, start, planar, h, places, near, which)
        for own in range(start[here + 1] - start[here]):
            # Slices begin at zero, for the loop over them to become one of vectors.
            xs, ys, zs, row = near[0, own + 1 : count], near[1, own + 1 : count], near[2, own + 1 : count], squares[: count - own - 1]
            x0, x1, x2, a = near[0, own], near[1, own], near[2, own], which[own]
            for n in range(row.size):
                d0, d1, d2 = xs[n] - x0, ys[n] - x1, zs[n] - x2
                row[n] = d0 * d0 + d1 * d1 + d2 * d2
            pairs, found = _append_near(
                a, which[own + 1 : count], row, bound2[a], order, s, t, ranges, nonadditivity, skin, picked, pairs, found
            )  # fmt: skip
    return pairs[:found, 0].copy(), pairs[:found, 1].copy()


def cell_counts(widths: np.ndarray, reach: float) -> np.ndarray:
    """Number of cells along each of three axes so that a cell is at least `reach` wide; one across the padding of planar boxes."""
    counts = np.ones(3, dtype=np.int64)
    counts[: len(widths)] = np.clip((widths / reach).astype(np.int64), 1, 256)
    return counts
