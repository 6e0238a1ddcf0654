"""The summary: headline numbers beside the published ones, the main quantities per point, and every sample left out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vitrine.aggregation.results import NO_EQUILIBRIUM, StudySettings
from vitrine.declare import Headline, Quantity
from vitrine.tables import SUMMARY

SAME_END = 0.03
ROUNDING = 1e-12  # an error that is smaller than this share of its value is the rounding of equal numbers


def summarise(quantities: pd.DataFrame, fits: pd.DataFrame, settings: StudySettings) -> pd.DataFrame:
    """The summary table: the headlines of the chosen observables by their place, then chi at each point of the main series.

    The deviation (ours - published)/error is given only where the two are the same quantity, over the same range of parent temperatures, and ours has
    an error; the comment says why where it is not.
    """
    by_name = fits.set_index("name")
    main = main_rows(quantities, settings)
    headlines = sorted((one for observable in settings.declared for one in observable.headlines), key=lambda one: one.place)
    rows = [
        _headline(one, by_name.loc[one.fit] if one.fit in by_name.index else None, _sound_places(one, main, settings), settings) for one in headlines
    ]
    for _, row in main[main["quantity"] == "chi"].sort_values(settings.against).iterrows():
        label = f"chi = sqrt(N) std(G)/mean(G) at {settings.axis.plain} = {settings.axis.words(row[settings.against])}"
        comment = "no published number to compare with"
        rows.append(SUMMARY.row(quantity=label, value=row["value"], error=row["error"], unit="1", samples=row["samples"], comment=comment))
    return pd.DataFrame(rows, columns=SUMMARY.names)


def main_rows(quantities: pd.DataFrame, settings: StudySettings) -> pd.DataFrame:
    """The rows of the main series: those of the main point on every axis but the one that is drawn against."""
    kept = np.ones(len(quantities), bool)
    for axis, value in zip(settings.axes, settings.main, strict=True):
        if axis.name != settings.against:
            kept &= quantities[axis.name].eq(value) | (quantities[axis.name].isna() & pd.isna(value))
    return quantities[kept]


def _sound_places(published: Headline, main: pd.DataFrame, settings: StudySettings) -> np.ndarray:
    """The values on the axis of whose numbers ours may be made: where what changes along the axis is sound, or anything else is."""
    changing = [quantity.name for quantity in settings.quantities if quantity.change and quantity.change[0] == published.fit]
    sound = main[(main["flag"] == "") & (main["quantity"].isin(changing) if changing else True)]
    return np.sort(sound[settings.against].unique())


def _headline(published: Headline, ours: pd.Series | None, places: np.ndarray, settings: StudySettings) -> dict:
    base = {"quantity": published.label, "published": published.value, "source": published.source}
    if ours is None:
        return SUMMARY.row(**base, samples=0, comment=_sentence("not measured in this study", published.comment))
    comments = [f"ours: {ours['window']}", published.comment if published.comparable else f"no deviation: {published.comment}"]
    deviation = np.nan
    reason = _incomparable(published, ours, places, settings)
    if reason:
        comments.append(f"no deviation: {reason}")
    elif published.comparable:
        deviation = (ours["value"] - published.value) / ours["error"]
    measured = {name: ours[name] for name in ("value", "error", "unit", "samples")}
    return SUMMARY.row(**base, **measured, deviation=deviation, comment=_sentence(*comments))


def _incomparable(published: Headline, ours: pd.Series, places: np.ndarray, settings: StudySettings) -> str:
    """Why a deviation would mean nothing, beyond what the published number's own comment says; empty where it would."""
    if not np.isfinite(ours["value"]):
        return "no value of ours"
    if published.model and published.model not in settings.published:
        return f"published for the glass former {published.model} with the parameters of config.yaml"
    if published.range is not None and not (settings.thermal and _same_range(places, published.range, settings.temperature_unit)):
        low, high = (end * settings.temperature_unit for end in published.range)
        return f"published for T_p = {low:.3g} to {high:.3g}"
    least = published.least * settings.temperature_unit
    if least > 0 and not (settings.thermal and len(places) and places[-1] >= least * (1 - SAME_END)):
        return f"published for T_p >= {least:.3g}"
    return "" if np.isfinite(ours["error"]) and ours["error"] > 0 else "no error of ours"


def _same_range(temperatures: np.ndarray, published: tuple[float, float], unit: float) -> bool:
    """Whether the coldest and hottest T_p are the published ones, to `SAME_END`."""
    if len(temperatures) == 0:
        return False
    return all(abs(ours / (end * unit) - 1) <= SAME_END for ours, end in zip((temperatures[0], temperatures[-1]), published, strict=True))


def _sentence(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def number(value: float, error: float = np.nan) -> str:
    """A number with its error for readers: `3.31 ± 0.12`, `3.9e-4 ± 0.8e-4`, the error to two digits; a dash where there is none."""
    if not np.isfinite(value):
        return "-"
    if not (np.isfinite(error) and error > ROUNDING * abs(value)):
        return f"{value:.4g}"
    digits = int(np.floor(np.log10(error))) - 1
    if digits < -5 or digits > 3:
        power = int(np.floor(np.log10(max(abs(value), error))))
        if not -5 <= digits - power <= 3:
            return f"{value:.4g} ± {error:.2g}"
        return " ± ".join(f"{part}e{power}" for part in number(value / 10.0**power, error / 10.0**power).split(" ± "))
    places = max(0, -digits)
    return f"{round(value, -digits):.{places}f} ± {round(error, -digits):.{places}f}"


def summary_markdown(summary: pd.DataFrame, quantities: pd.DataFrame, flags: pd.DataFrame, settings: StudySettings, study: str) -> str:
    """The summary as Markdown for readers: headlines, quantities per point, samples left out."""
    return "\n".join(
        [
            f"# Summary of the study `{study}`",
            "",
            "Errors are bootstrap standard errors over samples. The deviation is (ours - published)/error; it is left blank where the two numbers "
            "are not the same quantity. A number in parentheses is in doubt: no fit takes it, and the list below says why.",
            "",
            "## Headline numbers",
            "",
            *_headline_lines(summary),
            "",
            *_quantity_lines(quantities, settings),
            "## In doubt",
            "",
            *_doubt_lines(quantities, settings),
            "",
            "## Samples left out",
            "",
            *_flag_lines(flags, settings),
            "",
        ]
    )


def _table(header: list[str], rows: list[list[str]]) -> list[str]:
    escaped = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in [header, *rows]]
    lines = ["| " + " | ".join(row) + " |" for row in escaped]
    return [lines[0], "|" + " --- |" * len(header), *lines[1:]]


def _headline_lines(summary: pd.DataFrame) -> list[str]:
    rows = []
    for _, row in summary.iterrows():
        deviation = f"{row['deviation']:+.1f}" if np.isfinite(row["deviation"]) else ""
        published = f"{row['published']:.4g}" if np.isfinite(row["published"]) else ""
        unit = "" if row["unit"] in ("", "1") else f" {row['unit']}"
        ours = number(row["value"], row["error"]) + (unit if np.isfinite(row["value"]) else "")
        rows.append([row["quantity"], ours, str(row["samples"]), published, deviation, row["source"], row["comment"]])
    return _table(["quantity", "ours", "samples", "published", "deviation", "source", "comment"], rows)


def _quantity_lines(quantities: pd.DataFrame, settings: StudySettings) -> list[str]:
    """One table per series, the main one first: a row per quantity, a column per value of the study's axis, hot to cold."""
    others = [axis for axis in settings.axes if axis.name != settings.against]
    groups = dict(list(quantities.groupby([axis.name for axis in others], dropna=False))) if others else {(): quantities}
    main = tuple(value for axis, value in zip(settings.axes, settings.main, strict=True) if axis.name != settings.against)

    def title(key: tuple) -> str:
        return ", ".join(f"{axis.plain} = {axis.words(value)}" for axis, value in zip(others, key, strict=True)) or "All points"

    def order(key: tuple) -> tuple:
        return title(key) != title(main), [(value == value, value if value == value else 0) for value in key]  # an axis that is lacking first

    lines = []
    for key in sorted(groups, key=order):
        lines += [f"## {title(key)}", "", *_table(*_series_table(groups[key], settings)), ""]
    return lines


def _series_table(data: pd.DataFrame, settings: StudySettings) -> tuple[list[str], list[list[str]]]:
    """Header and rows of one series."""
    axis, declared = settings.axis, _shown(settings)
    places = sorted(data[axis.name].unique(), reverse=axis.type != "string")
    cells = {(row["quantity"], row[axis.name]): row for _, row in data.iterrows()}
    rows = []
    if settings.thermal:
        rows.append([f"T_p/{settings.temperature_name}", "1", *(f"{place / settings.temperature_unit:.3g}" for place in places)])
    few = [quantity.name for one in settings.declared if one.prepares for quantity in one.quantities]  # of a part of the samples, on purpose
    used = data[~data["quantity"].isin(few)]
    rows.append(["samples used, at least", "", *(str(used.loc[used[axis.name] == place, "samples"].min()) for place in places)])
    for quantity in declared:
        found = [cells.get((quantity.name, place)) for place in places]
        if any(one is not None for one in found):
            unit = next(one["unit"] for one in found if one is not None)
            rows.append([quantity.label, unit, *("-" if one is None else cell(one) for one in found)])
    return ["quantity", "unit", *(f"{axis.plain} = {axis.words(place)}" for place in places)], rows


def cell(row: pd.Series) -> str:
    """A number of the table of quantities for readers, in parentheses where it is in doubt."""
    text = number(row["value"], row["error"])
    return f"({text})" if row["flag"] and text != "-" else text


def _doubt_lines(quantities: pd.DataFrame, settings: StudySettings) -> list[str]:
    """One row per point and reason: which ensembles are not in equilibrium, and which laws the data do not show."""
    labels = {quantity.name: quantity.label for quantity in _shown(settings)}
    names, found = [axis.name for axis in settings.axes], {}
    for (*key, name), flags in quantities.groupby([*names, "quantity"], dropna=False, sort=False)["flag"]:
        for reason in filter(None, flags.iloc[0].split("; ")):
            found.setdefault((tuple(str(value) for value in key), reason), (key, []))[1].append(name)
    if not found:
        return ["None: every ensemble is in equilibrium as far as was asked, and shows the laws that are fitted to it."]
    whole = {reason for _, reason in found if reason.startswith(NO_EQUILIBRIUM)}
    rows = []
    for (_, reason), (key, own) in found.items():
        where = [axis.words(value) for axis, value in zip(settings.axes, key, strict=True)]
        what = "all" if reason in whole else ", ".join(labels[name] for name in own if name in labels)
        rows.append([*where, what, reason])
    return _table([*(axis.plain for axis in settings.axes), "what", "why"], rows)


def _shown(settings: StudySettings) -> list[Quantity]:
    """The quantities that have a row, by their place."""
    return sorted((quantity for quantity in settings.quantities if np.isfinite(quantity.place)), key=lambda quantity: quantity.place)


def _flag_lines(flags: pd.DataFrame, settings: StudySettings) -> list[str]:
    """One row per ensemble and reason, with every step that names it: a sample lost early is named again by the later ones."""
    if len(flags) == 0:
        return ["None: every sample is in every average."]
    order = {step: place for place, step in enumerate(settings.observables)}
    names, rows = [axis.name for axis in settings.axes], []
    for (*key, reason), group in flags.groupby([*names, "flag"], dropna=False):
        group = group.sort_values("step", key=lambda steps: steps.map(lambda step: order.get(step, len(order))))
        most = group.loc[group["samples"].idxmax()]
        where = [axis.words(value) for axis, value in zip(settings.axes, key, strict=True)]
        rows.append([*where, ", ".join(group["step"]), reason, str(most["samples"]), most["examples"]])
    return _table([*(axis.plain for axis in settings.axes), "step", "reason", "samples", "indices"], rows)
