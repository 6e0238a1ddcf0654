"""Double wells: the minimum beside a glass's own, looked for along its softest nonlinear mode (004 sec. IV J and Fig. 14)."""

from vitrine.declare import POSITIVE, SHARE, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import PERSPECTIVE
from vitrine.schema import ENERGY, FREQUENCY, NONE, Column, Table

PUBLISHED = f"{PERSPECTIVE}, section IV J"
OTHER_GLASS = "printed for a close variant of POLY: N = 16,000, T_p = 0.4, 40,000 glasses; the minimiser and the increments of s are not printed"

DOUBLE_WELLS = Table(
    "double_wells",
    "another minimum, looked for in each glass from x + s pi along its softest nonlinear mode, |pi| = 1, in small steps of s on both sides in turn, "
    "until there is one; beside it the other well of the energy's expansion b2 s^2/2 + b3 s^3/6 + b4 s^4/24. The expansion is not defined across "
    "a distance at which phi''' jumps, such as that of sticky spheres; the search is",
    (
        Column("omega", "double", FREQUENCY, "frequency of the mode"),
        Column("found", "bool", NONE, "whether there is another minimum, further away than least_displacement"),
        Column("start", "double", "a0", "s at which it was found; positive on the side of the expansion's other well; NaN where nothing was found"),
        Column("displacement", "double", "a0", "|Dx|, from the first minimum to the other one"),
        Column("overlap", "double", NONE, "|Dx.pi|/|Dx|"),
        Column("energy", "double", ENERGY, "energy of the other minimum less that of the first"),
        Column("predicted", "bool", NONE, "whether the expansion has two wells: b3^2 > (8/3) b2 b4"),
        Column("predicted_displacement", "double", "a0", "where its other well lies; NaN where there is none"),
        Column("predicted_energy", "double", ENERGY, "energy of that well less that of the first; negative where b3^2 > 3 b2 b4"),
        Column("returned", "double", "a0", "largest |Dx| of the minimisations that came back: what is left of the forces, and no other minimum"),
        Column("minimisations", "int32", NONE, "minimisations that the search took"),
        Column("unconverged", "int32", NONE, "of them, those that did not come to rest, which count as nothing found"),
        Column("saddles", "int32", NONE, "of them, those that came to rest at no minimum, which count as nothing found"),
        Column("minimised_by", "string", NONE, "minimiser of the search"),
        Column("minimiser_step", "double", NONE, "its step, as in quench: a length [lambda_min], or the first time step of fire"),
        Column("increment", "double", "a0", "increment of s"),
    ),
    of_samples=True,
)
DOUBLE_WELL_DENSITY = Table(
    "double_well_density",
    "distributions over the glasses in which another minimum was found",
    (
        Column(
            "quantity", "string", NONE, "overlap, displacement [a0] or predicted_displacement [a0]; the last of all glasses whose expansion has one"
        ),
        Column("value_low", "double", NONE, "lower edge of the bin"),
        Column("value_high", "double", NONE, "upper edge of the bin"),
        Column("density", "double", f"1/({NONE})", "probability density, normalised to one"),
        Column("density_error", "double", f"1/({NONE})", "bootstrap standard error over samples"),
        Column("count", "int64", NONE, "glasses in the bin"),
    ),
)
DOUBLE_WELL_PAIRS = Table(
    "double_well_pairs",
    "glasses whose expansion has two wells, and what was found in them",
    (
        Column("sample", "int32", NONE, "index of the sample"),
        Column("predicted_displacement", "double", "a0", "where the other well of the expansion lies"),
        Column("displacement", "double", "a0", "|Dx| to the minimum that was found; NaN where there was none"),
        Column("predicted_energy", "double", ENERGY, "energy of that well"),
        Column("energy", "double", ENERGY, "energy of the minimum that was found"),
    ),
)

OBSERVABLE = Observable(
    name="double_wells",
    title="double wells along the softest modes",
    formula="x + s pi, s = ds, -ds, 2 ds, ... up to a0, minimised until another minimum is found: Dx; overlap abs(Dx.pi)/abs(Dx)",
    source="004 sec. IV J, Fig. 14",
    place=16.2,
    rule="find_double_wells",
    aggregate="aggregate_double_wells",
    derive="fit_double_wells",
    takes=("glasses.gsd", "nonlinear_modes.parquet", "nonlinear_vectors.gsd"),
    tables=(DOUBLE_WELLS,),
    combines=(DOUBLE_WELLS.file,),
    curves=(DOUBLE_WELL_DENSITY, DOUBLE_WELL_PAIRS),
    algebra="sparse",
    pairwise=True,
    message="Looking for double wells",
    settings=(
        Setting("kind", "cubic", {"enum": ["pseudo_harmonic", "cubic", "quartic"]}, "kind of the mode, one of those of nonlinear_modes"),
        Setting("increment", 0.05, SHARE, "increment of s [a0]; the search costs up to 2/increment minimisations in each glass"),
        Setting("furthest", 1.0, POSITIVE, "largest s [a0]"),
        Setting("least_displacement", 1.0e-3, POSITIVE, "|Dx| beyond which a minimum is another one [a0]: far above the rounding, see `returned`"),
        Setting("minimiser", "lbfgs", {"enum": ["lbfgs", "cg", "fire"]}, "minimiser of the search, as in quench"),
        Setting("minimiser_step", 0.1, POSITIVE, "its step, as in quench"),
        Setting("tolerance", 1.0e-10, POSITIVE, "largest net force over the root-mean-square pair force at its end"),
    ),
    quantities=(
        Quantity("double_well_share", r"P_\mathrm{found}", NONE, "share of glasses in which another minimum was found", "double wells found", 172),
        Quantity("double_well_displacement", r"\langle|\Delta x|\rangle", "a0", "mean displacement to it", "|Dx| of double wells, mean", 172.1),
        Quantity(
            "double_well_overlap", r"|\hat{\Delta x}\cdot\pi|", NONE, "median overlap of the displacement with the mode", "overlap, median", 172.2
        ),
        Quantity("double_well_aligned", "", NONE, "share of overlaps above 0.8", "overlaps above 0.8", 172.3),
        Quantity("double_well_deeper", "", NONE, "share of the minima found that lie deeper than the first", "double wells deeper", 172.4),
        Quantity(
            "double_well_predicted", "", NONE, "share of glasses whose expansion has two wells, b3^2 > (8/3) b2 b4", "double wells predicted", 172.5
        ),
        Quantity("double_well_confirmed", "", NONE, "share of those in which another minimum was found", "double wells predicted and found", 172.6),
    ),
    headlines=(
        Headline("double_well_share", "share of glasses with a double well", 0.14, PUBLISHED, 71, comparable=False, comment=OTHER_GLASS, model=""),
        Headline("double_well_displacement", "|Dx|/a0 of double wells, mean", 0.5, PUBLISHED, 72, comparable=False, comment=OTHER_GLASS, model=""),
        Headline(
            "double_well_overlap",
            "overlap of double wells with the mode, median",
            1.0,
            f"{PUBLISHED} and Fig. 14",
            73,
            comparable=False,
            comment=f"printed in words: sharply peaked near unity, predominantly above 0.8; {OTHER_GLASS}",
            model="",
        ),
    ),
    figures=(
        Figure(
            "double_wells",
            "plot_double_wells",
            tables=("double_well_density", "double_well_pairs", "quantities", "flags"),
            quantities=("double_well_share",),
            observables=("double_wells",),
            source="004 Fig. 14",
            title="overlaps and displacements of double wells, and what the expansion predicts",
        ),
    ),
)
