"""Whether a law is there: windows on made-up spectra that follow it, that leave it, that never had it, and that have too few modes."""

import numpy as np
import pytest
from vitrine.observables.bond_operator.tail import Tail
from vitrine.observables.modes.soft_modes import SoftModes
from vitrine.statistics.histograms import LAMBDA_BINS, BinnedSums
from vitrine.statistics.laws import (
    EXTENT,
    FEWEST,
    NARROWED,
    Profile,
    Windows,
    law_window,
    plateau_window,
    probability,
    stable_window,
    thinned,
    turns,
)

SAMPLES = 200


def spectrum(rng, modes, exponent=5.0, leaves_at=1.0, then=5.0, samples=SAMPLES):
    """Frequencies below 1 whose cumulative grows with `exponent` up to `leaves_at` and with `then` beyond, spread over samples: omega, owner."""
    share = leaves_at**then  # of the modes that lie below, so that the cumulative is continuous
    uniform = rng.random(modes)
    low = leaves_at * (uniform / share) ** (1 / exponent)
    return np.where(uniform < share, low, uniform ** (1 / then)), rng.integers(samples, size=modes)


def windows_of(omega, owner, cutoff=1.0, samples=SAMPLES, rows=1):
    soft = SoftModes.of(np.arange(samples), np.full(samples, cutoff), owner, omega)
    return soft.windows(np.ones((rows, samples)), omega.min())


def test_windows_against_plain_sums():
    rng = np.random.default_rng(1)
    omega, owner = spectrum(rng, 300, samples=20)
    cutoff = rng.uniform(0.7, 1.0, 20)
    weights = rng.poisson(1.0, (4, 20)).astype(float)
    windows = SoftModes.of(np.arange(20), cutoff, owner, omega).windows(weights, omega.min())
    assert len(windows) > 4 and windows.ends[0] == cutoff.max() and np.all(np.diff(windows.ends) < 0)
    for place, end in enumerate(windows.ends):
        for row in range(4):
            count = logs = 0.0
            for one, sample in zip(omega, owner, strict=True):
                top = min(end, cutoff[sample])
                if one < top:
                    count += weights[row, sample]
                    logs += weights[row, sample] * np.log(top / one)
            assert windows.counts[row, place] == count
            assert windows.exponents[row, place] == pytest.approx(count / logs, rel=1e-12)
        assert windows.extents[place] == pytest.approx(end / omega.min(), rel=1e-12)


def test_windows_are_thinned_by_their_modes():
    counts = np.array([100, 99, 75, 70, 50, 36, 35, 20, 12, 10, 9, 3])
    kept = counts[thinned(counts)]
    assert list(kept) == [100, 70, 36, 20, 12] and kept[-1] >= FEWEST


def test_a_spectrum_of_the_law_shows_it_over_its_whole_range():
    """Nine looks of probability 0.01 each refuse one spectrum in fifteen its widest window, and one in thirty all of them."""
    rng = np.random.default_rng(2)
    places = [law_window(windows_of(*spectrum(rng, 200)), 200).place for _ in range(300)]
    assert np.mean(np.equal(places, 0)) > 0.88 and np.mean(np.less(places, 0)) < 0.07


@pytest.mark.parametrize("modes", [30, 1000])
def test_the_probability_of_an_exponent_is_exact(modes):
    """Under the law it is uniform: of 4000 exponents a tenth lies below 0.1, with an error of 0.005."""
    rng = np.random.default_rng(20)
    exponents = 5 / rng.gamma(modes, 1 / modes, 4000)
    assert np.mean(probability(np.full(4000, float(modes)), exponents) < 0.1) == pytest.approx(0.1, abs=0.025)


@pytest.mark.parametrize("exponent", [3.0, 10.0])
def test_another_exponent_is_no_law(exponent):
    windows = windows_of(*spectrum(np.random.default_rng(3), 400, exponent))
    law = law_window(windows, 400)
    assert law.place == -1 and law.reason.startswith("no omega^4 range: the exponent of the cumulative is ") and law.reason.endswith("not 5")


@pytest.mark.parametrize(("exponent", "most"), [(3.0, 0.1), (8.0, 0.2), (10.0, 0.02)])
def test_another_spectrum_is_not_saved_by_its_few_softest_modes(exponent, most):
    """Ten modes are compatible with anything: once the widest window is refused, a narrower one needs `NARROWED`. Of 200 spectra of 200 modes."""
    rng = np.random.default_rng(4)
    shown = [law_window(windows_of(*spectrum(rng, 200, exponent)), 200).place >= 0 for _ in range(200)]
    assert np.mean(shown) < most


def test_a_spectrum_that_leaves_the_law_early_has_it_below():
    """Exponent 5 up to 0.5, then 12: the window ends at 0.5, to a step in the number of modes."""
    rng = np.random.default_rng(5)
    modes = 120 * 2**12
    windows = windows_of(*spectrum(rng, modes, 5.0, 0.5, 12.0))
    law = law_window(windows, modes)
    assert 0.4 < windows.ends[law.place] < 0.56
    assert windows.exponents[0, 0] > 11


def test_few_modes_are_said_to_be_few():
    omega, owner = spectrum(np.random.default_rng(6), FEWEST - 1)
    law = law_window(windows_of(omega, owner), FEWEST - 1)
    assert (law.place, law.reason) == (-1, f"no omega^4 range: {FEWEST - 1} modes below the cutoff, at least {FEWEST} are needed")
    assert stable_window(windows_of(omega, owner)) == -1


def test_a_law_over_a_short_range_is_none():
    """All modes between 0.8 and 1, with the density of the law: no range over which it could be seen."""
    rng = np.random.default_rng(7)
    omega = (0.8**5 + (1 - 0.8**5) * rng.random(400)) ** 0.2
    law = law_window(windows_of(omega, rng.integers(SAMPLES, size=400)), 400)
    assert law.place == -1


def test_narrower_windows_must_agree():
    """Exponents that pass through 5 on their way are no law there."""
    counts = np.array([[1000.0, 500.0, 250.0, 125.0]])
    windows = Windows(np.array([4.0, 3.0, 2.0, 1.5]), counts, np.array([[3.0, 5.0, 9.0, 5.1]]), np.full(4, 2.0))
    assert law_window(windows, 1000).place == 3
    assert law_window(Windows(windows.ends, counts, np.array([[5.0, 5.0, 5.0, 9.0]]), windows.extents), 1000).place == -1


@pytest.mark.parametrize(("off", "place"), [(0.97, 0), (1.03, 1)])
def test_how_far_an_exponent_may_be_off(off, place):
    """2.576 errors are the two-sided probability 0.01; of ten thousand modes the distribution is Gaussian to a part in a hundred."""
    counts = np.array([[10000.0, 100.0]])
    exponent = 5 / (1 + off * 2.576 / np.sqrt(10000))
    assert law_window(Windows(np.array([2.0, 1.8]), counts, np.array([[exponent, 5.0]]), np.full(2, EXTENT)), 400).place == place


def test_a_narrower_window_needs_more_modes_than_the_widest():
    exponents, extents = np.array([[9.0, 5.0]]), np.full(2, 2.0)
    for number, place in ((NARROWED, 1), (NARROWED - 1, -1)):
        windows = Windows(np.array([2.0, 1.8]), np.array([[200.0, float(number)]]), exponents, extents)
        assert law_window(windows, 200).place == place
    assert law_window(Windows(np.array([2.0]), np.array([[float(FEWEST)]]), np.array([[5.0]]), np.array([2.0])), FEWEST).place == 0


def test_the_free_exponent_knows_nothing_of_five():
    """A pure power law of any exponent is stable over its whole range; its estimate scatters about the truth by its error, not more."""
    rng, truth = np.random.default_rng(8), 7.5
    found = []
    for _ in range(200):
        windows = windows_of(*spectrum(rng, 400, truth))
        place = stable_window(windows)
        found.append((windows.exponents[0, place] - truth) / windows.errors[place])
    assert abs(np.mean(found)) < 0.5 and 0.8 < np.std(found) < 1.5


def test_a_bend_moves_the_stable_window_down():
    rng = np.random.default_rng(9)
    windows = windows_of(*spectrum(rng, 120 * 2**12, 5.0, 0.5, 12.0))
    place = stable_window(windows)
    assert windows.ends[place] < 0.56 and abs(windows.exponents[0, place] - 5) < 4 * windows.errors[place]


def test_replicates_take_turns_at_the_window_and_its_neighbours():
    counts = np.array([100.0, 70.0, 50.0, 49.0, 20.0])
    assert list(turns(counts, 0, 8)) == [0, 0, 1, 2, 0, 1, 2, 0]
    assert list(turns(counts, 3, 4)) == [3, 3, 3, 3]
    assert list(turns(counts, 1, 1)) == [1]


def sums_of(eigenvalues, owner, samples, participation=None):
    sums, x = BinnedSums(LAMBDA_BINS, 1), np.log(eigenvalues)
    y = np.zeros(len(x)) if participation is None else participation
    there = np.ones(len(x))
    about = {"log": x, "N_e": y, "N_e_count": there, "N_e_x": x, "N_e_xx": x**2, "N_e_xy": x * y, "N_e_yy": y**2}
    sums.add(np.ones((1, samples)), owner, eigenvalues, **about)
    return sums


def test_the_tail_of_the_bond_operator_is_the_same_law():
    """omega^4 modes as eigenvalues omega^-2: P(lambda) ~ lambda^(-7/2), bins of 1/200 of a decade aside."""
    rng = np.random.default_rng(10)
    omega, owner = spectrum(rng, 2000)
    tail = Tail.of(sums_of(omega**-2, owner, SAMPLES), np.array([2000.0]), 0.0, 0.95)
    assert tail.law.place == 0 and 1 + tail.windows.exponents[0, 0] / 2 == pytest.approx(3.5, abs=4 * 2.5 / np.sqrt(1900))
    for onset, count, exponent in zip(tail.onsets, tail.windows.counts[0], tail.windows.exponents[0], strict=True):
        above = omega[omega**-2 >= onset]
        assert count == len(above)
        assert exponent == pytest.approx(len(above) / np.sum(np.log(onset**-0.5 / above)), rel=1e-9)
    assert tail.windows.extents == pytest.approx(tail.onsets**-0.5 / omega.min(), rel=0.02)


def test_a_tail_takes_its_share_and_what_is_complete():
    rng = np.random.default_rng(11)
    omega, owner = spectrum(rng, 2000)
    values = np.sort(omega**-2)[::-1]
    tail = Tail.of(sums_of(omega**-2, owner, SAMPLES), np.array([2000.0]), 0.0, 0.1)
    assert tail.windows.counts[0, 0] <= 200 < tail.windows.counts[0, 0] * 1.2
    cut = Tail.of(sums_of(omega**-2, owner, SAMPLES), np.array([2000.0]), values[49], 0.1)
    assert cut.onsets[0] > values[49] and cut.windows.counts[0, 0] <= 50


@pytest.mark.parametrize(("slope", "level"), [(0.0, True), (-20.0, False)])
def test_a_plateau_is_level(slope, level):
    rng = np.random.default_rng(12)
    omega, owner = spectrum(rng, 2000)
    eigenvalues = omega**-2
    participation = 50 + slope * np.log(eigenvalues) + 5 * rng.standard_normal(2000)
    tail = Tail.of(sums_of(eigenvalues, owner, SAMPLES, participation), np.array([2000.0]), 0.0, 0.95)
    assert (tail.plateau.place == 0) is level and (tail.plateau.reason == "") is level
    if not level:
        assert tail.plateau.reason.startswith("no plateau: it changes by -")
    place = max(tail.plateau.place, 0)
    inside = eigenvalues >= tail.onsets[place]
    fit = np.polynomial.polynomial.polyfit(np.log(eigenvalues[inside]), participation[inside], 1)
    assert tail.profile.slopes[0, place] == pytest.approx(fit[1], rel=1e-6, abs=1e-9)
    assert tail.profile.means[0, place] == pytest.approx(participation[inside].mean(), rel=1e-12)


def test_a_profile_that_levels_off_has_its_plateau_there():
    rng = np.random.default_rng(13)
    omega, owner = spectrum(rng, 4000)
    eigenvalues = omega**-2
    participation = 30 + 40 * np.maximum(0, np.log(3.0 / eigenvalues)) + 5 * rng.standard_normal(4000)
    tail = Tail.of(sums_of(eigenvalues, owner, SAMPLES, participation), np.array([4000.0]), 0.0, 0.95)
    assert 1.5 < tail.onsets[tail.plateau.place] < 6.0
    assert tail.profile.means[0, tail.plateau.place] == pytest.approx(30, abs=3)
    assert tail.profile.means[0, 0] > 40


def test_the_error_of_a_slope_is_that_of_least_squares():
    rng = np.random.default_rng(14)
    x, noise = rng.uniform(0, 3, 50), rng.standard_normal((400, 50))
    slopes = []
    for one in noise:
        y = 2 + 0.5 * x + one
        sums = (np.array([[value]]) for value in (50.0, x.sum(), (x**2).sum(), y.sum(), (x * y).sum(), (y**2).sum()))
        profile = Profile.of(*sums)
        slopes.append((profile.slopes[0, 0], profile.slope_errors[0]))
    slopes = np.array(slopes)
    assert slopes[:, 0].mean() == pytest.approx(0.5, abs=5 * slopes[:, 0].std() / 20)
    assert slopes[:, 1].mean() == pytest.approx(slopes[:, 0].std(), rel=0.2)


def test_a_tail_without_modes_has_neither_law_nor_plateau():
    tail = Tail.of(BinnedSums(LAMBDA_BINS, 3), np.full(3, 100.0), 0.0, 0.1)
    assert len(tail.windows) == 0 and tail.law.place == tail.plateau.place == -1
    assert "0 modes in the tail" in tail.law.reason and tail.plateau.reason.startswith("no plateau")
    assert len(tail.table()) == 0
    assert plateau_window(tail.profile).place == -1
