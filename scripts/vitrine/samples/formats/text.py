"""Text files, plain or packed by gzip: their bytes block by block, numbers from rows, and the digits that they carry."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from vitrine.errors import InputError, SampleError
from vitrine.samples.formats.frame import MOST, is_flat, one_line

BLOCK = 1 << 23  # bytes
BYTE_ORDER = b"\xef\xbb\xbf"
HEAD = 4096  # bytes by which a text is known
PEEK = 64  # particles by which a plane is first looked for
ROWS = 200  # rows of which the digits are counted
NUMBER = re.compile(rb"[+-]?0*\.?0*([0-9]*)\.?([0-9]*)")


def is_packed(path: Path) -> bool:
    """Whether a file is one of gzip, whatever its name."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a text file, unpacked on the way."""
    with gzip.open(path, "rb") if is_packed(path) else path.open("rb") as file:
        yield file


def blocks(file: BinaryIO, path: Path) -> Iterator[bytes | SampleError]:
    """The bytes of a file in blocks; where a packed one is cut off, the error that says so comes last.

    Raises InputError where a packed one is damaged: nobody knows since where its bytes are wrong.
    """
    mark = BYTE_ORDER  # some editors put it in front
    while True:
        try:
            block = file.read1(BLOCK) if isinstance(file, gzip.GzipFile) else file.read(BLOCK)
        except EOFError:
            yield SampleError("the gz file is cut off here")
            return
        except (zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"{path}: the gz file is damaged ({one_line(error)})") from error
        if not block:
            return
        yield block.removeprefix(mark)
        mark = b""


def head_of(path: Path) -> bytes:
    """The first bytes of a text, unpacked. Raises InputError where they are no text."""
    with opened(path) as file:
        head = next(blocks(file, path), b"")
    if isinstance(head, SampleError):
        raise InputError(f"{path}: {head}")
    head = head[:HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{path}: it is text in UTF-16, allowed is UTF-8")
    if b"\0" in head:
        raise InputError(f"{path}: it is no text, it holds bytes that are zero")
    try:
        check_encoding(head[: head.rfind(b"\n") + 1])
    except SampleError as error:
        raise InputError(f"{path}: {error}") from error
    return head


def check_encoding(text: bytes) -> None:
    """Raises SampleError where bytes are no UTF-8."""
    try:
        if not text.isascii():
            text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SampleError(f"it is no text in UTF-8 (it holds the byte 0x{text[error.start]:02x}), allowed is UTF-8") from error


def parts(path: Path, mark: bytes) -> Iterator[bytes | SampleError]:
    """The parts of a text that begin with `mark` at the beginning of a line, one in memory at a time.

    Where a packed file is cut off, the error that says so stands for the part in which that happens.
    """
    kept, at_mark, start = bytearray(), b"\n" + mark, 0
    with opened(path) as file:
        for block in blocks(file, path):
            if isinstance(block, SampleError):
                yield block
                return
            seen = max(0, len(kept) - len(at_mark))
            kept += block
            while (place := kept.find(at_mark, seen)) >= 0:
                yield bytes(memoryview(kept)[start : place + 1])
                start = seen = place + 1
            del kept[:start]
            start = 0
    if kept:
        yield bytes(kept)


def columns_of(body: bytes, rows: int, columns: int, what: str = "particles") -> list[list[bytes]]:
    """The entries of `rows` lines of a table, column by column. Raises SampleError where there are fewer or more, or a line does not end."""
    check_table_room(body, rows, columns, what)
    entries = body.split()
    lines = body.count(b"\n")
    if lines < rows or len(entries) < rows * columns:
        raise SampleError(f"it is cut off: {min(lines, len(entries) // columns)} of {rows} {what} are whole")
    if len(entries) > rows * columns:
        raise SampleError(f"it has {len(entries)} entries where {rows} {what} of {columns} columns make {rows * columns}")
    return [entries[column::columns] for column in range(columns)]


def check_table_room(body: bytes, rows: int, columns: int, what: str = "particles") -> None:
    """Refuse a header that promises far more rows than the text can hold, before memory is set aside; one that lacks a few is cut off."""
    if rows * 2 * columns > 1000 * (len(body) + 1000):
        raise SampleError(f"it promises {rows} {what}, which do not fit into its {len(body)} bytes")


def lies_in_plane(body: bytes, place: int, columns: int, rows: int) -> bool:
    """Whether the column `place` of a table is the same everywhere; all of it is looked at only where its first entries are the same."""
    for few in (PEEK, rows):
        entries = body.split(None, few * columns)[: few * columns]
        if not is_flat(numbers(entries[place::columns], "z")):
            return False
    return True


def numbers(entries: Sequence[bytes], name: str) -> np.ndarray:
    """Entries of one column as float64, rounded correctly. Raises SampleError where one is no number."""
    try:
        return np.array(entries, dtype=float)
    except ValueError as error:
        broken = next((entry for entry in entries if not _is_number(entry)), b"")
        raise SampleError(f"{name} is {broken.decode(errors='replace')!r} of a particle, which is no number") from error


def whole_numbers(entries: Sequence[bytes], name: str) -> np.ndarray:
    """Entries of one column as int64. Raises SampleError where one is no whole number."""
    values = numbers(entries, name)
    if not np.all(np.isfinite(values)) or np.any(values != np.rint(values)):
        raise SampleError(f"{name} of a particle is no whole number")
    return values.astype(np.int64)


def _is_number(entry: bytes) -> bool:
    try:
        float(entry)
    except ValueError:
        return False
    return True


def digits_of(columns: Sequence[Sequence[bytes]]) -> int:
    """The significant decimal digits of the longest of the first numbers, at most those of a float64."""
    most = 1
    for entries in columns:
        for entry in entries[:ROWS]:
            whole, fraction = NUMBER.match(entry).groups()
            most = max(most, len(whole) + len(fraction))
    return min(most, MOST)
