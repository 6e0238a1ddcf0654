"""Long rows of numbers: sums and combinations as vector instructions, and bit for bit the same on every machine.

A compiler may not reorder a plain sum, and one that is allowed to sums in an order that depends on the machine. Here a sum has LANES partial sums
side by side, which fit any vector.
"""

from __future__ import annotations

import numpy as np

from vitrine.compile_cache import njit

LANES = 64


@njit(error_model="numpy")
def total(values):
    """The sum of a contiguous array."""
    row = values.reshape(-1)
    lanes = np.zeros(LANES)
    whole = row.size // LANES * LANES
    for low in range(0, whole, LANES):
        part = row[low : low + LANES]
        for lane in range(LANES):
            lanes[lane] += part[lane]
    for n in range(whole, row.size):
        lanes[n - whole] += row[n]
    return _folded(lanes)


@njit(error_model="numpy")
def dot(first, second):
    """The sum of the products of two contiguous arrays of one shape."""
    a, b = first.reshape(-1), second.reshape(-1)
    lanes = np.zeros(LANES)
    whole = a.size // LANES * LANES
    for low in range(0, whole, LANES):
        p, q = a[low : low + LANES], b[low : low + LANES]
        for lane in range(LANES):
            lanes[lane] += p[lane] * q[lane]
    for n in range(whole, a.size):
        lanes[n - whole] += a[n] * b[n]
    return _folded(lanes)


@njit(error_model="numpy")
def _folded(lanes):
    width = LANES // 2
    while width > 0:
        for lane in range(width):
            lanes[lane] += lanes[lane + width]
        width //= 2
    return lanes[0]


@njit(error_model="numpy")
def combine(out, first, factor, second):
    """out = first + factor second, of three different contiguous arrays of one shape."""
    o, a, b = out.reshape(-1), first.reshape(-1), second.reshape(-1)
    for n in range(o.size):
        o[n] = a[n] + factor * b[n]


@njit(error_model="numpy")
def add(target, factor, values):
    """target += factor values, of two different contiguous arrays of one shape."""
    o, a = target.reshape(-1), values.reshape(-1)
    for n in range(o.size):
        o[n] += factor * a[n]


@njit(error_model="numpy")
def copy(out, values):
    """out = values, of two different contiguous arrays of one shape."""
    o, a = out.reshape(-1), values.reshape(-1)
    for n in range(o.size):
        o[n] = a[n]


@njit(error_model="numpy", forceinline=True)
def square(vectors, i):
    """|v_i|^2 of vectors (N, w)."""
    found = vectors[i, 0] ** 2 + vectors[i, 1] ** 2 + vectors[i, 2] ** 2
    for axis in range(3, vectors.shape[1]):
        found += vectors[i, axis] ** 2
    return found


@njit(error_model="numpy", forceinline=True)
def square_apart(first, second, i):
    """|v_i - u_i|^2 of vectors (N, w)."""
    found = (first[i, 0] - second[i, 0]) ** 2 + (first[i, 1] - second[i, 1]) ** 2 + (first[i, 2] - second[i, 2]) ** 2
    for axis in range(3, first.shape[1]):
        found += (first[i, axis] - second[i, axis]) ** 2
    return found


@njit(error_model="numpy")
def longest(vectors):
    """The length of the longest of vectors (N, w)."""
    largest = 0.0
    for i in range(vectors.shape[0]):
        largest = max(largest, square(vectors, i))
    return np.sqrt(largest)


@njit
def furthest(x, origin):
    """The largest squared distance of a particle from its origin; NaN or infinity if any particle has one of them."""
    largest, total = 0.0, 0.0
    for i in range(x.shape[0]):
        moved = square_apart(x, origin, i)
        largest = max(largest, moved)
        total += moved
    return largest if np.isfinite(total) else total
