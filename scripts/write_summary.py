"""The headline numbers beside the published ones. In: tables.QUANTITIES, FITS, FLAGS. Out: summary.md and its twin, tables.SUMMARY."""

from pathlib import Path

from vitrine.aggregation.study import StudySettings
from vitrine.aggregation.summary import summarise, summary_markdown
from vitrine.files import whole_file
from vitrine.inputs import read_inputs
from vitrine.job import start_log
from vitrine.parquet import write_table
from vitrine.provenance import provenance
from vitrine.tables import SUMMARY

if __name__ == "__main__":
    start_log(snakemake.log[0])
    tables = read_inputs(snakemake.input)
    settings = StudySettings(**snakemake.params.settings)
    summary = summarise(tables["quantities"], tables["fits"], settings)
    text = summary_markdown(summary, tables["quantities"], tables["flags"], settings, snakemake.config["study"])
    write_table(SUMMARY, summary, snakemake.output.table, provenance(snakemake.config))
    with whole_file(snakemake.output.text) as partial:
        Path(partial).write_text(text, encoding="utf-8")
