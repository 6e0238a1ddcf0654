"""Files of another seed, ladder or tolerance are never averaged with those of the study: every step that meets one names it.

Snakemake sees a changed seed by itself, but not where it is asked to go by dates alone (--rerun-triggers mtime) or its notes in .snakemake are gone.
"""

import os
import shutil

import pytest

SENTENCE = "was made with another seed, ladder or other settings than those of the study"
BY_DATES = ("--rerun-triggers", "mtime")
PILOT = ("pilot.gsd", "pilot.parquet")
HOT = "results/tiny/N160_T1.3000"


@pytest.fixture
def other_seed(study, workflow, overlay):
    """The finished study, whose config has another seed by now."""
    return workflow(study.directory, *study.configs, overlay({"seed": 8}))


def sentences(run, *arguments: str) -> list[str]:
    """What a run that fails says, in one sentence each."""
    done = run.run(*arguments)
    assert done.returncode != 0 and "Traceback" not in done.stdout, done.stdout
    found = [line.strip() for line in done.stdout.splitlines() if SENTENCE in line]
    assert found, done.stdout
    return found


def test_a_batch_made_anew_is_not_averaged_with_the_others(other_seed):
    """From the top of the ladder, so that nothing of the other seed is behind it; it replaces the second of two batches, and the pilot."""
    batch, target = other_seed.directory / HOT / "00002-00002", f"{HOT}/elasticity_estimates.parquet"
    pilot = [other_seed.directory / HOT / name for name in PILOT]
    for path in [*batch.iterdir(), other_seed.directory / target, *pilot]:
        path.unlink()
    other_seed.succeed(f"{HOT}/pilot.parquet", *BY_DATES)
    for path in pilot:
        os.utime(path, (1e9, 1e9))  # older than the liquids: by dates the first batch is good
    said = sentences(other_seed, target, *BY_DATES)
    assert all(f"{HOT}/00000-00001/elasticity.parquet" in sentence and "give the study another name" in sentence for sentence in said)
    assert (batch / "elasticity.parquet").exists()  # the new one was made
    assert not (other_seed.directory / target).exists()


def test_no_liquid_is_run_for_as_long_as_the_pilot_of_another_seed_says(other_seed):
    batch = other_seed.directory / HOT / "00002-00002"
    for path in batch.iterdir():
        path.unlink()
    said = sentences(other_seed, f"{HOT}/00002-00002/liquids.parquet", *BY_DATES)
    assert all(f"{HOT}/pilot.parquet" in sentence for sentence in said)
    assert not (batch / "liquids.parquet").exists()


def test_a_batch_is_not_measured_from_glasses_of_another_seed(other_seed):
    batch = other_seed.directory / HOT / "00000-00001"
    (batch / "elasticity.parquet").unlink()
    said = sentences(other_seed, f"{HOT}/00000-00001/elasticity.parquet", *BY_DATES)
    assert all(f"{HOT}/00000-00001/glasses.gsd" in sentence for sentence in said)
    assert not (batch / "elasticity.parquet").exists()


@pytest.mark.slow
def test_without_snakemakes_notes_nothing_is_mixed(other_seed):
    """Only the averages are missing: what they would take is all of the other seed."""
    shutil.rmtree(other_seed.directory / ".snakemake")
    target = f"{HOT}/pinching_estimates.parquet"
    (other_seed.directory / target).unlink()
    assert all(f"{HOT}/00000-00001/pinching.parquet" in sentence for sentence in sentences(other_seed, target))


def test_averages_of_another_seed_are_not_fitted(other_seed):
    """The tables of the study are missing alone."""
    shutil.rmtree(other_seed.directory / ".snakemake")
    shutil.rmtree(other_seed.results / "tables")
    assert all(f"{HOT}/" in sentence for sentence in sentences(other_seed, "collect_tables", "fit_study"))
    assert not (other_seed.results / "tables" / "quantities.parquet").exists()


@pytest.mark.slow
def test_with_snakemakes_notes_everything_is_made_anew(other_seed):
    study = other_seed.resolved()
    planned = other_seed.plan()
    assert planned["equilibrate_liquids"] == planned["quench_samples"] == len(list(study.batches())) and planned["pilot_liquids"] == 2


@pytest.mark.slow
def test_another_tolerance_is_another_origin(study, workflow, overlay):
    run = workflow(study.directory, *study.configs, overlay({"quench": {"tolerance": 1.0e-11}}))
    (run.directory / HOT / "modes_estimates.parquet").unlink()
    assert all(f"{HOT}/00000-00001/" in sentence for sentence in sentences(run, f"{HOT}/modes_estimates.parquet", *BY_DATES))


@pytest.mark.slow
def test_fewer_bootstrap_replicates_are_no_other_samples(study, workflow, overlay):
    """They change the averages alone: batches stay good."""
    run = workflow(study.directory, *study.configs, overlay({"analysis": {"bootstrap": 10}}))
    assert run.plan(f"{HOT}/modes_estimates.parquet") == {"aggregate_modes": 1}
    run.succeed(f"{HOT}/modes_estimates.parquet")
