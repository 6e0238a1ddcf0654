"""The random numbers of numpy's default generator, drawn inside compiled loops: the same numbers in the same order, at a third of the cost of a call.

A stream is four words: state and increment of PCG64 (O'Neill, HMC-CS-2014-0905), high and low half each. They are taken from a generator before a
loop and given back after it (`stream_of`), so that the generator goes on as if it had drawn the numbers itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.random.distributions import (
    fe_double,
    fi_double,
    ke_double,
    ki_double,
    we_double,
    wi_double,
    ziggurat_exp_r,
    ziggurat_nor_inv_r,
    ziggurat_nor_r,
)

from vitrine.compile_cache import njit

MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645  # of PCG64, 128 bits
HALF = (1 << 64) - 1
UNIT = 1.0 / (1 << 53)


def words_of(rng: np.random.Generator) -> np.ndarray:
    """The stream of a generator as four words, uint64. Raises ValueError for one that is not numpy's default, PCG64."""
    if type(rng.bit_generator) is not np.random.PCG64:
        raise ValueError(f"the generator is of {type(rng.bit_generator).__name__}: one of PCG64 is needed, as numpy.random.default_rng gives it")
    inner = rng.bit_generator.state["state"]
    return np.array([half for word in (inner["state"], inner["inc"]) for half in (word >> 64, word & HALF)], dtype=np.uint64)


@contextmanager
def stream_of(rng: np.random.Generator) -> Iterator[np.ndarray]:
    """The stream of a generator while a loop draws from it; then the generator goes on where the stream has come to."""
    words = words_of(rng)
    try:
        yield words
    finally:
        high, low = (int(word) for word in words[:2])
        outer = rng.bit_generator.state
        rng.bit_generator.state = outer | {"state": outer["state"] | {"state": high << 64 | low}}


@intrinsic
def _next_state(typing_context, high, low, increment_high, increment_low):
    """(high, low) of MULTIPLIER state + increment, modulo 2^128."""
    del typing_context, high, low, increment_high, increment_low
    signature = types.UniTuple(types.uint64, 2)(*[types.uint64] * 4)

    def generate(context, builder, signature, arguments):
        wide, half = ir.IntType(128), ir.IntType(64)

        def whole(high, low):
            return builder.or_(builder.shl(builder.zext(high, wide), wide(64)), builder.zext(low, wide))

        state = builder.add(builder.mul(whole(*arguments[:2]), wide(MULTIPLIER)), whole(*arguments[2:]))
        halves = [builder.trunc(builder.lshr(state, wide(64)), half), builder.trunc(state, half)]
        return context.make_tuple(builder, signature.return_type, halves)

    return signature, generate


@njit(forceinline=True)
def _next_word(words):
    """The next 64 random bits: both halves of the state together, turned by its highest six bits."""
    high, low = _next_state(words[0], words[1], words[2], words[3])
    words[0], words[1] = high, low
    bits, turn = high ^ low, high >> np.uint64(58)
    return (bits >> turn) | (bits << ((np.uint64(64) - turn) & np.uint64(63)))


@njit(forceinline=True)
def uniform(words):
    """A number from [0, 1), as Generator.random gives it."""
    return (_next_word(words) >> np.uint64(11)) * UNIT


@njit(forceinline=True)
def exponential(words):
    """An exponential variable of mean one, as Generator.standard_exponential gives it: by the ziggurat (Marsaglia, Tsang, J. Stat. Softw. 5 (8))."""
    while True:
        bits = _next_word(words) >> np.uint64(3)
        layer, inside = bits & np.uint64(0xFF), bits >> np.uint64(8)
        x = inside * we_double[layer]
        if inside < ke_double[layer]:
            return x
        if layer == 0:
            return ziggurat_exp_r - np.log1p(-uniform(words))
        if (fe_double[layer - np.uint64(1)] - fe_double[layer]) * uniform(words) + fe_double[layer] < np.exp(-x):
            return x


@njit(forceinline=True)
def normal(words):
    """A normal variable of mean zero and variance one, as Generator.standard_normal gives it: by its own ziggurat."""
    while True:
        bits = _next_word(words)
        layer, inside = bits & np.uint64(0xFF), (bits >> np.uint64(9)) & np.uint64(0xFFFFFFFFFFFFF)
        x = inside * wi_double[layer]
        x = -x if bits & np.uint64(0x100) else x
        if inside < ki_double[layer]:
            return x
        if layer == 0:
            while True:
                beyond = -ziggurat_nor_inv_r * np.log1p(-uniform(words))
                if -2.0 * np.log1p(-uniform(words)) > beyond * beyond:
                    return -(ziggurat_nor_r + beyond) if inside & np.uint64(0x100) else ziggurat_nor_r + beyond
        if (fi_double[layer - np.uint64(1)] - fi_double[layer]) * uniform(words) + fi_double[layer] < np.exp(-0.5 * x * x):
            return x
