"""Pairs of particles that may interact, by linked cells. Compiled kernels work in three dimensions; planar samples are padded with z = 0."""

from __future__ import annotations

import numba
import numpy as np


def padded(positions: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Copies of positions as (N, 3) and of the box as (3, 3), with z = 0 and a unit edge added in two dimensions."""
    n, d = positions.shape
    x, h = np.zeros((n, 3)), np.eye(3)
    x[:, :d], h[:d, :d] = positions, box
    return x, h


@numba.njit(cache=True)
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


@numba.njit(cache=True)
def mixed_size(a, b, nonadditivity):
    """(a + b)/2 (1 - n_a |a - b|)."""
    return 0.5 * (a + b) * (1.0 - nonadditivity * abs(a - b))


@numba.njit(cache=True)
def _sorted_by_cell(x, h, n_cells):
    """Particles in the order of their cells, the first place of every cell in that order, and the positions folded into the box in that order."""
    n = x.shape[0]
    home = np.empty(n, dtype=np.int64)
    folded = np.empty((n, 3))
    for i in range(n):
        s2 = x[i, 2] / h[2, 2]
        s1 = (x[i, 1] - s2 * h[1, 2]) / h[1, 1]
        s0 = (x[i, 0] - s1 * h[0, 1] - s2 * h[0, 2]) / h[0, 0]
        f0, f1, f2 = np.floor(s0), np.floor(s1), np.floor(s2)
        folded[i, 0] = x[i, 0] - f0 * h[0, 0] - f1 * h[0, 1] - f2 * h[0, 2]
        folded[i, 1] = x[i, 1] - f1 * h[1, 1] - f2 * h[1, 2]
        folded[i, 2] = x[i, 2] - f2 * h[2, 2]
        c0 = min(int((s0 - f0) * n_cells[0]), n_cells[0] - 1)
        c1 = min(int((s1 - f1) * n_cells[1]), n_cells[1] - 1)
        c2 = min(int((s2 - f2) * n_cells[2]), n_cells[2] - 1)
        home[i] = (c0 * n_cells[1] + c1) * n_cells[2] + c2
    order = np.argsort(home, kind="mergesort")
    start = np.searchsorted(home[order], np.arange(n_cells[0] * n_cells[1] * n_cells[2] + 1))
    return order, start, folded[order]


@numba.njit(cache=True)
def _with_room(pairs, needed):
    """The array (n, 2), or a longer copy with room for `needed` rows. Called once per particle, never per pair."""
    if needed <= pairs.shape[0]:
        return pairs
    longer = np.empty((max(needed, 2 * pairs.shape[0]), 2), dtype=np.int64)
    longer[: pairs.shape[0]] = pairs
    return longer


@numba.njit(cache=True)
def _all_pairs(x, h, sizes, types, ranges, nonadditivity, skin):
    """`close_pairs` by comparing every particle with every other: boxes narrower than three cells."""
    pairs, found = np.empty((16 * x.shape[0], 2), dtype=np.int64), 0
    for i in range(x.shape[0]):
        pairs = _with_room(pairs, found + x.shape[0] - i)
        for j in range(i + 1, x.shape[0]):
            dx, dy, dz = minimum_image(x[j, 0] - x[i, 0], x[j, 1] - x[i, 1], x[j, 2] - x[i, 2], h)
            reach = ranges[types[i], types[j]] * mixed_size(sizes[i], sizes[j], nonadditivity) + skin
            if dx * dx + dy * dy + dz * dz < reach * reach:
                pairs[found, 0], pairs[found, 1] = i, j
                found += 1
    return pairs[:found, 0].copy(), pairs[:found, 1].copy()


@numba.njit(cache=True)
def close_pairs(x, h, n_cells, sizes, types, ranges, nonadditivity, skin):
    """Pairs i < j nearer than their range (`ranges` of their types times their mixed size) plus skin, as two int64 arrays, in no order that matters.

    `n_cells` (3,) are the cells along each axis; fewer than three along an axis (but for the padding of planar boxes) and all pairs are compared.
    """
    planar = n_cells[2] == 1 and n_cells[0] > 2 and n_cells[1] > 2 and not np.any(x[:, 2])
    if not planar and min(n_cells[0], n_cells[1], n_cells[2]) < 3:
        return _all_pairs(x, h, sizes, types, ranges, nonadditivity, skin)
    order, start, folded = _sorted_by_cell(x, h, n_cells)
    s, t = sizes[order], types[order]
    # No partner reaches further than the largest: lambda_ij grows with both sizes. Sparing the exact test is what makes the list cheap.
    bound2 = (np.max(ranges) * 0.5 * (s + np.max(s)) * (1.0 - nonadditivity * (np.max(s) - s)) + skin) ** 2
    pairs, found = np.empty((16 * x.shape[0], 2), dtype=np.int64), 0
    for here in range(n_cells[0] * n_cells[1] * n_cells[2]):
        c0, c1, c2 = here // (n_cells[1] * n_cells[2]), (here // n_cells[2]) % n_cells[1], here % n_cells[2]
        for stencil in range(27):  # half of the 27 neighbour cells, and the cell itself
            o0, o1, o2 = stencil // 9 - 1, (stencil // 3) % 3 - 1, stencil % 3 - 1
            if stencil < 13 or (planar and o2 != 0):
                continue
            f0, f1, f2 = (c0 + o0) // n_cells[0], (c1 + o1) // n_cells[1], (c2 + o2) // n_cells[2]
            there = ((c0 + o0) % n_cells[0] * n_cells[1] + (c1 + o1) % n_cells[1]) * n_cells[2] + (c2 + o2) % n_cells[2]
            shift0 = f0 * h[0, 0] + f1 * h[0, 1] + f2 * h[0, 2]
            shift1, shift2 = f1 * h[1, 1] + f2 * h[1, 2], f2 * h[2, 2]
            for a in range(start[here], start[here + 1]):
                pairs = _with_room(pairs, found + start[there + 1] - start[there])
                x0, x1, x2 = folded[a, 0] - shift0, folded[a, 1] - shift1, folded[a, 2] - shift2
                for b in range(a + 1 if stencil == 13 else start[there], start[there + 1]):
                    r2 = (folded[b, 0] - x0) ** 2 + (folded[b, 1] - x1) ** 2 + (folded[b, 2] - x2) ** 2
                    if r2 < bound2[a]:
                        reach = ranges[t[a], t[b]] * mixed_size(s[a], s[b], nonadditivity) + skin
                        if r2 < reach * reach:
                            pairs[found, 0], pairs[found, 1] = min(order[a], order[b]), max(order[a], order[b])
                            found += 1
    return pairs[:found, 0].copy(), pairs[:found, 1].copy()


def cell_counts(widths: np.ndarray, reach: float) -> np.ndarray:
    """Number of cells along each of three axes so that a cell is at least `reach` wide; one across the padding of planar boxes."""
    counts = np.ones(3, dtype=np.int64)
    counts[: len(widths)] = np.clip((widths / reach).astype(np.int64), 1, 256)
    return counts
