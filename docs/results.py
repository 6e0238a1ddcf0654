"""What a finished study leaves in the documentation: small tables that are kept, the page of its numbers, and the sheet of its figures.

    python -m docs --results results/default results/samplers

The config of the study is that of its provenance.json, laid over config.yaml: results are shown as they were made, whatever config.yaml says by now.
"""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import numpy as np
from PIL import Image
from snakemake.utils import update_config
from vitrine import params
from vitrine.aggregation.results import StudySettings
from vitrine.aggregation.summary import number, summary_markdown
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
SHOWN = ("default", "samplers")  # studies with a place on the pages
# Of the comparison of samplers.
COMPARED = (
    "energy_liquid",
    "pressure_liquid",
    "configurational_temperature",
    "relaxation_time",
    "energy_inherent",
    "shear_modulus",
    "omega_g",
)
COLOURS = 128  # of the sheet: a few suffice, and make it small


def take_up(results: Path) -> None:
    """Keep the small tables of a finished study, and what is needed to put them into words; draw the sheet if it is the default one."""
    study = study_of(results)
    if study.name not in SHOWN:
        raise InputError(f"{results}: the study {study.name} is on no page; allowed are {', '.join(SHOWN)}")
    kept = KEPT / study.name
    kept.mkdir(parents=True, exist_ok=True)
    for name, file in FILES.items():
        with whole_file(kept / name) as partial:
            shutil.copyfile(results / file, partial)
    with whole_file(kept / "settings.json") as partial:
        partial.write_text(json.dumps(params.combining(study), indent=1) + "\n", encoding="utf-8")
    if study.name == "default":
        draw_sheet(study, results / "tables")


def study_of(results: Path) -> Study:
    """The study that made a folder of results. Raises InputError where it is not finished."""
    record = results / "provenance.json"
    if not record.is_file():
        raise InputError(f"{results}: is no finished study, it has no provenance.json; run it first")
    config = merged_config([REPOSITORY / "config.yaml"])
    update_config(config, json.loads(record.read_text(encoding="utf-8"))["config"])
    return Study.from_config(config, conda=True)


def numbers() -> str:
    """The numbers of the default study, from the kept tables: what summary.md says, without its title."""
    kept = KEPT / "default"
    quantities, flags = read_table(QUANTITIES, kept / "quantities.parquet"), read_table(FLAGS, kept / "flags.parquet")
    settings = StudySettings.of(json.loads((kept / "settings.json").read_text(encoding="utf-8")))
    text = summary_markdown(read_table(SUMMARY, kept / "summary.parquet"), quantities, flags, settings, "default")
    return text.partition("\n")[2].strip().replace("*", r"\*").replace("<", "&lt;")


def samplers() -> str:
    """Samplers beside each other, from the kept tables of docs/samplers.yaml: a row for each quantity, a column for each temperature and sampler."""
    quantities = read_table(QUANTITIES, KEPT / "samplers" / "quantities.parquet")
    points = list(quantities.groupby(["parent_temperature", "sampler"], sort=True))
    meanings = {quantity.name: quantity.meaning for one in declarations().values() for quantity in one.quantities}
    rows = []
    for name in COMPARED:
        found = [data.set_index("quantity").loc[name] for _, data in points]
        rows.append((meanings[name], found[0]["unit"], *(number(one["value"], one["error"]) for one in found)))
    rows.append(("samples used, at least", "", *(str(data["samples"].min()) for _, data in points)))
    return table(("quantity", "unit", *(f"{sampler}, T_p = {temperature:g}" for (temperature, sampler), _ in points)), rows)


def draw_sheet(study: Study, tables: Path, path: Path = SHEET) -> None:
    """All figures of a study on one sheet, drawn anew from its tables; rows as they fit."""
    pictures = [_picture(study, name, tables) for name in study.figures]
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
    with whole_file(path) as partial:
        sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(partial, format="PNG", optimize=True)


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
