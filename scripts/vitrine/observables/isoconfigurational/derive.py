"""The softness of the largest escape probability, beside the published limit of reversible motion: at the point nearest to T = 0.26 (003 Fig. 3d)."""

from __future__ import annotations

from vitrine.aggregation.results import Results, Rows

PUBLISHED_TEMPERATURE = 0.26  # epsilon/k_B


def fit_isoconfigurational(rows: Rows, results: Results) -> None:
    """The bin of S with the largest P at the T nearest to the published one."""
    name, settings = "escape_peak_softness", results.settings
    key = results.nearest(name, PUBLISHED_TEMPERATURE)
    if key is None:
        return
    estimate = results.ensembles[key][name]
    rows.add(name, estimate.values, estimate.unit, f"at {settings.axis.plain} = {settings.axis.words(results.value(key))}", estimate.samples)
