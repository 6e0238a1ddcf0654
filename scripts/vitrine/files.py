"""Files that appear under their final name only when whole."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it takes the final name at once, on failure it is removed.

    The temporary name keeps the ending, for writers that choose the format by it. What a killed job left of the same file is removed first.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    for abandoned in path.parent.glob(f".*.partial.{path.name}"):
        abandoned.unlink(missing_ok=True)
    partial = path.with_name(f".{os.getpid()}.partial.{path.name}")
    try:
        yield partial
        with partial.open("rb+") as written:
            os.fsync(written.fileno())  # or a machine that stops now may keep the name and lose the content
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
