r"""Forces of embedded atoms on a list of pairs: the hot loop of minimisers and dynamics for a many-body potential (`models/eam.py`).

    F_i' = F'(rho_i),    force of a pair: -(phi' + F_i' f_ji' + F_j' f_ij') along it

Densities are summed first, then the pairs are gone through again. Between the last point of a table and its cutoff, a step further at most, a
function has the value and slope of the last point, as in LAMMPS.
"""

from __future__ import annotations

import math

import numpy as np

from vitrine.compile_cache import njit
from vitrine.interactions.rows import longest


@njit(error_model="numpy", forceinline=True)
def _value(c, place):
    k = min(int(place), c.shape[0] - 2)
    p = min(place - k, 1.0)
    return ((c[k, 3] * p + c[k, 2]) * p + c[k, 1]) * p + c[k, 0]


@njit(error_model="numpy", forceinline=True)
def _slope(c, place):
    """By the number of points."""
    k = min(int(place), c.shape[0] - 2)
    p = min(place - k, 1.0)
    return (3.0 * c[k, 3] * p + 2.0 * c[k, 2]) * p + c[k, 1]


@njit(error_model="numpy", forceinline=True)
def _bend(c, place):
    """By the number of points, twice; zero beyond the last."""
    k = int(place)
    return 6.0 * c[k, 3] * (place - k) + 2.0 * c[k, 2] if k < c.shape[0] - 1 else 0.0


@njit(error_model="numpy", forceinline=True)
def _square(x, pairs, n):
    a, b, shifts = pairs.first[n], pairs.second[n], pairs.shifts
    return (x[b, 0] - x[a, 0] - shifts[0, n]) ** 2 + (x[b, 1] - x[a, 1] - shifts[1, n]) ** 2 + (x[b, 2] - x[a, 2] - shifts[2, n]) ** 2


@njit(error_model="numpy")
def densities(x, pairs, kernels):
    """rho (N,)."""
    rho, types = np.zeros(x.shape[0]), kernels.embedding.shape[0]
    for kind in range(types * types):
        a, b = kind // types, kind % types
        of_first, of_second = kernels.density[a * types + b], kernels.density[b * types + a]
        for n in range(pairs.bounds[kind], pairs.bounds[kind + 1]):
            square = _square(x, pairs, n)
            if square < kernels.cutoff2:
                place = math.sqrt(square) * kernels.per_distance
                rho[pairs.first[n]] += _value(of_second, place)
                rho[pairs.second[n]] += _value(of_first, place)
    return rho


@njit(error_model="numpy")
def _bond(place, r, tables, per_distance, first, second):
    """phi, and phi' + F_i' f_ji' + F_j' f_ij' with F' of the two ends; tables: r phi, and densities of the first and of the second."""
    z, of_first, of_second = tables
    phi = _value(z, place) / r
    slope = (_slope(z, place) * per_distance - phi) / r
    return phi, slope + (first * _slope(of_second, place) + second * _slope(of_first, place)) * per_distance


@njit(error_model="numpy")
def _steepness(rho, pairs, kernels):
    """F' (N,)."""
    out = np.empty(rho.size)
    for i in range(rho.size):
        out[i] = _slope(kernels.embedding[pairs.types[i]], rho[i] * kernels.per_density) * kernels.per_density
    return out


@njit(error_model="numpy")
def embedded_forces(x, pairs, kernels, force):
    """As `forces.pair_forces`."""
    steep = _steepness(densities(x, pairs, kernels), pairs, kernels)
    types, squares, bonds = kernels.embedding.shape[0], 0.0, 0
    force[:] = 0.0
    for kind in range(types * types):
        a, b = kind // types, kind % types
        tables = (kernels.pair[kind], kernels.density[a * types + b], kernels.density[b * types + a])
        for n in range(pairs.bounds[kind], pairs.bounds[kind + 1]):
            square = _square(x, pairs, n)
            if square < kernels.cutoff2:
                i, j, r = pairs.first[n], pairs.second[n], math.sqrt(square)
                _, slope = _bond(r * kernels.per_distance, r, tables, kernels.per_distance, steep[i], steep[j])
                squares += slope * slope
                bonds += 1
                for axis in range(3):
                    pull = slope / r * (x[j, axis] - x[i, axis] - pairs.shifts[axis, n])
                    force[i, axis] += pull
                    force[j, axis] -= pull
    return np.sqrt(squares / max(bonds, 1)), longest(force)


@njit(error_model="numpy")
def embedded_energy_and_virial(x, pairs, kernels):
    """As `forces.pair_energy_and_virial`."""
    rho = densities(x, pairs, kernels)
    steep, types = _steepness(rho, pairs, kernels), kernels.embedding.shape[0]
    potential, virial = 0.0, 0.0
    for i in range(rho.size):
        table, place = kernels.embedding[pairs.types[i]], rho[i] * kernels.per_density
        potential += _value(table, place) + _slope(table, place) * max(place - (table.shape[0] - 1), 0.0)
    for kind in range(types * types):
        a, b = kind // types, kind % types
        tables = (kernels.pair[kind], kernels.density[a * types + b], kernels.density[b * types + a])
        for n in range(pairs.bounds[kind], pairs.bounds[kind + 1]):
            square = _square(x, pairs, n)
            if square < kernels.cutoff2:
                r = math.sqrt(square)
                phi, slope = _bond(r * kernels.per_distance, r, tables, kernels.per_distance, steep[pairs.first[n]], steep[pairs.second[n]])
                potential += phi
                virial -= slope * r
    return potential, virial


@njit(error_model="numpy")
def embedded_laplacian(x, pairs, kernels):
    """Laplacian of U: of the bonds with F' held, and sum_i F_i'' (|grad_i rho_i|^2 + sum_j |grad_j rho_i|^2)."""
    rho = densities(x, pairs, kernels)
    steep, types, unit = _steepness(rho, pairs, kernels), kernels.embedding.shape[0], kernels.per_distance
    own, others, laplacian = np.zeros(x.shape), np.zeros(x.shape[0]), 0.0
    for kind in range(types * types):
        a, b = kind // types, kind % types
        z, of_first, of_second = kernels.pair[kind], kernels.density[a * types + b], kernels.density[b * types + a]
        for n in range(pairs.bounds[kind], pairs.bounds[kind + 1]):
            square = _square(x, pairs, n)
            if square < kernels.cutoff2:
                i, j, r = pairs.first[n], pairs.second[n], math.sqrt(square)
                place = r * unit
                phi = _value(z, place) / r
                slope = (_slope(z, place) * unit - phi) / r
                bend = (_bend(z, place) * unit**2 - 2.0 * slope) / r
                to_first, to_second = _slope(of_second, place) * unit, _slope(of_first, place) * unit
                slope += steep[i] * to_first + steep[j] * to_second
                bend += (steep[i] * _bend(of_second, place) + steep[j] * _bend(of_first, place)) * unit**2
                laplacian += 2.0 * (bend + 2.0 * slope / r)
                others[i] += to_first**2
                others[j] += to_second**2
                for axis in range(3):
                    along = (x[j, axis] - x[i, axis] - pairs.shifts[axis, n]) / r
                    own[i, axis] -= to_first * along
                    own[j, axis] += to_second * along
    for i in range(rho.size):
        curvature = _bend(kernels.embedding[pairs.types[i]], rho[i] * kernels.per_density) * kernels.per_density**2
        laplacian += curvature * (own[i, 0] ** 2 + own[i, 1] ** 2 + own[i, 2] ** 2 + others[i])
    return laplacian
