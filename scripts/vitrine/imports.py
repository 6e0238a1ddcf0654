"""Samples that the user brings: the entry `import` of an ensemble, resolved into points and, at each point, the frames of files that are its samples.

Files are found by a glob, a list of globs or a CSV; the axes of a point by a pattern of the path, a column of the CSV, or a value that holds for all.
Of the files only their outline is read here (frames, N, dimension), and it is kept in results/<study>/imported_files.json until a file changes.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from vitrine.errors import InputError, SampleError
from vitrine.files import whole_file
from vitrine.points import PARTICLES, Axis, Point
from vitrine.sources import Source

OUTLINES = "imported_files.json"
DEFAULTS = {"files": None, "csv": None, "frames": "all", "model": None, "types": {}, "axes": {}, "particles": "separate"} | {
    "as_is": "quench",
    "at_rest": 0.01,
}
NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
WORD = r"([^/]+?)"


class Outline(NamedTuple):
    """What a file holds: N of every frame; d, None where the format does not say; trouble: why it cannot be read."""

    particles: tuple[int, ...]
    dimension: int | None
    trouble: str = ""


@dataclass(frozen=True)
class Import:
    """The samples of an ensemble that are imported.

    sources: by label of the point, in the order of their indices. model: of the ensemble, empty for the study's own. dimension: that the files say.
    types: {name in the files: name in the model}. as_is: what is done with a configuration that is not at rest, `refuse`, `quench` or `accept`.
    at_rest: the largest displacement on relaxation of what counts as an inherent state [a0]. told: the entry as plain values, for identities.
    """

    sources: Mapping[str, tuple[Source, ...]]
    model: str
    dimension: int | None
    types: Mapping[str, str]
    as_is: str
    at_rest: float
    told: Mapping

    def particles(self, label: str) -> tuple[float, int, int]:
        """Mean, smallest and largest N of the samples of a point."""
        numbers = [source.particles for source in self.sources[label]]
        return sum(numbers) / len(numbers), min(numbers), max(numbers)


class Outlines:
    """The outlines of files, kept in the study's results between runs: a file that has the same size and time is not opened again."""

    def __init__(self, study: str, directory: Path) -> None:
        self.directory, self._path = directory, directory / "results" / study / OUTLINES
        try:
            self._known = {file: (tuple(stamp), Outline(tuple(n), d)) for file, (stamp, n, d) in json.loads(self._path.read_text()).items()}
        except (OSError, ValueError):
            self._known = {}
        self._fresh = False

    def of(self, file: str) -> Outline:
        """The outline of a file, below the directory in which the study runs."""
        from vitrine.samples.formats import index_file  # planning of other studies needs no reader

        path = self.directory / file
        try:
            status = path.stat()
            stamp = (status.st_size, status.st_mtime_ns)
            if self._known.get(file, (None,))[0] == stamp:
                return self._known[file][1]
            found = index_file(path)
        except (InputError, SampleError) as error:
            return Outline((), None, str(error))
        except OSError as error:
            return Outline((), None, f"{file}: cannot be read ({error.strerror})")
        self._known[file], self._fresh = (stamp, Outline(tuple(found.particles), found.dimension)), True
        return self._known[file][1]

    def keep(self) -> None:
        """Write what is known; where nothing can be written, files are opened again next time."""
        if not self._fresh:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(self._path) as partial:
                partial.write_text(json.dumps({file: [stamp, one.particles, one.dimension] for file, (stamp, one) in self._known.items()}))
        except OSError:
            pass


def imported(
    key: str, entry: Mapping, samples: int | str, axes: Mapping[str, Axis], outlines: Outlines, checked: Callable
) -> tuple[tuple[Point, ...], Import]:
    """The points of an entry `import`, in the order in which its files name them, and their samples.

    samples: how many of each point, `all`, or a number of the first. checked(key, axis name, value): the value in the axis' type. Raises InputError,
    with the key or the file, for what cannot be resolved.
    """
    told = DEFAULTS | dict(entry)
    files = _files(key, told, outlines.directory)
    own = [name for name in told["axes"] if name != "particles"]
    for name in told["axes"]:
        if name not in axes:
            raise InputError(f"config key {key}.axes.{name} is no axis: allowed are {', '.join(axes)}, and what the section axes declares")
    known = {file: outlines.of(file) for file, _ in files}
    outlines.keep()
    dimension = None
    if "dimension" not in own:
        dimension, known = _of_one_dimension(key, known)
    found: dict[tuple, list[Source]] = {}
    for file, row in files:
        values = {name: checked(f"{key}.axes.{name}", name, _value(key, axes[name], told["axes"][name], file, row)) for name in told["axes"]}
        chosen = _sources(key, told["frames"], file, row, known[file], values.get("particles"))
        found.setdefault(tuple(values[name] for name in own), []).extend(chosen)
    points = _points(key, told["particles"], own, axes, {values: _with_particles(sources) for values, sources in found.items()})
    if samples != "all":
        points = {point: sources[:samples] for point, sources in points.items()}
    about = Import(
        sources={point.label: tuple(sources) for point, sources in points.items()},
        model=told["model"] or "",
        dimension=dimension,
        types={str(name): own_name for name, own_name in told["types"].items()},
        as_is=told["as_is"],
        at_rest=told["at_rest"],
        told={name: value for name, value in told.items() if name not in ("as_is", "at_rest")},
    )
    return tuple(points), about


def _files(key: str, told: Mapping, directory: Path) -> list[tuple[str, Mapping[str, str]]]:
    """Every file once (or, from a CSV with frames, once for each row), with its row of the CSV; globs in the order of numbers in their names."""
    rows = _rows(key, told["csv"], directory) if told["csv"] else []
    if told["files"] is None:
        if not rows:
            raise InputError(f"config key {key}.files is missing: allowed is a glob such as data/*.gsd, a list of them, or csv in its place")
        return rows
    patterns = told["files"] if isinstance(told["files"], list) else [told["files"]]
    files: dict[str, None] = {}
    for pattern in patterns:
        matches = sorted((match for match in _matches(directory, pattern) if match.is_file()), key=lambda path: _in_order(str(path)))
        if not matches:
            raise InputError(f"config key {key}.files has {pattern}: no file matches it, seen from {directory.resolve()}")
        files |= dict.fromkeys(str(match) if Path(pattern).is_absolute() else match.relative_to(directory).as_posix() for match in matches)
    if not told["csv"]:
        return [(file, {}) for file in files]
    by_file: dict[str, list] = {}
    for file, row in rows:
        by_file.setdefault(file, []).append(row)
    missing = [file for file in files if file not in by_file]
    if missing:
        raise InputError(f"config key {key}.csv: {told['csv']} has no row for the file {missing[0]}")
    return [(file, row) for file in files for row in by_file[file]]


def _matches(directory: Path, pattern: str) -> Iterator[Path]:
    absolute = Path(pattern)
    if not absolute.is_absolute():
        return directory.glob(pattern)
    return Path(absolute.anchor).glob(str(absolute.relative_to(absolute.anchor)))


def _in_order(text: str) -> list:
    """A key by which run_2 stands before run_10, so that further files come after those that are there."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", text)]


def _rows(key: str, name: str, directory: Path) -> list[tuple[str, Mapping[str, str]]]:
    """The rows of a CSV with the file of each; paths in it are seen from its own folder."""
    path = directory / name
    try:
        with path.open(newline="", encoding="utf-8-sig") as text:
            rows = [{(column or "").strip(): (value or "").strip() for column, value in row.items() if column} for row in csv.DictReader(text)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"config key {key}.csv is {name}: it cannot be read ({error})") from error
    if not rows or "file" not in rows[0]:
        raise InputError(f"config key {key}.csv is {name}: allowed is a table with a head of columns, one of them file, and a row for each file")
    folder = Path(name).parent
    for number, row in enumerate(rows, 2):
        if not row["file"]:
            raise InputError(f"{name}: line {number} names no file")
    return [((folder / row["file"]).as_posix(), row) for row in rows]


def _value(key: str, axis: Axis, given: object, file: str, row: Mapping[str, str]) -> object:
    """The value of an axis for a file: as it is given, from a column of the CSV, or from a pattern of the path."""
    if isinstance(given, Mapping):
        column = given["column"]
        if not row.get(column):
            raise InputError(f"config key {key}.axes.{axis.name} is the column {column}: the CSV's row of {file} has no value there")
        return _typed(f"config key {key}.axes.{axis.name}: the column {column} of {file}", axis, row[column])
    if not isinstance(given, str) or "{}" not in given:
        return given
    before, _, after = given.partition("{}")
    form = WORD if axis.type == "string" else NUMBER
    # A pattern that ends with its value takes a word up to the next slash or dot, and a number as far as it goes.
    end = re.escape(after) or (r"(?=[/.]|$)" if axis.type == "string" else "")
    texts = list(dict.fromkeys(re.findall(re.escape(before) + form + end, file)))
    if len(texts) != 1:
        trouble = "does not match it" if not texts else f"matches it several times, as {' and '.join(texts)}"
        raise InputError(f"config key {key}.axes.{axis.name} is the pattern {given}: the path {file} {trouble}")
    return _typed(f"config key {key}.axes.{axis.name}: the path {file}", axis, texts[0])


def _typed(where: str, axis: Axis, text: str) -> object:
    """A text as a value of an axis."""
    try:
        if axis.type == "string":
            return text
        return float(text) if axis.type == "double" else int(text)
    except ValueError:
        raise InputError(f"{where} has {text}: allowed is {'a number' if axis.type == 'double' else 'a whole number'}") from None


def _of_one_dimension(key: str, known: Mapping[str, Outline]) -> tuple[int | None, dict[str, Outline]]:
    """The dimension that most files have, and the outlines, in which those of the others say that they have another."""
    files: dict[int, list[str]] = {}
    for file, outline in known.items():
        if outline.dimension is not None:
            files.setdefault(outline.dimension, []).append(file)
    if not files:
        return None, dict(known)
    usual = max(files, key=lambda d: len(files[d]))
    if len(files) > 1 and len({len(those) for those in files.values()}) == 1:
        text = " and ".join(f"{those[0]} has {d} dimensions" for d, those in files.items())
        raise InputError(f"config key {key}.files: {text}, as many files as the others; one is allowed")
    others = {file: Outline((), None, f"{file}: it has {d} dimensions, most files have {usual}") for d in files if d != usual for file in files[d]}
    return usual, {**known, **others}


def _sources(key: str, frames: object, file: str, row: Mapping[str, str], outline: Outline, particles: int | None) -> list[Source]:
    """The samples of one file."""
    if outline.trouble:
        return [Source(file, 0, particles or 0, outline.trouble)]
    count = len(outline.particles)
    if row.get("frame"):
        try:
            frames = [int(row["frame"])]
        except ValueError:
            raise InputError(f"config key {key}.csv: the frame of {file} is {row['frame']}, allowed is a whole number") from None
    wanted = (
        {"all": range(count), "first": range(min(1, count)), "last": range(max(0, count - 1), count)}[frames] if isinstance(frames, str) else frames
    )
    chosen = []
    for number in wanted:
        if not -count <= number < count:
            raise InputError(f"config key {key}.frames has {number}: {file} holds {count} frames, allowed are 0 to {count - 1}")
        held = outline.particles[number % count]
        if particles is not None and held != particles:
            raise InputError(f"config key {key}.axes.particles says {particles} for {file}: its frame {number % count} has N = {held}")
        chosen.append(Source(file, number % count, held))
    if not chosen:
        return [Source(file, 0, particles or 0, f"{file}: it holds no frame")]
    return chosen


def _with_particles(sources: Sequence[Source]) -> list[Source]:
    """Sources in which a file without an outline has the N that most of its neighbours have: its sample is one of theirs, with a flag."""
    known = [source.particles for source in sources if source.particles]
    if not known:
        raise InputError(sources[0].trouble)
    usual = max(dict.fromkeys(known), key=known.count)
    return [source if source.particles else source._replace(particles=usual) for source in sources]


def _points(
    key: str, policy: str, own: Sequence[str], axes: Mapping[str, Axis], found: Mapping[tuple, Sequence[Source]]
) -> dict[Point, list[Source]]:
    """The samples of every point: those of differing N apart (`separate`), together (`mixed`), or refused (`same`)."""
    points: dict[Point, list[Source]] = {}
    for values, sources in found.items():
        numbers = sorted({source.particles for source in sources})
        if policy == "same" and len(numbers) > 1:
            first = {number: next(source.file for source in sources if source.particles == number) for number in numbers[:2]}
            text = " and ".join(f"{file} has N = {number}" for number, file in first.items())
            raise InputError(f"config key {key}.particles is same: {text}; allowed are separate (a point for each N) and mixed (one ensemble)")
        own_axes = tuple(axes[name] for name in own)
        if policy == "mixed":
            if not own_axes:
                raise InputError(f"config key {key}.axes is empty: samples of mixed N need an axis, such as model: {{}} or one of the section axes")
            points[Point(own_axes, values)] = list(sources)
            continue
        for number in numbers:
            points[Point((PARTICLES, *own_axes), (number, *values))] = [source for source in sources if source.particles == number]
    return points
