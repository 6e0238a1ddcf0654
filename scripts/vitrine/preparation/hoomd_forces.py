r"""A glass former in HOOMD-blue: its particles as types, its potential as pair forces. Shared by dynamics and FIRE.

HOOMD-blue knows types of particles and no sizes, so every distinct (type, size) of a sample is a type of its own here, called a species. The pair of
species (k, m) interacts as eps_km phi(r/lambda_km):

* force-shifted Lennard-Jones by HOOMD-blue's own `ForceShiftedLJ`, exact. (It leaves out the constant shift of the energy, which moves nothing.)
* everything else by `Table`, which interpolates force and energy linearly between the points r_min + i (r_cut - r_min)/n, i = 0 ... n - 1; the last
  interval ends at zero at r_cut, and below r_min there is no force at all (`EvaluatorPairTable.h`). r_min is where phi exceeds any thermal energy by
  far; n is doubled until the measured error of the force is below what is asked. One table of phi(x) serves all pairs, scaled by eps and lambda.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from functools import lru_cache

import hoomd
import hoomd.md
import numpy as np

from vitrine.errors import InputError
from vitrine.models import GlassFormer
from vitrine.models.glass_former import Potential
from vitrine.models.potential import LENNARD_JONES, force_shifted
from vitrine.preparation.engines import MOST_SPECIES
from vitrine.preparation.motion import Motion, folded
from vitrine.samples.sample import Sample, widths

ACCURACY = 1e-4  # error of a tabulated force, relative to the force or to eps/lambda, whichever is larger
OVERLAP = 100.0  # tables begin where phi is this many eps, or BEYOND times the temperature: below there is no force
BEYOND = 30.0  # exp(-30) is nothing
MOST_POINTS = 2**16
BUFFER = 0.4  # margin of the neighbour list [lambda_min]


@dataclass(frozen=True)
class Species:
    """The distinct kinds of particles of a sample: types (M,) and sizes (M,)."""

    types: np.ndarray
    sizes: np.ndarray

    @classmethod
    def of(cls, sample: Sample) -> Species:
        """InputError if there are more than HOOMD-blue is given."""
        kinds = np.unique(_keys(sample.types, sample.sizes))
        if len(kinds) > MOST_SPECIES:
            raise InputError(
                f"config key model.{sample.model.name}.size_levels must be from 1 to {MOST_SPECIES} for HOOMD-blue: "
                f"a sample has {len(kinds)} distinct kinds of particles"
            )
        return cls(kinds.real.astype(np.int64), kinds.imag)

    @property
    def names(self) -> list[str]:
        """What HOOMD-blue calls them."""
        return [str(k) for k in range(len(self.types))]

    def members(self, types: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The species of each particle (N,); ValueError for a size that is not among them."""
        kinds, keys = _keys(self.types, self.sizes), _keys(types, sizes)
        place = np.minimum(np.searchsorted(kinds, keys), len(kinds) - 1)
        if not np.array_equal(kinds[place], keys):
            raise ValueError("a particle has a size that no particle of its type had when the integrator was made")
        return place


def _keys(types: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Type and size in one number that sorts by type, then by size: numpy orders complex numbers so."""
    return types + 1j * sizes


@dataclass(frozen=True)
class Table:
    """phi(x) [eps] and -phi'(x) [eps/lambda] at the n points of a table that begins at `start`, and the measured error of the force."""

    start: float
    energy: np.ndarray
    force: np.ndarray
    error: float


@lru_cache(maxsize=64)
def table_of(potential: Potential, accuracy: float = ACCURACY, overlap: float = OVERLAP) -> Table:
    """The shortest table of 2^k points whose force is within `accuracy` everywhere; InputError where none is."""
    start, points = _start(potential, overlap), 64
    while points <= MOST_POINTS:
        table = _table(potential, start, points)
        if table.error <= accuracy:
            return table
        points *= 2
    raise InputError(f"no table of {MOST_POINTS} points holds the force of the glass former to {accuracy}: it must be continuous at the cutoff")


def _start(potential: Potential, overlap: float) -> float:
    """x at which phi reaches `overlap`; 0 where phi is finite at overlap."""
    if potential.highest < overlap:
        return 0.0
    x = min(1.0, potential.cutoff)
    while float(potential.energy_and_slope(x)[0]) < overlap:
        x *= 0.95
    return x


def _table(potential: Potential, start: float, points: int, within: int = 8) -> Table:
    """A table of so many points, and the largest error of its force at `within` places of every interval, the last one included.

    The error is relative to the larger of the force itself and eps/lambda: it is relative for particles that touch and absolute beyond.
    """
    fine = start + (potential.cutoff - start) * np.arange(points * within) / (points * within)
    energy, slope = potential.energy_and_slope(fine)
    exact = -slope
    nodes = np.append(exact[::within], 0.0)
    share = np.arange(within) / within
    linear = (nodes[:-1, None] * (1 - share) + nodes[1:, None] * share).ravel()
    error = np.max(np.abs(linear - exact) / np.maximum(np.abs(exact), 1.0))
    return Table(start, energy[::within].copy(), nodes[:-1].copy(), float(error))


def pair_force(
    model: GlassFormer, species: Species, neighbours: hoomd.md.nlist.NeighborList, hottest: float = 0.0, accuracy: float = ACCURACY
) -> tuple[hoomd.md.pair.Pair, float]:
    """The force of all pairs of species, good up to the temperature `hottest` [epsilon/k_B], and the bound of its error as `Table.error`: zero for
    Lennard-Jones."""
    exact = all(potential == force_shifted(LENNARD_JONES, potential.cutoff) for potential in model.potentials)
    force = hoomd.md.pair.ForceShiftedLJ(neighbours) if exact else hoomd.md.pair.Table(neighbours)
    worst = 0.0
    for k, first in enumerate(species.names):
        for m, second in enumerate(species.names[: k + 1]):
            potential = model.potential_of(species.types[k], species.types[m])
            scale = float(model.pair_scale(np.array([k]), np.array([m]), species.sizes, species.types)[0])
            energy = float(model.energies[species.types[k], species.types[m]])
            if exact:
                parameters = {"epsilon": energy, "sigma": scale}
            else:
                table = table_of(potential, accuracy, max(OVERLAP, BEYOND * hottest / energy))
                worst = max(worst, table.error)
                parameters = {"r_min": table.start * scale, "U": energy * table.energy, "F": energy / scale * table.force}
            force.params[(first, second)] = parameters
            force.r_cut[(first, second)] = potential.cutoff * scale
    return force, worst


def neighbour_list(sample: Sample) -> hoomd.md.nlist.Cell:
    """A list with a margin that fits the sample's box: HOOMD-blue wants range and margin below half of its width."""
    room = float(np.min(widths(sample.box))) / 2 - sample.model.range
    return hoomd.md.nlist.Cell(buffer=min(BUFFER, max(room, 0.0) / 2))


def device_of(name: str) -> hoomd.device.Device:
    """`auto`, `cpu` or `gpu`; InputError where there is no GPU. HOOMD-blue's own messages are dropped: its errors arrive as exceptions."""
    quiet = {"notice_level": 0, "message_filename": os.devnull}  # at every exchange it would warn again of many types
    if name == "auto":
        return hoomd.device.auto_select(**quiet)
    if name == "cpu":
        return hoomd.device.CPU(**quiet)
    if not hoomd.device.GPU.get_available_devices():
        raise InputError("config key preparation.dynamics.device is gpu and HOOMD-blue finds none on this machine: allowed here are auto and cpu")
    return hoomd.device.GPU(**quiet)


def snapshot_of(motion: Motion, species: Species, members: np.ndarray) -> hoomd.Snapshot:
    """HOOMD-blue's snapshot of a state of motion. Its box is centred on zero: what lies beyond the middle is the next image, which loses no bit."""
    (n, d), edges = motion.positions.shape, np.diag(motion.box)
    beyond = motion.positions >= edges / 2
    snapshot = hoomd.Snapshot()
    snapshot.configuration.box = [*edges, *[0.0] * (6 - d)]
    snapshot.particles.N = n
    snapshot.particles.types = species.names
    snapshot.particles.typeid[:] = members
    snapshot.particles.position[:, :d] = motion.positions - np.where(beyond, edges, 0.0)
    snapshot.particles.image[:, :d] = motion.images + beyond
    snapshot.particles.velocity[:, :d] = motion.velocities
    return snapshot


def placed(snapshot: hoomd.Snapshot, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions (N, d) folded into [0, L)^d and images (N, d) of a snapshot, the way back from `snapshot_of`."""
    d, edges = len(box), np.diag(box)
    positions, images = snapshot.particles.position[:, :d], snapshot.particles.image[:, :d].astype(np.int64)
    negative = positions < 0
    inside, over = folded(positions + np.where(negative, edges, 0.0), box)
    return inside, images - negative + over


def finite(*arrays: np.ndarray) -> bool:
    """Whether every number of all arrays is finite."""
    return all(math.isfinite(float(array.sum())) for array in arrays)
