"""The hash of the code changes with what a script computes, and with nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from vitrine import provenance

SCRIPTS = Path(provenance.__file__).resolve().parents[1]


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A copy of the scripts and the library that may be edited; the hashes look into it."""
    copy = tmp_path / "scripts"
    shutil.copytree(SCRIPTS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(provenance, "LIBRARY", copy / "vitrine")
    monkeypatch.setattr(provenance, "TABLES", copy / "vitrine" / "tables.py")
    return copy


def hashes(library):
    """Hash of every rule's script, nothing of it remembered."""
    for function in vars(provenance).values():
        if hasattr(function, "cache_clear"):
            function.cache_clear()
    return {script.stem: provenance.code_hash(script) for script in sorted(library.glob("*.py"))}


def edit(path, old, new, count=1):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def reruns(library, change):
    """Scripts whose hash the change moves."""
    before = hashes(library)
    change()
    after = hashes(library)
    return {name for name in before if before[name] != after[name]}


def test_the_same_code_has_the_same_hash(library):
    assert hashes(library) == hashes(library)
    assert all(len(value) == 16 for value in hashes(library).values())


def test_hash_does_not_depend_on_where_the_clone_lies(library):
    here = hashes(library)
    for function in vars(provenance).values():
        if hasattr(function, "cache_clear"):
            function.cache_clear()
    command = "import sys; sys.path.insert(0, sys.argv[1]); from vitrine.provenance import code_hash; print(code_hash(sys.argv[2]))"
    done = subprocess.run([sys.executable, "-c", command, str(SCRIPTS), str(SCRIPTS / "find_modes.py")], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == here["find_modes"]


def test_comments_docstrings_and_layout_do_not_count(library):
    def change():
        for path in (library / "vitrine").rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            path.write_text("# a comment\n" + text.replace("\n\n\n", "\n\n\n\n") + "\n\n# another\n", encoding="utf-8")
        edit(library / "vitrine/linalg/solve.py", "Linear equations H u = f", "Other words")
        edit(library / "vitrine/linalg/solve.py", "A factorisation of a Hessian", "Other words")
        edit(library / "vitrine/linalg/solve.py", "u = H^+ f for forces of shape", "Other words")
        edit(library / "vitrine/linalg/solve.py", "grounded(hessian, dimension)", "grounded(\n            hessian,\n            dimension\n        )")

    assert reruns(library, change) == set()


def test_edit_of_a_transitive_module(library):
    """The kernels of the potential are far below every script that looks at a sample, and unknown to the plots."""
    moved = reruns(library, lambda: edit(library / "vitrine/models/kernels.py", "w = 1.0 / y", "w = 2.0 / (2.0 * y)"))
    for name in ("equilibrate_liquids", "quench_samples", "find_modes", "measure_elasticity", "pinch_bonds", "diagonalise_bond_operator"):
        assert name in moved
    assert not any(name.startswith(("plot_", "aggregate_", "fit_")) for name in moved)


def test_edit_of_one_observable(library):
    moved = reruns(library, lambda: edit(library / "vitrine/measures/pinching.py", "BLOCK = 256", "BLOCK = 128"))
    assert "pinch_bonds" in moved
    assert not {"equilibrate_liquids", "quench_samples", "aggregate_pinching", "plot_pinching_force"} & moved


def test_edit_of_a_minimiser_reaches_what_quenches(library):
    moved = reruns(library, lambda: edit(library / "vitrine/preparation/minimise.py", "SKIN = 0.3", "SKIN = 0.31"))
    assert {"equilibrate_liquids", "quench_samples"} <= moved
    assert not {"find_modes", "measure_elasticity"} & moved


def test_edit_of_a_figure_reaches_plots_alone(library):
    module = library / "vitrine/figures/boltzmann.py"
    moved = reruns(library, lambda: module.write_text(module.read_text(encoding="utf-8") + "\nNEW = 3\n", encoding="utf-8"))
    assert "plot_boltzmann" in moved and all(name.startswith("plot_") for name in moved)


def test_default_values_and_decorators_count(library):
    assert "quench_samples" in reruns(
        library, lambda: edit(library / "vitrine/preparation/minimise.py", 'method: str = "lbfgs"', 'method: str = "fire"')
    )
    assert "quench_samples" in reruns(library, lambda: edit(library / "vitrine/preparation/minimise.py", "@njit", "@njit(fastmath=True)"))


def test_a_string_that_is_no_docstring_counts(library):
    assert "find_modes" in reruns(
        library, lambda: edit(library / "vitrine/linalg/solve.py", "not a minimum: its Hessian has", "not a minimum; its Hessian has")
    )


def test_an_unrelated_new_table_reruns_nothing_old(library):
    def change():
        tables = library / "vitrine/tables.py"
        tables.write_text(tables.read_text(encoding="utf-8") + '\nNEW = Table("new", "new", (*SAMPLE_KEY, FLAG))\n', encoding="utf-8")

    moved = reruns(library, change)
    assert not {"equilibrate_liquids", "quench_samples", "find_modes", "measure_elasticity", "pinch_bonds", "diagonalise_bond_operator"} & moved


def test_edit_of_a_table_reaches_who_writes_and_reads_it(library):
    moved = reruns(library, lambda: edit(library / "vitrine/tables.py", '"pinching",', '"pinched",'))
    assert "pinch_bonds" in moved
    assert not {"find_modes", "quench_samples"} & moved


def test_what_all_tables_share_counts_for_all(library):
    moved = reruns(library, lambda: edit(library / "vitrine/parquet.py", 'compression="zstd"', 'compression="snappy"'))
    assert {"find_modes", "quench_samples", "pinch_bonds"} <= moved


def test_a_module_imported_inside_a_function_counts(library):
    """The potential imports its kernels only when it is evaluated."""
    (library / "vitrine/extra.py").write_text("VALUE = 1\n", encoding="utf-8")
    edit(library / "vitrine/measures/modes.py", "    wanted =", "    from vitrine import extra\n\n    wanted =")
    moved = reruns(library, lambda: (library / "vitrine/extra.py").write_text("VALUE = 2\n", encoding="utf-8"))
    assert "find_modes" in moved and "quench_samples" not in moved


def test_code_of_a_package_reaches_its_own_users_at_most(library):
    init = library / "vitrine/measures/__init__.py"
    moved = reruns(library, lambda: init.write_text(init.read_text(encoding="utf-8") + "\nVALUE = 2\n", encoding="utf-8"))
    assert moved <= {"find_modes", "measure_elasticity", "pinch_bonds", "diagonalise_bond_operator"}


def test_config_hash():
    one = {"study": "a", "seed": 1, "model": {"name": "poly", "poly": {"density": 0.58}}}
    assert provenance.config_hash(one) == provenance.config_hash({"seed": 1, **{key: one[key] for key in ("model", "study")}})
    assert provenance.config_hash(one) != provenance.config_hash({**one, "seed": 2})


def test_provenance_says_where_a_number_comes_from():
    record = provenance.provenance({"study": "a", "seed": 1}, engine="builtin")
    assert (record["study"], record["seed"], record["engine"]) == ("a", 1, "builtin")
    assert record["version"] and len(record["config_hash"]) == 16
