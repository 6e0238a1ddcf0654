r"""Longitudinal and transverse parts of the softest modes of a planar glass, and the divergence of their net projection (000 Methods, eqs. 6, 7).

u = u_L + u_T,    A u_T = 0;    r(Psi, |u_L|), r(Psi, div), r(|u_L|, div) and the same with |div| are Pearson's over particles (000 Fig. 1f)
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vitrine.geometry import Cells
from vitrine.geometry.decomposition import divergence, longitudinal, net_projection
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra
from vitrine.linalg.participation import participation_ratio
from vitrine.observables.modes.vectors import mode_vectors
from vitrine.samples import Sample
from vitrine.statistics.correlation import pearson


def decompose_modes(
    sample: Sample,
    vibrability_field: Mapping[str, np.ndarray],
    modes: int = 20,
    core_threshold: float = 0.25,
    algebra: Algebra = DEFAULT_ALGEBRA,
) -> dict[str, dict[str, np.ndarray]]:
    """The parts of the softest `modes`, and of the softest one its fields.

    vibrability_field: {`vibrability`: Psi (N,)}. Returns the columns of VOLUME_MODES, a row for each mode, and the field: `displacement` u (N, 2),
    sum |u|^2 = 1, its `longitudinal` part (N, 2), and `divergence` (N,). Raises SampleError in three dimensions, or where the sample is no minimum.
    """
    cells, psi = Cells.of(sample), vibrability_field["vibrability"]
    found = mode_vectors(sample, min(modes, 2 * (sample.particles - 1)), algebra)
    fields = found["vectors"].reshape(len(found["omega"]), -1).T
    fields = fields / np.linalg.norm(fields, axis=0)
    parts = longitudinal(cells, fields)
    share = np.sum(parts**2, axis=0)
    divergences = [divergence(cells, net_projection(cells, u)) for u in fields.T.reshape(-1, sample.particles, 2)]
    lengths = np.linalg.norm(parts.T.reshape(-1, sample.particles, 2), axis=2)
    core = psi > core_threshold
    rows = {
        "mode": np.arange(len(share)),
        "omega": found["omega"],
        "longitudinal": share,
        "transverse": 1 - share,
        "participation": participation_ratio(fields, 2),
        "participation_longitudinal": participation_ratio(parts, 2),
        "participation_transverse": participation_ratio(fields - parts, 2),
        "core_divergence": np.array([one[core].mean() if core.any() else np.nan for one in divergences]),
        "psi_longitudinal": _correlations(psi, lengths),
        "psi_divergence": _correlations(psi, divergences),
        "psi_absolute": _correlations(psi, np.abs(divergences)),
        "longitudinal_divergence": np.array([pearson(a, b) for a, b in zip(lengths, divergences, strict=True)]),
        "longitudinal_absolute": np.array([pearson(a, np.abs(b)) for a, b in zip(lengths, divergences, strict=True)]),
    }
    softest = {"displacement": fields[:, 0].reshape(-1, 2), "longitudinal": parts[:, 0].reshape(-1, 2), "divergence": divergences[0]}
    return {"volume_modes": rows, "volume_mode_field": softest}


def _correlations(one: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.array([pearson(one, other) for other in others])
