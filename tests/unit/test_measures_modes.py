"""Vibrational modes and participation ratios: limits that are known, and the dense spectrum."""

import naive
import numpy as np
import pytest
from naive import fcc, liquid, poly
from vitrine.errors import SampleError
from vitrine.linalg.participation import participation_ratio
from vitrine.observables.modes import MODES
from vitrine.observables.modes.measure import find_modes
from vitrine.schema import names_of


@pytest.mark.parametrize("dimension", [2, 3])
def test_participation_limits(dimension):
    """1/N on one particle, 1 on all alike, k/N on k of them: for any length of the vector and any direction."""
    rng, n = np.random.default_rng(1), 50
    directions = rng.standard_normal((n, dimension))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    fields = []
    for k in (1, 7, n):
        fields.append(np.where(np.arange(n)[:, None] < k, directions, 0.0).ravel() * rng.uniform(1e-3, 1e3))
    assert np.allclose(participation_ratio(np.array(fields).T, dimension), [1 / n, 7 / n, 1.0], rtol=1e-13)


def test_participation_of_a_plane_wave_and_of_noise():
    phase = 2 * np.pi * np.arange(1000) / 1000
    wave = np.outer(np.sin(phase), [1.0, 2.0, 0.5]).ravel()
    noise = np.random.default_rng(1).standard_normal(300_000)
    # <sin^2>^2/<sin^4> = 2/3; for Gaussian vectors in d dimensions d/(d + 2).
    assert participation_ratio(wave[:, None], 3)[0] == pytest.approx(2 / 3, rel=1e-10)
    assert participation_ratio(noise[:, None], 3)[0] == pytest.approx(3 / 5, rel=0.01)


def test_participation_of_no_field():
    assert participation_ratio(np.zeros((30, 0)), 3).shape == (0,)


def test_all_modes_against_numpy(any_glass):
    columns, d = find_modes(any_glass), any_glass.dimension
    values, vectors = np.linalg.eigh(naive.hessian(any_glass))
    assert np.allclose(columns["omega"], np.sqrt(values[d:]), rtol=1e-9)
    assert np.array_equal(columns["mode"], np.arange(any_glass.particles * d - d))
    apart = np.diff(values[d:]) > 1e-6 * values.mean()
    sure = np.concatenate([[True], apart]) & np.concatenate([apart, [True]])
    squares = (vectors[:, d:].reshape(-1, d, len(sure)) ** 2).sum(axis=1)
    plain = 1 / (len(squares) * (squares**2).sum(axis=0))
    assert sure.mean() > 0.9
    assert np.allclose(columns["participation"][sure], plain[sure], rtol=1e-6)
    assert set(columns) == set(names_of(MODES.own))


@pytest.mark.parametrize("vectors", [1, 9, 10_000])
def test_part_of_the_vectors_and_of_the_spectrum(any_glass, vectors):
    whole = find_modes(any_glass)
    number = min(vectors, len(whole["omega"]))
    part, softest = find_modes(any_glass, "full", vectors), find_modes(any_glass, "lowest", vectors)
    assert np.allclose(part["omega"], whole["omega"], rtol=1e-9)
    assert len(softest["omega"]) == len(softest["mode"]) == number
    assert np.allclose(softest["omega"], whole["omega"][:number], rtol=1e-9)
    for columns in (part, softest):
        assert np.allclose(columns["participation"][:number], whole["participation"][:number], rtol=1e-5)
        assert np.all(np.isnan(columns["participation"][number:]))


def test_phonons_of_a_crystal():
    """Nearest neighbours alone couple the planes of an fcc crystal: omega^2 of the transverse [100] branch is exact in closed form."""
    crystal = fcc(4, 1.1)
    r = np.sqrt(0.5) * (4 / 1.1) ** (1 / 3)
    one = np.ones(1)
    slope, curvature = crystal.model.potential.derivatives(np.array([r]), one, one)[1:3, 0]
    # Each particle has 8 bonds that step to a neighbouring (100) plane, half of them with a component along the polarisation.
    stiffness = 4 * (curvature * 0.5 + slope / r * 0.5) + 4 * slope / r
    omega = np.sqrt(stiffness * (1 - np.cos(np.pi / 4)))  # k = 2 pi/(4 a), planes a/2 apart
    ours = find_modes(crystal)["omega"]
    assert np.sum(np.abs(ours - omega) < 1e-9 * omega) >= 12  # three directions, two polarisations, sine and cosine


@pytest.mark.parametrize(("spectrum", "vectors"), [("full", "all"), ("full", 3), ("lowest", 3)])
def test_a_liquid_is_named(spectrum, vectors):
    with pytest.raises(SampleError, match="not a minimum"):
        find_modes(liquid(poly(), 160, 1.3), spectrum, vectors)


def test_frequencies_without_any_vector(glass):
    columns = find_modes(glass, "full", 0)
    assert np.allclose(columns["omega"], find_modes(glass)["omega"], rtol=1e-9)
    assert np.all(np.isnan(columns["participation"]))
