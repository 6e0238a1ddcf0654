"""Where compiled kernels are kept: in a folder that belongs to exactly this version of their sources, or nowhere if no folder can be written.

numba keys its cache by the file of each function and does not see edits of the functions that it calls: stale code would run on. And where it can
write neither beside the sources nor in the user's home, it refuses to compile at all. So kernels are made by `njit` of this module. It leaves numba
as it was for the other code of a process.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numba

LIBRARY = Path(__file__).resolve().parent


def njit(function: Callable | None = None, **options: object) -> Callable:
    """numba.njit with these options; what is compiled is kept in `folder()`, and without one every process compiles for itself."""
    if function is None:
        return lambda function: njit(function, **options)
    chosen = numba.config.CACHE_DIR
    try:
        numba.config.CACHE_DIR = str(folder() or "")
        return numba.njit(cache=folder() is not None, **options)(function)
    finally:
        numba.config.CACHE_DIR = chosen


@cache
def folder() -> Path | None:
    """The first that can be written: in the folder that the user chose (NUMBA_CACHE_DIR), beside the sources, in the home, among temporary files."""
    for home in _homes():
        try:
            place = home() / f"vitrine-kernels-{_version()}"
            place.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=place).close()
        except OSError:
            continue
        return place
    return None


def _homes() -> Iterator[Callable[[], Path]]:
    if numba.config.CACHE_DIR:
        yield lambda: Path(numba.config.CACHE_DIR)
    yield lambda: LIBRARY / "__pycache__"
    yield _in_home
    yield _temporary


def _version() -> str:
    """Hash of all sources with kernels in them."""
    sources = sorted(path for path in LIBRARY.rglob("*.py") if b"njit" in path.read_bytes())
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def _in_home() -> Path:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    if not caches.is_absolute():
        raise FileNotFoundError("this user has no home")
    return caches / "vitrine"


def _temporary() -> Path:
    """A folder of this user's own among temporary files. What lies in it is run: nobody else may have made it, nor may write to it."""
    place = Path(tempfile.gettempdir(), f"vitrine-{os.getuid()}")
    place.mkdir(mode=0o700, exist_ok=True)
    status = place.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"{place} is not this user's own")
    return place
