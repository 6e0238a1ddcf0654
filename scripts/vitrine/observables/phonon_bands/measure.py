"""The softest modes of a glass beside plane waves: which band each mode belongs to, and where the bands lie (004 sec. III)."""

from __future__ import annotations

import numpy as np

from vitrine.interactions import Interactions
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor, lowest_modes
from vitrine.linalg.participation import participation_ratio
from vitrine.observables.phonon_bands import LONGITUDINAL, SPARE, TRANSVERSE
from vitrine.observables.phonon_bands.waves import Shell, plane_waves, shells_of
from vitrine.samples import Sample

FOUND = 0.75  # of a band's plane waves, which a whole band has among the computed modes
MORE = 1.5  # modes that are sought next, over those that did not suffice


def measure_phonon_bands(sample: Sample, bands: int = 3, modes: int = 300, algebra: Algebra = DEFAULT_ALGEBRA) -> dict[str, dict[str, np.ndarray]]:
    """Columns of PHONON_MODES and PHONON_BANDS.

    bands: transverse bands that are sought. modes: of which so many are computed at most, and a quarter of all. Raises SampleError where the sample
    is no minimum with exactly d zero modes.
    """
    bonds, d = Interactions.of(sample), sample.dimension
    shells, most = shells_of(sample.box, bands), max(1, min(modes, bonds.hessian.shape[0] // 4))
    waves = [(shell, kind, plane_waves(sample, shell, kind)) for shell in shells for kind in (TRANSVERSE, LONGITUDINAL)]
    factor = Factor.of(bonds, algebra.solver)
    number = min(most, int(np.ceil(SPARE * sum(shell.degeneracy(TRANSVERSE) for shell in shells))))
    while True:
        stiffness, vectors = lowest_modes(bonds.hessian, d, number, factor, sample.masses)
        omega = np.sqrt(stiffness)
        found = [_band(sample, shell, kind, omega, np.sum((basis.T @ vectors) ** 2, axis=0)) for shell, kind, basis in waves]
        if number == most or all(row["whole"] for row, _ in found if row["polarisation"] == TRANSVERSE):
            break
        number = min(most, int(np.ceil(MORE * number)))
    weights = np.stack([weight for _, weight in found])
    best = np.argmax(weights, axis=0)
    rows = [one for one, _ in found]
    return {
        "phonon_modes": {
            "mode": np.arange(number),
            "omega": omega,
            "participation": participation_ratio(vectors, d),
            "polarisation": np.array([rows[place]["polarisation"] for place in best], dtype=object),
            "shell": np.array([rows[place]["shell"] for place in best]),
            "weight": weights[best, np.arange(number)],
        },
        "phonon_bands": {name: np.array([row[name] for row in rows]) for name in rows[0]},
    }


def _band(sample: Sample, shell: Shell, polarisation: str, omega: np.ndarray, weights: np.ndarray) -> tuple[dict[str, object], np.ndarray]:
    """A row of PHONON_BANDS, and the shares (k,) of the modes in the band."""
    waves = shell.degeneracy(polarisation)
    own = omega[np.argsort(-weights, kind="stable")[:waves]]
    share = np.sort(weights)[-waves:]
    width, found = float(own.std()), float(weights.sum() / waves)
    row = {
        "polarisation": polarisation,
        "shell": shell.index,
        "squared": (shell.wave_number * sample.volume ** (1 / sample.dimension) / (2 * np.pi)) ** 2,
        "degeneracy": waves,
        "wave_number": shell.wave_number,
        "omega": float(own.mean()),
        "width": width,
        "purity": float(share.sum() / waves),
        "found": found,
        "whole": bool(found >= FOUND and len(own) == waves and own.max() + 2 * width <= omega[-1]),
    }
    return row, weights
