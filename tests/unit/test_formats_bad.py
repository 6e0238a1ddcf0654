"""Files that are broken or hold something else: one sentence each, that names file, frame and trouble; the other frames still come."""

import dataclasses
import gzip
import io
import resource

import h5py
import numpy as np
import pytest
import vitrine
from foreign_files import data_text, dump_text, gsd_frame, put, write_gsd, write_h5md, xyz_text
from naive import jittered, strained
from vitrine.errors import InputError, SampleError
from vitrine.samples.foreign import read_frames
from vitrine.samples.formats import index_file
from vitrine.samples.formats.npz import write_npz

MODEL = vitrine.glass_former("binary_ipl", dimension=3, density=1.0)


@pytest.fixture(scope="module")
def sample():
    """125 particles of two types in a tilted box."""
    return strained(jittered(MODEL, 5, jitter=0.1), np.array([[1, 0.1, -0.05], [0, 1.02, 0.07], [0, 0, 0.97]]))


def refused(path):
    """What is said to a file that cannot be read at all."""
    with pytest.raises(InputError) as error:
        read_frames(path, MODEL)
    return one_sentence(path, error.value)


def one_sentence(path, error):
    text = str(error)
    assert "\n" not in text and len(text) < 450 and str(path) in text
    return text


def outcomes(path):
    """Of every frame None where it is a sample, else what is said of it."""
    found = read_frames(path, MODEL)
    for number, one in enumerate(found):
        if isinstance(one, SampleError):
            assert str(one).startswith(f"{path}: frame {number}: ")
            one_sentence(path, one)
        else:
            assert one.particles == 125
    assert index_file(path).frames == len(found)
    return [str(one).split(": ", 2)[2] if isinstance(one, SampleError) else None for one in found]


def lines_of(text):
    return text.splitlines(keepends=True)


def changed(text, number, line):
    """The text with another line of this number."""
    lines = lines_of(text)
    lines[number] = line
    return "".join(lines)


# --- text ---------------------------------------------------------------------------------------------------------------------------------------

WRITERS = {"x.dump": dump_text, "x.xyz": xyz_text}
SEVERAL = pytest.mark.parametrize("name", WRITERS)


@SEVERAL
def test_a_file_that_is_cut_off(tmp_path, sample, name):
    """Between lines, in a number of the last line, and in its header."""
    text = WRITERS[name](sample)
    rows = lines_of(text)
    for end, said in (
        ("".join(rows[:60]), "it is cut off: "),
        (text.rstrip()[:-3], "it is cut off: 124 of 125 particles are whole"),
        (text.rstrip(), "it is cut off: 124 of 125 particles are whole"),
    ):
        first, second, third = outcomes(put(tmp_path / name, text + text + end))
        assert first is second is None and said in third
    first, second, third = outcomes(put(tmp_path / name, text + "".join(rows[:60]) + text))
    assert first is third is None and "it is cut off: " in second
    header = outcomes(put(tmp_path / name, text + "".join(rows[: 3 if name == "x.dump" else 1])))
    assert header[0] is None and "cut off" in header[1] or "does not say its box" in header[1]


@SEVERAL
def test_gz_that_is_cut_off_or_damaged(tmp_path, sample, name):
    """Of one that is cut off the frames before still come; of a damaged one nobody knows where its bytes begin to be wrong."""
    moved = [dataclasses.replace(sample, positions=sample.positions + 0.1 * number) for number in range(6)]
    packed, path = gzip.compress("".join(map(WRITERS[name], moved)).encode()), tmp_path / f"{name}.gz"
    path.write_bytes(packed[: len(packed) * 3 // 4])
    *before, last = outcomes(path)
    assert before == [None] * 4 and last == "the gz file is cut off here"
    path.write_bytes(packed[:12])
    assert "the gz file is cut off here" in refused(path)
    for place in (200, len(packed) // 2, len(packed) - 6):
        path.write_bytes(packed[:place] + bytes([packed[place] ^ 0x5A]) + packed[place + 1 :])
        assert "the gz file is damaged (" in refused(path)


@SEVERAL
@pytest.mark.parametrize(
    ("value", "said"), [("nan", "NaN or infinity in positions"), ("inf", "NaN or infinity"), ("abc", "'abc'"), ("1.2.3", "'1.2.3'")]
)
def test_numbers_that_are_none(tmp_path, sample, name, value, said):
    text = WRITERS[name](sample)
    row = lines_of(text)[40].split()
    place = {"x.dump": 3, "x.xyz": 2}[name]
    broken = changed(text, 40, " ".join([*row[:place], value, *row[place + 1 :]]) + "\n")
    first, second, third = outcomes(put(tmp_path / name, text + broken + text))
    assert first is third is None and said in second


@SEVERAL
def test_lines_of_another_length(tmp_path, sample, name):
    text = WRITERS[name](sample)
    longer = changed(text, 40, lines_of(text)[40].rstrip("\n") + " 7\n")
    first, second = outcomes(put(tmp_path / name, text + longer))
    assert first is None and "entries where 125 particles of 5 columns make 625" in second


@SEVERAL
def test_a_header_that_promises_too_much(tmp_path, sample, name):
    """Refused before memory is set aside."""
    text, before = WRITERS[name](sample), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    huge = text.replace("125\n", "10000000000\n", 1)
    assert huge != text
    found = outcomes(put(tmp_path / name, huge + text))
    assert "it promises 10000000000 particles, which do not fit into its " in found[0]
    assert found[1:] == [None] and index_file(tmp_path / name).particles == (0, 125)
    assert "it promises 99999999999999999999 particles" in outcomes(put(tmp_path / name, text.replace("125\n", f"{10**20 - 1}\n", 1)))[0]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


@SEVERAL
def test_a_number_of_particles_that_is_not_said(tmp_path, sample, name):
    text = WRITERS[name](sample)
    for number in ("", "many", "-3", "12.5"):
        first, second, third = outcomes(put(tmp_path / name, text + text.replace("125\n", f"{number}\n" if number else "", 1) + text))
        assert first is third is None and "it does not say its number of particles" in second


@SEVERAL
@pytest.mark.parametrize("said", ["124", "126"])
def test_another_number_of_particles_than_there_are(tmp_path, sample, name, said):
    text = WRITERS[name](sample)
    first, *between, last = outcomes(put(tmp_path / name, text + text.replace("125\n", f"{said}\n", 1) + text))
    assert first is last is None and all(one is not None for one in between)


@SEVERAL
def test_encodings_that_are_none(tmp_path, sample, name):
    text, rubbish = WRITERS[name](sample), np.random.default_rng(1).integers(0, 256, 5000).astype(np.uint8).tobytes()
    assert "it is text in UTF-16, allowed is UTF-8" in refused(put(tmp_path / name, text.encode("utf-16")))
    assert "it is no text, it holds bytes that are zero" in refused(put(tmp_path / name, text.encode("utf-16-le")))
    assert "it is no text" in refused(put(tmp_path / name, rubbish))
    assert "it is no text" in refused(put(tmp_path / f"{name}.gz", rubbish))
    latin = changed(text, 20, "# Glas f\xfcr dich\n").encode("latin-1")
    assert "it is no text in UTF-8 (it holds the byte 0xfc), allowed is UTF-8" in refused(put(tmp_path / name, latin))
    late = text.encode() + changed(text, 100, "1 1 \xfc 2 3\n").encode("latin-1") + text.encode()
    first, second, third = outcomes(put(tmp_path / name, late))
    assert first is third is None and "it is no text in UTF-8" in second


@pytest.mark.parametrize("name", ["x.dump", "x.xyz", "x.data"])
def test_an_empty_file(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    text = str(outcomes(tmp_path / name)) if name == "x.data" else refused(tmp_path / name)
    assert "holds no frame" in text or "does not say its number of particles" in text


def test_headers_of_a_dump(tmp_path, sample):
    text = dump_text(sample)
    bounds = next(number for number, line in enumerate(lines_of(text)) if "BOX BOUNDS" in line)
    double = lines_of(text)
    double[40] = double[41]
    for broken, said in (
        (changed(text, bounds + 2, "1 zwei 0\n"), "the bounds of its box are no numbers"),
        (changed(text, bounds + 2, "0 5\n"), "the bounds of its box are no numbers"),
        (changed(text, bounds, "ITEM: BOX BOUNDS pp pp pp\n"), "it does not say its box in three whole lines"),
        (text.replace("ITEM: BOX BOUNDS", "ITEM: BOX"), "it does not say its box in three whole lines"),
        (text.replace("id type x y z", "id type vx vy vz"), "it has no positions: allowed are columns x y z"),
        (text.replace("id type x y z", "id type x y"), "it has 625 entries where 125 particles of 4 columns make 500"),
        ("".join(double), "two particles have the id "),
        (changed(text, 40, "7.5 1 1 2 3\n"), "id of a particle is no whole number"),
    ):
        first, second = outcomes(put(tmp_path / "x.dump", broken + text))
        assert said in first and second is None, said


def test_headers_of_extended_xyz(tmp_path, sample):
    text = xyz_text(sample)
    comment = lines_of(text)[1]
    for broken, said in (
        (text.replace("Lattice", "Cell"), 'it does not say its box: Lattice="ax ay az bx by bz cx cy cz"'),
        (changed(text, 1, 'Lattice="1 2 3" Properties=species:S:1:pos:R:3:radius:R:1\n'), "it does not say its box"),
        (changed(text, 1, comment.replace('Lattice="', 'Lattice="x')), "its Lattice or Origin is not made of numbers"),
        (text.replace("pos:R:3", "place:R:3"), "it has no positions"),
        (text.replace("pos:R:3", "pos:R:30000000000"), "its Properties are no list of name:kind:columns"),
        (text.replace("pos:R:3", "pos:R"), "its Properties are no list of name:kind:columns"),
    ):
        first, second = outcomes(put(tmp_path / "x.xyz", broken + text))
        assert said in first and second is None, said
    plain = "2\na comment\nA 0 0 0\nB 1 1 1\n"
    assert ["it does not say its box" in one for one in outcomes(put(tmp_path / "x.xyz", plain))] == [True]


def test_data_files(tmp_path, sample):
    text = data_text(sample)
    rows = lines_of(text)
    start = rows.index("Atoms # atomic\n")
    for broken, said in (
        ("".join(rows[: start + 60]), "it is cut off: 58 of 125 particles are whole"),
        ("".join(rows[: start + 60])[:-4], "it is cut off: 57 of 125 particles are whole"),
        ("".join(rows[:start]), "it has no section Atoms: it is cut off, or no data file"),
        (text.replace("125 atoms\n", ""), "it does not say its number of particles"),
        (text.replace("125 atoms", "10000000000 atoms"), "it promises 10000000000 particles"),
        (text.replace("xlo xhi", "x y"), "it does not say its box"),
        (text.replace("Atoms # atomic", "Atoms # dipole"), "it has the atom style dipole: allowed are Atoms # atomic, Atoms # charge"),
        (text.replace("Atoms # atomic", "Atoms # charge"), "a line of Atoms has 5 entries, in atom style charge it has 6, or 9 with image flags"),
        (data_text(sample, "charge", hint=False), "it does not say its atom style behind Atoms: allowed are Atoms # atomic"),
        (changed(text, start + 10, "9 1 nan 0 0\n"), "NaN or infinity in positions"),
        (changed(text, start + 10, "9 1 eins 0 0\n"), "'eins'"),
        (text.replace("2 1.0 # a comment\n", ""), "its section Masses has no mass of type 2"),
        (text.replace("2 1.0 # a comment\n", "2 heavy\n"), "its section Masses is not made of a type and a mass a line"),
        (text.replace("a glass", "Gl\xe4ser", 1).encode("latin-1"), None),
    ):
        path = put(tmp_path / "x.data", broken)
        if said is None:
            assert "it is no text in UTF-8" in refused(path)
        else:
            (found,) = outcomes(path)
            assert said in found, (said, found)
    packed = gzip.compress(text.encode())
    (tmp_path / "x.data.gz").write_bytes(packed[: len(packed) // 2])
    assert outcomes(tmp_path / "x.data.gz") == ["the gz file is cut off here"]


# --- binary -------------------------------------------------------------------------------------------------------------------------------------


def test_gsd_files(tmp_path, sample):
    path = write_gsd(tmp_path / "x.gsd", [gsd_frame(sample)] * 3)
    assert outcomes(path) == [None] * 3
    content = path.read_bytes()
    path.write_bytes(content[:200])
    assert "not a whole GSD file" in refused(path)
    lying = gsd_frame(sample)
    lying.particles.N = 4_000_000_000
    for name in ("position", "typeid", "diameter", "types"):
        setattr(lying.particles, name, None)
    import gsd.fl

    with gsd.fl.open(str(path), "w", application="x", schema="hoomd", schema_version=[1, 4]) as file:
        file.write_chunk("particles/N", np.array([4_000_000_000], dtype=np.uint32))
        file.end_frame()
    assert index_file(path).particles == (0,)
    assert "it says that it holds 4000000000 particles" in outcomes(path)[0]


def test_npz_files(tmp_path, sample):
    path, good = tmp_path / "x.npz", {"positions": sample.positions, "box": sample.box, "types": sample.types}
    np.savez(path, **good)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert "not a whole NPZ file" in refused(path)
    np.savez(path, coordinates=sample.positions)
    assert "has no array positions, it holds coordinates.npy" in refused(path)
    np.savez(path, positions=sample.positions.ravel())
    assert "positions have the shape (375,): allowed are (N, d) and (F, N, d)" in refused(path)
    for change, said in (
        ({"box": None}, "it does not say its box: there is no array box"),
        ({"box": np.ones((2, 5))}, "the array box has the shape (2, 5)"),
        ({"types": np.zeros(7, dtype=int)}, "the array types has the shape (7,)"),
        ({"types": np.full(125, 0.5)}, "its types are of kind float64: allowed are whole numbers and words"),
        ({"types": np.full(125, 3), "type_names": ["A", "B"]}, "a particle has the type 3, and there are 2 names in type_names"),
        ({"masses": np.ones(3)}, "the array masses has the shape (3,)"),
        ({"positions": np.full((125, 3), "x")}, "its positions are no numbers"),
        ({"types": np.array([None] * 125)}, "the array types cannot be read: Object arrays cannot be loaded"),
    ):
        np.savez(path, **{name: array for name, array in (good | change).items() if array is not None})
        (found,) = outcomes(path)
        assert said in found, (said, found)


def test_npz_that_promises_too_much(tmp_path, sample):
    """A header of 10^10 particles over a few bytes."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**10, 3)})
    import zipfile

    np.savez(tmp_path / "x.npz", box=sample.box)
    with zipfile.ZipFile(tmp_path / "x.npz", "a") as archive:
        archive.writestr("positions.npy", header.getvalue() + bytes(240))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "the array positions promises the shape (10000000000, 3), which its bytes do not hold" in outcomes(tmp_path / "x.npz")[0]
    assert index_file(tmp_path / "x.npz").particles == (0,)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_h5md_files(tmp_path, sample):
    path = write_h5md(tmp_path / "x.h5", [sample] * 2)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert "not a whole H5MD file" in refused(path)
    path.write_bytes(b"no HDF5\n" * 100)
    assert "not a whole H5MD file" in refused(path)
    with h5py.File(path, "w") as file:
        file["x"] = 1
    assert "has no particles/<group>/position" in refused(path)

    def edited(edit):
        write_h5md(path, [sample] * 2)
        with h5py.File(path, "r+") as file:
            edit(file["particles"])
        return path

    assert "has positions of the groups A, B: allowed is one" in refused(edited(lambda file: [file.copy("all", "A"), file.move("all", "B")]))

    def shape(file):
        del file["all/position/value"]
        file["all/position/value"] = np.zeros(7)

    assert "positions have the shape (7,): allowed is (F, N, d)" in refused(edited(shape))

    def other_steps(file):
        del file["all/box/edges/step"]
        file["all/box/edges/step"] = [7, 8]

    def huge(file):
        del file["all/position/value"]
        file["all/position"].create_dataset("value", shape=(2, 10**10, 3), dtype=float, chunks=(1, 1000, 3))

    for edit, said in (
        (lambda file: file["all"].__delitem__("box"), "it does not say its box"),
        (
            lambda file: (file["all/box/edges"].__delitem__("step"), file["all/box/edges"].__setitem__("step", [7, 8])),
            "its edges is not given at step ",
        ),
        (lambda file: (file["all"].__delitem__("species"), file["all"].__setitem__("species", np.zeros(7))), "its species has the shape (7,)"),
        (huge, "its positions promise the shape (2, 10000000000, 3), which the file does not hold"),
    ):
        first, second = outcomes(edited(edit))
        assert said in first and said in second, (said, first)


# --- samples that cannot be ------------------------------------------------------------------------------------------------------------------------


def test_two_particles_at_the_same_place(tmp_path, sample):
    """Also through the boundary, and to the digits of the file."""
    positions = sample.positions.copy()
    positions[17] = positions[90]
    through = positions.copy()
    through[17] += sample.box[:, 0] - 2 * sample.box[:, 2]
    for place, form in ((positions, ".17g"), (through, ".17g"), (through, ".6g")):
        path = put(tmp_path / "x.dump", dump_text(dataclasses.replace(sample, positions=place), form=form) + dump_text(sample))
        first, second = outcomes(path)
        assert first == "particles 17 and 90 (counted from 0) lie at the same place, of 1 such pairs" and second is None


def test_a_box_without_volume_or_too_narrow(tmp_path, sample):
    flat = dataclasses.replace(sample, box=sample.box @ np.diag([1, 1, 0]))
    narrow = dataclasses.replace(sample, box=sample.box @ np.diag([1, 1, 0.5]), positions=sample.positions * [1, 1, 0.5])
    path = put(tmp_path / "x.xyz", xyz_text(flat, cell=flat.box) + xyz_text(narrow) + xyz_text(sample))
    first, second, third = outcomes(path)
    assert "its box has no volume: its edge vectors are " in first and third is None
    assert "below twice the range of the interaction, 4.144" in second


def test_what_is_no_file_that_can_be_read(tmp_path):
    assert "there is no such file" in refused(tmp_path / "none.dump")
    assert "there is no such file" in refused(tmp_path)
    (tmp_path / "x.pdb").write_text("ATOM\n")
    text = refused(tmp_path / "x.pdb")
    for ending in (".gsd", ".dump", ".atom", ".lammpstrj", ".data", ".lmp", ".xyz", ".extxyz", ".gz", ".npz", ".h5", ".h5md"):
        assert ending in text
    (tmp_path / "x").write_bytes(b"\x00\x01\x02")
    assert "cannot be read, allowed are" in refused(tmp_path / "x")


def test_nothing_is_left_half_written(tmp_path, sample):
    write_npz(tmp_path / "x.npz", [sample])
    content = (tmp_path / "x.npz").read_bytes()
    with pytest.raises(AttributeError):
        write_npz(tmp_path / "x.npz", [dataclasses.replace(sample, model=None)])
    assert (tmp_path / "x.npz").read_bytes() == content and [path.name for path in tmp_path.iterdir()] == ["x.npz"]


# --- bytes at random ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["x.dump", "x.dump.gz", "x.data", "x.xyz", "x.gsd", "x.h5", "x.npz", "plain.npz"])
def test_bytes_that_are_lost_or_changed_never_end_in_a_traceback(tmp_path, sample, name):
    """Each file cut off, with bytes changed anywhere or in its head, or with some left out: a sample, or a sentence."""
    texts = {"x.dump": dump_text(sample) * 2, "x.dump.gz": dump_text(sample) * 2, "x.data": data_text(sample), "x.xyz": xyz_text(sample) * 2}
    path, rng = tmp_path / name, np.random.default_rng(7)
    if name in texts:
        put(path, texts[name])
    elif name.endswith(".npz"):
        np.savez(path, positions=sample.positions, box=sample.box, types=sample.types)
        if name == "x.npz":
            write_npz(path, [sample] * 2)
    else:
        {"x.gsd": lambda: write_gsd(path, [gsd_frame(sample)] * 2), "x.h5": lambda: write_h5md(path, [sample] * 2)}[name]()
    whole, sentences = path.read_bytes(), 0
    for trial in range(48):
        content, start = bytearray(whole), int(rng.integers(len(whole)))
        if trial % 4 == 0:
            del content[start:]
        elif trial % 4 == 3:
            del content[start : start + int(rng.integers(1, 200))]
        else:
            for place in rng.integers(len(whole) if trial % 4 == 1 else min(600, len(whole)), size=3):
                content[place] = rng.integers(256)
        path.write_bytes(content)
        try:
            found = [one for one in read_frames(path, MODEL) if isinstance(one, SampleError)]
        except InputError as error:
            found = [error]
        sentences += len([one_sentence(path, error) for error in found])
    assert sentences > 10
