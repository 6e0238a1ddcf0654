r"""How a glass softens on its way to a plastic instability, and which mode does it (004, sec. IV H and Fig. 12).

The glass is sheared to its first instability at g_c. There lambda_1 of the softest harmonic mode vanishes as (g_c - g)^(1/2). At the last state
before it that mode is the instability's own. A cubic mode pi is followed from it *backwards*, state by state, each time from the one before:
H pi = (b2/b3) U3:pi pi is solved by the preconditioned descent of nonlinear/modes.py, since the bare map oscillates (recipes, section 4).

    d b2/dg = -b3 F/b2,   F = Xi.pi    (004, eq. 21; to leading order), so that d b2^2/dg = -2 b3 F

b2^2 is linear in g near g_c, and differences of it between two states are compared with the mean of -2 b3 F.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitrine.errors import SampleError
from vitrine.landscape.quasistatic import Drop, Protocol, sheared_states
from vitrine.landscape.strained import Strained
from vitrine.linalg.participation import participation_ratio
from vitrine.nonlinear.contractions import Contractions
from vitrine.nonlinear.modes import nonlinear_modes
from vitrine.samples import Sample

APART = 1.3  # least factor between the distances of two states that are kept, unless
FAR = 2e-3  # ... they lie so far apart in strain
LOST = 0.7  # overlap with the mode at the state before, below which a mode is no longer followed


@dataclass(frozen=True)
class Kept:
    """A state on the way, without its factorisation: strain, sample, and lambda_1 with its mode (N d,)."""

    strain: float
    sample: Sample
    stiffness: float
    mode: np.ndarray


@dataclass(frozen=True)
class Approach:
    """The way to the first instability: its states by rising strain, the first one at zero strain; g_c; and the drop itself."""

    states: list[Kept]
    critical: float
    drop: Drop

    @property
    def distances(self) -> np.ndarray:
        """g_c - g of the states."""
        return self.critical - np.array([state.strain for state in self.states])


def approach(sample: Sample, protocol: Protocol) -> Approach:
    """Shear a glass to its first instability. Raises SampleError where it has none up to the protocol's strain."""
    states: list[Kept] = []
    for one in sheared_states(sample, protocol):
        if isinstance(one, Drop):
            critical = _critical(*states[-2:]) if len(states) > 1 else one.critical
            return Approach(_thinned(states, critical), critical, one)
        states.append(Kept(one.strain, one.sample, *one.softest))
    raise SampleError(f"no instability up to a strain of {protocol.strain:g}")


def _critical(first: Kept, second: Kept) -> float:
    """g_c by lambda_1^2 of the last two states, which falls in proportion to the distance."""
    squares = first.stiffness**2, second.stiffness**2
    return second.strain + (second.strain - first.strain) * squares[1] / (squares[0] - squares[1])


def _thinned(states: list[Kept], critical: float) -> list[Kept]:
    """States whose distances to g_c differ enough, from the last one on; the first one stays."""
    chosen = [states[-1]]
    for state in reversed(states[:-1]):
        near = critical - chosen[-1].strain
        if critical - state.strain >= min(APART * near, near + FAR):
            chosen.append(state)
    if chosen[-1].strain > 0:
        chosen.append(states[0])
    return chosen[::-1]


@dataclass(frozen=True)
class Followed:
    """The cubic mode at a state: b2, b3, b4, F = Xi.pi, its direction (N d,), participation ratio, residual, and the solves that it took."""

    b2: float
    b3: float
    b4: float
    coupling: float
    mode: np.ndarray
    participation: float
    residual: float
    solves: int


def followed(way: Approach, solver: str = "auto") -> list[Followed | None]:
    """The cubic mode at every state of the way, followed backwards from the instability's mode; None from where it is lost."""
    found: list[Followed | None] = []
    mode, branch = way.states[-1].mode, way.drop.before
    for state in reversed(way.states):
        one = _at(state, branch, mode, solver)
        if one is None:
            break
        found.append(one)
        mode = one.mode
    return [*found, *[None] * (len(way.states) - len(found))][::-1]


def _at(state: Kept, branch: Strained, start: np.ndarray, solver: str) -> Followed | None:
    """The cubic mode to which the descent from `start` leads; None where it is another one. branch: a state of it, for direction and order."""
    here = Strained.of(state.sample, state.strain, branch.direction, solver, branch.order)
    contractions = Contractions(here.bonds)
    ended = nonlinear_modes(contractions, here.factor, start[:, None], "cubic")
    if ended.flag[0]:
        return None
    mode = ended.vectors[:, 0]
    mode = mode if mode @ start >= 0 else -mode
    if mode @ start < LOST:
        return None
    b2, b3, b4 = (float(one[0]) for one in contractions.orders(mode[:, None]))
    shape = participation_ratio(mode[:, None], here.sample.dimension)[0]
    return Followed(b2, b3, b4, float(here.forces @ mode), mode, float(shape), float(ended.residual[0]), int(ended.solves[0]))
