"""What the study takes, before it is run: jobs, time and memory for each rule and point. Out: text, on the terminal and in the log."""

from vitrine.job import start_log
from vitrine.runs.cost_table import report
from vitrine.study import Study

if __name__ == "__main__":
    log = start_log(snakemake.log[0])
    text = report(Study.from_config(snakemake.config, conda=snakemake.params.conda))
    log.info("%s", text)
    print(text)
