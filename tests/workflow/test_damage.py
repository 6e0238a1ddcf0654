"""Every input file of every rule damaged in every way: a clear error that names the file, or a flagged sample, and never another number."""

from __future__ import annotations

import shutil
from pathlib import Path

import gsd.hoomd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import recorded_jobs
import yaml
from vitrine.choices import MADE_BY
from vitrine.errors import InputError
from vitrine.observables import declarations, known_tables
from vitrine.parquet import Key, read_provenance, read_table, write_table
from vitrine.points import AXES
from vitrine.tables import ESTIMATES, FITS, FLAGS, QUANTITIES

REPOSITORY = Path(__file__).resolve().parents[2]
CHOSEN = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))["observables"]
PREPARED = set(MADE_BY["prepared"])
OBSERVABLES = [one for one in declarations().values() if (set(one.combines) <= PREPARED if one.preparation else CHOSEN.get(one.name) is not None)]
TABLES = known_tables() | {table.name: table for table in (ESTIMATES, FLAGS, QUANTITIES, FITS)}
SAMPLE_RULES = ("pilot_liquids", "equilibrate_liquids", "quench_samples", *(one.rule for one in OBSERVABLES if one.rule))
COLD = "N160_T0.8000"  # jobs of this point stand for those of all


# --- damages: what happens to a file ------------------------------------------------------------------------------------------------------------


def truncated(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path):
    path.write_bytes(b"")


def a_text(path):
    path.write_text("not what it should be\n", encoding="utf-8")


def flipped(place):
    """One byte turned over, at a fraction of the file's length."""

    def damage(path):
        content = bytearray(path.read_bytes())
        content[int(place * (len(content) - 1))] ^= 0xFF
        path.write_bytes(content)

    damage.__name__ = f"flipped_at_{place}"
    return damage


FLIPPED = tuple(map(flipped, (0.02, 0.5, 0.98)))
ANY_FILE = (truncated, emptied, a_text, *FLIPPED)


def rewritten(change):
    """The table written anew, as a whole file with a right checksum, after a change of its frame."""

    def damage(path):
        table = TABLES[pq.read_schema(path).metadata and read_provenance(path)["table"]]
        about = read_provenance(path)
        write_table(table, change(read_table(table, path)), path, about, Key(tuple(AXES[name] for name in about["key"])))

    damage.__name__ = change.__name__
    return damage


def other_size(frame):
    return frame.assign(particles=frame["particles"] + 1)


def other_temperature(frame):
    return frame.assign(parent_temperature=frame["parent_temperature"] + 0.1)


def nan(frame):
    """NaN in every number of the first sample."""
    numbers = [name for name in frame.columns if frame[name].dtype == float and name != "parent_temperature"]
    frame.loc[frame["sample"] == frame["sample"].iloc[0], numbers] = np.nan
    return frame


def infinite(frame):
    numbers = [name for name in frame.columns if frame[name].dtype == float and name != "parent_temperature"]
    frame.loc[frame["sample"] == frame["sample"].iloc[0], numbers] = np.inf
    return frame


FOREIGN_TABLE = (rewritten(other_size), rewritten(other_temperature))
BATCH_NUMBERS = (rewritten(nan), rewritten(infinite))


def changed_frames(change):
    def damage(path):
        with gsd.hoomd.open(path) as trajectory:
            frames = list(trajectory)
        for frame in frames:
            change(frame)
        with gsd.hoomd.open(path, "w", precision="double") as trajectory:
            trajectory.extend(frames)

    damage.__name__ = change.__name__
    return damage


def nan_position(frame):
    frame.particles.position[5] = np.nan


def a_nudge(frame):
    """A particle moved by a little: silent damage, that only the checksum can see."""
    frame.particles.position[5] += 1e-6


def fewer_particles(frame):
    frame.particles.N -= 1
    for name, values in vars(frame.particles).items():
        if isinstance(values, np.ndarray) and len(values) == frame.particles.N + 1:
            setattr(frame.particles, name, values[:-1])


def another_models(path):
    """Good samples of the same N and T_p, of a model with another density."""
    from dataclasses import replace

    from vitrine.models import glass_former
    from vitrine.samples import read_samples, write_samples

    def other(sample):
        model = glass_former(sample.model.name, {**sample.model.parameters, "density": 0.5})
        return replace(sample, model=model, positions=sample.positions * (0.58 / 0.5) ** (1 / 3), box=sample.box * (0.58 / 0.5) ** (1 / 3))

    write_samples(path, [other(sample) for sample in list(read_samples(path))])


ANY_SAMPLE = (changed_frames(nan_position), changed_frames(a_nudge), changed_frames(fewer_particles), another_models)


# --- the jobs, and a study that each case may spoil ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def jobs(workflow, tmp_path_factory):
    folder = tmp_path_factory.mktemp("recorded")
    for name in ("Snakefile", "config.yaml", "rules", "scripts", "envs", "profiles", "report"):
        source, copy = REPOSITORY / name, folder / "repository" / name
        copy.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, copy)
    return recorded_jobs.record(workflow, folder / "repository", folder / "run", REPOSITORY)


@pytest.fixture
def one_job_of(jobs, finished, tmp_path, monkeypatch):
    """A function to a job of a rule, in a present directory that has the files of the finished study which it takes and makes."""

    def find(rule):
        job = next(job for job in jobs if job.rule == rule and getattr(job.wildcards, "point", COLD) == COLD)
        for path in map(Path, [*job.input, *job.output, *job.log]):
            (tmp_path / path.parent).mkdir(parents=True, exist_ok=True)
            shutil.copy2(finished.directory / path, tmp_path / path)
        monkeypatch.chdir(tmp_path)
        return job

    return find


def damage_input(job, which, damage):
    path = Path(job.input[which])
    damage(path)
    return path


def run_or_sentence(job, path):
    """Run the job. It may refuse in one sentence with the file's name; its outputs are then as they were. Returns whether it ran to the end."""
    before = {output: Path(output).read_bytes() for output in job.output}
    try:
        job.run()
    except InputError as error:
        assert path.name in str(error) and "\n" not in str(error).strip(), error
        assert {output: Path(output).read_bytes() for output in job.output} == before
        return False
    return True


def same_numbers(path, good):
    """Whether a table still reads as that of the undisturbed run: not every byte of a Parquet file is a number's."""
    table = TABLES[read_provenance(good / path)["table"]]
    return read_table(table, path).equals(read_table(table, good / path))


def flagged_or_good(job, good):
    """Check that every sample of every table is flagged, without numbers, or has those of the undisturbed run; return how often one is flagged."""
    tables = [Path(output) for output in job.output if output.endswith(".parquet")]
    flagged = 0
    for path in tables:
        now, before = pd.read_parquet(path), pd.read_parquet(good / path)
        if "flag" not in now:
            continue
        for sample, rows in now.groupby("sample"):
            if (rows["flag"] != "").all():
                flagged += 1
                numbers = rows.select_dtypes(float).drop(columns="parent_temperature")
                assert numbers.isna().all(axis=None) or path.name in ("liquids.parquet", "glasses.parquet")
            else:  # of a file with one byte turned over, the samples that it does not belong to
                expected = before[before["sample"] == sample].reset_index(drop=True)
                pd.testing.assert_frame_equal(rows.reset_index(drop=True), expected, check_exact=True)
        assert set(now["sample"]) == set(before["sample"])
    return flagged


@pytest.mark.parametrize("damage", [*ANY_FILE, *ANY_SAMPLE], ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("rule", SAMPLE_RULES)
def test_damaged_samples_are_flagged(one_job_of, finished, rule, damage):
    job = one_job_of(rule)
    path = damage_input(job, 0, damage)
    if run_or_sentence(job, path):
        assert flagged_or_good(job, finished.directory) > 0 or damage in FLIPPED  # not every byte of a GSD file is ours


@pytest.mark.parametrize("damage", ANY_FILE, ids=lambda damage: damage.__name__)
def test_a_damaged_pilot_is_refused(one_job_of, finished, damage):
    """It says how long every sample runs."""
    job = one_job_of("equilibrate_liquids")
    path = damage_input(job, "pilot", damage)
    if run_or_sentence(job, path):
        assert damage in FLIPPED and same_numbers(path, finished.directory)
        assert all(same_numbers(Path(output), finished.directory) for output in job.output if output.endswith(".parquet"))


AVERAGED = [(one.aggregate, file) for one in OBSERVABLES if one.aggregate and one.scope == "ensemble" for file in one.combines]
BATCH_INPUTS = [(rule, file.removesuffix(".parquet")) for rule, file in AVERAGED if file.endswith(".parquet")]
BATCH_FIELDS = [(rule, file.removesuffix(".gsd")) for rule, file in AVERAGED if file.endswith(".gsd")]


@pytest.mark.parametrize("damage", [*ANY_FILE, *FOREIGN_TABLE], ids=lambda damage: damage.__name__)
@pytest.mark.parametrize(("rule", "name"), BATCH_INPUTS)
def test_damaged_batch_tables_are_refused(one_job_of, finished, rule, name, damage):
    job = one_job_of(rule)
    path = Path(job.input[name][0])
    damage(path)
    if run_or_sentence(job, path):
        assert damage in FLIPPED and same_numbers(path, finished.directory), f"{rule} took a {path.name} that was {damage.__name__}"


@pytest.mark.parametrize("damage", BATCH_NUMBERS, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize(("rule", "name"), [entry for entry in BATCH_INPUTS if entry[1] != "relaxation"])
def test_a_sample_without_numbers_is_left_out_and_said(one_job_of, finished, rule, name, damage):
    job = one_job_of(rule)
    path = Path(job.input[name][0])
    damage(path)
    assert run_or_sentence(job, path)
    flags = pd.read_parquet(job.output[-1])
    before = pd.read_parquet(finished.directory / job.output[-1])
    assert flags["samples"].sum() > before["samples"].sum()
    values = pd.read_parquet(job.output[0])["value"]
    assert not np.isinf(values).any()


@pytest.mark.parametrize("damage", [*ANY_FILE, changed_frames(a_nudge)], ids=lambda damage: damage.__name__)
@pytest.mark.parametrize(("rule", "name"), BATCH_FIELDS)
def test_damaged_fields_are_refused_or_their_samples_left_out(one_job_of, finished, rule, name, damage):
    job = one_job_of(rule)
    path = Path(job.input[name][0])
    damage(path)
    if run_or_sentence(job, path):
        now, before = (read_table(ESTIMATES, place / job.output[0]) for place in (Path(), finished.directory))
        assert now["flagged"].max() > before["flagged"].max() or (damage in FLIPPED and now.equals(before))


@pytest.mark.parametrize("damage", ANY_FILE, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("rule", ["collect_tables", "fit_study", "write_summary", "plot_boltzmann", "plot_spectra", "plot_equilibration"])
def test_damaged_tables_of_ensembles_are_refused(one_job_of, finished, rule, damage):
    job = one_job_of(rule)
    path = damage_input(job, 0, damage)
    if run_or_sentence(job, path):
        assert damage in FLIPPED and same_numbers(path, finished.directory), f"{rule} took a {path.name} that was {damage.__name__}"
