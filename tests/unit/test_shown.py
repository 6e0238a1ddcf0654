"""Which glass is drawn, and what is published of glasses of one history beside the coldest ensemble."""

import numpy as np
import pytest
from vitrine.aggregation.ensemble import Ensemble, Estimate
from vitrine.aggregation.results import Results, Rows, StudySettings
from vitrine.aggregation.shown import add_coldest, sample_to_show
from vitrine.errors import InputError
from vitrine.observables.key_cores.derive import fit_key_cores
from vitrine.points import PARENT_TEMPERATURE, PARTICLES, Point

ENSEMBLE = Ensemble(Point.plain(64, 0.6), dimension=2, seed=1, replicates=3)


def test_the_first_candidate_is_drawn_or_the_one_that_is_asked_for():
    assert sample_to_show("key_cores", [7, 2, 5], None, ENSEMBLE, "has a key core") == 2
    assert sample_to_show("key_cores", [7, 2, 5], 5, ENSEMBLE, "has a key core") == 5
    assert sample_to_show("key_cores", [], None, ENSEMBLE, "has a key core") is None


def test_a_glass_that_is_no_candidate_is_one_sentence():
    with pytest.raises(InputError) as error:
        sample_to_show("key_cores", range(30), 31, ENSEMBLE, "has a key core")
    assert "config key observables.key_cores.shown is 31" in str(error.value) and "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ..." in str(error.value)
    with pytest.raises(InputError, match="no sample of it has; set it to null"):
        sample_to_show("key_cores", [], 0, ENSEMBLE, "has a key core")


def results(against: str, published: tuple[str, ...] = ()) -> Results:
    """Two points in T_p and two in N, with the quantity q and a flagged one."""
    keys = [(64, 0.5), (64, 0.1), (128, 0.1)]
    settings = StudySettings((PARTICLES, PARENT_TEMPERATURE), (64, 0.5), against, 2, 0.86, 0.44, "T_g", ("key_cores",), {}, published)

    def estimate(value: float, flag: str = "") -> Estimate:
        return Estimate(np.array([value, value - 1, value + 1]), "1", 5, 0, flag)

    names = ("q", "qlm_transverse", "string_size", "core_size")
    return Results(settings, {key: {name: estimate(10 * k + 1) for name in names} | {"bad": estimate(1, "no law")} for k, key in enumerate(keys)})


def test_the_coldest_ensemble_stands_beside_what_is_published():
    rows = Rows()
    add_coldest(rows, results("parent_temperature"), {"as": "q", "worse": "bad", "none": "missing"})
    assert [(row["name"], row["value"], row["samples"]) for row in rows.rows] == [("as", 11.0, 5)]
    assert rows.rows[0]["window"] == "at T_p = 0.1" and rows.rows[0]["error"] == pytest.approx(np.std([10, 12], ddof=1))
    rows = Rows()
    add_coldest(rows, results("particles"), {"as": "q"})
    assert [row["value"] for row in rows.rows] == [1.0]


def test_numbers_of_glasses_and_of_a_crystal_are_told_apart():
    for published, expected in (((), {"qlm_transverse", "core_size"}), (("ipl_crystal",), {"crystal_transverse", "crystal_key_core"})):
        rows = Rows()
        fit_key_cores(rows, results("parent_temperature", published))
        assert {row["name"] for row in rows.rows} == expected
