"""The reduced transverse density of states of particles: against dense algebra, counts of modes, strings, ensembles, and what is drawn."""

import dataclasses

import naive
import numpy as np
import pandas as pd
import pytest
import scipy.linalg
from declared import measuring_defaults
from drawn import bars, note, words
from matplotlib.collections import EllipseCollection
from synthetic_tables import Study, settings_of
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import InputError, SampleError
from vitrine.geometry import Cells
from vitrine.interactions import Interactions
from vitrine.models import glass_former, published_parameters
from vitrine.observables import declarations
from vitrine.observables.transverse_density import TRANSVERSE_DENSITY
from vitrine.observables.transverse_density.aggregate import COLUMNS, aggregate_transverse_density
from vitrine.observables.transverse_density.measure import measure_transverse_density, modes_below, window_modes
from vitrine.observables.transverse_density.transverse_density import plot_transverse_density
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.samples import write_fields

WINDOW = {"frequency": 3.0, "width": 1.0}


@pytest.fixture(scope="module")
def ipl():
    """A glass of the binary inverse power law in the plane, N = 200."""
    return naive.quenched(glass_former("binary_ipl", published_parameters("binary_ipl")), 200, 0.6, 200, seed=2)


@pytest.fixture(scope="module")
def dense(ipl):
    """Frequencies and vectors of all modes, and of each its transverse part, by dense algebra."""
    stiffness, vectors = scipy.linalg.eigh(naive.hessian(ipl))
    omega, u = np.sqrt(stiffness[2:]), vectors[:, 2:]
    matrix = Cells.of(ipl).volume_matrix.toarray()
    return omega, u, u - np.linalg.pinv(matrix, rcond=1e-12) @ (matrix @ u)


def disc_of(glass, strings: int) -> dict:
    """A disc field: half the particles inside, and the first few of them excited."""
    inside = np.arange(glass.particles) % 2 == 0
    excited = np.zeros(glass.particles)
    excited[np.flatnonzero(inside)[:strings]] = 40
    return {"inside": inside.astype(float), "excited": excited}


# --- of one glass -------------------------------------------------------------------------------------------------------------------------------


def test_against_dense_algebra(ipl, dense):
    omega, _, transverse = dense
    given = measure_transverse_density(ipl, disc_of(ipl, 12), **WINDOW)
    inside = (omega >= 2.0) & (omega <= 4.0)
    squares = np.sum(transverse.reshape(200, 2, -1) ** 2, axis=1)
    expected = np.sum(squares[:, inside] / omega[inside], axis=1) / 2.0
    np.testing.assert_allclose(given["transverse_density_field"]["density"], expected, rtol=1e-6)
    row = {name: column[0] for name, column in given["transverse_density"].items()}
    assert row["modes"] == inside.sum() > 10 and row["residual"] < 1e-7
    assert row["mean"] == pytest.approx(expected.mean(), rel=1e-6) and row["largest"] == pytest.approx(expected.max(), rel=1e-6)
    members = np.arange(0, 200, 2)
    strings = members[:12]
    top = members[np.argsort(-expected[members])[:12]]
    assert row["strings"] == 12 and row["overlap"] == pytest.approx(len(set(top) & set(strings)) / 12) and row["chance"] == pytest.approx(0.12)
    assert row["contrast"] == pytest.approx(expected[strings].mean() / expected[members[12:]].mean(), rel=1e-6)


def test_over_the_whole_spectrum_it_is_the_transverse_weight(ipl, dense):
    """Every mode of the window counts one: times omega, the sum over particles is the transverse share of all modes."""
    omega, _, transverse = dense
    given = measure_transverse_density(ipl, disc_of(ipl, 0), frequency=omega[-1], width=omega[-1])
    total = np.sum(np.sum(transverse**2, axis=0) / omega) / (2 * omega[-1])
    assert given["transverse_density_field"]["density"].sum() == pytest.approx(total, rel=1e-6)
    assert given["transverse_density"]["modes"][0] == 398


def test_modes_are_counted_by_the_signs_of_pivots(ipl, dense):
    omega, bonds = dense[0], Interactions.of(ipl)
    for k in (0, 1, 7, 60, 200):
        for shift in (-1e-4, 1e-4):
            assert modes_below(bonds, omega[k] * (1 + shift)) == np.sum(omega < omega[k] * (1 + shift))


def test_masses_enter_the_count_and_the_residual(ipl):
    heavy = dataclasses.replace(ipl, masses=np.where(np.arange(200) % 3 == 0, 4.0, 1.0))
    matrix = naive.hessian(heavy) / np.sqrt(np.outer(*2 * (np.repeat(heavy.masses, 2),)))
    omega = np.sqrt(scipy.linalg.eigvalsh(matrix)[2:])
    found, _, residual = window_modes(heavy, 1.0, 3.0, 1000)
    np.testing.assert_allclose(found, omega[(omega >= 1.0) & (omega <= 3.0)], rtol=1e-8)
    assert residual < 1e-7


def test_what_cannot_be_measured_says_so(ipl, glass, dense, monkeypatch):
    with pytest.raises(SampleError, match="two dimensions alone"):
        measure_transverse_density(glass, disc_of(glass, 0))
    with pytest.raises(SampleError, match="none of its modes lies between omega = 0.01 and 0.03"):
        measure_transverse_density(ipl, disc_of(ipl, 0), frequency=0.02, width=0.01)
    with pytest.raises(SampleError, match="more than the 5 that transverse_density.most allows"):
        measure_transverse_density(ipl, disc_of(ipl, 0), **WINDOW, most=5)
    import vitrine.observables.transverse_density.measure as module

    whole = module.find_mode_vectors
    monkeypatch.setattr(module, "find_mode_vectors", lambda *given: tuple(np.delete(one, 3, axis=-1) for one in whole(*given)))
    with pytest.raises(SampleError, match=r"modes lie below omega = 4, and Lanczos found"):
        measure_transverse_density(ipl, disc_of(ipl, 0), **WINDOW)


def test_without_strings_there_is_no_overlap_and_defaults_are_declared(ipl):
    row = measure_transverse_density(ipl, disc_of(ipl, 0), **WINDOW)["transverse_density"]
    assert row["strings"][0] == 0 and np.isnan([row[name][0] for name in ("contrast", "overlap", "chance")]).all()
    assert measuring_defaults("transverse_density") == {"frequency": 0.8, "width": 0.4, "most": 1500}


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def averaged(ipl, tmp_path_factory):
    """A flagged glass, one without a key core, and two with one."""
    folder, point = tmp_path_factory.mktemp("density"), Point.plain(200, 0.6)
    ensemble = Ensemble(point, dimension=2, seed=1, replicates=7)
    glasses = [dataclasses.replace(ipl, index=index, parent_temperature=0.6) for index in range(4)]
    rows = [TRANSVERSE_DENSITY.row(sample=0, flag="not a minimum")]
    densities, discs, given = [(0, glasses[0], {}, "not a minimum")], [(0, glasses[0], {}, "not a minimum")], {}
    for index in (1, 2, 3):
        disc = disc_of(glasses[index], 6 * (index - 1))
        given[index] = measure_transverse_density(glasses[index], disc, 2.0 + index, 1.0)
        rows.append(TRANSVERSE_DENSITY.row(sample=index, **{name: column[0] for name, column in given[index]["transverse_density"].items()}))
        densities.append((index, glasses[index], given[index]["transverse_density_field"], ""))
        discs.append((index, glasses[index], disc, ""))
    write_table(TRANSVERSE_DENSITY, rows, folder / TRANSVERSE_DENSITY.file, {}, Key.of(point))
    for name, entries in (("transverse_density", densities), ("disc_shear", discs)):
        field = declarations()[name].fields[0]
        write_fields(folder / field.file, field, entries, {})
    files = [[folder / file] for file in declarations()["transverse_density"].combines]
    return given, ensemble, aggregate_transverse_density(*files, ensemble), files


def test_estimates_are_means_and_those_of_strings_over_key_cores(averaged):
    given, ensemble, (estimates, _, flags), _ = averaged
    weights = ensemble.weights(np.array([1, 2, 3]))
    for quantity, column in COLUMNS.items():
        values = np.array([given[index]["transverse_density"][column][0] for index in (1, 2, 3)], dtype=float)
        present = np.isfinite(values)
        expected = [np.average(values[present], weights=w[present]) if w[present].sum() else np.nan for w in weights]
        np.testing.assert_allclose(estimates[estimates["quantity"] == quantity]["value"], expected, rtol=1e-12)
        assert present.sum() == (3 if quantity in ("transverse_density", "window_modes") else 2)
    assert flags["flag"].tolist() == ["not a minimum"]


def test_the_map_is_that_of_the_first_disc_with_strings(averaged):
    given, ensemble, (_, shown, _), files = averaged
    assert set(shown["sample"]) == {2} and len(shown) == 100 and (shown["excited"] > 0).sum() == 6
    np.testing.assert_allclose(shown["reduced_density"], given[2]["transverse_density_field"]["density"][::2])
    assert set(aggregate_transverse_density(*files, ensemble, shown=3)[1]["sample"]) == {3}
    with pytest.raises(InputError, match="transverse_density.shown is 1"):
        aggregate_transverse_density(*files, ensemble, shown=1)


# --- as it is drawn -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn(averaged):
    study = Study((0.6,))
    _, _, (_, shown, _), _ = averaged
    keyed = shown.assign(particles=study.particles, parent_temperature=0.6)
    values = {"transverse_density": 0.3, "strings_overlap": 0.4, "strings_chance": 0.1}
    rows = [{"quantity": name, "value": value, "error": 0.02, "unit": "1", "samples": 2, "flagged": 1, "flag": ""} for name, value in values.items()]
    quantities = pd.DataFrame(rows).assign(particles=study.particles, parent_temperature=0.6)
    return plot_transverse_density(keyed, quantities, settings_of(study)), keyed, quantities


def test_particles_are_coloured_and_strings_circled(drawn):
    figure, shown, _ = drawn
    coloured, circled = (one for one in figure.axes[0].collections if isinstance(one, EllipseCollection))
    np.testing.assert_allclose(coloured.get_array(), shown["reduced_density"])
    np.testing.assert_allclose(circled.get_offsets(), shown.loc[shown["excited"] > 0, ["x", "y"]])
    for line, strings in zip(figure.axes[1].lines, (True, False), strict=True):
        values = np.sort(shown.loc[(shown["excited"] > 0) == strings, "reduced_density"])
        np.testing.assert_allclose(line.get_xdata(), values)
        np.testing.assert_allclose(line.get_ydata(), [np.mean(values >= value) for value in values])


def test_overlaps_are_those_of_the_quantities(drawn):
    figure, _, _ = drawn
    assert {one.label: one.y[0] for one in bars(figure.axes[2])} == {"measured": 0.4, "by chance": 0.1} and "2 samples" in note(figure)


def test_without_a_key_core_the_panels_say_so(drawn):
    _, shown, quantities = drawn
    assert "no glass has a key core" in words(plot_transverse_density(shown.iloc[:0], quantities.iloc[:0], settings_of(Study((0.6,)))))
