"""Kernels are compiled once: by one of the jobs that start side by side, for each kind of pair potential."""

import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from naive import poly
from vitrine import compile as compilation

SETTINGS = {"sampler": "swap"}


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and in place of the compilation a line in a file and a rest, so that others come in between."""
    monkeypatch.setattr(compilation, "CACHE", tmp_path / "cache")

    def compile_slowly(model, settings):
        with (tmp_path / "calls").open("a") as calls:
            calls.write(f"{model.name} {settings['sampler']}\n")
        time.sleep(0.3)

    monkeypatch.setattr(compilation, "_prepare_and_measure", compile_slowly)
    return tmp_path


def calls(cache):
    return (cache / "calls").read_text().splitlines()


def test_one_of_many_compiles(cache):
    start = multiprocessing.get_context("fork")
    jobs = [start.Process(target=compilation.compile_once, args=(poly(), SETTINGS, "code")) for _ in range(4)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
        assert job.exitcode == 0
    assert calls(cache) == ["poly swap"]


def test_other_code_and_other_samplers_are_compiled_anew(cache):
    for settings, code in ((SETTINGS, "code"), (SETTINGS, "code"), (SETTINGS, "new"), ({"sampler": "hybrid"}, "new")):
        compilation.compile_once(poly(), settings, code)
    assert calls(cache) == ["poly swap", "poly swap", "poly hybrid"]


def test_a_compilation_that_fails_is_done_again(cache, monkeypatch):
    def fail(model, settings):
        raise MemoryError

    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(compilation, "_prepare_and_measure", fail)
        compilation.compile_once(poly(), SETTINGS, "code")
    compilation.compile_once(poly(), SETTINGS, "code")
    assert calls(cache) == ["poly swap"]


def test_a_cache_that_cannot_be_written_is_no_error(cache):
    (cache / "cache").write_text("a file where the folder should be")
    for _ in range(2):
        compilation.compile_once(poly(), SETTINGS, "code")
    assert len(calls(cache)) == 2


MEASURED = """
import gc
import numpy as np
from numba.core.dispatcher import Dispatcher
from naive import poly
from vitrine.compile import _prepare_and_measure
from vitrine.observables import declarations, function_of, module_of
from vitrine.preparation.minimise import minimise
from vitrine.preparation.start import random_start

def compiled():
    kernels = (kernel for kernel in gc.get_objects() if isinstance(kernel, Dispatcher))
    return {(kernel.py_func.__module__, kernel.py_func.__name__, signature) for kernel in kernels for signature in kernel.signatures}

_prepare_and_measure(poly(), {"sampler": "swap"})
before = compiled()
glass = minimise(random_start(poly(), 200, np.random.default_rng(0))).sample
measuring = [one for one in declarations().values() if one.rule and one.takes == ("glasses.gsd",) and {2, 3} <= set(one.dimensions)]
for one in measuring:
    few = {name: 3 for name in ("vectors", "bonds") if name in one.defaults}
    for settings in ({}, few):
        further = {"rng": np.random.default_rng(1)} if one.random else {}
        function_of(module_of(one.name, "measure"), one.rule)(glass, **further, **settings)
assert len(measuring) >= 5
assert before and compiled() == before, compiled() - before
"""


def test_what_jobs_need_is_compiled_before_they_start():
    """No kernel of a glass and its measures is left to the jobs, which would each compile it for itself."""
    paths = [Path(compilation.__file__).parents[1], Path(__file__).parent]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    done = subprocess.run([sys.executable, "-c", MEASURED], env=environment, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr
