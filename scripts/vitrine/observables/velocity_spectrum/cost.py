"""What the spectra of one sample take: its harmonic spectrum, and one for each instantaneous configuration."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

ROWS = 1200  # bins of both bands, of all particles and of two species


def cost(ask: Ask) -> Need:
    """A quench, the whole spectra, and moduli; relaxing the box takes a few quenches more."""
    whole = int(ask.settings["harmonic"]) + ask.settings["instantaneous"]
    values = ask.step("modes_values")
    quench = ask.step("quench")
    return together(
        *ask.factorised(),
        quench._replace(seconds=quench.seconds * (5 if ask.settings["box"] == "relaxed" else 1)),
        values._replace(seconds=whole * values.seconds),
        ask.step("moduli", sparse=True),
        rows=ROWS + ask.dimension * ask.particles,
    )
