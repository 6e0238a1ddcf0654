"""Laws of whole ensembles: A_g of made-up glasses with phonons above their soft modes, where a law ends, and what is flagged without one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from aggregated import ENSEMBLE, FRACTION, SAMPLES, Aggregation, made, many_rows, values
from estimated import OBSERVABLES, SETTINGS
from vitrine.aggregation.fits import combine
from vitrine.points import Point
from vitrine.statistics.histograms import LAMBDA_BINS
from vitrine.statistics.laws import largest_mean

ENOUGH = replace(ENSEMBLE, replicates=100)
PARTICLES, MODES = ENSEMBLE.particles, ENSEMBLE.modes
PHONON = 0.97


@pytest.fixture
def run(tmp_path):
    """Aggregate an observable: run(name, files=1, order=None, change={table: function of its frame}, **settings)."""
    return Aggregation(tmp_path)


def soft_modes(rng, prefactor, phonon, exponent=5.0, leaves_at=np.inf, then=5.0):
    """Frequencies of one sample below its phonon: N A_g omega^5/5 lie below omega on average, up to where another exponent takes over."""

    def below(omega):
        joint = min(leaves_at, phonon)
        low = PARTICLES * prefactor / 5 * min(omega, joint) ** exponent
        return low if omega <= joint else low * (omega / joint) ** then

    share = rng.random(rng.poisson(below(phonon))) * below(phonon)
    joint, at_joint = min(leaves_at, phonon), below(min(leaves_at, phonon))
    return np.where(share < at_joint, joint * (share / at_joint) ** (1 / exponent), joint * (share / at_joint) ** (1 / then))


def glasses(seed, prefactor, phonons=None, **law):
    """Changes of the tables: soft modes of a law up to the first phonon of each sample, then a band of twelve and the rest above."""
    rng, omega = np.random.default_rng(seed), []
    phonons = made("elasticity")["omega_ph"].to_numpy() if phonons is None else np.full(SAMPLES, phonons)
    for phonon in phonons:
        low = soft_modes(rng, prefactor, phonon, **law)
        band = phonon * (1 + 0.01 * rng.random(12))
        bulk = phonon * (1.2 + 3 * rng.random(MODES - len(low) - 12))
        omega.append(np.sort(np.concatenate([low, band, bulk])))
    frame = many_rows("modes", MODES, mode=np.tile(np.arange(MODES), SAMPLES), omega=np.concatenate(omega))
    return {"modes": lambda _: frame, "elasticity": lambda rows: rows.assign(omega_ph=phonons)}


def flag(estimates, name):
    """Why a quantity is in doubt."""
    return estimates.loc[estimates["quantity"] == name, "flag"].unique().item()


def assert_within(replicates, truth):
    """Four errors, which are none of nothing."""
    error = replicates[1:].std(ddof=1)
    assert 0 < error < 0.5 * truth
    assert abs(replicates[0] - truth) < 4 * error


# --- D(omega) -----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("prefactor", "seed"), [(0.05, 1), (0.05, 2), (0.4, 3), (3.0, 4)])
def test_the_prefactor_of_soft_modes_below_phonons(run, prefactor, seed):
    """The law holds up to the first phonon: its window is the widest there is, whatever the phonons above do."""
    change = glasses(seed, prefactor)
    estimates, _, windows, *_ = run("modes", change=change, ensemble=ENOUGH)
    for name in ("A_g", "A_g_ml"):
        assert flag(estimates, name) == ""
        assert_within(values(estimates, name), prefactor)
    assert_within(values(estimates, "A_g_exponent"), 5)
    omega, cutoff = change["modes"](None)["omega"].to_numpy().reshape(SAMPLES, -1), FRACTION * made("elasticity")["omega_ph"].to_numpy()[:, None]
    count, logs = np.sum(omega < cutoff), np.log(cutoff / omega)[omega < cutoff].sum()
    first = windows.iloc[0]
    assert first["end"] == cutoff.max() and first["count"] == count and first["extent"] == pytest.approx(cutoff.max() / omega.min(), rel=1e-12)
    assert first["exponent"] == pytest.approx(count / logs, rel=1e-12) and first["error"] == pytest.approx(count**0.5 / logs, rel=1e-12)
    assert values(estimates, "omega_cutoff")[0] == pytest.approx(cutoff.mean(), rel=1e-12)
    assert np.all(np.diff(windows["end"]) < 0) and windows["count"].min() >= 8


@pytest.mark.parametrize("seed", [5, 6, 10])
def test_where_a_spectrum_leaves_the_law_its_window_ends(run, seed):
    """Exponent 5 up to 0.7, then 10, phonons from 0.97 on: A_g is that of the modes below 0.7, to a step in their number."""
    prefactor, change = 2.0, glasses(seed, 2.0, PHONON, leaves_at=0.7, then=10.0)
    estimates, _, windows, *_ = run("modes", change=change, ensemble=ENOUGH)
    end = values(estimates, "omega_cutoff")[0]
    assert end in set(windows["end"]) and 0.6 < end < 0.78 < FRACTION * PHONON
    assert windows["exponent"].iloc[0] > 8 > 7 > windows.loc[windows["end"] == end, "exponent"].item()
    for name in ("A_g", "A_g_ml"):
        assert flag(estimates, name) == ""
        assert_within(values(estimates, name), prefactor)
    assert_within(values(estimates, "A_g_exponent"), 5)
    minimal = change["modes"](None)["omega"].to_numpy().reshape(SAMPLES, -1).min(axis=1)
    likelihood = 5 / PARTICLES * np.sum(minimal < end) / np.sum(np.minimum(minimal, end) ** 5)  # censored where the window ends
    assert values(estimates, "A_g_ml")[0] == pytest.approx(likelihood, rel=1e-12) and np.sum(minimal < end) < np.sum(minimal < FRACTION * PHONON)
    assert set(values(estimates, "omega_cutoff")) > {end}  # the choice of the window is a part of the error
    assert (values(estimates, "omega_cutoff") <= end).all()


def test_few_soft_modes_are_flagged_with_their_number(run):
    change = glasses(8, 0.01)
    estimates, _, windows, *_ = run("modes", change=change)
    number = np.sum(change["modes"](None)["omega"].to_numpy().reshape(SAMPLES, -1) < FRACTION * made("elasticity")["omega_ph"].to_numpy()[:, None])
    assert 2 < number < 8 and len(windows) == 0
    reason = f"no omega^4 range: {number} modes below the cutoff, at least 8 are needed"
    assert {name: flag(estimates, name) for name in ("A_g", "A_g_ml")} == {"A_g": reason, "A_g_ml": reason}
    assert set(estimates.loc[estimates["flag"] != "", "quantity"]) == {"A_g", "A_g_ml"}
    assert np.isfinite(values(estimates, "A_g")[0])  # a number all the same, that of all modes below the cutoffs


@pytest.mark.parametrize("prefactor", [1e-9, 0.01])
def test_few_soft_modes_give_a_largest_prefactor(run, prefactor):
    """Under it so few modes lie below the cutoffs with a probability of one in twenty: 3.0 are expected where there is none."""
    change = glasses(8, prefactor)
    cutoff = FRACTION * made("elasticity")["omega_ph"].to_numpy()
    number = np.sum(change["modes"](None)["omega"].to_numpy().reshape(SAMPLES, -1) < cutoff[:, None])
    limit = values(run("modes", change=change)[0], "A_g_limit")
    expected = PARTICLES * limit[0] * np.sum(cutoff**5) / 5
    terms = np.cumprod(np.concatenate([[1.0], expected / np.arange(1, number + 1)]))
    assert np.exp(-expected) * terms.sum() == pytest.approx(0.05, rel=1e-9) and limit[0] > prefactor
    assert expected == pytest.approx(-np.log(0.05), rel=1e-9) if prefactor < 0.01 else number > 2
    assert 0 < limit[1:].std() < 2 * limit[0] * np.std(cutoff**5) / np.mean(cutoff**5) / SAMPLES**0.5  # samples differ by their phonons alone


def test_the_largest_prefactor_is_too_low_in_one_ensemble_of_twenty_at_most():
    """Numbers of modes that the truth gives: from 2 expected, where a count of none puts the limit at 3, to 7."""
    rng = np.random.default_rng(3)
    for mean in (2.0, 3.2, 5.0, 7.0):
        limits = np.array([largest_mean(count) for count in rng.poisson(mean, 4000)])
        assert np.mean(limits < mean) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 4000)


def test_where_the_law_is_there_is_no_such_limit(run):
    assert "A_g_limit" not in set(run("modes", change=glasses(3, 0.4))[0]["quantity"])


@pytest.mark.parametrize(("exponent", "prefactor"), [(3.0, 0.4), (9.0, 2.0)])
def test_another_law_is_flagged_and_has_its_exponent(run, exponent, prefactor):
    estimates, _, windows, *_ = run("modes", change=glasses(9, prefactor, exponent=exponent), ensemble=ENOUGH)
    first = windows.iloc[0]
    found = f"{first['exponent']:.1f} ± {first['error']:.1f} over a factor {first['extent']:.2f}"
    told = f"no omega^4 range: the exponent of the cumulative is {found}, not 5"
    assert flag(estimates, "A_g") == flag(estimates, "A_g_ml") == told
    assert flag(estimates, "A_g_exponent") == ""
    assert_within(values(estimates, "A_g_exponent"), exponent)


# --- P(lambda) and N e --------------------------------------------------------------------------------------------------------------------------


def eigenvalues(change, profile=None, seed=1):
    """Changes of the table of the bond operator: the eigenvalues omega^-2 of made-up glasses, and N e of each, scattered by a tenth."""
    frame = made("bond_operator").copy()
    frame["lambda"] = change["modes"](None)["omega"].to_numpy() ** -2.0
    if profile is not None:
        scatter = 1 + 0.1 * np.random.default_rng(seed).standard_normal(len(frame))
        frame["participation_force"] = profile(frame["lambda"].to_numpy()) * scatter / PARTICLES
    return {"bond_operator": lambda _: frame}


def level(eigenvalue):
    return np.full(len(eigenvalue), 20.0)


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_the_tail_has_the_prefactor_of_the_modes(run, seed):
    """Exponent 5 up to omega = 0.7, so lambda^(-7/2) above lambda = 2; beyond, the eigenvalues are too many."""
    change = eigenvalues(glasses(seed, 2.0, PHONON, leaves_at=0.7, then=10.0), level)
    estimates, _, windows, _ = run("bond_operator", change=change, ensemble=ENOUGH, lambda_tail=0.2)
    assert set(estimates["flag"]) == {""}
    assert_within(values(estimates, "A_g_tail"), 2.0)
    assert_within(values(estimates, "lambda_exponent"), 3.5)
    assert np.isclose(windows["exponent"], values(estimates, "lambda_exponent")[0], rtol=1e-12).sum() == 1
    onset = values(estimates, "lambda_onset")[0]
    assert onset in set(windows["onset"]) and 0.78**-2 < onset < 0.6**-2 and windows["onset"].iloc[0] < 1.4
    assert windows["exponent"].iloc[0] > 5 and windows.loc[windows["onset"] == onset, "exponent"].item() < 4.5
    assert values(estimates, "plateau_onset")[0] in set(windows["onset"]) and values(estimates, "N_e_plateau")[0] == pytest.approx(20, rel=0.05)


def test_rows_of_the_tail_are_plain_sums_over_its_eigenvalues(run):
    change = eigenvalues(glasses(11, 2.0, PHONON), lambda one: 20 + 3 * np.log(one))
    frame = change["bond_operator"](None)
    windows = run("bond_operator", change=change, lambda_tail=0.2)[2]
    assert len(windows) > 5 and np.all(np.diff(windows["onset"]) > 0)
    for row in windows.itertuples():
        inside = frame[frame["lambda"] >= row.onset]
        x, y = np.log(inside["lambda"]), PARTICLES * inside["participation_force"]
        assert row.count == len(inside)
        assert row.exponent == pytest.approx(1 + len(x) / np.sum(x - np.log(row.onset)), rel=1e-9)
        assert row.error == pytest.approx((row.exponent - 1) / np.sqrt(len(x)), rel=1e-9)
        (slope, _), covariance = np.polyfit(x, y, 1, cov=True)
        assert (row.N_e, row.slope) == (pytest.approx(y.mean(), rel=1e-9), pytest.approx(slope, rel=1e-6))
        assert row.slope_error == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-6)


def test_few_eigenvalues_in_the_tail_have_neither_law_nor_plateau(run):
    estimates, _, windows, _ = run("bond_operator", lambda_tail=7 / (SAMPLES * MODES))
    law, plateau = flag(estimates, "A_g_tail"), flag(estimates, "N_e_plateau")
    counts = [np.sum(made("bond_operator")["lambda"] >= edge) for edge in LAMBDA_BINS.edges]
    assert len(windows) == 0 and values(estimates, "A_g_tail").size and np.isnan(values(estimates, "A_g_tail")).all()
    assert (
        law
        == flag(estimates, "lambda_onset")
        == f"no lambda^-7/2 range: {max(one for one in counts if one <= 7)} modes in the tail, at least 8 are needed"
    )
    assert plateau == flag(estimates, "xi_bond") == flag(estimates, "plateau_onset") and plateau.startswith("no plateau: ")
    assert flag(estimates, "lambda_exponent") == ""


def test_a_profile_that_is_level_nowhere_flags_the_length_but_not_the_prefactor(run):
    """N e falls by ten for each factor e in lambda: a number is given, of the whole tail, and flagged."""
    change = eigenvalues(glasses(7, 2.0, PHONON), lambda one: 40 - 10 * np.log(one))
    estimates, _, windows, _ = run("bond_operator", change=change, lambda_tail=0.1)
    told = "no plateau: it changes by -"
    assert all(flag(estimates, name).startswith(told) for name in ("N_e_plateau", "plateau_onset", "xi_bond"))
    assert flag(estimates, "A_g_tail") == "" == flag(estimates, "lambda_exponent")
    assert values(estimates, "N_e_plateau")[0] == pytest.approx(windows["N_e"].iloc[0], rel=1e-12)
    assert windows["slope"].iloc[0] == pytest.approx(-10, abs=4 * windows["slope_error"].iloc[0])


def test_a_profile_that_levels_off_has_its_plateau_there(run):
    change = eigenvalues(glasses(7, 2.0, PHONON), lambda one: 20 + 30 * np.maximum(0, np.log(2 / one)))
    estimates, _, windows, _ = run("bond_operator", change=change, lambda_tail=0.1)
    onset = values(estimates, "plateau_onset")[0]
    assert flag(estimates, "N_e_plateau") == "" == flag(estimates, "xi_bond") and 1.6 < onset < 3 > windows["onset"].iloc[0]
    assert values(estimates, "N_e_plateau")[0] == pytest.approx(20, rel=0.05) and windows["N_e"].iloc[0] > 25


# --- from one ensemble to the study -------------------------------------------------------------------------------------------------------------


def test_an_ensemble_without_a_law_is_in_doubt_in_the_whole_study(run):
    """Made-up glasses at four T_p, the coldest with too few soft modes: hollow N_QLM and ratio, and no part in the Boltzmann law."""
    frames, omega = [], 3.0
    for place, (temperature, prefactor) in enumerate(((1.3, 2.0), (0.6, 0.6), (0.5, 0.2), (0.4, 0.01))):
        point = Point.plain(40, temperature)
        change = glasses(20 + place, prefactor)
        found = run("modes", change=change, point=point, ensemble=replace(ENOUGH, point=point))[0]
        spread = omega * (1 + 0.01 * np.random.default_rng(place).standard_normal(ENOUGH.rows))
        spots = found[found["quantity"] == "A_g"].assign(
            quantity="omega_g", value=np.where(found["replicate"][: ENOUGH.rows] == 0, omega, spread), flag=""
        )
        frames.append(pd.concat([found, spots]).assign(particles=40, parent_temperature=temperature))
    settings = replace(SETTINGS, main=(40, 1.3), observables=OBSERVABLES)
    quantities, fits = combine(pd.concat(frames, ignore_index=True), settings)
    by_point = quantities.set_index(["quantity", "parent_temperature"])
    for name in ("A_g", "N_qlm", "R_Ag", "N_qlm_ml"):
        assert by_point.loc[(name, 0.4), "flag"].startswith("no omega^4 range: "), name
        assert by_point.loc[(name, 0.5), "flag"] == "" == by_point.loc[(name, 1.3), "flag"]
    limit = by_point.loc[("N_qlm_limit", 0.4)]
    assert limit["value"] == pytest.approx(by_point.loc[("A_g_limit", 0.4), "value"] * omega**5, rel=1e-12) and limit["flag"] == ""
    least = np.log(by_point.loc[("N_qlm", 0.5), "value"] / limit["value"]) / (0.9 / 0.4 - 0.9 / 0.5)
    assert by_point.loc[("E_qlm_least", 0.4), "value"] == pytest.approx(least, rel=1e-9) and by_point.loc[("E_qlm_least", 0.4), "error"] > 0
    for name in ("A_g_limit", "N_qlm_limit", "E_qlm_least"):
        assert [temperature for quantity, temperature in by_point.index if quantity == name] == [0.4], name
    assert ("E_qlm_local", 0.4) not in by_point.index and ("E_qlm_local", 0.5) in by_point.index
    rows = fits.set_index("name")
    assert rows.loc["E_qlm", "window"] == "T_p <= 0.66: 0.5, 0.6; 2 points: no check of linearity"
    expected = np.log(by_point.loc[("N_qlm", 0.6), "value"] / by_point.loc[("N_qlm", 0.5), "value"]) / (0.9 / 0.5 - 0.9 / 0.6)
    assert rows.loc["E_qlm", "value"] == pytest.approx(expected, rel=1e-9)
    assert rows.loc["A_g_decades", "window"] == "T_p = 0.5 against 1.3"
