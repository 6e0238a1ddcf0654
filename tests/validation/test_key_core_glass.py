"""The glass of the page docs/key_cores.md: what is kept of it, measured anew by the functions alone."""

import numpy as np
import pandas as pd
import pytest
from vitrine.interactions import Interactions
from vitrine.observables.disc_shear.measure import shear_discs
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.key_cores.measure import find_key_cores
from vitrine.observables.mode_defects.measure import find_mode_defects
from vitrine.observables.transverse_density.measure import measure_transverse_density
from vitrine.observables.vibrability.measure import measure_vibrability
from vitrine.observables.volume_modes.measure import decompose_modes
from vitrine.parquet import read_table
from vitrine.preparation.minimise import minimise
from vitrine.tables import QUANTITIES

from docs.results import KEPT
from docs.unsheared import unsheared


def test_the_step_back_is_to_a_square_box():
    glass = unsheared()
    assert glass.particles == 8192 and glass.box[0, 1] == 0 and glass.box[0, 0] == glass.box[1, 1]
    assert 1e-5 < Interactions.of(glass).residual < 1e-2  # a step of 3e-5 away from rest


@pytest.mark.slow
def test_what_is_kept_of_the_glass_is_what_is_measured():
    kept = read_table(QUANTITIES, KEPT / "key_core_glass" / "quantities.parquet").set_index("quantity")["value"]
    glass = minimise(unsheared(), "lbfgs").sample
    psi, moduli = measure_vibrability(glass)["vibrability_field"], pd.DataFrame(measure_elasticity(glass))
    volume = decompose_modes(glass, psi)
    mode, modes = volume["volume_mode_field"], pd.DataFrame(volume["volume_modes"])
    cores = find_key_cores(glass, psi, mode, modes, moduli)
    discs = shear_discs(glass, cores["key_core_field"], psi, mode, np.random.default_rng(1))
    spreads = pd.DataFrame(discs["disc_shear"]).set_index("pinning")["spread"]
    density = measure_transverse_density(glass, discs["disc_field"])["transverse_density"]
    defects = pd.DataFrame(find_mode_defects(glass, mode, cores["key_core_field"])["mode_defects"]).set_index(["field", "mesh"])
    measured = {
        "shear_modulus": moduli["shear_modulus"].iloc[0],
        "transverse_share": modes["transverse"].iloc[0],
        "psi_longitudinal": modes["psi_longitudinal"].iloc[0],
        "psi_absolute": modes["psi_absolute"].iloc[0],
        "longitudinal_absolute": modes["longitudinal_absolute"].iloc[0],
        "core_size": cores["key_cores"]["core"][0],
        "string_size": cores["key_cores"]["string"][0],
        "square_alternates": cores["key_cores"]["alternates"][0],
        "disc_spread": spreads["none"],
        "disc_spread_string": spreads["string"],
        "disc_spread_square": spreads["square"],
        "disc_spread_own": spreads["own"],
        "disc_spread_strings": spreads["strings"],
        "disc_excited": np.count_nonzero(discs["disc_field"]["excited"]),
        "strings_overlap": density["overlap"][0],
        "window_modes": density["modes"][0],
        "core_charge": defects.loc[("mode", "particles"), "core_charge"],
        "core_charge_grid": defects.loc[("mode", "grid"), "core_charge"],
    }
    for name, value in measured.items():
        assert kept[name] == pytest.approx(value, rel=1e-4), name
