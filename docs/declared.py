"""Blocks that follow from the code: declarations of observables, tables, glass formers, studies, measured costs."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Iterable

import vitrine
import yaml
from vitrine.aggregation.summary import number
from vitrine.costs import Costs
from vitrine.declare import Observable, Setting
from vitrine.models import GLASS_FORMERS
from vitrine.observables import declarations, figures, known_tables
from vitrine.points import AXES
from vitrine.preparation.samplers import TIMED
from vitrine.runs.cost import RELAXATION_TIMES
from vitrine.runs.cost_table import headline
from vitrine.schema import FLAG, SAMPLE, Column, Table
from vitrine.study import Study
from vitrine.tables import COSTS as COSTS_TABLE
from vitrine.tables import ENSEMBLES, ESTIMATES, FITS, FLAGS, QUANTITIES, SUMMARY

from benchmarks.readme import config_of, scaling_table
from docs.blocks import DOCS, REPOSITORY, table

SOME = 4  # values of an axis beyond which only the ends are named


def what_is_measured() -> str:
    """A row for each observable of the default study, and the titles of the others."""
    chosen = Study.from_config(config_of(REPOSITORY / "config.yaml")).observables
    rows = [(f"`{one.name}`", one.title, one.formula, one.source) for one in declarations().values() if one.name in chosen]
    others = [f"`{one.name}` ({_plain(one.title)})" for one in declarations().values() if one.name not in chosen]
    more = f"A study may also choose, by a line of its config ([all of them](docs/observables.md)): {'; '.join(others)}."
    return table(("observable", "gives", "definition", "source"), rows) + "\n\n" + more


def observables() -> str:
    """Of each observable its functions, settings, quantities, published values and figures."""
    return "\n\n".join(_observable(one) for one in declarations().values())


def _observable(one: Observable) -> str:
    steps = [(one.rule, "measures a sample"), (one.aggregate, "averages"), (one.derive, "combines points")]
    about = [f"* Gives: {_plain(one.title)}", f"* Definition: {_plain(one.formula)} ({one.source})"]
    about += [f"* Steps: {', '.join(f'`{name}` {what}' for name, what in steps if name)}"]
    about += [f"* Takes: {', '.join(f'`{file}`' for file in one.takes)}"] if one.takes else []
    about += [f"* Needs the observables: {', '.join(one.requires)}"] if one.requires else []
    about += [f"* Figures: {', '.join(f'`figure_{figure.name}`' for figure in one.figures)}"] if one.figures else []
    parts = [f"## {one.name}", "\n".join(about)]
    if one.settings:
        rows = [(f"`{setting.name}`", f"`{json.dumps(setting.default)}`", _allowed(setting), setting.meaning) for setting in one.settings]
        parts.append(table(("setting", "default", "allowed", "meaning"), rows))
    if one.quantities:
        rows = [(f"`{quantity.name}`", quantity.unit, quantity.meaning) for quantity in one.quantities]
        parts.append(table(("quantity", "unit", "meaning"), rows))
    if one.headlines:
        rows = [(headline.label, f"{headline.value:g}", headline.source) for headline in one.headlines]
        parts.append(table(("compared with", "published", "source"), rows))
    return "\n\n".join(parts)


def _allowed(setting: Setting) -> str:
    """What a setting may be, in words."""
    schema = setting.allowed
    if "description" in schema:
        return schema["description"]
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    kinds = schema.get("type", "value")
    bounds = [f"{word} {schema[key]:g}" for key, word in (("minimum", "from"), ("exclusiveMinimum", "above"), ("maximum", "to")) if key in schema]
    return " ".join([" or ".join([kinds] if isinstance(kinds, str) else kinds), *bounds])


def _plain(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", r"\*")


def figures_table() -> str:
    """A row for each figure."""
    rows = [(f"`figure_{name}`", figure.title, figure.source) for name, (figure, _) in figures().items()]
    return table(("target", "shows", "after"), rows)


def glass_formers() -> str:
    """A row for each glass former, with its published parameters."""
    rows = []
    for name, (build, _, published) in GLASS_FORMERS.items():
        values = [f"{key} {value:g}" if isinstance(value, float) else f"{key} {value}" for key, value in published.items()]
        own = None in published.values()  # a potential of the user's: what stands there are defaults
        rows.append((f"`{name}`", inspect.getdoc(build).split("\n")[0], "none" if own else ", ".join(values)))
    return table(("name", "what it is", "published parameters"), rows)


def axes() -> str:
    """A row for each axis that every study has."""
    rows = [(f"`{axis.name}`", axis.meaning, axis.unit, axis.label or "(the value alone)", axis.leaf or "its own") for axis in AXES.values()]
    return table(("axis", "meaning", "unit", "label in paths", "sets"), rows)


def studies() -> str:
    """A row for each study that comes with Vitrine."""
    files = [REPOSITORY / "config.yaml", *sorted((REPOSITORY / "studies").glob("*.yaml"))]
    rows = []
    for file in files:
        study = Study.from_config(config_of(file), directory=REPOSITORY)
        rows.append((f"`{file.relative_to(REPOSITORY)}`", study.places[study.main.label].model.name, _points(study), headline(study)))
    return table(("file", "glass former", "points", "predicted cost"), rows)


def default_study() -> str:
    """What the default study holds and takes."""
    study = Study.from_config(config_of(REPOSITORY / "config.yaml"))
    return f"The default study: {_points(study)}.\nPredicted cost: {headline(study)}."


def _points(study: Study) -> str:
    texts = []
    for ensemble in study.ensembles:
        values = {axis: list(dict.fromkeys(point.key[axis.name] for point in ensemble.points)) for axis in ensemble.points[0].axes}
        text = ", ".join(f"{axis.plain} = {_listed([axis.words(value) for value in own])}" for axis, own in values.items())
        numbers = [ensemble.samples_at(point) for point in ensemble.points]
        samples = numbers[0] if min(numbers) == max(numbers) else f"{min(numbers)} to {max(numbers)}"
        texts.append(f"{text}, {samples} samples at each")
    return "; ".join(texts)


def _listed(values: list[str]) -> str:
    return ", ".join(values) if len(values) <= SOME else f"{values[0]} to {values[-1]} ({len(values)} values)"


def measuring_functions() -> str:
    """A row for each function of the Python door that measures."""
    rows = []
    for name, row in vitrine.observables_table().iterrows():
        settings = [str(parameter) for parameter in list(inspect.signature(getattr(vitrine, name)).parameters.values())[1:]]
        rows.append((f"`{name}(glass{''.join(f', {_untyped(setting)}' for setting in settings)})`", row["measures"]))
    return table(("call, with its defaults", "gives"), rows)


def _untyped(parameter: str) -> str:
    """A parameter without its annotation."""
    name, _, default = parameter.partition("=")
    return f"{name.partition(':')[0].strip()}={default.strip()}"


def tables() -> str:
    """Every table with its columns."""
    parts = ["Every table of samples begins with `sample` and ends with `flag`:", _columns([SAMPLE, FLAG])]
    owners = {table.name: one.name for one in declarations().values() for table in (*one.tables, *one.curves, *one.kept)}
    for name, entry in known_tables().items():
        where = f"Of the observable `{owners[name]}`. " if name in owners else "Of the preparation. "
        parts += [f"### {name}", where + _sentence(entry), _columns(entry.own)]
    for entry in (ESTIMATES, ENSEMBLES, QUANTITIES, FITS, FLAGS, SUMMARY, COSTS_TABLE):
        parts += [f"### {entry.name}", _sentence(entry), _columns(entry.own)]
    return "\n\n".join(parts)


def _sentence(entry: Table) -> str:
    text = _plain(entry.meaning)
    return f"{text[0].upper()}{text[1:]}."


def _columns(columns: Iterable[Column]) -> str:
    return table(("column", "unit", "meaning"), [(f"`{column.name}`", column.unit, column.meaning) for column in columns])


def fields() -> str:
    """A row for each file of vectors."""
    rows = [(f"`{field.file}`", field.unit, field.meaning, f"`{one.name}`") for one in declarations().values() for field in one.fields]
    return table(("file", "unit", "holds", "observable"), rows)


def study_of_samplers() -> str:
    """The config that compares samplers."""
    return f"```yaml\n{(DOCS / 'samplers.yaml').read_text(encoding='utf-8').strip()}\n```"


def scaling() -> str:
    """What the steps take on one sample."""
    return scaling_table(Costs.load())


def relaxation_times() -> str:
    """The relaxation times that the cost model stands on."""
    told = yaml.safe_load(RELAXATION_TIMES.read_text(encoding="utf-8"))
    tables = {name: {(row["T_p"], row["particles"]): row for row in told[name]} for name in TIMED}
    boxes = sorted(set().union(*tables.values()), key=lambda box: (-box[0], box[1]))

    def told_of(row: dict | None) -> str:
        return f"{row['sweeps']:g} ± {row['error']:g} ({row['samples']})" if row else "-"

    def ratio(swap: dict | None, hamiltonian: dict | None) -> str:
        if not (swap and hamiltonian):
            return "-"
        value = swap["sweeps"] / hamiltonian["sweeps"]
        return number(value, value * math.hypot(*(row["error"] / row["sweeps"] for row in (swap, hamiltonian))))

    rows = []
    for box in boxes:
        own = [tables[name].get(box) for name in TIMED]
        rows.append((f"{box[0]:g}", f"{box[1]}", *map(told_of, own), ratio(*own)))
    return table(("T_p [epsilon/k_B]", "N", *(f"tau of {name} [sweeps] (samples)" for name in TIMED), "ratio"), rows)


def measuring_modules() -> str:
    """For Sphinx: the measuring functions of every observable, and the modules that average and derive."""
    lines = ["```{eval-rst}"]
    for one in declarations().values():
        if one.rule:
            lines += [f".. automodule:: vitrine.observables.{one.name}.measure", "   :members:", ""]
    return "\n".join([*lines, "```"])


DECLARED: dict[str, Callable[[], str]] = {
    "what is measured": what_is_measured,
    "observables": observables,
    "figures": figures_table,
    "glass formers": glass_formers,
    "axes": axes,
    "studies": studies,
    "default study": default_study,
    "measuring functions": measuring_functions,
    "tables": tables,
    "fields": fields,
    "study of samplers": study_of_samplers,
    "scaling": scaling,
    "relaxation times": relaxation_times,
    "measuring modules": measuring_modules,
}
