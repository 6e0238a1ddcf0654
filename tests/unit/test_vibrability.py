"""Vibrability against the dense pseudo-inverse and the sum over modes; its distribution over particles, and the map of one glass in the plane."""

import dataclasses

import naive
import numpy as np
import pytest
from aggregated import ENSEMBLE, SAMPLES, Aggregation, flag_samples, made, values, weights
from naive import liquid, poly
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import SampleError
from vitrine.observables import declarations
from vitrine.observables.modes.measure import find_modes
from vitrine.observables.vibrability import VIBRABILITY, VIBRABILITY_MAP
from vitrine.observables.vibrability.aggregate import aggregate_vibrability
from vitrine.observables.vibrability.measure import measure_vibrability
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.samples import write_fields
from vitrine.schema import names_of

FIELD = declarations()["vibrability"].fields[0]


def psi_of(glass, **settings):
    return measure_vibrability(glass, **settings)["vibrability_field"]["vibrability"]


def row_of(glass, **settings):
    return {name: column[0] for name, column in measure_vibrability(glass, **settings)["vibrability"].items()}


# --- of one glass -------------------------------------------------------------------------------------------------------------------------------


def test_against_the_dense_inverse(any_glass):
    """Psi_i = tr (H^+)_ii from the definition, by all eigenvectors of the dense Hessian."""
    d = any_glass.dimension
    inverse = naive.pseudo_inverse(naive.hessian(any_glass), d)
    expected = [np.trace(inverse[i * d : (i + 1) * d, i * d : (i + 1) * d]) for i in range(any_glass.particles)]
    assert np.allclose(psi_of(any_glass), expected, rtol=1e-8)


def test_it_is_the_motion_in_all_modes_together(any_glass):
    """Psi_i = sum_l |u_l,i|^2/omega_l^2 (000 eq. 1)."""
    d = any_glass.dimension
    stiffness, modes = np.linalg.eigh(naive.hessian(any_glass))
    squares = (modes[:, d:].reshape(any_glass.particles, d, -1) ** 2).sum(axis=1)
    assert np.allclose(psi_of(any_glass), squares @ (1 / stiffness[d:]), rtol=1e-8)


def test_the_sum_over_particles_is_the_sum_over_modes(any_glass):
    assert psi_of(any_glass).sum() == pytest.approx(np.sum(find_modes(any_glass)["omega"] ** -2.0), rel=1e-9)


def test_the_row_of_a_glass(any_glass):
    psi = psi_of(any_glass)
    threshold = float(np.median(psi))
    row = row_of(any_glass, core_threshold=threshold, key_core_fraction=0.3)
    assert row["mean"] == pytest.approx(psi.mean(), rel=1e-13) and row["largest"] == psi.max()
    assert row["core"] == sum(value > threshold for value in psi) > 0
    assert row["key_core"] == sum(value > 0.3 * max(psi) for value in psi) > 0
    assert set(row) == set(names_of(VIBRABILITY.own))


def test_defaults_are_the_declared_ones(glass):
    assert row_of(glass) == row_of(glass, **declarations()["vibrability"].defaults)


def test_a_liquid_is_named():
    with pytest.raises(SampleError, match="not a minimum"):
        measure_vibrability(liquid(poly(), 160, 1.3))


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path):
    return Aggregation(tmp_path)


def test_the_distribution_is_the_plain_histogram_over_all_particles_and_normalised(run):
    _, density, _, _ = run("vibrability", files=3)
    psi = made("vibrability_field")["vibrability"].to_numpy()
    edges = np.append(density["psi_low"], density["psi_high"].iloc[-1])
    histogram = np.histogram(psi, edges)[0]
    assert histogram.sum() == SAMPLES * ENSEMBLE.particles
    np.testing.assert_array_equal(density["count"], histogram)
    np.testing.assert_allclose(density["density"], histogram / (histogram.sum() * np.diff(edges)), rtol=1e-12)
    assert np.sum(density["density"] * np.diff(edges)) == pytest.approx(1, rel=1e-12)


def test_its_errors_are_those_of_whole_samples(run):
    """A bootstrap over samples: all particles of a sample have its weight."""
    _, density, _, _ = run("vibrability")
    psi = made("vibrability_field")["vibrability"].to_numpy().reshape(SAMPLES, -1)
    edges = np.append(density["psi_low"], density["psi_high"].iloc[-1])
    counts = np.array([np.histogram(one, edges)[0] for one in psi])
    replicates = [weight @ counts / (weight @ counts).sum() / np.diff(edges) for weight in weights()[1:]]
    np.testing.assert_allclose(density["density_error"], np.std(replicates, axis=0, ddof=1), rtol=1e-9)


def test_means_over_samples(run):
    estimates, *_ = run("vibrability")
    table = made("vibrability")
    columns = {"vibrability_mean": "mean", "vibrability_largest": "largest", "core_particles": "core", "key_core_particles": "key_core"}
    for name, column in columns.items():
        expected = [np.average(table[column], weights=weight) for weight in weights()]
        np.testing.assert_allclose(values(estimates, name), expected, rtol=1e-13)


def test_a_sample_whose_field_is_damaged_is_in_neither(run):
    estimates, density, _, flags = run("vibrability", change={"vibrability_field": flag_samples(7, reason="unreadable: damaged")})
    assert set(estimates["samples"]) == {SAMPLES - 1} and density["count"].sum() == (SAMPLES - 1) * ENSEMBLE.particles
    assert flags[["flag", "examples"]].to_numpy().tolist() == [["unreadable: damaged", "7"]]


def test_no_map_in_space(run):
    assert len(run("vibrability")[2]) == 0


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_the_map_is_that_of_the_first_good_glass_in_the_plane(planar_glass, tmp_path, order):
    """Places, diameters and Psi of its particles; a glass that was not measured is not shown."""
    point = Point.plain(64, 0.6)
    ensemble = Ensemble(point, dimension=2, seed=1, replicates=5)
    moved = planar_glass.moved(planar_glass.positions[:, ::-1].copy())
    glasses = [dataclasses.replace(one, index=index, parent_temperature=0.6) for index, one in enumerate((planar_glass, planar_glass, moved))]
    psi = [np.full(64, np.nan), psi_of(glasses[1]), psi_of(glasses[2])]
    batches = [[(0, glasses[0], {}, "not a minimum")], [(k, glasses[k], {"vibrability": psi[k]}, "") for k in (1, 2)]]
    fields, tables = [], []
    for number, entries in enumerate(batches):
        fields.append(tmp_path / str(number) / "vibrability_field.gsd")
        tables.append(tmp_path / str(number) / "vibrability.parquet")
        write_fields(fields[-1], FIELD, entries, {})
        rows = [VIBRABILITY.row(sample=index, flag=flag, **({} if flag else row_of(glass))) for index, glass, _, flag in entries]
        write_table(VIBRABILITY, rows, tables[-1], {}, Key.of(point))
    frames = aggregate_vibrability([tables[k] for k in order], [fields[k] for k in order], ensemble)
    shown = frames[2]
    assert list(shown.columns) == VIBRABILITY_MAP.names and shown["sample"].eq(1).all() and len(shown) == 64
    np.testing.assert_allclose(shown[["x", "y"]], planar_glass.positions % planar_glass.box[0, 0], atol=1e-12)
    np.testing.assert_array_equal(shown["size"], planar_glass.sizes)
    np.testing.assert_array_equal(shown["psi"], psi[1])
