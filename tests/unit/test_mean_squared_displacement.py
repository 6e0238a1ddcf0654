"""Displacements of trajectories against loops over particles, origins and lags; their average over an ensemble, moment by moment."""

import numpy as np
import pandas as pd
import pytest
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import SampleError
from vitrine.observables.mean_squared_displacement import DISPLACEMENT_CURVES, DISPLACEMENTS
from vitrine.observables.mean_squared_displacement.aggregate import aggregate_displacements
from vitrine.observables.mean_squared_displacement.measure import measure_displacements
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.samples import Trajectory
from vitrine.schema import names_of

POINT = Point.plain(20, 0.5)
SAMPLES, LAGS = 12, np.array([0.1, 0.2, 0.3])


def path(frames=9, particles=5, dimension=3, interval=0.1, drift=0.0, times=None):
    """A random walk whose particles also drift together."""
    rng = np.random.default_rng(1)
    positions = rng.standard_normal((frames, particles, dimension)).cumsum(axis=0) + drift * np.arange(frames)[:, None, None]
    boxes = np.tile(9 * np.eye(dimension), (frames, 1, 1))
    return Trajectory(3, interval * np.arange(frames) if times is None else times, positions, np.zeros_like(positions), boxes, None)


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("frames", [2, 9, 10])
def test_against_a_loop_over_particles_and_origins(frames, dimension):
    trajectory = path(frames, dimension=dimension)
    columns = measure_displacements(trajectory)
    x = trajectory.positions - trajectory.positions.mean(axis=1, keepdims=True)
    assert list(columns) == names_of(DISPLACEMENTS.own) and len(columns["lag"]) == frames // 2
    for k, lag in enumerate(range(1, frames // 2 + 1)):
        squares = [np.sum((x[t + lag, i] - x[t, i]) ** 2) for t in range(frames - lag) for i in range(5)]
        assert columns["lag"][k] == pytest.approx(0.1 * lag, rel=1e-12)
        assert columns["second"][k] == pytest.approx(np.mean(squares), rel=1e-10)
        assert columns["fourth"][k] == pytest.approx(np.mean(np.square(squares)), rel=1e-9)


def test_a_drift_of_all_together_is_no_displacement():
    still, drifting = (measure_displacements(path(drift=drift)) for drift in (0.0, 3.0))
    assert all(np.allclose(still[name], drifting[name], rtol=1e-9) for name in still)


@pytest.mark.parametrize("times", [[0.0], [0.0, 0.1, 0.3]], ids=["one frame", "unequal"])
def test_frames_that_are_not_at_equal_intervals_are_named(times):
    with pytest.raises(SampleError, match="not at equal intervals, or fewer than two"):
        measure_displacements(path(len(times), times=np.array(times)))


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------


def moments():
    """Moments of each sample at each lag; the last sample ran shorter."""
    rng = np.random.default_rng(2)
    second = rng.uniform(0.5, 1.5, (SAMPLES, 3)) * LAGS
    fourth = second**2 * rng.uniform(1.7, 2.5, (SAMPLES, 3))
    present = np.ones((SAMPLES, 3), bool)
    present[-1, -1] = False
    return second, fourth, present


def aggregate(folder, flagged=(), files=1, dimension=3):
    second, fourth, present = moments()
    paths = []
    for number, part in enumerate(np.array_split(np.arange(SAMPLES), files)):
        rows = [
            DISPLACEMENTS.row(sample=sample, lag=LAGS[k], second=second[sample, k], fourth=fourth[sample, k])
            for sample in part.tolist()
            for k in range(3)
            if present[sample, k] and sample not in flagged
        ]
        rows += [DISPLACEMENTS.row(sample=sample, flag="blew up") for sample in part.tolist() if sample in flagged]
        paths.append(folder / str(number) / "displacements.parquet")
        write_table(DISPLACEMENTS, pd.DataFrame(rows, columns=DISPLACEMENTS.names), paths[-1], {}, Key.of(POINT))
    return aggregate_displacements(paths, Ensemble(POINT, dimension, seed=7, replicates=30))


@pytest.mark.parametrize("dimension", [2, 3])
def test_moments_are_averaged_before_one_is_divided_by_the_other(tmp_path, dimension):
    estimates, curve, flags = aggregate(tmp_path, dimension=dimension)
    second, fourth, present = moments()
    weights = Ensemble(POINT, dimension, seed=7, replicates=30).weights(np.arange(SAMPLES))
    means = [(weights @ (values * present)) / (weights @ present) for values in (second, fourth)]
    alpha = dimension * means[1] / ((dimension + 2) * means[0] ** 2) - 1
    assert list(curve.columns) == DISPLACEMENT_CURVES.names and np.allclose(curve["lag"], LAGS) and len(flags) == 0
    for name, values in (("second", means[0]), ("non_gaussian", alpha)):
        np.testing.assert_allclose(curve[name], values[0], rtol=1e-12)
        np.testing.assert_allclose(curve[f"{name}_error"], values[1:].std(axis=0, ddof=1), rtol=1e-12)
    np.testing.assert_allclose(estimates["value"], means[0][:, -1], rtol=1e-12)
    assert set(estimates["quantity"]) == {"displacement_longest"} and set(estimates["unit"]) == {"lambda_min^2"}


def test_flagged_samples_are_left_out_and_batches_change_nothing(tmp_path):
    one, many = (aggregate(tmp_path / str(files), (4, 11), files) for files in (1, 5))
    for first, second in zip(one, many, strict=True):
        pd.testing.assert_frame_equal(first, second)
    estimates, _, flags = one
    assert set(estimates["samples"]) == {SAMPLES - 2} and set(estimates["flagged"]) == {2}
    assert flags[["step", "flag", "examples"]].to_numpy().tolist() == [["mean_squared_displacement", "blew up", "4, 11"]]


def test_without_a_good_sample(tmp_path):
    estimates, curve, _ = aggregate(tmp_path, range(SAMPLES))
    assert estimates["value"].isna().all() and len(curve) == 0
