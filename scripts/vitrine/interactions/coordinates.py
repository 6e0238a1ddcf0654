"""Coordinates of a point as a tuple: how many there are is known when a loop is compiled, which has no loop over them then.

A tuple `zero` of w zeros says that number: three, or d where space has more; planar samples are padded with z = 0.
"""

from __future__ import annotations

import numpy as np
from numba.cpython.unsafe.tuple import tuple_setitem

from vitrine.compile_cache import njit


@njit(error_model="numpy", forceinline=True)
def numbers(flat, place, zero):
    """The numbers of a flat array from a place (uint64) on."""
    found = zero
    for axis in range(len(zero)):
        found = tuple_setitem(found, axis, flat[place + np.uint64(axis)])
    return found


@njit(error_model="numpy", forceinline=True)
def column(rows, n, zero):
    """Column n of an array (w, room)."""
    found = zero
    for axis in range(len(zero)):
        found = tuple_setitem(found, axis, rows[axis, n])
    return found


@njit(error_model="numpy", forceinline=True)
def difference(first, second):
    """first - second."""
    for axis in range(len(first)):
        first = tuple_setitem(first, axis, first[axis] - second[axis])
    return first


@njit(error_model="numpy", forceinline=True)
def nearest_image(vector, h):
    """The shortest of the periodic images of a vector, for an upper triangular box (w, w) more than twice as wide."""
    for axis in range(len(vector) - 1, -1, -1):
        turns = np.rint(vector[axis] / h[axis, axis])
        for other in range(axis + 1):
            vector = tuple_setitem(vector, other, vector[other] - turns * h[other, axis])
    return vector


@njit(error_model="numpy", forceinline=True)
def squared(vector):
    """Its squared length."""
    total = 0.0
    for axis in range(len(vector)):
        total += vector[axis] * vector[axis]
    return total
