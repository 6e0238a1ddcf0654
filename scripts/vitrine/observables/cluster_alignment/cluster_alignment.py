"""Similarity of the surroundings of soft and of hard particles, and their order (Fan et al. 2022, Fig. 5)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import nearest_value, sample_note, select, series
from vitrine.figures.labels import place_words
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, SECOND, name_panels, new_figure, styled
from vitrine.papers import SOFTNESS_TEMPERATURE

COLOURS = {"soft": "#b2456e", "hard": SECOND, "all": INK}
MARKERS = {"soft": "o", "hard": "s", "all": "D"}
HIGHEST = 0.4  # score at the end of the colours


@styled
def plot_cluster_alignment(
    cluster_matrix: pd.DataFrame, cluster_score_density: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a), (b) similarity matrices of one glass; (c), (d) scores of each group against the dominant polyhedron, and that with its second shell.

    At the study's value nearest to T = 0.26. Tables: CLUSTER_MATRIX, CLUSTER_SCORE_DENSITY, QUANTITIES (polyhedron_soft), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 5.6, 2, 2)
    matrices, densities = select(cluster_matrix, settings), select(cluster_score_density, settings)
    value = nearest_value(densities, settings, SOFTNESS_TEMPERATURE) if len(densities) else None
    matrices, densities = (frame[frame[settings.against] == value] for frame in (matrices, densities))
    known = {"polyhedron_soft", "polyhedron_all"} & set(quantities["quantity"])
    share = series(quantities, max(known, default="polyhedron_soft"), settings)
    further = [place_words(value, settings)] if value is not None else []
    marks.note(figure, sample_note({"SRO": share}, settings, flags, "cluster_alignment", DOUBLE, further))
    groups = [group for group in COLOURS if (matrices["group"] == group).any()]
    for place, ax in enumerate(axes[:2]):
        if place < len(groups):
            _draw_matrix(ax, matrices[matrices["group"] == groups[place]], groups[place])
        else:
            marks.not_enough(ax, "no numbers choose soft and hard particles: set `against`")
    cutoffs = {"polyhedron": "cutoff", "medium": "medium_cutoff"}
    for ax, (template, cutoff), name in zip(axes[2:], cutoffs.items(), ("SRO, the dominant polyhedron", "MRO, with its second shell"), strict=True):
        headlines = {group: marks.headline(f"{template}_{group}") for group in ("soft", "hard")}
        published = {group: one.value for group, one in headlines.items() if one.model in settings.published}
        _draw_scores(ax, densities[densities["template"] == template], published, settings.option("cluster_alignment", cutoff), name)
    name_panels(axes)
    return figure


def _draw_matrix(ax: Axes, rows: pd.DataFrame, group: str) -> None:
    """Scores of all pairs: clusters downwards, their templates to the right."""
    size = int(rows["cluster_place"].max()) + 1
    matrix = np.full((size, size), np.nan)
    matrix[rows["cluster_place"], rows["template_place"]] = rows["score"]
    image = ax.imshow(matrix, vmin=0.0, vmax=HIGHEST, cmap="magma", interpolation="nearest", extent=(0, size, size, 0))
    ax.set_xlabel("template, by clique")
    ax.set_ylabel("cluster, by clique")
    ax.set_title(f"{group}, sample {int(rows['sample'].iloc[0])}", loc="left")
    ax.figure.colorbar(image, ax=ax, shrink=0.8, label="score", extend="max")


def _draw_scores(ax: Axes, rows: pd.DataFrame, published: dict[str, float], cutoff: float, name: str) -> None:
    ax.set_xlabel(f"score against {name}")
    ax.set_ylabel("P(score)")
    if not len(rows):
        marks.not_enough(ax, "no template of this kind")
        return
    for group, curve in rows.groupby("group", sort=False):
        style = {"color": COLOURS[group], "marker": MARKERS[group], "markersize": 2.6, "linewidth": 0.8, "elinewidth": 0.6}
        label = f"{group}: {100 * below(curve, cutoff):.0f} %" + (f" (published {100 * published[group]:.0f} %)" if group in published else "")
        middle = (curve["score_low"] + curve["score_high"]) / 2
        ax.errorbar(middle, curve["density"], np.nan_to_num(curve["density_error"]), label=label, **style)
    ax.axvline(cutoff, color=GREY, linestyle="--", linewidth=0.8)
    low, high = ax.get_ylim()
    ax.set_ylim(0, high + 0.25 * (high - low))
    ax.legend(loc="upper right", title="share below the cutoff")


def below(curve: pd.DataFrame, cutoff: float) -> float:
    """Share of the scores below a cutoff; of the bin that it divides the part below it."""
    inside = np.clip((cutoff - curve["score_low"]) / (curve["score_high"] - curve["score_low"]), 0, 1)
    return float(np.sum(curve["density"] * (curve["score_high"] - curve["score_low"]) * inside))
