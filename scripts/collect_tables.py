"""One table over all ensembles of each curve, of the tables wanted whole and of the samples left out, and the list of the study's points.

In: for each output, the files of the same schema, one per ensemble or batch. Out: tables named after their schema.
"""

import pandas as pd
from vitrine.aggregation.results import collect_flags, read_of_study
from vitrine.job import start_log
from vitrine.observables import known_tables
from vitrine.parquet import Key, write_table
from vitrine.points import Axis
from vitrine.provenance import provenance
from vitrine.tables import ENSEMBLES, FLAGS

if __name__ == "__main__":
    start_log(snakemake.log[0])
    params, tables = snakemake.params, {**known_tables(), FLAGS.name: FLAGS}
    key = Key(tuple(Axis(**axis) for axis in params.axes), None, params.length)
    origin = provenance(snakemake.config, identity=params.identity)
    for name, path in snakemake.output.items():
        if name == ENSEMBLES.name:
            write_table(ENSEMBLES, params.ensembles, path, origin, key)
            continue
        parts = [snakemake.input[name]] if isinstance(snakemake.input[name], str) else snakemake.input[name]
        frames = [read_of_study(tables[name], part, key.axes, params.identities) for part in parts]
        whole = collect_flags(frames, key.axes) if name == FLAGS.name else pd.concat(frames, ignore_index=True)
        whole = whole.reindex(columns=[*(axis.name for axis in key.axes), *tables[name].names])
        write_table(tables[name], whole, path, origin, key)
