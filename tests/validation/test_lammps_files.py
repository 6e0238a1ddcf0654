"""Files that LAMMPS writes of a tilted Kob-Andersen glass: read back, energy, pressure and Hessian are those that LAMMPS has.

The glass begins at a corner that is not the origin and some of its particles lie outside the box, for LAMMPS to fold them and to set image flags.
`dynamical_matrix` is the derivative of LAMMPS's own forces by central differences.
"""

import dataclasses

import lammps_runs
import numpy as np
import pytest
import vitrine
from foreign_files import data_text
from lammps_runs import KOB_ANDERSEN_2D, KOB_ANDERSEN_3D
from naive import jittered, strained
from vitrine.interactions import Interactions
from vitrine.models import glass_former
from vitrine.preparation.minimise import minimise
from vitrine.samples.foreign import read_frames
from vitrine.samples.formats import index_file

pytestmark = [pytest.mark.lammps, pytest.mark.skipif(lammps_runs.LMP is None, reason="the program lmp of LAMMPS is absent")]

SPATIAL = vitrine.GLASS_FORMERS["kob_andersen"]
CASES = {3: (SPATIAL, 7, KOB_ANDERSEN_3D), 2: ({**SPATIAL, "dimension": 2, "small_fraction": 0.35, "cutoff_of": "pair"}, 13, KOB_ANDERSEN_2D)}
SHEAR, CORNER = np.array([[1, 0.15, -0.1], [0, 1.01, 0.12], [0, 0, 0.99]]), (-3.5, 1.25, 0.5)
STEP = 2e-6  # of the central differences
TYPES = {"1": "A", "2": "B"}
COLUMNS = {
    "x.dump": "id type x y z",
    "xu.dump": "id type xu yu zu ix iy iz",
    "xs.dump": "type xs ys zs id",
    "xsu.dump.gz": "id type xsu ysu zsu",
    "images.dump.gz": "id x y z ix iy iz type mass",
    "planar.dump": "id type x y",
}


@pytest.fixture(scope="module", params=[3, 2])
def case(request, tmp_path_factory):
    """A folder of what LAMMPS wrote, the glass, and energy and pressure as LAMMPS has them."""
    folder, d = tmp_path_factory.mktemp("lammps"), request.param
    parameters, side, interactions = CASES[d]
    start = strained(jittered(glass_former("kob_andersen", parameters), side, jitter=0.05), SHEAR[:d, :d])
    end = minimise(start, "cg", tolerance=1e-9)
    assert end.converged
    glass, rng = end.sample, np.random.default_rng(2)
    assert abs(glass.box[0, 1]) > 0.1 * glass.box[0, 0]
    outside = dataclasses.replace(glass, positions=glass.positions + rng.integers(-2, 3, glass.positions.shape) @ glass.box.T)
    commands = "".join(
        f'dump {place} all custom 1 {name} {columns}\ndump_modify {place} format float "%.17g"\n'
        for place, (name, columns) in enumerate(COLUMNS.items(), 1)
        if d == 2 or name != "planar.dump"
    )
    commands += 'run 0\nprint "$(v_u:%.17g) $(v_p:%.17g)" file thermo.txt\nwrite_data x.data\nwrite_data bare.data nocoeff pair ij\n'
    lammps_runs.run(folder, glass, interactions, commands, data=data_text(outside, low=CORNER[:d], moving=False))
    energy, pressure = np.loadtxt(folder / "thermo.txt")
    return folder, glass, float(energy), float(pressure)


def files(folder):
    return sorted([*folder.glob("*.dump"), *folder.glob("*.dump.gz"), folder / "x.data", folder / "bare.data"])


def test_energy_and_pressure_of_every_file(case):
    folder, glass, energy, pressure = case
    assert len(files(folder)) == (7 if glass.dimension == 3 else 8)
    for path in files(folder):
        assert index_file(path).particles == (glass.particles,) and index_file(path).dimension == glass.dimension
        found = vitrine.read(path, glass.model, types=TYPES)
        ours = Interactions.of(found)
        assert ours.energy == pytest.approx(energy, rel=1e-9) and ours.pressure == pytest.approx(pressure, rel=1e-9), path.name
        assert np.array_equal(found.types, glass.types) and found.box == pytest.approx(glass.box, rel=1e-12, abs=1e-12) and found.masses is None
        assert found.provenance["imported"]["digits"] >= 16


def test_the_bounding_box_taken_for_the_box_would_be_seen(case):
    """What the test above can tell."""
    folder, glass, energy, _ = case
    wrong = glass.box.copy()
    wrong[0, 0] += abs(wrong[0, 1])
    assert abs(Interactions.of(glass.moved(glass.positions, box=wrong)).energy / energy - 1) > 1e-3


def test_the_hessian_is_the_dynamical_matrix(case, tmp_path):
    """Of unit masses, particle by particle in the order of their ids."""
    folder, glass, _, _ = case
    theirs = lammps_runs.dynamical_matrix(tmp_path, glass, CASES[glass.dimension][2], STEP, data=(folder / "x.data").read_text())
    for name in ("xsu.dump.gz", "x.data"):
        ours = Interactions.of(vitrine.read(folder / name, glass.model, types=TYPES)).hessian.toarray()
        difference = np.abs(ours - theirs).max() / np.abs(ours).max()
        print(f"{name}, d = {glass.dimension}: the Hessian and LAMMPS's differ by {difference:.1e} of the largest entry")
        assert difference < lammps_runs.rounding(glass, STEP)


@pytest.mark.parametrize("style", ["charge", "sphere", "full"])
def test_data_files_of_other_styles(case, style, tmp_path):
    """As LAMMPS writes them; style sphere has the diameters, and masses from its densities."""
    _, glass, energy, _ = case
    rng = np.random.default_rng(4)
    sized = dataclasses.replace(glass, sizes=rng.uniform(0.5, 1.5, glass.particles)) if style == "sphere" else glass
    commands = 'compute m all property/atom mass\ndump 1 all custom 1 x.dump id type mass x y z\ndump_modify 1 format float "%.17g"\n'
    data = data_text(sized, style, low=CORNER[: glass.dimension], density=2.0, masses=(1.0, 3.0), moving=False)
    interactions = CASES[glass.dimension][2]
    lammps_runs.run(tmp_path, glass, interactions, commands + "run 0\nwrite_data x.data\n", data=data, style=style)
    found, dumped = (vitrine.read(tmp_path / name, glass.model, types=TYPES) for name in ("x.data", "x.dump"))
    assert Interactions.of(found).energy == pytest.approx(energy, rel=1e-9)
    expected = np.pi / 6 * sized.sizes**3 * 2.0 if style == "sphere" else np.where(glass.types == 0, 1.0, 3.0)
    assert found.masses == pytest.approx(expected, rel=1e-12) and dumped.masses == pytest.approx(expected, rel=1e-12)
    assert "masses kept" in found.provenance["imported"]["done"]


def test_a_trajectory_of_lammps(case, tmp_path):
    """Frames of a run with times and units between them; each has its own energy, and the last its forces."""
    _, glass, _, _ = case
    commands = (
        "velocity all create 0.3 12345\nfix 1 all nve\ntimestep 0.004\n"
        'dump 1 all custom 10 x.lammpstrj id type xu yu zu fx fy fz\ndump_modify 1 format float "%.17g" units yes time yes\n'
        'fix 2 all print 10 "$(step) $(v_u:%.17g)" file energies.txt title "" screen no\nrun 40\n'
    )
    lammps_runs.run(tmp_path, glass, CASES[glass.dimension][2], commands)
    energies = dict(np.loadtxt(tmp_path / "energies.txt"))
    samples = read_frames(tmp_path / "x.lammpstrj", glass.model, types=TYPES)
    assert len(samples) == 5 and index_file(tmp_path / "x.lammpstrj").particles == (glass.particles,) * 5
    for number, sample in enumerate(samples):
        assert Interactions.of(sample).energy == pytest.approx(energies[10 * number], rel=1e-9)
    rows = np.loadtxt((tmp_path / "x.lammpstrj").read_text().splitlines()[-glass.particles :])
    theirs = rows[np.argsort(rows[:, 0]), 5 : 5 + glass.dimension]
    assert np.abs(theirs).max() > 1
    assert np.abs(Interactions.of(samples[-1]).forces - theirs).max() < 1e-9 * np.abs(theirs).max()
