r"""An independent code: matscipy's polydisperse inverse power law, for energy, forces, Hessian and elastic constants of a glass of 500.

matscipy has the potential with beta = 10, in any smoothness q, and the non-additive mixing of sizes.

Elastic constants, and whose convention: matscipy gives Birch coefficients B, the slopes of the Cauchy stress by the strain in the stressed state,

    B_abcd = C_abcd + (s_ac d_bd + s_ad d_bc + s_bc d_ad + s_bd d_ac)/2 - s_ab d_cd - (non-affine part),

with C = (1/V) d2U/de_ab de_cd by the Green-Lagrange strain e, s the stress (tension positive, p = -tr s/3) and d the unit matrix. Vitrine deforms
by a displacement gradient E, whose second derivative is A_abcd = C_abcd + s_bd d_ac. For simple shear A_abab = C_abab + s_bb and B_abab = C_abab +
(s_aa + s_bb)/2, which have the same mean over the ordered pairs of axes: G = mean of B_abab. For a dilation, K of Vitrine is sum_ab C_aabb/9 + p/3,
which is sum_ab B_aabb/9. Both are therefore compared without any correction, Born and non-affine parts apart.
"""

import itertools

import numpy as np
import pytest
from naive import poly, quenched

pytest.importorskip("matscipy", reason="matscipy is not installed")
pytest.importorskip("ase", reason="ase is not installed")

from ase import Atoms
from matscipy.calculators.polydisperse import InversePowerLawPotential, Polydisperse
from matscipy.elasticity import nonaffine_elastic_contribution
from vitrine.interactions import Interactions
from vitrine.observables.elasticity.measure import measure_elasticity

SHEARS = list(itertools.permutations(range(3), 2))


def atoms_of(sample):
    """The sample as matscipy sees it."""
    model = sample.model.parameters
    atoms = Atoms(f"H{sample.particles}", positions=sample.positions, cell=sample.box.T, pbc=True)
    atoms.set_array("size", sample.sizes)
    atoms.set_masses(np.ones(sample.particles))
    atoms.calc = Polydisperse(InversePowerLawPotential(1.0, model["cutoff"], model["nonadditivity"], model["smoothness"], 1.0, model["size_ratio"]))
    return atoms


@pytest.fixture(scope="module")
def glass():
    return quenched(poly(), 500, temperature=0.7)


@pytest.fixture(scope="module")
def atoms(glass):
    return atoms_of(glass)


@pytest.fixture(scope="module")
def bonds(glass):
    return Interactions.of(glass)


@pytest.fixture(scope="module", params=[2, 3, 4])
def shaken(request, glass):
    """Away from the minimum, in potentials of several smoothness."""
    moved = glass.positions + 0.05 * np.random.default_rng(1).standard_normal(glass.positions.shape)
    return glass.moved(moved, model=poly(smoothness=request.param))


def test_coefficients(shaken):
    assert np.allclose([c for c, _ in shaken.model.potential.terms[1:]], atoms_of(shaken).calc.f.get_coeffs(), rtol=1e-13)


def test_energy_forces_and_hessian(shaken):
    ours, atoms = Interactions.of(shaken), atoms_of(shaken)
    assert ours.energy == pytest.approx(atoms.get_potential_energy(), rel=1e-12)
    forces, hessian = atoms.get_forces(), atoms.calc.get_hessian(atoms).toarray()
    differences = np.abs(ours.forces - forces).max() / np.abs(forces).max(), np.abs(ours.hessian.toarray() - hessian).max() / np.abs(hessian).max()
    print(f"largest difference to matscipy: forces {differences[0]:.1e}, Hessian {differences[1]:.1e}")
    assert max(differences) < 1e-10


def test_energy_at_the_minimum(bonds, atoms):
    assert bonds.energy == pytest.approx(atoms.get_potential_energy(), rel=1e-12)


def test_forces_at_the_minimum(bonds, atoms):
    assert np.linalg.norm(atoms.get_forces(), axis=1).max() < 1e-10 * np.sqrt(np.mean(bonds.pair_forces**2))


def test_hessian_at_the_minimum(bonds, atoms):
    theirs = atoms.calc.get_hessian(atoms).toarray()
    assert np.abs(bonds.hessian.toarray() - theirs).max() < 1e-10 * np.abs(theirs).max()


def test_pressure(bonds, atoms):
    assert bonds.pressure == pytest.approx(-np.trace(atoms.get_stress(voigt=False)) / 3, rel=1e-12)


def shear_mean(tensor):
    return np.mean([tensor[a, b, a, b] for a, b in SHEARS])


def bulk_mean(tensor):
    return np.einsum("aabb->", tensor) / 9


def test_elastic_constants(glass, atoms):
    """Born parts with the stress, non-affine parts, and their sum."""
    row = {name: float(column[0]) for name, column in measure_elasticity(glass).items()}
    birch = atoms.calc.get_birch_coefficients(atoms)
    relaxation = nonaffine_elastic_contribution(atoms, cg_parameters={"x0": None, "rtol": 1e-11, "atol": 0.0, "maxiter": 100_000, "M": None})
    assert row["shear_modulus_born"] == pytest.approx(shear_mean(birch), rel=1e-10)
    assert row["bulk_modulus_born"] == pytest.approx(bulk_mean(birch), rel=1e-10)
    assert row["shear_modulus_nonaffine"] == pytest.approx(-shear_mean(relaxation), rel=1e-8)
    assert row["bulk_modulus_nonaffine"] == pytest.approx(-bulk_mean(relaxation), rel=1e-8)
    assert row["shear_modulus"] == pytest.approx(shear_mean(birch + relaxation), rel=1e-8)
    assert row["bulk_modulus"] == pytest.approx(bulk_mean(birch + relaxation), rel=1e-8)


def test_the_convention_matters(glass, atoms):
    """Without the stress terms the shear modulus would be off by about the pressure: the comparison above can tell."""
    born = atoms.calc.get_born_elastic_constants(atoms)
    row = {name: float(column[0]) for name, column in measure_elasticity(glass).items()}
    assert shear_mean(born) - row["shear_modulus_born"] == pytest.approx(row["pressure"], rel=1e-6)
    assert row["pressure"] > 0.2 * row["shear_modulus"]
