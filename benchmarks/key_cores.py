"""A glass of the plane taken through everything that is measured of its key core, but for the steps of finite strain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from vitrine.models import glass_former, published_parameters
from vitrine.observables.disc_shear.measure import shear_discs
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.key_cores.measure import find_key_cores
from vitrine.observables.mode_defects.measure import find_mode_defects
from vitrine.observables.transverse_density.measure import measure_transverse_density
from vitrine.observables.vibrability.measure import measure_vibrability
from vitrine.observables.volume_modes.measure import decompose_modes
from vitrine.samples import Sample
from vitrine.samples.foreign import read_frames

from benchmarks.timing import seconds

GLASS = Path(__file__).resolve().parents[1] / "tests" / "data" / "pymattersim" / "2d_triclinic.atom.gz"  # N = 8192, at rest
MOST_SECONDS, MOST_OF_DENSITY = 15.0, 120.0


def key_core_rows() -> list[tuple]:
    """Vibrability, moduli, parts of the modes, core with string and square, defects of the mode, discs with every pinning; and D_i^T(omega)/omega."""
    (glass,) = read_frames(GLASS, glass_former("binary_ipl", published_parameters("binary_ipl")))
    nowhere = dict.fromkeys(("inside", "excited"), np.zeros(glass.particles))
    return [
        ("key core of a glass, N = 8192", seconds(lambda: _measured(glass)), f"{MOST_SECONDS:g} s", MOST_SECONDS),
        (
            "transverse density of states of a glass, N = 8192",
            seconds(lambda: measure_transverse_density(glass, nowhere)),
            f"{MOST_OF_DENSITY:g} s",
            MOST_OF_DENSITY,
        ),
    ]


def _measured(glass: Sample) -> None:
    psi, moduli = measure_vibrability(glass)["vibrability_field"], pd.DataFrame(measure_elasticity(glass))
    volume = decompose_modes(glass, psi)
    mode = volume["volume_mode_field"]
    cores = find_key_cores(glass, psi, mode, pd.DataFrame(volume["volume_modes"]), moduli)
    find_mode_defects(glass, mode, cores["key_core_field"])
    shear_discs(glass, cores["key_core_field"], psi, mode, np.random.default_rng(1))
