"""How a job ends: a sentence for what its user can mend, a traceback for an error of the code; the log has it either way."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
JOB = """
import errno, os, sys
from vitrine.errors import InputError
from vitrine.job import start_log

start_log(sys.argv[1]).info("begun")
raise {error}
"""
MENDED = {
    "bad input": ('InputError("glasses.gsd: is empty")', "Error: glasses.gsd: is empty"),
    "no memory": ('MemoryError("Unable to allocate 3 GiB")', "Error: the memory is full (Unable to allocate 3 GiB): run fewer jobs at a time"),
    "no room": ('OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "modes.parquet")', "Error: the disk is full ("),
    "ctrl-c": ("KeyboardInterrupt()", "Error: interrupted: what is finished is kept, and the next run goes on from it"),
    "no quota": ('OSError(errno.EDQUOT, os.strerror(errno.EDQUOT), "modes.parquet")', "Error: the disk is full ("),
}


def run(tmp_path, error):
    done = subprocess.run(
        [sys.executable, "-c", JOB.format(error=error), str(tmp_path / "job.log")], env={"PYTHONPATH": str(SCRIPTS)}, capture_output=True, text=True
    )
    assert done.returncode == (-signal.SIGINT if "KeyboardInterrupt" in error else 1)
    return done.stderr, (tmp_path / "job.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(("error", "said"), MENDED.values(), ids=MENDED)
def test_what_can_be_mended_is_a_sentence(tmp_path, error, said):
    shown, log = run(tmp_path, error)
    assert shown.startswith(said) and shown.count("\n") == 1
    assert said.removeprefix("Error: ") in log and "Traceback" not in log
    assert "begun" in log and "s of processor time" in log.splitlines()[-1]


@pytest.mark.parametrize("error", ['ValueError("odd")', 'OSError(errno.EACCES, "not allowed")'])
def test_anything_else_is_a_traceback(tmp_path, error):
    shown, log = run(tmp_path, error)
    assert "Traceback" in shown and "Traceback" in log
