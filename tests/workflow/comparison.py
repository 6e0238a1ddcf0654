"""Two runs of one study, compared; files that are not whole."""

from pathlib import Path

import gsd.hoomd
import pandas as pd
import pyarrow.parquet as pq


def assert_same_numbers(left: Path, right: Path) -> None:
    """Every table of two studies holds the same rows, bit for bit; how they were cut into batches may differ."""
    names = {path.name for path in (left / "tables").glob("*.parquet")} - {"ensembles.parquet"}  # the number of batches stands in it
    assert names and names == {path.name for path in (right / "tables").glob("*.parquet")} - {"ensembles.parquet"}
    for name in sorted(names):
        pd.testing.assert_frame_equal(pd.read_parquet(left / "tables" / name), pd.read_parquet(right / "tables" / name), check_exact=True, obj=name)
    points = pd.read_parquet(left / "tables" / "ensembles.parquet")["point"]
    assert list(points) == list(pd.read_parquet(right / "tables" / "ensembles.parquet")["point"])
    for point in points:
        names = {path.name for path in (left / point).glob("*/*.parquet")}
        assert names and names == {path.name for path in (right / point).glob("*/*.parquet")}
        for name in sorted(names):
            pd.testing.assert_frame_equal(joined(left / point, name), joined(right / point, name), check_exact=True, obj=f"{point}/{name}")


def joined(ensemble: Path, name: str) -> pd.DataFrame:
    """A table of all batches of an ensemble, in the order of the samples."""
    paths = sorted(ensemble.glob(f"*/{name}"), key=lambda path: int(path.parent.name.split("-")[0]))
    assert paths
    return pd.concat([pd.read_parquet(path) for path in paths], ignore_index=True)


def broken_files(results: Path) -> list[str]:
    """Files under a final name that are not whole."""
    return [str(path) for path in results.rglob("*") if path.is_file() and not path.name.startswith(".") and not is_whole(path)]


def is_whole(path: Path) -> bool:
    """A file that its reader takes; text files without a format of their own count as whole."""
    try:
        if path.suffix == ".parquet":
            pq.read_table(path)
        elif path.suffix == ".gsd":
            with gsd.hoomd.open(path) as trajectory:
                return len(list(trajectory)) > 0
        elif path.suffix == ".svg":
            return path.read_text(encoding="utf-8").rstrip().endswith("</svg>")
        elif path.suffix == ".pdf":
            return path.read_bytes().rstrip().endswith(b"%%EOF")
    except (OSError, RuntimeError, ValueError):
        return False
    return True
