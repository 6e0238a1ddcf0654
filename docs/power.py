"""What the test of a law can tell: made-up spectra of known exponents, and the share of them that are taken for the omega^4 law."""

from __future__ import annotations

from functools import cache

import numpy as np
from vitrine.observables.modes.soft_modes import SoftModes
from vitrine.statistics.laws import law_window

from docs.blocks import table

EXPONENTS = (5.0, 3.0, 8.0, 10.0)  # of the cumulative; 5 is the law
MODES = (8, 24, 60, 200)
SPECTRA, SAMPLES, SEED = 400, 100, 20200305


@cache
def power() -> str:
    """A row for each exponent, a column for each number of modes: how many of `SPECTRA` spectra are taken for the law, in percent."""
    rng = np.random.default_rng(SEED)
    rows = []
    for exponent in EXPONENTS:
        shares = [np.mean([shown(rng, exponent, modes) for _ in range(SPECTRA)]) for modes in MODES]
        rows.append((f"{exponent:g}", *(f"{100 * share:.0f} %" for share in shares)))
    return table(("exponent of the cumulative", *(f"{modes} modes" for modes in MODES)), rows)


def shown(rng: np.random.Generator, exponent: float, modes: int) -> bool:
    """Whether a spectrum is taken for the law: `modes` frequencies below 1 whose cumulative grows with an exponent, spread over samples."""
    omega = rng.random(modes) ** (1 / exponent)
    soft = SoftModes.of(np.arange(SAMPLES), np.ones(SAMPLES), rng.integers(SAMPLES, size=modes), omega)
    return law_window(soft.windows(np.ones((1, SAMPLES)), omega.min()), modes).place >= 0
