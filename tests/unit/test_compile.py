"""Kernels are compiled once: by one of the jobs that start side by side, for each kind of pair potential."""

import multiprocessing
import time

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
