"""Numbers of particles that a setting names, such as `vibrability_field.vibrability`: taken from what other observables give."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from vitrine.errors import InputError


def named_numbers(name: str | None, given: Mapping[str, object], particles: int) -> np.ndarray | None:
    """The array of a field, or the column of a table that has a row for each particle, (N,); None where nothing is named.

    name: `<field or table>.<array or column>`; given: fields as {array: numbers} and tables as frames, by name. Raises InputError where it is no such
    numbers.
    """
    if name is None:
        return None
    file, _, part = name.partition(".")
    if file not in given:
        raise InputError(f"{name} needs {file} of the same sample: it was not given")
    source = given[file]
    if part not in source:
        raise InputError(f"{file} has no {part}: it has {', '.join(map(str, source))}")
    numbers = source[part].to_numpy() if isinstance(source, pd.DataFrame) else np.asarray(source[part])
    if numbers.shape != (particles,):
        raise InputError(f"{name} has the shape {numbers.shape}: one number for each of {particles} particles is needed")
    return numbers.astype(float)
