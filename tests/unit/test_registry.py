"""The registry of glass formers: bad parameters get one sentence, and a description builds the same glass former again."""

import numpy as np
import pytest
from naive import POLY, binary, poly, refusal
from vitrine.models import GLASS_FORMERS, glass_former

WITHOUT_DENSITY = {key: value for key, value in POLY.items() if key != "density"}
BAD = {
    "unknown_model": ("polly", POLY, ["model.name", "'polly'", "poly"]),
    "unknown_parameter": ("poly", {**POLY, "beta": 10}, ["model.poly.beta", "unknown", "exponent", "cutoff"]),
    "missing_parameter": ("poly", WITHOUT_DENSITY, ["model.poly.density", "missing"]),
    "negative": ("poly", {**POLY, "density": -0.5}, ["model.poly.density", "-0.5", "0.001", "10"]),
    "too_large": ("poly", {**POLY, "exponent": 1000}, ["model.poly.exponent", "1000", "64"]),
    "dimension": ("poly", {**POLY, "dimension": 4}, ["model.poly.dimension", "4", "2", "3"]),
    "broken_whole_number": ("poly", {**POLY, "smoothness": 2.5}, ["model.poly.smoothness", "2.5", "whole number"]),
    "truth_value": ("poly", {**POLY, "smoothness": True}, ["model.poly.smoothness", "True", "whole number"]),
    "text": ("poly", {**POLY, "cutoff": "1.4"}, ["model.poly.cutoff", "'1.4'", "number"]),
    "nothing": ("poly", {**POLY, "cutoff": None}, ["model.poly.cutoff", "None", "number"]),
    "not_a_number": ("poly", {**POLY, "cutoff": float("nan")}, ["model.poly.cutoff", "nan", "number"]),
    "infinite": ("poly", {**POLY, "cutoff": float("inf")}, ["model.poly.cutoff", "inf", "number"]),
    "choice": ("poly", {**POLY, "sizes": "gaussian"}, ["model.poly.sizes", "gaussian", "quantiles", "random"]),
    "list_for_choice": ("poly", {**POLY, "sizes": ["random"]}, ["model.poly.sizes", "random", "quantiles"]),
    "shrinking_interactions": ("poly", {**POLY, "nonadditivity": 0.3}, ["model.poly.nonadditivity", "0.3", "0.5"]),
}


@pytest.mark.parametrize(("name", "parameters", "said"), BAD.values(), ids=BAD)
def test_bad_parameters_are_one_sentence(name, parameters, said):
    sentence = refusal(name, parameters)
    assert all(word in sentence for word in said), sentence


def test_every_limit_itself_is_allowed():
    build, rules, _ = GLASS_FORMERS["poly"]
    for key, rule in rules.items():
        for value in rule if isinstance(rule[0], str) else rule[1:]:
            partner = {"size_ratio": {"nonadditivity": 0.0}, "nonadditivity": {"size_ratio": 1.0}}.get(key, {})
            assert glass_former("poly", {**POLY, **partner, key: value}).parameters[key] == value
    assert callable(build)


def test_description_builds_the_same_glass_former():
    first = poly(smoothness=2, density=0.6)
    second = glass_former(**first.describe())
    assert second.describe() == first.describe()
    assert second.potential == first.potential
    assert (second.density, second.dimension, second.range) == (0.6, 3, first.range)


def test_whole_numbers_stand_for_numbers():
    assert glass_former("poly", {**POLY, "exponent": 10}).describe() == glass_former("poly", {**POLY, "exponent": 10.0}).describe()


def test_pair_scale_is_the_published_rule():
    model, sizes, types = poly(), np.array([1.0, 1.5, 2.2]), np.zeros(3, dtype=int)
    i, j = np.array([0, 0, 1, 2]), np.array([1, 2, 2, 2])
    expected = [1.25 * (1 - 0.05), 1.6 * (1 - 0.12), 1.85 * (1 - 0.07), 2.2]
    assert np.allclose(model.pair_scale(i, j, sizes, types), expected, rtol=1e-15)
    two = binary()
    assert np.allclose(two.pair_scale(np.array([0, 0, 1]), np.array([1, 2, 2]), np.ones(3), np.array([0, 1, 1])), [0.8, 0.8, 0.88])


def test_no_pair_reaches_beyond_the_range():
    model = poly()
    sizes = np.linspace(1, model.largest_size, 60)
    i, j = np.triu_indices(60)
    assert model.potential.cutoff * model.pair_scale(i, j, sizes, np.zeros(60, dtype=int)).max() == pytest.approx(model.range, rel=1e-14)


def test_box_has_the_density():
    assert 2000 / poly().box_length(2000) ** 3 == pytest.approx(0.58, rel=1e-14)
    assert 500 / poly(dimension=2, density=0.65).box_length(500) ** 2 == pytest.approx(0.65, rel=1e-14)


def test_softened_keeps_sizes_and_is_finite_at_overlap():
    model = poly().softened()
    assert model.potential.derivatives(np.array([1e-9]), np.ones(1), np.ones(1))[0, 0] == pytest.approx(0.5)
    assert (model.largest_size, model.nonadditivity, model.density) == (2.22, 0.1, 0.58)


def test_polydisperse_is_known():
    assert poly().polydisperse and not poly(size_ratio=1.0).polydisperse and not binary().polydisperse
