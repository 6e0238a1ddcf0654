"""What the maps of one glass take: quartic modes from a dipole on every bond, in glasses up to the number that is mapped."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

SOLVES = 26.0  # of a start: 13 steps, each of which takes contractions and products of H beside its solve, at N = 1024 and 2048


def cost(ask: Ask) -> Need:
    """Spread over all samples of the point, of which few are mapped."""
    share = min(1.0, ask.settings["samples"] / ask.samples)
    one = ask.step("pinched_bond", sparse=True)
    whole = together(*ask.factorised(), one._replace(seconds=ask.bonds * SOLVES * one.seconds))
    megabytes = whole.megabytes + 20 * 8e-6 * ask.dimension * ask.particles * 256
    return Need(share * whole.seconds, megabytes, share * ask.settings["arrows"] * ask.particles)
