"""Every scalar with its error, also in the papers' units, and the fits over ensembles. In: the estimates. Out: tables.QUANTITIES, tables.FITS."""

import pandas as pd
from vitrine.aggregation.fits import combine
from vitrine.aggregation.results import StudySettings, with_axes
from vitrine.job import start_log
from vitrine.parquet import Key, read_table, write_table
from vitrine.provenance import provenance
from vitrine.tables import ESTIMATES, FITS, QUANTITIES

if __name__ == "__main__":
    start_log(snakemake.log[0])
    settings = StudySettings.of(snakemake.params.settings)
    estimates = pd.concat([with_axes(read_table(ESTIMATES, path), settings.axes) for path in snakemake.input], ignore_index=True)
    quantities, fits = combine(estimates, settings)
    origin, length = provenance(snakemake.config, identity=snakemake.params.identity), snakemake.params.length
    write_table(QUANTITIES, quantities, snakemake.output.quantities, origin, Key(settings.axes, None, length))
    write_table(FITS, fits, snakemake.output.fits, origin, Key(length=length))
