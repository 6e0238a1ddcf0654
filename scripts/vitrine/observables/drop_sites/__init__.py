"""Where plastic drops occur: beside key cores or vibrable particles, or anywhere (000 Supp. 2 and Fig. 14)."""

from vitrine.declare import POSITIVE, Figure, Observable, Quantity, Setting
from vitrine.schema import NONE, Column, Table

DROP_SITES = Table(
    "drop_sites",
    "places of the first drops of each glass; a glass without drops has one row, of index -1. A random place has ranks that are uniform from 0 to 1",
    (
        Column("drop", "int32", NONE, "index of the drop; -1 where there is none"),
        Column("strain", "double", NONE, "g_c of the drop"),
        Column("core", "int32", NONE, "particle that moves most in the mode that became unstable"),
        Column(
            "distance",
            "double",
            "a0",
            "from there to the nearest particle of the key-core string, in the glass before it is strained; NaN without one",
        ),
        Column("core_rank", "double", NONE, "share of all particles that lie as near to the string, or nearer; NaN without a key core"),
        Column("near", "double", NONE, "1 where the distance is at most `near`, 0 where it is more; NaN without a key core"),
        Column("near_at_random", "double", NONE, "share of all particles that lie so near: what a random place would have"),
        Column("psi_rank", "double", NONE, "share of all particles whose vibrability is as large, or larger"),
        Column("soft", "double", NONE, "1 where psi_rank is at most `soft_share`, else 0"),
    ),
    of_samples=True,
)
DROP_RANKS = Table(
    "drop_ranks",
    "share of drops whose rank is at most so large; a random place has the rank itself",
    (
        Column("kind", "string", NONE, "key_core: distance from the key-core string; vibrability: vibrability of the particle"),
        Column("rank", "double", NONE, "rank"),
        Column("share", "double", NONE, "share of drops"),
        Column("share_error", "double", NONE, "bootstrap standard error over samples"),
        Column("drops", "int64", NONE, "drops that are counted"),
    ),
)

OBSERVABLE = Observable(
    name="drop_sites",
    title="places of plastic drops beside key cores and vibrable particles (in the plane)",
    formula="rank of the drop's core among all particles, by distance from the key-core string and by Psi; a random place has uniform ranks",
    source="000 Supp. 2, Fig. 14",
    place=18.33,
    rule="locate_drops",
    aggregate="aggregate_drop_sites",
    takes=("glasses.gsd", "quasistatic_drops.parquet", "key_core_field.gsd", "vibrability_field.gsd"),
    tables=(DROP_SITES,),
    combines=(DROP_SITES.file,),
    curves=(DROP_RANKS,),
    message="Locating plastic drops",
    dimensions=(2,),
    settings=(
        Setting(
            "drops", 1, {"type": "integer", "minimum": 1}, "first drops of each glass that are located: later ones happen in a glass that has changed"
        ),
        Setting("near", 2.0, POSITIVE, "distance from the key-core string at which a drop counts as its own [a0]"),
        Setting(
            "soft_share", 0.05, {"type": "number", "exclusiveMinimum": 0, "maximum": 1}, "share of the most vibrable particles that count as soft"
        ),
    ),
    quantities=(
        Quantity("drop_near_core", "", NONE, "share of drops near the key core, of glasses that have one", "drops near the key core", 233),
        Quantity("drop_near_core_random", "", NONE, "share of random places so near", "random places so near", 233.1),
        Quantity("drop_core_rank", "", NONE, "rank of drops by distance from the key core, mean; 1/2 at random", "drops' rank, key core", 233.2),
        Quantity("drop_soft", "", NONE, "share of drops at the most vibrable particles", "drops at vibrable particles", 233.3),
        Quantity("drop_psi_rank", "", NONE, "rank of drops by vibrability, mean; 1/2 at random", "drops' rank, vibrability", 233.4),
    ),
    figures=(
        Figure(
            "drop_sites",
            "plot_drop_sites",
            tables=("drop_ranks", "quantities", "flags"),
            quantities=("drop_psi_rank",),
            observables=("drop_sites",),
            source="000 Supp. 2, Fig. 14",
            title="places of plastic drops beside key cores and vibrable particles, with those of random places",
        ),
    ),
)
