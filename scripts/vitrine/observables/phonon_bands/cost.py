"""What the phonon bands of one sample take."""

from __future__ import annotations

from vitrine.costs import LANCZOS_BASIS, Ask, Need, together
from vitrine.observables.phonon_bands import SPARE

AGAIN = 1.2  # all looks together over the first one; more where QLEs are many, in small glasses, which cost little


def cost(ask: Ask) -> Need:
    """Bonds, their Hessian, its factorisation, and the softest modes, about as many as the bands have waves."""
    waves = ask.settings["bands"] * (24 if ask.dimension == 3 else 5)
    number = min(ask.settings["modes"], SPARE * waves, ask.dimension * ask.particles / 4)
    few = ask.step("modes_lowest", number, sparse=True)
    memory = few.megabytes + 8e-6 * ask.dimension * ask.particles * LANCZOS_BASIS * max(0.0, number - 20)
    return together(*ask.factorised(), few._replace(seconds=AGAIN * few.seconds, megabytes=memory), rows=number)
