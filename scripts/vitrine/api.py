"""The Python door: read a glass, relax it, measure it. The names are those of the rules, the results are pandas frames with their units.

    glass = vitrine.read("glass.gsd", model="kob_andersen").relaxed()
    modes = vitrine.find_modes(glass, vectors=50)
    modes["omega"], modes.attrs["units"]["omega"]

Every observable that measures samples is here under the name of its rule, found from its declaration; `vitrine.observables_table()` lists them.
Importing sets nothing in the user's process, and this module is loaded only when one of its names is used.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.declare import Observable
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import Algebra
from vitrine.models import GLASS_FORMERS as BUILDERS
from vitrine.models import GlassFormer, published_parameters
from vitrine.models import glass_former as build
from vitrine.observables import declarations, function_of, module_of
from vitrine.preparation.minimise import minimise
from vitrine.samples import Sample as Configuration
from vitrine.samples.foreign import read_frames
from vitrine.schema import renamed_length
from vitrine.writing import mode_vectors as mode_vectors
from vitrine.writing import pinch_response as pinch_response
from vitrine.writing import write as write

GLASS_FORMERS: dict[str, dict] = {name: published_parameters(name) for name in BUILDERS}
TAKEN = ("glasses.gsd", "liquids.gsd")


@dataclass(frozen=True)
class Sample(Configuration):
    """One configuration of a glass former, as `read` gives it: positions (N, d), sizes (N,), types (N,), box (d, d), model; units of the model."""

    def relaxed(self, minimiser: str = "lbfgs", tolerance: float = 1e-10, maximum_iterations: int = 100_000, step: float = 0.1) -> Sample:
        """The inherent state: the minimum of the potential energy that the sample falls into.

        minimiser: lbfgs, cg or fire; tolerance: largest net force over the root-mean-square pair force; step: largest displacement in one line
        search. Raises SampleError where it does not converge.
        """
        end = minimise(self.checked(), minimiser, tolerance=tolerance, maximum_iterations=maximum_iterations, step=step)
        if not end.converged:
            raise SampleError(f"not converged: the residual force is above {tolerance:g} after {maximum_iterations} iterations")
        return _sample(end.sample)

    @property
    def energy(self) -> float:
        """Potential energy U [epsilon]: beside the one of the program that made the glass it tells whether the model is the same."""
        return float(Interactions.of(self.checked()).energy)

    @property
    def residual(self) -> float:
        """Largest net force on a particle over the root-mean-square pair force: near 1e-10 in an inherent state, of order one in a liquid."""
        return float(Interactions.of(self.checked()).residual)


def _sample(configuration: Configuration) -> Sample:
    return Sample(**{field.name: getattr(configuration, field.name) for field in fields(Configuration)})


def glass_former(name: str, **changes: object) -> GlassFormer:
    """A glass former by its name, with its published parameters (`GLASS_FORMERS[name]`) but for the changes.

    Raises InputError for an unknown name or parameter, or a value that is not allowed.
    """
    return build(name, {**published_parameters(name), **changes})


def read(
    path: str | Path,
    model: str | GlassFormer | Mapping | None = None,
    frame: int | None = None,
    *,
    types: Mapping[str, str] | None = None,
) -> Sample:
    """One sample of a file: Vitrine's own GSD, or GSD, LAMMPS dump or data file, extended XYZ, NPZ or H5MD of others (docs/formats.md).

    model: a name, a GlassFormer, or {"name": ..., "parameters": ...}; a file of Vitrine's says it itself. A name alone has the published parameters
    in the dimension of the file. frame: which one, needed where the file holds several. types: names of the file to those of the model,
    {"1": "A", "Si": "B"}. Raises InputError, in one sentence, for what cannot be read, and SampleError for a frame that is no sample of the model.
    """
    samples = read_frames(Path(path), model, frame, types=types)
    if len(samples) != 1:
        raise InputError(f"{path}: holds {len(samples)} frames; say which one, frame=0 to {len(samples) - 1}, or take vitrine.read_all")
    return _checked(samples[0])


def read_all(
    path: str | Path, model: str | GlassFormer | Mapping | None = None, frames: Sequence[int] | None = None, *, types: Mapping[str, str] | None = None
) -> list[Sample]:
    """All samples of a file, or those of some frames, as `read` gives them. Raises SampleError for the first frame that is none."""
    return [_checked(sample) for sample in read_frames(Path(path), model, frames, types=types)]


def _checked(sample: Configuration | SampleError) -> Sample:
    if isinstance(sample, SampleError):
        raise sample
    return _sample(sample.checked())


def observables_table() -> pd.DataFrame:
    """The measuring functions: name, what it measures, the formula, where it is printed."""
    rows = [(one.rule, one.title, one.formula, one.source) for one in _measuring().values()]
    return pd.DataFrame(rows, columns=["function", "measures", "formula", "source"]).set_index("function")


def _measuring() -> dict[str, Observable]:
    """Observables by the name of their rule, those that need nothing but a sample."""
    return {
        one.rule: one
        for one in declarations().values()
        if one.rule and one.takes and set(one.takes) <= set(TAKEN) and not (one.prepares or one.moves)
    }


def measuring_function(name: str) -> Callable:
    """The function of a rule for one sample. Raises AttributeError for a name that is none."""
    if name not in _measuring():
        raise AttributeError(f"module 'vitrine' has no attribute {name!r}; measuring functions are {', '.join(_measuring())}")
    one = _measuring()[name]
    function = function_of(module_of(one.name, "measure"), name)

    @functools.wraps(function)
    def measure(sample: Configuration, *, seed: int = 0, solver: str = "auto", **settings: object):
        unknown = sorted(set(settings) - {setting.name for setting in one.settings if setting.used_by == "measure"})
        if unknown:
            allowed = [setting.name for setting in one.settings if setting.used_by == "measure"]
            raise InputError(f"{name} has no setting {unknown[0]}: allowed are {', '.join(allowed) or 'none'}, seed and solver")
        if one.pairwise and sample.model.embedding is not None:
            raise InputError(f"{name} takes the energy apart into pairs, and model {sample.model.name} is a many-body potential")
        further = {"rng": np.random.default_rng(seed)} if one.random else {}
        if one.algebra:
            further["algebra"] = Algebra(solver=solver)
        given = function(sample.checked(), **further, **settings)
        return _framed(one, given, sample.model.length)

    own = inspect.signature(function).parameters.values()
    kept = [parameter for parameter in own if parameter.name not in ("rng", "algebra") and parameter.kind is not inspect.Parameter.VAR_KEYWORD]
    further = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default) for name, default in (("seed", 0), ("solver", "auto"))]
    kept = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) if place else parameter for place, parameter in enumerate(kept)]
    measure.__signature__ = inspect.Signature([*kept, *further])
    return measure


def _framed(one: Observable, given: Mapping, length: str) -> pd.DataFrame | dict:
    """The table of an observable as a frame, or its tables and fields by name; units and meanings of the columns are in `attrs`."""
    if len(one.tables) == 1 and not one.fields:
        given = {one.tables[0].name: given}
    products: dict[str, object] = {}
    for table in one.tables:
        frame = pd.DataFrame(dict(given[table.name]))
        frame.attrs["units"] = {column.name: renamed_length(column.unit, length) for column in table.own}
        frame.attrs["meanings"] = {column.name: column.meaning for column in table.own}
        products[table.name] = frame
    for field in one.fields:
        products[field.name] = dict(given[field.name])
    return products[one.tables[0].name] if len(products) == 1 else products
