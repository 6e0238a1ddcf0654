"""Points: labels in paths, key columns, and the words by which random streams and bootstrap weights of two points differ."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from naive import poly
from numpy.random import SeedSequence, default_rng
from vitrine import seeds
from vitrine.aggregation.ensemble import Ensemble
from vitrine.batches import batch_names, sample_indices
from vitrine.points import AXES, DIMENSION, MODEL, PARENT_TEMPERATURE, PARTICLES, Axis, Point, full_key
from vitrine.preparation.liquids import random_starts
from vitrine.schema import BLANK, Column
from vitrine.seeds import point_generator, sample_generator
from vitrine.statistics.bootstrap import poisson_weights

RANGE = Axis("attraction_range", "rc", "r_c", "lambda_min", "range of the attraction", leaf="model.cutoff")
RATE = Axis("rate", "q", "q", "epsilon/(k_B tau)", "cooling rate", decimals=6)
PLAIN = (PARTICLES, PARENT_TEMPERATURE)
POINT = Point((PARTICLES, RANGE, PARENT_TEMPERATURE), (2000, 1.2, 0.5))


# --- labels, keys, words ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "label", "words"),
    [
        (Point.plain(2000, 0.5), "N2000_T0.5000", "N = 2000, T_p = 0.5"),
        (POINT, "N2000_rc1.2000_T0.5000", "N = 2000, r_c = 1.2, T_p = 0.5"),
        (Point((MODEL, *PLAIN), ("kob_andersen", 1000, 0.45)), "kob_andersen_N1000_T0.4500", "kob_andersen, N = 1000, T_p = 0.45"),
        (Point((DIMENSION, PARTICLES, RATE), (2, 64, 1e-5)), "d2_N64_q0.000010", "d = 2, N = 64, q = 1e-05"),
    ],
)
def test_labels_and_words(point, label, words):
    assert point.label == label
    assert point.words == words


def test_the_key_is_in_the_order_of_the_axes():
    assert list(POINT.key.items()) == [("particles", 2000), ("attraction_range", 1.2), ("parent_temperature", 0.5)]
    assert [axis.column for axis in POINT.axes] == [
        Column("particles", "int32", "1", "number of particles N"),
        Column("attraction_range", "double", "lambda_min", "range of the attraction"),
        Column("parent_temperature", "double", "epsilon/k_B", "parent temperature T_p"),
    ]
    assert (POINT.particles, POINT.parent_temperature) == (2000, 0.5)


def test_a_point_without_particles_or_temperature():
    drawn = Point((RANGE,), (1.2,))
    assert drawn.particles == 0 and np.isnan(drawn.parent_temperature) and drawn.label == "rc1.2000"


def test_a_study_of_more_axes_leaves_those_blank_that_a_point_lacks():
    key = full_key(Point.plain(64, 0.5), (PARTICLES, MODEL, PARENT_TEMPERATURE, RANGE, DIMENSION))
    assert list(key) == ["particles", "model", "parent_temperature", "attraction_range", "dimension"]
    assert (key["particles"], key["model"], key["parent_temperature"], key["dimension"]) == (64, "", 0.5, -1)
    assert np.isnan(key["attraction_range"])
    assert [axis.words(BLANK[axis.type]) for axis in (MODEL, RANGE, DIMENSION)] == ["-", "-", "-"]


def test_a_point_at_other_values():
    there = POINT.at(parent_temperature=0.4)
    assert there.label == "N2000_rc1.2000_T0.4000" and POINT.label == "N2000_rc1.2000_T0.5000"
    assert replace(there, length="sigma").at(particles=10).length == "sigma"


def test_a_description_gives_the_point_again():
    """Through plain values, as they stand in the params of a rule."""
    point = replace(Point((MODEL, *PLAIN, RATE), ("poly", 64, 0.5, 1e-5)), length="sigma_AA")
    assert Point.of(json.loads(json.dumps(point.describe()))) == point
    assert Point.plain(64, 0.5) == Point(PLAIN, (64, 0.5))


def test_axes_of_figures_have_symbol_and_unit():
    assert PARENT_TEMPERATURE.axis_label == "$T_p$ [epsilon/k_B]" and PARTICLES.axis_label == "$N$"
    assert set(AXES) == {"particles", "parent_temperature", "model", "dimension"}


# --- batches ------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("samples", "batch"), [(1, 1), (10, 3), (12, 4), (5, 100), (100_001, 250), (7, 1)])
def test_batches_hold_every_sample_once(samples, batch):
    names = batch_names(samples, batch)
    assert [index for name in names for index in sample_indices(name)] == list(range(samples))
    assert all(1 <= len(sample_indices(name)) <= batch for name in names)


def test_names_of_batches():
    assert batch_names(5, 2) == ["00000-00001", "00002-00003", "00004-00004"]


# --- streams ------------------------------------------------------------------------------------------------------------------------------------


def test_streams_are_fixed_by_what_they_should_be_and_nothing_else():
    reference = sample_generator(7, seeds.LIQUID, 256, 0.45, 3).random(4)
    assert np.array_equal(reference, sample_generator(7, seeds.LIQUID, 256, 0.45, 3).random(4))
    others = [
        (8, seeds.LIQUID, 256, 0.45, 3), (7, seeds.START, 256, 0.45, 3), (7, seeds.LIQUID, 257, 0.45, 3),
        (7, seeds.LIQUID, 256, 0.4501, 3), (7, seeds.LIQUID, 256, 0.45, 4), (7 + 2**32, seeds.LIQUID, 256, 0.45, 3),
    ]  # fmt: skip
    first = [sample_generator(*arguments).random(4).tobytes() for arguments in others]
    assert len({reference.tobytes(), *first}) == 7
    tags = [value for name, value in vars(seeds).items() if name.isupper() and isinstance(value, int)]
    assert len(set(tags)) == len(tags) >= 5


def test_streams_of_neighbouring_samples_are_independent():
    draws = np.array([sample_generator(1, seeds.LIQUID, 256, 0.45, index).random(2000) for index in range(20)])
    correlation = np.corrcoef(draws)[np.triu_indices(20, 1)]
    assert np.abs(correlation).max() < 4.5 / np.sqrt(2000)


def test_temperatures_that_print_alike_have_one_stream():
    assert np.array_equal(*(sample_generator(1, seeds.LIQUID, 256, t, 0).random(3) for t in (0.3, 0.1 + 0.2)))


def test_a_sample_does_not_depend_on_its_batch():
    by_ones = [sample for index in range(4) for sample in random_starts(poly(), 160, 1.3, [index], 5)]
    for together, alone in zip(random_starts(poly(), 160, 1.3, range(4), 5), by_ones, strict=True):
        assert together.index == alone.index and np.array_equal(together.positions, alone.positions)
        assert np.array_equal(together.sizes, alone.sizes)


def words(seed, purpose, particles, temperature, sample):
    """The stream as it always was: these words, in this order, and no others."""
    return default_rng(SeedSequence([purpose, particles, round(temperature * 1e6), sample, seed]))


def test_size_and_temperature_alone_have_the_words_they_always_had():
    """Otherwise every study that exists would be made anew."""
    point = Point.plain(2000, 0.5)
    assert point.further == () == Point((PARENT_TEMPERATURE, PARTICLES), (0.5, 2000)).further
    for stream in (point_generator(7, seeds.LIQUID, point, 3), sample_generator(7, seeds.LIQUID, 2000, 0.5, 3)):
        assert np.array_equal(stream.random(5), words(7, seeds.LIQUID, 2000, 0.5, 3).random(5))
    expected = [words(7, seeds.BOOTSTRAP, 2000, 0.5, sample).poisson(1.0, 6) for sample in (0, 4)]
    weights = Ensemble(point, 3, seed=7, replicates=6).weights(np.array([0, 4]))
    assert np.array_equal(weights[1:], np.transpose(expected)) and np.all(weights[0] == 1)


FAMILY = [
    Point.plain(160, 0.5),
    Point((*PLAIN, RANGE), (160, 0.5, 1.2)),
    Point((*PLAIN, RANGE), (160, 0.5, 1.3)),
    Point((*PLAIN, RATE), (160, 0.5, 1.2)),
    Point((*PLAIN, DIMENSION), (160, 0.5, 2)),
    Point((*PLAIN, DIMENSION), (160, 0.5, 3)),
    Point((*PLAIN, MODEL), (160, 0.5, "poly")),
    Point((*PLAIN, MODEL), (160, 0.5, "ipl_crystal")),
    Point((*PLAIN, RANGE, MODEL), (160, 0.5, 1.2, "poly")),
]


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(FAMILY, 2)), ids=lambda point: point.label)
def test_points_that_differ_in_a_further_axis_share_neither_starts_nor_weights(one, other):
    first, second = (next(random_starts(poly(), 160, 0.5, [3], 7, point.further)) for point in (one, other))
    assert not np.isclose(first.positions, second.positions).any(axis=1).any()
    weights = [Ensemble(point, 3, seed=7, replicates=40).weights(np.arange(5))[1:] for point in (one, other)]
    assert np.mean(weights[0] == weights[1]) < 0.6  # two Poisson numbers of mean one are equal in 31 of 100 cases
    streams = [point_generator(7, seeds.PINCH, point, 0).random(8) for point in (one, other)]
    assert not set(streams[0]) & set(streams[1])


def test_the_order_of_axes_does_not_matter_to_streams():
    axes, values = (RANGE, PARTICLES, MODEL, PARENT_TEMPERATURE), (1.2, 160, "poly", 0.5)
    drawn = set()
    for order in itertools.permutations(range(4)):
        point = Point(tuple(axes[k] for k in order), tuple(values[k] for k in order))
        drawn.add((point_generator(7, seeds.LIQUID, point, 3).bytes(16), Ensemble(point, 3, 7, 5).weights(np.arange(3)).tobytes()))
    assert len(drawn) == 1


def test_values_that_print_alike_have_one_stream_and_names_count():
    near = [Point((*PLAIN, RANGE), (160, 0.5, value)).further for value in (0.3, 0.1 + 0.2)]
    assert near[0] == near[1]
    renamed = replace(RANGE, name="other_range")
    assert Point((*PLAIN, renamed), (160, 0.5, 0.3)).further != near[0]
    shown = replace(RANGE, symbol="x", unit="1", meaning="y", label="z", leaf="")  # what is shown changes no number
    assert Point((*PLAIN, shown), (160, 0.5, 0.3)).further == near[0]


def test_further_words_do_not_collide_with_parts_of_a_run():
    """A stream of a run's part (`place`) and one of a further axis are both longer lists of words."""
    point = Point((*PLAIN, RANGE), (160, 0.5, 1.2))
    assert point_generator(7, seeds.LIQUID, point, 3, 50).random() != point_generator(7, seeds.LIQUID, Point.plain(160, 0.5), 3, 50).random()
    assert point_generator(7, seeds.LIQUID, point, 3, 50).random() != point_generator(7, seeds.LIQUID, point, 3, 100).random()
    assert all(word >= 2**32 for word in point.further)  # sweeps are fewer


def test_weights_take_the_further_words():
    plain, further = (poisson_weights(7, 160, 0.5, 50, 20, words) for words in ((), POINT.further))
    assert not np.array_equal(plain, further)
    assert np.array_equal(further, Ensemble(POINT.at(particles=160), 3, 7, 20).weights(np.arange(50)))
