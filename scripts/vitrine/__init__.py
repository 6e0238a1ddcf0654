"""Vitrine: prepare computer glasses and measure their soft spots."""

import hashlib
import os
from pathlib import Path

__version__ = "0.1.0"
KERNELS = "vitrine-kernels-"


def _compiled_cache() -> str:
    """A folder for compiled kernels that belongs to exactly this version of their sources.

    numba keys its cache by the file of each function and does not see edits of the functions that it calls: stale code would run on.
    """
    package = Path(__file__).resolve().parent
    sources = sorted(path for path in package.rglob("*.py") if b"numba" in path.read_bytes())
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    home = package / "__pycache__"
    if not os.access(home if home.exists() else package, os.W_OK):
        home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "vitrine")
    return str(home / f"{KERNELS}{digest}")


# A folder that the user chose is kept; one that an earlier version of the sources left in the environment of its children is not.
if Path(os.environ.get("NUMBA_CACHE_DIR", KERNELS)).name.startswith(KERNELS):
    os.environ["NUMBA_CACHE_DIR"] = _compiled_cache()
