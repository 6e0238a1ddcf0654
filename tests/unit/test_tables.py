"""Tables on disk: round trip with units and provenance, whole or not at all, and never another table than the one asked for."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from vitrine import tables
from vitrine.errors import InputError
from vitrine.inputs import TABLES, read_inputs
from vitrine.parquet import Table, read_provenance, read_table, write_table
from vitrine.tables import GLASSES, MODES

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


def rows(table, number=5):
    """Rows of random content."""
    rng = np.random.default_rng(1)
    make = {
        "double": lambda: rng.standard_normal(number),
        "int32": lambda: rng.integers(0, 2**31 - 1, number),
        "int64": lambda: rng.integers(0, 2**62, number),
        "string": lambda: np.array([f"word {k}" for k in range(number)], dtype=object),
    }
    return pd.DataFrame({column.name: make[column.type]() for column in table.columns})


@every_table
def test_round_trip_bit_for_bit(table, tmp_path):
    frame = rows(table)
    write_table(table, frame, tmp_path / "x.parquet", {"seed": 7})
    back = read_table(table, tmp_path / "x.parquet")
    for column in table.columns:
        assert np.array_equal(back[column.name].to_numpy(), frame[column.name].to_numpy()), column.name
    assert read_provenance(tmp_path / "x.parquet") == {"table": table.name, "meaning": table.meaning, "seed": 7}


@every_table
def test_every_column_has_a_unit_and_a_meaning(table, tmp_path):
    write_table(table, [], tmp_path / "x.parquet", {})
    schema = pq.read_schema(tmp_path / "x.parquet")
    assert schema.names == [column.name for column in table.columns]
    for field, column in zip(schema, table.columns, strict=True):
        assert field.metadata == {b"unit": column.unit.encode(), b"meaning": column.meaning.encode()}
        assert column.unit and column.meaning
        assert field.type == pa.type_for_alias(column.type)


def test_names_are_the_modules_own():
    names = [value.name for value in vars(tables).values() if isinstance(value, Table)]
    assert len(set(names)) == len(names)
    assert all(getattr(tables, name.upper()).name == name for name in names)


def test_empty_row():
    row = GLASSES.empty_row(particles=160, flag="reason")
    assert list(row) == [column.name for column in GLASSES.columns]
    assert row["particles"] == 160 and row["flag"] == "reason" and row["sample"] == -1 and np.isnan(row["residual"])


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
    twin = Table("twin", "as the glasses", GLASSES.columns)
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
    with pytest.raises(InputError, match=r"x\.parquet: not a whole Parquet file"):
        read_table(GLASSES, path)


def test_text_under_the_name_of_a_table(tmp_path):
    (tmp_path / "x.parquet").write_text("not a table\n" * 100)
    with pytest.raises(InputError, match=r"x\.parquet"):
        read_table(GLASSES, tmp_path / "x.parquet")


def test_inputs_are_named_after_their_tables(tmp_path):
    frames = {table: rows(table) for table in (GLASSES, MODES)}
    for table, frame in frames.items():
        write_table(table, frame, tmp_path / f"{table.name}.parquet", {})
    read = read_inputs({table.name: str(tmp_path / f"{table.name}.parquet") for table in frames})
    for table, frame in frames.items():
        pd.testing.assert_frame_equal(read[table.name], frame, check_dtype=False)


def test_folder_names_add_no_columns(tmp_path):
    """A folder such as sample=3 is no partition."""
    path = tmp_path / "sample=3" / "x.parquet"
    write_table(GLASSES, rows(GLASSES), path, {})
    pd.testing.assert_frame_equal(read_table(GLASSES, path), rows(GLASSES), check_dtype=False)
