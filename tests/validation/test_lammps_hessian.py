r"""An independent code: LAMMPS, for Hessians of every glass former of the registry whose potential it knows, in upright and tilted boxes.

Springs that push are its granular spheres, `gran/hooke` without friction, whose energy it does not tell; those of Hertz are `gran/hertz/history`. The
matrix is the derivative of LAMMPS's own forces by central differences, whose own errors are rounding and the fourth derivative. The stiffness of
harmonic spheres jumps where they touch: no pair of the samples here is as near as that.
"""

import lammps_runs
import numpy as np
import pytest
from lammps_runs import BINARY_IPL, IPL_CRYSTAL, KOB_ANDERSEN_2D, KOB_ANDERSEN_3D, as_spheres
from naive import jittered, strained
from vitrine.interactions import Interactions
from vitrine.models import glass_former, published_parameters

pytestmark = [pytest.mark.lammps, pytest.mark.skipif(lammps_runs.LMP is None, reason="the program lmp of LAMMPS is absent")]

STEP = 1e-6
KA_2D = {"dimension": 2, "small_fraction": 0.35, "cutoff_of": "pair"}
GRANULAR = "comm_modify vel yes\npair_style {} 0 0 0 0 0\npair_coeff * *\n"
CASES = {
    "kob_andersen, 2d": ("kob_andersen", KA_2D, 8, KOB_ANDERSEN_2D),
    "kob_andersen, 3d": ("kob_andersen", {}, 6, KOB_ANDERSEN_3D),
    "binary_ipl, 2d": ("binary_ipl", {}, 9, BINARY_IPL),
    "binary_ipl, 3d": ("binary_ipl", {"dimension": 3, "density": 0.82}, 5, BINARY_IPL),
    "ipl_crystal, 2d": ("ipl_crystal", {}, 8, IPL_CRYSTAL),
    "ipl_crystal, 3d": ("ipl_crystal", {"dimension": 3, "density": 1.0}, 5, IPL_CRYSTAL),
    "harmonic_spheres, 2d": ("harmonic_spheres", {"dimension": 2, "density": 1.0}, 8, GRANULAR.format("gran/hooke 1.0")),
    "harmonic_spheres, 3d": ("harmonic_spheres", {"density": 0.9}, 5, GRANULAR.format("gran/hooke 1.0")),
    "hertzian_spheres, 2d": ("hertzian_spheres", {"dimension": 2, "density": 1.2, "size_ratio": 1.0}, 8, GRANULAR.format("gran/hertz/history 2.0")),
    "hertzian_spheres, 3d": ("hertzian_spheres", {"density": 1.2, "size_ratio": 1.0}, 5, GRANULAR.format("gran/hertz/history 2.0")),
}
SPHERES = ("harmonic_spheres", "hertzian_spheres")


@pytest.mark.parametrize("tilted", [False, True], ids=["upright", "tilted"])
@pytest.mark.parametrize(("name", "changes", "side", "interactions"), CASES.values(), ids=CASES)
def test_the_hessian(name, changes, side, interactions, tilted, tmp_path):
    """Particles shaken about a lattice, so that forces are in it as well."""
    sample = jittered(glass_former(name, {**published_parameters(name), **changes}), side, jitter=0.08)
    if tilted:
        sample = strained(sample, np.eye(sample.dimension) + 0.1 * np.eye(sample.dimension, k=1))
        assert sample.box[0, 1] > 0.05 * sample.box[1, 1]
    bonds = Interactions.of(sample)
    ours = bonds.hessian.toarray()
    spheres = {"data": as_spheres(sample), "style": "sphere"} if name in SPHERES else {}
    types = {"types": len(sample.model.scales)} if not spheres else {}
    theirs = lammps_runs.dynamical_matrix(tmp_path, sample, interactions, STEP, **spheres, **types)
    largest = np.abs(ours).max()
    apart = np.abs(ours - theirs).max() / largest
    own = lammps_runs.rounding(sample, STEP) + STEP**2 / 6 * np.abs(bonds.derivatives[4]).max() / largest  # errors of the differences themselves
    print(f"{name}, d = {sample.dimension}: the Hessian and LAMMPS's differ by {apart:.1e} of the largest entry")
    assert np.count_nonzero(ours) > 2 * len(ours) and apart < own < 1e-7
