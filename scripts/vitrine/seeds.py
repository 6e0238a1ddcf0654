"""Random streams: one per sample and purpose, fixed by the study's seed, N, T_p and the sample's index alone.

Batches, cores, the order of jobs and the number of samples never enter, so growing or cutting a study leaves every other sample as it is.
"""

from __future__ import annotations

import numpy as np

# Tags that keep the streams of different purposes apart.
START = 0x57A47
LIQUID = 0x11C01D
PINCH = 0x914C4
BOOTSTRAP = 0xB0075
CHOICE = 0xC401CE


def sample_generator(seed: int, purpose: int, particles: int, parent_temperature: float, sample: int, *place: int) -> np.random.Generator:
    """The random stream of one sample for one purpose; `place` numbers the parts of a run that can be taken up on its own."""
    words = [purpose, int(particles), round(parent_temperature * 1e6), int(sample), int(seed), *map(int, place)]
    return np.random.default_rng(np.random.SeedSequence(words))
