"""How the exponents of decay depend on where their outermost window ends, of the small studies of lengths, for the page docs/lengths.md."""

from __future__ import annotations

import pandas as pd
from vitrine.aggregation.results import StudySettings
from vitrine.aggregation.summary import number
from vitrine.observables.response_decay import FAR_EXPONENTS
from vitrine.parquet import read_table

from docs.blocks import table
from docs.results import KEPT, NOT_RUN, kept_settings

STUDIES = ("lengths_small", "far_field", "maps_2d_small")
WORDS = {"pinch_exponent": "c(r), pinches", "quartic_exponent": "c(r), quartic modes", "amplitude_exponent": "amplitude"}


def far_ends() -> str:
    """A row for each point and exponent, a column for each end of the window."""
    kept = {name: KEPT / name / FAR_EXPONENTS.file for name in STUDIES}
    kept = {name: read_table(FAR_EXPONENTS, path) for name, path in kept.items() if path.is_file()}
    if not kept:
        return NOT_RUN
    ends = sorted(set().union(*(set(data["far_end"]) for data in kept.values())))
    rows = []
    for name, data in kept.items():
        settings = kept_settings(name)
        keys = [axis.name for axis in settings.axes]
        for quantity, words in WORDS.items():
            for key, own in data[data["quantity"] == quantity].groupby(keys, sort=True, dropna=False):
                rows.append((_place(key, settings), words, *_cells(own, ends)))
    return table(("glasses", "what decays", *(f"to {end:g} of the box" for end in ends)), rows)


def _place(key: tuple, settings: StudySettings) -> str:
    point = ", ".join(f"{axis.plain} = {axis.words(value)}" for axis, value in zip(settings.axes, key, strict=True))
    return f"{'space' if settings.dimension == 3 else 'plane'}, {point}"


def _cells(own: pd.DataFrame, ends: list[float]) -> list[str]:
    """The exponents; one whose window is that of the end before, for want of a bin between, is left out."""
    by, cells, before = own.set_index("far_end"), [], None
    for end in ends:
        new = end in by.index and by.loc[end, "end"] != before
        cells.append(number(by.loc[end, "exponent"], by.loc[end, "exponent_error"]) if new else "")
        before = by.loc[end, "end"] if end in by.index else before
    return cells
