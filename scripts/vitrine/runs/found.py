"""What lies on the disk of a step: whether it is there, whole as far as can be seen at a glance, and the study's; and which samples it flags.

A glance is the end of a Parquet file: its provenance, and the smallest and largest flag of each row group. Numbers are not read.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from vitrine.errors import InputError
from vitrine.runs.steps import Step

OTHERS = "another seed, ladder or other settings than those of the study"  # made it
SETTLED = 2.0  # a folder that changed later than so many seconds ago may change again within the resolution of its time


class Found(NamedTuple):
    """state: `done`, `missing`, `foreign` (other settings made it than the study's) or `damaged`. file: the first at fault. flagged: samples."""

    state: str
    file: str = ""
    flagged: frozenset[int] = frozenset()


class Record(NamedTuple):
    """Who made a file, empty where it does not say; and the samples that it flags."""

    identity: str
    flagged: frozenset[int] = frozenset()


def found(step: Step, folder: Path) -> Found:
    """What lies in a folder of a step."""
    for file in (*step.files, *step.recorded):
        if not (folder / file).is_file():
            return Found("missing", file)
    flagged: set[int] = set()
    for file in step.recorded:
        record = read_record(folder / file)
        if record is None:
            return Found("damaged", file)
        if record.identity != step.identity:
            return Found("foreign", file)
        flagged |= record.flagged
    return Found("done", flagged=frozenset(flagged))


class Folders:
    """Looks into folders of batches and points again and again: one in which no file has appeared or gone is not opened a second time."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[int, Mapping[str, Found]]] = {}

    def look(self, folder: Path, steps: Iterable[Step]) -> Mapping[str, Found]:
        """{rule: what is there of it}."""
        try:
            changed = folder.stat().st_mtime_ns
        except OSError:
            return {step.rule: Found("missing", step.files[0]) for step in steps}
        known = self._known.get(folder)
        if known and known[0] == changed:
            return known[1]
        now = {step.rule: found(step, folder) for step in steps}
        if time.time() - changed / 1e9 > SETTLED:
            self._known[folder] = (changed, now)
        return now


def read_record(path: Path) -> Record | None:
    """Who made a table, a file of fields or trajectories, or the record of a study; None where that cannot be read."""
    reader = {".parquet": _of_table, ".gsd": _of_frames, ".json": _of_study}[path.suffix]
    try:
        return reader(path)
    except Exception:  # of a damaged file the readers make any error there is; the study's own jobs say which
        return None


def _of_table(path: Path) -> Record:
    import pyarrow.parquet as pq

    about = pq.read_metadata(path)
    identity = json.loads(about.metadata[b"vitrine"]).get("identity", "")
    names = about.schema.to_arrow_schema().names
    if not {"sample", "flag"} <= set(names):
        return Record(identity)
    place = names.index("flag")
    told = [about.row_group(group).column(place).statistics for group in range(about.num_row_groups)]
    if all(one is not None and one.has_min_max and one.max == "" for one in told):
        return Record(identity)
    table = pq.read_table(path, columns=["sample", "flag"], partitioning=None)
    flags, samples = table["flag"].to_pylist(), table["sample"].to_pylist()
    return Record(identity, frozenset(sample for sample, flag in zip(samples, flags, strict=True) if flag))


def _of_frames(path: Path) -> Record:
    """By the first frame of fields or trajectories."""
    import gsd.fl

    from vitrine.samples.fields import RECORD as FIELDS
    from vitrine.samples.trajectories import RECORD as TRAJECTORIES

    with gsd.fl.open(str(path), "r") as file:
        chunk = next(f"log/{name}" for name in (FIELDS, TRAJECTORIES) if file.chunk_exists(frame=0, name=f"log/{name}"))
        return Record(json.loads(file.read_chunk(frame=0, name=chunk).tobytes().decode())["provenance"].get("identity", ""))


def _of_study(path: Path) -> Record:
    """By its config: the record holds the whole of it."""
    from vitrine.study import Study

    config = json.loads(path.read_text(encoding="utf-8"))["config"]
    try:
        return Record(Study.from_config(config, conda=True, directory=path.resolve().parents[2]).identity_of_study())
    except InputError:  # of an older version
        return Record("")
