"""The hash of a rule's code changes with what its job computes, and with nothing else: not with declarations, nor with another observable."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from vitrine import provenance
from vitrine.observables import declarations, figures, module_of, module_of_figure

SCRIPTS = Path(provenance.__file__).resolve().parents[1]
DRIVERS = ("measure", "aggregate", "plot")  # scripts that load a module by name


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A copy of the scripts and the library."""
    return shutil.copytree(SCRIPTS, tmp_path_factory.mktemp("original") / "scripts", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture
def library(original):
    """One more copy, that may be edited: always in the same place, so that what is the same is not parsed again."""
    copy = original.parent / "edited" / "scripts"
    shutil.copytree(original, copy)
    yield copy
    shutil.rmtree(copy.parent)


def rules():
    """{rule: its script, and the modules that the script loads by name}, as rules/ has them."""
    found = {script.stem: (script.name,) for script in SCRIPTS.glob("*.py") if script.stem not in DRIVERS}
    for name, one in declarations().items():
        found |= {one.rule: ("measure.py", module_of(name, "measure"))} if one.rule else {}
        found |= {one.aggregate: ("aggregate.py", module_of(name, "aggregate"))} if one.aggregate else {}
    found["fit_study"] = ("fit_study.py", *(module_of(name, "derive") for name, one in declarations().items() if one.derive))
    return found | {figure.function: ("plot.py", module_of_figure(name)) for name, (figure, _) in figures().items()}


RULES = rules()
MEASURES = {one.rule for one in declarations().values() if one.rule}
AVERAGES = {one.aggregate for one in declarations().values() if one.aggregate}
FIGURES = {figure.function for figure, _ in figures().values()}
PREPARATION = {"pilot_liquids", "equilibrate_liquids", "quench_samples"}
RUNS_LIQUIDS = {one.rule for one in declarations().values() if one.prepares}


REMEMBERED = ("_parsed", "_imports", "_table_names", "_meaning")  # by the file's name in a job, here by its content


def by_content(function, known={}):  # noqa: B006
    """A function of a file, remembered as long as the file holds the same."""

    def of(path, *more):
        key = function.__name__, path, path.read_bytes(), more
        if key not in known:
            known[key] = function.__wrapped__(path, *more)
        return known[key]

    return of


def hashes(library):
    """Hash of every rule's code in a copy of the library."""
    with pytest.MonkeyPatch.context() as patch:
        for name, place in (("LIBRARY", "."), ("TABLES", "tables.py"), ("OBSERVABLES", "observables"), ("FIGURES", "figures")):
            patch.setattr(provenance, name, library / "vitrine" / place)
        for name in REMEMBERED:
            patch.setattr(provenance, name, by_content(getattr(provenance, name)))
        return {
            rule: provenance.code_hash(library / script, *(library / module.relative_to(SCRIPTS) for module in modules))
            for rule, (script, *modules) in RULES.items()
        }


def test_what_is_remembered_is_all_that_is():
    assert {name for name, function in vars(provenance).items() if hasattr(function, "cache_clear")} == set(REMEMBERED)


@pytest.fixture(scope="module")
def untouched(original):
    """The hashes of the library as it is."""
    return hashes(original)


@pytest.fixture
def reruns(library, untouched):
    """A function to the rules whose hash a change of the copy moves, against those of `before` or of the library as it is."""

    def moved(change, before=untouched):
        change()
        after = hashes(library)
        return {name for name in before if before[name] != after[name]}

    return moved


def edit(path, old, new, count=1):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def test_kernels_of_a_gpu_are_code_of_the_liquids(library, reruns):
    moved = reruns(lambda: edit(library / "vitrine" / "preparation" / "swap_gpu.cu", "2.0 * first", "3.0 * first"))
    assert {"equilibrate_liquids", "pilot_liquids"} <= moved and not {"find_modes", "quench_samples", "fit_study"} & moved


def test_the_same_code_has_the_same_hash(library, untouched):
    assert hashes(library) == untouched
    assert all(len(value) == 16 for value in untouched.values())
    assert len(set(untouched.values())) == len(RULES) > len(MEASURES | AVERAGES | FIGURES) + 5


def test_hash_does_not_depend_on_where_the_clone_lies(original, library):
    here = hashes(library)
    command = "import sys; sys.path.insert(0, sys.argv[1]); from vitrine.provenance import code_hash; print(code_hash(*sys.argv[2:]))"
    script, module = RULES["find_modes"]
    arguments = [str(original), str(original / script), str(original / module.relative_to(SCRIPTS))]
    done = subprocess.run([sys.executable, "-c", command, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == here["find_modes"]


def test_comments_docstrings_and_layout_do_not_count(library, reruns):
    def change():
        for path in (library / "vitrine").rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            path.write_text("# a comment\n" + text.replace("\n\n\n", "\n\n\n\n") + "\n\n# another\n", encoding="utf-8")
        edit(library / "vitrine/linalg/solve.py", "Linear equations H u = f", "Other words")
        edit(library / "vitrine/linalg/solve.py", "A factorisation of a Hessian", "Other words")
        edit(library / "vitrine/linalg/solve.py", "u = H^+ f for forces of shape", "Other words")
        edit(library / "vitrine/linalg/solve.py", "grounded(hessian, dimension)", "grounded(\n            hessian,\n            dimension\n        )")

    assert reruns(change) == set()


def test_edit_of_a_transitive_module(library, reruns):
    """The kernels of the potential are far below every script that looks at a sample, and unknown to the plots."""
    moved = reruns(lambda: edit(library / "vitrine/models/kernels.py", "w = 1.0 / y", "w = 2.0 / (2.0 * y)"))
    of_samples = {one.rule for one in declarations().values() if "glasses.gsd" in one.takes}
    assert PREPARATION | of_samples <= moved and len(of_samples) >= 5
    of_fields = {one.aggregate for one in declarations().values() if any(file.endswith(".gsd") for file in one.combines)}
    assert not (FIGURES | (AVERAGES - of_fields) | {"fit_study", "write_summary"}) & moved


def test_edit_of_one_observable(library, reruns):
    moved = reruns(lambda: edit(library / "vitrine/observables/pinching/measure.py", "BLOCK = 256", "BLOCK = 128"))
    assert moved == {"pinch_bonds", "map_modes"}  # maps pinch every bond


def test_edit_of_an_average_and_of_what_is_derived(library, reruns):
    average = library / "vitrine/observables/pinching/aggregate.py"
    assert reruns(lambda: edit(average, "SCATTERED = 2000", "SCATTERED = 1000")) == {"aggregate_pinching"}
    derive = library / "vitrine/observables/modes/derive.py"
    assert reruns(lambda: edit(derive, "UNCENSORED = 0.9", "UNCENSORED = 0.8"), hashes(library)) == {"fit_study"}


def test_declarations_do_not_count(library, reruns):
    """They name every figure and published value; what a rule uses of its own is in its params, as a digest."""
    declaration = library / "vitrine/observables/pinching/__init__.py"
    assert reruns(lambda: edit(declaration, "Pinching the bonds", "Pinching all bonds")) == set()
    assert reruns(lambda: edit(library / "vitrine/figures/__init__.py", "D(omega) and P(lambda)", "P(lambda) and D(omega)")) == set()


def test_a_new_observable_reruns_nothing_old(library, reruns):
    folder = library / "vitrine/observables/new"
    assert reruns(lambda: shutil.copytree(library / "vitrine/observables/vibrability", folder)) == set()


MINIMISES = {"deform_samples", "find_double_wells", "measure_velocity_spectrum", "measure_hopping", "shear_quasistatically", "follow_softening"}


def test_edit_of_a_minimiser_reaches_what_quenches(library, reruns):
    moved = reruns(lambda: edit(library / "vitrine/preparation/minimise.py", "SKIN = 0.3", "SKIN = 0.31"))
    assert moved >= PREPARATION | RUNS_LIQUIDS
    assert {"reheat_liquids"} == RUNS_LIQUIDS and MEASURES & moved == RUNS_LIQUIDS | MINIMISES


def test_edit_of_a_figure_reaches_plots_alone(library, reruns):
    module = library / "vitrine/observables/soft_spots/boltzmann.py"
    moved = reruns(lambda: module.write_text(module.read_text(encoding="utf-8") + "\nNEW = 3\n", encoding="utf-8"))
    assert moved == {"plot_boltzmann"}
    kit = library / "vitrine/figures/marks.py"
    moved = reruns(lambda: kit.write_text(kit.read_text(encoding="utf-8") + "\nNEW = 3\n", encoding="utf-8"))
    assert moved == FIGURES


def test_default_values_and_decorators_count(library, reruns):
    assert "quench_samples" in reruns(lambda: edit(library / "vitrine/preparation/minimise.py", 'method: str = "lbfgs"', 'method: str = "fire"'))
    assert "quench_samples" in reruns(lambda: edit(library / "vitrine/preparation/minimise.py", "@njit", "@njit(fastmath=True)"), hashes(library))


def test_a_string_that_is_no_docstring_counts(library, reruns):
    assert "find_modes" in reruns(
        lambda: edit(library / "vitrine/linalg/solve.py", "not a minimum: its Hessian has", "not a minimum; its Hessian has")
    )


def test_an_unrelated_new_table_reruns_nothing_old(library, reruns):
    def change():
        tables = library / "vitrine/tables.py"
        tables.write_text(tables.read_text(encoding="utf-8") + '\nNEW = Table("new", "new", ())\n', encoding="utf-8")

    assert reruns(change) == set()


SERIES = "decay of the self-overlap and series of the energy of each liquid", "series of the energy and decay of the self-overlap of each liquid"


def test_edit_of_a_table_reaches_who_writes_and_reads_it(library, reruns):
    moved = reruns(lambda: edit(library / "vitrine/tables.py", *SERIES))
    assert {"equilibrate_liquids", "aggregate_liquids"} <= moved
    assert not ({"quench_samples", "aggregate_glasses", "write_summary", "fit_study"} | MEASURES | FIGURES) & moved


def test_a_module_that_takes_the_tables_as_a_whole_counts_all_of_them(library, reruns):
    edit(library / "vitrine/observables/modes/measure.py", "import numpy as np\n", "import numpy as np\n\nfrom vitrine import tables\n")
    moved = reruns(lambda: edit(library / "vitrine/tables.py", *SERIES), hashes(library))
    assert "find_modes" in moved and "pinch_bonds" not in moved


def test_what_all_tables_share_counts_for_all(library, reruns):
    moved = reruns(lambda: edit(library / "vitrine/parquet.py", 'compression="zstd"', 'compression="snappy"'))
    assert {"find_modes", "quench_samples", "pinch_bonds"} <= moved


def test_a_module_imported_inside_a_function_counts(library, reruns):
    """The potential imports its kernels only when it is evaluated."""
    (library / "vitrine/extra.py").write_text("VALUE = 1\n", encoding="utf-8")
    edit(library / "vitrine/observables/modes/measure.py", "    wanted =", "    from vitrine import extra\n\n    wanted =")
    moved = reruns(lambda: (library / "vitrine/extra.py").write_text("VALUE = 2\n", encoding="utf-8"), hashes(library))
    assert moved == {"find_modes", "export_samples", "decompose_modes", "measure_transverse_density"}


def test_code_of_a_package_reaches_its_own_users_at_most(library, reruns):
    init = library / "vitrine/samples/__init__.py"
    moved = reruns(lambda: init.write_text(init.read_text(encoding="utf-8") + "\nVALUE = 2\n", encoding="utf-8"))
    assert moved >= PREPARATION | MEASURES
    assert not (FIGURES | {"fit_study", "write_summary", "collect_tables", "aggregate_elasticity"}) & moved


def test_config_hash():
    one = {"study": "a", "seed": 1, "model": {"name": "poly", "poly": {"density": 0.58}}}
    assert provenance.config_hash(one) == provenance.config_hash({"seed": 1, **{key: one[key] for key in ("model", "study")}})
    assert provenance.config_hash(one) != provenance.config_hash({**one, "seed": 2})


def test_provenance_says_where_a_number_comes_from():
    record = provenance.provenance({"study": "a", "seed": 1}, engine="builtin")
    assert (record["study"], record["seed"], record["engine"]) == ("a", 1, "builtin")
    assert record["version"] and len(record["config_hash"]) == 16
