"""Eigenproblems of a periodic solid: H u = omega^2 m u, and the pencil (S^T S) D = lambda M D of the bond operator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from vitrine.errors import SampleError
from vitrine.linalg.dense import symmetric_eigenpairs, symmetric_eigenvalues
from vitrine.linalg.gpu import chosen_device
from vitrine.linalg.masses import dynamical_matrix, weighted
from vitrine.linalg.pencil import reduced_pencil
from vitrine.linalg.solve import Factor, grounded, held_unknowns, without_translation

CONVERGED = 1e-12  # relative error at which Lanczos stops
ALIKE = 1e-9  # relative difference below which two eigenvalues are copies of one
COPIES = 4  # that are looked for at once
ZERO = 1e-9  # a stiffness below this fraction of the mean one is a zero mode


def start_vector(size: int) -> np.ndarray:
    """The fixed start vector of every Lanczos run: results must not depend on the moment."""
    return np.random.default_rng(1).standard_normal(size)


def lanczos(operator: object, number: int, **options: object) -> tuple[np.ndarray, np.ndarray]:
    """The `number` largest eigenvalues of a symmetric operator. Raises SampleError where Lanczos does not converge."""
    size = operator.shape[0]
    try:
        return spla.eigsh(operator, k=number, which="LA", ncv=min(size - 1, max(5 * number // 2, 20)), tol=CONVERGED, **options)
    except spla.ArpackNoConvergence as error:
        raise SampleError(f"Lanczos found {len(error.eigenvalues)} of {number} modes: more of them are alike than it can tell apart") from error


def full_spectrum(
    hessian: sp.csc_array, dimension: int, vectors: bool = False, device: str = "cpu", masses: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray | None]:
    """All N d - d stiffnesses omega^2, ascending, and with `vectors` the modes as columns (N d, N d - d); the d translations are left out.

    device: cpu, gpu or auto. masses (N,): those of the particles, None where all are one; the modes are then the mass-weighted e = m^(1/2) u, which
    are orthonormal (masses.py). Raises SampleError where there are not exactly d zero modes or any is negative, InputError where a GPU is asked for
    that is absent.
    """
    hessian = dynamical_matrix(hessian, dimension, masses)
    gpu = chosen_device(device, hessian.shape[0])
    if gpu is not None:
        stiffness, modes = gpu.spectrum(hessian, vectors)
    elif vectors:
        stiffness, modes = symmetric_eigenpairs(hessian.toarray(order="F"))
    else:
        stiffness, modes = symmetric_eigenvalues(hessian.toarray(order="F"), hessian), None
    zero = np.abs(stiffness) < ZERO * np.mean(stiffness)
    if np.any(stiffness[~zero] < 0):
        raise SampleError(f"not a minimum: {np.sum(stiffness[~zero] < 0)} negative modes")
    if zero.sum() != dimension:
        raise SampleError(f"not a rigid minimum: {zero.sum()} zero modes, expected the {dimension} translations")
    return stiffness[dimension:], None if modes is None else modes[:, dimension:]


def lowest_modes(
    hessian: sp.csc_array, dimension: int, number: int, factor: Factor | None = None, masses: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The `number` softest stiffnesses omega^2, ascending, and their modes as columns (N d, number), by Lanczos with H^+.

    factor: of the Hessian, whatever the masses. masses (N,): as for `full_spectrum`; H^+ becomes D^+ = P m^(1/2) H^+ m^(1/2) P, P the projector off
    the translations. Raises SampleError where the state is no minimum, or softer than zero within rounding.
    """
    factor = factor or Factor(hessian, dimension)
    size, roots = hessian.shape[0], None if masses is None else np.sqrt(np.repeat(masses, dimension))

    def response(force: np.ndarray) -> np.ndarray:
        if masses is None:
            return factor.solve(np.ravel(force))
        balanced = without_translation(np.ravel(force), dimension, masses)
        return weighted(factor.solve(roots * balanced)[:, None], dimension, masses).ravel()

    inverse = spla.LinearOperator((size, size), matvec=response, dtype=float)
    start = without_translation(start_vector(size), dimension, masses)
    softness, modes = _with_missed_copies(inverse, *lanczos(inverse, number, v0=start), dimension, masses)
    order = np.argsort(-softness)
    stiffness = 1 / softness[order]
    if stiffness[0] < ZERO * dynamical_matrix(hessian, dimension, masses).diagonal().mean():
        raise SampleError(f"not a rigid minimum: more than the {dimension} translations are zero modes")
    return stiffness, modes[:, order]


def _with_missed_copies(
    operator: spla.LinearOperator, values: np.ndarray, vectors: np.ndarray, dimension: int, masses: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """The largest eigenvalues that Lanczos found and their vectors, or as many with copies of degenerate ones that it passed over.

    Started from one vector, Lanczos sees copies by rounding alone. Where two values are alike, as in crystals, the rest of the space is searched for
    larger ones than the smallest found, until there is none.
    """
    number, turn, ordered = len(values), 0, np.sort(values)
    at_once = min(COPIES, len(vectors) - dimension - number - 1)
    while at_once > 0 and np.any(np.diff(ordered) < ALIKE * ordered[1:]):
        turn += 1

        def beyond(x: np.ndarray, known: np.ndarray = vectors) -> np.ndarray:
            y = operator.matvec(x - known @ (known.T @ x))
            return y - known @ (known.T @ y)

        start = without_translation(np.random.default_rng([1, turn]).standard_normal(len(vectors)), dimension, masses)
        rest = spla.LinearOperator(operator.shape, matvec=lambda x: beyond(np.ravel(x)), dtype=float)
        more, others = lanczos(rest, at_once, v0=beyond(start))
        missed = more > ordered[0] * (1 + ALIKE)
        if not np.any(missed):
            break
        values, vectors = np.concatenate([values, more[missed]]), np.column_stack([vectors, others[:, missed]])
        kept = np.argsort(-values)[:number]
        values, vectors = values[kept], vectors[:, kept]
        ordered = np.sort(values)
    return values, vectors


def full_pencil(
    unit: sp.csc_array,
    hessian: sp.csc_array,
    dimension: int,
    vectors: bool = False,
    blocks: Callable[[], list[np.ndarray]] | None = None,
    device: str = "cpu",
) -> tuple[np.ndarray, np.ndarray | None]:
    """All N d - d eigenvalues lambda of (S^T S) D = lambda M D, descending, and with `vectors` the D as columns (N d, N d - d), D.M.D = 1.

    blocks() gives those of `dissected`, which save the CPU most of the work before the eigenvalues; a GPU does not ask. device: cpu, gpu or auto.
    Both forms are blind to translations, so holding the first particle is exact. Raises SampleError where M is not that of a minimum, InputError
    where a GPU is asked for that is absent.
    """
    gpu = chosen_device(device, hessian.shape[0])
    unit, hessian = grounded(unit, dimension), grounded(hessian, dimension)
    if gpu is not None:
        eigenvalues, held = gpu.pencil(unit, hessian, vectors)
    else:
        particles = blocks() if blocks else [np.arange(hessian.shape[0] // dimension + 1)]
        matrix, factor = reduced_pencil(unit, hessian, [held_unknowns(block, dimension) for block in particles], vectors)
        if vectors:
            eigenvalues, y = symmetric_eigenpairs(matrix)
            del matrix  # whose memory is as much as the vectors'
            held = factor.displacements(y)
            del y
        else:
            eigenvalues, held = symmetric_eigenvalues(matrix), None
    if held is None:
        return eigenvalues[::-1], None
    modes = np.zeros((len(held) + dimension, held.shape[1]))
    modes[dimension:] = held[:, ::-1]
    del held
    return eigenvalues[::-1], without_translation(modes, dimension)


def largest_pencil(
    unit: sp.csc_array, hessian: sp.csc_array, dimension: int, number: int, factor: Factor | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The `number` largest eigenvalues of the pencil, descending, and their D as columns (N d, number), by Lanczos in the metric of M."""
    factor = factor or Factor(hessian, dimension)
    a, b = grounded(unit, dimension), grounded(hessian, dimension)
    inverse = spla.LinearOperator(b.shape, matvec=lambda f: factor.solve_grounded(np.ravel(f)), dtype=float)
    eigenvalues, held = lanczos(a, number, M=b, Minv=inverse, v0=start_vector(b.shape[0]))
    order = np.argsort(-eigenvalues)
    modes = np.zeros((hessian.shape[0], number))
    modes[dimension:] = held[:, order]
    return eigenvalues[order], without_translation(modes, dimension)
