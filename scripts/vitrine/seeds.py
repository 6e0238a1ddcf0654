"""Random streams: one per sample and purpose, fixed by the study's seed, the point (N, T_p, ...) and the sample's index alone.

Batches, cores, the order of jobs and the number of samples never enter, so growing or cutting a study leaves every other sample as it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vitrine.points import Point

if TYPE_CHECKING:  # declarations take the tags, and load nothing heavy
    import numpy as np

# Tags that keep the streams of different purposes apart.
START = 0x57A47
LIQUID = 0x11C01D
PINCH = 0x914C4
BOOTSTRAP = 0xB0075
CHOICE = 0xC401CE
TRAJECTORY = 0x7247EC
PILOT = 0x9170715
PILOT_START = 0x9170716
REHEATED = 0x4E4EA7
RESPONSE = 0x4E5904
OPERATOR_ROWS = 0x0B40A5
DISC = 0xD15C
ISOCONFIGURATIONAL = 0x150C0
OSCILLATORS = 0x4B4693
LATTICE_OSCILLATORS = 0x1A771CE
MEASURED_HEAT = 0x43EA7
SOFT_POTENTIALS = 0x50F7


def sample_generator(
    seed: int, purpose: int, particles: int, parent_temperature: float, sample: int, *place: int, further: Sequence[int] = ()
) -> np.random.Generator:
    """The random stream of one sample for one purpose; `place` numbers the parts of a run that can be taken up on its own.

    further: words of the point's axes beyond N and T_p (Point.further). A point without a temperature has the word 0 for it.
    """
    from numpy.random import SeedSequence, default_rng

    temperature = 0 if math.isnan(parent_temperature) else round(parent_temperature * 1e6)
    words = [purpose, int(particles), temperature, int(sample), int(seed), *map(int, place), *map(int, further)]
    return default_rng(SeedSequence(words))


def point_generator(seed: int, purpose: int, point: Point, sample: int, *place: int) -> np.random.Generator:
    """The random stream of one sample of a point."""
    return sample_generator(seed, purpose, point.particles, point.parent_temperature, sample, *place, further=point.further)
