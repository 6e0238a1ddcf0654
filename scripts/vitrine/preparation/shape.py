r"""The inherent state in a box of relaxed shape: the volume stays, shear stresses vanish, and no shear of the box lowers the energy (004, IV K).

    x -> exp(sum_k g_k E_k) x of particles and box, E_k without a trace

Stresses s and stiffnesses C of the shape are those of linalg/shears.py. A step is that of Newton, -C^-1 s, with C's eigenvalues
by their size, so that it leads down at saddles too; the particles are brought to rest after each. A step that does not lower the energy of the
particles at rest is halved.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm

from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.interactions.strains import affine_stiffness, deformed
from vitrine.linalg import Factor
from vitrine.linalg.shears import shear_response, upper_shears
from vitrine.preparation.minimise import Minimum, minimise
from vitrine.samples.sample import Sample, widths

FREE = 1e-8  # largest shear stress, over the largest affine stiffness, of a box without
FURTHEST = 0.02  # longest step of the shape
SOFTEST = 1e-3  # of the largest affine stiffness: the least by which a step is divided
DOWN = 1e-4  # part of the expected change of the energy that a step must bring
STEPS, HALVINGS = 100, 30
ROUNDING = 1e-13  # of the sum of all pairs' energies


def relax_shape(
    sample: Sample,
    method: str = "lbfgs",
    tolerance: float = 1e-10,
    maximum_iterations: int = 100_000,
    step: float = 0.1,
    solver: str = "auto",
) -> Minimum:
    """Relax the shape of the box of a sample at a minimum; arguments as of `minimise`, `maximum_iterations` of all minimisations together.

    Converged where the particles are at rest and no shear stress is above FREE. Raises SampleError where the sample is no minimum, where the box
    becomes too narrow for the interaction, and where the end is unstable to a shear of the box.
    """
    shears, end = upper_shears(sample.dimension), Minimum(sample, Interactions.of(sample).residual, 0, 0, True)
    for _ in range(STEPS):
        bonds = Interactions.of(end.sample)
        stress, stiffness = shear_response(bonds, Factor.of(bonds, solver), shears)
        scale = float(np.abs(affine_stiffness(bonds, shears)).max())
        sizes, directions = np.linalg.eigh(stiffness)
        if np.abs(stress).max() <= FREE * scale:
            if sizes[0] <= 0:
                raise SampleError("unstable to a shear of the box: a stiffness of its shape is not positive")
            return end
        change = -directions @ ((directions.T @ stress) / np.maximum(np.abs(sizes), SOFTEST * scale))
        change *= min(1.0, FURTHEST / np.linalg.norm(change))
        further = _lower(end, bonds, stress, change, (method, tolerance, maximum_iterations, step))
        if further is None:
            break
        end = further
    return Minimum(end.sample, end.residual, end.iterations, end.evaluations, False)


def _lower(end: Minimum, bonds: Interactions, stress: np.ndarray, change: np.ndarray, how: tuple[str, float, int, float]) -> Minimum | None:
    """The state at rest after a change (n,) of the shape, halved until the energy falls as it is to; None where it does not."""
    (method, tolerance, most, step), sample = how, end.sample
    shears, slope = upper_shears(sample.dimension), sample.volume * float(stress @ change)
    room = ROUNDING * np.sum(np.abs(bonds.derivatives[0]))
    iterations, evaluations = end.iterations, end.evaluations
    for part in 0.5 ** np.arange(HALVINGS):
        affine = deformed(sample, expm(part * np.einsum("k,kab->ab", change, shears)) - np.eye(sample.dimension))
        if np.min(widths(affine.box)) < 2 * sample.model.range:
            raise SampleError(
                f"too few particles: the box of relaxed shape is narrower than twice the interaction's range, {2 * sample.model.range:.4g}"
            )
        there = minimise(affine, method, tolerance, most - iterations, step)
        iterations, evaluations = iterations + there.iterations, evaluations + there.evaluations
        if not there.converged:
            return None
        if Interactions.of(there.sample).energy <= bonds.energy + DOWN * part * slope + room:
            return Minimum(there.sample, there.residual, iterations, evaluations, True)
    return None
