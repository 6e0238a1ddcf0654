"""The progress lines of a run: what has moved on is told, once, also what moved on in the run's last moments."""

import time

import pytest
from study_files import BATCH, Results
from test_status import COLD, FIRST, HOT, SECOND, small
from vitrine.runs import progress, watch


@pytest.fixture(scope="module")
def study():
    return small()


@pytest.fixture
def results(study, tmp_path):
    made = Results(study, tmp_path)
    made.folder.mkdir(parents=True)
    return made


def begun(results, every=60.0, terminal=False):
    """A watch that looks at the results, and what it says."""
    said = []
    run = watch.Watch(results.study, results.directory, said.append, every, terminal)
    run.start()
    return run, said


def until(condition):
    end = time.monotonic() + 20
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def test_a_line_for_what_has_moved_on_one_for_the_study_and_nothing_else(results):
    results.batch(HOT, FIRST)
    run, said = begun(results, every=0.01)
    time.sleep(0.2)
    assert said == []
    results.batch(COLD, FIRST)
    until(lambda: len(said) > 1 and said[-2].startswith("N = 256, T_p = 0.5: 2 of 5 samples done, 2 prepared, 3 left, 0 flagged; "))
    assert not any(line.startswith("N = 256, T_p = 1:") for line in said)  # its time to go is another one now; it has not moved on
    assert said[-1].startswith("in all: ")
    before = len(said)
    results.batch(HOT, SECOND)
    run.end()
    assert not run.is_alive()
    assert said[before:][-2].startswith("N = 256, T_p = 1: 4 of 5 samples done, 4 prepared, 1 left, 0 flagged; ")
    assert not any(line.startswith("N = 256, T_p = 0.5:") for line in said[before:])


def test_samples_inside_a_running_batch_move_it_on(results):
    run, said = begun(results, every=0.01)
    results.log("equilibrate_liquids", HOT, FIRST)
    until(lambda: any("1 batch under way (samples: equilibrate_liquids 0 of 2)" in line for line in said))
    results.log("equilibrate_liquids", HOT, FIRST, 0)
    until(lambda: any("1 batch under way (samples: equilibrate_liquids 1 of 2)" in line for line in said))
    results.log("equilibrate_liquids", HOT, FIRST, 0, ended=True)  # it failed
    until(lambda: "under way" not in said[-2])
    run.end()
    assert "under way" not in said[-2]


def test_after_the_run_nothing_is_under_way(results):
    run, said = begun(results)
    results.log("equilibrate_liquids", HOT, FIRST, 0)  # killed: it has no last line
    results.batch(HOT, SECOND, "equilibrate_liquids", "quench_samples")
    run.end()
    assert said[0].startswith("N = 256, T_p = 1: 0 of 5 samples done, 2 prepared, 5 left, 0 flagged; ")


def test_what_an_earlier_run_left_is_not_under_way(results):
    results.log("equilibrate_liquids", HOT, FIRST, 0, age=600)
    run, said = begun(results, every=0.01)
    results.batch(HOT, SECOND, "equilibrate_liquids", "quench_samples")
    until(lambda: any("2 prepared" in line for line in said))
    run.end()
    assert not any("under way" in line for line in said)


def test_a_run_that_ends_before_the_first_look_is_told_of_too(results):
    run, said = begun(results)
    results.batch(HOT, FIRST)
    run.end()
    assert [line.split(":")[0] for line in said] == ["N = 256, T_p = 1", "in all"]


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_on_a_terminal_alone(results, terminal):
    run, said = begun(results, terminal=terminal)
    results.everything()
    run.end()
    assert said[-1] == ("[" + 30 * "#" + "] " if terminal else "in all: ") + "100 % of the predicted work done"


def test_averages_and_figures_move_the_study_on(results):
    for label in (HOT, COLD):
        for batch in results.study.places[label].batches:
            results.batch(label, batch)
    run, said = begun(results)
    results.average(HOT, "modes")
    run.end()
    (line,) = said
    assert line.startswith("in all: ")


def test_what_snakemake_writes_to_decides_whether_it_is_a_terminal(study, tmp_path, monkeypatch):
    for terminal in (True, False):
        monkeypatch.setattr(watch.sys.stderr, "isatty", lambda terminal=terminal: terminal)
        assert watch.Watch(study, tmp_path, print).terminal == terminal


def test_many_points_at_once_are_counted(tmp_path):
    axes = {"particles": 256, "parent_temperature": [round(2.0 - 0.01 * rung, 2) for rung in range(30)]}
    results = Results(small(ensembles=[{"axes": axes, "samples": 1, "batch": 1, "ladder": "parent_temperature"}]), tmp_path)
    run, said = begun(results)
    for label in results.study.places:
        results.batch(label, "00000-00000", "equilibrate_liquids", "quench_samples", seconds=None)
    run.end()
    assert len(said) == watch.MOST + 2
    assert said[-2] == "... and 10 more points have moved on"


def test_a_look_that_fails_is_one_line_and_the_run_goes_on(results, monkeypatch):
    run, said = begun(results)

    def fails(*arguments):
        raise OSError("the disk hangs")

    monkeypatch.setattr(progress.Observer, "look", fails)
    run.end()
    assert said == ["no progress line this time: the disk hangs"]


def test_a_study_is_watched_for_little_time(tmp_path):
    """12 points of 10,000 samples in batches of 250: a look after the first opens what is new alone."""
    axes = {"particles": 256, "parent_temperature": [round(1.3 - 0.05 * rung, 2) for rung in range(12)]}
    results = Results(small(ensembles=[{"axes": axes, "samples": 10_000, "batch": 250, "ladder": "parent_temperature"}]), tmp_path)
    assert len(results.study.places) == 12
    label = next(iter(results.study.places))
    for batch in results.study.places[label].batches[:4]:
        results.batch(label, batch, *list(BATCH)[:2])
    observer = progress.Observer(results.study, results.directory)
    start = time.process_time()
    observer.look(None)
    assert time.process_time() - start < 2.0
