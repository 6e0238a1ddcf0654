"""The workflow as its users run it: whole, again, one figure alone, after an edit, with more samples and in other batches."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from comparison import broken_files, is_whole
from vitrine.parquet import read_provenance

FIGURES = (
    "annealing_ratios", "boltzmann", "bond_operator", "cumulative_modes", "defects", "equilibration", "lengths", "pinching_force", "spectra",
)  # fmt: skip
DRAW = {"all", *(f"plot_{name}" for name in FIGURES)}
CONCLUDE = {"collect_tables", "fit_study", "write_summary", "write_provenance", *DRAW}
JOBS = 68  # of the tiny study: 6 batches through 6 rules, 3 ensembles through 6, 4 rules for the study, 9 figures, all


def test_whole_run_makes_every_table_figure_and_summary(finished):
    for name in FIGURES:
        for suffix in ("svg", "pdf"):
            assert is_whole(finished.results / "figures" / f"{name}.{suffix}")
    for name in ("quantities", "fits", "mode_density", "bond_operator_density", "pinching_force", "pinching_scatter", "relaxation_curves", "liquids"):
        assert pq.read_metadata(finished.results / "tables" / f"{name}.parquet").num_rows > 0
    assert (finished.results / "summary.md").read_text(encoding="utf-8").startswith("#")
    assert pq.read_metadata(finished.results / "summary.parquet").num_rows > 0
    assert broken_files(finished.results) == []


def test_the_record_says_what_made_the_study(finished, workflow):
    record = json.loads((finished.results / "provenance.json").read_text(encoding="utf-8"))
    config = record["config"]
    assert config["study"] == "tiny" and config["ensembles"] == yaml.safe_load(finished.configs[0].read_text(encoding="utf-8"))["ensembles"]
    assert record["config_hash"] == read_provenance(finished.results / "tables" / "quantities.parquet")["config_hash"]
    assert record["versions"]["numpy"] == np.__version__ and record["versions"]["snakemake"]
    assert set(record["solver"]) == {f"N = {entry['particles']}" for entry in config["ensembles"]}
    assert set(record["code"]) >= {"equilibrate_liquids", "find_modes", "aggregate_modes", "fit_study"}


def test_results_stay_in_the_working_directory(finished):
    assert sorted(path.name for path in finished.directory.iterdir() if not path.name.startswith(".")) == ["results"]


def test_progress_shows_step_and_total(finished):
    assert "equilibrat" in finished.output.lower()
    assert "steps (100%) done" in finished.output


def test_second_run_does_nothing(finished):
    assert "Nothing to be done" in finished.succeed()


def test_one_figure_is_drawn_again_from_tables_alone(study):
    figure = study.results / "figures" / "boltzmann.svg"
    before = figure.read_bytes()
    figure.unlink()
    assert {rule for rule in study.plan("figure_boltzmann") if not rule.startswith("figure_")} == {"plot_boltzmann"}
    study.succeed("figure_boltzmann")
    assert figure.read_bytes() == before


@pytest.mark.parametrize(
    ("module", "reruns"),
    [
        ("figures/style.py", DRAW),
        ("statistics/weibull.py", {"aggregate_modes", "aggregate_bond_operator"} | CONCLUDE),
        ("measures/pinching.py", {"pinch_bonds", "aggregate_pinching"} | CONCLUDE),
    ],
)
def test_an_edit_of_the_library_reruns_exactly_what_depends_on_it(finished, workflow, repository, module, reruns):
    edited = workflow(finished.directory, repository=repository)
    assert edited.plan() == {}
    path = repository / "scripts" / "vitrine" / module
    path.write_text(path.read_text(encoding="utf-8") + "\nEDITED = True\n", encoding="utf-8")
    assert set(edited.plan()) == reruns


def test_an_edit_of_the_sampler_reruns_everything(finished, workflow, repository):
    path = repository / "scripts" / "vitrine" / "preparation" / "swap.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nEDITED = True\n", encoding="utf-8")
    assert sum(workflow(finished.directory, repository=repository).plan().values()) == JOBS


def test_more_samples_are_added_to_those_that_exist(finished, workflow, overlay):
    ensembles = yaml.safe_load(finished.configs[0].read_text(encoding="utf-8"))["ensembles"]
    more = overlay({"ensembles": [{**ensemble, "samples": 6} for ensemble in ensembles]})
    planned = workflow(finished.directory, *finished.configs, more).plan()
    new = 2 * len(ensembles[0]["parent_temperatures"])  # the first of three batches is there, the second was not full
    assert planned["equilibrate_liquids"] == planned["find_modes"] == new


def test_one_batch_of_all_samples_gives_the_same_ensemble(finished, workflow, rebatched, tmp_path):
    """The hottest ensemble alone, for time's sake; test_interruption.py compares the whole study."""
    other = workflow(tmp_path, *finished.configs, rebatched(3))
    ensemble = finished.results / "N160" / "T1.3000"
    names = sorted(path.name for path in ensemble.glob("*.parquet"))
    other.succeed(*(f"results/tiny/N160/T1.3000/{name}" for name in names))
    for name in names:
        ours, theirs = pd.read_parquet(ensemble / name), pd.read_parquet(other.results / "N160" / "T1.3000" / name)
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True, obj=name)
