r"""Plane waves of a periodic box, shell by shell: the phonons that an isotropic elastic solid would have.

Wave vectors are q = 2 pi B^-T n, B the box with its edges as columns and n whole numbers. Those of one length make a shell. Its plane waves are
cosines and sines of q.r, one of q and -q, along q (longitudinal) or across it (transverse, d - 1 of them): a band of n_z = m or (d - 1) m waves, m
the vectors of the shell. In a cube m is 6, 12, 8, 6, 24, ..., in a square 4, 4, 4, 8, ...

Particles of a glass lie on no lattice, so that plane waves at their places are not quite orthogonal: those of a band are made so.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from vitrine.linalg.solve import without_translation
from vitrine.observables.phonon_bands import LONGITUDINAL
from vitrine.samples import Sample

ALIKE = 1e-6  # relative difference of the lengths of two wave vectors below which they are of one shell


@dataclass(frozen=True)
class Shell:
    """Wave vectors of one length, one of each pair q and -q (m/2, d) [1/lambda_min]; index: from 1, the longest waves."""

    index: int
    vectors: np.ndarray

    @property
    def wave_number(self) -> float:
        """|q| [1/lambda_min]."""
        return float(np.linalg.norm(self.vectors[0]))

    def degeneracy(self, polarisation: str) -> int:
        """Waves of the band."""
        return 2 * len(self.vectors) * (1 if polarisation == LONGITUDINAL else self.vectors.shape[1] - 1)


def shells_of(box: np.ndarray, bands: int) -> list[Shell]:
    """The first `bands` shells of a box (d, d), by rising |q|."""
    d, reach = len(box), 1
    inverse, longest = np.linalg.inv(box), np.linalg.norm(box, axis=0).max()
    while True:
        whole = np.array([n for n in product(range(-reach, reach + 1), repeat=d) if n > (0,) * d])  # the first that is not zero is positive
        vectors = 2 * np.pi * whole @ inverse
        lengths = np.linalg.norm(vectors, axis=1)
        # A vector beyond the grid has |n_i| > reach for some i, and 2 pi n_i = q.B_i <= |q| |B_i|.
        order = np.argsort(lengths, kind="stable")
        order = order[lengths[order] < (1 - ALIKE) * 2 * np.pi * (reach + 1) / longest]
        ends = np.flatnonzero(np.diff(lengths[order]) > ALIKE * lengths[order][:-1]) + 1
        members = np.split(order, ends)
        if len(order) and len(members) >= bands:
            return [Shell(index, vectors[np.sort(one)]) for index, one in enumerate(members[:bands], 1)]
        reach += 1


def plane_waves(sample: Sample, shell: Shell, polarisation: str) -> np.ndarray:
    """An orthonormal basis of a band as columns (N d, n_z) in the mass-weighted e = m^(1/2) u, the translations taken out."""
    d, columns = sample.dimension, []
    for q in shell.vectors:
        directions = np.linalg.qr(np.column_stack([q, np.eye(d)]))[0].T  # the first is along q, the others across it
        phase = sample.positions @ q
        for direction in directions[:1] if polarisation == LONGITUDINAL else directions[1:d]:
            columns += [np.multiply.outer(wave, direction).ravel() for wave in (np.cos(phase), np.sin(phase))]
    waves = np.column_stack(columns)
    if sample.masses is not None:
        waves *= np.sqrt(np.repeat(sample.masses, d))[:, None]
    return np.linalg.qr(without_translation(waves, d, sample.masses))[0]
