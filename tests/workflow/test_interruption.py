"""Runs ended by signals at random moments, by a full disk, for memory: run again, each study ends with the numbers of the undisturbed one."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest
from comparison import broken_files

pytestmark = pytest.mark.slow
SIGNALS, SEED = 21, 20261121  # seven signals of each kind
SMALL, LARGE = 400, 200_000  # of the disk [kB]; the ensemble and Snakemake's own files take 850
HOT = "results/tiny/N160_T1.3000"
ENSEMBLES = (HOT, "results/tiny/N160_T0.8000")


def start(run, *targets) -> subprocess.Popen:
    run.directory.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(run.command(*targets), cwd=run.directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def end(process: subprocess.Popen, kind: signal.Signals) -> None:
    """Ctrl-C and kill -9 reach every process of the terminal, a polite end Snakemake alone."""
    if kind == signal.SIGTERM:
        process.terminate()
    else:
        os.killpg(process.pid, kind)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:  # NOTE: now and then Snakemake hangs on a signal, waiting for itself; its user then kills it
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)


def unlock(run) -> None:
    """As `make study` does before it starts."""
    for lock in (run.directory / ".snakemake" / "locks").glob("*"):
        lock.unlink()


def seconds_to_start(run) -> float:
    """What Snakemake takes until its first job."""
    run.directory.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    run.plan()
    return time.monotonic() - begin


def run_through(make_run, kinds, seed: int, longest: float, *targets):
    """Run a study, ended by signals of these kinds at random moments, until all are spent; begun anew, elsewhere, whenever it is finished.

    Returns the finished runs, and for every signal what of the files was not whole after it.
    """
    rng, kinds, broken, runs = random.Random(seed), list(kinds), [], [make_run(0)]
    rng.shuffle(kinds)
    while True:
        process = start(runs[-1], *targets)
        try:
            code = process.wait(timeout=rng.uniform(0.5, longest) if kinds else None)
        except subprocess.TimeoutExpired:
            end(process, kinds.pop())
            broken += broken_files(runs[-1].results)
            unlock(runs[-1])
            continue
        assert code == 0
        if not kinds:
            return runs, broken
        runs.append(make_run(len(runs)))


@pytest.fixture(scope="module")
def interrupted(finished, workflow, tmp_path_factory):
    """The ensembles of the tiny study on one core, ended by 21 signals."""
    folder = tmp_path_factory.mktemp("interrupted")
    kinds = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL] * (SIGNALS // 3)

    def make_run(number):
        return workflow(folder / str(number), *finished.configs, cores=1)

    return run_through(make_run, kinds, SEED, 1.7 * seconds_to_start(make_run(0)), *targets_of(finished, *ENSEMBLES))


def test_no_signal_leaves_half_a_file(interrupted):
    assert interrupted[1] == []


def test_no_signal_changes_a_number(finished, interrupted):
    for run in interrupted[0]:
        for ensemble in ENSEMBLES:
            same_ensemble(finished.directory / ensemble, run.directory / ensemble)


def same_ensemble(left: Path, right: Path) -> None:
    """All tables of one ensemble, bit for bit."""
    names = sorted(str(path.relative_to(left)) for path in left.rglob("*.parquet"))
    assert names and names == sorted(str(path.relative_to(right)) for path in right.rglob("*.parquet"))
    for name in names:
        pd.testing.assert_frame_equal(pd.read_parquet(left / name), pd.read_parquet(right / name), check_exact=True, obj=name)


def targets_of(finished, *ensembles: str) -> list[str]:
    """The aggregates of ensembles, which need all their tables."""
    return [f"{ensemble}/{path.name}" for ensemble in ensembles for path in sorted((finished.directory / ensemble).glob("*.parquet"))]


def mount(folder: Path, kilobytes: int, *options: str) -> bool:
    """Mount a small disk in memory at `folder`; False where that is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", ",".join([*options, f"size={kilobytes}k"]), "tmpfs", str(folder)]
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount(folder, SMALL):
        pytest.skip("a small disk needs root and the right to mount one")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_said_and_a_run_with_more_room_ends_it(finished, workflow, small_disk):
    run, targets = workflow(small_disk), targets_of(finished, HOT)
    full = run.run(*targets)
    assert full.returncode != 0
    assert "the disk is full" in full.stdout or "No space left on device" in full.stdout
    assert broken_files(run.results) == []
    assert mount(small_disk, LARGE, "remount")
    unlock(run)
    run.succeed(*targets)
    same_ensemble(finished.directory / HOT, run.directory / HOT)


def job_under_way(process: subprocess.Popen, script: str) -> psutil.Process:
    """The interpreter that runs a script, such as `measure`, below Snakemake."""
    limit = time.monotonic() + 120
    while time.monotonic() < limit:
        assert process.poll() is None, "the run ended before its job was seen"
        for child in psutil.Process(process.pid).children(recursive=True):
            try:
                if any(word.endswith(f"{script}.py") for word in child.cmdline()):
                    return child
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.01)
    raise AssertionError(f"no job of {script} was seen")


def test_a_job_killed_for_memory_fails_alone_and_is_done_again(finished, workflow, tmp_path):
    """The kernel ends the largest process, a job's, with SIGKILL; Snakemake goes on."""
    run, targets = workflow(tmp_path), targets_of(finished, HOT)
    process = start(run, *targets)
    job_under_way(process, "measure").kill()
    assert process.wait(timeout=300) != 0
    assert broken_files(run.results) == []
    study = run.resolved()
    measured = {one.rule: one.products for one in study.measured if Path(HOT).name in study.labels(one)}
    (left,) = [rule for rule, jobs in run.plan(*targets).items() if rule in measured and jobs]  # other jobs went on
    assert all(list((run.directory / HOT).glob(f"*/{file}")) for rule, files in measured.items() for file in files if rule != left)
    run.succeed(*targets)
    same_ensemble(finished.directory / HOT, run.directory / HOT)


def test_batches_and_cores_change_no_number(finished, workflow, overlay, tmp_path):
    """Eight samples in batches of 1, 7 and 50, on 1 and 2 cores."""
    reference: dict[str, pd.DataFrame] = {}
    for batch, cores in ((50, 1), (7, 2), (7, 1), (1, 2)):
        config = overlay({"ensembles": [{"axes": {"particles": 160, "parent_temperature": 1.3}, "samples": 8, "batch": batch}]})
        run = workflow(tmp_path / f"{batch}_{cores}", *finished.configs, config, cores=cores)
        run.directory.mkdir()
        run.succeed(*targets_of(finished, HOT))
        tables = {path.name: pd.read_parquet(path) for path in sorted((run.directory / HOT).glob("*.parquet"))}
        reference = reference or tables
        assert set(tables) == set(reference)
        for name, table in tables.items():
            pd.testing.assert_frame_equal(table, reference[name], check_exact=True, obj=f"{name}, batches of {batch}, {cores} cores")
