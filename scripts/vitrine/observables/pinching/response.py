"""The response of a glass to a force dipole on one of its bonds, itself (002, eqs. S1-S5): u = H^+ d, its centre of mass at rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vitrine.errors import InputError
from vitrine.interactions import Interactions
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor
from vitrine.nonlinear import starts
from vitrine.samples import Sample


def pinch_responses(sample: Sample, pairs: Sequence[tuple[int, int]], algebra: Algebra = DEFAULT_ALGEBRA) -> np.ndarray:
    """Responses (k, N, d) [lambda_min^2/epsilon] to unit dipoles that push the particles of each pair apart, pairs as in the table of pinched bonds.

    Raises InputError for a pair that does not interact, SampleError where the sample is no minimum.
    """
    bonds = Interactions.of(sample)
    chosen = [_bond(bonds, pair) for pair in pairs]
    columns, _ = starts.pinch_responses(bonds, Factor.of(bonds, algebra.solver), np.array(chosen))
    responses = columns.T.reshape(len(chosen), sample.particles, sample.dimension)
    return responses - np.average(responses, axis=1, weights=sample.masses)[:, None]


def _bond(bonds: Interactions, pair: tuple[int, int]) -> int:
    """The number of the bond between two particles."""
    try:
        i, j = sorted(int(particle) for particle in pair)
    except (TypeError, ValueError) as error:
        raise InputError(f"{pair!r} is no bond: allowed are two particles that interact, such as (0, 7)") from error
    found = np.flatnonzero((bonds.i == i) & (bonds.j == j))
    if len(found) != 1:
        raise InputError(f"the particles {i} and {j} do not interact: allowed are the bonds i, j of vitrine.pinch_bonds")
    return int(found[0])
