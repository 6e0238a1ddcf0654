"""Make docs/ovito.png anew, by the lines of docs/ovito.md: python -m docs.ovito_picture, where OVITO's library is installed."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path

import numpy as np
import vitrine
from PIL import Image
from vitrine.preparation.minimise import minimise
from vitrine.preparation.start import random_start
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.samples import Sample

FOLDER = Path(__file__).parent
SEED, PARTICLES, TEMPERATURE, SWEEPS = 20, 1024, 0.6, 1000
COLOURS = 128  # of the picture that is kept, for it to be small


def glass() -> Sample:
    """A planar glass from a short liquid, moved so that what takes part most in its softest mode is in the middle."""
    rng = np.random.default_rng(SEED)
    chain = SwapMonteCarlo(random_start(vitrine.glass_former("binary_ipl"), PARTICLES, rng), TEMPERATURE, rng)
    chain.tune(100, 0.25)
    chain.advance(SWEEPS)
    end = minimise(chain.current(), "lbfgs").sample
    core = end.positions[np.argmax(vitrine.mode_vectors(end, 1)["shares"][0])]
    return end.moved(end.positions - core + end.box.sum(axis=1) / 2)


def blocks() -> list[str]:
    """The Python of the page."""
    return re.findall(r"^```python\n(.*?)^```$", (FOLDER / "ovito.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def main() -> None:
    """Write the picture."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    to_write, to_draw, *_ = blocks()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        vitrine.write("glass.gsd", glass())
        for block in (to_write, to_draw):
            exec(compile(block, "docs/ovito.md", "exec"), {})
        Image.open("ovito.png").convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(FOLDER / "ovito.png", optimize=True)


if __name__ == "__main__":
    main()
