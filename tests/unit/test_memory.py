"""Freed memory is kept: the kernel brings no fresh pages for the next array."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
FAULTS = """
import resource, sys
import numpy as np
from vitrine.memory import KEPT, LARGEST, keep_freed_memory

def faults(size):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(size // 8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

if sys.argv[1] == "kept":
    keep_freed_memory()
faults(int(sys.argv[2]))
print(faults(int(sys.argv[2])))
"""


def page_faults(state: str, size: int) -> int:
    """Of an array of so many bytes, when one of the same size has just been freed."""
    run = subprocess.run(
        [sys.executable, "-c", FAULTS, state, str(size)],
        env={"PYTHONPATH": str(SCRIPTS), "NUMPY_MADVISE_HUGEPAGE": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(run.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="a feature of glibc")
def test_a_freed_array_makes_room_for_the_next():
    size = 20 * 2**20
    assert page_faults("given back", size) > size // 2**16
    assert page_faults("kept", size) < 10


@pytest.mark.skipif(sys.platform != "linux", reason="a feature of glibc")
def test_what_is_kept_has_a_bound():
    assert page_faults("kept", 2**27) > 100
