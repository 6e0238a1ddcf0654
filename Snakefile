# Vitrine: soft spots of computer glasses. Run with: snakemake --cores N [--configfile studies/NAME.yaml]

import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(Path(workflow.basedir, "scripts")))

from vitrine import params, paths
from vitrine.config_files import check_config_files
from vitrine.errors import InputError
from vitrine.export import plan as export
from vitrine.observables import module_of, module_of_figure, named
from vitrine.provenance import code_hash
from vitrine.runs import resources
from vitrine.runs.run import Run, share_library
from vitrine.study import Study


configfile: Path(workflow.basedir, "config.yaml")


share_library(sys.path[0])

try:
    check_config_files(workflow.configfiles)
    study = Study.from_config(config, conda="conda" in map(str, workflow.deployment_settings.deployment_method))
    export.check_export(study)
except InputError as error:
    raise WorkflowError(str(error)) from None


include: "rules/common.smk"
include: "rules/prepare.smk"
include: "rules/observables.smk"
include: "rules/figures.smk"
include: "rules/export.smk"
include: "rules/study.smk"


report: "report/workflow.rst"


wildcard_constraints:
    point=one_of(study.places),
    batch=r"\d+-\d+",


rule all:
    default_target: True
    input:
        expand(f"{RESULTS}/figures/{{figure}}.{{ending}}", figure=study.figures, ending=["svg", "pdf"]),
        multiext(f"{RESULTS}/summary", ".md", ".parquet"),
        f"{RESULTS}/provenance.json",
        expand(f"{TABLES}/{{table}}.parquet", table=[*paths.collected(study), "ensembles"]),
