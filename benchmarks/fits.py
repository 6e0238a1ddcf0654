"""Power laws of the measured times and memories, by least squares of their logarithms."""

from __future__ import annotations

import numpy as np
import pandas as pd
from vitrine.schema import NONE, Column, Table

FITS = Table(
    "scaling_fits",
    "power laws of the steps: seconds = a (N/1000)^b (number/20)^p, megabytes = m (N/1000)^c beside the interpreter's",
    (
        Column("step", "string", NONE, "step on one sample"),
        Column("dimension", "int32", NONE, "d"),
        Column("solver", "string", NONE, "what factorises sparse matrices"),
        Column("a", "double", "seconds", "prefactor"),
        Column("a_error", "double", "seconds", "its standard error; NaN for an exact fit"),
        Column("b", "double", NONE, "exponent of N"),
        Column("b_error", "double", NONE, "its standard error"),
        Column("p", "double", NONE, "exponent of the number of modes that are looked for"),
        Column("m", "double", "MB", "prefactor of the memory"),
        Column("c", "double", NONE, "its exponent of N"),
        Column("c_error", "double", NONE, "its standard error"),
        Column("smallest", "int64", NONE, "smallest N of the fit"),
        Column("largest", "int64", NONE, "largest N of the fit"),
    ),
)
LAW = ("step", "dimension", "solver", "a", "b", "p", "m", "c")  # what the cost model takes of a fit
FROM = 500  # particles from which a law is fitted, where three sizes or more are above
SMALLEST = 1.0  # memory below is lost in the interpreter's [MB]


def power_law(particles: np.ndarray, values: np.ndarray, number: np.ndarray | None = None) -> dict[str, float]:
    """prefactor (N/1000)^exponent (number/20)^number_exponent, with the standard errors of prefactor and exponent (NaN for an exact fit).

    All of shape (n,), n >= 2; without `number`, or where it is the same for all, its exponent is zero.
    """
    columns = [np.ones(len(particles)), np.log(particles / 1000)]
    if number is not None and len(np.unique(number)) > 1:
        columns.append(np.log(number / 20))
    design, target = np.stack(columns, axis=1), np.log(values)
    solution, *_ = np.linalg.lstsq(design, target, rcond=None)
    spare = len(target) - len(solution)
    errors = np.full(len(solution), np.nan)
    if spare > 0:
        variance = np.sum((target - design @ solution) ** 2) / spare
        errors = np.sqrt(variance * np.diag(np.linalg.pinv(design.T @ design)))
    prefactor = np.exp(solution[0])
    return {
        "prefactor": prefactor,
        "prefactor_error": prefactor * errors[0],
        "exponent": solution[1],
        "exponent_error": errors[1],
        "number_exponent": solution[2] if len(solution) > 2 else 0.0,
    }


def larger(frame: pd.DataFrame, column: str, least: float = 0.0) -> pd.DataFrame:
    """The rows to fit: N from FROM on, or all where they are fewer than three sizes; values above `least`."""
    frame = frame[frame[column] > least]
    large = frame[frame["particles"] >= FROM]
    return large if large["particles"].nunique() > 2 else frame


def fit_steps(scaling: pd.DataFrame) -> pd.DataFrame:
    """One row for each (step, dimension, solver): the laws of seconds (a, b, p) and megabytes (m, c) with their errors, and the sizes measured."""
    keys = ["step", "dimension", "solver"]
    wide = scaling.pivot_table(index=[*keys, "number", "particles"], columns="quantity", values="value").reset_index()
    rows = []
    for key, frame in wide[wide["megabytes"].notna() & (wide["particles"] > 1)].groupby(keys, sort=False):
        times = larger(frame, "seconds")
        if times["particles"].nunique() < 2:
            continue
        time = power_law(*(times[name].to_numpy(dtype=float) for name in ("particles", "seconds", "number")))
        memory = larger(frame[frame["number"] == frame["number"].min()], "megabytes", SMALLEST)
        space = {"prefactor": SMALLEST, "exponent": 1.0, "exponent_error": np.nan}
        if memory["particles"].nunique() > 1:
            space = power_law(*(memory[name].to_numpy(dtype=float) for name in ("particles", "megabytes")))
        rows.append(
            {
                **dict(zip(keys, key, strict=True)),
                "a": time["prefactor"],
                "a_error": time["prefactor_error"],
                "b": time["exponent"],
                "b_error": time["exponent_error"],
                "p": time["number_exponent"],
                "m": space["prefactor"],
                "c": space["exponent"],
                "c_error": space["exponent_error"],
                "smallest": int(times["particles"].min()),
                "largest": int(times["particles"].max()),
            }
        )
    return pd.DataFrame(rows)
