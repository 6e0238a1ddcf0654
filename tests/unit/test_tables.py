"""Tables on disk: round trip with units and provenance, whole or not at all, and never another table than the one asked for."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from vitrine import tables
from vitrine.errors import InputError
from vitrine.observables import known_tables
from vitrine.observables.modes import MODES
from vitrine.parquet import NO_KEY, Key, read_provenance, read_table, write_table
from vitrine.points import MODEL, PARENT_TEMPERATURE, PARTICLES, Axis, Point
from vitrine.schema import LENGTH, Table, names_of
from vitrine.tables import GLASSES

OF_STUDIES = [value for value in vars(tables).values() if isinstance(value, Table)]
TABLES = {table.name: table for table in (*OF_STUDIES, *known_tables().values())}
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
PRESSURE = Axis("control_pressure", "p", "p", "epsilon/lambda_min^d", "pressure of the barostat", leaf="preparation.dynamics.pressure")
POINT = Point((PARTICLES, PARENT_TEMPERATURE, PRESSURE, MODEL), (160, 0.55, -1.25, "poly"))


def rows(table, number=5, key=NO_KEY):
    """Rows of random content, with a key of their own where one is asked for."""
    rng = np.random.default_rng(1)
    make = {
        "double": lambda: rng.standard_normal(number),
        "int32": lambda: rng.integers(0, 2**31 - 1, number),
        "int64": lambda: rng.integers(0, 2**62, number),
        "bool": lambda: rng.random(number) < 0.5,
        "string": lambda: np.array([f"word {k}" for k in range(number)], dtype=object),
    }
    return pd.DataFrame({column.name: make[column.type]() for column in (*key.columns, *table.columns)})


@every_table
def test_round_trip_bit_for_bit(table, tmp_path):
    frame = rows(table)
    write_table(table, frame, tmp_path / "x.parquet", {"seed": 7}, Key.of(POINT))
    back = read_table(table, tmp_path / "x.parquet")
    assert list(back.columns) == ["particles", "parent_temperature", "control_pressure", "model", *table.names]
    for name, value in POINT.key.items():
        assert back[name].tolist() == [value] * 5
    for column in table.columns:
        assert np.array_equal(back[column.name].to_numpy(), frame[column.name].to_numpy()), column.name
    about = {"table": table.name, "meaning": table.meaning, "key": list(POINT.key), "seed": 7}
    assert read_provenance(tmp_path / "x.parquet") == about


@pytest.mark.parametrize("key", [NO_KEY, Key((PARTICLES, PARENT_TEMPERATURE, MODEL))], ids=["no key", "a key in the rows"])
def test_the_key_may_come_with_the_rows(key, tmp_path):
    frame = rows(GLASSES, key=key)
    write_table(GLASSES, frame[frame.columns[::-1]], tmp_path / "x.parquet", {}, key)
    back = read_table(GLASSES, tmp_path / "x.parquet")
    assert list(back.columns) == [*names_of(key.columns), *GLASSES.names]
    pd.testing.assert_frame_equal(back, frame, check_dtype=False)
    if key.axes:
        with pytest.raises(InputError, match="parent_temperature"):
            write_table(GLASSES, frame.drop(columns="parent_temperature"), tmp_path / "y.parquet", {}, key)


@every_table
def test_every_column_has_a_unit_and_a_meaning(table, tmp_path):
    key = Key.of(POINT)
    write_table(table, [], tmp_path / "x.parquet", {}, key)
    schema, columns = pq.read_schema(tmp_path / "x.parquet"), [*key.columns, *table.columns]
    assert schema.names == names_of(columns)
    for field, column in zip(schema, columns, strict=True):
        assert field.metadata == {b"unit": column.unit.encode(), b"meaning": column.meaning.encode()}
        assert column.unit and column.meaning
        assert field.type == pa.type_for_alias(column.type)


def test_a_mixture_has_its_own_unit_of_length(tmp_path):
    """sigma_AA where POLY has lambda_min, in the metadata of every column and in columns that name units."""
    key = Key((PARTICLES,), {"particles": 64}, "sigma_AA")
    write_table(GLASSES, rows(GLASSES), tmp_path / "x.parquet", {}, key)
    units = {field.name: field.metadata[b"unit"].decode() for field in pq.read_schema(tmp_path / "x.parquet")}
    assert units["spacing"] == "sigma_AA" and units["lowest_stiffness"] == "epsilon/sigma_AA^2"
    assert not any(LENGTH in unit for unit in units.values())
    row = tables.FITS.row(name="a0", value=1.0, unit="1/(sqrt(epsilon/m)/lambda_min)^5")
    write_table(tables.FITS, [row], tmp_path / "fits.parquet", {}, Key(length="sigma_AA"))
    assert read_table(tables.FITS, tmp_path / "fits.parquet")["unit"].tolist() == ["1/(sqrt(epsilon/m)/sigma_AA)^5"]


def test_names_are_the_modules_own():
    names = [table.name for table in OF_STUDIES]
    assert len(set(names)) == len(names)
    assert all(getattr(tables, name.upper()).name == name for name in names)
    assert len(TABLES) == len(OF_STUDIES) + len(set(known_tables()) - set(names))  # no observable takes the name of another table


def test_a_row():
    row = GLASSES.row(flag="reason", iterations=3)
    assert list(row) == [column.name for column in GLASSES.columns] == ["sample", *names_of(GLASSES.own), "flag"]
    assert row["flag"] == "reason" and row["sample"] == -1 and row["iterations"] == 3 and row["evaluations"] == -1 and np.isnan(row["residual"])
    assert tables.ENSEMBLES.row()["measured"] is False
    with pytest.raises(KeyError, match="table glasses has no column lengh, particles"):
        GLASSES.row(particles=160, lengh=3)


def test_units_of_columns():
    assert GLASSES.unit_of("inherent_energy") == "epsilon" and GLASSES.unit_of("sample") == "1"


@pytest.mark.parametrize("as_kind", [pd.DataFrame, lambda frame: frame.to_dict("list"), lambda frame: frame.to_dict("records")])
def test_frames_mappings_and_rows_are_alike(as_kind, tmp_path):
    frame = rows(GLASSES)
    write_table(GLASSES, as_kind(frame), tmp_path / "x.parquet", {})
    pd.testing.assert_frame_equal(read_table(GLASSES, tmp_path / "x.parquet"), frame, check_dtype=False)


def test_order_of_the_columns_is_the_tables(tmp_path):
    frame = rows(GLASSES)
    write_table(GLASSES, frame[frame.columns[::-1]], tmp_path / "x.parquet", {})
    assert pq.read_schema(tmp_path / "x.parquet").names == list(frame.columns)


@pytest.mark.parametrize("change", [lambda f: f.drop(columns="residual"), lambda f: f.assign(extra=1)], ids=["missing", "unknown"])
def test_wrong_columns_are_named(change, tmp_path):
    with pytest.raises(InputError, match=r"residual|extra"):
        write_table(GLASSES, change(rows(GLASSES)), tmp_path / "x.parquet", {})
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_do_not_fit_leave_no_file(tmp_path):
    frame = rows(GLASSES).assign(iterations=0.5)
    with pytest.raises((pa.ArrowException, InputError)):
        write_table(GLASSES, frame, tmp_path / "x.parquet", {})
    assert list(tmp_path.iterdir()) == []


def test_another_table_is_refused(tmp_path):
    write_table(MODES, rows(MODES), tmp_path / "x.parquet", {})
    with pytest.raises(InputError, match=r"x\.parquet.*glasses"):
        read_table(GLASSES, tmp_path / "x.parquet")


def test_two_tables_with_the_same_columns_are_told_apart(tmp_path):
    """Each file says which table it is."""
    twin = Table("twin", "as the glasses", GLASSES.own, of_samples=True)
    write_table(twin, rows(GLASSES), tmp_path / "x.parquet", {})
    with pytest.raises(InputError, match=r"x\.parquet"):
        read_table(GLASSES, tmp_path / "x.parquet")


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"none\.parquet"):
        read_table(GLASSES, tmp_path / "none.parquet")


@pytest.mark.parametrize("keep", [0, 3, 0.5, 0.99])
def test_truncated_file_is_named(keep, tmp_path):
    path = tmp_path / "x.parquet"
    write_table(GLASSES, rows(GLASSES, 1000), path, {})
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content)) if isinstance(keep, float) else keep])
    for read in (lambda: read_table(GLASSES, path), lambda: read_provenance(path)):
        with pytest.raises(InputError, match=r"x\.parquet: not a whole Parquet file"):
            read()


def test_a_damaged_number_or_key_is_named(tmp_path):
    """Each column of a table has its part in the checksum, the key's too: written anew with one number changed, the file is refused."""
    path = tmp_path / "x.parquet"
    write_table(GLASSES, rows(GLASSES), path, {}, Key.of(POINT))
    whole = pq.read_table(path)
    for place, name in enumerate(whole.column_names):
        kind, values = whole.schema.field(name).type, whole[name].to_pylist()
        values[2] = values[2] + "x" if isinstance(values[2], str) else values[2] + 1
        pq.write_table(whole.set_column(place, whole.schema.field(name), pa.array(values, kind)), path)
        with pytest.raises(InputError, match=r"x\.parquet: is damaged, its numbers do not match their checksum"):
            read_table(GLASSES, path)
    pq.write_table(whole, path)
    assert len(read_table(GLASSES, path)) == 5


def test_text_under_the_name_of_a_table(tmp_path):
    (tmp_path / "x.parquet").write_text("not a table\n" * 100)
    with pytest.raises(InputError, match=r"x\.parquet"):
        read_table(GLASSES, tmp_path / "x.parquet")


def test_folder_names_add_no_columns(tmp_path):
    """A folder such as sample=3 is no partition."""
    path = tmp_path / "sample=3" / "x.parquet"
    write_table(GLASSES, rows(GLASSES), path, {})
    pd.testing.assert_frame_equal(read_table(GLASSES, path), rows(GLASSES), check_dtype=False)
