"""Masses on disk: bit for bit in samples, fields and trajectories, part of the checksum; files without them are what they were. Studies of them."""

import dataclasses
import hashlib

import gsd.hoomd
import numpy as np
import pytest
import vitrine
from aggregated import SAMPLES, Aggregation, made, values, weights
from estimated import A0, collect_quantities, estimates, fit_study, fitted, truth, value
from naive import PLANAR, liquid, poly, strained
from test_measuring_jobs import job, point_of
from vitrine.declare import Field
from vitrine.errors import SampleError
from vitrine.observables import declarations
from vitrine.observables.bond_operator.measure import diagonalise_bond_operator
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.mean_squared_displacement.measure import measure_displacements
from vitrine.observables.modes.measure import find_modes
from vitrine.observables.pinching.measure import pinch_bonds
from vitrine.observables.vibrability.measure import measure_vibrability
from vitrine.parquet import read_table
from vitrine.samples import Trajectory, batch_samples, read_fields, read_samples, read_trajectories, write_fields, write_samples, write_trajectories
from vitrine.seeds import PINCH, point_generator


def numbered(index, sample, masses=None):
    return dataclasses.replace(sample, index=index, parent_temperature=0.5, masses=masses)


def random_masses(sample, seed=1):
    return np.random.default_rng(seed).lognormal(0.0, 1.0, sample.particles)


@pytest.fixture(scope="module")
def plain():
    return liquid(poly(), 160, 1.0, sweeps=10)


@pytest.fixture(scope="module")
def mixed(plain):
    """Samples with masses, with others, without any, and in other spaces."""
    planar, tilted = liquid(poly(**PLANAR), 80, 1.0, sweeps=10), strained(plain, np.array([[1, 0.1, -0.05], [0, 1, 0.07], [0, 0, 1.0]]))
    others = [numbered(k + 3, sample, random_masses(sample, 7 + k)) for k, sample in enumerate((planar, tilted))]
    return [numbered(0, plain, random_masses(plain)), numbered(1, plain), numbered(2, plain, random_masses(plain, 2)), *others]


def frames_of(path):
    with gsd.hoomd.open(path) as trajectory:
        return list(trajectory)


def assert_same_masses(one, other):
    assert (one.masses is None) == (other.masses is None)
    assert one.masses is None or (np.array_equal(one.masses, other.masses) and one.masses.dtype == np.float64)


# --- samples ------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [1, 0, 2, 1], [2, 2, 1]])
def test_samples_come_back_with_their_masses_bit_for_bit(mixed, order, tmp_path):
    """In whatever order: a frame without masses does not get those of the first, neither here nor for other readers of GSD."""
    write_samples(tmp_path / "x.gsd", [mixed[k] for k in order])
    found, frames = list(read_samples(tmp_path / "x.gsd")), frames_of(tmp_path / "x.gsd")
    assert len(found) == len(order)
    for k, sample, frame in zip(order, found, frames, strict=True):
        assert_same_masses(sample, mixed[k])
        assert np.array_equal(frame.particles.mass, np.ones(sample.particles) if sample.masses is None else mixed[k].masses)
        assert np.array_equal(sample.sizes, mixed[k].sizes)


def test_a_batch_has_them(mixed, tmp_path):
    write_samples(tmp_path / "x.gsd", mixed[:3])
    found = batch_samples(tmp_path / "x.gsd", [2, 1], particles=160, parent_temperature=0.5)
    for sample, expected in zip(found, (mixed[2], mixed[1]), strict=True):
        assert_same_masses(sample, expected)


def test_a_file_without_masses_is_what_it_was(plain, tmp_path):
    """No chunk of masses, and the checksum of positions, sizes, types and record."""
    write_samples(tmp_path / "x.gsd", [numbered(0, plain), numbered(1, plain, np.ones(160))])
    with gsd.hoomd.open(tmp_path / "x.gsd") as trajectory:
        for number, frame in enumerate(trajectory):
            assert not trajectory.file.chunk_exists(frame=number, name="particles/mass")
            digest = hashlib.sha256()
            for array, kind in ((frame.particles.position, float), (frame.particles.diameter, float), (frame.particles.typeid, np.uint32)):
                digest.update(np.ascontiguousarray(array, dtype=kind).tobytes())
            digest.update(frame.log["vitrine/record"].tobytes())
            assert digest.digest() == frame.log["vitrine/checksum"].tobytes()
    assert all(sample.masses is None for sample in read_samples(tmp_path / "x.gsd"))


@pytest.mark.parametrize("change", ["last bit", "left out", "given", "of another sample", "single precision"])
def test_damage_to_masses_is_seen(mixed, change, tmp_path):
    write_samples(tmp_path / "x.gsd", mixed[:3])
    frames, place = frames_of(tmp_path / "x.gsd"), 1 if change == "given" else 0
    if change == "last bit":
        frames[0].particles.mass[3] = np.nextafter(frames[0].particles.mass[3], 9)
    frames[place].particles.mass = {
        "last bit": frames[0].particles.mass,
        "left out": None,
        "given": np.full(160, 2.0),
        "of another sample": frames[2].particles.mass,
        "single precision": frames[0].particles.mass.astype(np.float32).astype(float),
    }[change]
    with gsd.hoomd.open(tmp_path / "x.gsd", "w", precision="double") as trajectory:
        trajectory.extend(frames)
    found = list(read_samples(tmp_path / "x.gsd"))
    assert [isinstance(one, SampleError) for one in found] == [place == number for number in range(3)]
    assert str(found[place]) == f"frame {place}: its checksum does not match, the file is damaged"


@pytest.mark.parametrize(("value", "said"), [(0.0, "positive"), (-1.0, "positive"), (np.nan, "finite"), (np.inf, "finite")])
def test_masses_that_are_none_are_named(plain, value, said, tmp_path):
    masses = np.where(np.arange(160) == 5, value, 2.0)
    with pytest.raises(SampleError, match=f"masses must be.*{said}"):
        numbered(0, plain, masses).checked()
    write_samples(tmp_path / "x.gsd", [numbered(0, plain, masses), numbered(1, plain)])
    broken, good = read_samples(tmp_path / "x.gsd")
    assert isinstance(broken, SampleError) and "masses must be" in str(broken) and good.masses is None


@pytest.mark.parametrize("masses", [np.ones(159), np.full(159, 2.0), np.ones((160, 1)), 2.0])
def test_masses_of_another_number_are_named(plain, masses):
    with pytest.raises(SampleError, match="do not fit together"):
        numbered(0, plain, masses).checked()


# --- fields and trajectories --------------------------------------------------------------------------------------------------------------------


def test_fields_come_back_with_the_masses_of_their_samples(mixed, tmp_path):
    entries = [(sample.index, sample, {"psi": np.arange(float(sample.particles))}, "") for sample in mixed]
    entries.insert(2, (9, None, {}, "not a minimum"))
    write_fields(tmp_path / "x.gsd", Field("x", "a field", "1"), entries, {})
    found = read_fields(tmp_path / "x.gsd")
    for sample in mixed:
        assert_same_masses(found[sample.index].sample, sample)
        assert np.array_equal(found[sample.index].arrays["psi"], np.arange(float(sample.particles)))
    assert found[9].sample is None and found[9].flag == "not a minimum"


def path_of(sample, frames=5):
    rng = np.random.default_rng(sample.index)
    positions = sample.positions + rng.standard_normal((frames, *sample.positions.shape)).cumsum(axis=0)
    return Trajectory(sample.index, 0.1 * np.arange(frames), positions, rng.standard_normal(positions.shape), np.array(frames * [sample.box]), sample)


def test_trajectories_come_back_with_the_masses_of_their_samples(mixed, tmp_path):
    write_trajectories(tmp_path / "x.gsd", [path_of(sample) for sample in mixed], {})
    for found, sample in zip(read_trajectories(tmp_path / "x.gsd"), mixed, strict=True):
        assert found.flag == ""
        assert_same_masses(found.start, sample)
        assert np.array_equal(found.velocities, path_of(sample).velocities)
    for frame in frames_of(tmp_path / "x.gsd")[:5]:
        assert np.array_equal(frame.particles.mass, mixed[0].masses)


def test_displacements_are_those_from_the_centre_of_mass(mixed):
    path = path_of(mixed[0])
    centre = np.einsum("i,tia->ta", mixed[0].masses, path.positions) / mixed[0].masses.sum()
    x = path.positions - centre[:, None]
    second = [np.mean([np.sum((x[t + lag] - x[t]) ** 2, axis=1) for t in range(5 - lag)]) for lag in (1, 2)]
    assert np.allclose(measure_displacements(path)["second"], second, rtol=1e-12)
    of_equal = measure_displacements(dataclasses.replace(path, start=numbered(0, mixed[0])))["second"]
    assert np.abs(of_equal / second - 1).max() > 1e-4


# --- the jobs of a study, and the Python door ---------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, small_glass):
    """A batch of glasses 2 and 3, the first with masses."""
    write_samples(tmp_path / "glasses.gsd", [numbered(2, small_glass, random_masses(small_glass)), numbered(3, small_glass)])
    return tmp_path


@pytest.mark.parametrize("name", ["modes", "elasticity", "pinching", "bond_operator", "vibrability"])
def test_jobs_measure_with_the_masses_of_each_sample(folder, small_glass, name):
    """As the functions themselves do; another sample of the batch has none."""
    settings = {"vibrability": {}, "pinching": {"bonds": "all"}}.get(name, {})
    job(folder, small_glass, name, batch="00002-00003", **settings).run()
    table = read_table(declarations()[name].tables[0], folder / f"{name}.parquet")
    heavy, light = read_samples(folder / "glasses.gsd")

    def measured(sample):
        if name == "pinching":
            return pinch_bonds(sample, point_generator(11, PINCH, point_of(small_glass), sample.index))
        if name == "vibrability":
            return measure_vibrability(sample)["vibrability"]
        return {"modes": find_modes, "elasticity": measure_elasticity, "bond_operator": diagonalise_bond_operator}[name](sample)

    for sample in (heavy, light):
        rows = table[table["sample"] == sample.index]
        assert set(rows["flag"]) == {""}
        for column, numbers in measured(sample).items():
            assert np.array_equal(rows[column], numbers, equal_nan=True), column
    column = {"elasticity": "c_s", "vibrability": "mean"}.get(name, "omega")
    one, other = (table[table["sample"] == index][column].to_numpy() for index in (2, 3))
    assert not np.allclose(one, other, rtol=1e-6)


def test_the_door_reads_relaxes_and_measures_with_masses(tmp_path, small_glass):
    shaken = small_glass.moved(small_glass.positions + 1e-4 * np.random.default_rng(1).standard_normal(small_glass.positions.shape))
    write_samples(tmp_path / "x.gsd", [numbered(0, shaken, random_masses(small_glass))])
    glass = vitrine.read(tmp_path / "x.gsd").relaxed()
    assert isinstance(glass, vitrine.Sample) and np.array_equal(glass.masses, random_masses(small_glass))
    expected = find_modes(numbered(0, small_glass, random_masses(small_glass)))["omega"]
    assert np.allclose(vitrine.find_modes(glass)["omega"], expected, rtol=1e-6)
    scaled = dataclasses.replace(glass, masses=4 * glass.masses)
    assert np.allclose(2 * vitrine.find_modes(scaled)["omega"], vitrine.find_modes(glass)["omega"], rtol=1e-10)
    assert vitrine.measure_elasticity(scaled)["shear_modulus"].equals(vitrine.measure_elasticity(glass)["shear_modulus"])


def test_the_mean_mass_of_an_ensemble_is_given_where_it_is_not_one(tmp_path):
    run = Aggregation(tmp_path)
    found, _ = run("elasticity")
    np.testing.assert_allclose(values(found, "mass"), [np.average(made("elasticity")["mass"], weights=weight) for weight in weights()], rtol=1e-13)
    unit, _ = run("elasticity", change={"elasticity": lambda frame: frame.assign(mass=1.0)})
    assert "mass" not in set(unit["quantity"]) and len(unit) == len(found) - len(weights())
    one_heavy, _ = run("elasticity", change={"elasticity": lambda frame: frame.assign(mass=np.where(frame["sample"] == 3, 4.0, 1.0))})
    assert values(one_heavy, "mass")[0] == pytest.approx(1 + 3 / SAMPLES, rel=1e-13)


def test_the_unit_of_frequency_has_the_density_of_mass():
    """c_inf = sqrt(G_inf/rho) with rho = m N/V, by which reduced frequencies and prefactors follow."""
    heavy, light = estimates(mass=4.0, spread=0.0), estimates(spread=0.0)
    c_inf = np.sqrt(8.9 / (4.0 * 0.58))
    assert fitted(fit_study(heavy), "c_inf") == pytest.approx(c_inf, rel=1e-12) == fitted(fit_study(light), "c_inf") / 2
    quantities = collect_quantities(heavy)
    assert value(quantities, "omega_g_reduced", 1.3) == pytest.approx(truth(2000, 1.3)["omega_g"] * A0 / c_inf, rel=1e-12)
    assert value(quantities, "mass", 1.3) == 4.0 and "mass" not in set(collect_quantities(light)["quantity"])
