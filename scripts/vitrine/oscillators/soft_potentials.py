r"""The soft-potential model: single random oscillators and the statistics of their minima (004 sec. II A, eq. 1).

    U(q) = a_1 q + a_2 q^2/2 + a_3 q^3/6 + a_4 q^4/24 = U_0 + b_2 s^2/2 + b_3 s^3/6 + b_4 s^4/24,  s = q - q_0 at a minimum q_0.

With a regular density of the a_n, that of (q_0, b_2, b_3, b_4) has the factor |d a_1/d q_0| = b_2, so p(b_2) ~ b_2 over all minima, and D ~ omega^3
for omega = b_2^(1/2). A minimum is the lowest of its potential where b_3^2 <= 3 b_2 b_4, a range of b_3 that shrinks as b_2^(1/2): D ~ omega^4.
The next terms are smaller by b_2 = omega^2.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import gamma


def random_potentials(rng: np.random.Generator, number: int, distribution: str) -> np.ndarray:
    """Coefficients a_1 to a_4, (4, number): a_1, a_2 and a_3 of that distribution about 0, of width 1, a_4 uniform on [1/2, 3/2]."""
    lower = rng.standard_normal((3, number)) if distribution == "normal" else rng.uniform(-1, 1, (3, number))
    return np.vstack([lower, rng.uniform(0.5, 1.5, number)])


def minima(coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places q_0 of the minima (2, n), the lowest first, and b_2 there; NaN for the second of a potential that has one alone.

    U' is a cubic: with q = t - a_3/a_4 it is t^3 + p t + r; three real roots are trigonometric, the outer two are minima.
    """
    a1, a2, a3, a4 = coefficients
    shift = -a3 / a4
    p = 6 * (a2 + a3 * shift + a4 * shift**2 / 2) / a4
    r = 6 * (a1 + a2 * shift + a3 * shift**2 / 2 + a4 * shift**3 / 6) / a4
    three = 4 * p**3 + 27 * r**2 < 0
    roots = np.full((2, len(a1)), np.nan)
    scale = np.sqrt(np.maximum(-p[three], 0.0) / 3)
    angle = np.arccos(np.clip(-r[three] / (2 * scale**3), -1.0, 1.0)) / 3
    roots[:, three] = 2 * scale * np.cos(angle), 2 * scale * np.cos(angle + 2 * np.pi / 3)
    single, depth = r[~three], np.sqrt(np.maximum((r[~three] / 2) ** 2 + (p[~three] / 3) ** 3, 0.0))
    large = np.cbrt(-single / 2 - np.copysign(depth, single))  # the sum without cancellation; the product of both is -p/3
    roots[0, ~three] = large - np.divide(p[~three], 3 * large, out=np.zeros_like(large), where=large != 0)
    q = roots + shift
    for _ in range(2):  # Newton's steps, for what the formula loses
        curvature = a2 + a3 * q + a4 * q**2 / 2
        step = np.divide(a1 + a2 * q + a3 * q**2 / 2 + a4 * q**3 / 6, curvature, out=np.zeros_like(q), where=np.abs(curvature) > 1e-9)
        q = q - np.clip(np.nan_to_num(step), -1e-3, 1e-3)
    energy = a1 * q + a2 * q**2 / 2 + a3 * q**3 / 6 + a4 * q**4 / 24
    swapped = energy[1] < energy[0]
    q[:, swapped] = q[::-1, swapped]
    return q, a2 + a3 * q + a4 * q**2 / 2


def fit_power(edges: np.ndarray, counts: np.ndarray, correction: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """ln A, delta and c (R,) of D = A omega^delta exp(c omega^2) by maximum likelihood from numbers (R, n) in bins between the edges (n + 1,).

    To first order exp(c omega^2) is 1 + c omega^2, the correction of the law; c = 0 without `correction`. NaN for fewer than 10 modes.
    """
    middle, width = np.sqrt(edges[1:] * edges[:-1]), np.diff(edges)
    columns = [np.ones_like(middle), np.log(middle), *([middle**2] if correction else [])]
    design = np.stack(columns, axis=1)
    out = np.full((len(counts), 3), np.nan)
    for row, numbers in zip(out, counts, strict=True):
        if numbers.sum() >= 10:
            row[: len(columns)] = _poisson_regression(design, numbers, np.log(width))
            row[len(columns) :] = 0.0
    return out[:, 0], out[:, 1], out[:, 2]


def _poisson_regression(design: np.ndarray, counts: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Coefficients of ln(expected) = design . coefficients + offset that make the counts most likely, by Newton's steps."""
    start = np.log(np.maximum(counts, 0.5)) - offset
    coefficients = np.linalg.lstsq(design * np.sqrt(counts + 0.5)[:, None], start * np.sqrt(counts + 0.5), rcond=None)[0]
    for _ in range(50):
        expected = np.exp(np.clip(design @ coefficients + offset, -700, 700))
        step = np.linalg.lstsq(design.T @ (design * expected[:, None]), design.T @ (counts - expected), rcond=None)[0]
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-10:
            break
    return coefficients


def goodness(counts: np.ndarray, expected: np.ndarray, parameters: int) -> float:
    """Probability of so large a deviance of numbers from their expectations, where these are Poisson."""
    with np.errstate(divide="ignore", invalid="ignore"):
        deviance = 2 * np.sum(np.where(counts > 0, counts * np.log(counts / expected), 0.0) - counts + expected)
    return float(gamma.sf(deviance / 2, max(len(counts) - parameters, 1) / 2))
