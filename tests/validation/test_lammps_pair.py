r"""An independent code: LAMMPS, for formulas that Vitrine does not have built in: Morse, Yukawa, Born-Mayer-Huggins, and a table.

`morse/smooth/linear` has potential and force shifted to zero at the cutoff; `pair_modify shift yes` shifts the energy alone, and without it the
potential ends bare. A mixture mixes them by `pair_style hybrid`.
"""

import lammps_runs
import numpy as np
import pytest
import vitrine
from naive import strained
from vitrine.interactions import Interactions
from vitrine.preparation.start import random_start

pytestmark = [pytest.mark.lammps, pytest.mark.skipif(lammps_runs.LMP is None, reason="the program lmp of LAMMPS is absent")]

MORSE = "D*(exp(-2*a*(r - r0)) - 2*exp(-a*(r - r0)))"
WELLS = {"D": {"AA": 1.0, "AB": 1.5, "BB": 0.5}, "a": {"AA": 6.0, "AB": 7.0, "BB": 5.0}, "r0": {"AA": 1.12, "AB": 0.9, "BB": 1.0}}
YUKAWA = "A*exp(-kappa*r)/r"
BORN = "A*exp((sigma - r)/rho) - C/r**6 + D/r**8"
IONS = {"A": 2.0, "sigma": 1.0, "rho": 0.1, "C": 0.5, "D": 0.1}
EACH = {**IONS, "A": {"AA": 0.0, "AB": 30.0, "BB": 2.0}, "D": {"AA": 1.0, "AB": 0.0, "BB": 0.1}, "a": 6.0, "r0": 1.12, "kappa": 2.5}
CASES = {
    "morse, force shifted": (
        {"formula": MORSE, "constants": WELLS, "cutoff": 2.4, "smoothing": "shifted_force"},
        "pair_style morse/smooth/linear 2.4\n"
        + "".join(f"pair_coeff {i} {j} {WELLS['D'][p]} {WELLS['a'][p]} {WELLS['r0'][p]}\n" for p, i, j in (("AA", 1, 1), ("AB", 1, 2), ("BB", 2, 2))),
    ),
    "morse, bare": (
        {"formula": MORSE, "constants": WELLS, "cutoff": "2*r0", "smoothing": "none"},
        "pair_style morse 2.4\n"
        + "".join(
            f"pair_coeff {i} {j} {WELLS['D'][p]} {WELLS['a'][p]} {WELLS['r0'][p]} {2 * WELLS['r0'][p]}\n"
            for p, i, j in (("AA", 1, 1), ("AB", 1, 2), ("BB", 2, 2))
        ),
    ),
    "yukawa, energy shifted": (
        {"formula": YUKAWA, "constants": {"A": {"AA": 40.0, "AB": 30.0, "BB": 20.0}, "kappa": 2.5}, "cutoff": 2.5, "smoothing": "shifted_energy"},
        "pair_style yukawa 2.5 2.5\npair_coeff 1 1 40.0\npair_coeff 1 2 30.0\npair_coeff 2 2 20.0\npair_modify shift yes\n",
    ),
    "born, energy shifted": (
        {"formula": BORN, "constants": IONS, "cutoff": 2.5, "inner": 0.55, "smoothing": "shifted_energy"},
        "pair_style born 2.5\npair_coeff * * 2.0 0.1 1.0 0.5 0.1\npair_modify shift yes\n",
    ),
    "one formula each": (
        {
            "formula": {"AA": MORSE, "AB": YUKAWA, "BB": BORN},
            "constants": EACH,
            "cutoff": 2.3,
            "inner": {"AA": 0.3, "AB": 0.1, "BB": 0.55},
            "smoothing": "shifted_energy",
        },
        "pair_style hybrid morse 2.3 yukawa 2.5 2.3 born 2.3\npair_coeff 1 1 morse 1.0 6.0 1.12\npair_coeff 1 2 yukawa 30.0\n"
        "pair_coeff 2 2 born 2.0 0.1 1.0 0.5 0.1\npair_modify shift yes\n",
    ),
}  # fmt: skip


def model_of(parameters, dimension):
    return vitrine.glass_former("pair", dimension=dimension, density=1.1 if dimension == 3 else 1.0, fractions={"A": 0.6, "B": 0.4}, **parameters)


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize(("parameters", "interactions"), CASES.values(), ids=CASES)
def test_energy_pressure_and_forces(tmp_path, parameters, interactions, dimension):
    """In a sheared box, by the exact derivatives."""
    sample = random_start(model_of(parameters, dimension), 300, np.random.default_rng(2))
    sample = strained(sample, np.eye(dimension) + 0.1 * np.eye(dimension, k=1))
    ours = Interactions.of(sample)
    energy, pressure, forces = lammps_runs.static(tmp_path, sample, interactions)
    relative = ours.energy / energy - 1, ours.pressure / pressure - 1, np.abs(ours.forces - forces).max() / np.abs(ours.pair_forces).max()
    print("relative differences to LAMMPS: energy {:.1e}, pressure {:.1e}, forces {:.1e}".format(*relative))
    assert np.abs(relative).max() < 1e-12


def test_a_table_against_the_formula_in_lammps(tmp_path):
    """A table of Morse's potential with 400 points, cut off as the formula."""
    parameters, interactions = CASES["morse, force shifted"]
    r, files = np.geomspace(0.4, 2.5, 400), {}
    for kind in ("AA", "AB", "BB"):
        d, a, r0 = (WELLS[name][kind] for name in ("D", "a", "r0"))
        files[kind] = str(tmp_path / f"{kind}.txt")
        np.savetxt(files[kind], np.column_stack([r, d * (np.exp(-2 * a * (r - r0)) - 2 * np.exp(-a * (r - r0)))]), fmt="%.17g")
    tabulated = {"table": files, "cutoff": 2.4, "smoothing": "shifted_force"}
    sample = random_start(model_of(parameters, 3), 300, np.random.default_rng(2))
    ours = Interactions.of(sample.moved(sample.positions, model=model_of(tabulated, 3)))
    energy, pressure, forces = lammps_runs.static(tmp_path, sample, interactions)
    assert ours.energy == pytest.approx(energy, rel=1e-10) and ours.pressure == pytest.approx(pressure, rel=1e-9)
    assert np.abs(ours.forces - forces).max() < 1e-9 * np.abs(ours.pair_forces).max()
