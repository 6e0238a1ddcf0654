"""The benchmarks' own arithmetic: power laws, targets, and the text that they put into files; and that each of them can be run at all."""

import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from vitrine.config_files import merged_config
from vitrine.errors import InputError
from vitrine.study import Study

import benchmarks
from benchmarks import costs, fits, orchestration, readme, scaling, table
from benchmarks.rows import LONG_TABLES
from benchmarks.rows import measure as measure_rows

ROOT = Path(__file__).resolve().parents[2]


def test_a_power_law_is_found_again():
    particles, number = np.array([500.0, 1000, 2000, 4000, 4000]), np.array([20.0, 20, 100, 20, 500])
    law = fits.power_law(particles, 3.0 * (particles / 1000) ** 1.7 * (number / 20) ** 0.4, number)
    assert law["prefactor"] == pytest.approx(3)
    assert law["exponent"] == pytest.approx(1.7)
    assert law["number_exponent"] == pytest.approx(0.4)
    assert law["exponent_error"] == pytest.approx(0, abs=1e-12)


def test_the_error_of_an_exponent_is_its_spread():
    rng = np.random.default_rng(0)
    particles = np.geomspace(500, 64_000, 8)
    laws = [fits.power_law(particles, particles**1.5 * np.exp(0.1 * rng.standard_normal(8))) for _ in range(2000)]
    spread = np.std([law["exponent"] for law in laws])
    assert np.sqrt(np.mean([law["exponent_error"] ** 2 for law in laws])) == pytest.approx(spread, rel=0.05)
    assert np.sqrt(np.mean([(law["prefactor_error"] / law["prefactor"]) ** 2 for law in laws])) == pytest.approx(
        np.std([np.log(law["prefactor"]) for law in laws]), rel=0.05
    )


def test_two_sizes_fix_a_law_without_an_error():
    law = fits.power_law(np.array([1000.0, 2000]), np.array([1.0, 8.0]))
    assert law["exponent"] == pytest.approx(3)
    assert np.isnan(law["exponent_error"])


def test_steps_are_fitted_over_the_larger_sizes():
    rows = []
    for particles in (256, 500, 1000, 2000):
        key = {"step": "quench", "dimension": 3, "solver": "", "number": 0, "particles": particles}
        seconds, megabytes = (99.0, 0.0) if particles == 256 else (2.0 * (particles / 1000) ** 1.2, 5.0 * (particles / 1000) ** 2)
        rows += [{**key, "quantity": "seconds", "value": seconds}, {**key, "quantity": "megabytes", "value": megabytes}]
    (law,) = fits.fit_steps(pd.DataFrame(rows)).to_dict("records")
    assert (law["a"], law["b"], law["m"], law["c"]) == pytest.approx((2, 1.2, 5, 2))
    assert (law["smallest"], law["largest"]) == (500, 2000)


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """A table of two steps that this machine took, and the rows of a step that is measured anew."""
    key = {"model": "poly", "dimension": 3, "solver": "", "number": 0, "particles": 256, "quantity": "seconds"}
    rows = [{**key, "step": step, "value": value} for step, value in (("quench", 1.0), ("modes_values", 2.0))]
    scaling.write_table(scaling.SCALING, rows, tmp_path / "scaling.parquet", {"machine": scaling.machine()})
    monkeypatch.setattr(scaling, "step_rows", lambda step, *where: [{**key, "step": step, "value": 3.0}])
    return tmp_path / "scaling.parquet"


def test_one_step_is_measured_anew_and_the_others_stay(measured, monkeypatch):
    monkeypatch.setattr("sys.argv", ["scaling", "--only", "modes_values", "--output", str(measured)])
    scaling.main()
    found = scaling.read_table(scaling.SCALING, measured)
    assert dict(zip(found["step"], found["value"], strict=True)) == {"quench": 1.0, "modes_values": 3.0}


def test_a_step_is_not_measured_anew_on_another_machine(measured, monkeypatch):
    monkeypatch.setattr(scaling, "machine", lambda: {"processor": "another"})
    with pytest.raises(InputError, match="was measured on another machine or with other software; measure all steps anew, without --only"):
        list(scaling.renewed_rows(["modes_values"], "scipy", measured, (256,), 1.0, measured.parent))


def test_without_a_table_no_step_is_measured_anew(measured, monkeypatch):
    measured.unlink()
    monkeypatch.setattr("sys.argv", ["scaling", "--only", "modes_values", "--output", str(measured)])
    with pytest.raises(SystemExit, match="^Error: .*scaling.parquet: not a whole Parquet file"):
        scaling.main()


def test_targets_are_those_of_figure_and_reference():
    rows = [
        ("P(lambda), values", 1.0, "scipy eigh of (StS, M), values", 4.0),
        ("P(lambda), values, N = 500", 1.0, "eigenvalues of the dense A", 20.0),
    ]
    found = table.table_of([*rows, ("time step, KA", 2.0, "one evaluation of the forces", 1.0), ("peak memory of it", 5.0, "8 GB", 8.0, "GB")])
    assert found["ratio"].tolist() == pytest.approx([0.25, 0.05, 2.0, 0.625])
    assert found["target"].tolist() == pytest.approx([0.33, 0.04, np.nan, 1.0], nan_ok=True)
    assert found["unit"].tolist() == ["s", "s", "s", "GB"]
    lines = table.as_text(found).splitlines()
    assert [line.split()[-1] for line in lines[1:]] == ["yes", "NO", "2", "yes"]


@pytest.mark.parametrize("module", sorted(path.stem for path in Path(benchmarks.__file__).parent.glob("*.py")))
def test_every_module_can_be_imported(module):
    """They are run by hand, months apart."""
    importlib.import_module("benchmarks" if module == "__init__" else f"benchmarks.{module}")


def test_a_row_of_every_long_table_is_measured(monkeypatch, glass):
    monkeypatch.setattr("benchmarks.rows.seconds", lambda action: 1.0 if action() else None)
    monkeypatch.setattr("benchmarks.rows.BATCH", 3)
    for name in LONG_TABLES:
        found = measure_rows(name, glass)
        assert 5 < found["bytes"] < 80
        assert found["seconds"] == pytest.approx(1.0 / (found["rows"] * 6))


def test_what_is_planned_is_a_study_of_a_hundred_thousand_samples(tmp_path):
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(orchestration.STUDY), encoding="utf-8")
    study = Study.from_config(merged_config([ROOT / "config.yaml", tmp_path / "study.yaml"]))
    assert sum(place.ensemble.samples for place in study.places.values()) == 120_000


def test_the_head_of_a_study_says_what_it_costs(tmp_path):
    study = tmp_path / "own.yaml"
    study.write_text("# A study of mine.\n# Predicted cost: of old\n\nstudy: own\nseed: 5 # mine\n", encoding="utf-8")
    for _ in range(2):
        readme.write_head(study)
        title, head, *rest = study.read_text(encoding="utf-8").splitlines()
        assert title == "# A study of mine."
        assert head.startswith("# Predicted cost: ") and " core-hours, " in head and "of old" not in head
        assert rest == ["", "study: own", "seed: 5 # mine"]


@pytest.mark.parametrize("study", sorted((ROOT / "studies").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_heads_of_the_studies_are_those_of_the_cost_model(study):
    assert readme.predicted(study) in study.read_text(encoding="utf-8").splitlines()


def test_job_times_are_those_of_averages_and_figures(tmp_path):
    for name, taken in (
        ("aggregate_modes/N256_T1.0000", 1.0),
        ("fit_study", 2.0),
        ("plot_lengths", 5.0),
        ("find_modes/N256_T1.0000_00000-00001", 99.0),
    ):
        path = tmp_path / "benchmarks" / f"{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"s\tmax_rss\n{taken}\t100\n", encoding="utf-8")
        path.with_name(f"._{path.name}").write_bytes(b"\x00\xff")
    assert costs.job_times(tmp_path) == {"table": 1.5, "figure": 5.0}
    with pytest.raises(SystemExit, match="is no finished study"):
        costs.job_times(tmp_path / "elsewhere")
