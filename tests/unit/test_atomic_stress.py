"""Atomic stress: the sum rule against the pressure, a loop over all pairs, averages over trajectories and ensembles, and the figure."""

import dataclasses

import naive
import numpy as np
import pandas as pd
import pytest
from drawn import bars, check, levels, note, uprights, words
from synthetic_tables import Study, settings_of
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.interactions.stress import atomic_stresses, shear_stress, tension
from vitrine.models import glass_former, published_parameters
from vitrine.observables import declarations
from vitrine.observables.atomic_stress import ATOMIC_STRESS, ATOMIC_STRESS_BINS, ATOMIC_STRESS_DENSITY
from vitrine.observables.atomic_stress.aggregate import RANKS, aggregate_atomic_stress
from vitrine.observables.atomic_stress.atomic_stress import plot_atomic_stress
from vitrine.observables.atomic_stress.measure import measure_atomic_stress
from vitrine.observables.named_numbers import named_numbers
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.samples import Trajectory, write_fields
from vitrine.schema import names_of

FIELD = declarations()["atomic_stress"].fields[0]
PLANAR_KA = glass_former("kob_andersen", {**published_parameters("kob_andersen"), "dimension": 2, "cutoff_of": "pair"})


def by_loop(sample):
    """s_i from the definition, pair by pair."""
    d, out = sample.dimension, np.zeros((sample.particles, sample.dimension, sample.dimension))
    for a, b, vector, r, _, slope, _ in zip(*naive.all_pairs(sample), strict=True):
        for one in (a, b):
            out[one] += 0.5 * slope / r * np.outer(vector, vector)
    return out * sample.particles / np.prod(np.diag(sample.box)), d


# --- of one glass -------------------------------------------------------------------------------------------------------------------------------


def test_against_a_loop_over_pairs(any_glass):
    expected, d = by_loop(any_glass)
    found = atomic_stresses(Interactions.of(any_glass))
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12 * np.abs(expected).max())
    np.testing.assert_allclose(tension(found), [np.trace(one) / d for one in expected], rtol=1e-9, atol=1e-12)
    for one, shear in zip(expected, shear_stress(found), strict=True):
        principal = np.linalg.eigvalsh(one)
        assert shear == pytest.approx(np.sqrt(0.5 * np.sum((principal - principal.mean()) ** 2)), rel=1e-9, abs=1e-9)


def test_the_mean_over_particles_is_minus_the_pressure(bonds):
    assert tension(atomic_stresses(bonds)).mean() == pytest.approx(-bonds.pressure, rel=1e-12)


def test_it_is_the_change_of_energy_with_strain(small_glass):
    """V/N sum_i s_i is the derivative of U by the strain: a dilated glass gains energy where it is under tension."""
    whole = atomic_stresses(Interactions.of(small_glass)).mean(axis=0) * small_glass.volume
    step = 1e-6
    for strain in (np.eye(3), np.eye(3, k=1) + np.eye(3, k=-1), np.diag([1.0, -1.0, 0.0])):
        up, down = (Interactions.of(naive.strained(small_glass, np.eye(3) + sign * step * strain)).energy for sign in (1, -1))
        assert np.sum(whole * strain) == pytest.approx((up - down) / (2 * step), rel=1e-6, abs=1e-5)


def test_a_glass_under_pressure_is_compressed_and_a_stretched_pair_is_not():
    """The sign: positive is tension."""
    model = naive.binary()
    box = np.eye(2) * 12.0
    for distance, sign in ((1.0, -1), (1.4, 1)):  # A and A repel below 1.12
        sample = naive.Sample(np.array([[1.0, 1.0], [1.0 + distance, 1.0]]), np.ones(2), np.zeros(2, dtype=np.int64), box, model)
        stress = atomic_stresses(Interactions.of(sample))
        assert np.all(np.sign(stress[:, 0, 0]) == sign) and np.allclose(stress[:, 1, 1], 0) and np.all(np.sign(tension(stress)) == sign)


@pytest.fixture(scope="module")
def mixture():
    return naive.quenched(naive.binary(), 90, 0.5)


def test_rows_are_those_of_each_species(mixture):
    psi = np.random.default_rng(1).random(mixture.particles)
    given = measure_atomic_stress(mixture, against="vibrability_field.vibrability", vibrability_field={"vibrability": psi})
    rows, field = given["atomic_stress"], given["atomic_stress_field"]
    stress, d = by_loop(mixture)
    tensions = np.array([np.trace(one) / d for one in stress])
    np.testing.assert_allclose(field["tension"], tensions, rtol=1e-9, atol=1e-10)
    assert list(rows) == names_of(ATOMIC_STRESS.own) and list(rows["species"]) == [0, 1] and list(rows["state"]) == ["inherent"] * 2
    for row, kind in enumerate((0, 1)):
        of = mixture.types == kind
        assert rows["particles_of"][row] == of.sum() and rows["kinetic"][row] == 0
        assert rows["mean"][row] == pytest.approx(tensions[of].mean(), rel=1e-9)
        assert rows["deviation"][row] == pytest.approx(tensions[of].std(), rel=1e-9)
        assert rows["shear"][row] == pytest.approx(field["shear"][of].mean(), rel=1e-12)
        assert rows["correlation"][row] == pytest.approx(np.corrcoef(tensions[of], psi[of])[0, 1], rel=1e-9)
    assert np.array_equal(field["against"], psi)


def test_defaults_are_the_declared_ones(glass):
    declared = {setting.name: setting.default for setting in declarations()["atomic_stress"].settings if setting.used_by == "measure"}
    one, other = measure_atomic_stress(glass), measure_atomic_stress(glass, **declared)
    assert list(one["atomic_stress_field"]) == ["tension", "shear"]
    assert np.array_equal(one["atomic_stress_field"]["tension"], other["atomic_stress_field"]["tension"])
    assert np.isnan(one["atomic_stress"]["correlation"]).all()


def test_a_liquid_is_named():
    with pytest.raises(SampleError, match="not a minimum: its largest net force is"):
        measure_atomic_stress(naive.liquid(PLANAR_KA, 60, 0.5, sweeps=10))


def path_of(glass, frames=3, masses=None):
    """A few frames of particles that are moved at random, also through the boundaries, in a box that breathes."""
    rng = np.random.default_rng(2)
    scale = 1 + 0.01 * np.arange(frames)
    moved = np.array([(glass.positions + 0.03 * rng.standard_normal(glass.positions.shape)) * s for s in scale])
    moved[:, ::7] += glass.box[:, 0] * scale[:, None, None]
    boxes = np.array([glass.box * s for s in scale])
    start = dataclasses.replace(glass, masses=masses)
    return Trajectory(glass.index, 0.02 * np.arange(frames), moved, rng.standard_normal(moved.shape), boxes, start)


@pytest.mark.parametrize("heavy", [False, True])
def test_thermal_stresses_are_means_over_frames_and_obey_the_sum_rule(mixture, heavy):
    masses = np.random.default_rng(3).uniform(0.5, 2, mixture.particles) if heavy else None
    trajectory = path_of(mixture, masses=masses)
    given = measure_atomic_stress(mixture, thermal=True, trajectories=trajectory)
    frames = [mixture.moved(x, box=box) for x, box in zip(trajectory.positions, trajectory.boxes, strict=True)]
    expected = np.mean([by_loop(frame)[0] for frame in frames], axis=0)
    np.testing.assert_allclose(given["atomic_stress_field"]["thermal"], np.trace(expected, axis1=1, axis2=2) / 2, rtol=1e-8, atol=1e-9)
    rows = pd.DataFrame(given["atomic_stress"])
    assert list(rows["state"]) == ["inherent", "inherent", "thermal", "thermal"]
    hot = rows[rows["state"] == "thermal"]
    whole = np.average(hot["mean"] + hot["kinetic"], weights=hot["particles_of"])
    weights = np.ones(mixture.particles) if masses is None else masses
    pressures = [
        Interactions.of(frame).pressure + np.sum(weights[:, None] * v**2) / (2 * frame.volume)
        for frame, v in zip(frames, trajectory.velocities, strict=True)
    ]
    assert whole == pytest.approx(-np.mean(pressures), rel=1e-10)


def test_what_is_missing_is_one_sentence(mixture):
    n = mixture.particles
    with pytest.raises(InputError, match="needs the trajectory of the sample"):
        measure_atomic_stress(mixture, thermal=True)
    with pytest.raises(SampleError, match="no frame"):
        measure_atomic_stress(mixture, thermal=True, trajectories=Trajectory.missing(0, ""))
    for name, given, said in (
        ("softness_field.softness", {}, "softness_field.softness needs softness_field of the same sample"),
        ("a.b", {"a": {"c": np.ones(n)}}, "a has no b: it has c"),
        ("a.b", {"a": pd.DataFrame({"b": np.ones(3)})}, "one number for each of 90 particles"),
        ("a.b", {"a": {"b": np.ones((n, 2))}}, r"shape \(90, 2\)"),
    ):
        with pytest.raises(InputError, match=said):
            measure_atomic_stress(mixture, against=name, **given)
    assert named_numbers(None, {}, 3) is None
    assert np.array_equal(named_numbers("a.b", {"a": pd.DataFrame({"b": [1, 2, 3]})}, 3), [1.0, 2.0, 3.0])


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def averaged(tmp_path_factory):
    """Three mixtures and a flagged one, their numbers, and what is averaged of them, over two files."""
    folder, point = tmp_path_factory.mktemp("stress"), Point.plain(60, 0.5)
    ensemble = Ensemble(point, dimension=2, seed=1, replicates=9)
    glasses = [dataclasses.replace(naive.quenched(PLANAR_KA, 60, 0.5, sweeps=40, seed=seed), index=seed) for seed in range(4)]
    rng, given = np.random.default_rng(4), {}
    for glass in glasses[1:]:
        numbers = rng.random(60)
        given[glass.index] = measure_atomic_stress(
            glass, thermal=True, against="s.s", s={"s": numbers}, trajectories=path_of(glass, 2)
        )  # fmt: skip
    files = {"parquet": [], "gsd": []}
    for number, indices in enumerate(((0, 1), (2, 3))):
        rows, entries = [], []
        for index in indices:
            flag = "" if index else "not a minimum"
            columns = given[index]["atomic_stress"] if index else {}
            rows += [ATOMIC_STRESS.row(sample=index, **{k: v[r] for k, v in columns.items()}) for r in range(4)] if index else []
            rows += [] if index else [ATOMIC_STRESS.row(sample=0, flag=flag)]
            entries.append((index, glasses[index], given[index]["atomic_stress_field"] if index else {}, flag))
        for ending in files:
            files[ending].append(folder / str(number) / f"x.{ending}")
        write_table(ATOMIC_STRESS, rows, files["parquet"][-1], {}, Key.of(point))
        write_fields(files["gsd"][-1], FIELD, entries, {})
    return glasses, given, ensemble, aggregate_atomic_stress(files["parquet"], files["gsd"], ensemble, share=0.1)


def weighted(ensemble, numbers):
    weights = ensemble.weights(np.array([1, 2, 3]))
    return [np.average(numbers, weights=one) if one.sum() else np.nan for one in weights]


@pytest.mark.parametrize(("state", "prefix", "array"), [("inherent", "tension", "tension"), ("thermal", "tension_thermal", "thermal")])
def test_estimates_are_means_over_samples(averaged, state, prefix, array):
    glasses, given, ensemble, (estimates, *_) = averaged
    found = {name: rows["value"].to_numpy() for name, rows in estimates.groupby("quantity")}
    expected = {name: [] for name in ("a", "b", "deviation", "correlation", "smallest", "largest")}
    for index in (1, 2, 3):
        values, numbers = (given[index]["atomic_stress_field"][name] for name in (array, "against"))
        kinds = [glasses[index].types == kind for kind in (0, 1)]
        shares = [of.mean() for of in kinds]
        for letter, of in zip("ab", kinds, strict=True):
            expected[letter].append(values[of].mean())
        expected["deviation"].append(np.sqrt(sum(share * values[of].var() for share, of in zip(shares, kinds, strict=True))))
        expected["correlation"].append(sum(share * np.corrcoef(values[of], numbers[of])[0, 1] for share, of in zip(shares, kinds, strict=True)))
        for side, name in ((1, "smallest"), (-1, "largest")):
            few = [np.flatnonzero(of)[np.argsort(side * numbers[of])[: max(1, round(0.1 * of.sum()))]] for of in kinds]
            expected[name].append(np.concatenate([values[part] - values[of].mean() for part, of in zip(few, kinds, strict=True)]).mean())
    for name, numbers in expected.items():
        np.testing.assert_allclose(found[f"{prefix}_{name}"], weighted(ensemble, numbers), rtol=1e-9)
    units = dict(zip(estimates["quantity"], estimates["unit"], strict=True))
    assert units == {one.name: one.unit for one in declarations()["atomic_stress"].quantities}
    assert set(estimates["samples"]) == {3} and set(estimates["flagged"]) == {1}


def test_distributions_are_histograms_of_each_species(averaged):
    glasses, given, ensemble, (_, density, _, flags) = averaged
    assert list(density.columns) == ATOMIC_STRESS_DENSITY.names and flags["flag"].tolist() == ["not a minimum"]
    for (state, kind), rows in density.groupby(["state", "species"]):
        array = {"inherent": "tension", "thermal": "thermal"}[state]
        parts = [given[index]["atomic_stress_field"][array][glasses[index].types == kind] for index in (1, 2, 3)]
        edges = np.append(rows["tension_low"], rows["tension_high"].iloc[-1])
        counts = np.array([np.histogram(part, edges)[0] for part in parts])
        np.testing.assert_array_equal(rows["count"], counts.sum(axis=0))
        assert rows["count"].sum() == sum(map(len, parts))
        whole = ensemble.weights(np.array([1, 2, 3])) @ counts
        with np.errstate(invalid="ignore"):
            density_of = whole / (whole.sum(axis=1, keepdims=True) * np.diff(edges))
        np.testing.assert_allclose(rows["density"], density_of[0], rtol=1e-9)
        np.testing.assert_allclose(rows["density_error"], np.nanstd(density_of[1:], axis=0, ddof=1), rtol=1e-8, atol=1e-14)


def test_bins_are_of_ranks_within_species_and_sample(averaged):
    glasses, given, _, (_, _, bins, _) = averaged
    filled = sum(
        any(round(high * np.sum(glasses[index].types == kind)) > round(low * np.sum(glasses[index].types == kind)) for index in (1, 2, 3))
        for kind in (0, 1)
        for low, high in zip(RANKS[:-1], RANKS[1:], strict=True)
    )
    assert list(bins.columns) == ATOMIC_STRESS_BINS.names and len(bins) == 2 * filled
    for _, row in bins.iterrows():
        array = {"inherent": "tension", "thermal": "thermal"}[row["state"]]
        tensions, numbers = [], []
        for index in (1, 2, 3):
            field, of = given[index]["atomic_stress_field"], glasses[index].types == row["species"]
            order = np.argsort(field["against"][of])
            low, high = (round(rank * of.sum()) for rank in (row["rank_low"], row["rank_high"]))
            tensions.extend(field[array][of][order][low:high])
            numbers.extend(field["against"][of][order][low:high] / field["against"].mean())
        assert row["count"] == len(tensions) > 0
        assert row["tension"] == pytest.approx(np.mean(tensions), rel=1e-9) and row["relative"] == pytest.approx(np.mean(numbers), rel=1e-9)


# --- as it is drawn -----------------------------------------------------------------------------------------------------------------------------


def drawn(averaged, state=None, **options):
    study = Study((0.6,))
    _, _, _, (_, density, bins, _) = averaged
    keyed = [frame.assign(particles=study.particles, parent_temperature=0.6) for frame in (density, bins)]
    keyed = [frame[frame["state"] == state] if state else frame for frame in keyed]
    row = {"quantity": "tension_deviation", "value": 7.0, "error": 1.0, "unit": "", "samples": 3, "flagged": 1, "flag": ""}
    quantities = pd.DataFrame([row]).assign(particles=study.particles, parent_temperature=0.6)
    options = {"atomic_stress": {"thermal": state is None, "against": "s.s", "share": 0.05} | options}
    return plot_atomic_stress(*keyed, quantities, settings_of(study, options=options)), keyed


@pytest.mark.parametrize("state", [None, "inherent"])
def test_marks_are_those_of_the_tables(averaged, state):
    """The thermal state where there is one."""
    figure, (density, bins) = drawn(averaged, state)
    shown = state or "thermal"
    for ax, frame, columns in ((figure.axes[0], density, ("density", "density_error")), (figure.axes[1], bins, ("tension", "tension_error"))):
        curves = bars(ax)
        assert len(curves) == 2
        for kind, points in enumerate(curves):
            rows = frame[(frame["state"] == shown) & (frame["species"] == kind)]
            x = rows["relative"] if "relative" in rows else (rows["tension_low"] + rows["tension_high"]) / 2
            check(points, x, rows[columns[0]], rows[columns[1]])
            assert points.label == f"species {'AB'[kind]}"
        assert [container.lines[0].get_linestyle() for container in ax.containers] == ["-", "--"]
    assert uprights(figure.axes[0]) == [0.0] and levels(figure.axes[1]) == [0.0]  # no stress
    assert "s.s" in figure.axes[1].get_xlabel() and "varepsilon" in figure.axes[0].get_xlabel()
    assert ("mean over the trajectory" if shown == "thermal" else "inherent states") in note(figure)


def test_without_numbers_the_panel_says_so(averaged):
    study = Study((0.6,))
    _, _, _, (_, density, bins, _) = averaged
    keyed = [frame.assign(particles=study.particles, parent_temperature=0.6) for frame in (density, bins.iloc[:0])]
    blank = pd.DataFrame(
        [{"quantity": "tension_deviation", "value": 7.0, "error": 1.0, "unit": "", "samples": 3, "flagged": 0, "flag": ""}]
    ).assign(particles=study.particles, parent_temperature=0.6)  # fmt: skip
    assert "set `against`" in words(plot_atomic_stress(*keyed, blank, settings_of(study)))
    assert "no atomic stress was measured" in words(plot_atomic_stress(keyed[0].iloc[:0], keyed[1], blank, settings_of(study)))
