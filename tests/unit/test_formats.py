"""Formats of others: what each holds, as read and as indexed; which file is which; what is loaded for it; NPZ as it is written."""

import dataclasses
import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import vitrine
from foreign_files import data_text, dump_text, gsd_frame, put, write_gsd, write_h5md, xyz_text
from naive import SMALL, jittered, poly, strained
from vitrine.errors import InputError
from vitrine.models import glass_former
from vitrine.samples.formats import FileIndex, frames_of, index_file
from vitrine.samples.formats.npz import write_npz

SCRIPTS = Path(vitrine.__file__).resolve().parents[1]
SHEAR = np.array([[1, 0.2, -0.15], [0, 1.02, 0.1], [0, 0, 0.97]])
KOB_ANDERSEN = vitrine.glass_former("kob_andersen")


@pytest.fixture(scope="module")
def solid():
    """64 particles of many sizes in a tilted box."""
    return strained(jittered(poly(**SMALL), 4), SHEAR)


@pytest.fixture(scope="module")
def mixture():
    """64 particles of two types in a tilted box."""
    return strained(jittered(KOB_ANDERSEN, 4), SHEAR)


@pytest.fixture(scope="module")
def planar():
    """36 particles of two types in the plane."""
    return strained(jittered(glass_former("binary_ipl", vitrine.GLASS_FORMERS["binary_ipl"]), 6), SHEAR[:2, :2])


def one(path):
    ((number, frame),) = frames_of(path)
    assert number == 0 and not isinstance(frame, Exception), frame
    index = index_file(path)
    assert index.particles == (len(frame.positions),) and index.frames == 1
    return frame


def same(frame, sample, rtol=0.0, places=1e-14):
    """The frame holds the sample: coordinates, where they begin, box and types."""
    d = sample.dimension
    assert frame.positions.dtype == frame.cell.dtype == np.float64
    moved = frame.positions[:, :d] - frame.origin[:d] - sample.positions
    images = np.rint(moved @ np.linalg.inv(sample.box).T)
    assert np.abs(moved - images @ sample.box.T).max() <= places * sample.box.max()
    assert frame.cell[:d, :d] == pytest.approx(sample.box, rel=max(rtol, 1e-15), abs=1e-14)
    assert [frame.names[place] for place in frame.types] == [frame.names[frame.types[np.argmax(sample.types == kind)]] for kind in sample.types]


COLUMNS = ("id type x y z", "id type xu yu zu", "id type xs ys zs", "id type xsu ysu zsu", "type x y z ix iy iz id", "id xs ys zs ix iy iz element")


@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize("columns", COLUMNS)
def test_dump(tmp_path, mixture, columns, packed):
    """Ids in any order and with gaps, a lower corner that is not zero, unwrapped or not: one configuration."""
    rng = np.random.default_rng(3)
    ids = np.sort(rng.choice(1000, 64, replace=False)) + 1
    text = dump_text(mixture, columns, low=(-3.25, 1.5, 0.75), images=rng.integers(-3, 4, (64, 3)), ids=ids, order=rng.permutation(64))
    frame = one(put(tmp_path / f"x.dump{packed}", text))
    same(frame, mixture, places=3e-15 if "u" not in columns else 1e-14)
    assert frame.origin == pytest.approx([-3.25, 1.5, 0.75], abs=1e-15) and frame.digits >= 16
    assert frame.names == (("A", "B") if "element" in columns else ("1", "2")) and "sorted by id" in frame.done
    assert frame.step == 0 and frame.diameters is frame.masses is None


def test_dump_without_ids_keeps_the_order_of_the_file(tmp_path, mixture):
    frame = one(put(tmp_path / "x.dump", dump_text(mixture, "type x y z")))
    assert np.array_equal(frame.positions, mixture.positions) and frame.done == ()


def test_seventeen_digits_keep_every_bit(tmp_path, mixture):
    frame = one(put(tmp_path / "x.dump", dump_text(mixture)))
    assert np.array_equal(frame.positions, mixture.positions) and frame.digits == 17
    assert one(put(tmp_path / "y.dump", dump_text(mixture, form=".6g"))).digits == 6
    assert one(put(tmp_path / "z.dump", dump_text(mixture, "id type xs ys zs", form=".9f"))).digits == 9


@pytest.mark.parametrize("columns", ["id type x y", "id type xs ys", "id type x y z", "id type xsu ysu zsu"])
def test_planar_dump(tmp_path, planar, columns):
    """Without a column z the format says that it is planar; with one that is always the same it leaves it open."""
    path = put(tmp_path / "x.dump", dump_text(planar, columns, low=(1.0, -2.0)))
    frame = one(path)
    same(frame, planar)
    assert index_file(path).dimension == 2 and frame.planar is (True if "z" not in columns else None)


def test_sizes_and_masses_of_a_dump(tmp_path, solid):
    heavy = dataclasses.replace(solid, masses=np.linspace(1, 2, 64))
    for columns in ("id type diameter mass x y z", "id type radius mass x y z"):
        frame = one(put(tmp_path / "x.dump", dump_text(heavy, columns, order=range(63, -1, -1))))
        assert np.array_equal(frame.diameters, solid.sizes) and np.array_equal(frame.masses, heavy.masses)
        assert ("sizes are twice the radius" in frame.done) == ("radius" in columns)


def test_frames_of_a_dump_come_in_one_pass_by_their_numbers(tmp_path, mixture, solid):
    """Two numbers of particles, units and times between frames as LAMMPS writes them, and a file longer than what is read at once."""
    smaller = jittered(KOB_ANDERSEN, 3)
    texts = [f"ITEM: TIME\n{step / 8}\n" + dump_text(mixture if step % 3 else smaller, step=step) for step in range(12)]
    path = put(tmp_path / "x.lammpstrj", "ITEM: UNITS\nlj\n" + "".join(texts))
    assert index_file(path) == FileIndex(path, "LAMMPS dump", tuple(64 if step % 3 else 27 for step in range(12)), 3)
    found = list(frames_of(path, [7, 3, 11, 3]))
    assert [(number, frame.step, frame.time, len(frame.positions)) for number, frame in found] == [
        (3, 3, 0.375, 27),
        (7, 7, 0.875, 64),
        (11, 11, 1.375, 64),
    ]
    with pytest.raises(InputError, match="has no frame 12, it holds 12: allowed are 0 to 11"):
        list(frames_of(path, [12]))


def test_a_block_may_end_anywhere(tmp_path, monkeypatch, mixture):
    path = put(tmp_path / "x.dump", "".join(dump_text(mixture, step=step) for step in range(3)))
    size = path.stat().st_size // 3
    whole = [frame.positions for _, frame in frames_of(path)]
    for block in (7, 100, size - 3, size, size + 5):
        monkeypatch.setattr("vitrine.samples.formats.text.BLOCK", block)
        assert np.array_equal([frame.positions for _, frame in frames_of(path)], whole)


def test_a_general_box_of_a_dump(tmp_path, mixture):
    """LAMMPS's newer boxes: three edge vectors and the origin, a line each."""
    head, table = dump_text(mixture).split("ITEM: BOX BOUNDS")
    rows = np.column_stack([mixture.box.T, np.zeros(3)])
    bounds = "".join(" ".join(f"{value:.17g}" for value in row) + "\n" for row in rows)
    frame = one(put(tmp_path / "x.dump", head + "ITEM: BOX BOUNDS abc origin pp pp pp\n" + bounds + table[table.index("ITEM: ATOMS") :]))
    same(frame, mixture)
    assert np.array_equal(frame.cell, mixture.box)


@pytest.mark.parametrize("style", ["atomic", "charge", "sphere", "full"])
@pytest.mark.parametrize("images", [False, True])
def test_data_file(tmp_path, mixture, style, images):
    flags = np.random.default_rng(1).integers(-2, 3, (64, 3)) if images else None
    text = data_text(mixture, style, low=(-1.0, 2.0, 0.5), images=flags, order=range(63, -1, -1), masses=(1.0, 2.5))
    frame = one(put(tmp_path / "x.data", text))
    same(frame, mixture)
    assert frame.names == ("1", "2") and np.array_equal(frame.types, mixture.types) and frame.digits >= 16
    expected = np.full(64, np.pi / 6) if style == "sphere" else np.where(mixture.types == 0, 1.0, 2.5)
    assert frame.masses == pytest.approx(expected, rel=1e-15)
    assert (frame.diameters is None) == (style != "sphere")


def test_data_file_without_a_style_and_with_labels(tmp_path, mixture, planar):
    same(one(put(tmp_path / "x.lmp", data_text(mixture, hint=False))), mixture)
    labelled = one(put(tmp_path / "y.lmp.gz", data_text(mixture, "charge", labels=("big", "small"), masses=(1.0, 3.0))))
    assert labelled.names == ("big", "small") and np.array_equal(labelled.masses, np.where(mixture.types == 0, 1.0, 3.0))
    path = put(tmp_path / "z.data", data_text(planar))
    same(one(path), planar)
    assert index_file(path).dimension == 2


@pytest.mark.parametrize("packed", ["", ".gz"])
def test_extended_xyz(tmp_path, solid, mixture, planar, packed):
    texts = [xyz_text(mixture, low=(-1.0, 2.0, 0.5)), xyz_text(solid, sizes="diameter", names=("X",))]
    path = put(tmp_path / f"x.xyz{packed}", "".join(texts))
    assert index_file(path).particles == (64, 64)
    (_, first), (_, second) = frames_of(path)
    same(first, mixture)
    same(second, solid)
    assert first.names == ("A", "B") and np.array_equal(second.diameters, solid.sizes) and second.names == ("X",)
    assert np.array_equal(first.diameters, mixture.sizes) and first.done == ("sizes are twice the radius",)
    flat = put(tmp_path / "y.extxyz", xyz_text(planar, pbc="T T F"))
    same(one(flat), planar)
    assert index_file(flat).dimension == 2 and [number for number, _ in frames_of(path, [1])] == [1]


def test_extended_xyz_of_ase(tmp_path, mixture):
    """An independent writer, whose names are those of elements and whose numbers have eight decimals."""
    ase, ase_io = pytest.importorskip("ase"), pytest.importorskip("ase.io")
    atoms = ase.Atoms(np.array(["Si", "O"])[mixture.types], positions=mixture.positions, cell=mixture.box.T, pbc=True)
    ase_io.write(tmp_path / "x.extxyz", [atoms, atoms], format="extxyz")
    _, (_, frame) = frames_of(tmp_path / "x.extxyz")
    same(frame, mixture, places=1e-8, rtol=1e-8)
    assert set(frame.names) == {"Si", "O"}


def test_data_file_of_ase(tmp_path, mixture):
    """An independent writer; its cell is upper triangular already."""
    ase, ase_io = pytest.importorskip("ase"), pytest.importorskip("ase.io")
    atoms = ase.Atoms(np.array(["Si", "O"])[mixture.types], positions=mixture.positions, cell=mixture.box.T, pbc=True)
    ase_io.write(tmp_path / "x.data", atoms, format="lammps-data", specorder=["Si", "O"], masses=True)
    frame = one(tmp_path / "x.data")
    same(frame, mixture, places=1e-7, rtol=1e-7)
    assert np.array_equal(frame.types, mixture.types) and len(np.unique(frame.masses)) == 2


@pytest.mark.parametrize(("kind", "digits"), [(np.float64, 16), (np.float32, 7)])
def test_h5md(tmp_path, mixture, solid, planar, kind, digits):
    moved = dataclasses.replace(mixture, positions=mixture.positions + 0.25)
    path = write_h5md(tmp_path / "x.h5", [mixture, moved], kind=kind, names=("A", "B"), mass=np.linspace(1, 2, 64))
    assert index_file(path) == FileIndex(path, "H5MD", (64, 64), 3)
    (_, first), (_, second) = frames_of(path)
    same(first, mixture, places=1e-15 if digits == 16 else 1e-7)
    same(second, moved, places=1e-15 if digits == 16 else 1e-7)
    assert (first.names, first.digits, second.step, second.time) == (("A", "B"), digits, 100, 0.5)
    assert np.array_equal(first.types, mixture.types) and np.array_equal(second.masses, np.linspace(1, 2, 64))
    same(one(write_h5md(tmp_path / "y.h5md", [planar])), planar)
    cube = jittered(poly(**SMALL), 4)
    frame = one(write_h5md(tmp_path / "z.h5", [cube], fixed_box=True, ids=np.arange(64)[::-1]))
    assert np.array_equal(frame.positions, cube.positions[::-1]) and frame.done == ("sorted by id",) and frame.names == ("1",)


def test_particles_of_h5md_that_are_not_there(tmp_path, solid):
    """Places with a negative id hold no particle."""
    ids = np.where(np.arange(64) % 4 == 0, -1, np.arange(64))
    ((_, frame),) = frames_of(write_h5md(tmp_path / "x.h5", [solid], ids=ids))
    assert np.array_equal(frame.positions, solid.positions[ids >= 0]) and np.array_equal(frame.diameters, solid.sizes[ids >= 0])


@pytest.mark.parametrize("precision", ["single", "double"])
def test_gsd(tmp_path, mixture, planar, precision):
    path = write_gsd(tmp_path / "x.gsd", [gsd_frame(mixture, mass=np.full(64, 2.0)), gsd_frame(jittered(KOB_ANDERSEN, 3))], precision)
    assert index_file(path) == FileIndex(path, "GSD", (64, 27), 3)
    frame = next(frames_of(path, [0]))[1]
    same(frame, mixture, rtol=1e-6, places=1e-6)
    assert frame.digits == (7 if precision == "single" else 16) and np.all(frame.masses == 2) and "box in single precision" in frame.done
    for height in (0.0, 1.0):  # HOOMD 3 and later, HOOMD 2
        flat = write_gsd(tmp_path / "y.gsd", [gsd_frame(planar, height=height)], precision)
        same(one(flat), planar, rtol=1e-6, places=1e-6)
        assert index_file(flat).dimension == 2 and one(flat).planar is True


def test_npz_holds_what_was_written(tmp_path, mixture, planar, solid):
    heavy = dataclasses.replace(mixture, masses=np.where(mixture.types == 0, 1.0, 3.0))
    write_npz(tmp_path / "x.npz", [mixture, heavy])
    (_, first), (_, second) = frames_of(tmp_path / "x.npz")
    for frame in (first, second):
        assert np.array_equal(frame.positions, mixture.positions) and np.array_equal(frame.cell, mixture.box) and not frame.origin.any()
        assert frame.names == ("A", "B") and np.array_equal(frame.types, mixture.types) and np.array_equal(frame.diameters, mixture.sizes)
    assert np.all(first.masses == 1) and np.array_equal(second.masses, heavy.masses) and first.digits == 16
    write_npz(tmp_path / "y.npz", [planar])
    assert np.array_equal(one(tmp_path / "y.npz").positions, planar.positions) and index_file(tmp_path / "y.npz").dimension == 2
    with pytest.raises(InputError, match=r"y.npz: an NPZ file holds samples of one number of particles and dimension"):
        write_npz(tmp_path / "y.npz", [planar, solid])
    assert index_file(tmp_path / "y.npz").particles == (36,)


def test_npz_of_others(tmp_path, mixture):
    """One frame, words for types, one edge for a cube, radii, single precision, a corner."""
    cube = jittered(KOB_ANDERSEN, 4)
    edge, words = cube.box[0, 0], np.array(["big", "small"])[cube.types]
    plain = {"positions": cube.positions.astype(np.float32) - 2, "origin": [-2, -2, -2], "types": words, "radii": cube.sizes / 2, "step": 7}
    for box in (edge, [edge] * 3, np.eye(3) * edge):
        np.savez(tmp_path / "x.npz", box=box, other=np.zeros(3), **plain)
        frame = one(tmp_path / "x.npz")
        same(frame, cube, places=1e-6)
        assert (frame.names, frame.digits, frame.step) == (("big", "small"), 7, 7) and np.array_equal(frame.diameters, cube.sizes)
    several = np.stack([mixture.positions] * 3)
    np.savez_compressed(
        tmp_path / "x.npz", positions=several, box=np.stack([mixture.box] * 3), types=np.stack([mixture.types] * 3), time=[0.0, 0.5, 1.0]
    )
    assert index_file(tmp_path / "x.npz").particles == (64, 64, 64)
    for number, frame in frames_of(tmp_path / "x.npz"):
        assert np.array_equal(frame.positions, mixture.positions) and frame.names == ("0", "1") and frame.time == 0.5 * number


def test_the_content_tells_where_the_ending_does_not(tmp_path, mixture, solid):
    texts = {"LAMMPS dump": dump_text(mixture), "LAMMPS data file": data_text(mixture)}
    for name in ("glass.1000", "data", "x.atom", "x.lmp", "x.data.gz", "dump.gz"):
        for kind, text in texts.items():
            assert index_file(put(tmp_path / name, text)).format == kind
    packed_without_a_word = tmp_path / "x.dump"
    packed_without_a_word.write_bytes(gzip.compress(texts["LAMMPS dump"].encode()))
    assert index_file(packed_without_a_word).particles == (64,)
    assert index_file(put(tmp_path / "UPPER.XYZ", xyz_text(mixture))).format == "extended XYZ"
    write_npz(tmp_path / "x.npz", [solid])
    (tmp_path / "x.npz").rename(tmp_path / "nameless")
    assert index_file(tmp_path / "nameless").format == "NPZ"
    assert index_file(write_h5md(tmp_path / "x.hdf5", [solid])).format == "H5MD"
    assert index_file(write_gsd(tmp_path / "restart", [gsd_frame(mixture)])).format == "GSD"


@pytest.mark.parametrize("name", ["x.dump", "x.data", "x.xyz"])
def test_texts_of_other_systems(tmp_path, mixture, name):
    """Lines that end in carriage return and line feed, and a byte-order mark."""
    text = {"x.dump": dump_text, "x.data": data_text, "x.xyz": xyz_text}[name](mixture)
    same(one(put(tmp_path / name, text.replace("\n", "\r\n"))), mixture)
    same(one(put(tmp_path / name, "\ufeff" + text)), mixture)
    same(one(put(tmp_path / f"{name}.gz", "\ufeff" + text.replace("\n", "\r\n"))), mixture)


LOADED = """
import json, sys
from vitrine.samples.formats import index_file
for path in sys.argv[1:]:
    index_file(path)
print(json.dumps([name for name in ("ase", "h5py", "scipy", "pandas", "numba") if name in sys.modules]))
"""


def test_an_index_loads_no_library_that_it_does_not_need(tmp_path, mixture, solid):
    paths = [
        put(tmp_path / "x.dump", dump_text(mixture)),
        put(tmp_path / "x.data", data_text(mixture)),
        put(tmp_path / "x.xyz.gz", xyz_text(mixture)),
    ]
    paths.append(write_gsd(tmp_path / "x.gsd", [gsd_frame(mixture)]))
    write_npz(tmp_path / "x.npz", [solid])
    for given, loaded in (([*paths, tmp_path / "x.npz"], []), ([write_h5md(tmp_path / "x.h5", [solid])], ["h5py"])):
        command = [sys.executable, "-c", LOADED, *map(str, given)]
        done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(SCRIPTS)})
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == loaded
