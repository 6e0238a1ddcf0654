"""Decay functions c(r) of an ensemble (002, eqs. S9 and S11), the amplitude of its quartic modes (004, Fig. 1b), and their local exponents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_rows, read_samples
from vitrine.aggregation.scalars import joined_flags, mean_estimates
from vitrine.observables.response_decay import DECAY_CURVES, DECAY_REPLICATES, FAR_EXPONENTS, KINDS, RESPONSE_DECAY, RESPONSE_FIELDS
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.radial import local_exponents

FIELDS = {"projection": "projected", "amplitude": "moved"}  # what is averaged, and the number of fields behind it
EXPONENTS = {"pinch_exponent": ("pinch", "projection"), "quartic_exponent": ("quartic", "projection"), "amplitude_exponent": ("quartic", "amplitude")}
FAR_ENDS = (0.35, 0.4, 0.45, 0.5)  # shares of the box at which the outermost window may end, beside that of the setting


def aggregate_response_decay(
    response_decay: Sequence[str | Path], response_fields: Sequence[str | Path], ensemble: Ensemble, window: float, core: float, far_end: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, decay_curves, far_exponents, decay_replicates, flags) from the batches of the tables.

    Every field counts once. Local exponents are slopes in windows of the extent `window` (a factor of r) that lie beyond `core`; the estimates have
    those of the outermost window that ends within the share `far_end` of the box (V/a0^d)^(1/d), that of the amplitude with the images of the
    continuum divided out where they are known; far_exponents has what other shares make of them. A glass without a quartic mode is left out of what
    concerns these, and said so.
    """
    ledger = Ledger("response_decay")
    fields = read_samples(RESPONSE_FIELDS, response_fields, ensemble, ledger)
    data = read_rows(RESPONSE_DECAY, response_decay, ensemble, ledger)
    fields = fields[~fields["sample"].isin(ledger.reasons.keys())]
    data = data.sort_values(["sample", "kind", "bin"], kind="stable")
    curves, far, replicates, estimates = [], [], [], {}
    for kind in KINDS:
        rows = data[data["kind"] == kind]
        samples = np.unique(rows["sample"].to_numpy(dtype=int))
        bins, means, counts = bin_means(rows, samples, ensemble, FIELDS)
        exponents = {name: _exponents(bins, values, window, core) for name, values in means.items()}
        images = _images(rows, bins, samples, ensemble, window, core)
        curves.append(_curve(kind, bins, means, exponents, counts["projection"]).assign(**images)[DECAY_CURVES.names])
        replicates.append(_replicates(kind, bins, means["projection"], len(samples)))
        for name, (owner, column) in EXPONENTS.items():
            if owner == kind:
                factors = np.nan_to_num(images[f"{column}_images"], nan=1.0) if column == "amplitude" else 1.0
                outermost = _Outermost(bins, means[column] / factors, ensemble.particles ** (1 / ensemble.dimension), window, core)
                estimates[name] = Estimate(outermost.exponents(far_end), NONE, len(samples), len(ledger) + len(fields) - len(samples))
                far.append(outermost.table(name, far_end))
    estimates |= mean_estimates(RESPONSE_FIELDS, fields, ensemble.weights(fields["sample"].to_numpy(dtype=int)), ledger, {"omega_quartic": "omega"})
    frames = (pd.concat(parts, ignore_index=True) for parts in (curves, far, replicates))
    return (estimates_frame(ensemble, estimates), *frames, joined_flags(ledger, _without_mode(fields)))


def bin_means(rows: pd.DataFrame, samples: np.ndarray, ensemble: Ensemble, fields: Mapping[str, str]) -> tuple[pd.DataFrame, dict, dict]:
    """Means over fields in bins of the distance: of the samples' rows, those of one kind.

    fields: {column that is averaged: column with the number of fields behind it}. Returns the bins by rising distance, {column: means under every
    weight (R, n)}, and {column: fields in each bin (n,)}.
    """
    bins = rows.drop_duplicates("bin").sort_values("bin")[["bin", "distance_low", "distance_high"]].reset_index(drop=True)
    owner, place = np.searchsorted(samples, rows["sample"].to_numpy(dtype=int)), np.searchsorted(bins["bin"], rows["bin"])
    weights, means, counts = ensemble.weights(samples), {}, {}
    for name, number in fields.items():
        sums, behind = np.zeros((2, len(samples), len(bins)))
        behind[owner, place] = rows[number]
        sums[owner, place] = np.where(rows[number] > 0, rows[name], 0.0) * rows[number]
        means[name], counts[name] = ratio(weights @ sums, weights @ behind), behind.sum(axis=0).astype(np.int64)
    return bins, means, counts


def distances_of(bins: pd.DataFrame) -> np.ndarray:
    """Where the bins are drawn: their geometric centres, of one that begins at zero half of its end."""
    low, high = bins["distance_low"].to_numpy(dtype=float), bins["distance_high"].to_numpy(dtype=float)
    return np.where(low > 0, np.sqrt(low * high), high / 2)


def _exponents(bins: pd.DataFrame, values: np.ndarray, window: float, core: float) -> np.ndarray:
    """Local exponents (R, n); NaN in the core."""
    found, outside = np.full(values.shape, np.nan), bins["distance_low"].to_numpy(dtype=float) >= core * (1 - 1e-9)
    if outside.any():
        found[:, outside] = local_exponents(distances_of(bins)[outside], values[:, outside], window)
    return found


def _images(rows: pd.DataFrame, bins: pd.DataFrame, samples: np.ndarray, ensemble: Ensemble, window: float, core: float) -> dict[str, np.ndarray]:
    """Columns of the curves: what periodic images alone make of the laws of a continuum, factors as means over samples, and exponents."""
    columns = {}
    for name, law in (("projection", -2 * ensemble.dimension), ("amplitude", 1 - ensemble.dimension)):
        known = rows[np.isfinite(rows[f"{name}_images"])].assign(one=1)
        found = bin_means(known, samples, ensemble, {f"{name}_images": "one"})
        factors = found[0].assign(factor=found[1][f"{name}_images"][0])[["bin", "factor"]].merge(bins, on="bin", how="right")["factor"].to_numpy()
        columns[f"{name}_images"] = factors
        columns[f"{name}_continuum"] = _exponents(bins, factors[None] * distances_of(bins) ** float(law), window, core)[0]
    return columns


@dataclass(frozen=True)
class _Outermost:
    """Exponents of the outermost window of what decays. values (R, n) in bins; box: its width [a0]; window and core as for all exponents."""

    bins: pd.DataFrame
    values: np.ndarray
    box: float
    window: float
    core: float

    def exponents(self, share: float) -> np.ndarray:
        """Those of the last window that ends within a share of the box (R,); NaN where there is none."""
        inside = self._inside(share)
        found = _exponents(self.bins[inside], self.values[:, inside], self.window, self.core)
        there = np.flatnonzero(np.isfinite(found[0]))
        return found[:, there[-1]] if len(there) else np.full(len(found), np.nan)

    def table(self, name: str, share: float) -> pd.DataFrame:
        """FAR_EXPONENTS: the exponents of several shares, and what they differ by from that of `share`, replicate by replicate."""
        rows, own = [], self.exponents(share)
        for end in sorted({*FAR_ENDS, share}):
            found, inside = self.exponents(end), self._inside(end)
            row = {"quantity": name, "far_end": end, "end": self.bins["distance_high"][inside].max(), "exponent": found[0]}
            row |= {"exponent_error": standard_error(found), "change": found[0] - own[0], "change_error": standard_error(found - own)}
            rows.append(row)
        return pd.DataFrame(rows, columns=FAR_EXPONENTS.names)

    def _inside(self, share: float) -> np.ndarray:
        """Which bins (n,) end within a share of the box."""
        return self.bins["distance_high"].to_numpy(dtype=float) <= share * self.box * (1 + 1e-9)


def _curve(kind: str, bins: pd.DataFrame, means: dict, exponents: dict, counts: np.ndarray) -> pd.DataFrame:
    columns = {
        "kind": np.full(len(bins), kind, dtype=object),
        "distance_low": bins["distance_low"],
        "distance_high": bins["distance_high"],
        "fields": counts,
    }
    for name in FIELDS:
        for column, values in ((name, means[name]), (f"{name}_exponent", exponents[name])):
            columns |= {column: values[0], f"{column}_error": standard_error(values)}
    return pd.DataFrame(columns)


def _replicates(kind: str, bins: pd.DataFrame, values: np.ndarray, samples: int) -> pd.DataFrame:
    """Every replicate of c(r), bin by bin."""
    whole = bins.loc[np.repeat(bins.index, len(values))].reset_index(drop=True)
    columns = {"kind": kind, "replicate": np.tile(np.arange(len(values)), len(bins)), "projection": values.T.ravel(), "samples": samples}
    return whole.assign(**columns)[DECAY_REPLICATES.names]


def _without_mode(fields: pd.DataFrame) -> list[pd.DataFrame]:
    """Flags frames for good samples without a quartic mode, or without a weak bond."""
    frames = []
    for reason, lacking in (("no quartic mode", ~np.isfinite(fields["omega"].astype(float))), ("no weak bond", fields["pinched"] == 0)):
        ledger = Ledger("response_decay")
        ledger.leave_out(fields.loc[lacking, "sample"], f"{reason} (left out of what concerns these alone)")
        if len(ledger):
            frames.append(ledger.frame())
    return frames
