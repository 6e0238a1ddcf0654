"""What the modes of the bond operator of one sample, and the pseudo-harmonic ones from them, take."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

SOLVES = 25  # of a pseudo-harmonic mode, with its contractions


def cost(ask: Ask) -> Need:
    """One factorisation, the largest eigenvalues, the softest modes, and solves for pseudo-harmonic modes and for rows of the operator."""
    modes, rows, soft = (int(ask.settings[name]) for name in ("modes", "rows", "low_modes"))
    one = ask.step("pinched_bond", sparse=True)
    found = (ask.step("bond_operator_largest", modes, sparse=True), ask.step("modes_lowest", soft, sparse=True))
    return together(*ask.factorised(), *found, one._replace(seconds=(SOLVES * modes + rows) * one.seconds), rows=100)
