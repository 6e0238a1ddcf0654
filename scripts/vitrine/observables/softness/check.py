"""Cutoffs of the softness that the bins of the study's runs do not reach."""

from __future__ import annotations

import math
from collections.abc import Mapping

from vitrine.errors import InputError

KEY = "config key observables.softness"


def check(settings: Mapping, trajectories: Mapping) -> None:
    """Raise InputError where a cutoff or the band of the peak lies outside of the spectrum that `trajectories` records."""
    sampling, run = trajectories["sampling"], trajectories["frames"] * trajectories["interval"]
    highest, lowest = _stored_highest() if sampling is None else trajectories["highest"], 2 * math.pi / run
    end = f"bins of stored velocities end at {highest:g}" if sampling is None else f"bins end at trajectories.highest, {highest:g}"
    for key, value in (("cutoff", settings["cutoff"]), ("cutoffs", max(settings["cutoffs"], default=0.0))):
        if value > highest:
            raise InputError(f"{KEY}.{key} has {value:g}: {end}, and no cutoff above that is allowed")
    if settings["cutoff"] < lowest:
        raise InputError(
            f"{KEY}.cutoff has {settings['cutoff']:g}: the lowest bin of a run of trajectories.frames x interval, {run:g}, is {lowest:.3g}, "
            "and no cutoff below that is allowed"
        )
    first, last = settings["peak"]
    band = math.pi / (sampling or trajectories["interval"])
    if not first < last <= band:
        raise InputError(
            f"{KEY}.peak is [{first:g}, {last:g}]: two ascending frequencies up to the end of the spectrum, pi over trajectories."
            f"{'interval' if sampling is None else 'sampling'}, {band:.4g}, are allowed"
        )


def _stored_highest() -> float:
    from vitrine.samples.trajectories import HIGHEST  # here, since a plan reads no samples

    return HIGHEST
