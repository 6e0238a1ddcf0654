"""A frame of another program as a sample: boxes, planes, types, sizes, masses, what is said of it; the same glass through every format."""

import dataclasses
import hashlib

import gsd.version
import numpy as np
import pytest
import vitrine
from foreign_files import data_text, dump_text, gsd_frame, put, write_gsd, write_h5md, xyz_text
from naive import jittered, nearest_images, strained
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.models import glass_former
from vitrine.points import PARTICLES, Point
from vitrine.preparation.imported import import_samples
from vitrine.preparation.minimise import minimise
from vitrine.samples.foreign import read_frames, upper_triangular
from vitrine.samples.formats.npz import write_npz
from vitrine.samples.sample import widths
from vitrine.sources import Source

SHEAR = np.array([[1, 0.12, -0.08], [0, 1.01, 0.06], [0, 0, 0.99]])
MIXTURE = vitrine.glass_former("binary_ipl", dimension=3, density=1.0)


@pytest.fixture(scope="module")
def mixture():
    """125 particles of two types in a tilted box."""
    return strained(jittered(MIXTURE, 5, jitter=0.1), SHEAR)


@pytest.fixture(scope="module")
def planar():
    """100 particles of two types in the plane."""
    return strained(jittered(vitrine.glass_former("binary_ipl"), 10), SHEAR[:2, :2])


@pytest.fixture(scope="module")
def tilted_glass(glass):
    """A glass of many sizes at its minimum, in a tilted box."""
    return minimise(strained(glass, SHEAR), "cg", tolerance=1e-11).sample


def energy(sample):
    return Interactions.of(sample).energy


def brute_energy(sample):
    """Over all pairs and their nearest images, by hand."""
    vectors = nearest_images(sample)
    i, j = np.triu_indices(sample.particles, 1)
    return sample.model.derivatives(np.linalg.norm(vectors[i, j], axis=1), i, j, sample.sizes, sample.types)[0].sum()


def done(sample):
    return sample.provenance["imported"]["done"]


def sentence(kind, action):
    with pytest.raises(kind) as error:
        action()
    text = str(error.value)
    assert "\n" not in text and len(text) < 400
    return text


# --- boxes --------------------------------------------------------------------------------------------------------------------------------------


def turned(seed, d=3):
    """A rotation."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((d, d)))
    return q * np.sign(np.linalg.det(q))


def lattice_changes():
    """Other edge vectors of the same lattice."""
    yield "same", np.eye(3), []
    yield "left-handed", np.diag([1, 1, -1]), ["left-handed: last edge vector reversed"]
    yield "two edges exchanged", np.eye(3)[:, [1, 0, 2]], ["left-handed: last edge vector reversed", "rotated"]
    yield "edges in a circle", np.eye(3)[:, [1, 2, 0]], ["rotated"]
    yield "tilted by three edges", np.array([[1, 3, 0], [0, 1, 0], [0, 0, 1]]), ["tilt reduced"]
    yield "tilted by many edges", np.array([[1, -2, 5], [0, 1, 4], [0, 0, 1]]), ["tilt reduced"]
    yield "downwards", np.diag([-1, 1, -1]), ["rotated"]


@pytest.mark.parametrize("rotated", [False, True])
@pytest.mark.parametrize(("change", "said"), [one[1:] for one in lattice_changes()], ids=[one[0] for one in lattice_changes()])
def test_a_box_of_any_form_is_the_same_configuration(tmp_path, mixture, change, said, rotated):
    """Rotated or not, of other edge vectors: the energy is that of the sample, and the box is one as samples have it."""
    q = turned(1) if rotated else np.eye(3)
    path = put(tmp_path / "x.xyz", xyz_text(mixture, cell=q @ mixture.box @ change, positions=mixture.positions @ q.T))
    found = vitrine.read(path, MIXTURE)
    assert np.array_equal(found.box, np.triu(found.box)) and np.all(np.diag(found.box) > 0)
    assert found.volume == pytest.approx(mixture.volume, rel=1e-13)
    assert energy(found) == pytest.approx(energy(mixture), rel=1e-12) == pytest.approx(brute_energy(found), rel=1e-12)
    if not rotated:
        assert [word for word in done(found) if word not in ("folded into the box", "sizes are twice the radius")] == said
    elif not said:
        assert "rotated" in done(found)
    pressures = [Interactions.of(sample).pressure for sample in (found, mixture)]
    assert pressures[0] == pytest.approx(pressures[1], rel=1e-12)


@pytest.mark.parametrize("d", [2, 3])
def test_the_upper_triangular_box_spans_the_lattice(d):
    """R^T times the cell and the box differ by whole numbers, of determinant one or minus one."""
    rng = np.random.default_rng(5)
    for _ in range(50):
        cell = rng.standard_normal((d, d)) + 0.1 * np.eye(d)
        box, turn, _ = upper_triangular(cell)
        turn = np.eye(d) if turn is None else turn
        assert turn.T @ turn == pytest.approx(np.eye(d), abs=1e-12) and np.linalg.det(turn) == pytest.approx(1)
        whole = np.linalg.solve(turn.T @ cell, box)
        assert np.abs(whole - np.rint(whole)).max() < 1e-6 and abs(np.linalg.det(whole)) == pytest.approx(1, abs=1e-6)
        assert np.all(np.diag(box) > 0) and all(abs(box[a, b]) <= 0.5 * box[a, a] * (1 + 1e-8) for b in range(d) for a in range(b))


def test_a_tilt_is_reduced_for_its_widths(tmp_path, mixture):
    """A box that is tilted by many edges is narrow, and the lattice is not."""
    sheared = mixture.box @ np.array([[1, 6, 0], [0, 1, 0], [0, 0, 1]])
    assert widths(sheared).min() < 2 * MIXTURE.range < widths(mixture.box).min()
    found = vitrine.read(put(tmp_path / "x.xyz", xyz_text(mixture, cell=sheared)), MIXTURE)
    assert widths(found.box).min() == pytest.approx(widths(mixture.box).min())


def test_a_box_that_is_one_keeps_every_bit(tmp_path, mixture):
    found = vitrine.read(put(tmp_path / "x.dump", dump_text(mixture)), MIXTURE)
    inside = np.all(np.floor(mixture.positions @ np.linalg.inv(mixture.box).T) == 0, axis=1)
    assert np.array_equal(found.positions[inside], mixture.positions[inside]) and inside.sum() > 60
    assert np.array_equal(found.box, mixture.box) or found.box == pytest.approx(mixture.box, rel=1e-15)


@pytest.mark.parametrize("columns", ["id type x y z", "id type xu yu zu", "id type xsu ysu zsu"])
def test_particles_outside_the_box_and_on_its_faces(tmp_path, mixture, columns):
    """Moved by whole edges, or exactly onto a corner, an edge and a face: the same configuration, inside the box."""
    cube = jittered(MIXTURE, 5, jitter=0.1)
    edge, positions = cube.box[0, 0], cube.positions - cube.positions[0]
    positions[0] = [edge, 0, edge]
    on_faces = dataclasses.replace(cube, positions=positions)
    images = np.random.default_rng(2).integers(-4, 5, (125, 3))
    for sample, flags in ((on_faces, None), (mixture, images), (on_faces, images)):
        path = put(tmp_path / "x.dump", dump_text(sample, columns, images=flags, low=(-1.0, 0.5, 2.0)))
        found = vitrine.read(path, MIXTURE)
        fractions = found.positions @ np.linalg.inv(found.box).T
        assert fractions.min() > -1e-12 and fractions.max() < 1 + 1e-12 and "folded into the box" in done(found)
        assert energy(found) == pytest.approx(energy(cube if sample is on_faces else mixture), rel=1e-10)


# --- planes -------------------------------------------------------------------------------------------------------------------------------------


def test_a_plane_in_a_format_of_three_coordinates(tmp_path, planar):
    """A model by its name takes the plane, one that says its dimension has to say it."""
    paths = [put(tmp_path / "x.dump", dump_text(planar)), put(tmp_path / "x.data", data_text(planar)), put(tmp_path / "x.xyz", xyz_text(planar))]
    paths.append(write_gsd(tmp_path / "x.gsd", [gsd_frame(planar, height=1.0)]))
    for path in paths:
        assert vitrine.read(path, "binary_ipl").dimension == vitrine.read(path, planar.model).dimension == 2
        assert energy(vitrine.read(path, "binary_ipl")) == pytest.approx(energy(planar), rel=1e-5 if path.suffix == ".gsd" else 1e-12)
        assert "frame 0: it has 2 dimensions, the model 3" in sentence(SampleError, lambda path=path: vitrine.read(path, MIXTURE))


def test_a_solid_is_no_plane(tmp_path, mixture):
    path = put(tmp_path / "x.dump", dump_text(mixture))
    assert vitrine.read(path, "binary_ipl").dimension == 3
    planar = vitrine.glass_former("binary_ipl")
    assert "frame 0: it has 3 dimensions, the model 2" in sentence(SampleError, lambda: vitrine.read(path, planar))


def test_a_plane_may_be_open_along_z(tmp_path, planar, mixture):
    assert vitrine.read(put(tmp_path / "x.dump", dump_text(planar, flags="pp pp ff")), "binary_ipl").particles == 100
    path = put(tmp_path / "y.dump", dump_text(mixture, flags="pp fs mm"))
    assert "its box is not periodic along y, z" in sentence(SampleError, lambda: vitrine.read(path, MIXTURE))
    path = put(tmp_path / "y.xyz", xyz_text(mixture, pbc="T T F"))
    assert "its box is not periodic along z" in sentence(SampleError, lambda: vitrine.read(path, MIXTURE))
    path = write_h5md(tmp_path / "y.h5", [mixture], boundary=("none", "periodic", "periodic"))
    assert "its box is not periodic along x" in sentence(SampleError, lambda: vitrine.read(path, MIXTURE))


def test_a_box_that_leans_out_of_the_plane(tmp_path, planar):
    cell = np.eye(3)
    cell[:2, :2], cell[2, 0] = planar.box, 0.5
    path = put(tmp_path / "x.xyz", xyz_text(planar, cell=cell))
    assert "the edges of its box do not" in sentence(SampleError, lambda: vitrine.read(path, "binary_ipl"))


# --- types, sizes, masses ---------------------------------------------------------------------------------------------------------------------------


def types_of(path, **given):
    return vitrine.read(path, MIXTURE, **given).types


def test_names_of_types(tmp_path, mixture):
    """By name; by what the caller says; numbers by the number, also where one alone occurs; else by their order."""
    numbered = put(tmp_path / "x.dump", dump_text(mixture))
    for path in (numbered, put(tmp_path / "y.xyz", xyz_text(mixture)), put(tmp_path / "z.xyz", xyz_text(mixture, names=("Na", "Si")))):
        assert np.array_equal(types_of(path), mixture.types)
    assert np.array_equal(types_of(put(tmp_path / "y.xyz", xyz_text(mixture, names=("B", "A")))), 1 - mixture.types)
    assert np.array_equal(types_of(numbered, types={"1": "B", "2": "A"}), 1 - mixture.types)
    assert np.array_equal(types_of(numbered, types={1: "A", 2: "A", 7: "B"}), np.zeros(125))
    only = dataclasses.replace(mixture, types=np.ones(125, dtype=int))
    assert np.all(types_of(put(tmp_path / "b.dump", dump_text(only))) == 1)
    spread = put(tmp_path / "s.dump", dump_text(mixture, types=np.array([3, 10])[mixture.types]))
    assert np.array_equal(types_of(spread), mixture.types)
    three = put(tmp_path / "three.dump", dump_text(mixture, types=np.arange(125) % 3 + 1))
    assert np.array_equal(types_of(three, types={"1": "A", "2": "B", "3": "A"}), (np.arange(125) % 3 == 1).astype(int))


def test_types_that_are_none(tmp_path, mixture):
    three = put(tmp_path / "three.dump", dump_text(mixture, types=np.arange(125) % 3 + 1))
    named = put(tmp_path / "x.xyz", xyz_text(mixture, names=("A", "C")))
    none = put(tmp_path / "none.dump", dump_text(mixture, "id x y z"))
    for path, given, said in (
        (three, None, "three.dump: frame 0: it has 3 kinds of particles, 1, 2, 3; the model binary_ipl has 2"),
        (three, {"1": "A", "2": "B"}, "it has a particle of type 3, which types={'1': 'A', '2': 'B'} does not name"),
        (three, {"1": "A", "2": "B", "3": "C"}, "types calls 3 'C': the model binary_ipl has A, B"),
        (named, None, "it has a particle of type C; the model binary_ipl has A, B: say which by types="),
        (none, None, "it has no types of particles; the model binary_ipl has 2"),
    ):
        assert said in sentence(SampleError, lambda path=path, given=given: vitrine.read(path, MIXTURE, types=given))
    assert np.all(vitrine.read(none, "ipl_crystal").types == 0)


def test_sizes(tmp_path, glass):
    """A model of sizes needs them, under the name that the format has for them."""
    paths = {
        put(tmp_path / "x.dump", dump_text(glass)): "the column diameter or radius",
        put(tmp_path / "x.data", data_text(glass)): "atom style sphere",
    }
    np.savez(tmp_path / "x.npz", positions=glass.positions, box=glass.box)
    paths[tmp_path / "x.npz"] = "the array diameters or radii"
    for path, place in paths.items():
        assert f"it has no sizes: the model poly has sizes, which {place} must hold" in sentence(
            SampleError, lambda path=path: vitrine.read(path, "poly")
        )
    equal = put(tmp_path / "y.dump", dump_text(dataclasses.replace(glass, sizes=np.full(160, 1.5)), "id type diameter x y z"))
    assert "all its diameters are 1.5: the model poly has sizes" in sentence(SampleError, lambda: vitrine.read(equal, "poly"))
    large = put(tmp_path / "z.dump", dump_text(dataclasses.replace(glass, sizes=3 * glass.sizes), "id type radius x y z"))
    assert "larger than the model's largest" in sentence(SampleError, lambda: vitrine.read(large, "poly"))


def test_masses(tmp_path, mixture):
    """None where all are one; kept, and said, where they are not."""
    for masses, kept in (((1.0, 1.0), None), ((1.0, 2.5), np.where(mixture.types == 0, 1.0, 2.5)), ((4.0, 4.0), np.full(125, 4.0))):
        found = vitrine.read(put(tmp_path / "x.data", data_text(mixture, masses=masses)), MIXTURE)
        assert (found.masses is None) if kept is None else np.array_equal(found.masses, kept)
        assert ("masses kept" in done(found)) == (kept is not None)
    assert vitrine.read(put(tmp_path / "x.data", data_text(mixture, masses=())), MIXTURE).masses is None
    heavy = write_gsd(tmp_path / "x.gsd", [gsd_frame(mixture, mass=np.where(mixture.types == 0, 1.0, 2.5))])
    assert vitrine.read(heavy, MIXTURE).masses == pytest.approx(np.where(mixture.types == 0, 1.0, 2.5))
    wrong = dataclasses.replace(mixture, masses=np.where(mixture.types == 0, 1.0, -1.0))
    path = put(tmp_path / "x.dump", dump_text(wrong, "id type mass x y z"))
    assert "x.dump: frame 0: masses must be positive and finite" in sentence(SampleError, lambda: vitrine.read(path, MIXTURE))


# --- frames and what is said of them ----------------------------------------------------------------------------------------------------------------


def test_provenance_says_where_a_sample_comes_from(tmp_path, mixture):
    path = put(
        tmp_path / "x.dump.gz", dump_text(mixture, step=0) + dump_text(mixture, "id type xs ys zs", form=".6g", order=range(124, -1, -1), step=1)
    )
    first, second = vitrine.read_all(path, MIXTURE)
    told = first.provenance["imported"]
    assert told["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest() and told["library"] == f"numpy {np.__version__}"
    assert (told["file"], told["frame"], told["format"], told["digits"]) == ("x.dump.gz", 0, "LAMMPS dump", 17)
    assert second.provenance["imported"] | {"done": []} == told | {"frame": 1, "digits": 6, "done": []}
    assert {"positions from xs ys zs", "sorted by id"} <= set(done(second)) and (first.index, second.index) == (0, 1)

    assert (
        vitrine.read(write_gsd(tmp_path / "x.gsd", [gsd_frame(mixture)]), MIXTURE).provenance["imported"]["library"] == f"gsd {gsd.version.version}"
    )


def test_frames_in_the_order_in_which_they_are_asked_for(tmp_path, mixture):
    moved = [dataclasses.replace(mixture, positions=mixture.positions + 0.01 * number) for number in range(4)]
    path = put(tmp_path / "x.dump", "".join(dump_text(sample, step=step) for step, sample in enumerate(moved)))
    assert [sample.index for sample in read_frames(path, MIXTURE, [3, 0, -2, 3])] == [3, 0, 2, 3]
    assert [sample.index for sample in vitrine.read_all(path, MIXTURE, frames=range(1, 3))] == [1, 2]
    assert [sample.index for sample in read_frames(path, MIXTURE, -1)] == [3] and read_frames(path, MIXTURE, []) == []
    assert "has no frame 4, it holds 4: allowed are 0 to 3" in sentence(InputError, lambda: read_frames(path, MIXTURE, [1, 4]))
    assert "does not say its glass former" in sentence(InputError, lambda: vitrine.read(path, frame=0))


def test_a_broken_frame_leaves_the_others(tmp_path, mixture):
    """In every format of several frames."""
    broken = dataclasses.replace(mixture, positions=np.where(np.arange(125)[:, None] == 7, np.nan, mixture.positions))
    samples = [mixture, broken, mixture]
    paths = [put(tmp_path / "x.dump.gz", "".join(map(dump_text, samples))), put(tmp_path / "x.xyz", "".join(map(xyz_text, samples)))]
    paths += [write_gsd(tmp_path / "x.gsd", map(gsd_frame, samples)), write_h5md(tmp_path / "x.h5", samples)]
    write_npz(tmp_path / "x.npz", samples)
    for path in (*paths, tmp_path / "x.npz"):
        first, second, third = read_frames(path, MIXTURE)
        assert str(second) == f"{path}: frame 1: NaN or infinity in positions" and isinstance(second, SampleError)
        assert energy(first) == energy(third) == pytest.approx(energy(mixture), rel=1e-5)


# --- the same glass through every format ------------------------------------------------------------------------------------------------------------


def written(folder, sample):
    """{what it is: (file, relative error of a frequency that its digits allow)}"""
    write_npz(folder / "x.npz", [sample])
    single = {"positions": sample.positions.astype(np.float32), "box": sample.box, "diameters": sample.sizes}
    np.savez(folder / "single.npz", **single)
    low = (-1.5, 0.25, 3.0)[: sample.dimension]
    return {
        "dump": (put(folder / "x.dump", dump_text(sample, "id type x y z diameter", low=low)), 1e-9),
        "scaled dump, gz": (put(folder / "xs.dump.gz", dump_text(sample, "id type radius xs ys zs")), 1e-9),
        "dump of six digits": (put(folder / "six.dump", dump_text(sample, "id type x y z diameter", form=".6g")), 1e-3),
        "data file": (put(folder / "x.data", data_text(sample, "sphere", density=1.0)), 1e-9),
        "extended XYZ": (put(folder / "x.xyz", xyz_text(sample, low=low)), 1e-9),
        "NPZ": (folder / "x.npz", 1e-12),
        "NPZ of single precision": (folder / "single.npz", 1e-4),
        "H5MD": (write_h5md(folder / "x.h5", [sample]), 1e-12),
        "H5MD of single precision": (write_h5md(folder / "single.h5", [sample], kind=np.float32), 1e-4),
        "GSD": (write_gsd(folder / "x.gsd", [gsd_frame(sample)]), 1e-4),
        "GSD of single precision": (write_gsd(folder / "single.gsd", [gsd_frame(sample)], "single"), 1e-4),
    }


@pytest.mark.parametrize("name", ["tilted_glass", "planar_glass"])
def test_the_same_frequencies_through_every_format(request, tmp_path, name):
    """To what the digits of the format allow; where these are few, after the relaxation that they need. Atom style sphere has masses of its own."""
    sample = request.getfixturevalue(name)
    expected = vitrine.find_modes(sample, spectrum="lowest", vectors=12)["omega"].to_numpy()
    assert len(expected) >= 12 and expected.min() > 0
    for kind, (path, tolerance) in written(tmp_path, sample).items():
        found = vitrine.read(path, sample.model)
        if kind == "data file":
            assert found.masses == pytest.approx(np.pi / 6 * sample.sizes**3)
            found = dataclasses.replace(found, masses=None)
        if tolerance > 1e-6:
            assert Interactions.of(found).residual > 1e-9
            found = found.relaxed()
        omega = vitrine.find_modes(found, spectrum="lowest", vectors=12)["omega"].to_numpy()
        assert omega == pytest.approx(expected, rel=tolerance), kind


def test_own_samples_are_written_as_npz_and_read_back(tmp_path, tilted_glass):
    write_npz(tmp_path / "x.npz", [tilted_glass])
    found = vitrine.read(tmp_path / "x.npz", tilted_glass.model)
    assert np.array_equal(found.box, tilted_glass.box) and np.array_equal(found.sizes, tilted_glass.sizes)
    assert Interactions.of(found).residual < 1e-10 and found.provenance["imported"]["digits"] == 16


def test_what_vitrine_writes_for_others_is_read_back(tmp_path, mixture, planar, tilted_glass):
    """Extended XYZ keeps every bit of what lies in the box, in space and in the plane; sizes and masses too."""
    heavy = dataclasses.replace(mixture, masses=np.where(mixture.types == 0, 1.0, 2.5))
    for sample in (heavy, planar, tilted_glass):
        vitrine.write(tmp_path / "x.xyz", sample)
        found = vitrine.read(tmp_path / "x.xyz", sample.model)
        assert np.array_equal(found.box, sample.box) and np.array_equal(found.types, sample.types)
        assert found.sizes == pytest.approx(sample.sizes, rel=1e-15) and energy(found) == pytest.approx(energy(sample), rel=1e-12)
        assert np.array_equal(found.masses, sample.masses) if sample.masses is not None else found.masses is None


def test_glass_formers_of_the_caller(tmp_path, planar):
    path = put(tmp_path / "x.dump", dump_text(planar))
    for model in ("binary_ipl", planar.model, {"name": "binary_ipl", "parameters": dict(vitrine.GLASS_FORMERS["binary_ipl"])}):
        assert vitrine.read(path, model).model.describe() == glass_former("binary_ipl", vitrine.GLASS_FORMERS["binary_ipl"]).describe()


# --- Vitrine's own files, brought into a study ----------------------------------------------------------------------------------------------------


def brought(path, model):
    """The samples and the row of the only sample, as a study imports it."""
    samples, (row,) = import_samples({7: Source(str(path), 0, 125)}, model, {}, Point((PARTICLES,), (125,)), "identity")
    return samples, row


def test_an_own_sample_is_a_sample_of_a_study_like_any_other(tmp_path, mixture):
    """With every bit, its own provenance and its flag; which file it comes from is said of it as of those of others."""
    prepared = dataclasses.replace(mixture, flag="not converged", provenance={"quench": "x", "imported": {"file": "another.dump"}})
    vitrine.write(tmp_path / "x.gsd", prepared)
    (sample,), row = brought(tmp_path / "x.gsd", MIXTURE)
    assert np.array_equal(sample.box, mixture.box) and energy(sample) == pytest.approx(energy(mixture), rel=1e-12)
    assert (sample.index, sample.flag, sample.provenance["quench"]) == (7, "not converged", "x")
    assert sample.provenance["imported"]["file"] == "x.gsd" and done(sample) == ["read by its own record"]
    assert (row["flag"], row["digits"], row["particles_read"]) == ("not converged", 16, 125)
    assert row["checksum"] == hashlib.sha256((tmp_path / "x.gsd").read_bytes()).hexdigest()
    assert vitrine.read(tmp_path / "x.gsd").provenance["imported"] == {"file": "another.dump"}


def test_an_own_sample_of_another_model(tmp_path, mixture):
    """Of another name it is no sample of the study; with other parameters it is taken for one, and this is said."""
    vitrine.write(tmp_path / "x.gsd", mixture)
    samples, row = brought(tmp_path / "x.gsd", vitrine.glass_former("kob_andersen"))
    assert samples == [] and row["flag"].endswith("x.gsd: frame 0: it is of the model binary_ipl, as its own record says, and not of kob_andersen")
    (sample,), row = brought(tmp_path / "x.gsd", vitrine.glass_former("binary_ipl", dimension=3, density=1.0, cutoff=1.4))
    assert sample.model.parameters["cutoff"] == 1.4 and "its record says cutoff 1.48" in row["done"]
    assert "its record says model binary_ipl" in done(vitrine.read(tmp_path / "x.gsd", vitrine.glass_former("kob_andersen", cutoff=2.4)))
