"""What looking for a double well in one sample takes: minimisations, few where there is one and all of them where there is none."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

QUENCHES = 0.5  # a minimisation from a displaced minimum, in quenches of a liquid
COME_BACK = 0.85  # share of the minimisations that are done, where 15 % of the glasses have a double well


def cost(ask: Ask) -> Need:
    """Every minimisation a share of a quench."""
    most = 2 * ask.settings["furthest"] / ask.settings["increment"]
    quench = ask.step("quench")
    return together(*ask.factorised(), quench._replace(seconds=COME_BACK * QUENCHES * most * quench.seconds))
