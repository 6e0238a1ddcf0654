"""The tiny study through profiles/slurm, on a Slurm of its own (`slurm.py`): a job that is killed is submitted again with more time and memory."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
import slurm
import yaml
from comparison import assert_same_numbers
from slurm import ACCOUNT, Job, Slurm, kill_processes, obstacle, wait_until

REPOSITORY = Path(__file__).resolve().parents[2]
TINY = REPOSITORY / "tests" / "workflow" / "tiny.yaml"
PROFILE = REPOSITORY / "profiles" / "slurm"
SOON = ("--slurm-init-seconds-before-status-checks", "5", "--latency-wait", "20", "--max-jobs-per-timespan", "100/1s")  # jobs here take seconds
TABLES = ("collect_tables", "fit_study")


@pytest.fixture(scope="module")
def configs(overlay) -> tuple[Path, Path]:
    """The tiny study in one batch at each temperature: 30 jobs and more through Slurm, each of which starts Snakemake twice."""
    (ensemble,) = yaml.safe_load(TINY.read_text(encoding="utf-8"))["ensembles"]
    return TINY, overlay({"ensembles": [{**ensemble, "batch": 3}]})


@pytest.fixture
def cluster(tmp_path_factory, request) -> Slurm:
    """A Slurm, with accounting where the test asks for it."""
    accounting = getattr(request, "param", False)
    if reason := obstacle(accounting):
        pytest.skip(reason)
    with Slurm(tmp_path_factory.mktemp("slurm"), accounting) as running:
        yield running


def begin(run, *arguments: str) -> subprocess.Popen:
    """Start Snakemake as in a terminal of its own."""
    with (run.directory / "output.txt").open("a") as output:
        return subprocess.Popen(run.command(*arguments), cwd=run.directory, stdout=output, stderr=output, start_new_session=True)


def interrupt(snakemake: subprocess.Popen, run, cluster: Slurm) -> None:
    """Ctrl-C, which reaches every process of the terminal."""
    os.killpg(snakemake.pid, signal.SIGINT)
    try:
        assert snakemake.wait(timeout=60) != 0
    except subprocess.TimeoutExpired:  # NOTE: now and then Snakemake hangs on a signal, waiting for itself; its user then does what the README says
        os.killpg(snakemake.pid, signal.SIGKILL)
        snakemake.wait()
        cluster.ask("scancel", "--user=root")
        run.succeed("--unlock")


def again(cluster: Slurm, first: Job) -> Job | None:
    """The job that was submitted in place of another."""
    return next((job for job in cluster.jobs() if job.comment == first.comment and int(job.number) > int(first.number)), None)


def rule_of(job: Job) -> str:
    return re.fullmatch(r"rule_(\w+?)_wildcards_.*", job.comment)[1]


@pytest.mark.cluster
def test_study_survives_a_cancelled_job_and_ctrl_c(cluster, workflow, configs, tmp_path):
    """Without accounting. Its numbers are those of local jobs."""
    local, run = workflow(tmp_path / "local", *configs), workflow(tmp_path / "cluster", *configs, cores=None)
    local.directory.mkdir()
    run.directory.mkdir()
    arguments = (*TABLES, "--profile", str(PROFILE), *SOON)
    snakemake = begin(run, *arguments)
    try:
        killed = wait_until(lambda: cluster.running("equilibrate_liquids"), 120, "running job")  # a pilot's is before it
        cluster.ask("scancel", killed.number)
        retried = wait_until(lambda: again(cluster, killed), 60, "second submission")
        wait_until(lambda: cluster.running("quench_samples"), 120, "next job")
        interrupt(snakemake, run, cluster)
        wait_until(lambda: not cluster.unfinished(), 20, "end of the submitted jobs")
    finally:
        snakemake.kill()
    run.succeed(*arguments)
    local.succeed(*TABLES)
    assert_same_numbers(local.results, run.results)

    jobs = {job.number: job for job in cluster.jobs()}
    assert jobs[killed.number].state == "CANCELLED" and jobs[retried.number].state == "COMPLETED"
    assert retried.minutes > killed.minutes and retried.megabytes > killed.megabytes
    study = run.resolved()
    measured = {rule for one in study.observables.values() if one.scope == "ensemble" for rule in (one.rule, one.aggregate) if rule}
    submitted = {"pilot_liquids", "equilibrate_liquids", "quench_samples"} | measured
    assert {rule_of(job) for job in jobs.values() if job.state == "COMPLETED"} == submitted
    assert {job.cores for job in jobs.values()} == {1}


@pytest.mark.cluster
@pytest.mark.parametrize("cluster", [True], indirect=True, ids=["accounting"])
def test_filled_in_profile_asks_for_account_partition_and_gpu(cluster, workflow, configs, tmp_path):
    profile = tmp_path / "profile" / "config.yaml"
    profile.parent.mkdir()
    profile.write_text(filled_in((PROFILE / "config.yaml").read_text(encoding="utf-8")), encoding="utf-8")
    (tmp_path / "study").mkdir()
    run = workflow(tmp_path / "study", *configs, cores=None)
    estimates = "results/tiny/N160_T1.3000/liquids_estimates.parquet"
    snakemake = begin(run, estimates, "--profile", str(profile.parent), "--slurm-status-command", "sacct", *SOON)
    try:
        killed = wait_until(lambda: cluster.running("equilibrate_liquids"), 120, "running job")  # a pilot's is before it
        wait_until(lambda: kill_processes(killed.number), 10, "process of the job")
        assert snakemake.wait(timeout=120) == 0, (run.directory / "output.txt").read_text()
    finally:
        snakemake.kill()
    assert (run.directory / estimates).exists()
    pilot, first, second, aggregate = cluster.jobs()
    assert [rule_of(job) for job in (pilot, first)] == ["pilot_liquids", "equilibrate_liquids"]
    assert [job.state for job in (pilot, first, second, aggregate)] == ["COMPLETED", "FAILED", "COMPLETED", "COMPLETED"]
    assert second.comment == first.comment and second.minutes > first.minutes and second.megabytes > first.megabytes
    assert [(job.account, job.partition, job.gpus) for job in (second, aggregate)] == [(ACCOUNT, "gpus", 1), (ACCOUNT, "long", 0)]


def filled_in(profile: str) -> str:
    """The profile as its comments tell users to change it: "#" removed, names given."""
    text = re.sub(r"^( *)# (?=slurm_|set-resources:|  \w+: \{)", r"\1", profile, flags=re.MULTILINE)
    assert len(text) == len(profile) - 2 * 6, text
    text = text.replace("slurm_account: NAME", f"slurm_account: {ACCOUNT}").replace("gpu: 1, slurm_partition: NAME", "gpu: 1, slurm_partition: gpus")
    return text.replace("slurm_partition: NAME", "slurm_partition: long")


def test_absent_slurm_is_a_reason_to_skip(monkeypatch, tmp_path):
    monkeypatch.setattr(slurm, "search_path", lambda: str(tmp_path))
    assert "munged is absent" in obstacle()


def test_foreign_slurm_is_a_reason_to_skip_and_what_a_killed_test_left_is_none(monkeypatch, tmp_path):
    monkeypatch.setattr(slurm, "STANDARD", tmp_path)
    monkeypatch.setattr(slurm.shutil, "which", lambda program, path: program)
    monkeypatch.setattr(slurm.os, "geteuid", lambda: 0)
    assert obstacle() == ""
    refusal = f"{tmp_path / 'slurm.conf'} belongs to another Slurm"
    ended = subprocess.Popen(["true"])
    ended.wait()
    for text, reason in (
        ("ClusterName=production\n", refusal), (f"{slurm.MARK}{os.getpid()}\n", refusal), (f"{slurm.MARK}{ended.pid}\n", ""),
    ):  # fmt: skip
        (tmp_path / "slurm.conf").write_text(text, encoding="utf-8")
        assert obstacle() == reason
