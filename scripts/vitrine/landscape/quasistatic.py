r"""Athermal quasistatic shear: from minimum to minimum, through plastic instabilities (004, sec. IV H; Maloney and Lemaitre, PRE 74, 016118).

A branch of minima ends at a strain g_c, where its softest mode loses its stiffness as lambda_1 ~ (g_c - g)^(1/2). On the branch a step is the
predictor and Newton's corrections (strained.py). Its length is a part of the distance at which lambda_1 would vanish, and it is halved where the
branch is lost. Where that happens within `resolution`, the branch has ended: the particles are minimised at the strain beyond, and what they do is a
drop. Its g_c is bracketed by the last strain on the branch and the first one beyond.

With `fixed` steps the length is always the same; a drop is then bracketed to no more than that step, and several may fall into one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vitrine.errors import SampleError
from vitrine.interactions.strains import deformed
from vitrine.landscape.strained import Strained, simple_shear
from vitrine.linalg.participation import participation_ratio
from vitrine.preparation.minimise import minimise
from vitrine.samples import Sample

PART = 0.3  # of the distance at which lambda_1 would vanish: one step
ELSEWHERE = 1e-2  # displacement |dx| beyond which the end of a step forth and back is another minimum [a0]
MOST_STEPS = 100_000
MOST_ATTEMPTS = 12  # strains, each twice as far beyond, at which a minimisation is to end in a minimum


@dataclass(frozen=True)
class Drop:
    """A plastic drop, between the last state `before` on a branch and the first one `after` it.

    critical: g_c as lambda_1^2 extrapolates to zero, no further than `after`. displacement (N, d): from one to the other, the affine part and the
    mean taken away [lambda_min]. energy: lost [epsilon]; stress: lost [epsilon/lambda_min^d]; both with the elastic change within the bracket
    taken away.
    """

    before: Strained
    after: Strained
    displacement: np.ndarray

    @property
    def critical(self) -> float:
        """g_c."""
        return min(self.before.strain + self.before.distance, self.after.strain)

    @property
    def bracket(self) -> float:
        """How far the two strains lie apart."""
        return self.after.strain - self.before.strain

    @property
    def energy(self) -> float:
        """Energy lost [epsilon]."""
        volume = self.before.sample.volume
        return self.before.energy + volume * self.bracket * 0.5 * (self.before.stress + self.after.stress) - self.after.energy

    @property
    def stress(self) -> float:
        """Stress lost [epsilon/lambda_min^d]."""
        return self.before.stress + self.bracket * self.after.modulus - self.after.stress

    @property
    def overlap(self) -> float:
        """|cosine| of the displacement and the mode that became unstable."""
        return float(abs(self.displacement.ravel() @ self.before.softest[1]) / np.linalg.norm(self.displacement))

    @property
    def core(self) -> int:
        """The particle that moves most in the mode that became unstable."""
        return int(np.argmax(np.linalg.norm(self.before.softest[1].reshape(self.displacement.shape), axis=1)))

    @property
    def participation(self) -> float:
        """Participation ratio of the displacement."""
        return float(participation_ratio(self.displacement.reshape(-1, 1), self.displacement.shape[1])[0])


@dataclass(frozen=True)
class Protocol:
    """How a glass is sheared.

    plane: `xy`, `xz` or `yz`; strain: up to which; largest: step; resolution: of the bracket of an instability; adaptive: False for steps of the
    length `largest` throughout. stops: strains, evenly spaced up to the last one, at which a step ends, unless there is a drop. minimiser,
    minimiser_step: of preparation.minimise, for what follows an instability.
    """

    plane: str = "xy"
    strain: float = 0.05
    largest: float = 1e-3
    resolution: float = 1e-7
    adaptive: bool = True
    stops: int = 1
    minimiser: str = "lbfgs"
    minimiser_step: float = 0.1
    solver: str = "auto"


def sheared_states(sample: Sample, protocol: Protocol) -> Iterator[Strained | Drop]:
    """Every state on the way, the first one at zero strain, and the drops between them, whose states are not given again.

    Raises SampleError where the sample is no minimum, the plane is unknown, or nothing comes to rest beyond an instability.
    """
    here = Strained.of(sample, 0.0, simple_shear(protocol.plane, sample.dimension), protocol.solver)
    yield here
    shortest = protocol.resolution if protocol.adaptive else protocol.largest
    limit = protocol.largest / 2
    for _ in range(MOST_STEPS):
        if protocol.strain - here.strain <= 1e-12 * protocol.strain:
            return
        left = _next_stop(here.strain, protocol) - here.strain
        wanted = PART * here.distance if protocol.adaptive else protocol.largest
        limit = min(2 * limit, protocol.largest)  # after a halving steps grow again
        step = min(max(min(wanted, limit), shortest), left)
        there = here.advanced(step, protocol.solver)
        while there is None and step > shortest:
            step = max(step / 2, shortest)
            limit = step
            there = here.advanced(step, protocol.solver)
        if there is None:
            limit = shortest
            there = _beyond(here, step, protocol)
        yield there
        here = there.after if isinstance(there, Drop) else there
    raise SampleError(f"more than {MOST_STEPS} steps to a strain of {here.strain:.6g}")


def _next_stop(strain: float, protocol: Protocol) -> float:
    """The next strain at which a step ends."""
    spacing = protocol.strain / protocol.stops
    return spacing * (np.floor(strain / spacing + 1e-9) + 1)


def _beyond(here: Strained, step: float, protocol: Protocol) -> Strained | Drop:
    """The state after a step on which the branch was lost: another minimum with the drop to it, or the same branch after all.

    It is the same where the way back ends where it began. After a long step that may be so although something gave way and came back: then the
    energy is not that of the work (Strained.balances).
    """
    for attempt in range(MOST_ATTEMPTS):
        length = step * 2**attempt
        affine = deformed(here.sample, length * here.direction)
        end = minimise(affine, protocol.minimiser, tolerance=1e-11, step=protocol.minimiser_step)
        try:
            there = Strained.of(end.sample, here.strain + length, here.direction, protocol.solver)
        except SampleError:
            continue
        back = minimise(deformed(there.sample, -length * here.direction), protocol.minimiser, tolerance=1e-11, step=protocol.minimiser_step)
        if np.linalg.norm(_moved(here.sample, back.sample)) <= ELSEWHERE * here.sample.spacing:
            return there
        return Drop(here, there, _moved(affine, there.sample))
    raise SampleError(f"nothing comes to rest beyond the instability at a strain of {here.strain:.6g}")


def _moved(first: Sample, second: Sample) -> np.ndarray:
    """Displacements (N, d) from one sample to another of the same path, the mean of all taken away."""
    moved = second.positions - first.positions
    return moved - moved.mean(axis=0)
