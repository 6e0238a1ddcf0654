r"""Maps of the soft quartic modes of a planar glass (002, S-2 and Fig. 1).

The response to a dipole on every bond is a start. Starts are followed in blocks, so that memory is that of a block and of the distinct modes below
omega_g/3, whatever the number of bonds. omega_g is the mean over the glass's own weak bonds. NOTE: which start falls onto which mode depends a little
on the algorithm: of the conjugate gradient here and the bare map 98 % of the starts end alike in a glass of 400 particles.
"""

from __future__ import annotations

import numpy as np

from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor, weighted
from vitrine.nonlinear.contractions import Contractions
from vitrine.nonlinear.modes import SAME, nonlinear_modes
from vitrine.nonlinear.stability import curvatures
from vitrine.nonlinear.starts import BLOCK, pinch_responses, weak_bonds
from vitrine.observables.mode_maps import MAPPED_GLASSES, MODE_ARROWS, MODE_MAP
from vitrine.observables.nonlinear_modes.measure import described
from vitrine.observables.pinching.measure import pinch_frequencies
from vitrine.samples import Sample

PLANE = "maps are made of glasses in the plane alone"

Columns = dict[str, np.ndarray]


def map_modes(
    sample: Sample,
    samples: int = 2,
    fraction: float = 1 / 3,
    weak_force: float = 1.0e-2,
    arrows: int = 2,
    algebra: Algebra = DEFAULT_ALGEBRA,
) -> dict[str, Columns]:
    """The tables MAPPED_GLASSES, MODE_MAP and MODE_ARROWS of one glass; no rows for one whose index is not below `samples`.

    Raises SampleError where the sample is no minimum, has no weak bond, or is none of the plane.
    """
    if sample.dimension != 2:
        raise SampleError(PLANE)
    if sample.index >= samples:
        return {table.name: {column.name: np.zeros(0) for column in table.own} for table in (MAPPED_GLASSES, MODE_MAP, MODE_ARROWS)}
    bonds = Interactions.of(sample)
    weak = np.sort(weak_bonds(bonds, weak_force))
    if not len(weak):
        raise SampleError("no weak bond, and so no omega_g below which its modes could be mapped")
    omega_g = float(pinch_frequencies(bonds, weak, algebra).mean())
    contractions, factor = Contractions(bonds), Factor.of(bonds, algebra.solver)
    found, starts, unconverged = _ends(contractions, factor, fraction * omega_g)
    curved = curvatures(contractions, factor, "quartic", found) > 0
    rows, z = described(contractions, found[:, curved])
    order = np.argsort([row["omega"] for row in rows], kind="stable")
    rows, starts, z = [rows[place] for place in order], starts[curved][order], z[:, order].reshape(sample.particles, 2, len(order))
    glass = {
        "omega_g": omega_g,
        "omega_highest": fraction * omega_g,
        "bonds": len(bonds.i),
        "unconverged": unconverged,
        "saddles": np.count_nonzero(~curved),
        "modes": len(rows),
        "box_x": sample.box[0, 0],
        "box_tilt": sample.box[0, 1],
        "box_y": sample.box[1, 1],
    }
    return {
        "mapped_glasses": {name: np.array([value]) for name, value in glass.items()},
        "mode_map": _map(bonds, rows, starts),
        "mode_arrows": _arrows(sample, z[:, :, :arrows]),
    }


def _ends(contractions: Contractions, factor: Factor, highest: float) -> tuple[np.ndarray, np.ndarray, int]:
    """Distinct quartic modes (N d, k) below a frequency, the starts that fell onto each (k,), and how many ended nowhere."""
    bonds = contractions.bonds
    modes, starts, unconverged = np.zeros((bonds.hessian.shape[0], 0)), np.zeros(0, dtype=int), 0
    for first in range(0, len(bonds.i), BLOCK):
        responses, _ = pinch_responses(bonds, factor, np.arange(first, min(first + BLOCK, len(bonds.i))))
        ends = nonlinear_modes(contractions, factor, responses, "quartic")
        unconverged += int(np.count_nonzero(ends.flag != ""))
        moving = weighted(ends.vectors, bonds.sample.dimension, bonds.sample.masses)
        soft = (ends.flag == "") & (ends.b2 < highest**2 * np.einsum("ik,ik->k", moving, moving))
        modes, starts = _joined(modes, starts, ends.vectors[:, soft])
    return modes, starts, unconverged


def _joined(modes: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The modes with further ends: an end is the first mode with which it overlaps by more than `SAME`, or a new one."""
    known, among = np.abs(modes.T @ ends), np.abs(ends.T @ ends)
    new: list[int] = []
    starts = list(starts)
    for end in range(ends.shape[1]):
        overlaps = np.concatenate([known[:, end], among[new, end]])
        same = np.flatnonzero(overlaps > SAME)
        if len(same):
            starts[same[0]] += 1
        else:
            new.append(end)
            starts.append(1)
    return np.hstack([modes, ends[:, new]]), np.array(starts, dtype=int)


def _map(bonds: Interactions, rows: list[dict], starts: np.ndarray) -> Columns:
    """The columns of MODE_MAP."""
    sample, order = bonds.sample, np.arange(len(rows))
    core = {(int(i), int(j)): bond for bond, (i, j) in enumerate(zip(bonds.i, bonds.j, strict=True))}
    pairs = np.array([core[int(row["i"]), int(row["j"])] for row in rows], dtype=int)
    middle = _folded(sample.positions[bonds.i[pairs]] + bonds.vectors[pairs] / 2, sample)
    columns = {"mode": order, "omega": np.array([row["omega"] for row in rows])}
    columns |= {"core_size": sample.particles * np.array([row["participation"] for row in rows])}
    return columns | {"x": middle[:, 0], "y": middle[:, 1], "starts": starts}


def _arrows(sample: Sample, z: np.ndarray) -> Columns:
    """The columns of MODE_ARROWS for displacements (N, 2, k), mode after mode."""
    places, number = _folded(sample.positions, sample), z.shape[2]
    told = {"mode": np.repeat(np.arange(number), len(places)), "x": np.tile(places[:, 0], number), "y": np.tile(places[:, 1], number)}
    return told | {"z_x": z[:, 0].T.ravel(), "z_y": z[:, 1].T.ravel()}


def _folded(positions: np.ndarray, sample: Sample) -> np.ndarray:
    """Positions (n, 2) in the box."""
    fractional = positions @ np.linalg.inv(sample.box).T
    return (fractional - np.floor(fractional)) @ sample.box.T
