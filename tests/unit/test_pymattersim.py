"""Files of others in tests/data: a tilted planar glass with fifteen digits, packed, an inherent state with six, and its tests' numbers."""

import gzip
from pathlib import Path
from types import SimpleNamespace

import naive
import numpy as np
import pytest
import scipy.linalg
import vitrine
from vitrine.geometry import Cells
from vitrine.geometry.decomposition import divergence
from vitrine.interactions import Interactions
from vitrine.linalg.participation import participation_ratio
from vitrine.samples import Sample
from vitrine.samples.formats import frames_of, index_file

DATA = Path(__file__).resolve().parents[1] / "data" / "pymattersim"
TILTED, PLAIN = DATA / "2d_triclinic.atom.gz", DATA / "IS.2DIPL.atom"


@pytest.fixture(scope="module")
def tilted():
    return vitrine.read(TILTED, "binary_ipl")


@pytest.fixture(scope="module")
def inherent():
    return vitrine.read(PLAIN, "binary_ipl")


def test_what_the_files_hold():
    for path, particles, digits in ((TILTED, 8192, 15), (PLAIN, 800, 6)):
        index = index_file(path)
        assert (index.particles, index.dimension, index.format) == ((particles,), 2, "LAMMPS dump")
        ((number, frame),) = frames_of(path)
        assert (number, frame.digits, frame.positions.shape, np.bincount(frame.types).tolist()) == (0, digits, (particles, 2), [particles // 2] * 2)


def test_particles_are_those_of_the_text(tilted):
    """Two that the text names by their ids: 47 of type 1 and 116 of type 2; 8192 ids without a gap."""
    for ident, kind, place in ((47, 0, (9.76023747277833, 56.785831984407)), (116, 1, (88.4406157094145, 86.4995319502968))):
        assert tilted.types[ident - 1] == kind and tilted.positions[ident - 1].tolist() == list(place)
    assert tilted.provenance["imported"]["done"] == ["sorted by id"]


def test_bounds_of_a_tilted_box_are_those_of_the_bounding_box(tilted):
    """The modulus tells: with bounds read as edges it were 13.343, without a word."""
    assert tilted.box == pytest.approx(np.array([[97.5990850129, 0.00292797255], [0, 97.5990850129]]), rel=1e-9)
    assert Interactions.of(tilted).residual < 1e-11
    assert vitrine.measure_elasticity(tilted)["shear_modulus"][0] == pytest.approx(13.22228, abs=1e-5)


def test_the_bounding_box_taken_for_the_box_is_no_minimum(tilted):
    """The same particles in the box that the bounds would be: what the test above can tell."""
    wrong = tilted.box.copy()
    wrong[0, 0] += wrong[0, 1]
    assert Interactions.of(tilted.moved(tilted.positions, box=wrong)).residual > 1e-3


def test_frequencies_as_read(inherent):
    omega = np.sqrt(scipy.linalg.eigvalsh(Interactions.of(inherent).hessian.toarray(), subset_by_index=[0, 4])[2:])
    assert omega == pytest.approx([0.508105, 0.745986, 0.816213], abs=1e-6)


def test_six_digits_need_a_few_steps_of_a_minimiser(inherent):
    relaxed = inherent.relaxed()
    assert Interactions.of(inherent).residual > 1e-3 and Interactions.of(relaxed).residual < 1e-9
    assert 1e-5 < np.abs(relaxed.positions - inherent.positions).max() < 1e-4
    omega = np.sqrt(scipy.linalg.eigvalsh(Interactions.of(relaxed).hessian.toarray(), subset_by_index=[0, 4])[2:])
    assert omega == pytest.approx([0.508140, 0.746034, 0.816154], abs=1e-6)
    assert vitrine.measure_elasticity(relaxed)["shear_modulus"][0] == pytest.approx(14.11055, abs=1e-5)
    assert relaxed.provenance == inherent.provenance


# --- numbers that the package's own tests expect (hessian_test.py, vector_test.py, freud_neighbors_test.py) ----------------------------------------


def test_participation_ratios_are_those_of_the_package(inherent):
    """Of every tenth mode of the file as it is, the two translations among them."""
    vectors = scipy.linalg.eigh(Interactions.of(inherent).hessian.toarray(), subset_by_index=[0, 90])[1]
    expected = [1, 0.60509595, 0.4184461, 0.47013442, 0.39952026, 0.48376086, 0.37543589, 0.4782805, 0.37811075, 0.28011895]
    assert participation_ratio(vectors, 2)[::10] == pytest.approx(expected, abs=1e-6)


def test_divergences_are_those_of_the_package():
    """(1/6) sum over the six nearest neighbours j of (R_j - R_i).(v_j - v_i), for ten particles; and the participation of the velocities."""
    with gzip.open(DATA / "2ddump.first.atom.gz", "rt") as stream:
        rows = np.loadtxt(stream.readlines()[9:])
    rows = rows[np.argsort(rows[:, 0])]
    positions, velocities, length = rows[:, 2:4], rows[:, 4:6], 28.8675
    apart = positions[None] - positions[:, None]
    apart -= np.rint(apart / length) * length
    nearest = np.argsort(np.linalg.norm(apart, axis=2), axis=1)[:, 1:7]
    i, j = np.repeat(np.arange(1000), 6), nearest.ravel()
    neighbours = SimpleNamespace(i=i, j=j, vectors=apart[i, j], neighbours=np.full(1000, 6))
    expected = [-0.29712397, -0.16234507, -0.0749001, 0.35241748, -0.082197, -0.01734587, 0.34023927, -0.22716885, 0.28200287, -0.14452179]
    assert divergence(neighbours, velocities)[:10] == pytest.approx(expected, abs=2e-8)
    assert participation_ratio(velocities.reshape(-1, 1), 2)[0] == pytest.approx(0.521491080361457, rel=1e-12)


def test_a_voronoi_cell_is_that_of_the_package():
    """Neighbours, edges and area of particle 789, which are given in single precision."""
    rows = np.loadtxt(DATA / "around_789.txt")
    ids, places = rows[:, 0].astype(int), rows[:, 1:]
    about = places - places[ids == 789]
    about -= np.rint(about / 100) * 100
    n = len(ids)
    cells = Cells.of(Sample(about + 20, np.ones(n), np.zeros(n, dtype=np.int64), np.diag([40.0, 40.0]), naive.poly(**naive.PLANAR)))
    own = cells.i == np.flatnonzero(ids == 789)[0]
    expected = {3946: 0.967596, 4039: 0.849745, 5385: 1.078595, 8949: 0.82854, 9131: 0.077368}
    assert dict(zip(ids[cells.j[own]].tolist(), cells.lengths[own].tolist(), strict=True)) == pytest.approx(expected, abs=3e-6)
    assert cells.areas[cells.i[own][0]] == pytest.approx(0.90653, abs=3e-6)
