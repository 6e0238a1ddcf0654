"""How far a study is: python -m vitrine.runs.status config.yaml [studies/name.yaml ...] [--directory where it runs].

Looks at the files alone, so that it works beside a run, on another machine, or after a crash.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vitrine.config_files import merged_config
from vitrine.errors import InputError
from vitrine.parquet import write_table
from vitrine.provenance import provenance
from vitrine.runs.progress import Look, Observer, run_began
from vitrine.runs.words import aligned, duration
from vitrine.study import Study
from vitrine.tables import COSTS


def report_status(study: Study, directory: Path, terminal: bool = False) -> str:
    """The progress line of every point and of the study, what is not the study's, and the costs by step, which also go to costs.parquet.

    terminal: with a bar.
    """
    observer = Observer(study, directory)
    if not observer.results.is_dir():
        return f"{observer.results}: nothing yet"
    now = observer.look(run_began(directory))
    lines = [*now.lines, now.overall(terminal), *(f"note: {sentence}" for sentence in now.refusals())]
    rows = cost_rows(now)
    if rows:
        write_table(COSTS, rows, observer.results / "costs.parquet", provenance(study.config))
        lines += ["", "wall time of ended jobs:", _by_rule(now)]
    return "\n".join(lines)


def cost_rows(now: Look) -> list[dict]:
    """What ended jobs took: one row of tables.COSTS for each step and point."""
    return [
        {
            "step": rule,
            "point": label,
            "jobs": spent.jobs,
            "samples": spent.samples,
            "seconds": spent.seconds,
            "peak_memory": spent.megabytes,
        }
        for rule, by_label in sorted(now.spent.items())
        for label, spent in sorted(by_label.items())
    ]


def _by_rule(now: Look) -> str:
    rows = [("step", "jobs", "time", "of a sample", "memory of a job")]
    for rule, spent in sorted(now.of_rule.items(), key=lambda entry: -entry[1].seconds):
        each = f"{spent.seconds / spent.samples:.2f} s" if spent.samples else ""
        rows.append((rule, str(spent.jobs), duration(spent.seconds), each, f"{spent.megabytes:.0f} MB at most"))
    return aligned(rows)


def main() -> None:
    """Print how far the study of the command line is."""
    parser = argparse.ArgumentParser(prog="python -m vitrine.runs.status", description=__doc__)
    parser.add_argument("configs", type=Path, nargs="+", help="config.yaml and the files laid over it")
    parser.add_argument("--directory", type=Path, default=Path(), help="the folder in which Snakemake runs, that of results/")
    arguments = parser.parse_args()
    try:
        # What runs the dynamics changes no path: it need not be present here.
        study = Study.from_config(merged_config(arguments.configs), conda=True, directory=arguments.directory)
        print(report_status(study, arguments.directory, sys.stdout.isatty()))
    except InputError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
