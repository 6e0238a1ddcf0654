"""Kernels are kept where they can be, for exactly one version of their sources; a process and a library in which nothing can be written serve too."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import pytest
from vitrine import compile_cache
from vitrine.compile_cache import LIBRARY, folder, njit

MEASURE = """
import os, sys, tempfile
def nowhere():
    raise FileNotFoundError("no usable temporary directory")
if os.environ.get("NO_TEMPORARY"):
    tempfile.gettempdir = nowhere
from vitrine.linalg.tridiagonal import tridiagonal_eigenvalues
from vitrine.interactions import Interactions
import numpy as np
from vitrine.compile_cache import folder
print(folder(), tridiagonal_eigenvalues(np.ones(2), np.ones(1))[1])
"""


@pytest.fixture
def fresh():
    """The choice of a folder is made anew in a test, and once more after it."""
    folder.cache_clear()
    yield
    folder.cache_clear()


@pytest.fixture
def installed(tmp_path):
    """A copy of the library beside which nothing can be written, by root neither: files lie where folders would be made."""
    copy = tmp_path / "site-packages" / "vitrine"
    shutil.copytree(LIBRARY, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for place in (copy, *(path for path in copy.rglob("*") if path.is_dir())):
        (place / "__pycache__").touch()
    return copy


def run(library, code, **environment):
    """Python on a library, in a process whose home cannot be written."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "PYTHONPATH": str(library.parent), "HOME": "/dev/null", "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_importing_sets_nothing_and_writes_nothing(installed):
    code = "import os, sys; before = dict(os.environ); import vitrine; print(dict(os.environ) == before, 'numba' in sys.modules)"
    assert run(installed, code) == ["True", "False"]
    assert not [path for path in installed.rglob("*") if path.suffix in (".nbi", ".nbc")]


def test_kernels_leave_the_rest_of_numba_as_it_was(installed, tmp_path):
    code = "import os, numba; from vitrine.interactions import forces; print(numba.config.CACHE_DIR or 'unset', 'NUMBA_CACHE_DIR' in os.environ)"
    assert run(installed, code, TMPDIR=str(tmp_path)) == ["unset", "False"]


def test_where_neither_library_nor_home_can_be_written_they_are_kept_among_temporary_files(installed, tmp_path):
    where, value = run(installed, MEASURE, TMPDIR=str(tmp_path))
    assert Path(where).parent == tmp_path / f"vitrine-{os.getuid()}" and float(value) == 2
    assert list(Path(where).rglob("*.nbc"))
    assert Path(where).parent.stat().st_mode & 0o777 == 0o700


def test_where_nothing_can_be_written_a_process_compiles_for_itself(installed):
    where, value = run(installed, MEASURE, NO_TEMPORARY="1")
    assert where == "None" and float(value) == 2


def test_a_job_compiles_nothing_beforehand_where_nothing_can_be_kept(monkeypatch):
    from vitrine import compile as compilation

    monkeypatch.setattr(compilation, "CACHE", None)
    monkeypatch.setattr(compilation, "_prepare_and_measure", lambda *arguments: pytest.fail("compiled"))
    compilation.compile_once(None, {}, "code")


def test_the_folder_that_the_user_chose_comes_first(tmp_path, monkeypatch, fresh):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "chosen"))
    assert folder().parent == tmp_path / "chosen"
    kernel = njit(lambda x: x + 1)
    assert kernel(1) == 2 and list(tmp_path.rglob("*.nbc")) and str(tmp_path / "chosen") == numba.config.CACHE_DIR


def test_the_folder_beside_the_sources_comes_next(fresh, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    assert folder().parent == LIBRARY / "__pycache__"


def test_the_folder_in_the_home(tmp_path, monkeypatch, fresh):
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(compile_cache, "LIBRARY", tmp_path / "a file")
    (tmp_path / "a file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert folder().parent == tmp_path / "caches" / "vitrine"


def test_another_version_of_the_sources_has_another_folder(tmp_path, monkeypatch, fresh):
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(compile_cache, "LIBRARY", tmp_path)
    names = []
    for text in ("@njit # one", "@njit # two", "@njit # two"):
        (tmp_path / "kernels.py").write_text(text)
        folder.cache_clear()
        names.append(folder().name)
    assert names[0] != names[1] == names[2]


@pytest.mark.parametrize("made", ["writable for all", "a link", "somebody else's"])
def test_a_temporary_folder_that_others_could_fill_is_not_used(made, tmp_path, monkeypatch):
    """Kept kernels are code that is run."""
    monkeypatch.setattr(compile_cache.tempfile, "gettempdir", lambda: str(tmp_path))
    place = tmp_path / f"vitrine-{os.getuid()}"
    if made == "a link":
        (tmp_path / "elsewhere").mkdir()
        place.symlink_to(tmp_path / "elsewhere")
    else:
        place.mkdir()
        place.chmod(0o777 if made == "writable for all" else 0o755)
    if made == "somebody else's":
        uid = os.getuid()
        monkeypatch.setattr(compile_cache.os, "getuid", lambda: uid + 1)
        place.rename(tmp_path / f"vitrine-{uid + 1}")
    with pytest.raises(OSError, match="is not this user's own"):
        compile_cache._temporary()


def test_every_kernel_of_the_library_is_kept_there():
    """A kernel of numba's own decorator would stop the import where nothing can be written."""
    for path in LIBRARY.rglob("*.py"):
        imports = [line for line in path.read_text(encoding="utf-8").splitlines() if "import" in line and "jit" in line]
        if path.name != "compile_cache.py":
            assert set(imports) <= {"from vitrine.compile_cache import njit"} and "numba.njit" not in path.read_text(encoding="utf-8"), path
