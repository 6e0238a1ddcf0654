"""Two runs of one study, compared."""

from pathlib import Path

import pandas as pd

BATCH_TABLES = ("liquids", "relaxation", "glasses", "modes", "elasticity", "pinching", "bond_operator")


def assert_same_numbers(left: Path, right: Path) -> None:
    """Every table of two studies holds the same rows, bit for bit; how they were cut into batches may differ."""
    names = {path.name for path in (left / "tables").glob("*.parquet")}
    assert names and names == {path.name for path in (right / "tables").glob("*.parquet")}
    for name in sorted(names):
        pd.testing.assert_frame_equal(pd.read_parquet(left / "tables" / name), pd.read_parquet(right / "tables" / name), check_exact=True, obj=name)
    for ensemble in (path.relative_to(left) for path in left.glob("N*/T*")):
        for name in BATCH_TABLES:
            pd.testing.assert_frame_equal(joined(left / ensemble, name), joined(right / ensemble, name), check_exact=True, obj=f"{ensemble}/{name}")


def joined(ensemble: Path, name: str) -> pd.DataFrame:
    """A table of all batches of an ensemble, in the order of the samples."""
    paths = sorted(ensemble.glob(f"*/{name}.parquet"), key=lambda path: int(path.parent.name.split("-")[0]))
    assert paths
    return pd.concat([pd.read_parquet(path) for path in paths], ignore_index=True)
