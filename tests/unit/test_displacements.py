"""Moments of displacements against a double loop over times; ballistic and diffusive motion; drift; what Fourier transforms would lose."""

import numpy as np
import pytest
from vitrine.statistics import displacements
from vitrine.statistics.displacements import displacement_moments, non_gaussian, without_drift


def walk(frames, particles, dimension, seed=0, step=1.0):
    """A random walk with Gaussian steps, from random places."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(0, 10, (1, particles, dimension))
    return start + step * np.cumsum(rng.standard_normal((frames, particles, dimension)), axis=0)


def naive(trajectory):
    """Both moments by a loop over all pairs of times."""
    frames = len(trajectory)
    second, fourth = np.zeros(frames), np.zeros(frames)
    for lag in range(frames):
        squares = [np.sum((trajectory[t + lag] - trajectory[t]) ** 2, axis=1) for t in range(frames - lag)]
        second[lag], fourth[lag] = np.mean(squares), np.mean(np.square(squares))
    return second, fourth


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("frames", [1, 2, 3, 50, 64])
def test_against_the_double_loop(frames, dimension):
    trajectory = walk(frames, 7, dimension)
    second, fourth = displacement_moments(trajectory)
    expected = naive(trajectory)
    assert second.shape == fourth.shape == (frames,)
    assert np.allclose(second, expected[0], rtol=1e-10, atol=1e-12)
    assert np.allclose(fourth, expected[1], rtol=1e-9, atol=1e-12)
    assert second[0] == fourth[0] == 0


def test_given_lags_are_those_of_all():
    trajectory, lags = walk(200, 5, 3), np.array([0, 1, 3, 10, 30, 199])
    for given, every in zip(displacement_moments(trajectory, lags), displacement_moments(trajectory), strict=True):
        assert np.allclose(given, every[lags], rtol=1e-9, atol=1e-12)


def test_particles_a_few_at_a_time_are_the_same(monkeypatch):
    trajectory = walk(40, 11, 2)
    once = displacement_moments(trajectory)
    monkeypatch.setattr(displacements, "AT_ONCE", 1000)
    assert np.allclose(displacement_moments(trajectory), once, rtol=1e-12)


def test_where_a_particle_starts_does_not_matter():
    trajectory = walk(60, 6, 3)
    far = trajectory + 1e3 * np.random.default_rng(1).standard_normal((1, 6, 3))
    assert np.allclose(displacement_moments(far), displacement_moments(trajectory), rtol=1e-9)


def test_ballistic_motion():
    """Delta = v m, and alpha_2 that of the velocities, which is zero for many thermal ones."""
    rng, lags = np.random.default_rng(2), np.arange(300)
    velocity = rng.standard_normal((1, 20000, 3))
    few = 1e-3 * velocity[:, :50] * lags[:, None, None]
    second, fourth = displacement_moments(few)
    v2 = np.sum(velocity[0, :50] ** 2, axis=1)
    assert np.allclose(second, 1e-6 * v2.mean() * lags**2, rtol=1e-8)
    assert np.allclose(fourth, 1e-12 * np.mean(v2**2) * lags**4.0, rtol=1e-8)
    thermal = non_gaussian(*displacement_moments(velocity * lags[:3, None, None], lags[1:3]), 3)
    assert np.allclose(thermal, 0, atol=0.03) and thermal[0] == pytest.approx(thermal[1], rel=1e-9)


@pytest.mark.parametrize("dimension", [2, 3])
def test_diffusive_motion(dimension):
    """<Delta^2> = 2 d D m with D = step^2/2, alpha_2 = 0; the centre of mass takes 1/N of it away."""
    particles, step, lags = 500, 0.3, np.array([1, 2, 5, 10])
    trajectory = without_drift(walk(1000, particles, dimension, step=step))
    second, fourth = displacement_moments(trajectory, lags)
    assert np.allclose(second, dimension * step**2 * lags * (1 - 1 / particles), rtol=0.01)
    assert np.allclose(non_gaussian(second, fourth, dimension), 0, atol=0.01)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_a_walk_of_steps_plus_or_minus_one(dimension):
    """Steps +-1 along every axis: <Delta^4> = (d^2 + 2 d) m^2 - 2 d m, so that alpha_2 = -2/((d + 2) m)."""
    rng, lags = np.random.default_rng(4), np.array([1, 2, 4, 16])
    trajectory = np.cumsum(rng.choice([-1.0, 1.0], (2000, 400, dimension)), axis=0)
    second, fourth = displacement_moments(trajectory, lags)
    assert second[0] == dimension and fourth[0] == dimension**2
    assert np.allclose(non_gaussian(second, fourth, dimension), -2 / ((dimension + 2) * lags), atol=0.01)


def test_vibrations_reach_a_plateau_and_two_kinds_of_particles_are_not_gaussian():
    """Uncorrelated places about fixed sites, of two amplitudes: <Delta^2> = 2 d mean(A^2) at every lag, alpha_2 = mean(A^4)/mean(A^2)^2 - 1."""
    rng = np.random.default_rng(6)
    amplitude = np.where(np.arange(200) < 100, 0.05, 0.15)
    trajectory = rng.uniform(0, 5, (1, 200, 3)) + amplitude[:, None] * rng.standard_normal((500, 200, 3))
    second, fourth = displacement_moments(trajectory)
    assert np.allclose(second[1:400], 6 * np.mean(amplitude**2), rtol=0.02)
    assert np.allclose(non_gaussian(second, fourth, 3)[1:400], np.mean(amplitude**4) / np.mean(amplitude**2) ** 2 - 1, atol=0.05)


def test_drift_is_taken_away():
    trajectory = walk(80, 9, 3)
    drifting = trajectory + np.linspace(0, 50, 80)[:, None, None] * np.array([1.0, -2.0, 0.5])
    assert np.allclose(without_drift(drifting), without_drift(trajectory), atol=1e-12)
    assert np.abs(without_drift(drifting).mean(axis=1)).max() < 1e-13
    masses = np.random.default_rng(1).uniform(1, 3, 9)
    assert np.abs(np.einsum("i,tia->ta", masses, without_drift(drifting, masses))).max() < 1e-11


def test_short_lags_of_a_long_run_keep_their_digits():
    """Particles that go a million times further in the run than in a frame: transforms alone would leave nothing of Delta^4."""
    trajectory = 1e-4 * walk(2000, 3, 2)
    trajectory += np.linspace(0, 100, 2000)[:, None, None] ** 2 * np.array([1.0, 0.5])
    lags = np.array([1, 2, 3, 10, 100])
    for every, given in zip(displacement_moments(trajectory), displacement_moments(trajectory, lags), strict=True):
        assert np.allclose(every[lags], given, rtol=1e-7)


def test_nothing_moved_or_no_one_there():
    still = np.zeros((4, 3, 2))
    second, fourth = displacement_moments(still)
    assert np.array_equal(second, np.zeros(4)) and np.array_equal(fourth, np.zeros(4))
    assert np.all(np.isnan(non_gaussian(second, fourth, 2)))
    assert np.all(np.isnan(displacement_moments(np.zeros((4, 0, 2)))))
    assert np.shape(displacement_moments(np.zeros((4, 0, 2)), np.array([1, 2]))) == (2, 2)


def test_the_trajectory_is_left_alone():
    trajectory = walk(30, 4, 3)
    before = trajectory.copy()
    displacement_moments(without_drift(trajectory))
    displacement_moments(trajectory)
    assert np.array_equal(trajectory, before)
