"""The workflow as its users run it: whole, again, one figure alone, its report, with more samples and in other batches. Edits: test_reruns.py."""

import json
import re
from html import unescape

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from comparison import broken_files, is_whole
from vitrine.observables import declarations, module_of_figure
from vitrine.parquet import read_provenance

FIGURES = {
    "annealing_ratios", "boltzmann", "bond_operator", "cumulative_modes", "defects", "equilibration", "lengths", "pinching_force", "spectra",
    "trends",
}  # fmt: skip


def test_whole_run_makes_every_table_figure_and_summary(finished):
    study = finished.resolved()
    assert set(study.figures) >= FIGURES
    for name in study.figures:
        for suffix in ("svg", "pdf"):
            assert is_whole(finished.results / "figures" / f"{name}.{suffix}")
    for name in (
        "quantities",
        "fits",
        "energy_windows",
        "mode_density",
        "bond_operator_density",
        "pinching_force",
        "pinching_scatter",
        "relaxation_curves",
        "liquids",
    ):
        assert pq.read_metadata(finished.results / "tables" / f"{name}.parquet").num_rows > 0
    assert (finished.results / "summary.md").read_text(encoding="utf-8").startswith("#")
    assert pq.read_metadata(finished.results / "summary.parquet").num_rows > 0
    assert broken_files(finished.results) == []


def test_every_point_is_listed_and_has_its_folder(finished):
    points = pd.read_parquet(finished.results / "tables" / "ensembles.parquet")
    assert list(points["point"]) == ["N160_T1.3000", "N160_T0.8000"]
    assert list(points["starts_from"]) == ["", "N160_T1.3000"]
    assert list(points["parent_temperature"]) == [1.3, 0.8] and set(points["particles"]) == {160}
    assert set(points["samples"]) == {3} and set(points["batches"]) == {2} and points["measured"].all()
    for point in points["point"]:
        assert sorted(path.name for path in (finished.results / point).iterdir() if path.is_dir()) == ["00000-00001", "00002-00002"]


def test_every_sample_of_a_point_runs_as_long_as_its_pilot_says(finished):
    for place in finished.resolved().places.values():
        folder, settings = finished.results / place.point.label, place.preparation
        pilot = pd.read_parquet(folder / "pilot.parquet")
        liquids = pd.concat([pd.read_parquet(path) for path in sorted(folder.glob("*/liquids.parquet"))])
        assert len(pilot) == settings["pilot_samples"] == 2 and (pilot["relaxations"] == settings["pilot_relaxations"]).all()
        asked = max(10 * np.ceil(settings["relaxation_times"] * pilot["relaxation_time"].mean() / 10), settings["minimum_sweeps"])
        assert set(liquids["sweeps"]) == set(liquids["sweeps_asked"]) == {asked} and len(liquids) == 3


def test_liquids_of_the_cold_rung_are_heated_up_to_the_hot_one(finished):
    """Two of three; the batch of the third is there, without a row."""
    hot, cold = finished.results / "N160_T1.3000", finished.results / "N160_T0.8000"
    assert not list(hot.rglob("reheated*"))
    first, second = (pd.read_parquet(cold / batch / "reheated.parquet") for batch in ("00000-00001", "00002-00002"))
    length = pd.read_parquet(hot / "00000-00001" / "liquids.parquet")["sweeps"].iloc[0]
    assert list(first["sample"]) == [0, 1] and len(second) == 0 and list(second.columns) == list(first.columns)
    assert set(first["temperature"]) == {1.3} and set(first["sweeps"]) == {length} and set(first["flag"]) == {""}
    quantities = pd.read_parquet(finished.results / "tables" / "quantities.parquet").set_index(["quantity", "parent_temperature"])["value"]
    assert quantities["energy_reheated", 0.8] == pytest.approx(first["energy"].mean())
    assert quantities["energy_bracket", 1.3] == pytest.approx(quantities["energy_liquid", 1.3] - first["energy"].mean())
    assert ("energy_bracket", 0.8) not in quantities.index


def test_the_record_says_what_made_the_study(finished):
    record = json.loads((finished.results / "provenance.json").read_text(encoding="utf-8"))
    config = record["config"]
    assert config["study"] == "tiny" and config["ensembles"] == yaml.safe_load(finished.configs[0].read_text(encoding="utf-8"))["ensembles"]
    assert record["config_hash"] == read_provenance(finished.results / "tables" / "quantities.parquet")["config_hash"]
    assert record["versions"]["numpy"] == np.__version__ and record["versions"]["snakemake"]
    assert set(record["solver"]) == {"480 unknowns"}  # N d
    assert set(record["code"]) >= {"pilot_liquids", "equilibrate_liquids", "find_modes", "aggregate_modes", "fit_study"}


def test_results_stay_in_the_working_directory(finished):
    assert sorted(path.name for path in finished.directory.iterdir() if not path.name.startswith(".")) == ["results"]


def test_progress_shows_step_and_total(finished):
    assert "equilibrat" in finished.output.lower()
    assert "steps (100%) done" in finished.output


def test_second_run_does_nothing(study):
    assert "Nothing to be done" in study.succeed()


def test_one_figure_is_drawn_again_from_tables_alone(study):
    figure = study.results / "figures" / "boltzmann.svg"
    before = figure.read_bytes()
    figure.unlink()
    assert study.jobs_in(study.succeed("figure_boltzmann")) == {"plot_boltzmann": 1, "figure_boltzmann": 1}
    assert figure.read_bytes() == before


def test_the_report_shows_every_figure_with_its_caption_and_the_summary(study):
    page = study.directory / "report.html"
    study.succeed("--report", str(page))
    text = page.read_text(encoding="utf-8")
    for name in study.resolved().figures:
        assert f"results/tiny/figures/{name}.svg" in text
        assert first_words(module_of_figure(name).with_suffix(".rst").read_text(encoding="utf-8")) in shown(text), name
    for name in ("summary.md", "provenance.json"):
        assert f"results/tiny/{name}" in text


def first_words(caption: str) -> str:
    """The beginning of a caption, without its marks and up to its first formula or template."""
    return re.split(r"[{|`:^]", letters(caption.replace("**", "")))[0][:40].strip()


def shown(page: str) -> str:
    """The text of a report: its captions are HTML inside JSON, with escapes of both."""
    return letters(unescape(re.sub(r"<[^>]*>", "", page.encode().decode("unicode_escape", errors="ignore"))))


def letters(text: str) -> str:
    return " ".join(text.split())


def test_more_samples_are_added_to_those_that_exist(finished, workflow, overlay):
    (ensemble,) = yaml.safe_load(finished.configs[0].read_text(encoding="utf-8"))["ensembles"]
    planned = workflow(finished.directory, *finished.configs, overlay({"ensembles": [{**ensemble, "samples": 6}]})).plan()
    new = 2 * len(ensemble["axes"]["parent_temperature"])  # the first of three batches is there, the second was not full
    assert planned["equilibrate_liquids"] == planned["find_modes"] == new


@pytest.mark.slow
def test_one_batch_of_all_samples_gives_the_same_ensemble(finished, workflow, rebatched, tmp_path):
    """The hottest ensemble alone, for time's sake; test_interruption.py compares the whole study."""
    other = workflow(tmp_path, *finished.configs, rebatched(3))
    ensemble = finished.results / "N160_T1.3000"
    names = sorted(path.name for path in ensemble.glob("*.parquet"))
    prepared = {name for name, one in declarations().items() if one.preparation} - {"imports"}  # these are of ensembles that others prepared
    assert {f"{name}_estimates.parquet" for name in prepared} <= set(names)
    other.succeed(*(f"results/tiny/N160_T1.3000/{name}" for name in names))
    for name in names:
        ours, theirs = pd.read_parquet(ensemble / name), pd.read_parquet(other.results / "N160_T1.3000" / name)
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True, obj=name)


def test_a_study_has_no_rule_of_what_it_does_not_choose(workflow, overlay, tmp_path):
    """No pilot either, where it gives the lengths itself."""
    changes = {
        "preparation": {"sweeps": [100, 200]},
        "observables": {"reheating": None, "bond_operator": None, "soft_spots": None, "pinching": None},
        "figures": ["trends", "cumulative_modes"],
    }
    run = workflow(tmp_path, *workflow(tmp_path).configs, overlay(changes))
    rules = run.succeed("--list-rules").split()
    assert {"equilibrate_liquids", "find_modes", "aggregate_modes", "measure_elasticity", "collect_tables"} <= set(rules)
    assert not {"pilot_liquids", "reheat_liquids", "aggregate_reheated"} & set(rules)
    assert not {"diagonalise_bond_operator", "aggregate_bond_operator", "pinch_bonds", "aggregate_pinching"} & set(rules)
    assert {rule for rule in rules if rule.startswith("plot_")} == {"plot_trends", "plot_cumulative_modes"}
    assert {rule for rule in rules if rule.startswith("figure_")} == {"figure_trends", "figure_cumulative_modes"}
