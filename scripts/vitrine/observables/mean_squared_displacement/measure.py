r"""How far particles go in a time (003 Fig. 3a): <Delta^2>(t) and <Delta^4>(t) over particles and time origins of one trajectory."""

from __future__ import annotations

import numpy as np

from vitrine.errors import SampleError
from vitrine.samples import Trajectory
from vitrine.statistics.displacements import displacement_moments, without_drift


def measure_displacements(trajectory: Trajectory) -> dict[str, np.ndarray]:
    """Moments of the displacement for every lag up to half of the trajectory; columns of DISPLACEMENTS.

    The frames must be at equal intervals. Raises SampleError where they are not, or fewer than two.
    """
    steps = np.diff(trajectory.times)
    if len(steps) == 0 or np.ptp(steps) > 1e-6 * steps.mean():
        raise SampleError("the frames of its trajectory are not at equal intervals, or fewer than two")
    masses = trajectory.start.masses if trajectory.start else None
    lags = np.arange(1, len(trajectory.times) // 2 + 1)
    second, fourth = displacement_moments(without_drift(trajectory.positions, masses), lags)
    return {"lag": lags * steps.mean(), "second": second, "fourth": fourth}
