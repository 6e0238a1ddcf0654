"""What comes from outside runs nothing and fills no memory: no pickle, eval or shell in the code; files that promise far more than they hold."""

import ast
import io
import re
import zipfile
from pathlib import Path

import gsd.fl
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from vitrine.errors import InputError, SampleError
from vitrine.observables.modes import MODES
from vitrine.parquet import read_table
from vitrine.preparation.restart import Keeper
from vitrine.samples import batch_samples, read_samples, write_samples

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for folder in ("scripts", "benchmarks") for path in (REPOSITORY / folder).rglob("*.py"))
RULES = [REPOSITORY / "Snakefile", *sorted((REPOSITORY / "rules").glob("*.smk"))]
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load", "pd.read_pickle"}
FORBIDDEN_MODULES = {"pickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}


def offences(source: str) -> set[str]:
    """Calls and imports by which data can run as code."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            found |= {name for name in names if name.split(".")[0] in FORBIDDEN_MODULES}
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            found |= {name} & FORBIDDEN_CALLS
            found |= {f"{keyword.arg}=True" for keyword in node.keywords if keyword.arg in ("shell", "allow_pickle") and _is_true(keyword.value)}
    return found


def _is_true(node: ast.expr) -> bool:
    return not (isinstance(node, ast.Constant) and not node.value)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_no_data_runs_as_code(path):
    assert offences(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from joblib import load", "eval(x)", "os.system(x)", "subprocess.run(x, shell=True)", "np.load(x, allow_pickle=flag)"],
)
def test_what_is_forbidden_is_found(source):
    assert offences(source)


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_no_rule_builds_a_command_line(path):
    """Rules run scripts: no text of the config ever stands in a shell's line."""
    assert not re.search(r"^\s*(shell|run)\s*:|\bshell\(|\beval\(|\bexec\(", path.read_text(encoding="utf-8"), re.MULTILINE)


def promising(path, **counts):
    """A GSD file with a frame that says how many particles, bonds... it holds, and no array."""
    with gsd.fl.open(str(path), "w", application="a", schema="hoomd", schema_version=[1, 4]) as file:
        file.write_chunk("configuration/step", np.array([1], dtype=np.uint64))
        for name, count in counts.items():
            file.write_chunk(f"{name}/N", np.array([count], dtype=np.uint32))
        file.end_frame()
        file.write_chunk("configuration/step", np.array([2], dtype=np.uint64))
        file.end_frame()
    return path


@pytest.mark.parametrize("what", ["particles", "bonds", "constraints"])
def test_a_frame_that_promises_billions_is_refused_before_memory_is_set_aside(tmp_path, what):
    """The second frame takes its number from the first."""
    path = promising(tmp_path / "huge.gsd", **{what: 4_000_000_000})
    errors = list(read_samples(path))
    assert len(errors) == 2
    for error in errors:
        assert isinstance(error, SampleError) and f"4000000000 {what}" in str(error)
    (sample,) = batch_samples(path, [0], particles=160, parent_temperature=1.0)
    assert sample.flag.startswith("unreadable") and sample.particles == 0


def test_real_samples_have_room(tmp_path, glass):
    write_samples(tmp_path / "glasses.gsd", [glass, glass])
    assert [sample.particles for sample in read_samples(tmp_path / "glasses.gsd")] == [glass.particles] * 2


def test_a_table_that_unfolds_into_far_more_is_refused(tmp_path):
    path = tmp_path / "huge.parquet"
    pq.write_table(pa.table({"sample": np.zeros(20_000_000, dtype=np.int8)}), path)
    assert path.stat().st_size < 100_000
    with pytest.raises(InputError, match="says that it holds 20000000 rows"):
        read_table(MODES, path)


def test_a_restart_that_promises_too_much_is_passed_over(tmp_path, caplog):
    path = tmp_path / "00000.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**15,)})
    key = io.BytesIO()
    np.save(key, np.array("a run"))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("key.npy", key.getvalue())
        archive.writestr("chain/positions.npy", header.getvalue() + bytes(80))
    assert Keeper(path, "a run", 10, lambda start: np.random.default_rng(start)).load() is None
    assert "cannot be read" in caplog.text
