"""The golden study: stored glasses go through every measurement and every average inside one process, without Snakemake.

Nothing chaotic stands between the stored glasses and the numbers, so that these are the same on every machine but for the rounding of its linear
algebra. `python tests/workflow/golden_study.py` writes the numbers anew: only after a change that is meant to change them, and the commit says so.
With the word `liquids` behind it, it runs new liquids before: only where their tables have other columns. The glasses stay as they are.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

REPOSITORY = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).resolve().parent / "golden"
BATCH = "00000-00002"
sys.path.insert(0, str(REPOSITORY / "scripts"))

from vitrine import params  # noqa: E402
from vitrine.aggregation.fits import combine  # noqa: E402
from vitrine.aggregation.jobs import aggregate  # noqa: E402
from vitrine.aggregation.results import StudySettings, collect_flags  # noqa: E402
from vitrine.aggregation.summary import summarise  # noqa: E402
from vitrine.config_files import merged_config  # noqa: E402
from vitrine.observables import named  # noqa: E402
from vitrine.observables.jobs import measure  # noqa: E402
from vitrine.parquet import Key, read_table, write_table  # noqa: E402
from vitrine.preparation.liquids import equilibrate_liquid, liquid_rows, random_starts  # noqa: E402
from vitrine.study import Study  # noqa: E402
from vitrine.tables import ESTIMATES, FLAGS, LIQUIDS, RELAXATION  # noqa: E402


class Names(list):
    """Outputs of a job: a list that knows its entries by name too."""

    def __init__(self, named_paths: dict[str, str]) -> None:
        super().__init__(named_paths.values())
        self.named = named_paths

    def __getitem__(self, key):
        return self.named[key] if isinstance(key, str) else super().__getitem__(key)


def golden_numbers(folder: Path) -> dict[str, pd.DataFrame]:
    """Every table of the golden study by name; `folder` takes the files."""
    study = Study.from_config(merged_config([REPOSITORY / "config.yaml", GOLDEN / "study.yaml"]))
    found: dict[str, list[pd.DataFrame]] = {}
    for label in study.places:
        for path in _measured(study, label, folder) + _averaged(study, label, folder):
            found.setdefault(_kind(path.stem), []).append(pd.read_parquet(path))
    whole = {name: pd.concat(frames, ignore_index=True) for name, frames in found.items()}
    settings = StudySettings.of(params.combining(study))
    labels = list(study.places)
    estimates = [read_table(ESTIMATES, folder / label / f"{one.name}_estimates.parquet") for one in study.aggregated for label in labels]
    flags = [read_table(FLAGS, folder / label / f"{one.name}_flags.parquet") for one in study.aggregated for label in labels]
    quantities, fits = combine(pd.concat(estimates, ignore_index=True), settings)
    summary = summarise(quantities, fits, settings)
    return whole | {"quantities": quantities, "fits": fits, "summary": summary, "flags": collect_flags(flags, study.axes)}


def _kind(stem: str) -> str:
    """Estimates, and flags, of all observables belong together."""
    return next((kind for kind in ("estimates", "flags") if stem.endswith(kind)), stem)


def _measured(study: Study, label: str, folder: Path) -> list[Path]:
    """Run every measurement of the batch; the tables that it wrote."""
    written = []
    for one in study.measured:
        taken = {file: GOLDEN / label / file for file in one.takes}
        outputs = {named(file): str(folder / label / BATCH / file) for file in one.products}
        (folder / label / BATCH).mkdir(parents=True, exist_ok=True)
        run(measure, study, label, params.measuring(study, one), {named(file): str(path) for file, path in taken.items()}, outputs, folder)
        written += [Path(path) for path in outputs.values() if path.endswith(".parquet")]
    return written


def _averaged(study: Study, label: str, folder: Path) -> list[Path]:
    """Run every average of the ensemble."""
    written = []
    for one in study.aggregated:
        inputs = {}
        for file in one.combines:
            stored = GOLDEN / label / file
            inputs[file.rpartition(".")[0]] = [str(stored if stored.exists() else folder / label / BATCH / file)]
        outputs = {file: str(folder / label / file) for file in one.averages}
        run(aggregate, study, label, params.averaging(study, one), inputs, outputs, folder)
        written += map(Path, outputs.values())
    return written


def run(driver, study: Study, label: str, given: dict, inputs: dict, outputs: dict[str, str], folder: Path) -> None:
    """One job as Snakemake would start it."""
    wildcards = SimpleNamespace(point=label, batch=BATCH)
    resolved = {name: value(wildcards) if callable(value) else value for name, value in given.items()}
    job = SimpleNamespace(
        params=SimpleNamespace(**resolved), input=inputs, output=Names(outputs), wildcards=wildcards, config=study.config, threads=1,
        log=[str(folder / "log")],
    )  # fmt: skip
    log, hook = logging.getLogger("vitrine"), sys.excepthook
    before = list(log.handlers)
    try:
        driver(job)
    finally:
        sys.excepthook = hook
        for handler in [handler for handler in log.handlers if handler not in before]:
            log.removeHandler(handler)
            handler.close()


def keep_liquids() -> None:
    """Run the liquids of the golden study down its ladder, and keep their tables. The glasses beside them come from liquids of an earlier version."""
    study = Study.from_config(merged_config([REPOSITORY / "config.yaml", GOLDEN / "study.yaml"]))
    liquids: dict[str | None, list] = {}
    for label, place in study.places.items():
        point, settings = place.point, place.preparation
        starts = liquids.get(place.before) or random_starts(place.model, point.particles, point.parent_temperature, range(place.samples), study.seed)
        runs = [equilibrate_liquid(start, point.parent_temperature, study.seed, settings, settings["sweeps"]) for start in starts]
        rows = [liquid_rows(*run, asked=settings["sweeps"]) for run in runs]
        liquids[label] = [liquid for liquid, _ in runs]
        write_table(LIQUIDS, [LIQUIDS.row(**row) for row, _ in rows], GOLDEN / label / LIQUIDS.file, {"study": study.name}, Key.of(point))
        series = [RELAXATION.row(**curve) for _, curves in rows for curve in curves]
        write_table(RELAXATION, series, GOLDEN / label / RELAXATION.file, {"study": study.name}, Key.of(point))


def kept() -> Iterator[tuple[str, pd.DataFrame]]:
    """The tables that are kept."""
    for path in sorted((GOLDEN / "numbers").glob("*.parquet")):
        yield path.stem, pd.read_parquet(path)


def keep(numbers: dict[str, pd.DataFrame]) -> None:
    """Keep these tables in the place of those that are there."""
    (GOLDEN / "numbers").mkdir(exist_ok=True)
    for path in (GOLDEN / "numbers").glob("*.parquet"):
        path.unlink()
    for name, frame in numbers.items():
        if len(frame):
            frame.to_parquet(GOLDEN / "numbers" / f"{name}.parquet", compression="zstd", index=False)


if __name__ == "__main__":
    import tempfile

    if sys.argv[1:] == ["liquids"]:
        keep_liquids()
    with tempfile.TemporaryDirectory() as place:
        keep(golden_numbers(Path(place)))
