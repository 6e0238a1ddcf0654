"""FIRE by HOOMD-blue (Bitzek et al., PRL 97, 170201): a sample's way downhill, as far as tabulated forces are worth following."""

from __future__ import annotations

import hoomd
import hoomd.md
import numpy as np

from vitrine.preparation.hoomd_forces import Species, device_of, finite, neighbour_list, pair_force, placed, snapshot_of
from vitrine.preparation.motion import Motion, folded
from vitrine.samples.sample import Sample

NEVER_BY_ENERGY = 1e10  # FIRE also wants the energy to stand still; with this tolerance the force alone decides
HALVINGS = 8  # of the time step, when particles are lost
STRETCH = 1000  # steps between looks at whether it has ended


def hoomd_fire(
    sample: Sample, step: float, tolerance: float = 1e-3, maximum_steps: int = 100_000, device: str = "auto"
) -> tuple[Sample, float, bool]:
    """The sample moved downhill, the time step that was used, and whether the forces fell below `tolerance` within `maximum_steps`.

    step: the largest time step of FIRE [lambda_min sqrt(m/epsilon)]. Where particles are lost it is halved and the sample starts again; different
    steps can end in different minima, so the one that was used belongs to the result. After 8 halvings the sample is given back as it came.
    tolerance: root mean square of the components of the net forces [epsilon/lambda_min].
    """
    for halving in range(HALVINGS + 1):
        used = step / 2**halving
        try:
            moved, converged = _downhill(sample, used, tolerance, maximum_steps, device)
        except RuntimeError as error:
            if "no longer in the simulation box" not in str(error):
                raise
            continue
        if finite(moved.positions):
            return moved, used, converged
    return sample, used, False


def _downhill(sample: Sample, step: float, tolerance: float, maximum_steps: int, device: str) -> tuple[Sample, bool]:
    species = Species.of(sample)
    positions, images = folded(sample.positions, sample.box)
    start = Motion(0, positions, images, np.zeros_like(positions), sample.sizes, sample.box)
    simulation = hoomd.Simulation(device_of(device), seed=0)
    simulation.create_state_from_snapshot(snapshot_of(start, species, species.members(sample.types, sample.sizes)))
    hottest = 0.0 if np.isnan(sample.parent_temperature) else sample.parent_temperature
    force, _ = pair_force(sample.model, species, neighbour_list(sample), hottest)
    methods = [hoomd.md.methods.ConstantVolume(hoomd.filter.All())]
    fire = hoomd.md.minimize.FIRE(step, tolerance, angmom_tol=1.0, energy_tol=NEVER_BY_ENERGY, forces=[force], methods=methods)
    simulation.operations.integrator = fire
    while simulation.timestep < maximum_steps and not (simulation.timestep and fire.converged):
        simulation.run(min(STRETCH, maximum_steps - simulation.timestep))
    end, _ = placed(simulation.state.get_snapshot(), sample.box)
    return sample.moved(end), bool(fire.converged)
