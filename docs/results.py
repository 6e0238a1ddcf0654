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
NONLINEAR = ("pseudo_harmonic", "cubic", "quartic")
# Studies with a place on the pages; of those that compare points, which quantities.
SHOWN: dict[str, tuple[str, ...]] = {
    "default": (),
    "workstation": (),
    "samplers": (
        "energy_liquid",
        "pressure_liquid",
        "configurational_temperature",
        "relaxation_time",
        "energy_inherent",
        "shear_modulus",
        "omega_g",
    ),
    "bracket": ("energy_liquid", "relaxation_time", "run_length", "heat_capacity_liquid", "temperature_drift", "temperature_bracket"),
    "finite_size": (
        "energy_liquid",
        "relaxation_time",
        "temperature_drift",
        "energy_inherent",
        "shear_modulus",
        "omega_g",
        "A_g_exponent",
        "A_g_ml",
        "N_qlm_ml",
        "xi_g",
    ),
    "nonlinear_small": (
        *(f"{name}_{kind}" for kind in NONLINEAR for name in ("softest", "core", "modes", "starts", "failed", "solves")),
        "softest_harmonic",
        "minimal_exponent_cubic",
        *(f"{name}_{kind}" for name in ("b3_slope", "b4_slope", "b3_slope_all", "b4_slope_all") for kind in NONLINEAR[1:]),
        *(f"{name}_{kind}" for name in ("double", "deeper", "barrier", "double_barrier") for kind in NONLINEAR[1:]),
        "barrier_exponent_cubic",
        "below_bound_cubic",
        "below_bound_harmonic",
    ),
    "nonlinear_2d_small": (
        "softest_harmonic",
        "omega_ph",
        *(f"{name}_{kind}" for kind in NONLINEAR[1:] for name in ("softest", "core", "minimal_exponent", "modes", "starts")),
        "b3_slope_cubic",
        "b4_slope_cubic",
        "b3_slope_all_cubic",
        "b4_slope_all_cubic",
        "double_cubic",
        "deeper_cubic",
        "below_bound_cubic",
        "below_bound_harmonic",
    ),
    "shear_softening_small": (
        "shear_modulus",
        "shear_slope",
        "shear_slope_difference",
        "shear_states",
        "drops",
        "first_drop",
        "drop_energy",
        "drop_stress",
        "drop_core",
        "drop_overlap",
        "key_core_share",
        "drop_near_core",
        "drop_near_core_random",
        "drop_core_rank",
        "drop_soft",
        "drop_psi_rank",
        "softening_critical",
        *(f"softening_{name}_{kind}" for name in ("exponent", "range", "overlap") for kind in ("harmonic", "cubic")),
        "softening_followed",
        "softening_rate",
    ),
    "local_heat_capacity_small": (
        "heat_tail_exponent",
        "heat_tail_threshold",
        "heat_negative",
        "heat_largest",
        "heat_softest_exponent",
        "heat_sum_error",
    ),
}
# Studies whose figures are kept beside their tables; those of the default study are docs/figures.png.
SHEETS = ("workstation", "finite_size", "nonlinear_small", "nonlinear_2d_small", "shear_softening_small", "local_heat_capacity_small")
NOT_RUN = "No results of this study are kept here yet."
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
    elif study.name in SHEETS:
        draw_sheet(study, results / "tables", kept / "figures.png")


def study_of(results: Path) -> Study:
    """The study that made a folder of results. Raises InputError where it is not finished."""
    record = results / "provenance.json"
    if not record.is_file():
        raise InputError(f"{results}: is no finished study, it has no provenance.json; run it first")
    config = merged_config([REPOSITORY / "config.yaml"])
    update_config(config, json.loads(record.read_text(encoding="utf-8"))["config"])
    return Study.from_config(config, conda=True)


def numbers(name: str = "default") -> str:
    """The numbers of a study, from the kept tables: what summary.md says, without its title."""
    kept = KEPT / name
    quantities, flags = read_table(QUANTITIES, kept / "quantities.parquet"), read_table(FLAGS, kept / "flags.parquet")
    settings = StudySettings.of(json.loads((kept / "settings.json").read_text(encoding="utf-8")))
    text = summary_markdown(read_table(SUMMARY, kept / "summary.parquet"), quantities, flags, settings, name)
    return text.partition("\n")[2].strip().replace("*", r"\*").replace("<", "&lt;")


def compared(name: str, *axes: str) -> str:
    """Points of a study beside each other, from the kept tables: a row for each of its quantities, a column for each point that is measured."""
    kept = KEPT / name
    if not kept.is_dir():
        return NOT_RUN
    quantities = read_table(QUANTITIES, kept / "quantities.parquet")
    settings = StudySettings.of(json.loads((kept / "settings.json").read_text(encoding="utf-8")))
    known = {axis.name: axis for axis in settings.axes}
    points = [(key, data) for key, data in quantities.groupby(list(axes), sort=True) if "energy_inherent" in set(data["quantity"])]
    meanings = {quantity.name: quantity.meaning for one in declarations().values() for quantity in one.quantities}
    rows = []
    for wanted in SHOWN[name]:
        found = [data[data["quantity"] == wanted] for _, data in points]
        unit = next(one["unit"].iloc[0] for one in found if len(one))
        rows.append((meanings[wanted], unit, *("-" if one.empty else cell(one.iloc[0]) for one in found)))
    of_glasses = quantities[quantities["quantity"] == "energy_inherent"].set_index(list(axes))["samples"]
    rows.append(("samples", "", *(str(of_glasses.loc[key]) for key, _ in points)))
    heads = [", ".join(f"{known[axis].plain} = {known[axis].words(value)}" for axis, value in zip(axes, key, strict=True)) for key, _ in points]
    return table(("quantity", "unit", *heads), rows)


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
