"""Liquids heated up to the rung before: a real chain against one built by hand, averages, the bracket, and the points that have one."""

from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from aggregated import SAMPLES, Aggregation, counts, flag_samples, made, values, weights
from configs import CONFIG, changed, changes, ensembles
from estimated import SETTINGS as STUDY
from measuring import table
from naive import poly
from test_restart import Killed, killing  # noqa: F401 - killing is a fixture
from vitrine import params
from vitrine.aggregation.ensemble import Estimate
from vitrine.aggregation.results import Results, StudySettings
from vitrine.errors import SampleError
from vitrine.observables import declarations
from vitrine.observables.jobs import _restarts
from vitrine.observables.liquids.derive import judge
from vitrine.observables.reheating.aggregate import aggregate_reheated
from vitrine.observables.reheating.derive import OPEN, add_evidence
from vitrine.observables.reheating.measure import reheat_liquids
from vitrine.points import PARTICLES
from vitrine.preparation.equilibrate import equilibrate
from vitrine.preparation.liquids import equilibrate_liquid, random_starts
from vitrine.preparation.restart import Restarts
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.seeds import REHEATED, sample_generator
from vitrine.study import Study

CHAIN = {"target_acceptance": 0.25, "tuning_sweeps": 30, "overlap_length": 0.3}
SETTINGS = {"sampler": "swap", "swap_fraction": 0.2, "swap_range": 0.35, **CHAIN}
HOT, COLD, SEED = 1.3, 0.6, 11
SWEEPS = {HOT: 160, COLD: 240}
PREPARATION = {"settings": SETTINGS, "seed": SEED, "further": (7,)}


@cache
def liquids():
    """Two samples at both temperatures, with how their chains ran: [(hot liquid, run), (cold liquid, run)] of each."""
    found = []
    for start in random_starts(poly(), 160, HOT, [0, 1], SEED):
        hot = equilibrate_liquid(start, HOT, SEED, SETTINGS, SWEEPS[HOT])
        found.append((hot, equilibrate_liquid(hot[0], COLD, SEED, SETTINGS, SWEEPS[COLD])))
    return found


# --- one sample ---------------------------------------------------------------------------------------------------------------------------------


def test_a_reheated_liquid_is_a_chain_at_the_temperature_before_with_its_own_stream():
    (_, (liquid, _)), _ = liquids()
    found = reheat_liquids(liquid, PREPARATION, samples=1)
    stream = sample_generator(SEED, REHEATED, 160, HOT, liquid.index, further=(7,))
    run = equilibrate(SwapMonteCarlo(liquid, HOT, stream, 0.2, 0.35), sweeps=SWEEPS[HOT], **CHAIN)
    assert {name: column.tolist() for name, column in found.items()} == {
        "temperature": [HOT], "sweeps": [SWEEPS[HOT]], "energy": [run.energy], "energy_approach": [run.energy_approach],
    }  # fmt: skip
    other = reheat_liquids(liquid, {**PREPARATION, "further": ()}, samples=1)
    assert other["energy"] != found["energy"]  # another point of further axes has another stream


def test_it_is_run_for_as_long_as_the_liquids_of_the_rung_before():
    (_, (liquid, _)), _ = liquids()
    before = {"parent_temperature": 0.9, "sweeps": 70}
    found = reheat_liquids(replace(liquid, provenance={**liquid.provenance, "before": before}), PREPARATION, samples=1)
    assert (found["temperature"], found["sweeps"]) == (0.9, 70)


def test_or_for_a_multiple_of_that():
    (_, (liquid, _)), _ = liquids()
    found = reheat_liquids(liquid, PREPARATION, samples=1, length=2.5)
    stream = sample_generator(SEED, REHEATED, 160, HOT, liquid.index, further=(7,))
    run = equilibrate(SwapMonteCarlo(liquid, HOT, stream, 0.2, 0.35), sweeps=400, **CHAIN)
    assert (found["sweeps"], found["energy"], found["energy_approach"]) == (2.5 * SWEEPS[HOT], run.energy, run.energy_approach)


def test_a_batch_is_stored_as_often_as_the_preparation_says(tmp_path):
    preparation = {**PREPARATION, "settings": {**SETTINGS, "restart_sweeps": 70}}
    told = {"settings": {"samples": 1}, "preparation": preparation, "seed": SEED, "identity": "i", "code": "c", "restarts": str(tmp_path)}
    job = SimpleNamespace(params=SimpleNamespace(**told), config=changed("preparation.walltime_minutes", 30))
    found = _restarts(job, declarations()["reheating"])
    assert (found.every, found.folder, found.walltime_minutes, found.origin["runs"]) == (70, tmp_path, 30, preparation)


@pytest.mark.parametrize("saving", [1, 3])
def test_a_run_that_is_killed_goes_on_to_the_same_bits(saving, tmp_path, killing):  # noqa: F811
    (_, (liquid, _)), _ = liquids()

    def run(name):
        return reheat_liquids(liquid, PREPARATION, Restarts(tmp_path / name, 50, "origin"), samples=1, length=1.25)

    undisturbed = run("undisturbed")
    killing(saving)
    with pytest.raises(Killed):
        run("killed")
    killing(10**6)
    assert run("killed") == undisturbed


def test_its_energy_comes_up_to_that_of_the_hot_liquids():
    for (_, hot), (liquid, cold) in liquids():
        energy = reheat_liquids(liquid, PREPARATION, samples=2)["energy"].item()
        assert abs(energy - hot.energy) < 0.3 * (hot.energy - cold.energy)


def test_samples_beyond_those_asked_for_have_no_row():
    samples = [liquid for _, (liquid, _) in liquids()]
    found = table(samples, "reheating", lambda sample: reheat_liquids(sample, PREPARATION, samples=1))
    assert found["sample"].tolist() == [0] and found["flag"].tolist() == [""] and found["temperature"].tolist() == [HOT]
    assert len(table(samples, "reheating", lambda sample: reheat_liquids(sample, PREPARATION, samples=0))) == 0


def test_a_liquid_that_does_not_say_where_it_came_from_is_refused():
    (hot, _), _ = liquids()
    assert "before" not in hot[0].provenance  # from a random start
    with pytest.raises(SampleError, match="does not say from which temperature it came"):
        reheat_liquids(hot[0], PREPARATION, samples=1)
    found = table([hot[0]], "reheating", lambda sample: reheat_liquids(sample, PREPARATION, samples=1))
    assert found["flag"].tolist() == ["does not say from which temperature it came"] and np.isnan(found["energy"][0])


def test_a_liquid_that_blows_up_is_refused():
    (_, (liquid, _)), _ = liquids()
    dynamics = {**CONFIG["preparation"]["dynamics"], "engine": "builtin", "device": "cpu", "time_step": 0.4, "halvings": 0}
    wild = {**PREPARATION, "settings": {**SETTINGS, "sampler": "dynamics", "dynamics": dynamics}}
    with pytest.raises(SampleError, match="blew up at step"):
        reheat_liquids(liquid, wild, samples=1)


# --- an ensemble --------------------------------------------------------------------------------------------------------------------------------


def test_the_average_is_the_plain_mean(tmp_path):
    estimates, flags = Aggregation(tmp_path)("reheating", files=4)
    data = made("reheated")
    for name, column in (("energy_reheated", "energy"), ("temperature_reheated", "temperature")):
        expected = [sum(weight * number for weight, number in zip(row, data[column], strict=True)) / sum(row) for row in weights()]
        np.testing.assert_allclose(values(estimates, name), expected, rtol=1e-12)
    rises = (data["energy"] - data["energy_approach"]).to_numpy()
    np.testing.assert_allclose(values(estimates, "energy_rise"), [np.average(rises, weights=row) for row in weights()], rtol=1e-9)
    assert len(flags) == 0 and aggregate_reheated.__name__ == "aggregate_reheated"


def test_samples_that_were_not_heated_up_are_none_that_were_left_out(tmp_path):
    few = {"reheated": lambda frame: flag_samples(4)(frame[frame["sample"] < 10])}
    estimates, flags = Aggregation(tmp_path)("reheating", files=4, change=few)
    assert counts(estimates, "energy_reheated") == (9, 1) and flags["examples"].tolist() == ["4"] and SAMPLES > 10


# --- the bracket --------------------------------------------------------------------------------------------------------------------------------


def number(value, spread=0.0):
    return Estimate(np.array([value, value - spread, value + spread]), "epsilon", 10, 0)


def came_down(energy, capacity=2.0, **more):
    return {"energy_liquid": number(energy, 0.01), "heat_capacity_liquid": number(capacity, 0.5), **more}


def heated(energy, temperature, spread=0.02):
    return {"energy_reheated": number(energy, spread), "temperature_reheated": number(temperature)}


def bracketed(ensembles, settings=STUDY):
    """The brackets of made-up ensembles, by key: replicates of the energy and of the temperature."""
    results = Results(settings, {key: dict(quantities) for key, quantities in ensembles.items()}, 1.2)
    add_evidence(results)
    found = {key: quantities for key, quantities in results.ensembles.items() if "energy_bracket" in quantities}
    return {key: (one["energy_bracket"], one.get("temperature_bracket")) for key, one in found.items()}


LADDER = {
    (256, 1.0): came_down(6.5),
    (256, 0.8): came_down(6.2) | heated(6.4, 1.0),
    (256, 0.5): came_down(5.9, 4.0) | heated(6.25, 0.8),
}


def test_the_bracket_is_what_came_down_less_what_was_heated_up():
    found = bracketed(LADDER)
    assert set(found) == {(256, 1.0), (256, 0.8)}  # nothing is heated up to the coldest rung
    energy, temperature = found[256, 1.0]
    np.testing.assert_allclose(energy.values, [0.1, 0.11, 0.09], rtol=1e-9)  # replicate by replicate
    np.testing.assert_allclose(temperature.values, [0.1 / 2, 0.11 / 1.5, 0.09 / 2.5], rtol=1e-9)
    np.testing.assert_allclose(found[256, 0.8][0].values[0], -0.05, rtol=1e-9)
    assert (energy.unit, temperature.unit) == ("epsilon", "epsilon/k_B")


def test_only_the_next_colder_rung_of_the_same_series_counts():
    others = {
        (500, 0.8): came_down(6.2) | heated(9.0, 1.0),  # of another size
        (256, 0.9): came_down(6.3) | heated(9.0, 1.3),  # of another ladder, between two rungs
        (256, 0.4): came_down(5.8) | heated(9.0, 0.5),  # further down
        (256, 1.3): came_down(6.9),
    }
    found = bracketed(others | LADDER)
    assert found[256, 1.0][0].values[0] == pytest.approx(0.1) and found[256, 0.8][0].values[0] == pytest.approx(-0.05)
    assert found[256, 1.3][0].values[0] == pytest.approx(6.9 - 9.0) and found[256, 0.5][0].values[0] == pytest.approx(5.9 - 9.0)
    assert set(found) == {(256, T) for T in (1.3, 1.0, 0.8, 0.5)}


@pytest.mark.parametrize(
    ("rise", "spread", "flag"),
    [  # as a temperature half of it; 0.005 T_p is tolerated at T_p = 1
        (0.02, 0.001, OPEN),
        (0.009, 0.001, ""),  # tolerated
        (0.02, 0.006, ""),  # within three errors
        (-0.02, 0.001, ""),  # it falls: nothing that reheated liquids do on their way
    ],
)
def test_while_the_reheated_liquids_rise_there_is_no_bracket(rise, spread, flag):
    ensembles = {
        (256, 1.0): {"energy_liquid": number(6.5, 0.01), "heat_capacity_liquid": number(2.0), "run_share": number(1.0)},
        (256, 0.8): came_down(6.2) | heated(6.0, 1.0, 0.001) | {"energy_rise": number(rise, spread)},
    }
    results = Results(STUDY, ensembles, 1.2)
    add_evidence(results)
    found = results.ensembles[256, 1.0]
    np.testing.assert_allclose(found["temperature_rise"].values, np.array([rise, rise - spread, rise + spread]) / 2, rtol=1e-9)
    assert found["energy_bracket"].flag == found["temperature_bracket"].flag == flag and found["temperature_rise"].flag == ""
    assert set(judge(results)) == (set() if flag else {(256, 1.0)})  # a bracket that is none condemns nobody


def test_what_is_missing_gives_no_bracket():
    hot, cold = (256, 1.0), (256, 0.8)
    assert bracketed({hot: came_down(6.5), cold: came_down(6.2)}) == {}
    assert bracketed({hot: {}, cold: LADDER[cold]}) == {}
    assert bracketed({hot: came_down(6.5), cold: heated(np.nan, 1.0)}) == {}
    without = {name: one for name, one in LADDER[hot].items() if name != "heat_capacity_liquid"}
    energy, temperature = bracketed({hot: without, cold: LADDER[cold]})[hot]
    assert energy.values[0] == pytest.approx(0.1) and temperature is None


def test_a_study_without_temperatures_has_no_bracket():
    sizes = StudySettings(**{**vars(STUDY), "axes": (PARTICLES,), "main": (256,), "against": "particles"})
    assert bracketed({(256,): LADDER[256, 1.0], (128,): LADDER[256, 0.8]}, sizes) == {}


# --- where there is one -------------------------------------------------------------------------------------------------------------------------

LABELS = {1.0: "N256_T1.0000", 0.7: "N256_T0.7000", 0.5: "N256_T0.5000"}


def heated_at(config):
    study = Study.from_config(config)
    return study.labels(study.observables["reheating"])


def along(*temperatures, **entry):
    return ensembles({"axes": {"particles": 256, "parent_temperature": list(temperatures)}, **entry})


def test_only_liquids_that_come_down_can_be_heated_up_again():
    assert heated_at(along(1.0, 0.7, 0.5, ladder="parent_temperature")) == [LABELS[0.7], LABELS[0.5]]
    assert heated_at(along(1.0, 0.7, 0.5, ladder="parent_temperature", measured="last")) == [LABELS[0.7], LABELS[0.5]]
    assert heated_at(along(1.0, 0.7, 0.5)) == []  # each from random positions
    assert heated_at(along(0.5, 0.7, 1.0, history="parent_temperature")) == []  # they go up
    assert heated_at(along(1.0, 0.5, 0.7, history="parent_temperature")) == [LABELS[0.5]]


def test_a_cooled_study_and_a_ladder_of_another_axis_have_none():
    cooled = along(1.0, 0.7, ladder="parent_temperature")
    assert heated_at(changed("preparation.sampler", "cooling", cooled)) == []
    axes = {"packing": {"leaf": "model.density", "label": "rho", "decimals": 2}}
    points = {"particles": 256, "parent_temperature": 1.0, "packing": [0.6, 0.58]}
    assert heated_at(changed("axes", axes, ensembles({"axes": points, "history": "packing"}))) == []


def test_a_job_is_told_how_the_rung_before_prepares_its_liquids():
    study = Study.from_config(changed("preparation.sweeps", [1000, 3000], along(1.0, 0.7, ladder="parent_temperature")))
    given = params.measuring(study, study.observables["reheating"])
    told = given["preparation"](type("Wildcards", (), {"point": LABELS[0.7]}))
    assert told == {"settings": study.places[LABELS[1.0]].preparation, "seed": study.seed, "further": ()} and told["settings"]["sweeps"] == 1000
    assert given["settings"] == CONFIG["observables"]["reheating"] and set(given["settings"]) == {"samples", "length"}
    told = given["restarts"](type("Wildcards", (), {"point": LABELS[0.7], "batch": "00000-00001"}))
    assert told == f"results/{study.name}/restarts/reheat_liquids/{LABELS[0.7]}_00000-00001"
    assert not {"preparation", "restarts"} & set(params.measuring(study, study.observables["modes"]))
    assert not Study.from_config(changes(observables__reheating=None)).config["observables"]["reheating"]
