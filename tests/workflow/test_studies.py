"""The published studies hold the papers' numbers, use known keys only, plan, and run to their end where they are cut short."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from comparison import broken_files, is_whole
from shortened import shortened
from vitrine.observables import declarations

from benchmarks.readme import PREDICTED, predicted
from examples.write_eam_table import published

REPOSITORY = Path(__file__).resolve().parents[2]
STUDIES = sorted((REPOSITORY / "studies").glob("*.yaml"))
T_ONSET = 0.9  # 002, appendix A, in simulation units


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def by_name(path: Path) -> str:
    return path.stem


LATER = ("bond_operator", "pinching", "lengths", "nonlinear", "key_core_2dka", "key_core_crystal", "softness_slow")  # many jobs, and likenesses
PLANNED = [pytest.param(path, marks=[pytest.mark.slow] if path.stem in LATER else [], id=path.stem) for path in STUDIES]


@pytest.fixture(autouse=True)
def examples(tmp_path):
    """The samples that a study imports lie where it runs."""
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")


@pytest.mark.parametrize("path", PLANNED)
def test_study_plans(workflow, tmp_path, path):
    workflow(tmp_path, path).succeed("--dry-run", "--quiet")


@pytest.mark.parametrize("path", STUDIES, ids=by_name)
def test_study_is_named_as_its_file_and_knows_every_key(path):
    default, study = read(REPOSITORY / "config.yaml"), read(path)
    assert study["study"] == path.stem
    assert set(study) <= set(default)
    for block in (key for key in study if isinstance(default[key], dict) and key not in ("model", "axes")):
        assert set(study[block]) <= set(declarations() if block == "observables" else default[block])
    assert set(study.get("model", {})) <= {"name", study.get("model", {}).get("name", "poly")}


@pytest.mark.parametrize("path", STUDIES, ids=by_name)
def test_head_of_a_study_states_its_predicted_cost(path):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(PREDICTED)]
    assert lines == [predicted(path)], "bring it up to date: python -m benchmarks.costs --heads"


def test_studies_draw_samples_of_their_own():
    seeds = [read(path)["seed"] for path in (REPOSITORY / "config.yaml", *STUDIES)]
    assert len(set(seeds)) == len(seeds)


def test_pinching_is_the_ensemble_of_the_paper():
    ensembles = {entry["axes"]["particles"]: entry for entry in read(REPOSITORY / "studies" / "pinching.yaml")["ensembles"]}
    assert {particles: entry["samples"] for particles, entry in ensembles.items()} == {2000: 10000, 8000: 1000, 16000: 2000}
    published = [13 / 9, 10 / 9, 8 / 9, 7 / 9, 13 / 18, 2 / 3, 11 / 18, 5 / 9, 1 / 2, 4 / 9, 7 / 18]  # T_p/T_onset, 002 Fig. S2
    assert ensembles[2000]["axes"]["parent_temperature"] == pytest.approx([T_ONSET * ratio for ratio in (*published, 1 / 3)])  # and Figs. 2, 4, 5
    assert ensembles[8000]["axes"]["parent_temperature"] == pytest.approx([T_ONSET * ratio for ratio in published])


def test_bond_operator_is_the_ensemble_of_the_paper():
    (ensemble,) = read(REPOSITORY / "studies" / "bond_operator.yaml")["ensembles"]
    assert (ensemble["axes"]["particles"], ensemble["samples"]) == (2000, 10000)  # 001, section II
    assert sorted(ensemble["axes"]["parent_temperature"]) == [0.32, 0.45, 0.60, 1.00]


SMALL = [path for path in STUDIES if path.stem.endswith(("_small", "_slow"))]


@pytest.mark.parametrize("path", SMALL, ids=by_name)
def test_a_small_version_takes_the_branches_of_its_study(path):
    """Which is run below in its place: the same glass former, sampler, observables and figures, with other numbers."""
    small, whole = read(path), read(path.with_stem(path.stem.rpartition("_")[0]))
    default = read(REPOSITORY / "config.yaml")
    chosen = [{name for name, section in {**default["observables"], **one["observables"]}.items() if section is not None} for one in (small, whole)]
    assert chosen[0] <= chosen[1]
    for place in (("model", "name"), ("preparation", "sampler")):
        found = [{**default[place[0]], **one.get(place[0], {})}[place[1]] for one in (small, whole)]
        assert found[0] == found[1]


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path in STUDIES if path not in SMALL], ids=by_name)
def test_study_runs_to_its_end(workflow, overlay, tmp_path, path):
    """Cut short: nothing is shipped that nobody ran. Every point that is measured has its numbers, every figure is whole."""
    run = workflow(tmp_path, path, overlay(shortened(REPOSITORY / "config.yaml", path)))
    text = run.succeed()
    assert "steps (100%) done" in text and "Traceback" not in text
    study, results = run.resolved(), tmp_path / "results" / path.stem
    assert broken_files(results) == []
    assert study.figures and all(is_whole(results / "figures" / f"{name}.{suffix}") for name in study.figures for suffix in ("svg", "pdf"))
    assert (results / "summary.md").read_text(encoding="utf-8").startswith(f"# Summary of the study `{path.stem}`")
    quantities = pd.read_parquet(results / "tables" / "quantities.parquet")
    assert len(pd.read_parquet(results / "tables" / "flags.parquet")) == 0
    for label, place in study.places.items():
        rows = quantities[np.logical_and.reduce([quantities[name] == value for name, value in place.point.key.items()])].set_index("quantity")
        names = ["energy_inherent", "shear_modulus"] if place.measured else ["energy_liquid"]
        names = [name for name in names if name in rows.index]
        names = names or list(rows.index[(rows["samples"] == 2) & np.isfinite(rows["value"])])  # of drawn systems
        assert len(names) > 0 and rows["samples"].max() == 2, label  # some quantities are of a few samples alone, such as those with a key core
        assert set(rows.loc[names, "samples"]) == {2} and all(np.isfinite(rows.loc[name, "value"]) for name in names), label
    weak = quantities.loc[quantities["quantity"] == "omega_g", "value"]
    assert len(weak) == 0 or np.isfinite(weak).any()  # few bonds of so few particles are weak: at some points none that is pinched


@pytest.mark.slow
def test_the_metal_of_the_documentation_runs_to_its_end(workflow, overlay, tmp_path):
    """docs/softness_cuzr.yaml, cut short, where its published table can be had: numbers wherever it measures."""
    table, path = published("Cu64Zr36"), REPOSITORY / "docs" / "softness_cuzr.yaml"
    if table is None:
        pytest.skip("the published table is absent: Debian's package openkim-models has it")
    (tmp_path / "CuZr.eam.fs").write_bytes(table)
    metal = overlay({"model": {"eam": {"table": str(tmp_path / "CuZr.eam.fs")}}})
    run = workflow(tmp_path, path, metal, overlay(shortened(REPOSITORY / "config.yaml", path, metal)))
    assert "steps (100%) done" in run.succeed()
    quantities = pd.read_parquet(tmp_path / "results" / "softness_cuzr" / "tables" / "quantities.parquet")
    measured = sum(place.measured for place in run.resolved().places.values())
    for name in ("softness_largest", "hop_square_all", "escape_all", "tension_a"):
        values = quantities.loc[quantities["quantity"] == name, "value"]
        assert len(values) == measured > 0 and np.isfinite(values).all(), name
