"""An independent code: LAMMPS's eam/fs and eam/alloy, for tables that the test writes, and for the published ones of 003, refs. 65 and 66."""

import eam_tables
import lammps_runs
import numpy as np
import pytest
from naive import scattered, strained
from vitrine.interactions import Interactions
from vitrine.interactions.stress import atomic_stresses
from vitrine.models import glass_former

from examples.write_eam_table import PUBLISHED, published

pytestmark = [pytest.mark.lammps, pytest.mark.skipif(lammps_runs.LMP is None, reason="the program lmp of LAMMPS is absent")]
STRESSES = (
    "compute s all stress/atom NULL virial\ndump 2 all custom 1 stress.dump id c_s[1] c_s[2] c_s[3]\n"
    'dump_modify 2 sort id format float "%.17g"\n'
)  # fmt: skip


def interactions(style, table, elements):
    return f"pair_style {style}\npair_coeff * * {table} {' '.join(elements)}\n"


def differences(sample, said):
    """Energy, pressure and forces relative to what LAMMPS says."""
    (energy, pressure, forces), ours = said, Interactions.of(sample)
    relative = [ours.energy / energy - 1, ours.pressure / pressure - 1, np.abs(ours.forces - forces).max() / np.abs(forces).max()]
    print("relative differences to LAMMPS: energy {:.1e}, pressure {:.1e}, forces {:.1e}".format(*relative))
    return np.abs(relative)


@pytest.mark.parametrize("style", ["eam/fs", "eam/alloy"])
def test_energy_pressure_forces_and_stresses(style, tmp_path):
    sample = scattered(eam_tables.model(tmp_path, style), 150, np.random.default_rng(3))
    sample = strained(sample, np.eye(3) + 0.05 * np.eye(3, k=1))
    words = interactions(style, f"made_up.{style.replace('/', '.')}", ("Xa", "Yb"))
    assert differences(sample, lammps_runs.static(tmp_path, sample, words + STRESSES)).max() < 1e-11
    theirs = np.loadtxt(tmp_path / "stress.dump", skiprows=9)[:, 1:] * sample.particles / sample.volume
    ours = np.diagonal(atomic_stresses(Interactions.of(sample)), axis1=1, axis2=2)
    np.testing.assert_allclose(ours, theirs, atol=1e-10 * np.abs(theirs).max())


@pytest.mark.skipif(not lammps_runs.LMP or not lammps_runs.knows_dynamical_matrix(), reason="this LAMMPS has no command dynamical_matrix")
def test_hessian(tmp_path):
    """By differences of LAMMPS's forces; second derivatives jump at the points of a table, by as much as the tolerance says."""
    sample = scattered(eam_tables.model(tmp_path), 150, np.random.default_rng(3))
    masses = sample.model.masses[sample.types]
    theirs = lammps_runs.dynamical_matrix(
        tmp_path, sample.moved(sample.positions, masses=masses), interactions("eam/fs", "made_up.eam.fs", ("Xa", "Yb")), 1e-5
    )
    roots = np.sqrt(np.repeat(masses, 3))
    ours = Interactions.of(sample).hessian.toarray() / np.outer(roots, roots)
    away = np.abs(ours - theirs) / np.abs(theirs).max()
    print(f"relative differences to LAMMPS: Hessian {away.max():.1e}, median {np.median(away[away > 0]):.1e}")
    assert away.max() < 2e-3 and np.quantile(away, 0.99) < 1e-5


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_tables(name, tmp_path):
    content = published(name)
    if content is None:
        pytest.skip("the published table is absent: Debian's package openkim-models has it")
    (tmp_path / "published.eam.fs").write_bytes(content)
    _, elements, density = PUBLISHED[name]
    parameters = {"table": str(tmp_path / "published.eam.fs"), "elements": list(elements), "fractions": {"A": 0.64, "B": 0.36}, "density": density}
    sample = scattered(glass_former("eam", parameters), 300, np.random.default_rng(4))
    said = lammps_runs.static(tmp_path, sample, interactions("eam/fs", "published.eam.fs", elements))
    assert differences(sample, said).max() < 1e-8
