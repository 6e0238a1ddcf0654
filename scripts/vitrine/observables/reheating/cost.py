"""What reheating a liquid takes: a multiple of the run of the rung before, for a part of the samples."""

from __future__ import annotations

from vitrine.costs import Ask, Need


def cost(ask: Ask) -> Need:
    """The run of a liquid of the rung before, so many times as long, for that share of the samples which is heated up."""
    share = min(1.0, ask.settings["samples"] / ask.samples)
    return Need(share * ask.settings["length"] * ask.rung_before.seconds, ask.rung_before.megabytes, share)
