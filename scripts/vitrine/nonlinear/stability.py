r"""Whether a nonlinear mode is a minimum of its cost or a saddle: the second variation, without a second descent.

Let z be stationary, H z = (b2/b_n) t(z), and T v = t'(z) v the linear change of t. Along v with v.H z = 0 the logarithm of every kind's cost changes
in second order by (n/2 for n = 4, 1 for cubic modes) times

    [v.H v - (b2/b_n) v.T v]/b2

since v.t = 0 too. So z is a minimum where the largest mu of (b2/b_n) T v = mu H v on that complement is below one, and a saddle where it is above.
mu is also by how much the bare map z <- H^+ t/|.| enlarges a disturbance v in one step: to perturb a mode and descend again finds the same mu by the
power method, Lanczos' vectors find it in fewer solves. Their largest value is a lower bound, so that what is called a saddle is one; a direction in
which the cost falls is missed only where `STEPS` solves from a random field do not find it.
"""

from __future__ import annotations

import numpy as np

from vitrine.linalg import Factor, without_translation
from vitrine.nonlinear.contractions import Contractions
from vitrine.nonlinear.modes import KINDS

STEPS = 12  # solves for each mode
AT_ONCE = 32  # modes whose Lanczos vectors are kept at a time
EXHAUSTED = 1e-12  # length below which nothing new is left


def curvatures(contractions: Contractions, factor: Factor, kind: str, modes: np.ndarray, steps: int = STEPS) -> np.ndarray:
    """1 - mu (k,) of stationary fields (N d, k) of a kind, of length one and without mean: positive at a minimum, negative at a saddle."""
    blocks = [modes[:, first : first + AT_ONCE] for first in range(0, modes.shape[1], AT_ONCE)]
    return np.concatenate([1 - _largest(contractions, factor, kind, block, steps) for block in blocks]) if blocks else np.zeros(0)


def change(contractions: Contractions, kind: str, modes: np.ndarray, fields: np.ndarray) -> np.ndarray:
    """T v (N d, k) of a kind for fields v (N d, k), each beside its own mode z: exact, since t is homogeneous, of second or third order."""
    contraction = KINDS[kind].contraction
    half = (contraction(contractions, modes + fields) - contraction(contractions, modes - fields)) / 2
    return half if KINDS[kind].order == 3 else half - contraction(contractions, fields)


def _largest(contractions: Contractions, factor: Factor, kind: str, z: np.ndarray, steps: int) -> np.ndarray:
    """mu (k,) by Lanczos in the metric of H, each mode with its own vectors, all of them orthogonal to z and to each other."""
    count, d = z.shape[1], contractions.bonds.sample.dimension
    stiff = contractions.bonds.hessian @ z
    b2, bn = _dot(z, stiff), _dot(z, KINDS[kind].contraction(contractions, z))
    start = np.random.default_rng(0).standard_normal(len(z))
    field = without_translation(np.repeat(start[:, None], count, axis=1), d)
    force = contractions.bonds.hessian @ field
    kept = [(z / np.sqrt(b2), stiff / np.sqrt(b2))]  # fields v with v.H v = 1, and H v
    matrix = np.zeros((count, steps, steps))
    for step in range(steps):
        for _ in range(2):
            for one, stiffness in kept:
                share = _dot(stiffness, field)
                field, force = field - share * one, force - share * stiffness
        length = np.sqrt(np.maximum(_dot(field, force), 0.0))
        alive = length > EXHAUSTED * (np.sqrt(_dot(start[:, None], start[:, None])) if step == 0 else 1.0)
        field, force = (np.where(alive, part / np.where(alive, length, 1.0), 0.0) for part in (field, force))
        kept.append((field, force))
        # (b2/b_n) T of the field, scaled to the mode's length so that differences of t keep their digits.
        scale = np.maximum(np.linalg.norm(field, axis=0), np.finfo(float).tiny)
        force = without_translation(b2 / bn * scale * change(contractions, kind, z, field / scale), d)
        for other in range(step + 1):
            matrix[:, other, step] = matrix[:, step, other] = _dot(kept[other + 1][0], force)
        if step + 1 < steps:
            field = factor.solve(force)
    return np.linalg.eigvalsh(matrix)[:, -1]


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.einsum("ik,ik->k", a, b)
