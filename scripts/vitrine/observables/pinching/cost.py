"""What pinching the bonds of one sample takes."""

from __future__ import annotations

from vitrine.costs import ANOTHER_WAY, Ask, Need, together

ALL_AT_ONCE = 9000  # unknowns up to which many bonds are pinched through the full inverse (measure.py)


def cost(ask: Ask) -> Need:
    """Many bonds through the full inverse, or a solve for each."""
    asked, unknowns = ask.settings["bonds"], ask.dimension * ask.particles
    number = ask.bonds if asked == "all" else min(int(asked), ask.bonds)
    if number > unknowns // ANOTHER_WAY and unknowns <= ALL_AT_ONCE:
        return together(ask.step("pinching_all"), rows=number)
    one = ask.step("pinched_bond", sparse=True)
    return together(*ask.factorised(), one._replace(seconds=number * one.seconds), rows=number)
