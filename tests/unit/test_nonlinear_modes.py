"""Contractions of the third and fourth order, and nonlinear modes: dense twins, finite differences, other algorithms, known identities."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import scipy.optimize
from naive import poly, quenched
from vitrine.interactions import Interactions
from vitrine.linalg import Factor, lowest_modes
from vitrine.nonlinear.contractions import Contractions
from vitrine.nonlinear.modes import KINDS, nonlinear_modes
from vitrine.nonlinear.stability import curvatures


def fixed(bonds: Interactions, displacement: np.ndarray) -> Interactions:
    """The same bonds after a displacement (N d,): none is made or broken."""
    d, model, sample = bonds.sample.dimension, bonds.sample.model, bonds.sample
    moved = displacement.reshape(-1, d)
    vectors = bonds.vectors + moved[bonds.j] - moved[bonds.i]
    derivatives = model.derivatives(np.linalg.norm(vectors, axis=1), bonds.i, bonds.j, sample.sizes, sample.types)
    return Interactions(sample, bonds.i, bonds.j, vectors, derivatives)


def network(dimension: int, particles: int = 12, stressed: bool = True) -> Interactions:
    """A few bonds with arbitrary vectors and derivatives, or unstressed unit springs between all pairs: no glass, but the same algebra."""
    rng = np.random.default_rng(dimension)
    sample = replace(quenched_small(), positions=rng.normal(size=(particles, dimension)), sizes=np.ones(particles))
    i, j = np.triu_indices(particles, 1)
    if stressed:
        chosen = np.sort(rng.choice(len(i), min(len(i), 30), replace=False))
        i, j = i[chosen], j[chosen]
    derivatives = rng.normal(size=(5, len(i))) if stressed else np.array([0.0, 0.0, 1.0, 0.0, 0.0])[:, None] * np.ones(len(i))
    return Interactions(sample, i, j, rng.normal(size=(len(i), dimension)), derivatives)


def quenched_small():
    """Any sample, for its model."""
    return quenched(poly(size_ratio=1.3, cutoff=1.3, density=1.3), 54)


def dense(bonds: Interactions, order: int) -> np.ndarray:
    """The whole tensor of the third or fourth derivative, from finite differences of nothing: every bond's own tensor by the chain rule."""
    d, n = bonds.sample.dimension, bonds.sample.particles * bonds.sample.dimension
    out, eye = np.zeros((n,) * order), np.eye(d)
    for i, j, vector, derivatives in zip(bonds.i, bonds.j, bonds.vectors, bonds.derivatives.T, strict=True):
        r, (_, p1, p2, p3, p4) = np.linalg.norm(vector), derivatives
        n_ = vector / r
        one = np.einsum("a,b->ab", n_, n_)
        # derivatives of n: dn_a/dR_b = (delta_ab - n_a n_b)/r
        if order == 3:
            nnn = np.einsum("a,b,c->abc", n_, n_, n_)
            mixed = np.einsum("a,bc->abc", n_, eye - one) + np.einsum("b,ac->abc", n_, eye - one) + np.einsum("c,ab->abc", n_, eye - one)
            tensor = p3 * nnn + (p2 / r - p1 / r**2) * mixed
        else:
            s1, s2 = p1 / r, (p2 - p1 / r) / r**2
            s3, s4 = (p3 - 3 * (p2 - p1 / r) / r) / r**3, (p4 - 6 * p3 / r + 15 * p2 / r**2 - 15 * p1 / r**3) / r**4
            assert np.isfinite(s1)
            v = vector
            pairs = [((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2))]
            tensor = s4 * np.einsum("a,b,c,d->abcd", v, v, v, v)
            for left, right in pairs:
                for first, second in ((left, right), (right, left)):
                    tensor = tensor + s3 * np.moveaxis(np.einsum("a,b,cd->abcd", v, v, eye), (0, 1, 2, 3), (*first, *second))
                tensor = tensor + s2 * np.moveaxis(np.einsum("ab,cd->abcd", eye, eye), (0, 1, 2, 3), (*left, *right))
        ends = ((i, -1.0), (j, 1.0))
        for legs in itertools.product(ends, repeat=order):
            place = tuple(slice(particle * d, particle * d + d) for particle, _ in legs)
            out[place] += np.prod([sign for _, sign in legs]) * tensor
    return out


# --- contractions -------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dimension", [2, 3])
def test_contractions_are_those_of_whole_tensors(dimension):
    bonds = network(dimension, particles=8)
    fields = np.random.default_rng(5).normal(size=(8 * dimension, 3))
    contractions = Contractions(bonds)
    third, fourth = dense(bonds, 3), dense(bonds, 4)
    np.testing.assert_allclose(contractions.cubic(fields), np.einsum("abc,bk,ck->ak", third, fields, fields), rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(
        contractions.quartic(fields), np.einsum("abcd,bk,ck,dk->ak", fourth, fields, fields, fields, optimize=True), rtol=1e-10, atol=1e-8
    )
    b2, b3, b4 = contractions.orders(fields)
    np.testing.assert_allclose(b3, np.einsum("abc,ak,bk,ck->k", third, fields, fields, fields, optimize=True), rtol=1e-10)
    np.testing.assert_allclose(b4, np.einsum("ak,ak->k", fields, contractions.quartic(fields)), rtol=1e-12)
    np.testing.assert_allclose(b2, np.einsum("ak,ab,bk->k", fields, bonds.hessian.toarray(), fields), rtol=1e-10)


def test_contractions_are_differences_of_the_hessian_and_of_the_energy(bonds):
    """With the bonds held fixed."""
    contractions, d = Contractions(bonds), bonds.sample.dimension
    z = np.random.default_rng(2).normal(size=bonds.sample.particles * d)
    z /= np.linalg.norm(z)
    step = 2e-3
    third, fourth = np.zeros_like(z), np.zeros_like(z)
    # Richardson over two steps: the error is of the fourth power of the step.
    for h, weight in ((step, -1 / 3), (step / 2, 4 / 3)):
        up, here, down = (fixed(bonds, s * h * z).hessian @ z for s in (1, 0, -1))
        third += weight * (up - down) / (2 * h)
        fourth += weight * (up - 2 * here + down) / h**2
    scale = np.abs(contractions.cubic(z)).max()
    np.testing.assert_allclose(contractions.cubic(z), third, atol=1e-7 * scale)
    np.testing.assert_allclose(contractions.quartic(z), fourth, atol=1e-5 * max(scale, np.abs(fourth).max()))
    energies = np.array([fixed(bonds, s * step * z).energy for s in (-2, -1, 0, 1, 2)])
    b2, b3, b4 = contractions.orders(z)
    taylor = [bonds.energy - bonds.forces.ravel() @ z * e + b2 * e**2 / 2 + b3 * e**3 / 6 + b4 * e**4 / 24 for e in step * np.arange(-2, 3)]
    np.testing.assert_allclose(energies, taylor, atol=1e-9 * np.abs(b2) * step**2 + 1e-13 * abs(bonds.energy))


def test_the_pseudo_contraction_is_a_sum_over_pairs(bonds):
    d = bonds.sample.dimension
    z = np.random.default_rng(3).normal(size=(bonds.sample.particles, d))
    expected = np.zeros_like(z)
    for i, j in zip(bonds.i, bonds.j, strict=True):
        expected[i] += np.dot(z[i] - z[j], z[i] - z[j]) * (z[i] - z[j])
        expected[j] += np.dot(z[j] - z[i], z[j] - z[i]) * (z[j] - z[i])
    np.testing.assert_allclose(Contractions(bonds).quadratic(z.ravel()).reshape(z.shape), expected, atol=1e-11)


# --- modes --------------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def soft():
    """A hot glass of 300 particles, its factorisation, and starts: the softest of the responses to weak pinches, and the lowest modes."""
    bonds = Interactions.of(quenched(poly(), 300, 0.9, 200, seed=3))
    factor = Factor.of(bonds)
    dipoles = bonds.compatibility[np.argsort(bonds.pair_forces)[:100]].toarray().T
    responses = factor.solve(dipoles)
    responses = responses[:, np.argsort(np.sum(dipoles * responses, axis=0) / np.sum(responses**2, axis=0))[:12]]
    _, lowest = lowest_modes(bonds.hessian, 3, 4, factor)
    return bonds, factor, np.hstack([responses, lowest])


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_mode_is_stationary_normalised_and_below_its_start(soft, kind):
    bonds, factor, starts = soft
    contractions = Contractions(bonds)
    found = nonlinear_modes(contractions, factor, starts, kind)
    assert list(found.flag) == [""] * starts.shape[1]
    z, one = found.vectors, KINDS[kind]
    stiff, force = bonds.hessian @ z, one.contraction(contractions, z)
    b2, bn = np.einsum("ik,ik->k", z, stiff), np.einsum("ik,ik->k", z, force)
    np.testing.assert_allclose(np.linalg.norm(stiff - b2 / bn * force, axis=0) / np.linalg.norm(stiff, axis=0), found.residual, atol=1e-12)
    assert found.residual.max() <= 1e-8
    np.testing.assert_allclose(np.linalg.norm(z, axis=0), 1, rtol=1e-12)
    np.testing.assert_allclose(z.reshape(-1, 3, z.shape[1]).sum(axis=0), 0, atol=1e-10)
    np.testing.assert_allclose(found.cost, one.cost(b2, bn), rtol=1e-9)
    begin = starts / np.linalg.norm(starts, axis=0)
    first = one.cost(np.einsum("ik,ik->k", begin, bonds.hessian @ begin), np.einsum("ik,ik->k", begin, one.contraction(contractions, begin)))
    assert np.all(found.cost <= first * (1 + 1e-9))


@pytest.mark.parametrize("kind", ["pseudo_harmonic", "quartic"])
def test_the_bare_map_and_another_conjugate_gradient_agree_start_by_start(soft, kind):
    """The other one is scipy's, without H before it, from the lowest harmonic modes."""
    bonds, factor, starts = soft
    contractions, one, hessian = Contractions(bonds), KINDS[kind], bonds.hessian
    found, mapped = (nonlinear_modes(contractions, factor, starts, kind, way) for way in ("preconditioned", "map"))
    assert set(mapped.flag) == {""} and found.solves.mean() < mapped.solves.mean()
    np.testing.assert_allclose(mapped.cost, found.cost, rtol=1e-9)
    np.testing.assert_allclose(np.abs(np.einsum("ik,ik->k", found.vectors, mapped.vectors)), 1, atol=1e-9)

    def cost(z: np.ndarray) -> tuple[float, np.ndarray]:
        """ln C and its gradient."""
        stiff, force = hessian @ z, one.contraction(contractions, z[:, None])[:, 0]
        b2, bn = z @ stiff, z @ force
        return 2 * np.log(b2) - np.log(bn), 4 * (stiff / b2 - force / bn)

    for place in range(12, 14):
        begin = starts[:, place] / np.linalg.norm(starts[:, place])
        end = scipy.optimize.minimize(cost, begin, jac=True, method="CG", options={"gtol": 1e-7, "maxiter": 20_000})
        assert np.exp(end.fun) == pytest.approx(found.cost[place], rel=1e-8)


def test_the_bare_cubic_map_does_not_always_converge(soft):
    """Which is why conjugate gradients are taken; their modes are stationary all the same."""
    bonds, factor, starts = soft
    assert set(nonlinear_modes(Contractions(bonds), factor, starts, "cubic").flag) == {""}
    flags = nonlinear_modes(Contractions(bonds), factor, starts, "cubic", "map", most_steps=100).flag
    assert any("not converged" in flag for flag in flags)


def test_cubic_modes_are_the_set_of_minima_that_the_damped_map_finds(soft):
    """Damping by a half makes the map converge. Into which minimum a start falls differs; what is a minimum does not."""
    bonds, factor, starts = soft
    contractions = Contractions(bonds)

    def damped(z: np.ndarray) -> np.ndarray:
        z = z / np.linalg.norm(z, axis=0)
        for _ in range(200):
            turned = factor.solve(contractions.cubic(z))
            z = z + turned * np.sign(np.sum(turned * z, axis=0)) / np.linalg.norm(turned, axis=0)
            z /= np.linalg.norm(z, axis=0)
        return z

    def descended(z: np.ndarray) -> np.ndarray:
        return nonlinear_modes(contractions, factor, z, "cubic").vectors

    def alike(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.abs(np.sum(first * second, axis=0)) > 0.999999

    ours, theirs = descended(starts), damped(starts)
    for ends, other in ((ours, damped), (theirs, descended)):
        assert curvatures(contractions, factor, "cubic", ends).min() > 0
        beside = ends + 1e-4 * np.random.default_rng(2).standard_normal(ends.shape)
        assert alike(other(beside), ends).all()
    found = [set(np.round(nonlinear_modes(contractions, factor, ends, "cubic", tolerance=1e-6).cost, 6)) for ends in (ours, theirs)]
    assert min(map(len, found)) >= 4 and len(found[0] & found[1]) >= 4 and min(found[0]) == min(found[1])


def test_cost_is_what_a_search_without_gradients_finds():
    """Unit springs between all pairs of 6 particles in the plane: the least cost of many searches is that of the best pseudo-harmonic mode."""
    bonds = network(2, particles=6, stressed=False)
    hessian, contractions = bonds.hessian, Contractions(bonds)

    def cost(z: np.ndarray) -> float:
        changes = z.reshape(-1, 2)[bonds.j] - z.reshape(-1, 2)[bonds.i]
        return (z @ (hessian @ z)) ** 2 / np.sum(np.einsum("bi,bi->b", changes, changes) ** 2)

    rng = np.random.default_rng(1)
    starts = rng.normal(size=(12, 40))
    found = nonlinear_modes(contractions, Factor(bonds.hessian, 2, "dense"), starts, "pseudo_harmonic")
    good = found.flag == ""
    assert good.sum() > 30
    np.testing.assert_allclose([cost(z) for z in found.vectors.T[good]], found.cost[good], rtol=1e-9)
    options = {"maxiter": 40_000, "maxfev": 40_000, "xatol": 1e-9, "fatol": 1e-13, "adaptive": True}
    searched = [scipy.optimize.minimize(cost, starts[:, k], method="Nelder-Mead", options=options).fun for k in range(4)]
    assert found.cost[good].min() <= min(searched) * (1 + 1e-6)
    # And a search that begins at a mode's neighbourhood comes back to its cost.
    best = found.vectors[:, good][:, np.argmin(found.cost[good])]
    near = scipy.optimize.minimize(cost, best + 0.02 * rng.normal(size=12), method="Nelder-Mead", options=options).fun
    assert near == pytest.approx(found.cost[good].min(), rel=1e-6)


def test_the_costs_of_twenty_particles_are_those_of_a_search_without_gradients():
    """Powell's, of the cost as 001 writes it: it ends in the modes that starts lead to, and from beside the best one in that."""
    bonds = network(2, particles=20, stressed=False)
    hessian, rng = bonds.hessian.toarray(), np.random.default_rng(1)

    def cost(z: np.ndarray) -> float:
        changes = z.reshape(-1, 2)[bonds.j] - z.reshape(-1, 2)[bonds.i]
        return (z @ (hessian @ z)) ** 2 / np.sum(np.einsum("bi,bi->b", changes, changes) ** 2)

    def searched(start: np.ndarray) -> float:
        return scipy.optimize.minimize(cost, start, method="Powell", options={"xtol": 1e-8, "ftol": 1e-13, "maxfev": 100_000}).fun

    starts = rng.normal(size=(40, 60))
    found = nonlinear_modes(Contractions(bonds), Factor(bonds.hessian, 2, "dense"), starts, "pseudo_harmonic")
    assert set(found.flag) == {""}
    np.testing.assert_allclose([cost(z) for z in found.vectors.T], found.cost, rtol=1e-9)
    for start in starts.T[:6]:
        assert np.min(np.abs(found.cost / searched(start) - 1)) < 1e-8
    best = found.vectors[:, np.argmin(found.cost)]
    assert searched(best + 0.02 * rng.normal(size=40)) == pytest.approx(found.cost.min(), rel=1e-9)


def test_starts_do_not_know_of_each_other(soft):
    bonds, factor, starts = soft
    contractions = Contractions(bonds)
    together = nonlinear_modes(contractions, factor, starts, "cubic")
    alone = nonlinear_modes(contractions, factor, starts[:, 5:6], "cubic")
    np.testing.assert_allclose(alone.cost[0], together.cost[5], rtol=1e-10)
    assert alone.solves[0] == together.solves[5]


def test_a_mode_does_not_depend_on_the_length_or_the_sign_of_its_start(soft):
    bonds, factor, starts = soft
    contractions = Contractions(bonds)
    pair = nonlinear_modes(contractions, factor, np.stack([starts[:, 0], -3 * starts[:, 0]], axis=1), "quartic")
    assert pair.cost[0] == pytest.approx(pair.cost[1], rel=1e-10)


def test_what_is_no_mode_says_so(soft):
    bonds, factor, starts = soft
    n = len(starts)
    odd = np.stack([np.tile([1.0, 0.0, 0.0], n // 3), np.zeros(n), starts[:, 0]], axis=1)
    found = nonlinear_modes(Contractions(bonds), factor, odd, "cubic", most_steps=2)
    assert list(found.flag[:2]) == ["a translation, or no field at all"] * 2 and "not converged" in found.flag[2]


def test_a_field_without_cubic_nonlinearity_says_so():
    """Unstressed springs in a row have none along it."""
    bonds = network(2, particles=6, stressed=False)
    bonds = replace(bonds, vectors=bonds.vectors * [1.0, 0.0])
    flat = np.zeros((12, 1))
    flat[::2, 0] = np.arange(6) ** 2
    found = nonlinear_modes(Contractions(bonds), Factor(network(2, 6, False).hessian, 2, "dense"), flat, "cubic")
    assert list(found.flag) == ["b3 vanishes"]
