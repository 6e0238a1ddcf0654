"""The summary: headline numbers beside the published ones, the main quantities per parent temperature, and every sample left out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vitrine.aggregation.published import HEADLINES, Published, belong_to
from vitrine.aggregation.study import StudySettings
from vitrine.tables import SUMMARY

SAME_END = 0.03
ROUNDING = 1e-12  # an error that is smaller than this share of its value is the rounding of equal numbers
STEPS = ("liquids", "glasses", "modes", "elasticity", "pinching", "bond_operator")
COLUMNS = (
    ("energy_inherent", "e_IS"),
    ("shear_modulus", "G"),
    ("bulk_modulus", "K"),
    ("pressure", "p"),
    ("coordination", "z"),
    ("chi", "chi"),
    ("omega_g", "omega_g"),
    ("omega_g_unfiltered", "omega_g (all bonds)"),
    ("A_g", "A_g"),
    ("A_g_ml", "A_g (omega_min)"),
    ("A_g_exponent", "exponent of the cumulative"),
    ("omega_min_ratio", "std/mean of omega_min"),
    ("N_qlm", "N"),
    ("N_qlm_ml", "N (omega_min)"),
    ("xi_g", "xi_g"),
    ("R_Ag", "R_Ag"),
    ("R_Ag_tail", "R_Ag (P(lambda))"),
    ("lambda_exponent", "exponent of P(lambda)"),
    ("xi_bond_reduced", "xi of the bond operator"),
    ("R_xi_g", "R_xi (xi_g)"),
    ("R_xi_bond", "R_xi (bond operator)"),
)


def summarise(quantities: pd.DataFrame, fits: pd.DataFrame, settings: StudySettings) -> pd.DataFrame:
    """The summary table: every headline of `published.HEADLINES`, then chi at each T_p of the main ensemble.

    The deviation (ours - published)/error is given only where the two are the same quantity, over the same range of parent temperatures, and ours has
    an error; the comment says why where it is not.
    """
    by_name = fits.set_index("name")
    main = quantities[quantities["particles"] == settings.particles]
    temperatures = np.sort(main["parent_temperature"].unique())
    rows = []
    for published in HEADLINES:
        ours = by_name.loc[published.fit] if published.fit in by_name.index else None
        rows.append(_headline(published, ours, temperatures, settings))
    for _, row in main[main["quantity"] == "chi"].sort_values("parent_temperature").iterrows():
        label = f"chi = sqrt(N) std(G)/mean(G) at T_p = {row['parent_temperature']:g}"
        comment = "no published number to compare with"
        rows.append(SUMMARY.empty_row(quantity=label, value=row["value"], error=row["error"], unit="1", samples=row["samples"], comment=comment))
    return pd.DataFrame(rows, columns=[column.name for column in SUMMARY.columns])


def _headline(published: Published, ours: pd.Series | None, temperatures: np.ndarray, settings: StudySettings) -> dict:
    base = {"quantity": published.label, "published": published.value, "source": published.source}
    if ours is None:
        return SUMMARY.empty_row(**base, samples=0, comment=_sentence("not measured in this study", published.comment))
    comments = [f"ours: {ours['window']}", published.comment if published.comparable else f"no deviation: {published.comment}"]
    deviation = np.nan
    reason = _incomparable(published, ours, temperatures, settings)
    if reason:
        comments.append(f"no deviation: {reason}")
    elif published.comparable:
        deviation = (ours["value"] - published.value) / ours["error"]
    measured = {name: ours[name] for name in ("value", "error", "unit", "samples")}
    return SUMMARY.empty_row(**base, **measured, deviation=deviation, comment=_sentence(*comments))


def _incomparable(published: Published, ours: pd.Series, temperatures: np.ndarray, settings: StudySettings) -> str:
    """Why a deviation would mean nothing, beyond what the published number's own comment says; empty where it would."""
    if not np.isfinite(ours["value"]):
        return "no value of ours"
    if not published.universal and not belong_to(settings.model, settings.dimension):
        return "published for the glass former poly in three dimensions"
    if published.range is not None and not _same_range(temperatures, published.range, settings.onset_temperature):
        low, high = (end * settings.onset_temperature for end in published.range)
        return f"published for T_p = {low:.3g} to {high:.3g}"
    return "" if np.isfinite(ours["error"]) and ours["error"] > 0 else "no error of ours"


def _same_range(temperatures: np.ndarray, published: tuple[float, float], unit: float) -> bool:
    """Whether the coldest and hottest T_p are the published ones, to `SAME_END`."""
    if len(temperatures) == 0:
        return False
    return all(abs(ours / (end * unit) - 1) <= SAME_END for ours, end in zip((temperatures[0], temperatures[-1]), published, strict=True))


def _sentence(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def number(value: float, error: float = np.nan) -> str:
    """A number with its error for readers: `3.31 +- 0.12`, the error to two digits; a dash where there is none."""
    if not np.isfinite(value):
        return "-"
    if not (np.isfinite(error) and error > ROUNDING * abs(value)):
        return f"{value:.4g}"
    digits = int(np.floor(np.log10(error))) - 1
    if digits < -5 or digits > 3:
        power = int(np.floor(np.log10(max(abs(value), error))))
        if not -5 <= digits - power <= 3:
            return f"{value:.4g} ± {error:.2g}"
        return f"({number(value / 10.0**power, error / 10.0**power)})e{power}"
    places = max(0, -digits)
    return f"{round(value, -digits):.{places}f} ± {round(error, -digits):.{places}f}"


def summary_markdown(summary: pd.DataFrame, quantities: pd.DataFrame, flags: pd.DataFrame, settings: StudySettings, study: str) -> str:
    """The summary as Markdown for readers: headlines, quantities per parent temperature, samples left out."""
    return "\n".join(
        [
            f"# Summary of the study `{study}`",
            "",
            "Errors are bootstrap standard errors over samples. The deviation is (ours - published)/error; it is left blank where the two numbers "
            "are not the same quantity.",
            "",
            "## Headline numbers",
            "",
            *_headline_lines(summary),
            "",
            *_temperature_lines(quantities, settings),
            "## Samples left out",
            "",
            *_flag_lines(flags),
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


def _temperature_lines(quantities: pd.DataFrame, settings: StudySettings) -> list[str]:
    """One table per size: a row per quantity, a column per parent temperature, hot to cold."""
    lines = []
    sizes = sorted(quantities["particles"].unique(), key=lambda size: (size != settings.particles, size))
    for size in sizes:
        data = quantities[quantities["particles"] == size]
        temperatures = sorted(data["parent_temperature"].unique(), reverse=True)
        cells = {(row["quantity"], row["parent_temperature"]): row for _, row in data.iterrows()}
        rows = [["T_p/T_onset", "1", *(f"{temperature / settings.onset_temperature:.3g}" for temperature in temperatures)]]
        rows.append(["samples used, at least", "", *(str(data.loc[data["parent_temperature"] == one, "samples"].min()) for one in temperatures)])
        for name, label in COLUMNS:
            found = [cells.get((name, temperature)) for temperature in temperatures]
            if any(one is not None for one in found):
                unit = next(one["unit"] for one in found if one is not None)
                rows.append([label, unit, *("-" if one is None else number(one["value"], one["error"]) for one in found)])
        header = ["quantity", "unit", *(f"T_p = {temperature:g}" for temperature in temperatures)]
        lines += [f"## N = {size}", "", *_table(header, rows), ""]
    return lines


def _flag_lines(flags: pd.DataFrame) -> list[str]:
    """One row per ensemble and reason, with every step that names it: a sample lost early is named again by the later ones."""
    if len(flags) == 0:
        return ["None: every sample is in every average."]
    order = {step: place for place, step in enumerate(STEPS)}
    rows = []
    for (particles, temperature, reason), group in flags.groupby(["particles", "parent_temperature", "flag"]):
        group = group.sort_values("step", key=lambda steps: steps.map(lambda step: order.get(step, len(order))))
        most = group.loc[group["samples"].idxmax()]
        rows.append([str(particles), f"{temperature:g}", ", ".join(group["step"]), reason, str(most["samples"]), most["examples"]])
    return _table(["N", "T_p", "step", "reason", "samples", "indices"], rows)
