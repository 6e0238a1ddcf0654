"""Axes and points: the control parameters of a study, and one set of their values.

A point gives three things: the label in paths (`N2000_T0.5000`), the key columns that the writer puts in front of every table, and the words by which
random streams of different points differ. N and T_p have the first words; any further axis appends its own, so that two points which differ in one
axis share neither starts nor bootstrap weights, and a study of N and T_p alone has the streams that it always had.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from vitrine.schema import BLANK, LENGTH, NONE, TEMPERATURE, Column


@dataclass(frozen=True)
class Axis:
    """A control parameter.

    name: of its column. label: what stands before the value in paths. symbol: for figures, as mathtext. leaf: the config's leaf that it sets, empty
    for one that is only a label. type: int32, double or string. decimals: of a value in paths.
    """

    name: str
    label: str
    symbol: str
    unit: str
    meaning: str
    type: str = "double"
    decimals: int = 4
    leaf: str = ""

    @property
    def column(self) -> Column:
        """The key column of tables."""
        return Column(self.name, self.type, self.unit, self.meaning)

    @property
    def axis_label(self) -> str:
        """Symbol and unit, for an axis of a figure."""
        return f"${self.symbol}$" if self.unit in ("", NONE) else f"${self.symbol}$ [{self.unit}]"

    @property
    def plain(self) -> str:
        """The symbol in plain text: `T_p`, `model`."""
        return re.sub(r"\\[a-z]+\{([^{}]*)\}", r"\1", self.symbol).replace("~", " ").replace("\\", "")

    def text(self, value: object) -> str:
        """A value as it stands in paths."""
        return f"{value:.{self.decimals}f}" if self.type == "double" else str(value)

    def words(self, value: object) -> str:
        """A value for readers; a dash for an axis that a point lacks."""
        if value == BLANK[self.type] or value != value:
            return "-"
        return f"{value:g}" if self.type == "double" else str(value)


PARTICLES = Axis("particles", "N", "N", NONE, "number of particles N", type="int32")
PARENT_TEMPERATURE = Axis("parent_temperature", "T", "T_p", TEMPERATURE, "parent temperature T_p")
MODEL = Axis("model", "", r"\mathrm{model}", NONE, "glass former", type="string", leaf="model.name")
DIMENSION = Axis("dimension", "d", "d", NONE, "dimension of space", type="int32", leaf="model.dimension")
AXES = {axis.name: axis for axis in (PARTICLES, PARENT_TEMPERATURE, MODEL, DIMENSION)}
OWN_WORDS = ("particles", "parent_temperature")  # axes with words of their own in every random stream


@dataclass(frozen=True)
class Point:
    """Ordered axes with one value each. length: the name that the glass former at this point has for its unit of length."""

    axes: tuple[Axis, ...]
    values: tuple
    length: str = LENGTH

    @property
    def key(self) -> dict[str, object]:
        """{name of the axis: value}, in order."""
        return {axis.name: value for axis, value in zip(self.axes, self.values, strict=True)}

    @property
    def label(self) -> str:
        """The point as it stands in paths."""
        return "_".join(axis.label + axis.text(value) for axis, value in zip(self.axes, self.values, strict=True))

    @property
    def words(self) -> str:
        """The point for readers: `N = 2000, T_p = 0.5`."""
        return ", ".join(
            axis.words(value) if axis.name == "model" else f"{axis.plain} = {axis.words(value)}"
            for axis, value in zip(self.axes, self.values, strict=True)
        )

    @property
    def particles(self) -> int:
        """N; 0 where the point has none."""
        return int(self.key.get("particles", 0))

    @property
    def parent_temperature(self) -> float:
        """T_p [epsilon/k_B]; NaN where the point has none."""
        return float(self.key.get("parent_temperature", "nan"))

    @property
    def further(self) -> tuple[int, ...]:
        """Words of random streams for the axes beyond N and T_p: a hash of name and value, whatever the order of the axes."""
        texts = sorted(f"{axis.name}={axis.text(value)}" for axis, value in zip(self.axes, self.values, strict=True) if axis.name not in OWN_WORDS)
        return tuple(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") for text in texts)

    def at(self, **values: object) -> Point:
        """The point with other values of some axes."""
        return replace(self, values=tuple(values.get(axis.name, value) for axis, value in zip(self.axes, self.values, strict=True)))

    def describe(self) -> dict:
        """The point as plain values, for the params of a rule."""
        return {"axes": [vars(axis) for axis in self.axes], "values": list(self.values), "length": self.length}

    @classmethod
    def of(cls, description: Mapping) -> Point:
        """The point that `describe` described."""
        return cls(tuple(Axis(**axis) for axis in description["axes"]), tuple(description["values"]), description["length"])

    @classmethod
    def plain(cls, particles: int, parent_temperature: float) -> Point:
        """A point of N and T_p alone."""
        return cls((PARTICLES, PARENT_TEMPERATURE), (int(particles), float(parent_temperature)))


def full_key(point: Point, axes: tuple[Axis, ...]) -> dict[str, object]:
    """The key of a point over all axes of a study; an axis that it lacks is blank."""
    return {axis.name: point.key.get(axis.name, BLANK[axis.type]) for axis in axes}
