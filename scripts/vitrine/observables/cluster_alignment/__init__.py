"""Cluster alignment: how alike the surroundings of soft and of hard particles are, their cliques, and their order (003 Fig. 5)."""

from vitrine.declare import NAMED, NUMBERS_OF_PARTICLES, POSITIVE, SHARE, Field, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import SOFTNESS
from vitrine.schema import NONE, Column, Table

GROUP = Column("group", "string", NONE, "soft: largest numbers `against`; hard: smallest, or largest of `hard`; all: without numbers")
NEIGHBOURS = {"type": "integer", "minimum": 4, "maximum": 60}
OTHER_GLASS = "not the same N, rate or groups unless the study says so; the published template comes from another work"

CLUSTER_ALIGNMENT = Table(
    "cluster_alignment",
    "order round the particles of each group: one row for each group of a glass; shares are NaN where there is no template",
    (
        GROUP,
        Column("atoms", "int32", NONE, "particles of the group"),
        Column("mean_score", "double", NONE, "mean score over ordered pairs"),
        Column("alike", "double", NONE, "share of pairs whose scores either way are not above the cutoff"),
        Column("cliques", "int32", NONE, "cliques of two and more, the largest taken first, each particle in one"),
        Column("largest_clique", "int32", NONE, "particles of the largest clique"),
        Column("antiprism", "double", NONE, "share whose score against the bicapped square antiprism is not above the cutoff"),
        Column("polyhedron", "double", NONE, "share whose score against the dominant Voronoi polyhedron is not above the cutoff"),
        Column("clique", "double", NONE, "share whose score against the medoid of the largest clique is not above the cutoff"),
        Column(
            "medium", "double", NONE, "share whose score with its second shell against that of the dominant polyhedron is not above medium_cutoff"
        ),
        Column("voronoi", "double", NONE, "share whose own Voronoi polyhedron is the dominant one"),
        Column("dominant", "string", NONE, "Voronoi index (n3 n4 n5 n6 n7) of the dominant polyhedron of the species in the glass"),
    ),
    of_samples=True,
)
CLUSTER_SCORES = Table(
    "cluster_scores",
    "scores of the particles of each group against the templates; the template is the ruler, the score is not symmetric; NaN of the template itself",
    (
        GROUP,
        Column("particle", "int32", NONE, "its index"),
        Column("number", "double", NONE, "the number by which it was chosen; NaN without"),
        Column("clique_of", "int32", NONE, "its clique, 0 the largest; -1 for none"),
        Column("voronoi_index", "string", NONE, "n3 n4 n5 n6 n7 of its Voronoi cell"),
        Column("antiprism", "double", NONE, "score against the bicapped square antiprism of ten neighbours"),
        Column("polyhedron", "double", NONE, "score against the medoid of the dominant Voronoi polyhedron of the species, with its neighbours"),
        Column("clique", "double", NONE, "score against the medoid of the largest clique of all groups"),
        Column("medium", "double", NONE, "score with the second shell against the medoid of the dominant polyhedron"),
    ),
    of_samples=True,
)
CLUSTER_PAIRS = Table(
    "cluster_pairs",
    "similarity matrices: scores of every pair of a group, in the order of its cliques",
    (
        GROUP,
        Column("cluster_place", "int32", NONE, "place of the cluster in the order"),
        Column("template_place", "int32", NONE, "place of its template"),
        Column("score", "double", NONE, "score of the cluster against the template"),
    ),
    of_samples=True,
)
CLUSTER_SCORE_DENSITY = Table(
    "cluster_score_density",
    "distribution of the scores of each group against a template, normalised to one",
    (
        GROUP,
        Column("template", "string", NONE, "pair (of the group with itself), antiprism, polyhedron, clique or medium"),
        Column("score_low", "double", NONE, "lower edge of the bin"),
        Column("score_high", "double", NONE, "upper edge of the bin"),
        Column("density", "double", f"1/({NONE})", "P(score)"),
        Column("density_error", "double", f"1/({NONE})", "bootstrap standard error over samples"),
        Column("count", "int64", NONE, "scores in the bin"),
    ),
)
CLUSTER_MATRIX = Table(
    "cluster_matrix",
    "the similarity matrices of one glass, the first that is good",
    (Column("sample", "int32", NONE, "index of the sample"), *CLUSTER_PAIRS.own),
)
GROUPS = ("soft", "hard", "all")
MEANINGS = {
    "antiprism": ("share of the group {} like the bicapped square antiprism", "antiprism, {}"),
    "polyhedron": ("share of the group {} like the dominant polyhedron (SRO)", "SRO, {}"),
    "medium": ("share of the group {} like the dominant polyhedron with its second shell (MRO)", "MRO, {}"),
    "largest_clique": ("particles of the largest clique of the group {}", "largest clique, {}"),
    "alike": ("share of pairs of the group {} that are alike", "alike pairs, {}"),
}

OBSERVABLE = Observable(
    name="cluster_alignment",
    title="cluster alignment: similarity, cliques, short- and medium-range order of soft and hard particles (in space)",
    formula="score = min over rotation R, pairing p, size s of sqrt(mean_j abs(R a_p(j) - s t_j)^2/abs(s t_j)^2), 0.8 <= s <= 1.2; t is the template",
    source="003 Fig. 5",
    place=16.4,
    rule="align_clusters",
    aggregate="aggregate_cluster_alignment",
    derive="fit_cluster_alignment",
    takes=("glasses.gsd",),
    tables=(CLUSTER_ALIGNMENT, CLUSTER_SCORES, CLUSTER_PAIRS),
    fields=(Field("cluster_field", "group: 1 soft, 2 hard, 3 all, 0 none; sro: score against the dominant polyhedron, NaN outside", NONE),),
    combines=("cluster_alignment.parquet", "cluster_scores.parquet", "cluster_pairs.parquet"),
    curves=(CLUSTER_SCORE_DENSITY, CLUSTER_MATRIX),
    dimensions=(3,),
    message="Aligning clusters",
    settings=(
        Setting("species", 1, {"type": "integer", "minimum": 0, "maximum": 25}, "type of the centres: 0 is A, 1 is B"),
        Setting("neighbours", 10, NEIGHBOURS, "nearest neighbours that make up a cluster; the centre is left out"),
        Setting(
            "against",
            None,
            NUMBERS_OF_PARTICLES,
            "numbers by which soft particles are chosen, such as vibrability_field.vibrability; null: the group `all`",
            takes=NAMED,
        ),
        Setting(
            "hard", None, NUMBERS_OF_PARTICLES, "numbers whose largest choose hard particles; null: the smallest numbers `against`", takes=NAMED
        ),
        Setting("share", 0.05, SHARE, "share of the species that makes up a group (003: 5 % of B)"),
        Setting("most", 100, {"type": "integer", "minimum": 2, "maximum": 1000}, "most particles of a group: scores grow as its square"),
        Setting("cutoff", 0.10, POSITIVE, "score up to which two clusters are alike (003)"),
        Setting("second_shell", 46, {"anyOf": [{"type": "null"}, NEIGHBOURS], "description": "null, or a whole number from 4 to 60"},
            "nearest neighbours of a cluster with its second shell; null: no medium-range order"),
        Setting("medium_cutoff", 0.15, POSITIVE, "score up to which clusters with second shells are alike; 003 says `slightly increased`, no number"),
    ),
    quantities=tuple(
        Quantity(f"{name}_{group}", "", NONE, meaning.format(group), label.format(group), 200 + row + 0.1 * column)
        for row, (name, (meaning, label)) in enumerate(MEANINGS.items())
        for column, group in enumerate(GROUPS)
    ),
    headlines=tuple(
        Headline(name, label, value, SOFTNESS, place, comparable=False, comment=OTHER_GLASS, model="kob_andersen")
        for name, label, value, place in (
            ("polyhedron_soft", "soft particles with SRO", 0.16, 74.1),
            ("polyhedron_hard", "hard particles with SRO", 0.60, 74.2),
            ("medium_soft", "soft particles with MRO", 0.04, 74.3),
            ("medium_hard", "hard particles with MRO", 0.25, 74.4),
        )
    ),
    figures=(
        Figure(
            "cluster_alignment",
            "plot_cluster_alignment",
            tables=("cluster_matrix", "cluster_score_density", "quantities", "flags"),
            quantities=("polyhedron_soft",),
            observables=("cluster_alignment",),
            source="003 Fig. 5",
            title="similarity matrices of soft and hard particles, and their scores against short- and medium-range order",
        ),
    ),
)  # fmt: skip
