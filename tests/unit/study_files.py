"""Files of a study as its jobs leave them behind, for the tests of what looks at them: tables with provenance, benchmarks, logs, a lock."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

from vitrine.batches import sample_indices
from vitrine.observables import known_tables
from vitrine.parquet import Key, write_table
from vitrine.runs import locks
from vitrine.study import Study
from vitrine.tables import ENSEMBLES, ESTIMATES, FITS, FLAGS, PILOT, QUANTITIES, SUMMARY

# What the rules of the default study write for a batch, by the README's words: the samples, and a table or two.
BATCH = {
    "equilibrate_liquids": ("liquids.gsd", "liquids.parquet", "relaxation.parquet"),
    "quench_samples": ("glasses.gsd", "glasses.parquet"),
    "find_modes": ("modes.parquet",),
    "measure_elasticity": ("elasticity.parquet",),
    "pinch_bonds": ("pinching.parquet",),
    "diagonalise_bond_operator": ("bond_operator.parquet",),
}
OBSERVABLE = {
    "find_modes": "modes",
    "measure_elasticity": "elasticity",
    "pinch_bonds": "pinching",
    "diagonalise_bond_operator": "bond_operator",
}
STUDY = {"quantities": QUANTITIES, "fits": FITS, "flags": FLAGS, "ensembles": ENSEMBLES}
LAST = "2026-01-01 12:00:00,000 12.00 s of processor time, 1.00 s of them to start\n"


class Results:
    """The folder results/<study> below `directory`."""

    def __init__(self, study: Study, directory: Path) -> None:
        self.study, self.directory, self.folder = study, directory, directory / "results" / study.name

    def batch(self, label: str, batch: str, *rules: str, seconds: float | None = 10.0, memory="200.0", flags=(), identity: str | None = None) -> None:
        """What rules leave behind of a batch, all of them by default. seconds: in the benchmark file, None for none. flags: (sample, flag)."""
        key = Key.of(self.study.places[label].point)
        for rule in rules or BATCH:
            own = identity or self.identity(label, rule)
            for file in BATCH[rule]:
                path = self.folder / label / batch / file
                path.parent.mkdir(parents=True, exist_ok=True)
                if file.endswith(".gsd"):
                    path.touch()
                    continue
                table = known_tables()[file.removesuffix(".parquet")]
                rows = [table.row(sample=sample, flag=dict(flags).get(sample, "")) for sample in sample_indices(batch)]
                write_table(table, rows, path, {"identity": own}, key)
            if seconds is not None:
                self.benchmark(rule, f"{label}_{batch}", seconds, memory)

    def identity(self, label: str, rule: str) -> str:
        """Who a batch's files must be made by."""
        if rule in OBSERVABLE:
            return self.study.identity(label, "measure", OBSERVABLE[rule])
        return self.study.identity(label, {"equilibrate_liquids": "liquids", "quench_samples": "glasses"}[rule])

    def pilot(self, label: str, seconds: float = 1.0, identity: str | None = None) -> None:
        """What the pilot of a point leaves behind."""
        place = self.study.places[label]
        path = self.folder / label / "pilot.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".gsd").touch()
        rows = [PILOT.row(sample=sample) for sample in range(place.preparation["pilot_samples"])]
        write_table(PILOT, rows, path, {"identity": identity or self.study.identity(label)}, Key.of(place.point))
        self.benchmark("pilot_liquids", label, seconds)

    def average(self, label: str, name: str, seconds: float = 1.0, identity: str | None = None) -> None:
        """What averaging an observable leaves behind."""
        one = self.study.observables[name]
        for file in one.averages:
            own = file.removesuffix(".parquet")
            table = ESTIMATES if own.endswith("_estimates") else FLAGS if own.endswith("_flags") else known_tables()[own]
            origin = {"identity": identity or self.study.identity_of_average(label, name)}
            write_table(table, [], self.folder / label / file, origin, Key.of(self.study.places[label].point))
        self.benchmark(one.aggregate, label, seconds)

    def whole(self, identity: str | None = None) -> None:
        """Tables of the study, its figures, summary and record."""
        import json

        origin, key = {"identity": identity or self.study.identity_of_study()}, Key(self.study.axes)
        collected = [curve.name for one in self.study.aggregated for curve in one.curves]
        collected += [file.removesuffix(".parquet") for one in self.study.aggregated for file in one.collected]
        for name, table in {**STUDY, **{name: known_tables()[name] for name in collected}}.items():
            write_table(table, [], self.folder / "tables" / f"{name}.parquet", origin, key)
        write_table(SUMMARY, [], self.folder / "summary.parquet", origin)
        (self.folder / "summary.md").write_text("# small", encoding="utf-8")
        (self.folder / "provenance.json").write_text(json.dumps({"config": self.study.config}), encoding="utf-8")
        (self.folder / "figures").mkdir(exist_ok=True)
        for name in self.study.figures:
            for ending in ("svg", "pdf"):
                (self.folder / "figures" / f"{name}.{ending}").write_text(name, encoding="utf-8")
            self.benchmark(f"plot_{name}", "", 2.0)
        for rule in ("collect_tables", "fit_study", "write_summary"):
            self.benchmark(rule, "", 1.0)

    def everything(self) -> None:
        """A finished study."""
        for label, place in self.study.places.items():
            for batch in place.batches:
                self.batch(label, batch)
            if place.has_pilot:
                self.pilot(label)
            for one in self.study.aggregated:
                self.average(label, one.name)
        self.whole()

    def benchmark(self, rule: str, name: str, seconds: float, memory="200.0") -> Path:
        """The benchmark file of a job."""
        path = self.folder / "benchmarks" / (f"{rule}/{name}.tsv" if name else f"{rule}.tsv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"s\th:m:s\tmax_rss\n{seconds}\t0:00:10\t{memory}\n", encoding="utf-8")
        return path

    def log(self, rule: str, label: str, batch: str, *samples: int, ended: bool = False, age: float = 0.0) -> Path:
        """The log of a job that has finished some samples. age: how long ago it was written last [s]."""
        path = self.folder / "logs" / rule / f"{label}_{batch}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"2026-01-01 12:00:00,000 sample {sample}: measured\n" for sample in samples]
        path.write_text("2026-01-01 12:00:00,000 going on\n" + "".join(lines) + (LAST if ended else ""), encoding="utf-8")
        os.utime(path, (time.time() - age,) * 2)
        return path

    def lock(self, owner: bool = True, age: float = 60.0) -> None:
        """Snakemake's lock, taken so long ago [s]; with the owner's file this process is at work."""
        place = self.directory / locks.LOCKS
        place.mkdir(parents=True, exist_ok=True)
        for name in ("0.input.lock", "0.output.lock"):
            (place / name).write_text("results/a\n", encoding="utf-8")
            os.utime(place / name, (time.time() - age,) * 2)
        if owner:
            locks.write_owner(self.directory)

    def lock_of_the_dead(self) -> None:
        """The lock of a process of this machine that is gone."""
        import json
        import subprocess
        import sys

        self.lock()
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        (file,) = (self.directory / locks.LOCKS).glob("*.owner.json")
        file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), "process": ended.pid}), encoding="utf-8")
        assert platform.node() in file.read_text(encoding="utf-8")
