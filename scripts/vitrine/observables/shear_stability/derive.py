"""The numbers that stand beside published ones: the low tail's exponent, and the exponent of p(omega_min) with and without shear stress."""

from __future__ import annotations

from vitrine.aggregation.results import Results, Rows

SHAPE = "quench.box_shape"  # the leaf that an axis sets


def fit_shear_stability(rows: Rows, results: Results) -> None:
    """The tail of the main point, the coldest where T_p is varied; the Weibull exponent of omega_min, less one, by the shape of the box."""
    settings = results.settings
    rows.add_nearest(results, "G_tail_exponent", 0.0)
    if settings.axis.leaf != SHAPE:
        return
    for key in results.along(settings.main, "weibull_exponent"):
        estimate = results.ensembles[key]["weibull_exponent"]
        where = "omega_min below the first phonon"
        rows.add(f"omega_min_exponent_{results.value(key)}", estimate.values - 1, estimate.unit, where, estimate.samples)
