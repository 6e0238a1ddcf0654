"""Jobs have one BLAS thread, and so the same bits everywhere; more threads sum in another order, which moves the last digits and no more."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from vitrine.samples import write_samples

REPOSITORY = Path(__file__).resolve().parents[2]
MEASURE = """
import sys
import numpy as np
from vitrine.observables.bond_operator.measure import diagonalise_bond_operator
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.modes.measure import find_modes
from vitrine.observables.pinching.measure import pinch_bonds
from vitrine.observables.vibrability.measure import measure_vibrability
from vitrine.samples import read_samples

(glass,) = read_samples(sys.argv[1])
measured = {"modes": find_modes(glass), "bond_operator": diagonalise_bond_operator(glass), "elasticity": measure_elasticity(glass)}
measured |= {"pinching": pinch_bonds(glass, np.random.default_rng(0)), **measure_vibrability(glass)}
np.savez(sys.argv[2], **{f"{table}.{column}": values for table, columns in measured.items() for column, values in columns.items()})
"""


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="a second BLAS thread needs a second core")
def test_more_threads_move_the_last_digits_alone(glass, tmp_path):
    write_samples(tmp_path / "glass.gsd", [glass])
    found = []
    for threads in ("1", "2"):
        environment = {**os.environ, "PYTHONPATH": "scripts", "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        path = tmp_path / f"{threads}.npz"
        subprocess.run([sys.executable, "-c", MEASURE, str(tmp_path / "glass.gsd"), str(path)], cwd=REPOSITORY, env=environment, check=True)
        with np.load(path) as stored:
            found.append(dict(stored))
    one, two = found
    assert set(one) == set(two)
    for name, values in one.items():
        assert np.allclose(two[name], values, rtol=1e-9, atol=0), name
