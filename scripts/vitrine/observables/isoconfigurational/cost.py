"""What isoconfigurational runs of one sample take: their time steps."""

from __future__ import annotations

from vitrine.costs import Ask, Need


def cost(ask: Ask) -> Need:
    """Runs of the preparation's dynamics, a step of whose takes as long for every particle."""
    steps = ask.settings["runs"] * ask.settings["time"] / ask.time_step
    return Need(steps * ask.costs.of_model(ask.model, ask.dimension, "step") * ask.particles, ask.step("swap_sweep").megabytes, ask.particles)
