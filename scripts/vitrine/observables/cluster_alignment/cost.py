"""What the cluster alignment of one sample takes: scores of all pairs of its groups, and of the clusters among which templates are looked for."""

from __future__ import annotations

from vitrine.costs import Ask, Need

SCORE = 2.2e-3  # seconds for a pair of clusters of ten particles
WIDE = 4.0e-2  # seconds for a pair of clusters of 46 particles
VORONOI = 1.0e-3  # seconds for a Voronoi cell
SPECIES = 0.2  # share of particles that are centres: B of Kob and Andersen's mixture


def cost(ask: Ask) -> Need:
    """Pairs of the groups, forty clusters of the dominant polyhedron, ten of them with second shells, and every particle against the templates."""
    settings, centres = ask.settings, SPECIES * ask.particles
    groups = [settings["share"] * centres] * 2 if settings["against"] else [centres]
    members = [min(settings["most"], one) for one in groups]
    pairs = sum(one**2 for one in members) + min(40, centres) ** 2 + 3 * sum(members)
    wide = 100 + sum(members) if settings["second_shell"] else 0
    return Need(SCORE * pairs + WIDE * wide + VORONOI * centres, 20.0, sum(members))
