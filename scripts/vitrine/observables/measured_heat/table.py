"""The user's table of a measured specific heat."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.errors import InputError

COLUMNS = ("T", "C", "error")


def read_measured(path: str | Path) -> pd.DataFrame:
    """T, C and error of a file, by rising T. Text with a line of names, split by commas, tabs, semicolons or spaces, `#` before remarks; or Parquet.

    Raises InputError, with the file's name, where a column is missing, a number is not positive, or a temperature stands twice.
    """
    path = Path(path)
    try:
        data = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, sep=r"[,;\s]+", engine="python", comment="#")
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a table: {error}") from error
    for name in COLUMNS:
        if name not in data.columns:
            raise InputError(f"{path}: has no column {name}; it needs {', '.join(COLUMNS)}, and has {', '.join(map(str, data.columns))}")
        values = pd.to_numeric(data[name], errors="coerce").to_numpy(dtype=float)
        if not np.all(values > 0) or not np.all(np.isfinite(values)):
            raise InputError(f"{path}: column {name} has {data[name][~(values > 0) | ~np.isfinite(values)].iloc[0]}; allowed are numbers above 0")
        data[name] = values
    if data["T"].duplicated().any():
        raise InputError(f"{path}: T = {data.loc[data['T'].duplicated(), 'T'].iloc[0]:g} stands twice; allowed is one row for each temperature")
    return data[list(COLUMNS)].sort_values("T", ignore_index=True)
