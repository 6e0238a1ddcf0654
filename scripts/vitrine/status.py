"""How far a study is: python -m vitrine.status config.yaml [studies/name.yaml ...] [--directory where it runs].

Looks at the files alone, so that it works beside a run, on another machine, or after a crash.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from vitrine.batches import sample_indices
from vitrine.config_files import merged_config
from vitrine.errors import InputError
from vitrine.parquet import write_table
from vitrine.provenance import provenance
from vitrine.study import EnsemblePlan, Study, temperature_name
from vitrine.tables import COSTS

# The last file of each step on a batch of samples, in the order of the steps.
STEPS = {
    "equilibrate_liquids": "liquids.gsd",
    "quench_samples": "glasses.gsd",
    "find_modes": "modes.parquet",
    "measure_elasticity": "elasticity.parquet",
    "pinch_bonds": "pinching.parquet",
    "diagonalise_bond_operator": "bond_operator.parquet",
}
FLAGGED = ("liquids.parquet", "glasses.parquet", *list(STEPS.values())[2:])


@dataclass
class Progress:
    """One parent temperature: samples measured by every step, prepared, at work, flagged; and the jobs still to do, by step."""

    particles: int
    temperature: str
    samples: int
    measured: int = 0
    prepared: int = 0
    running: int = 0
    flagged: set[int] = field(default_factory=set)
    to_do: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))

    def line(self, seconds: float | None) -> str:
        """The progress line; `seconds` of processor time to go, None where nothing is known of a step."""
        left = self.samples - self.measured
        text = (
            f"N = {self.particles}, T_p = {self.temperature}: {self.measured} of {self.samples} samples done, {self.prepared} prepared, {left} left"
        )
        text += f", {len(self.flagged)} flagged"
        if self.running:
            text += f", {self.running} batch{'es' if self.running > 1 else ''} under way"
        if left:
            text += f"; {duration(seconds) if seconds is not None else 'unknown time'} of a core to go"
        return text


def progress_of(results: Path, plan: EnsemblePlan, temperature: str) -> Progress:
    """How far one ensemble of a study is, from its files in results/<study>."""
    ensemble = results / f"N{plan.particles}" / f"T{temperature}"
    progress = Progress(plan.particles, temperature, plan.samples)
    for batch in plan.batches():
        folder, size = ensemble / batch, len(sample_indices(batch))
        done = {step: (folder / file).is_file() for step, file in STEPS.items()}
        for step, is_done in done.items():
            progress.to_do[step] += not is_done
        progress.prepared += size * done["quench_samples"]
        progress.measured += size * all(done.values())
        progress.running += (results / "restarts" / "equilibrate_liquids" / f"N{plan.particles}_T{temperature}_{batch}").is_dir()
        for file in FLAGGED:
            progress.flagged |= _flagged_samples(folder / file)
    return progress


def _flagged_samples(path: Path) -> set[int]:
    if not path.is_file():
        return set()
    try:
        table = pq.read_table(path, columns=["sample", "flag"], partitioning=None).to_pandas()
    except (OSError, pa.ArrowException):
        return set()  # it is being written, or damaged: the study's own jobs say so
    return set(table.loc[table["flag"].fillna("") != "", "sample"].astype(int))


def costs(results: Path) -> pd.DataFrame:
    """What the finished jobs took, one row of tables.COSTS for each step and ensemble, from the benchmark files."""
    rows: dict[tuple, dict] = {}
    for step, particles, temperature, batch, record in _benchmarks(results / "benchmarks"):
        row = rows.setdefault((step, particles, temperature), {"jobs": 0, "samples": 0, "seconds": 0.0, "peak_memory": 0.0})
        row["jobs"] += 1
        row["samples"] += len(sample_indices(batch)) if batch else 0
        row["seconds"] += float(record["s"])
        row["peak_memory"] = max(row["peak_memory"], _number(record["max_rss"]))
    keys = ("step", "particles", "parent_temperature")
    return pd.DataFrame([{**dict(zip(keys, key, strict=True)), **row} for key, row in sorted(rows.items())], columns=[c.name for c in COSTS.columns])


def _benchmarks(folder: Path) -> Iterator[tuple[str, int, float, str, dict[str, str]]]:
    """Step, N, T_p (nan for the study as a whole), batch and record of every benchmark file."""
    for path in sorted(folder.rglob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            records = [record for record in csv.DictReader(file, delimiter="\t") if _is_whole(record)]
        if records:
            step = path.relative_to(folder).parts[0].removesuffix(".tsv")
            size, temperature, batch = (*path.stem.split("_"), "", "", "")[:3] if path.parent != folder else ("N-1", "Tnan", "")
            yield step, int(size[1:]), float(temperature[1:]), batch, records[-1]


def _is_whole(record: dict) -> bool:
    """Whether Snakemake wrote the record to its end: it has no temporary name for it."""
    try:
        return float(record["s"]) >= 0 and record["max_rss"] is not None
    except (KeyError, TypeError, ValueError):
        return False


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # a job too short to be looked at
        return 0.0


def seconds_to_go(progress: Progress, spent: pd.DataFrame) -> float | None:
    """Processor time [s] of the jobs still to do, by the mean of the step's jobs at this T_p, or at any T_p; None where a step has none."""
    seconds = 0.0
    for step, jobs in progress.to_do.items():
        of_step = spent[(spent["step"] == step) & (spent["particles"] == progress.particles)]
        here = of_step[of_step["parent_temperature"] == float(progress.temperature)]
        known = here if len(here) else of_step
        if jobs and known.empty:
            return None
        seconds += jobs * known["seconds"].sum() / known["jobs"].sum() if jobs else 0.0
    return seconds


def duration(seconds: float) -> str:
    """A time for humans: 40 s, 12 min, 3.5 h, 21 days."""
    for limit, unit, name in ((90, 1, "s"), (5400, 60, "min"), (172800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / unit:.{1 if name == 'h' else 0}f} {name}"
    return f"{seconds / 86400:.0f} days"


def progress_lines(study: Study, results: Path, spent: pd.DataFrame | None = None) -> list[str]:
    """The progress line of every ensemble. spent: as `costs` gives it; by default it is read."""
    spent, lines = costs(results) if spent is None else spent, []
    for plan in study.ensembles.values():
        for temperature in map(temperature_name, plan.parent_temperatures):
            progress = progress_of(results, plan, temperature)
            lines.append(progress.line(seconds_to_go(progress, spent)))
    return lines


def report_status(study: Study, directory: Path) -> str:
    """The progress lines of every ensemble and the costs by step; the costs are also written to results/<study>/costs.parquet."""
    results = directory / "results" / study.name
    if not results.is_dir():
        return f"{results}: nothing yet"
    spent = costs(results)
    lines = progress_lines(study, results, spent)
    if len(spent):
        write_table(COSTS, spent, results / "costs.parquet", provenance(study.config))
        by_step = spent.groupby("step").agg(
            jobs=("jobs", "sum"), samples=("samples", "sum"), seconds=("seconds", "sum"), memory=("peak_memory", "max")
        )
        lines.append("")
        for step, row in by_step.sort_values("seconds", ascending=False).iterrows():
            each = f"{row['seconds'] / row['samples']:8.2f} s each" if row["samples"] else 15 * " "
            lines.append(f"{step:26s} {row['jobs']:6.0f} jobs {duration(row['seconds']):>8s} {each} {row['memory']:7.0f} MB at most")
    return "\n".join(lines)


def main() -> None:
    """Print how far the study of the command line is."""
    parser = argparse.ArgumentParser(prog="python -m vitrine.status", description=__doc__)
    parser.add_argument("configs", type=Path, nargs="+", help="config.yaml and the files laid over it")
    parser.add_argument("--directory", type=Path, default=Path(), help="the folder in which Snakemake runs, that of results/")
    arguments = parser.parse_args()
    try:
        # What runs the dynamics changes no path: it need not be present here.
        print(report_status(Study.from_config(merged_config(arguments.configs), conda=True), arguments.directory))
    except InputError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
