r"""Athermal elastic moduli of a sample at a minimum.

A deformation x -> (1 + e E) x changes a bond by dR = E R. To second order in e, the affine and the non-affine part:

    U'' = sum_b phi'' (n.dR)^2 + (phi'/r) (|dR|^2 - (n.dR)^2)
    Xi  = d2U/(de dx),    C = [U'' - Xi.H^+.Xi]/V             (interactions/strains.py)

* Simple shear x_a -> x_a + gamma x_b, mean over the d(d-1) ordered pairs of axes: G = C. The initial stress is part of it: G is what a finite
  strain at fixed volume measures, and rho c_s^2, rho the density of mass. The two orders of a plane's axes differ by a rotation, to which a minimum
  answers with no force, so that Xi, unlike U'', is the same for both.
* Dilation x -> (1 + eta) x: K = -V dp/dV = C/d^2 + (d-1) p/d; in three dimensions (U''/V + 6 p)/9.
"""

from __future__ import annotations

import numpy as np

from vitrine.interactions import Interactions
from vitrine.interactions.strains import affine_stiffness, strain_forces
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor
from vitrine.samples import Sample


def measure_elasticity(sample: Sample, algebra: Algebra = DEFAULT_ALGEBRA) -> dict[str, np.ndarray]:
    """Moduli, pressure, wave speeds, coordination and the first shear phonon; columns as in ELASTICITY of the declaration, each of shape (1,).

    Raises SampleError where the sample is no minimum.
    """
    bonds, d = Interactions.of(sample), sample.dimension
    row = moduli(bonds, Factor.of(bonds, algebra.solver))
    shear, bulk, density = row["shear_modulus"], row["bulk_modulus"], sample.mass_density
    # A minimum in a fixed box can be unstable to shear of the box, G < 0. It belongs to the ensemble; its shear waves do not propagate, c_s = 0.
    c_s = np.sqrt(max(shear, 0.0) / density)
    longitudinal = bulk + 2 * (d - 1) / d * shear
    row |= {
        "pressure": bonds.pressure,
        "c_s": c_s,
        "c_l": np.sqrt(max(longitudinal, 0.0) / density),
        "coordination": 2 * len(bonds.i) / sample.particles,
        "omega_ph": 2 * np.pi * c_s / sample.volume ** (1 / d),
        "mass": 1.0 if sample.masses is None else sample.masses.mean(),
    }
    return {name: np.array([value]) for name, value in row.items()}


def moduli(bonds: Interactions, factor: Factor) -> dict[str, float]:
    """G and K of a sample with a factorised Hessian, whole, affine (Born) and non-affine."""
    sample, d = bonds.sample, bonds.sample.dimension
    shears = {(a, b): np.outer(np.eye(d)[a], np.eye(d)[b]) for a in range(d) for b in range(d) if a != b}
    affine = affine_stiffness(bonds, np.array([*shears.values(), np.eye(d)]))
    one_order = [strain for (a, b), strain in shears.items() if a < b]
    mixed = strain_forces(bonds, np.array([*one_order, np.eye(d)]))
    nonaffine = np.einsum("ik,ik->k", mixed, factor.solve(mixed)) / sample.volume
    born, relaxed = affine[:-1].mean(), nonaffine[:-1].mean()
    bulk_born, bulk_relaxed = affine[-1] / d**2 + (d - 1) * bonds.pressure / d, nonaffine[-1] / d**2
    return {
        "shear_modulus": born - relaxed,
        "shear_modulus_born": born,
        "shear_modulus_nonaffine": relaxed,
        "bulk_modulus": bulk_born - bulk_relaxed,
        "bulk_modulus_born": bulk_born,
        "bulk_modulus_nonaffine": bulk_relaxed,
    }
