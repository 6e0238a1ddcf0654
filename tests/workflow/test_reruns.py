"""An edit, of code or of the config, reruns exactly what depends on it."""

import ast
import os

import pytest

EDITED = "\nEDITED = True\n"
CONCLUDE = {"collect_tables", "fit_study", "write_summary", "write_provenance", "all"}
FIT = CONCLUDE - {"collect_tables"}
SLOW = pytest.mark.slow  # tests/unit/test_provenance.py has the hashes of every rule


@pytest.fixture
def edited(finished, workflow, repository):
    """The finished study run by a copy of the workflow, in which a test edits files below scripts/."""
    run = workflow(finished.directory, repository=repository)
    run.scripts = repository / "scripts"
    return run


def append(path, text=EDITED):
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def rules_of(study, *observables):
    """Rules that measure and average."""
    chosen = [study.observables[name] for name in observables]
    return {rule for one in chosen for rule in (one.rule, one.aggregate) if rule}


def draw(study):
    return {figure.function for figure in study.figures.values()}


def test_dates_comments_words_and_captions_rerun_nothing(edited):
    """A copy elsewhere, with new dates as after `git switch`; other comments, docstrings, titles, meanings of settings, captions."""
    for path in edited.scripts.glob("*.py"):
        os.utime(path)
    for module in ("vitrine/observables/pinching/measure.py", "vitrine/preparation/swap.py", "measure.py"):
        path = edited.scripts / module
        text = path.read_text(encoding="utf-8")
        old = ast.get_docstring(ast.parse(text), clean=False)
        path.write_text(text.replace(old, "Told in other words.", 1) + "\n# edited\n", encoding="utf-8")
    pinching = edited.scripts / "vitrine" / "observables" / "pinching"
    replace(pinching / "__init__.py", 'title="omega_g"', 'title="frequency of soft spots"')
    replace(pinching / "__init__.py", '"f/(p a0^(d-1)) below which a bond counts', '"below which a bond counts')
    append(pinching / "pinching_force.rst", "More words.\n")
    assert edited.plan() == {}


@pytest.mark.parametrize(
    ("module", "reruns"),
    [
        ("vitrine/figures/style.py", lambda study: draw(study) | {"all"}),
        ("vitrine/observables/pinching/measure.py", lambda study: rules_of(study, "pinching")),
        pytest.param("vitrine/observables/pinching/aggregate.py", lambda study: {"aggregate_pinching"}, marks=SLOW),
        pytest.param("vitrine/observables/pinching/pinching_force.py", lambda study: {"plot_pinching_force", "all"}, marks=SLOW),
        pytest.param("vitrine/observables/soft_spots/derive.py", lambda study: draw(study) | FIT, marks=SLOW),
        pytest.param("vitrine/statistics/weibull.py", lambda study: {"aggregate_modes"}, marks=SLOW),
        (
            "measure.py",
            lambda study: {rule for one in study.measured for rule in (one.rule, one.aggregate)} | {one.aggregate for one in study.overarching},
        ),
    ],
    ids=lambda value: value.rpartition("/")[2] if isinstance(value, str) else "",
)
def test_an_edit_of_code_reruns_exactly_what_depends_on_it(edited, module, reruns):
    append(edited.scripts / module)
    study = edited.resolved()
    expected = reruns(study)
    if "all" not in expected:  # numbers change, and with them everything that concludes
        expected = expected | CONCLUDE | draw(study) | whole_study(study, expected)
    assert set(edited.plan()) == expected


def whole_study(study, rules):
    """Rules of observables of the study as a whole that combine what `rules` give."""
    return {one.aggregate for one in study.overarching if {study.producer(file).aggregate for file in one.combines if study.producer(file)} & rules}


@pytest.mark.parametrize(
    ("old", "new", "reruns"),
    [
        ("            1.4,\n", "            1.41,\n", lambda study: FIT | draw(study)),
        pytest.param('Column("count", "int64"', 'Column("count", "int32"', lambda study: {"aggregate_pinching"} | CONCLUDE | draw(study), marks=SLOW),
    ],
    ids=["published", "column"],
)
def test_an_edit_of_a_declaration_reruns_what_uses_that_part(edited, old, new, reruns):
    replace(edited.scripts / "vitrine" / "observables" / "pinching" / "__init__.py", old, new)
    assert set(edited.plan()) == reruns(edited.resolved())


def test_another_table_moves_no_hash_of_rules_that_do_not_use_it(edited):
    """Of a declaration and of the module of all studies' tables."""
    table = '\n\nANOTHER = Table("another", "a table of a new observable", (Column("value", "double", NONE, "its value"),))\n'
    append(edited.scripts / "vitrine" / "tables.py", table)
    declaration = edited.scripts / "vitrine" / "observables" / "elasticity" / "__init__.py"
    replace(declaration, "\nOBSERVABLE = ", f"{table.strip()}\n\nOBSERVABLE = ")
    assert edited.plan() == {}
    replace(declaration, "    combines=", "    curves=(ANOTHER,),\n    combines=")
    planned = edited.plan()
    assert not {rule for rule in planned if rule in {one.rule for one in edited.resolved().measured}}
    assert {rule for rule in planned if rule.startswith("aggregate_")} == {"aggregate_elasticity"}


@SLOW
def test_an_edit_of_the_sampler_reruns_everything(edited):
    append(edited.scripts / "vitrine" / "preparation" / "swap.py")
    study = edited.resolved()
    prepared = sum(2 * len(place.batches) + place.has_pilot for place in study.places.values())
    measured = sum(len(study.places[label].batches) for one in study.measured for label in study.labels(one))
    averaged = sum(len(study.labels(one)) for one in study.aggregated)
    whole = len(study.overarching) + len(CONCLUDE) + len(study.figures)
    assert sum(edited.plan().values()) == prepared + measured + averaged + whole


@pytest.mark.parametrize(
    ("changes", "measuring"),
    [
        ({"observables": {"pinching": {"bonds": 61}}}, {"pinch_bonds"}),
        pytest.param({"observables": {"pinching": {"weak_force": 0.02}}}, set(), marks=SLOW),
        pytest.param({"quench": {"tolerance": 1.0e-11}}, None, marks=SLOW),
        pytest.param({"observables": {"reheating": {"samples": 3}}}, {"reheat_liquids"}, marks=SLOW),
        pytest.param({"observables": {"liquids": {"tolerance": 0.01}}}, set(), marks=SLOW),
        ({"figure_options": {"trends": {"quantities": ["omega_g"]}}}, set()),
    ],
    ids=["measure", "aggregate", "quench", "reheated", "tolerated", "figure"],
)
def test_a_setting_reruns_the_steps_that_use_it(finished, workflow, overlay, changes, measuring):
    run = workflow(finished.directory, *finished.configs, overlay(changes))
    planned, study = set(run.plan()), run.resolved()
    rules, of_liquids = {one.rule for one in study.measured if not one.prepares}, {"pilot_liquids", "equilibrate_liquids", "reheat_liquids"}
    assert planned & (rules | {"quench_samples"} | of_liquids) == ({*rules, "quench_samples"} if measuring is None else measuring)
    if "figure_options" in changes:
        assert planned == {"plot_trends", "all"}
