"""The Python door: what importing does not do, files of Vitrine and of others, every sentence, and functions that are those of the rules."""

import dataclasses
import inspect
import json
import subprocess
import sys
from pathlib import Path

import gsd.hoomd
import numpy as np
import pandas as pd
import pytest
import vitrine
from naive import POLY, liquid, poly, quenched, strained
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra
from vitrine.models import glass_former
from vitrine.observables import declarations, function_of, module_of
from vitrine.samples import write_samples

SCRIPTS = Path(vitrine.__file__).resolve().parents[1]
DOOR = {one.rule: one for one in declarations().values() if one.rule and set(one.takes) == {"glasses.gsd"}}
IN_SPACE = [name for name, one in DOOR.items() if {2, 3} <= set(one.dimensions)]
MIXTURE = {**vitrine.GLASS_FORMERS["binary_ipl"], "dimension": 3, "density": 1.0, "truncation": "polynomial"}  # whose kernels are compiled already


# --- importing ----------------------------------------------------------------------------------------------------------------------------------

UNTOUCHED = """
import os, sys, json
before, modules = dict(os.environ), set(sys.modules)
import vitrine
assert vitrine.__version__ and dict(os.environ) == before
print(json.dumps(sorted(name for name in set(sys.modules) - modules if name.split(".")[0] in
    ("numpy", "scipy", "pandas", "pyarrow", "numba", "gsd", "matplotlib", "yaml", "jsonschema", "vitrine"))))
vitrine.find_modes, vitrine.read, vitrine.GLASS_FORMERS, vitrine.Sample, dir(vitrine)
assert dict(os.environ) == before
"""


def test_importing_sets_nothing_and_loads_nothing_heavy(tmp_path):
    """In a folder and with a home that cannot be written."""
    (tmp_path / "home").mkdir(mode=0o555)
    environment = {"PYTHONPATH": str(SCRIPTS), "HOME": str(tmp_path / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-W", "error", "-c", UNTOUCHED], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["vitrine"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"] and not list((tmp_path / "home").iterdir())


def test_the_names_of_the_door():
    assert {"read", "read_all", "Sample", "GLASS_FORMERS", "glass_former", "observables_table", *DOOR} <= set(dir(vitrine))
    assert set(vitrine.observables_table().index) == set(DOOR) and list(vitrine.observables_table().columns) == ["measures", "formula", "source"]
    with pytest.raises(AttributeError, match="has no attribute 'find_mode'"):
        vitrine.find_mode  # noqa: B018
    with pytest.raises(AttributeError):
        vitrine.measure_displacements  # of trajectories  # noqa: B018
    assert not hasattr(vitrine, "__wrapped__")


def test_glass_formers_have_their_published_parameters():
    assert vitrine.GLASS_FORMERS["poly"] == POLY
    changed = vitrine.glass_former("poly", density=0.6)
    assert changed.describe() == {"name": "poly", "parameters": {**POLY, "density": 0.6}}
    for name, parameters in vitrine.GLASS_FORMERS.items():
        if name in ("pair", "eam"):
            continue  # a potential of the user's: nothing of it is published
        assert vitrine.glass_former(name).describe() == {"name": name, "parameters": parameters}
    with pytest.raises(InputError, match="model.poly.beta is unknown"):
        vitrine.glass_former("poly", beta=3)
    with pytest.raises(InputError, match="'polly': allowed are .*poly"):
        vitrine.glass_former("polly")


# --- reading ------------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own(tmp_path_factory, glass, planar_glass):
    """A file of Vitrine's with a glass in space and one in the plane."""
    path = tmp_path_factory.mktemp("own") / "glasses.gsd"
    write_samples(path, [dataclasses.replace(glass, index=3, parent_temperature=0.7), dataclasses.replace(planar_glass, index=4, flag="odd")])
    return path


def test_a_file_of_vitrine_says_its_model_itself(own, glass, planar_glass):
    first, second = vitrine.read_all(own)
    assert isinstance(first, vitrine.Sample) and (first.index, first.parent_temperature, second.flag) == (3, 0.7, "odd")
    assert first.model.describe() == glass.model.describe() and second.model.describe() == planar_glass.model.describe()
    assert np.array_equal(first.sizes, glass.sizes) and Interactions.of(first).residual < 1e-10
    assert np.array_equal(vitrine.read(own, frame=1).positions, second.positions)
    assert np.array_equal(vitrine.read(str(own), frame=-1).positions, second.positions)


def foreign(path, sample, precision="single", types=None, diameters=None, frames=1):
    """As HOOMD-blue would write it: centred on the origin, without a word of Vitrine."""
    frame = gsd.hoomd.Frame()
    d, edges = sample.dimension, np.diag(sample.box)
    tilts = [sample.box[a, b] / edges[b] if b < d else 0.0 for a, b in ((0, 1), (0, 2), (1, 2))]
    frame.configuration.box = [*edges, *[1.0] * (3 - d), *tilts]
    frame.configuration.dimensions = d
    frame.particles.N = sample.particles
    frame.particles.position = np.zeros((sample.particles, 3))
    fractional = sample.positions @ np.linalg.inv(sample.box).T
    frame.particles.position[:, :d] = (fractional - np.floor(fractional) - 0.5) @ sample.box.T
    frame.particles.types, frame.particles.typeid = types if types else (["A", "B"], sample.types)
    frame.particles.diameter = sample.sizes if diameters is None else diameters
    with gsd.hoomd.open(path, "w", precision=precision) as trajectory:
        trajectory.extend([frame] * frames)
    return path


@pytest.fixture(scope="module")
def mixture():
    """A glass of two types in space."""
    return quenched(glass_former("binary_ipl", MIXTURE), 125, 0.3)


@pytest.fixture(scope="module")
def tilted():
    """A liquid in a box that is no cube."""
    return strained(liquid(poly(), 200, 1.0, sweeps=20), np.array([[1, 0.1, -0.05], [0, 1.02, 0.07], [0, 0, 0.97]]))


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("name", ["glass", "planar_glass", "mixture", "tilted"])
def test_a_file_of_others_is_the_same_configuration(request, tmp_path, name, precision):
    sample = request.getfixturevalue(name)
    path = foreign(tmp_path / "x.gsd", sample, precision)
    found = vitrine.read(path, model=sample.model)
    rtol = 1e-12 if precision == "double" else 1e-5
    assert found.dimension == sample.dimension and found.positions.dtype == found.sizes.dtype == np.float64
    assert np.allclose(found.box, sample.box, rtol=1e-6, atol=1e-6)  # GSD keeps a box in single precision
    assert np.array_equal(found.types, sample.types) and np.allclose(found.sizes, sample.sizes, rtol=1e-6)
    fractions = [one.positions @ np.linalg.inv(one.box).T for one in (found, sample)]
    assert np.abs((fractions[0] - fractions[1] + 0.5) % 1 - 0.5).max() < 1e-6
    if name == "tilted":
        assert Interactions.of(found).energy == pytest.approx(Interactions.of(sample).energy, rel=max(rtol, 1e-5))


@pytest.mark.parametrize("name", ["glass", "planar_glass", "mixture"])
def test_a_configuration_in_single_precision_relaxes_to_its_minimum(request, tmp_path, name):
    """A minimum does not survive single precision; `relaxed` finds it again, in the box as it was read."""
    sample = request.getfixturevalue(name)
    found = vitrine.read(foreign(tmp_path / "x.gsd", sample), model=sample.model)
    assert Interactions.of(found).residual > 1e-9
    end = found.relaxed()
    assert isinstance(end, vitrine.Sample) and Interactions.of(end).residual < 1e-9
    assert Interactions.of(end).energy == pytest.approx(Interactions.of(sample).energy, rel=1e-5)
    ours, theirs = vitrine.find_modes(end, vectors=3)["omega"], function_of(module_of("modes", "measure"), "find_modes")(sample)["omega"]
    assert np.allclose(ours, theirs, rtol=1e-3, atol=1e-3 * theirs.max())


def test_a_model_by_its_name_takes_the_dimension_of_the_file(tmp_path, planar_glass, glass):
    planar = vitrine.read(foreign(tmp_path / "planar.gsd", planar_glass), model="poly")
    assert planar.model.describe()["parameters"] == {**POLY, "dimension": 2}
    described = vitrine.read(foreign(tmp_path / "x.gsd", glass), model={"name": "poly", "parameters": POLY})
    assert described.model.describe() == glass.model.describe()
    partly = vitrine.read(tmp_path / "x.gsd", model={"name": "poly", "parameters": {**POLY, "smoothness": 2}})
    assert partly.model.describe()["parameters"]["smoothness"] == 2


def test_types_go_by_their_names_or_else_by_their_order(tmp_path, mixture):
    n = mixture.particles
    named = foreign(tmp_path / "named.gsd", mixture, types=(["B", "A"], 1 - mixture.types))
    ordered = foreign(tmp_path / "ordered.gsd", mixture, types=(["big", "x", "small"], 2 * mixture.types))
    for path in (named, ordered):
        assert np.array_equal(vitrine.read(path, model=mixture.model).types, mixture.types)
    three = foreign(tmp_path / "three.gsd", mixture, types=(["a", "b", "c"], np.arange(n) % 3))
    with pytest.raises(SampleError, match=r"frame 0: it has 3 kinds of particles, a, b, c; the model binary_ipl has 2"):
        vitrine.read(three, model=mixture.model)
    with pytest.raises(SampleError, match=r"a particle has the type 5, and there are 2 names of types"):
        vitrine.read(foreign(tmp_path / "x.gsd", mixture, types=(["A", "B"], np.where(np.arange(n) == 3, 5, 0))), model=mixture.model)


def test_a_mixture_needs_no_diameters_and_a_model_of_sizes_does(tmp_path, mixture, glass):
    assert np.all(vitrine.read(foreign(tmp_path / "x.gsd", mixture, diameters=np.full(125, 7.0)), model=mixture.model).sizes == 1)
    with pytest.raises(SampleError, match=r"all its diameters are 1: the model poly has sizes, which particles/diameter must hold"):
        vitrine.read(foreign(tmp_path / "y.gsd", glass, diameters=np.ones(160)), model="poly")


def test_the_largest_size_survives_single_precision(tmp_path, glass):
    """2.22 in single precision is a little more."""
    sizes = glass.sizes.copy()
    sizes[np.argmax(sizes)] = glass.model.largest_size
    assert np.float64(np.float32(2.22)) > 2.22
    found = vitrine.read(foreign(tmp_path / "x.gsd", glass, diameters=sizes), model="poly")
    assert found.sizes.max() == pytest.approx(2.22, rel=1e-6)
    with pytest.raises(SampleError, match="larger than the model's largest"):
        vitrine.read(foreign(tmp_path / "y.gsd", glass, diameters=np.minimum(sizes * 1.001, 3)), model="poly")


def sentence(kind, action):
    with pytest.raises(kind) as error:
        action()
    text = str(error.value)
    assert "\n" not in text and len(text) < 300
    return text


def test_every_sentence_of_reading(tmp_path, own, glass, planar_glass):
    here = foreign(tmp_path / "here.gsd", glass, frames=3)
    assert "here.gsd: does not say its glass former; give it, model='kob_andersen' for example" in sentence(InputError, lambda: vitrine.read(here))
    text = sentence(InputError, lambda: vitrine.read(here, model="poly"))
    assert "holds 3 frames; say which one, frame=0 to 2, or take vitrine.read_all" in text
    assert "has no frame 3, it holds 3: allowed are 0 to 2" in sentence(InputError, lambda: vitrine.read(here, "poly", 3))
    assert "has no frame -4" in sentence(InputError, lambda: vitrine.read(here, "poly", -4))
    assert "'polly': allowed are" in sentence(InputError, lambda: vitrine.read(here, "polly", 0))
    assert "there is no such file" in sentence(InputError, lambda: vitrine.read(tmp_path / "none.gsd"))
    assert "there is no such file" in sentence(InputError, lambda: vitrine.read(tmp_path))
    (tmp_path / "x.pdb").write_text("3\n\nA 0 0 0\n")
    assert "allowed are" in sentence(InputError, lambda: vitrine.read(tmp_path / "x.pdb", "poly"))
    (tmp_path / "x.gsd").write_text("no GSD\n" * 100)
    assert "x.gsd: not a whole GSD file" in sentence(InputError, lambda: vitrine.read(tmp_path / "x.gsd", "poly"))
    for model in (3, {"nom": "poly"}, {"name": "poly"}, {"name": "poly", "parameters": {}}, ["poly"]):
        assert "model" in sentence(InputError, lambda model=model: vitrine.read(here, model, 0))
    planar = foreign(tmp_path / "planar.gsd", planar_glass)
    assert "frame 0: it has 2 dimensions, the model 3" in sentence(SampleError, lambda: vitrine.read(planar, vitrine.glass_former("poly")))
    empty = gsd.hoomd.Frame()
    empty.configuration.box = [9, 9, 9, 0, 0, 0]
    with gsd.hoomd.open(tmp_path / "empty.gsd", "w") as trajectory:
        trajectory.append(empty)
    assert "frame 0: it has no particles" in sentence(SampleError, lambda: vitrine.read(tmp_path / "empty.gsd", "poly"))
    flat = foreign(tmp_path / "flat.gsd", dataclasses.replace(glass, box=glass.box * np.array([1, 1, 0.3])))
    assert "below twice the range of the interaction" in sentence(SampleError, lambda: vitrine.read(flat, "poly"))
    with gsd.hoomd.open(tmp_path / "none.gsd", "w"):
        pass
    assert "holds 0 frames" in sentence(InputError, lambda: vitrine.read(tmp_path / "none.gsd", "poly"))
    assert vitrine.read_all(tmp_path / "none.gsd", "poly") == []


def test_a_box_without_volume_and_numbers_that_are_none(tmp_path, glass):
    path = foreign(tmp_path / "x.gsd", glass)
    for change, said in (("box", "its box has no volume"), ("nan", "NaN or infinity in positions")):
        with gsd.hoomd.open(path) as trajectory:
            frame = trajectory[0]
        if change == "box":
            frame.configuration.box = [0, 0, 0, 0, 0, 0]
        else:
            frame.particles.position[3, 1] = np.nan
        with gsd.hoomd.open(tmp_path / f"{change}.gsd", "w") as trajectory:
            trajectory.append(frame)
        assert said in sentence(SampleError, lambda change=change: vitrine.read(tmp_path / f"{change}.gsd", "poly"))


def test_a_damaged_file_of_vitrine_is_named(tmp_path, own):
    content = bytearray(own.read_bytes())
    place = content.index(b'"density": 0.58')
    content[place + 12 : place + 15] = b"0.6"
    (tmp_path / "x.gsd").write_bytes(content)
    assert "frame 0: its checksum does not match" in sentence(SampleError, lambda: vitrine.read(tmp_path / "x.gsd", frame=0))
    assert vitrine.read(tmp_path / "x.gsd", frame=1).flag == "odd"


def test_what_does_not_relax_is_named(own):
    with pytest.raises(SampleError, match="not converged: the residual force is above 1e-10 after 2 iterations"):
        hot = vitrine.read(own, frame=0)
        hot.moved(hot.positions + 0.05 * np.random.default_rng(1).standard_normal(hot.positions.shape)).relaxed(maximum_iterations=2)


@pytest.mark.parametrize("minimiser", ["lbfgs", "cg"])
def test_a_disturbed_glass_relaxes_back(own, minimiser):
    glass = vitrine.read(own, frame=0)
    moved = glass.moved(glass.positions + 1e-3 * np.random.default_rng(1).standard_normal(glass.positions.shape))
    end = moved.relaxed(minimiser, tolerance=1e-11)
    assert isinstance(moved, vitrine.Sample) and isinstance(end, vitrine.Sample)
    assert Interactions.of(end).energy == pytest.approx(Interactions.of(glass).energy, rel=1e-10)


# --- measuring ----------------------------------------------------------------------------------------------------------------------------------

FEW = {"find_modes": {"vectors": 4}, "diagonalise_bond_operator": {"spectrum": "largest", "vectors": 4}, "pinch_bonds": {"bonds": 9}}


def by_rule(one, sample, seed=0, **settings):
    """What the rule's job would give, as its table and its fields by name."""
    further = {"rng": np.random.default_rng(seed)} if one.random else {}
    given = function_of(module_of(one.name, "measure"), one.rule)(sample, **further, **settings)
    return given if len(one.tables) + len(one.fields) > 1 else {one.tables[0].name: given}


@pytest.mark.parametrize("settings", ["default", "few"])
@pytest.mark.parametrize("name", IN_SPACE)
def test_every_function_gives_what_its_rule_gives(small_glass, name, settings):
    one, chosen = DOOR[name], FEW.get(name, {}) if settings == "few" else {}
    found, expected = getattr(vitrine, name)(small_glass, **chosen), by_rule(one, small_glass, **chosen)
    products = found if isinstance(found, dict) else {one.tables[0].name: found}
    assert set(products) == set(expected) == {*(table.name for table in one.tables), *(field.name for field in one.fields)}
    for table in one.tables:
        frame = products[table.name]
        assert isinstance(frame, pd.DataFrame) and list(frame.columns) == list(expected[table.name])
        for column in frame:
            np.testing.assert_array_equal(frame[column], expected[table.name][column])
        assert frame.attrs["units"] == {column.name: column.unit for column in table.own}
        assert frame.attrs["meanings"] == {column.name: column.meaning for column in table.own}
    for field in one.fields:
        assert all(np.array_equal(products[field.name][key], array, equal_nan=True) for key, array in expected[field.name].items())


@pytest.mark.parametrize("name", IN_SPACE)
def test_units_have_the_models_own_length(mixture, name):
    found = getattr(vitrine, name)(mixture, **FEW.get(name, {}))
    frame = found[DOOR[name].tables[0].name] if isinstance(found, dict) else found
    units = frame.attrs["units"]
    assert mixture.model.length == "sigma_AA" and not any("lambda_min" in unit for unit in units.values())
    wanted = any("lambda_min" in column.unit for column in DOOR[name].tables[0].own)
    assert any("sigma_AA" in unit for unit in units.values()) == wanted
    assert set(units) == set(frame.columns)


def test_a_choice_goes_by_its_seed(small_glass):
    first, again, other = (vitrine.pinch_bonds(small_glass, bonds=9, seed=seed) for seed in (1, 1, 2))
    assert first.equals(again) and not first.equals(other)


@pytest.mark.parametrize("name", DOOR)
def test_settings_that_are_unknown_are_one_sentence(small_glass, name):
    text = sentence(InputError, lambda: getattr(vitrine, name)(small_glass, speed=3))
    assert text.startswith(f"{name} has no setting speed: allowed are ")
    measured = [setting.name for setting in DOOR[name].settings if setting.used_by == "measure"]
    assert all(setting in text for setting in (*(measured or ["none"]), "seed", "solver"))


def test_settings_of_averages_are_unknown_here(small_glass):
    assert "has no setting weak_force: allowed are bonds, seed and solver" in sentence(
        InputError, lambda: vitrine.pinch_bonds(small_glass, weak_force=0.1)
    )


def test_solvers(small_glass):
    for solver in ("dense", "scipy"):
        expected = function_of(module_of("elasticity", "measure"), "measure_elasticity")(small_glass, algebra=Algebra(solver))
        assert np.array_equal(vitrine.measure_elasticity(small_glass, solver=solver)["shear_modulus"], expected["shear_modulus"])
    assert DEFAULT_ALGEBRA.solver == "auto"
    assert "solver" in sentence(InputError, lambda: vitrine.measure_elasticity(small_glass, solver="lapack"))


@pytest.mark.parametrize("name", IN_SPACE)
def test_a_liquid_is_named(name):
    with pytest.raises(SampleError, match="not a minimum"):
        getattr(vitrine, name)(liquid(poly(), 160, 1.3))


@pytest.mark.parametrize("name", DOOR)
def test_help_shows_what_may_be_given(name):
    function, one = getattr(vitrine, name), DOOR[name]
    parameters = inspect.signature(function).parameters
    settings = {setting.name: setting.default for setting in one.settings if setting.used_by == "measure"}
    assert list(parameters) == ["sample", *settings, "seed", "solver"]
    assert {key: parameters[key].default for key in settings} == settings
    assert function.__name__ == name and len(function.__doc__) > 40


def test_broken_samples_are_named(small_glass):
    with pytest.raises(SampleError, match="NaN or infinity in positions"):
        vitrine.find_modes(small_glass.moved(np.full_like(small_glass.positions, np.nan)))


def test_a_glass_former_of_ones_own(tmp_path, harmonic_glass):
    """A GlassFormer that is in no registry is read with, and measured."""
    path = foreign(tmp_path / "x.gsd", harmonic_glass, "double")
    found = vitrine.read(path, model=harmonic_glass.model).relaxed("cg")
    assert len(vitrine.find_modes(found)) == 3 * harmonic_glass.particles - 3
    assert np.allclose(vitrine.find_modes(found)["omega"], vitrine.find_modes(harmonic_glass)["omega"], rtol=1e-4)
