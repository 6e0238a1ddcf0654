"""What the random potentials of one sample take."""

from __future__ import annotations

from vitrine.costs import Ask, Need

EACH = 4e-7  # seconds for a potential


def cost(ask: Ask) -> Need:
    """Roots of cubics, a quarter of a million at once."""
    return Need(EACH * ask.settings["potentials"], 150.0, 100)
