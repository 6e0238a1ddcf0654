"""Heat a liquid up to the temperature of the rung that it came from, and run it there for a multiple of the time of that rung's liquids."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vitrine.errors import SampleError
from vitrine.preparation.liquids import equilibrate_liquid
from vitrine.preparation.restart import Restarts
from vitrine.samples import Sample
from vitrine.seeds import REHEATED


def reheat_liquids(
    liquid: Sample, preparation: Mapping, restarts: Restarts | None = None, samples: int = 10, length: float = 1
) -> dict[str, np.ndarray]:
    """Mean energies of the reheated liquid; columns of REHEATED_LIQUIDS, without a row for a sample whose index is `samples` or more.

    preparation: how the rung before prepares its liquids (params.rung_before). restarts: where a run stores what it has done. length: of the run,
    in that of the liquids of the rung before. Raises SampleError where the sample does not say from which temperature it came and how long it had
    been there, or where its dynamics blow up.
    """
    if liquid.index >= samples:
        return {name: np.empty(0) for name in ("temperature", "sweeps", "energy", "energy_approach")}
    before = liquid.provenance.get("before")
    if not before:
        raise SampleError("does not say from which temperature it came")
    settings = preparation["settings"]
    if settings["sampler"] == "swap_gpu":  # one liquid after the other is a core's work, and the ensemble is the same
        settings = {**settings, "sampler": "swap"}
    temperature, about = before["parent_temperature"], (preparation["seed"], settings, round(length * before["sweeps"]), restarts)
    reheated, run = equilibrate_liquid(liquid, temperature, *about, further=preparation["further"], purpose=REHEATED)
    if run is None:
        raise SampleError(reheated.flag)
    return {
        "temperature": np.array([temperature]),
        "sweeps": np.array([run.sweeps]),
        "energy": np.array([run.energy]),
        "energy_approach": np.array([run.energy_approach]),
    }
