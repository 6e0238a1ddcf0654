"""Rows of (x, y, z, size) into columns, eight at a time, in registers.

Copied number by number into columns, they would have to reach the cache before a vector instruction could load them: it loads eight at once, which
no single store can hand on. Here eight rows are loaded whole, transposed by shuffles, and each column is stored at once.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

EIGHT = 8  # rows that are taken at once
PAIRS = ([0, 8, 2, 10, 4, 12, 6, 14], [1, 9, 3, 11, 5, 13, 7, 15])  # x and z, y and size of two pairs of rows
QUADS = ([0, 1, 8, 9, 4, 5, 12, 13], [2, 3, 10, 11, 6, 7, 14, 15])  # the former and the latter of them, of four pairs


@intrinsic
def take_eight(typing_context, body, lists, i, k, end, near, part):
    """Columns near[part, 0:4, k:k+8] of the rows of body (N, 4) that lists[i, k:k+8] names; x is NaN from the place `end` of the list on.

    All places of the list must name rows, also those from `end` on; near's rows must have room for whole blocks.
    """
    del typing_context
    signature = types.void(body, lists, i, k, end, near, part)

    def generate(context, builder, signature, arguments):
        of_array = {
            name: context.make_array(signature.args[place])(context, builder, arguments[place])
            for name, place in (("body", 0), ("lists", 1), ("near", 5))
        }
        _, _, i, k, end, _, part = arguments
        byte, half, whole, number = ir.IntType(8), ir.IntType(32), ir.IntType(64), ir.DoubleType()

        def at(name, kind, *index):
            """Pointer to an element, its index an offset in bytes along each axis."""
            one = of_array[name]
            place = builder.bitcast(one.data, byte.as_pointer())
            for axis, step in enumerate(index):
                stride = builder.extract_value(one.strides, axis)
                place = builder.gep(place, [builder.mul(step, stride)])
            return builder.bitcast(place, kind.as_pointer())

        def vector(kind, values):
            return ir.Constant(ir.VectorType(kind, len(values)), values)

        row, eight = ir.VectorType(number, 4), ir.VectorType(number, EIGHT)
        names = builder.load(at("lists", ir.VectorType(half, EIGHT), i, k), align=4)
        rows = []
        for m in range(EIGHT):
            j = builder.zext(builder.extract_element(names, half(m)), whole)
            rows.append(builder.load(at("body", row, j), align=8))
        both = [builder.shuffle_vector(rows[m], rows[m + 4], vector(half, list(range(EIGHT)))) for m in range(4)]
        columns = [None] * 4
        for first, of_pairs in enumerate(PAIRS):
            low, high = (builder.shuffle_vector(both[m], both[m + 1], vector(half, of_pairs)) for m in (0, 2))
            for second, of_quads in enumerate(QUADS):
                columns[first + 2 * second] = builder.shuffle_vector(low, high, vector(half, of_quads))
        left = builder.sub(end, k)
        lanes = builder.insert_element(ir.Constant(ir.VectorType(whole, EIGHT), ir.Undefined), left, half(0))
        lanes = builder.shuffle_vector(lanes, lanes, vector(half, [0] * EIGHT))
        inside = builder.icmp_signed("<", vector(whole, list(range(EIGHT))), lanes)
        columns[0] = builder.select(inside, columns[0], vector(number, [float("nan")] * EIGHT))
        for c in range(4):
            builder.store(columns[c], at("near", eight, part, whole(c), k), align=8)
        return context.get_dummy_value()

    return signature, generate
