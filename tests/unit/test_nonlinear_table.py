"""The table of nonlinear modes: every row against a dense twin, signs and conventions, masses, starts and failures."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
from naive import poly, quenched
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import Factor
from vitrine.nonlinear.contractions import Contractions
from vitrine.nonlinear.modes import KINDS, nonlinear_modes
from vitrine.nonlinear.stability import change, curvatures
from vitrine.observables.nonlinear_modes import ALL_KINDS
from vitrine.observables.nonlinear_modes.measure import distinct, find_nonlinear_modes

SMALL = {"pinches": 10, "pinches_tried": "all", "harmonic": 5, "bond_operator": 3}


@pytest.fixture(scope="module", params=[2, 3])
def glass(request):
    """54 or 60 particles, small enough for whole matrices."""
    if request.param == 2:
        return quenched(poly(dimension=2, size_ratio=1.6, density=0.86), 60, 0.5, 100, seed=4)
    return quenched(poly(size_ratio=1.3, cutoff=1.3, density=1.3), 54, 0.5, 100, seed=4)


@pytest.fixture(scope="module")
def found(glass):
    return find_nonlinear_modes(glass, kept=4, **SMALL)


def table(found, kind):
    """The rows of a kind, as dictionaries."""
    columns = found["nonlinear_modes"]
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [row for row in rows if row["kind"] == kind]


def energy(sample, z, s):
    """U along z with the bonds held fixed, by the sum over pairs itself."""
    bonds = Interactions.of(sample)
    moved = bonds.vectors + s * (z[bonds.j] - z[bonds.i])
    return sample.model.derivatives(np.linalg.norm(moved, axis=1), bonds.i, bonds.j, sample.sizes, sample.types)[0].sum()


def coefficients(sample, z):
    """b2, b3, b4 from a polynomial through the energy along z."""
    s = 0.01 * np.cos(np.pi * (np.arange(15) + 0.5) / 15)
    taylor = np.polynomial.Polynomial.fit(s, [energy(sample, z, one) for one in s], 8, domain=[-0.01, 0.01], window=[-1, 1]).convert()
    return taylor.coef[2] * 2, taylor.coef[3] * 6, taylor.coef[4] * 24


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_row_is_what_its_vector_says(glass, found, kind):
    rows = [row for row in table(found, kind) if not row["ended"]]
    assert rows and [row["mode"] for row in rows] == list(range(len(rows)))
    assert np.all(np.diff([row["omega"] for row in rows]) >= 0)
    bonds = Interactions.of(glass)
    dense = bonds.hessian.toarray()
    for place in range(4):
        z = found["nonlinear_vectors"][f"{kind}_{place}"]
        if place >= len(rows):
            assert np.isnan(z).all()
            continue
        row = rows[place]
        assert np.sum(z**2) == pytest.approx(1, rel=1e-12) and np.abs(z.sum(axis=0)).max() < 1e-12
        b2, b3, b4 = coefficients(glass, z)
        assert b2 == pytest.approx(z.ravel() @ dense @ z.ravel(), rel=1e-6) and row["b2"] == pytest.approx(b2, rel=1e-6)
        assert b3 < 1e-4 * row["b2"] and row["b3"] == pytest.approx(-b3, rel=1e-4, abs=1e-4 * row["b2"])
        assert row["b4"] == pytest.approx(b4, rel=2e-3)
        assert row["omega"] == pytest.approx(np.sqrt(row["b2"]), rel=1e-12)
        shares = np.sum(z**2, axis=1)
        assert row["participation"] == pytest.approx(1 / (len(z) * np.sum(shares**2))) and row["particle"] == np.argmax(shares)
        distances = [np.sum((z[i] - z[j]) ** 2) for i, j in zip(bonds.i, bonds.j, strict=True)]
        assert (row["i"], row["j"]) == (bonds.i[np.argmax(distances)], bonds.j[np.argmax(distances)])
        cost = {"pseudo_harmonic": b2**2 / np.sum(np.square(distances)), "cubic": 2 / 3 * b2**3 / b3**2, "quartic": b2**2 / b4}[kind]
        assert row["cost"] == pytest.approx(cost, rel=5e-3) and row["residual"] <= 1e-8


def test_harmonic_rows_are_the_lowest_of_the_whole_spectrum(glass, found):
    values, vectors = scipy.linalg.eigh(Interactions.of(glass).hessian.toarray())
    d, rows = glass.dimension, table(found, "harmonic")
    assert [row["start"] for row in rows] == [f"mode {place}" for place in range(5)]
    for place, row in enumerate(rows):
        z = vectors[:, d + place].reshape(-1, d)
        assert row["omega"] == pytest.approx(np.sqrt(values[d + place]), rel=1e-8) and row["mode"] == place
        assert row["participation"] == pytest.approx(1 / (len(z) * np.sum(np.sum(z**2, axis=1) ** 2)), rel=1e-6)
        assert row["b3"] == pytest.approx(abs(coefficients(glass, z)[1]), rel=1e-4, abs=1e-4 * row["b2"])


def test_every_start_is_counted_once(glass, found):
    bonds = Interactions.of(glass)
    weak = np.count_nonzero(bonds.pair_forces < 1e-2 * bonds.pressure * glass.spacing ** (glass.dimension - 1))
    pinched, sheared = min(10, weak), glass.dimension * (glass.dimension - 1)
    for kind in ALL_KINDS:
        rows = table(found, kind)
        assert sum(row["starts"] for row in rows) == pinched + sheared + 5 + 3
        assert all(row["solves"] >= row["starts"] for row in rows if not row["ended"])
        words = [row["start"].split()[0] for row in rows]
        assert set(words) <= {"pinch", "shear", "pure", "mode", "bond"}


def test_modes_are_distinct(glass, found):
    for kind in ALL_KINDS:
        number = min(4, sum(not row["ended"] for row in table(found, kind)))
        vectors = np.stack([found["nonlinear_vectors"][f"{kind}_{place}"].ravel() for place in range(number)])
        overlaps = np.abs(vectors @ vectors.T)
        assert np.all(overlaps[~np.eye(number, dtype=bool)] <= 0.99)


def test_masses_enter_the_frequency_alone(glass):
    masses = np.random.default_rng(3).uniform(0.5, 4, glass.particles)
    plain, heavy = (find_nonlinear_modes(one, ["quartic"], harmonic=0, pinches=6) for one in (glass, replace(glass, masses=masses)))
    first, second = table(plain, "quartic")[0], {row["start"]: row for row in table(heavy, "quartic")}[table(plain, "quartic")[0]["start"]]
    assert second["b2"] == pytest.approx(first["b2"], rel=1e-9) and second["b3"] == pytest.approx(first["b3"], rel=1e-7, abs=1e-7)
    z = plain["nonlinear_vectors"]["quartic_0"]
    u = z - (masses @ z) / masses.sum()
    shares = masses * np.sum(u**2, axis=1)
    assert second["omega"] == pytest.approx(np.sqrt(first["b2"] / shares.sum()), rel=1e-9)
    assert second["participation"] == pytest.approx(shares.sum() ** 2 / (glass.particles * np.sum(shares**2)), rel=1e-9)


def test_the_lowest_modes_with_masses_are_those_of_the_dynamical_matrix(glass):
    masses = np.random.default_rng(3).uniform(0.5, 4, glass.particles)
    heavy = replace(glass, masses=masses)
    d, roots = glass.dimension, np.sqrt(np.repeat(masses, glass.dimension))
    values = scipy.linalg.eigvalsh(Interactions.of(heavy).hessian.toarray() / np.outer(roots, roots))
    rows = table(find_nonlinear_modes(heavy, ["quartic"], harmonic=4, pinches=0), "harmonic")
    np.testing.assert_allclose([row["omega"] for row in rows], np.sqrt(values[d : d + 4]), rtol=1e-7)


def test_nothing_to_start_from_is_said(glass):
    with pytest.raises(SampleError, match="no start for nonlinear modes"):
        find_nonlinear_modes(glass, pinches=0, shear=False, harmonic=0, bond_operator=0)


def test_starts_that_fail_keep_a_row_with_the_reason(glass):
    rows = table(find_nonlinear_modes(glass, ["cubic"], tolerance=1e-17, pinches=2, harmonic=0, bond_operator=0), "cubic")
    bad = [row for row in rows if row["ended"]]
    assert bad and all("not converged" in row["ended"] and row["mode"] == -1 and np.isnan(row["omega"]) for row in bad)


# --- saddles ------------------------------------------------------------------------------------------------------------------------------------


def dense_curvature(bonds, kind, z):
    """1 - mu from whole matrices: the change of t by finite differences, and the pencil on the complement of z and of the translations."""
    one, n, d = KINDS[kind], len(z), bonds.sample.dimension
    contractions, hessian = Contractions(bonds), bonds.hessian.toarray()
    step = 1e-4 * np.eye(n)
    columns = np.repeat(z[:, None], n, axis=1)
    tangent = (one.contraction(contractions, columns + step) - one.contraction(contractions, columns - step)) / 2e-4
    b2, bn = z @ hessian @ z, z @ one.contraction(contractions, z[:, None])[:, 0]
    banned = np.hstack([hessian @ z[:, None], np.tile(np.eye(d), (n // d, 1))])
    free = scipy.linalg.null_space(banned.T)
    return 1 - scipy.linalg.eigh(b2 / bn * free.T @ (tangent + tangent.T) @ free / 2, free.T @ hessian @ free, eigvals_only=True)[-1]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_the_curvature_is_that_of_whole_matrices(glass, found, kind):
    bonds = Interactions.of(glass)
    rows = [row for row in table(found, kind) if not row["ended"]]
    for place, row in enumerate(rows[:2]):
        expected = dense_curvature(bonds, kind, found["nonlinear_vectors"][f"{kind}_{place}"].ravel())
        assert expected > 0 and row["curvature"] >= expected - 1e-6
        assert row["curvature"] == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_the_change_of_a_contraction_is_its_derivative(glass, kind):
    bonds, rng = Interactions.of(glass), np.random.default_rng(1)
    z, v = rng.normal(size=(2, glass.particles * glass.dimension, 3))
    contractions, one = Contractions(bonds), KINDS[kind].contraction
    expected = (one(contractions, z + 1e-5 * v) - one(contractions, z - 1e-5 * v)) / 2e-5
    found = change(contractions, kind, z, v)
    np.testing.assert_allclose(found, expected, atol=1e-8 * np.abs(expected).max())


def saddle(bonds, kind):
    """A stationary field that is no minimum: Newton's method on H z = (b2/b_n) t from soft random fields goes to any kind of point."""
    hessian, d, one = bonds.hessian, bonds.sample.dimension, KINDS[kind].contraction
    contractions, factor, rng = Contractions(bonds), Factor.of(bonds), np.random.default_rng(1)

    def gradient(z):
        stiff, force = hessian @ z, one(contractions, z[:, None])[:, 0]
        means = z.reshape(-1, d).mean(axis=0)
        return (z @ force) * stiff - (z @ stiff) * force + z * (z @ z - 1) + np.tile(means, len(z) // d)

    for _ in range(20):
        start = factor.solve(factor.solve(rng.standard_normal(hessian.shape[0])))
        end = scipy.optimize.root(gradient, start / np.linalg.norm(start), method="lm", tol=1e-13)
        z = end.x / np.linalg.norm(end.x)
        if np.abs(gradient(z)).max() < 1e-9 and dense_curvature(bonds, kind, z) < -0.05:
            return z
    raise AssertionError("no saddle was found")


def test_a_saddle_is_called_one(glass):
    bonds, kind = Interactions.of(glass), "pseudo_harmonic"
    contractions, factor = Contractions(bonds), Factor.of(bonds)
    z = saddle(bonds, kind)
    stiff, force = bonds.hessian @ z, contractions.quadratic(z)
    assert np.linalg.norm(stiff - (z @ stiff) / (z @ force) * force) < 1e-7 * np.linalg.norm(stiff)
    expected = dense_curvature(bonds, kind, z)
    assert curvatures(contractions, factor, kind, z[:, None])[0] == pytest.approx(expected, abs=0.02)
    # It ends there, is no mode, and a descent from beside it goes away and ends lower.
    ended = nonlinear_modes(contractions, factor, z[:, None], kind, tolerance=1e-6)
    rows, vectors = distinct(contractions, factor, ended, ["here"])
    assert [(row["ended"], row["mode"], row["start"]) for row in rows] == [("a saddle of the cost", -1, "here")] and vectors.shape[1] == 0
    beside = z + 1e-3 * np.random.default_rng(1).standard_normal(len(z))
    left = nonlinear_modes(contractions, factor, beside[:, None], kind)
    assert left.flag[0] == "" and left.cost[0] < ended.cost[0] * 0.999


# --- the whole of it, naively -------------------------------------------------------------------------------------------------------------------


def naive_starts(glass):
    """{word: field} of responses to the softest of the weak pinches and to shears, of the lowest modes and of D, from whole matrices."""
    bonds, d = Interactions.of(glass), glass.dimension
    hessian, n = bonds.hessian.toarray(), glass.particles * glass.dimension
    inverse, starts = np.linalg.pinv(hessian, rcond=1e-10), {}
    directions = bonds.vectors / np.linalg.norm(bonds.vectors, axis=1)[:, None]
    weak = np.flatnonzero(bonds.pair_forces < 1e-2 * bonds.pressure * glass.spacing ** (d - 1))
    responses = {}
    for bond in weak:
        dipole = np.zeros((glass.particles, d))
        dipole[bonds.i[bond]] -= directions[bond]
        dipole[bonds.j[bond]] += directions[bond]
        u = inverse @ dipole.ravel()
        responses[f"pinch {bonds.i[bond]}-{bonds.j[bond]}"] = (u @ hessian @ u / (u @ u), u)
    starts |= {word: u for word, (_, u) in sorted(responses.items(), key=lambda one: one[1][0])[:10]}
    for a in range(d):
        for b in range(a + 1, d):
            for word, strain in (("shear", {(a, b): 1.0}), ("pure shear", {(a, a): 1.0, (b, b): -1.0})):
                gradient = np.zeros((d, d))
                for place, value in strain.items():
                    gradient[place] = value
                force = np.zeros(n)
                for step, weight in ((1e-4, 0.5e4), (-1e-4, -0.5e4)):  # the forces that the strain makes, at first order
                    vectors = bonds.vectors @ (np.eye(d) + step * gradient).T
                    r = np.linalg.norm(vectors, axis=1)
                    pulls = glass.model.derivatives(r, bonds.i, bonds.j, glass.sizes, glass.types)[1][:, None] * vectors / r[:, None]
                    forces = np.zeros((glass.particles, d))
                    np.add.at(forces, bonds.i, pulls)
                    np.add.at(forces, bonds.j, -pulls)
                    force += weight * forces.ravel()
                starts[f"{word} {'xyz'[a]}{'xyz'[b]}"] = inverse @ force
    modes = np.linalg.eigh(hessian)[1]
    starts |= {f"mode {place}": modes[:, d + place] for place in range(5)}
    return starts


@pytest.mark.parametrize("kind", ["pseudo_harmonic", "quartic"])
def test_the_table_is_that_of_the_bare_map_from_whole_matrices(glass, kind):
    """The bare map has no saddles and no secants: every start alone, 3000 steps of it, then a plain look for what is the same."""
    bonds = Interactions.of(glass)
    contractions, inverse, hessian = Contractions(bonds), np.linalg.pinv(bonds.hessian.toarray(), rcond=1e-10), bonds.hessian.toarray()
    ends = {}
    for word, start in naive_starts(glass).items():
        z = start / np.linalg.norm(start)
        for _ in range(3000):
            z = inverse @ KINDS[kind].contraction(contractions, z[:, None])[:, 0]
            z /= np.linalg.norm(z)
        ends[word] = z
    modes: list[list[str]] = []
    for word, z in ends.items():
        same = [group for group in modes if abs(ends[group[0]] @ z) > 0.99]
        (same[0] if same else modes.append([]) or modes[-1]).append(word)
    expected = sorted((np.sqrt(ends[group[0]] @ hessian @ ends[group[0]]), len(group), group[0]) for group in modes)
    rows = table(find_nonlinear_modes(glass, [kind], pinches=10, pinches_tried="all", harmonic=5, bond_operator=0), kind)
    assert [(row["starts"], row["start"]) for row in rows] == [(starts, word) for _, starts, word in expected]
    np.testing.assert_allclose([row["omega"] for row in rows], [omega for omega, *_ in expected], rtol=1e-7)
