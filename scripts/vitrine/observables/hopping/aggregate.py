"""Motion of groups of particles in an ensemble: means over samples of what holds for the groups of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_samples
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.hopping import (
    GROUP_MOTION,
    GROUP_MOTION_CURVES,
    GROUP_NUMBERS,
    GROUP_SPECTRA,
    GROUP_SPECTRUM_CURVES,
    GROUPS,
    HOPPING_GROUPS,
    HOPPING_NUMBERS,
)
from vitrine.observables.velocity_spectrum.aggregate import mean_curves
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import weighted_mean

COLUMNS = ("size", "overlap", "softness", "hop_energy", "hop_square", "hops", "reversibility", "species_b")
# Quantities of the first share: (group, column).
OF_GROUPS = {
    **{f"hop_{name}_{group}": (group, f"hop_{name}") for name in ("energy", "square") for group in ("softest", "diffusive", "all")},
    "reversibility_softest": ("softest", "reversibility"),
    "reversibility_diffusive": ("diffusive", "reversibility"),
    "group_overlap": ("softest", "overlap"),
}
NUMBERS = {
    "hop_correlation_energy": "correlation_energy",
    "hop_correlation_square": "correlation_square",
    "hop_energy_a": "hop_energy_a",
    "hop_energy_b": "hop_energy_b",
}


def aggregate_hopping(
    hopping_groups: Sequence[str | Path],
    group_motion: Sequence[str | Path],
    group_spectra: Sequence[str | Path],
    hopping_numbers: Sequence[str | Path],
    ensemble: Ensemble,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, group_motion_curves, group_spectrum_curves, group_numbers, flags) from the batches.

    A sample with inherent states that did not converge is left out.
    """
    ledger = Ledger("hopping")
    numbers = read_samples(HOPPING_NUMBERS, hopping_numbers, ensemble, ledger, finite=("hop_energy_a",))
    bad = numbers["unconverged"].to_numpy(dtype=int) > 0
    ledger.leave_out(numbers.loc[bad, "sample"], "inherent states along its run did not converge")
    numbers = numbers[~bad].reset_index(drop=True)
    weights = ensemble.weights(numbers["sample"].to_numpy(dtype=int))
    estimates = mean_estimates(HOPPING_NUMBERS, numbers, weights, ledger, NUMBERS)
    distinct = numbers["distinct"].to_numpy(dtype=float) / (numbers["states"].to_numpy(dtype=float) - 1)
    estimates["distinct_states"] = Estimate(weighted_mean(weights, distinct), NONE, len(numbers), len(ledger))
    groups, replicates = mean_curves(HOPPING_GROUPS, hopping_groups, ensemble, ledger, ("group", "share"), COLUMNS)
    for name, (group, column) in OF_GROUPS.items():
        rows = groups[groups["group"] == group]
        values = replicates[column][:, rows["share"].idxmin()] if len(rows) else np.full(ensemble.rows, np.nan)
        estimates[name] = Estimate(values, HOPPING_GROUPS.unit_of(column), len(numbers), len(ledger))
    motion, moved = mean_curves(GROUP_MOTION, group_motion, ensemble, ledger, ("group", "share", "lag"), ("second",))
    for group in GROUPS[:3]:
        rows = motion[motion["group"] == group]
        last = rows.sort_values(["share", "lag"], ascending=[True, False]).index[:1]
        values = moved["second"][:, last[0]] if len(last) else np.full(ensemble.rows, np.nan)
        estimates[f"motion_{group}"] = Estimate(values, GROUP_MOTION.unit_of("second"), len(numbers), len(ledger))
    spectra, _ = mean_curves(GROUP_SPECTRA, group_spectra, ensemble, ledger, ("group", "share", "band", "omega"), ("spectrum",))
    curves = (motion[GROUP_MOTION_CURVES.names], spectra[GROUP_SPECTRUM_CURVES.names], groups[GROUP_NUMBERS.names])
    return estimates_frame(ensemble, estimates), *curves, ledger.frame()
