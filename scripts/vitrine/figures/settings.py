"""What a figure needs to know of its study, beside the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vitrine.aggregation.results import StudySettings
from vitrine.schema import LENGTH


@dataclass(frozen=True)
class Settings(StudySettings):
    """StudySettings, and what figures alone show; `options` holds the settings of the observables that the figure names.

    length: the glass former's name of its unit of length. sampler: of the preparation. relaxation_times: the run length asked of a liquid, 0 where no
    equilibrium is asked for. figure: the figure's own options.
    """

    length: str = LENGTH
    sampler: str = "swap"
    relaxation_times: float = 0.0
    figure: Mapping[str, object] = field(default_factory=dict)
