"""A batch of samples becomes one table: keys, flags that pass through, and failures that are flagged."""

import dataclasses
import threading
from functools import partial

import numpy as np
import pandas as pd
import pytest
from naive import liquid, poly
from vitrine.errors import SampleError
from vitrine.measures import bond_operator_modes, elastic_moduli, measure_batch, pinch_bonds, vibrational_modes
from vitrine.parquet import read_table, write_table
from vitrine.samples.store import missing_sample
from vitrine.tables import BOND_OPERATOR, ELASTICITY, MODES, PINCHING

MEASURES = {
    "modes": (MODES, partial(vibrational_modes, vectors=5), 3 * 160 - 3),
    "elasticity": (ELASTICITY, elastic_moduli, 1),
    "pinching": (PINCHING, lambda sample: pinch_bonds(sample, np.random.default_rng(1), 30), 30),
    "bond_operator": (BOND_OPERATOR, partial(bond_operator_modes, spectrum="largest", vectors=5), 5),
}


def measured(*arguments):
    return pd.DataFrame(measure_batch(*arguments))


@pytest.fixture(scope="module")
def samples(glass):
    good = dataclasses.replace(glass, index=3, parent_temperature=0.7)
    hot = dataclasses.replace(liquid(poly(), 160, 1.3), index=4, parent_temperature=0.7)
    flagged = dataclasses.replace(glass, index=5, parent_temperature=0.7, flag="not equilibrated: reason")
    return [good, hot, flagged, missing_sample(6, 160, 0.7, "unreadable: not in glasses.gsd")]


@pytest.mark.parametrize(("table", "measure", "rows"), MEASURES.values(), ids=MEASURES)
def test_rows_keys_and_flags(samples, table, measure, rows, tmp_path):
    frame = measured(samples, table, measure)
    assert list(frame.columns) == [column.name for column in table.columns]
    assert frame["sample"].tolist() == [3] * rows + [4, 5, 6]
    assert (frame["particles"] == 160).all() and (frame["parent_temperature"] == 0.7).all()
    assert (frame["flag"][:rows] == "").all()
    assert "not a minimum" in frame["flag"][rows]
    assert frame["flag"][rows + 1 :].tolist() == ["not equilibrated: reason", "unreadable: not in glasses.gsd"]
    numbers = [c.name for c in table.columns if c.type == "double" and c.name != "parent_temperature"]
    assert frame.loc[rows:, numbers].isna().all(axis=None)
    plain = measure(samples[0])
    for name in numbers:
        assert np.array_equal(frame[name][:rows], plain[name], equal_nan=True)
    write_table(table, frame, tmp_path / "x.parquet", {})
    pd.testing.assert_frame_equal(read_table(table, tmp_path / "x.parquet"), frame, check_dtype=False)


def test_a_flagged_sample_is_not_measured(samples):
    def measure(sample):
        raise AssertionError("measured all the same")

    assert len(measured(samples[2:], MODES, measure)) == 2


def test_the_reason_of_a_failure_is_kept(samples):
    def measure(sample):
        raise SampleError("so and so")

    frame = measured(samples[:1], MODES, measure)
    assert frame["flag"].tolist() == ["so and so"] and np.isnan(frame["omega"][0])


@pytest.mark.parametrize("at_once", [1, 3])
def test_other_errors_are_not_hidden(samples, at_once):
    with pytest.raises(ZeroDivisionError):
        measure_batch(samples[:1] * 5, MODES, lambda sample: 1 / 0, at_once)


@pytest.mark.parametrize("at_once", [2, 3])
def test_several_samples_at_once(glass, at_once):
    """As many as asked for are measured at the same time and no more, and read hardly before their turn: memory is theirs alone."""
    drawn, under_way, most, ahead, lock = 0, 0, 0, 0, threading.Lock()
    meeting = threading.Barrier(at_once, timeout=60)

    def samples():
        nonlocal drawn
        for index in range(6):
            drawn += 1
            yield dataclasses.replace(glass, index=index)

    done = 0

    def measure(sample):
        nonlocal under_way, most, ahead, done
        with lock:
            under_way += 1
            most, ahead = max(most, under_way), max(ahead, drawn - done)
        meeting.wait()
        with lock:
            under_way, done = under_way - 1, done + 1
        return {"mode": np.arange(2), "omega": np.full(2, float(sample.index)), "participation": np.full(2, 0.5)}

    frame = measured(samples(), MODES, measure, at_once)
    assert frame["sample"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert np.array_equal(frame["omega"], frame["sample"])
    assert most == at_once and ahead <= at_once + 1


def test_no_samples():
    frame = measured([], MODES, vibrational_modes)
    assert len(frame) == 0 and list(frame.columns) == [column.name for column in MODES.columns]


def test_numbers_of_a_sample_do_not_depend_on_its_batch(samples):
    alone = measured(samples[:1], *MEASURES["pinching"][:2])
    both = measured([samples[0], dataclasses.replace(samples[0], index=8)], *MEASURES["pinching"][:2])
    pd.testing.assert_frame_equal(alone, both[: len(alone)])
