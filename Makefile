# Vitrine: `make study` and `make test` set up everything that they need. `make help` lists the rest.

PYTHON ?= python3
CORES ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 1)
CONFIG ?=
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
READY := $(VENV)/ready
# A name may have spaces in it: CONFIG is one file where there is one of this name; otherwise every word is a file.
quoted = '$(subst ','\'',$(1))'
ONE_FILE := $(if $(CONFIG),$(shell test -f $(call quoted,$(CONFIG)) && echo yes))
CONFIGS := $(if $(ONE_FILE),$(call quoted,$(CONFIG)),$(CONFIG))
OVERLAY := $(if $(CONFIG),--configfile $(CONFIGS))
results_folder = PYTHONPATH=scripts $(BIN)/python -m vitrine.config_files config.yaml $(CONFIGS)
# Targets come before the options: some options of Snakemake take every word that follows.
snakemake = $(BIN)/python -m snakemake $(1) --cores $(CORES) $(OVERLAY) $(ARGS)

missing = $(error CONFIG=$(CONFIG): there is no file $(1); it takes a file such as studies/pinching.yaml)
$(if $(ONE_FILE),,$(foreach file,$(CONFIG),$(if $(wildcard $(file)),,$(call missing,$(file)))))

export MPLBACKEND := Agg

.DEFAULT_GOAL := help
.PHONY: help checked study cost export report status archive test test-all test-cluster bench scaling docs lint format lock unlock clean-env

help: ## list these targets
	@echo "make TARGET [CORES=n] [CONFIG=studies/name.yaml] [ARGS='options of Snakemake or pytest'] [PYTHON=python3.12]"
	@sed -n 's/^\([a-z_%-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 16

study: $(READY) checked unlock ## run the default study, or the one named by CONFIG
	$(call snakemake)

cost: $(INSTALLED) checked ## predict core-hours, memory and disk of the study before it is run; nothing is made
	$(call snakemake,estimate_cost --nolock)

figure_%: $(READY) checked unlock ## make one figure and what it needs, for example make figure_boltzmann
	$(call snakemake,$@)

export: $(READY) checked unlock ## write a study's samples with their modes and fields for OVITO and others, as the config's section export says
	$(call snakemake,export_samples)

report: study ## after the study, write one self-contained HTML page with every figure and table beside its results
	@folder=$$($(results_folder)) && $(call snakemake,--report "$$folder/report.html")

status: $(READY) ## how far a study is that runs here or elsewhere: samples done, left, flagged, time to go
	@PYTHONPATH=scripts $(BIN)/python -m vitrine.runs.status config.yaml $(CONFIGS) $(ARGS)

archive: $(READY) ## pack a finished study's tables, figures, config and provenance; ARGS=--samples adds its samples, --unfinished takes what there is
	@PYTHONPATH=scripts $(BIN)/python -m vitrine.runs.archive config.yaml $(CONFIGS) $(ARGS)

pytest = $(BIN)/python -m pytest -n $(CORES) --dist loadfile --no-loadscope-reorder -m $(1) $(ARGS)

test: $(READY) ## run the tests, on all cores, but for those that take minutes
	$(call pytest,"not cluster and not slow")

test-all: $(READY) ## run all tests but those of test-cluster
	$(call pytest,"not cluster")

test-cluster: $(READY) ## run the tests that start a Slurm of their own; they skip, and say why, where that is absent
	$(BIN)/python -m pytest -m cluster -rs tests/workflow $(ARGS)

bench: $(READY) ## measure the speed of every step, each as a ratio to a reference: about ten minutes
	$(BIN)/python -m benchmarks $(ARGS)

scaling: $(READY) ## measure time and memory of every step against N, for the cost model: three quarters of an hour on a quiet machine, after the default study
	$(BIN)/python -m benchmarks.scaling $(ARGS)
	$(BIN)/python -m benchmarks.costs
	$(BIN)/python -m docs

docs: $(INSTALLED) ## write lists and numbers of the pages anew and build docs/_build/index.html; ARGS="--results results/default" takes up a finished study
	$(BIN)/python -m docs $(ARGS)
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build

lint: $(READY) ## check style and workflow
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/python -m snakemake --lint

format: $(READY) ## put every file into the project's style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/snakefmt Snakefile rules

clean-env: ## remove the environment; the next target makes it anew
	rm -rf $(VENV)

# A stamp is written last, so an installation that was interrupted is done again.
$(INSTALLED): requirements.lock
	@$(PYTHON) -c "$$CHECK_PYTHON"
	@echo "Installing the versions of requirements.lock into $(VENV), once: about a minute"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --requirement requirements.lock
	@touch $@

$(READY): $(INSTALLED) $(shell grep -rl --include='*.py' njit scripts/vitrine 2>/dev/null)
	@echo "Compiling the kernels, once after every change of them: about a minute"
	@PYTHONPATH=scripts $(BIN)/python -m vitrine.compile
	@touch $@

lock: ## write requirements.lock anew, from requirements.in and the newest versions there are
	@$(PYTHON) -c "$$CHECK_PYTHON"
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --requirement requirements.in
	sed -n 1p requirements.lock > $(VENV)/requirements.lock
	$(BIN)/python -m pip freeze >> $(VENV)/requirements.lock
	mv $(VENV)/requirements.lock requirements.lock
	@touch $(INSTALLED)

# Of a config file that is no YAML Snakemake does not tell the name.
checked: $(INSTALLED)
	@$(results_folder) > /dev/null

# A run that was killed outright leaves Snakemake's lock behind. It is removed here where its owner is provably dead; else a sentence says what to do.
unlock: $(READY) ## remove the lock that a killed run left behind
	@PYTHONPATH=scripts $(BIN)/python -m vitrine.runs.locks

define CHECK_PYTHON
import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit("Vitrine needs Python 3.11, 3.12 or 3.13, but $(PYTHON) is %d.%d; name another one: make PYTHON=python3.12" % sys.version_info[:2])
endef
export CHECK_PYTHON
