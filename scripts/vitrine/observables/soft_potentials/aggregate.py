"""D(omega) of the minima of random potentials, and its exponents with their correction."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_batches
from vitrine.observables.soft_potentials import EXPECTED, SOFT_POTENTIAL_DENSITY, SOFT_POTENTIALS_TABLE
from vitrine.oscillators.soft_potentials import fit_power, goodness
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio, standard_error

UNLIKELY = 0.01  # probability of a deviance below which the numbers do not follow the law


def aggregate_soft_potentials(soft_potentials: Sequence[str | Path], ensemble: Ensemble, window: float) -> tuple[pd.DataFrame, ...]:
    """(estimates, soft_potential_density, flags) of one distribution of coefficients."""
    ledger = Ledger("soft_potentials")
    frames = list(read_batches(SOFT_POTENTIALS_TABLE, soft_potentials, ensemble, ledger, finite=("count",)))
    data = pd.concat(frames, ignore_index=True)
    samples = np.unique(data["sample"].to_numpy(dtype=int))
    weights, estimates, curves = ensemble.weights(samples), {}, []
    for kind in EXPECTED:
        rows = data[data["minimum"] == kind].sort_values(["sample", "omega_low"])
        bins = len(rows) // max(len(samples), 1)
        edges = np.append(rows["omega_low"].to_numpy()[:bins], rows["omega_high"].to_numpy()[bins - 1])
        counts = weights @ rows["count"].to_numpy(dtype=float).reshape(-1, bins)
        drawn = weights @ rows["potentials"].to_numpy(dtype=float).reshape(-1, bins)[:, 0]
        found, curve = _of_kind(edges, counts, drawn, window)
        for name, (values, flag) in found.items():
            estimates[f"soft_{name}_{kind}"] = Estimate(values, NONE, len(samples), len(ledger), flag)
        curves.append(curve.assign(minimum=kind))
    return estimates_frame(ensemble, estimates), pd.concat(curves, ignore_index=True)[SOFT_POTENTIAL_DENSITY.names], ledger.frame()


def _of_kind(edges: np.ndarray, counts: np.ndarray, drawn: np.ndarray, window: float) -> tuple[dict[str, tuple[np.ndarray, str]], pd.DataFrame]:
    """Exponent, correction and plain exponent (R,) with their flags, and the curve."""
    inside = edges[1:] <= window * (1 + 1e-9)
    own = edges[: inside.sum() + 1]
    level, exponent, correction = fit_power(own, counts[:, inside])
    plain = fit_power(own, counts[:, inside], correction=False)
    middle, width = np.sqrt(edges[1:] * edges[:-1]), np.diff(edges)
    law = np.exp(level[0] + exponent[0] * np.log(middle) + correction[0] * middle**2)
    flags = {}
    for name, expected in (("exponent", law * width), ("plain", np.exp(plain[0][0] + plain[1][0] * np.log(middle)) * width)):
        likely = goodness(counts[0, inside], expected[inside], 3 if name == "exponent" else 2)
        flags[name] = "" if likely >= UNLIKELY else f"no such law below omega = {window:g}: the deviance has the probability {likely:.1g}"
    density = ratio(counts, drawn[:, None] * width)
    shown = counts[0] > 0
    curve = {"omega_low": edges[:-1], "omega_high": edges[1:], "density": density[0], "density_error": standard_error(density)}
    curve |= {"count": np.rint(counts[0]).astype(np.int64), "fitted": np.where(inside, law / drawn[0], np.nan)}
    found = {"exponent": (exponent, flags["exponent"]), "correction": (correction, flags["exponent"]), "plain": (plain[1], flags["plain"])}
    return found, pd.DataFrame(curve)[shown]
