"""What jobs leave behind while a study runs: the benchmark files of those that have ended, the logs of those at work."""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from vitrine.job import PROCESSOR_TIME

ENDED = PROCESSOR_TIME.split("%.2f")[1]  # stands in the last line of a log, whether the job was a success or not
LAST_LINE = 200  # bytes that hold it
SAMPLE = re.compile(rb"^\S+ \S+ sample (\d+): ", re.MULTILINE)


class Record(NamedTuple):
    """What a job took: wall time [s] and largest resident memory [MB]."""

    seconds: float
    megabytes: float


@dataclass
class Spent:
    """What ended jobs took: their number, the samples in them, wall time [s], largest resident memory [MB], and what was predicted for them [s]."""

    jobs: int = 0
    samples: int = 0
    seconds: float = 0.0
    megabytes: float = 0.0
    predicted: float = 0.0

    def add(self, other: Spent) -> None:
        """Enter further jobs."""
        self.jobs += other.jobs
        self.samples += other.samples
        self.seconds += other.seconds
        self.megabytes = max(self.megabytes, other.megabytes)
        self.predicted += other.predicted


class Listings:
    """The files of a folder with their times [ns], each folder listed once in a look. Jobs are asked for by name: foreign files are never read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, dict[str, int]] = {}

    def written(self, rule: str, name: str, ending: str) -> int | None:
        """When the file of a job was written; None where there is none. A job of the whole study has no name."""
        inner = rule if name else ""
        if inner not in self._known:
            self._known[inner] = _listing(self.folder / inner)
        return self._known[inner].get(f"{name or rule}{ending}")


def _listing(folder: Path) -> dict[str, int]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.stat().st_mtime_ns for entry in entries}
    except OSError:
        return {}


def place_of(folder: Path, rule: str, name: str, ending: str) -> Path:
    """The benchmark file, or the log, of a job."""
    return folder / rule / f"{name}{ending}" if name else folder / f"{rule}{ending}"


class Benchmarks:
    """The records of ended jobs; each file is read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[tuple[str, str], tuple[int, Record | None]] = {}

    def record(self, listings: Listings, rule: str, name: str) -> Record | None:
        """What a job took; None where it has no whole record."""
        written = listings.written(rule, name, ".tsv")
        if written is None:
            return None
        known = self._known.get((rule, name))
        if known is None or known[0] != written:
            known = self._known[rule, name] = (written, read_benchmark(place_of(self.folder, rule, name, ".tsv")))
        return known[1]


def read_benchmark(path: Path) -> Record | None:
    """The last whole record of a benchmark file: Snakemake has no temporary name for it."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file, delimiter="\t") if row.get("max_rss") is not None]
        return Record(float(rows[-1]["s"]), _number(rows[-1]["max_rss"]))
    except (OSError, ValueError, KeyError, IndexError, TypeError, csv.Error):
        return None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # a job too short to be looked at
        return 0.0


def samples_at_work(path: Path) -> set[int] | None:
    """Samples that a job at work has finished, by its log; None where its last line says that it has ended."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if ENDED.encode() in content[-LAST_LINE:]:
        return None
    return {int(number) for number in SAMPLE.findall(content)}
