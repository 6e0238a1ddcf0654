"""How far a study is, from its files: counts, flags, time to go, costs; broken files disturb nothing."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from vitrine import status
from vitrine.config_files import merged_config
from vitrine.errors import InputError
from vitrine.parquet import read_table, write_table
from vitrine.study import Study, temperature_name
from vitrine.tables import COSTS, GLASSES, LIQUIDS

DEFAULT = Path(__file__).resolve().parents[2] / "config.yaml"
LADDER = (1.0, 0.5)


@pytest.fixture
def study(tmp_path):
    """A study of 5 samples in batches of 2 at each of two T_p, and the folder of its results."""
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(
        yaml.safe_dump({"study": "small", "ensembles": [{"particles": 256, "samples": 5, "batch": 2, "parent_temperatures": list(LADDER)}]})
    )
    (tmp_path / "results" / "small").mkdir(parents=True)
    return Study.from_config(merged_config([DEFAULT, overlay]))


def finish(tmp_path, T_p, batch, *steps, seconds=10.0, memory="200.0"):
    """Make the files that the steps leave behind, with a benchmark file each."""
    results = tmp_path / "results" / "small"
    folder = results / "N256" / f"T{temperature_name(T_p)}" / batch
    folder.mkdir(parents=True, exist_ok=True)
    for step in steps:
        (folder / status.STEPS[step]).touch()
        record = results / "benchmarks" / step / f"N256_T{temperature_name(T_p)}_{batch}.tsv"
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(f"s\th:m:s\tmax_rss\n{seconds}\t0:00:10\t{memory}\n")


def lines(study, tmp_path):
    return status.report_status(study, tmp_path).splitlines()


def test_nothing_yet(study, tmp_path):
    (tmp_path / "results" / "small").rmdir()
    assert lines(study, tmp_path) == [f"{tmp_path / 'results' / 'small'}: nothing yet"]


def test_counts_and_time_to_go(study, tmp_path):
    steps = list(status.STEPS)
    finish(tmp_path, 1.0, "00000-00001", *steps)
    finish(tmp_path, 1.0, "00002-00003", *steps[:2], seconds=30.0)
    (tmp_path / "results" / "small" / "restarts" / "equilibrate_liquids" / "N256_T1.0000_00004-00004").mkdir(parents=True)
    hot, cold = lines(study, tmp_path)[:2]
    # To go at T_p = 1: one batch of liquids and quenches at a mean of 20 s each, two of each of the four measures at 10 s.
    assert hot == "N = 256, T_p = 1.0000: 2 of 5 samples done, 4 prepared, 3 left, 0 flagged, 1 batch under way; 2 min of a core to go"
    # At T_p = 0.5 all is to do: three batches, two steps at 20 s, four at 10 s.
    assert cold == "N = 256, T_p = 0.5000: 0 of 5 samples done, 0 prepared, 5 left, 0 flagged; 4 min of a core to go"


def test_nothing_is_known_of_a_step_that_never_ran(study, tmp_path):
    finish(tmp_path, 1.0, "00000-00001", "equilibrate_liquids")
    assert lines(study, tmp_path)[0].endswith("unknown time of a core to go")


def test_a_sample_is_flagged_once_whatever_the_steps_that_say_so(study, tmp_path):
    finish(tmp_path, 1.0, "00000-00001", *status.STEPS)
    folder = tmp_path / "results" / "small" / "N256" / "T1.0000" / "00000-00001"
    for table, flags in ((LIQUIDS, ["", "not equilibrated"]), (GLASSES, ["not converged", "not equilibrated"])):
        write_table(table, [table.empty_row(sample=n, flag=flag) for n, flag in enumerate(flags)], folder / f"{table.name}.parquet", {})
    assert ", 2 flagged" in lines(study, tmp_path)[0]


def test_a_finished_study_has_nothing_to_go(study, tmp_path):
    for T_p in LADDER:
        for batch in study.main.batches():
            finish(tmp_path, T_p, batch, *status.STEPS)
    assert [line.split(": ")[1] for line in lines(study, tmp_path)[:2]] == 2 * ["5 of 5 samples done, 5 prepared, 0 left, 0 flagged"]


def test_costs(study, tmp_path):
    finish(tmp_path, 1.0, "00000-00001", "find_modes", memory="-")
    finish(tmp_path, 1.0, "00004-00004", "find_modes", seconds=5.0, memory="300.5")
    whole = tmp_path / "results" / "small" / "benchmarks"
    (whole / "fit_study.tsv").write_text("s\tmax_rss\n1.5\t100\n")
    (whole / "aggregate_modes").mkdir()
    (whole / "aggregate_modes" / "N256_T1.0000.tsv").write_text("s\tmax_rss\n2.5\t100\n")
    (whole / "find_modes" / "N256_T0.5000_00000-00001.tsv").touch()  # of a job that was killed
    text = "\n".join(lines(study, tmp_path))
    table = read_table(COSTS, tmp_path / "results" / "small" / "costs.parquet").set_index("step")
    expected = pd.DataFrame(
        {
            "particles": [256, 256, -1], "parent_temperature": [1.0, 1.0, np.nan], "jobs": [1, 2, 1], "samples": [0, 3, 0],
            "seconds": [2.5, 15.0, 1.5], "peak_memory": [100.0, 300.5, 100.0],
        },
        index=pd.Index(["aggregate_modes", "find_modes", "fit_study"], name="step"),
    )  # fmt: skip
    pd.testing.assert_frame_equal(table, expected, check_dtype=False, check_index_type=False)
    assert "find_modes                      2 jobs     15 s     5.00 s each" in text


def test_a_table_that_is_being_written_is_passed_over(study, tmp_path):
    finish(tmp_path, 1.0, "00000-00001", *status.STEPS)
    (tmp_path / "results" / "small" / "N256" / "T1.0000" / "00000-00001" / "liquids.parquet").write_bytes(b"PAR1 half")
    assert ", 0 flagged" in lines(study, tmp_path)[0]


@pytest.mark.parametrize("content", ["", "s\th:m:s\tmax_rss\n", "s\th:m:s\tmax_rss\n12.", "s\th:m:s\n12.0\t0:00:12\n", "12.0\t0:00"])
def test_a_cost_that_was_half_written_is_passed_over(study, tmp_path, content):
    finish(tmp_path, 1.0, "00000-00001", "find_modes", "pinch_bonds")
    (tmp_path / "results" / "small" / "benchmarks" / "find_modes" / "N256_T1.0000_00000-00001.tsv").write_text(content)
    assert status.costs(tmp_path / "results" / "small")["step"].tolist() == ["pinch_bonds"]


@pytest.mark.parametrize("content", ["- a list", "study: [", None])
def test_a_config_that_cannot_be_read(tmp_path, content):
    file = tmp_path / "config.yaml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(InputError, match="config.yaml: ") as refused:
        merged_config([file])
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (5400, "1.5 h"), (172800, "2 days")])
def test_durations(seconds, text):
    assert status.duration(seconds) == text
