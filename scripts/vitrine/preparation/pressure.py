r"""The inherent state at a pressure: box and particles are relaxed together, by limited-memory BFGS, down the enthalpy U + p V.

The unknowns are the particles in the box as it was, and the logarithm of its edge: x = e y, L = e L_0, e = exp(q/s), s = a0 sqrt(N d). The force on q
is d V (p_virial - p)/s. The box keeps its shape. In the coordinates y a sample is one of the same box whose particles are 1/e times as large: pair
lists and loops of fixed volume serve it. A state of low pressure is reached down a ladder of pressures (001 App. B; 004 sec. IV D).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vitrine.compile_cache import njit
from vitrine.errors import SampleError
from vitrine.interactions.forces import PairList, listed_pairs, pair_energy_and_virial, pair_forces, system
from vitrine.interactions.neighbours import padded
from vitrine.interactions.rows import combine, copy, dot, longest
from vitrine.preparation.minimise import HISTORY, SKIN, Minimum, has_left, newton_like, relative
from vitrine.samples.sample import Sample, widths

AGREEMENT = 1e-8  # largest |p_virial - p|/p
ROUGHLY = 1e-6  # residual on the rungs that only lead to another one
MOST_STRAIN = 0.01  # change of ln L in one line search


def ladder(pressure: float, highest: float | None, per_decade: int) -> tuple[float, ...]:
    """Pressures from `highest` down to `pressure`, evenly in the logarithm, so many to a decade at least; it alone where there is no more."""
    if highest is None or highest <= pressure:
        return (pressure,)
    steps = int(np.ceil(per_decade * np.log10(highest / pressure) - 1e-9))
    return (*(highest * (pressure / highest) ** (step / steps) for step in range(steps)), pressure)


def minimise_at(
    sample: Sample, pressures: Sequence[float], tolerance: float = 1e-10, maximum_iterations: int = 100_000, step: float = 0.1
) -> Minimum:
    """Relax box and particles at each pressure in turn, until the residual is `tolerance` and |p_virial - p|/p at most AGREEMENT at the last one.

    Before the last the residual is ROUGHLY, and the pressure as near. pressures are positive [epsilon/lambda_min^d]; step is the largest displacement
    of a particle in one line search [lambda_min]. Never raises for lack of convergence: see `converged`. Raises SampleError where the box becomes too
    narrow for the interaction.
    """
    iterations = evaluations = 0
    end = None
    for place, pressure in enumerate(pressures):
        last = place == len(pressures) - 1
        limits = (tolerance, AGREEMENT) if last else (max(tolerance, ROUGHLY), ROUGHLY)
        end = _relaxed(sample, pressure, *limits, maximum_iterations, step)
        sample = end.sample
        iterations, evaluations = iterations + end.iterations, evaluations + end.evaluations
    return Minimum(sample, end.residual, iterations, evaluations, end.converged)


def _relaxed(sample: Sample, pressure: float, tolerance: float, agreement: float, maximum_iterations: int, step: float) -> Minimum:
    """The minimum at one pressure. A long way is gone in stretches, each in the box in which the one before ended."""
    iterations = evaluations = 0
    while True:
        x, _ = padded(sample.positions, sample.box)
        unknowns = np.concatenate([x, np.zeros((1, x.shape[1]))])
        width, reach = float(np.min(widths(sample.box))), float(sample.model.range)
        skin = min(SKIN, width / 2 - reach)
        if skin < 2.1 * MOST_STRAIN * reach:
            raise SampleError(
                f"too few particles: at the pressure {pressure:g} the box is {width:.4g} wide, "
                f"not above twice the range of the interaction, {2 * reach:.4g}"
            )
        size = sample.spacing * np.sqrt(sample.particles * sample.dimension)
        residual, mismatch, ran, evaluated, moved_out = _lbfgs_in_box(
            unknowns, system(sample, skin), sample.model.kernels, skin, reach, tolerance, agreement, maximum_iterations - iterations, step,
            sample.dimension, sample.volume, size, pressure,
        )  # fmt: skip
        scale = np.exp(unknowns[-1, 0] / size)
        sample = sample.moved(scale * unknowns[:-1, : sample.dimension], box=scale * sample.box)
        iterations, evaluations = iterations + ran, evaluations + evaluated
        if not moved_out or iterations >= maximum_iterations:
            reached = residual <= tolerance and mismatch <= agreement
            return Minimum(sample, float(residual), int(iterations), int(evaluations), bool(reached))


@njit
def _stretched(pairs, scale):
    """The list in which particles are 1/scale as large."""
    inverse_squares = pairs.inverse_squares * scale * scale
    return PairList(pairs.first, pairs.second, pairs.shifts, inverse_squares, pairs.bounds, pairs.energies, pairs.types, pairs.zero)


@njit
def _forces_in_box(unknowns, pairs, kernels, force, dimension, volume, size, pressure):
    """Fill `force` (N + 1, w); return the residual's two parts, and p_virial/p - 1."""
    scale = np.exp(unknowns[-1, 0] / size)
    own = _stretched(pairs, scale)
    typical, largest = pair_forces(unknowns[:-1], own, kernels, force[:-1])
    virial = pair_energy_and_virial(unknowns[:-1], own, kernels)[1]
    work = dimension * pressure * volume * scale**dimension
    force[-1, :] = 0.0
    force[-1, 0] = (virial - work) / size
    return typical, largest, virial / work - 1.0


@njit
def _lbfgs_in_box(unknowns, matter, kernels, skin, reach, tolerance, agreement, most, step, dimension, volume, size, pressure):
    """Limited-memory BFGS as in `minimise`, with the box among the unknowns (N + 1, w), which it moves in place.

    Returns the residual, |p_virial/p - 1|, iterations, evaluations, and whether the box has changed so much that a new one is to be taken: the list
    of pairs is made with particles as large as they were, and holds while the way of two of them and their growth stay within `skin`.
    """
    pairs = listed_pairs(unknowns[:-1], matter, skin)
    origin = unknowns[:-1].copy()
    force, trial_force, trial, direction = np.zeros_like(unknowns), np.zeros_like(unknowns), np.zeros_like(unknowns), np.zeros_like(unknowns)
    moves, changes, products = np.zeros((HISTORY, *unknowns.shape)), np.zeros((HISTORY, *unknowns.shape)), np.zeros(HISTORY)
    typical, largest, mismatch = _forces_in_box(unknowns, pairs, kernels, force, dimension, volume, size, pressure)
    evaluations, kept, newest = 1, 0, 0
    for iteration in range(most):
        if largest <= tolerance * typical and abs(mismatch) <= agreement:
            return relative(largest, typical), abs(mismatch), iteration, evaluations, False
        newton_like(force, moves, changes, products, kept, newest, direction)
        slope = dot(force, direction)
        if not slope > 0.0:
            kept = 0
            newton_like(force, moves, changes, products, kept, newest, direction)
            slope = dot(force, direction)
        t = min(1.0, step / longest(direction[:-1])) if np.any(direction[:-1]) else 1.0
        t = min(t, MOST_STRAIN * size / max(abs(direction[-1, 0]), 1e-300))
        for _ in range(30):
            combine(trial, unknowns, t, direction)
            growth = reach * (np.exp(-trial[-1, 0] / size) - 1.0)
            if growth > 0.5 * skin:
                return relative(largest, typical), abs(mismatch), iteration + 1, evaluations, True
            if has_left(trial[:-1], origin, 0.5 * (skin - growth)):
                pairs = listed_pairs(trial[:-1], matter, skin)
                copy(origin, trial[:-1])
            typical, largest, mismatch = _forces_in_box(trial, pairs, kernels, trial_force, dimension, volume, size, pressure)
            evaluations += 1
            end_slope = dot(trial_force, direction)
            if end_slope >= -0.9 * slope:
                break
            t *= max(0.1, slope / (slope - end_slope))
        place = (newest + 1) % HISTORY
        combine(moves[place], trial, -1.0, unknowns)
        combine(changes[place], force, -1.0, trial_force)
        products[place] = dot(moves[place], changes[place])
        if products[place] > 0.0:
            newest, kept = place, min(kept + 1, HISTORY)
        copy(unknowns, trial)
        copy(force, trial_force)
    return relative(largest, typical), abs(mismatch), most, evaluations, False
