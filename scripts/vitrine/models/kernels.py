"""Compiled pair potentials: energy, slope and curvature by y = (r/lambda)^2, and derivatives by r from the list of powers.

A kernel is a sum of powers in Horner form (`potential.Kernel`), a piecewise polynomial (`piecewise.Spline`), a power of the overlap
(`overlap.Overlap`) or a core with a tail (`sticky.Joined`); which one is known when a loop is compiled, so that there is no choice left in it.
"""

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
    return _energy_of_kind(y, 1.0 / y, kernel)


@njit(error_model="numpy")
def reduced_energy_of_both(y, w, kernel):
    """phi/eps at y = (r/lambda)^2 below the cutoff, w = 1/y given: a loop that has both at hand is spared the division."""
    return _energy_of_kind(y, w, kernel)


@njit(error_model="numpy")
def reduced_slope(y, kernel):
    """d(phi/eps)/dy at y = (r/lambda)^2 below the cutoff; the force over distance is -2/lambda^2 times it."""
    return _slope_of_kind(y, kernel)


@njit(error_model="numpy")
def reduced_curvature(y, kernel):
    """d2(phi/eps)/dy2 at y = (r/lambda)^2 below the cutoff."""
    return _curvature_of_kind(y, kernel)


def _energy_of_kind(y, w, kernel):
    """The energy by the kind of kernel; compiled code only, as the two below."""
    raise NotImplementedError("compiled code only")


def _slope_of_kind(y, kernel):
    raise NotImplementedError("compiled code only")


def _curvature_of_kind(y, kernel):
    raise NotImplementedError("compiled code only")


@overload(_energy_of_kind)
def _energy_compiled(y, w, kernel):
    if "coefficients" in kernel.fields:
        return lambda y, w, kernel: _piecewise_energy(y, kernel)
    if "power" in kernel.fields:
        return lambda y, w, kernel: _overlap_energy(y, kernel)
    if "tail" in kernel.fields:
        return lambda y, w, kernel: _joined_energy(y, kernel)
    return lambda y, w, kernel: _horner_energy(y, w, kernel)


@overload(_slope_of_kind)
def _slope_compiled(y, kernel):
    if "coefficients" in kernel.fields:
        return lambda y, kernel: _piecewise_slope(y, kernel)
    if "power" in kernel.fields:
        return lambda y, kernel: _overlap_slope(y, kernel)
    if "tail" in kernel.fields:
        return lambda y, kernel: _joined_slope(y, kernel)
    return lambda y, kernel: _horner_slope(y, kernel)


@overload(_curvature_of_kind)
def _curvature_compiled(y, kernel):
    if "coefficients" in kernel.fields:
        return lambda y, kernel: _piecewise_curvature(y, kernel)
    if "power" in kernel.fields:
        return lambda y, kernel: _overlap_curvature(y, kernel)
    if "tail" in kernel.fields:
        return lambda y, kernel: _joined_curvature(y, kernel)
    return lambda y, kernel: _horner_curvature(y, kernel)


@njit(error_model="numpy")
def _horner_energy(y, w, kernel):
    inverse = 0.0
    for k in range(len(kernel.inverse) - 1, -1, -1):
        inverse = (inverse + kernel.inverse[k]) * w
    even = 0.0
    for k in range(len(kernel.even) - 1, -1, -1):
        even = even * y + kernel.even[k]
    return even + inverse + _rare_part(y, kernel.odd, kernel.powers, 0)


@njit(error_model="numpy")
def _horner_slope(y, kernel):
    w = 1.0 / y
    inverse = 0.0
    for k in range(len(kernel.inverse) - 1, -1, -1):
        inverse = (inverse - (k + 1) * kernel.inverse[k]) * w
    even = 0.0
    for k in range(len(kernel.even) - 1, 0, -1):
        even = even * y + k * kernel.even[k]
    return even + inverse * w + _rare_part(y, kernel.odd, kernel.powers, 1)


@njit(error_model="numpy")
def _horner_curvature(y, kernel):
    w = 1.0 / y
    inverse = 0.0
    for k in range(len(kernel.inverse) - 1, -1, -1):
        inverse = (inverse + (k + 1) * (k + 2) * kernel.inverse[k]) * w
    even = 0.0
    for k in range(len(kernel.even) - 1, 1, -1):
        even = even * y + k * (k - 1) * kernel.even[k]
    return even + inverse * w * w + _rare_part(y, kernel.odd, kernel.powers, 2)


@njit(error_model="numpy", forceinline=True)
def _interval(v, kernel):
    """The interval of v and the distance from its left end; what lies outside, or is NaN, is taken to the nearest end."""
    place = np.float64(v).view(np.uint64) >> kernel.shift
    place = min(max(place, kernel.first), kernel.last)
    rest = v - np.uint64(place << kernel.shift).view(np.float64)
    return place - kernel.first, rest if rest > 0.0 else 0.0


@njit(error_model="numpy", forceinline=True)
def _below(v, kernel):
    """By how much v lies below the first interval, zero or negative."""
    return v - kernel.low if v < kernel.low else 0.0


# The polynomials are written out: within a loop, references to the array of coefficients would be counted at every pair.


@njit(error_model="numpy", forceinline=True)
def _piecewise_energy(y, kernel):
    v = y * kernel.inverse_cutoff2
    k, t = _interval(v, kernel)
    c, under = kernel.coefficients, _below(v, kernel)
    upper = (((c[k, 9] * t + c[k, 8]) * t + c[k, 7]) * t + c[k, 6]) * t + c[k, 5]
    phi = ((((upper * t + c[k, 4]) * t + c[k, 3]) * t + c[k, 2]) * t + c[k, 1]) * t + c[k, 0]
    return phi + under * (kernel.slope + 0.5 * kernel.bend * under)


@njit(error_model="numpy", forceinline=True)
def _piecewise_slope(y, kernel):
    v = y * kernel.inverse_cutoff2
    k, t = _interval(v, kernel)
    c = kernel.coefficients
    upper = (((9.0 * c[k, 9] * t + 8.0 * c[k, 8]) * t + 7.0 * c[k, 7]) * t + 6.0 * c[k, 6]) * t + 5.0 * c[k, 5]
    slope = (((upper * t + 4.0 * c[k, 4]) * t + 3.0 * c[k, 3]) * t + 2.0 * c[k, 2]) * t + c[k, 1]
    return (slope + kernel.bend * _below(v, kernel)) * kernel.inverse_cutoff2


@njit(error_model="numpy", forceinline=True)
def _piecewise_curvature(y, kernel):
    v = y * kernel.inverse_cutoff2
    k, t = _interval(v, kernel)
    c = kernel.coefficients
    upper = ((72.0 * c[k, 9] * t + 56.0 * c[k, 8]) * t + 42.0 * c[k, 7]) * t + 30.0 * c[k, 6]
    curvature = (((upper * t + 20.0 * c[k, 5]) * t + 12.0 * c[k, 4]) * t + 6.0 * c[k, 3]) * t + 2.0 * c[k, 2]
    return (curvature if v >= kernel.low else kernel.bend) * kernel.inverse_cutoff2**2


# Beyond contact an overlap is negative and its power NaN: every loop takes zero beyond the cutoff.


@njit(error_model="numpy")
def _overlap_energy(y, kernel):
    return kernel.prefactor * (1.0 - math.sqrt(y)) ** kernel.power


@njit(error_model="numpy")
def _overlap_slope(y, kernel):
    x = math.sqrt(y)
    return -0.5 * kernel.prefactor * kernel.power * (1.0 - x) ** (kernel.power - 1.0) / x


@njit(error_model="numpy")
def _overlap_curvature(y, kernel):
    x = math.sqrt(y)
    first = kernel.prefactor * kernel.power * (1.0 - x) ** (kernel.power - 2.0)
    return 0.25 * first * ((kernel.power - 1.0) / y + (1.0 - x) / (x * y))


@njit(error_model="numpy")
def _tail(y, tail, kernel):
    """The polynomial `tail` at t = (y - middle) inverse_half."""
    t, total = (y - kernel.middle) * kernel.inverse_half, 0.0
    for k in range(len(tail) - 1, -1, -1):
        total = total * t + tail[k]
    return total


@njit(error_model="numpy")
def _joined_energy(y, kernel):
    outside = _tail(y, kernel.tail, kernel)
    return _horner_energy(y, 1.0 / y, kernel.core) if y < kernel.seam2 else outside


@njit(error_model="numpy")
def _joined_slope(y, kernel):
    outside = _tail(y, kernel.slope, kernel)
    return _horner_slope(y, kernel.core) if y < kernel.seam2 else outside


@njit(error_model="numpy")
def _joined_curvature(y, kernel):
    outside = _tail(y, kernel.curvature, kernel)
    return _horner_curvature(y, kernel.core) if y < kernel.seam2 else outside


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
