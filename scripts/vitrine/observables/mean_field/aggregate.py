"""Mean-field oscillators at one point: D(omega) beside the exact one, numbers of modes, and the omega^4 law."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_samples
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.mean_field import MEAN_FIELD, MEAN_FIELD_DENSITY, MEAN_FIELD_EXACT, MEAN_FIELD_MODES, MEAN_FIELD_NUMBERS
from vitrine.observables.mean_field.model import parameters
from vitrine.observables.pooled_modes import PooledModes
from vitrine.oscillators.parameters import Oscillators
from vitrine.oscillators.replica_spectrum import Spectrum, spectrum
from vitrine.oscillators.replica_symmetric import Solution, boundary, solve, weak_coupling
from vitrine.schema import NONE

LOWEST = 1.5 ** (1 / 3)  # 1.14: lowest frequency of one oscillator in the field h, in units of h^(1/3)
EXPECTED = (2, 5, 10, 20, 40, 80, 160)  # modes of a sample below the frequencies at which numbers are compared
GAPPED = "no omega^4 range: D(omega) of the replica-symmetric phase has a gap"
POINTS = 160  # of an exact curve
MEANS = {
    "mean_field_square": "square",
    "mean_field_softest": "omega_softest",
    "mean_field_core": "core_softest",
    "mean_field_iterations": "iterations",
}


def aggregate_mean_field(
    mean_field: Sequence[str | Path], mean_field_modes: Sequence[str | Path], ensemble: Ensemble, cutoff: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, mean_field_density, mean_field_exact, mean_field_numbers, flags) of one point."""
    ledger, model = Ledger("mean_field"), parameters(ensemble.point)
    data = read_samples(MEAN_FIELD, mean_field, ensemble, ledger, finite=("omega_softest", "square"))
    pooled = PooledModes.read(MEAN_FIELD_MODES, mean_field_modes, ensemble, ledger)
    estimates = mean_estimates(MEAN_FIELD, data, ensemble.weights(data["sample"].to_numpy()), ledger, MEANS)
    compared = data[data["difference"].notna()]
    weights = ensemble.weights(compared["sample"].to_numpy())
    estimates |= mean_estimates(MEAN_FIELD, compared, weights, ledger, {"mean_field_difference": "difference"})
    local = model.h**2 + model.J**2 * float(data["square"].mean() if len(data) else np.nan)
    law = pooled.law(cutoff * LOWEST * local ** (1 / 6))
    numbers = {"mean_field_A_g": law.prefactor, "mean_field_exponent": law.exponent, "mean_field_A_g_end": np.full(ensemble.rows, law.end)}
    edge = boundary(model.h, model.k_min, model.k_0) if model.k_min > 0 else None
    solution = solve(model, edge)
    flags = {"mean_field_A_g": GAPPED if solution else law.reason}
    numbers |= {name: np.full(ensemble.rows, value) for name, value in _exact(model, solution, edge).items()}
    for name, values in numbers.items():
        estimates[name] = Estimate(values, NONE, len(pooled.samples), len(ledger), flags.get(name, ""))
    exact = spectrum(solution) if solution else None
    density = pooled.density(MEAN_FIELD_DENSITY)
    density["exact"] = _mean_density(exact, density) if exact else np.nan
    curves = density[MEAN_FIELD_DENSITY.names], _curves(exact, edge), _numbers(pooled, exact)
    return estimates_frame(ensemble, estimates), *curves, ledger.frame()


def _exact(model: Oscillators, solution: Solution | None, edge: Solution | None) -> dict[str, float]:
    """What the replica-symmetric equations say of the point, NaN where they have no solution."""
    weak = weak_coupling(model) if model.k_min == 0 and model.h > 0 else None
    if weak and not weak.sigma <= weak.h:  # the others' fields are as strong as h, and the equations have lost their meaning
        weak = None
    own = weak or solution
    return {
        "mean_field_A_g_single": weak.soft_prefactor if weak else np.nan,
        "mean_field_marginality": own.marginality if own else np.nan,
        "mean_field_transition": edge.coupling if edge else np.nan,
    }


def _mean_density(exact: Spectrum, density: pd.DataFrame) -> np.ndarray:
    """The exact D(omega) averaged over each bin."""
    low, high = density["omega_low"].to_numpy(dtype=float), density["omega_high"].to_numpy(dtype=float)
    return (exact.below(high) - exact.below(low)) / (high - low)


def _curves(exact: Spectrum | None, edge: Solution | None) -> pd.DataFrame:
    """The exact D(omega) of the point and of the transition at its field."""
    frames = []
    for at_transition, one in ((False, exact), (True, spectrum(edge) if edge else None)):
        if one is None:
            continue
        low, high = max(one.gap, 1e-4) * (1 + 1e-6), one.omega[-1]
        omega = np.unique(np.concatenate([np.geomspace(low, high, POINTS), low + (high - low) * np.linspace(0, 1, POINTS) ** 3]))
        frames.append(pd.DataFrame({"at_transition": at_transition, "omega": omega, "density": one.at(omega)}))
    return pd.concat(frames, ignore_index=True)[MEAN_FIELD_EXACT.names] if frames else pd.DataFrame(columns=MEAN_FIELD_EXACT.names)


def _numbers(pooled: PooledModes, exact: Spectrum | None) -> pd.DataFrame:
    """Numbers of modes below the frequencies at which `EXPECTED` of them are expected in a sample, as far as all modes are known."""
    if exact is None or not len(pooled.samples):
        return pd.DataFrame(columns=MEAN_FIELD_NUMBERS.names)
    levels = np.interp([number / pooled.size for number in EXPECTED if number < pooled.size / 2], exact.share, exact.omega)
    levels = levels[levels < pooled.complete]
    count, expected = pooled.below(levels)[0], exact.below(levels) * pooled.total[0]
    frame = {"omega": levels, "count": np.rint(count).astype(np.int64), "expected": expected, "deviation": (count - expected) / np.sqrt(expected)}
    return pd.DataFrame(frame)[MEAN_FIELD_NUMBERS.names]
