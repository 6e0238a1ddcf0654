"""Every scalar with its error, also in the papers' units, and the fits over parent temperatures.

In: the estimates of all observables and ensembles. Out: tables.QUANTITIES, tables.FITS.
"""

import pandas as pd
from vitrine.aggregation.study import StudySettings, collect_quantities
from vitrine.aggregation.study_fits import fit_study
from vitrine.job import start_log
from vitrine.parquet import read_table, write_table
from vitrine.provenance import provenance
from vitrine.tables import ESTIMATES, FITS, QUANTITIES

if __name__ == "__main__":
    start_log(snakemake.log[0])
    estimates = pd.concat([read_table(ESTIMATES, path) for path in snakemake.input], ignore_index=True)
    settings = StudySettings(**snakemake.params.settings)
    write_table(QUANTITIES, collect_quantities(estimates, settings), snakemake.output.quantities, provenance(snakemake.config))
    write_table(FITS, fit_study(estimates, settings), snakemake.output.fits, provenance(snakemake.config))
