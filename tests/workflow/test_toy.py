"""To add an observable is to add a folder: those of toys/ go into a copy of the repository, and everything else follows.

`toy` measures glasses, gives a field, has a setting, a cost and a figure; `toy_second` takes its table and its field; `toy_drawn` draws systems of
its own along an axis of its own.
"""

import re
import shutil
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from comparison import broken_files, is_whole
from vitrine.parquet import read_provenance
from vitrine.samples import read_fields

TOYS = Path(__file__).resolve().parent / "toys"
CONFIG = Path(__file__).resolve().parents[2] / "config.yaml"
HOT = "N160_T1.3000"
DRAWN = {"axes": {"disorder": [1.0, 4.0]}, "origin": "drawn", "samples": 3, "batch": 2}
DISORDER = {"disorder": {"label": "W", "symbol": "W", "unit": "1", "meaning": "width of what is drawn", "decimals": 2}}
TRENDS = {"figure_options": {"trends": {"quantities": ["toy_spread", "toy_spread_field"]}}}


@pytest.fixture
def with_toys(repository):
    """A copy of the repository with the toys in it."""
    for folder in TOYS.iterdir():
        shutil.copytree(folder, repository / "scripts" / "vitrine" / "observables" / folder.name, ignore=shutil.ignore_patterns("__pycache__"))
    return repository


@pytest.fixture
def toys(workflow, overlay, with_toys):
    """A function to the workflow with the toys: the tiny study in a folder, measuring nothing but these observables."""

    def make(folder, observables, **more):
        folder.mkdir(exist_ok=True)
        others = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["observables"]
        content = overlay({"observables": {**dict.fromkeys(others), **observables}, "figures": "all", **more})
        return workflow(folder, *workflow(folder).configs, content, repository=with_toys)

    return make


def test_a_toy_and_one_that_takes_its_table_and_field(study, toys):
    """Liquids and glasses of the tiny study are there, of which the hottest are taken: nothing but the toys, and what concludes, runs."""
    (glasses,) = yaml.safe_load(study.configs[0].read_text(encoding="utf-8"))["ensembles"]
    hottest = {"ensembles": [{**glasses, "axes": glasses["axes"] | {"parent_temperature": [1.3]}}]}
    run = toys(study.directory, {"toy": {"power": 3}, "toy_second": {}}, **hottest)
    planned = run.plan()
    measured = {"measure_toy": 2, "measure_toy_second": 2, "aggregate_toy": 1, "aggregate_toy_second": 1}
    concluding = ("collect_tables", "fit_study", "write_summary", "write_provenance", "plot_toy", "plot_trends", "plot_equilibration", "all")
    assert planned == measured | dict.fromkeys(concluding, 1)

    told = run.succeed("estimate_cost")
    (line,) = re.findall(r"^ *measure_toy .*$", told, re.MULTILINE)
    assert re.search(r"\b160 +2 .*3 h", line), line  # a batch of two samples of an hour and a half
    text = run.succeed()
    assert "Looking for nearest neighbours of samples 00000-00001 at N160_T1.3000" in text
    assert broken_files(run.results) == []
    for suffix in ("svg", "pdf"):
        assert is_whole(run.results / "figures" / f"toy.{suffix}")

    batch = run.results / HOT / "00000-00001"
    rows, second, fields = pd.read_parquet(batch / "toy.parquet"), pd.read_parquet(batch / "toy_second.parquet"), read_fields(batch / "toy_field.gsd")
    assert list(rows.columns) == ["particles", "parent_temperature", "sample", "moment", "flag"] and set(fields) == {0, 1}
    for index, field in fields.items():
        nearest = field.arrays["nearest"]
        assert nearest.shape == (160,) and field.sample.particles == 160
        assert rows.loc[index, "moment"] == pytest.approx(np.mean(nearest**3) ** (1 / 3), rel=1e-12)
        assert second.loc[index, "largest"] == pytest.approx(nearest.max() / rows.loc[index, "moment"], rel=1e-12)
    curve = pd.read_parquet(run.results / "tables" / "toy_curve.parquet")
    assert list(curve["share"]) == pytest.approx([1 / 3, 2 / 3, 1])
    assert pq.read_schema(batch / "toy.parquet").field("moment").metadata[b"unit"] == b"lambda_min"
    assert (run.results / "logs" / "measure_toy" / f"{HOT}_00000-00001.log").exists()
    assert (run.results / "benchmarks" / "measure_toy" / f"{HOT}_00000-00001.tsv").exists()

    summary = (run.results / "summary.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^\| r_toy \| lambda_min \| [\d.]+ ± [\d.]+ \|$", summary, re.MULTILINE)) == 1
    assert len(re.findall(r"^\| R_toy \| 1 \|", summary, re.MULTILINE)) == 1
    quantities = pd.read_parquet(run.results / "tables" / "quantities.parquet")
    assert {"toy_moment", "toy_moment_reduced", "toy_largest"} <= set(quantities["quantity"])

    page = run.directory / "report.html"
    run.succeed("--report", str(page))
    assert "its moment of power 3, a toy of the tests" in unescape(page.read_text(encoding="utf-8"))

    assert set(toys(run.directory, {"toy": {"power": 4}, "toy_second": {}}, **hottest).plan()) == set(planned)  # its setting reruns what stands on it


@pytest.mark.parametrize(
    ("observables", "said"),
    [
        ({"toy": {"power": -1}}, "config key observables.toy.power is -1: allowed is a number greater than 0"),
        ({"toy": {"pwoer": 1}}, "config key observables.toy.pwoer is unknown: allowed below observables.toy are power"),
        ({"toy_second": {}}, "config key observables.toy_second needs toy.parquet of the observable toy: choose that too, or set toy_second: null"),
    ],
    ids=["value", "key", "needs"],
)
def test_the_toys_section_of_the_config_is_checked(toys, tmp_path, observables, said):
    done = toys(tmp_path / "study", observables).run("--dry-run")
    assert done.returncode == 1 and said in done.stdout and "Traceback" not in done.stdout


def test_a_toy_draws_its_own_systems_along_its_own_axis(toys, tmp_path):
    run = toys(tmp_path / "study", {"toy_drawn": {"numbers": 400}}, axes=DISORDER, ensembles=[DRAWN], against="disorder", **TRENDS)
    planned = run.plan()
    assert planned == {"draw_toy": 4, "aggregate_toy_drawn": 2} | dict.fromkeys(
        ("collect_tables", "fit_study", "write_summary", "write_provenance", "plot_trends", "all"), 1
    )
    run.succeed()
    assert sorted(path.name for path in run.results.glob("W*")) == ["W1.00", "W4.00"]
    assert broken_files(run.results) == [] and is_whole(run.results / "figures" / "trends.svg")
    rows = pd.concat([pd.read_parquet(path) for path in sorted(run.results.glob("W*/*/toy_drawn.parquet"))], ignore_index=True)
    assert list(rows.columns) == ["disorder", "sample", "spread", "flag"] and rows["spread"].nunique() == 6  # no two samples share a stream
    assert np.allclose(rows["spread"] / rows["disorder"], 1, atol=5 / np.sqrt(2 * 400))
    quantities = pd.read_parquet(run.results / "tables" / "quantities.parquet")
    assert list(quantities.columns[:2]) == ["disorder", "quantity"]
    spread = quantities[quantities["quantity"] == "toy_spread"].set_index("disorder")
    for width, own in rows.groupby("disorder"):
        assert spread.loc[width, "value"] == pytest.approx(own["spread"].mean(), rel=1e-12)
        assert 0.2 < spread.loc[width, "error"] / (own["spread"].std() / np.sqrt(3)) < 2  # of few samples and replicates
    field = quantities[quantities["quantity"] == "toy_spread_field"].set_index("disorder")
    assert np.allclose(field[["value", "error"]], spread[["value", "error"]], rtol=1e-12)
    summary = (run.results / "summary.md").read_text(encoding="utf-8")
    assert "W = 4 | W = 1" in summary and len(re.findall(r"^\| spread \| 1 \|(?: [\d.]+ ± [\d.]+ \|){2}$", summary, re.MULTILINE)) == 1
    about = pd.read_parquet(run.results / "tables" / "ensembles.parquet")
    assert set(about["origin"]) == {"drawn"} and set(about["batches"]) == {2}


@pytest.mark.slow
def test_glasses_and_drawn_systems_in_one_study(study, toys):
    (glasses,) = yaml.safe_load(study.configs[0].read_text(encoding="utf-8"))["ensembles"]
    run = toys(study.directory, {"toy": {}, "toy_drawn": {}}, axes=DISORDER, ensembles=[glasses, DRAWN])
    planned = run.plan()
    rungs = len(glasses["axes"]["parent_temperature"])
    assert (
        planned["measure_toy"] == 2 * rungs and planned["draw_toy"] == 4 and "equilibrate_liquids" not in planned and "quench_samples" not in planned
    )
    run.succeed()
    quantities = pd.read_parquet(run.results / "tables" / "quantities.parquet").set_index("quantity")
    assert list(quantities.loc["toy_spread", "disorder"]) == [1.0, 4.0] and quantities.loc["toy_spread", "parent_temperature"].isna().all()
    assert quantities.loc["toy_moment", "disorder"].isna().all() and set(quantities.loc["toy_moment", "particles"]) == {160}
    assert is_whole(run.results / "figures" / "toy.svg") and is_whole(run.results / "figures" / "trends.svg")
    identities = {read_provenance(path)["identity"] for path in run.results.glob("W*/*/toy_drawn.parquet")}
    assert len(identities) == 2

    one = toys(study.directory / "one", {"toy_drawn": {}}, axes=DISORDER, ensembles=[{**DRAWN, "batch": 3}], against="disorder", **TRENDS)
    estimates = "results/tiny/W1.00/toy_drawn_estimates.parquet"
    one.succeed(estimates)
    pd.testing.assert_frame_equal(pd.read_parquet(one.directory / estimates), pd.read_parquet(run.directory / estimates), check_exact=True)
