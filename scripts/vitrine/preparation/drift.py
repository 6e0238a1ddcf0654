"""Whether a series of energies is stationary, with errors that count correlated points once."""

from __future__ import annotations

import numpy as np


def correlation_time(series: np.ndarray) -> float:
    """Integrated autocorrelation time tau_int = 1/2 + sum rho(t), in steps of the series, summed up to t = 5 tau_int (Sokal's window).

    A series of fewer than four points, or without variance, has tau_int = 1/2: nothing in it shows a correlation.
    """
    n = len(series)
    if n < 4 or np.ptp(series) == 0:
        return 0.5
    deviation = series - series.mean()
    spectrum = np.abs(np.fft.rfft(deviation, 2 * n)) ** 2
    correlation = np.fft.irfft(spectrum)[:n]
    tau = 0.5 + np.cumsum(correlation[1:] / correlation[0])
    beyond = np.arange(1, n) >= 5 * tau
    return float(max(0.5, tau[np.argmax(beyond)] if beyond.any() else tau[-1]))


def energy_drift(series: np.ndarray) -> float:
    """Mean of the last quarter minus mean of the third, in standard errors that count correlated points once.

    Variance and correlation time are those of the second half about its own straight line: about its mean, a drift would hide in its own spread.
    n independent points give the error to a relative (2 n)^(-1/2) only; it is widened as Student's is. NaN for fewer than 16 points or n <= 4:
    such a run cannot be judged.
    """
    quarter = len(series) // 4
    if quarter < 4:
        return np.nan
    half = series[2 * quarter : 4 * quarter]
    time = np.arange(len(half)) - (len(half) - 1) / 2
    level = half - half.mean()
    scatter = level - time * (time @ level) / (time @ time)
    independent = len(half) / (2 * correlation_time(scatter))
    if np.ptp(half) == 0:
        return 0.0
    if independent <= 4:
        return np.nan
    error = np.sqrt(4 * scatter.var() / independent * (independent - 1) / (independent - 3))
    return float((half[quarter:].mean() - half[:quarter].mean()) / error)
