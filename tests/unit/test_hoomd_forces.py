"""A glass former in HOOMD-blue: its forces are those of `interactions`, exactly or within the bound that is stated."""

import numpy as np
import pytest

pytest.importorskip("hoomd", reason="HOOMD-blue cannot be imported (envs/hoomd.yaml)")
pytest.importorskip("hoomd.md", reason="this HOOMD-blue was built without molecular dynamics")

import hoomd
from hoomd_runs import EXACT, TABULATED, net_forces, pair_forces, reduced_force, shaken, start
from naive import PLANAR, poly, unit_spheres
from vitrine.errors import InputError
from vitrine.interactions import Interactions
from vitrine.models.potential import HARMONIC, LENNARD_JONES, force_shifted, smoothed_inverse_power
from vitrine.preparation import hoomd_forces
from vitrine.preparation.hoomd_forces import Species, device_of, neighbour_list, pair_force, placed, snapshot_of, table_of
from vitrine.preparation.motion import Motion, folded, thermal_motion
from vitrine.preparation.start import random_start
from vitrine.samples import Sample

pytestmark = pytest.mark.hoomd


def simulated(sample):
    """HOOMD-blue at rest in a sample, its force, and the bound of the force's error."""
    species = Species.of(sample)
    positions, images = folded(sample.positions, sample.box)
    motion = Motion(0, positions, images, np.zeros_like(positions), sample.sizes, sample.box)
    simulation = hoomd.Simulation(device_of("cpu"), seed=1)
    simulation.create_state_from_snapshot(snapshot_of(motion, species, species.members(sample.types, sample.sizes)))
    simulation.always_compute_pressure = True
    force, bound = pair_force(sample.model, species, neighbour_list(sample))
    everything = hoomd.md.methods.ConstantVolume(hoomd.filter.All())
    simulation.operations.integrator = hoomd.md.Integrator(0.001, forces=[force], methods=[everything])
    simulation.run(0)
    return simulation, force, bound


def measured(sample):
    """Energy, forces (N, d) and pressure of a sample at rest by HOOMD-blue, and the bound of the force's error."""
    _, force, bound = simulated(sample)
    virial = force.virials[:, [0, 3, 5]].sum()
    return force.energy, force.forces[:, : sample.dimension], virial / (sample.dimension * sample.volume), bound


@pytest.mark.parametrize("name", EXACT)
def test_lennard_jones_is_exact(name):
    sample = shaken(name)
    energy, forces, pressure, bound = measured(sample)
    bonds = Interactions.of(sample)
    model, types = sample.model, sample.types
    shifts = [
        model.energies[a, b] * sum(c * model.potential_of(a, b).cutoff ** p for c, p in LENNARD_JONES) for a, b in types[np.c_[bonds.i, bonds.j]]
    ]
    assert bound == 0.0
    assert np.abs(forces - bonds.forces).max() < 1e-12 * np.abs(bonds.pair_forces).max()
    assert pressure == pytest.approx(bonds.pressure, rel=1e-12)
    assert energy - sum(shifts) == pytest.approx(bonds.energy, rel=1e-12)  # HOOMD-blue shifts the force alone


@pytest.mark.parametrize("name", TABULATED)
def test_tables_are_within_their_bound(name):
    sample = shaken(name)
    energy, forces, pressure, bound = measured(sample)
    bonds = Interactions.of(sample)
    i, j, _, distances, force, unit = pair_forces(sample, tabulated=False)
    allowed = bound * np.where(force != 0, np.maximum(np.abs(force), unit), 0.0)
    per_particle = np.bincount(i, allowed, sample.particles) + np.bincount(j, allowed, sample.particles)
    assert 1e-6 < bound <= hoomd_forces.ACCURACY
    assert np.all(np.linalg.norm(forces - bonds.forces, axis=1) <= per_particle)
    assert abs(pressure - bonds.pressure) <= allowed @ distances / (sample.dimension * sample.volume)
    assert energy == pytest.approx(bonds.energy, rel=bound)


@pytest.mark.parametrize("name", TABULATED)
def test_tables_are_read_as_their_points_say(name):
    sample = shaken(name)
    _, forces, _, _ = measured(sample)
    *_, force, _ = pair_forces(sample, tabulated=True)
    assert np.abs(forces - net_forces(sample, tabulated=True)).max() < 1e-12 * np.abs(force).max()


def test_two_particles_at_every_distance():
    """From below the table's first point to beyond the cutoff, most distances within the last interval."""
    model = poly(size_ratio=1.0)
    potential, table = model.potential, table_of(model.potential)
    last = potential.cutoff - table.start
    inside = potential.cutoff - last / len(table.force) * np.array([0.999, 0.6, 0.3, 0.01])
    at = np.concatenate([[0.5, table.start * (1 - 1e-9), table.start * (1 + 1e-9)], np.linspace(0.64, 1.39, 20), inside, [1.4 + 1e-9, 1.5]])
    box = np.eye(3) * 8.0
    simulation, force, _ = simulated(Sample(np.array([[1.0, 1, 1], [2.0, 1, 1]]), np.ones(2), np.zeros(2, dtype=int), box, model))
    found = []
    for distance in at:
        snapshot = simulation.state.get_snapshot()
        snapshot.particles.position[1] = snapshot.particles.position[0] + [distance, 0, 0]
        simulation.state.set_snapshot(snapshot)
        found.append(force.forces[1, 0])
    np.testing.assert_allclose(found, reduced_force(potential, at, tabulated=True), rtol=1e-9, atol=1e-11)
    assert found[0] == found[1] == found[-1] == found[-2] == 0.0 and found[2] > 100


@pytest.mark.parametrize("accuracy", [1e-3, 1e-4, 1e-5])
@pytest.mark.parametrize("potential", [smoothed_inverse_power(10, 1.4, 3), force_shifted(((1.0, -10.0),), 1.48)], ids=["smoothed", "shifted"])
def test_the_stated_error_is_the_largest(potential, accuracy):
    table = table_of(potential, accuracy)
    x = np.random.default_rng(2).uniform(table.start, potential.cutoff, 200_000)
    points = np.linspace(table.start, potential.cutoff, len(table.force) + 1)
    exact = reduced_force(potential, x, tabulated=False)
    error = np.abs(np.interp(x, points, np.append(table.force, 0.0)) - exact) / np.maximum(np.abs(exact), 1.0)
    assert 0.9 * table.error < error.max() < 1.001 * table.error
    assert accuracy / 4.5 < table.error <= accuracy  # the error falls fourfold with each doubling, so no table is longer than it has to be


def test_tables_begin_where_nothing_goes():
    for potential in (smoothed_inverse_power(10, 1.4, 3), force_shifted(((1.0, -12.0),), 2.0)):
        start = table_of(potential).start
        assert sum(c * start**p for c, p in potential.terms) >= hoomd_forces.OVERLAP
        hot = table_of(potential, overlap=300.0).start
        assert hot < start and sum(c * hot**p for c, p in potential.terms) >= 300.0
    assert table_of(HARMONIC).start == 0.0  # finite at overlap: all of it counts


def test_finite_repulsion_needs_no_points():
    """The force of harmonic spheres is linear, so any table of it is exact."""
    sample = random_start(unit_spheres(), 108, np.random.default_rng(3))
    _, forces, _, bound = measured(sample)
    assert bound < 1e-12
    np.testing.assert_allclose(forces, Interactions.of(sample).forces, atol=1e-12)


def test_a_force_that_jumps_is_refused():
    with pytest.raises(InputError, match="continuous at the cutoff"):
        table_of(smoothed_inverse_power(10, 1.4, 0))


def test_too_many_species():
    sample = random_start(poly(**PLANAR), 70, np.random.default_rng(1))
    with pytest.raises(InputError, match=r"model\.poly\.size_levels must be from 1 to 64 for HOOMD-blue: a sample has 70 distinct") as caught:
        Species.of(sample)
    assert "\n" not in str(caught.value)


def test_species_are_pairs_of_type_and_size():
    sizes, types = np.array([1.0, 2.0, 1.0, 2.0, 1.0]), np.array([1, 0, 0, 0, 1])
    species = Species.of(Sample(np.zeros((5, 3)), sizes, types, np.eye(3), poly()))
    members = species.members(types, sizes)
    assert len(species.names) == 3
    np.testing.assert_array_equal(species.sizes[members], sizes)
    np.testing.assert_array_equal(species.types[members], types)
    for kind, size in ((1, 2.0), (0, 1.5), (0, 3.0), (2, 1.0)):
        with pytest.raises(ValueError, match="has a size that no particle of its type had"):
            species.members(np.array([kind]), np.array([size]))


@pytest.mark.parametrize("name", ["poly", "planar_poly"])
def test_positions_go_there_and_back_to_the_last_bit(name):
    sample = start(name)
    motion = thermal_motion(sample, 1.0, np.random.default_rng(4))
    edge = sample.box[0, 0]
    special = [0.0, edge / 2, np.nextafter(edge / 2, 0), np.nextafter(edge, 0), 5e-324, 1e-17, 0.1]
    motion.positions.ravel()[: len(special)] = special
    motion.images[:] = np.random.default_rng(5).integers(-3, 4, motion.images.shape)
    species = Species.of(sample)
    simulation = hoomd.Simulation(device_of("cpu"), seed=1)
    simulation.create_state_from_snapshot(snapshot_of(motion, species, species.members(sample.types, sample.sizes)))
    snapshot = simulation.state.get_snapshot()
    assert np.all(np.abs(snapshot.particles.position[:, : sample.dimension]) <= edge / 2)
    positions, images = placed(snapshot, sample.box)
    assert positions.tobytes() == motion.positions.tobytes()
    np.testing.assert_array_equal(images, motion.images)


def test_a_position_just_below_zero_is_folded():
    """-1e-20 + L is L in floating point, which is outside of [0, L): it belongs to the next image."""
    snapshot = hoomd.Snapshot()
    snapshot.particles.N = 1
    snapshot.particles.position[:] = [[-1e-20, 0.5, -0.5]]
    positions, images = placed(snapshot, np.eye(3) * 4.0)
    np.testing.assert_array_equal(positions, [[0.0, 0.5, 3.5]])
    np.testing.assert_array_equal(images, [[0, 0, -1]])


def test_devices():
    assert isinstance(device_of("cpu"), hoomd.device.CPU)
    present = bool(hoomd.device.GPU.get_available_devices())
    assert isinstance(device_of("auto"), hoomd.device.GPU if present else hoomd.device.CPU)


def test_a_gpu_that_is_not_there(monkeypatch):
    monkeypatch.setattr(hoomd.device.GPU, "get_available_devices", staticmethod(lambda: []))
    with pytest.raises(InputError, match=r"preparation\.dynamics\.device is gpu and HOOMD-blue finds none") as caught:
        device_of("gpu")
    assert "\n" not in str(caught.value)


def test_a_small_box_gets_a_list_that_fits():
    """`kob_andersen` in a box of 5.65 with a range of 2.5: range and margin stay below half the box."""
    sample = start("kob_andersen")
    assert 0 < neighbour_list(sample).buffer < sample.box[0, 0] / 2 - sample.model.range
    assert neighbour_list(start("binary")).buffer == hoomd_forces.BUFFER


def test_nothing_is_said(capfd):
    """64 species would make HOOMD-blue warn at every exchange."""
    snapshot = hoomd.Snapshot()
    snapshot.configuration.box = [9, 9, 9, 0, 0, 0]
    snapshot.particles.N = 1
    snapshot.particles.types = [str(k) for k in range(64)]
    simulation = hoomd.Simulation(device_of("cpu"), seed=1)
    simulation.create_state_from_snapshot(snapshot)
    simulation.state.set_snapshot(simulation.state.get_snapshot())
    assert capfd.readouterr() == ("", "")
