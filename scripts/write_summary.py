"""The headline numbers beside the published ones. In: tables.QUANTITIES, FITS, FLAGS. Out: summary.md and its twin, tables.SUMMARY."""

from pathlib import Path

from vitrine.aggregation.results import StudySettings
from vitrine.aggregation.summary import summarise, summary_markdown
from vitrine.files import whole_file
from vitrine.job import start_log
from vitrine.parquet import Key, read_table, write_table
from vitrine.provenance import provenance
from vitrine.tables import FITS, FLAGS, QUANTITIES, SUMMARY

if __name__ == "__main__":
    start_log(snakemake.log[0])
    quantities, fits, flags = (read_table(table, snakemake.input[table.name]) for table in (QUANTITIES, FITS, FLAGS))
    settings = StudySettings.of(snakemake.params.settings)
    summary = summarise(quantities, fits, settings)
    text = summary_markdown(summary, quantities, flags, settings, snakemake.config["study"])
    origin = provenance(snakemake.config, identity=snakemake.params.identity)
    write_table(SUMMARY, summary, snakemake.output.table, origin, Key(length=snakemake.params.length))
    with whole_file(snakemake.output.text) as partial:
        Path(partial).write_text(text, encoding="utf-8")
