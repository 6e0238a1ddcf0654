"""What all pairs of one sample take."""

from vitrine.costs import Ask, Need


def cost(ask: Ask) -> Need:
    """An hour for each sample, so that a test finds it."""
    return Need(3600.0 * ask.settings["power"] / 2, 1e-6 * ask.particles**2 * 24, 1.0)
