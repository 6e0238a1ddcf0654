"""The steps of a study: which rule makes which files at which point, and the identity by which they are known to be the study's.

Costs, status, watch and archive go by these lists alone, so that they see every observable and nothing that is not Vitrine's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vitrine.choices import MADE_BY, collected_tables
from vitrine.tables import ENSEMBLES, FITS, FLAGS, QUANTITIES

if TYPE_CHECKING:
    from vitrine.declare import Observable
    from vitrine.study import Study


PILOT_FILES = ("pilot.gsd", "pilot.parquet")


class Step(NamedTuple):
    """What a rule makes: in the folder of a batch, of a point, or of the study.

    recorded: the files whose provenance says who made all of them: tables or fields of its own, or of a figure the tables that it draws. identity:
    what must stand there.
    """

    rule: str
    files: tuple[str, ...]
    recorded: tuple[str, ...]
    identity: str


def rules_of_batches(study: Study) -> dict[str, dict[str, tuple[str, ...]]]:
    """{label: {rule: its files in the folder of a batch}}, in the order of the workflow."""
    files: dict[str, tuple[str, ...]] = {one.rule: one.products for one in study.measured}
    for made in MADE_BY.values():
        files |= {rule: tuple(file for file in made if made[file] == rule) for rule in made.values()}
    return {label: {rule: files[rule] for rule in study.last_files(label)} for label in study.places}


def averaged_at(study: Study) -> dict[str, list[Observable]]:
    """{label: the observables that are averaged there}."""
    found: dict[str, list[Observable]] = {label: [] for label in study.places}
    for one in study.aggregated:
        for label in study.labels(one):
            found[label].append(one)
    return found


def steps_of_batches(study: Study) -> dict[str, list[Step]]:
    """The steps of every batch of a point, by label."""
    return {
        label: [Step(rule, files, _recorded(files), study.identity_of_file(label, files[0])) for rule, files in rules.items()]
        for label, rules in rules_of_batches(study).items()
    }


def steps_of_points(study: Study) -> dict[str, list[Step]]:
    """The steps that a point has once, by label: its pilot, and the averages over its batches."""
    found = {}
    for label, observables in averaged_at(study).items():
        pilot = [Step("pilot_liquids", PILOT_FILES, PILOT_FILES[1:], study.identity(label))] if study.places[label].has_pilot else []
        found[label] = pilot + [Step(one.aggregate, one.averages, one.averages, study.identity_of_average(label, one.name)) for one in observables]
    return found


def steps_of_study(study: Study) -> list[Step]:
    """The steps of the study as a whole, with its figures."""
    whole = study.identity_of_study()
    collected = [*collected_tables({one.name: one for one in study.aggregated}), FLAGS.name, ENSEMBLES.name]
    made = {
        **{one.aggregate: tuple(f"tables/{file}" for file in one.averages) for one in study.overarching},
        "collect_tables": tuple(map(_table, collected)),
        "fit_study": (_table(QUANTITIES.name), _table(FITS.name)),
        "write_summary": ("summary.md", "summary.parquet"),
        "write_provenance": ("provenance.json",),
    }
    steps = [Step(rule, files, _recorded(files), whole) for rule, files in made.items()]
    for name, figure in study.figures.items():
        steps.append(Step(figure.function, (f"figures/{name}.svg", f"figures/{name}.pdf"), tuple(map(_table, figure.tables)), whole))
    return steps


def _recorded(files: tuple[str, ...]) -> tuple[str, ...]:
    """The tables; of what has none, all files."""
    return tuple(file for file in files if file.endswith(".parquet")) or files


def _table(name: str) -> str:
    return f"tables/{name}.parquet"
