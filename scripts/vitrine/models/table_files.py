"""The content of a file that the user names for a potential, with its digest."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vitrine.errors import InputError

MOST_BYTES = 2**28


def read_content(path: str | Path, digest: str = "") -> tuple[str, bytes]:
    """The SHA-256 of a file, and what it holds. digest: the one that it must have, empty where that is not asked.

    Raises InputError, with the path, where there is no such file.
    """
    file = Path(path)
    if file.exists() and not file.is_file():
        raise InputError(f"{path}: is no file")
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: has {file.stat().st_size} bytes: allowed are {MOST_BYTES}")
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    found = hashlib.sha256(content).hexdigest()
    if digest and found != digest:
        raise InputError(f"{path}: is not the table it was: its SHA-256 is {found[:16]}..., and {digest[:16]}... is asked for")
    return found, content
