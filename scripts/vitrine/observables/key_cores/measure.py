r"""The key core of a planar glass (000): the soft core, the string and the square of its softest mode, where that is a quasilocalized one.

core: Psi > core_threshold, or Psi > max Psi/3;    string: Psi > key_core_fraction max Psi
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from vitrine.interactions import Interactions
from vitrine.observables.key_cores import OF_MODE
from vitrine.observables.key_cores.square import Square, key_core_square, stability
from vitrine.samples import Sample

BLANK = {"square_" + name: -1 for name in "ijkl"} | {"candidates": 0, "overlap": 0, "alternates": 0} | dict.fromkeys(
    ("cancellation", "shortest_side", "longest_side", "shorter_diagonal", "longer_diagonal", "stability"), np.nan
)  # fmt: skip


def find_key_cores(
    sample: Sample,
    vibrability_field: Mapping[str, np.ndarray],
    volume_mode_field: Mapping[str, np.ndarray],
    volume_modes: pd.DataFrame,
    elasticity: pd.DataFrame,
    core_threshold: float = 0.25,
    key_core_fraction: float = 0.6,
    weak_pair: float = 0.2,
    prominence: float = 5.0,
) -> dict[str, dict[str, np.ndarray]]:
    """The one row of KEY_CORES, and the field that says of every particle to what it belongs.

    A sample has no key core, and its row says why, where its softest mode does not lie below the first shear phonon, or where its largest Psi is not
    `prominence` times the median. Arguments are what the observables vibrability, volume_modes and elasticity gave for this sample.
    """
    psi, field = vibrability_field["vibrability"], volume_mode_field["displacement"]
    softest = volume_modes[volume_modes["mode"] == 0].iloc[0]
    omega, phonon = float(softest["omega"]), float(elasticity["omega_ph"].iloc[0])
    string, prominent = psi > key_core_fraction * psi.max(), psi.max() / np.median(psi)
    row = {
        "omega": omega,
        "omega_over_phonon": omega / phonon if phonon > 0 else np.inf,
        "prominence": prominent,
        "mode_share": float(np.sum(field[np.argmax(psi)] ** 2) / (omega**2 * psi.max())),
        "participation": float(softest["participation"]),
        "participation_transverse": float(softest["participation_transverse"]),
        "participation_longitudinal": float(softest["participation_longitudinal"]),
        **{name: float(softest[name]) for name, _ in OF_MODE},
        "core": np.count_nonzero(psi > core_threshold),
        "core_third": np.count_nonzero(psi > psi.max() / 3),
        "string": np.count_nonzero(string),
        "string_second": np.count_nonzero(sample.types[string] == 1),
        "second_share": float(np.mean(sample.types == 1)),
        "ended": _why_none(omega, phonon, prominent, prominence),
        **BLANK,
    }
    part = np.zeros(sample.particles)
    if not row["ended"]:
        bonds, members = Interactions.of(sample), np.flatnonzero(string)
        square, row["candidates"] = key_core_square(bonds, members, field, weak_pair)
        part[psi > core_threshold] = 1
        part[string] = 2
        if square is not None:
            row |= _told(square) | {"stability": stability(bonds, members, field, square)}
            part[list(square.particles)] = 3
    return {"key_cores": {name: np.array([value]) for name, value in row.items()}, "key_core_field": {"part": part}}


def _why_none(omega: float, phonon: float, prominent: float, least: float) -> str:
    """Why a sample has no key core; empty where it has."""
    if not omega < phonon:
        return "no key core: the softest mode does not lie below the first phonon"
    if prominent < least:
        return "no key core: no particle's vibrability stands out"
    return ""


def _told(square: Square) -> dict:
    """The columns of a square."""
    sides, diagonals = square.sides, square.diagonals
    return {f"square_{name}": particle for name, particle in zip("ijkl", square.particles, strict=True)} | {
        "overlap": square.overlap,
        "alternates": int(square.alternates),
        "cancellation": square.cancellation,
        "shortest_side": sides.min(),
        "longest_side": sides.max(),
        "shorter_diagonal": diagonals.min(),
        "longer_diagonal": diagonals.max(),
    }
