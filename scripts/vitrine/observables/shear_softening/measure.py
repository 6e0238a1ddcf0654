"""How one glass softens on its way to its first instability: landscape/softening.py says how its modes are followed."""

from __future__ import annotations

import numpy as np

from vitrine.landscape.quasistatic import Protocol
from vitrine.landscape.softening import Followed, approach, followed
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra
from vitrine.linalg.participation import participation_ratio
from vitrine.samples import Sample


def follow_softening(
    sample: Sample,
    plane: str = "xy",
    strain: float = 0.2,
    largest_step: float = 1.0e-3,
    resolution: float = 1.0e-10,
    algebra: Algebra = DEFAULT_ALGEBRA,
) -> dict[str, np.ndarray]:
    """Columns of the table SHEAR_SOFTENING, a row for each state.

    Settings as in the declaration. Raises SampleError where the sample is no minimum, has not that plane, or has no instability up to that strain.
    """
    way = approach(sample, Protocol(plane, strain, largest_step, resolution, solver=algebra.solver))
    modes = np.array([state.mode for state in way.states]).T
    unstable = modes[:, -1]
    cubic = followed(way, algebra.solver)
    columns = {
        "distance": way.distances,
        "strain": np.array([state.strain for state in way.states]),
        "lambda_1": np.array([state.stiffness for state in way.states]),
        "overlap_harmonic": np.abs(unstable @ modes),
        "participation_harmonic": participation_ratio(modes, sample.dimension),
    }
    for name, key in {"b2": "b2", "b3": "b3", "shear_force": "coupling", "participation_cubic": "participation"}.items():
        columns[name] = np.array([np.nan if one is None else getattr(one, key) for one in cubic])
    columns["overlap_cubic"] = np.array([np.nan if one is None else abs(unstable @ one.mode) for one in cubic])
    columns["solves"] = np.array([-1 if one is None else one.solves for one in cubic])
    return columns | {"rate": rates(columns["strain"], cubic)}


def rates(strain: np.ndarray, cubic: list[Followed | None]) -> np.ndarray:
    """The change of b2^2 from each state to the next over the mean of -2 b3 F at both (eq. 21); NaN at the last one, and without a mode."""
    squares = np.array([np.nan if one is None else one.b2**2 for one in cubic])
    slopes = np.array([np.nan if one is None else -2 * one.b3 * one.coupling for one in cubic])
    expected = 0.5 * (slopes[1:] + slopes[:-1]) * np.diff(strain)
    return np.append(np.diff(squares) / expected, np.nan)
