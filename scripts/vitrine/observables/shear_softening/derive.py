"""The exponents that stand beside the published ones: those of the largest glasses, or of the last point on the study's axis."""

from __future__ import annotations

from vitrine.aggregation.results import Results, Rows

NAMES = ("softening_exponent_harmonic", "softening_exponent_cubic")


def fit_shear_softening(rows: Rows, results: Results) -> None:
    """Exponents of lambda_1 and of b2 at the main point, or at the last one that has them."""
    settings = results.settings
    for name in NAMES:
        keys = results.along(settings.main, name)
        if not keys:
            continue
        key = keys[-1] if settings.against == "particles" or settings.main not in keys else settings.main
        estimate = results.ensembles[key][name]
        where = f"at {settings.axis.plain} = {settings.axis.words(results.value(key))}, next to the instability"
        rows.add(name, estimate.values, estimate.unit, where, estimate.samples)
