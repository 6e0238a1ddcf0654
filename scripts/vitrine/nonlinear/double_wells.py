r"""The well beside a minimum along a mode: as the energy's expansion predicts it, and as a search finds it (004, sec. IV J).

    U(s) = b2 s^2/2 + b3 s^3/6 + b4 s^4/24

has a second minimum where b3^2 > (8/3) b2 b4, at s = -[3 b3 + sign(b3) sqrt(9 b3^2 - 24 b2 b4)]/(2 b4). It is the deeper one where b3^2 > 3 b2 b4.

The search displaces the particles by s pi, for s in small steps up to a0 along either side of pi in turn, and minimises the energy from there. A
minimisation may end where it began, up to what is left of the forces, or in another minimum. It is another one where it is further away than the
`least` displacement, which lies far above that rest and far below the way to any neighbour; the largest displacement of those that came back is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vitrine.errors import SampleError
from vitrine.interactions import Interactions, minimum_images
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor
from vitrine.preparation.minimise import minimise
from vitrine.samples import Sample
from vitrine.statistics.wells import TWO_WELLS, beyond


class Well(NamedTuple):
    """Where a well lies along the mode [lambda_min for a mode of length one], and its energy over that of the minimum [epsilon]; NaN without one."""

    place: np.ndarray
    energy: np.ndarray


def other_well(b2: np.ndarray, b3: np.ndarray, b4: np.ndarray) -> Well:
    """The second minimum of the expansions with these coefficients, b2 > 0, each of shape (k,); of no expansion where b4 is not positive."""
    b2, b3, b4 = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in (b2, b3, b4)))
    there, s = beyond(b2, b3, b4, TWO_WELLS), np.full(b2.shape, np.nan)
    root = np.sqrt(np.where(there, 9 * b3**2 - 24 * b2 * b4, 0.0))
    s[there] = -(3 * b3 + np.where(b3 < 0, -root, root))[there] / (2 * b4[there])
    return Well(s, s**2 * (b2 / 2 + s * (b3 / 6 + s * b4 / 24)))


@dataclass(frozen=True)
class Descents:
    """How a search minimises: `method`, `tolerance` and `step` of preparation.minimise.minimise, and its most iterations."""

    method: str = "lbfgs"
    step: float = 0.1
    tolerance: float = 1e-10
    most_iterations: int = 100_000


@dataclass(frozen=True)
class Search:
    """The end of a search.

    sample: the other minimum, None where there is none; start: s at which it was found [lambda_min]; displacement (N, d) from the first to it,
    without translation; energy: of the other one over the first [epsilon]. returned: the largest |Dx| of the minimisations that came back
    [lambda_min]; minimisations: of all; unconverged: of those that did not end; saddles: of those that ended at rest, but not at a minimum.
    """

    sample: Sample | None
    start: float
    displacement: np.ndarray
    energy: float
    returned: float
    minimisations: int
    unconverged: int
    saddles: int

    @property
    def distance(self) -> float:
        """|Dx| [lambda_min]; NaN where nothing was found."""
        return float(np.linalg.norm(self.displacement)) if self.sample is not None else np.nan

    def overlap(self, vector: np.ndarray) -> float:
        """|Dx.pi|/(|Dx| |pi|) with a field (N d,) or (N, d); NaN where nothing was found."""
        return (
            float(abs(self.displacement.ravel() @ np.ravel(vector)) / (self.distance * np.linalg.norm(vector))) if self.sample is not None else np.nan
        )


def starts(step: float, furthest: float) -> Iterator[float]:
    """s, -s, 2 s, -2 s, ... up to the furthest."""
    for number in range(1, int(np.floor(furthest / step * (1 + 1e-12))) + 1):
        yield number * step
        yield -number * step


def search_along(
    sample: Sample,
    vector: np.ndarray,
    step: float,
    furthest: float,
    least: float,
    descents: Descents | None = None,
    algebra: Algebra = DEFAULT_ALGEBRA,
) -> Search:
    """Look for another minimum from x + s pi, s = step, -step, 2 step, ... up to `furthest`, until there is one.

    vector: pi (N d,), of any length; step, furthest and least, the displacement |Dx| beyond which a minimum is another one, in lambda_min. sample is
    at a minimum of that tolerance.
    """
    descents, pi = descents or Descents(), np.reshape(vector, sample.positions.shape) / np.linalg.norm(vector)
    returned, minimisations, unconverged, saddles = 0.0, 0, 0, 0
    for s in starts(step, furthest):
        end = minimise(sample.moved(sample.positions + s * pi), descents.method, descents.tolerance, descents.most_iterations, descents.step)
        minimisations += 1
        if not end.converged:
            unconverged += 1
            continue
        moved = way(sample, end.sample)
        distance = float(np.linalg.norm(moved))
        if distance <= least:
            returned = max(returned, distance)
            continue
        bonds = Interactions.of(end.sample)
        try:
            Factor.of(bonds, algebra.solver)
        except SampleError:
            saddles += 1
            continue
        return Search(end.sample, s, moved, bonds.energy - Interactions.of(sample).energy, returned, minimisations, unconverged, saddles)
    return Search(None, np.nan, np.full_like(sample.positions, np.nan), np.nan, returned, minimisations, unconverged, saddles)


def way(first: Sample, second: Sample) -> np.ndarray:
    """The displacement (N, d) from one state to another, without what all particles share."""
    moved = minimum_images(second.positions - first.positions, first.box)
    return moved - moved.mean(axis=0)
