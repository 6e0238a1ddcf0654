"""Speed of reading what others wrote: a trajectory as GSD and as a LAMMPS text dump, every frame as a checked sample."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import gsd.hoomd
import numpy as np
from vitrine.samples import Sample
from vitrine.samples.foreign import read_frames

from benchmarks.timing import seconds

FRAMES = 1000


def as_gsd(path: Path, samples: Sequence[Sample], frames: int) -> Path:
    """Samples by turns as frames of HOOMD-blue in double precision."""
    with gsd.hoomd.open(str(path), "w", precision="double") as trajectory:
        for number in range(frames):
            sample, frame = samples[number % len(samples)], gsd.hoomd.Frame()
            frame.configuration.box = [*np.diag(sample.box), 0, 0, 0]
            frame.particles.N, frame.particles.position = sample.particles, sample.positions - sample.box.sum(axis=1) / 2
            frame.particles.typeid, frame.particles.types, frame.particles.diameter = sample.types, ["A"], sample.sizes
            trajectory.append(frame)
    return path


def as_dump(path: Path, samples: Sequence[Sample], frames: int) -> Path:
    """Samples by turns as frames of a text dump with seventeen digits."""
    texts = []
    for sample in samples:
        bounds = "".join(f"0 {edge:.17g}\n" for edge in np.diag(sample.box))
        columns = zip(sample.types + 1, sample.sizes, *sample.positions.T, strict=True)
        rows = "".join(f"{number} {t} {s:.17g} {x:.17g} {y:.17g} {z:.17g}\n" for number, (t, s, x, y, z) in enumerate(columns, 1))
        texts.append(f"ITEM: BOX BOUNDS pp pp pp\n{bounds}ITEM: ATOMS id type diameter x y z\n{rows}")
    with path.open("w") as file:
        for step in range(frames):
            file.write(f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n{samples[0].particles}\n{texts[step % len(texts)]}")
    return path


def reading_rows(liquid: Sample, frames: int = FRAMES) -> list[tuple]:
    """Rows of reading a trajectory of a liquid in space, of which every tenth frame differs."""
    rng = np.random.default_rng(0)
    samples = [liquid.moved(np.mod(liquid.positions + 1e-3 * rng.standard_normal(liquid.positions.shape), np.diag(liquid.box))) for _ in range(10)]
    rows = []
    with tempfile.TemporaryDirectory() as place:
        for kind, write, limit in (("GSD", as_gsd, 2.0), ("a text dump", as_dump, 20.0)):
            path = write(Path(place) / {"GSD": "x.gsd", "a text dump": "x.dump"}[kind], samples, frames)
            taken = seconds(lambda path=path: read_frames(path, liquid.model), least=0.0)
            rows.append((f"reading of {frames} frames of N = {liquid.particles} from {kind}", taken, f"{limit:g} s", limit * frames / FRAMES))
    return rows


def import_rows(glass: Sample, spectrum: float) -> list[tuple]:
    """The row of reading one glass from a text dump, beside the time [s] of its spectrum."""
    with tempfile.TemporaryDirectory() as place:
        path = as_dump(Path(place) / "x.dump", [glass], 1)
        return [("reading of a glass from a text dump", seconds(lambda: read_frames(path, glass.model)), "its D(omega), values", spectrum)]
