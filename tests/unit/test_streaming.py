"""Aggregation reads batch by batch: its memory is that of one batch and of what is kept of each sample, which is far less than its rows."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from vitrine.observables.bond_operator import BOND_OPERATOR
from vitrine.observables.elasticity import ELASTICITY
from vitrine.observables.modes import MODES
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.tables import GLASSES

REPOSITORY = Path(__file__).resolve().parents[2]
PARTICLES = 2001
KEY = Key.of(Point.plain(PARTICLES, 0.5))
ROWS = 3 * (PARTICLES - 1)  # of a sample
BATCH = 50
FEW, MANY = 4, 16  # batches
ASKED, LIMIT = 10_000, 2e9  # samples, bytes

# Run in a process of its own: the most memory that one ever held is told once.
AGGREGATE = """
import sys
from benchmarks.memory import peak_bytes
from vitrine.aggregation.ensemble import Ensemble
from vitrine.observables.bond_operator.aggregate import aggregate_bond_operator
from vitrine.observables.modes.aggregate import aggregate_modes
from vitrine.points import Point

name, folder, batches = sys.argv[1], sys.argv[2], int(sys.argv[3])
paths = lambda table: [f"{folder}/{table}_{batch}.parquet" for batch in range(batches)]
ensemble = Ensemble(Point.plain(2001, 0.5), dimension=3, seed=1, replicates=200)
if name == "modes":
    aggregate_modes(paths("modes"), paths("elasticity"), ensemble=ensemble, phonon_fraction=0.9, softest=1)
else:
    aggregate_bond_operator(paths("bond_operator"), paths("glasses"), ensemble=ensemble, lambda_tail=1e-3, plateau_excess=0.15)
print(peak_bytes())
"""


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Spectra with an omega^4 tail, and eigenvalues that are their inverse squares."""
    folder, rng = tmp_path_factory.mktemp("batches"), np.random.default_rng(0)
    for batch in range(MANY):
        samples = np.arange(batch * BATCH, (batch + 1) * BATCH)
        omega = np.sort(20 * rng.random((BATCH, ROWS)) ** 0.2 + 0.3, axis=1).ravel()
        rows = {"sample": np.repeat(samples, ROWS), "mode": np.tile(np.arange(ROWS), BATCH), "flag": np.full(len(omega), "")}
        share = rng.random(len(omega))
        write_table(MODES, {**rows, "omega": omega, "participation": share}, folder / f"modes_{batch}.parquet", {}, KEY)
        shares = {"participation_force": share, "participation_displacement": share}
        write_table(BOND_OPERATOR, {**rows, "lambda": 1 / omega**2, "omega": omega, **shares}, folder / f"bond_operator_{batch}.parquet", {}, KEY)
        for table, numbers in ((ELASTICITY, {"shear_modulus": 10.0, "omega_ph": 1.5}), (GLASSES, {"spacing": 1.2})):
            one = [table.row(sample=sample, **numbers) for sample in samples.tolist()]
            write_table(table, one, folder / f"{table.name}_{batch}.parquet", {}, KEY)
    return folder


def peak(name: str, folder: Path, batches: int) -> int:
    command = [sys.executable, "-c", AGGREGATE, name, str(folder), str(batches)]
    done = subprocess.run(command, cwd=REPOSITORY, env={"PYTHONPATH": "scripts:.", "OMP_NUM_THREADS": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.parametrize("name", ["modes", "bond_operator"])
def test_ten_thousand_samples_of_six_thousand_modes_fit_into_two_gigabytes(tables, name):
    few, many = (peak(name, tables, batches) for batches in (FEW, MANY))
    for_each = max(0, many - few) / ((MANY - FEW) * BATCH)
    print(f"{few / 1e6:.0f} MB for {FEW * BATCH} samples, {for_each / 1e3:.1f} kB for each more")
    assert few + for_each * ASKED < LIMIT
    assert for_each < 24 * ROWS / 3  # far less than the rows of a sample
