"""More instantaneous configurations than the study's runs have frames."""

from __future__ import annotations

from collections.abc import Mapping

from vitrine.errors import InputError


def check(settings: Mapping, trajectories: Mapping) -> None:
    """Raise InputError where `trajectories` records fewer frames than are to be diagonalised."""
    if settings["instantaneous"] > trajectories["frames"]:
        raise InputError(
            f"config key observables.velocity_spectrum.instantaneous is {settings['instantaneous']}: each is a frame of its own, and no more than "
            f"trajectories.frames, {trajectories['frames']}, are allowed"
        )
