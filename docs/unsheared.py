"""The sheared glass of tests/data/pymattersim put back to no strain, as a LAMMPS dump for docs/key_core_glass.yaml.

    python -m docs.unsheared

The file holds a glass after one step of simple shear. The step back is affine: x -> x - gamma y, of the particles and of the box. What is left, which
is of the order of gamma, the study's quench relaxes, as the first author's own minimisation did on the way.
"""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
from vitrine.files import whole_file
from vitrine.models import glass_former, published_parameters
from vitrine.samples import Sample
from vitrine.samples.foreign import read_frames

from docs.blocks import REPOSITORY

SHEARED = REPOSITORY / "tests" / "data" / "pymattersim" / "2d_triclinic.atom.gz"


def unsheared(path: Path = SHEARED) -> Sample:
    """The glass in a square box, before it is relaxed."""
    (glass,) = read_frames(path, glass_former("binary_ipl", published_parameters("binary_ipl")))
    back = np.array([[1.0, -glass.box[0, 1] / glass.box[1, 1]], [0.0, 1.0]])
    return replace(glass, positions=np.ascontiguousarray(glass.positions @ back.T), box=np.diag(np.diag(glass.box)))


def write(path: Path) -> None:
    """The glass as a gzipped LAMMPS dump; types are 1 (A) and 2 (B)."""
    glass = unsheared()
    bounds = "".join(f"0.0 {length!r}\n" for length in np.diag(glass.box).tolist())
    rows = (
        f"{one + 1} {kind + 1} {x!r} {y!r}\n" for one, (kind, (x, y)) in enumerate(zip(glass.types.tolist(), glass.positions.tolist(), strict=True))
    )
    text = f"ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n{glass.particles}\nITEM: BOX BOUNDS pp pp pp\n{bounds}-0.5 0.5\nITEM: ATOMS id type x y\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as partial, gzip.open(partial, "wt") as stream:
        stream.write(text + "".join(rows))


if __name__ == "__main__":
    write(Path("results") / "unsheared" / "2dipl.dump.gz")
