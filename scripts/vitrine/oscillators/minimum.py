"""Minima of coupled anharmonic oscillators and their modes (004 eqs. 2, 10).

    U = sum_i [k_i x_i^2/2 + x_i^4/24 - h x_i] + sum_{i<j} J_ij x_i x_j,     H_ij = (k_i + x_i^2/2) delta_ij + J_ij

L-BFGS comes down from the start, Newton's steps with a Cholesky factor of H go on to rounding; that the last factor exists is the proof of a minimum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse.linalg as spla
from scipy.linalg import lapack
from scipy.optimize import minimize

from vitrine.errors import SampleError
from vitrine.linalg.dense import symmetric_eigenvalues
from vitrine.linalg.spectra import lanczos, start_vector
from vitrine.oscillators.couplings import Couplings

TOLERANCE = 1e-12  # of the largest force, in units of the largest of its parts
COARSE = 1e-7  # ... at which Newton's steps begin
NEAR = 1e-5  # ... that is near enough for them, where the energy's last digit stops L-BFGS before
HISTORY = 20  # steps that L-BFGS keeps
CLOSER = 4  # times that L-BFGS goes on by a factor 10 where H has a negative mode still
STEPS = 30
LEAST = 1e-6  # of a force, where the anharmonicity is 1
WHOLE = 1000  # oscillators up to which all eigenvalues take less than twenty by Lanczos: 0.08 s at 1000


@dataclass(frozen=True)
class System:
    """Oscillators: stiffnesses (N,), their couplings, and the field h."""

    stiffnesses: np.ndarray
    couplings: Couplings
    field: float = 0.0

    @property
    def size(self) -> int:
        """N."""
        return len(self.stiffnesses)

    def energy_and_gradient(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        """U and its gradient (N,) at x (N,)."""
        pull = self.couplings.product(x)
        own = self.stiffnesses * x + x**3 / 6
        energy = (self.stiffnesses * x**2 / 2 + x**4 / 24 - self.field * x + pull * x / 2).sum()
        return float(energy), own + pull - self.field

    def scale(self, x: np.ndarray) -> float:
        """The largest part of a force at x; of oscillators that all come to rest at 0, `LEAST`."""
        return float(max(np.abs(self.stiffnesses * x).max(), np.abs(x**3 / 6).max(), self.field, LEAST))

    def hessian(self, x: np.ndarray) -> np.ndarray:
        """H (N, N) in Fortran order, its lower triangle."""
        return self.couplings.matrix(self.stiffnesses + x**2 / 2)


@dataclass(frozen=True)
class Minimum:
    """A minimum: x (N,), U, the largest force in units of its largest part, steps of L-BFGS and of Newton, and the Cholesky factor of H there, in
    LAPACK's rectangular full packed format (N (N + 1)/2,)."""

    x: np.ndarray
    energy: float
    residual: float
    iterations: int
    newton_steps: int
    factor: np.ndarray


def find_minimum(system: System, start: np.ndarray, iterations: int = 20_000) -> Minimum:
    """The minimum into which `start` (N,) runs. Raises SampleError where it is none, or is not reached.

    A start at a stationary point that is no minimum, as x = 0 without a field, is a SampleError too.
    """
    x, taken = np.array(start, dtype=float), 0
    for closer in range(CLOSER):
        x, steps = _descend(system, x, COARSE * 0.1**closer, iterations - taken)
        taken += steps
        factor = _factor(system, x)
        if factor is not None:
            break
    else:
        raise SampleError(
            "not a minimum: the Hessian has a negative mode where the forces vanish; without a field x = 0 is no start, take a random one"
        )
    _, gradient = system.energy_and_gradient(x)
    for step in range(1, STEPS + 1):
        x = x - _solved(factor, gradient)
        energy, gradient = system.energy_and_gradient(x)
        residual = float(np.abs(gradient).max() / system.scale(x))
        if residual <= TOLERANCE:
            factor = None  # it has N^2/2 numbers: never two of them at once
            factor = _factor(system, x)
            if factor is None:
                break
            return Minimum(x, energy, residual, taken, step, factor)
    raise SampleError(f"Newton's steps do not converge: the largest force is {residual:.1e} of its largest part after {step}")


def _descend(system: System, x: np.ndarray, tolerance: float, iterations: int) -> tuple[np.ndarray, int]:
    """x where the forces are below the tolerance, by L-BFGS, and its iterations."""
    _, gradient = system.energy_and_gradient(x)
    if np.abs(gradient).max() <= tolerance * system.scale(x):
        return x, 0
    aim = tolerance * max(system.scale(x), np.abs(gradient).max())
    options = {"maxcor": HISTORY, "maxiter": max(iterations, 1), "maxfun": 2 * max(iterations, 1), "gtol": aim, "ftol": 0.0, "maxls": 40}
    found = minimize(system.energy_and_gradient, x, jac=True, method="L-BFGS-B", options=options)
    left = float(np.abs(found.jac).max()) / max(system.scale(found.x), system.scale(x))
    if not left <= NEAR:
        raise SampleError(
            f"the start does not converge: L-BFGS leaves a force of {left:.1e} of its largest part after {found.nit} iterations; "
            "a smaller coupling, or more iterations, are allowed"
        )
    return found.x, int(found.nit)


def _factor(system: System, x: np.ndarray) -> np.ndarray | None:
    """The lower Cholesky factor of H, packed; None where H is not positive definite."""
    packed = system.couplings.packed(system.stiffnesses + x**2 / 2)
    factor, trouble = lapack.dpftrf(system.size, packed, transr="N", uplo="L", overwrite_a=1)
    return None if trouble else factor


def _solved(factor: np.ndarray, force: np.ndarray) -> np.ndarray:
    """H^-1 force (N,) by the packed factor."""
    return lapack.dpftrs(len(force), factor, force, transr="N", uplo="L")[0].ravel()


def lowest_modes(system: System, minimum: Minimum, number: int) -> tuple[np.ndarray, np.ndarray]:
    """The `number` lowest eigenvalues of H, ascending, and their vectors (N, number), by Lanczos with H^-1. Raises SampleError where that fails."""

    def response(force: np.ndarray) -> np.ndarray:
        return _solved(minimum.factor, np.ravel(force))

    inverse = spla.LinearOperator((system.size, system.size), matvec=response, dtype=float)
    softness, vectors = lanczos(inverse, number, v0=start_vector(system.size))
    order = np.argsort(-softness)
    return 1 / softness[order], vectors[:, order]


def all_stiffnesses(system: System, minimum: Minimum) -> np.ndarray:
    """All N eigenvalues of H, ascending."""
    return symmetric_eigenvalues(system.hessian(minimum.x))


def participation(vectors: np.ndarray) -> np.ndarray:
    """e = (sum v^2)^2/(N sum v^4) of vectors as columns (N, k)."""
    return (vectors**2).sum(axis=0) ** 2 / (len(vectors) * (vectors**4).sum(axis=0))


def modes_of(system: System, minimum: Minimum, modes: int | str) -> tuple[np.ndarray, np.ndarray]:
    """Stiffnesses of the lowest modes, ascending, and their participation ratios.

    The whole spectrum is taken where it is asked for, and where that is the faster way; then the softest mode alone has a participation ratio.
    """
    number = system.size if modes == "all" else min(modes, system.size)
    if number > system.size // 4 or system.size <= WHOLE:
        stiffness, share = all_stiffnesses(system, minimum)[:number], np.full(number, np.nan)
        share[:1] = participation(lowest_modes(system, minimum, 1)[1])
        return stiffness, share
    stiffness, vectors = lowest_modes(system, minimum, number)
    return stiffness, participation(vectors)


def rows_of(system: System, minimum: Minimum, modes: int | str, **further: float) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The columns `MINIMUM` of a minimum with further ones, and the columns `MODES` (columns.py) of its lowest modes."""
    stiffness, share = modes_of(system, minimum, modes)
    row = {
        "energy": minimum.energy / system.size,
        "square": np.mean(minimum.x**2),
        "omega_softest": np.sqrt(stiffness[0]),
        "core_softest": share[0] * system.size,
        "residual": minimum.residual,
        "iterations": minimum.iterations,
        "newton_steps": minimum.newton_steps,
        **further,
    }
    columns = {"mode": np.arange(len(stiffness)), "omega": np.sqrt(stiffness), "participation": share}
    return {name: np.array([value]) for name, value in row.items()}, columns
