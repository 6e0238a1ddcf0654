"""The onset of the plateau of G and the planar density by it: a broken line that is known, the scaling of the inverse power, the kept numbers."""

import numpy as np
import pytest
from vitrine.models.potential import smoothed_inverse_power
from vitrine.parquet import read_table

from docs.onset import BELIEVED, FILE, POWER, SPACE, TABLE, TEMPERATURES, broken_line, calibrated, rows_of


def test_a_broken_line_is_found():
    temperatures = np.array(TEMPERATURES)
    for wanted in (0.72, 1.0, 1.37):
        means = 10.0 + 4.0 * np.maximum(np.log(wanted / temperatures), 0)
        onset, plateau = broken_line(means, np.full(len(means), 0.1), temperatures)
        assert onset == pytest.approx(wanted, rel=3e-3) and plateau == pytest.approx(10.0, rel=1e-3)


def test_rows_from_made_up_moduli():
    rng = np.random.default_rng(1)
    found = 10.0 + 4.0 * np.maximum(np.log(0.9 / np.array(TEMPERATURES)), 0) + rng.normal(0, 0.3, (40, len(TEMPERATURES)))
    rows = rows_of(2, 0.65, found)
    assert [row["parent_temperature"] for row in rows] == list(TEMPERATURES)
    for place, row in enumerate(rows):
        assert row["shear_modulus"] == pytest.approx(found[:, place].mean())
        assert row["error"] == pytest.approx(found[:, place].std(ddof=1) / np.sqrt(40))
        assert row["onset"] == pytest.approx(0.9, abs=4 * row["onset_error"]) and 0 < row["onset_error"] < 0.2


def test_the_scaling_of_the_inverse_power():
    """In d dimensions r -> b r is T -> b^-10 T and N/V -> b^-d N/V; the cutoff, in units of the size, does not go along."""
    assert calibrated(0.65, 0.9, 0.9) == 0.65
    stretch = 1.05
    assert calibrated(0.65, 0.9, 0.9 * stretch**-POWER) == pytest.approx(0.65 * stretch**-2, rel=1e-12)
    potential = smoothed_inverse_power(POWER, 1.4, 3)
    assert potential.terms[0] == (1.0, -POWER)


def test_the_kept_density_is_that_of_the_scaling():
    data = read_table(TABLE, FILE)
    first = data.drop_duplicates(["dimension", "density"]).reset_index(drop=True)
    assert first[["dimension", "density"]].values.tolist()[:2] == [list(SPACE), [2, BELIEVED]] and len(first) == 3
    assert first["density"][2] == round(calibrated(BELIEVED, first["onset"][1], first["onset"][0]), 3)
