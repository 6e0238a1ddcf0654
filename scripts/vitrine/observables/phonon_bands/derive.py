"""c of the widths of bands, and the exponents with which omega_dagger and the widths' prefactor follow the size of the box (004 eqs. 4, 5)."""

from __future__ import annotations

import numpy as np

from vitrine.aggregation.results import Results, Rows, combined
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio
from vitrine.statistics.fits import fit_line

NAMES = {2: "omega_dagger_exponent_2d", 3: "omega_dagger_exponent_3d"}


def add_quantities(results: Results) -> None:
    """c: the prefactor of the widths over chi, where the samples are enough for chi; omega_dagger in omega_0 = c_s/a0 of the same glasses."""
    for quantities in results.ensembles.values():
        if "band_prefactor" in quantities and "chi" in quantities:
            quantities["band_constant"] = combined(ratio, NONE, quantities["band_prefactor"], quantities["chi"])
        if "omega_dagger" in quantities and "c_s" in quantities:
            a0 = quantities["spacing"].values if "spacing" in quantities else results.a0
            found = combined(lambda omega, speed, a0=a0: ratio(omega * a0, speed), "c_s/a0", quantities["omega_dagger"], quantities["c_s"])
            quantities["omega_dagger_omega_0"] = found


def fit_phonon_bands(rows: Rows, results: Results) -> None:
    """ln omega_dagger against ln L, L = N^(1/d) in a0, and ln(c chi) against ln N, over the sizes of the first series that has several."""
    d, size = results.settings.dimension, results.settings.place_of("particles")
    for name, quantity, power in ((NAMES.get(d), "omega_dagger_omega_0", 1 / d), ("band_width_exponent", "band_prefactor", 1.0)):
        keys = results.by_size(quantity)
        if name is None or len(keys) < 2:
            continue
        found = [results.ensembles[key][quantity] for key in keys]
        sizes = np.array([key[size] for key in keys], dtype=float)
        values = np.stack([one.values for one in found], axis=1)
        fit = fit_line(power * np.log(sizes), np.log(np.where(values > 0, values, np.nan)))
        if fit.used.sum() < 2:
            continue
        window = f"N = {', '.join(f'{value:g}' for value in sizes[fit.used])}; {fit.window}"
        used = int(sum(one.samples for one, taken in zip(found, fit.used, strict=True) if taken))
        rows.add(name, fit.slope, NONE, window, used)
        rows.add(f"{name}_intercept", fit.intercept, NONE, window, used)
        rows.add_number(f"{name}_chi_square", fit.chi_square, np.nan, "per degree of freedom", window, used)
