"""The pilot of a point: a few chains, used for nothing else, that measure the relaxation time and so how long every sample runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vitrine.parquet import read_provenance, read_table
from vitrine.preparation.equilibrate import Equilibration
from vitrine.preparation.liquids import equilibrate_liquid
from vitrine.preparation.relaxation import look_sweeps
from vitrine.preparation.restart import Restarts
from vitrine.preparation.side_by_side import Meeting
from vitrine.provenance import check_identity
from vitrine.samples import Sample
from vitrine.seeds import PILOT
from vitrine.tables import PILOT as PILOT_TABLE


class RunLength(NamedTuple):
    """How long every sample of a point runs [sweeps], and how long it should without a budget: infinite where no chain of the pilot could run."""

    sweeps: int
    asked: float


NONE_ASKED = RunLength(0, np.nan)  # of a history, which runs for its hold times


def pilot_liquid(
    start: Sample,
    parent_temperature: float,
    seed: int,
    settings: Mapping,
    restarts: Restarts | None = None,
    further: Sequence[int] = (),
    identity: str = "",
    meeting: Meeting | None = None,
) -> tuple[Sample, dict]:
    """Run one chain of the pilot until it has relaxed `pilot_relaxations` times, or spent `maximum_sweeps`; its end, and its row of tables.PILOT."""
    wanted = settings["pilot_relaxations"]
    liquid, run = equilibrate_liquid(
        start,
        parent_temperature,
        seed,
        settings,
        settings["maximum_sweeps"],
        restarts,
        further,
        identity,
        purpose=PILOT,
        enough=lambda clock: len(clock.durations) >= wanted,
        meeting=meeting,
    )
    key = {"sample": liquid.index, "flag": liquid.flag}
    if run is None:
        return liquid, key
    return liquid, {
        **key,
        "relaxation_time": _relaxation_time(run, wanted),
        "relaxations": run.relaxations,
        "sweeps": run.sweeps,
        "energy": run.energy,
    }


def _relaxation_time(run: Equilibration, wanted: int) -> float:
    """Mean duration over the second half of the relaxations; of a chain that spent its budget before, what it must be at least."""
    return run.relaxation_time if run.relaxations >= wanted else run.sweeps / max(1, run.relaxations)


def pilot_times(path: str | Path, identity: str) -> np.ndarray:
    """Relaxation times [sweeps] of the chains of a pilot's table. Raises InputError where it cannot be read, or other settings made it."""
    check_identity(Path(path), read_provenance(path), identity)
    return read_table(PILOT_TABLE, path)["relaxation_time"].to_numpy(dtype=float)


def run_length(settings: Mapping, relaxation_times: Iterable[float] = ()) -> RunLength:
    """How long every sample of a point runs: `sweeps` of the settings where it is given, else `relaxation_times` of the pilot's mean.

    relaxation_times: of the pilot's chains [sweeps]; one that could not be run is NaN. The length lies between minimum_sweeps and maximum_sweeps, and
    is a whole number of looks.
    """
    if settings["sweeps"] is not None:
        return RunLength(settings["sweeps"], settings["sweeps"])
    known = [time for time in relaxation_times if np.isfinite(time)]
    if not known:
        return RunLength(settings["maximum_sweeps"], np.inf)
    look = look_sweeps(settings)
    asked = max(look * int(np.ceil(settings["relaxation_times"] * np.mean(known) / look)), settings["minimum_sweeps"])
    return RunLength(min(asked, settings["maximum_sweeps"]), asked)
