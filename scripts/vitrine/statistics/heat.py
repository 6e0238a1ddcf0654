r"""Specific heat of a harmonic solid from its density of states, its law at low temperatures, and the minimum that tells of soft modes (004 sec. V).

A mode of frequency omega holds, in units of k_B,

    c(x) = x^2 e^-x/(1 - e^-x)^2 = [(x/2)/sinh(x/2)]^2,    x = hbar omega/(k_B T),

as 004 sec. V prints it; with e^x/(e^x - 1)^2 in place of the exponentials it is the same. With D(omega) per particle, C = k_B int D c d omega is per
particle too, and grows to the number of modes of a particle, d - d/N (Dulong and Petit). For D = A omega^delta at all frequencies

    C = k_B A Gamma(delta + 3) zeta(delta + 2) (k_B T/hbar)^(delta + 1).

Phonons, D = A_D omega^(d-1) with A_D = S_d/((2 pi)^d rho) [(d - 1)/c_s^d + 1/c_l^d] and S_d = 2 pi^(d/2)/Gamma(d/2), thus give Debye's law C_D T^d,
tunnelling two-level systems, delta = 0, give C_TLS T, and soft modes, delta = 4, give C_sm T^5 (004 eq. 23):

    C = C_TLS T + C_D T^3 + C_sm T^5,    (C - C_D T^3)/T^3 = C_TLS/T^2 + C_sm T^2,

least at T_min = (C_TLS/C_sm)^(1/4), where both terms are alike: 004 writes ~, it is =.

Units: a temperature is k_B T/hbar, a frequency as omega is; C is in k_B.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import gamma, zeta

from vitrine.statistics.bootstrap import ratio

NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)
WIDEST = 4.0  # in x: so wide a panel takes eight nodes to 1e-13, as c has its poles at +-2 pi i
STEEP = 0.08  # a panel this wide relative to where it begins is wider than WIDEST only at x > 50, where a mode holds nothing
GENTLE = 0.1  # x below which the series of x coth(x/2) - 2 is exact
FROZEN = 1400.0  # x from which sinh(x/2) would overflow; a mode holds nothing


def mode_heat(x: np.ndarray) -> np.ndarray:
    """c(x) of one mode [k_B], x = hbar omega/(k_B T) >= 0 of any shape: from 1 at x = 0 down to 0."""
    half = np.minimum(x, FROZEN) / 2
    return np.divide(half, np.sinh(half), out=np.ones_like(half), where=half > 0) ** 2


def mode_growth(x: np.ndarray) -> np.ndarray:
    """d c/d ln T = -x c'(x) = c(x) [x coth(x/2) - 2] of one mode [k_B]; x as for `mode_heat`."""
    x = np.minimum(x, FROZEN)
    gentle = x < GENTLE
    safe = np.where(gentle, 1.0, x)
    series = x**2 / 6 - x**4 / 360 + x**6 / 15120 - x**8 / 604800
    return mode_heat(x) * np.where(gentle, series, safe / np.tanh(safe / 2) - 2)


def heat_of_modes(frequencies: np.ndarray, temperatures: np.ndarray, particles: int) -> np.ndarray:
    """C per particle (T,) [k_B] of one sample whose non-zero frequencies (M,) are all known."""
    return mode_heat(np.asarray(frequencies) / np.asarray(temperatures)[:, None]).sum(axis=1) / particles


def specific_heat(edges: np.ndarray, modes: np.ndarray, temperatures: np.ndarray) -> np.ndarray:
    """C per particle (R, T) [k_B] from a histogram: `modes` (R, n) per particle in each bin between the `edges` (n + 1,) of omega.

    (T,) for modes of shape (n,). temperatures (T,) > 0. Within a bin D is taken as linear, with the slope of the neighbours, no steeper than makes
    it vanish at an edge; the modes of a bin stay in it. With bins of relative width h a power law is then exact to O(h^4): 1e-7 at 200 to a decade;
    a D that is constant in each bin would leave delta (delta + 1) h^2/12. What lies outside the edges is not counted.
    """
    return _integral(edges, modes, temperatures, mode_heat)


def local_exponent(edges: np.ndarray, modes: np.ndarray, temperatures: np.ndarray) -> np.ndarray:
    """d ln C/d ln T (R, T), from the same integral as C, so that no grid of temperatures enters; delta + 1 where D ~ omega^delta is what is warm.

    Arguments as of `specific_heat`. NaN where C is zero.
    """
    return ratio(_integral(edges, modes, temperatures, mode_growth), specific_heat(edges, modes, temperatures))


def _integral(edges: np.ndarray, modes: np.ndarray, temperatures: np.ndarray, kernel: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """int D kernel(omega/T) d omega (R, T)."""
    edges, temperatures = np.asarray(edges, dtype=float), np.asarray(temperatures, dtype=float)
    width, middle = np.diff(edges), (edges[1:] + edges[:-1]) / 2
    density = np.asarray(modes, dtype=float) / width
    slope = np.gradient(density, middle, axis=-1) if len(middle) > 1 else np.zeros_like(density)
    steepest = 2 * np.abs(density) / width
    slope = np.clip(slope, -steepest, steepest)
    level, tilt = _bin_integrals(edges, middle, temperatures, kernel)
    return density @ level + slope @ tilt


def _bin_integrals(
    edges: np.ndarray, middle: np.ndarray, temperatures: np.ndarray, kernel: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Over each bin, the integrals of kernel(omega/T) and of (omega - middle) kernel(omega/T): two arrays (n, T)."""
    panels, first = _panels(edges, temperatures.min())
    half = np.diff(panels)[:, None] / 2
    omega = panels[:-1, None] + half * (1 + NODES)
    weight = half * WEIGHTS
    away = omega - np.repeat(middle, np.diff(np.append(first, len(omega))))[:, None]
    level, tilt = np.empty((len(middle), len(temperatures))), np.empty((len(middle), len(temperatures)))
    for k, temperature in enumerate(temperatures):
        values = weight * kernel(omega / temperature)
        level[:, k] = np.add.reduceat(values.sum(axis=1), first)
        tilt[:, k] = np.add.reduceat((values * away).sum(axis=1), first)
    return level, tilt


def _panels(edges: np.ndarray, coldest: float) -> tuple[np.ndarray, np.ndarray]:
    """Edges of the panels that eight nodes suffice for at all temperatures, and the number of the first panel of each bin (n,)."""
    panels, first = [edges[0]], []
    for end in edges[1:]:
        first.append(len(panels) - 1)
        while (step := max(STEEP * panels[-1], WIDEST * coldest)) < end - panels[-1]:
            panels.append(panels[-1] + step)
        panels.append(end)
    return np.array(panels), np.array(first)


def power_law_coefficient(prefactor: np.ndarray, exponent: float) -> np.ndarray:
    """B of C = B T^(delta + 1) [k_B (hbar/k_B)^(delta + 1)] from D = A omega^delta per particle: A Gamma(delta + 3) zeta(delta + 2), delta > -1.

    prefactor: A of any shape. For A_g of soft modes, delta = 4, it is C_sm = 720 zeta(6) A_g; for Debye's A_D in space 4 pi^4/15 A_D.
    """
    return np.asarray(prefactor) * gamma(exponent + 3) * zeta(exponent + 2)


def debye_prefactor(c_s: np.ndarray, c_l: np.ndarray, density: np.ndarray, dimension: int = 3) -> np.ndarray:
    """A_D of the phonons' D(omega) = A_D omega^(d-1) per particle, from the speeds of sound and rho = N/V; arrays of one shape.

    NaN where a speed is not positive: what does not propagate has no such law.
    """
    c_s, c_l, density = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in (c_s, c_l, density)))
    sphere = 2 * np.pi ** (dimension / 2) / gamma(dimension / 2)
    present = (c_s > 0) & (c_l > 0)
    slow, fast = np.where(present, c_s, np.nan), np.where(present, c_l, np.nan)
    return sphere / (2 * np.pi) ** dimension / density * ((dimension - 1) * slow**-dimension + fast**-dimension)


def debye_coefficient(c_s: np.ndarray, c_l: np.ndarray, density: np.ndarray, dimension: int = 3) -> np.ndarray:
    """C_D of Debye's law C = C_D T^d per particle. Arguments and NaN as of `debye_prefactor`."""
    return power_law_coefficient(debye_prefactor(c_s, c_l, density, dimension), dimension - 1)


def reduced_heat(heat: np.ndarray, temperatures: np.ndarray, debye: np.ndarray = 0.0, dimension: int = 3) -> np.ndarray:
    """(C - C_D T^d)/T^d (R, T), the ordinate of 004 Fig. 15a, from C (R, T) or (T,) and C_D (R,) or a number."""
    return heat / temperatures**dimension - np.asarray(debye)[..., None]


def series_heat(temperatures: np.ndarray, two_level: float, debye: float, soft: float) -> np.ndarray:
    """C of 004 eq. 23 at given coefficients, (T,)."""
    return two_level * temperatures + debye * temperatures**3 + soft * temperatures**5


def fit_series(
    temperatures: np.ndarray, heat: np.ndarray, debye: np.ndarray | None = None, errors: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """C_TLS, C_D and C_sm (R,) of 004 eq. 23 from C (R, T) at temperatures (T,), by least squares of deviations over `errors` (T,), or relative ones.

    debye (R,): C_D where the speeds of sound give it, which is then not fitted. Points of C that are not positive are left out; NaN where fewer are
    left than there are coefficients. The same of (C - C_D T^3)/T^3 on T^-2 and T^2: both sides and the errors are divided by T^3.
    """
    heat = np.atleast_2d(np.asarray(heat, dtype=float))
    powers = np.asarray(temperatures, dtype=float)[:, None] ** (1, 3, 5)
    fitted = [0, 1, 2] if debye is None else [0, 2]
    out = np.full((len(heat), 3), np.nan)
    for row, known, coefficients in zip(heat, np.zeros(len(heat)) if debye is None else np.asarray(debye), out, strict=True):
        present = row > 0
        if present.sum() < len(fitted):
            continue
        unit = row[present] if errors is None else np.asarray(errors, dtype=float)[present]
        relative = powers[present] / unit[:, None]
        scale = np.abs(relative).max(axis=0)
        coefficients[1] = known
        coefficients[fitted] = np.linalg.lstsq(relative[:, fitted] / scale[fitted], row[present] / unit - known * relative[:, 1], rcond=None)[0]
        coefficients[fitted] /= scale[fitted]
    return out[:, 0], out[:, 1], out[:, 2]


def series_minimum(two_level: np.ndarray, soft: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """T_min = (C_TLS/C_sm)^(1/4), and (C - C_D T^3)/T^3 = 2 (C_TLS C_sm)^(1/2) there; NaN where a coefficient is not positive."""
    two_level, soft = np.broadcast_arrays(np.asarray(two_level, dtype=float), np.asarray(soft, dtype=float))
    both = (two_level > 0) & (soft > 0)
    two_level, soft = np.where(both, two_level, np.nan), np.where(both, soft, np.nan)
    return (two_level / soft) ** 0.25, 2 * np.sqrt(two_level * soft)


def minimum(temperatures: np.ndarray, values: np.ndarray, window: float = 1.25) -> tuple[np.ndarray, np.ndarray]:
    """T (R,) of the smallest of `values` (R, T), and the value (R,) there; numbers for values of shape (T,). temperatures ascend.

    A parabola in ln T, of ln(values) where they are positive, is fitted to the temperatures within a factor `window` of the minimum (three at least),
    which is found anew until it stays: the noise of a single point does not decide, and C_TLS/T^2 + C_sm T^2, even in ln(T/T_min), comes out to 1e-3.
    NaN where the smallest value stands at an end of the range: that is no minimum. Values that are NaN are left out.
    """
    rows = np.atleast_2d(np.asarray(values, dtype=float))
    found = np.array([_minimum(np.log(temperatures), row, np.log(window)) for row in rows]).reshape(len(rows), 2)
    return (found[:, 0], found[:, 1]) if np.ndim(values) == 2 else (found[0, 0], found[0, 1])


def _minimum(logs: np.ndarray, values: np.ndarray, reach: float) -> tuple[float, float]:
    """T and value at the minimum of one row, by least squares about where it was found last."""
    present = np.isfinite(values)
    logs, values = logs[present], values[present]
    lowest = int(np.argmin(values)) if len(values) else 0
    if not 0 < lowest < len(values) - 1:
        return np.nan, np.nan
    centre, around = logs[lowest], slice(0)
    for _ in range(50):
        nearest = int(np.clip(np.argmin(np.abs(logs - centre)), 1, len(logs) - 2))
        first, last = np.searchsorted(logs, centre - reach), np.searchsorted(logs, centre + reach, side="right")
        before, around = around, slice(min(first, nearest - 1), max(last, nearest + 2))
        if around == before:
            break
        positive = bool(np.all(values[around] > 0))
        heights = np.log(values[around]) if positive else values[around]
        curvature, slope, level = np.polynomial.polynomial.polyfit(logs[around] - centre, heights, 2)[::-1]
        if curvature <= 0:
            return np.nan, np.nan
        step = -slope / (2 * curvature)
        centre, height = centre + step, level + slope * step / 2
        if not logs[0] < centre < logs[-1]:
            return np.nan, np.nan
    return float(np.exp(centre)), float(np.exp(height) if positive else height)
