"""What the driver of the figures does: read the tables that a figure declares, call its function, save what it drew."""

from __future__ import annotations

from vitrine.figures.settings import Settings
from vitrine.figures.style import save
from vitrine.job import start_log
from vitrine.observables import figures, function_of, known_tables
from vitrine.parquet import read_table
from vitrine.tables import ENSEMBLES, FITS, FLAGS, QUANTITIES


def plot(job: object) -> None:
    """Draw the figure params.figure from the tables of the study, each an input by its name, with params.settings."""
    start_log(job.log[0])
    figure, module = figures()[job.params.figure]
    tables = {**known_tables(), **{table.name: table for table in (QUANTITIES, FITS, FLAGS, ENSEMBLES)}}
    frames = {name: read_table(tables[name], path) for name, path in job.input.items()}
    save(function_of(module, figure.function)(**frames, settings=Settings.of(job.params.settings)), job.output)
