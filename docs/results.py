"""What a finished study leaves in the documentation: small tables that are kept, the page of its numbers, and the sheet of its figures.

    python -m docs --results results/default results/samplers

The config of the study is that of its provenance.json, laid over config.yaml: results are shown as they were made, whatever config.yaml says by now.
"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from PIL import Image
from snakemake.utils import update_config
from vitrine import params
from vitrine.aggregation.results import StudySettings
from vitrine.aggregation.summary import cell, summary_markdown
from vitrine.config_files import merged_config
from vitrine.errors import InputError
from vitrine.figures.settings import Settings
from vitrine.figures.style import styled
from vitrine.files import whole_file
from vitrine.observables import declarations, figures, function_of, known_tables
from vitrine.parquet import read_table
from vitrine.study import Study
from vitrine.tables import ENSEMBLES, FITS, FLAGS, QUANTITIES, SUMMARY

from docs.blocks import DOCS, REPOSITORY, table

KEPT = DOCS / "results"
SHEET = DOCS / "figures.png"
FILES = {"summary.parquet": "summary.parquet", "quantities.parquet": "tables/quantities.parquet", "flags.parquet": "tables/flags.parquet"}
WIDTH, GAP, DOTS = 21.0, 0.15, 90  # of the sheet: inches, inches, dots per inch
NOT_RUN = "No results of this study are kept here yet."
COLOURS = 128  # of the sheet: a few suffice, and make it small
ALL = "all"


@dataclass(frozen=True)
class Shown:
    """What of a study stands on the pages: an entry of shown.yaml, which says what each part is."""

    blocks: dict[str, str] = field(default_factory=dict)
    against: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    headlines: str = ""
    tables: tuple[str, ...] = ()
    sheet: str | tuple[str, ...] = ()

    @property
    def files(self) -> dict[str, str]:
        """Files that are kept, and where they lie in the results of the study."""
        further = (*self.tables, *(("fits",) if "fits" in self.blocks.values() else ()))
        return FILES | {f"{name}.parquet": f"tables/{name}.parquet" for name in further}


SHOWN = {name: Shown(**entry) for name, entry in yaml.safe_load((DOCS / "shown.yaml").read_text(encoding="utf-8")).items()}


def writers() -> dict[str, Callable[[], str]]:
    """The function that writes each block of shown.yaml."""
    forms = {"numbers": numbers, "compared": compared, "drawn": drawn, "fits": fits, "headlines": headlines}
    return {block: partial(forms[form], name) for name, shown in SHOWN.items() for block, form in shown.blocks.items()}


def take_up(results: Path) -> None:
    """Keep the small tables of a finished study, and what is needed to put them into words; draw the sheet if it is the default one."""
    study = study_of(results)
    if study.name not in SHOWN:
        raise InputError(f"{results}: the study {study.name} is on no page; allowed are {', '.join(SHOWN)}")
    kept = KEPT / study.name
    kept.mkdir(parents=True, exist_ok=True)
    shown = SHOWN[study.name]
    for name, file in shown.files.items():
        with whole_file(kept / name) as unfinished:
            shutil.copyfile(results / file, unfinished)
    with whole_file(kept / "settings.json") as unfinished:
        unfinished.write_text(json.dumps(params.combining(study), indent=1) + "\n", encoding="utf-8")
    if study.name == "default":
        draw_sheet(study, results / "tables", SHEET)
    elif shown.sheet:
        draw_sheet(study, results / "tables", kept / "figures.png", None if shown.sheet == ALL else tuple(shown.sheet))


def study_of(results: Path) -> Study:
    """The study that made a folder of results. Raises InputError where it is not finished."""
    record = results / "provenance.json"
    if not record.is_file():
        raise InputError(f"{results}: is no finished study, it has no provenance.json; run it first")
    config = merged_config([REPOSITORY / "config.yaml"])
    update_config(config, json.loads(record.read_text(encoding="utf-8"))["config"])
    return Study.from_config(config, conda=True)


def kept_settings(name: str) -> StudySettings:
    """What combining the ensembles of a study needed of it, as `take_up` kept it."""
    return StudySettings.of(json.loads((KEPT / name / "settings.json").read_text(encoding="utf-8")))


def numbers(name: str) -> str:
    """The numbers of a study, from the kept tables: what summary.md says, without its title."""
    kept = KEPT / name
    if not kept.is_dir():
        return NOT_RUN
    quantities, flags = read_table(QUANTITIES, kept / "quantities.parquet"), read_table(FLAGS, kept / "flags.parquet")
    settings = kept_settings(name)
    text = summary_markdown(read_table(SUMMARY, kept / "summary.parquet"), quantities, flags, settings, name)
    return text.partition("\n")[2].strip().replace("*", r"\*").replace("<", "&lt;")


def compared(name: str) -> str:
    """Points of a study beside each other, from the kept tables: a row for each of its quantities, a column for each point that is measured."""
    kept, axes = KEPT / name, SHOWN[name].against
    if not kept.is_dir():
        return NOT_RUN
    quantities = read_table(QUANTITIES, kept / "quantities.parquet")
    settings = kept_settings(name)
    known = {axis.name: axis for axis in settings.axes}
    points = [(key, data) for key, data in quantities.groupby(list(axes), sort=True) if "energy_inherent" in set(data["quantity"])]
    meanings = {quantity.name: quantity.meaning for one in declarations().values() for quantity in one.quantities}
    rows = []
    for wanted in SHOWN[name].quantities:
        found = [data[data["quantity"] == wanted] for _, data in points]
        unit = next(one["unit"].iloc[0] for one in found if len(one))
        rows.append((meanings[wanted], unit, *("-" if one.empty else cell(one.iloc[0]) for one in found)))
    of_glasses = quantities[quantities["quantity"] == "energy_inherent"].set_index(list(axes))["samples"]
    rows.append(("samples", "", *(str(of_glasses.loc[key]) for key, _ in points)))
    heads = [", ".join(f"{known[axis].plain} = {known[axis].words(value)}" for axis, value in zip(axes, key, strict=True)) for key, _ in points]
    return table(("quantity", "unit", *heads), rows)


def drawn(name: str) -> str:
    """Points of a study of drawn systems, from the kept tables: a row for each, a column for each quantity, in parentheses where it is in doubt."""
    kept, axes, wanted = KEPT / name, SHOWN[name].against, SHOWN[name].quantities
    if not kept.is_dir():
        return NOT_RUN
    quantities = read_table(QUANTITIES, kept / "quantities.parquet")
    settings = kept_settings(name)
    known = {axis.name: axis for axis in settings.axes}
    labels = {quantity.name: quantity.label or quantity.meaning for one in declarations().values() for quantity in one.quantities}
    rows = []
    for key, data in quantities.groupby(list(axes), sort=True):
        own = data.set_index("quantity")
        cells = [_drawn_cell(own.loc[one]) if one in own.index else "-" for one in wanted]
        rows.append((*(known[axis].words(value) for axis, value in zip(axes, key, strict=True)), *cells, str(data["samples"].max())))
    return table((*(known[axis].plain for axis in axes), *(labels[one] for one in wanted), "samples"), rows)


def _drawn_cell(row: pd.Series) -> str:
    """A number with its error, or alone where it is computed without one."""
    exact = np.isfinite(row["value"]) and row["error"] <= 1e-12 * abs(row["value"])
    return f"{row['value']:.4g}" if exact else cell(row)


def fits(name: str) -> str:
    """The fits of a study that have a value, from the kept table."""
    kept = KEPT / name / "fits.parquet"
    if not kept.is_file():
        return NOT_RUN
    rows = read_table(FITS, kept)
    rows = rows[np.isfinite(rows["value"])].assign(flag="")
    return table(("fit", "value", "window"), [(f"`{row['name']}`", _drawn_cell(row), row["window"]) for _, row in rows.iterrows()])


def headlines(name: str) -> str:
    """Numbers of a study beside the published ones of one observable, from the kept summary, with the points that were fitted."""
    kept = KEPT / name
    if not kept.is_dir():
        return NOT_RUN
    labels = [headline.label for headline in declarations()[SHOWN[name].headlines].headlines]
    found = read_table(SUMMARY, kept / "summary.parquet").set_index("quantity")
    rows = [
        (one, cell({**found.loc[one], "flag": ""}), f"{found.loc[one, 'published']:g}", found.loc[one, "comment"])
        for one in labels
        if one in found.index
    ]
    return table(("quantity", "ours", "published", "comment"), rows)


def draw_sheet(study: Study, tables: Path, path: Path, names: tuple[str, ...] | None = None) -> None:
    """Figures of a study on one sheet, all or those named, drawn anew from its tables; rows as they fit."""
    pictures = [_picture(study, name, tables) for name in study.figures if names is None or name in names]
    rows: list[list[Image.Image]] = []
    for picture in sorted(pictures, key=lambda one: (-one.width, -one.height)):
        fitting = next((row for row in rows if sum(one.width for one in row) + picture.width <= _dots(WIDTH)), None)
        rows.append([picture]) if fitting is None else fitting.append(picture)
    heights = [max(one.height for one in row) for row in rows]
    sheet = Image.new("RGB", (_dots(WIDTH + GAP), sum(heights) + _dots(GAP) * (len(rows) + 1)), "white")
    top = _dots(GAP)
    for row, height in zip(rows, heights, strict=True):
        left = (sheet.width - sum(one.width for one in row)) // (len(row) + 1)
        place = left
        for one in row:
            sheet.paste(one, (place, top + (height - one.height) // 2))
            place += one.width + left
        top += height + _dots(GAP)
    with whole_file(path) as unfinished:
        sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(unfinished, format="PNG", optimize=True)


def _dots(inches: float) -> int:
    return int(np.rint(inches * DOTS))


def _picture(study: Study, name: str, tables: Path) -> Image.Image:
    """One figure as a picture."""
    figure, module = figures()[name]
    known = {**known_tables(), **{one.name: one for one in (QUANTITIES, FITS, FLAGS, ENSEMBLES)}}
    frames = {one: read_table(known[one], tables / f"{one}.parquet") for one in figure.tables}
    drawn = function_of(module, figure.function)(**frames, settings=Settings.of(params.drawing(study, figure)))
    with io.BytesIO() as stream:
        _save(drawn, stream)
        return Image.open(io.BytesIO(stream.getvalue())).convert("RGB")


@styled
def _save(figure: object, stream: io.BytesIO) -> None:
    figure.savefig(stream, format="png", dpi=DOTS)
