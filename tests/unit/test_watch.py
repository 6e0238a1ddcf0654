"""The progress lines of a run: what has moved on is told, once, also what moved on in the run's last moments."""

import time
from pathlib import Path

import pytest
import yaml
from vitrine import watch
from vitrine.config_files import merged_config
from vitrine.status import STEPS
from vitrine.study import Study

DEFAULT = Path(__file__).resolve().parents[2] / "config.yaml"


@pytest.fixture
def study(tmp_path):
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(yaml.safe_dump({"ensembles": [{"particles": 256, "samples": 4, "batch": 2, "parent_temperatures": [1.0, 0.5]}]}))
    return Study.from_config(merged_config([DEFAULT, overlay]))


def finish(tmp_path, T_p, batch):
    folder = tmp_path / "results" / "default" / "N256" / f"T{T_p}" / batch
    folder.mkdir(parents=True)
    for file in STEPS.values():
        (folder / file).touch()


def until(condition):
    end = time.monotonic() + 20
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def test_a_line_for_what_has_moved_on_and_nothing_else(study, tmp_path):
    finish(tmp_path, "1.0000", "00000-00001")
    said = []
    run = watch.Watch(study, tmp_path, said.append, every=0.01)
    run.start()
    time.sleep(0.2)
    assert said == []
    finish(tmp_path, "0.5000", "00000-00001")
    until(lambda: said)
    assert said == ["N = 256, T_p = 0.5000: 2 of 4 samples done, 2 prepared, 2 left, 0 flagged; unknown time of a core to go"]
    finish(tmp_path, "1.0000", "00002-00003")
    run.end()
    assert not run.is_alive()
    assert said[1:] == ["N = 256, T_p = 1.0000: 4 of 4 samples done, 4 prepared, 0 left, 0 flagged"]


def test_a_run_that_ends_before_the_first_look_is_told_of_too(study, tmp_path):
    said = []
    run = watch.Watch(study, tmp_path, said.append)
    run.start()
    finish(tmp_path, "1.0000", "00000-00001")
    run.end()
    assert [line.split(":")[0] for line in said] == ["N = 256, T_p = 1.0000"]


def test_a_look_that_fails_is_one_line_and_the_run_goes_on(study, tmp_path, monkeypatch):
    said = []
    run = watch.Watch(study, tmp_path, said.append)
    run.start()

    def fails(*arguments):
        raise OSError("the disk hangs")

    monkeypatch.setattr(watch, "progress_lines", fails)
    run.end()
    assert said == ["no progress line this time: the disk hangs"]
