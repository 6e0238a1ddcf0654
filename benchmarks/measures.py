"""Speed of the measures of a glass: Hessian, spectra, pinching, moduli."""

from __future__ import annotations

from functools import cached_property, partial

import numpy as np
import scipy.linalg
from vitrine.interactions import Interactions
from vitrine.linalg import Factor, dissected, full_pencil, full_spectrum, largest_pencil, lowest_modes
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.pinching.measure import pinch_frequencies
from vitrine.samples import Sample

from benchmarks.references import dense_bond_operator, pinch_one_by_one
from benchmarks.timing import REFERENCE_SIZE, dsyevd_seconds, seconds

EIGH, PENCIL = "scipy eigh, values", "scipy eigh of (StS, M), values"


class SlowReferences:
    """Seconds that scipy takes for the full problems of a glass, each measured once, when it is first asked for."""

    def __init__(self, glass: Sample) -> None:
        self._bonds, self._dimension = Interactions.of(glass), glass.dimension

    @cached_property
    def _hessian(self) -> np.ndarray:
        return self._bonds.hessian.toarray()

    @cached_property
    def values(self) -> float:
        """All eigenvalues of M."""
        return seconds(lambda: scipy.linalg.eigh(self._hessian, eigvals_only=True, driver="evd"))

    @cached_property
    def vectors(self) -> float:
        """All eigenvalues and eigenvectors of M."""
        return seconds(lambda: scipy.linalg.eigh(self._hessian))

    @cached_property
    def pencil_values(self) -> float:
        """All eigenvalues of the pencil (S^T S, M)."""
        d = self._dimension
        unit, held = self._bonds.unit_hessian.toarray()[d:, d:], self._hessian[d:, d:]
        return seconds(lambda: scipy.linalg.eigh(unit, held, eigvals_only=True))

    @cached_property
    def machine(self) -> float:
        """dsyevd for the eigenvalues of a matrix of REFERENCE_SIZE: M itself where it has that size."""
        return self.values if len(self._hessian) == REFERENCE_SIZE else dsyevd_seconds()


def measure_rows(glass: Sample, slow: SlowReferences) -> list[tuple]:
    """Hessian, spectra, pinching and moduli of a glass."""
    bonds, d = Interactions.of(glass), glass.dimension
    hessian, unit = bonds.hessian, bonds.unit_hessian
    rows = [
        *matscipy_rows(glass),
        ("D(omega), values", seconds(lambda: full_spectrum(hessian, d)), EIGH, slow.values),
        ("D(omega), with vectors", seconds(lambda: full_spectrum(hessian, d, vectors=True)), "scipy eigh, with vectors", slow.vectors),
        ("P(lambda), values", seconds(lambda: _spectrum_of_bonds(bonds)), PENCIL, slow.pencil_values),
        ("G, K, c_s", seconds(lambda: measure_elasticity(glass)), "one factorisation", seconds(lambda: Factor.of(bonds))),
        ("lowest 50 modes", seconds(lambda: lowest_modes(hessian, d, 50, Factor.of(bonds))), EIGH, slow.values),
        ("top 50 lambda", seconds(lambda: largest_pencil(unit, hessian, d, 50, Factor.of(bonds))), PENCIL, slow.pencil_values),
    ]
    number = min(200, len(bonds.i))
    one = seconds(lambda: pinch_one_by_one(bonds, number)) / number
    every = seconds(lambda: pinch_frequencies(bonds, np.arange(len(bonds.i)))) / len(bonds.i)
    return [*rows, ("omega_ij of a bond, all pinched", every, "one sparse solve per bond", one)]


def dense_operator_rows(glass: Sample) -> list[tuple]:
    """The bond operator's spectrum from the pencil against that of the operator itself, bonds by bonds.

    A quarter of a second against eight: ours is taken for five seconds and the reference twice, so that a busy moment falls on neither alone.
    """
    bonds = Interactions.of(glass)
    ours = seconds(lambda: _spectrum_of_bonds(bonds), least=5.0)
    dense = min(seconds(lambda: np.linalg.eigvalsh(dense_bond_operator(bonds))) for _ in range(2))
    return [(f"P(lambda), values, N = {glass.particles}", ours, "eigenvalues of the dense A", dense)]


def _spectrum_of_bonds(bonds: Interactions) -> np.ndarray:
    sample = bonds.sample
    blocks = partial(dissected, sample.positions, sample.box, bonds.i, bonds.j)
    return full_pencil(bonds.unit_hessian, bonds.hessian, sample.dimension, blocks=blocks)[0]


def matscipy_rows(glass: Sample) -> list[tuple]:
    """Neighbours, interactions and Hessian, against matscipy where it is present."""
    try:
        import ase
        from matscipy.calculators.polydisperse import InversePowerLawPotential, Polydisperse
    except ImportError:
        print("matscipy is absent: its reference is left out")
        return []
    p = glass.model.parameters
    atoms = ase.Atoms(positions=glass.positions, cell=glass.box.T, pbc=True)
    atoms.set_array("size", glass.sizes)
    calculator = Polydisperse(InversePowerLawPotential(1.0, p["cutoff"], p["nonadditivity"], p["smoothness"], 1.0, p["size_ratio"]))
    atoms.calc = calculator
    atoms.get_potential_energy()
    return [
        (
            "bonds and Hessian",
            seconds(lambda: Interactions.of(glass).hessian),
            "matscipy polydisperse",
            seconds(lambda: calculator.get_hessian(atoms)),
        )
    ]
