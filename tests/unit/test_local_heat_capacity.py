"""Local heat capacities: against full inverses, reweighted Boltzmann sampling, laws of made-up tails, and the figures."""

import dataclasses

import naive
import numpy as np
import pandas as pd
import pytest
from drawn import bars, lines, one, words
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from measuring import batch
from synthetic_tables import Study, settings_of
from vitrine.aggregation.ensemble import Ensemble, Estimate
from vitrine.aggregation.results import Results, Rows, StudySettings
from vitrine.interactions import Interactions
from vitrine.landscape.heat import local_heat_capacities
from vitrine.landscape.rest import at_rest
from vitrine.linalg import dissected
from vitrine.linalg.diagonal_blocks import bond_blocks
from vitrine.nonlinear.contractions import Contractions
from vitrine.observables import declarations
from vitrine.observables.local_heat_capacity import HEAT_CAPACITY_GLASSES, LOCAL_HEAT_CAPACITIES
from vitrine.observables.local_heat_capacity.aggregate import FEW, aggregate_local_heat_capacity, softest_slope
from vitrine.observables.local_heat_capacity.derive import fit_local_heat_capacity
from vitrine.observables.local_heat_capacity.heat_capacity_map import LEAST, NEGATIVE, plot_heat_capacity_map
from vitrine.observables.local_heat_capacity.local_heat_capacity import plot_local_heat_capacity
from vitrine.observables.local_heat_capacity.measure import measure_heat_capacities
from vitrine.parquet import Key, write_table
from vitrine.points import PARENT_TEMPERATURE, PARTICLES, Point
from vitrine.samples import write_fields
from vitrine.statistics.tails import DRIFTS

POINT = Point.plain(64, 0.6)
ENSEMBLE = Ensemble(POINT, dimension=2, seed=1, replicates=9)


# --- one glass ----------------------------------------------------------------------------------------------------------------------------------


def test_covariances_of_bonds_are_those_of_the_full_inverse(bonds, dimension):
    """With many small blocks and with one; also of the bonds of the particle that is held."""
    n, d, i, j = bonds.sample.particles, dimension, bonds.i, bonds.j
    inverse = naive.pseudo_inverse(bonds.hessian.toarray(), d).reshape(n, d, n, d)
    expected = inverse[i, :, i] + inverse[j, :, j] - inverse[i, :, j] - inverse[j, :, i]
    for cut in (None, lambda: dissected(bonds.sample.positions, bonds.sample.box, i, j, 8)):
        found = bond_blocks(bonds.hessian, d, i, j, cut)
        np.testing.assert_allclose(found, expected, atol=1e-10 * np.abs(expected).max())
    assert np.any(i == 0)


def test_the_contraction_with_a_covariance_is_that_with_fields(bonds, dimension):
    """U3:zz of three fields is U3:M of M = sum z z^T."""
    fields = np.random.default_rng(1).standard_normal((bonds.sample.particles * dimension, 3))
    change = fields.reshape(-1, dimension, 3)[bonds.j] - fields.reshape(-1, dimension, 3)[bonds.i]
    found = Contractions(bonds).cubic_of_covariances(np.einsum("bak,bck->bac", change, change))
    np.testing.assert_allclose(found.ravel(), Contractions(bonds).cubic(fields).sum(axis=1), rtol=1e-9, atol=1e-8)


def test_they_add_up_to_the_number_of_modes(any_glass):
    given = measure_heat_capacities(any_glass)
    row = {name: value[0] for name, value in given["heat_capacity_glasses"].items()}
    modes = any_glass.dimension * (any_glass.particles - 1)
    assert row["modes"] == modes and row["harmonic"] == pytest.approx(modes, rel=1e-9)
    assert abs(row["anharmonic"]) < 1e-12 * modes * max(1.0, row["largest"])
    np.testing.assert_allclose(given["heat_capacity_field"]["heat_capacity"].sum(), modes, rtol=1e-9)
    whole = given["local_heat_capacities"]["harmonic"] + given["local_heat_capacities"]["anharmonic"]
    assert row["largest"] == np.abs(whole).max() and row["negative"] == np.mean(whole < 0)
    assert row["omega"] == pytest.approx(np.sqrt(np.linalg.eigvalsh(Interactions.of(any_glass).hessian.toarray())[any_glass.dimension]), rel=1e-6)


def test_every_pair_is_that_of_full_tensors(planar_glass):
    """Eq. 22 with the full inverse, the naive energy of each pair, and U''' by differences of the naive Hessian along the modes."""
    bonds, factor = at_rest(planar_glass)
    glass, d = bonds.sample, 2
    hessian = naive.hessian(glass)
    inverse = naive.pseudo_inverse(hessian, d)
    values, vectors = np.linalg.eigh(inverse)
    pull, step = np.zeros(len(hessian)), 1e-4
    for value, vector in zip(values, vectors.T, strict=True):
        if value > 1e-12:
            moved = [naive.hessian(glass.moved(glass.positions + sign * step * vector.reshape(-1, d))) @ vector for sign in (1, -1)]
            pull += value * (moved[0] - moved[1]) / (2 * step)
    shift = inverse @ pull
    harmonic, anharmonic = local_heat_capacities(bonds, factor)
    i, j, pairs, r, _, slope, curvature = naive.all_pairs(glass)
    np.testing.assert_array_equal(np.stack([i, j]), np.stack([bonds.i, bonds.j]))
    for place in range(0, len(i), 7):
        n = pairs[place] / r[place]
        block = curvature[place] * np.outer(n, n) + slope[place] / r[place] * (np.eye(d) - np.outer(n, n))
        own = [np.arange(d) + d * i[place], np.arange(d) + d * j[place]]
        covariance = sum(sign * inverse[np.ix_(own[a], own[b])] for a, b, sign in ((0, 0, 1), (1, 1, 1), (0, 1, -1), (1, 0, -1)))
        assert harmonic[place] == pytest.approx(np.trace(block @ covariance), rel=1e-8)
        expected = -slope[place] * n @ (shift[own[1]] - shift[own[0]])
        assert anharmonic[place] == pytest.approx(expected, rel=1e-3, abs=1e-3 * np.abs(anharmonic).max())


def test_against_sampling_of_the_boltzmann_distribution():
    """N = 24: displacements of the harmonic distribution and their opposites, reweighted by exp(-(U - U_harmonic)/T); no expansion is used."""
    glass = naive.quenched(naive.poly(**{**naive.PLANAR, **naive.SMALL, "density": 1.0}), 24, temperature=0.5, seed=4)
    bonds, factor = at_rest(glass)
    harmonic, anharmonic = local_heat_capacities(bonds, factor)
    rng, temperature, blocks = np.random.default_rng(1), 1e-6, []
    values, vectors = np.linalg.eigh(bonds.hessian.toarray())
    values, vectors = values[2:], vectors[:, 2:]
    i, j, sizes, types = bonds.i, bonds.j, glass.sizes, glass.types
    for _ in range(24):
        amplitudes = rng.standard_normal((len(values), 1500)) * np.sqrt(temperature / values)[:, None]
        fields = (vectors @ amplitudes).T.reshape(-1, 24, 2)
        energies, weights = [], []
        for sign in (1, -1):
            change = bonds.vectors + sign * (fields[:, j] - fields[:, i])
            length = np.linalg.norm(change, axis=2)
            each = np.array([bonds.sample.model.derivatives(own, i, j, sizes, types)[0] for own in length]) - bonds.derivatives[0]
            quadratic = 0.5 * (values[:, None] * amplitudes**2).sum(axis=0)
            energies.append(each)
            weights.append(np.exp(-(each.sum(axis=1) - quadratic) / temperature))
        top = weights[0][:, None] * energies[0] + weights[1][:, None] * energies[1]
        blocks.append(top.sum(axis=0) / (weights[0] + weights[1]).sum())
    blocks = 2 * np.array(blocks) / temperature
    mean, error = blocks.mean(axis=0), blocks.std(axis=0, ddof=1) / np.sqrt(len(blocks))
    ours = harmonic + anharmonic
    pull = (mean - ours) / error
    assert np.abs(anharmonic).max() > 20 * np.median(error)  # the sampling sees the anharmonic part
    assert np.mean(pull**2) < 2 and np.abs(pull).max() < 5.5
    assert abs(mean.sum() - 46) < 5 * blocks.sum(axis=1).std() / np.sqrt(len(blocks)) + 0.02


# --- an ensemble --------------------------------------------------------------------------------------------------------------------------------


def made(folder, exponent, glasses=60, pairs=400, seed=1):
    """Batches of glasses whose |c| are drawn from c^-exponent above one, with signs; the largest is omega^-4."""
    rng = np.random.default_rng(seed)
    rows, whole, entries = [], [], []
    glass = naive.scattered(naive.poly(**naive.PLANAR), 64, rng)
    for sample in range(glasses):
        c = rng.random(pairs) ** (-1 / (exponent - 1)) * rng.choice([-1, 1], pairs)
        i, j = np.arange(pairs) % 63, np.arange(pairs) % 63 + 1
        rows.append(pd.DataFrame({"sample": sample, "i": i, "j": j, "harmonic": 0.5, "anharmonic": c - 0.5, "flag": ""}))
        largest = np.abs(c).max()
        about = {"modes": 126, "harmonic": 126.0, "anharmonic": 0.0, "largest": largest, "negative": np.mean(c < 0), "omega": largest**-0.25}
        whole.append(HEAT_CAPACITY_GLASSES.row(sample=sample, **about))
        entries.append((sample, dataclasses.replace(glass, index=sample), {"heat_capacity": np.zeros(64)}, ""))
    whole.append(HEAT_CAPACITY_GLASSES.row(sample=glasses, flag="not a minimum"))
    rows.append(pd.DataFrame([LOCAL_HEAT_CAPACITIES.row(sample=glasses, flag="not a minimum")]))
    write_table(LOCAL_HEAT_CAPACITIES, pd.concat(rows), folder / "c.parquet", {}, Key.of(POINT))
    write_table(HEAT_CAPACITY_GLASSES, whole, folder / "g.parquet", {}, Key.of(POINT))
    field = declarations()["local_heat_capacity"].fields[0]
    write_fields(folder / field.file, field, entries, {})
    return [folder / "c.parquet"], [folder / "g.parquet"], [folder / field.file], pd.concat(rows[:-1]), glass


@pytest.fixture(scope="module")
def averaged(tmp_path_factory):
    *files, rows, glass = made(tmp_path_factory.mktemp("heat"), 2.25)
    return rows, glass, aggregate_local_heat_capacity(*files, ENSEMBLE, tail=0.05)


def test_the_exponent_of_a_pure_tail(averaged):
    rows, _, (estimates, density, windows, largest, _, flags) = averaged
    first = estimates[estimates["replicate"] == 0].set_index("quantity")
    size = np.sort(np.abs(rows["harmonic"] + rows["anharmonic"]))[::-1]
    number = 0.05 * len(size)
    expected = 1 + number / np.log(size[: int(number)] / size[int(number)]).sum()
    assert first.loc["heat_tail_exponent", "value"] == pytest.approx(expected) and expected == pytest.approx(2.25, abs=0.15)
    assert first.loc["heat_tail_threshold", "value"] == size[int(number)] and first.loc["heat_tail_exponent", "flag"] == ""
    assert first.loc["heat_softest_exponent", "value"] == pytest.approx(-4) and first.loc["heat_sum_error", "value"] == 0
    np.testing.assert_allclose(windows["exponent"], 2.25, atol=0.6)
    assert np.all(np.diff(windows["threshold"]) > 0) and windows["count"].iloc[-1] >= 30 and len(largest) == 60
    mass = density["density"] * (density["c_high"] - density["c_low"])
    assert mass.sum() == pytest.approx(1) and density["count"].sum() == len(size)
    assert mass[density["sign"] < 0].sum() == pytest.approx(first.loc["heat_negative", "value"])
    assert flags["flag"].tolist() == ["not a minimum"]


def test_errors_are_those_of_glasses(averaged):
    """Weights by sample: a replicate is the exponent of its own weighted pairs."""
    rows, _, (estimates, *_) = averaged
    told = estimates[(estimates["quantity"] == "heat_tail_exponent") & (estimates["replicate"] == 3)]["value"].iloc[0]
    weights = ENSEMBLE.weights(np.arange(60))[3]
    size = np.abs(rows["harmonic"] + rows["anharmonic"]).to_numpy()
    threshold = np.sort(size)[::-1][int(0.05 * len(size))]
    above = size > threshold
    own = weights[rows["sample"].to_numpy()[above]]
    assert told == pytest.approx(1 + own.sum() / (own @ np.log(size[above] / threshold)))


def test_an_exponent_that_depends_on_its_window_is_flagged(tmp_path):
    *files, _, _ = made(tmp_path, 2.25, glasses=40)
    table = pd.read_parquet(files[0][0])
    bent = table.assign(anharmonic=np.sign(table["anharmonic"]) * np.minimum(np.abs(table["anharmonic"]), 8) - 0.0)
    write_table(LOCAL_HEAT_CAPACITIES, bent[LOCAL_HEAT_CAPACITIES.names], files[0][0], {}, Key.of(POINT))
    for tail, flag in ((0.15, DRIFTS), (1e-3, FEW)):
        estimates = aggregate_local_heat_capacity(*files, ENSEMBLE, tail=tail)[0].set_index("quantity")
        assert set(estimates.loc["heat_tail_exponent", "flag"]) == {flag}


def test_the_slope_needs_glasses():
    weights = np.ones((3, 20))
    omega = np.linspace(1, 2, 20)
    np.testing.assert_allclose(softest_slope(weights, omega, 5 * omega**-4), -4)
    assert np.isnan(softest_slope(weights[:, :9], omega[:9], omega[:9])).all()


@pytest.mark.parametrize(("against", "place"), [("particles", 1), ("parent_temperature", 0)])
def test_exponents_stand_beside_the_published_ones(against, place):
    settings = StudySettings(
        (PARTICLES, PARENT_TEMPERATURE), (64, 0.6), against, 2, 0.65, 0.9, observables=("local_heat_capacity",), options={"local_heat_capacity": {}}
    )
    names = ("heat_tail_exponent", "heat_softest_exponent")
    ensembles = {(64, 0.6): 2.9, (256, 0.6): 2.4} if against == "particles" else {(64, 0.6): 2.9, (64, 0.9): 2.4}
    given = {key: {name: Estimate(np.array([value, value + 0.1, value - 0.1]), "1", 9, 0) for name in names} for key, value in ensembles.items()}
    rows = Rows()
    fit_local_heat_capacity(rows, Results(settings, given))
    told = rows.frame().set_index("name")
    assert list(told.index) == list(names) and set(told["value"]) == {list(ensembles.values())[place]}
    assert "the pairs with the largest |c|" in told.loc["heat_tail_exponent", "window"]
    given = {key: {"heat_tail_exponent": Estimate(np.full(3, 3.0), "1", 9, 0, DRIFTS)} for key in ensembles}
    flagged = Rows()
    fit_local_heat_capacity(flagged, Results(settings, given))
    assert flagged.rows == []


def test_a_batch_keeps_its_flags(planar_glass):
    flagged = dataclasses.replace(planar_glass, index=2, flag="not a minimum")
    given = batch([dataclasses.replace(planar_glass, index=1), flagged], "local_heat_capacity", measure_heat_capacities)
    rows = pd.DataFrame(given.tables["local_heat_capacities"])
    assert len(rows) == len(Interactions.of(planar_glass).i) + 1 and rows["flag"].iloc[-1] == "not a minimum"
    assert [entry[0] for entry in given.fields["heat_capacity_field"]] == [1, 2]


# --- as it is drawn -----------------------------------------------------------------------------------------------------------------------------


def quantities_of(study, flag=""):
    row = {"quantity": "heat_tail_exponent", "value": 2.3, "error": 0.1, "unit": "1", "samples": 60, "flagged": 1, "flag": flag}
    return pd.DataFrame([row | {"particles": study.particles, "parent_temperature": 0.6}])


def test_the_figure_shows_the_tables(averaged):
    _, _, (_, density, windows, largest, _, _) = averaged
    study = Study((0.6,))
    tables = [table.assign(particles=study.particles, parent_temperature=0.6) for table in (density, windows, largest)]
    for flag in ("", DRIFTS):
        figure = plot_local_heat_capacity(*tables, quantities_of(study, flag), settings_of(study))
        drawn = {found.hollow: found for found in bars(figure.axes[0])}
        for sign, hollow in ((1, False), (-1, True)):
            rows = density[(density["sign"] == sign) & (density["count"] > 0)]
            np.testing.assert_allclose(drawn[hollow].x, np.sqrt(rows["c_low"] * rows["c_high"]))
            np.testing.assert_allclose(drawn[hollow].y, rows["density"])
            np.testing.assert_allclose(drawn[hollow].up, rows["density_error"], rtol=1e-6, atol=1e-12)
        tail = one(bars(figure.axes[1]))
        np.testing.assert_allclose(tail.y, windows["exponent"])
        np.testing.assert_allclose(tail.x, windows["threshold"])
        np.testing.assert_allclose(tail.up, windows["exponent_error"], rtol=1e-6)
        assert tail.hollow == bool(flag)
        cloud = one(lines(figure.axes[2], gid="largest-0.6"))
        np.testing.assert_allclose(cloud.get_ydata(), largest["largest"])
        np.testing.assert_allclose(cloud.get_xdata(), largest["omega"])
    empty = words(plot_local_heat_capacity(*(table[:0] for table in tables), quantities_of(study), settings_of(study)))
    assert "no local heat capacity" in empty and "too few pairs" in empty and "no glass" in empty


def test_the_map_shows_every_pair_that_is_large(averaged):
    rows, glass, (*_, shown, _) = averaged
    first = rows[rows["sample"] == 0]
    np.testing.assert_allclose(shown["c"], first["harmonic"] + first["anharmonic"])
    np.testing.assert_allclose(shown[["x", "y"]] % glass.box[0, 0], glass.positions[first["i"]] % glass.box[0, 0], atol=1e-9)
    vectors = naive.nearest_images(glass)[first["i"], first["j"]]
    np.testing.assert_allclose(shown[["d_x", "d_y"]], vectors, atol=1e-9)
    study = Study((0.6,))
    figure = plot_heat_capacity_map(shown.assign(particles=study.particles, parent_temperature=0.6), quantities_of(study), settings_of(study))
    (drawn,) = (found for found in figure.axes[0].collections if isinstance(found, LineCollection))
    size = shown["c"].abs().to_numpy()
    large = np.argsort(size, kind="stable")
    large = large[size[large] >= LEAST * size.max()]
    np.testing.assert_allclose(drawn.get_linewidths(), 3 * size[large] / size.max())
    assert [to_hex(colour) == NEGATIVE for colour in drawn.get_colors()] == list(shown["c"].to_numpy()[large] < 0)
    starts = np.array([segment[0] for segment in drawn.get_segments()])
    np.testing.assert_allclose(starts, shown[["x", "y"]].to_numpy()[large])
    empty = plot_heat_capacity_map(shown[:0].assign(particles=study.particles, parent_temperature=0.6), quantities_of(study), settings_of(study))
    assert "no glass in the plane" in words(empty)
