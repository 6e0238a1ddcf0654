"""The kit of all figures (style, marks, data) and the figures that draw several observables.

Every `plot_<name>` takes data frames of the study's tables and `Settings`, and returns a matplotlib Figure; `style.save` writes it. The tables are in
simulation units; frequencies are drawn in c_inf/a0, temperatures in the study's unit of temperature (002, App. A). A point whose value is missing is
named above the figure, one without an error bar or with most samples left out is hollow, and a panel without data says why.
"""

from vitrine.declare import Figure, Setting

FIGURES = (
    Figure(
        "spectra",
        "plot_spectra",
        tables=("mode_density", "bond_operator_density", "quantities", "fits", "flags"),
        quantities=("c_s", "A_g", "lambda_exponent"),
        observables=("modes",),
        source="001 Fig. 1c, d",
        title="D(omega) and P(lambda) side by side",
    ),
    Figure(
        "annealing_ratios",
        "plot_annealing_ratios",
        tables=("quantities", "flags"),
        quantities=("R_Ag", "R_Ag_tail", "R_xi_g", "R_xi_bond"),
        source="001 Fig. 5",
        title="A_g and xi over their values at the hottest T_p",
    ),
    Figure(
        "trends",
        "plot_trends",
        tables=("quantities", "flags"),
        title="any quantities against any axis",
        options=(
            Setting(
                "quantities",
                ["energy_inherent", "shear_modulus", "omega_g", "A_g"],
                {"type": "array", "minItems": 1, "maxItems": 12, "items": {"type": "string"}},
                "names of quantities, one panel each; those that the study does not measure are left out",
                "figure",
            ),
            Setting(
                "beside", None, {"type": ["string", "null"]}, "another axis, each of whose values is a series of its own; null: none", "figure", True
            ),
        ),
    ),
)
