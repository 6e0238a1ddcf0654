"""Random numbers in compiled loops: those of numpy's default generator, which goes on behind them."""

import numpy as np
import pytest
from numba import njit
from vitrine.preparation.stream import exponential, normal, stream_of, uniform, words_of


@njit
def drawn(stream, number):
    """Uniform numbers, exponential and normal variables, each in turn."""
    found = np.empty((3, number))
    for k in range(number):
        found[0, k], found[1, k], found[2, k] = uniform(stream), exponential(stream), normal(stream)
    return found


def test_numbers_are_those_of_the_generator():
    """So many that each way through the ziggurats is taken: their tails begin at 7.7 and 3.65, exceeded once in 2200 and in 3800 times."""
    ours, numpys = np.random.default_rng(3), np.random.default_rng(3)
    with stream_of(ours) as stream:
        found = drawn(stream, 200_000)
    expected = [(numpys.random(), numpys.standard_exponential(), numpys.standard_normal()) for _ in range(200_000)]
    np.testing.assert_array_equal(found.T, expected)
    flat, waiting, bell = found
    assert np.sum(waiting > 7.7) > 50 and min(np.sum(bell > 3.66), np.sum(bell < -3.66)) > 5
    assert max(abs(flat.mean() - 0.5), abs(waiting.mean() - 1), abs(bell.mean())) < 0.01
    assert ours.bit_generator.state == numpys.bit_generator.state and ours.standard_normal() == numpys.standard_normal()


def test_the_generator_goes_on_where_an_error_ended_the_loop():
    ours, numpys = np.random.default_rng(4), np.random.default_rng(4)
    with pytest.raises(RuntimeError), stream_of(ours) as stream:
        uniform(stream)
        raise RuntimeError
    numpys.random()
    assert ours.random() == numpys.random()


def test_half_a_word_that_a_generator_keeps_stays():
    """Draws of 32 bits take half a word and keep the other half for the next."""
    ours, numpys = np.random.default_rng(5), np.random.default_rng(5)
    for rng in (ours, numpys):
        rng.integers(2**31, dtype=np.uint32)
    with stream_of(ours) as stream:
        uniform(stream)
    numpys.random()
    assert [ours.integers(2**31, dtype=np.uint32) for _ in range(3)] == [numpys.integers(2**31, dtype=np.uint32) for _ in range(3)]


def test_other_generators_are_refused():
    with pytest.raises(ValueError, match="the generator is of Philox: one of PCG64 is needed"):
        words_of(np.random.Generator(np.random.Philox(1)))
