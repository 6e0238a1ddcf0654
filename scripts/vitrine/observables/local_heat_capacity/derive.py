"""The exponents of local heat capacities that stand beside the published ones: those of the main point, or of the largest glasses."""

from __future__ import annotations

from vitrine.aggregation.results import Results, Rows

NAMES = ("heat_tail_exponent", "heat_softest_exponent")


def fit_local_heat_capacity(rows: Rows, results: Results) -> None:
    """Both exponents at the main point, or at the last one that has them; a flagged one is on no row."""
    settings = results.settings
    share = settings.option("local_heat_capacity", "tail")
    for name in NAMES:
        keys = results.along(settings.main, name)
        if not keys:
            continue
        key = keys[-1] if settings.against == "particles" or settings.main not in keys else settings.main
        estimate = results.ensembles[key][name]
        window = f", the {share:g} of the pairs with the largest |c|" if name == "heat_tail_exponent" else ", softer half of the glasses"
        rows.add(
            name, estimate.values, estimate.unit, f"at {settings.axis.plain} = {settings.axis.words(results.value(key))}{window}", estimate.samples
        )
