"""Four dimensions: every compiled loop and every observable that is made for them, against plain sums over all pairs and dense algebra.

The published range does not fit into a box of N = 32: there the mixture has smaller particles, in a tilted box.
"""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.interactions.forces import configurational_terms, energy_and_virial, listed_pairs, pair_forces, system
from vitrine.interactions.neighbours import padded
from vitrine.models import glass_former, published_parameters
from vitrine.nonlinear.contractions import Contractions
from vitrine.observables.bond_operator.measure import diagonalise_bond_operator
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.modes.measure import find_modes
from vitrine.observables.pinching.measure import pinch_bonds
from vitrine.observables.vibrability.measure import measure_vibrability
from vitrine.preparation.dynamics import Dynamics
from vitrine.preparation.engines import chosen_engine
from vitrine.preparation.minimise import minimise
from vitrine.preparation.motion import Ramp
from vitrine.preparation.pressure import minimise_at
from vitrine.preparation.start import random_start
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.samples import Sample
from vitrine.samples.store import read_samples, write_samples
from vitrine.samples.trajectories import Trajectory, read_trajectories, write_trajectories

D = 4
PUBLISHED = {**published_parameters("binary_ipl"), "dimension": D, "density": None, "truncation": "polynomial"}
SMALL = {**PUBLISHED, "sigma_ab": 1.05, "sigma_bb": 1.1, "cutoff": 1.25, "density": 0.55}  # whose range leaves room for tilt at N = 32
DYNAMICS = {"thermostat": "bussi", "thermostat_time": 1.0, "pressure": None, "barostat_time": 1.0, "time_step": 0.005, "steps_per_sweep": 20}
ENGINE = {"engine": "builtin", "device": "auto"}


def naive_pairs(sample):
    """All pairs (i, j), their shortest vectors over 3^4 images, and lambda_ij."""
    i, j = np.triu_indices(sample.particles, 1)
    vectors = sample.positions[j] - sample.positions[i]
    images = np.array([vectors + sample.box @ shift for shift in itertools.product((-1, 0, 1), repeat=D)])
    nearest = np.linalg.norm(images, axis=2).argmin(axis=0)
    lengths = sample.model.scales[sample.types[i], sample.types[j]]
    return i, j, images[nearest, np.arange(len(i))], lengths


def potential(model):
    """phi(r) and its first four derivatives by r, from the closed form of the smoothed inverse power (recipes of POLY, q = 3)."""
    c, beta, coefficients = model.parameters["cutoff"], 10.0, (-56.0, 140.0, -120.0, 35.0)
    terms = [(1.0, -beta), *((value * c ** -(beta + 2 * order), 2.0 * order) for order, value in enumerate(coefficients))]

    def derivative(r, scale, order):
        total = np.zeros_like(r)
        for coefficient, power in terms:
            factor = np.prod([power - n for n in range(order)]) if order else 1.0
            total += coefficient * factor * (r / scale) ** (power - order) / scale**order
        return np.where(r < c * scale, total, 0.0)

    return derivative


def naive_energy(sample):
    _, _, vectors, scale = naive_pairs(sample)
    return potential(sample.model)(np.linalg.norm(vectors, axis=1), scale, 0).sum()


def naive_forces(sample):
    i, j, vectors, scale = naive_pairs(sample)
    r = np.linalg.norm(vectors, axis=1)
    pull = (potential(sample.model)(r, scale, 1) / r)[:, None] * vectors
    forces = np.zeros((sample.particles, D))
    np.add.at(forces, i, pull)
    np.subtract.at(forces, j, pull)
    return forces


def naive_tensors(sample):
    """H (Nd, Nd), and U3:zz and U4:.zzz of a field as functions, with one bond after the other."""
    i, j, vectors, scale = naive_pairs(sample)
    r, derivative = np.linalg.norm(vectors, axis=1), potential(sample.model)
    hessian = np.zeros((sample.particles, D, sample.particles, D))
    for a, b, vector, length, lamb in zip(i, j, vectors, r, scale, strict=True):
        first, second = (derivative(np.array([length]), np.array([lamb]), order)[0] for order in (1, 2))
        n = vector / length
        block = second * np.outer(n, n) + first / length * (np.eye(D) - np.outer(n, n))
        hessian[a, :, a, :] += block
        hessian[b, :, b, :] += block
        hessian[a, :, b, :] -= block
        hessian[b, :, a, :] -= block
    return hessian.reshape(sample.particles * D, -1)


@pytest.fixture(scope="module")
def glass():
    model = glass_former("binary_ipl", SMALL)
    rng = np.random.default_rng(5)
    sizes, types = model.composition(32, rng)
    box = np.eye(D) * model.box_length(32)
    box[0, 1], box[1, 3], box[2, 3] = 0.12, -0.1, 0.08
    start = Sample(rng.random((32, D)) @ box.T, sizes, types, box, model).checked()
    pushed = minimise(start.moved(start.positions, model=model.softened()), "cg", tolerance=1e-3, maximum_iterations=500).sample
    end = minimise(pushed.moved(pushed.positions, model=model))
    assert end.converged
    return end.sample


@pytest.fixture(scope="module")
def hot(glass):
    """The same box away from a minimum."""
    return glass.moved(glass.positions + np.random.default_rng(1).normal(0, 0.05, glass.positions.shape))


def test_energy_and_forces_are_those_of_all_pairs(hot):
    bonds = Interactions.of(hot)
    wanted = naive_forces(hot)
    assert bonds.energy == pytest.approx(naive_energy(hot), rel=1e-12)
    np.testing.assert_allclose(bonds.forces, wanted, atol=1e-11 * np.abs(wanted).max())
    x, _ = padded(hot.positions, hot.box)
    found = np.empty_like(x)
    typical, largest = pair_forces(x, listed_pairs(x, system(hot, 0.3), 0.3), hot.model.kernels, found)
    np.testing.assert_allclose(found, wanted, atol=1e-11 * np.abs(wanted).max())
    assert largest == pytest.approx(np.linalg.norm(wanted, axis=1).max(), rel=1e-11)
    assert typical == pytest.approx(np.sqrt(np.mean(bonds.pair_forces**2)), rel=1e-11)
    energy, virial = energy_and_virial(hot)
    assert energy == pytest.approx(naive_energy(hot), rel=1e-12)
    assert virial / (D * hot.volume) == pytest.approx(bonds.pressure, rel=1e-11)
    squares, laplacian = configurational_terms(hot)
    assert squares == pytest.approx((wanted**2).sum(), rel=1e-11)
    assert laplacian == pytest.approx(np.trace(naive_tensors(hot)), rel=1e-11)


def test_forces_are_the_slope_of_the_energy(hot):
    step, wanted = 1e-5, Interactions.of(hot).forces
    for particle, axis in ((0, 0), (7, 1), (20, 2), (31, 3)):
        move = np.zeros_like(hot.positions)
        move[particle, axis] = step
        slope = (naive_energy(hot.moved(hot.positions + move)) - naive_energy(hot.moved(hot.positions - move))) / (2 * step)
        assert -slope == pytest.approx(wanted[particle, axis], rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("particles", [260, 2600], ids=["all pairs", "cells"])
def test_pairs_of_the_published_mixture(particles):
    """A box of fewer than three cells a side, and one of three cells; scipy's tree finds the pairs."""
    model = glass_former("binary_ipl", {**PUBLISHED, "density": 0.8 if particles < 1000 else 0.75})
    rng, skin = np.random.default_rng(2), 0.3
    length = model.box_length(particles)
    sizes, types = model.composition(particles, rng)
    sample = Sample(rng.random((particles, D)) * length, sizes, types, np.eye(D) * length, model).checked()
    counts = system(sample, skin)[1]
    assert (counts.min() >= 3) == (particles > 1000)
    x, _ = padded(sample.positions, sample.box)
    pairs = listed_pairs(x, system(sample, skin), skin)
    found = set(zip(np.minimum(pairs.first, pairs.second).tolist(), np.maximum(pairs.first, pairs.second).tolist(), strict=True))
    assert len(found) == len(pairs.first)
    tree = cKDTree(sample.positions % length, boxsize=length)
    i, j = tree.query_pairs(model.range + skin, output_type="ndarray").T
    vectors = sample.positions[j] - sample.positions[i]
    vectors -= length * np.rint(vectors / length)
    near = np.linalg.norm(vectors, axis=1) < model.ranges[types[i], types[j]] + skin
    assert found == set(zip(i[near].tolist(), j[near].tolist(), strict=True))


def test_hessian_and_its_spectrum(glass):
    dense = naive_tensors(glass)
    np.testing.assert_allclose(Interactions.of(glass).hessian.toarray(), dense, atol=1e-10 * np.abs(dense).max())
    values = np.linalg.eigvalsh(dense)
    assert np.abs(values[:D]).max() < 1e-8 * values[-1] < values[D]
    modes = find_modes(glass)
    np.testing.assert_allclose(modes["omega"], np.sqrt(values[D:]), rtol=1e-8)
    vectors = np.linalg.eigh(dense)[1][:, D:].reshape(32, D, -1)
    squares = (vectors**2).sum(axis=1)
    np.testing.assert_allclose(modes["participation"], 1 / (32 * (squares**2).sum(axis=0)), rtol=1e-6)
    lowest = find_modes(glass, "lowest", 10)
    np.testing.assert_allclose(lowest["omega"], modes["omega"][:10], rtol=1e-8)


def test_third_and_fourth_derivatives(glass):
    """U3:zz and U4:.zzz by differences of the naive Hessian along z."""
    z = np.random.default_rng(3).normal(size=glass.positions.shape)
    z -= z.mean(axis=0)
    z /= np.linalg.norm(z)
    step = 2e-3
    along = {k: naive_tensors(glass.moved(glass.positions + k * step * z)) @ z.ravel() for k in (-2, -1, 0, 1, 2)}
    cubic = (8 * (along[1] - along[-1]) - (along[2] - along[-2])) / (12 * step)
    quartic = (16 * (along[1] + along[-1]) - (along[2] + along[-2]) - 30 * along[0]) / (12 * step**2)
    contractions = Contractions(Interactions.of(glass))
    np.testing.assert_allclose(contractions.cubic(z.reshape(-1, 1)).ravel(), cubic, atol=2e-5 * np.abs(cubic).max())
    np.testing.assert_allclose(contractions.quartic(z.reshape(-1, 1)).ravel(), quartic, atol=2e-3 * np.abs(quartic).max())


def relaxed_energy(glass, gradient):
    end = minimise(glass.moved(glass.positions @ gradient.T, box=gradient @ glass.box))
    assert end.converged
    return naive_energy(end.sample)


def test_moduli_are_those_of_finite_strain(glass):
    """G over all planes and K from relaxed energies of strained boxes, which stay upper triangular for x_a + gamma x_b, a < b."""
    row, e = measure_elasticity(glass), 3e-5
    middle, bonds = naive_energy(glass), Interactions.of(glass)
    shears = []
    for a, b in itertools.combinations(range(D), 2):
        sheared = [np.eye(D) + sign * e * np.outer(np.eye(D)[a], np.eye(D)[b]) for sign in (1, -1)]
        shears.append(sum(relaxed_energy(glass, one) for one in sheared) - 2 * middle)
    upper = np.array(shears) / (e**2 * glass.volume)
    # The other order of axes differs by a rotation: C_ba = C_ab + sigma_aa - sigma_bb, whose mean over planes is zero only with both orders.
    stress = -(bonds.pair_forces / bonds.distances)[:, None, None] * bonds.vectors[:, :, None] * bonds.vectors[:, None, :]
    stress = stress.sum(axis=0) / glass.volume
    both = [(value, value + stress[a, a] - stress[b, b]) for value, (a, b) in zip(upper, itertools.combinations(range(D), 2), strict=True)]
    allowed = 1e-4 * row["shear_modulus_born"][0]  # so small a glass is next to floppy: Born's and the other term cancel almost
    assert row["shear_modulus"][0] == pytest.approx(np.mean(both), abs=allowed)
    pressures = []
    for sign in (1, -1):
        end = minimise(glass.moved(glass.positions * (1 + sign * e), box=glass.box * (1 + sign * e))).sample
        pressures.append(Interactions.of(end).pressure)
    bulk = -(pressures[0] - pressures[1]) / (2 * e * D)
    assert row["bulk_modulus"][0] == pytest.approx(bulk, rel=2e-6)
    longitudinal = row["bulk_modulus"][0] + 2 * (D - 1) / D * row["shear_modulus"][0]
    assert row["c_l"][0] == pytest.approx(np.sqrt(longitudinal * glass.volume / 32), rel=1e-12)


def test_bond_operator_pinching_and_vibrability(glass):
    bonds, dense = Interactions.of(glass), naive_tensors(glass)
    i, j, vectors, scale = naive_pairs(glass)
    r = np.linalg.norm(vectors, axis=1)
    inside = r < glass.model.parameters["cutoff"] * scale
    s = np.zeros((inside.sum(), 32, D))
    for b, (first, second, vector, length) in enumerate(zip(i[inside], j[inside], vectors[inside], r[inside], strict=True)):
        s[b, first], s[b, second] = -vector / length, vector / length
    s = s.reshape(len(s), -1)
    inverse = np.linalg.pinv(dense, rcond=1e-9, hermitian=True)
    wanted = np.sort(np.linalg.eigvalsh(s @ inverse @ s.T))[::-1][: D * 31]
    found = diagonalise_bond_operator(glass)
    np.testing.assert_allclose(np.sort(found["lambda"])[::-1], wanted, rtol=1e-7)
    assert len(bonds.i) == inside.sum() > D * 31
    order = np.lexsort((j[inside], i[inside]))
    responses = s[order] @ inverse
    stiffness = np.einsum("bk,bk->b", responses, s[order]) / np.einsum("bk,bk->b", responses, responses)
    pinched = pinch_bonds(glass, np.random.default_rng(1))
    np.testing.assert_allclose(np.sort(pinched["omega"]), np.sort(np.sqrt(stiffness)), rtol=1e-7)
    psi = measure_vibrability(glass)["vibrability_field"]["vibrability"]
    np.testing.assert_allclose(psi, inverse.reshape(32, D, 32, D).diagonal(0, 0, 2).trace(axis1=0, axis2=1), rtol=1e-7)


def test_a_quench_at_a_pressure():
    """Of a box that leaves room for it to shrink."""
    model = glass_former("binary_ipl", PUBLISHED)
    start = minimise(random_start(model, 300, np.random.default_rng(4)), tolerance=1e-4).sample
    pressure = 0.95 * Interactions.of(start).pressure
    end = minimise_at(start, (pressure,))
    assert end.converged
    bonds = Interactions.of(end.sample)
    assert bonds.pressure == pytest.approx(pressure, rel=1e-7)
    assert np.abs(naive_forces(end.sample)).max() < 1e-9 * np.sqrt(np.mean(bonds.pair_forces**2))


@pytest.mark.parametrize("method", ["cg", "fire"])
def test_other_minimisers_come_to_rest(hot, method):
    end = minimise(hot, method, tolerance=1e-8, step=0.01 if method == "fire" else 0.1)
    assert end.converged
    assert np.abs(naive_forces(end.sample)).max() < 1e-7 * np.sqrt(np.mean(Interactions.of(end.sample).pair_forces ** 2))


def test_dynamics_keeps_the_energy_and_the_temperature():
    model = glass_former("binary_ipl", SMALL)
    start = random_start(model, 32, np.random.default_rng(1))
    chain = Dynamics(start, Ramp(0, 0, 0.5, 0.5), {**DYNAMICS, **ENGINE}, np.random.default_rng(2))
    chain.advance(50)
    free = Dynamics(chain.current(), Ramp(0, 0, 0.5, 0.5), {**DYNAMICS, **ENGINE, "thermostat": "none", "time_step": 0.001}, np.random.default_rng(3))

    def total():
        return free.energy + 0.5 * np.sum(free.velocities**2)

    before = total()
    free.advance(20)
    assert total() == pytest.approx(before, abs=2e-3) and np.abs(free.velocities.mean(axis=0)).max() < 1e-12
    seen = []
    for _ in range(400):
        chain.advance(5)
        seen.append(np.sum(chain.velocities**2) / (D * 31))
    assert np.mean(seen) == pytest.approx(0.5, abs=0.02)
    terms = np.array([chain.configurational_terms()])
    assert terms.shape == (1, 2) and np.all(terms > 0)


def test_samples_and_trajectories_come_back(glass, tmp_path):
    path = tmp_path / "glasses.gsd"
    write_samples(path, [glass])
    (back,) = read_samples(path)
    assert back.dimension == D and np.array_equal(back.box, glass.box)
    assert Interactions.of(back).energy == pytest.approx(naive_energy(glass), rel=1e-13)
    assert Interactions.of(back).residual < 1e-9
    moved = np.stack([glass.positions, glass.positions + 0.7 * glass.box[:, 3]])
    velocities = np.random.default_rng(1).normal(size=moved.shape)
    one = Trajectory(0, np.array([0.0, 1.0]), moved, velocities, np.stack([glass.box] * 2), glass)
    write_trajectories(tmp_path / "paths.gsd", [one], {})
    (found,) = read_trajectories(tmp_path / "paths.gsd")
    np.testing.assert_allclose(found.positions, moved, atol=1e-13)
    np.testing.assert_array_equal(found.velocities, velocities)


def test_a_changed_fourth_coordinate_is_seen(glass, tmp_path):
    path = tmp_path / "glasses.gsd"
    write_samples(path, [glass])
    whole = path.read_bytes()
    fractional = glass.positions @ np.linalg.inv(glass.box).T
    fourth = ((fractional - np.floor(fractional) - 0.5) @ glass.box.T)[:, 3]
    place = whole.index(np.ascontiguousarray(fourth).tobytes())
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    (found,) = read_samples(path)
    assert isinstance(found, SampleError) and "checksum" in str(found)


def test_what_has_no_fourth_dimension_says_so(glass):
    with pytest.raises(ValueError, match="2 and 3 dimensions, this sample has 4"):
        SwapMonteCarlo(replace(glass, box=np.diag(np.diag(glass.box))), 0.5, np.random.default_rng(1))
    assert chosen_engine("auto", glass.model, key="preparation.engine", conda=True) == "builtin"
    with pytest.raises(InputError, match="hoomd, which has 2 and 3 dimensions"):
        chosen_engine("hoomd", glass.model, key="preparation.engine", conda=True)
    with pytest.raises(InputError, match=r"model.binary_ipl.dimension is 5: it must be a whole number from 2 to 4"):
        glass_former("binary_ipl", {**PUBLISHED, "dimension": 5})
    with pytest.raises(InputError, match=r"model.poly.dimension is 4: it must be a whole number from 2 to 3"):
        glass_former("poly", {**published_parameters("poly"), "dimension": 4})


@pytest.mark.parametrize(("dimension", "density"), [(2, 0.86), (3, 0.82), (4, 0.80)])
def test_without_a_density_it_has_the_published_one_of_its_dimension(dimension, density):
    model = glass_former("binary_ipl", {**PUBLISHED, "dimension": dimension})
    assert model.density == density and model.describe()["parameters"]["density"] == density
    with pytest.raises(InputError, match="or null for the published one of its dimension"):
        glass_former("binary_ipl", {**PUBLISHED, "density": "dense"})
