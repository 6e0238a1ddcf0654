"""The words of figures: symbols and units as mathtext, the label of the study's axis, values on it, numbers with errors.

Against the parent temperature, figures are drawn in the study's unit of temperature (T_onset, T_g), with simulation units beside it; against
any other axis in that axis' own unit.
"""

from __future__ import annotations

import re

import numpy as np

from vitrine.declare import unitless
from vitrine.figures.settings import Settings
from vitrine.points import Axis
from vitrine.schema import renamed_length

SIMULATION_LABEL = r"$k_BT_p/\varepsilon$"
GREEK = ("alpha", "beta", "gamma", "delta", "eta", "kappa", "lambda", "mu", "nu", "omega", "phi", "psi", "rho", "sigma", "tau", "xi")
TOKENS = {"epsilon": r"\varepsilon", "k_B": "k_B", "c_inf": r"c_\infty", "a0": "a_0"}


def symbol_of(name: str) -> str:
    """A plain name as mathtext, without the dollars: `T_onset`, `sigma_AA`, `m`; more letters than one are upright."""
    if name in TOKENS:
        return TOKENS[name]
    head, _, foot = name.partition("_")
    head = rf"\{head}" if head in GREEK else head if len(head) == 1 else rf"\mathrm{{{head}}}"
    return rf"{head}_\mathrm{{{foot}}}" if foot else head


def unit_text(unit: str, settings: Settings) -> str:
    """A unit of the tables as mathtext, without the dollars; empty for none. Its length has the glass former's name, its d the study's dimension."""
    if unitless(unit):
        return ""
    text = re.sub(r"sqrt\(([^()]*)\)", r"(\1)^1/2", renamed_length(unit, settings.length))
    text = re.sub(r"\^(-?\d+(?:/\d+)?|d\b)", lambda power: "^{" + power[1].replace("d", str(settings.dimension)) + "}", text)
    return re.sub(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)?", lambda word: symbol_of(word[0]), text).replace("*", r"\,").replace(" ", r"\ ")


def with_unit(symbol: str, unit: str, settings: Settings) -> str:
    """The label of an axis: symbol (mathtext without the dollars) and unit in brackets."""
    text = unit_text(unit, settings)
    return rf"${symbol}\;[{text}]$" if text else f"${symbol}$"


def length_symbol(settings: Settings) -> str:
    """The glass former's unit of length as mathtext."""
    return symbol_of(settings.length)


def temperature_symbol(settings: Settings) -> str:
    """The study's unit of temperature as mathtext."""
    return symbol_of(settings.temperature_name)


def axis_symbol(settings: Settings) -> str:
    """The symbol of the study's axis, with its dollars."""
    return f"${settings.axis.symbol}$"


def axis_label(settings: Settings) -> str:
    """The study's axis as it is drawn: T_p in the unit of temperature, else its own symbol and unit."""
    if settings.thermal:
        return rf"$T_p/{temperature_symbol(settings)}$"
    return with_unit(settings.axis.symbol, settings.axis.unit, settings)


def inverse_label(settings: Settings) -> str:
    """The inverse of T_p in the unit of temperature."""
    return rf"${temperature_symbol(settings)}/T_p$"


def value_words(value: object, settings: Settings) -> str:
    """A value on the study's axis, in the unit of `axis_label`."""
    return number(value / settings.temperature_unit) if settings.thermal else settings.axis.words(value)


def place_words(value: object, settings: Settings) -> str:
    """Where on the study's axis something is: `T_p/T_onset = 0.61`, `p = 2.5`."""
    if settings.thermal:
        return f"{axis_label(settings)} = {value_words(value, settings)}"
    return at_words(settings.axis, value, settings)


def at_words(axis: Axis, value: object, settings: Settings) -> str:
    """The value of an axis in simulation units: `$N$ = 256`, `$T_p$ = 0.5 $\\varepsilon/k_B$`; of the glass former its name alone."""
    unit = unit_text(axis.unit, settings)
    words = axis.words(value) + (f" ${unit}$" if unit else "")
    return words if axis.name == "model" else f"${axis.symbol}$ = {words}"


def legend_label(value: object, settings: Settings) -> str:
    """A value on the study's axis in a legend; of T_p also in simulation units, in brackets."""
    if not settings.thermal:
        return settings.axis.words(value)
    ratio = value / settings.temperature_unit
    return f"{ratio:{'.2f' if ratio >= 0.1 else '.2g'}} ({number(value)})"


def legend_title(settings: Settings) -> str:
    """What the values in a legend are."""
    return rf"{axis_label(settings)} ({SIMULATION_LABEL})" if settings.thermal else axis_label(settings)


def reference_words(settings: Settings) -> str:
    """The point to which ratios are taken: the one with the highest value on the axis."""
    kind = "hottest" if settings.thermal else "last" if settings.axis.type == "string" else "largest"
    return f"{kind} {axis_symbol(settings)}"


def number(value: float, digits: int = 3) -> str:
    """A number for a label, without needless zeros."""
    return f"{value:.{digits}g}"


def with_error(value: float, error: float) -> str:
    """`value ± error`, rounded to two digits of the error."""
    if not np.isfinite(value):
        return "not determined"
    if not np.isfinite(error) or error <= 0:
        return f"{value:.3g} (no error bar)"
    places = max(0, 1 - int(np.floor(np.log10(error))))
    return f"{value:.{places}f} ± {error:.{places}f}"


def short_reason(flag: str) -> str:
    """The reason of a flag without its details, which differ from sample to sample: the words before the first colon."""
    return flag.split(":")[0].strip()
