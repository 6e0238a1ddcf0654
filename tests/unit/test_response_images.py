"""Images of a dipole in a periodic continuum: the Kelvin solution, lattice sums, symmetries, and what is asked in vain."""

import itertools

import numpy as np
import pytest
from vitrine.interactions.bonds import minimum_images
from vitrine.observables.response_decay import images
from vitrine.observables.response_decay.images import free_response, image_factors
from vitrine.statistics.radial import radial_edges

RATIO = 0.2


def units(d, number=1, seed=3):
    found = np.random.default_rng(seed).normal(size=(number, d))
    return found / np.linalg.norm(found, axis=1)[:, None]


def kelvin(x, k):
    """G times the displacement by a unit force (Kelvin; in the plane up to a constant)."""
    r, d = np.linalg.norm(x), len(x)
    along = np.outer(x, x) / r**2
    if d == 3:
        return (np.eye(3) - k * (np.eye(3) - along) / 2) / (4 * np.pi * r)
    return (-np.eye(2) * np.log(r) + k * (np.eye(2) * np.log(r) + along) / 2) / (2 * np.pi)


@pytest.mark.parametrize("d", [2, 3])
def test_the_response_is_the_derivative_of_the_kelvin_solution(d):
    """Two opposite forces, a small step apart."""
    (x, n, m), k, h = units(d, 3) * np.array([[2.3], [1], [1]]), 1 - RATIO, 1e-4

    def u(y):
        return -(kelvin(y + h * n, k) - kelvin(y - h * n, k)) @ n / (2 * h)

    displaced, projected = free_response(x[None], n, m[None], k)
    np.testing.assert_allclose(displaced[0], u(x), rtol=1e-6)
    assert projected[0] == pytest.approx(m @ (u(x + h * m) - u(x - h * m)) / (2 * h), rel=1e-5)


@pytest.mark.parametrize("d", [2, 3])
def test_the_free_field_is_in_equilibrium_and_decays_as_it_should(d):
    """G lap u + (M - G) grad div u = 0 away from the dipole; |u| ~ r^-(d-1) and the projection ~ r^-d at every distance, smoothed or not far away."""
    x, n, h, k = 1.7 * units(d)[0], units(d, seed=5)[0], 1e-3, 1 - RATIO

    def u(y):
        return free_response(y[None], n, n[None], k)[0][0]

    eye = h * np.eye(d)
    second = np.array([[(u(x + a + b) - u(x + a - b) - u(x - a + b) + u(x - a - b)) / (4 * h**2) for b in eye] for a in eye])  # [a, b, component]
    stress = RATIO * np.einsum("aai->i", second) + (1 - RATIO) * np.einsum("iaa->i", second)
    assert np.max(np.abs(stress)) < 1e-4 * np.max(np.abs(second))
    near, far = (free_response(scale * x[None], n, n[None], k) for scale in (1.0, 3.0))
    assert np.linalg.norm(far[0]) / np.linalg.norm(near[0]) == pytest.approx(3.0 ** (1 - d)) and far[1] / near[1] == pytest.approx(3.0**-d)
    smooth = free_response(3 * x[None], n, n[None], k, sigma=0.1)
    np.testing.assert_allclose(smooth[1], far[1], rtol=0.05)


def lattice_strains(places, n, along, k, side, shells):
    """m.grad(u).m of a dipole and its images, cube by cube, about their mean over many places of the box: a box of fixed shape has no mean strain."""
    d = len(n)
    shifts = side * np.array(list(itertools.product(range(-shells, shells + 1), repeat=d)))
    return sum(free_response(places - shift, n, along, k)[1] for shift in shifts)


@pytest.mark.parametrize("d", [2, 3])
def test_the_periodic_field_is_the_sum_over_images(d):
    """Differences between places that are turned into each other by nothing: a constant strain drops out where the projection is the same."""
    side, n = 10.0, images._dipoles(d)[0]
    number = images.GRID[d]
    steps = np.stack(np.meshgrid(*d * [np.arange(number)], indexing="ij"), axis=-1).reshape(-1, d)
    places = minimum_images(side * steps / number, side * np.eye(d))
    chosen = np.flatnonzero((np.linalg.norm(places, axis=1) > 0.3 * side) & (np.linalg.norm(places, axis=1) < 0.45 * side))[:: 997 if d == 3 else 301]
    m = np.broadcast_to(units(d, seed=7), (len(chosen), d))
    sigma = images.SMOOTHING * side / number
    fields, gradients = next(images._periodic(side * np.eye(d), number, sigma, RATIO))
    smooth, free = (free_response(places[chosen], n, m, 1 - RATIO, width)[1] for width in (sigma, 0.0))
    found = np.einsum("ai,aij,aj->a", m, gradients[chosen], m) - smooth + free
    expected = lattice_strains(places[chosen], n, m, 1 - RATIO, side, 6 if d == 3 else 20)
    assert len(chosen) > 8
    np.testing.assert_allclose(found - found.mean(), expected - expected.mean(), atol=0.02 * np.std(expected))
    assert np.abs(fields.mean(axis=0)).max() < 1e-12 and np.abs(gradients.mean(axis=0)).max() < 1e-12  # the box keeps its place and its shape


@pytest.mark.parametrize("d", [2, 3])
def test_factors_go_to_one_near_the_core_and_depend_on_shares_of_the_box_alone(d):
    near = image_factors(20 * np.eye(d), radial_edges("logarithmic", 20, 10.0), RATIO)
    np.testing.assert_allclose(image_factors(40 * np.eye(d), 2 * radial_edges("logarithmic", 20, 10.0), RATIO).projection, near.projection)
    centres = radial_edges("logarithmic", 20, 10.0)[:-1] * 10**0.025 / 20
    inner = (centres > images.NEAREST) & (centres < 0.25)
    np.testing.assert_allclose(near.projection[inner], 1, atol=0.08)
    np.testing.assert_allclose(near.amplitude[inner], 1, atol=0.12)
    assert near.amplitude[centres > 0.4].max() < 0.95  # u vanishes in the middle of faces


def test_impossible_moduli_are_named():
    with pytest.raises(ValueError, match=r"G/M = 1.2 must lie between 0 and 1"):
        image_factors(np.eye(3), np.array([0.1, 0.2]), 1.2)
