"""The comparison of minimisers on the page of equilibrium: its numbers against plain ones, and one real comparison."""

import numpy as np
import pytest
from naive import poly, scattered

from docs.minimisers import MINIMISERS, QUANTITIES, _rows, _weak_bonds


def test_rows_are_means_and_paired_differences():
    rng = np.random.default_rng(1)
    found = rng.standard_normal((3, 8, len(QUANTITIES)))
    found[1, :6, 0] = found[0, :6, 0]  # the second minimiser ends in the same minimum six times
    rows = {(row["minimiser"], row["quantity"]): row for row in _rows(found, 0.5)}
    assert len(rows) == 3 * len(QUANTITIES)
    for which, minimiser in enumerate(MINIMISERS):
        for place, name in enumerate(QUANTITIES):
            row, differences = rows[minimiser, name], [found[which, one, place] - found[0, one, place] for one in range(8)]
            assert row["value"] == pytest.approx(sum(found[which, :, place]) / 8)
            assert row["change"] == pytest.approx(sum(differences) / 8)
            assert row["change_error"] == pytest.approx(np.std(differences, ddof=1) / np.sqrt(8))
            assert (row["samples"], row["parent_temperature"]) == (8, 0.5)
    first = next(iter(QUANTITIES))
    assert [rows[minimiser, first]["other"] for minimiser in MINIMISERS] == [0.0, 0.25, 1.0]


def test_weak_bonds_are_those_of_weakest_force():
    from vitrine.interactions import Interactions
    from vitrine.observables.pinching.measure import pinch_frequencies
    from vitrine.preparation.minimise import minimise

    glass = minimise(scattered(poly(), 160, np.random.default_rng(3)), "lbfgs", step=0.1).sample
    bonds = Interactions.of(glass)
    forces = np.abs(bonds.pair_forces)
    weak = np.flatnonzero(forces < np.sort(forces)[len(forces) // 10])
    assert _weak_bonds(bonds) == pytest.approx(np.mean(pinch_frequencies(bonds, weak)))
