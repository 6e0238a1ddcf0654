"""Minimisers: limited-memory BFGS, conjugate gradient and FIRE, down to the rounding of float64.

Different minimisers, and the same with another step, end in different minima of the same liquid: both are part of a sample's identity.
Near a minimum energies no longer resolve a step (relative rounding 1e-16 of U stops at forces of 1e-8), so line searches use gradients alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitrine.compile_cache import njit
from vitrine.interactions.forces import listed_pairs, pair_forces, system
from vitrine.interactions.neighbours import padded
from vitrine.interactions.rows import add, combine, copy, dot, longest, square_apart
from vitrine.samples.sample import Sample, widths

SKIN = 0.3  # margin of the pair list [lambda_min]
HISTORY = 8  # moves that limited-memory BFGS remembers
FLEXIBILITY = 1e-3  # first guess of the inverse of a stiffness [lambda_min^2/epsilon]


@dataclass(frozen=True)
class Minimum:
    """The end of a minimisation: the moved sample, |F|_max over the root-mean-square pair force, and what it took."""

    sample: Sample
    residual: float
    iterations: int
    evaluations: int
    converged: bool


def minimise(sample: Sample, method: str = "lbfgs", tolerance: float = 1e-10, maximum_iterations: int = 100_000, step: float = 0.1) -> Minimum:
    """Follow the energy downhill until the largest net force is `tolerance` of the root-mean-square pair force.

    method: `lbfgs` (limited-memory BFGS, Nocedal, Math. Comp. 35, 773), `cg` (Polak-Ribiere conjugate gradient; `step` of both is the largest
    displacement of a particle in one line search [lambda_min]) or `fire` (Bitzek et al., PRL 97, 170201; `step` is the first time step
    [lambda_min sqrt(m/epsilon)]).
    Never raises for lack of convergence: see `converged`.
    """
    run = {"lbfgs": _lbfgs, "cg": _conjugate_gradient, "fire": _fire}[method]
    x, _ = padded(sample.positions, sample.box)
    # The list fixes one image of each pair: in a narrow box the other one may come into range before the skin is used up.
    margin = 0.5 * max(0.0, min(SKIN, np.min(widths(sample.box)) / 2 - sample.model.range))
    residual, iterations, evaluations = run(x, system(sample, SKIN), sample.model.kernels, margin, tolerance, maximum_iterations, step)
    moved = sample.moved(x[:, : sample.dimension])
    return Minimum(moved, float(residual), int(iterations), int(evaluations), bool(residual <= tolerance))


@njit
def has_left(x, origin, margin):
    """Whether any particle has moved further than `margin` from where the pair list was made."""
    furthest = 0.0
    for i in range(x.shape[0]):
        furthest = max(furthest, square_apart(x, origin, i))
    return furthest > margin * margin


@njit
def relative(largest, typical):
    """The residual; zero where no two particles touch, which is at rest."""
    return largest / typical if typical > 0.0 else 0.0


@njit(error_model="numpy")
def newton_like(force, moves, changes, products, kept, newest, direction):
    """Fill `direction` with the inverse Hessian, as the last moves s and changes y of the gradient tell it, times the force: two loops over them.

    moves, changes (HISTORY, N, w) are filled in turn; `newest` is the last of the `kept` ones; products (HISTORY,) are s.y.
    """
    shares = np.empty(HISTORY)
    copy(direction, force)
    for back in range(kept):
        k = (newest - back) % HISTORY
        shares[k] = dot(moves[k], direction) / products[k]
        add(direction, -shares[k], changes[k])
    direction *= products[newest] / dot(changes[newest], changes[newest]) if kept > 0 else FLEXIBILITY
    for back in range(kept - 1, -1, -1):
        k = (newest - back) % HISTORY
        add(direction, shares[k] - dot(changes[k], direction) / products[k], moves[k])


@njit
def _lbfgs(x, matter, kernels, margin, tolerance, maximum_iterations, step):
    """Limited-memory BFGS; a step that overshoots, so that the force along it is turned round, is shortened by secants. Moves x in place."""
    pairs = listed_pairs(x, matter, SKIN)
    origin = x.copy()
    force, trial_force, trial, direction = np.empty_like(x), np.empty_like(x), np.empty_like(x), np.empty_like(x)
    moves, changes, products = np.empty((HISTORY, *x.shape)), np.empty((HISTORY, *x.shape)), np.empty(HISTORY)
    typical, largest = pair_forces(x, pairs, kernels, force)
    evaluations, kept, newest = 1, 0, 0
    for iteration in range(maximum_iterations):
        if largest <= tolerance * typical:
            return relative(largest, typical), iteration, evaluations
        newton_like(force, moves, changes, products, kept, newest, direction)
        slope = dot(force, direction)
        if not slope > 0.0:  # not downhill: forget the past
            kept = 0
            newton_like(force, moves, changes, products, kept, newest, direction)
            slope = dot(force, direction)
        t = min(1.0, step / longest(direction))
        for _ in range(30):
            combine(trial, x, t, direction)
            if has_left(trial, origin, margin):
                pairs = listed_pairs(trial, matter, SKIN)
                copy(origin, trial)
            typical, largest = pair_forces(trial, pairs, kernels, trial_force)
            evaluations += 1
            end_slope = dot(trial_force, direction)
            if end_slope >= -0.9 * slope:
                break
            t *= max(0.1, slope / (slope - end_slope))
        place = (newest + 1) % HISTORY
        combine(moves[place], trial, -1.0, x)
        combine(changes[place], force, -1.0, trial_force)
        products[place] = dot(moves[place], changes[place])
        if products[place] > 0.0:
            newest, kept = place, min(kept + 1, HISTORY)
        copy(x, trial)
        copy(force, trial_force)
    return relative(largest, typical), maximum_iterations, evaluations


@njit
def _conjugate_gradient(x, matter, kernels, margin, tolerance, maximum_iterations, step):
    """Polak-Ribiere with restarts; each line search looks for the zero of the force along the direction by secants. Moves x in place."""
    pairs = listed_pairs(x, matter, SKIN)
    origin = x.copy()
    force, trial_force, trial = np.empty_like(x), np.empty_like(x), np.empty_like(x)
    typical, largest = pair_forces(x, pairs, kernels, force)
    evaluations = 1
    direction = force.copy()
    length = 1e-3  # first guess of the step along a direction, later the last step that was taken
    for iteration in range(maximum_iterations):
        if largest <= tolerance * typical:
            return relative(largest, typical), iteration, evaluations
        slope = dot(force, direction)  # > 0: downhill
        if slope <= 0.0:
            copy(direction, force)
            slope = dot(force, direction)
        limit = step / longest(direction)
        # Invariant: the force along the direction is s_low > 0 at t_low; the zero, if found, lies between t_low and t_high.
        t_low, s_low, t_high, s_high = 0.0, slope, -1.0, 0.0
        t = min(length, limit)
        for _ in range(30):
            combine(trial, x, t, direction)
            if has_left(trial, origin, margin):
                pairs = listed_pairs(trial, matter, SKIN)
                copy(origin, trial)
            typical, largest = pair_forces(trial, pairs, kernels, trial_force)
            evaluations += 1
            s = dot(trial_force, direction)
            if abs(s) <= 0.1 * slope or (s > 0.0 and t >= limit):
                break
            if s > 0.0:
                guess = t + s * (t - t_low) / (s_low - s) if s < s_low else 4.0 * t
                t_low, s_low = t, s
                upper = t_high if t_high > 0.0 else min(4.0 * t, limit)
                if t_high > 0.0:
                    guess = t_low + (t_high - t_low) * s_low / (s_low - s_high)
                t = min(guess, upper) if t_high < 0.0 else guess
            else:
                t_high, s_high = t, s
                t = t_low + (t_high - t_low) * s_low / (s_low - s_high)
        length = t
        copy(x, trial)
        mixing = max(0.0, (dot(trial_force, trial_force) - dot(trial_force, force)) / dot(force, force))
        direction *= mixing
        add(direction, 1.0, trial_force)
        copy(force, trial_force)
        length *= slope / max(dot(force, direction), 1e-300) if mixing > 0.0 else 1.0
    return relative(largest, typical), maximum_iterations, evaluations


@njit
def _fire(x, matter, kernels, margin, tolerance, maximum_iterations, step):
    """FIRE with the published parameters: N_min = 5, f_inc = 1.1, f_dec = 0.5, alpha = 0.1, f_alpha = 0.99, dt_max = 10 dt. Moves x in place."""
    pairs = listed_pairs(x, matter, SKIN)
    origin = x.copy()
    force, velocity = np.empty_like(x), np.zeros_like(x)
    typical, largest = pair_forces(x, pairs, kernels, force)
    dt, alpha, downhill = step, 0.1, 0
    for iteration in range(maximum_iterations):
        if largest <= tolerance * typical:
            return relative(largest, typical), iteration, iteration + 1
        if dot(force, velocity) > 0.0:
            ratio = np.sqrt(dot(velocity, velocity) / dot(force, force))
            velocity *= 1.0 - alpha
            add(velocity, alpha * ratio, force)
            downhill += 1
            if downhill > 5:
                dt = min(1.1 * dt, 10.0 * step)
                alpha *= 0.99
        elif downhill > 0 or iteration > 0:
            velocity[:] = 0.0
            dt, alpha, downhill = 0.5 * dt, 0.1, 0
        add(velocity, dt, force)
        # NOTE: a particle never moves further than 0.1 in a step; the published FIRE has no bound and can blow up from a hot liquid.
        move = dt * min(1.0, 0.1 / max(dt * longest(velocity), 1e-300))
        add(x, move, velocity)
        if has_left(x, origin, margin):
            pairs = listed_pairs(x, matter, SKIN)
            copy(origin, x)
        typical, largest = pair_forces(x, pairs, kernels, force)
    return relative(largest, typical), maximum_iterations, maximum_iterations + 1
