r"""Nonlinear modes of a glass from many starts, each distinct one once, and the lowest harmonic modes beside them.

Starts are followed all together, so that they share solves (vitrine.nonlinear). Those of one end are one mode, |overlap| > 0.99; a start that ended
in none keeps a row with the reason. All numbers belong to the displacement z with sum_i |z_i|^2 = 1 and no mean: b_n = U_n z^n, so that the energy
along the mode is b2 s^2/2 + b3 s^3/6 + b4 s^4/24 + ..., s a length. The sign of z is such that b3 <= 0: another well lies at +s (the barrier of 004
eq. 14 at s = -2 b2/b3).

Masses do not enter the modes, which are directions in the potential energy. They enter omega = sqrt(b2/sum_i m_i |u_i|^2), the frequency at which the
glass would vibrate along z with the centre of mass at rest, as for pinched bonds; participation is that of m^(1/2) u, as for vibrational modes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor, weighted, without_translation
from vitrine.linalg.participation import participation_ratio
from vitrine.nonlinear.contractions import Contractions
from vitrine.nonlinear.modes import SAME, NonlinearModes, nonlinear_modes
from vitrine.nonlinear.stability import curvatures
from vitrine.nonlinear.starts import bond_starts, mode_starts, pinch_starts, shear_starts
from vitrine.observables.nonlinear_modes import ALL_KINDS, NONLINEAR_MODES
from vitrine.samples import Sample

SADDLE = "a saddle of the cost"

Row = dict[str, object]


def find_nonlinear_modes(
    sample: Sample,
    kinds: Sequence[str] = ALL_KINDS,
    shear: bool = True,
    pinches: int | str = 20,
    pinches_tried: int | str = 200,
    weak_force: float = 1.0e-2,
    harmonic: int = 8,
    bond_operator: int = 4,
    kept: int = 3,
    tolerance: float = 1.0e-8,
    algebra: Algebra = DEFAULT_ALGEBRA,
) -> dict[str, dict[str, np.ndarray]]:
    """Nonlinear modes as the table `nonlinear_modes`, and the vectors of the softest as the field `nonlinear_vectors` {<kind>_<mode>: (N, d)}.

    Settings as in the declaration. Raises SampleError where the sample is no minimum, or where nothing is left to start from.
    """
    bonds = Interactions.of(sample)
    contractions, factor = Contractions(bonds), Factor.of(bonds, algebra.solver)
    lowest, names = mode_starts(bonds, factor, min(harmonic, bonds.hessian.shape[0] - sample.dimension))
    pinch = (_number(pinches), _number(pinches_tried), weak_force)
    others = [pinch_starts(bonds, factor, *pinch)] if pinches else []
    others += [shear_starts(bonds, factor)] if shear else []
    others += [bond_starts(bonds, factor, bond_operator)] if bond_operator else []
    starts = np.hstack([*(fields for fields, _ in others), lowest])
    words = [word for _, some in others for word in some] + names
    if not starts.shape[1]:
        raise SampleError("no start for nonlinear modes: no weak bond, and no shear, harmonic mode or bond operator is asked for")
    rows = _harmonic_rows(contractions, lowest, names)
    vectors: dict[str, np.ndarray] = {}
    for kind in kinds:
        found = nonlinear_modes(contractions, factor, starts, kind, tolerance=tolerance)
        of_kind, fields = distinct(contractions, factor, found, words)
        rows += of_kind
        for place in range(kept):
            blank = np.full(sample.positions.shape, np.nan)
            vectors[f"{kind}_{place}"] = fields[:, place].reshape(blank.shape) if place < fields.shape[1] else blank
    columns = {column.name: np.array([row[column.name] for row in rows]) for column in NONLINEAR_MODES.own}
    return {"nonlinear_modes": columns, "nonlinear_vectors": vectors}


def _number(asked: int | str) -> int | None:
    """As the end of a slice: None takes all."""
    return None if asked == "all" else int(asked)


def distinct(contractions: Contractions, factor: Factor, found: NonlinearModes, words: list[str]) -> tuple[list[Row], np.ndarray]:
    """The rows of what starts ended in, words of the starts beside them, and the vectors (N d, k) of the modes; softest first."""
    groups = _same(found.vectors, np.flatnonzero(found.flag == ""))
    z = found.vectors[:, [group[0] for group in groups]]
    rows, z = described(contractions, z)
    curvature = curvatures(contractions, factor, found.kind, z)
    for row, group, own in zip(rows, groups, curvature, strict=True):
        first = group[0]
        row |= {"kind": found.kind, "start": words[first], "starts": len(group), "solves": int(found.solves[group].sum()), "curvature": own}
        row |= {"cost": found.cost[first], "residual": found.residual[first], "ended": "" if own > 0 else SADDLE}
    good = sorted((place for place, row in enumerate(rows) if not row["ended"]), key=lambda place: rows[place]["omega"])
    for mode, place in enumerate(good):
        rows[place]["mode"] = mode
    bad = [row for row in rows if row["ended"]]
    for start in np.flatnonzero(found.flag != ""):
        told = {"start": words[start], "starts": 1, "ended": found.flag[start], "solves": int(found.solves[start])}
        bad.append(NONLINEAR_MODES.row(kind=found.kind, **told))
    return [rows[place] for place in good] + bad, z[:, good]


def _same(vectors: np.ndarray, ends: np.ndarray) -> list[list[int]]:
    """The ends (of columns of `vectors`) in groups of one mode, each in the order of the starts."""
    groups: list[list[int]] = []
    overlaps = np.abs(vectors[:, ends].T @ vectors[:, ends])
    for place, end in enumerate(ends):
        for group in groups:
            if overlaps[np.searchsorted(ends, group[0]), place] > SAME:
                group.append(int(end))
                break
        else:
            groups.append([int(end)])
    return groups


def _harmonic_rows(contractions: Contractions, modes: np.ndarray, words: list[str]) -> list[Row]:
    """The rows of the lowest vibrational modes."""
    if not words:
        return []
    z = without_translation(modes, contractions.bonds.sample.dimension)
    rows, _ = described(contractions, z / np.linalg.norm(z, axis=0))
    return [
        row | {"kind": "harmonic", "mode": place, "start": word, "starts": 1, "solves": 0}
        for place, (row, word) in enumerate(zip(rows, words, strict=True))
    ]


def described(contractions: Contractions, z: np.ndarray) -> tuple[list[Row], np.ndarray]:
    """What the table says of fields z (N d, k) of length one and without mean, and the fields with the sign at which b3 <= 0."""
    if not z.shape[1]:
        return [], z
    bonds = contractions.bonds
    sample, d = bonds.sample, bonds.sample.dimension
    b2, b3, b4 = contractions.orders(z)
    z = z * np.where(b3 > 0, -1.0, 1.0)
    moving = weighted(z, d, sample.masses)
    omega = np.sqrt(np.maximum(b2, 0.0) / np.einsum("ik,ik->k", moving, moving))
    shaped = z.reshape(-1, d, z.shape[1])
    pair = np.argmax(np.sum((shaped[bonds.j] - shaped[bonds.i]) ** 2, axis=1), axis=0)
    particle = np.argmax(np.sum(shaped**2, axis=1), axis=0)
    columns = {"omega": omega, "b2": b2, "b3": np.abs(b3), "b4": b4, "participation": participation_ratio(moving, d)}
    columns["core_size"] = sample.particles * columns["participation"]
    columns |= {"i": bonds.i[pair], "j": bonds.j[pair], "particle": particle}
    return [NONLINEAR_MODES.row(**{name: values[place] for name, values in columns.items()}) for place in range(z.shape[1])], z
