"""What every aggregation shares: the ensemble, the reading of its batches, the ledger of samples left out, the frame of estimates.

An ensemble is the samples of one point. Its batch files are read one at a time, so that no observable is ever whole in memory. A sample is
left out, and entered in the ledger with its reason, when any of its rows carries a flag or lacks a number that the observable needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.errors import InputError
from vitrine.parquet import read_provenance, read_table
from vitrine.points import Point
from vitrine.provenance import check_identity
from vitrine.schema import Table
from vitrine.statistics.bootstrap import poisson_weights
from vitrine.tables import ESTIMATES, FLAGS

EXAMPLES = 5


@dataclass(frozen=True)
class Ensemble:
    """The samples of one point of a study, and what the bootstrap needs: the study's `seed` and the number of `replicates`.

    `identities` says, by table, what made its files (Study.identity); a table that is not in it is not checked. mixed: mean, smallest and largest N
    of samples of mixed N, which a point without N has; what is told per particle takes the mean.
    """

    point: Point
    dimension: int
    seed: int
    replicates: int
    identities: Mapping[str, str] = field(default_factory=dict)
    mixed: tuple[float, int, int] | None = None

    @property
    def particles(self) -> float:
        """N; where it differs from sample to sample, its mean."""
        return self.mixed[0] if self.mixed else self.point.particles

    @property
    def modes(self) -> float:
        """Number of modes of a sample, d (N - 1): the translations are left out."""
        return self.dimension * (self.particles - 1)

    @property
    def least_modes(self) -> int:
        """Modes of its smallest sample."""
        return self.dimension * (self.mixed[1] - 1) if self.mixed else self.modes

    @property
    def most_modes(self) -> int:
        """Modes of its largest sample."""
        return self.dimension * (self.mixed[2] - 1) if self.mixed else self.modes

    @property
    def rows(self) -> int:
        """Replicates and the estimate."""
        return self.replicates + 1

    def keyed(self, frame: pd.DataFrame, **other: object) -> pd.DataFrame:
        """A frame with the key of this point in front, for tables of the whole study; other: values of axes that are not the point's."""
        key = self.point.key | other
        return frame.assign(**key)[[*key, *frame.columns]]

    def weights(self, samples: np.ndarray) -> np.ndarray:
        """Bootstrap weights (R, S) of the samples with these indices."""
        point = self.point
        return poisson_weights(self.seed, point.particles, point.parent_temperature, samples, self.replicates, point.further)


@dataclass
class Ledger:
    """The samples that a step leaves out, each with its reason, and the ones that it takes."""

    step: str
    reasons: dict[int, str] = field(default_factory=dict)

    def leave_out(self, samples: Iterable[int], reason: str | Iterable[str]) -> None:
        """Enter samples; the first reason of a sample stays."""
        samples = list(samples)
        for sample, text in zip(samples, [reason] * len(samples) if isinstance(reason, str) else reason, strict=True):
            self.reasons.setdefault(int(sample), text)

    def __len__(self) -> int:
        return len(self.reasons)

    def frame(self) -> pd.DataFrame:
        """The flags table: one row per reason, with the indices of the first few samples."""
        by_reason: dict[str, list[int]] = {}
        for sample, reason in sorted(self.reasons.items()):
            by_reason.setdefault(reason, []).append(sample)
        rows = [
            FLAGS.row(
                step=self.step,
                flag=reason,
                samples=len(samples),
                examples=", ".join(map(str, samples[:EXAMPLES])) + (", ..." if len(samples) > EXAMPLES else ""),
            )
            for reason, samples in sorted(by_reason.items())
        ]
        return pd.DataFrame(rows, columns=FLAGS.names)


def read_batches(
    table: Table, paths: Sequence[str | Path], ensemble: Ensemble, ledger: Ledger, finite: Sequence[str] = (), positive: Sequence[str] = ()
) -> Iterator[pd.DataFrame]:
    """Yield the good rows of each batch, sorted by sample; enter the other samples in `ledger`.

    Good is a sample without a flag whose columns `finite` are finite and whose columns `positive` are finite and positive. Raises InputError, with
    the file's name, for a file that is not a whole table, belongs to another ensemble, or repeats a sample of an earlier file.
    """
    owners: dict[int, Path] = {}
    for path in map(Path, paths):
        data = read_table(table, path)
        _check_origin(data, path, table, ensemble)
        for sample in data["sample"].unique():
            if sample in owners:
                raise InputError(f"{path}: sample {sample} is also in {owners[sample]}; remove the file that does not belong and run again")
            owners[int(sample)] = path
        yield _good_rows(data, ledger, finite, positive)


def _check_origin(data: pd.DataFrame, path: Path, table: Table, ensemble: Ensemble) -> None:
    """Refuse a file of another point, or one that another seed, ladder or tolerance made: numbers of different origin are never averaged."""
    for name, value in ensemble.point.key.items():
        if name not in data.columns:
            raise InputError(f"{path}: has no column {name}; remove it and run again")
        wrong = data[name] != value if isinstance(value, (int, str)) else (data[name] - value).abs() > 1e-9
        if wrong.any():
            raise InputError(f"{path}: holds {name} = {data.loc[wrong, name].iloc[0]}, not {ensemble.point.words}; remove it and run again")
    check_identity(path, read_provenance(path), ensemble.identities.get(table.name, ""))


def _good_rows(data: pd.DataFrame, ledger: Ledger, finite: Sequence[str], positive: Sequence[str]) -> pd.DataFrame:
    """The rows of samples without any flag or missing number: a sample is left out as a whole, never in part."""
    flag = data["flag"].fillna("")
    flagged = data[flag != ""].drop_duplicates("sample")
    ledger.leave_out(flagged["sample"], flag[flagged.index])
    for name in (*finite, *positive):
        bad = data.loc[~np.isfinite(data[name]), "sample"].unique()
        ledger.leave_out(bad, f"{name} is not a finite number")
        if name in positive:
            ledger.leave_out(data.loc[data[name] <= 0, "sample"].unique(), f"{name} is not positive")
    return data[~data["sample"].isin(ledger.reasons.keys())].sort_values("sample", kind="stable", ignore_index=True)


def read_rows(
    table: Table,
    paths: Sequence[str | Path],
    ensemble: Ensemble,
    ledger: Ledger,
    finite: Sequence[str] = (),
    positive: Sequence[str] = (),
) -> pd.DataFrame:
    """The good rows of a table in one frame, batch after batch, as `read_batches` gives them; an empty one where there are none."""
    frames = list(read_batches(table, paths, ensemble, ledger, finite=finite, positive=positive))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=table.names)


def read_samples(table: Table, paths: Sequence[str | Path], ensemble: Ensemble, ledger: Ledger, finite: Sequence[str] = ()) -> pd.DataFrame:
    """The good rows of a table with one row per sample, sorted by sample."""
    data = read_rows(table, paths, ensemble, ledger, finite=finite)
    data = data.sort_values("sample", ignore_index=True)
    if data["sample"].duplicated().any():
        sample = data.loc[data["sample"].duplicated(), "sample"].iloc[0]
        raise InputError(f"{paths[0]} and the other batches of {table.name}: sample {sample} has several rows; remove them and run again")
    return data


@dataclass(frozen=True)
class Estimate:
    """One quantity of one ensemble: values (R,), replicate 0 first, and the number of samples used and left out.

    flag: why the number is not what its name says, such as a prefactor where the data show no law; empty where it is. A flagged estimate is drawn
    hollow, enters no fit, and flags whatever is derived from it.
    """

    values: np.ndarray
    unit: str
    samples: int
    flagged: int
    flag: str = ""

    @property
    def finite(self) -> bool:
        """Whether there is a number."""
        return bool(np.isfinite(self.values[0]))

    @property
    def usable(self) -> bool:
        """Whether it is finite and not flagged."""
        return self.finite and not self.flag


def estimates_frame(ensemble: Ensemble, estimates: dict[str, Estimate]) -> pd.DataFrame:
    """The estimates table of an ensemble: one row per quantity and replicate."""
    frames = [
        pd.DataFrame(
            {
                "quantity": np.full(ensemble.rows, name, dtype=object),
                "replicate": np.arange(ensemble.rows, dtype=np.int32),
                "value": np.asarray(estimate.values, dtype=float),
                "unit": np.full(ensemble.rows, estimate.unit, dtype=object),
                "samples": np.full(ensemble.rows, estimate.samples, dtype=np.int32),
                "flagged": np.full(ensemble.rows, estimate.flagged, dtype=np.int32),
                "flag": np.full(ensemble.rows, estimate.flag, dtype=object),
            }
        )
        for name, estimate in estimates.items()
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=ESTIMATES.names)
