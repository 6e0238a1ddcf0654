"""Factorisations of a symmetric positive definite sparse matrix behind one interface, by whichever library is present.

A solver has a `name`; built from a matrix (n, n) it solves for right-hand sides of shape (n,) or (n, k). Where its library says that the matrix is
not positive definite it raises Indefinite; `pivots`, those of L D L^T, are there where the library gives them, else None.
"""

from __future__ import annotations

import importlib
import os
import weakref
from functools import cache

import numpy as np
import scipy.linalg
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from vitrine.errors import InputError

DENSE_LIMIT = 1000  # unknowns below which dense Cholesky is faster than any sparse factorisation


class Indefinite(Exception):
    """The matrix is not positive definite."""


class Dense:
    """Cholesky of the full matrix by LAPACK."""

    name = "dense Cholesky (LAPACK)"

    def __init__(self, matrix: sp.csc_array) -> None:
        try:
            self.factor = scipy.linalg.cholesky(matrix.toarray(order="F"), lower=True, overwrite_a=True, check_finite=False)
        except np.linalg.LinAlgError as error:
            raise Indefinite from error
        self.pivots = np.diag(self.factor) ** 2

    def solve(self, forces: np.ndarray) -> np.ndarray:
        """matrix^-1 forces."""
        return scipy.linalg.cho_solve((self.factor, True), forces, check_finite=False)


class SuperLU:
    """scipy's SuperLU without pivoting: the LU of a symmetric matrix is L D L^T, with as many negative pivots as negative eigenvalues (Sylvester).

    order: the unknowns in the order of elimination (n,); by default minimum degree: at N = 2000 half as long again, at 8000 twice as long.
    """

    name = "sparse LU (SuperLU)"

    def __init__(self, matrix: sp.csc_array, order: np.ndarray | None = None) -> None:
        if order is not None:
            matrix = matrix[order][:, order]
        self._order = slice(None) if order is None else order
        how = "MMD_AT_PLUS_A" if order is None else "NATURAL"
        try:
            self._factor = spla.splu(matrix, permc_spec=how, diag_pivot_thresh=0.0, options={"SymmetricMode": True})
        except RuntimeError as error:  # a pivot is exactly zero
            raise Indefinite from error
        self.pivots = self._factor.U.diagonal()

    def solve(self, forces: np.ndarray) -> np.ndarray:
        """matrix^-1 forces."""
        solution = np.empty(forces.shape)
        solution[self._order] = self._factor.solve(forces[self._order])
        return solution


class Cholmod:
    """Supernodal Cholesky of SuiteSparse, through scikit-sparse, which solves for many right-hand sides at once."""

    name = "sparse Cholesky (CHOLMOD)"
    pivots = None  # scikit-sparse would copy the whole factor for them

    def __init__(self, matrix: sp.csc_array) -> None:
        from sksparse import cholmod

        try:
            self.solve = cholmod.cholesky(sp.csc_matrix(matrix), mode="supernodal")
        except cholmod.CholmodNotPositiveDefiniteError as error:
            raise Indefinite from error


class Cvxopt:
    """The same through cvxopt, a wheel, which solves for one right-hand side after the other.

    order: the unknowns in the order of elimination (n,); by default minimum degree: at N = 2000 half as long again, at 16,000 three times as long.
    """

    name = "sparse Cholesky (CHOLMOD of cvxopt)"

    def __init__(self, matrix: sp.csc_array, order: np.ndarray | None = None) -> None:
        from cvxopt import cholmod, spmatrix
        from cvxopt import matrix as column

        self._column, self._library = column, cholmod
        lower = sp.tril(matrix, format="coo")
        stored = spmatrix(column(lower.data), column(lower.row.astype(int)), column(lower.col.astype(int)), matrix.shape)
        del lower
        self._factor = cholmod.symbolic(stored) if order is None else cholmod.symbolic(stored, p=column(order.astype(int)))
        try:
            cholmod.numeric(stored, self._factor)
        except ArithmeticError as error:
            raise Indefinite from error
        self.pivots = np.ravel(cholmod.diag(self._factor)) ** 2

    def solve(self, forces: np.ndarray) -> np.ndarray:
        """matrix^-1 forces."""
        solution = self._column(forces, tc="d")
        self._library.solve(self._factor, solution)
        return np.array(solution).reshape(forces.shape)


class Pardiso:
    """Cholesky of Intel MKL, through pypardiso."""

    name = "sparse Cholesky (Pardiso)"
    pivots = None
    _POSITIVE_DEFINITE = 2  # Pardiso's number for this type of matrix, of which it reads the upper triangle

    def __init__(self, matrix: sp.csc_array) -> None:
        from pypardiso import PyPardisoSolver
        from pypardiso.pardiso_wrapper import PyPardisoError

        self._upper = sp.csr_matrix(sp.triu(matrix))
        self._upper.sort_indices()
        self._library = PyPardisoSolver(mtype=self._POSITIVE_DEFINITE)
        weakref.finalize(self, self._library.free_memory, everything=True).atexit = False  # the factor's memory is not Python's
        try:
            self._library.factorize(self._upper)
        except (PyPardisoError, ValueError) as error:  # ValueError: an empty row
            raise Indefinite from error

    def solve(self, forces: np.ndarray) -> np.ndarray:
        """matrix^-1 forces."""
        return self._library.solve(self._upper, forces)


Solver = Dense | Cholmod | Cvxopt | Pardiso | SuperLU
SOLVERS = {"dense": Dense, "cholmod": Cholmod, "cvxopt": Cvxopt, "pardiso": Pardiso, "scipy": SuperLU}
FASTEST_FIRST = ("cholmod", "cvxopt", "pardiso", "scipy")  # of the sparse ones; measured from N = 256 to 16,000
PACKAGES = {"cholmod": "scikit-sparse", "cvxopt": "cvxopt", "pardiso": "pypardiso"}


@cache
def is_present(solver: str) -> bool:
    """Whether the library behind a name of SOLVERS can be used here."""
    try:
        if solver == "pardiso":
            library = importlib.import_module("pypardiso").PyPardisoSolver().libmkl
            os.environ.setdefault("PYPARDISO_MKL_RT", library._name)  # it searches the disk for MKL, 0.2 s each time, where it is not told
        elif solver == "cholmod":
            importlib.import_module("sksparse.cholmod").cholesky  # noqa: B018
        elif solver == "cvxopt":
            importlib.import_module("cvxopt.cholmod")
    except (ImportError, OSError, AttributeError):
        return False
    return True


def chosen_solver(solver: str, unknowns: int) -> type:
    """The class behind `solver` (auto, or a name of SOLVERS) for so many unknowns. Raises InputError where the library asked for is absent."""
    if solver not in ("auto", *SOLVERS):
        raise InputError(f"solver is {solver}: allowed are {', '.join(['auto', *SOLVERS])}")
    if solver == "auto":
        return Dense if unknowns <= DENSE_LIMIT else SOLVERS[next(filter(is_present, FASTEST_FIRST))]
    if not is_present(solver):
        present = ", ".join(["auto", *filter(is_present, SOLVERS)])
        raise InputError(f"config key linear_algebra.solver is {solver}: {PACKAGES[solver]} cannot be used here; allowed are {present}")
    return SOLVERS[solver]
