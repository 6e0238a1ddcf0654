r"""A glass at a minimum under strain, and the step to the next strain on the same branch of minima.

    x -> (1 + dg E) x,   E = e_a e_b^T of the plane ab;    the box likewise, so that a cubic one becomes [[L, g L], [0, L]]
    stress sigma = (1/V) dU/dg = (1/V) sum_b phi' n.E R;    modulus d sigma/dg = U''/V - Xi.H^+.Xi/V
    predictor dx = -H^+ Xi dg, then Newton: dx = H^+ F

Since E E = 0 strains add up, and dU/dg has one formula at every strain. A tilted box is folded back where its tilt exceeds one half: the lattice
stays the same, and so does every energy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.interactions.strains import affine_stiffness, deformed, strain_forces
from vitrine.landscape.rest import at_rest, brought_to_rest
from vitrine.linalg import Factor, lowest_modes
from vitrine.linalg.solve import order_of
from vitrine.nonlinear.contractions import Contractions
from vitrine.samples import Sample

REACH = 0.1  # longest displacement of a particle in one predictor [a0]
ASTRAY = 0.5  # what Newton steps may add to a predictor, as a share of its length
UNBALANCED = 0.01  # share of V G dg^2 by which the energy may differ from the work that was done; beyond it something gave way within the step


def simple_shear(plane: str, dimension: int) -> np.ndarray:
    """E (d, d) of the simple shear x_a -> x_a + g x_b in the plane `ab`. Raises SampleError for a plane that the space has not."""
    known = ["".join(pair) for pair in combinations("xyz"[:dimension], 2)]
    if plane not in known:
        raise SampleError(f"plane is {plane}: in {dimension} dimensions allowed {'are ' + ', '.join(known) if len(known) > 1 else 'is ' + known[0]}")
    strain = np.zeros((dimension, dimension))
    strain["xyz".index(plane[0]), "xyz".index(plane[1])] = 1.0
    return strain


@dataclass(frozen=True)
class Strained:
    """A minimum under strain: its strain g, the direction E (d, d), bonds, and the factorised Hessian.

    order: in which particles are eliminated (linalg.solve.order_of). It is that of the first state of a branch.
    """

    strain: float
    direction: np.ndarray
    bonds: Interactions
    factor: Factor
    order: Callable[[], np.ndarray]

    @classmethod
    def of(
        cls, sample: Sample, strain: float, direction: np.ndarray, solver: str = "auto", order: Callable[[], np.ndarray] | None = None
    ) -> Strained:
        """A sample near a minimum, brought to rest by Newton steps, in an order of its own where none is given.

        Raises SampleError where that is no minimum, or they do not come to rest.
        """
        order = order or order_of(Interactions.of(sample))
        return cls(strain, direction, *at_rest(sample, order, solver), order)

    @property
    def sample(self) -> Sample:
        """The sample at rest."""
        return self.bonds.sample

    @property
    def energy(self) -> float:
        """U [epsilon]."""
        return self.bonds.energy

    @property
    def stress(self) -> float:
        """sigma = (1/V) dU/dg [epsilon/lambda_min^d]."""
        vectors = self.bonds.vectors
        along = np.einsum("bi,bi->b", self.bonds.directions, vectors @ self.direction.T)
        return float(self.bonds.derivatives[1] @ along / self.sample.volume)

    @cached_property
    def forces(self) -> np.ndarray:
        """Xi (N d,)."""
        return strain_forces(self.bonds, self.direction[None])[:, 0]

    @cached_property
    def response(self) -> np.ndarray:
        """H^+ Xi (N d,): minus the non-affine displacement per unit strain."""
        return self.factor.solve(self.forces)

    @cached_property
    def modulus(self) -> float:
        """d sigma/dg along the branch [epsilon/lambda_min^d]."""
        return float(affine_stiffness(self.bonds, self.direction[None])[0] - self.forces @ self.response / self.sample.volume)

    @cached_property
    def _softest(self) -> tuple[float, np.ndarray, float]:
        """lambda_1, its eigenvector and b3 of that, which the vector's sign makes not negative."""
        stiffness, modes = lowest_modes(self.bonds.hessian, self.sample.dimension, 1, self.factor)
        mode = modes[:, 0]
        b3 = float(mode @ Contractions(self.bonds).cubic(mode))
        return (float(stiffness[0]), mode, b3) if b3 >= 0 else (float(stiffness[0]), -mode, -b3)

    @property
    def softest(self) -> tuple[float, np.ndarray]:
        """lambda_1 [epsilon/lambda_min^2] and its eigenvector (N d,), whose b3 is not negative."""
        return self._softest[:2]

    @property
    def softening(self) -> float:
        """b3 F of the softest mode, F = Xi.Psi: lambda_1^2 falls by 2 b3 F dg where this mode makes the response (004, eq. 21)."""
        _, mode, b3 = self._softest
        return b3 * float(mode @ self.forces)

    @property
    def distance(self) -> float:
        """lambda_1^2/(2 |b3 F|): the strain at which lambda_1 would vanish, if it fell, from here."""
        return self.softest[0] ** 2 / (2 * max(abs(self.softening), 1e-300))

    def advanced(self, step: float, solver: str = "auto") -> Strained | None:
        """The minimum at a strain that is larger by `step`, on the same branch; None where the branch is lost.

        It is where the predictor is large, the Hessian is not positive definite on the way, Newton steps lead far from the predictor, or the energy
        is not that of the work that was done.
        """
        predictor = -step * self.response
        if np.linalg.norm(predictor.reshape(-1, self.sample.dimension), axis=1).max() > REACH * self.sample.spacing:
            return None
        affine = deformed(self.sample, step * self.direction)
        guess = affine.moved(affine.positions + predictor.reshape(affine.positions.shape))
        try:
            found = brought_to_rest(guess, self.order, solver, ASTRAY * np.linalg.norm(predictor))
        except SampleError:
            return None
        there = None if found is None else Strained(self.strain + step, self.direction, *found, self.order)
        return there if there is not None and self.balances(there) else None

    def balances(self, other: Strained) -> bool:
        """Whether U of the other state is that of this one and the work from here to there, by the trapezoid with the ends' moduli."""
        step, volume = other.strain - self.strain, self.sample.volume
        work = volume * (0.5 * step * (self.stress + other.stress) + step**2 / 12 * (self.modulus - other.modulus))
        allowed = UNBALANCED * volume * step**2 * max(abs(self.modulus), abs(other.modulus))
        return abs(other.energy - self.energy - work) <= allowed + 1e-14 * np.sum(np.abs(self.bonds.derivatives[0]))
