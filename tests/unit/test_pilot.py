"""The pilot of a study: at which points there is one, its files among the steps, its jobs among the costs, and lengths that are given instead."""

import math

import pytest
from configs import changed, changes, ensembles, sentence
from study_files import Results
from test_cost import COLD, COSTS, HOT, TAKES, ensemble, place, study
from vitrine.runs import cost, cost_table
from vitrine.runs.cost import expected_sweeps, job_cost, pilot_sweeps, relaxation_time
from vitrine.runs.progress import Observer
from vitrine.runs.steps import Step, steps_of_points
from vitrine.study import Study

LADDER = {"axes": {"particles": 256, "parent_temperature": [1.0, 0.7, 0.5]}, "ladder": "parent_temperature"}
PILOT = "pilot_liquids"
BUDGET = {"tuning_sweeps": 100, "maximum_sweeps": 900}


def of(config):
    """What the points of a study say of their lengths: (there is a pilot, sweeps of the settings)."""
    return [(one.has_pilot, one.preparation["sweeps"]) for one in Study.from_config(config).places.values()]


# --- where there is one -------------------------------------------------------------------------------------------------------------------------


def test_every_point_has_a_pilot_unless_its_length_is_known():
    config = ensembles(LADDER)
    assert of(config) == [(True, None)] * 3
    assert of(changed("preparation.sweeps", 5000, config)) == [(False, 5000)] * 3
    assert of(changed("preparation.sweeps", [1000, 2000, 3000], config)) == [(False, 1000), (False, 2000), (False, 3000)]
    for sampler in ("hamiltonian", "hybrid", "dynamics"):
        assert of(changed("preparation.sampler", sampler, config)) == [(True, None)] * 3
    assert of(changed("preparation.sampler", "cooling", config)) == [(False, None)] * 3


def test_a_point_without_a_ladder_has_a_list_of_one():
    config = ensembles({"axes": {"particles": 256, "parent_temperature": [1.0, 0.7]}})
    assert of(changed("preparation.sweeps", [1000], config)) == [(False, 1000)] * 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([1000, 2000], "preparation.sweeps has 2 entries: allowed is one number, or one for each of the 3 rungs of the ladder"),
        ([1000] * 4, "preparation.sweeps has 4 entries: allowed is one number, or one for each of the 3 rungs of the ladder"),
        (39, "preparation.sweeps is 39"),
        ([1000, 2000, 39], "preparation.sweeps"),
        ([1000, None, 3000], "preparation.sweeps"),
        ("many", "null, a whole number from 40, or a list of one for each T_p"),
        (50.5, "null, a whole number from 40, or a list of one for each T_p"),
    ],
)
def test_a_length_that_cannot_be_is_one_sentence(given, said):
    assert said in sentence(changed("preparation.sweeps", given, ensembles(LADDER)))


def test_a_length_moves_its_own_rung_and_those_below():
    here, there = (Study.from_config(changed("preparation.sweeps", [1000, middle, 3000], ensembles(LADDER))) for middle in (2000, 2001))
    assert [here.identity(label) == there.identity(label) for label in here.places] == [True, False, False]


# --- its files ----------------------------------------------------------------------------------------------------------------------------------


def test_a_point_has_its_pilot_before_its_averages():
    asked = Study.from_config(ensembles(LADDER))
    for label, steps in steps_of_points(asked).items():
        assert steps[0] == Step(PILOT, ("pilot.gsd", "pilot.parquet"), ("pilot.parquet",), asked.identity(label))
        assert [step.rule for step in steps[1:]] == [one.aggregate for one in asked.aggregated if label in asked.labels(one)]


def test_a_point_without_a_pilot_has_its_averages_alone():
    for config in (changes(preparation__sweeps=5000), changes(preparation__sampler="cooling")):
        for steps in steps_of_points(Study.from_config(config)).values():
            assert steps and all(step.rule.startswith("aggregate_") for step in steps)


def test_a_pilot_of_other_settings_is_named_and_not_counted(tmp_path):
    asked = Study.from_config(ensembles(LADDER))
    results, label = Results(asked, tmp_path), next(iter(asked.places))
    predicted = job_cost(PILOT, asked, label)[0]
    assert Observer(asked, tmp_path).look(None).worked == 0
    results.pilot(label)
    now = Observer(asked, tmp_path).look(None)
    assert now.worked == pytest.approx(predicted) and list(now.refusals()) == []
    results.pilot(label, identity="another seed")
    now = Observer(asked, tmp_path).look(None)
    assert now.worked == 0 and [text.split(" was made with")[0] for text in now.refusals()] == [f"{label}/pilot.parquet"]


# --- its costs ----------------------------------------------------------------------------------------------------------------------------------


def test_sweeps_of_a_pilot_are_those_of_its_relaxations_within_the_budget():
    asked = study()
    free = {"pilot_relaxations": 6, "maximum_sweeps": 10**12}
    tau = relaxation_time(place(asked))
    assert pilot_sweeps(place(asked, **free)) == pytest.approx(5.7 * tau)
    assert pilot_sweeps(place(asked, **free | {"pilot_relaxations": 1})) == pytest.approx(0.7 * tau)
    assert pilot_sweeps(place(asked, **free | {"maximum_sweeps": 1000})) == 1000
    other = study(model={"name": "poly", "poly": {**asked.config["model"]["poly"], "density": 0.6}})
    assert pilot_sweeps(other.places[COLD]) == other.config["preparation"]["maximum_sweeps"]  # nothing is known of tau


def test_a_length_that_is_given_is_what_a_liquid_runs():
    asked = study(preparation={"sweeps": [1000, 7000], "minimum_sweeps": 2000, "maximum_sweeps": 3000})
    assert [expected_sweeps(asked.places[label]) for label in (HOT, COLD)] == [1000, 7000]


@pytest.mark.parametrize("chains", [1, 3])
def test_a_pilot_is_one_job_of_its_own_chains(chains):
    """Of a number that has nothing to do with the batches, here of four samples."""
    asked = study(preparation={**BUDGET, "minimum_sweeps": 900, "pilot_samples": chains, "pilot_relaxations": 10**6})
    jobs = {(job.rule, job.label): job for job in cost_table.study_jobs(asked, COSTS)}
    chain = 1000 * TAKES["swap_sweep"]
    assert jobs[PILOT, COLD].number == jobs[PILOT, HOT].number == 1
    assert jobs[PILOT, COLD].total == jobs[PILOT, COLD].seconds == pytest.approx(1.5 + chains * chain)
    assert jobs[PILOT, HOT].total == pytest.approx(1.5 + chains * (chain + TAKES["random_start"]))
    assert jobs[PILOT, COLD].megabytes == pytest.approx(250 + 10 * TAKES["swap_sweep"] + chains * cost.SERIES_ROWS * 8e-6 * cost.COLUMN_COPIES)


def test_lengths_that_are_given_spare_the_pilot():
    asked = study(preparation={"sweeps": 900})
    assert not any(job.rule == PILOT for job in cost_table.study_jobs(asked, COSTS)) and PILOT not in cost_table.report(asked)
    assert PILOT in cost_table.report(study())
    assert not any("relaxation times" in line or "maximum_sweeps" in line for line in cost_table.report(asked).splitlines() if "note: " in line)


def ends(asked):
    """When the liquids of the first batch are there, by label, by hand: they wait for those of the rung before and for their pilot."""
    hot, cold = (job_cost("equilibrate_liquids", asked, label, 4, COSTS)[0] for label in (HOT, COLD))
    first, second = (job_cost(PILOT, asked, label, None, COSTS)[0] for label in (HOT, COLD))
    return max(first + hot, first + second) + cold


@pytest.mark.parametrize(("chains", "relaxations"), [(1, 1), (20, 10**6)])
def test_liquids_wait_for_their_pilot_and_a_pilot_for_that_of_the_rung_before(chains, relaxations):
    """A short pilot is done before the liquids of the rung before are; a long one is what all wait for."""
    settings = {**BUDGET, "minimum_sweeps": 900, "pilot_samples": chains, "pilot_relaxations": relaxations}
    asked = study(preparation=settings)
    without = study(preparation=settings | {"sweeps": 900})
    path, spared = (cost_table.longest_path(one, cost_table.study_jobs(one, COSTS)) for one in (asked, without))
    liquids = sum(job_cost("equilibrate_liquids", asked, label, 4, COSTS)[0] for label in (HOT, COLD))
    assert path - spared == pytest.approx(ends(asked) - liquids)
    pilots = sum(job_cost(PILOT, asked, label, None, COSTS)[0] for label in (HOT, COLD))
    assert (path - spared > 0.5 * pilots) == (chains == 20)


def test_the_note_names_the_points_at_which_the_budget_is_less_than_the_length_asked_for():
    """Of 5 relaxation times; at the hottest rung the budget is enough, though a pilot would not be."""
    tau = {label: relaxation_time(study(ensembles=[ensemble()]).places[label]) for label in (HOT, COLD)}
    asked = study(preparation={"maximum_sweeps": math.ceil(5 * tau[HOT]) + 2000, "relaxation_times": 5})
    (note,) = [line for line in cost_table.report(asked).splitlines() if "maximum_sweeps" in line and line.startswith("note: ")]
    assert note == f"note: preparation.maximum_sweeps ends the runs early at {COLD}: these points are then not in equilibrium"
