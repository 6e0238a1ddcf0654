"""Compile every kernel once, into the cache that all jobs share: python -m vitrine.compile.

Without it the first jobs of a study do the same, each for itself.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from vitrine.interactions import Interactions
from vitrine.models import glass_former
from vitrine.preparation.minimise import minimise
from vitrine.preparation.start import random_start
from vitrine.preparation.swap import SwapMonteCarlo

CONFIG = Path(__file__).resolve().parents[2] / "config.yaml"


def main() -> None:
    """Prepare one small glass of the default model by all means."""
    section = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["model"]
    start = random_start(glass_former(section["name"], section[section["name"]]), 160, np.random.default_rng(0))
    chain = SwapMonteCarlo(start, 1.0, np.random.default_rng(0))
    chain.advance(2)
    chain.configurational_terms()
    chain.pressure()
    for method, step in (("cg", 0.1), ("fire", 0.01)):
        Interactions.of(minimise(chain.current(), method, maximum_iterations=10, step=step).sample)


if __name__ == "__main__":
    main()
