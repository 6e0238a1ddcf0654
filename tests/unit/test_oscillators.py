"""Coupled oscillators: their couplings, minima and modes, against dense matrices, finite differences and single oscillators."""

import tracemalloc

import numpy as np
import pytest
from scipy.linalg import lapack
from vitrine.errors import SampleError
from vitrine.oscillators.couplings import gaussian_couplings, lattice_couplings
from vitrine.oscillators.minimum import System, all_stiffnesses, find_minimum, lowest_modes, modes_of, participation

SIZE = 40


def dense(couplings):
    """The matrix, filled row by row."""
    full, place = np.zeros((couplings.size, couplings.size)), 0
    for i in range(couplings.size):
        for j in range(i + 1, couplings.size):
            full[i, j] = full[j, i] = couplings.scale * float(couplings.upper[place])
            place += 1
    return full


def system(seed=1, size=SIZE, strength=0.15, field=0.1, softest=0.1):
    rng = np.random.default_rng(seed)
    return System(rng.uniform(softest, 1, size), gaussian_couplings(rng, size, strength), field)


def test_products_are_those_of_the_dense_matrix():
    couplings = gaussian_couplings(np.random.default_rng(1), SIZE, 0.3)
    x = np.random.default_rng(2).standard_normal(SIZE)
    np.testing.assert_allclose(couplings.product(x), dense(couplings) @ x, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(np.tril(couplings.matrix(np.zeros(SIZE)), -1), np.tril(dense(couplings), -1))
    np.testing.assert_array_equal(np.diag(couplings.matrix(x)), x)


@pytest.mark.parametrize("size", [1, 2, 7, 8])
def test_a_packed_matrix_is_the_one_that_lapack_packs(size):
    couplings, diagonal = gaussian_couplings(np.random.default_rng(1), size, 0.3), np.random.default_rng(2).uniform(1, 2, size)
    packed, trouble = lapack.dtrttf(couplings.matrix(diagonal), transr="N", uplo="L")
    assert not trouble
    np.testing.assert_array_equal(couplings.packed(diagonal), packed)


def test_couplings_are_drawn_anew_by_the_seed_and_have_their_variance():
    first, again = (gaussian_couplings(np.random.default_rng(5), 300, 0.3) for _ in range(2))
    np.testing.assert_array_equal(first.upper, again.upper)
    assert first.upper.dtype == np.float32
    numbers = first.scale * first.upper.astype(float)
    assert np.var(numbers) == pytest.approx(0.3**2 / 300, rel=4 * np.sqrt(2 / len(numbers)))


def test_couplings_of_the_lattice_fall_as_the_cube_of_the_nearest_images_distance():
    edge, strength = 4, 0.7
    couplings = lattice_couplings(np.random.default_rng(3), edge, strength)
    numbers = np.random.default_rng(3).random(edge**3 * (edge**3 - 1) // 2, dtype=np.float32) - np.float32(0.5)
    sites, place = [(a, b, c) for a in range(edge) for b in range(edge) for c in range(edge)], 0
    for i, one in enumerate(sites):
        for other in sites[i + 1 :]:
            square = sum(min(abs(a - b), edge - abs(a - b)) ** 2 for a, b in zip(one, other, strict=True))
            assert couplings.scale * couplings.upper[place] == pytest.approx(strength * numbers[place] / square**1.5, rel=1e-6)
            place += 1


def test_the_gradient_and_the_hessian_are_derivatives_of_the_energy():
    one = system()
    x, step = np.random.default_rng(4).standard_normal(SIZE), 1e-5
    moves = step * np.eye(SIZE)
    gradient = np.array([(one.energy_and_gradient(x + move)[0] - one.energy_and_gradient(x - move)[0]) / (2 * step) for move in moves])
    np.testing.assert_allclose(one.energy_and_gradient(x)[1], gradient, atol=1e-8)
    hessian = np.array([(one.energy_and_gradient(x + move)[1] - one.energy_and_gradient(x - move)[1]) / (2 * step) for move in moves])
    np.testing.assert_allclose(one.hessian(x), np.tril(hessian), atol=1e-8)


def test_a_minimum_and_its_modes_are_those_of_the_dense_hessian():
    one = system(size=200)
    found = find_minimum(one, np.zeros(200))
    assert found.residual <= 1e-12 and np.abs(one.energy_and_gradient(found.x)[1]).max() < 1e-13
    values, vectors = np.linalg.eigh(dense(one.couplings) + np.diag(one.stiffnesses + found.x**2 / 2))
    assert values[0] > 0
    np.testing.assert_allclose(all_stiffnesses(one, found), values, rtol=1e-10)
    stiffness, modes = lowest_modes(one, found, 12)
    np.testing.assert_allclose(stiffness, values[:12], rtol=1e-10)
    share = 1 / (200 * (vectors[:, :12] ** 4).sum(axis=0))
    np.testing.assert_allclose(participation(modes), share, rtol=1e-6)
    for number in (5, "all"):  # a small system: by its whole spectrum
        few, shares = modes_of(one, found, number)
        np.testing.assert_allclose(few, values[: 200 if number == "all" else 5], rtol=1e-10)
        assert shares[0] == pytest.approx(share[0], rel=1e-6) and np.isnan(shares[1:]).all()


def test_large_systems_have_all_their_modes_participation():
    one = system(size=1100)
    found = find_minimum(one, np.zeros(1100))
    stiffness, shares = modes_of(one, found, 4)
    assert np.all(np.diff(stiffness) > 0) and np.all((shares > 1 / 1100) & (shares < 1))


def test_without_couplings_every_oscillator_is_at_the_root_of_its_own_cubic():
    one = system(strength=1e-300, field=0.2)
    found = find_minimum(one, np.zeros(SIZE))
    for stiffness, x in zip(one.stiffnesses, found.x, strict=True):
        roots = np.roots([1 / 6, 0, stiffness, -0.2])
        assert x == pytest.approx(roots[np.abs(roots.imag) < 1e-9].real[0], rel=1e-10)


def test_a_random_start_comes_to_the_same_minimum_in_the_replica_symmetric_phase_and_to_another_beyond_it():
    start = np.random.default_rng(9).standard_normal(300)
    one = system(size=300, strength=0.1)
    assert np.abs(find_minimum(one, start).x - find_minimum(one, np.zeros(300)).x).max() < 2e-11
    glassy = system(size=300, strength=1.0)
    assert np.abs(find_minimum(glassy, start).x - find_minimum(glassy, np.zeros(300)).x).max() > 1e-2


@pytest.mark.parametrize("strength", [0.5, 3.0, 30.0])
def test_strong_couplings_converge_too(strength):
    assert find_minimum(system(size=300, strength=strength), np.zeros(300)).residual <= 1e-12


def test_a_start_that_comes_to_no_minimum_says_why():
    with pytest.raises(SampleError, match="not a minimum: the Hessian has a negative mode .* without a field x = 0 is no start"):
        find_minimum(system(strength=1.0, field=0.0), np.zeros(SIZE))
    with pytest.raises(SampleError, match=r"the start does not converge: L-BFGS leaves .* after 3 iterations; a smaller coupling, or more"):
        find_minimum(system(size=300, strength=5.0), np.zeros(300), iterations=3)


def test_one_packed_factor_is_all_that_a_minimum_and_its_modes_hold():
    size, one = 1200, system(size=1200)
    tracemalloc.start()
    found = find_minimum(one, np.zeros(size))
    lowest_modes(one, found, 5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 4 * size**2 < peak < 4.7 * size**2  # bytes; a whole matrix has 8 for each of its numbers
