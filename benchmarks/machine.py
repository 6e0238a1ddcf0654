"""The machine and the software that a measurement was made with."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

import numba
import numpy as np
import scipy
from vitrine.linalg.solvers import FASTEST_FIRST, chosen_solver, is_present

CACHES = Path("/sys/devices/system/cpu/cpu0/cache")


def machine() -> dict[str, str]:
    """Processor, caches, BLAS and its threads, versions and sparse solvers, as plain text."""
    blas = scipy.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "caches": ", ".join(_caches()),
        "system": f"{platform.system()} {platform.machine()}",
        "blas": f"{blas['name']} {blas['version']}",
        "blas_threads": os.environ.get("OMP_NUM_THREADS", "not set"),
        "python": platform.python_version(),
        **{name: module.__version__ for name, module in (("numpy", np), ("scipy", scipy), ("numba", numba))},
        "matscipy": _version("matscipy"),
        "hoomd": _version("hoomd"),
        "solvers": ", ".join(filter(is_present, FASTEST_FIRST)),
        "solver": chosen_solver("auto", 10**5).name,
    }


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _caches() -> list[str]:
    """Sizes of the caches that the first core sees; nothing where the system does not tell."""
    found = []
    for place in sorted(CACHES.glob("index*")):
        level, kind, size = ((place / name).read_text(encoding="utf-8").strip() for name in ("level", "type", "size"))
        found.append(f"L{level} {kind.lower()} {size}")
    return found


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "absent"
