r"""How far particles go in a time: mean squared displacement (003 Fig. 3a) and non-Gaussian parameter, averaged over time origins.

With r_i(t) less the drift of the centre of mass and Delta = r_i(t + m) - r_i(t), over all particles i and all origins t of the lag m:

    <Delta^2>, <Delta^4>,    alpha_2 = d <Delta^4>/((d + 2) <Delta^2>^2) - 1,

which is zero for Gaussian displacements, ballistic ones of a thermal state and diffusive ones alike. In terms of a = r^2 at t + m, b = r^2 at t and
c = r(t + m).r(t)

    Delta^2 = a + b - 2 c,    Delta^4 = a^2 + b^2 + 2 a b + 4 c^2 - 4 (a + b) c,

where the sums over origins of c, a b, c^2 and (a + b) c are correlations of r, r^2, of the tensor r r and of r^2 r with r: Fourier transforms give
all lags at once (as nMOLDYN does for Delta^2; Kneller et al., Comput. Phys. Commun. 91, 191, 1995), at F ln F for F frames in place of F^2.
The terms cancel where particles go much less far in the lag than in the whole run: those lags are summed directly.
"""

from __future__ import annotations

import numpy as np
from scipy import fft

from vitrine.statistics.bootstrap import ratio

CANCELLED = 1e-7  # <Delta^4> over the mean r^4 below which more than half of the digits would be lost
AT_ONCE = 2**23  # numbers in an array of the transforms: 64 MB


def without_drift(trajectory: np.ndarray, masses: np.ndarray | None = None) -> np.ndarray:
    """Positions (F, N, d) with those of the centre of mass taken away, frame by frame; of equal masses, or of `masses` (N,)."""
    return trajectory - np.average(trajectory, axis=1, weights=masses)[:, None]


def displacement_moments(trajectory: np.ndarray, lags: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """<Delta^2> and <Delta^4> [lambda_min^2, ^4] over particles and origins, (L,) each, of unfolded positions (F, N, d) at equal intervals of time.

    lags (L,): in frames, from 0 to F - 1; by default all of them, (F,). Given lags are summed directly: a few dozen cost little and lose no digit.
    The drift is to be taken away before (`without_drift`), with all particles, also where the moments are of some of them alone. Both moments are
    sums, to be averaged over samples and bootstrap replicates before `non_gaussian` divides them. NaN where there are no particles.
    """
    frames, particles, _ = trajectory.shape
    if not particles:
        return np.full((2, frames if lags is None else len(lags)), np.nan)
    if lags is not None:
        return _directly(trajectory, lags)
    centred = trajectory - trajectory.mean(axis=0)
    second, fourth, scale = np.zeros(frames), np.zeros(frames), 0.0
    share = max(1, AT_ONCE // (2 * frames * trajectory.shape[2] ** 2))
    for first in range(0, particles, share):
        some = centred[:, first : first + share]
        sums = _correlated(some)
        second, fourth, scale = second + sums[0], fourth + sums[1], scale + np.sum(np.sum(some**2, axis=2) ** 2)
    origins = np.arange(frames, 0, -1) * particles
    second, fourth = second / origins, fourth / origins
    short = np.flatnonzero(fourth <= CANCELLED * scale / (frames * particles))
    second[short], fourth[short] = _directly(trajectory, short)
    return second, fourth


def non_gaussian(second: np.ndarray, fourth: np.ndarray, dimension: int) -> np.ndarray:
    """alpha_2 from <Delta^2> and <Delta^4> of any shape. NaN where nothing moved, as at no lag."""
    return dimension / (dimension + 2) * ratio(fourth, np.asarray(second) ** 2) - 1


def _directly(trajectory: np.ndarray, lags: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both moments lag by lag."""
    second, fourth = np.zeros(len(lags)), np.zeros(len(lags))
    for k, lag in enumerate(lags):
        squares = np.zeros(trajectory[lag:, :, 0].shape)
        for axis in range(trajectory.shape[2]):
            squares += (trajectory[lag:, :, axis] - trajectory[: len(trajectory) - lag, :, axis]) ** 2
        second[k], fourth[k] = squares.mean(), np.mean(squares**2)
    return second, fourth


def _correlated(r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums of Delta^2 and Delta^4 over particles and origins at every lag, (F,) each, of positions (F, n, d)."""
    frames, _, d = r.shape
    length = fft.next_fast_len(2 * frames - 1, real=True)

    def transformed(values: np.ndarray) -> np.ndarray:
        return fft.rfft(values, length, axis=0)

    def correlation(spectrum: np.ndarray) -> np.ndarray:
        return fft.irfft(spectrum, length)[:frames]

    square = np.sum(r**2, axis=2)
    place, weighted, size = transformed(r), transformed(square[:, :, None] * r), transformed(square)
    c = correlation(np.sum(np.abs(place) ** 2, axis=(1, 2)))
    mixed = correlation(2 * np.sum(weighted * place.conj(), axis=(1, 2)).real)  # both orders of time, (a + b) c
    del weighted, place
    ab = correlation(np.sum(np.abs(size) ** 2, axis=1))
    pairs = [(p, q) for p in range(d) for q in range(p, d)]
    cc = correlation(sum((1 if p == q else 2) * np.sum(np.abs(transformed(r[:, :, p] * r[:, :, q])) ** 2, axis=1) for p, q in pairs))
    return _both_ends(square.sum(axis=1)) - 2 * c, _both_ends(np.sum(square**2, axis=1)) + 2 * ab + 4 * cc - 4 * mixed


def _both_ends(values: np.ndarray) -> np.ndarray:
    """Sum over origins t of values[t + m] + values[t], for every lag m, of values (F,)."""
    return np.cumsum(values)[::-1] + np.cumsum(values[::-1])[::-1]
