"""What every test needs: the library on the path, figures without a screen, one BLAS thread."""

import os
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

os.environ["MPLBACKEND"] = "Agg"
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[threads] = "1"
if str(REPOSITORY / "scripts") not in sys.path:
    sys.path.insert(0, str(REPOSITORY / "scripts"))


# Prepared samples for the tests of the physics; imports are local, so that the tests of the workflow compile nothing.


@pytest.fixture(scope="session")
def glass():
    """A glass of the published model, N = 160, quenched from T = 0.7."""
    from naive import poly, quenched

    return quenched(poly(), 160)


@pytest.fixture(scope="session")
def planar_glass():
    """A planar glass, N = 64."""
    from naive import PLANAR, poly, quenched

    return quenched(poly(**PLANAR), 64, temperature=0.6)


@pytest.fixture(scope="session")
def small_glass():
    """A glass in three dimensions of 54 particles, with a short range."""
    from naive import SMALL, poly, quenched

    return quenched(poly(**SMALL), 54)


@pytest.fixture(scope="session")
def harmonic_glass():
    """Two sizes of harmonic spheres of stiffness one, N = 108, far above jamming: no rattlers."""
    from naive import quenched, unit_spheres

    return quenched(unit_spheres(), 108, temperature=0.05)


@pytest.fixture(scope="session", params=["glass", "planar_glass", "small_glass", "harmonic_glass"])
def any_glass(request):
    """Each of the prepared glasses in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def bonds(any_glass):
    """The bonds of each of the prepared glasses."""
    from vitrine.interactions import Interactions

    return Interactions.of(any_glass)


@pytest.fixture(scope="session")
def dimension(bonds):
    """Of their space."""
    return bonds.sample.dimension
