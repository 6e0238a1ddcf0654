"""What a job of a study takes, before it is run: seconds on one core and megabytes.

Every step of a sample follows power laws of N that were measured on one core (`costs.yaml`, written by benchmarks/costs.py):

    seconds = a (N/1000)^b (number/20)^p,    megabytes = m (N/1000)^c beside the interpreter's

with `number` the modes that are looked for. A liquid runs for max(minimum_sweeps, relaxation_times tau(T_p)) sweeps, at most maximum_sweeps;
tau of POLY was measured (`relaxation_times.yaml`), ln tau is linear in 1/T_p in between and beyond. Nothing heavy is imported: a plan of many
thousand jobs takes a second.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

from vitrine.errors import InputError

if TYPE_CHECKING:
    from vitrine.study import Study

COSTS = Path(__file__).with_name("costs.yaml")
RELAXATION_TIMES = Path(__file__).with_name("relaxation_times.yaml")
ANOTHER_WAY = 4  # modes, or bonds, beyond 1/ANOTHER_WAY of the unknowns are found through full matrices (measures)
ALL_AT_ONCE = 9000  # unknowns up to which many bonds are pinched through the full inverse (measures.pinching)
LANCZOS_BASIS = 5 / 2  # vectors that Lanczos keeps for each mode (linalg.spectra)
FIRST_RELAXATION = 0.7  # the first relaxation, of a liquid from a hotter rung, takes so much of the later ones
HYBRID_SWEEP = 25 * 0.005  # time that a sweep of the hybrid took when its relaxation time was measured
SERIES_ROWS = 100  # rows of the relaxation table for each liquid
COLUMN_COPIES = 30  # columns of a long table times the copies of it that a job holds
MODULES = {"cholmod": "sksparse", "cvxopt": "cvxopt", "pardiso": "pypardiso"}  # solvers that `auto` takes where their module is there, fastest first


class Need(NamedTuple):
    """What a job, or a sample of it, takes: seconds on one core, peak memory [MB], rows of its table."""

    seconds: float
    megabytes: float
    rows: float = 0.0


@dataclass(frozen=True)
class Law:
    """The power laws of one step on one sample."""

    a: float
    b: float
    m: float
    c: float
    p: float = 0.0

    def need(self, particles: float, number: float = 20.0) -> Need:
        """Seconds and megabytes at N; of `number` modes."""
        size = particles / 1000
        return Need(self.a * size**self.b * (number / 20) ** self.p, self.m * size**self.c)


@dataclass(frozen=True)
class Costs:
    """What was measured. laws: by step, dimension and solver; models: by name and dimension, for each particle; rows: by table, for each row.

    start, table_job, figure_job: jobs before their first sample, those that combine tables, those that draw [s]; interpreter [MB].
    """

    laws: Mapping[tuple[str, int, str], Law]
    models: Mapping[tuple[str, int], Mapping[str, float]]
    rows: Mapping[str, Mapping[str, float]]
    start: float
    table_job: float
    figure_job: float
    interpreter: float
    machine: str
    date: str
    dsyevd: float

    @classmethod
    def load(cls, path: Path = COSTS) -> Costs:
        """The costs of a file as benchmarks/costs.py writes it."""
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        laws = {
            (row["step"], row["dimension"], row["solver"]): Law(**{name: row[name] for name in Law.__dataclass_fields__ if name in row})
            for row in told["steps"]
        }
        models = {(row["model"], row["dimension"]): row for row in told["models"]}
        jobs = told["jobs"]
        return cls(
            laws,
            models,
            {row["table"]: row for row in told["rows"]},
            jobs["start"],
            jobs["table"],
            jobs["figure"],
            jobs["interpreter"],
            told["machine"],
            told["date"],
            told["dsyevd_6000"],
        )

    def step(self, step: str, particles: float, dimension: int, solver: str = "", number: float = 20.0) -> Need:
        """What a step takes on one sample. One that was measured in three dimensions alone depends on the unknowns N d; a solver that was not
        measured is taken for the slowest other one."""
        if (step, dimension, solver) in self.laws:
            return self.laws[step, dimension, solver].need(particles, number)
        if (step, 3, solver) in self.laws:
            return self.laws[step, 3, solver].need(particles * dimension / 3, number)
        others = [law for (name, d, _), law in self.laws.items() if name == step and d == dimension]
        if not others:
            raise InputError(f"{COSTS.name} has no step {step}: write it anew with python -m benchmarks.scaling and python -m benchmarks.costs")
        return max((law.need(particles, number) for law in others), key=lambda need: need.seconds)


@cache
def measured_costs() -> Costs:
    """The costs that come with Vitrine."""
    return Costs.load()


@cache
def _relaxation_table() -> tuple[dict, list[tuple[float, float]]]:
    """The file, and its points (1/T_p, ln tau) from hot to cold."""
    told = yaml.safe_load(RELAXATION_TIMES.read_text(encoding="utf-8"))
    return told, sorted((1 / row["T_p"], math.log(row["sweeps"])) for row in told["swap"])


def relaxation_time(study: Study, parent_temperature: float, settings: Mapping) -> float | None:
    """tau at T_p in sweeps of the settings' sampler; None where none was measured: other glass formers, and dynamics without exchanges."""
    told, points = _relaxation_table()
    if study.model.name != "poly" or study.model.dimension != 3 or settings["sampler"] not in ("swap", "hybrid"):
        return None
    x = 1 / parent_temperature
    place = min(max(1, sum(point[0] < x for point in points)), len(points) - 1)
    (x0, y0), (x1, y1) = points[place - 1 : place + 1]
    tau = math.exp(y0 + (y1 - y0) * (x - x0) / (x1 - x0))
    if settings["sampler"] == "swap":
        return tau
    sweep = settings["dynamics"]["time_step"] * settings["dynamics"]["steps_per_sweep"]
    return tau / told["hybrid_sweep"] * HYBRID_SWEEP / sweep


def coldest_measured() -> float:
    """The lowest T_p whose relaxation time was measured."""
    return 1 / _relaxation_table()[1][-1][0]


def expected_sweeps(study: Study, parent_temperature: float, settings: Mapping) -> float:
    """Sweeps of a liquid after its tuning. The budget where nothing is known of tau: more it cannot take."""
    asked, tau = settings["relaxation_times"], relaxation_time(study, parent_temperature, settings)
    wanted = math.inf if tau is None else (asked - 1 + FIRST_RELAXATION) * tau
    return min(max(wanted, settings["minimum_sweeps"]), settings["maximum_sweeps"])


def solver_of(study: Study) -> str:
    """The sparse solver that the study's jobs will use, as far as it can be told without loading it."""
    wanted = study.config["linear_algebra"]["solver"]
    return wanted if wanted != "auto" else next((name for name, module in MODULES.items() if importlib.util.find_spec(module)), "scipy")


def _liquid(study: Study, particles: int, T_p: str, costs: Costs) -> Need:
    settings, dimension = study.preparation(particles, T_p), study.model.dimension
    hotter = study.ensembles[particles].hotter(T_p)
    swap = costs.step("swap_sweep", particles, dimension)
    seconds = 0.0 if hotter else costs.step("random_start", particles, dimension).seconds
    if settings["sampler"] == "swap":
        sweeps = settings["tuning_sweeps"] + expected_sweeps(study, float(T_p), settings)
        return Need(seconds + sweeps * swap.seconds, swap.megabytes, SERIES_ROWS)
    model, dynamics = costs.models[study.model.name, dimension], settings["dynamics"]
    sweep = dynamics["steps_per_sweep"] * model["step"] * particles
    if settings["sampler"] == "cooling":
        ramp = (float(hotter) - float(T_p)) / dynamics["cooling_rate"] if hotter and dynamics["cooling_rate"] else 0.0
        sweeps = (dynamics["hold_time"] + ramp) / (dynamics["time_step"] * dynamics["steps_per_sweep"])
    else:
        sweeps = settings["tuning_sweeps"] + expected_sweeps(study, float(T_p), settings)
    if settings["sampler"] == "hybrid":
        sweep += dynamics["exchanges_per_particle"] * model["exchange"] * particles
    return Need(seconds + sweeps * sweep, swap.megabytes, SERIES_ROWS)


def _together(*needs: Need, rows: float = 1.0) -> Need:
    """One step after the other."""
    return Need(sum(need.seconds for need in needs), max(need.megabytes for need in needs), rows)


def _factorised(study: Study, particles: int, costs: Costs) -> tuple[Need, Need]:
    """Bonds with their Hessian, and its factorisation."""
    d = study.model.dimension
    return costs.step("hessian", particles, d), costs.step("factorisation", particles, d, solver_of(study))


def _quench(study: Study, particles: int, T_p: str, costs: Costs) -> Need:
    proof = costs.step("modes_lowest", particles, study.model.dimension, solver_of(study), 1)
    return _together(costs.step("quench", particles, study.model.dimension), *_factorised(study, particles, costs), proof)


def _elasticity(study: Study, particles: int, T_p: str, costs: Costs) -> Need:
    moduli = costs.step("moduli", particles, study.model.dimension, solver_of(study))
    return _together(*_factorised(study, particles, costs), moduli)


def _spectrum(study: Study, particles: int, costs: Costs, section: str, partial: str) -> Need:
    """A spectrum, whole or the `number` softest (largest) alone; the config's section and the step of some have the names of their tables."""
    settings, d = study.config[section], study.model.dimension
    size = d * (particles - 1)
    number = size if settings["vectors"] == "all" else min(int(settings["vectors"]), size)
    rows = size if settings["spectrum"] == "full" else number
    if number > (size if section == "bond_operator" else d * particles) // ANOTHER_WAY:
        return _together(costs.step(f"{section}_vectors", particles, d), rows=rows)
    few = costs.step(f"{section}_{partial}", particles, d, solver_of(study), number)
    few = few._replace(megabytes=few.megabytes + 8e-6 * d * particles * LANCZOS_BASIS * max(0, number - 20))
    needs = [*_factorised(study, particles, costs), few]
    if settings["spectrum"] == "full":
        needs.append(costs.step(f"{section}_values", particles, d))
    return _together(*needs, rows=rows)


def _modes(study: Study, particles: int, T_p: str, costs: Costs) -> Need:
    return _spectrum(study, particles, costs, "modes", "lowest")


def _bond_operator(study: Study, particles: int, T_p: str, costs: Costs) -> Need:
    return _spectrum(study, particles, costs, "bond_operator", "largest")


def _pinching(study: Study, particles: int, T_p: str, costs: Costs) -> Need:
    d, asked = study.model.dimension, study.config["pinching"]["bonds"]
    bonds = costs.models[study.model.name, d]["bonds"] * particles
    number = bonds if asked == "all" else min(int(asked), bonds)
    if number > d * particles // ANOTHER_WAY and d * particles <= ALL_AT_ONCE:
        return _together(costs.step("pinching_all", particles, d), rows=number)
    one = costs.step("pinched_bond", particles, d, solver_of(study))
    return _together(*_factorised(study, particles, costs), one._replace(seconds=number * one.seconds), rows=number)


# The rules whose jobs are batches of samples, in the order of the workflow.
SAMPLE_RULES: dict[str, Callable[[Study, int, str, Costs], Need]] = {
    "equilibrate_liquids": _liquid,
    "quench_samples": _quench,
    "find_modes": _modes,
    "measure_elasticity": _elasticity,
    "pinch_bonds": _pinching,
    "diagonalise_bond_operator": _bond_operator,
}
TABLES = {"find_modes": "modes", "pinch_bonds": "pinching", "diagonalise_bond_operator": "bond_operator"}  # the long ones
# The rules of one ensemble, and the rule whose rows they combine.
ENSEMBLE_RULES = {
    "aggregate_liquids": "equilibrate_liquids",
    "aggregate_glasses": "quench_samples",
    "aggregate_elasticity": "measure_elasticity",
    "aggregate_modes": "find_modes",
    "aggregate_pinching": "pinch_bonds",
    "aggregate_bond_operator": "diagonalise_bond_operator",
}
STUDY_RULES = ("collect_tables", "fit_study", "write_provenance", "write_summary")


def job_cost(
    rule: str, study: Study, particles: int | None = None, T_p: str | None = None, samples: int | None = None, costs: Costs | None = None
) -> tuple[float, float]:
    """Seconds on one core and megabytes of one job.

    particles, T_p (as it stands in paths): of the job's ensemble, None for a job of the whole study. samples: of the job's batch, or of the ensemble
    for a job that combines its batches. Raises InputError for a rule that is unknown.
    """
    costs = costs or measured_costs()
    if rule in SAMPLE_RULES:
        need = SAMPLE_RULES[rule](study, particles, T_p, costs)
        table = 8e-6 * COLUMN_COPIES * need.rows * samples
        return costs.start + samples * need.seconds, costs.interpreter + need.megabytes + table
    if rule in ENSEMBLE_RULES:
        source = ENSEMBLE_RULES[rule]
        row = costs.rows[TABLES.get(source, "modes")]
        need = SAMPLE_RULES[source](study, particles, T_p, costs)
        batch = min(samples, study.ensembles[particles].batch)
        return costs.table_job + samples * need.rows * row["seconds"], costs.interpreter + batch * need.rows * row["memory"] / 1e6
    if rule in STUDY_RULES or rule.startswith("plot_"):
        return costs.figure_job if rule.startswith("plot_") else costs.table_job, costs.interpreter
    known = ", ".join([*SAMPLE_RULES, *ENSEMBLE_RULES, *STUDY_RULES])
    raise InputError(f"the cost of the rule {rule} is not known: known are {known} and plot_...")
