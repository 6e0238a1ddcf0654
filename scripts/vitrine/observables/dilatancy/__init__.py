"""Dilatancy: how much soft modes dilate their glass and how much they shear it (004 eqs. 8-9 and Fig. 7d)."""

from vitrine.declare import SHARE, Figure, Observable, Quantity, Setting
from vitrine.schema import FORCE, FREQUENCY, NONE, Column, Table

DILATANCY = Table(
    "dilatancy",
    "dilatant-to-shear ratio of the softest nonlinear modes of each glass, from F = d2U/(d eps dx).pi, |pi| = 1; phi'' alone enters, so that it is "
    "also defined for a potential whose phi''' jumps, such as that of sticky spheres, where b3 and b4 are not",
    (
        Column("kind", "string", NONE, "kind of the mode in nonlinear_modes"),
        Column("mode", "int32", NONE, "index of the mode in nonlinear_modes"),
        Column("omega", "double", FREQUENCY, "frequency of the mode"),
        Column("dilatation", "double", FORCE, "Tr F/d; its sign is that of the stored pi, with b3 <= 0"),
        Column("shear", "double", FORCE, "lambda_max: eigenvalue of the deviator of F of the largest magnitude; its sign is undefined in the plane"),
        Column("next_shear", "double", FORCE, "eigenvalue of the next magnitude"),
        Column("ratio", "double", NONE, "|Tr F/d|/|lambda_max|"),
        Column(
            "signed_ratio",
            "double",
            NONE,
            "(Tr F/d)/lambda_max where the two largest magnitudes differ by more than the share `distinct` of the larger; NaN elsewhere",
        ),
    ),
    of_samples=True,
)

OBSERVABLE = Observable(
    name="dilatancy",
    title="dilatant-to-shear ratio of soft modes",
    formula="F = d2U/(d eps dx).pi, symmetric d x d; (Tr F/d)/lambda_max, lambda_max the eigenvalue of the deviator of the largest magnitude",
    source="004 eqs. 8-9, Fig. 7d",
    place=16.1,
    rule="measure_dilatancy",
    aggregate="aggregate_dilatancy",
    takes=("glasses.gsd", "nonlinear_modes.parquet", "nonlinear_vectors.gsd"),
    tables=(DILATANCY,),
    combines=(DILATANCY.file,),
    pairwise=True,
    message="Measuring the dilatancy of modes",
    settings=(
        Setting(
            "kind",
            "cubic",
            {"enum": ["pseudo_harmonic", "cubic", "quartic"]},
            "kind of the modes, one of those of nonlinear_modes; pseudo_harmonic where phi''' jumps",
        ),
        Setting("modes", 1, {"type": "integer", "minimum": 1}, "softest modes of each glass, of those that nonlinear_modes keeps"),
        Setting("distinct", 0.2, SHARE, "share of the largest magnitude by which the next must be smaller for the ratio to have a sign"),
    ),
    quantities=(
        Quantity("dilatancy_median", r"|D|", NONE, "median of the dilatant-to-shear ratio |Tr F/d|/|lambda_max|", "dilatancy, median", 171),
        Quantity("dilatancy_lower", r"|D|_{1/4}", NONE, "lower quartile of the ratio", "dilatancy, lower quartile", 171.1),
        Quantity("dilatancy_upper", r"|D|_{3/4}", NONE, "upper quartile of the ratio", "dilatancy, upper quartile", 171.2),
        Quantity("dilatancy_mean", r"\langle|D|\rangle", NONE, "mean of the ratio", "dilatancy, mean", 171.3),
        Quantity("dilatancy_signed_median", r"D", NONE, "median of the ratio with its sign, where it has one", "signed dilatancy, median", 171.4),
        Quantity("dilatancy_signed_lower", r"D_{1/4}", NONE, "lower quartile of the ratio with its sign", "signed dilatancy, lower quartile", 171.5),
        Quantity("dilatancy_signed_upper", r"D_{3/4}", NONE, "upper quartile of the ratio with its sign", "signed dilatancy, upper quartile", 171.6),
        Quantity("dilatancy_signed_mean", r"\langle D\rangle", NONE, "mean of the ratio with its sign", "signed dilatancy, mean", 171.7),
        Quantity("dilatancy_signed_share", "", NONE, "share of modes whose ratio has a sign", "modes with a sign of dilatancy", 171.8),
    ),
    figures=(
        Figure(
            "dilatancy",
            "plot_dilatancy",
            tables=("quantities", "flags"),
            quantities=("dilatancy_median",),
            observables=("dilatancy",),
            source="004 Fig. 7d",
            title="quartiles, median and mean of the dilatant-to-shear ratio of soft modes",
        ),
    ),
)
