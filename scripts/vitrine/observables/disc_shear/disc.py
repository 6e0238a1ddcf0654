r"""A disc that is cut out of a planar glass, its rim frozen, and its shear modulus in every direction (000 Methods; Figs. 4, 5, 6).

Atoms outside the diameter L - cut are removed; those within `rim` of the edge move affinely alone, and so do all that are pinned. The rest is
free: it comes to rest after the cut, and answers a strain. Turning the disc clockwise by theta and shearing it along +x is the strain

    E(theta) = J/2 + cos 2theta X/2 - sin 2theta Z/2,    J = [[0, 1], [-1, 0]],  X = [[0, 1], [1, 0]],  Z = [[1, 0], [0, -1]]

on the disc as it lies. The energy's second order is the quadratic form C_kl = (U''_kl - Xi_k.H^-1.Xi_l)/A of these three, with H and Xi of the free
particles and the disc's area A, so that

    G(theta) = g0 + c2 cos 2theta + s2 sin 2theta + c4 cos 4theta + s4 sin 4theta

exactly, by one factorisation instead of a minimisation at every angle: g0 = C_JJ/4 + (C_XX + C_ZZ)/8, c2 = C_JX/2, s2 = -C_JZ/2,
c4 = (C_XX - C_ZZ)/8, s4 = -C_XZ/4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from vitrine.errors import SampleError
from vitrine.interactions import Interactions, minimum_images
from vitrine.interactions.strains import strain_forces
from vitrine.linalg.solve import positive_definite
from vitrine.linalg.solvers import Solver, chosen_solver
from vitrine.samples import Sample
from vitrine.samples.sample import widths

J, X, Z = np.array([[0.0, 1.0], [-1.0, 0.0]]), np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[1.0, 0.0], [0.0, -1.0]])
AT_REST = 1e-11  # of the root-mean-square pair force
NEWTON = 50  # steps to come to rest after the cut


@dataclass(frozen=True)
class Disc:
    """A disc at rest. bonds: of its atoms, in a box so wide that none sees another's image; members (n,): the atoms of the glass that they are;
    frozen (n,): the rim; radius; moved: the longest way of an atom after the cut [lambda_min].
    """

    bonds: Interactions
    members: np.ndarray
    frozen: np.ndarray
    radius: float
    moved: float

    @classmethod
    def of(cls, sample: Sample, centre: np.ndarray, cut: float = 3.0, rim: float = 2.0) -> Disc:
        """A disc of diameter L - cut about a place (2,) of a glass. Raises SampleError where the box is too small, or it does not come to rest."""
        if sample.dimension != 2:
            raise SampleError(f"discs are cut in two dimensions alone, and it has {sample.dimension}")
        radius = 0.5 * (widths(sample.box).min() - cut)
        if radius <= rim + sample.spacing:
            raise SampleError(f"its box of width {widths(sample.box).min():.4g} is too small for a disc with a frozen rim of {rim:g}")
        about = minimum_images(sample.positions - centre, sample.box)
        distance = np.linalg.norm(about, axis=1)
        members = np.flatnonzero(distance < radius)
        room = 2 * radius + 2 * sample.model.range + 1.0
        kept = {name: None if (array := getattr(sample, name)) is None else array[members] for name in ("sizes", "types", "masses")}
        alone = replace(sample, positions=about[members] + room / 2, box=np.diag([room, room]), **kept)
        frozen = distance[members] > radius - rim
        rested = _at_rest(alone, np.repeat(~frozen, 2))
        moved = np.linalg.norm(rested.positions - alone.positions, axis=1).max()
        return cls(Interactions.of(rested), members, frozen, radius, float(moved))

    @property
    def area(self) -> float:
        """A = pi R^2."""
        return np.pi * self.radius**2

    @cached_property
    def _forces(self) -> np.ndarray:
        """Xi of J, X and Z, (2 n, 3)."""
        return strain_forces(self.bonds, np.array([J, X, Z]))

    @cached_property
    def _affine(self) -> np.ndarray:
        """U''_kl of J, X and Z, (3, 3)."""
        _, slope, curvature = self.bonds.derivatives[:3]
        changes = np.array([self.bonds.vectors @ strain.T for strain in (J, X, Z)])
        along, tension = np.einsum("kba,ba->kb", changes, self.bonds.directions), slope / self.bonds.distances
        return np.einsum("kb,b,lb->kl", along, curvature - tension, along) + np.einsum("kba,b,lba->kl", changes, tension, changes)

    def _free(self, pinned: np.ndarray | None) -> np.ndarray:
        """The unknowns of what is neither of the rim nor pinned."""
        fixed = self.frozen.copy()
        if pinned is not None:
            fixed[pinned] = True
        return np.flatnonzero(np.repeat(~fixed, 2))

    def answer(self, pinned: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """C (3, 3) of J, X, Z [epsilon/lambda_min^2], and the non-affine displacements of X and Z per unit strain (2, n, 2).

        pinned: places in the disc that move affinely alone, beside the rim.
        """
        free = self._free(pinned)
        response = np.zeros_like(self._forces)
        if len(free):
            response[free] = _factor(self.bonds.hessian, free).solve(np.ascontiguousarray(self._forces[free]))
        relaxed = self._forces[free].T @ response[free]
        return (self._affine - relaxed) / self.area, -response[:, 1:].T.reshape(2, -1, 2)

    def answers_besides(self, pinned: np.ndarray, sets: Sequence[np.ndarray]) -> np.ndarray:
        """C (sets, 3, 3) with `pinned` and further places pinned, for each of several sets of these, by one factorisation for all.

        Where u is what moves with `pinned` alone and G = H^-1 on the places of a set, holding these costs u.G^-1.u of what is relaxed.
        """
        free = self._free(pinned)
        place = np.full(2 * len(self.frozen), -1)
        place[free] = np.arange(len(free))
        factor = _factor(self.bonds.hessian, free)
        moved = factor.solve(np.ascontiguousarray(self._forces[free]))
        relaxed = self._forces[free].T @ moved
        union = np.unique(np.concatenate([np.zeros(0, dtype=int), *sets])).astype(int)
        unknowns = place[(2 * union[:, None] + np.arange(2)).ravel()]
        if np.any(unknowns < 0):
            raise ValueError("a set has places that do not move")
        pushes = np.zeros((len(free), len(unknowns)))
        pushes[unknowns, np.arange(len(unknowns))] = 1.0
        compliance = factor.solve(pushes)[unknowns] if len(unknowns) else np.zeros((0, 0))
        found = []
        for places in sets:
            own = (2 * np.searchsorted(union, places)[:, None] + np.arange(2)).ravel()
            held = moved[unknowns[own]]
            less = held.T @ np.linalg.solve(compliance[np.ix_(own, own)], held) if len(own) else 0.0
            found.append((self._affine - relaxed + less) / self.area)
        return np.array(found).reshape(-1, 3, 3)


def response_at(responses: np.ndarray, theta: float) -> np.ndarray:
    """Non-affine displacement (n, 2) per unit strain at an angle: that of E(theta); a rotation J moves nothing that is at rest."""
    return 0.5 * (np.cos(2 * theta) * responses[0] - np.sin(2 * theta) * responses[1])


def _factor(hessian: sp.csc_array, free: np.ndarray) -> Solver:
    """The factorised Hessian of the free unknowns. Raises SampleError where they are not at a minimum."""
    return positive_definite(sp.csc_array(hessian[free][:, free]), chosen_solver("auto", len(free)))


def _at_rest(sample: Sample, free: np.ndarray) -> Sample:
    """The sample after Newton steps of its free unknowns (2 n,)."""
    unknowns = np.flatnonzero(free)
    for _ in range(NEWTON):
        bonds = Interactions.of(sample)
        force = bonds.forces.ravel()[unknowns]
        if np.abs(force).max(initial=0.0) <= AT_REST * np.sqrt(np.mean(bonds.pair_forces**2)):
            return sample
        step = _factor(bonds.hessian, unknowns).solve(force)
        positions = sample.positions.ravel().copy()
        positions[unknowns] += step * min(1.0, 0.1 * sample.spacing / np.abs(step).max())
        sample = sample.moved(positions.reshape(-1, 2))
    raise SampleError("the disc that is cut out of it does not come to rest")
