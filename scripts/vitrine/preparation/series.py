"""Series of energies: how long they remember, and their block means."""

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


def block_means(series: np.ndarray, blocks: int) -> list[tuple[int, float]]:
    """A series as the means of at most `blocks` blocks of about equal length, each with the place of its end."""
    edges = np.unique(np.linspace(0, len(series), blocks + 1).astype(int))
    return [(int(b), float(series[a:b].mean())) for a, b in zip(edges[:-1], edges[1:], strict=True)]
