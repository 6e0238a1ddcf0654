"""An independent code: LAMMPS's `compute stress/atom`, particle by particle, for the mixture of Kob and Andersen in space (003 sec. II)."""

import lammps_runs
import numpy as np
import pytest
from lammps_runs import KOB_ANDERSEN_3D
from naive import scattered, strained
from vitrine.interactions import Interactions
from vitrine.interactions.stress import atomic_stresses
from vitrine.models import glass_former, published_parameters

pytestmark = [pytest.mark.lammps, pytest.mark.skipif(lammps_runs.LMP is None, reason="the program lmp of LAMMPS is absent")]


@pytest.mark.parametrize("shear", [0.0, 0.1])
def test_atomic_stresses(shear, tmp_path):
    """LAMMPS gives stress times volume, also positive in tension. A particle has V/N here."""
    sample = scattered(glass_former("kob_andersen", published_parameters("kob_andersen")), 200, np.random.default_rng(1))
    sample = strained(sample, np.eye(3) + shear * np.eye(3, k=1)) if shear else sample
    commands = (
        "compute s all stress/atom NULL virial\ndump 1 all custom 1 stress.dump id c_s[1] c_s[2] c_s[3] c_s[4] c_s[5] c_s[6]\n"
        'dump_modify 1 sort id format float "%.17g"\nrun 0\n'
    )
    lammps_runs.run(tmp_path, sample, KOB_ANDERSEN_3D, commands)
    theirs = np.loadtxt(tmp_path / "stress.dump", skiprows=9)[:, 1:] * sample.particles / sample.volume
    ours = atomic_stresses(Interactions.of(sample))
    for column, (a, b) in enumerate(((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))):
        np.testing.assert_allclose(ours[:, a, b], theirs[:, column], rtol=0, atol=1e-11 * np.abs(theirs).max())
