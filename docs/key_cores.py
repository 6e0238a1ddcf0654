"""Numbers of key cores on the page docs/key_cores.md: those of several studies beside each other, and beside the published ones."""

from __future__ import annotations

import pandas as pd
from vitrine.aggregation.summary import cell, main_rows, number
from vitrine.observables import declarations
from vitrine.papers import KEY_CORE
from vitrine.parquet import read_table
from vitrine.tables import QUANTITIES, SUMMARY

from docs.blocks import table
from docs.results import KEPT, NOT_RUN, kept_settings

STUDIES = {
    "key_core_glass": "glass of 8192",
    "key_core_2dipl_one": "2DIPL, 8192",
    "key_core_2dka_one": "2DKA, 8192",
    "key_core_crystal_one": "crystal, 8192",
    "key_core_2dipl_small": "2DIPL, 1024",
    "key_core_2dka_small": "2DKA, 1024",
    "key_core_crystal_small": "crystal, 1024",
}
OBSERVABLES = ("volume_modes", "key_cores", "mode_defects", "excitations", "disc_shear", "transverse_density")


def kept() -> dict[str, str]:
    """The studies whose results are kept, with their heads."""
    return {name: head for name, head in STUDIES.items() if (KEPT / name).is_dir()}


def published() -> str:
    """A row for each published number of key cores, a column for each study."""
    found = {head: read_table(SUMMARY, KEPT / name / "summary.parquet").set_index("quantity") for name, head in kept().items()}
    if not found:
        return NOT_RUN
    headlines = [one for name in OBSERVABLES for one in declarations()[name].headlines]
    rows = []
    for one in sorted(headlines, key=lambda each: each.place):
        cells = [
            number(rows_.loc[one.label, "value"], rows_.loc[one.label, "error"]) if one.label in rows_.index else "-" for rows_ in found.values()
        ]
        rows.append((one.label, f"{one.value:g}", one.source.removeprefix(KEY_CORE).strip(", "), *cells))
    return table(("quantity", "published", "where", *found), rows)


def measured() -> str:
    """A row for each quantity of the summary that is told of key cores, a column for each study."""
    found = {}
    for name, head in kept().items():
        quantities = read_table(QUANTITIES, KEPT / name / "quantities.parquet")
        found[head] = main_rows(quantities, kept_settings(name)).set_index("quantity")
    if not found:
        return NOT_RUN
    wanted = sorted((one for name in OBSERVABLES for one in declarations()[name].quantities if one.label), key=lambda one: one.place)
    rows = []
    for one in wanted:
        own = [_row(rows_, one.name) for rows_ in found.values()]
        if any(row is not None for row in own):
            unit = next(row["unit"] for row in own if row is not None)
            rows.append((one.label, unit, *("-" if row is None else cell(row) for row in own)))
    samples = [_row(rows_, "key_core_share") for rows_ in found.values()]
    rows.append(("samples", "", *("-" if row is None else str(row["samples"]) for row in samples)))
    return table(("quantity", "unit", *found), rows)


def _row(rows: pd.DataFrame, name: str) -> pd.Series | None:
    """A quantity at the coldest point that is measured; None where it is not there."""
    if name not in rows.index:
        return None
    own = rows.loc[[name]]
    return own.sort_values("parent_temperature").iloc[0]
