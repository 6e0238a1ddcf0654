"""What the figures of the mean-field oscillators share: their series, named by the parameters that differ, and how a point is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

PARAMETERS = {"uniform_field": "h", "k_0": r"\kappa_0", "k_min": r"\kappa_\mathrm{min}", "particles": "N"}


def gapless(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of k_min = 0."""
    return frame[frame["k_min"] == 0]


def gapped(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of k_min > 0."""
    return frame[frame["k_min"] > 0]


def sets(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The series along the coupling, by rising coupling, each with the words of what is not the same in all of them."""
    differing = [name for name in PARAMETERS if frame[name].nunique() > 1]
    for key, rows in frame.groupby(list(PARAMETERS), sort=True):
        values = dict(zip(PARAMETERS, key, strict=True))
        yield ", ".join(f"${PARAMETERS[name]}={values[name]:g}$" for name in differing), rows.sort_values("coupling")


def common(frame: pd.DataFrame) -> str:
    """The parameters that are the same in all rows, in words."""
    same = [name for name in PARAMETERS if frame[name].nunique() == 1]
    return ", ".join(f"${PARAMETERS[name]}={frame[name].iloc[0]:g}$" for name in same)


def quantity(quantities: pd.DataFrame, name: str) -> pd.DataFrame:
    """A quantity of all points as marks take it: at, x (the coupling), value, error, sound."""
    rows = quantities[quantities["quantity"] == name].copy()
    rows["flag"] = rows["flag"].fillna("")
    sound = np.isfinite(rows["error"]) & (rows["flagged"] <= rows["samples"]) & (rows["flag"] == "")
    return rows.assign(at=rows["coupling"], x=rows["coupling"], sound=sound)


def systems(frame: pd.DataFrame, flags: pd.DataFrame | None, step: str) -> str:
    """How many systems each point has, and how many a step left out."""
    low, high = int(frame["samples"].min()), int(frame["samples"].max())
    left = 0 if flags is None or not len(flags) else int(flags.loc[flags["step"] == step, "samples"].sum())
    return f"{low if low == high else f'{low}–{high}'} systems at each point" + f"; {left} systems left out" * (left > 0)


def words(frame: pd.DataFrame, flags: pd.DataFrame | None) -> str:
    """The line above the panels: what all points share, how many systems each has, what was left out and what a hollow point is."""
    if not len(frame):
        return "no systems"
    text = "; ".join(filter(None, (common(frame), systems(frame, flags, "mean_field"))))
    if "sound" in frame and not frame["sound"].all():
        reasons = sorted({flag.split(":")[0] for flag in frame.loc[~frame["sound"], "flag"] if flag})
        text += f"; hollow: {', '.join(reasons) or 'no error bar'}"
    return text
