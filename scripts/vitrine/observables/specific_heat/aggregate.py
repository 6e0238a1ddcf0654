r"""Specific heat of all ensembles of a study from their densities of modes (004 sec. V).

    C(T) = k_B int D(omega) x^2 e^x/(e^x - 1)^2 d omega,    x = hbar omega/(k_B T)

Debye's law C_D T^d has the speeds of sound of the same ensemble. (C + C_TLS T - C_D T^d)/T^d has its minimum where two-level systems and soft modes
are equally warm, T_min^4 = C_TLS/C_sm (eq. 23); a harmonic glass alone, C_TLS = 0, has none but the end of the range.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Ledger
from vitrine.observables.modes import MODE_COUNTS
from vitrine.observables.specific_heat import SPECIFIC_HEAT
from vitrine.parquet import read_provenance, read_table
from vitrine.provenance import check_identity
from vitrine.schema import FREQUENCY, NONE
from vitrine.statistics.bootstrap import standard_error
from vitrine.statistics.heat import debye_coefficient, local_exponent, minimum, power_law_coefficient, reduced_heat, series_minimum, specific_heat
from vitrine.statistics.histograms import OMEGA_BINS
from vitrine.tables import ESTIMATES

TEMPERATURES = 10.0 ** np.arange(-2.5, 2.01, 0.05)  # k_B T/hbar [sqrt(epsilon/m)/lambda_min]
OF_THE_LAW = ("heat_soft", "heat_minimum_law")  # what is nothing without the omega^4 law
COLD = 10  # the exponent is taken at omega_c/COLD: C is made of modes of five to six times k_B T/hbar


def compute_specific_heat(
    mode_counts: Sequence[str | Path],
    modes_estimates: Sequence[str | Path],
    elasticity_estimates: Sequence[str | Path],
    glasses_estimates: Sequence[str | Path],
    ensembles: Sequence[Ensemble],
    two_level: float,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, specific_heat, flags) of all ensembles, each frame with the key of its point.

    The files of an ensemble are those of the same place in each list. A spectrum that is not complete has no specific heat: it is flagged.
    """
    estimates, curves, flags = [], [], []
    for ensemble, *paths in zip(ensembles, mode_counts, modes_estimates, elasticity_estimates, glasses_estimates, strict=True):
        ledger = Ledger("specific_heat")
        for path in map(Path, paths):
            check_identity(path, read_provenance(path), ensemble.identities.get(path.stem, ""))
        counts, samples = _modes(read_table(MODE_COUNTS, paths[0]), ensemble)
        tables = [read_table(ESTIMATES, path) for path in paths[1:]]
        told = {name: values for table in tables for name, values in _replicates(table).items()}
        reason = _flag(tables[0], "A_g")
        if np.nansum(counts[0]) < ensemble.least_modes / ensemble.particles * (1 - 1e-9):
            ledger.leave_out(range(samples), "the spectrum is not complete: observables.modes.spectrum must be full")
            counts = np.full_like(counts, np.nan)
        frame, numbers = _heat(counts, told, ensemble, two_level)
        curves.append(ensemble.keyed(frame))
        estimates.append(ensemble.keyed(_estimates(numbers, samples, len(ledger), reason)))
        flags.append(ensemble.keyed(ledger.frame()))
    return tuple(pd.concat(frames, ignore_index=True) for frames in (estimates, curves, flags))


def _modes(table: pd.DataFrame, ensemble: Ensemble) -> tuple[np.ndarray, int]:
    """Modes per particle in each bin, (R, n), and the number of samples behind them; a replicate that drew no sample is NaN."""
    modes = np.zeros((ensemble.rows, len(OMEGA_BINS.edges) - 1))
    modes[table["replicate"], table["bin"]] = table["modes"]
    modes[modes.sum(axis=1) == 0] = np.nan
    return modes, int(table["samples"].iloc[0]) if len(table) else 0


def _replicates(estimates: pd.DataFrame) -> dict[str, np.ndarray]:
    return {name: rows.sort_values("replicate")["value"].to_numpy(dtype=float) for name, rows in estimates.groupby("quantity")}


def _heat(
    modes: np.ndarray, told: Mapping[str, np.ndarray], ensemble: Ensemble, two_level: float
) -> tuple[pd.DataFrame, dict[str, tuple[np.ndarray, str]]]:
    """The curve of one ensemble, and its numbers with their units."""
    edges, d, none = OMEGA_BINS.edges, ensemble.dimension, np.full(ensemble.rows, np.nan)
    heat = specific_heat(edges, modes, TEMPERATURES)
    exponent = local_exponent(edges, modes, TEMPERATURES)
    debye = debye_coefficient(told.get("c_s", none), told.get("c_l", none), told.get("spacing", none) ** -d, d)
    reduced = reduced_heat(heat + two_level * TEMPERATURES, TEMPERATURES, debye, d)
    curves = {"heat": heat, "exponent": exponent, "reduced": reduced}
    soft = power_law_coefficient(told.get("A_g", none), 4)
    frame = {"temperature": TEMPERATURES, "phonons": debye[0] * TEMPERATURES**d, "soft": soft[0] * TEMPERATURES**5}
    for name, values in curves.items():
        frame |= {name: values[0], f"{name}_error": standard_error(values)}
    cold = told.get("omega_cutoff", none) / COLD
    at_cold = np.array([np.interp(np.log(T), np.log(TEMPERATURES), row) if T > 0 else np.nan for T, row in zip(cold, exponent, strict=True)])
    numbers = {"heat_exponent": (at_cold, NONE), "heat_minimum": (minimum(TEMPERATURES, _below_peak(heat, reduced, d))[0], FREQUENCY)}
    known = np.isfinite(heat[:, -1])  # a spectrum that is not complete has no specific heat, nor parts of it
    debye, soft = np.where(known, debye, np.nan), np.where(known, soft, np.nan)
    numbers |= {"heat_debye": (debye, f"k_B/({FREQUENCY})^d"), "heat_soft": (soft, f"k_B/({FREQUENCY})^5")}
    numbers["heat_minimum_law"] = (series_minimum(two_level, soft)[0], FREQUENCY)
    return pd.DataFrame(frame)[SPECIFIC_HEAT.names], numbers


def _below_peak(heat: np.ndarray, reduced: np.ndarray, dimension: int) -> np.ndarray:
    """The reduced heat (R, T) at temperatures below the boson peak of C/T^d, NaN above: once all modes are warm it falls to -C_Debye."""
    peak = np.argmax(np.nan_to_num(heat / TEMPERATURES**dimension), axis=1)
    return np.where(np.arange(len(TEMPERATURES)) <= peak[:, None], reduced, np.nan)


def _flag(estimates: pd.DataFrame, name: str) -> str:
    """Why a number is not what its name says; empty where it is, or is missing."""
    flags = estimates.loc[estimates["quantity"] == name, "flag"].dropna()
    return str(flags.iloc[0]) if len(flags) else ""


def _estimates(numbers: Mapping[str, tuple[np.ndarray, str]], samples: int, flagged: int, reason: str) -> pd.DataFrame:
    """reason: why there is no omega^4 law, the flag of what stands on it."""
    rows = [
        ESTIMATES.row(
            quantity=name, replicate=replicate, value=value, unit=unit, samples=samples - flagged, flagged=flagged, flag=reason * (name in OF_THE_LAW)
        )
        for name, (values, unit) in numbers.items()
        for replicate, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=ESTIMATES.names)
