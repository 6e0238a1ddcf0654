"""The most memory that a process ever held."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")
MAXRSS = 1 if sys.platform == "darwin" else 1024  # bytes in the unit of ru_maxrss


def peak_bytes() -> int:
    """The most resident memory that this process ever held at once.

    Linux hands a parent's ru_maxrss on to its child: VmHWM, which it does not, is taken where it is told.
    """
    if STATUS.exists():
        return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text(encoding="utf-8"))[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS
