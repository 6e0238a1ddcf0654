"""What jobs ask a cluster for follows from the study, and grows when they are tried again."""

import re
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
SLOW = {"linear_algebra": {"solver": "scipy"}}  # jobs of a few samples are told apart by whole minutes
JOB = re.compile(r"^    log: \S*/logs/(\w+?)(?:/(\S+))?\.log$.*?^    resources: (.*?)$", re.MULTILINE | re.DOTALL)


def requests(run, *arguments: str) -> dict[tuple[str, str], dict[str, int]]:
    """Minutes and megabytes of every job that a run would do, by its rule and its wildcards."""
    found = {}
    for rule, wildcards, text in JOB.findall(run.succeed(*arguments, "--dry-run")):
        values = dict(item.split("=", 1) for item in text.split(", "))
        found[rule, wildcards] = {name: int(values[name]) for name in ("runtime", "mem_mb")}
    return found


@pytest.fixture
def wordy(repository) -> Path:
    """The workflow without messages of its own: Snakemake then tells all about a job, its resources too."""
    for path in (repository / "rules").glob("*.smk"):
        path.write_text(re.sub(r"^ +message:\n.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8")
    return repository


@pytest.fixture
def ask(workflow, overlay, wordy, tmp_path):
    """The requests of the tiny study with changes of its config, as a function of the changes and of Snakemake's arguments."""
    tiny = workflow(tmp_path)

    def plan(*arguments: str, **changes):
        (ensemble,) = yaml.safe_load(tiny.configs[0].read_text(encoding="utf-8"))["ensembles"]
        changed = ensemble | changes.pop("ensemble", {})
        content = {"ensembles": [{**changed, "axes": ensemble["axes"] | changes.pop("axes", {})}], **changes}
        return requests(workflow(tmp_path, *tiny.configs, overlay(content), repository=wordy), *arguments)

    return plan


def every_rule(study):
    """Rules whose jobs ask for something: all that a study has, but for `all`."""
    rules = {"pilot_liquids", "equilibrate_liquids", "quench_samples", "collect_tables", "fit_study", "write_provenance", "write_summary"}
    rules |= {rule for one in study.observables.values() for rule in (one.rule, one.aggregate) if rule}
    return rules | {figure.function for figure in study.figures.values()}


def test_every_job_asks_for_time_and_memory_and_for_more_when_it_is_tried_again(ask, workflow, tmp_path):
    first, second = ask(), ask("--attempt", "2")
    assert {rule for rule, _ in first} == every_rule(workflow(tmp_path).resolved())
    assert set(first) == set(second)
    for job, asked in first.items():
        assert all(0 < asked[name] < second[job][name] for name in ("runtime", "mem_mb")), job


@pytest.mark.slow
def test_larger_systems_ask_for_more_time_and_memory(ask):
    hot, many = {"parent_temperature": [1.3]}, {"samples": 50, "batch": 50}
    small, large = (ask(ensemble=many, axes={**hot, "particles": particles}, **SLOW) for particles in (1000, 2000))
    for rule in ("find_modes", "measure_elasticity", "pinch_bonds", "diagonalise_bond_operator"):
        left, right = small[rule, "N1000_T1.3000_00000-00049"], large[rule, "N2000_T1.3000_00000-00049"]
        assert right["runtime"] > left["runtime"] and right["mem_mb"] > left["mem_mb"]


@pytest.mark.slow
def test_more_samples_per_batch_ask_for_more_time_and_for_their_rows_of_a_table_alone(ask):
    few, many = (ask(ensemble={"samples": 40, "batch": batch}, axes={"particles": 2000}, **SLOW) for batch in (10, 40))
    for rule in ("equilibrate_liquids", "quench_samples", "find_modes"):
        left, right = few[rule, "N2000_T0.8000_00000-00009"], many[rule, "N2000_T0.8000_00000-00039"]
        assert right["runtime"] > left["runtime"] and left["mem_mb"] <= right["mem_mb"] < 1.05 * left["mem_mb"]


@pytest.mark.slow
def test_colder_liquids_ask_for_more_time(ask):
    asked = ask(axes={"particles": 2000, "parent_temperature": [1.3, 0.4]}, preparation={"maximum_sweeps": 5000000})
    cold, hot = (asked["equilibrate_liquids", f"N2000_T{T_p}_00000-00001"]["runtime"] for T_p in ("0.4000", "1.3000"))
    assert cold > hot


@pytest.mark.slow
def test_a_job_that_stops_itself_asks_for_little_more_than_its_walltime(ask):
    changes = {"ensemble": {"samples": 50, "batch": 50}, "axes": {"particles": 2000}}
    changes["preparation"] = {"minimum_sweeps": 500000, "maximum_sweeps": 5000000}
    changes["preparation"] |= {"pilot_samples": 50, "pilot_relaxations": 2000}
    jobs = (("equilibrate_liquids", "N2000_T0.8000_00000-00049"), ("pilot_liquids", "N2000_T0.8000"))
    free = ask(**changes)
    changes["preparation"]["walltime_minutes"] = 120
    limited = ask(**changes)
    assert all(120 < limited[job]["runtime"] <= 180 < free[job]["runtime"] for job in jobs)


@pytest.mark.slow
def test_longer_cooling_asks_for_more_time(workflow, wordy, tmp_path):
    """003: the way from the hotter rung, at one rate, and a hold of one length at each."""
    asked = requests(workflow(tmp_path, REPOSITORY / "studies" / "softness.yaml", repository=wordy))
    times = [asked["equilibrate_liquids", f"N4000_T{T_p:.4f}_00000-00000"]["runtime"] for T_p in (0.8, 0.29, 0.26, 0.2, 0.11)]
    held, way_of_three, as_long, way_of_six, way_of_nine = times  # the ways in hundredths of epsilon_AA, and holds of 200 after each
    assert held < way_of_three == as_long < way_of_six < way_of_nine
