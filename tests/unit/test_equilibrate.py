"""Chains and their clocks: correlation times on motion of known decay, lengths of runs and of pilots, samples that know nothing of others."""

from dataclasses import replace

import numpy as np
import pytest
from naive import poly, scattered
from vitrine.interactions import Interactions
from vitrine.preparation.equilibrate import equilibrate
from vitrine.preparation.liquids import equilibrate_liquid, liquid_rows
from vitrine.preparation.pilot import RunLength, pilot_liquid, run_length
from vitrine.preparation.relaxation import CHECK, RelaxationClock, curve_times
from vitrine.preparation.series import block_means, correlation_time
from vitrine.samples.store import missing_sample
from vitrine.tables import LIQUIDS, PILOT, RELAXATION

SETTINGS = {
    "sampler": "swap",
    "swap_fraction": 0.2,
    "swap_range": 0.35,
    "target_acceptance": 0.25,
    "tuning_sweeps": 50,
    "overlap_length": 0.3,
    "relaxation_times": 3,
    "sweeps": None,
    "pilot_samples": 2,
    "pilot_relaxations": 4,
    "minimum_sweeps": 200,
    "maximum_sweeps": 5000,
}
CURVE_TIMES = curve_times(CHECK)
CHAIN = {name: SETTINGS[name] for name in ("tuning_sweeps", "target_acceptance", "overlap_length")}
SWEEPS = 600  # of the liquids of this file


class Hopping:
    """Particles that hop far away with probability p between two looks, never to return: Q = (1 - p)^looks. The energy is what is given."""

    def __init__(self, p, particles=4000, energies=None, seed=1):
        self.rng, self.p = np.random.default_rng(seed), p
        self.positions = np.zeros((particles, 3))
        self.energy, self.step, self.tuned, self.ran = 0.0, 0.05, 0, 0
        self.energies = iter(energies) if energies is not None else None

    def tune(self, sweeps, target):
        self.tuned += sweeps
        self.step = target
        self.positions = self.positions + 100.0

    def advance(self, sweeps):
        self.ran += sweeps
        hop = self.rng.random(len(self.positions)) < self.p
        away = self.rng.standard_normal(self.positions.shape)
        away *= 5.0 / np.linalg.norm(away, axis=1)[:, None]
        self.positions = self.positions + hop[:, None] * away + 0.37  # the drift of all together is no relaxation
        self.energy = len(self.positions) * (next(self.energies) if self.energies else self.rng.standard_normal())
        return np.array([80, 20, 20, 5])

    def configurational_terms(self):
        return 6.0, 4.0

    def pressure(self):
        return 2.5

    def current(self):
        raise AssertionError("not needed")


def ar1(length, rho, rng):
    """A stationary series with correlation rho^t."""
    noise = rng.standard_normal(length) * np.sqrt(1 - rho**2)
    series = np.empty(length)
    series[0] = rng.standard_normal()
    for t in range(1, length):
        series[t] = rho * series[t - 1] + noise[t]
    return series


@pytest.mark.parametrize("p", [0.02, 0.1, 0.5])
def test_clock_counts_the_known_relaxation_time(p):
    engine = Hopping(p)
    clock = RelaxationClock(engine.positions, 0.3)
    for time in range(CHECK, 1200 * CHECK, CHECK):
        engine.advance(CHECK)
        clock.look(time, engine.positions)
    looks = np.floor(-1 / np.log1p(-p)) + 1  # the first time that (1 - p)^looks is below 1/e
    assert clock.relaxation_time == pytest.approx(looks * CHECK, rel=0.04)
    assert len(clock.durations) == pytest.approx(1200 / looks, rel=0.06)
    assert sum(clock.durations) <= 1200 * CHECK


@pytest.mark.parametrize("p", [0.02, 0.1])
def test_overlap_curve_is_the_known_decay(p):
    engine = Hopping(p)
    clock = RelaxationClock(engine.positions, 0.3)
    for time in range(CHECK, 2400 * CHECK, CHECK):
        engine.advance(CHECK)
        clock.look(time, engine.positions)
    times, overlap = np.array(clock.curve).T
    exact = (1 - p) ** (times / CHECK)
    origins = len(clock.durations)
    early = times <= clock.relaxation_time
    assert early.sum() >= 3
    error = np.sqrt(exact * (1 - exact) / (4000 * origins))
    assert np.all(np.abs(overlap - exact)[early] < 4 * error[early] + 1e-12)


def test_the_drift_of_the_centre_is_no_relaxation():
    still = np.random.default_rng(1).random((500, 3))
    clock = RelaxationClock(still, 0.3)
    for time in range(CHECK, 100 * CHECK, CHECK):
        clock.look(time, still + time)
    assert clock.durations == [] and np.isnan(clock.relaxation_time)
    assert all(overlap == 1.0 for _, overlap in clock.curve)


def test_relaxation_is_at_one_over_e():
    """Of a thousand particles 632 must leave, 631 are not enough."""
    for left, relaxed in ((631, False), (633, True)):
        positions = np.zeros((1000, 3))
        clock = RelaxationClock(positions, 0.3)
        moved, angle = positions.copy(), 2 * np.pi * np.arange(left) / left
        moved[:left, :2] = 10 * np.column_stack([np.cos(angle), np.sin(angle)])  # the centre stays
        clock.look(CHECK, moved)
        assert bool(clock.durations) is relaxed


def walk(looks, particles=300):
    """A random walk that is slower at first, so that relaxations differ."""
    steps = np.random.default_rng(8).normal(0, 0.05, (looks, particles, 3)) * np.linspace(0.5, 1.5, looks)[:, None, None]
    return np.cumsum(steps, axis=0)


def test_clock_and_curve_against_plain_lists():
    """Each origin is followed until the next one has relaxed: the curve reaches beyond a relaxation, and its origins overlap."""
    path, length = walk(400), 0.3
    clock = RelaxationClock(path[0], length)
    for look in range(1, 400):
        clock.look(look * CHECK, path[look])

    def overlap(start, look):
        moved = path[look] - path[start] - np.mean(path[look] - path[start], axis=0)
        return np.mean(np.linalg.norm(moved, axis=1) < length)

    origins = [0]
    for look in range(1, 400):
        if overlap(origins[-1], look) < np.exp(-1):
            origins.append(look)
    durations = np.diff(origins) * CHECK
    assert len(durations) > 8 and clock.durations == durations.tolist()
    assert clock.relaxation_time == durations[len(durations) // 2 :].mean() != durations.mean()
    ends = [*origins[2:], 399, 399][: len(origins)]
    seen = {int(time): [overlap(start, start + time // CHECK) for start, end in zip(origins, ends, strict=True) if start + time // CHECK <= end]
            for time in CURVE_TIMES}  # fmt: skip
    expected = {time: np.mean(overlaps) for time, overlaps in seen.items() if overlaps}
    assert dict(clock.curve) == pytest.approx(expected, rel=1e-12)
    assert max(expected) > durations.max()


def test_a_clock_goes_on_from_its_arrays():
    path = walk(300)
    whole, halved = RelaxationClock(path[0], 0.3), RelaxationClock(path[0], 0.3)
    for look in range(1, 300):
        whole.look(look * CHECK, path[look])
        halved.look(look * CHECK, path[look])
        if look == 170:
            halved = RelaxationClock.from_arrays({name: array.copy() for name, array in halved.arrays().items()}, 0.3)
    assert len(whole.durations) > 5 and halved.durations == whole.durations and halved.curve == whole.curve


@pytest.mark.parametrize(("moved", "relaxed"), [(0.29, False), (0.31, True)])
def test_who_has_moved_by_the_length_has_left(moved, relaxed):
    """Half of the particles one way, half the other way."""
    clock = RelaxationClock(np.zeros((10, 3)), 0.3)
    clock.look(CHECK, np.outer(np.tile([1.0, -1.0], 5), [moved, 0, 0]))
    assert bool(clock.durations) is relaxed and clock.curve == [(CHECK, 0.0 if relaxed else 1.0)]


def test_curve_times_are_looks():
    assert np.all(CURVE_TIMES % CHECK == 0) and np.all(np.diff(CURVE_TIMES) > 0) and CURVE_TIMES[0] == CHECK
    assert CURVE_TIMES[-1] >= 1_000_000


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9, 0.97])
def test_correlation_time_of_an_autoregressive_series(rho):
    rng, exact = np.random.default_rng(1), 0.5 * (1 + rho) / (1 - rho)
    values = [correlation_time(ar1(20_000, rho, rng)) for _ in range(16)]
    bias = 0.03 * exact  # Sokal's window leaves out exp(-5) and the mean is the series' own
    assert abs(np.mean(values) - exact) < 4 * np.std(values, ddof=1) / 4 + bias


def test_correlation_time_against_plain_sums():
    series = ar1(500, 0.8, np.random.default_rng(2))
    deviation = series - series.mean()
    correlation = [np.sum(deviation[: 500 - t] * deviation[t:]) for t in range(500)]
    tau, t = 0.5, 0
    while True:
        t += 1
        tau += correlation[t] / correlation[0]
        if t >= 5 * tau:
            break
    assert correlation_time(series) == pytest.approx(max(0.5, tau), rel=1e-9)


@pytest.mark.parametrize("series", [[], [1.0], [1.0, 2.0, 3.0], [4.0] * 100], ids=["none", "one", "three", "constant"])
def test_correlation_time_without_information(series):
    with np.errstate(all="raise"):
        assert correlation_time(np.array(series)) == 0.5


def test_a_series_that_swings_to_and_fro_counts_every_point_once():
    """Its correlation time would be shorter than a step."""
    assert correlation_time(ar1(4000, -0.6, np.random.default_rng(5))) == 0.5


def test_block_means_against_plain_slices():
    series = np.random.default_rng(3).standard_normal(1000)
    means = block_means(series, 64)
    ends = [0, *(end for end, _ in means)]
    assert len(means) == 64 and ends[-1] == 1000 and max(np.diff(ends)) - min(np.diff(ends)) <= 1
    for first, (last, mean) in zip(ends[:-1], means, strict=True):
        assert mean == pytest.approx(sum(series[first:last]) / (last - first), rel=1e-12)
    assert block_means(series[:3], 64) == [(1, series[0]), (2, series[1]), (3, series[2])]


def relaxed(number):
    """What ends a chain as soon as it has relaxed so many times: a pilot's rule."""
    return lambda clock: len(clock.durations) >= number


def test_a_chain_runs_for_the_sweeps_that_it_is_given():
    engine = Hopping(0.1)
    run = equilibrate(engine, sweeps=1000 * CHECK, **CHAIN)
    assert run.flag == "" and run.sweeps == engine.ran == 1000 * CHECK
    assert run.relaxations == pytest.approx(100, rel=0.2)
    assert engine.tuned == SETTINGS["tuning_sweeps"]
    assert run.step == SETTINGS["target_acceptance"]  # the engine's own, as tuned
    assert (run.displacement_acceptance, run.swap_acceptance) == (0.25, 0.25)
    assert run.configurational_temperature == 1.5
    assert len(run.energy_series) <= 64 and run.energy_series[-1][0] == run.sweeps


def test_a_length_is_rounded_up_to_whole_looks():
    assert equilibrate(Hopping(0.1), sweeps=5 * CHECK + 1, **CHAIN).sweeps == 6 * CHECK


def test_a_pilot_ends_when_it_has_relaxed():
    run = equilibrate(Hopping(0.1), sweeps=100_000, enough=relaxed(10), **CHAIN)
    assert run.relaxations == 10 and run.sweeps == pytest.approx(10 * 10 * CHECK, rel=0.2)


def test_a_chain_that_never_relaxes_has_no_relaxation_time():
    run = equilibrate(Hopping(0.0), sweeps=700, enough=relaxed(1), **CHAIN)
    assert run.sweeps == 700 and run.relaxations == 0 and run.flag == "" and np.isnan(run.relaxation_time)


def test_energies_are_those_of_their_windows():
    """Of the second half the mean and the variance, of the second quarter the approach."""
    energies = np.concatenate([np.full(100, 50.0), np.full(100, 7.0), np.tile([1.0, 3.0], 100)])
    run = equilibrate(Hopping(0.1, energies=energies), sweeps=400 * CHECK, **CHAIN)
    assert (run.energy, run.energy_approach, run.energy_variance) == (2.0, 7.0, 1.0)


@pytest.mark.parametrize(
    ("changes", "times", "length"),
    [
        ({}, [100.0, 140.0], RunLength(360, 360)),
        ({}, [100.0, 141.0], RunLength(370, 370)),  # to whole looks
        ({}, [100.0, np.nan, 140.0], RunLength(360, 360)),  # a chain that could not be run says nothing
        ({}, [20.0], RunLength(200, 200)),  # minimum_sweeps
        ({}, [4000.0], RunLength(5000, 12000)),  # the budget
        ({}, [np.nan], RunLength(5000, np.inf)),
        ({"sweeps": 770}, [], RunLength(770, 770)),
    ],
)
def test_every_sample_runs_as_long_as_the_pilot_says(changes, times, length):
    found = run_length({**SETTINGS, **changes}, times)
    assert found.sweeps == length.sweeps and found.asked == length.asked


class TwoLevels(Hopping):
    """A liquid of two states that flip into each other with one slow rate: in one the energy is 1 and particles hop, in the other it is 0 and few do.

    Both are equally likely, so the exact mean energy is 1/2.
    """

    FLIP, HOPS = 0.03, (0.005, 0.2)

    def __init__(self, seed):
        super().__init__(0.0, particles=60, seed=seed)
        self.high = bool(self.rng.integers(2))

    def advance(self, sweeps):
        self.high ^= self.rng.random() < self.FLIP
        self.p = self.HOPS[self.high]
        counts = super().advance(sweeps)
        self.energy = float(len(self.positions) * self.high)
        return counts


def test_a_length_that_is_known_before_is_unbiased_and_one_that_fluctuations_set_is_not():
    """400 chains: the error of a mean of ends is 0.5/20, so each bound of five of them fails by chance once in two million times."""
    error = 0.5 / np.sqrt(400)
    ends = {"own clock": [], "known before": []}
    for seed in range(400):
        chain = TwoLevels(seed)
        equilibrate(chain, sweeps=10_000, enough=relaxed(3), **CHAIN)
        ends["own clock"].append(chain.high)
        chain = TwoLevels(1000 + seed)
        equilibrate(chain, sweeps=40 * CHECK, **CHAIN)
        ends["known before"].append(chain.high)
    assert abs(np.mean(ends["known before"]) - 0.5) < 5 * error
    assert np.mean(ends["own clock"]) - 0.5 > 5 * error


# --- the real chain -----------------------------------------------------------------------------------------------------------------------------


def prepare(indices, temperatures=(1.3, 0.9)):
    """Down a short ladder, as the rule does it, but from starts that every machine makes alike."""
    samples = [replace(scattered(poly(), 160, np.random.default_rng(index)), index=index, parent_temperature=temperatures[0]) for index in indices]
    runs = []
    for temperature in temperatures:
        pairs = [equilibrate_liquid(sample, temperature, 11, SETTINGS, SWEEPS) for sample in samples]
        samples, runs = [sample for sample, _ in pairs], [run for _, run in pairs]
    return samples, runs


@pytest.fixture(scope="module")
def together():
    return prepare(range(3))


def test_a_sample_does_not_know_of_the_others(together):
    samples, runs = together
    (alone,), (run,) = prepare([2])
    assert np.array_equal(alone.positions, samples[2].positions) and np.array_equal(alone.sizes, samples[2].sizes)
    assert run == runs[2]
    assert not np.array_equal(samples[0].positions, samples[1].positions)


def test_liquids_carry_their_identity(together):
    for index, (sample, run) in enumerate(zip(*together, strict=True)):
        assert (sample.index, sample.parent_temperature, sample.flag) == (index, 0.9, run.flag)
        assert sample.provenance["seed"] == 11 and sample.provenance["sweeps"] == run.sweeps
        assert np.all(sample.positions >= 0) and np.all(sample.positions < sample.box[0, 0])
        assert Interactions.of(sample).energy / 160 == pytest.approx(run.energy, rel=0.1)
        assert run.relaxations >= 1 and run.sweeps == SWEEPS
        assert sample.provenance["before"] == {"parent_temperature": 1.3, "sweeps": SWEEPS}
        assert 0.1 < run.displacement_acceptance < 0.4


def test_rows_fit_the_tables(together):
    for sample, run in zip(*together, strict=True):
        row, series = liquid_rows(sample, run)
        assert set(row) == set(LIQUIDS.names)
        assert all(set(one) == set(RELAXATION.names) for one in series)
        assert {one["series"] for one in series} == {"overlap", "energy"}


def test_a_missing_start_stays_missing():
    liquid, run = equilibrate_liquid(missing_sample(4, 160, 1.3, "unreadable: reason"), 0.9, 11, SETTINGS, SWEEPS)
    assert run is None and (liquid.index, liquid.parent_temperature, liquid.flag) == (4, 0.9, "unreadable: reason")
    row, series = liquid_rows(liquid, run)
    assert row["flag"] == "unreadable: reason" and [one["flag"] for one in series] == ["unreadable: reason"]


def test_equilibrium_forgets_the_flag_of_a_start(together):
    start = together[0][0]
    flagged = start.moved(start.positions, flag="blew up at step 3")
    liquid, run = equilibrate_liquid(flagged, 0.9, 11, SETTINGS, SWEEPS)
    assert liquid.flag == run.flag == ""


def test_a_sample_that_cannot_be_run_is_flagged(together):
    """All particles in one corner: its neighbour lists overflow."""
    start = together[0][0]
    liquid, run = equilibrate_liquid(start.moved(start.positions * 0.1), 0.9, 11, SETTINGS, SWEEPS)
    assert run is None and "denser in one place" in liquid.flag and liquid.parent_temperature == 0.9


def test_a_pilot_says_how_it_relaxed_and_shares_no_stream_with_the_samples(together):
    start = together[0][0]
    liquid, row = pilot_liquid(start, 0.9, 11, SETTINGS)
    assert PILOT.row(**row) and row["relaxations"] == 4 and 20 < row["relaxation_time"] < row["sweeps"] / 3
    sample, _ = equilibrate_liquid(start, 0.9, 11, SETTINGS, row["sweeps"])
    assert not np.array_equal(liquid.positions, sample.positions)
    _, cut = pilot_liquid(start, 0.9, 11, {**SETTINGS, "maximum_sweeps": 20})
    assert (cut["relaxations"], cut["relaxation_time"]) == (0, 20)  # at least that long


def test_a_pilot_without_a_start_says_so():
    _, row = pilot_liquid(missing_sample(1, 160, 1.3, "unreadable: reason"), 0.9, 11, SETTINGS)
    assert row == {"sample": 1, "flag": "unreadable: reason"}
