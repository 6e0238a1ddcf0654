"""Aggregation of spectra and of pinched bonds: what they give back of the law that made them, and plain loops in the place of binned sums."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from aggregated import (
    ENSEMBLE,
    FRACTION,
    PREFACTOR,
    SAMPLES,
    Aggregation,
    assert_same,
    counts,
    drop_samples,
    flag_samples,
    made,
    schema,
    values,
    weights,
)
from scipy.stats import gamma
from vitrine.observables.pinching.aggregate import SCATTERED
from vitrine.seeds import CHOICE, point_generator
from vitrine.statistics.histograms import LAMBDA_BINS, OMEGA_BINS


@pytest.fixture
def run(tmp_path):
    """Aggregate an observable: run(name, files=1, order=None, change={table: function of its frame}, **settings)."""
    return Aggregation(tmp_path)


def test_mode_density_is_the_plain_histogram_and_its_cumulative_reaches_all_modes(run):
    _, density, *_ = run("modes")
    omega = made("modes")["omega"].to_numpy()
    edges = np.append(density["omega_low"], density["omega_high"].iloc[-1])
    histogram = np.histogram(omega, edges)[0]
    np.testing.assert_array_equal(density["count"], histogram)
    np.testing.assert_allclose(density["density"], histogram / (SAMPLES * 40 * np.diff(edges)), rtol=1e-12)
    np.testing.assert_allclose(density["cumulative"], np.cumsum(histogram) / (SAMPLES * 40), rtol=1e-12)
    assert density["cumulative"].iloc[-1] == pytest.approx(3 * 39 / 40, rel=1e-12)
    assert np.all(density["density_error"] >= 0)


def test_modes_give_back_the_prefactor_by_every_way(run):
    estimates, *_ = run("modes")
    for name, truth in (("A_g", PREFACTOR), ("A_g_ml", PREFACTOR), ("A_g_exponent", 5), ("weibull_exponent", 5), ("omega_min_ratio", 0.22905)):
        replicates = values(estimates, name)
        error = replicates[1:].std(ddof=1)
        assert 0 < error < 0.5 * truth
        assert abs(replicates[0] - truth) < 4 * error, name


def test_scalars_of_the_modes_are_those_of_a_plain_loop(run):
    estimates, *_ = run("modes")
    omega = made("modes")["omega"].to_numpy().reshape(SAMPLES, -1)
    cutoff = FRACTION * made("elasticity")["omega_ph"].to_numpy()
    for b in (0, 5):
        weight = weights()[b]
        logs, below, fifth, seen = 0.0, 0.0, 0.0, 0.0
        for s in range(SAMPLES):
            low = omega[s][omega[s] < cutoff[s]]
            below += weight[s] * len(low)
            logs += weight[s] * np.sum(np.log(cutoff[s] / low))
            fifth += weight[s] * min(omega[s].min(), cutoff[s]) ** 5
            seen += weight[s] * (omega[s].min() < cutoff[s])
        assert values(estimates, "A_g_exponent")[b] == pytest.approx(below / logs, rel=1e-12)
        assert values(estimates, "A_g_ml")[b] == pytest.approx(5 / 40 * seen / fifth, rel=1e-12)
        assert values(estimates, "omega_min_below")[b] == pytest.approx(seen / weight.sum(), rel=1e-12)
        assert values(estimates, "omega_min")[b] == pytest.approx(np.average(omega.min(axis=1), weights=weight), rel=1e-12)


@pytest.mark.parametrize("softest", [np.inf, 1.0])
def test_the_window_of_the_fit_ends_where_it_should(run, softest):
    """ln C = ln(A_g/5) + 5 ln omega in plain loops over the edges: from three modes on to the fraction of the mean phonon, or the softest modes."""
    estimates, *_ = run("modes", softest=softest)
    omega = made("modes")["omega"].to_numpy().reshape(SAMPLES, -1)
    phonon, edges = made("elasticity")["omega_ph"].to_numpy(), OMEGA_BINS.edges
    ceiling = next((edge for edge in edges if np.sum(omega < edge) >= softest * SAMPLES), np.inf)
    for b in (0, 3):
        weight = weights()[b]
        upper = min(FRACTION * np.average(phonon, weights=weight), ceiling)
        assert upper == ceiling if softest == 1.0 else 0.98 < upper < 1.0
        top = bottom = 0.0
        for edge in edges[edges <= upper]:
            count = float(weight @ np.sum(omega < edge, axis=1))
            if count >= 3:
                top += count * (np.log(count / (40 * weight.sum())) - 5 * np.log(edge))
                bottom += count
        assert values(estimates, "A_g")[b] == pytest.approx(5 * np.exp(top / bottom), rel=1e-10)


def test_counts_of_modes_are_those_of_a_plain_loop(run):
    """For every replicate, per particle, in the fine bins: what the specific heat is computed from."""
    counts = run("modes", files=4)[3]
    omega, edges = made("modes")["omega"].to_numpy().reshape(SAMPLES, -1), OMEGA_BINS.edges
    plain = np.array([np.histogram(one, edges)[0] for one in omega])
    for b in (0, 7, 20):
        expected = weights()[b] @ plain / (40 * weights()[b].sum())
        rows = counts[counts["replicate"] == b]
        assert rows["bin"].tolist() == np.flatnonzero(expected).tolist()
        np.testing.assert_allclose(rows["modes"], expected[expected > 0], rtol=1e-12)
        assert rows["modes"].sum() == pytest.approx(3 * 39 / 40, rel=1e-12)
    assert set(counts["samples"]) == {SAMPLES} and set(counts["replicate"]) == set(range(21))


def test_softest_ends_the_window_below_the_phonon(run):
    estimates, *_ = run("modes", softest=1.0)
    cutoff = values(estimates, "omega_cutoff")[0]
    assert cutoff < FRACTION
    assert (made("modes")["omega"] < cutoff).sum() == pytest.approx(SAMPLES, rel=0.1)
    wide, *_ = run("modes", softest=100.0)
    assert_same([wide], [run("modes")[0]])


def test_a_sample_without_first_phonon_is_named(run):
    estimates, *_, flags = run("modes", change={"elasticity": lambda frame: flag_samples(6, reason="singular")(drop_samples(8)(frame))})
    assert counts(estimates, "A_g") == (SAMPLES - 2, 2)
    assert flags["flag"].tolist() == ["no first phonon: not in the elasticity table", "no first phonon: singular"]


def test_more_modes_than_there_are_is_a_flag(run):
    extra = pd.DataFrame([schema("modes").row(sample=2, mode=ENSEMBLE.modes, omega=9.0)])
    estimates, *_, flags = run("modes", change={"modes": lambda frame: pd.concat([frame, extra], ignore_index=True)})
    assert counts(estimates, "omega_min") == (SAMPLES - 1, 1)
    assert flags["flag"].tolist() == ["more than d(N - 1) = 117 modes"]


def test_partial_spectra_keep_what_is_complete(run):
    """With the 20 softest modes alone, everything below the lowest 20th mode is as with all of them."""
    full_estimates, full, *_ = run("modes", softest=3.0)
    estimates, partial, *_ = run("modes", softest=3.0, change={"modes": lambda frame: frame[frame["mode"] < 20]})
    limit = made("modes")["omega"].to_numpy().reshape(SAMPLES, -1)[:, 19].min()
    assert_same([partial], [full[full["omega_high"] <= limit]])
    assert 0 < len(partial) < len(full)
    assert_same([estimates], [full_estimates])


def test_pinching_averages_every_weak_bond_of_every_sample(run):
    estimates, curve, _, _ = run("pinching")
    data = made("pinching")
    for b in (0, 3):
        weight = weights()[b][data["sample"]]
        weak = data["force_reduced"].abs() < 1e-2
        assert values(estimates, "omega_g")[b] == pytest.approx(np.average(data["omega"][weak], weights=weight[weak]), rel=1e-12)
        assert values(estimates, "omega_g_unfiltered")[b] == pytest.approx(np.average(data["omega"], weights=weight), rel=1e-12)
        assert values(estimates, "weak_bonds")[b] == pytest.approx(np.average(weak, weights=weight), rel=1e-12)
    assert values(estimates, "omega_g")[0] == pytest.approx(1.5, abs=0.03)
    ratios = values(estimates, "omega_g_unfiltered") / values(estimates, "omega_g")
    np.testing.assert_allclose(values(estimates, "omega_g_filter_ratio"), ratios, rtol=1e-14)
    row = curve.iloc[len(curve) // 2]
    inside = (data["force_reduced"] >= row["force_low"]) & (data["force_reduced"] < row["force_high"])
    assert row["count"] == inside.sum() > 0
    assert row["omega"] == pytest.approx(data["omega"][inside].mean(), rel=1e-12)
    assert curve["count"].sum() == (data["force_reduced"] > 0).sum()


def test_without_a_weak_bond_omega_g_says_why_it_is_none(run):
    estimates = run("pinching", weak_force=1e-9)[0]
    flags = estimates.set_index("quantity")["flag"]
    assert np.isnan(values(estimates, "omega_g")).all() and np.isfinite(values(estimates, "omega_g_unfiltered")).all()
    assert set(flags["omega_g"]) == set(flags["omega_g_filter_ratio"]) == {"no pinched bond has |f|/(p a0^(d-1)) < pinching.weak_force = 1e-09"}
    assert set(flags["omega_g_unfiltered"]) == set(run("pinching")[0]["flag"]) == {""}


def test_scatter_is_a_seeded_choice_of_bonds(run):
    scatter = run("pinching")[2]
    data = made("pinching")
    assert len(scatter) == SCATTERED < len(data)
    chosen = data.merge(scatter, on=["force_reduced", "omega"])
    assert len(chosen) == SCATTERED
    assert chosen["sample"].nunique() == SAMPLES
    ranks = [point_generator(ENSEMBLE.seed, CHOICE, ENSEMBLE.point, sample).random(60) for sample in range(SAMPLES)]
    first = data.assign(rank=np.concatenate(ranks)).nsmallest(SCATTERED, "rank")
    assert set(zip(scatter["force_reduced"], scatter["omega"], strict=True)) == set(zip(first["force_reduced"], first["omega"], strict=True))
    mixed = run("pinching", change={"pinching": lambda frame: frame.sample(frac=1.0, random_state=1)})[2]
    pd.testing.assert_frame_equal(mixed, scatter)


def test_bins_without_a_bond_have_no_mean(run):
    gap = {"pinching": lambda frame: frame[(frame["force_reduced"].abs() < 1e-3) | (frame["force_reduced"].abs() > 1e-1)]}
    curve = run("pinching", change=gap)[1]
    assert curve["count"].min() > 0 and not ((curve["force_high"] > 2e-3) & (curve["force_low"] < 0.9e-1)).any()
    assert list(curve.index) == list(range(len(curve)))


def test_bond_operator_gives_back_exponent_prefactor_and_length(run):
    estimates, *_ = run("bond_operator")
    for name, truth in (("A_g_tail", PREFACTOR), ("lambda_exponent", 3.5)):
        replicates = values(estimates, name)
        error = replicates[1:].std(ddof=1)
        assert 0 < error < 0.5 * truth
        assert abs(replicates[0] - truth) < 4 * error, name
    eigenvalues = made("bond_operator")["lambda"].to_numpy()
    assert 0.027 < np.mean(eigenvalues >= values(estimates, "lambda_tail")[0]) <= 0.03
    threshold = values(estimates, "plateau_onset")[0]
    assert 0.95 < threshold < 1.2  # N e is 30 above one
    tail = made("bond_operator")["participation_force"][eigenvalues >= threshold] * 40
    assert values(estimates, "N_e_plateau")[0] == pytest.approx(tail.mean(), rel=1e-12)
    for b in (0, 5):
        a0 = np.average(made("glasses")["spacing"], weights=weights()[b])
        assert values(estimates, "xi_bond")[b] == pytest.approx(a0 * (1.15 * values(estimates, "N_e_plateau")[b]) ** (1 / 3), rel=1e-12)


@pytest.mark.parametrize("dimension", [2, 3])
def test_xi_has_the_dimension_of_space(run, dimension):
    """n particles fill n a0^d: in the plane with fewer eigenvalues to a sample, d (N - 1)."""
    ensemble = replace(ENSEMBLE, dimension=dimension)
    change = {"bond_operator": lambda frame: frame[frame["mode"] < dimension * 39]}
    estimates, *_ = run("bond_operator", ensemble=ensemble, change=change)
    n = 1.15 * values(estimates, "N_e_plateau")
    a0 = [np.average(made("glasses")["spacing"], weights=weight) for weight in weights()]
    np.testing.assert_allclose(values(estimates, "xi_bond"), a0 * n ** (1 / dimension), rtol=1e-12)


def test_xi_has_the_length_of_the_samples_own_boxes(run):
    """At constant pressure a0 is not the model's; a glass that is left out of the spectra is left out of a0."""
    wide = {"glasses": lambda frame: frame.assign(spacing=2 * frame["spacing"])}
    one, two = (values(run("bond_operator", change=change)[0], "xi_bond") for change in ({}, wide))
    np.testing.assert_allclose(two, 2 * one, rtol=1e-12)
    odd = {"glasses": lambda frame: frame.assign(spacing=frame["spacing"].where(frame["sample"] != 4, 1e6)), "bond_operator": flag_samples(4)}
    without = dict.fromkeys(("glasses", "bond_operator"), drop_samples(4))
    assert_same([run("bond_operator", change=odd)[0].drop(columns="flagged")], [run("bond_operator", change=without)[0].drop(columns="flagged")])


def test_eigenvalue_density_is_the_plain_histogram_and_integrates_to_one(run):
    _, density, *_ = run("bond_operator")
    eigenvalues = made("bond_operator")["lambda"].to_numpy()
    edges = np.append(density["lambda_low"], density["lambda_high"].iloc[-1])
    histogram = np.histogram(eigenvalues, edges)[0]
    np.testing.assert_array_equal(density["count"], histogram)
    assert np.sum(density["density"] * np.diff(edges)) == pytest.approx(1, rel=1e-12)
    for name, column in (("N_e", "participation_force"), ("N_e_displacement", "participation_displacement")):
        means = (40 * made("bond_operator")[column]).groupby(np.digitize(eigenvalues, edges)).mean()
        np.testing.assert_allclose(density.loc[histogram > 0, name], means, rtol=1e-12)
    tail = density[(density["lambda_low"] >= 1) & (histogram > 0)]
    assert tail["N_e"].between(20, 40).all() and density.loc[density["lambda_high"] < 1, "N_e_displacement"].dropna().between(120, 200).all()


def test_partial_eigenvalues_keep_the_tail_and_its_normalisation(run):
    """With the largest 20 eigenvalues alone the tail is as with all; participations may be missing below a rank."""
    full_estimates, full, *_ = run("bond_operator")

    def largest(frame):
        rank = frame.groupby("sample")["lambda"].rank(ascending=False)
        return frame[rank <= 20]

    estimates, partial, *_ = run("bond_operator", change={"bond_operator": largest})
    assert_same([estimates], [full_estimates])
    assert_same([partial], [full[full["lambda_low"] >= partial["lambda_low"].min()].reset_index(drop=True)])
    assert len(partial) < len(full)
    complete = np.sort(made("bond_operator")["lambda"].to_numpy().reshape(SAMPLES, -1), axis=1)[:, -20].max()
    assert complete <= partial["lambda_low"].min() < 1.2 * complete


def law_onset(eigenvalues, share):
    """The definition, edge by edge: the lowest onset above which, and above all higher ones, 5/2 times the sum of logarithms is Gamma distributed."""
    edges, tried, last = LAMBDA_BINS.edges, [], np.inf
    for edge in edges:
        inside = eigenvalues[eigenvalues >= edge]
        if 8 <= len(inside) <= min(last / np.sqrt(2), share * len(eigenvalues)):
            tried.append((edge, len(inside), 5 * np.log(inside / edge).sum() / 2))
            last = len(inside)
    best, highest = None, edges[np.searchsorted(edges, eigenvalues.max(), side="right")]
    for place, (edge, number, total) in reversed(list(enumerate(tried))):
        if 2 * min(gamma.cdf(total, number), gamma.sf(total, number)) < 0.01:
            break
        if (number >= 60 or place == 0) and np.sqrt(highest / edge) >= 1.5:
            best = edge
    return tried[0][0], best


def test_the_prefactor_is_taken_where_the_law_sets_in(run):
    """The lowest onset above which the exponent is compatible with the law's, and above all higher ones."""

    def bent(frame):
        """Below lambda = 1 fewer eigenvalues than the law has."""
        return frame.assign(**{"lambda": np.where(frame["lambda"] < 1, frame["lambda"] ** 2, frame["lambda"])})

    estimates, *_ = run("bond_operator", change={"bond_operator": bent}, lambda_tail=0.3)
    eigenvalues = bent(made("bond_operator"))["lambda"].to_numpy()
    lowest, onset = law_onset(eigenvalues, 0.3)
    assert values(estimates, "lambda_tail")[0] == lowest < 0.2 and values(estimates, "lambda_onset")[0] == onset > 0.8
    expected = 5 * 3 * 39 / 40 * np.mean(eigenvalues >= onset) * onset**2.5
    assert values(estimates, "A_g_tail")[0] == pytest.approx(expected, rel=1e-12)
    assert estimates["flag"].eq("").all() and expected == pytest.approx(PREFACTOR, rel=0.3)


def test_modes_without_vectors_are_left_out_of_the_profile_alone(run):
    def blank(frame):
        return frame.assign(participation_force=frame["participation_force"].where(frame["lambda"] > 0.5))

    _, density, *_ = run("bond_operator", change={"bond_operator": blank})
    _, full, *_ = run("bond_operator")
    high = density["lambda_low"] >= 0.52
    assert_same([density[high]], [full[high]])
    assert density.loc[density["lambda_high"] < 0.5, "N_e"].isna().all()
    np.testing.assert_array_equal(density["density"], full["density"])
