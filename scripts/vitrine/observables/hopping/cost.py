"""What the hops of one sample take: a minimisation for each inherent state."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

LOOSE = 0.3  # of a quench to 1e-10: states are followed to a larger residual
NUMBERS = 600.0  # numbers of each particle in memory


def cost(ask: Ask) -> Need:
    """Loose quenches, and the sums and paths in memory."""
    quench = ask.step("quench")
    series = Need(LOOSE * ask.settings["states"] * quench.seconds, quench.megabytes + 8e-6 * NUMBERS * ask.dimension * ask.particles)
    return together(series, rows=ask.particles + 2000)
