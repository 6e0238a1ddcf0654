"""The bond operator from its definition A = S M^+ S^T, an N_b x N_b matrix, against the pencil that replaces it."""

import tracemalloc

import naive
import numpy as np
import pytest
from naive import liquid, poly
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import full_pencil
from vitrine.observables.bond_operator import BOND_OPERATOR
from vitrine.observables.bond_operator.measure import diagonalise_bond_operator
from vitrine.schema import names_of


@pytest.fixture(scope="module")
def definition(any_glass):
    """S, M and the eigenvalues (descending) and eigenvectors of A."""
    s, m, d = naive.compatibility(any_glass), naive.hessian(any_glass), any_glass.dimension
    operator = s @ naive.pseudo_inverse(m, d) @ s.T
    values, vectors = np.linalg.eigh(operator)
    return s, m, values[::-1], vectors[:, ::-1]


def participation(field, dimension):
    squares = (field.reshape(-1, dimension) ** 2).sum(axis=1)
    return squares.sum() ** 2 / (len(squares) * (squares**2).sum())


def test_non_zero_eigenvalues_and_states_of_self_stress(any_glass, definition):
    s, _, exact, _ = definition
    d = any_glass.dimension
    rank = any_glass.particles * d - d
    eigenvalues = diagonalise_bond_operator(any_glass)["lambda"]
    assert len(eigenvalues) == rank < len(exact)
    assert np.allclose(eigenvalues, exact[:rank], rtol=1e-8)
    assert np.all(exact[rank:] < 1e-10 * exact[0]) and exact[rank - 1] > 1e-7 * exact[0]
    # The others are states of self stress, f S = 0: N_b - (N d - d) of them.
    assert np.linalg.matrix_rank(s) == rank


def test_eigenvectors(any_glass, definition):
    """F = S^T f of |f| = 1 is M D with D = M^+ F, f = S D/lambda, D.M.D = lambda: from the eigenvectors f of A, without a pencil."""
    s, m, exact, vectors = definition
    d = any_glass.dimension
    columns = diagonalise_bond_operator(any_glass)
    inverse = naive.pseudo_inverse(m, d)
    apart = np.abs(np.diff(exact[:31])) > 1e-6 * exact[0]  # of a degenerate pair no vector is the eigenvector
    for k in [k for k in range(30) if apart[k] and (k == 0 or apart[k - 1])]:
        bond = vectors[:, k]
        force = s.T @ bond
        displacement = inverse @ force
        assert np.allclose(s @ displacement / exact[k], bond, atol=1e-8)
        assert np.allclose(m @ displacement, force, atol=1e-8)
        assert displacement @ m @ displacement == pytest.approx(exact[k], rel=1e-8)
        assert columns["participation_force"][k] == pytest.approx(participation(force, d), rel=1e-6)
        assert columns["participation_displacement"][k] == pytest.approx(participation(displacement, d), rel=1e-6)
        assert columns["omega"][k] ** 2 == pytest.approx(exact[k] / (displacement @ displacement), rel=1e-7)
    assert apart.sum() > 15


def test_lambda_is_a_rayleigh_quotient(any_glass):
    bonds, d = Interactions.of(any_glass), any_glass.dimension
    eigenvalues, modes = full_pencil(bonds.unit_hessian, bonds.hessian, d, vectors=True)
    stretch = ((bonds.compatibility @ modes) ** 2).sum(axis=0)
    assert np.allclose(stretch / np.einsum("ik,ik->k", modes, bonds.hessian @ modes), eigenvalues, rtol=1e-8)


def test_unstressed_unit_springs_have_lambda_one(any_glass):
    bonds = Interactions.of(any_glass)
    eigenvalues, _ = full_pencil(bonds.unit_hessian, bonds.unit_hessian, any_glass.dimension)
    assert np.allclose(eigenvalues, 1.0, atol=1e-9)


def test_harmonic_spheres_of_stiffness_one(harmonic_glass):
    """phi'' = 1, and every bond is pushed: M = S^T S minus something positive, so lambda >= 1."""
    bonds = Interactions.of(harmonic_glass)
    assert np.allclose(bonds.derivatives[2], 1.0, rtol=1e-12)
    eigenvalues = diagonalise_bond_operator(harmonic_glass)["lambda"]
    assert eigenvalues.min() >= 1 - 1e-12 and eigenvalues.max() > 2


def test_the_trace(any_glass):
    """tr A = sum of all lambda = tr(M^+ S^T S)."""
    trace = np.trace(naive.pseudo_inverse(naive.hessian(any_glass), any_glass.dimension) @ naive.hessian(any_glass, unit=True))
    assert diagonalise_bond_operator(any_glass, vectors=1)["lambda"].sum() == pytest.approx(trace, rel=1e-9)


@pytest.mark.parametrize("vectors", [1, 7, 10_000])
def test_part_of_the_vectors(any_glass, vectors):
    """All eigenvalues, and the vectors of the largest: the same numbers by Lanczos as from everything."""
    whole, part = diagonalise_bond_operator(any_glass), diagonalise_bond_operator(any_glass, "full", vectors)
    assert np.allclose(part["lambda"], whole["lambda"], rtol=1e-8)
    for name in ("omega", "participation_force", "participation_displacement"):
        assert np.allclose(part[name][:vectors], whole[name][:vectors], rtol=1e-5)
        assert np.all(np.isnan(part[name][vectors:]))


@pytest.mark.parametrize("vectors", [1, 7, 60, 10_000])
def test_largest_alone(any_glass, vectors):
    whole, part = diagonalise_bond_operator(any_glass), diagonalise_bond_operator(any_glass, "largest", vectors)
    number = min(vectors, len(whole["lambda"]))
    assert np.array_equal(part["mode"], np.arange(number))
    for name in ("lambda", "omega", "participation_force", "participation_displacement"):
        assert len(part[name]) == number
        assert np.allclose(part[name], whole[name][:number], rtol=1e-5)
    assert np.allclose(part["lambda"], whole["lambda"][:number], rtol=1e-8)


def test_columns_are_those_of_the_table(any_glass):
    assert set(diagonalise_bond_operator(any_glass)) == set(names_of(BOND_OPERATOR.own))


@pytest.mark.parametrize(("spectrum", "vectors"), [("full", "all"), ("full", 3), ("largest", 3)])
def test_a_liquid_is_named(spectrum, vectors):
    with pytest.raises(SampleError, match="not a minimum"):
        diagonalise_bond_operator(liquid(poly(), 160, 1.3), spectrum, vectors)


def test_the_operator_is_never_formed(glass):
    """Less memory than that of A, bonds by bonds: the matrices have N d rows."""
    bonds = len(Interactions.of(glass).i)
    diagonalise_bond_operator(glass)
    tracemalloc.start()
    diagonalise_bond_operator(glass)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 8 * (3 * glass.particles) ** 2 < peak < 8 * bonds**2
