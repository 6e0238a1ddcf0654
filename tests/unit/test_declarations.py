"""Every observable's folder is complete, and what one lacks is said; declarations load nothing heavy; units are those that the averages give."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from aggregated import ON_ENSEMBLES, Aggregation, sources
from declared import lacks, lacks_of_figure
from vitrine.choices import PREPARED, STUDY_TABLES, collected_tables
from vitrine.declare import Field, Setting
from vitrine.figures import FIGURES
from vitrine.observables import FIGURES as FOLDER_OF_FIGURES
from vitrine.observables import FOLDER, declarations, figures, function_of, known_tables, module_of, module_of_figure
from vitrine.schema import Column

TESTS = Path(__file__).resolve().parent
SCRIPTS = FOLDER.parents[1]


@pytest.mark.parametrize("name", declarations())
def test_the_folder_of_an_observable_lacks_nothing(name):
    assert lacks(FOLDER / name, declarations()[name], TESTS, declarations()) == []


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_a_figure_of_several_observables_lacks_nothing(figure):
    assert list(lacks_of_figure(FOLDER_OF_FIGURES, figure)) == []


def changed_column(table, **changes):
    return replace(table, own=(replace(table.own[0], **changes), *table.own[1:]))


PINCHING = declarations()["pinching"]
SPOILT = {
    "another name": (lambda one: replace(one, name="pinched"), ["its name is pinched, not pinching", "a test file"]),
    "no title": (lambda one: replace(one, title=""), ["a title"]),
    "no message": (lambda one: replace(one, message=""), ["a message for its rule"]),
    "no unit": (lambda one: replace(one, tables=(changed_column(one.tables[0], unit=""),)), ["unit or type of the column pinching.i"]),
    "no meaning": (lambda one: replace(one, tables=(changed_column(one.tables[0], meaning=""),)), ["unit or type of the column pinching.i"]),
    "no type": (lambda one: replace(one, tables=(changed_column(one.tables[0], type="float"),)), ["unit or type of the column pinching.i"]),
    "no meaning of a curve": (lambda one: replace(one, curves=(replace(one.curves[0], meaning=""), one.curves[1])), ["the table pinching_force"]),
    "no unit of a field": (lambda one: replace(one, fields=(Field("bonds_field", "bonds", ""),)), ["unit of the field bonds_field"]),
    "no unit of a quantity": (lambda one: replace(one, quantities=(replace(one.quantities[0], unit=""),)), ["the quantity omega_g"]),
    "no source": (lambda one: replace(one, headlines=(replace(one.headlines[0], source="somewhere"),)), ["a source of the headline"]),
    "a default that is not allowed": (
        lambda one: replace(one, settings=(replace(one.settings[0], default=0), *one.settings[1:])),
        ["a default of the setting bonds", "setting bonds among"],
    ),
    "a setting that nothing takes": (
        lambda one: replace(one, settings=(*one.settings, Setting("speed", 1, {}, "a speed"))),
        ["the setting speed among the arguments of pinch_bonds"],
    ),
    "a setting that no average takes": (
        lambda one: replace(one, settings=(*one.settings, Setting("speed", 1, {}, "a speed", "aggregate"))),
        ["arguments ensemble, pinching, speed, weak_force of aggregate_pinching"],
    ),
    "another rule": (lambda one: replace(one, rule="pinch_all"), ["the function pinch_all in measure.py", "a test file that imports pinch_all"]),
    "another average": (lambda one: replace(one, aggregate="average_pinching"), ["the function average_pinching in aggregate.py"]),
    "something derived": (lambda one: replace(one, derive="fit_pinching"), ["the function fit_pinching in derive.py"]),
    "an imported function": (lambda one: replace(one, rule="pseudo_inverse"), ["the function pseudo_inverse in measure.py", "pseudo_inverse"]),
    "another figure": (
        lambda one: replace(one, figures=(replace(one.figures[0], name="force", function="plot_force"),)),
        ["the function plot_force in force.py", "a caption of the figure force in force.rst"],
    ),
    "a table that is not drawn": (
        lambda one: replace(one, figures=(replace(one.figures[0], tables=("pinching_force", "mode_density")),)),
        ["an argument of plot_pinching_force"],
    ),
    "systems of its own": (lambda one: replace(one, takes=()), ["a function of model.py"]),
    "another model": (lambda one: replace(one, model="parameters"), ["the function parameters in model.py"]),
    "what nothing gives": (lambda one: replace(one, takes=("strained.gsd",)), ["an observable that gives strained.gsd"]),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "said"), SPOILT.values(), ids=[name.replace(" ", "_") for name in SPOILT])
def test_what_a_declaration_lacks_is_said(spoil, said):
    found = lacks(FOLDER / "pinching", spoil(PINCHING), TESTS, declarations())
    assert len(found) == len(said), found
    assert all(word in text for word, text in zip(said, found, strict=True)), found


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("cost.py", "the function cost in cost.py"),
        ("measure.py", "the function pinch_bonds in measure.py"),
        ("aggregate.py", "the function aggregate_pinching in aggregate.py"),
        ("pinching_force.py", "the function plot_pinching_force in pinching_force.py"),
        ("pinching_force.rst", "a caption of the figure pinching_force in pinching_force.rst"),
    ],
)
def test_a_file_that_is_missing_is_said(tmp_path, file, said):
    folder = shutil.copytree(FOLDER / "pinching", tmp_path / "pinching", ignore=shutil.ignore_patterns("__pycache__"))
    assert lacks(folder, PINCHING, TESTS, declarations()) == []
    (folder / file).unlink()
    assert lacks(folder, PINCHING, TESTS, declarations()) == [said]


def test_a_test_that_is_missing_is_said(tmp_path):
    assert lacks(FOLDER / "pinching", PINCHING, tmp_path, declarations()) == [
        "a test file that imports pinch_bonds and holds it against its naive twin"
    ]


# --- of all together ----------------------------------------------------------------------------------------------------------------------------


def test_no_two_observables_give_the_same():
    """Names of tables, fields, quantities, fits, rules and figures are the study's own, whoever chooses what."""
    every = declarations().values()
    given = {
        "products": [file for one in every for file in (*one.products, *one.averages)]
        + list(PREPARED)
        + [f"{name}.parquet" for name in STUDY_TABLES],
        "rules": [name for one in every for name in (one.rule, one.aggregate) if name],
        "quantities": [quantity.name for one in every for quantity in one.quantities],
        "ratios": [quantity.ratio for one in every for quantity in one.quantities if quantity.ratio],
        "headlines": [headline.label for one in every for headline in one.headlines],
        "headline rows": [headline.place for one in every for headline in one.headlines],
        "places": [one.place for one in every],
        "rows": [quantity.place for one in every for quantity in one.quantities if quantity.place < 1e9],
        "figures": [figure.name for one in every for figure in one.figures] + [figure.name for figure in FIGURES],
        "random": [one.random for one in every if one.random],
    }
    for kind, names in given.items():
        assert len(set(names)) == len(names), (kind, sorted(name for name in names if names.count(name) > 1))


def test_ratios_and_reduced_numbers_that_are_shown_are_declared():
    quantities = {quantity.name: quantity for one in declarations().values() for quantity in one.quantities}
    assert all(quantity.ratio in quantities for quantity in quantities.values() if quantity.ratio)
    assert {quantity.reduced for quantity in quantities.values()} <= {"", "frequency", "length", "prefactor"}
    assert {quantity.change[1] for quantity in quantities.values() if quantity.change} <= {"ratio", "decrease", "decades"}


def test_figures_need_what_there_is():
    quantities = {quantity.name for one in declarations().values() for quantity in one.quantities}
    for figure, _ in figures().values():
        assert set(figure.tables) <= {*STUDY_TABLES, *collected_tables(declarations())}, figure.name
        assert set(figure.quantities) <= quantities and set(figure.observables) <= set(declarations()), figure.name


def test_the_registry_finds_functions_and_tables():
    assert function_of(module_of("pinching", "measure"), "pinch_bonds").__module__ == "vitrine.observables.pinching.measure"
    assert module_of_figure("boltzmann") == FOLDER / "soft_spots" / "boltzmann.py"
    assert module_of_figure("spectra") == FOLDER_OF_FIGURES / "spectra.py"
    assert {"liquids", "modes", "mode_density", "mode_counts", "vibrability"} <= set(known_tables())
    assert [one.place for one in declarations().values()] == sorted(one.place for one in declarations().values())


def test_every_folder_is_found():
    folders = {path.parent.name for path in FOLDER.glob("*/__init__.py")}
    assert folders == set(declarations())


LOADED = """
import sys
from vitrine.observables import declarations, figures, known_tables, column_names
from vitrine import batches, declare, points, schema, tables
assert len(declarations()) > 5 and len(figures()) > 5 and known_tables() and column_names()
heavy = {"numpy", "scipy", "pandas", "pyarrow", "numba", "gsd", "matplotlib", "yaml", "jsonschema"}
sys.exit(", ".join(sorted(heavy & set(sys.modules))) or 0)
"""


def test_declarations_load_nothing_heavy():
    """Every plan and every job reads them."""
    done = subprocess.run([sys.executable, "-c", LOADED], env={"PYTHONPATH": str(SCRIPTS)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# --- units --------------------------------------------------------------------------------------------------------------------------------------

DERIVED = {
    "R_Ag",
    "R_Ag_tail",
    "xi_bond_reduced",
    "R_xi_bond",
    "energy_bracket",
    "temperature_bracket",
    "temperature_rise",
    "poisson_ratio",
}  # combined over ensembles: their units are tested with these
SOMETIMES = {"A_g_limit": "1/(sqrt(epsilon/m)/lambda_min)^5"}  # given only where there is no law


@pytest.mark.parametrize("name", ON_ENSEMBLES)
def test_an_average_gives_the_declared_quantities_in_their_units(name, tmp_path):
    estimates = Aggregation(tmp_path)(name)[0]
    given = dict(zip(estimates["quantity"], estimates["unit"], strict=True))
    declared = {quantity.name: quantity.unit for quantity in declarations()[name].quantities}
    assert SOMETIMES | given == SOMETIMES | {quantity: unit for quantity, unit in declared.items() if quantity not in DERIVED}


@pytest.mark.parametrize("name", ON_ENSEMBLES)
def test_columns_that_several_tables_share_have_one_unit(name):
    """omega is omega: a column and the quantity, or the column of a curve, of the same name are measured in the same."""
    one = declarations()[name]
    columns: dict[str, set] = {}
    tables = [known_tables()[source] for source in sources(name) if source in known_tables()]
    for table in (*one.tables, *one.curves, *one.kept, *tables):
        for column in table.own:
            columns.setdefault(column.name, set()).add(column.unit)
    for quantity in one.quantities:
        if quantity.name in columns:
            columns[quantity.name].add(quantity.unit)
    assert all(len(units) == 1 for units in columns.values()), {column: units for column, units in columns.items() if len(units) > 1}
    assert all(isinstance(column, Column) for table in tables for column in table.columns)


def unit_of(table, column):
    return known_tables()[table].unit_of(column)


@pytest.mark.parametrize(
    "table", [table for table in known_tables().values() if {"density", "density_error"} <= set(table.names)], ids=lambda table: table.name
)
def test_a_density_is_one_over_what_it_is_a_density_of(table):
    (low,) = [column for column in table.own if column.name.endswith("_low")]
    high = low.name.replace("_low", "_high")
    assert table.unit_of("density") == table.unit_of("density_error") == f"1/({low.unit})" and table.unit_of(high) == low.unit


def test_units_follow_from_the_formulas():
    """N_QLM = A_g omega_g^5 is a number, lambda = 1/omega^2 at unit mass, a speed is a length times a frequency, Psi a sum of 1/omega^2."""
    units = {quantity.name: quantity.unit for one in declarations().values() for quantity in one.quantities}
    assert {units[name] for name in ("A_g", "A_g_ml", "A_g_tail")} == {f"1/({units['omega_g']})^5"}
    frequencies = ("omega_g", "omega_g_unfiltered", "omega_ph", "omega_min", "omega_cutoff", "weibull_scale", "heat_minimum")
    assert {units[name] for name in frequencies} == {"sqrt(epsilon/m)/lambda_min"} == {unit_of("modes", "omega"), unit_of("pinching", "omega")}
    assert units["c_s"] == units["c_l"] == "sqrt(epsilon/m)" and units["spacing"] == units["xi_bond"] == "lambda_min"
    softness = {unit_of("bond_operator", "lambda"), unit_of("vibrability", "mean"), unit_of("vibrability_map", "psi"), units["lambda_tail"]}
    assert softness == {"lambda_min^2/epsilon", declarations()["vibrability"].fields[0].unit}
    moduli = {name for name in units if "modulus" in name or "pressure" in name}
    assert {units[name] for name in moduli} == {"epsilon/lambda_min^d"} and len(moduli) >= 8
    assert {units[name] for name in ("energy_liquid", "energy_inherent")} == {"epsilon"}
    assert (
        unit_of("pinching", "force") == "epsilon/lambda_min" and unit_of("pinching", "force_reduced") == unit_of("pinching_force", "force_low") == "1"
    )
