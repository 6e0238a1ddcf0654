"""Every scalar with its error, also in the papers' units, and the fits over ensembles. In: the estimates. Out: tables.QUANTITIES, tables.FITS."""

import pandas as pd
from vitrine.aggregation.fits import combine
from vitrine.aggregation.results import StudySettings, read_of_study
from vitrine.job import start_log
from vitrine.parquet import Key, write_table
from vitrine.provenance import provenance
from vitrine.tables import ESTIMATES, FITS, QUANTITIES

if __name__ == "__main__":
    start_log(snakemake.log[0])
    settings, identities = StudySettings.of(snakemake.params.settings), snakemake.params.identities
    estimates = pd.concat([read_of_study(ESTIMATES, path, settings.axes, identities) for path in snakemake.input], ignore_index=True)
    quantities, fits = combine(estimates, settings)
    origin, length = provenance(snakemake.config, identity=snakemake.params.identity), snakemake.params.length
    write_table(QUANTITIES, quantities, snakemake.output.quantities, origin, Key(settings.axes, None, length))
    write_table(FITS, fits, snakemake.output.fits, origin, Key(length=length))
