"""A batch of samples becomes one table: indices, flags that pass through, and failures that are flagged. Fields of particles go beside it."""

import dataclasses
import threading
from functools import partial

import numpy as np
import pandas as pd
import pytest
from measuring import batch, table
from naive import liquid, poly
from vitrine.errors import SampleError
from vitrine.observables import declarations
from vitrine.observables.atomic_stress.measure import measure_atomic_stress
from vitrine.observables.bond_operator.measure import diagonalise_bond_operator
from vitrine.observables.contacts.measure import measure_contacts
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.modes.measure import find_modes
from vitrine.observables.pinching.measure import pinch_bonds
from vitrine.observables.shear_stability.measure import measure_shear_stability
from vitrine.observables.vibrability.measure import measure_vibrability
from vitrine.parquet import Key, read_table, write_table
from vitrine.points import Point
from vitrine.samples.store import missing_sample

MEASURES = {
    "modes": (partial(find_modes, vectors=5), 3 * 160 - 3),
    "elasticity": (measure_elasticity, 1),
    "pinching": (lambda sample: pinch_bonds(sample, np.random.default_rng(1), 30), 30),
    "bond_operator": (partial(diagonalise_bond_operator, spectrum="largest", vectors=5), 5),
    "vibrability": (measure_vibrability, 1),
    "atomic_stress": (measure_atomic_stress, 1),
    "contacts": (measure_contacts, 1),
    "shear_stability": (measure_shear_stability, 1),
}
TABLES_OF_SEVERAL = {
    "nonlinear_modes",
    "response_decay",
    "mode_decay",
    "phonon_bands",
    "quasistatic_shear",
    "shear_softening",
    "local_heat_capacity",
}  # whose own tests have batches of them


@pytest.fixture(scope="module")
def samples(glass):
    good = dataclasses.replace(glass, index=3, parent_temperature=0.7)
    hot = dataclasses.replace(liquid(poly(), 160, 1.3), index=4, parent_temperature=0.7)
    flagged = dataclasses.replace(glass, index=5, parent_temperature=0.7, flag="not equilibrated: reason")
    return [good, hot, flagged, missing_sample(6, 160, 0.7, "unreadable: not in glasses.gsd")]


def test_every_observable_that_measures_samples_is_here():
    of_glasses = {name for name, one in declarations().items() if one.rule and one.takes == ("glasses.gsd",) and {2, 3} <= set(one.dimensions)}
    assert set(MEASURES) == of_glasses - TABLES_OF_SEVERAL


@pytest.mark.parametrize(("name", "measure", "rows"), [(name, *rest) for name, rest in MEASURES.items()], ids=MEASURES)
def test_rows_keys_and_flags(samples, name, measure, rows, tmp_path):
    frame, (schema, *_) = table(samples, name, measure), declarations()[name].tables
    assert list(frame.columns) == schema.names
    assert frame["sample"].tolist() == [3] * rows + [4, 5, 6]
    assert (frame["flag"][:rows] == "").all()
    assert "not a minimum" in frame["flag"][rows]
    assert frame["flag"][rows + 1 :].tolist() == ["not equilibrated: reason", "unreadable: not in glasses.gsd"]
    numbers = [column.name for column in schema.own if column.type == "double"]
    assert frame.loc[rows:, numbers].isna().all(axis=None)
    plain = measure(samples[0])
    plain = plain.get(schema.name, plain)
    for column in numbers:
        assert np.array_equal(frame[column][:rows], plain[column], equal_nan=True)
    write_table(schema, frame, tmp_path / "x.parquet", {}, Key.of(Point.plain(160, 0.7)))
    back = read_table(schema, tmp_path / "x.parquet")
    assert (back["particles"] == 160).all() and (back["parent_temperature"] == 0.7).all()
    pd.testing.assert_frame_equal(back[schema.names], frame, check_dtype=False)


def test_a_flagged_sample_is_not_measured(samples):
    def measure(sample):
        raise AssertionError("measured all the same")

    assert len(table(samples[2:], "modes", measure)) == 2


def test_the_reason_of_a_failure_is_kept(samples):
    def measure(sample):
        raise SampleError("so and so")

    frame = table(samples[:1], "modes", measure)
    assert frame["flag"].tolist() == ["so and so"] and np.isnan(frame["omega"][0])


@pytest.mark.parametrize("at_once", [1, 3])
def test_other_errors_are_not_hidden(samples, at_once):
    with pytest.raises(ZeroDivisionError):
        table(samples[:1] * 5, "modes", lambda sample: 1 / 0, at_once)


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

    frame = table(samples(), "modes", measure, at_once)
    assert frame["sample"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert np.array_equal(frame["omega"], frame["sample"])
    assert most == at_once and ahead <= at_once + 1


def test_no_samples():
    frame = table([], "modes", find_modes)
    assert len(frame) == 0 and list(frame.columns) == declarations()["modes"].tables[0].names


def test_numbers_of_a_sample_do_not_depend_on_its_batch(samples):
    measure = MEASURES["pinching"][0]
    alone = table(samples[:1], "pinching", measure)
    both = table([samples[0], dataclasses.replace(samples[0], index=8)], "pinching", measure)
    pd.testing.assert_frame_equal(alone, both[: len(alone)])


@pytest.mark.parametrize("at_once", [1, 3])
def test_fields_come_with_their_samples_and_flags(samples, at_once):
    """A sample without a measurement has no arrays and the same flag as in the table."""
    measured = batch(samples, "vibrability", measure_vibrability, at_once)
    (entries,) = measured.fields.values()
    assert [index for index, *_ in entries] == [3, 4, 5, 6] and [sample for _, sample, _, _ in entries] == samples
    assert [flag for *_, flag in entries] == list(measured.tables["vibrability"]["flag"])
    assert [list(arrays) for _, _, arrays, _ in entries] == [["vibrability"], [], [], []]
    assert np.array_equal(entries[0][2]["vibrability"], measure_vibrability(samples[0])["vibrability_field"]["vibrability"])
