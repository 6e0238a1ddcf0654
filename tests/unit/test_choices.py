"""What a study chooses: observables with what they need of each other, figures, and the identities by which files of other studies are known."""

from dataclasses import replace

import pytest
from configs import CONFIG, changed, changes, ensembles, sentence
from vitrine import params
from vitrine.config_schema import config_schema
from vitrine.declare import Figure, Observable, Quantity, Setting
from vitrine.observables import declarations, figures
from vitrine.schema import Column, Table
from vitrine.study import Study

LABEL = "N256_T0.5000"


@pytest.fixture
def toys(monkeypatch):
    """A function that adds observables to the known ones for one test."""

    def add(*observables):
        for one in observables:
            monkeypatch.setitem(declarations(), one.name, one)
            for figure in one.figures:
                monkeypatch.setitem(figures(), figure.name, (figure, None))
        config_schema.cache_clear()

    yield add
    config_schema.cache_clear()


def toy(name, takes=("glasses.gsd",), **more):
    """An observable that gives one table of its name."""
    table = Table(name, "a toy", (Column("number", "double", "1", "a number"),), of_samples=True)
    return Observable(name, f"the {name}", "nowhere", 99.0, rule=f"measure_{name}", takes=takes, tables=(table,), **more)


# --- observables --------------------------------------------------------------------------------------------------------------------------------


def test_observables_are_those_of_the_section_by_their_place():
    study = Study.from_config(changed("observables", {"elasticity": {}, "modes": {"vectors": 7}}))
    assert list(study.observables) == ["liquids", "glasses", "modes", "elasticity"]
    assert [one.rule for one in study.measured] == ["find_modes", "measure_elasticity"]
    assert study.settings["modes"] == {**declarations()["modes"].defaults, "vectors": 7}
    assert study.settings_of("modes", "measure") == {"spectrum": "full", "vectors": 7}
    assert set(study.settings_of("modes", "aggregate")) == {"phonon_fraction", "softest"} and study.settings_of("elasticity", "measure") == {}


def test_null_drops_an_observable_and_its_figures():
    whole, without = Study.from_config(CONFIG), Study.from_config(changed("observables.vibrability", None))
    assert set(whole.observables) - set(without.observables) == {"vibrability"}
    assert set(whole.figures) - set(without.figures) == {"vibrability"}
    assert "measure_vibrability" not in [one.rule for one in without.measured]
    assert "measure_vibrability" not in without.last_files(without.main.label)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"modes": {}}, ["observables.modes needs elasticity.parquet", "the observable elasticity", "set modes: null"]),
        ({"soft_spots": {}, "modes": {}, "elasticity": {}}, ["observables.soft_spots needs the observable pinching", "set soft_spots: null"]),
        ({"specific_heat": {}}, ["observables.specific_heat needs", "of the observable modes", "set specific_heat: null"]),
        ({"pinching": {}, "sound": {}}, ["observables.sound is unknown", "pinching", "vibrability"]),
        ({"glasses": {}}, ["observables.glasses is unknown"]),
    ],
)
def test_what_an_observable_needs_is_one_sentence(section, said):
    text = sentence(changed("observables", section))
    assert all(word in text for word in said), text


def test_what_nothing_gives_is_one_sentence(toys):
    toys(toy("lonely", ("sounds.gsd",)))
    assert sentence(changed("observables", {"lonely": {}})) == "observable lonely needs sounds.gsd, which nothing gives"


def test_an_observable_may_take_what_others_give(toys):
    toys(toy("first"), toy("second", ("first.parquet",)), toy("third", ("glasses.gsd", "second.parquet")))
    study = Study.from_config(changed("observables", {"first": {}, "second": {}, "third": {}}))
    assert study.producer("second.parquet").name == "second" and study.producer("glasses.gsd") is None
    assert [study.origin(study.observables[name]) for name in ("first", "second", "third")] == ["prepared"] * 3
    assert "choose that too, or set third: null" in sentence(changed("observables", {"first": {}, "third": {}}))
    label = study.main.label
    assert len({study.identity(label, "measure", name) for name in ("first", "second", "third")}) == 3
    taken = params.measuring(study, study.observables["third"])["taken"](type("Wildcards", (), {"point": label}))
    assert taken == {"glasses.gsd": study.identity(label, "glasses"), "second.parquet": study.identity(label, "measure", "second")}


def test_a_setting_may_name_what_an_observable_takes():
    """Then its file is an input like any other: part of the identity, of what must be chosen, and of what imported samples have not."""

    def taken(**settings):
        study = Study.from_config(changed("observables", {"vibrability": {}, "atomic_stress": settings}))
        return study, study.observables["atomic_stress"].takes

    plain, alone = taken()
    assert alone == ("glasses.gsd",) == declarations()["atomic_stress"].takes and not plain.records
    named, takes = taken(against="vibrability_field.vibrability", thermal=True)
    assert takes == ("glasses.gsd", "trajectories.gsd", "vibrability_field.gsd") and named.records
    assert "record_trajectories" in named.last_files(named.main.label)
    assert taken(against="vibrability.mean")[1] == ("glasses.gsd", "vibrability.parquet")
    label = named.main.label
    assert set(params.measuring(named, named.observables["atomic_stress"])["taken"](type("Wildcards", (), {"point": label}))) == set(takes)
    assert plain.identity(label, "measure", "atomic_stress") != named.identity(label, "measure", "atomic_stress")


@pytest.mark.parametrize(
    ("against", "said"),
    [
        ("softly.s", ["observables.atomic_stress.against is softly.s", "nothing gives softly", "vibrability_field"]),
        ("vibrability", ["observables.atomic_stress.against", "<field>.<array>, such as vibrability_field.vibrability"]),
        ("vibrability_field.vibrability", ["observables.atomic_stress needs vibrability_field.gsd of the observable vibrability: choose that too"]),
        ("atomic_stress_field.tension", ["in a circle: atomic_stress -> atomic_stress"]),
    ],
)
def test_what_a_setting_cannot_name_is_one_sentence(against, said):
    text = sentence(changed("observables", {"atomic_stress": {"against": against}}))
    assert all(word in text for word in said), text


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_circle_is_one_sentence(toys, length):
    names = [f"toy_{'abc'[place]}" for place in range(length)]
    toys(*(toy(name, ("glasses.gsd", f"{names[(place + 1) % length]}.parquet")) for place, name in enumerate(names)))
    text = sentence(changed("observables", {name: {} for name in names}))
    assert text == f"observables take each other's files in a circle: {' -> '.join([*names, names[0]])}"


def test_a_circle_of_averages_is_one_sentence_and_averages_of_each_others_tables_are_none(toys):
    first = toy("toy_a", combines=("toy_a.parquet", "toy_b.parquet"), aggregate="aggregate_toy_a")
    second = toy("toy_b", combines=("toy_b.parquet", "toy_a.parquet"), aggregate="aggregate_toy_b")
    toys(first, second)
    assert len(Study.from_config(changed("observables", {"toy_a": {}, "toy_b": {}})).measured) == 2
    both = [replace(first, combines=("toy_b_estimates.parquet",)), replace(second, combines=("toy_a_estimates.parquet",))]
    toys(*(replace(one, rule="", takes=(), tables=(), scope="study") for one in both))
    text = sentence(changed("observables", {"toy_a": {}, "toy_b": {}}))
    assert text == "observables take each other's files in a circle: toy_a -> toy_b -> toy_a"


def test_drawn_systems_have_ensembles_of_their_own(toys):
    """An observable that takes nothing draws its own systems: at the points of drawn ensembles alone, as does what takes its table."""
    toys(toy("drawing", ()), toy("drawn_from", ("drawing.parquet",)))
    config = changes(axes={"replica": {"type": "int32"}}, observables={"drawing": {}, "drawn_from": {}, "elasticity": {}})
    config["ensembles"] += [{"axes": {"replica": [1, 2]}, "origin": "drawn", "samples": 4, "batch": 2}]
    study = Study.from_config(config)
    assert study.labels(study.observables["drawing"]) == study.labels(study.observables["drawn_from"]) == ["replica1", "replica2"]
    assert set(study.labels(study.observables["elasticity"])) == set(study.places) - {"replica1", "replica2"}
    assert set(study.last_files("replica1")) == {"measure_drawing", "measure_drawn_from"}
    ids = [study.identity(label, "measure", "drawing") for label in ("replica1", "replica2")]
    other = Study.from_config({**config, "seed": 1}).identity("replica1", "measure", "drawing")
    assert len({*ids, other}) == 3


def test_a_new_observable_has_its_section_with_checked_settings(toys):
    toys(toy("counted", settings=(Setting("most", 3, {"type": "integer", "minimum": 1}, "how many"),)))
    assert Study.from_config(changed("observables.counted", {})).settings["counted"] == {"most": 3}
    assert "observables.counted.most is 0: allowed is a whole number at least 1" in sentence(changed("observables.counted", {"most": 0}))
    assert "observables.counted.least is unknown: allowed below observables.counted are most" in sentence(
        changed("observables.counted", {"least": 1})
    )


# --- figures ------------------------------------------------------------------------------------------------------------------------------------


def test_all_figures_are_those_whose_needs_are_met():
    study = Study.from_config(changed("observables", {"modes": {}, "elasticity": {}}))
    assert set(study.figures) == {"cumulative_modes", "mode_densities", "equilibration", "trends"}
    without = {
        figure.name for one in declarations().values() if not one.preparation and one.name not in CONFIG["observables"] for figure in one.figures
    }
    assert "mean_squared_displacement" in without and set(Study.from_config(CONFIG).figures) == set(figures()) - without


@pytest.mark.parametrize(
    ("leaves", "said"),
    [
        ({"figures": ["boltzman"]}, ["figures has boltzman", "boltzmann, bond_operator"]),
        (
            {"figures": ["lengths"], "observables": {"modes": {}, "elasticity": {}}},
            ["figures has lengths", "xi_g of the observable soft_spots", "not chosen"],
        ),
        ({"figures": ["vibrability"], "observables__vibrability": None}, ["figures has vibrability", "the observable vibrability", "not chosen"]),
        ({"figures": ["boltzmann"], "against": "particles"}, ["figures has boltzmann", "against parent_temperature alone", "against particles"]),
    ],
)
def test_a_figure_that_cannot_be_drawn_is_one_sentence(leaves, said):
    text = sentence(changes(**leaves))
    assert all(word in text for word in said), text


def test_a_figure_of_a_table_that_is_not_there(toys):
    curve = Table("curve", "a curve", (Column("number", "double", "1", "a number"),))
    quantity = Quantity("toy_mean", "m", "1", "its mean")
    figure = Figure("toy_figure", "plot_toy_figure", tables=("curve",), quantities=("toy_mean",))
    one = toy("curved", combines=("curved.parquet",), aggregate="aggregate_curved", curves=(curve,), quantities=(quantity,), figures=(figure,))
    other = Figure("other_figure", "plot_other_figure", tables=("curve", "quantities"))
    toys(replace(one, figures=(figure, other)))
    study = Study.from_config(changed("observables.curved", {}))
    assert {"toy_figure", "other_figure"} <= set(study.figures)
    text = sentence(changed("figures", ["other_figure"]))
    assert text == "config key figures has other_figure: it draws the table curve of the observable curved, which is not chosen"


def test_options_of_figures():
    assert Study.from_config(CONFIG).options["trends"] == CONFIG["figure_options"]["trends"]
    assert Study.from_config(changed("figure_options", {})).options["trends"]["quantities"] == ["energy_inherent", "shear_modulus", "omega_g", "A_g"]


# --- identities ---------------------------------------------------------------------------------------------------------------------------------


def identities(config, label=LABEL):
    """Of liquids, glasses, and of every measurement of a point."""
    study = Study.from_config(config)
    steps = {"liquids": study.identity(label), "glasses": study.identity(label, "glasses")}
    return steps | {one.name: study.identity(label, "measure", one.name) for one in study.measured}


@pytest.fixture(scope="module")
def usual():
    return identities(CONFIG)


EVERYTHING = {"liquids", "reheating", "glasses", "modes", "elasticity", "pinching", "bond_operator", "vibrability"}
OF_GLASSES = EVERYTHING - {"liquids", "reheating"}
HOT, *COLDER = CONFIG["ensembles"][0]["axes"]["parent_temperature"]
MOVED = {
    "seed": ({"seed": 1}, EVERYTHING),
    "a hotter start": ({"ensembles__0__axes__parent_temperature": [HOT + 0.5, *COLDER]}, EVERYTHING),
    "another rung on the way": ({"ensembles__0__axes__parent_temperature": [HOT, 1.0, *COLDER]}, EVERYTHING),
    "no ladder": ({"ensembles__0__ladder": None}, EVERYTHING),
    "the model": ({"model__poly__size_ratio": 2.0}, EVERYTHING),
    "the length of runs": ({"preparation__relaxation_times": 6}, EVERYTHING),
    "a length that is given": ({"preparation__sweeps": 5000}, EVERYTHING),
    "the length of the pilot": ({"preparation__pilot_relaxations": 7}, EVERYTHING),
    "the interval of restarts": ({"preparation__restart_sweeps": 10_000}, EVERYTHING),
    "the sampler": ({"preparation__sampler": "hybrid"}, EVERYTHING),
    "the tolerance": ({"quench__tolerance": 1e-11}, OF_GLASSES),
    "the minimiser": ({"quench__minimiser": "cg"}, OF_GLASSES),
    "a setting of one": ({"observables__modes__vectors": 3}, {"modes"}),
    "a setting of another": ({"observables__pinching__bonds": 3}, {"pinching"}),
    "the number that is heated up": ({"observables__reheating__samples": 3}, {"reheating"}),
}
SAME = {
    "the size of batches": {"ensembles__0__batch": 1},
    "the number of samples": {"ensembles__0__samples": 1000},
    "a colder rung": {"ensembles__0__axes__parent_temperature": [HOT, *COLDER, 0.3]},
    "another size": {"ensembles__0__axes__particles": [256, 500]},
    "which rungs are measured": {"ensembles__0__measured": "last"},
    "the bootstrap": {"analysis__bootstrap": 17},
    "the unit of temperature": {"analysis__temperature_unit": 0.5, "analysis__temperature_name": "T_g"},
    "the solver": {"linear_algebra__solver": "dense"},
    "what is tolerated": {"observables__liquids__tolerance": 0.1},
    "a setting of averages": {"observables__modes__phonon_fraction": 0.5, "observables__soft_spots__crossover_temperature": 0.5},
    "other observables": {"observables__vibrability": None},
    "figures": {"figures": ["trends"], "figure_options__trends__quantities": ["chi"]},
    "the walltime": {"preparation__walltime_minutes": 3},
    "dynamics, for swap": {"preparation__dynamics__time_step": 0.001},
    "the name": {"study": "another"},
}


@pytest.mark.parametrize(("leaves", "moved"), MOVED.values(), ids=[name.replace(" ", "_") for name in MOVED])
def test_what_makes_other_numbers_moves_the_identity(usual, leaves, moved):
    found = identities(changes(**leaves))
    assert {name for name, value in usual.items() if found[name] != value} == moved == {*moved}
    assert set(usual) == EVERYTHING


@pytest.mark.parametrize("leaves", SAME.values(), ids=[name.replace(" ", "_").replace(",", "") for name in SAME])
def test_what_makes_no_other_number_does_not(usual, leaves):
    found = identities(changes(**leaves))
    assert found == {name: usual[name] for name in found}


def test_points_have_identities_of_their_own():
    study = Study.from_config(CONFIG)
    assert len({study.identity(label) for label in study.places}) == len(study.places)
    assert len({study.identity(label, step) for label in study.places for step in ("liquids", "glasses")}) == 2 * len(study.places)


def test_a_list_of_the_ladder_moves_its_own_rung_and_those_below():
    rates = [None, 1e-3, 1e-3, 1e-3]
    cooled = changes(preparation__sampler="cooling", preparation__dynamics__cooling_rate=rates)
    other = changes(preparation__sampler="cooling", preparation__dynamics__cooling_rate=[*rates[:2], 2e-3, rates[3]])
    here, there = (Study.from_config(config) for config in (cooled, other))
    assert [here.identity(label) == there.identity(label) for label in here.places] == [True, True, False, False]


def test_the_engine_enters_as_the_config_names_it(monkeypatch):
    """`auto` is the same study on a machine with HOOMD-blue and on one without."""
    hybrid = changes(preparation__sampler="hybrid", model__poly__size_levels=16)
    with_conda = Study.from_config(hybrid, conda=True)
    assert {place.engine for place in with_conda.places.values()} == {"hoomd"}
    builtin = Study.from_config(changed("preparation.engine", "builtin", hybrid))
    assert with_conda.identity(LABEL) == Study.from_config(hybrid).identity(LABEL) != builtin.identity(LABEL)


def averages(config):
    study = Study.from_config(config)
    return {one.name: study.identity_of_average(LABEL, one.name) for one in study.aggregated}, study.identity_of_study()


@pytest.mark.parametrize(
    ("leaves", "moved", "study_moves"),
    [
        ({"ensembles__0__batch": 1}, set(), False),
        ({"ensembles__0__samples": 1000}, EVERYTHING, True),
        ({"analysis__bootstrap": 17}, EVERYTHING, True),
        ({"observables__modes__phonon_fraction": 0.5}, {"modes"}, True),
        ({"observables__modes__vectors": 3}, {"modes"}, True),
        ({"observables__soft_spots__crossover_temperature": 0.5}, set(), True),
        ({"observables__liquids__tolerance": 0.1}, set(), True),
        ({"analysis__temperature_unit": 0.5}, set(), True),
        ({"quench__tolerance": 1e-11}, OF_GLASSES, True),
        ({"figures": ["trends"]}, set(), False),
        ({"linear_algebra__solver": "dense"}, set(), False),
    ],
)
def test_averages_and_the_study_as_a_whole(leaves, moved, study_moves):
    (usual, whole), (found, other) = averages(CONFIG), averages(changes(**leaves))
    assert {name for name, value in usual.items() if found[name] != value} == moved
    assert (whole != other) == study_moves


# --- what the rules are given -------------------------------------------------------------------------------------------------------------------


def at(label):
    return type("Wildcards", (), {"point": label})


def test_the_params_of_a_measuring_rule():
    study = Study.from_config(CONFIG)
    given = params.measuring(study, study.observables["pinching"])
    assert (given["observable"], given["rule"], given["seed"]) == ("pinching", "pinch_bonds", study.seed)
    assert given["settings"] == {"bonds": "all"} and given["algebra"] == {"solver": "auto"}
    assert given["unknowns"](at(LABEL)) == 768 and given["model"](at(LABEL)) == study.places[LABEL].model.describe()
    assert given["identity"](at(LABEL)) == study.identity(LABEL, "measure", "pinching")
    assert params.measuring(study, study.observables["vibrability"])["algebra"] is None
    assert params.measuring(study, study.observables["modes"])["algebra"] == CONFIG["linear_algebra"]


def test_a_rule_is_digested_by_the_schema_of_its_own_tables_alone(toys):
    declared = params.measuring(Study.from_config(CONFIG), declarations()["modes"])["declared"]
    table = declarations()["modes"].tables[0]
    other = replace(table, own=(*table.own, Column("phase", "double", "1", "a phase")))
    toys(replace(declarations()["modes"], title="another title"), toy("new"))
    assert params.measuring(Study.from_config(CONFIG), declarations()["modes"])["declared"] == declared
    toys(replace(declarations()["modes"], tables=(other,)))
    assert params.measuring(Study.from_config(CONFIG), declarations()["modes"])["declared"] != declared


def test_what_a_rung_starts_from():
    study = Study.from_config(CONFIG)
    first, second, *_ = study.places
    assert params.before(study, first) is None
    assert params.before(study, second) == {
        "parent_temperature": study.places[first].point.parent_temperature,
        "model": study.places[first].model.describe(),
        "identity": study.identity(first),
    }


def test_published_numbers_belong_to_one_glass_former_with_all_its_parameters():
    assert Study.from_config(CONFIG).published("poly") and not Study.from_config(CONFIG).published("kob_andersen")
    assert params.combining(Study.from_config(CONFIG))["published"] == ["poly"]
    for leaves in (
        {"model__poly__density": 0.6},
        {"model__poly__exponent": 12},
        {"model__poly__dimension": 2, "model__poly__density": 0.65},
        {"model__poly__size_levels": 32},
    ):
        study = Study.from_config(changes(**leaves))
        assert not study.published("poly") and params.combining(study)["published"] == [] and study.published("")


def test_the_list_of_ensembles():
    study = Study.from_config(ensembles({"axes": {"particles": 256, "parent_temperature": [1.0, 0.5]}, "ladder": "parent_temperature"}))
    rows = params.list_of_ensembles(study)
    assert [(row["point"], row["starts_from"], row["measured"]) for row in rows] == [("N256_T1.0000", "", True), (LABEL, "N256_T1.0000", True)]
    assert [(row["samples"], row["batches"], row["origin"]) for row in rows] == [(6, 2, "prepared")] * 2
