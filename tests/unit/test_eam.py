"""Embedded atoms: a plain twin by scipy's splines and loops, derivatives by differences, elasticity, modes, and what is refused."""

import itertools
import re
from dataclasses import replace
from pathlib import Path

import eam_tables
import naive
import numpy as np
import pytest
import vitrine
import yaml
from configs import changed, sentence
from scipy.interpolate import CubicHermiteSpline
from vitrine.config_files import merged_config
from vitrine.errors import InputError
from vitrine.interactions import Interactions
from vitrine.interactions.forces import configurational_terms, energy_and_virial, listed_pairs, pair_forces, system
from vitrine.interactions.neighbours import padded
from vitrine.interactions.stress import atomic_stresses, tension
from vitrine.models import glass_former
from vitrine.models.eam import at, cubics
from vitrine.models.setfl import read_setfl
from vitrine.observables import declarations
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.hopping.measure import half_energies
from vitrine.observables.modes.measure import find_modes
from vitrine.observables.vibrability.measure import measure_vibrability
from vitrine.preparation.builtin_dynamics import BuiltinIntegrator
from vitrine.preparation.minimise import minimise
from vitrine.preparation.motion import Bath, Ramp, thermal_motion
from vitrine.preparation.start import random_start
from vitrine.study import Study

from examples import write_eam_table

STYLES = ("eam/fs", "eam/alloy")
N = 150
DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module", params=STYLES)
def sample(request, tmp_path_factory):
    """Scattered particles, in a sheared box."""
    model = eam_tables.model(tmp_path_factory.mktemp("table"), request.param)
    return naive.strained(naive.scattered(model, N, np.random.default_rng(3)), np.eye(3) + 0.05 * np.eye(3, k=1)), request.param


@pytest.fixture(scope="module")
def metal(tmp_path_factory):
    """A glass of embedded atoms."""
    end = minimise(random_start(eam_tables.model(tmp_path_factory.mktemp("table")), N, np.random.default_rng(1)), "lbfgs", tolerance=1e-11)
    assert end.converged
    return end.sample


def spline(values, step):
    """The cubic of a table, by scipy: slopes by differences of five points."""
    n, x = len(values), step * np.arange(len(values))
    slopes = np.array([values[1] - values[0], (values[2] - values[0]) / 2, *np.zeros(n - 4), (values[-1] - values[-3]) / 2, values[-1] - values[-2]])
    for k in range(2, n - 2):
        slopes[k] = (values[k - 2] - 8 * values[k - 1] + 8 * values[k + 1] - values[k + 2]) / 12
    return CubicHermiteSpline(x, values, slopes / step)


class Twin:
    """Energy and forces by loops over all pairs."""

    def __init__(self, style):
        embedding, density, pair = eam_tables.functions(style)
        self.F = {a: spline(values, eam_tables.DRHO) for a, values in embedding.items()}
        self.f = {kinds: spline(values, eam_tables.DR) for kinds, values in density.items()}
        self.z = {kinds: spline(values, eam_tables.DR) for kinds, values in pair.items()}

    def __call__(self, sample):
        vectors, types = naive.nearest_images(sample), sample.types
        distances = np.linalg.norm(vectors, axis=2)
        pairs = [(i, j) for i, j in itertools.combinations(range(len(types)), 2) if distances[i, j] < eam_tables.CUTOFF]
        rho, energy = np.zeros(len(types)), 0.0
        for i, j in pairs:
            rho[i] += self.f[types[j], types[i]](distances[i, j])
            rho[j] += self.f[types[i], types[j]](distances[i, j])
            energy += self.z[types[i], types[j]](distances[i, j]) / distances[i, j]
        energy += sum(self.F[types[i]](rho[i]) for i in range(len(types)))
        forces = np.zeros(sample.positions.shape)
        for i, j in pairs:
            r = distances[i, j]
            z, slope = self.z[types[i], types[j]](r), self.z[types[i], types[j]](r, 1)
            pull = slope / r - z / r**2 + self.F[types[i]](rho[i], 1) * self.f[types[j], types[i]](r, 1)
            pull += self.F[types[j]](rho[j], 1) * self.f[types[i], types[j]](r, 1)
            forces[i] += pull * vectors[i, j] / r
            forces[j] -= pull * vectors[i, j] / r
        return energy, forces, rho


def test_against_a_twin_by_loops(sample):
    glass, style = sample
    energy, forces, rho = Twin(style)(glass)
    bonds = Interactions.of(glass)
    assert bonds.energy == pytest.approx(energy, rel=1e-11) and energy_and_virial(glass)[0] == pytest.approx(energy, rel=1e-11)
    np.testing.assert_allclose(bonds.forces, forces, atol=1e-10 * np.abs(forces).max())
    np.testing.assert_allclose(bonds.many.densities, rho, rtol=1e-11)
    x, _ = padded(glass.positions, glass.box)
    compiled = np.empty_like(x)
    typical, largest = pair_forces(x, listed_pairs(x, system(glass, 0.3), 0.3), glass.model.kernels, compiled)
    np.testing.assert_allclose(compiled, forces, atol=1e-10 * np.abs(forces).max())
    assert largest == pytest.approx(np.linalg.norm(forces, axis=1).max(), rel=1e-10)
    assert typical == pytest.approx(np.sqrt(np.mean(bonds.pair_forces**2)), rel=1e-10)
    assert energy_and_virial(glass)[1] == pytest.approx(3 * glass.volume * bonds.pressure, rel=1e-9)
    assert tension(atomic_stresses(bonds)).mean() == pytest.approx(-bonds.pressure, rel=1e-11)


def moved(glass, unknown, step):
    x = glass.positions.copy().ravel()
    x[unknown] += step
    return Interactions.of(glass.moved(x.reshape(-1, 3)))


def test_forces_and_hessian_are_derivatives_of_the_energy(sample):
    """By differences; at the points of a table the second derivative jumps, so that few unknowns differ by a little more."""
    glass, _ = sample
    bonds, step = Interactions.of(glass), 1e-5
    hessian = bonds.hessian.toarray()
    assert np.array_equal(hessian, hessian.T) and np.abs(hessian.reshape(3 * N, N, 3).sum(axis=1)).max() < 1e-9 * np.abs(hessian).max()
    for unknown in (0, 100, 201, 302, 444):
        up, down = moved(glass, unknown, step), moved(glass, unknown, -step)
        assert -bonds.forces.ravel()[unknown] == pytest.approx((up.energy - down.energy) / (2 * step), rel=1e-6, abs=1e-6)
        column = -(up.forces - down.forces).ravel() / (2 * step)
        np.testing.assert_allclose(hessian[:, unknown], column, atol=2e-3 * np.abs(column).max())
    squares, laplacian = configurational_terms(glass)
    assert laplacian == pytest.approx(np.trace(hessian), rel=1e-11) and squares == pytest.approx(np.sum(bonds.forces**2), rel=1e-11)


def test_the_hessian_is_matscipys(sample, tmp_path):
    """An independent code with splines of its own between the points of the table."""
    glass, style = sample
    eam = pytest.importorskip("matscipy.calculators.eam")
    ase = pytest.importorskip("ase")
    table = eam_tables.write_table(tmp_path / "x", style, ("Cu", "Zn"))
    atoms = ase.Atoms(numbers=29 + glass.types, positions=glass.positions, cell=glass.box.T, pbc=True)
    atoms.calc = eam.EAM(str(table), kind=style)
    ours = Interactions.of(glass)
    assert ours.energy == pytest.approx(atoms.get_potential_energy(), rel=1e-8)
    np.testing.assert_allclose(ours.forces, atoms.get_forces(), atol=1e-6 * np.abs(ours.forces).max())
    theirs = atoms.calc.calculate_hessian_matrix(atoms).toarray()
    away = np.abs(ours.hessian.toarray() - theirs) / np.abs(theirs).max()
    print(f"relative differences to matscipy: Hessian {away.max():.1e}")
    assert away.max() < 1e-5


def test_couplings_are_the_blocks_of_the_hessian(metal):
    bonds = Interactions.of(metal)
    blocks = np.abs(bonds.hessian.toarray()).reshape(N, 3, N, 3).max(axis=(1, 3)) > 0
    i, j = bonds.couplings
    coupled = np.zeros((N, N), dtype=bool)
    coupled[i, j] = True
    assert not np.any(np.triu(blocks, 1) & ~coupled) and len(i) > len(bonds.i)


def test_elastic_moduli_are_those_of_strained_glasses(metal):
    """Second derivative of the energy of the relaxed glass by the strain."""
    given = {name: float(values[0]) for name, values in measure_elasticity(metal).items() if name in ("shear_modulus", "bulk_modulus")}
    relaxed = {}
    for sign in (-1, 0, 1):
        strain = np.eye(3) * (1 + sign * 1e-3)
        end = minimise(naive.strained(metal, strain), "cg", tolerance=1e-9)
        assert end.converged
        bonds = Interactions.of(end.sample)
        relaxed[sign] = (bonds.pressure, end.sample.volume)
    bulk = -metal.volume * (relaxed[1][0] - relaxed[-1][0]) / (relaxed[1][1] - relaxed[-1][1])
    assert given["bulk_modulus"] == pytest.approx(bulk, rel=2e-2) and given["shear_modulus"] > 0


@pytest.mark.parametrize("method", ["cg", "fire"])
def test_every_minimiser_comes_to_rest(metal, method):
    start = metal.moved(metal.positions + 0.01 * np.random.default_rng(2).standard_normal(metal.positions.shape))
    end = minimise(start, method, tolerance=1e-8, step=0.1 if method == "cg" else 0.02)
    assert end.converged and Interactions.of(end.sample).residual < 1e-8


def test_modes_have_the_masses_of_the_table(metal):
    """Frequencies by the dense dynamical matrix; the vibrability by its inverse."""
    assert set(metal.masses) == set(eam_tables.MASSES)
    hessian, roots = Interactions.of(metal).hessian.toarray(), np.sqrt(np.repeat(metal.masses, 3))
    stiffness, modes = np.linalg.eigh(hessian / np.outer(roots, roots))
    found = find_modes(metal, spectrum="lowest", vectors=6)
    np.testing.assert_allclose(found["omega"][:6], np.sqrt(stiffness[3:9]), rtol=1e-7)
    psi = np.sum((modes[:, 3:] / roots[:, None]) ** 2 / stiffness[3:], axis=1).reshape(N, 3).sum(axis=1)
    np.testing.assert_allclose(measure_vibrability(metal)["vibrability_field"]["vibrability"], psi, rtol=1e-7)


def test_energies_of_single_atoms_are_theirs(metal):
    """Half of phi to either end and F_i, of which hops are counted: their sum is U."""
    twin, energies = Twin("eam/fs"), half_energies(metal)
    vectors = np.linalg.norm(naive.nearest_images(metal), axis=2)
    for i in (0, 7, N - 1):
        near = [j for j in range(N) if j != i and vectors[i, j] < eam_tables.CUTOFF]
        rho = sum(twin.f[metal.types[j], metal.types[i]](vectors[i, j]) for j in near)
        pairs = sum(twin.z[metal.types[i], metal.types[j]](vectors[i, j]) / vectors[i, j] for j in near)
        assert energies[i] == pytest.approx(twin.F[metal.types[i]](rho) + pairs / 2, rel=1e-9)
    assert energies.sum() == pytest.approx(Interactions.of(metal).energy, rel=1e-12)


def test_dynamics_keep_the_energy(metal):
    motion = thermal_motion(metal, 0.05, np.random.default_rng(5))
    chain = BuiltinIntegrator(metal, motion, Ramp(0, 0, 0.05, 0.05), Bath("none", 1.0), 0.02, 1)

    def total():
        now = chain.motion
        return 0.5 * np.sum(metal.masses[:, None] * now.velocities**2) + energy_and_virial(metal.moved(now.positions, box=now.box))[0]

    before = total()
    chain.run(200)
    assert abs(total() - before) < 2e-3 * 0.5 * N * 3 * 0.05


def test_cubics_are_scipys():
    values = np.random.default_rng(1).random(12)
    x = np.random.default_rng(2).uniform(0, 11 * 0.3, 50)
    twin = spline(values, 0.3)
    for order, found in enumerate(at(cubics(values), 1 / 0.3, x)):
        np.testing.assert_allclose(found, twin(x, order), rtol=1e-9, atol=1e-10)
    value, slope, bend = at(cubics(values), 1 / 0.3, np.array([11 * 0.3 + 0.2]))
    assert value[0] == pytest.approx(values[-1]) and slope[0] == pytest.approx(twin(3.3, 1)) and bend[0] == 0


def test_beyond_the_last_density_f_is_a_straight_line(tmp_path):
    """Alike in the compiled loops and in the others."""
    model = eam_tables.model(tmp_path)
    sample = naive.scattered(model, N, np.random.default_rng(3))
    squeezed = sample.moved(0.93 * sample.positions, box=0.93 * sample.box) if sample.box[0, 0] * 0.93 > 5.0 else sample
    short = replace(model.embedding.table, embedding=model.embedding.table.embedding[:, :120])  # ends at 2.38
    atoms = replace(model.embedding, table=short)
    cut = squeezed.moved(
        squeezed.positions, model=replace(model, embedding=atoms, potential=tuple(replace(one, atoms=atoms) for one in model.potential))
    )
    bonds = Interactions.of(cut)
    over = bonds.many.densities > 119 * eam_tables.DRHO
    assert over.any() and np.all(bonds.many.curvatures[over] == 0)
    assert energy_and_virial(cut)[0] == pytest.approx(bonds.energy, rel=1e-12)
    value, slope, _ = atoms.embedding(0, np.array([119 * eam_tables.DRHO, 119 * eam_tables.DRHO + 1.0]))
    assert value[1] == pytest.approx(value[0] + slope[0], rel=1e-12)


# --- tables and refusals ------------------------------------------------------------------------------------------------------------------------


def test_tables_are_read_as_they_were_written(tmp_path):
    for style in STYLES:
        table = read_setfl(eam_tables.write_table(tmp_path / "x", style))
        embedding, density, pair = eam_tables.functions(style)
        assert table.style == style and table.elements == ("Xa", "Yb") and tuple(table.masses) == eam_tables.MASSES
        for a, b in itertools.product(range(2), repeat=2):
            np.testing.assert_allclose(table.density[a, b], density[a, b], rtol=1e-14)
            np.testing.assert_allclose(table.pair[a, b], pair[a, b], rtol=1e-14)
        np.testing.assert_allclose(table.embedding[1], embedding[1], rtol=1e-14)
    assert read_setfl(eam_tables.write_table(tmp_path / "y", "eam/alloy", ("Xa",))).elements == ("Xa",)


def test_elements_may_be_chosen_and_turned_round(tmp_path):
    """A is then the second element of the table: the same energies with types exchanged."""
    straight, turned = eam_tables.model(tmp_path), eam_tables.model(tmp_path, elements=["Yb", "Xa"])
    sample = naive.scattered(straight, N, np.random.default_rng(3))
    other = sample.moved(sample.positions, types=1 - sample.types, model=turned)
    assert Interactions.of(other).energy == pytest.approx(Interactions.of(sample).energy, rel=1e-13)
    assert turned.masses.tolist() == list(eam_tables.MASSES[::-1])
    alone = eam_tables.model(tmp_path, elements=["Yb"], fractions=None)
    assert len(alone.scales) == 1 and glass_former(**alone.describe()).describe() == alone.describe()


def test_a_bad_table_is_one_sentence(tmp_path):
    good = eam_tables.write_table(tmp_path / "good").read_text().splitlines()
    bad = {
        "short": (good[:-1], "has not as many numbers"),
        "long": ([*good, "1.0"], "has not as many numbers"),
        "nan": ([*good[:20], good[20].replace(good[20].split()[0], "nan"), *good[21:]], "has not as many numbers"),
        "elements": ([*good[:3], "3 Xa Yb", *good[4:]], "line 4 says 3 elements and names 2"),
        "steps": ([*good[:4], "10 -0.1 10 0.1 2.5", *good[5:]], "all positive"),
        "cutoff": ([*good[:4], good[4].rpartition(" ")[0] + " 99", *good[5:]], "before its cutoff, 99"),
        "words": (["a", "b"], "is no table of eam/alloy or eam/fs"),
    }
    for name, (lines, said) in bad.items():
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        text = naive.refusal("eam", {"table": str(path), "density": 1.0})
        assert said in text and name in text, (name, text)
    assert "cannot be read" in naive.refusal("eam", {"table": str(tmp_path / "none"), "density": 1.0})
    assert "is no file" in naive.refusal("eam", {"table": "/dev/zero", "density": 1.0})  # it has no end
    table = str(tmp_path / "good")
    assert "is not the table it was" in naive.refusal("eam", {"table": {"path": table, "sha256": "0" * 64}, "density": 1.0})
    assert "the table" in naive.refusal("eam", {"table": table, "density": 1.0, "elements": ["Cu"]})
    assert "one for each" in naive.refusal("eam", {"table": table, "density": 1.0, "fractions": {"A": 1.0}})
    assert "model.eam.density is missing" in naive.refusal("eam", {"table": table})
    assert "list of different elements" in naive.refusal("eam", {"table": table, "density": 1.0, "elements": ["Xa", "Xa"]})
    assert "path of a table" in naive.refusal("eam", {"table": 3, "density": 1.0})
    assert "dimension" in naive.refusal("eam", {"table": table, "density": 1.0, "dimension": 2})


def test_what_takes_pairs_apart_is_refused(metal):
    """From Python, and in a study."""
    for name in ("pinch_bonds", "diagonalise_bond_operator", "find_nonlinear_modes"):
        with pytest.raises(InputError, match=f"{name} takes the energy apart into pairs, and model eam is a many-body potential"):
            getattr(vitrine, name)(metal)


def study(metal, observables, **preparation):
    config = changed("model", {"name": "eam", "eam": {**metal.model.parameters}})
    config["observables"] = observables
    config["preparation"] = {**config["preparation"], **preparation}
    config["ensembles"] = [{"axes": {"particles": 200, "parent_temperature": [0.3, 0.1]}, "ladder": "parent_temperature", "samples": 2, "batch": 1}]
    return sentence(config)


def test_what_cannot_be_prepared_or_measured_is_one_sentence(metal):
    for sampler in ("swap", "hybrid"):
        assert re.search(f"preparation.sampler is {sampler}: eam is a many-body potential", study(metal, {}, sampler=sampler))
    assert "hoomd" in study(metal, {}, sampler="dynamics", engine="hoomd")
    pairwise = {name for name, one in declarations().items() if one.pairwise}
    assert {"pinching", "bond_operator", "nonlinear_modes"} <= pairwise
    said = study(metal, {"elasticity": {}, "pinching": {}}, sampler="dynamics")
    assert said == ("config key observables.pinching takes the energy apart into pairs, and model eam is a many-body potential: set pinching: null")


def test_the_study_of_a_metal_is_read(tmp_path):
    """docs/softness_cuzr.yaml, with a table that is made up in the place of the published one."""
    default, path = DOCS.with_name("config.yaml"), DOCS / "softness_cuzr.yaml"
    config = merged_config([default, path])
    config["model"]["eam"]["table"] = str(eam_tables.write_table(tmp_path / "made_up.eam.fs", elements=("Cu", "Zr")))
    study = Study.from_config(config)
    assert [label for label, place in study.places.items() if place.measured] == ["N300_T0.0517", "N300_T0.0259"]
    assert {"velocity_spectrum", "softness", "hopping", "isoconfigurational", "atomic_stress"} <= {one.name for one in study.measured}
    own = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(own) <= set(config) and set(own["preparation"]["dynamics"]) <= set(merged_config([default])["preparation"]["dynamics"])


def test_a_table_that_cannot_be_had_is_one_sentence(tmp_path, capsys):
    assert write_eam_table.main(["Al", "file"]) == 1 and "Cu64Zr36|Ni64Zr36 FILE" in capsys.readouterr().err
    code = write_eam_table.main(["Cu64Zr36", str(tmp_path / "CuZr.eam.fs")])
    said = capsys.readouterr().err
    assert (code, said) == (0, "") if (tmp_path / "CuZr.eam.fs").exists() else (code == 1 and "openkim-models" in said and said.count("\n") == 1)
