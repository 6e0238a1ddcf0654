"""What Snakemake takes for itself: to plan a study of a hundred thousand samples, and to run a thousand jobs of nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
LADDER = [1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.65, 0.6, 0.5, 0.45, 0.4]
ENSEMBLE = {"axes": {"particles": 2000, "parent_temperature": LADDER}, "ladder": "parent_temperature", "samples": 10_000, "batch": 250}
STUDY = {"study": "planned", "ensembles": [ENSEMBLE]}
JOBS = 1000
NOTHING = f"""
rule all:
    input:
        expand("{{n}}", n=range({JOBS})),


rule nothing:
    output:
        touch("{{n}}"),
    shell:
        "true"
"""
# Snakemake in a process of its own, which tells its time and the most memory that it held.
CHILD = """
import json, os, sys, time
from benchmarks.memory import peak_bytes
from snakemake.cli import main

start, told = time.perf_counter(), os.dup(1)
os.dup2(2, 1)
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code
os.write(told, json.dumps({"seconds": time.perf_counter() - start, "gigabytes": peak_bytes() / 1e9}).encode())
"""


def snakemake(folder: Path, *arguments: object) -> dict[str, float]:
    """Wall time [s] and peak memory [GB] of a Snakemake in a folder. Raises CalledProcessError where it fails."""
    command = [sys.executable, "-c", CHILD, *map(str, arguments), "--directory", str(folder), "--cores", str(os.cpu_count())]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    return json.loads(done.stdout)


def orchestration_rows() -> list[tuple]:
    """Rows of wall times and of memory."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "study.yaml").write_text(yaml.safe_dump(STUDY), encoding="utf-8")
        planned = snakemake(folder, "--dry-run", "--quiet", "rules", "--snakefile", ROOT / "Snakefile", "--configfile", folder / "study.yaml")
        (folder / "Snakefile").write_text(NOTHING, encoding="utf-8")
        jobs = snakemake(folder, "--snakefile", folder / "Snakefile", "--workflow-profile", ROOT / "profiles" / "default")
    what = f"plan of {len(LADDER)} x 10,000 samples, batches of 250"
    return [
        (f"{what}, wall time", planned["seconds"], "10 s", 10.0),
        (f"peak memory of the {what}", planned["gigabytes"], "500 MB", 0.5, "GB"),
        (f"{JOBS} jobs of nothing, wall time", jobs["seconds"], "30 s", 30.0),
    ]
