"""Other sizes of a study, for curves whose far end only a larger glass has: the points that differ from the main series in N alone."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from vitrine.aggregation.summary import main_rows
from vitrine.figures.data import select
from vitrine.figures.settings import Settings
from vitrine.figures.style import GREY
from vitrine.points import PARTICLES

DASHES = ((0, (4, 1.5)), (0, (1, 1.2)), (0, (4, 1.2, 1, 1.2)))


def by_size(frame: pd.DataFrame, settings: Settings) -> dict[int | None, pd.DataFrame]:
    """{N: rows} of the main series and then of the other sizes, by rising N; one entry with None where N is drawn against, or is no axis."""
    main, place = select(frame, settings), settings.place_of(PARTICLES.name)
    if place is None or settings.against == PARTICLES.name:
        return {None: main}
    free = replace(settings, axes=settings.axes[:place] + settings.axes[place + 1 :], main=settings.main[:place] + settings.main[place + 1 :])
    own = settings.main[place]
    others = {int(size): rows for size, rows in main_rows(frame, free).groupby(PARTICLES.name) if size != own}
    return {int(own): main, **others}


def line_styles(sizes: dict) -> dict:
    """{N: style of its lines}: the main size is drawn whole, others are dashed."""
    return {size: "-" if place == 0 else DASHES[(place - 1) % len(DASHES)] for place, size in enumerate(sizes)}


def size_legend(ax: Axes, sizes: dict, place: str) -> None:
    """Which lines belong to which N, where there are several."""
    if len(sizes) > 1:
        handles = [Line2D([], [], color=GREY, linestyle=style, label=f"$N$ = {size}") for size, style in line_styles(sizes).items()]
        ax.add_artist(ax.legend(handles=handles, loc=place))
