"""Ensembles: lists of axes multiply, liquids go down a ladder or along a history, and an axis sets any leaf of model, preparation or quench."""

import pytest
from configs import changed, ensembles, sentence
from vitrine.ensembles import Ensemble, ensemble_of, study_axes, with_leaves
from vitrine.errors import InputError
from vitrine.points import AXES, PARENT_TEMPERATURE, PARTICLES, Axis, Point
from vitrine.study import Study

DECLARED = {
    "control_pressure": {"leaf": "preparation.dynamics.pressure", "label": "p", "symbol": "p", "unit": "epsilon/lambda_min^d"},
    "history": {"type": "string", "label": "h"},
    "size_ratio": {"leaf": "model.size_ratio", "label": "s", "decimals": 2},
    "minimiser": {"leaf": "quench.minimiser", "type": "string"},
    "replica": {"type": "int32", "label": "r"},
}
TWO = {"particles": 256, "parent_temperature": [1.0, 0.5]}


def one(axes, **entry):
    """An ensemble as the config has it."""
    return ensemble_of("ensembles[0]", {"axes": axes, "samples": 5, "batch": 2, **entry}, study_axes(DECLARED))


def labels(axes, **entry):
    return [point.label for point in one(axes, **entry).points]


def study(*entries, axes=DECLARED, **leaves):
    """A study of these ensembles."""
    config = changed("axes", axes, ensembles(*entries))
    for path, value in leaves.items():
        config = changed(path.replace("__", "."), value, config)
    return config


# --- lists multiply -------------------------------------------------------------------------------------------------------------------------------


def test_lists_multiply_and_the_last_axis_runs_fastest():
    assert labels({"particles": [500, 100], "parent_temperature": [0.4, 0.9], "control_pressure": 1}) == [
        "N500_T0.4000_p1.0000",
        "N500_T0.9000_p1.0000",
        "N100_T0.4000_p1.0000",
        "N100_T0.9000_p1.0000",
    ]


def test_one_value_needs_no_list_and_numbers_are_of_their_axis():
    (point,) = one({"particles": 64, "parent_temperature": 1, "history": "slow", "replica": 3}).points
    assert point.key == {"particles": 64, "parent_temperature": 1.0, "history": "slow", "replica": 3}
    assert isinstance(point.key["parent_temperature"], float) and isinstance(point.key["particles"], int)


def test_without_a_ladder_every_point_begins_anew_and_is_measured():
    """In any order: there is no before."""
    ensemble = one({"particles": 64, "parent_temperature": [0.4, 0.9]})
    assert ensemble.path == "" and all(ensemble.before(point) is None and ensemble.is_measured(point) for point in ensemble.points)
    assert ensemble.batches() == ["00000-00001", "00002-00003", "00004-00004"]


# --- ladders and histories --------------------------------------------------------------------------------------------------------------------------


def test_a_ladder_hands_liquids_down():
    ensemble = one({"particles": [64, 125], "parent_temperature": [1.3, 0.7, 0.45]}, ladder="parent_temperature")
    before = {point.label: ensemble.before(point) for point in ensemble.points}
    assert {label: point and point.label for label, point in before.items()} == {
        "N64_T1.3000": None,
        "N64_T0.7000": "N64_T1.3000",
        "N64_T0.4500": "N64_T0.7000",
        "N125_T1.3000": None,
        "N125_T0.7000": "N125_T1.3000",
        "N125_T0.4500": "N125_T0.7000",
    }
    places = Study.from_config(study({"axes": {"particles": [256, 343], "parent_temperature": [1.3, 0.7]}, "ladder": "parent_temperature"})).places
    assert [place.before for place in places.values()] == [None, "N256_T1.3000", None, "N343_T1.3000"]


def test_a_history_has_any_order():
    ensemble = one({"particles": 64, "parent_temperature": 0.5, "control_pressure": [0.0, 5.0, 1.0]}, history="control_pressure")
    assert [ensemble.before(point) and ensemble.before(point).label for point in ensemble.points] == [
        None,
        "N64_T0.5000_p0.0000",
        "N64_T0.5000_p5.0000",
    ]
    words = one({"particles": 64, "parent_temperature": 0.5, "history": ["slow", "fast"]}, history="history")
    assert words.before(words.points[1]) == words.points[0]


@pytest.mark.parametrize("rungs", [[0.5, 0.7], [0.9, 0.5, 0.7]])
def test_a_ladder_must_descend(rungs):
    with pytest.raises(InputError, match=r"ensembles\[0\]\.axes\.parent_temperature is \[.*\]: a ladder must descend, from hot to cold"):
        one({"particles": 64, "parent_temperature": rungs}, ladder="parent_temperature")
    assert one({"particles": 64, "parent_temperature": rungs}, history="parent_temperature").rungs == tuple(rungs)


@pytest.mark.parametrize(
    ("asked", "measured"),
    [("all", [True, True, True]), ("last", [False, False, True]), ([1.3, 0.45], [True, False, True]), ([0.7], [False, True, False])],
)
def test_rungs_that_are_measured(asked, measured):
    ensemble = one({"particles": [64, 125], "parent_temperature": [1.3, 0.7, 0.45]}, ladder="parent_temperature", measured=asked)
    assert [ensemble.is_measured(point) for point in ensemble.points] == 2 * measured


def test_a_study_measures_the_glasses_of_those_rungs_alone_and_averages_all_liquids():
    config = study({"axes": {"particles": 256, "parent_temperature": [1.3, 0.7, 0.5]}, "ladder": "parent_temperature", "measured": "last"})
    found = Study.from_config(config)
    assert found.labels(found.observables["modes"]) == found.labels(found.observables["glasses"]) == ["N256_T0.5000"]
    assert found.labels(found.observables["liquids"]) == ["N256_T1.3000", "N256_T0.7000", "N256_T0.5000"]
    assert set(found.last_files("N256_T1.3000")) == {"equilibrate_liquids"}
    assert {"equilibrate_liquids", "quench_samples", "find_modes"} <= set(found.last_files("N256_T0.5000"))


# --- leaves ---------------------------------------------------------------------------------------------------------------------------------------


def test_an_axis_sets_a_leaf_of_preparation():
    found = Study.from_config(study({"axes": {**TWO, "control_pressure": [0.0, 2.5]}}, preparation__sampler="dynamics"))
    assert {label: place.preparation["dynamics"]["pressure"] for label, place in found.places.items()} == {
        "N256_T1.0000_p0.0000": 0.0,
        "N256_T1.0000_p2.5000": 2.5,
        "N256_T0.5000_p0.0000": 0.0,
        "N256_T0.5000_p2.5000": 2.5,
    }
    assert found.config["preparation"]["dynamics"]["pressure"] is None  # the config itself stays
    assert len({found.identity(label) for label in found.places}) == 4


def test_trajectories_have_dynamics_though_the_liquids_are_made_by_swap():
    """A time step for recording, then, is an axis; without an observable that takes trajectories nothing would differ but names."""
    axes = {"time_step": {"leaf": "preparation.dynamics.time_step", "label": "dt"}}
    config = study({"axes": {**TWO, "time_step": [0.002, 0.004]}}, axes=axes, observables={"mean_squared_displacement": {}})
    assert [place.dynamics["time_step"] for place in Study.from_config(config).places.values()] == [0.002, 0.004, 0.002, 0.004]
    assert "axes.time_step sets preparation.dynamics.time_step, and preparation.sampler is swap" in sentence(changed("observables", {}, config))


def test_an_axis_sets_a_leaf_of_quench():
    found = Study.from_config(study({"axes": {**TWO, "minimiser": ["cg", "lbfgs"]}}))
    assert [place.config["quench"]["minimiser"] for place in found.places.values()] == ["cg", "lbfgs", "cg", "lbfgs"]
    first, second, *_ = found.places
    assert found.identity(first, "glasses") != found.identity(second, "glasses")


@pytest.mark.parametrize("leaf", ["model.size_ratio", "model.poly.size_ratio"])
def test_an_axis_sets_a_parameter_of_the_model(leaf):
    axes = {"size_ratio": {"leaf": leaf}}
    found = Study.from_config(study({"axes": {**TWO, "size_ratio": [1.2, 2.0]}}, axes=axes))
    assert [place.model.largest_size for place in found.places.values()] == pytest.approx([1.2, 2.0, 1.2, 2.0])


def test_the_glass_former_and_its_dimension_are_axes():
    """Each has its published parameters where the config says nothing, and its own name of its unit of length."""
    axes = {"particles": 1024, "parent_temperature": 0.5, "model": ["poly", "binary_ipl", "ipl_crystal"], "dimension": [2, 3]}
    config = study({"axes": axes}, preparation__sampler="dynamics")
    found = Study.from_config(config)
    assert list(found.places) == [f"N1024_T0.5000_{name}_d{dimension}" for name in ("poly", "binary_ipl", "ipl_crystal") for dimension in (2, 3)]
    for label, place in found.places.items():
        assert (place.model.name, place.dimension) == (place.point.key["model"], place.point.key["dimension"])
        assert place.unknowns == 1024 * place.dimension
        assert place.point.length == place.model.length, label
    assert {place.point.length for place in found.places.values()} == {"lambda_min", "sigma_AA", "sigma"}
    assert found.places["N1024_T0.5000_poly_d2"].model.density == config["model"]["poly"]["density"]


def test_leaves_leave_the_config_as_it_is():
    config = {"model": {"name": "poly", "poly": {"density": 0.5}}, "quench": {"step": 0.1}, "preparation": {}}
    step = Axis("line_step", "s", "s", "1", "step", leaf="quench.step")
    there = with_leaves(config, Point((PARTICLES, step), (10, 0.2)))
    assert there["quench"] == {"step": 0.2} and config["quench"] == {"step": 0.1}
    assert with_leaves(config, Point.plain(10, 0.5))["quench"] == {"step": 0.1}
    assert with_leaves(config, Point.plain(10, 0.5))["model"]["poly"]["density"] == 0.5


# --- sentences ------------------------------------------------------------------------------------------------------------------------------------

DYNAMICS = {"preparation__sampler": "dynamics"}
BAD = {
    "no axis": (study({"axes": {**TWO, "speed": 3}}), ["ensembles[0].axes.speed", "particles, parent_temperature, model, dimension", "section axes"]),
    "a word for a number": (study({"axes": {**TWO, "control_pressure": "high"}}), ["axes.control_pressure", "high", "a number"]),
    "a number for a word": (study({"axes": {**TWO, "history": 3}}), ["axes.history", "3", "a word"]),
    "a fraction": (study({"axes": {**TWO, "replica": 1.5}}), ["axes.replica", "1.5", "a whole number"]),
    "a path": (study({"axes": {**TWO, "history": "../elsewhere"}}), ["axes.history", "../elsewhere", "a number or a word"]),
    "decimals": (study({"axes": {**TWO, "size_ratio": 1.234}}), ["axes.size_ratio", "1.234", "at most 2 decimals"]),
    "alike": (study({"axes": {**TWO, "history": ["slow", "slow"]}}), ["axes.history", "slow", "must differ"]),
    "ladder of another axis": (study({"axes": TWO, "ladder": "history"}), ["ensembles[0].ladder", "history", "particles, parent_temperature"]),
    "history of another axis": (study({"axes": TWO, "history": "model"}), ["ensembles[0].history", "model", "particles, parent_temperature"]),
    "both": (study({"axes": TWO, "history": "particles", "ladder": "parent_temperature"}), ["ensembles[0].history", "not both"]),
    "measured without a ladder": (study({"axes": TWO, "measured": "last"}), ["ensembles[0].measured", "last", "allowed is all"]),
    "measured elsewhere": (
        study({"axes": TWO, "ladder": "parent_temperature", "measured": [0.5, 0.4]}), ["ensembles[0].measured has 0.4", "parent_temperature: 1, 0.5"],
    ),
    "a ladder of particles": (study({"axes": {**TWO, "particles": [512, 256]}, "ladder": "particles"}), ["ensembles[0]", "along particles"]),
    "a history of dimensions": (
        study({"axes": {**TWO, "particles": 512, "dimension": [2, 3]}, "history": "dimension"}), ["ensembles[0]", "along dimension"],
    ),
    "two axes of one leaf": (
        study({"axes": {**TWO, "dimension": 3, "space": 3}}, axes={"space": {"leaf": "model.dimension", "type": "int32"}}),
        ["ensembles[0].axes.dimension", "model.dimension", "another axis"],
    ),
    "dynamics of swap": (study({"axes": {**TWO, "control_pressure": 1.0}}), ["axes.control_pressure", "preparation.sampler is swap", "cooling"]),
    "no leaf": (study({"axes": {**TWO, "lab": 3}}, axes={"lab": {"leaf": "quench.heat"}}), ["axes.lab.leaf", "quench.heat", "no such leaf"]),
    "no parameter": (study({"axes": {**TWO, "lab": 3}}, axes={"lab": {"leaf": "model.stickiness"}}), ["axes.lab.leaf", "model.stickiness"]),
    "a section": (study({"axes": {**TWO, "lab": 3}}, axes={"lab": {"leaf": "quench"}}), ["quench", "section"]),
    "a leaf of the analysis": (study({"axes": TWO}, axes={"lab": {"leaf": "analysis.bootstrap"}}), ["axes.lab.leaf", "model, preparation, quench"]),
    "out of range": (study({"axes": {**TWO, "size_ratio": 20}}), ["model.poly.size_ratio", "20", "from 1.0 to 10.0"]),
    "out of the schema": (study({"axes": {**TWO, "minimiser": "newton"}}), ["quench.minimiser", "newton", "lbfgs, cg, fire"]),
    "no glass former": (study({"axes": {**TWO, "model": "polly"}}), ["model.name", "polly", "poly"]),
    "no such space": (study({"axes": {**TWO, "dimension": 4}}), ["model.poly.dimension", "4"]),
    "no temperature": (study({"axes": {"particles": 256}}), ["ensembles[0].axes.parent_temperature is missing"]),
    "no particles": (study({"axes": {"parent_temperature": 1.0}}), ["ensembles[0].axes.particles is missing"]),
    "too many points": (study({"axes": {**TWO, "replica": list(range(5001))}}), ["ensembles[0].axes", "10002 points", "10000"]),
    "declared already": (study({"axes": TWO}, axes={"particles": {}}), ["axes.particles", "declared already"]),
    "a column": (study({"axes": TWO}, axes={"density": {}}), ["axes.density", "column", "control_density"]),
    "a label twice": (study({"axes": TWO}, axes={"neighbours": {"label": "N"}}), ["axes.neighbours.label", "N", "another axis"]),
    "a label of digits": (study({"axes": TWO}, axes={"lab": {"label": "a1"}}), ["axes.lab.label", "a1", "16 letters"]),
    "a kind": (study({"axes": TWO}, axes={"lab": {"type": "float"}}), ["axes.lab.type", "float", "double, int32, string"]),
    "a name": (study({"axes": TWO}, axes={"Bad Name": {}}), ["axes", "Bad Name", "small letters"]),
    "against": (study({"axes": TWO}, against="history"), ["against is history", "particles, parent_temperature"]),
}  # fmt: skip


@pytest.mark.parametrize(("config", "said"), BAD.values(), ids=[name.replace(" ", "_") for name in BAD])
def test_what_cannot_be_is_one_sentence(config, said):
    text = sentence(config)
    assert text.startswith("config key ")
    assert all(word in text for word in said), text


def test_axes_that_are_declared():
    axes = study_axes(DECLARED)
    assert set(axes) == {*AXES, *DECLARED}
    assert axes["particles"] is PARTICLES and axes["parent_temperature"] is PARENT_TEMPERATURE
    assert axes["replica"] == Axis("replica", "r", r"\mathrm{replica}", "1", "replica", type="int32")
    assert axes["size_ratio"].meaning == "size ratio" and axes["size_ratio"].symbol == r"\mathrm{size~ratio}" and axes["size_ratio"].decimals == 2
    assert study_axes({"soft_core": {}})["soft_core"].label == "softcore"


def test_drawn_ensembles_need_no_particles():
    """A model without particles: an observable draws its own systems."""
    ensemble = one({"replica": [1, 2]}, origin="drawn")
    assert isinstance(ensemble, Ensemble) and ensemble.origin == "drawn"
    axes = {"replica": [1, 2]}
    found = Study.from_config(changed("against", "replica", study({"axes": axes, "origin": "drawn"}, observables={})))
    assert [place.unknowns for place in found.places.values()] == [0, 0] and found.observables == {}


# --- fewer samples down the ladder ------------------------------------------------------------------------------------------------------------------


def test_samples_become_fewer_down_a_ladder():
    axes = {"particles": 64, "parent_temperature": [1.3, 0.7, 0.45]}
    ensemble = one(axes, ladder="parent_temperature", samples=[5, 5, 2])
    assert ensemble.samples == 5 and [ensemble.samples_at(point) for point in ensemble.points] == [5, 5, 2]
    assert [len(ensemble.batches(point)) for point in ensemble.points] == [3, 3, 1]
    assert ensemble.batches(ensemble.points[2]) == ensemble.batches(ensemble.points[0])[:1]  # handed on batch by batch


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        ([4, 2], "has 2 entries: allowed is one number, or one for each of the 3 rungs"),
        ([2, 4, 4], "from rung to rung they may become fewer, by whole batches of 2"),
        ([4, 4, 3], "from rung to rung they may become fewer, by whole batches of 2"),
    ],
)
def test_a_list_of_samples_must_fit_the_ladder(samples, said):
    with pytest.raises(InputError, match=said):
        one({"particles": 64, "parent_temperature": [1.3, 0.7, 0.45]}, ladder="parent_temperature", samples=samples)
