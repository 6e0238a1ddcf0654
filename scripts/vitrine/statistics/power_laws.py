"""Prefactors and exponents of the universal laws D(omega) = A_g omega^4 and P(lambda) ~ A_g lambda^(-7/2).

Normalisation: D(omega) is the density of modes PER PARTICLE, so that N A_g omega^5/5 modes of a sample lie below omega (recipes section 6 with c = 1;
per degree of freedom A_g is d times smaller). P(lambda) is normalised to one over the d (N - 1) non-zero eigenvalues. With omega = lambda^(-1/2),
P(lambda) = N/(d (N - 1)) (A_g/2) lambda^(-7/2), and the fraction of eigenvalues above lambda is N/(d (N - 1)) (A_g/5) lambda^(-5/2)
(Giannini et al. 2021, eq. 11).

Every function takes R rows of bootstrap weights, or of sums made with them, and returns R values; NaN where the data cannot give one.
"""

from __future__ import annotations

import numpy as np

from vitrine.statistics.bootstrap import ratio

MINIMUM_COUNT = 3
TAIL_EXPONENT = 2.5  # of the fraction of eigenvalues above lambda; 3.5 for the density


def fit_cumulative(cumulative: np.ndarray, edges: np.ndarray, particles: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """A_g (R,) from a least-squares fit of ln C = ln(A_g/5) + 5 ln omega, weighted by the counts.

    `cumulative` (R, E): weighted count of modes below each of the `edges` (E,); `particles` (R,): the weighted number of particles, N times the sum
    of weights, so that C = cumulative/particles is per particle; `upper` (R,): end of the window, which starts where `MINIMUM_COUNT` modes are
    counted. The variance of ln C is one over the count, hence the weights. NaN where the window is empty.
    """
    inside = (cumulative >= MINIMUM_COUNT) & (edges <= upper[:, None]) & (particles[:, None] > 0)
    weights = np.where(inside, cumulative, 0.0)
    safe = np.where(inside, cumulative, 1.0) / np.where(particles > 0, particles, 1.0)[:, None]
    intercept = ratio((weights * (np.log(safe) - 5 * np.log(edges))).sum(axis=1), weights.sum(axis=1))
    return 5 * np.exp(intercept)


def cumulative_exponent(weights: np.ndarray, below: np.ndarray, log_ratios: np.ndarray) -> np.ndarray:
    """Maximum-likelihood exponent (R,) of the cumulative below a cutoff: n/sum ln(omega_c/omega_i), 5 for the universal law.

    Per sample (S,): `below`, the number of modes below its cutoff; `log_ratios`, their sum of ln(omega_c/omega_i). Each sample may have a cutoff of
    its own. NaN for fewer than `MINIMUM_COUNT` modes.
    """
    count = weights @ below
    return ratio(np.where(count >= MINIMUM_COUNT, count, np.nan), weights @ log_ratios)


def censored_prefactor(weights: np.ndarray, minimal: np.ndarray, cutoff: np.ndarray, particles: int) -> np.ndarray:
    """Maximum-likelihood A_g (R,) per particle from minimal frequencies, censored at each sample's cutoff (recipes section 6, c = 1).

    P(omega_min > omega) = exp(-N A_g omega^5/5), hence N A_g/5 = n_below/sum_i min(omega_i, omega_c,i)^5. `minimal`, `cutoff`: (S,).
    NaN where no minimal frequency lies below its cutoff.
    """
    below = weights @ (minimal < cutoff)
    return 5 / particles * ratio(np.where(below > 0, below, np.nan), weights @ np.minimum(minimal, cutoff) ** 5)


def tail_prefactor(count: np.ndarray, eigenvalues: np.ndarray, onset: np.ndarray, particles: int, dimension: int) -> np.ndarray:
    """A_g (R,) per particle from the tail of P(lambda): maximum likelihood at fixed exponent, the count (R,) of eigenvalues above `onset` (R,).

    Why the onset is that of the law and not one fraction of the eigenvalues for all parent temperatures: the fraction that lies in the tail is
    proportional to the number N_QLM of quasilocalised modes, which falls by two decades on annealing. A fraction that fits the hottest glass reaches,
    in the coldest one, down into the lambda^(-2) regime, where the prefactor comes out too small by (N_cold/N_hot)^(3/2), of N_QLM, at worst: the
    ratio R_Ag would exaggerate the depletion.
    """
    per_particle = dimension * (particles - 1) / particles
    return 5 * per_particle * ratio(count, eigenvalues) * onset**TAIL_EXPONENT
