"""What becomes of a configuration that is brought: relaxed, refused, or taken as it lies; how far it moved and what that gained are told."""

import numpy as np
import pytest
from configs import CONFIG
from vitrine.interactions import Interactions
from vitrine.preparation.quench import quench

SETTINGS = CONFIG["quench"]


def brought(glass, amplitude: float, seed: int = 1):
    """The glass with every coordinate moved at random."""
    return glass.moved(glass.positions + amplitude * np.random.default_rng(seed).normal(size=glass.positions.shape))


@pytest.mark.parametrize(
    ("amplitude", "as_is", "flagged"), [(1e-7, "refuse", False), (0.05, "refuse", True), (0.05, "quench", False), (1e-7, "quench", False)]
)
def test_what_is_relaxed_comes_to_rest_and_says_how_far_it_moved(glass, amplitude, as_is, flagged):
    start = brought(glass, amplitude)
    end, row = quench(start, {**SETTINGS, "as_is": as_is, "at_rest": 0.01})
    assert row["residual"] <= 1e-10 and bool(row["flag"]) == bool(end.flag) == flagged
    moved = end.positions - start.positions
    assert row["displacement"] == pytest.approx(np.linalg.norm(moved - moved.mean(axis=0), axis=1).max(), rel=1e-9)
    gained = (Interactions.of(start).energy - Interactions.of(end).energy) / glass.particles
    assert row["energy_gained"] == pytest.approx(gained, rel=1e-6, abs=1e-14) and (gained > 0.001) == (amplitude > 0.01)
    if flagged:
        said = f"no inherent state: on relaxing a particle moves by {row['displacement'] / glass.spacing:.3g} a0, more than at_rest allows, 0.01"
        assert row["flag"] == said


def test_what_is_accepted_is_not_touched(glass):
    start = brought(glass, 1e-6)
    end, row = quench(start, {**SETTINGS, "as_is": "accept", "at_rest": 0.01})
    assert np.array_equal(end.positions, start.positions) and row["iterations"] == 0 and row["flag"] == ""
    assert row["residual"] == pytest.approx(Interactions.of(start).residual, rel=1e-12) and row["residual"] > 1e-8
    assert row["displacement"] == row["energy_gained"] == 0 and np.isfinite(row["lowest_stiffness"])


def test_what_is_accepted_and_is_no_minimum_is_flagged(glass):
    _, row = quench(brought(glass, 0.2), {**SETTINGS, "as_is": "accept", "at_rest": 0.01})
    assert "not a minimum" in row["flag"]


def test_a_motion_of_the_whole_is_no_displacement(glass):
    """And a particle that leaves the box by one side has not gone to the other."""
    start = glass.moved(glass.positions + 0.5 * glass.box.sum(axis=1))
    _, row = quench(start, {**SETTINGS, "as_is": "refuse", "at_rest": 1e-9})
    assert row["displacement"] < 1e-9 and row["flag"] == ""
