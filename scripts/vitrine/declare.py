"""What an observable declares: what it takes and gives, its settings, quantities, published values and figures. Data alone: every `if` is elsewhere.

A declaration is the `OBSERVABLE` of observables/<name>/__init__.py. Nothing heavy is imported here or there, since every plan and every job reads it.
The functions that it names lie beside it: `rule` in measure.py, `aggregate` in aggregate.py, `derive` in derive.py, `cost` in cost.py, `check` in
check.py where its settings must fit the study's trajectories, and of every figure `plot_<figure>` in <figure>.py with its caption in <figure>.rst.
One that draws its own systems has `model` in model.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from vitrine.schema import NONE, Table

NUMBER_OR_ALL = {
    "anyOf": [{"const": "all"}, {"type": "integer", "minimum": 1}],
    "description": "the word all, or a whole number from 1",
}
POSITIVE = {"type": "number", "exclusiveMinimum": 0}
SHARE = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
NAMED = "named"
NUMBERS_OF_PARTICLES = {
    "type": ["string", "null"],
    "pattern": "^[A-Za-z0-9_]+[.][A-Za-z0-9_]+$",
    "description": "null, or numbers of particles by name: <field>.<array>, such as vibrability_field.vibrability, or <table>.<column>",
}


@dataclass(frozen=True)
class Setting:
    """A leaf of the observable's section in the config.

    allowed: as JSON schema. used_by: `measure`, `aggregate` or `derive`, whose rule runs anew when it changes, or `figure`. names_axis: its value is
    the name of an axis of the study, or null. names_file: it names a file of the user's, or null; the rule that measures or averages
    runs anew when the file changes. takes: a file that the observable takes too where the setting is true; NAMED where its value names numbers of
    particles, `<field or table>.<array or column>`, or is null: then their file is taken too.
    """

    name: str
    default: object
    allowed: Mapping
    meaning: str
    used_by: str = "measure"
    names_axis: bool = False
    names_file: bool = False
    takes: str = ""


SHOWN = Setting(
    "shown",
    None,
    {"type": ["integer", "null"], "minimum": 0, "description": "the index of a sample, or null"},
    "index of the glass that is drawn; null: the first that has what is drawn",
    used_by="aggregate",
)


@dataclass(frozen=True)
class Field:
    """Vectors or numbers of particles that a measurement gives, in a GSD file of its own: arrays (N,) or (N, d) for each sample, by name.

    name: of the file. meaning: what the arrays are. unit: of their numbers.
    """

    name: str
    meaning: str
    unit: str

    @property
    def file(self) -> str:
        """The file of the fields in the batch's folder."""
        return f"{self.name}.gsd"


@dataclass(frozen=True)
class States(Field):
    """Strained states of each sample, as a trajectory (samples/trajectories.py): positions (F, N, d), boxes (F, d, d) and, in the place of times,
    strains (F,), by these names."""


@dataclass(frozen=True)
class Quantity:
    """A scalar of an ensemble, with its words.

    symbol: mathtext. label: in the summary. place: of its row there, none where it is infinite. reduced: `frequency`, `length` or `prefactor` where
    it is also given in the units of the papers, as <name>_reduced. ratio: the name of its ratio to the hottest T_p. change: name and kind (`ratio`,
    `decrease` or `decades`) of the headline that compares the coldest with the hottest. universal: it should not depend on the point, and is pooled.
    error_from: of such a one, the value from which on its error grows in proportion (0 of a ratio, 1 of a tail's exponent by maximum likelihood);
    None where the error does not depend on the value. large: above `large_above` it is that of the largest ensemble.
    """

    name: str
    symbol: str
    unit: str
    meaning: str
    label: str = ""
    place: float = inf
    reduced: str = ""
    ratio: str = ""
    change: tuple[str, str] | None = None
    universal: bool = False
    error_from: float | None = None
    large: bool = False


@dataclass(frozen=True)
class Headline:
    """A published number and how far it compares with ours.

    fit: name in the fits table. place: of its row in the summary. range: parent temperatures, in the published unit of temperature, over which it was
    taken; ours is compared only when it has the same ends. comparable: False where a deviation would mean nothing; the comment then says why. model:
    the glass former with its published parameters to which the number belongs; empty for a law that holds for every one. least: parent temperature,
    in the published unit, from which on it was taken; ours is compared only when the hottest is no colder.
    """

    fit: str
    label: str
    value: float
    source: str
    place: float
    range: tuple[float, float] | None = None
    comparable: bool = True
    comment: str = ""
    model: str = "poly"
    least: float = 0.0


@dataclass(frozen=True)
class Figure:
    """A figure: the tables of the study and the quantities that it needs, and the observables whose settings it shows.

    axis: the axis against which alone it makes sense; empty where it is drawn against any. options: leaves of its own section in the config.
    """

    name: str
    function: str
    tables: tuple[str, ...]
    quantities: tuple[str, ...] = ()
    observables: tuple[str, ...] = ()
    source: str = ""
    axis: str = ""
    title: str = ""
    options: tuple[Setting, ...] = ()


@dataclass(frozen=True)
class Observable:
    """One observable, its name that of its folder.

    title, formula, source: its row in the README (`make docs` writes it). place: of its column in cost tables, hot paths first.
    rule: the function of measure.py, which is also the name of the rule; empty where nothing is measured sample by sample.
    aggregate: the function of aggregate.py, also the name of the rule; empty where nothing is averaged.
    derive: the function of derive.py that adds to the fits over ensembles; empty where there is none.
    model: of one that draws its own systems the function of model.py that gives their parameters at a point of a study, and raises InputError for
    axes that are missing and values that are not allowed: the study asks it of every point before there is a job. model.py imports nothing heavy.
    takes: files of the batch (`glasses.gsd`, `liquids.gsd`, `trajectories.gsd`, a table or field of another observable); none for a model without
    particles, whose systems the observable draws itself.
    tables, fields: what a measurement gives, per batch. combines: tables of batches that `aggregate` reads; with scope `study`, tables of ensembles.
    curves: tables that `aggregate` gives beside estimates and flags. kept: those that stay with their ensemble, for other observables. collected:
    tables of batches that are also wanted whole for the study. scope: `ensemble`, or `study` for one that is aggregated from all ensembles at once.
    algebra: `sparse` where it solves equations, `full` where it takes whole spectra, which a GPU may do; empty for neither.
    random: the tag of its random stream (seeds), where it draws; 0 for none. prepares: it runs liquids at the rung before theirs, and is told
    how that rung prepares its own; there are none at the top of a ladder. moves: it runs dynamics of its own from what it takes, and is told the
    preparation's. Both store what they have done (`stores`). spectra: of velocities, which the trajectories must have often enough. dimensions: of
    space for which it is made. pairwise: it takes the energy apart into pairs, or third derivatives, and refuses a many-body potential.
    """

    name: str
    title: str
    source: str
    place: float
    formula: str = ""
    rule: str = ""
    aggregate: str = ""
    derive: str = ""
    model: str = ""
    takes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    fields: tuple[Field, ...] = ()
    combines: tuple[str, ...] = ()
    curves: tuple[Table, ...] = ()
    kept: tuple[Table, ...] = ()
    collected: tuple[str, ...] = ()
    scope: str = "ensemble"
    settings: tuple[Setting, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    headlines: tuple[Headline, ...] = ()
    figures: tuple[Figure, ...] = ()
    requires: tuple[str, ...] = ()
    algebra: str = ""
    random: int = 0
    message: str = ""
    prepares: bool = False
    moves: bool = False
    spectra: bool = False
    dimensions: tuple[int, ...] = (2, 3)
    pairwise: bool = False
    preparation: bool = field(default=False)

    @property
    def stores(self) -> bool:
        """Whether its runs are stored on their way, and go on from there."""
        return self.prepares or self.moves

    @property
    def products(self) -> tuple[str, ...]:
        """Files that a measurement gives in the folder of its batch."""
        return (*(table.file for table in self.tables), *(one.file for one in self.fields))

    @property
    def averages(self) -> tuple[str, ...]:
        """Files that its average gives, in order: estimates, curves, what is kept, flags."""
        return (f"{self.name}_estimates.parquet", *(table.file for table in (*self.curves, *self.kept)), f"{self.name}_flags.parquet")

    @property
    def defaults(self) -> dict[str, object]:
        """Its section of the config, where nothing is said."""
        return {setting.name: setting.default for setting in self.settings}


def unitless(unit: str) -> bool:
    """Whether a unit is none."""
    return unit in ("", NONE)
