"""From what benchmarks.scaling measured to what readers and the cost model use: python -m benchmarks.costs.

Writes the fits (results/benchmarks/scaling_fits.parquet), scripts/vitrine/costs.yaml, docs/scaling.svg with its twins in results/benchmarks, and the
predicted cost in the head of every file of studies/ (--heads: these alone); python -m docs then renews the pages. The times of jobs that only combine
tables or draw come from the benchmark files of a finished study (--study). --add STEP --beside OTHER measures a step that costs.yaml has not, and one
that it has: the new law is what STEP takes times what OTHER takes there over what it takes here.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from vitrine.costs import COSTS
from vitrine.figures.style import save
from vitrine.files import whole_file
from vitrine.parquet import read_provenance, read_table, write_table
from vitrine.runs.spent import read_benchmark

from benchmarks.fits import FITS, LAW, fit_steps
from benchmarks.glasses import FOLDER
from benchmarks.readme import REPOSITORY, write_head
from benchmarks.scaling import LONG_TABLES, OUTPUT, SCALING, step_rows
from benchmarks.scaling_figure import plot_scaling

ADDED_SIZES = ((3, (500, 1000, 2000, 4000)), (2, (1000, 2000, 4000)))
FIGURE = REPOSITORY / "docs" / "scaling.svg"
HEAD = """\
# What the steps of a study take on one core: measured by benchmarks/scaling.py, written by benchmarks/costs.py, not to be edited by hand.
# dsyevd_6000: seconds for the eigenvalues of a full matrix of 6000 rows, by which another machine may be scaled.
# jobs: seconds before the first sample, of a job that combines tables, of one that draws; MB of any job.
# steps: seconds = a (N/1000)^b (number/20)^p for one sample and `number` modes, megabytes = m (N/1000)^c beside the interpreter's.
# models: seconds of a time step of the built-in engine, of a trial exchange, and bonds, for each particle.
# rows: of a long table, bytes on disk, and seconds and bytes of memory to aggregate it.
"""


def costs(scaling: pd.DataFrame, fits: pd.DataFrame, origin: dict, jobs: dict[str, float]) -> dict:
    """What costs.yaml says, from the tables SCALING and FITS, the provenance of the former, and the seconds of jobs `table` and `figure`."""
    single = {(row.step, row.model, row.dimension, row.quantity): row.value for row in scaling[scaling["particles"] <= 1].itertuples()}
    models = []
    for model, dimension in dict.fromkeys(key[1:3] for key in single if key[0] == "time_step"):
        names = (("step", "time_step", "seconds"), ("bonds", "bonds", "bonds"), ("exchange", "exchange", "seconds"))
        numbers = {name: single[step, model, dimension, quantity] for name, step, quantity in names}
        models.append({"model": model, "dimension": dimension, **{name: value for name, value in numbers.items() if np.isfinite(value)}})
    rows = []
    for table in LONG_TABLES:
        numbers = {quantity: single[f"row_{table}", "poly", 3, quantity] for quantity in ("bytes", "seconds", "megabytes")}
        rows.append({"table": table, "bytes": numbers["bytes"], "seconds": numbers["seconds"], "memory": 1e6 * numbers["megabytes"]})
    start = {quantity: single["start", "poly", 3, quantity] for quantity in ("seconds", "megabytes")}
    return {
        "machine": f"{origin['machine']['processor']}, {origin['machine']['blas']}",
        "date": origin["date"],
        "dsyevd_6000": single["dsyevd", "", 3, "seconds"],
        "jobs": {"start": start["seconds"], **jobs, "interpreter": start["megabytes"]},
        "steps": fits[list(LAW)].to_dict("records"),
        "models": models,
        "rows": rows,
    }


def _rounded(value: object) -> object:
    """Plain values, numbers to four digits: more were not measured."""
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    if isinstance(value, float):
        return float(f"{value:.4g}")
    return int(value) if isinstance(value, np.integer) else value


def job_times(study: Path) -> dict[str, float]:
    """Mean seconds of the jobs that combine tables and of those that draw, from the benchmark files of a finished study."""
    times: dict[str, list[float]] = {"table": [], "figure": []}
    for path in sorted((study / "benchmarks").rglob("[A-Za-z]*.tsv")):
        rule = path.stem if path.parent.name == "benchmarks" else path.parent.name
        kind = "figure" if rule.startswith("plot_") else "table" if re.match("aggregate_|collect_|compute_|fit_|write_", rule) else None
        record = read_benchmark(path) if kind else None
        if record:
            times[kind].append(record.seconds)
    if not all(times.values()):
        raise SystemExit(f"{study} is no finished study: it has no benchmark files of tables and figures; name one with --study")
    return {kind: float(np.mean(values)) for kind, values in times.items()}


def added(told: dict, step: str, beside: str, folder: Path) -> dict:
    """What costs.yaml says, with the law of another step in it."""
    rows = [row for dimension, sizes in ADDED_SIZES for name in (step, beside) for row in step_rows(name, dimension, "", sizes, np.inf, folder)]
    laws = fit_steps(pd.DataFrame(rows))[list(LAW)].to_dict("records")
    here = {(law["step"], law["dimension"]): law for law in laws}
    there = {(law["step"], law["dimension"]): law for law in told["steps"]}
    new = []
    for law in (law for law in laws if law["step"] == step):
        known = (beside, law["dimension"])
        new.append({**law, "a": law["a"] * there[known]["a"] / here[known]["a"]})
    steps = [*(law for law in told["steps"] if law["step"] != step), *new]
    return {**told, "steps": sorted(steps, key=lambda law: (law["step"], law["dimension"], law["solver"]))}


def write_costs(told: dict) -> None:
    """costs.yaml."""
    with whole_file(COSTS) as partial:
        partial.write_text(HEAD + yaml.safe_dump(_rounded(told), default_flow_style=None, sort_keys=False, width=200), encoding="utf-8")


def main() -> None:
    """Write everything that follows from the measurement."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.costs", description=__doc__)
    parser.add_argument("--scaling", type=Path, default=OUTPUT, help="the table that benchmarks.scaling wrote")
    parser.add_argument("--study", type=Path, default=Path("results/default"), help="results of a finished study")
    parser.add_argument("--heads", action="store_true", help="only the heads of the studies, from the costs.yaml that is there")
    parser.add_argument("--add", metavar="STEP", help="measure this step of benchmarks.steps alone, and ...")
    parser.add_argument("--beside", metavar="STEP", default="swap_sweep", help="... this one, which costs.yaml has")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where large glasses are kept")
    arguments = parser.parse_args()
    if arguments.add:
        write_costs(added(yaml.safe_load(COSTS.read_text(encoding="utf-8")), arguments.add, arguments.beside, arguments.folder))
    elif not arguments.heads:
        scaling, origin = read_table(SCALING, arguments.scaling), read_provenance(arguments.scaling)
        fits, beside = fit_steps(scaling), arguments.scaling.with_name
        write_table(FITS, fits, beside("scaling_fits.parquet"), {name: origin[name] for name in ("version", "date", "machine")})
        write_costs(costs(scaling, fits, origin, job_times(arguments.study)))
        save(plot_scaling(scaling, fits), [FIGURE, beside("scaling.svg"), beside("scaling.pdf")])
    for study in sorted((REPOSITORY / "studies").glob("*.yaml")):
        write_head(study)


if __name__ == "__main__":
    main()
