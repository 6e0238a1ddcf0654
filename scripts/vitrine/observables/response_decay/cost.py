"""What the decay of responses of one sample takes."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

SHEARED = 120  # solves of a quartic mode from every plane, contractions counted as such
IMAGES = {2: 0.2, 3: 1.0}  # seconds for the images of dipoles in the continuum, by dimension
BINNED = 3.0e-7  # seconds for each bond and field: projection, distance, median


def cost(ask: Ask) -> Need:
    """One factorisation, a solve and a look at every bond for each pinch, and the quartic modes from shear."""
    pinches = int(ask.settings["pinches"])
    one = ask.step("pinched_bond", sparse=True)
    fields = Need(IMAGES[ask.dimension] + pinches * BINNED * ask.bonds, 8e-6 * ask.dimension * ask.particles * pinches)
    return together(*ask.factorised(), one._replace(seconds=(pinches + SHEARED) * one.seconds), fields, rows=30)
