"""How much of the cores' time a study's samples get: python -m benchmarks.study. Runs the default study, in a folder of its own or in --directory.

Busy is the processor time of all processes over cores times wall time. Orchestration is what is not a sample's own work: Snakemake, the start of
every job (Python and its imports), averages, fits and figures.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

from vitrine.config_files import merged_config
from vitrine.runs.steps import rules_of_batches
from vitrine.study import Study

ROOT = Path(__file__).resolve().parent.parent
LAST_LINE = re.compile(r"([\d.]+) s of processor time, ([\d.]+) s of them to start")


def processor_times(logs: Path) -> dict[str, tuple[int, float, float]]:
    """Of each rule its jobs, their processor time [s] and what of it they took to start, from the last lines of their logs."""
    found: dict[str, tuple[int, float, float]] = {}
    for path in sorted(logs.rglob("*.log")):
        rule = path.relative_to(logs).parts[0].removesuffix(".log")
        whole, to_start = map(float, LAST_LINE.search(path.read_text(encoding="utf-8")).groups())
        jobs, before, started = found.get(rule, (0, 0.0, 0.0))
        found[rule] = (jobs + 1, before + whole, started + to_start)
    return found


def main() -> None:
    """Run the study and print the shares."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.study", description=__doc__)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--configfile", type=Path, nargs="*", default=[])
    parser.add_argument("--directory", type=Path, help="an empty folder that keeps the results")
    arguments = parser.parse_args()
    study = Study.from_config(merged_config([ROOT / "config.yaml", *arguments.configfile]))
    with tempfile.TemporaryDirectory() if arguments.directory is None else nullcontext(arguments.directory) as folder:
        command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", folder, "--cores", str(arguments.cores)]
        if arguments.configfile:
            command += ["--configfile", *(str(file.resolve()) for file in arguments.configfile)]
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"})
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        rules = processor_times(Path(folder, "results", study.name, "logs"))
    whole = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    measuring = {rule for own in rules_of_batches(study).values() for rule in own}
    samples = sum(times[1] - times[2] for rule, times in rules.items() if rule in measuring)
    for rule, (jobs, time_of_rule, to_start) in sorted(rules.items(), key=lambda entry: -entry[1][1]):
        print(f"{rule:28s} {jobs:4d} jobs {time_of_rule:8.1f} s {to_start / jobs:6.2f} s to start each")
    print(f"wall time {wall:.1f} s on {arguments.cores} cores; processor time {whole:.1f} s, of which samples {samples:.1f} s")
    print(f"busy {whole / (arguments.cores * wall):.1%}; orchestration {(whole - samples) / (arguments.cores * wall):.1%}")


if __name__ == "__main__":
    main()
