"""What differs from one glass former to the next: seconds of a time step of the built-in engine, and bonds, both for each particle.

python -m benchmarks.models prints JSON: rows of model, dimension, step [s], bonds, and exchange [s], a trial exchange of the hybrid sampler
with its share of handing positions and sizes over; NaN where sizes are not exchanged.
"""

from __future__ import annotations

import json

import numpy as np
from vitrine.interactions import Interactions
from vitrine.models import GlassFormer, glass_former, published_parameters
from vitrine.preparation.dynamics import Dynamics
from vitrine.preparation.motion import Ramp
from vitrine.preparation.start import random_start

from benchmarks.dynamics import IPL, LIQUIDS
from benchmarks.glasses import TEMPERATURE, config, poly
from benchmarks.timing import seconds

SPHERES = {"harmonic_spheres": 0.01, "hertzian_spheres": 0.01, "sticky_spheres": 2.0}  # with the temperatures of their liquids
FOUR = {"dimension": 4, "density": None, "truncation": "polynomial"}
SWEEPS, APPROACH = 4, 60  # sweeps that are timed, and those before them: the start is no longer in order then


def chain(model: GlassFormer, particles: int, temperature: float, exchanges: float) -> Dynamics:
    """Dynamics of the built-in engine, some way from a random start."""
    preparation = config()["preparation"]
    dynamics = {**preparation["dynamics"], "engine": "builtin", "device": "cpu"}
    start, ramp = random_start(model, particles, np.random.default_rng(0)), Ramp(0, 0, temperature, temperature)
    made = Dynamics(start, ramp, dynamics, np.random.default_rng(1), exchanges=exchanges, swap_range=preparation["swap_range"])
    made.advance(APPROACH)
    return made


def measure(model: GlassFormer, particles: int, temperature: float) -> dict[str, object]:
    """Costs of one glass former, for each particle."""
    steps = SWEEPS * config()["preparation"]["dynamics"]["steps_per_sweep"]
    plain = chain(model, particles, temperature, 0.0)
    step = seconds(lambda: plain.advance(SWEEPS)) / steps
    exchange = float("nan")
    if model.polydisperse:
        hybrid = chain(model, particles, temperature, 1.0)
        exchange = (seconds(lambda: hybrid.advance(SWEEPS)) - steps * step) / SWEEPS
    bonds = len(Interactions.of(plain.current()).i)
    return {
        "model": model.name,
        "dimension": model.dimension,
        "step": step / particles,
        "exchange": exchange / particles,
        "bonds": bonds / particles,
    }


def main() -> None:
    """Measure every glass former of the registry."""
    rows = [measure(poly(dimension), 2000, TEMPERATURE) for dimension in (3, 2)]
    crystal = {name: IPL[name] for name in ("exponent", "cutoff")}
    liquids = [*LIQUIDS.values(), (8192, 1.0, "ipl_crystal", {"dimension": 2, "density": 0.86, **crystal})]
    rows += [measure(glass_former(name, parameters), particles, temperature) for particles, temperature, name, parameters in liquids]
    rows += [measure(glass_former(name, published_parameters(name)), 2000, temperature) for name, temperature in SPHERES.items()]
    rows.append(measure(glass_former("binary_ipl", {**published_parameters("binary_ipl"), **FOUR}), 2000, 2.0))
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
