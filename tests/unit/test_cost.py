"""The cost model against a naive account of the jobs, and against the ways that the library takes."""

import copy
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from vitrine.costs import Costs, Law, measured_costs
from vitrine.declare import Observable
from vitrine.errors import InputError
from vitrine.models import GLASS_FORMERS
from vitrine.observables import known_tables
from vitrine.observables.bond_operator import measure as bond_operator
from vitrine.observables.modes import measure as modes
from vitrine.observables.pinching import cost as pinching_cost
from vitrine.observables.pinching import measure as pinching
from vitrine.places import Place
from vitrine.preparation.samplers import TIMED
from vitrine.runs import cost, cost_table
from vitrine.runs.cost import expected_sweeps, job_cost, need_of, relaxation_time
from vitrine.schema import NONE, Column, Table
from vitrine.study import Study

REPOSITORY = Path(__file__).resolve().parents[2]
TIMES = yaml.safe_load(cost.RELAXATION_TIMES.read_text(encoding="utf-8"))
DEFAULT = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
N = 2000
HOT, COLD = "N2000_T1.3000", "N2000_T0.5000"
KOB_ANDERSEN = {"name": "kob_andersen", "kob_andersen": {"dimension": 3, "density": 1.2, "small_fraction": 0.2, "cutoff": 2.5, "cutoff_of": "AA"}}
OBSERVABLES = ("modes", "elasticity", "pinching", "bond_operator", "soft_spots")

# At N = 2000 each step takes its place in this list in seconds, and ten times that in megabytes; modes and eigenvalues number/20 times that.
STEPS = (
    "random_start", "swap_sweep", "quench", "hessian", "factorisation", "moduli", "modes_lowest", "bond_operator_largest", "pinched_bond",
    "modes_values", "modes_vectors", "bond_operator_values", "bond_operator_vectors", "pinching_all",
    "hamiltonian_sweep",
)  # fmt: skip
TAKES = {step: place + 1.0 for place, step in enumerate(STEPS)}
FACTORISED = ("factorisation", "moduli", "modes_lowest", "bond_operator_largest", "pinched_bond")


def law(step: str) -> Law:
    return Law(a=TAKES[step] / 2**1.5, b=1.5, m=10 * TAKES[step] / 2, c=1.0, p=1.0 if step in ("modes_lowest", "bond_operator_largest") else 0.0)


COSTS = Costs(
    laws={(step, 3, "scipy" if step in FACTORISED else ""): law(step) for step in STEPS},
    models={("poly", 3): {"step": 2e-7, "exchange": 3e-6, "bonds": 8.0}, ("kob_andersen", 3): {"step": 1e-6, "bonds": 38.0}},
    rows={
        "modes": {"bytes": 20, "seconds": 1e-6, "memory": 100},
        "bond_operator": {"bytes": 40, "seconds": 2e-6, "memory": 300},
        "pinching": {"bytes": 30, "seconds": 5e-7, "memory": 200},
    },
    start=1.5,
    table_job=0.6,
    figure_job=2.5,
    interpreter=250.0,
    machine="a machine",
    date="2000-01-01",
    dsyevd=20.0,
)


def study(observables=None, **sections) -> Study:
    """The default study at N = 2000 with 10 samples in batches of 4 at two T_p; a section's dict is laid over it, anything else replaces it."""
    config = copy.deepcopy(DEFAULT)
    config["linear_algebra"]["solver"] = "scipy"
    config["ensembles"] = [ensemble()]
    config["observables"] = {name: config["observables"][name] for name in OBSERVABLES}
    for name, value in (observables or {}).items():
        config["observables"][name] = value if value is None else {**config["observables"][name], **value}
    for name, value in sections.items():
        config[name] = {**config[name], **value} if isinstance(value, dict) else value
    return Study.from_config(config)


def ensemble(particles=N, samples=10, batch=4, parent_temperatures=(1.3, 0.5), **more) -> dict:
    axes = {"particles": particles, "parent_temperature": list(parent_temperatures)}
    return {"axes": axes, "ladder": "parent_temperature", "samples": samples, "batch": batch, **more}


def place(asked: Study, label=COLD, T_p=None, **preparation) -> Place:
    """A point of a study, at another T_p and with other settings of its preparation."""
    there = asked.places[label]
    config = {**there.config, "preparation": {**there.config["preparation"], **preparation}}
    if T_p is None:
        return replace(there, config=config)
    return replace(there, config=config, point=there.point.at(parent_temperature=T_p), ensemble=replace(there.ensemble, path=""))


def rules(asked: Study) -> tuple[list[str], list[str]]:
    """The rules of batches and of averages, by the config's own words."""
    return ["equilibrate_liquids", "quench_samples", *(one.rule for one in asked.measured)], [one.aggregate for one in asked.aggregated]


def test_a_law_is_a_power_of_particles_and_number():
    need = Law(a=3.0, b=2.0, m=5.0, c=0.5, p=1.5).need(4000, 80)
    assert need.seconds == pytest.approx(3 * 16 * 8)
    assert need.megabytes == pytest.approx(10)


# --- liquids -----------------------------------------------------------------------------------------------------------------------------------


def test_relaxation_times_are_those_measured_and_log_linear_between():
    asked = study()
    for sampler in TIMED:
        for row in TIMES[sampler]:
            assert cost.measured_times(sampler, row["particles"])[row["T_p"]] == row["sweeps"]
    for row in TIMES["swap"]:
        if row["particles"] == N:
            assert relaxation_time(place(asked, T_p=row["T_p"])) == pytest.approx(row["sweeps"])
    times = cost.measured_times("swap", N)
    for T_p, tau in times.items():
        assert relaxation_time(place(asked, T_p=T_p)) == pytest.approx(tau)
    between = 2 / (1 / 0.65 + 1 / 0.6)
    assert relaxation_time(place(asked, T_p=between)) == pytest.approx(math.sqrt(times[0.65] * times[0.6]))
    times = [relaxation_time(place(asked, T_p=T_p)) for T_p in np.linspace(0.25, 2.0, 50)]
    assert times == sorted(times, reverse=True)


def test_sweeps_are_those_of_the_relaxations_within_the_bounds():
    asked = study()
    free = {"relaxation_times": 10, "minimum_sweeps": 0, "maximum_sweeps": 10**12}
    tau = relaxation_time(place(asked))
    assert expected_sweeps(place(asked, **free)) == pytest.approx(10 * tau)
    assert expected_sweeps(place(asked, **free | {"maximum_sweeps": 1000})) == 1000
    assert expected_sweeps(place(asked, **free | {"minimum_sweeps": 10**9})) == 10**9


@pytest.mark.parametrize("parameters", [{"dimension": 2, "density": 0.65}, {"density": 0.6}, {"exponent": 12}])
def test_liquids_without_a_measured_relaxation_time_use_up_their_budget(parameters):
    """Those of POLY are of its published parameters, all of them."""
    other = study(model={"name": "poly", "poly": {**DEFAULT["model"]["poly"], **parameters}})
    assert relaxation_time(other.places[COLD]) is None
    assert expected_sweeps(other.places[COLD]) == other.config["preparation"]["maximum_sweeps"]


def test_a_batch_of_liquids_runs_its_tuning_and_its_sweeps():
    asked = study(preparation={"tuning_sweeps": 100, "minimum_sweeps": 900, "maximum_sweeps": 900})
    assert job_cost("equilibrate_liquids", asked, COLD, 4, COSTS)[0] == pytest.approx(1.5 + 4 * 1000 * TAKES["swap_sweep"])
    hottest = job_cost("equilibrate_liquids", asked, HOT, 4, COSTS)[0]
    assert hottest == pytest.approx(1.5 + 4 * (TAKES["random_start"] + 1000 * TAKES["swap_sweep"]))


@pytest.mark.parametrize(("device", "sweep"), [("gpu", 2000 / cost.GPU_MOVES), ("cpu", cost.COUNTED * TAKES["swap_sweep"])])
def test_liquids_on_a_gpu_take_their_share_of_it(device, sweep):
    settings = {"sampler": "swap_gpu", "tuning_sweeps": 100, "minimum_sweeps": 900, "maximum_sweeps": 900}
    asked = study(preparation={**settings, "swap_gpu": {"device": device, "look_sweeps": 100}})
    assert job_cost("equilibrate_liquids", asked, COLD, 4, COSTS)[0] == pytest.approx(1.5 + 4 * 1000 * sweep)
    assert relaxation_time(asked.places[COLD]) == relaxation_time(study().places[COLD])
    one, many = (job_cost("equilibrate_liquids", asked, COLD, number, COSTS)[1] for number in (1, 101))
    alone = job_cost("equilibrate_liquids", study(), COLD, 1, COSTS)[1]
    assert one == alone and (many - one > 99 * (10 * TAKES["swap_sweep"])) == (device == "gpu")


def test_liquids_of_trajectories_take_their_own_sweeps_and_times():
    asked = study(preparation={"sampler": "hamiltonian", "tuning_sweeps": 100, "minimum_sweeps": 900, "maximum_sweeps": 900})
    assert job_cost("equilibrate_liquids", asked, COLD, 4, COSTS)[0] == pytest.approx(1.5 + 4 * 1000 * TAKES["hamiltonian_sweep"])
    told = next(row["sweeps"] for row in TIMES["hamiltonian"] if (row["T_p"], row["particles"]) == (0.5, N))
    assert relaxation_time(asked.places[COLD]) == pytest.approx(told)


def test_of_several_boxes_the_nearest_counts(monkeypatch):
    rows = [{"T_p": T_p, "particles": N, "sweeps": tau} for T_p, N, tau in ((1.0, 250, 30.0), (0.5, 250, 200.0), (0.5, 4000, 300.0))]
    monkeypatch.setattr(cost, "_relaxation_table", lambda: {"swap": rows})
    assert cost.measured_times("swap", 900) == cost.measured_times("swap", 10) == {1.0: 30.0, 0.5: 200.0}
    assert cost.measured_times("swap", 1100) == {1.0: 30.0, 0.5: 300.0} and list(cost.measured_times("swap_gpu", 10)) == [1.0, 0.5]
    assert cost.coldest_measured("swap") == 0.5


def test_hybrid_liquids_take_time_steps_and_exchanges():
    dynamics = {**DEFAULT["preparation"]["dynamics"], "steps_per_sweep": 50, "exchanges_per_particle": 2.0}
    asked = study(preparation={"sampler": "hybrid", "engine": "builtin", "dynamics": dynamics, "minimum_sweeps": 900, "maximum_sweeps": 900})
    seconds, _ = job_cost("equilibrate_liquids", asked, COLD, 4, COSTS)
    assert seconds == pytest.approx(1.5 + 4 * (200 + 900) * N * (50 * 2e-7 + 2.0 * 3e-6))


def test_cooled_glasses_take_the_steps_of_their_ramp_and_their_hold():
    dynamics = {**DEFAULT["preparation"]["dynamics"], "time_step": 0.004, "cooling_rate": [None, 1e-3], "hold_time": [300.0, 100.0]}
    asked = study(model=KOB_ANDERSEN, preparation={"sampler": "cooling", "engine": "builtin", "dynamics": dynamics})
    hot, cold = (job_cost("equilibrate_liquids", asked, label, 4, COSTS)[0] for label in (HOT, COLD))
    assert hot == pytest.approx(1.5 + 4 * (TAKES["random_start"] + 300 / 0.004 * N * 1e-6))
    assert cold == pytest.approx(1.5 + 4 * (0.8 / 1e-3 + 100) / 0.004 * N * 1e-6)


# --- measures ----------------------------------------------------------------------------------------------------------------------------------

SOLVED = TAKES["hessian"] + TAKES["factorisation"]


@pytest.mark.parametrize(
    ("rule", "sections", "seconds", "largest", "rows"),
    [
        ("quench_samples", {}, TAKES["quench"] + SOLVED + TAKES["modes_lowest"] / 20, "modes_lowest", 1),
        ("measure_elasticity", {}, SOLVED + TAKES["moduli"], "moduli", 1),
        ("find_modes", {"modes": {"vectors": "all"}}, TAKES["modes_vectors"], "modes_vectors", 5997),
        ("find_modes", {"modes": {"vectors": 20}}, SOLVED + TAKES["modes_lowest"] + TAKES["modes_values"], "modes_values", 5997),
        ("find_modes", {"modes": {"vectors": 10, "spectrum": "lowest"}}, SOLVED + TAKES["modes_lowest"] / 2, "modes_lowest", 10),
        ("pinch_bonds", {"pinching": {"bonds": "all"}}, TAKES["pinching_all"], "pinching_all", 16000),
        ("pinch_bonds", {"pinching": {"bonds": 60}}, SOLVED + 60 * TAKES["pinched_bond"], "pinched_bond", 60),
        ("diagonalise_bond_operator", {"bond_operator": {"vectors": "all"}}, TAKES["bond_operator_vectors"], "bond_operator_vectors", 5997),
        (
            "diagonalise_bond_operator",
            {"bond_operator": {"vectors": 20}},
            SOLVED + TAKES["bond_operator_largest"] + TAKES["bond_operator_values"],
            "bond_operator_values",
            5997,
        ),
        (
            "diagonalise_bond_operator",
            {"bond_operator": {"vectors": 20, "spectrum": "largest"}},
            SOLVED + TAKES["bond_operator_largest"],
            "bond_operator_largest",
            20,
        ),
    ],
)
def test_a_batch_takes_the_steps_that_its_config_asks_for(rule, sections, seconds, largest, rows):
    taken, megabytes = job_cost(rule, study(sections), COLD, 4, COSTS)
    assert taken == pytest.approx(1.5 + 4 * seconds)
    assert megabytes == pytest.approx(250 + 10 * TAKES[largest] + 4 * rows * 8e-6 * cost.COLUMN_COPIES)


@pytest.mark.parametrize("vectors", [5, 119, 120, 121, "all"])
@pytest.mark.parametrize("rule", ["find_modes", "diagonalise_bond_operator", "pinch_bonds"])
def test_the_library_takes_the_same_way(rule, vectors, glass, monkeypatch):
    """Through full matrices or not, at N = 160, where a quarter of the unknowns is 120 (119.25 without the translations)."""
    section, module, function, measure = {
        "find_modes": ("modes", modes, "lowest_modes", modes.find_modes),
        "diagonalise_bond_operator": ("bond_operator", bond_operator, "largest_pencil", bond_operator.diagonalise_bond_operator),
        "pinch_bonds": ("pinching", pinching.Factor, "of", lambda sample, bonds: pinching.pinch_bonds(sample, np.random.default_rng(0), bonds)),
    }[rule]

    class FewAtATime(Exception):
        pass

    def few(*arguments, **options):
        raise FewAtATime

    monkeypatch.setattr(module, function, few)
    name = "bonds" if section == "pinching" else "vectors"
    try:
        measure(glass, **{name: vectors})
        all_at_once = True
    except FewAtATime:
        all_at_once = False
    need = need_of(rule, study({section: {name: vectors}}, ensembles=[ensemble(160)]), "N160_T0.5000", COSTS)
    whole = COSTS.step("pinching_all" if section == "pinching" else f"{section}_vectors", 160, 3)
    assert (need.seconds == whole.seconds) == all_at_once


def test_limits_are_those_of_the_library():
    assert pinching_cost.ALL_AT_ONCE == pinching.ALL_AT_ONCE


# --- whole studies -----------------------------------------------------------------------------------------------------------------------------


def test_a_study_is_the_sum_of_its_jobs():
    asked = study(ensembles=[ensemble(), ensemble(4000, samples=5, batch=2, parent_temperatures=(1.0, 0.6, 0.5))])
    of_batches, of_averages = rules(asked)
    naive, number = 0.0, 0
    for particles, batches, ladder in ((N, (4, 4, 2), ("1.3000", "0.5000")), (4000, (2, 2, 1), ("1.0000", "0.6000", "0.5000"))):
        for T_p in ladder:
            for rule in of_batches:
                naive += sum(job_cost(rule, asked, f"N{particles}_T{T_p}", samples, COSTS)[0] for samples in batches)
                number += len(batches)
            for rule in of_averages:
                naive += job_cost(rule, asked, f"N{particles}_T{T_p}", sum(batches), COSTS)[0]
                number += 1
            naive += job_cost("pilot_liquids", asked, f"N{particles}_T{T_p}", None, COSTS)[0]
            number += 1
    naive += len(cost.STUDY_RULES) * 0.6 + len(asked.figures) * 2.5
    jobs = cost_table.study_jobs(asked, COSTS)
    assert sum(job.total for job in jobs) == pytest.approx(naive)
    assert sum(job.number for job in jobs) == number + len(cost.STUDY_RULES) + len(asked.figures)


def test_what_is_not_asked_for_costs_nothing():
    asked = study({"pinching": None, "soft_spots": None}, ensembles=[ensemble(measured="last")])
    jobs = {(job.rule, job.label) for job in cost_table.study_jobs(asked, COSTS)}
    assert not any("pinch" in rule for rule, _ in jobs)
    assert {rule for rule, label in jobs if label == HOT} == {"pilot_liquids", "equilibrate_liquids", "aggregate_liquids"}
    assert ("find_modes", COLD) in jobs and ("aggregate_glasses", COLD) in jobs
    assert cost_table.report(asked)


def test_averaging_grows_with_the_rows():
    asked = study({"modes": {"vectors": "all"}})
    seconds, megabytes = job_cost("aggregate_modes", asked, COLD, 10, COSTS)
    assert seconds == pytest.approx(0.6 + 10 * 5997 * 1e-6)
    assert megabytes == pytest.approx(250 + 4 * 5997 * 100e-6)  # one batch at a time


def total_seconds(*ensembles) -> float:
    return sum(job.total for job in cost_table.study_jobs(study(ensembles=list(ensembles))))


def test_more_particles_samples_and_temperatures_cost_more():
    base = total_seconds(ensemble())
    assert total_seconds(ensemble(particles=2500)) > base
    assert total_seconds(ensemble(samples=11)) > base
    assert total_seconds(ensemble(parent_temperatures=(1.3, 0.5, 0.45))) > base
    assert total_seconds(ensemble(batch=2)) > base  # every job starts anew


def test_wall_time_is_the_work_on_one_core_and_the_ladder_on_many():
    asked = study({"pinching": {"bonds": "all"}}, preparation={"sweeps": 5000})  # with a pilot: test_pilot.py
    jobs = cost_table.study_jobs(asked, COSTS)
    assert cost_table.wall_seconds(asked, jobs, 1) == pytest.approx(sum(job.total for job in jobs))
    ladder = sum(job_cost("equilibrate_liquids", asked, label, 4, COSTS)[0] for label in (HOT, COLD))
    quench = job_cost("quench_samples", asked, COLD, 4, COSTS)[0]
    measure = max(job_cost(one.rule, asked, COLD, 4, COSTS)[0] for one in asked.measured)
    average = max(job_cost(rule, asked, COLD, 10, COSTS)[0] for rule in rules(asked)[1])
    at_the_end = len(cost.STUDY_RULES) * 0.6 + 2.5  # figures side by side
    assert cost_table.wall_seconds(asked, jobs, 10**6) == pytest.approx(ladder + quench + measure + average + at_the_end)


def test_the_longest_path_goes_through_observables_that_take_from_others():
    asked = with_observables(study(), toy("first"), toy("second", takes=("first.parquet",)))
    jobs, alone = cost_table.study_jobs(asked, COSTS), with_observables(study(), toy("first"))
    longer = cost_table.longest_path(asked, jobs) - cost_table.longest_path(alone, cost_table.study_jobs(alone, COSTS))
    assert longer == pytest.approx(1.5 + 4 * cost.UNKNOWN.seconds)


def test_points_without_a_ladder_are_side_by_side():
    ladder, free = (study(ensembles=[ensemble(ladder=path)], preparation={"sweeps": 5000}) for path in ("parent_temperature", None))
    long, short = (cost_table.longest_path(asked, cost_table.study_jobs(asked, COSTS)) for asked in (ladder, free))
    hot, start = job_cost("equilibrate_liquids", ladder, HOT, 4, COSTS)[0], 4 * TAKES["random_start"]
    assert long - short == pytest.approx(hot - start)


def test_disk_holds_samples_and_rows():
    asked = study({"modes": {"vectors": "all"}, "bond_operator": {"vectors": "all"}, "pinching": {"bonds": 60}})
    sample = 2 * 36 * N + 20 * 5997 + 40 * 5997 + 30 * 60 + 60 * (cost.SERIES_ROWS + 2)
    assert cost_table.disk_bytes(asked, COSTS) == pytest.approx(2 * (10 * sample + 3 * 6 * 8000))


# --- any observables, any axes -----------------------------------------------------------------------------------------------------------------


def toy(name, takes=("glasses.gsd",), **more) -> Observable:
    """An observable that nobody has measured the cost of."""
    table = Table(name, "numbers", (Column("number", "double", NONE, "a number"),), of_samples=True)
    return Observable(name, "toy", "", 99.0, rule=f"measure_{name}", takes=takes, tables=(table,), **more)


def with_observables(asked: Study, *observables: Observable) -> Study:
    """A study that measures these alone."""
    chosen = {one.name: one for one in observables}
    return replace(asked, observables=chosen, settings={name: {} for name in chosen}, figures={})


def test_an_observable_without_a_cost_is_named_and_guessed():
    asked = with_observables(study(), toy("sounds", aggregate="aggregate_sounds"))
    text = cost_table.report(asked)
    assert "note: the cost of the observable sounds was not measured" in text
    assert "measure_sounds" in text and "aggregate_sounds" in text and "find_modes" not in text
    assert "was not measured" not in cost_table.report(study())


def test_points_of_any_axes_have_their_own_lines_and_costs():
    axes = {"packing": {"leaf": "model.density", "label": "rho", "decimals": 2}}
    points = {"particles": 500, "parent_temperature": [1.3, 0.5], "packing": [0.58, 0.6]}
    asked = study(axes=axes, ensembles=[{"axes": points, "ladder": "parent_temperature", "samples": 4, "batch": 2}])
    text = cost_table.report(asked)
    lines = {label: next(line for line in text.splitlines() if line.split()[:1] == [label]) for label in asked.places}
    assert set(lines) == {f"N500_T{T_p}_rho{rho}" for T_p in ("1.3000", "0.5000") for rho in ("0.58", "0.60")}
    assert "note: no relaxation time at N500_T1.3000_rho0.60, N500_T0.5000_rho0.60 was measured" in text
    published, other = (job_cost("equilibrate_liquids", asked, f"N500_T0.5000_rho{rho}", 2)[0] for rho in ("0.58", "0.60"))
    assert other > published  # it is taken to use up its budget


def test_a_glass_former_that_was_not_measured_takes_what_the_slowest_takes():
    crystal = {"dimension": 3, "density": 0.86, "exponent": 10, "cutoff": 1.48}
    preparation = {"sampler": "cooling", "engine": "builtin"}
    asked = study(model={"name": "ipl_crystal", "ipl_crystal": crystal}, preparation=preparation)
    assert "note: the cost of ipl_crystal in 3 dimensions was not measured" in cost_table.report(asked)
    known, sticky = (study(model=model, preparation=preparation) for model in (KOB_ANDERSEN, {"name": "sticky_spheres"}))
    for rule in ("equilibrate_liquids", "pinch_bonds"):  # the first hangs on the time step, the second on the bonds: another is the slowest
        measured = [job_cost(rule, one, COLD, 4) for one in (known, sticky)]
        assert job_cost(rule, asked, COLD, 4) == pytest.approx(np.max(measured, axis=0))
    assert "was not measured" not in "".join(line for line in cost_table.report(known).splitlines() if "dimensions" in line)


def test_notes_say_what_is_extrapolated_and_what_ends_early():
    asked = study(ensembles=[ensemble(parent_temperatures=(1.3, 0.5, 0.28))], preparation={"maximum_sweeps": 20000})
    notes = [line for line in cost_table.report(asked).splitlines() if line.startswith("note: ")]
    assert notes == [
        "note: relaxation times below T_p = 0.3 are extrapolated",
        "note: preparation.maximum_sweeps ends the runs early at N2000_T0.5000, N2000_T0.2800: these points are then not in equilibrium",
    ]


def test_a_rule_without_a_cost_is_one_sentence():
    with pytest.raises(InputError, match="cost of the rule find_nothing is not known"):
        job_cost("find_nothing", study(), COLD, 4)


# --- what comes with Vitrine -------------------------------------------------------------------------------------------------------------------


def test_the_measured_costs_hold_every_step_of_every_glass_former():
    costs = measured_costs()
    for step in STEPS:
        for dimension in (2, 3):
            for solver in ("scipy", "cholmod", "cvxopt", "pardiso", "dense") if step in FACTORISED else ("",):
                small, large = (costs.step(step, particles, dimension, solver) for particles in (1000, 4000))
                assert 0 < small.seconds < large.seconds
                assert small.megabytes > 0
    assert {model for model, _ in costs.models} == set(GLASS_FORMERS) - {
        "pair",
        "eam",
    }  # the user's potentials: they are taken to be as slow as the slowest
    assert set(costs.rows) <= set(known_tables())


def test_planning_imports_nothing_heavy():
    heavy = "{'numba', 'scipy', 'pandas', 'pyarrow', 'matplotlib', 'gsd'}"
    code = f"import sys, vitrine.runs.cost_table, vitrine.runs.watch; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY / "scripts", capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
