r"""Sticky spheres: a Lennard-Jones core, and an attraction of any range r_c (004 sec. IV C; recipes section 7; M10).

With x_0 = 2^(1/6), where Lennard-Jones has its minimum, and v = (x/x_0)^2:

    phi = 4 eps (x^-12 - x^-6) = eps (v^-6 - 2 v^-3)                              x < x_0
    phi = eps (a x^-12 - b x^-6 + sum_{l=0}^3 c_2l x^2l)                          x_0 < x < x_0 r_c

The six coefficients follow from phi, phi' and phi'', which are those of the core at x_0 and zero at x_0 r_c. In v every number of this system is
rational, so it is solved exactly. The terms of a short-ranged attraction cancel to many digits (|c_2l| is 1e3 eps at r_c = 1.2, 1e5 eps at 1.1);
what is computed with is therefore a polynomial of t = (v - middle)/half on the interval: the Taylor series of their sum, made with the exact numbers,
cut off as a series of Chebyshev's polynomials.
"""

from __future__ import annotations

import math
from collections import namedtuple
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.polynomial import Polynomial, chebyshev

from vitrine.models.piecewise import by_distance
from vitrine.models.potential import LENNARD_JONES, OfDistance, PairPotential

MINIMUM = 2.0 ** (1 / 6)  # x_0
POWERS = (-6, -3, 0, 1, 2, 3)  # of v
SMALLEST = 2.0**-60  # terms of the series that are left out, relative to the depth of the well
NOTHING = 2.0**-50  # the same of Chebyshev's, each taken times the fourth power of its order, so that derivatives keep their digits
CORE = PairPotential(LENNARD_JONES, MINIMUM)

# The core in Horner form below y = seam2; beyond it the polynomial `tail` of t = (y - middle) inverse_half, |t| <= 1, and its derivatives by y. They
# are filled up with zeros to one of two lengths, since loops are compiled anew for every other one.
Joined = namedtuple("Joined", "core tail slope curvature middle inverse_half seam2 cutoff2")
LENGTHS = (40, 64)


def coefficients(attraction_range: float) -> tuple[Fraction, ...]:
    """The exact coefficients of v^-6, v^-3, 1, v, v^2, v^3 for r_c > 1."""
    end = Fraction(attraction_range) ** 2
    rows = [[_falling(power, order) * place ** (power - order) for power in POWERS] for place in (Fraction(1), end) for order in range(3)]
    return _solved(rows, [Fraction(-1), Fraction(0), Fraction(18), Fraction(0), Fraction(0), Fraction(0)])


def published_form(attraction_range: float) -> tuple[float, ...]:
    """a, b, c_0, c_2, c_4, c_6 of 004's formula."""
    first, second, *even = coefficients(attraction_range)
    return float(4 * first), float(-2 * second), *(float(value) * 2 ** (-order / 3) for order, value in enumerate(even))


def _falling(power: int, order: int) -> int:
    return math.prod(power - k for k in range(order))


def _solved(rows: list[list[Fraction]], right: list[Fraction]) -> tuple[Fraction, ...]:
    """The solution of a regular system by elimination, exact."""
    table, n = [[*row, value] for row, value in zip(rows, right, strict=True)], len(rows)
    for k in range(n):
        pivot = next(row for row in range(k, n) if table[row][k])
        table[k], table[pivot] = table[pivot], table[k]
        table[k] = [value / table[k][k] for value in table[k]]
        for row in range(n):
            if row != k and table[row][k]:
                table[row] = [value - table[row][k] * own for value, own in zip(table[row], table[k], strict=True)]
    return tuple(row[n] for row in table)


def _series(attraction_range: float) -> tuple[float, ...]:
    """Coefficients of t^k, of the fewest powers that give phi and its derivatives to rounding."""
    found = chebyshev.poly2cheb(_taylor(attraction_range))
    kept = np.nonzero(np.abs(found) * np.arange(1, len(found) + 1) ** 4 > NOTHING)[0][-1] + 1
    return tuple(float(value) for value in chebyshev.cheb2poly(found[:kept]))


def _taylor(attraction_range: float) -> tuple[float, ...]:
    """Coefficients of t^k down to those that are nothing."""
    terms = list(zip(coefficients(attraction_range), POWERS, strict=True))
    end = Fraction(attraction_range) ** 2
    middle, half = (1 + end) / 2, (end - 1) / 2
    found, order = [], 0
    binomials = [Fraction(1)] * len(terms)
    while True:
        value = sum(factor * binomial * middle ** (power - order) for (factor, power), binomial in zip(terms, binomials, strict=True)) * half**order
        found.append(float(value))
        if order > 4 and max(abs(one) for one in found[-2:]) < SMALLEST:
            return tuple(found[:-2])
        binomials = [binomial * Fraction(power - order, order + 1) for (_, power), binomial in zip(terms, binomials, strict=True)]
        order += 1


@dataclass(frozen=True)
class StickyPotential(OfDistance):
    """Sticky spheres whose attraction ends at r_c times the distance of the minimum; `attraction_range` is r_c > 1."""

    attraction_range: float

    @property
    def cutoff(self) -> float:
        """x_c = x_0 r_c."""
        return MINIMUM * self.attraction_range

    @cached_property
    def kernel(self) -> Joined:
        """The form for the compiled loops."""
        seam, end = MINIMUM**2, self.cutoff**2
        inverse_half, series = 2 / (end - seam), Polynomial(_series(self.attraction_range))
        tails = [series.deriv(order).coef * inverse_half**order for order in range(3)]
        length = next(one for one in LENGTHS if one >= len(series.coef))
        filled = [tuple(float(value) for value in np.pad(tail, (0, length - len(tail)))) for tail in tails]
        return Joined(CORE.kernel, *filled, (seam + end) / 2, inverse_half, seam, end)

    @property
    def highest(self) -> float:
        """The largest phi/eps that two particles reach as they overlap: there is none."""
        return math.inf

    def _by_distance(self, x: np.ndarray) -> np.ndarray:
        """phi and four derivatives by x at x (n,) below the cutoff."""
        out, core, kernel = np.zeros((5, len(x))), x < MINIMUM, self.kernel
        ones = np.ones(int(core.sum()))
        out[:, core] = CORE.derivatives(x[core], ones, ones)
        t = (x[~core] ** 2 - kernel.middle) * kernel.inverse_half
        tail = Polynomial(kernel.tail)
        by_y = np.array([tail.deriv(order)(t) * kernel.inverse_half**order for order in range(5)])
        out[:, ~core] = by_distance(by_y, x[~core], 1.0)
        return out
