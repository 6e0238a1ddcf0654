r"""How responses to pinches and quartic modes decay with the distance from their core (002, S-3 and S-4; 004, Fig. 1b).

    C_ij,kl = (u-hat^ij . d-hat^kl)^2,   u^ij = H^+ d^ij,   c(r) = < median over kl at distance r of C_ij,kl >_ij     (002, eqs. S8, S9)

Dipoles have length one, for the weakest bonds have next to no force. The distance is that of the midpoints of the bonds ij and kl, by the nearest
image, in a0 of the sample. Of a quartic mode z the same is taken about its core, the interacting pair that maximises |z_i - z_j|^2 (eqs. S10, S11).
The amplitude is the median of |z_i| over the particles at a distance r from the midpoint of that pair.

What the periodic images of a dipole do to both in a continuum stands beside them (images.py); neither is divided by it.

The papers leave open: which and how many weak bonds are pinched (here `pinches` of them, drawn by the seed), whether kl is every bond or a weak one
(`projected`), the bins (`spacing`, `bins`), and how far in the periodic box they go (`farthest`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vitrine.interactions import Interactions
from vitrine.interactions.bonds import minimum_images
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor, weighted
from vitrine.linalg.participation import participation_ratio
from vitrine.nonlinear.contractions import Contractions
from vitrine.nonlinear.modes import nonlinear_modes
from vitrine.nonlinear.starts import pinch_responses, shear_starts, weak_bonds
from vitrine.observables.elasticity.measure import moduli
from vitrine.observables.response_decay.images import Images, image_factors
from vitrine.samples import Sample
from vitrine.samples.sample import widths
from vitrine.statistics.bootstrap import ratio
from vitrine.statistics.radial import binned_medians, radial_edges

BLOCK = 64  # fields that are projected at once


class Decay(NamedTuple):
    """Sums over fields of the medians in each bin, and how many fields have one there; (k,) each."""

    projection: np.ndarray
    projected: np.ndarray
    amplitude: np.ndarray
    moved: np.ndarray


def measure_response_decay(
    sample: Sample,
    rng: np.random.Generator,
    pinches: int = 200,
    weak_force: float = 1e-2,
    projected: str = "all",
    spacing: str = "logarithmic",
    bins: int = 20,
    farthest: float = 0.5,
    algebra: Algebra = DEFAULT_ALGEBRA,
) -> dict[str, dict[str, np.ndarray]]:
    """c(r) of `pinches` weak bonds and of the softest quartic mode from shear; tables RESPONSE_DECAY and RESPONSE_FIELDS of the declaration.

    A sample without weak bonds has no rows of pinches, one in which no start leads to a quartic mode none of that: RESPONSE_FIELDS says so. Raises
    SampleError where the sample is no minimum.
    """
    bonds = Interactions.of(sample)
    factor = Factor.of(bonds, algebra.solver)
    edges = radial_edges(spacing, bins, farthest * widths(sample.box).min() / sample.spacing)
    weak = weak_bonds(bonds, weak_force)
    onto = weak if projected == "weak" else np.arange(len(bonds.i))
    chosen = weak if len(weak) <= pinches else np.sort(rng.choice(weak, pinches, replace=False))
    mode, row = softest_quartic_mode(bonds, factor)
    core = core_bonds(bonds, mode)
    row |= {"core_i": bonds.i[core[0]], "core_j": bonds.j[core[0]]} if len(core) else {"core_i": -1, "core_j": -1}
    images = images_of(bonds, factor, edges)
    rows = [
        _rows("pinch", decay(bonds, pinch_responses(bonds, factor, chosen)[0], chosen, onto, edges), edges, images),
        _rows("quartic", decay(bonds, mode, core, onto, edges), edges, images),
    ]
    return {
        "response_decay": {name: np.concatenate([part[name] for part in rows]) for name in rows[0]},
        "response_fields": {name: np.array([value]) for name, value in {"pinched": len(chosen), "weak": len(weak), **row}.items()},
    }


def softest_quartic_mode(bonds: Interactions, factor: Factor) -> tuple[np.ndarray, dict]:
    """The quartic mode of lowest frequency that the responses to simple and pure shear in all planes lead to (002, S-4).

    Its vector of length one as a column (N d, 1), or (N d, 0) where no start leads to a mode, and its numbers by the columns of RESPONSE_FIELDS.
    """
    sample, (starts, words) = bonds.sample, shear_starts(bonds, factor)
    found = nonlinear_modes(Contractions(bonds), factor, starts, "quartic")
    solves, good = int(found.solves.sum()), np.flatnonzero(found.flag == "")
    if not len(good):
        blank = {"omega": np.nan, "participation": np.nan, "residual": np.nan}
        return np.zeros((len(starts), 0)), {**blank, "start": "", "solves": solves, "no_mode": "; ".join(dict.fromkeys(found.flag))}
    modes = found.vectors[:, good]
    moving = weighted(modes, sample.dimension, sample.masses)
    omega = np.sqrt(found.b2[good] / np.einsum("ik,ik->k", moving, moving))
    softest = int(np.argmin(omega))
    mode = modes[:, softest : softest + 1]
    return mode, {
        "omega": omega[softest],
        "participation": participation_ratio(mode, sample.dimension)[0],
        "residual": found.residual[good[softest]],
        "start": words[good[softest]],
        "solves": solves,
        "no_mode": "",
    }


def images_of(bonds: Interactions, factor: Factor, edges: np.ndarray) -> Images:
    """What periodic images do in the continuum of a glass's moduli, in bins of the distance [a0]; NaN where it is unstable to shear of its box."""
    sample, found = bonds.sample, moduli(bonds, factor)
    longitudinal = found["bulk_modulus"] + 2 * (sample.dimension - 1) / sample.dimension * found["shear_modulus"]
    ratio_of_stiffness = found["shear_modulus"] / longitudinal
    if not 0 < ratio_of_stiffness < 1:
        return Images(*np.full((2, len(edges) - 1), np.nan))
    return image_factors(sample.box / sample.spacing, edges, ratio_of_stiffness)


def core_bonds(bonds: Interactions, fields: np.ndarray) -> np.ndarray:
    """The bond (k,) of each field (N d, k) that maximises |z_i - z_j|^2: the centre of its core (002, S-4)."""
    moved = fields.reshape(bonds.sample.particles, bonds.sample.dimension, -1)
    changes = moved[bonds.j] - moved[bonds.i]
    return np.argmax(np.einsum("bak,bak->bk", changes, changes), axis=0)


def decay(bonds: Interactions, fields: np.ndarray, cores: np.ndarray, onto: np.ndarray, edges: np.ndarray) -> Decay:
    """Medians of C_ij,kl and of |z_i| against the distance from the core, summed over fields (N d, k).

    cores (k,): the bond about which each field is looked at, which itself is left out. onto (b,): the bonds kl. edges: of the bins [a0].
    """
    sample, d = bonds.sample, bonds.sample.dimension
    middles = bond_middles(bonds)
    total = Decay(*(np.zeros(len(edges) - 1) for _ in range(4)))
    for first in range(0, fields.shape[1], BLOCK):
        block = fields[:, first : first + BLOCK] / np.linalg.norm(fields[:, first : first + BLOCK], axis=0)
        projections = 0.5 * (bonds.compatibility @ block) ** 2  # a dipole of length one is sqrt(1/2) of a row of S
        amplitudes = np.sqrt(np.sum(block.reshape(sample.particles, d, -1) ** 2, axis=1))
        for column, core in enumerate(cores[first : first + BLOCK]):
            others = onto[onto != core]
            add_medians(
                total.projection,
                total.projected,
                binned_medians(distances_from(sample, middles[others], middles[core]), projections[others, column], edges),
            )
            add_medians(
                total.amplitude, total.moved, binned_medians(distances_from(sample, sample.positions, middles[core]), amplitudes[:, column], edges)
            )
    return total


def add_medians(sums: np.ndarray, fields: np.ndarray, found: tuple[np.ndarray, np.ndarray]) -> None:
    medians, counts = found
    sums += np.where(counts > 0, medians, 0.0)
    fields += counts > 0


def bond_middles(bonds: Interactions) -> np.ndarray:
    """The midpoints of bonds (n, d); one of a bond through the box's face may lie outside."""
    return bonds.sample.positions[bonds.i] + bonds.vectors / 2


def distances_from(sample: Sample, places: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Distances of places (n, d) from a centre, by the nearest image, in a0 of the sample."""
    return np.linalg.norm(minimum_images(places - centre, sample.box), axis=1) / sample.spacing


def _rows(kind: str, sums: Decay, edges: np.ndarray, images: Images) -> dict[str, np.ndarray]:
    """Means over the fields of a sample, of the bins that any of them fills."""
    bins = np.flatnonzero((sums.projected > 0) | (sums.moved > 0))
    return {
        "kind": np.full(len(bins), kind, dtype=object),
        "bin": bins,
        "distance_low": edges[bins],
        "distance_high": edges[bins + 1],
        "projection": ratio(sums.projection, sums.projected)[bins],
        "projected": sums.projected[bins].astype(np.int64),
        "amplitude": ratio(sums.amplitude, sums.moved)[bins],
        "moved": sums.moved[bins].astype(np.int64),
        "projection_images": images.projection[bins],
        "amplitude_images": images.amplitude[bins],
    }
