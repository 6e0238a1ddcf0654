"""What the atomic stresses of one sample take."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

BOND_OF_A_FRAME = 6e-6  # seconds for each particle of a frame: its bonds in space


def cost(ask: Ask) -> Need:
    """Bonds of the glass, and of the frames where there are some: as many as those of 003."""
    frames = 100 if ask.settings["thermal"] else 0
    return together(ask.step("hessian"), Need(frames * BOND_OF_A_FRAME * ask.particles, 0.05 * frames * ask.particles / 1000))
