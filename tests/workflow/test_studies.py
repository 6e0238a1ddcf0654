"""The published studies hold the papers' numbers, use known keys only, and plan. test_studies_run_1 and _2 run them, cut short."""

from pathlib import Path

import pytest
import yaml
from cut_studies import REPOSITORY, SMALL, STUDIES, by_name, with_examples
from vitrine.observables import declarations

from benchmarks.readme import PREDICTED, predicted

T_ONSET = 0.9  # 002, appendix A, in simulation units


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


LATER = ("bond_operator", "pinching", "lengths", "nonlinear", "key_core_2dka", "key_core_crystal", "softness_slow")  # many jobs, and likenesses
PLANNED = [pytest.param(path, marks=[pytest.mark.slow] if path.stem in LATER else [], id=path.stem) for path in STUDIES]


@pytest.fixture(autouse=True)
def examples(tmp_path):
    with_examples(tmp_path)


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


@pytest.mark.parametrize("path", SMALL, ids=by_name)
def test_a_small_version_takes_the_branches_of_its_study(path):
    """Which is run in its place, cut short: the same glass former, sampler, observables and figures, with other numbers."""
    small, whole = read(path), read(path.with_stem(path.stem.rpartition("_")[0]))
    default = read(REPOSITORY / "config.yaml")
    chosen = [{name for name, section in {**default["observables"], **one["observables"]}.items() if section is not None} for one in (small, whole)]
    assert chosen[0] <= chosen[1]
    for place in (("model", "name"), ("preparation", "sampler")):
        found = [{**default[place[0]], **one.get(place[0], {})}[place[1]] for one in (small, whole)]
        assert found[0] == found[1]
