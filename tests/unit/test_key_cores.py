"""Key cores: squares that are made, every cycle by brute force, glasses without one, ensembles, and what is drawn."""

import dataclasses
from types import SimpleNamespace

import naive
import numpy as np
import pandas as pd
import pytest
from declared import measuring_defaults
from drawn import bars, note, words
from matplotlib.collections import EllipseCollection
from matplotlib.colors import to_hex
from matplotlib.quiver import Quiver
from synthetic_tables import Study, settings_of
from vitrine.aggregation.ensemble import Ensemble
from vitrine.choices import check_dimensions
from vitrine.errors import InputError
from vitrine.interactions import Interactions
from vitrine.models import glass_former, published_parameters
from vitrine.observables import declarations
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.key_cores import KEY_CORE_SCATTER, KEY_CORES, OF_MODE
from vitrine.observables.key_cores.aggregate import aggregate_key_cores
from vitrine.observables.key_cores.key_cores import PARTS, plot_key_cores
from vitrine.observables.key_cores.measure import find_key_cores
from vitrine.observables.key_cores.square import FLAT_MINIMUM, candidates, force_network, key_core_square, stability
from vitrine.observables.vibrability.measure import measure_vibrability
from vitrine.observables.volume_modes.measure import decompose_modes
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.preparation.minimise import minimise
from vitrine.samples import write_fields


def flat_bonds(positions, pairs, forces, types=None) -> SimpleNamespace:
    """Pairs with given forces between particles of a plane, as far as the network looks at them."""
    positions = np.asarray(positions, dtype=float)
    sample = SimpleNamespace(positions=positions, box=np.diag([100.0, 100.0]), types=np.zeros(len(positions), dtype=int) if types is None else types)
    i, j = np.array(pairs).T
    return SimpleNamespace(sample=sample, i=i, j=j, pair_forces=np.asarray(forces, dtype=float))


SQUARE = [(0, 0), (1, 0), (1, 1), (0, 1)]
ROUND = [(0, 1), (1, 2), (2, 3), (0, 3)]
TWO_IN_TWO_OUT = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)])  # 0 and 2 go in, 1 and 3 out


# --- squares ------------------------------------------------------------------------------------------------------------------------------------


def test_a_square_that_moves_two_in_two_out():
    bonds = flat_bonds(SQUARE, ROUND, np.ones(4))
    square, number = key_core_square(bonds, np.array([0, 1]), TWO_IN_TWO_OUT, 0.2)
    assert number == 1 and set(square.particles) == {0, 1, 2, 3} and square.overlap == 2 and square.alternates
    np.testing.assert_allclose(square.sides, 1)
    np.testing.assert_allclose(square.diagonals, np.sqrt(2))
    assert square.cancellation == pytest.approx(4 * np.sqrt(2))  # all of it: the sum of mu vanishes
    np.testing.assert_allclose(np.abs(square.radial), np.sqrt(2))
    translation, _ = key_core_square(bonds, np.array([0]), np.ones((4, 2)), 0.2)
    assert not translation.alternates and translation.cancellation == pytest.approx(0)


def test_breathing_does_not_alternate():
    square, _ = key_core_square(flat_bonds(SQUARE, ROUND, np.ones(4)), np.array([0]), np.array(SQUARE) - 0.5, 0.2)
    assert not square.alternates


def test_the_sign_comes_before_the_overlap_and_that_before_the_cancellation():
    """Three squares side by side: the left one breathes and lies wholly in the string, the middle and the right one alternate."""
    positions = [(x, y) for x in range(4) for y in range(2)]  # columns 0 1 | 2 3 | 4 5 | 6 7
    pairs = [(0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 7)]
    bonds = flat_bonds(positions, pairs, np.ones(10))
    field = np.zeros((8, 2))
    field[0], field[1], field[2], field[3] = (-1, -1), (-1, 1), (1, -1), (1, 1)  # breathing
    field[4], field[5] = (-1, 1), (-1, -1)  # with 2 and 3: 4 in, 5 in; not alternating round 2-4-5-3
    field[6], field[7] = (1, -1), (-1, -1)
    chosen = {}
    for string in ([0, 1, 2, 3], [6], [4, 6]):
        square, _ = key_core_square(bonds, np.array(string), field, 0.2)
        chosen[tuple(string)] = square
        every = candidates(bonds, np.array(string), field, 0.2)
        alternating = [one for one in every if one.alternates] or every
        most = max(one.overlap for one in alternating)
        best = max((one for one in alternating if one.overlap == most), key=lambda one: one.cancellation)
        assert set(square.particles) == set(best.particles)
    assert set(chosen[(0, 1, 2, 3)].particles) == {0, 1, 2, 3}


def test_weak_pairs_are_no_part_of_the_network():
    """Against the mean of pairs of the same two types."""
    types = np.array([0, 0, 1, 1])
    bonds = flat_bonds(SQUARE, [*ROUND, (0, 2)], [1.0, 4.0, 10.0, 0.1, 3.9], types)
    # AA: 1. AB: 4, 0.1, 3.9, of mean 8/3. BB: 10.
    assert force_network(bonds, 0.2) == {0: {1, 2}, 1: {0, 2}, 2: {0, 1, 3}, 3: {2}}
    assert force_network(bonds, 0.01)[3] == {0, 2} and force_network(bonds, 1.2)[2] == {0, 1}
    attractive = flat_bonds(SQUARE, ROUND, [-1.0, 1.0, 1.0, 1.0])
    assert force_network(attractive, 0.9)[0] == {1, 3}


def test_a_cycle_that_is_not_convex_is_no_candidate():
    dart = [(0, 0), (2, 0.5), (0.5, 0.5), (0.5, 2)]
    assert candidates(flat_bonds(dart, ROUND, np.ones(4)), np.array([0]), np.ones((4, 2)), 0.2) == []
    assert key_core_square(flat_bonds(dart, ROUND, np.ones(4)), np.array([0]), np.ones((4, 2)), 0.2) == (None, 0)


def test_cycles_across_the_boundary():
    bonds = flat_bonds((np.array(SQUARE) + [99.5, 99.5]) % 100, ROUND, np.ones(4))
    square, _ = key_core_square(bonds, np.array([0]), TWO_IN_TWO_OUT, 0.2)
    np.testing.assert_allclose(square.sides, 1)


def test_candidates_are_all_convex_cycles_by_brute_force(planar_glass):
    bonds = Interactions.of(planar_glass)
    string, field = np.array([3, 17, 40]), np.random.default_rng(0).normal(size=(64, 2))
    found = candidates(bonds, string, field, 0.2)
    network = force_network(bonds, 0.2)
    expected = set()
    box = np.diag(planar_glass.box)
    for a, b, c, d in _cycles(network, string):
        corners = planar_glass.positions[[a, b, c, d]] - planar_glass.positions[a]
        corners -= np.rint(corners / box) * box
        edges = np.roll(corners, -1, axis=0) - corners
        turns = [np.linalg.det([edges[k], edges[(k + 1) % 4]]) for k in range(4)]
        if min(turns) > 0 or max(turns) < 0:
            expected.add(frozenset((frozenset((a, c)), frozenset((b, d)))))
    assert {frozenset((frozenset(one.particles[::2]), frozenset(one.particles[1::2]))) for one in found} == expected
    assert len(found) == len(expected) > 5


def _cycles(network, string):
    """Every closed walk of four different particles that begins in the string."""
    for a in string.tolist():
        for b in network[a]:
            for c in network[b] - {a}:
                for d in network[c] - {a, b}:
                    if a in network[d]:
                        yield a, b, c, d


def test_stability_is_the_share_of_thresholds_with_the_same_answer():
    weak = flat_bonds(SQUARE, ROUND, [1.0, 1.0, 1.0, 0.14])  # over the mean 0.785: 0.178
    square, _ = key_core_square(weak, np.array([0]), TWO_IN_TWO_OUT, 0.1)
    assert stability(weak, np.array([0]), TWO_IN_TWO_OUT, square) == pytest.approx(sum(t <= 0.14 / 0.785 for t in FLAT_MINIMUM) / len(FLAT_MINIMUM))


# --- of one glass -------------------------------------------------------------------------------------------------------------------------------


def found_in(glass, **settings) -> tuple[dict, np.ndarray, np.ndarray]:
    """The row of a glass, the part of every particle, and Psi."""
    psi = measure_vibrability(glass)["vibrability_field"]
    volume = decompose_modes(glass, psi, modes=2)
    taken = (psi, volume["volume_mode_field"], pd.DataFrame(volume["volume_modes"]), pd.DataFrame(measure_elasticity(glass)))
    given = find_key_cores(glass, *taken, **settings)
    return {name: column[0] for name, column in given["key_cores"].items()}, given["key_core_field"]["part"], psi["vibrability"]


def test_the_row_of_a_glass(planar_glass):
    threshold = 0.05
    row, part, psi = found_in(planar_glass, core_threshold=threshold, prominence=1.0)
    assert (
        row["core"] == np.sum(psi > threshold) and row["core_third"] == np.sum(psi > psi.max() / 3) and row["string"] == np.sum(psi > 0.6 * psi.max())
    )
    assert row["prominence"] == pytest.approx(psi.max() / np.median(psi), rel=1e-14)
    stiffness, vectors = np.linalg.eigh(naive.hessian(planar_glass))
    shares = vectors[:, 2:].reshape(64, 2, -1) ** 2 / stiffness[2:]
    np.testing.assert_allclose(shares.sum(axis=(1, 2)), psi, rtol=1e-8)
    assert row["mode_share"] == pytest.approx(shares[psi.argmax(), :, 0].sum() / psi.max(), rel=1e-6)
    assert row["omega_over_phonon"] == pytest.approx(row["omega"] / measure_elasticity(planar_glass)["omega_ph"][0], rel=1e-12)
    if row["omega_over_phonon"] < 1:
        square = [row[f"square_{name}"] for name in "ijkl"]
        assert row["ended"] == "" and row["candidates"] > 0 and set(np.flatnonzero(part == 3)) == set(square)
        assert np.sum(part >= 2) == row["string"] + 4 - row["overlap"]
        assert 0 < row["shortest_side"] <= row["longest_side"] < 3 and row["shorter_diagonal"] <= row["longer_diagonal"]


def test_a_glass_without_a_key_core_says_why(planar_glass):
    row, part, _ = found_in(planar_glass, prominence=1e9)
    assert row["ended"].startswith("no key core") and row["square_i"] == -1 and np.isnan(row["stability"]) and not part.any()
    psi = measure_vibrability(planar_glass)["vibrability_field"]
    volume = decompose_modes(planar_glass, psi, modes=1)
    slow = pd.DataFrame({"omega_ph": [1e-3]})
    given = find_key_cores(planar_glass, psi, volume["volume_mode_field"], pd.DataFrame(volume["volume_modes"]), slow)
    assert given["key_cores"]["ended"][0] == "no key core: the softest mode does not lie below the first phonon"


def triangular(rows: int = 12, columns: int = 10, without: tuple[int, ...] = ()) -> naive.Sample:
    """A triangular lattice of the inverse power law; without: sites that are left empty, after which it is brought to rest."""
    model = glass_former("ipl_crystal", published_parameters("ipl_crystal"))
    a = np.sqrt(2 / (np.sqrt(3) * model.density))
    sites = a * np.array([[k + 0.5 * (row % 2), row * np.sqrt(3) / 2] for row in range(rows) for k in range(columns)])
    x = np.delete(sites, list(without), axis=0)
    n = len(x)
    x += np.random.default_rng(3).uniform(-0.02, 0.02, x.shape) * bool(without)  # off the saddle that symmetry would keep
    crystal = naive.Sample(x, np.ones(n), np.zeros(n, dtype=np.int64), np.diag([a * columns, a * rows * np.sqrt(3) / 2]), model)
    return minimise(crystal, "lbfgs").sample if without else crystal


def test_a_crystal_without_vacancies_has_no_key_core():
    row, part, psi = found_in(triangular())
    assert np.ptp(psi) < 1e-9 * psi.mean() and row["string"] == 120  # which is why a fraction of the largest Psi is not enough
    assert row["ended"].startswith("no key core") and not part.any() and row["square_i"] == -1


def test_a_key_core_is_where_a_pair_of_vacancies_is():
    """Two neighbouring sites left empty: the particles that stand out lie beside them."""
    lattice = triangular()
    crystal = triangular(without=(54, 55))
    row, _, psi = found_in(crystal, prominence=1.2)
    gap = 0.5 * (lattice.positions[54] + lattice.positions[55])
    apart = crystal.positions[psi > 0.6 * psi.max()] - gap
    box = np.diag(crystal.box)
    apart -= np.rint(apart / box) * box
    assert row["prominence"] > 1.2 and np.linalg.norm(apart, axis=1).max() < 2.5 * crystal.spacing
    assert row["second_share"] == 0


def test_all_observables_of_key_cores_are_refused_in_space():
    names = ("volume_modes", "key_cores", "mode_defects", "excitations", "disc_shear", "transverse_density")
    for name in names:
        with pytest.raises(InputError, match=f"observables.{name} is made for glasses of 2 dimensions, the study has some of 3: set {name}: null"):
            check_dimensions({name: declarations()[name]}, {3})


def test_defaults_are_the_declared_ones(planar_glass):
    assert str(found_in(planar_glass)[0]) == str(found_in(planar_glass, **measuring_defaults("key_cores"))[0])


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def averaged(tmp_path_factory):
    """Four glasses, of which the first is flagged and the last has no key core."""
    folder, point = tmp_path_factory.mktemp("cores"), Point.plain(64, 0.6)
    ensemble = Ensemble(point, dimension=2, seed=1, replicates=7)
    glasses = [dataclasses.replace(naive.quenched(naive.poly(**naive.PLANAR), 64, 0.6, seed=seed), index=seed) for seed in range(4)]
    rows, entries = [KEY_CORES.row(sample=0, flag="not a minimum")], {name: [(0, glasses[0], {}, "not a minimum")] for name in "pvm"}
    fields = {"p": declarations()["key_cores"].fields[0], "v": declarations()["vibrability"].fields[0], "m": declarations()["volume_modes"].fields[0]}
    for index in (1, 2, 3):
        row, part, psi = found_in(glasses[index], core_threshold=0.05, prominence=1e9 if index == 3 else 1.0)
        row["ended"] = "no key core: told" if index == 3 else ""
        part = np.maximum(part, np.where(psi > 0.6 * psi.max(), 2, 0)) if index < 3 else part
        rows.append(KEY_CORES.row(sample=index, **row))
        mode = decompose_modes(glasses[index], {"vibrability": psi}, modes=1)["volume_mode_field"]
        entries["p"].append((index, glasses[index], {"part": part}, ""))
        entries["v"].append((index, glasses[index], {"vibrability": psi}, ""))
        entries["m"].append((index, glasses[index], mode, ""))
    write_table(KEY_CORES, rows, folder / "key_cores.parquet", {}, Key.of(point))
    names = {"p": "key_core_field", "v": "vibrability_field", "m": "volume_mode_field"}
    for letter, name in names.items():
        write_fields(folder / f"{name}.gsd", fields[letter], entries[letter], {})
    files = [[folder / name] for name in ("key_cores.parquet", *(f"{name}.gsd" for name in names.values()))]
    assert set(aggregate_key_cores(*files, ensemble, shown=2)[2]["sample"]) == {2}
    with pytest.raises(InputError, match=r"key_cores.shown is 3: that sample of .* is none that has a key core; allowed are null and 1, 2"):
        aggregate_key_cores(*files, ensemble, shown=3)
    return glasses, pd.DataFrame(rows), entries, ensemble, aggregate_key_cores(*files, ensemble)


def test_sizes_are_means_over_the_glasses_that_have_one(averaged):
    _, rows, _, ensemble, (estimates, scatter, _, flags) = averaged
    weights = ensemble.weights(np.array([1, 2, 3]))
    found = estimates.set_index("quantity")
    np.testing.assert_allclose(found.loc["key_core_share", "value"], [np.average([1, 1, 0], weights=w) if w.sum() else np.nan for w in weights])
    strings = rows["string"].to_numpy()[1:3]
    np.testing.assert_allclose(
        found.loc["string_size", "value"], [np.average(strings, weights=w[:2]) if w[:2].sum() else np.nan for w in weights], rtol=1e-12
    )
    assert set(found.loc["string_size", "samples"]) == {2} and set(found.loc["string_size", "flagged"]) == {1}
    assert list(scatter["sample"]) == [1, 2, 3] and list(scatter.columns) == [name for name in KEY_CORE_SCATTER.names if name in scatter]
    assert flags["flag"].tolist() == ["not a minimum"]


def test_of_modes_with_a_key_core_shares_and_magnitudes_of_correlations_are_averaged(averaged):
    _, rows, _, ensemble, (estimates, *_) = averaged
    weights, found = ensemble.weights(np.array([1, 2, 3]))[:, :2], estimates.set_index("quantity")
    for name, _ in OF_MODE:
        values = rows[name].to_numpy(dtype=float)[1:3]
        values = np.abs(values) if name in ("psi_divergence", "longitudinal_divergence") else values
        expected = [np.average(values, weights=w) if w.sum() else np.nan for w in weights]
        np.testing.assert_allclose(found.loc[f"qlm_{name}", "value"], expected, rtol=1e-12)
    assert rows["transverse"][1] + rows["longitudinal"][1] == pytest.approx(1)
    squares = [4.0 if square >= 0 else 0.0 for square in rows["square_i"][1:3]]
    assert found.loc["square_size", "value"].iloc[0] == np.mean(squares)
    second, strings = rows["string_second"].to_numpy(float)[1:3], rows["string"].to_numpy(float)[1:3]
    shares = [w @ second / (w @ strings) if w.sum() else np.nan for w in weights]
    np.testing.assert_allclose(found.loc["string_second_share", "value"], shares, rtol=1e-12)


def test_the_second_type_is_counted_in_the_string(planar_glass):
    psi, types = measure_vibrability(planar_glass)["vibrability_field"], np.arange(64) % 2
    volume = decompose_modes(planar_glass, psi, modes=1)
    two, slow = dataclasses.replace(planar_glass, types=types), pd.DataFrame({"omega_ph": [1e-3]})
    row = find_key_cores(two, psi, volume["volume_mode_field"], pd.DataFrame(volume["volume_modes"]), slow)["key_cores"]
    string = psi["vibrability"] > 0.6 * psi["vibrability"].max()
    assert row["string_second"][0] == types[string].sum() and row["second_share"][0] == 0.5


def test_the_map_lies_about_the_largest_psi_of_the_first_glass_that_has_a_key_core(averaged):
    glasses, _, entries, _, (_, _, shown, _) = averaged
    assert set(shown["sample"]) == {1} and len(shown) == 64  # the box is smaller than the window
    part = entries["p"][1][2]["part"]
    np.testing.assert_array_equal(shown["part"], part)
    box = np.diag(glasses[1].box)
    assert np.all(np.abs(shown[["x", "y"]].to_numpy()) <= box / 2 + 1e-9)
    assert np.hypot(shown["x"], shown["y"]).idxmin() == shown["psi"].idxmax()
    differences = shown[["x", "y"]].to_numpy() - glasses[1].positions
    differences = (differences - differences[0]) / box
    np.testing.assert_allclose(differences, np.rint(differences), atol=1e-9)


# --- as it is drawn -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn(averaged):
    study = Study((0.6,))
    _, _, _, _, (_, scatter, shown, _) = averaged
    keyed = [frame.assign(particles=study.particles, parent_temperature=0.6) for frame in (shown, scatter)]
    row = {"quantity": "string_size", "value": 7.0, "error": 1.0, "unit": "1", "samples": 2, "flagged": 1, "flag": ""}
    quantities = pd.DataFrame([row]).assign(particles=study.particles, parent_temperature=0.6)
    return plot_key_cores(*keyed, quantities, settings_of(study, options={"key_cores": {}})), keyed


def test_particles_have_the_colour_of_their_part_and_arrows_of_the_mode(drawn):
    figure, (shown, _) = drawn
    ax = figure.axes[0]
    (discs,) = (one for one in ax.collections if isinstance(one, EllipseCollection))
    assert [to_hex(colour) for colour in discs.get_facecolors()] == [to_hex(PARTS[part]) for part in shown["part"]]
    (quiver,) = (one for one in ax.collections if isinstance(one, Quiver))
    u = shown[["u_x", "u_y"]].to_numpy()
    longest = 3 * shown["size"].mean()
    scaled = u * longest / np.linalg.norm(u, axis=1).max()
    np.testing.assert_allclose(np.column_stack([quiver.U, quiver.V]), scaled[np.linalg.norm(scaled, axis=1) >= 0.02 * longest], rtol=1e-9)
    assert "sample 1" in ax.get_title(loc="left") and "2 samples" in note(figure)


def test_psi_colours_particles_and_the_square_is_drawn_through_its_corners(drawn):
    figure, (shown, _) = drawn
    psi, string = (one for one in figure.axes[1].collections if isinstance(one, EllipseCollection))
    np.testing.assert_allclose(psi.get_array(), np.log10(shown["psi"]))
    np.testing.assert_allclose(string.get_offsets(), shown.loc[shown["part"] >= 2, ["x", "y"]])
    corners = shown.loc[shown["part"] == 3, ["x", "y"]].to_numpy()
    if len(corners) == 4:
        (line,) = figure.axes[1].lines
        assert {tuple(place) for place in line.get_xydata()} == {tuple(place) for place in corners} and len(line.get_xdata()) == 5


def test_every_glass_is_a_point_and_hollow_without_a_key_core(drawn):
    figure, (_, scatter) = drawn
    for ax, column in zip(
        figure.axes[2:7], ("participation", "participation_transverse", "participation_longitudinal", "core", "string"), strict=True
    ):
        full, hollow = ax.lines
        has = scatter["ended"] == ""
        np.testing.assert_allclose(full.get_xydata(), scatter.loc[has, ["omega", column]])
        np.testing.assert_allclose(hollow.get_xydata(), scatter.loc[~has, ["omega", column]])
        assert hollow.get_markerfacecolor() == "none" and full.get_markerfacecolor() != "none"


def test_shares_of_the_second_type_are_those_of_the_quantities(drawn):
    _, keyed = drawn
    study, shares = Study((0.6,)), {"string_second_share": 0.6, "second_share": 0.35}
    rows = [{"quantity": name, "value": value, "error": 0.01, "unit": "1", "samples": 2, "flagged": 1, "flag": ""} for name, value in shares.items()]
    quantities = pd.DataFrame(rows).assign(particles=study.particles, parent_temperature=0.6)
    figure = plot_key_cores(*keyed, quantities, settings_of(study, options={"key_cores": {}}))
    assert {one.label: one.y.tolist() for one in bars(figure.axes[7])} == {"strings": [0.6], "glasses": [0.35]}


def test_without_a_key_core_the_panel_says_so(drawn):
    _, (shown, scatter) = drawn
    study = Study((0.6,))
    row = {"quantity": "string_size", "value": np.nan, "error": np.nan, "unit": "1", "samples": 0, "flagged": 1, "flag": ""}
    quantities = pd.DataFrame([row]).assign(particles=study.particles, parent_temperature=0.6)
    assert "no glass has a key core" in words(plot_key_cores(shown.iloc[:0], scatter, quantities, settings_of(study, options={"key_cores": {}})))
