"""The record of the study: config, versions, engine, solvers, git state, seeds.

In: the study's tables, so that it is theirs. Out: provenance.json.
"""

import json
from pathlib import Path

from vitrine.files import whole_file
from vitrine.job import start_log
from vitrine.linalg.solvers import chosen_solver
from vitrine.record import study_record

if __name__ == "__main__":
    start_log(snakemake.log[0])
    params = snakemake.params
    solver = snakemake.config["linear_algebra"]["solver"]
    solvers = {f"{unknowns} unknowns": chosen_solver(solver, unknowns).name for unknowns in params.unknowns}
    record = study_record(snakemake.config, params.rules, params.engine, solvers, Path(snakemake.scriptdir).parent)
    with whole_file(snakemake.output[0]) as partial:
        Path(partial).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
