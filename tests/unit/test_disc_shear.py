"""Discs cut out of planar glasses: G(theta) against explicit strains, a lattice, pinning, strings, ensembles, and what is drawn."""

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
from scipy.sparse.linalg import spsolve
from synthetic_tables import Study, settings_of
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.models import glass_former, published_parameters
from vitrine.observables import declarations
from vitrine.observables.disc_shear import DISC_LENGTHS, DISC_SHEAR, DISC_STRINGS
from vitrine.observables.disc_shear.aggregate import SPREADS, aggregate_disc_shear, places_in_disc
from vitrine.observables.disc_shear.directions import ANGLES, harmonics, modulus_at
from vitrine.observables.disc_shear.disc import Disc, J, X, Z, response_at
from vitrine.observables.disc_shear.disc_shear import STYLES, plot_disc_shear
from vitrine.observables.disc_shear.disc_strings import PANELS, PINNED, plot_disc_strings
from vitrine.observables.disc_shear.measure import shear_discs
from vitrine.observables.disc_shear.strings import excited_at, rms, string_lengths
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.samples import write_fields


@pytest.fixture(scope="module")
def ipl():
    """A glass of the binary inverse power law in the plane, N = 240."""
    return naive.quenched(glass_former("binary_ipl", published_parameters("binary_ipl")), 240, 0.6, 200, seed=2)


@pytest.fixture(scope="module")
def disc(ipl):
    return Disc.of(ipl, ipl.positions[17])


# --- the disc -----------------------------------------------------------------------------------------------------------------------------------


def test_a_disc_is_what_lies_within_its_radius(ipl, disc):
    length = ipl.box[0, 0]
    about = ipl.positions - ipl.positions[17]
    about -= np.rint(about / length) * length
    distance = np.linalg.norm(about, axis=1)
    assert disc.radius == pytest.approx((length - 3) / 2)
    np.testing.assert_array_equal(disc.members, np.flatnonzero(distance < disc.radius))
    np.testing.assert_array_equal(disc.frozen, distance[disc.members] > disc.radius - 2)
    assert disc.moved < 0.05 and np.abs(disc.bonds.forces[~disc.frozen]).max() < 1e-9
    whole = Interactions.of(ipl)
    inside = np.isin(whole.i, disc.members) & np.isin(whole.j, disc.members)
    assert len(disc.bonds.i) == inside.sum()


def relaxed_slope(disc: Disc, strain: np.ndarray, gamma: float, pinned: list) -> float:
    """dU/d gamma of the disc at rest at a finite strain: an explicit minimisation by Newton steps, with bonds from their definition."""
    sample, fixed = disc.bonds.sample, disc.frozen.copy()
    fixed[pinned] = True
    free = np.repeat(~fixed, 2)
    affine = sample.positions @ (np.eye(2) + gamma * strain).T
    middle = affine.mean(axis=0) - sample.positions.mean(axis=0)
    moved = sample.moved(affine - middle)
    for _ in range(30):
        bonds = Interactions.of(moved)
        force = bonds.forces.ravel()
        if np.abs(force[free]).max() < 1e-12:
            break
        step = np.zeros(len(force))
        step[free] = spsolve(bonds.hessian[free][:, free], force[free])
        moved = moved.moved(moved.positions + step.reshape(-1, 2))
    reference = sample.positions[bonds.j] - sample.positions[bonds.i]
    return float(np.sum(bonds.derivatives[1] * np.einsum("ba,ba->b", bonds.directions, reference @ strain.T)))


@pytest.mark.parametrize("theta", [0, 37, 110])
@pytest.mark.parametrize("pinned", [[], [3, 20, 21]])
def test_one_angle_against_explicit_strains(disc, theta, pinned):
    """d sigma/d gamma of a disc that is turned clockwise by theta and sheared along +x."""
    angle = np.radians(theta)
    clockwise = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    strain = clockwise.T @ np.array([[0.0, 1.0], [0.0, 0.0]]) @ clockwise
    np.testing.assert_allclose(strain, J / 2 + np.cos(2 * angle) * X / 2 - np.sin(2 * angle) * Z / 2, atol=1e-15)
    explicit = 0.0
    for gamma, weight in ((2e-5, -1 / 3), (1e-5, 4 / 3)):
        explicit += weight * (relaxed_slope(disc, strain, gamma, pinned) - relaxed_slope(disc, strain, -gamma, pinned)) / (2 * gamma * disc.area)
    found = modulus_at(harmonics(disc.answer(np.array(pinned, dtype=int))[0]), np.array([angle]))[0]
    assert found == pytest.approx(explicit, rel=1e-6)


def test_a_rotation_moves_nothing_and_harmonics_are_those_of_the_form(disc):
    moduli, responses = disc.answer()
    np.testing.assert_allclose(moduli, moduli.T, atol=1e-10)
    for theta in np.radians([0.0, 15.0, 77.0, 200.0]):
        c = np.array([0.5, 0.5 * np.cos(2 * theta), -0.5 * np.sin(2 * theta)])
        assert modulus_at(harmonics(moduli), np.array([theta]))[0] == pytest.approx(c @ moduli @ c, rel=1e-12)
        np.testing.assert_allclose(response_at(responses, theta), c[1] * responses[0] + c[2] * responses[1], atol=1e-14)
    assert np.allclose(modulus_at(harmonics(moduli), ANGLES + np.pi), modulus_at(harmonics(moduli)))


def test_pinning_stiffens_in_every_direction_and_all_pinned_is_affine(disc):
    free = modulus_at(harmonics(disc.answer()[0]))
    some = modulus_at(harmonics(disc.answer(np.flatnonzero(~disc.frozen)[:20])[0]))
    everything, responses = disc.answer(np.arange(len(disc.members)))
    assert np.all(some >= free - 1e-9) and np.all(modulus_at(harmonics(everything)) >= some - 1e-9)
    assert not responses.any()
    _, slope, curvature = disc.bonds.derivatives[:3]
    change = disc.bonds.vectors @ X.T
    along = np.einsum("ba,ba->b", change, disc.bonds.directions)
    born = np.sum(curvature * along**2 + slope / disc.bonds.distances * (np.sum(change**2, axis=1) - along**2)) / disc.area
    assert everything[1, 1] == pytest.approx(born, rel=1e-12)


def test_pinning_further_sets_is_the_same_as_pinning_them_from_the_start(disc):
    """By the compliance of the union, as by a factorisation for each; a set may be empty."""
    free = np.flatnonzero(~disc.frozen)
    core, sets = free[[5, 6, 40]], [np.zeros(0, dtype=int), free[[0]], free[[1, 9, 30, 55]], free[[0, 1]]]
    found = disc.answers_besides(core, sets)
    for moduli, places in zip(found, sets, strict=True):
        np.testing.assert_allclose(moduli, disc.answer(np.union1d(core, places))[0], rtol=1e-10, atol=1e-10)
    assert disc.answers_besides(core, []).shape == (0, 3, 3)
    with pytest.raises(ValueError, match="do not move"):
        disc.answers_besides(core, [np.flatnonzero(disc.frozen)[:2]])


def test_a_triangular_crystal_has_no_direction():
    """Up to the shape of the disc: its harmonic of four is small, and vanishes for the affine part of a disc of sixfold symmetry."""
    model = glass_former("ipl_crystal", published_parameters("ipl_crystal"))
    rows, columns = 16, 14
    a = np.sqrt(2 / (np.sqrt(3) * model.density))
    x = a * np.array([[k + 0.5 * (row % 2), row * np.sqrt(3) / 2] for row in range(rows) for k in range(columns)])
    n = len(x)
    crystal = naive.Sample(x, np.ones(n), np.zeros(n, dtype=int), np.diag([a * columns, a * rows * np.sqrt(3) / 2]), model)
    disc = Disc.of(crystal, crystal.positions[n // 2])
    parts = harmonics(disc.answer()[0])
    assert np.abs(parts[1:]).max() < 1e-9 * parts[0]


def test_what_cannot_be_cut_says_so(glass, planar_glass, ipl):
    with pytest.raises(SampleError, match="two dimensions alone"):
        Disc.of(glass, glass.positions[0])
    with pytest.raises(SampleError, match="too small for a disc"):
        Disc.of(ipl, ipl.positions[0], rim=8.0)


# --- strings ------------------------------------------------------------------------------------------------------------------------------------


def test_the_rms_is_the_mean_over_all_angles(disc):
    responses, moving = disc.answer()[1], ~disc.frozen
    squares = [np.sum(response_at(responses, theta)[moving] ** 2, axis=1) for theta in ANGLES]
    assert rms(responses, moving) == pytest.approx(np.sqrt(np.mean(squares)), rel=1e-12)
    far = excited_at(responses, 2 * rms(responses, moving))
    assert far.shape == (360, len(disc.members))
    np.testing.assert_array_equal(far[41], np.linalg.norm(response_at(responses, ANGLES[41]), axis=1) > 2 * rms(responses, moving))


def test_strings_are_clusters_of_excited_neighbours():
    sample = SimpleNamespace(particles=7)
    bonds = SimpleNamespace(sample=sample, i=np.array([0, 1, 2, 4, 5]), j=np.array([1, 2, 3, 5, 6]))
    excited = np.array([[1, 1, 0, 1, 1, 1, 1], [0] * 7, [0, 0, 1, 0, 0, 0, 0]], dtype=bool)
    assert [sorted(own.tolist()) for own in string_lengths(excited, bonds)] == [[1, 2, 3], [], [1]]


# --- of one glass -------------------------------------------------------------------------------------------------------------------------------


def core_of(glass, centre: int = 17) -> tuple[dict, dict, dict]:
    """Fields as they would be of a glass whose key core is a particle and its nearest neighbours."""
    length = glass.box[0, 0]
    about = glass.positions - glass.positions[centre]
    about -= np.rint(about / length) * length
    near = np.argsort(np.linalg.norm(about, axis=1))
    part = np.zeros(glass.particles)
    part[near[:5]], part[near[:4]] = 2, 3
    psi = 1 / (1 + np.linalg.norm(about, axis=1))
    return {"part": part}, {"vibrability": psi}, {"displacement": psi[:, None] * about}


def test_the_rows_of_a_glass(ipl, disc):
    given = shear_discs(ipl, *core_of(ipl), np.random.default_rng(3))
    table = pd.DataFrame(given["disc_shear"]).set_index("pinning")
    assert list(table.index) == ["none", "string", "square", "own", "strings", "random", "furthest"]
    assert list(table["pinned"])[:3] == [0, 5, 4] and table.loc["random", "pinned"] == table.loc["furthest", "pinned"] == 5
    core = np.flatnonzero(np.isin(disc.members, np.flatnonzero(core_of(ipl)[0]["part"] >= 2)))
    for name, pinned in (("none", None), ("string", core)):
        parts = harmonics(disc.answer(pinned)[0])
        np.testing.assert_allclose(table.loc[name, ["mean", "cos_2", "sin_2", "cos_4", "sin_4"]].astype(float), parts, rtol=1e-9)
        modulus = modulus_at(parts)
        assert table.loc[name, "spread"] == pytest.approx((modulus.max() - modulus.min()) / modulus.mean())
        np.testing.assert_allclose(modulus[180:], modulus[:180], rtol=1e-12)  # so that an angle below 180 says it all
        assert table.loc[name, "softest_angle"] == np.argmin(modulus[:180])
        assert table.loc[name, "stiffest_angle"] == np.argmax(modulus[:180])
    field, strings = given["disc_field"], given["disc_strings"]
    np.testing.assert_array_equal(np.flatnonzero(field["inside"]), disc.members)
    assert np.all(field["excited"][disc.members[core]] == 360) and len(strings["theta"]) == 360
    excited = np.flatnonzero((field["excited"] > 0) & (field["excited"] < 360))
    assert strings["excited"].sum() == field["excited"][excited].sum() and table.loc["strings", "pinned"] == len(excited) + 5
    assert field["string"].sum() == 5 and set(np.flatnonzero(field["string"])) == set(disc.members[core])
    free, pinned = disc.answer()[1], disc.answer(core)[1]
    moving = ~disc.frozen
    moving[core] = False
    threshold = 3 * rms(pinned, moving)
    for name, angle in (("soft", table.loc["none", "softest_angle"]), ("stiff", table.loc["none", "stiffest_angle"])):
        for how, responses in (("free", free), ("pinned", pinned)):
            far = np.linalg.norm(response_at(responses, np.radians(angle)), axis=1) > threshold
            assert set(np.flatnonzero(field[f"{name}_{how}"])) == set(disc.members[far])
    far = np.linalg.norm(response_at(free, np.radians(77)), axis=1) > threshold
    assert strings["excited_free"][77] == far.sum()
    again = shear_discs(ipl, *core_of(ipl), np.random.default_rng(3), **measuring_defaults("disc_shear"))
    np.testing.assert_array_equal(again["disc_shear"]["spread"], given["disc_shear"]["spread"])


def test_each_angle_has_its_own_strings_pinned(ipl, disc):
    """G of the string with what moves far at an angle pinned, by a factorisation of its own; and how long the strings are."""
    given = shear_discs(ipl, *core_of(ipl), np.random.default_rng(3), excited=2.0)
    strings, lengths = given["disc_strings"], given["disc_lengths"]
    core = np.flatnonzero(np.isin(disc.members, np.flatnonzero(core_of(ipl)[0]["part"] >= 2)))
    responses = disc.answer(core)[1]
    moving = ~disc.frozen
    moving[core] = False
    for angle in (0, 33, 100, 359):
        theta = np.radians(angle)
        far = np.flatnonzero(np.linalg.norm(response_at(responses, theta), axis=1) > 2.0 * rms(responses, moving))
        parts = harmonics(disc.answer(np.union1d(core, far))[0])
        assert strings["modulus"][angle] == pytest.approx(modulus_at(parts, np.array([theta]))[0], rel=1e-9)
    own = pd.DataFrame(given["disc_shear"]).set_index("pinning").loc["own"]
    assert own["mean"] == pytest.approx(strings["modulus"].mean()) and np.isnan(own["cos_2"])
    assert own["spread"] == pytest.approx(np.ptp(strings["modulus"]) / strings["modulus"].mean())
    assert own["pinned"] == 5 + round(strings["excited"].mean())
    assert lengths["count"].sum() == strings["strings"].sum() and (lengths["length"] * lengths["count"]).sum() == strings["excited"].sum()
    assert lengths["length"].max() == strings["longest"].max() > 1


def test_without_a_key_core_nothing_is_pinned(ipl):
    part, psi, mode = core_of(ipl)
    given = shear_discs(ipl, {"part": 0 * part["part"]}, psi, mode, np.random.default_rng(1))
    assert list(given["disc_shear"]["pinning"]) == ["none"] and len(given["disc_strings"]["theta"]) == 0 and not given["disc_field"]["excited"].any()


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def averaged(ipl, tmp_path_factory):
    """A flagged glass, one without a key core, and two with one."""
    folder, point = tmp_path_factory.mktemp("discs"), Point.plain(240, 0.6)
    ensemble = Ensemble(point, dimension=2, seed=1, replicates=7)
    glasses = [dataclasses.replace(ipl, index=index, parent_temperature=0.6) for index in range(4)]
    schemas = {table.name: table for table in (DISC_SHEAR, DISC_STRINGS, DISC_LENGTHS)}
    rows = {name: [table.row(sample=0, flag="not a minimum")] for name, table in schemas.items()}
    entries, given = [(0, glasses[0], {}, "not a minimum")], {}
    for index in (1, 2, 3):
        part, psi, mode = core_of(ipl, 30 * index)
        part["part"] *= index > 1
        given[index] = shear_discs(glasses[index], part, psi, mode, np.random.default_rng(index), excited=1.2)
        for table, schema in schemas.items():
            columns = given[index][table]
            number = len(columns[next(iter(columns))])
            rows[table] += [schema.row(sample=index, **{name: values[k] for name, values in columns.items()}) for k in range(number)]
        entries.append((index, glasses[index], given[index]["disc_field"], ""))
    for name, table in schemas.items():
        write_table(table, rows[name], folder / table.file, {}, Key.of(point))
    field = declarations()["disc_shear"].fields[0]
    write_fields(folder / field.file, field, entries, {})
    files = tuple([folder / name] for name in (*(table.file for table in schemas.values()), field.file))
    return ipl, given, ensemble, aggregate_disc_shear(*files, ensemble), files


def test_spreads_are_means_over_glasses_and_those_pinned_over_key_cores(averaged):
    _, given, ensemble, (estimates, *_, flags), _ = averaged
    weights = ensemble.weights(np.array([1, 2, 3]))
    for quantity, pinning in SPREADS.items():
        tables = {index: pd.DataFrame(given[index]["disc_shear"]).set_index("pinning")["spread"] for index in (1, 2, 3)}
        own = [(place, tables[index][pinning]) for place, index in enumerate((1, 2, 3)) if pinning in tables[index]]
        places, values = zip(*own, strict=True)
        expected = [np.average(values, weights=w[list(places)]) if w[list(places)].sum() else np.nan for w in weights]
        found = estimates[estimates["quantity"] == quantity]
        np.testing.assert_allclose(found["value"], expected, rtol=1e-12)
        assert set(found["samples"]) == {3 if pinning == "none" else 2}
    assert flags["flag"].tolist() == ["not a minimum"]


def test_the_disc_that_is_shown_is_the_first_with_a_key_core(averaged):
    ipl, given, ensemble, (_, curves, shown, angles, _, _), files = averaged
    assert set(shown["sample"]) == {2} and list(curves["pinning"]) == list(given[2]["disc_shear"]["pinning"])
    np.testing.assert_allclose(curves["mean"], given[2]["disc_shear"]["mean"])
    assert len(shown) == given[2]["disc_field"]["inside"].sum()
    radius = given[2]["disc_shear"]["radius"][0]
    assert np.hypot(shown["x"], shown["y"]).max() < radius + 1.0  # in one piece, though the disc lies across the boundary
    wide = {**given[2]["disc_field"], "excited": np.where(given[2]["disc_field"]["inside"] > 0, 360.0, 0)}  # whatever its key core is
    for excited in (wide["excited"], np.roll(wide["excited"], 1)):
        _, about = places_in_disc(SimpleNamespace(sample=ipl, arrays={**wide, "excited": excited}))
        assert np.linalg.norm(about, axis=1).max() < radius + 1.0
    assert sorted(shown["excited"]) == sorted(given[2]["disc_field"]["excited"][given[2]["disc_field"]["inside"] > 0])
    for name in ("string", "soft_free", "soft_pinned", "stiff_free", "stiff_pinned"):
        assert sorted(shown[name]) == sorted(given[2]["disc_field"][name][given[2]["disc_field"]["inside"] > 0])
    np.testing.assert_allclose(angles["modulus"], given[2]["disc_strings"]["modulus"])
    assert ipl.particles == 240
    assert set(aggregate_disc_shear(*files, ensemble, shown=3)[2]["sample"]) == {3}
    with pytest.raises(InputError, match=r"disc_shear.shown is 1: that sample of .* is none that has a key core; allowed are null and 2, 3"):
        aggregate_disc_shear(*files, ensemble, shown=1)


def test_lengths_of_strings_are_shares_over_glasses_and_angles(averaged):
    _, given, ensemble, (estimates, _, _, _, shares, _), _ = averaged
    lengths = np.concatenate([np.repeat(given[index]["disc_lengths"]["length"], given[index]["disc_lengths"]["count"]) for index in (2, 3)])
    long = lengths[lengths > 3]
    assert len(shares) and shares["count"].sum() == len(long)
    for _, row in shares.iterrows():
        assert row["share"] == pytest.approx(np.mean(long == row["length"]), rel=1e-12) and row["count"] == np.sum(long == row["length"])
    weights = ensemble.weights(np.array([2, 3]))
    for quantity, column in (("disc_strings_correlation", "excited"), ("disc_free_correlation", "excited_free")):
        values = []
        for index in (2, 3):
            none = pd.DataFrame(given[index]["disc_shear"]).set_index("pinning").loc["none", ["mean", "cos_2", "sin_2", "cos_4", "sin_4"]]
            values.append(np.corrcoef(given[index]["disc_strings"][column], modulus_at(none.to_numpy(float)))[0, 1])
        found = estimates[estimates["quantity"] == quantity]["value"]
        np.testing.assert_allclose(found, [np.average(values, weights=w) if w.sum() else np.nan for w in weights], rtol=1e-9)


# --- as it is drawn -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn(averaged):
    study = Study((0.6,))
    _, _, _, (_, curves, shown, angles, shares, _), _ = averaged
    keyed = [frame.assign(particles=study.particles, parent_temperature=0.6) for frame in (curves, shown, angles, shares)]
    rows = [
        {"quantity": name, "value": 0.1 + 0.05 * k, "error": 0.01, "unit": "1", "samples": 3, "flagged": 1, "flag": ""}
        for k, name in enumerate(SPREADS)
    ]
    quantities = pd.DataFrame(rows).assign(particles=study.particles, parent_temperature=0.6)
    return plot_disc_shear(*keyed[:3], quantities, settings_of(study)), keyed, quantities


def test_curves_are_those_of_the_harmonics(drawn):
    figure, (curves, _, angles, _), _ = drawn
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    for _, row in curves.iterrows():
        line = lines[STYLES[row["pinning"]][2]]
        if row["pinning"] == "own":
            np.testing.assert_allclose(line.get_xydata(), angles[["theta", "modulus"]])
            continue
        theta = np.radians(line.get_xdata())
        expected = row["mean"] + row["cos_2"] * np.cos(2 * theta) + row["sin_2"] * np.sin(2 * theta)
        expected = expected + row["cos_4"] * np.cos(4 * theta) + row["sin_4"] * np.sin(4 * theta)
        np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-12)
    assert len(lines) == len(curves) == 7


def test_particles_are_coloured_by_how_often_they_are_excited(drawn):
    figure, (_, shown, _, _), _ = drawn
    _, discs = (one for one in figure.axes[1].collections if isinstance(one, EllipseCollection))
    np.testing.assert_allclose(discs.get_array(), shown.loc[shown["excited"] > 0, "excited"])
    np.testing.assert_allclose(discs.get_offsets(), shown.loc[shown["excited"] > 0, ["x", "y"]])


def test_spreads_are_those_of_the_quantities(drawn):
    figure, _, quantities = drawn
    found = {one.label: one.y.tolist() for one in bars(figure.axes[2])}
    expected = {STYLES[name][2]: [quantities.set_index("quantity").loc[quantity, "value"]] for quantity, name in SPREADS.items()}
    assert found == expected and "3 samples" in note(figure)


def test_without_a_key_core_the_panels_say_so(drawn):
    _, (curves, shown, angles, shares), quantities = drawn
    empty = [frame.iloc[:0] for frame in (curves, shown, angles, quantities)]
    figure = plot_disc_shear(*empty, settings_of(Study((0.6,))))
    assert "no glass has a key core" in words(figure) and "no disc was sheared" in words(figure)
    empty = [frame.iloc[:0] for frame in (shown, angles, curves, shares, quantities)]
    figure = plot_disc_strings(*empty, settings_of(Study((0.6,))))
    assert "no glass has a key core" in words(figure) and "no string has more than three particles" in words(figure)


@pytest.fixture(scope="module")
def strings_drawn(drawn):
    _, (curves, shown, angles, shares), quantities = drawn
    return plot_disc_strings(shown, angles, curves, shares, quantities, settings_of(Study((0.6,)))), drawn[1]


def test_excited_particles_are_filled_and_the_key_core_beside_them(strings_drawn):
    figure, (_, shown, _, _) = strings_drawn
    for ax, name in zip(figure.axes[:4], PANELS, strict=True):
        _, excited, *core = (one for one in ax.collections if isinstance(one, EllipseCollection))
        np.testing.assert_allclose(excited.get_offsets().reshape(-1, 2), shown.loc[shown[name] == 1, ["x", "y"]].to_numpy())
        assert len(core) == name.endswith("_pinned") and f": {shown[name].sum()}" in ax.get_title(loc="left")
        for one in core:
            np.testing.assert_allclose(one.get_offsets(), shown.loc[shown["string"] == 1, ["x", "y"]])


def test_excited_particles_against_the_angle_lie_beside_the_modulus(strings_drawn):
    figure, (curves, _, angles, _) = strings_drawn
    none = curves[curves["pinning"] == "none"].iloc[0][["mean", "cos_2", "sin_2", "cos_4", "sin_4"]].to_numpy(float)
    twins = [ax for ax in figure.axes[8:] if ax.lines]
    for ax, twin, column in zip(figure.axes[4:6], twins, ("excited", "excited_free"), strict=True):
        np.testing.assert_allclose(ax.lines[0].get_xydata(), angles[["theta", column]])
        np.testing.assert_allclose(twin.lines[0].get_ydata(), modulus_at(none, np.radians(twin.lines[0].get_xdata())))


def test_pin_counts_fall_and_lengths_have_their_shares(strings_drawn):
    figure, (_, shown, _, shares) = strings_drawn
    heights = [one.get_height() for one in figure.axes[6].patches]
    assert heights == sorted(shown.loc[shown["excited"] > 0, "excited"], reverse=True)
    assert [to_hex(one.get_facecolor()) == PINNED for one in figure.axes[6].patches] == [height == 360 for height in heights]
    (points,) = bars(figure.axes[7])
    np.testing.assert_allclose(points.x, shares["length"])
    np.testing.assert_allclose(points.y, shares["share"])
