"""Lengths of a study from made-up decay functions whose lengths and factors are known; what flags them, and what is the reference."""

import numpy as np
import pandas as pd
import pytest
from recorded_jobs import REPOSITORY, Job
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import InputError
from vitrine.observables import declarations
from vitrine.observables.crossover_lengths import DECAY_COLLAPSE
from vitrine.observables.crossover_lengths.aggregate import collapse_decays, reference
from vitrine.observables.response_decay import DECAY_REPLICATES
from vitrine.parquet import Key, read_table, write_table
from vitrine.points import PARTICLES, Axis, Point
from vitrine.tables import ESTIMATES, FLAGS

REPLICATES, SAMPLES = 40, 30
LENGTHS = {0.4: 0.65, 0.6: 0.8, 0.8: 0.93, 1.3: 1.0}  # by T_p
FACTORS = {0.4: 0.4, 0.6: 0.7, 0.8: 1.1, 1.3: 1.0}
EDGES = 10.0 ** (np.arange(23) / 20)
SETTINGS = {"nearest": 2.0, "farthest": 0.5, "far_field": 0.1}
POINTS = {T: Point.plain(8000, T) for T in LENGTHS}


def ensemble(point, dimension=3, **more):
    return Ensemble(point, dimension, seed=1, replicates=REPLICATES, **more)


ENSEMBLES = [ensemble(point) for point in POINTS.values()]


def law(r, length, factor, dimension=3):
    """c(r) = A r^-2d f(r/xi) with f ~ u^d at small u, level at large."""
    u = r / (3 * length)
    return factor * r ** (-2.0 * dimension) * u**dimension / (1 + u**2) ** (dimension / 2)


class Files:
    """The two files of each ensemble."""

    def __init__(self, folder):
        self.folder = folder

    def write(self, one, length, factor, exponent=-5.8, noise=0.003, kinds=("pinch", "quartic"), **origin):
        rng, folder, rows = np.random.default_rng(round(1000 * length)), self.folder / one.point.label, []
        centres = np.sqrt(EDGES[1:] * EDGES[:-1])
        for place, kind in enumerate(kinds):
            exact = law(centres, length, factor * (1 + place), one.dimension)
            scattered = np.vstack([exact, exact * np.exp(noise * rng.standard_normal((REPLICATES, len(centres))))])
            for k in range(len(centres)):
                for b in range(REPLICATES + 1):
                    numbers = {"distance_low": EDGES[k], "distance_high": EDGES[k + 1], "projection": scattered[b, k]}
                    rows.append(DECAY_REPLICATES.row(kind=kind, bin=k, replicate=b, samples=SAMPLES, **numbers))
        frame = pd.DataFrame(rows, columns=DECAY_REPLICATES.names).sample(frac=1, random_state=1)
        write_table(DECAY_REPLICATES, frame, folder / "decay_replicates.parquet", origin, Key.of(one.point))
        told = [
            ESTIMATES.row(quantity=f"{kind}_exponent", replicate=b, value=exponent, unit="1", samples=SAMPLES)
            for kind in kinds
            for b in range(REPLICATES + 1)
        ]
        write_table(ESTIMATES, pd.DataFrame(told, columns=ESTIMATES.names), folder / "response_decay_estimates.parquet", origin, Key.of(one.point))

    def collapse(self, ensembles, **settings):
        names = [file.removesuffix(".parquet") for file in declarations()["crossover_lengths"].combines]
        paths = {name: [self.folder / one.point.label / f"{name}.parquet" for one in ensembles] for name in names}
        return collapse_decays(**paths, ensembles=ensembles, **{**SETTINGS, **settings})


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


def write_all(files, **changes):
    for one in ENSEMBLES:
        T = one.point.parent_temperature
        files.write(one, LENGTHS[T], FACTORS[T], **changes)


def values(estimates, name, T, column="value"):
    rows = estimates[(estimates["quantity"] == name) & (estimates["parent_temperature"] == T)].sort_values("replicate")
    return rows[column].to_numpy()


def test_lengths_and_factors_of_both_kinds_are_found_over_those_of_the_hottest(files):
    write_all(files)
    estimates, _, flags = files.collapse(ENSEMBLES)
    for T in LENGTHS:
        for length, factor in (("xi_co", "A_1"), ("xi_qlm", "A_2")):
            # In r^2d c = A f(r/xi) the law's own factor is A.
            for name, expected in ((length, LENGTHS[T]), (factor, FACTORS[T])):
                found = values(estimates, name, T)
                assert found[0] == pytest.approx(expected, rel=0.02), (name, T)
                assert len(found) == REPLICATES + 1 and found[1:].std() < 0.1
            assert values(estimates, f"{length}_misfit", T)[0] < 0.01
    assert np.all(values(estimates, "xi_co", 1.3) == 1) and len(flags) == 0
    assert set(estimates["flag"]) == {""} and set(estimates["samples"]) == {SAMPLES}
    assert set(estimates["quantity"]) == {one.name for one in declarations()["crossover_lengths"].quantities}


def test_curves_lie_on_one_curve_and_say_what_takes_part(files):
    write_all(files)
    _, curves, _ = files.collapse(ENSEMBLES)
    assert list(curves.columns) == ["particles", "parent_temperature", *DECAY_COLLAPSE.names]
    taken = curves[curves["taken"]]
    box = 8000 ** (1 / 3)
    assert taken["distance"].min() >= 2.0 and taken["distance"].max() <= 0.5 * box
    assert curves.loc[(curves["distance"] >= 2) & (curves["distance"] <= 0.5 * box), "taken"].all()
    np.testing.assert_allclose(
        taken["scaled_decay"], law(taken["scaled_distance"], 1.0, 1.0 + (taken["kind"] == "quartic")) * taken["scaled_distance"] ** 6, rtol=0.02
    )
    np.testing.assert_allclose(taken["scaled_error"] / taken["scaled_decay"], 0.003, rtol=0.6)


def test_what_has_no_far_field_is_flagged_with_its_exponent(files):
    write_all(files)
    files.write(ENSEMBLES[0], LENGTHS[0.4], FACTORS[0.4], exponent=-3.8)
    estimates = files.collapse(ENSEMBLES)[0]
    told = set(values(estimates, "xi_co", 0.4, "flag")) | set(values(estimates, "A_2", 0.4, "flag"))
    assert told == {"the far field is not reached: the outermost exponent of c(r) is -3.8, not -6"}
    assert set(values(estimates, "xi_co", 0.6, "flag")) == {""} == set(values(estimates, "xi_co_misfit", 0.4, "flag"))
    assert set(values(files.collapse(ENSEMBLES, far_field=0.4)[0], "xi_co", 0.4, "flag")) == {""}


def test_a_length_that_the_collapse_does_not_fix_is_flagged(files):
    """One that is lost in its noise."""
    write_all(files)
    files.write(ENSEMBLES[0], LENGTHS[0.4], FACTORS[0.4], noise=1.5)
    estimates = files.collapse(ENSEMBLES)[0]
    assert set(values(estimates, "xi_co", 0.4, "flag")) == {"the collapse does not fix it"} == set(values(estimates, "A_1", 0.4, "flag"))
    assert set(values(estimates, "xi_co", 0.6, "flag")) == {""}


def test_in_the_plane_the_far_field_falls_as_the_fourth_power(files):
    plane = [ensemble(point, 2) for point in POINTS.values()]
    for one in plane:
        T = one.point.parent_temperature
        files.write(one, LENGTHS[T], FACTORS[T], exponent=-3.7)
    estimates = files.collapse(plane)[0]
    assert set(estimates["flag"]) == {""} and values(estimates, "xi_co", 0.4)[0] == pytest.approx(LENGTHS[0.4], rel=0.03)


def test_an_ensemble_without_quartic_modes_has_no_length_of_them(files):
    write_all(files)
    files.write(ENSEMBLES[1], LENGTHS[0.6], FACTORS[0.6], kinds=("pinch",))
    estimates = files.collapse(ENSEMBLES)[0]
    assert np.isnan(values(estimates, "xi_qlm", 0.6)).all() and np.isfinite(values(estimates, "xi_co", 0.6)).all()
    assert values(estimates, "xi_qlm", 0.4)[0] == pytest.approx(LENGTHS[0.4], rel=0.02)


def test_the_reference_is_the_largest_of_the_hottest():
    small, large, cold = (ensemble(Point.plain(n, T)) for n, T in ((2000, 1.3), (8000, 1.3), (16000, 0.6)))
    assert reference([small, large, cold]) == 1 and reference([cold, large, small]) == 1
    axis = Axis("cutoff", "rc", "r_c", "lambda_min", "range of the attraction")
    points = [Point((PARTICLES, axis), (500, value)) for value in (1.2, 1.4)]
    assert reference([ensemble(point) for point in points]) == 1


def test_a_file_of_another_study_is_refused(files):
    one = ensemble(POINTS[0.4], identities={"decay_replicates": "ours"})
    files.write(one, 1.0, 1.0, identity="other")
    with pytest.raises(InputError, match="decay_replicates"):
        files.collapse([one])


def test_the_rule_writes_the_points_of_a_study_into_its_tables(files, tmp_path):
    """Through the driver, as Snakemake runs it."""
    write_all(files)
    names = [file.removesuffix(".parquet") for file in declarations()["crossover_lengths"].combines]
    inputs = {name: [str(tmp_path / one.point.label / f"{name}.parquet") for one in ENSEMBLES] for name in names}
    outputs = [str(tmp_path / file) for file in declarations()["crossover_lengths"].averages]
    plain = [{"point": one.point.describe(), "dimension": 3, "seed": 1, "replicates": REPLICATES, "identities": {}} for one in ENSEMBLES]
    job = {"rule": "collapse_decays", "script": "aggregate.py", "wildcards": {}, "config": {"study": "x", "seed": 1}, "threads": 1}
    job["params"] = {"observable": "crossover_lengths", "function": "collapse_decays", "settings": SETTINGS, "ensembles": plain, "identity": "this"}
    job["input"], job["output"] = {"all": [], "named": inputs}, {"all": outputs, "named": {}}
    Job({**job, "log": {"all": [str(tmp_path / "log")], "named": {}}}, REPOSITORY).run()
    estimates, expected = read_table(ESTIMATES, outputs[0]), files.collapse(ENSEMBLES)[0]
    np.testing.assert_allclose(values(estimates, "xi_co", 0.4), values(expected, "xi_co", 0.4))
    assert len(read_table(DECAY_COLLAPSE, outputs[1])) == 2 * 4 * (len(EDGES) - 1) and len(read_table(FLAGS, outputs[2])) == 0


def test_quantities_have_the_declared_units(files):
    write_all(files)
    estimates = files.collapse(ENSEMBLES)[0]
    assert dict(zip(estimates["quantity"], estimates["unit"], strict=True)) == {
        one.name: one.unit for one in declarations()["crossover_lengths"].quantities
    }
