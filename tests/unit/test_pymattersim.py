"""Two files of others in tests/data: a tilted planar glass with fifteen digits, packed, and an inherent state with six."""

from pathlib import Path

import numpy as np
import pytest
import scipy.linalg
import vitrine
from vitrine.interactions import Interactions
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
