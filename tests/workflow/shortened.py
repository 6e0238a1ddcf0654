"""A study cut down to a minute and a half on one core, so that it is run before it is shipped: every branch that the full one takes stays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from vitrine.config_files import merged_config
from vitrine.study import Study

LEAST = {2: 256, 3: 200}  # particles, by dimension
SIDE = 6  # of the smallest of drawn systems
ROOM = 1.3  # over the least number that the range of the interaction allows: at constant pressure a box shrinks
RESTART = 10  # sweeps between two points at which a run may be taken up: the least that the config allows
SWEEPS = 2000  # of a liquid
LONGEST = 45  # sweeps of the longest ramp, and of the longest hold: several restart points
FRAMES = 50  # of a trajectory
MOTION = {"runs": 2, "time": 4.0, "states": 5}  # settings of observables that run dynamics or minimise along a run, at most
HIGHER = {"transverse_density": {"frequency": 2.0, "width": 1.5}}  # so small a glass has its modes at higher frequencies
ONE_IN = 8  # of the unknowns: modes and bonds beyond a quarter of them go another way (linalg, pinching)


def shortened(*configs: Path) -> dict:
    """What, laid over the configs of a study, cuts it down."""
    config = merged_config(configs)
    study = Study.from_config(config, directory=configs[0].parent)
    sizes = {size: _particles(study, rank) for rank, size in enumerate(sorted({place.point.particles for place in study.places.values()}))}
    kept = [_rungs(one.rungs, first=not number) for number, one in enumerate(study.ensembles)]
    entries = zip(config["ensembles"], study.ensembles, kept, strict=True)
    # A particle that trembles counts as having moved, so that the one chain of a pilot soon counts as relaxed, and no budget ends a run.
    preparation = {"restart_sweeps": RESTART, "tuning_sweeps": 20, "minimum_sweeps": SWEEPS, "maximum_sweeps": 10 * SWEEPS, "overlap_length": 0.03}
    preparation |= {"relaxation_times": 2, "pilot_samples": 1, "pilot_relaxations": 1} | _lengths(config["preparation"]["sweeps"], len(kept[0]))
    return {
        "ensembles": [_entry(entry, ensemble.path, rungs, sizes) for entry, ensemble, rungs in entries],
        "preparation": preparation | ({} if config["preparation"]["sampler"] == "swap" else {"dynamics": _dynamics(study, kept[0])}),
        "observables": {name: _settings(section, min(sizes.values()), name) for name, section in config["observables"].items()},
        "trajectories": {"frames": _frames(config["trajectories"])},
        "analysis": {"bootstrap": 20},
    }


def _particles(study: Study, rank: int) -> int:
    """The least number there is, and for every larger size of the study a quarter more."""
    model = next(iter(study.places.values())).model
    least = math.ceil(ROOM * (2 * model.range) ** model.dimension * model.density)
    return round(max(LEAST[model.dimension], least) * (1 + rank / 4))


def _rungs(rungs: tuple, first: bool) -> tuple:
    """Of the first ensemble the ends of its ladder and one rung in the colder half, of others the ends."""
    places = {0, len(rungs) * 3 // 5, len(rungs) - 1} if first else {0, len(rungs) - 1}
    return tuple(rung for place, rung in enumerate(rungs) if place in places)


def _entry(entry: Mapping, path: str, rungs: tuple, sizes: Mapping[int, int]) -> dict:
    """One ensemble: two samples in one batch, since every job takes seconds to start. The tiny study has several batches."""
    if "import" in entry:
        return {**entry, "samples": 2, "batch": 2}
    axes = {name: _ends(values) for name, values in entry["axes"].items()}
    if path:
        axes[path] = list(rungs)
    if "particles" in axes:
        if entry.get("origin") == "drawn":
            axes["particles"] = [(SIDE + sorted(sizes).index(size)) ** 3 for size in axes["particles"]]  # a cube, for the lattices among them
        else:
            axes["particles"] = [sizes[size] for size in axes["particles"]]
    measured = entry.get("measured", "all")
    if isinstance(measured, list):
        measured = [rung for rung in measured if rung in rungs]
    return {**entry, "axes": axes, "measured": measured, "samples": 2, "batch": 2}


def _ends(values: object) -> list:
    """The ends of a list, or the one value."""
    return list(dict.fromkeys((values[0], values[-1]))) if isinstance(values, list) else [values]


def _lengths(sweeps: int | list | None, rungs: int) -> dict:
    """Lengths of runs, where the study gives them: a pilot has measured them otherwise."""
    return {} if sweeps is None else {"sweeps": SWEEPS if isinstance(sweeps, int) else [SWEEPS] * rungs}


def _dynamics(study: Study, kept: tuple) -> dict:
    """Ramps and holds of some restarts each: the longest of them LONGEST sweeps, the others in proportion but for at least one sweep."""
    dynamics = study.config["preparation"]["dynamics"]
    sweep = dynamics["time_step"] * dynamics["steps_per_sweep"]
    positions = [study.ensembles[0].rungs.index(rung) for rung in kept] or [0]  # without a ladder one hold, and no ramp
    holds, rates = _listed(dynamics["hold_time"], positions), _listed(dynamics["cooling_rate"], positions)
    steps = [before - rung for before, rung in zip((*kept[:1], *kept[:-1]), kept, strict=True)]
    ramps = [step / rate for step, rate in zip(steps, rates, strict=bool(kept)) if rate and step > 0]
    shorter = {"hold_time": [max(sweep, hold * LONGEST * sweep / max(holds)) for hold in holds]}
    if ramps:
        shorter["cooling_rate"] = [rate and rate * max(ramps) / (LONGEST * sweep) for rate in rates]
    return {name: values if isinstance(dynamics[name], list) else values[0] for name, values in shorter.items()}


def _frames(section: Mapping) -> int:
    """Frames of a trajectory: few, but an even number that its spectra still allow."""
    if section["sampling"] is None:
        return min(section["frames"], FRAMES)
    needed = 2 * math.pi * max(2 / section["highest"], 1 / section["resolution"]) / section["interval"]
    return 2 * math.ceil(0.55 * needed)


def _listed(value: object, positions: list[int]) -> list:
    return [value[position] for position in positions] if isinstance(value, list) else [value] * len(positions)


def _settings(section: Mapping | None, particles: int, name: str) -> dict | None:
    """The settings of an observable: of numbers of modes and bonds no larger share of the unknowns than stays on the study's own way."""
    if section is None:
        return None
    counted = {key: value for key, value in section.items() if key in ("vectors", "bonds") and value != "all"}
    motion = {key: min(section[key], most) for key, most in MOTION.items() if key in section}
    return {**section, **motion, **HIGHER.get(name, {}), **{key: min(value, 2 * particles // ONE_IN) for key, value in counted.items()}}
