"""Whether an ensemble is in equilibrium: its evidence against a plain re-implementation, the verdict, and what follows from a flag."""

from statistics import fmean, variance

import numpy as np
import pandas as pd
import pytest
from aggregated import ENSEMBLE, RUN, SAMPLES, Aggregation, drop_samples, flag_samples, made, values, weights
from estimated import SETTINGS, TEMPERATURES, collect_quantities, estimates, fit_study, value
from vitrine.aggregation.ensemble import Estimate
from vitrine.aggregation.fits import judged
from vitrine.aggregation.results import Results, StudySettings, combined, joined
from vitrine.observables.liquids.derive import judge
from vitrine.points import PARENT_TEMPERATURE, PARTICLES
from vitrine.schema import HEAT_CAPACITY
from vitrine.tables import QUANTITIES

EVIDENCE = ("heat_capacity_liquid", "energy_drift", "temperature_drift", "run_share", "run_length")


@pytest.fixture
def run(tmp_path):
    """Aggregate the liquids: run(change={table: function of its frame})."""
    aggregation = Aggregation(tmp_path)
    return lambda **change: aggregation("liquids", files=3, change=change)


# --- the evidence -------------------------------------------------------------------------------------------------------------------------------


def unequal(frame):
    """Runs of other lengths than asked for, each by its own share."""
    rng = np.random.default_rng(9)
    return frame.assign(sweeps=rng.integers(500, 2000, len(frame)), sweeps_asked=rng.uniform(1000, 3000, len(frame)))


def by_hand(data):
    """The evidence of every replicate: each sample is repeated as often as its weight says, and all is a plain mean or variance."""
    found = {name: [] for name in EVIDENCE}
    for row in weights():
        repeated = [one for one, weight in zip(data.itertuples(), row, strict=True) for _ in range(int(weight))]
        drift = fmean(one.energy - one.energy_approach for one in repeated)
        capacity = 40 * (fmean(one.energy_variance for one in repeated) + variance([one.energy for one in repeated])) / 0.45**2
        share = fmean(one.sweeps / one.sweeps_asked for one in repeated)
        length = fmean(one.sweeps for one in repeated) / fmean(one.relaxation_time for one in repeated)
        for name, number in zip(EVIDENCE, (capacity, drift, drift / capacity, share, length), strict=True):
            found[name].append(number)
    return found


def test_the_evidence_is_that_of_plain_means(run):
    found = run(liquids=unequal)[0]
    for name, expected in by_hand(unequal(made("liquids"))).items():
        np.testing.assert_allclose(values(found, name), expected, rtol=1e-10, err_msg=name)
    rows = found[found["quantity"].isin(EVIDENCE)]
    assert set(rows["samples"]) == {SAMPLES} and set(rows["flagged"]) == {0} and set(rows["flag"]) == {""}


def test_a_run_that_the_budget_ended_has_a_share_below_one(run):
    found = run()[0]
    np.testing.assert_allclose(values(found, "run_share"), 0.8, rtol=1e-12)


def test_a_fall_of_the_energy_is_negative(run):
    """The energy of the second half less that of the second quarter."""
    falling = run(liquids=lambda frame: frame.assign(energy_approach=frame["energy"] + 0.25))[0]
    np.testing.assert_allclose(values(falling, "energy_drift"), -0.25, rtol=1e-12)
    assert (values(falling, "temperature_drift") < 0).all()


@pytest.mark.parametrize(
    ("blank", "missing"),
    [
        (["sweeps_asked"], {"run_share"}),  # a cooling, or a pilot that could not be run
        (["energy_approach"], {"energy_drift", "temperature_drift"}),
        (["energy_variance"], {"heat_capacity_liquid", "temperature_drift"}),
        (["relaxation_time"], {"run_length", "relaxation_time"}),
    ],
)
def test_evidence_that_was_not_measured_is_left_out(run, blank, missing):
    whole = set(run()[0]["quantity"])
    assert whole - set(run(liquids=lambda frame: frame.assign(**dict.fromkeys(blank, np.nan)))[0]["quantity"]) == missing


def test_one_sample_has_no_heat_capacity(run):
    found = set(run(liquids=drop_samples(*range(1, SAMPLES)), relaxation=drop_samples(*range(1, SAMPLES)))[0]["quantity"])
    assert set(EVIDENCE) - found == {"heat_capacity_liquid", "temperature_drift"}


def test_a_constant_energy_has_a_heat_capacity_of_zero_and_no_drift_as_a_temperature(run):
    found = run(liquids=lambda frame: frame.assign(energy=-3.0, energy_approach=-3.0, energy_variance=0.0))[0]
    assert (values(found, "heat_capacity_liquid") == 0).all() and "temperature_drift" not in set(found["quantity"])


def windows_by_hand(series, liquids):
    """{share: (mean change, standard deviation over replicates, samples)} of eighths of the runs."""
    found = {}
    for window in range(1, 9):
        changes = {}
        for row in liquids.itertuples():
            mine = series[(series["sample"] == row.sample) & (series["series"] == "energy")]
            inside = [one.value for one in mine.itertuples() if (window - 1) / 8 < one.time / row.sweeps <= window / 8]
            if inside:
                changes[row.sample] = fmean(inside) - row.energy
        replicates = [np.average(list(changes.values()), weights=[row[sample] for sample in changes]) for row in weights()]
        found[window / 8] = (replicates[0], np.std(replicates[1:], ddof=1), len(changes))
    return found


def lose_ends(frame):
    """Samples of which the index divides by three have no energies in the last eighth."""
    late = (frame["series"] == "energy") & (frame["time"] > 7 / 8 * RUN) & (frame["sample"] % 3 == 0)
    return frame[~late]


@pytest.mark.parametrize("change", [lambda frame: frame, lose_ends])
def test_energies_along_the_run_are_those_of_plain_means(run, change):
    found = run(relaxation=change)[2]
    expected = windows_by_hand(change(made("relaxation")), made("liquids"))
    assert found["share"].tolist() == list(expected)
    for row, (mean, error, samples) in zip(found.itertuples(), expected.values(), strict=True):
        assert row.change == pytest.approx(mean, rel=1e-10) and row.change_error == pytest.approx(error, rel=1e-10)
        assert row.samples == samples
    assert found["samples"].iloc[-1] == (40 if change is lose_ends else SAMPLES)


def test_windows_without_energies_have_no_row(run):
    """A series that begins late, as one of few blocks may."""
    found = run(relaxation=lambda frame: frame[(frame["series"] != "energy") | (frame["time"] > RUN / 4)])[2]
    assert found["share"].tolist() == [k / 8 for k in range(3, 9)]


def test_a_flagged_liquid_is_in_no_window(run):
    """Its series is still there, its row among the liquids says that it is bad."""
    found = run(liquids=flag_samples(3, 17))[2]
    without = run(liquids=drop_samples(3, 17), relaxation=drop_samples(3, 17))[2]
    pd.testing.assert_frame_equal(found, without, rtol=1e-12)
    assert set(found["samples"]) == {SAMPLES - 2}


def test_blocks_belong_to_the_eighth_in_which_they_end(run):
    """Energies that are the number of their eighth come out as that number, whatever the length of the run."""

    def stepped(frame):
        energy = frame["series"] == "energy"
        return frame.assign(value=frame["value"].mask(energy, np.ceil(8 * frame["time"] / RUN)))

    found = run(relaxation=stepped, liquids=lambda frame: frame.assign(energy=0.0))[2]
    np.testing.assert_allclose(found["change"], range(1, 9), rtol=1e-12)


# --- the verdict --------------------------------------------------------------------------------------------------------------------------------

HOT, COLD = (2000, 1.3), (2000, 0.5)
SCATTER = np.array([-1.5, -0.5, 0.5, 1.5]) / np.std([-1.5, -0.5, 0.5, 1.5], ddof=1)


def measured(number, error=0.0, flag=""):
    """An estimate with exactly this standard error."""
    return Estimate(np.append(number, number + error * SCATTER), HEAT_CAPACITY, 40, 0, flag)


def results(settings=SETTINGS, **quantities):
    """Two ensembles, of which the cold one has these quantities."""
    good = {"run_share": measured(1.0), "temperature_drift": measured(0.0, 1e-4)}
    return Results(settings, {COLD: quantities, HOT: good}, 1.2)


GOOD = {"run_share": measured(1.0), "temperature_drift": measured(1e-4, 1e-3), "temperature_bracket": measured(-1e-4, 1e-3)}
DRIFTS, REHEATED = "its mean energy drifts, by as much as", "its mean energy is not that of reheated liquids, by as much as"


@pytest.mark.parametrize(
    ("quantities", "reason"),
    [  # a difference of 0.0025 is tolerated at T_p = 0.5
        ({}, ""),
        ({"temperature_drift": measured(0.003, 0.0009)}, f"{DRIFTS} 0.6 %"),
        ({"temperature_drift": measured(-0.003, 0.0009)}, f"{DRIFTS} 0.6 %"),
        ({"temperature_drift": measured(0.003, 0.0011)}, ""),  # within three errors
        ({"temperature_drift": measured(0.0024, 0.0001)}, ""),  # certain, but tolerated
        ({"temperature_drift": measured(0.003, np.nan)}, ""),  # one sample
        ({"temperature_bracket": measured(0.003, 0.0009)}, f"{REHEATED} 0.6 %"),
        ({"temperature_bracket": measured(-0.004, 0.0009)}, f"{REHEATED} 0.8 %"),
        ({"temperature_bracket": measured(0.003, 0.0011)}, ""),
        ({"temperature_bracket": measured(0.0024, 0.0001)}, ""),
        ({"run_share": measured(0.8)}, "maximum_sweeps ends its runs at 0.8 of the length asked for"),
        ({"run_share": measured(0.8), "temperature_drift": measured(0.03, 0.0009)}, "maximum_sweeps ends its runs at 0.8"),
        ({"run_share": measured(1.0025)}, ""),  # rounded up to whole looks
    ],
)
def test_the_verdict(quantities, reason):
    found = judge(results(**{**GOOD, **quantities}))
    assert set(found) == ({COLD} if reason else set())
    assert all(text.startswith(f"not in equilibrium: {reason}") for text in found.values())


def test_no_length_was_asked_for_and_nothing_is_judged():
    """A cooled glass is a history: no equilibrium is asked of it."""
    wild = {"temperature_drift": measured(0.1, 1e-4), "temperature_bracket": measured(0.1, 1e-4)}
    assert judge(results(**wild)) == {}
    assert set(judge(results(**wild, run_share=measured(1.0)))) == {COLD}


def test_what_is_tolerated_is_a_setting():
    settings = StudySettings(**{**vars(SETTINGS), "options": {"liquids": {"tolerance": 0.02}}})
    drift = {"run_share": measured(1.0), "temperature_drift": measured(0.009, 1e-4)}
    assert set(judge(results(**drift))) == {COLD} and judge(results(settings, **drift)) == {}
    assert set(judge(results(settings, **{**drift, "temperature_drift": measured(0.011, 1e-4)}))) == {COLD}


def test_a_study_without_temperatures_is_judged_by_its_lengths_alone():
    settings = StudySettings(**{**vars(SETTINGS), "axes": (PARTICLES,), "main": (2000,), "against": "particles"})
    drift = {"run_share": measured(1.0), "temperature_drift": measured(0.1, 1e-4)}
    cut = {**drift, "run_share": measured(0.5)}
    found = judge(Results(settings, {(2000,): drift, (4000,): cut}, 1.2))
    assert set(found) == {(4000,)} and PARENT_TEMPERATURE not in settings.axes


# --- what follows from a flag -------------------------------------------------------------------------------------------------------------------


def test_a_verdict_flags_all_of_an_ensemble_and_keeps_what_was_flagged():
    quantities = {**GOOD, "temperature_drift": measured(0.003, 0.0009), "A_g": measured(1.0, 0.1, "no law"), "omega_g": measured(2.0, 0.1)}
    found = judged(results(**quantities))
    verdict = f"not in equilibrium: {DRIFTS} 0.6 % of T_p would change it"
    assert {name: one.flag for name, one in found.ensembles[COLD].items() if name != "A_g"} == dict.fromkeys(set(quantities) - {"A_g"}, verdict)
    assert found.ensembles[COLD]["A_g"].flag == f"{verdict}; no law"
    assert {one.flag for one in found.ensembles[HOT].values()} == {""} and found.has(HOT, "run_share") and not found.has(COLD, "omega_g")
    assert quantities["omega_g"].flag == ""  # what was measured stays as it was


def test_flags_of_all_estimates_are_joined_and_each_is_said_once():
    both = combined(np.add, "1", measured(1.0, 0.1, "a; b"), measured(2.0, 0.1, "b; c"), measured(3.0))
    assert both.flag == "a; b; c" and not both.usable and joined(["", ""]) == ""
    assert measured(1.0).usable and not measured(np.nan).usable and not measured(1.0, 0.1, "a").usable


def drifting(*cold):
    """The made-up study, of which the ensembles at these T_p drift."""
    return estimates(run_share=1.0, temperature_drift=lambda T: 0.02 if T in cold else 1e-5, energy_liquid=lambda T: 6.0 + T)


def test_a_flag_goes_through_to_what_is_derived():
    clean, flagged = collect_quantities(drifting()), collect_quantities(drifting(0.3))
    assert set(clean["flag"]) == {""} and list(flagged.columns)[-1] == QUANTITIES.names[-1] == "flag"
    at_cold = flagged["parent_temperature"] == 0.3
    assert flagged[at_cold]["flag"].str.startswith(f"not in equilibrium: {DRIFTS}").all() and (flagged[~at_cold]["flag"] == "").all()
    for name in ("omega_g_reduced", "N_qlm", "xi_g", "R_xi_g"):
        assert np.isfinite(value(flagged, name, 0.3)), name  # it has its number, and its flag
    assert set(flagged["quantity"]) == set(clean["quantity"])


def same_fits(found, expected):
    pd.testing.assert_frame_equal(found, expected)
    assert len(found) > 5


def test_a_flagged_ensemble_enters_no_fit():
    data = drifting(0.3)
    same_fits(fit_study(data), fit_study(data[data["parent_temperature"] != 0.3]))
    clean = drifting()
    assert not fit_study(clean).equals(fit_study(clean[clean["parent_temperature"] != 0.3]))  # it would have entered


def test_ratios_are_taken_to_the_hottest_sound_ensemble():
    found = collect_quantities(drifting(1.3))
    xi = {T: value(found, "xi_g", T) for T in TEMPERATURES}
    assert value(found, "R_xi_g", 0.5) == pytest.approx(xi[0.5] / xi[0.9], rel=1e-12) and value(found, "R_xi_g", 0.9) == 1.0
    assert value(found, "R_xi_g", 1.3) == pytest.approx(xi[1.3] / xi[0.9], rel=1e-12) and value(found, "R_xi_g", 1.3, column="flag")
    assert value(found, "R_xi_g", 0.5, column="flag") == "" and ENSEMBLE.particles == 40


def test_a_study_in_which_nothing_is_sound_still_has_its_numbers():
    found = collect_quantities(drifting(*TEMPERATURES))
    assert (found["flag"] != "").all() and np.isfinite(value(found, "omega_g", 0.3)) and "R_xi_g" not in set(found["quantity"])
