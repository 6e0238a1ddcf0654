"""Speed of the dynamics: time steps of both engines, exchanges of sizes, and what it costs to hand them over."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import numpy as np
from vitrine.interactions.forces import listed_pairs, pair_forces, system
from vitrine.interactions.neighbours import padded
from vitrine.models import GlassFormer, glass_former
from vitrine.preparation.dynamics import Dynamics
from vitrine.preparation.engines import integrator
from vitrine.preparation.motion import Bath, Ramp, thermal_motion
from vitrine.preparation.start import random_start
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.samples import Sample

Row = tuple[str, float, str, float]
Clock = Callable[[Callable[[], object]], float]

BLOCK = 25  # time steps between exchanges
TIME_STEP = 0.005
BATH = Bath("bussi", 0.5)
IPL = {
    "exponent": 10, "cutoff": 1.48, "truncation": "force_shift", "smoothness": 3, "large_fraction": 0.5, "sigma_ab": 1.18, "sigma_bb": 1.4,
}  # fmt: skip
# Particles, temperature and model of the liquids that the engines are timed on.
LIQUIDS = {
    "KA 3D": (2000, 0.8, "kob_andersen", {"dimension": 3, "density": 1.2, "small_fraction": 0.2, "cutoff": 2.5, "cutoff_of": "AA"}),
    "IPL 3D": (2000, 0.6, "binary_ipl", {"dimension": 3, "density": 0.82, **IPL}),
    "KA 2D": (8192, 0.6, "kob_andersen", {"dimension": 2, "density": 1.2, "small_fraction": 0.35, "cutoff": 2.5, "cutoff_of": "pair"}),
    "IPL 2D": (8192, 0.6, "binary_ipl", {"dimension": 2, "density": 0.86, **IPL}),
}


def dynamics_rows(config: dict, seconds: Clock) -> list[Row]:
    """Rows of the benchmark table; those of HOOMD-blue only where it is present."""
    hoomd = importlib.util.find_spec("hoomd") is not None
    if not hoomd:
        print("HOOMD-blue is absent: its rows are left out")
    rows, dynamics = [], config["preparation"]["dynamics"]
    for name, (particles, temperature, model, parameters) in LIQUIDS.items():
        liquid = _liquid(glass_former(model, parameters), particles, temperature, dynamics)
        rows += _step_rows(f"{name}, N = {particles}", liquid, temperature, hoomd, seconds)
    for levels in (16, 32, 64):
        model = glass_former("poly", {**config["model"]["poly"], "size_levels": levels})
        liquid = _liquid(model, 2000, 0.6, dynamics)
        name = f"POLY, M = {levels}, N = 2000"
        rows += _step_rows(name, liquid, 0.6, hoomd, seconds) + _exchange_rows(name, liquid, 0.6, "hoomd" if hoomd else "builtin", seconds)
    return rows


def _liquid(model: GlassFormer, particles: int, temperature: float, dynamics: dict) -> Sample:
    """A liquid after 1500 steps from a random start: no longer in order, not in equilibrium."""
    start = random_start(model, particles, np.random.default_rng(0))
    settings = {**dynamics, "engine": "builtin", "device": "cpu"}
    chain = Dynamics(start, Ramp(0, 0, temperature, temperature), settings, np.random.default_rng(1))
    chain.advance(60)
    return chain.current()


def _engine(name: str, liquid: Sample, temperature: float):
    motion = thermal_motion(liquid, temperature, np.random.default_rng(2))
    engine = integrator(name)(liquid, motion, Ramp(0, 0, temperature, temperature), BATH, TIME_STEP, 3, device="cpu")
    engine.run(100)
    return engine


def _step_rows(name: str, liquid: Sample, temperature: float, hoomd: bool, seconds: Clock) -> list[Row]:
    """A time step of the builtin engine against one evaluation of its forces, and of HOOMD-blue against the builtin's."""
    x, _ = padded(liquid.positions, liquid.box)
    pairs, force = listed_pairs(x, system(liquid, 0.3), 0.3), np.empty_like(x)
    evaluation = seconds(lambda: [pair_forces(x, pairs, liquid.model.kernels, force) for _ in range(100)]) / 100
    builtin = _engine("builtin", liquid, temperature)
    step = seconds(lambda: builtin.run(250)) / 250
    rows = [(f"time step, {name}, builtin", step, "one evaluation of the forces", evaluation)]
    if hoomd:
        other = _engine("hoomd", liquid, temperature)
        rows.append((f"time step, {name}, HOOMD-blue", seconds(lambda: other.run(250)) / 250, "a time step of the builtin engine", step))
    return rows


def _exchange_rows(name: str, liquid: Sample, temperature: float, engine_name: str, seconds: Clock) -> list[Row]:
    """A trial exchange, handing positions and sizes over, and a block of the hybrid, against the block of time steps alone."""
    engine = _engine(engine_name, liquid, temperature)
    swaps = SwapMonteCarlo(liquid.moved(engine.positions), temperature, np.random.default_rng(4))
    block = seconds(lambda: engine.run(BLOCK))

    def hand_over() -> None:
        engine.positions  # noqa: B018
        engine.exchange(swaps.sizes)

    def hybrid() -> None:
        engine.run(BLOCK)
        swaps.follow(engine.positions)
        swaps.exchange(liquid.particles)
        engine.exchange(swaps.sizes)

    reference = f"{BLOCK} time steps of {'HOOMD-blue' if engine_name == 'hoomd' else 'the builtin engine'}"
    trial = seconds(lambda: swaps.exchange(10 * liquid.particles)) / (10 * liquid.particles)
    return [
        (f"trial exchange, {name}", trial, reference, block),
        (f"positions out and sizes in, {name}", seconds(hand_over), reference, block),
        (f"block with N trial exchanges, {name}", seconds(hybrid), reference, block),
    ]
