"""Compiled pair potentials: energy, slope and curvature by y = (r/lambda)^2 in Horner form, and derivatives by r from the list of powers."""

from __future__ import annotations

import math

import numpy as np
from numba.extending import overload

from vitrine.compile_cache import njit


def _rare_part(y, odd, powers, order):
    """The `order`-th derivative by y of x odd(y) + sum C x^p; a glass former without such terms compiles to a plain zero."""
    raise NotImplementedError("compiled code only")


@overload(_rare_part)
def _rare_part_compiled(y, odd, powers, order):
    if len(odd) == 0 and len(powers) == 0:
        return lambda y, odd, powers, order: 0.0
    if len(powers) == 0:
        return lambda y, odd, powers, order: _odd_part(y, odd, order)
    if len(odd) == 0:
        return lambda y, odd, powers, order: _power_part(y, powers, order)
    return lambda y, odd, powers, order: _odd_part(y, odd, order) + _power_part(y, powers, order)


@njit(error_model="numpy")
def _odd_part(y, odd, order):
    total = 0.0
    for k in range(len(odd) - 1, -1, -1):
        factor = 1.0
        for n in range(order):
            factor *= k + 0.5 - n
        total = total * y + factor * odd[k]
    return total * math.sqrt(y) / y**order


@njit(error_model="numpy")
def _power_part(y, powers, order):
    total = 0.0
    for k in range(0, len(powers), 2):
        half, factor = 0.5 * powers[k + 1], 1.0
        for n in range(order):
            factor *= half - n
        total += factor * powers[k] * y ** (half - order)
    return total


@njit(error_model="numpy")
def kernel_of(kernels, pair):
    """The kernel of a pair of types at place `pair` of the matrix; one kernel serves all pairs, and then compiles to no choice at all."""
    return kernels[0] if len(kernels) == 1 else kernels[int(pair)]


@njit(error_model="numpy")
def reduced_energy(y, kernel):
    """phi/eps at y = (r/lambda)^2 below the cutoff."""
    return reduced_energy_of_both(y, 1.0 / y, kernel)


@njit(error_model="numpy")
def reduced_energy_of_both(y, w, kernel):
    """phi/eps at y = (r/lambda)^2 below the cutoff, w = 1/y given: a loop that has both at hand is spared the division."""
    inverse = 0.0
    for k in range(len(kernel.inverse) - 1, -1, -1):
        inverse = (inverse + kernel.inverse[k]) * w
    even = 0.0
    for k in range(len(kernel.even) - 1, -1, -1):
        even = even * y + kernel.even[k]
    return even + inverse + _rare_part(y, kernel.odd, kernel.powers, 0)


@njit(error_model="numpy")
def reduced_slope(y, kernel):
    """d(phi/eps)/dy at y = (r/lambda)^2 below the cutoff; the force over distance is -2/lambda^2 times it."""
    w = 1.0 / y
    inverse = 0.0
    for k in range(len(kernel.inverse) - 1, -1, -1):
        inverse = (inverse - (k + 1) * kernel.inverse[k]) * w
    even = 0.0
    for k in range(len(kernel.even) - 1, 0, -1):
        even = even * y + k * kernel.even[k]
    return even + inverse * w + _rare_part(y, kernel.odd, kernel.powers, 1)


@njit(error_model="numpy")
def reduced_curvature(y, kernel):
    """d2(phi/eps)/dy2 at y = (r/lambda)^2 below the cutoff."""
    w = 1.0 / y
    inverse = 0.0
    for k in range(len(kernel.inverse) - 1, -1, -1):
        inverse = (inverse + (k + 1) * (k + 2) * kernel.inverse[k]) * w
    even = 0.0
    for k in range(len(kernel.even) - 1, 1, -1):
        even = even * y + k * (k - 1) * kernel.even[k]
    return even + inverse * w * w + _rare_part(y, kernel.odd, kernel.powers, 2)


@njit
def derivatives(r, scale, energy, coefficients, exponents, cutoff):
    """phi and its first four derivatives by r, shape (5, n), from the list of powers."""
    out = np.zeros((5, r.size))
    for n in range(r.size):
        x = r[n] / scale[n]
        if x >= cutoff:
            continue
        for k in range(coefficients.size):
            p = exponents[k]
            term = energy[n] * coefficients[k] * x**p
            for order in range(5):
                out[order, n] += term
                term *= (p - order) / r[n]
    return out
