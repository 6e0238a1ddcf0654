"""Averages over nonlinear modes: plain loops in the place of sums, the laws that made the modes given back, and what is left out said."""

import numpy as np
import pandas as pd
import pytest
from aggregated import ENSEMBLE, SAMPLES, Aggregation, assert_same, counts, drop_samples, flag_samples, schema, values, weights
from vitrine.observables import declarations
from vitrine.observables.nonlinear_modes.aggregate import SCATTERED
from vitrine.statistics.wells import cubic_barrier, quartic_barrier

EACH = 8  # modes of a kind in a sample
KINDS = ("pseudo_harmonic", "cubic", "quartic", "harmonic")


def modes(kind, rng, power=0.2, shape=2.85):
    """EACH modes of every sample, from D(omega) ~ omega^(1/power - 1), with b4 scattered about one and b3^2 about `shape` b2 b4."""
    omega = np.sort(3 * rng.random((SAMPLES, EACH)) ** power, axis=1)
    b2, b4 = omega**2, np.exp(0.3 * rng.standard_normal(omega.shape))
    b3 = np.sqrt(shape * np.exp(0.1 * rng.standard_normal(omega.shape)) * b2 * b4)
    size = np.exp(rng.normal(3, 0.3, omega.shape))
    columns = {"omega": omega, "b2": b2, "b3": b3, "b4": b4, "core_size": size, "starts": rng.integers(1, 5, omega.shape)}
    columns |= {"solves": columns["starts"] * rng.integers(8, 20, omega.shape), "mode": np.tile(np.arange(EACH), (SAMPLES, 1))}
    frame = pd.DataFrame({name: column.ravel() for name, column in columns.items()})
    return frame.assign(sample=np.repeat(np.arange(SAMPLES), EACH), kind=kind, start="pinch 0-1", ended="", flag="", i=0, j=1, particle=0)


def failures(kind, rng):
    """Two starts of every third sample ended in nothing."""
    samples = np.repeat(np.arange(0, SAMPLES, 3), 2)
    rows = [
        schema("nonlinear_modes").row(sample=int(one), kind=kind, start="shear xy", starts=1, solves=500, ended="not converged") for one in samples
    ]
    return pd.DataFrame(rows)


def table(seed=1, **changes):
    rng = np.random.default_rng(seed)
    parts = [modes(kind, rng, **changes) for kind in KINDS] + [failures(kind, rng) for kind in KINDS[:3]]
    frame = pd.concat(parts, ignore_index=True).reindex(columns=schema("nonlinear_modes").names)
    return frame.sort_values(["sample", "kind"], kind="stable", ignore_index=True)


TABLE = table()


@pytest.fixture
def run(tmp_path):
    def aggregate(frame=TABLE, then=lambda data: data, **options):
        return Aggregation(tmp_path)("nonlinear_modes", change={"nonlinear_modes": lambda _: then(frame)}, **options)

    return aggregate


def of_kind(kind, sample=None):
    rows = TABLE[(TABLE["kind"] == kind) & (TABLE["mode"] >= 0)]
    return rows if sample is None else rows[rows["sample"] == sample]


def test_units_and_names_are_those_declared(run):
    estimates = run()[0]
    given = dict(zip(estimates["quantity"], estimates["unit"], strict=True))
    assert given == {quantity.name: quantity.unit for quantity in declarations()["nonlinear_modes"].quantities}


@pytest.mark.parametrize("kind", KINDS[:3])
def test_means_are_those_of_a_plain_loop(run, kind):
    estimates = run()[0]
    for row in (0, 7):
        weight = weights()[row]
        softest = [of_kind(kind, sample).sort_values("omega").iloc[0] for sample in range(SAMPLES)]
        total = weight.sum()
        mean = {name: sum(w * one[name] for w, one in zip(weight, softest, strict=True)) / total for name in ("omega", "core_size")}
        rows = [of_kind(kind, sample) for sample in range(SAMPLES)]
        number = sum(w * len(one) for w, one in zip(weight, rows, strict=True))
        starts, solves = (sum(w * one[name].sum() for w, one in zip(weight, rows, strict=True)) for name in ("starts", "solves"))
        lost = sum(2 * weight[sample] for sample in range(0, SAMPLES, 3))
        expected = {"softest": mean["omega"], "core": mean["core_size"], "modes": number / total, "starts": starts / number}
        expected |= {"failed": lost / (lost + starts), "solves": solves / starts}
        for name, value in expected.items():
            assert values(estimates, f"{name}_{kind}")[row] == pytest.approx(value, rel=1e-12), name


@pytest.mark.parametrize("kind", ["cubic", "quartic"])
def test_wells_and_slopes_are_those_of_a_plain_loop(run, kind):
    estimates, rows = run()[0], of_kind(kind)
    for place in (0, 3):
        weight = np.array([weights()[place][sample] for sample in rows["sample"]])
        over = rows["b3"] ** 2 / (rows["b2"] * rows["b4"])
        for name, line in (("double", 8 / 3), ("deeper", 3)):
            assert values(estimates, f"{name}_{kind}")[place] == pytest.approx(weight[over > line].sum() / weight.sum(), rel=1e-12)
        for name in ("b3", "b4"):
            for among, chosen in (("", rows["mode"] == 0), ("_all", rows["mode"] >= 0)):
                expected = np.polyfit(np.log(rows["omega"][chosen]), np.log(rows[name][chosen]), 1, w=np.sqrt(weight[chosen]))[0]
                assert values(estimates, f"{name}_slope{among}_{kind}")[place] == pytest.approx(expected, rel=1e-9, abs=1e-12)
    barriers = quartic_barrier(rows["b2"], rows["b3"], rows["b4"])
    for name, own in (("barrier", cubic_barrier(rows["b2"], rows["b3"])), ("double_barrier", barriers[np.isfinite(barriers)])):
        assert values(estimates, f"{name}_{kind}")[0] == pytest.approx(np.median(own), rel=0.06)  # a bin is 10 ** (1/40)


def test_the_laws_that_made_the_modes_are_given_back(run):
    estimates = run()[0]
    for name, truth in (
        ("b3_slope_cubic", 1.0),
        ("b4_slope_all_cubic", 0.0),
        ("minimal_exponent_quartic", 5.0),
        ("barrier_exponent_cubic", 0.25),
        ("weibull_quartic", 5.0),
    ):
        replicates = values(estimates, name)
        error = replicates[1:].std(ddof=1)
        assert 0 < error < 1.2 and abs(replicates[0] - truth) < 4 * error, name
    assert set(estimates.loc[estimates["quantity"] == "barrier_exponent_cubic", "flag"]) == {""}


def test_a_distribution_of_softest_modes_that_is_no_law_is_flagged(run):
    """D(omega) ~ omega^14: the cumulative grows as omega^15."""
    flags = run(table(power=1 / 15))[0].query("quantity == 'minimal_exponent_cubic'")["flag"]
    assert flags.iloc[0].startswith("no omega^5 range of the cumulative: the exponent of the cumulative is")


def test_the_median_barrier_of_a_few_double_wells_is_not_given(run):
    frame = TABLE.copy()
    rows = (frame["kind"] == "cubic") & (frame["mode"] >= 0)
    single = frame.index[rows & (frame.index != frame.index[rows][5])]
    frame.loc[single, "b3"] = np.sqrt(frame.loc[single, "b2"] * frame.loc[single, "b4"])
    frame.loc[frame.index[rows][5], "b3"] *= 2
    estimates = run(frame)[0]
    assert values(estimates, "double_cubic")[0] == pytest.approx(1 / rows.sum()) and np.isnan(values(estimates, "double_barrier_cubic")).all()


def test_an_exponent_that_the_barriers_do_not_show_is_flagged(run):
    """D(omega) ~ omega: p(B) ~ B^-1/2."""
    estimates = run(table(power=0.5))[0]
    flag = estimates.loc[estimates["quantity"] == "barrier_exponent_cubic", "flag"].iloc[0]
    assert "no p(B) ~ B^(1/4)" in flag and "not 5" in flag


def test_too_few_modes_with_two_wells_are_said(run):
    estimates = run(table(shape=1.9))[0]
    flag = estimates.loc[estimates["quantity"] == "barrier_exponent_cubic", "flag"].iloc[0]
    assert "two wells" in flag and ("169" in flag or "at least 8" in flag)


def test_bounds_are_counted_where_b4_is_negative_too(run):
    frame = TABLE.copy()
    frame.loc[(frame["kind"] == "cubic") & (frame["mode"] == 0), "b4"] = -1.0
    estimates = run(frame)[0]
    rows = frame[(frame["kind"] == "cubic") & (frame["mode"] >= 0)]
    over = rows["b3"] ** 2 / (rows["b2"] * rows["b4"])
    assert values(estimates, "double_cubic")[0] == pytest.approx(np.mean((over > 8 / 3) & (rows["b4"] > 0)))
    assert values(estimates, "below_bound_cubic")[0] == 0


def test_the_cumulative_is_the_share_of_samples(run):
    curve = run()[2]
    for kind in KINDS:
        softest, rows = np.sort([of_kind(kind, sample)["omega"].min() for sample in range(SAMPLES)]), curve[curve["kind"] == kind]
        expected = [np.mean(softest <= omega) for omega in rows["omega"]]
        np.testing.assert_allclose(rows["cumulative"], expected, rtol=1e-12)
        np.testing.assert_array_equal(rows["count"], np.round(SAMPLES * np.array(expected)))
        assert rows["cumulative"].iloc[-1] == 1 and rows["omega"].iloc[0] == softest[0]


def test_barriers_are_plain_histograms(run):
    curve = run()[3]
    for kind in ("cubic", "quartic"):
        rows = of_kind(kind)
        quartic = quartic_barrier(rows["b2"], rows["b3"], rows["b4"])
        for expansion, barriers in (("cubic", cubic_barrier(rows["b2"], rows["b3"])), ("quartic", quartic[np.isfinite(quartic)])):
            own = curve[(curve["kind"] == kind) & (curve["expansion"] == expansion)]
            edges = np.append(own["barrier_low"], own["barrier_high"].iloc[-1])
            np.testing.assert_array_equal(own["count"], np.histogram(barriers, edges)[0])
            assert np.sum(own["density"] * np.diff(edges)) == pytest.approx(1, rel=1e-12)


def test_the_scatter_is_a_choice_of_modes(run):
    scatter = run()[1]
    for kind in KINDS:
        own, all_rows = scatter[scatter["kind"] == kind], of_kind(kind)
        assert len(own) == min(SCATTERED, len(all_rows))
        assert own.merge(all_rows, on=["sample", "omega", "b2", "b3", "b4", "core_size"]).shape[0] == len(own)
        assert own["softest"].sum() == len(own[own["omega"].isin(all_rows.loc[all_rows["mode"] == 0, "omega"])])


def test_batches_and_their_order_change_nothing(run):
    order = list(np.random.default_rng(2).permutation(SAMPLES))
    assert_same(run(), run(files=7, order=order))


def test_samples_that_are_flagged_or_broken_are_left_out(run):
    broken = TABLE.copy()
    broken.loc[(broken["sample"] == 4) & (broken["kind"] == "cubic") & (broken["mode"] == 2), "omega"] = np.nan
    estimates, *_, flags = run(broken, then=flag_samples(7))
    assert counts(estimates, "softest_cubic") == (SAMPLES - 2, 2)
    assert dict(zip(flags["examples"], flags["flag"], strict=True)) == {
        "7": "not equilibrated",
        "4": "a mode without a positive frequency, b2 or N e, or without b4",
    }
    without, *_ = run(then=drop_samples(4, 7))
    np.testing.assert_allclose(values(estimates, "softest_quartic"), values(without, "softest_quartic"), rtol=1e-12)


def test_a_kind_that_was_not_asked_for_has_no_numbers(run):
    estimates, scatter, minimal, barriers, _ = run(TABLE[~TABLE["kind"].isin(["cubic", "pseudo_harmonic"])])
    assert np.isnan(values(estimates, "softest_cubic")).all() and np.isnan(values(estimates, "failed_cubic")).all()
    assert counts(estimates, "softest_cubic") == (0, 0) and counts(estimates, "softest_quartic") == (SAMPLES, 0)
    assert set(scatter["kind"]) == set(minimal["kind"]) == {"quartic", "harmonic"} and set(barriers["kind"]) == {"quartic"}


def test_no_sample_at_all_gives_empty_tables(run):
    estimates, *curves, _ = run(then=flag_samples(*range(SAMPLES)))
    assert np.isnan(estimates["value"]).all() and all(len(curve) == 0 for curve in curves)
    assert ENSEMBLE.rows == len(estimates) / len(declarations()["nonlinear_modes"].quantities)
