"""More inherent states than the study's runs have frames."""

from __future__ import annotations

from collections.abc import Mapping

from vitrine.errors import InputError


def check(settings: Mapping, trajectories: Mapping) -> None:
    """Raise InputError where `trajectories` records fewer frames than inherent states are asked for."""
    if settings["states"] > trajectories["frames"]:
        raise InputError(
            f"config key observables.hopping.states is {settings['states']}: each is a frame of its own, and no more than trajectories.frames, "
            f"{trajectories['frames']}, are allowed"
        )
