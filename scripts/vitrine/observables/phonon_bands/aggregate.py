"""Phonon bands of an ensemble: positions, widths, the prefactor of widths, and the frequency at which bands touch (004 sec. III, eqs. 4, 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_rows, read_samples
from vitrine.observables.elasticity import ELASTICITY
from vitrine.observables.phonon_bands import BAND_CURVES, LONGITUDINAL, MODE_CLOUD, PHONON_BANDS, PHONON_MODES, TRANSVERSE
from vitrine.schema import FREQUENCY, NONE
from vitrine.statistics.bootstrap import standard_error, weighted_mean

CLOUD = 20_000  # modes that are kept to be drawn
BEYOND = 1.5  # omega_dagger lies at most so far beyond the highest whole band: further out nothing was seen of it
SPEEDS = {TRANSVERSE: "c_s", LONGITUDINAL: "c_l"}
OTHER_BOX = "its box has other bands than that of the first sample"
NO_GAP = "fewer than two neighbouring transverse bands are whole"
FAR = f"beyond {BEYOND:g} times the highest whole band"


def aggregate_phonon_bands(
    phonon_modes: Sequence[str | Path],
    phonon_bands: Sequence[str | Path],
    elasticity: Sequence[str | Path],
    ensemble: Ensemble,
    purity: float = 0.5,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, band_curves, mode_cloud, flags) from the batches of the tables.

    A band is one of the ensemble where it is whole in every good sample. Width: the root mean square over samples, c chi = width/(omega sqrt(n_z/N)).
    omega_dagger: where 2 (width_z + width_z+1) is the gap omega_z+1 - omega_z, the full width of a semicircle being four standard deviations. That
    ratio grows as omega^((d+2)/2), the law behind eq. 5; each gap between whole bands gives omega_dagger, and their geometric mean is taken.
    """
    ledger = Ledger("phonon_bands")
    bands = read_rows(PHONON_BANDS, phonon_bands, ensemble, ledger, positive=("omega",))
    modes = read_rows(PHONON_MODES, phonon_modes, ensemble, ledger, positive=("omega",))
    speeds = read_samples(ELASTICITY, elasticity, ensemble, ledger, finite=tuple(SPEEDS.values())).set_index("sample")
    known = bands["sample"].isin(speeds.index)
    ledger.leave_out(bands.loc[~known, "sample"].unique(), "no wave speeds: not in the elasticity table")
    _leave_out_other_boxes(bands[known], ledger)
    bands, modes = (frame[~frame["sample"].isin(ledger.reasons.keys())] for frame in (bands, modes))
    samples = np.sort(bands["sample"].unique()).astype(int)
    weights = ensemble.weights(samples)
    whole = [Band.of(rows, speeds.loc[samples, SPEEDS[kind]].to_numpy(float), weights, purity) for (kind, _), rows in _by_band(bands)]
    whole = [band for band in whole if band is not None]
    estimates = _estimates(whole, ensemble, len(samples), len(ledger))
    return estimates_frame(ensemble, estimates), _curves(whole, len(samples)), _cloud(modes), ledger.frame()


def _by_band(bands: pd.DataFrame) -> list[tuple[tuple, pd.DataFrame]]:
    """The rows of each band, sample by sample; transverse bands first."""
    return sorted(bands.sort_values("sample").groupby(["polarisation", "shell"]), key=lambda one: (one[0][0] != TRANSVERSE, one[0][1]))


def _leave_out_other_boxes(bands: pd.DataFrame, ledger: Ledger) -> None:
    """Samples whose bands are not those of the first one are not averaged with it: their boxes have another shape."""
    shapes = {sample: rows[["squared", "degeneracy"]].to_numpy() for sample, rows in bands.groupby("sample")}
    first = next(iter(shapes.values()), None)
    other = [sample for sample, shape in shapes.items() if shape.shape != first.shape or not np.allclose(shape, first, rtol=1e-6, atol=0)]
    ledger.leave_out(other, OTHER_BOX)


@dataclass(frozen=True, eq=False)
class Band:
    """A whole band of an ensemble: a row of it; replicates (R,) of its frequency, width and omega/(c q); mean purity, and whether that suffices."""

    row: pd.Series
    omega: np.ndarray
    width: np.ndarray
    ratio: np.ndarray
    purity: float
    separate: bool

    @classmethod
    def of(cls, rows: pd.DataFrame, speed: np.ndarray, weights: np.ndarray, least: float) -> Band | None:
        """From its rows, one for each sample; None where it is not whole in all."""
        if not rows["whole"].all():
            return None
        omega, width, wave = (rows[name].to_numpy(float) for name in ("omega", "width", "wave_number"))
        purity = float(rows["purity"].mean())
        ratio = np.divide(omega, speed * wave, out=np.full(len(omega), np.nan), where=speed > 0)
        means = (weighted_mean(weights, omega), np.sqrt(weighted_mean(weights, width**2)), weighted_mean(weights, ratio))
        return cls(rows.iloc[0], *means, purity, purity >= least)

    @property
    def transverse(self) -> bool:
        """Whether its waves are."""
        return self.row["polarisation"] == TRANSVERSE

    def gap(self, following: Band | None) -> np.ndarray | None:
        """Twice the two widths over the gap to the next transverse band (R,); None where that is not whole."""
        if following is None or not self.transverse or not following.transverse or following.row["shell"] != self.row["shell"] + 1:
            return None
        return 2 * (self.width + following.width) / (following.omega - self.omega)


def _pairs(whole: Sequence[Band]) -> list[tuple[Band, Band | None]]:
    return list(zip(whole, [*whole, None][1:], strict=True))


def _estimates(whole: Sequence[Band], ensemble: Ensemble, samples: int, flagged: int) -> dict[str, Estimate]:
    """Prefactor, positions and omega_dagger."""
    across = [band for band in whole if band.transverse]
    along = [band for band in whole if not band.transverse]
    estimates = {"bands_whole": Estimate(np.full(ensemble.rows, float(len(across))), NONE, samples, flagged)}
    for name, bands in (("band_position", across), ("band_position_longitudinal", along)):
        if bands and bands[0].row["shell"] == 1:
            estimates[name] = Estimate(bands[0].ratio, NONE, samples, flagged)
    reduced = [band.width / (band.omega * np.sqrt(band.row["degeneracy"] / ensemble.particles)) for band in across if band.separate]
    if reduced:
        estimates["band_prefactor"] = Estimate(np.mean(reduced, axis=0), NONE, samples, flagged)
    power, places = 2 / (ensemble.dimension + 2), []
    for band, following in _pairs(across):
        overlap = band.gap(following)
        if overlap is not None and np.all(overlap[0] > 0):
            middle = np.sqrt(band.omega * following.omega)
            places.append(np.log(middle) - power * np.log(np.where(overlap > 0, overlap, np.nan)))
    if places:
        dagger = np.exp(np.mean(places, axis=0))
        flag = FAR if dagger[0] > BEYOND * across[-1].omega[0] else ""
        estimates["omega_dagger"] = Estimate(dagger, FREQUENCY, samples, flagged, flag)
    elif samples:
        estimates["omega_dagger"] = Estimate(np.full(ensemble.rows, np.nan), FREQUENCY, samples, flagged, NO_GAP)
    return estimates


def _curves(whole: Sequence[Band], samples: int) -> pd.DataFrame:
    """The table BAND_CURVES."""
    rows = []
    for band, following in _pairs(whole):
        overlap = band.gap(following)
        numbers = {name: value[0] for name, value in (("omega", band.omega), ("ratio", band.ratio), ("width", band.width))}
        errors = {f"{name}_error": standard_error(getattr(band, name)) if samples > 1 else np.nan for name in numbers}
        rows.append(
            BAND_CURVES.row(
                **{name: band.row[name] for name in ("polarisation", "shell", "squared", "degeneracy")},
                **numbers,
                **errors,
                purity=band.purity,
                overlap=np.nan if overlap is None else overlap[0],
                separate=band.separate,
                samples=samples,
            )
        )
    return pd.DataFrame(rows, columns=BAND_CURVES.names)


def _cloud(modes: pd.DataFrame) -> pd.DataFrame:
    """Modes of the first samples, whole ones."""
    counts = modes.groupby("sample").size().cumsum()
    shown = counts.index[: max(1, int((counts <= CLOUD).sum()))]
    return modes.loc[modes["sample"].isin(shown), MODE_CLOUD.names].reset_index(drop=True)
