"""One table over all ensembles of each curve, of the liquids and of the samples left out.

In: for each output, the files of the same schema, one per ensemble or batch. Out: tables named after their schema.
"""

import pandas as pd
from vitrine.aggregation.study import collect_flags
from vitrine.inputs import TABLES
from vitrine.job import start_log
from vitrine.parquet import read_table, write_table
from vitrine.provenance import provenance

if __name__ == "__main__":
    start_log(snakemake.log[0])
    for name, path in snakemake.output.items():
        parts = snakemake.input[name]
        frames = [read_table(TABLES[name], part) for part in ([parts] if isinstance(parts, str) else parts)]
        whole = collect_flags(frames) if name == "flags" else pd.concat(frames, ignore_index=True)
        write_table(TABLES[name], whole, path, provenance(snakemake.config))
