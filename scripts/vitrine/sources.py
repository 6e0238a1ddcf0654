"""Where a sample that the user brings lies, before it is read. (No more is imported: plans and jobs need it.)"""

from __future__ import annotations

from typing import NamedTuple


class Source(NamedTuple):
    """A frame of a file, and its N; trouble: why the file has no outline, whose only frame is then the first."""

    file: str
    frame: int
    particles: int
    trouble: str = ""
