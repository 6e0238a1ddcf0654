"""A modifier of OVITO's: vibrability and softest modes of whatever glass is open there.

OVITO finds it by the entry point `OVITO.Modifier` once Vitrine is installed into OVITO's Python; in a script it is

    from vitrine.ovito_modifier import SoftModes
    pipeline.modifiers.append(SoftModes(model="kob_andersen", relax=True))

The particles get the properties Vibrability, `Mode 1`, `Mode 2`, ... (vectors, the displacements u with sum_i m_i |u_i|^2 = 1) and `Mode 1 share`,
`Mode 2 share`, ... (m_i |u_i|^2). The frame gets the attributes omega_1, participation_1, ..., residual and largest_displacement. This module alone
needs OVITO's library; nothing else of Vitrine imports it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import yaml
from ovito.data import DataCollection
from ovito.pipeline import ModifierInterface
from ovito.traits import OvitoObject
from ovito.vis import VectorVis
from traits.api import Bool, Enum, Range, Str

from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.models import GLASS_FORMERS, GlassFormer, glass_former, published_parameters
from vitrine.observables.modes.vectors import mode_vectors
from vitrine.observables.vibrability.measure import measure_vibrability
from vitrine.preparation.minimise import minimise
from vitrine.samples import Sample
from vitrine.samples.foreign import foreign_sample, upper_triangular
from vitrine.samples.formats.frame import MOST, Frame, is_flat

IN_FILE = "as the file says"  # of the model: Vitrine's own GSD does
RECORD = "vitrine/record"  # the attribute in which it does
AT_REST = 1e-4  # a residual force above this fraction of the typical pair force is no inherent state; GSD's boxes in single precision make 1e-5


class Found(NamedTuple):
    """What is measured of a glass: the glass, its modes as `mode_vectors` gives them, its vibrability (N,), None where it is not asked for."""

    glass: Sample
    modes: Mapping[str, np.ndarray]
    vibrability: np.ndarray | None


class SoftModes(ModifierInterface):
    """Vibrability and softest modes of the glass that is open.

    model: its glass former; parameters: what differs from the published ones, as a config writes them, `density: 1.2, cutoff: 2.5`. relax: bring it
    to its inherent state first, in which the particles are then shown. modes: how many; shown: the one that is drawn as arrows. What cannot be
    measured is said in one sentence.
    """

    model = Enum(IN_FILE, *GLASS_FORMERS, label="Glass former")
    parameters = Str("", label="Changed parameters")
    relax = Bool(False, label="Relax to the inherent state")
    vibrability = Bool(True, label="Vibrability")
    modes = Range(low=1, high=1000, value=3, label="Softest modes")
    shown = Range(low=1, high=1000, value=1, label="Mode shown as arrows")
    arrows = OvitoObject(VectorVis, title="Soft mode", scaling=10.0, width=0.15, color=(0.8, 0.1, 0.1))

    def modify(self, data: DataCollection, **further: object):
        """Called by OVITO with the frame that is shown."""
        yield "Vitrine measures the softest modes"
        try:
            frame = frame_of(data)
            sample = foreign_sample(frame, self._former(data, frame), 0)
            found = measure(sample, self.modes, relax=self.relax, vibrability=self.vibrability)
        except (InputError, SampleError) as error:
            raise RuntimeError(f"Vitrine: {error}") from None
        show(data, frame, sample, found, self.shown, self.arrows)

    def _former(self, data: DataCollection, frame: Frame) -> GlassFormer:
        """The glass former that is chosen, in the dimension of the frame."""
        changes = changed_parameters(self.parameters)
        if self.model != IN_FILE:
            return glass_former(self.model, {**published_parameters(self.model), "dimension": 2 if _planar(frame) else 3, **changes})
        if RECORD not in data.attributes:
            raise InputError("the file does not say its glass former; choose one of " + ", ".join(GLASS_FORMERS))
        told = json.loads(bytes(data.attributes[RECORD]))["model"]
        return glass_former(told["name"], {**told["parameters"], **changes})


def changed_parameters(text: str) -> dict[str, object]:
    """Parameters as a config writes them, `density: 1.2, cutoff: 2.5`. Raises InputError for what is no such list."""
    try:
        found = yaml.safe_load(f"{{{text}}}")
    except yaml.YAMLError:
        found = None
    if not isinstance(found, dict) or None in found.values():
        raise InputError(f"the changed parameters {text!r} are none: allowed is a list such as density: 1.2, cutoff: 2.5")
    return found


def frame_of(data: DataCollection) -> Frame:
    """What OVITO has open, as a file's frame. Raises InputError where it has no particles or no cell."""
    if data.particles is None or data.particles.count == 0:
        raise InputError("there are no particles")
    if data.cell is None:
        raise InputError("there is no simulation cell, in which a glass is periodic")
    particles, matrix = data.particles, np.array(data.cell[...], dtype=float)
    kinds = particles.particle_types
    ids = np.zeros(particles.count, dtype=int) if kinds is None else np.array(kinds, dtype=int)
    used, places = np.unique(ids, return_inverse=True)
    named = {} if kinds is None else {kind.id: kind for kind in kinds.types}
    names = () if kinds is None else tuple(named[one].name or str(one) if one in named else str(one) for one in used.tolist())
    radii = np.array([named[one].radius if one in named else 0.0 for one in used.tolist()])[places]
    if "Radius" in particles:
        own = np.array(particles["Radius"], dtype=float)
        radii = np.where(own > 0, own, radii)
    return Frame(
        positions=np.array(particles.positions, dtype=float),
        cell=matrix[:, :3],
        origin=matrix[:, 3],
        types=places.reshape(-1),
        names=names,
        digits=MOST,
        diameters=2 * radii,
        masses=np.array(particles["Mass"], dtype=float) if "Mass" in particles and np.all(np.array(particles["Mass"]) > 0) else None,
        planar=True if data.cell.is2D else None,
        periodic=tuple(map(bool, data.cell.pbc)),
    )


def _planar(frame: Frame) -> bool:
    return bool(frame.planar) or is_flat(frame.positions[:, 2])


def measure(sample: Sample, modes: int, *, relax: bool, vibrability: bool) -> Found:
    """The softest modes and the vibrability of a sample, or of its inherent state. Raises SampleError where there are none."""
    glass = sample
    if relax:
        end = minimise(sample, "lbfgs", tolerance=1e-10, maximum_iterations=100_000, step=0.1)
        if not end.converged:
            raise SampleError("it did not relax within 100000 iterations")
        glass = end.sample
    residual = Interactions.of(glass).residual
    if residual > AT_REST:
        raise SampleError(
            f"it is not at rest (its largest net force is {residual:.1g} of the typical pair force): switch on that it is relaxed first"
        )
    psi = measure_vibrability(glass)["vibrability_field"]["vibrability"] if vibrability else None
    return Found(glass, mode_vectors(glass, min(modes, glass.dimension * (glass.particles - 1))), psi)


def show(data: DataCollection, frame: Frame, sample: Sample, found: Found, shown: int, arrows: VectorVis) -> None:
    """Hand what was found to OVITO, its vectors in the directions of the frame."""
    d, particles = sample.dimension, data.particles_
    _, turn, _ = upper_triangular(frame.cell[:d, :d])

    def in_frame(vectors: np.ndarray) -> np.ndarray:
        return np.pad(vectors if turn is None else vectors @ turn.T, ((0, 0), (0, 3 - d)))

    moved = found.glass.positions - sample.positions
    moved -= np.rint(moved @ np.linalg.inv(sample.box).T) @ sample.box.T
    particles.positions_[...] = frame.positions + in_frame(moved)
    if found.vibrability is not None:
        particles.create_property("Vibrability", data=found.vibrability)
    for place, (vector, share) in enumerate(zip(found.modes["vectors"], found.modes["shares"], strict=True), 1):
        mode = particles.create_property(f"Mode {place}", data=in_frame(vector))
        if place == shown:
            mode.vis = arrows
        particles.create_property(f"Mode {place} share", data=share)
        data.attributes[f"omega_{place}"] = float(found.modes["omega"][place - 1])
        data.attributes[f"participation_{place}"] = float(found.modes["participation"][place - 1])
    data.attributes["residual"] = Interactions.of(found.glass).residual
    data.attributes["largest_displacement"] = float(np.linalg.norm(moved, axis=1).max())
