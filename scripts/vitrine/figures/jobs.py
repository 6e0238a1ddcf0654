"""What the driver of the figures does: read the tables that a figure declares, call its function, save what it drew."""

from __future__ import annotations

from matplotlib.mathtext import MathTextParser

from vitrine.errors import InputError
from vitrine.figures.labels import with_unit
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
    settings = Settings.of(job.params.settings)
    check_formulas(settings)
    tables = {**known_tables(), **{table.name: table for table in (QUANTITIES, FITS, FLAGS, ENSEMBLES)}}
    frames = {name: read_table(tables[name], path) for name, path in job.input.items()}
    save(function_of(module, figure.function)(**frames, settings=settings), job.output)


def check_formulas(settings: Settings) -> None:
    """Refuse an axis whose symbol and unit are no formula. Raises InputError, with the key."""
    parser = MathTextParser("path")
    for axis in settings.axes:
        try:
            parser.parse(with_unit(axis.symbol, axis.unit, settings))
        except ValueError as error:
            raise InputError(
                f"config key axes.{axis.name} has the symbol {axis.symbol} and the unit {axis.unit}: allowed is what makes a formula, such as "
                rf"\dot\gamma and epsilon/lambda_min^3"
            ) from error
