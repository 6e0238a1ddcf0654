"""What a job of a study takes, before it is run: seconds on one core and megabytes.

What a sample takes follows from measured power laws (`vitrine.costs`) and from the observable's cost.py. A liquid runs for relaxation_times tau(T_p)
sweeps, within minimum_sweeps and maximum_sweeps, a chain of the pilot for pilot_relaxations; tau of POLY was measured (`relaxation_times.yaml`),
ln tau is linear in 1/T_p in between and beyond. Nothing heavy is imported: a plan of many thousand jobs takes a second.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from vitrine.costs import Ask, Costs, Need, measured_costs, together
from vitrine.errors import InputError
from vitrine.models import published_parameters
from vitrine.observables import function_of, module_of
from vitrine.preparation.samplers import MONTE_CARLO, SAMPLERS, chains_on_gpu

if TYPE_CHECKING:
    from vitrine.declare import Observable
    from vitrine.places import Place
    from vitrine.study import Study

RELAXATION_TIMES = Path(__file__).with_name("relaxation_times.yaml")
FIRST_RELAXATION = 0.7  # the first relaxation, of a liquid from a hotter rung, takes so much of the later ones
HYBRID_SWEEP = 25 * 0.005  # time that a sweep of the hybrid took when its relaxation time was measured
SERIES_ROWS = 100  # rows of the relaxation table for each liquid
COLUMN_COPIES = 30  # columns of a long table times the copies of it that a job holds
MODULES = {"cholmod": "sksparse", "cvxopt": "cvxopt", "pardiso": "pypardiso"}  # solvers that `auto` takes where their module is there, fastest first
UNKNOWN = Need(1.0, 100.0, 1.0)  # what a sample is taken to take where an observable does not say
PILOT = "pilot_liquids"
IMPORTING = "import_samples"
PREPARING = (PILOT, "equilibrate_liquids", IMPORTING, "record_trajectories", "quench_samples")
EXPORTING = ("export_glasses", "export_liquids")
WRITTEN_NUMBER = 1e-6  # seconds to write a number of an array as text
GPU_MOVES = 2.7e8  # trial moves per second of all chains on a GPU together: 396 chains of 2000 particles at T = 0.4 on an H200
COUNTED = 5  # sweeps of swap Monte Carlo that take as long as one of counted moves on a core
CHAINS = (PILOT, "equilibrate_liquids")
READ_PARTICLE = 1e-5  # seconds to read a particle from a text; binary files are faster
STUDY_RULES = ("collect_tables", "fit_study", "write_provenance", "write_summary")


@cache
def _relaxation_table() -> dict:
    return yaml.safe_load(RELAXATION_TIMES.read_text(encoding="utf-8"))


def _measured_with(sampler: str) -> list[dict]:
    """Rows of the table that hold for a sampler."""
    return _relaxation_table()[SAMPLERS[sampler].times]


def measured_times(sampler: str, particles: int) -> dict[float, float]:
    """tau [sweeps] at each T_p where it was measured with a sampler of Monte Carlo, from hot to cold; of several boxes, in that of the nearest N."""
    rows = sorted(_measured_with(sampler), key=lambda row: -abs(math.log(row["particles"] / particles)))
    nearest = {row["T_p"]: row["sweeps"] for row in rows}  # the last one stays
    return {T_p: nearest[T_p] for T_p in sorted(nearest, reverse=True)}


def relaxation_time(place: Place) -> float | None:
    """tau of a point in sweeps of its sampler; None where none was measured: other glass formers or parameters, and dynamics without exchanges."""
    settings, sampler = place.preparation, place.preparation["sampler"]
    if place.model.describe() != {"name": "poly", "parameters": published_parameters("poly")} or not SAMPLERS[sampler].times:
        return None
    points = [(1 / T_p, math.log(tau)) for T_p, tau in measured_times(sampler, place.particles).items()]
    x = 1 / place.point.parent_temperature
    rank = min(max(1, sum(point[0] < x for point in points)), len(points) - 1)
    (x0, y0), (x1, y1) = points[rank - 1 : rank + 1]
    tau = math.exp(y0 + (y1 - y0) * (x - x0) / (x1 - x0))
    if sampler in MONTE_CARLO:
        return tau
    sweep = settings["dynamics"]["time_step"] * settings["dynamics"]["steps_per_sweep"]
    return tau / _relaxation_table()["hybrid_sweep"] * HYBRID_SWEEP / sweep


def coldest_measured(sampler: str) -> float:
    """The lowest T_p whose relaxation time was measured with a sampler."""
    return min(row["T_p"] for row in _measured_with(sampler))


def expected_sweeps(place: Place) -> float:
    """Sweeps of a liquid after its tuning. The budget where nothing is known of tau: more it cannot take."""
    settings, tau = place.preparation, relaxation_time(place)
    if settings["sweeps"] is not None:
        return settings["sweeps"]
    wanted = math.inf if tau is None else settings["relaxation_times"] * tau
    return min(max(wanted, settings["minimum_sweeps"]), settings["maximum_sweeps"])


def pilot_sweeps(place: Place) -> float:
    """Sweeps of a chain of the pilot after its tuning."""
    settings, tau = place.preparation, relaxation_time(place)
    wanted = math.inf if tau is None else (settings["pilot_relaxations"] - 1 + FIRST_RELAXATION) * tau
    return min(wanted, settings["maximum_sweeps"])


def solver_of(study: Study) -> str:
    """The sparse solver that the study's jobs will use, as far as it can be told without loading it."""
    wanted = study.config["linear_algebra"]["solver"]
    return wanted if wanted != "auto" else next((name for name, module in MODULES.items() if importlib.util.find_spec(module)), "scipy")


def _liquid(study: Study, place: Place, costs: Costs) -> Need:
    """A sample's run at its point."""
    if place.preparation["sampler"] == "cooling":
        dynamics = place.preparation["dynamics"]
        return _run(place, costs, _history(study, place) / (dynamics["time_step"] * dynamics["steps_per_sweep"]))
    return _run(place, costs, place.preparation["tuning_sweeps"] + expected_sweeps(place))


def _pilot(study: Study, place: Place, costs: Costs) -> Need:
    """A chain of the pilot."""
    return _run(place, costs, place.preparation["tuning_sweeps"] + pilot_sweeps(place))


def _run(place: Place, costs: Costs, sweeps: float) -> Need:
    """So many sweeps of the sampler, and the random start at the top of a ladder."""
    settings, particles, dimension = place.preparation, place.particles, place.model.dimension
    monte_carlo = costs.step(SAMPLERS[settings["sampler"]].sweep, particles, dimension)
    if settings["sampler"] == "swap_gpu":
        monte_carlo = monte_carlo._replace(seconds=particles / GPU_MOVES if chains_on_gpu(settings) else COUNTED * monte_carlo.seconds)
    seconds = 0.0 if place.before else costs.step("random_start", particles, dimension).seconds
    if settings["sampler"] in MONTE_CARLO:
        return Need(seconds + sweeps * monte_carlo.seconds, monte_carlo.megabytes, SERIES_ROWS)
    dynamics, former = settings["dynamics"], (place.model.name, dimension)
    sweep = dynamics["steps_per_sweep"] * costs.of_model(*former, "step") * particles
    if settings["sampler"] == "hybrid":
        sweep += dynamics["exchanges_per_particle"] * costs.of_model(*former, "exchange") * particles
    return Need(seconds + sweeps * sweep, monte_carlo.megabytes, SERIES_ROWS)


def _history(study: Study, place: Place) -> float:
    """Time that a cooled liquid spends on its way to a point and there."""
    dynamics = place.preparation["dynamics"]
    hotter = study.places[place.before].point.parent_temperature if place.before else place.point.parent_temperature
    ramp = max(0.0, hotter - place.point.parent_temperature) / dynamics["cooling_rate"] if dynamics["cooling_rate"] else 0.0
    return dynamics["hold_time"] + ramp


def _recorded(study: Study, place: Place, costs: Costs) -> Need:
    """Dynamics that is recorded: time steps, and frames in memory."""
    settings, particles, dimension = place.config["trajectories"], place.particles, place.model.dimension
    steps = (settings["settle"] + settings["frames"] * settings["interval"]) / place.dynamics["time_step"]
    bins = 2 * settings["frames"] * settings["interval"] * settings["highest"] / (2 * math.pi) if settings["sampling"] else 0.0
    frames = 2 * 8e-6 * (settings["frames"] + bins) * particles * dimension
    return Need(steps * costs.of_model(place.model.name, dimension, "step") * particles, frames, settings["frames"])


def _ask(study: Study, place: Place, costs: Costs, settings: Mapping) -> Ask:
    before = _liquid(study, study.places[place.before], costs) if place.before else Need(0.0, 0.0)
    about = (place.particles, place.model.dimension, place.model.name)
    return Ask(costs, *about, settings, solver_of(study), place.samples, before, place.dynamics["time_step"])


def _imported(study: Study, place: Place, costs: Costs) -> Need:
    """A sample read from its file, and its forces."""
    return together(Need(READ_PARTICLE * place.particles, 0.0), _ask(study, place, costs, {}).step("hessian"))


def _quench(study: Study, place: Place, costs: Costs) -> Need:
    ask = _ask(study, place, costs, {})
    return together(ask.step("quench"), *ask.factorised(), ask.step("modes_lowest", 1, sparse=True))


def _exported(study: Study, place: Place, costs: Costs, rule: str) -> Need:
    """A sample written with its softest modes."""
    section, ask = study.config["export"], _ask(study, place, costs, {})
    number = section["modes"] + section["pinched"] if rule == EXPORTING[0] else 0
    numbers = place.particles * (12 + 4 * number)
    written = Need(WRITTEN_NUMBER * numbers, 1e-4 * numbers)
    return together(*ask.factorised(), ask.step("modes_lowest", number, sparse=True), written) if number else written


@cache
def _own_cost(observable: str) -> Callable[[Ask], Need]:
    """The function of an observable's cost.py; a guess where there is none."""
    module = module_of(observable, "cost")
    return function_of(module, "cost") if module.is_file() else lambda ask: UNKNOWN


def need_of(rule: str, study: Study, label: str, costs: Costs | None = None) -> Need:
    """What one sample takes in a rule of batches."""
    costs, place = costs or measured_costs(), study.places[label]
    if rule in PREPARING:
        needs = {PILOT: _pilot, "equilibrate_liquids": _liquid, IMPORTING: _imported, "record_trajectories": _recorded, "quench_samples": _quench}
        return needs[rule](study, place, costs)
    if rule in EXPORTING:
        return _exported(study, place, costs, rule)
    one = next(one for one in study.measured if one.rule == rule)
    return _own_cost(one.name)(_ask(study, place, costs, study.settings[one.name]))


def _rows_of(one: Observable, study: Study, label: str, costs: Costs) -> float:
    """Rows of each sample that an observable combines."""
    if one.rule:
        return need_of(one.rule, study, label, costs).rows
    return SERIES_ROWS if one.preparation and "relaxation.parquet" in one.combines else 1.0


def job_cost(rule: str, study: Study, label: str | None = None, samples: int | None = None, costs: Costs | None = None) -> tuple[float, float]:
    """Seconds on one core and megabytes of one job.

    label: of the job's point, None for a job of the whole study. samples: of the job's batch, or of the ensemble for a job that combines its batches.
    Raises InputError for a rule that is unknown.
    """
    costs = costs or measured_costs()
    if rule in (*PREPARING, *EXPORTING) or rule in [one.rule for one in study.measured]:
        need = need_of(rule, study, label, costs)
        samples = study.places[label].preparation["pilot_samples"] if rule == PILOT else samples
        table = 8e-6 * COLUMN_COPIES * need.rows * samples
        at_once = samples if rule in CHAINS and chains_on_gpu(study.places[label].preparation) else 1
        return costs.start + samples * need.seconds, costs.interpreter + at_once * need.megabytes + table
    averaging = next((one for one in study.aggregated if one.aggregate == rule), None)
    if averaging is not None:
        row = row_costs(averaging, costs)
        rows = _rows_of(averaging, study, label, costs)
        batch = min(samples, study.places[label].ensemble.batch)
        return costs.table_job + samples * rows * row["seconds"], costs.interpreter + batch * rows * row["memory"] / 1e6
    figures = [figure.function for figure in study.figures.values()]
    if rule in STUDY_RULES or rule in figures or rule in [one.aggregate for one in study.overarching]:
        return costs.figure_job if rule in figures else costs.table_job, costs.interpreter
    known = [*PREPARING, *(one.rule for one in study.measured), *(one.aggregate for one in study.aggregated), *STUDY_RULES, *figures]
    raise InputError(f"the cost of the rule {rule} is not known: known are {', '.join(known)}")


def row_costs(one: Observable, costs: Costs) -> Mapping[str, float]:
    """What a row of an observable's table takes; of one that was not measured what a row of the modes takes."""
    return next((costs.rows[table.name] for table in one.tables if table.name in costs.rows), costs.rows["modes"])
