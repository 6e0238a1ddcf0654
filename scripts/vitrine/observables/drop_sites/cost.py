"""What it takes to locate the drops of one sample: nothing beside what finds them."""

from __future__ import annotations

from vitrine.costs import Ask, Need


def cost(ask: Ask) -> Need:
    """A few distances."""
    return Need(1e-3, 0.0, ask.settings["drops"])
