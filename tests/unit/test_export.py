"""Samples with arrays of their particles on the way out: what ase, gsd and OVITO read is what was written, and every refusal is one sentence."""

import dataclasses

import ase.io
import gsd.hoomd
import naive
import numpy as np
import pytest
import vitrine
from naive import liquid, poly, quenched, strained
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.models import glass_former
from vitrine.observables.modes.measure import find_modes
from vitrine.observables.modes.vectors import mode_vectors
from vitrine.observables.pinching.response import pinch_responses
from vitrine.samples.export import Exported, in_box, write_exported

MIXTURE = {**vitrine.GLASS_FORMERS["binary_ipl"], "dimension": 3, "density": 1.0, "truncation": "polynomial"}  # whose kernels are compiled already


@pytest.fixture(scope="module")
def mixture():
    """A glass of two types in space, with masses."""
    glass = quenched(glass_former("binary_ipl", MIXTURE), 125, 0.3)
    return dataclasses.replace(glass, masses=np.where(glass.types == 0, 1.0, 1.7))


@pytest.fixture(scope="module")
def tilted():
    """A liquid in a box that is no cube, its particles not all in the box."""
    one = strained(liquid(poly(), 200, 1.0, sweeps=20), np.array([[1, 0.1, -0.05], [0, 1.02, 0.07], [0, 0, 0.97]]))
    return one.moved(one.positions + np.array([5.0, -1.0, 0.3]), index=7, parent_temperature=1.0, flag='not "at rest"')


@pytest.fixture(params=["planar_glass", "mixture", "tilted"])
def sample(request):
    return request.getfixturevalue(request.param)


def arrays_of(sample):
    """A vector and a number of each particle, of every size that doubles have."""
    rng = np.random.default_rng(1)
    size = 10.0 ** rng.integers(-200, 200, sample.particles)
    return {"mode": rng.standard_normal((sample.particles, sample.dimension)) * size[:, None], "share": rng.random(sample.particles) / 3}


# --- extended XYZ -------------------------------------------------------------------------------------------------------------------------------


def assert_folded(found, sample):
    """The positions (N, 3) are those of the sample but for whole edges of the box, and lie in it; those that lay in it have all their bits."""
    d = sample.dimension
    fractions, before = (positions[:, :d] @ np.linalg.inv(sample.box).T for positions in (found, sample.positions))
    assert np.all((fractions > -1e-12) & (fractions < 1 + 1e-12)) and np.all(found[:, d:] == 0)
    assert np.allclose(fractions - before, np.rint(fractions - before), atol=1e-12)
    inside = np.all((before >= 0) & (before < 1), axis=1)
    assert np.array_equal(found[inside, :d], sample.positions[inside])


def test_ase_reads_every_bit(tmp_path, sample):
    given = arrays_of(sample)
    vitrine.write(tmp_path / "x.xyz", sample, **given, omega=0.1, words='a "b" \\ = c', good=True, number=3)
    atoms, n, d = ase.io.read(tmp_path / "x.xyz"), sample.particles, sample.dimension
    assert_folded(atoms.positions, sample)
    assert np.array_equal(atoms.cell.array[:d, :d], sample.box.T) and atoms.pbc.tolist() == [axis < d for axis in range(3)]
    assert atoms.cell.array[d:].tolist() == np.eye(3)[d:].tolist() and atoms.info["Origin"].tolist() == [0, 0, 0 if d == 3 else -0.5]
    assert atoms.arrays["id"].tolist() == list(range(n)) and atoms.arrays["type"].tolist() == ["AB"[kind] for kind in sample.types]
    assert np.array_equal(atoms.arrays["mass"], np.ones(n) if sample.masses is None else sample.masses)
    assert np.array_equal(atoms.arrays["radius"], sample.sizes * np.diag(sample.model.scales)[sample.types] / 2)
    assert np.array_equal(atoms.arrays["share"], given["share"])
    for name in ("mode", "disp"):
        assert np.array_equal(atoms.arrays[name][:, :d], given["mode"]) and np.all(atoms.arrays[name][:, d:] == 0)
    assert (atoms.info["omega"], atoms.info["number"], atoms.info["good"], atoms.info["sample"]) == (0.1, 3, True, sample.index)
    assert atoms.info["words"] == "a 'b' / = c" and atoms.info["model"] == sample.model.name
    assert atoms.info.get("flag", "") == sample.flag.replace('"', "'")
    assert atoms.info.get("parent_temperature", np.nan) == pytest.approx(sample.parent_temperature, nan_ok=True)


def test_vitrine_reads_every_bit_again(tmp_path, sample):
    """To another user, who says the model."""
    vitrine.write(tmp_path / "x.xyz", sample, **arrays_of(sample))
    found = vitrine.read(tmp_path / "x.xyz", model=sample.model)
    assert found.dimension == sample.dimension and np.array_equal(found.box, sample.box) and np.array_equal(found.positions, in_box(sample))
    assert np.array_equal(found.sizes, sample.sizes) and np.array_equal(found.types, sample.types)
    assert found.masses is None if sample.masses is None else np.array_equal(found.masses, sample.masses)
    assert Interactions.of(found).energy == pytest.approx(Interactions.of(sample).energy, rel=1e-12)


def test_several_samples_are_frames(tmp_path, planar_glass, tilted):
    numbers = [np.arange(one.particles) for one in (planar_glass, tilted)]
    vitrine.write(tmp_path / "x.xyz", [planar_glass, tilted], number=numbers, omega=[0.1, 0.2])
    frames = ase.io.read(tmp_path / "x.xyz", index=":")
    assert [len(one) for one in frames] == [64, 200] and [one.info["omega"] for one in frames] == [0.1, 0.2]
    assert all(np.array_equal(one.arrays["number"], number) for one, number in zip(frames, numbers, strict=True))
    assert "disp" not in frames[0].arrays


def test_the_arrows_are_the_users_where_they_are_given(tmp_path, planar_glass):
    mode, own = np.ones((64, 2)), np.full((64, 2), 2.0)
    vitrine.write(tmp_path / "x.xyz", planar_glass, mode=mode, disp=own)
    assert np.array_equal(ase.io.read(tmp_path / "x.xyz").arrays["disp"][:, :2], own)


def test_several_vectors_are_numbered(tmp_path, planar_glass):
    modes = vitrine.mode_vectors(planar_glass, 3)
    vitrine.write(tmp_path / "x.xyz", planar_glass, mode=modes["vectors"])
    atoms = ase.io.read(tmp_path / "x.xyz")
    assert [name for name in atoms.arrays if name.startswith("mode")] == ["mode_1", "mode_2", "mode_3"]
    assert np.array_equal(atoms.arrays["mode_3"][:, :2], modes["vectors"][2]) and np.array_equal(atoms.arrays["disp"], atoms.arrays["mode_1"])


# --- GSD ----------------------------------------------------------------------------------------------------------------------------------------


def test_gsd_is_vitrines_own_with_the_arrays_in_it(tmp_path, sample):
    given = arrays_of(sample)
    vitrine.write(tmp_path / "x.gsd", sample, **given, omega=0.1)
    found, d = vitrine.read(tmp_path / "x.gsd"), sample.dimension
    assert found.model.describe() == sample.model.describe() and found.flag == sample.flag and np.array_equal(found.box, sample.box)
    assert np.array_equal(found.sizes, sample.sizes) and np.array_equal(found.types, sample.types)
    assert np.array_equal(found.masses, sample.masses) if sample.masses is not None else found.masses is None
    assert_folded(np.pad(in_box(found), ((0, 0), (0, 3 - d))), found)
    assert np.allclose(in_box(found), in_box(sample), atol=1e-13)
    with gsd.hoomd.open(tmp_path / "x.gsd") as trajectory:
        frame = trajectory[0]
    assert np.array_equal(frame.log["particles/mode"][:, :d], given["mode"]) and frame.log["particles/mode"].shape == (sample.particles, 3)
    assert np.array_equal(frame.log["particles/share"], given["share"]) and frame.log["omega"].tolist() == [0.1]
    assert frame.particles.type_shapes == [{"type": "Sphere", "diameter": scale} for scale in np.diag(sample.model.scales)]


def test_no_frame_of_gsd_shows_anothers_arrays(tmp_path, planar_glass):
    """A reader of GSD takes what a frame lacks from the first."""
    ones, path = np.ones(64), tmp_path / "x.gsd"
    frames = [Exported(planar_glass, {"a": ones}, {"omega": 0.5, "word": "x"}), Exported(planar_glass, {"b": np.ones((64, 2))}, {"word": "y"})]
    write_exported(path, frames)
    with gsd.hoomd.open(path) as trajectory:
        first, second = trajectory[0], trajectory[1]
    assert np.array_equal(first.log["particles/a"], ones) and np.all(np.isnan(second.log["particles/a"]))
    assert np.all(np.isnan(first.log["particles/b"][:, :2])) and second.log["particles/b"][:, 0].tolist() == ones.tolist()
    assert first.log["omega"] == 0.5 and np.isnan(second.log["omega"]) and "word" not in first.log


# --- OVITO --------------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def import_file():
    """OVITO's reader; the test skips where its library is absent."""
    return pytest.importorskip("ovito.io", reason="OVITO's library is not installed").import_file


@pytest.mark.parametrize("kind", [float, int])
@pytest.mark.parametrize("ending", ["xyz", "gsd"])
def test_ovito_shows_arrows_numbers_types_and_the_cell(tmp_path, import_file, sample, ending, kind):
    rng, d = np.random.default_rng(1), sample.dimension
    given = {"mode": rng.standard_normal((sample.particles, d)), "share": (100 * rng.random(sample.particles)).astype(kind)}
    vitrine.write(tmp_path / f"x.{ending}", sample, **given, omega=0.1)
    data = import_file(str(tmp_path / f"x.{ending}")).compute()
    particles, centre = data.particles, sample.box.sum(axis=1) / 2 if ending == "gsd" else np.zeros(d)
    assert particles["mode"].shape == (sample.particles, 3) and np.allclose(particles["mode"][:, :d], given["mode"], rtol=1e-15, atol=0)
    assert np.allclose(particles["share"], given["share"], rtol=1e-15, atol=0) and data.attributes["omega"] == 0.1
    assert np.allclose(particles.positions[:, :d] + centre, in_box(sample), atol=1e-13) and np.all(particles.positions[:, d:] == 0)
    tolerance = 1e-6 if ending == "gsd" else 1e-15  # GSD keeps the box in single precision
    assert np.allclose(data.cell[:d, :d], sample.box, rtol=tolerance, atol=tolerance) and data.cell.pbc[:d] == (True,) * d
    assert data.cell[2, 2] == pytest.approx(1 if d == 2 else sample.box[2, 2], rel=tolerance)
    kinds = particles.particle_types
    assert [kinds.type_by_id(kind).name for kind in kinds] == ["AB"[kind] for kind in sample.types]
    diameters = sample.sizes * np.diag(sample.model.scales)[sample.types]
    drawn = particles["Radius"][...] if "Radius" in particles else np.array([kinds.type_by_id(kind).radius for kind in kinds])
    assert np.allclose(2 * drawn, diameters, rtol=1e-6)
    if sample.masses is not None:
        assert np.array_equal(particles.masses[...], sample.masses)
    if ending == "xyz":
        assert particles["Displacement"].vis is not None and np.array_equal(particles["Displacement"][...], particles["mode"][...])
        assert particles.identifiers[...].tolist() == list(range(sample.particles))
    else:
        assert data.cell.is2D == (d == 2)


# --- the fields themselves ----------------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["planar_glass", "small_glass", "mixture"])
def some_glass(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("number", [1, 5, 60])
def test_mode_vectors_solve_the_eigenproblem(some_glass, number):
    """H u = omega^2 m u with a plain Hessian; orthonormal in the metric of the masses; frequencies and participation of `find_modes`."""
    modes, (n, d) = vitrine.mode_vectors(some_glass, number), some_glass.positions.shape
    masses = np.ones(n) if some_glass.masses is None else some_glass.masses
    flat, weights = modes["vectors"].reshape(number, -1), np.repeat(masses, d)
    assert modes["vectors"].shape == (number, n, d) and modes["shares"].shape == (number, n)
    assert np.allclose(naive.hessian(some_glass) @ flat.T, weights[:, None] * flat.T * modes["omega"] ** 2, atol=1e-7 * modes["omega"][-1] ** 2)
    assert np.allclose((flat * weights) @ flat.T, np.eye(number), atol=1e-9)
    columns = find_modes(some_glass)
    assert np.allclose(modes["omega"], columns["omega"][:number], rtol=1e-9) and np.all(np.diff(modes["omega"]) >= 0)
    assert np.allclose(modes["participation"], columns["participation"][:number], rtol=1e-5)
    assert np.allclose(modes["shares"], masses * np.sum(modes["vectors"] ** 2, axis=2), rtol=1e-9, atol=1e-14)
    assert np.allclose(modes["shares"].sum(axis=1), 1, rtol=1e-12)
    assert np.all(np.max(flat, axis=1) == np.max(np.abs(flat), axis=1))


def test_the_number_of_modes(small_glass):
    whole = 3 * small_glass.particles - 3
    assert len(vitrine.mode_vectors(small_glass, whole)["omega"]) == whole and len(vitrine.mode_vectors(small_glass)["omega"]) == 10
    for number in (0, -1, whole + 1, 2.0, True, "all"):
        with pytest.raises(InputError, match=rf"modes is {number}: allowed are whole numbers from 1 to {whole}"):
            vitrine.mode_vectors(small_glass, number)


def test_responses_solve_the_linear_equations(some_glass):
    """H u is the dipole, the centre of mass rests, and the frequency of the response is that of `pinch_bonds`."""
    table, d = vitrine.pinch_bonds(some_glass), some_glass.dimension
    masses = np.ones(some_glass.particles) if some_glass.masses is None else some_glass.masses
    hessian, dipoles = naive.hessian(some_glass), naive.compatibility(some_glass)
    for place in (0, 11, len(table) - 1):
        i, j = table["i"][place], table["j"][place]
        u = vitrine.pinch_response(some_glass, (i, j))
        assert np.array_equal(u, vitrine.pinch_response(some_glass, (j, i))) and u.shape == (some_glass.particles, d)
        assert np.allclose(hessian @ u.ravel(), dipoles[place], atol=1e-8)
        assert np.allclose(masses @ u, 0, atol=1e-9 * np.abs(u).max() * masses.sum())
        assert np.sqrt(dipoles[place] @ u.ravel() / np.sum(masses[:, None] * u**2)) == pytest.approx(table["omega"][place], rel=1e-7)
        apart = some_glass.positions[j] - some_glass.positions[i]
        apart -= some_glass.box @ np.rint(np.linalg.inv(some_glass.box) @ apart)
        assert (u[j] - u[i]) @ apart > 0
    assert np.array_equal(
        pinch_responses(some_glass, [(table["i"][11], table["j"][11])])[0], vitrine.pinch_response(some_glass, (table["i"][11], table["j"][11]))
    )


def test_fields_of_what_is_no_glass(small_glass):
    hot = liquid(poly(), 160, 1.3)
    for action in (
        lambda: vitrine.mode_vectors(hot),
        lambda: vitrine.pinch_response(hot, Interactions.of(hot).i[:1].tolist() + Interactions.of(hot).j[:1].tolist()),
    ):
        with pytest.raises(SampleError, match="not a minimum"):
            action()
    for solver in ("dense", "scipy"):
        assert np.allclose(vitrine.mode_vectors(small_glass, 2, solver=solver)["omega"], mode_vectors(small_glass, 2)["omega"], rtol=1e-9)


# --- refusals -----------------------------------------------------------------------------------------------------------------------------------

N = 64
WRONG = {
    "number": ({"psi": np.ones(63)}, "frame 0: the array psi has the shape (63,), allowed are (64,) and (64, 2), of numbers and vectors"),
    "components": ({"u": np.ones((N, 3))}, "the array u has the shape (64, 3), allowed are (64,) and (64, 2)"),
    "vectors of others": ({"u": np.ones((4, 63, 2))}, "the array u_1 has the shape (63, 2), allowed are (64,) and (64, 2)"),
    "words": ({"u": ["a"] * N}, "the array u holds no real numbers, allowed are (64,) or (64, 2) of them"),
    "complex": ({"u": np.ones(N) * 1j}, "the array u holds no real numbers"),
    "nothing": ({"u": None}, "the array u holds no real numbers"),
    "ragged": ({"u": [[1.0], [1.0, 2.0]] * 32}, "the array u holds no real numbers"),
    "no name": ({"u v": np.ones(N)}, "frame 0: 'u v' is no name of an array, allowed are letters, digits and _, beginning with a letter"),
    "a taken name": ({"radius": np.ones(N)}, "radius is a name that every frame has already, another one is allowed, such as my_radius"),
    "what OVITO misreads": ({"Displacement": np.ones((N, 2))}, "frame 0: OVITO takes Displacement for a property of its own and misreads it"),
    "a taken word": ({"Lattice": "1 2 3"}, "Lattice is a name that every frame has already"),
}  # fmt: skip


@pytest.mark.parametrize("ending", ["xyz", "gsd"])
@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=[name.replace(" ", "_") for name in WRONG])
def test_what_cannot_be_written_is_one_sentence_and_leaves_the_file(tmp_path, planar_glass, ending, given, said):
    path = tmp_path / f"x.{ending}"
    vitrine.write(path, planar_glass)
    before = path.read_bytes()
    with pytest.raises(InputError) as error:
        vitrine.write(path, planar_glass, **given)
    assert said in str(error.value) and str(path) in str(error.value) and "\n" not in str(error.value)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_other_refusals(tmp_path, planar_glass):
    refused = {
        "x.png: cannot be written, allowed endings are .xyz and .gsd": lambda: vitrine.write(tmp_path / "x.png", planar_glass),
        "x.xyz: a ndarray is no sample": lambda: vitrine.write(tmp_path / "x.xyz", np.ones((2, 2))),
        "x.xyz: a str is no sample": lambda: vitrine.write(tmp_path / "x.xyz", ["glass.gsd"]),
        "x.xyz: psi is no list of one array for each of the 2 samples": lambda: vitrine.write(
            tmp_path / "x.xyz", [planar_glass] * 2, psi=[np.ones(64)]
        ),
        "x.xyz: omega is no list of one": lambda: vitrine.write(tmp_path / "x.xyz", [planar_glass] * 2, omega=3.0),
        "x.xyz: word is no list of one": lambda: vitrine.write(tmp_path / "x.xyz", [planar_glass] * 2, word="ab"),
        "no bond: allowed are two particles that interact": lambda: vitrine.pinch_response(planar_glass, 3),
        "the particles 0 and 0 do not interact: allowed are the bonds": lambda: vitrine.pinch_response(planar_glass, (0, 0)),
    }
    for said, action in refused.items():
        with pytest.raises(InputError) as error:
            action()
        assert said in str(error.value) and "\n" not in str(error.value)
    with pytest.raises(SampleError, match="NaN or infinity in positions"):
        vitrine.write(tmp_path / "x.xyz", planar_glass.moved(np.full_like(planar_glass.positions, np.nan)))
    assert list(tmp_path.iterdir()) == []
