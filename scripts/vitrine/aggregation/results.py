"""The estimates of all ensembles of a study, by point, and how ensembles are found along the axis against which the study is drawn.

Replicate b of one ensemble is combined with replicate b of the others, so that errors follow through every product, ratio and fit.
Units of the papers (002, appendix A): length a0 = (V/N)^(1/d), frequency c_inf/a0, temperature T_onset; m = k_B = 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Estimate
from vitrine.declare import Observable, Quantity
from vitrine.errors import InputError
from vitrine.observables import declarations
from vitrine.parquet import read_provenance, read_table
from vitrine.points import Axis
from vitrine.provenance import check_identity
from vitrine.schema import BLANK, Table
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.tables import FITS, FLAGS

NO_EQUILIBRIUM = "not in equilibrium"  # how the flag of a whole ensemble begins
CERTAIN = 3.0  # errors by which a drift must exceed zero before it condemns an ensemble: one in 370 good ones does by chance
Key = tuple  # the values of a point, one for each axis of the study


@dataclass(frozen=True)
class StudySettings:
    """What combining ensembles needs of a study.

    axes: of all points. main: the point whose values hold on every axis that is not drawn against. against: that axis. density, dimension: of the
    main glass former. temperature_unit [epsilon/k_B] and its name, T_onset or T_g. observables: names of the chosen ones. options: their settings for
    `derive`. published: names of the glass formers, with their published parameters, that the main one is.
    """

    axes: tuple[Axis, ...]
    main: Key
    against: str
    dimension: int
    density: float
    temperature_unit: float
    temperature_name: str = "T_onset"
    observables: tuple[str, ...] = ()
    options: Mapping[str, Mapping] = field(default_factory=dict)
    published: tuple[str, ...] = ()

    @classmethod
    def of(cls, description: Mapping) -> StudySettings:
        """The settings that a rule's params describe as plain values."""
        axes = tuple(Axis(**axis) for axis in description["axes"])
        return cls(**{**description, "axes": axes, "main": tuple(description["main"])})

    @property
    def axis(self) -> Axis:
        """The axis against which the study is drawn."""
        return self.axes[self.place]

    @property
    def place(self) -> int:
        """Where its value stands in a key."""
        return self.place_of(self.against)

    def place_of(self, name: str) -> int | None:
        """Where the value of an axis stands in a key; None where the study has no such axis."""
        return next((place for place, axis in enumerate(self.axes) if axis.name == name), None)

    @property
    def thermal(self) -> bool:
        """Whether that axis is the parent temperature, of which laws and a plateau are known."""
        return self.against == "parent_temperature"

    @property
    def declared(self) -> list[Observable]:
        """Declarations of the chosen observables."""
        return [declarations()[name] for name in self.observables]

    @property
    def quantities(self) -> list[Quantity]:
        """All that they declare."""
        return [quantity for observable in self.declared for quantity in observable.quantities]

    def option(self, observable: str, name: str) -> object:
        """A setting of a chosen observable; its default where it is not chosen."""
        return self.options.get(observable, declarations()[observable].defaults)[name]


@dataclass
class Results:
    """{key: {quantity: Estimate}} of a study, and the length a0 in which the papers measure."""

    settings: StudySettings
    ensembles: dict[Key, dict[str, Estimate]]
    a0: float = np.nan

    def value(self, key: Key) -> float:
        """The value of a key on the axis that is drawn against."""
        return key[self.settings.place]

    def along(self, key: Key, *names: str) -> list[Key]:
        """Keys that differ from `key` on the study's axis alone and have a usable estimate of all `names`, by rising value."""
        place = self.settings.place

        found = [other for other in self.ensembles if differ_only_at(place, key, other) and all(self.has(other, name) for name in names)]
        return found if self.settings.axis.type == "string" else sorted(found, key=self.value)

    def nearest(self, name: str, temperature: float) -> Key | None:
        """The point whose `name` stands beside a published number: where T is varied the nearest to `temperature`, else the main one, or the first.

        None where no point has a usable estimate.
        """
        keys = self.along(self.settings.main, name)
        if not keys:
            return None
        if self.settings.thermal:
            return min(keys, key=lambda key: abs(self.value(key) - temperature))
        return self.settings.main if self.settings.main in keys else keys[0]

    def has(self, key: Key, name: str) -> bool:
        """Whether an ensemble has a usable estimate."""
        return name in self.ensembles[key] and self.ensembles[key][name].usable

    def series(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Values on the axis (T,) of the main ensembles that have `name`, its replicates (R, T) and samples (T,); T = 0 where none has."""
        keys = self.along(self.settings.main, name)
        found = [self.ensembles[key][name] for key in keys]
        values = np.stack([one.values for one in found], axis=1) if found else np.empty((self.rows, 0))
        return np.array([self.value(key) for key in keys]), values, np.array([one.samples for one in found], dtype=int)

    def by_size(self, name: str, sound: bool = True) -> list[Key]:
        """Keys of the ensembles that differ in N alone and have `name`, by rising N: of the values on the other axes at which there are most.

        sound: only those whose `name` is usable. Empty where the study has no N.
        """
        size = self.settings.place_of("particles")
        sizes: dict[tuple, list[Key]] = {}
        for key, quantities in sorted(self.ensembles.items()):
            if size is not None and name in quantities and (quantities[name].usable or not sound):
                sizes.setdefault(key[:size] + key[size + 1 :], []).append(key)
        return sizes[max(sizes, key=lambda one: (len(sizes[one]), one))] if sizes else []

    @property
    def rows(self) -> int:
        """Replicates and the estimate."""
        return next((len(one.values) for quantities in self.ensembles.values() for one in quantities.values()), 1)

    def source(self, key: Key, name: str) -> Key:
        """The ensemble whose `name` enters what is derived for `key`: itself, or the largest at this T_p above the option `large_above` of modes.

        The largest that is usable, where one is: a flagged one is taken only if all are.
        """
        above = self.settings.option("modes", "large_above")
        size, temperature = self.settings.place_of("particles"), self.settings.place_of("parent_temperature")
        if above is None or size is None or temperature is None:
            return key
        if key[size] != self.settings.main[size] or key[temperature] <= above:
            return key

        larger = [other for other in self.ensembles if differ_only_at(size, key, other) and name in self.ensembles[other]]
        sound = [other for other in larger if self.has(other, name)]
        return max(sound or larger, key=lambda other: other[size], default=key)


def differ_only_at(place: int, key: Key, other: Key) -> bool:
    """Whether two keys differ at one place at most; NaN, for an axis that a point lacks, is the same as NaN."""
    return all(a == b or (a != a and b != b) or position == place for position, (a, b) in enumerate(zip(key, other, strict=True)))


def _plain(axis: Axis, value: object) -> object:
    """A value of a key as a dictionary takes it: there is one NaN alone."""
    return int(value) if axis.type == "int32" else math.nan if value != value else value


def with_axes(frame: pd.DataFrame, axes: Sequence[Axis]) -> pd.DataFrame:
    """A table with the key over all axes of a study: one that its point lacks is blank, also where joining it with others has made it NaN."""
    blank = {axis.name: BLANK[axis.type] for axis in axes}
    return frame.assign(**{name: frame[name].fillna(value) if name in frame.columns else value for name, value in blank.items()})


def read_of_study(table: Table, path: str | Path, axes: Sequence[Axis], identities: Mapping[str, str]) -> pd.DataFrame:
    """A table of a point, or of one of its batches, with the key over all axes of the study.

    identities: {<folder of the point>/<file>: what makes that file in this study}. Raises InputError where something else has made it.
    """
    path = Path(path)
    frame = read_table(table, path)
    place = next((f"{folder.name}/{path.name}" for folder in path.parents if f"{folder.name}/{path.name}" in identities), "")
    check_identity(path, read_provenance(path), identities.get(place, ""))
    return with_axes(frame, axes)


def gather(estimates: pd.DataFrame, settings: StudySettings) -> Results:
    """The estimates tables of all ensembles, one below the other, by key.

    An estimate from a single sample keeps its value but not its replicates: they would all be equal and feign an error of zero. Raises InputError
    where a quantity is given twice or with another number of replicates than the others.
    """
    names = [axis.name for axis in settings.axes]
    ensembles: dict[Key, dict[str, Estimate]] = {}
    lengths = set()
    for (*key, name), rows in estimates.groupby([*names, "quantity"], dropna=False):
        rows = rows.sort_values("replicate")
        if not np.array_equal(rows["replicate"], np.arange(len(rows))):
            raise InputError(f"estimates of {name} at {dict(zip(names, key, strict=True))} do not have the replicates 0 to B once each")
        lengths.add(len(rows))
        first = rows.iloc[0]
        values = rows["value"].to_numpy(dtype=float).copy()
        if first["samples"] < 2:
            values[1:] = np.nan
        estimate = Estimate(values, str(first["unit"]), int(first["samples"]), int(first["flagged"]), str(first["flag"]))
        plain = tuple(_plain(axis, value) for axis, value in zip(settings.axes, key, strict=True))
        ensembles.setdefault(plain, {})[str(name)] = estimate
    if len(lengths) > 1:
        raise InputError(f"estimates have different numbers of replicates {sorted(lengths)}; remove the aggregated tables and run again")
    return Results(settings, dict(sorted(ensembles.items())))


def combined(function: Callable[..., np.ndarray], unit: str, *estimates: Estimate) -> Estimate:
    """A function of estimates, replicate by replicate; it has as many samples as the poorest of them, and the flags of all."""
    values = function(*(estimate.values for estimate in estimates))
    samples, flagged = min(estimate.samples for estimate in estimates), max(estimate.flagged for estimate in estimates)
    return Estimate(values, unit, samples, flagged, joined(estimate.flag for estimate in estimates))


def drifts(difference: Estimate, temperature: float, results: Results) -> bool:
    """Whether a difference of mean energies, as a temperature, is both larger than the share of T_p that is tolerated, and certain."""
    value, error = abs(float(difference.values[0])), float(standard_error(difference.values))
    return value > results.settings.option("liquids", "tolerance") * temperature and value > CERTAIN * error


def joined(flags: Iterable[str]) -> str:
    """Several reasons as one, each of them once."""
    return "; ".join(dict.fromkeys(part for flag in flags for part in flag.split("; ") if part))


def collect_flags(frames: Sequence[pd.DataFrame], axes: Sequence[Axis]) -> pd.DataFrame:
    """The flags tables of all ensembles and observables in one, sorted by ensemble."""
    keys = [axis.name for axis in axes]
    names = [*keys, *FLAGS.names]
    filled = [with_axes(frame, axes)[names] for frame in frames if len(frame)]
    data = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=names)
    return data.sort_values(keys, kind="stable", ignore_index=True)


class Rows:
    """Collects the rows of the fits table."""

    def __init__(self) -> None:
        self.rows: list[dict] = []

    def add(self, name: str, values: np.ndarray, unit: str, window: str, samples: int) -> None:
        """A fit by its replicates."""
        self.add_number(name, float(values[0]), float(standard_error(values)), unit, window, samples)

    def add_number(self, name: str, value: float, error: float, unit: str, window: str, samples: int) -> None:
        """A number with an error of its own."""
        self.rows.append({"name": name, "value": value, "error": error, "unit": unit, "window": window, "samples": samples})

    def add_nearest(self, results: Results, name: str, temperature: float, fit: str = "") -> None:
        """A quantity of the point that stands beside a published number (`Results.nearest`). No row where no point has it.

        fit: its name in the fits; empty for that of the quantity.
        """
        near, settings = results.nearest(name, temperature), results.settings
        if near is None:
            return
        estimate, value = results.ensembles[near][name], results.value(near)
        self.add(fit or name, estimate.values, estimate.unit, f"at {settings.axis.plain} = {settings.axis.words(value)}", estimate.samples)

    def frame(self) -> pd.DataFrame:
        """The fits table."""
        return pd.DataFrame(self.rows, columns=FITS.names)


def decades(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Decades from the first to the second."""
    change = ratio(high, low)
    return np.log10(np.where(change > 0, change, np.nan))
