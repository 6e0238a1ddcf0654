"""Restart files: a run that was killed, or whose walltime is over, goes on where it last stored itself.

One file per run, arrays alone, in the batch's restart folder; it is written whole or not at all. It holds a key, by which a file of other settings
or other code is known, and a checksum of its arrays, by which a damaged one is known: both are passed over. The folder goes when the batch is done.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vitrine.errors import InputError
from vitrine.files import whole_file


@dataclass(frozen=True)
class Restarts:
    """The restart files of a batch.

    folder; every: sweeps between two savings; origin: all that the runs depend on, as plain JSON values; walltime_minutes: None for no limit.
    """

    folder: Path
    every: int
    origin: object
    walltime_minutes: float | None = None
    started: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, params: object, walltime_minutes: float | None) -> Restarts:
        """Those of a job: params has `restarts`, its folder, and the settings, seed, model and hash of the code that its runs depend on."""
        origin = {"settings": params.settings, "seed": params.seed, "model": params.model, "code": params.code}
        return cls(Path(params.restarts), params.settings["restart_sweeps"], origin, walltime_minutes)

    def keeper(self, name: str, stream: Callable[[int], np.random.Generator], *origin: object) -> Keeper:
        """The keeper of one run; `stream(sweep)` is the random stream from a sweep on, `origin` what this run alone depends on."""
        key = hashlib.sha256(json.dumps([self.origin, *origin], sort_keys=True, default=str).encode()).hexdigest()
        deadline = None if self.walltime_minutes is None else self.started + 60 * self.walltime_minutes
        return Keeper(Path(self.folder) / f"{name}.npz", key, self.every, stream, deadline)

    def clear(self) -> None:
        """Remove the folder: the batch is done."""
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class Keeper:
    """Stores one sample's run, and finds it again."""

    path: Path
    key: str
    every: int
    stream: Callable[[int], np.random.Generator]
    deadline: float | None = None

    def save(self, progress: Mapping[str, np.ndarray], chain: Mapping[str, np.ndarray]) -> None:
        """Store a run. Raises InputError when the walltime is over: what was done is stored."""
        parts = {f"{part}/{name}": value for part, arrays in (("progress", progress), ("chain", chain)) for name, value in arrays.items()}
        with whole_file(self.path) as partial:
            np.savez(partial, key=np.array(self.key), checksum=np.array(_checksum(parts)), **parts)
        if self.deadline is not None and time.monotonic() >= self.deadline:
            raise InputError(f"preparation.walltime_minutes is over: what was done is kept in {self.path.parent}, run again to go on")

    def load(self) -> dict[str, dict[str, np.ndarray]] | None:
        """The stored run as {"progress": ..., "chain": ...}; None where there is none, or where it is damaged or another run's."""
        if not self.path.exists():
            return None
        log = logging.getLogger("vitrine")
        try:
            with np.load(self.path, allow_pickle=False) as stored:
                if str(stored["key"]) != self.key:
                    log.info("%s belongs to other settings and is passed over", self.path.name)
                    return None
                parts = {name: stored[name] for name in stored.files if name not in ("key", "checksum")}
                if str(stored["checksum"]) != _checksum(parts):
                    raise ValueError("its checksum does not match")
        except Exception as error:  # a damaged file leads the readers of archives and arrays into any error there is: see the test of flipped bits
            log.warning("%s cannot be read (%s): the sample starts anew", self.path.name, error)
            return None
        log.info("going on from %s", self.path.name)
        run: dict[str, dict[str, np.ndarray]] = {"progress": {}, "chain": {}}
        for name, array in parts.items():
            part, _, inner = name.partition("/")
            run[part][inner] = array
        return run


def _checksum(parts: Mapping[str, np.ndarray]) -> str:
    """SHA-256 of named arrays: names, types, shapes and numbers."""
    digest = hashlib.sha256()
    for name in sorted(parts):
        array = np.asarray(parts[name])
        digest.update(repr((name, array.dtype.str, array.shape)).encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
