r"""A potential as a piecewise polynomial, so that one compiled kernel serves every potential of the user's.

Its variable is v = (x/x_c)^2 <= 1 with x = r/lambda. Every power of two of v is cut into 2^k equal intervals, so that they are short where a
potential is steep, and the interval of a number is read off its bits. On each interval stands the polynomial of degree 9 that has the value and the
first four derivatives of the potential at both ends: the whole has four continuous derivatives. Below the first interval it goes on as a parabola in
v that repels.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable

import numpy as np

# coefficients (n, 10) of powers of v - v_k; the bits of v shifted by `shift` are k + first, at most last; slope and bend are those below `low`.
Spline = namedtuple("Spline", "coefficients shift first last low slope bend inverse_cutoff2 cutoff2")

MANTISSA = 52  # bits of a number's fraction
FEWEST, MOST = 4, 9  # log2 of the intervals to a power of two
TOLERANCES = (1e-14, 1e-13, 1e-11)  # of phi, v dphi/dv and v^2 d2phi/dv2, relative to the terms that make up phi there
ROUNDING = 1e3  # times the tolerances: what a formula whose terms cancel may lose
WITHIN = (0.13, 0.38, 0.62, 0.87)  # places in an interval at which it is compared


def nodes(low: float, fineness: int) -> np.ndarray:
    """The ends of the intervals, (n + 1,), from the first one at or above `low` to 1, with 2^fineness intervals to a power of two."""
    shift = MANTISSA - fineness
    first, last = -(-_bits(low) >> shift), _bits(1.0) >> shift
    return (np.arange(first, last + 1, dtype=np.int64) << shift).view(np.float64)


def _bits(value: float) -> int:
    return int(np.float64(value).view(np.int64))


def hermite(ends: np.ndarray, derivatives: np.ndarray) -> np.ndarray:
    """Coefficients (n, 10) of the polynomials with these values and first four derivatives (5, n + 1) at the ends (n + 1,)."""
    factorials, width = np.array([1.0, 1.0, 2.0, 6.0, 24.0]), np.diff(ends)
    scaled = derivatives / factorials[:, None]
    left, right = scaled[:, :-1] * width ** np.arange(5)[:, None], scaled[:, 1:] * width ** np.arange(5)[:, None]
    # What the right end asks for beyond the Taylor polynomial of the left one, in powers of t = (v - v_k)/width.
    binomials = np.array([[_binomial(power, order) for power in range(10)] for order in range(5)], dtype=float)
    missing = right - binomials[:, :5] @ left
    upper = np.linalg.solve(binomials[:, 5:], missing)
    return (np.concatenate([left, upper]) / width ** np.arange(10)[:, None]).T.copy()


def _binomial(n: int, k: int) -> int:
    result = 1
    for step in range(k):
        result = result * (n - step) // (step + 1)
    return result if k <= n else 0


def fitted(law: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]], low: float, cutoff: float) -> tuple[Spline, float, float]:
    """The spline of a potential with the fewest intervals that hold TOLERANCES, or the best one there is.

    law(v) gives phi and its first four derivatives by v, (5, n), and the size (n,) of the terms that make up phi. Returns the spline, the largest
    error over what is allowed (at most 1 where the tolerances hold), and v where it is.
    """
    best = _fit(law, low, cutoff, FEWEST)
    for fineness in range(FEWEST + 1, MOST + 1):
        if best[1] <= 1:
            break
        finer = _fit(law, low, cutoff, fineness)
        if finer[1] > best[1] / 2 and best[1] <= ROUNDING:
            break  # the law itself is not computed to more digits
        best = finer
    return best


def _fit(law: Callable, low: float, cutoff: float, fineness: int) -> tuple[Spline, float, float]:
    """The spline with 2^fineness intervals to a power of two, with its largest error as `fitted` gives it."""
    ends = nodes(low, fineness)
    derivatives, width = law(ends)[0], np.diff(ends)
    coefficients = hermite(ends, derivatives)
    between = np.concatenate([ends[:-1] + place * width for place in WITHIN])
    exact, size = law(between)
    with np.errstate(all="ignore"):
        found = np.concatenate([_evaluated(coefficients, place * width, 3) for place in WITHIN], axis=1)
        scaled = np.abs(found - exact[:3]) * between ** np.arange(3)[:, None]
        error = np.max(np.where(scaled > 0, scaled / size, scaled) / np.array(TOLERANCES)[:, None], axis=0)
    worst = int(np.argmax(np.where(np.isnan(error), np.inf, error)))
    shift = MANTISSA - fineness
    spline = Spline(
        coefficients, np.uint64(shift), np.uint64(_bits(ends[0]) >> shift), np.uint64((_bits(1.0) >> shift) - 1), float(ends[0]),
        float(derivatives[1, 0]), max(float(derivatives[2, 0]), 0.0), 1.0 / cutoff**2, float(cutoff) ** 2,
    )  # fmt: skip
    return spline, float(error[worst]) if not np.isnan(error[worst]) else np.inf, float(between[worst])


def _evaluated(coefficients: np.ndarray, rest: np.ndarray, orders: int) -> np.ndarray:
    """The polynomials (n, 10) and their derivatives at distances (n,) from the left end, shape (orders, n)."""
    out = np.zeros((orders, len(rest)))
    for order in range(orders):
        for power in range(9, order - 1, -1):
            factor = float(np.prod(np.arange(power - order + 1, power + 1)))
            out[order] = out[order] * rest + factor * coefficients[:, power]
    return out


def evaluated(spline: Spline, v: np.ndarray, orders: int = 5) -> np.ndarray:
    """The spline and its derivatives by v at v (n,), shape (orders, n)."""
    shift, last = int(spline.shift), len(spline.coefficients) - 1
    place = np.clip((np.ascontiguousarray(v, dtype=float).view(np.int64) >> shift) - int(spline.first), 0, last)
    ends = ((place + int(spline.first)) << shift).view(np.float64)
    out = _evaluated(spline.coefficients[place], np.maximum(v - ends, 0.0), orders)
    under = v < spline.low
    out[:, under] = parabola(spline, v[under], float(spline.coefficients[0, 0]))[:orders]
    return out


def parabola(spline: Spline, v: np.ndarray, start: float) -> np.ndarray:
    """What lies below the spline's first interval, where phi is `start`: shape (5, n)."""
    rest, out = v - spline.low, np.zeros((5, len(v)))
    out[0] = start + rest * (spline.slope + 0.5 * spline.bend * rest)
    out[1] = spline.slope + spline.bend * rest
    out[2] = spline.bend
    return out


def by_square(derivatives: np.ndarray, x: np.ndarray, cutoff: float) -> np.ndarray:
    """Derivatives by x, (k, n), turned into those by v = (x/x_c)^2: d/dv = x_c^2/(2 x) d/dx, applied again and again."""
    # Row k of `terms` holds the factors of x^(j - 2k) phi^(j): d/dv of c x^-m phi^(j) is x_c^2/2 [-m c x^(-m-2) phi^(j) + c x^(-m-1) phi^(j+1)].
    orders, terms = len(derivatives), {0: 1.0}
    out = [np.array(derivatives[0], dtype=float)]
    for order in range(1, orders):
        following: dict[int, float] = {}
        for j, factor in terms.items():
            following[j] = following.get(j, 0.0) + factor * (j - 2 * (order - 1)) / 2
            following[j + 1] = following.get(j + 1, 0.0) + factor / 2
        terms = following
        out.append(cutoff ** (2 * order) * sum(factor * x ** float(j - 2 * order) * derivatives[j] for j, factor in terms.items() if factor))
    return np.array(out)


def by_distance(derivatives: np.ndarray, x: np.ndarray, cutoff: float) -> np.ndarray:
    """The way back for four derivatives: from those by v, (5, n), to those by x."""
    value, first, second, third, fourth = derivatives
    a = 1.0 / cutoff**2  # v = a x^2
    return np.array(
        [
            value,
            2 * a * x * first,
            2 * a * first + 4 * a**2 * x**2 * second,
            12 * a**2 * x * second + 8 * a**3 * x**3 * third,
            12 * a**2 * second + 48 * a**3 * x**2 * third + 16 * a**4 * x**4 * fourth,
        ]
    )
