# Vitrine: soft spots of computer glasses. Run with: snakemake --cores N [--configfile studies/NAME.yaml]

import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(Path(workflow.basedir, "scripts")))

from vitrine.batches import sample_indices
from vitrine.cost import SAMPLE_RULES, job_cost
from vitrine.errors import InputError
from vitrine.provenance import code_hash
from vitrine.study import Study, temperature_name
from vitrine.watch import Watch


configfile: Path(workflow.basedir, "config.yaml")


try:
    study = Study.from_config(config, conda="conda" in map(str, workflow.deployment_settings.deployment_method))
except InputError as error:
    raise WorkflowError(str(error)) from None


include: "rules/common.smk"
include: "rules/prepare.smk"
include: "rules/measure.smk"
include: "rules/aggregate.smk"
include: "rules/figures.smk"
include: "rules/cost.smk"


report: "report/workflow.rst"


# While it runs: a progress line of every parent temperature that has moved on.
watch = Watch(study, Path.cwd(), logger.info)


onstart:
    watch.start()


onsuccess:
    watch.end()


onerror:
    watch.end()


wildcard_constraints:
    particles=r"\d+",
    T_p=r"\d+\.\d+",
    batch=r"\d+-\d+",


rule all:
    default_target: True
    input:
        expand(f"{RESULTS}/figures/{{figure}}.{{ending}}", figure=FIGURES, ending=["svg", "pdf"]),
        f"{RESULTS}/summary.md",
        f"{RESULTS}/summary.parquet",
        f"{RESULTS}/provenance.json",
