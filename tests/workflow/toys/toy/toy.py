"""The moment along the study's axis."""

import pandas as pd
from matplotlib.figure import Figure
from vitrine.figures import marks
from vitrine.figures.data import sample_note, select, series
from vitrine.figures.settings import Settings
from vitrine.figures.style import SINGLE, new_figure, styled


@styled
def plot_toy(toy_curve: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """Tables: TOY_CURVE, QUANTITIES (toy_moment), FLAGS."""
    figure, (ax,) = new_figure(SINGLE, 2.75)
    moment = series(quantities, "toy_moment", settings)
    marks.note(figure, sample_note({r"$r_\mathrm{toy}$": moment}, settings, flags, "toy", SINGLE))
    marks.value_axis(ax, settings, moment)
    marks.points(ax, moment, rf"power {settings.option('toy', 'power'):g}, {len(select(toy_curve, settings))} samples")
    ax.legend()
    return figure
