"""Eigenvalues of tridiagonal matrices against bisection (LAPACK's dstebz) and known ones; the way of a dense matrix to a band."""

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse as sp
from scipy.linalg import lapack
from vitrine.linalg import band, tridiagonal
from vitrine.linalg.lapack import lapack_routines
from vitrine.linalg.tridiagonal import SINGLY, tridiagonal_eigenvalues

SIZES = [1, 2, 3, SINGLY, SINGLY + 1, SINGLY + 2, 40, 150, 400]


def matrices(kind, size):
    rng = np.random.default_rng(size)
    diagonal, beside = rng.standard_normal(size), rng.standard_normal(size - 1)
    fading = 10.0 ** -np.linspace(0, 12, size)
    return {
        "random": (diagonal, beside),
        "in pieces": (diagonal, np.where(np.arange(size - 1) % 29 == 7, 0.0, beside)),
        "of zero diagonal": (np.zeros(size), beside),
        "graded down": (diagonal * fading, beside * fading[1:]),
        "graded up": ((diagonal * fading)[::-1], (beside * fading[1:])[::-1]),
        "of pairs": (np.abs(np.arange(size) - size // 2) * 1.0, np.ones(size - 1)),  # Wilkinson's W+: pairs closer than rounding
        "of a chain": (np.full(size, 2.0), np.full(size - 1, -1.0)),
        "almost diagonal": (np.round(diagonal), 1e-13 * beside),
        "small": (1e-200 * diagonal, 1e-200 * beside),
        "large": (1e200 * diagonal, 1e200 * beside),
        "diagonal": (diagonal, np.zeros(size - 1)),
        "zero": (np.zeros(size), np.zeros(size - 1)),
    }[kind]


@pytest.mark.parametrize("kind", ["random", "in pieces", "of zero diagonal", "graded down", "graded up", "of pairs", "of a chain", "almost diagonal"])
def test_against_bisection(kind):
    for size in SIZES:
        diagonal, beside = matrices(kind, size)
        values, expected = tridiagonal_eigenvalues(diagonal, beside), bisection(diagonal, beside)
        assert np.all(np.diff(values) >= 0), size
        assert np.allclose(values, expected, rtol=0, atol=rounding(expected)), size


def rounding(values):
    """What many rotations of a matrix with these eigenvalues leave."""
    return 3e-15 * np.sqrt(len(values)) * np.abs(values).max()


def bisection(diagonal, beside):
    if len(diagonal) == 1:
        return diagonal
    number, values, *_, trouble = lapack.dstebz(diagonal, beside, 0, 0.0, 0.0, 0, 0, 0.0, "E")
    assert number == len(diagonal) and not trouble
    return values[:number]


def test_a_chain_of_springs():
    for size in SIZES:
        expected = 2 - 2 * np.cos(np.pi * np.arange(1, size + 1) / (size + 1))
        assert np.allclose(tridiagonal_eigenvalues(*matrices("of a chain", size)), expected, rtol=0, atol=rounding(expected)), size


@pytest.mark.parametrize("kind", ["small", "large"])
def test_the_unit_does_not_matter(kind):
    diagonal, beside = matrices(kind, 150)
    unit = np.abs(diagonal).max()
    assert np.allclose(tridiagonal_eigenvalues(diagonal, beside) / unit, bisection(diagonal / unit, beside / unit), rtol=0, atol=1e-13)


@pytest.mark.parametrize("kind", ["diagonal", "zero"])
def test_diagonal_matrices_are_sorted(kind):
    for size in SIZES:
        diagonal, beside = matrices(kind, size)
        assert np.allclose(tridiagonal_eigenvalues(diagonal, beside), np.sort(diagonal), rtol=1e-15, atol=0), size


def test_arguments_are_left_alone():
    diagonal, beside = matrices("random", 60)
    kept = diagonal.copy(), beside.copy()
    tridiagonal_eigenvalues(diagonal, beside)
    assert np.array_equal(diagonal, kept[0]) and np.array_equal(beside, kept[1])


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize("size", [3, 60])
def test_numbers_that_are_none_are_refused(wrong, size):
    diagonal, beside = matrices("random", size)
    diagonal[1] = wrong
    with pytest.raises(np.linalg.LinAlgError, match="not finite"):
        tridiagonal_eigenvalues(diagonal, beside)


def test_patience_ends(monkeypatch):
    diagonal, beside = matrices("random", 60)
    monkeypatch.setattr(tridiagonal, "PATIENCE", 0)
    monkeypatch.setattr(tridiagonal, "_converge_singly", tridiagonal._converge_singly.py_func)
    for impatient in (tridiagonal._converge.py_func, tridiagonal._converge_singly):
        assert not impatient(diagonal.copy(), np.append(beside**2, 0.0))


def test_another_way_where_an_eigenvalue_does_not_come(monkeypatch):
    diagonal, beside = matrices("random", 60)
    monkeypatch.setattr(tridiagonal, "_converge", lambda diagonal, squares: False)
    expected = bisection(diagonal, beside)
    assert np.allclose(tridiagonal_eigenvalues(diagonal, beside), expected, rtol=0, atol=rounding(expected))
    monkeypatch.setattr(tridiagonal.lapack, "dsterf", lambda diagonal, beside: (diagonal, 7))
    with pytest.raises(np.linalg.LinAlgError, match="dsterf ended with 7"):
        tridiagonal_eigenvalues(diagonal, beside)


@pytest.mark.skipif(lapack_routines() is None, reason="scipy's LAPACK cannot be reached")
@pytest.mark.parametrize("kind", ["full", "sparse", "diagonal", "of rank one"])
def test_a_band_has_the_eigenvalues_of_its_matrix(kind, monkeypatch):
    monkeypatch.setattr(band, "BAND", 5)
    monkeypatch.setattr(band, "TOGETHER", 17)
    for size in (12, 13, 60, 61, 150):
        rng = np.random.default_rng(size)
        sparse = sp.random_array((size, size), density=0.1, rng=rng, format="csr")
        matrix = {
            "full": rng.standard_normal((size, size)),
            "sparse": sparse.toarray(),
            "diagonal": np.diag(rng.standard_normal(size)),
            "of rank one": np.ones((size, size)),
        }[kind]
        matrix = matrix + matrix.T
        expected = np.linalg.eigvalsh(matrix)
        for rare in (None, sp.csc_array(matrix)):
            lower = np.asfortranarray(np.tril(matrix))
            diagonals = band._band(lower.copy(order="F"), lapack_routines(), rare)
            assert np.allclose(scipy.linalg.eig_banded(diagonals, lower=True, eigvals_only=True), expected, rtol=0, atol=1e-13 * size), size
            three = band.tridiagonal_by_band(lower, lapack_routines(), rare)
            assert np.allclose(tridiagonal_eigenvalues(*three), expected, rtol=0, atol=1e-13 * size), size
