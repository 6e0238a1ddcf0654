"""Formulas of a pair potential, written as text: read by a parser of Python's syntax, differentiated by sympy, compiled to numpy functions.

A user's text is never run. `ast` takes it apart, a short list of what is allowed rebuilds it as an expression of sympy, and what is then compiled is
written by sympy from that expression, in which the user's names have become numbered ones. Numbers are put together here, so that none grows huge.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from vitrine.errors import InputError

FUNCTIONS = ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "erf", "erfc")
NUMBERS = {"pi": math.pi}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")
LONGEST, DEEPEST, MOST_PARTS = 1000, 100, 250  # characters, operations in operations, numbers and names and signs
LARGEST_NUMBER, LARGEST_EXPONENT = 1e100, 200
MOST_OPERATIONS = 500, 8000  # of the formula, twice as many of each derivative, and at most
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
ALLOWED = "allowed are numbers, names, + - * / ** and the functions " + ", ".join(FUNCTIONS)


@dataclass(frozen=True)
class Formula:
    """phi as a formula in `variable` with constants, ((name, value), ...)."""

    text: str
    variable: str
    constants: tuple[tuple[str, float], ...] = ()

    exact = True  # its derivatives are those of the formula

    def derivatives(self, x: np.ndarray, order: int = 4) -> np.ndarray:
        """phi and its first `order` derivatives at x of shape (n,): shape (order + 1, n). Infinite or NaN where the formula is."""
        values = dict(self.constants)
        names = tuple(sorted(values))
        own = [values[name] for name in names]
        with np.errstate(all="ignore"):
            found = _compiled(self.text, self.variable, names, order)(np.asarray(x, dtype=float), *own)
        return np.array([np.broadcast_to(np.asarray(one, dtype=float), np.shape(x)) for one in found])

    @cached_property
    def vanishes(self) -> bool:
        """Whether the formula is zero at every distance."""
        return parsed(self.text, (self.variable, *dict(self.constants))).is_zero is True


def names_in(text: str) -> set[str]:
    """The names that stand in a formula, but for functions and pi. Raises InputError, without the key, for a text that is no formula."""
    return {node.id for node in ast.walk(_tree(text)) if isinstance(node, ast.Name)} - {*FUNCTIONS, *NUMBERS}


def number_of(text: str, constants: dict[str, float]) -> float:
    """The value of a formula of constants alone. Raises InputError, without the key, where it has none."""
    unknown = sorted(names_in(text) - set(constants))
    if unknown:
        raise InputError(f"{unknown[0]} is unknown: allowed are numbers and the constants {', '.join(constants) or '(none are given)'}")
    value = _Reader({name: _number(constants[name]) for name in constants}).expression(_tree(text))
    return float(value)


@lru_cache(maxsize=64)
def parsed(text: str, names: tuple[str, ...]) -> object:
    """A formula as an expression of sympy; the symbols are r for the first of `names` and c0, c1, ... for the others.

    Raises InputError, without the key, for a text that is no formula, too long, or has a name that is none of `names`.
    """
    import sympy

    symbols = [sympy.Symbol("r", positive=True), *(sympy.Symbol(f"c{place}", real=True) for place in range(len(names) - 1))]
    return _Reader(dict(zip(names, symbols, strict=True))).expression(_tree(text))


@lru_cache(maxsize=64)
def _compiled(text: str, variable: str, names: tuple[str, ...], order: int) -> Callable:
    """A function of the variable and the constants that gives phi and its derivatives."""
    import sympy

    expression = parsed(text, (variable, *names))
    symbols = [sympy.Symbol("r", positive=True), *(sympy.Symbol(f"c{place}", real=True) for place in range(len(names)))]
    orders = [expression]
    for number in range(1, order + 1):
        orders.append(sympy.diff(orders[-1], symbols[0]))
        most = min(MOST_OPERATIONS[0] * 2**number, MOST_OPERATIONS[1])
        if orders[-1].count_ops() > most:
            raise InputError(f"its derivative of order {number} has more than {most} operations: write it shorter, or give a table")
    special = expression.has(sympy.erf, sympy.erfc)
    return sympy.lambdify(symbols, orders, modules=["scipy", "numpy"] if special else ["numpy"], cse=True)


@lru_cache(maxsize=64)
def _tree(text: str) -> ast.expr:
    """The syntax tree of a text of bounded length. Raises InputError where Python's parser finds none."""
    if len(text) > LONGEST:
        raise InputError(f"it has {len(text)} characters: allowed are {LONGEST}")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        reason = getattr(error, "msg", None) or "too many brackets in brackets"
        raise InputError(f"it is no formula ({reason}): {ALLOWED}") from None
    if sum(1 for _ in ast.walk(tree)) > 2 * MOST_PARTS:
        raise InputError(f"it has too many parts: allowed are some {MOST_PARTS} numbers, names and signs")
    return tree


class _Reader:
    """From a syntax tree to an expression, part by part; whatever is not on the list is refused."""

    def __init__(self, symbols: dict[str, object]) -> None:
        self.symbols = symbols

    def expression(self, node: ast.expr, depth: int = 0) -> object:
        """The expression of a node: a number (sympy's Rational or Float) or an expression with symbols in it."""
        if depth > DEEPEST:
            raise InputError(f"it is nested too deeply: allowed are {DEEPEST} operations in operations")
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return _number(node.value)
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            inner = self.expression(node.operand, depth + 1)
            return -inner if isinstance(node.op, ast.USub) else inner
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return _combined(OPERATORS[type(node.op)], self.expression(node.left, depth + 1), self.expression(node.right, depth + 1))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            raise InputError("^ is no power here: write **, as in r**2")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS and len(node.args) == 1 and not node.keywords:
            return _applied(node.func.id, self.expression(node.args[0], depth + 1))
        raise InputError(f"{_words(node)} is not allowed: {ALLOWED}, each of one number")

    def _named(self, name: str) -> object:
        if name in NUMBERS:
            return _number(NUMBERS[name])
        if name not in self.symbols:
            raise InputError(f"{name[:40]} is unknown: allowed are {', '.join([*self.symbols, *NUMBERS])} and the functions {', '.join(FUNCTIONS)}")
        return self.symbols[name]


def _words(node: ast.expr) -> str:
    """What a part is, for a sentence."""
    if isinstance(node, ast.Call):
        return f"{node.func.id[:40]}(...)" if isinstance(node.func, ast.Name) else "a call"
    kinds = {ast.Attribute: "an attribute", ast.Subscript: "a bracket [ ]", ast.Constant: "a text or word", ast.Lambda: "a function of its own"}
    return kinds.get(type(node), f"'{type(node).__name__}'")


def _number(value: float) -> object:
    """A number of bounded size; whole ones are exact."""
    import sympy

    size = abs(value)
    if not size <= LARGEST_NUMBER or 0 < size < 1 / LARGEST_NUMBER:
        raise InputError(f"it has a number beyond {LARGEST_NUMBER:g}, or below {1 / LARGEST_NUMBER:g}")
    whole = isinstance(value, int) or (float(value).is_integer() and size < 1e15)
    return sympy.Integer(int(value)) if whole else sympy.Float(value)


def _bounded(expression: object) -> object:
    """The expression, or the same number in double precision where its fraction grows long."""
    if not getattr(expression, "is_number", False):
        return expression
    small = expression.is_Rational and max(abs(expression.p), expression.q) < 10**15
    return expression if small else _number(_real(lambda: float(expression)))


def _combined(sign: str, left: object, right: object) -> object:
    """Two expressions and the sign between them."""
    if sign == "**":
        return _power(left, right)
    if sign == "/":
        if right.is_zero:
            raise InputError("it divides by zero")
        return _bounded(left / right)
    return _bounded(left + right if sign == "+" else left - right if sign == "-" else left * right)


def _power(base: object, exponent: object) -> object:
    if exponent.is_number and abs(float(exponent)) > LARGEST_EXPONENT:
        raise InputError(f"it has the exponent {float(exponent):g}: allowed are exponents from -{LARGEST_EXPONENT} to {LARGEST_EXPONENT}")
    if base.is_number and exponent.is_number:
        value = _real(lambda: math.pow(float(base), float(exponent)))
        exact = base.is_Integer and exponent.is_Integer and exponent >= 0 and abs(value) < 1e15
        return base**exponent if exact else _number(value)
    return base**exponent


def _applied(name: str, argument: object) -> object:
    import sympy

    if argument.is_number:
        return _number(_real(lambda: getattr(math, name)(float(argument))))
    return getattr(sympy, name)(argument)


def _real(value: Callable[[], float]) -> float:
    try:
        return value()
    except (OverflowError, ValueError, ZeroDivisionError):
        raise InputError("it has a number that is infinite or not real") from None
