"""Decay of responses: fields of known decay, loops over bonds with dense matrices, identities, and the averages of an ensemble."""

import itertools

import naive
import numpy as np
import pandas as pd
import pytest
import scipy.spatial
from naive import liquid, poly, quenched
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import Factor
from vitrine.nonlinear.starts import pinch_responses, weak_bonds
from vitrine.observables import declarations
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.response_decay import DECAY_CURVES, DECAY_REPLICATES, FAR_EXPONENTS, KINDS, RESPONSE_DECAY, RESPONSE_FIELDS
from vitrine.observables.response_decay.aggregate import aggregate_response_decay
from vitrine.observables.response_decay.images import image_factors
from vitrine.observables.response_decay.measure import core_bonds, decay, measure_response_decay, softest_quartic_mode
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.samples import Sample
from vitrine.schema import names_of
from vitrine.statistics.radial import local_exponents, radial_edges


def measured(glass, seed=1, **settings):
    return measure_response_decay(glass, np.random.default_rng(seed), **settings)


# --- fields of known decay ----------------------------------------------------------------------------------------------------------------------


def points(dimension, particles):
    """Random points of density one, each bound to its nearest neighbours: no glass, but bonds in every direction at every distance."""
    rng, side = np.random.default_rng(dimension), particles ** (1 / dimension)
    positions = rng.uniform(0, side, (particles, dimension))
    model = poly(**(naive.PLANAR if dimension == 2 else {}))
    sample = Sample(positions, np.ones(particles), np.zeros(particles, dtype=int), side * np.eye(dimension), model)
    near = scipy.spatial.cKDTree(positions, boxsize=side).query(positions, 2)[1][:, 1]
    i, j = np.unique(np.sort(np.stack([np.arange(particles), near], axis=1), axis=1), axis=0).T
    vectors = positions[j] - positions[i]
    return Interactions(sample, i, j, vectors - side * np.rint(vectors / side), np.ones((5, len(i))))


@pytest.mark.parametrize("dimension", [2, 3])
def test_a_field_of_a_dipole_gives_the_laws_of_a_continuum(dimension):
    """|u| ~ r^-(d-1) gives (u-hat . d-hat)^2 ~ r^-2d, and its own decay."""
    bonds = points(dimension, 60_000)
    core = 17
    middle = bonds.sample.positions[bonds.i[core]] + bonds.vectors[core] / 2
    side = bonds.sample.box[0, 0]
    away = bonds.sample.positions - middle
    away -= side * np.rint(away / side)
    distance = np.linalg.norm(away, axis=1)
    field = (away / distance[:, None] ** dimension).reshape(-1, 1)
    edges = radial_edges("logarithmic", 10, 0.5 * side)
    found = decay(bonds, field, np.array([core]), np.arange(len(bonds.i)), edges)
    centres = np.sqrt(edges[1:] * edges[:-1])
    far = centres > 5  # bonds are far shorter there than the distance
    exponents = local_exponents(centres[far], np.array([found.projection[far], found.amplitude[far]]), 1.8)
    assert np.nanmedian(exponents[0]) == pytest.approx(-2 * dimension, abs=0.15)
    np.testing.assert_allclose(exponents[1][np.isfinite(exponents[1])], 1 - dimension, atol=0.1)


def test_a_field_that_is_longer_or_turned_round_is_the_same(glass):
    bonds = Interactions.of(glass)
    field = np.random.default_rng(2).normal(size=(3 * glass.particles, 1))
    edges, onto = radial_edges("linear", 4, 2.5), np.arange(len(bonds.i))
    one, other = (decay(bonds, scale * field, np.array([5]), onto, edges) for scale in (1.0, -7.0))
    for first, second in zip(one, other, strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-12)


# --- of one glass -------------------------------------------------------------------------------------------------------------------------------


def nearest_distance(a, b, box):
    """Of all images."""
    shifts = itertools.product((-1, 0, 1), repeat=len(a))
    return min(np.linalg.norm(a - b + box @ np.array(shift)) for shift in shifts)


@pytest.mark.parametrize("projected", ["all", "weak"])
@pytest.mark.parametrize("name", ["small_glass", "planar_glass"])
def test_against_loops_over_bonds_and_the_dense_inverse(request, name, projected):
    """Equations S8 and S9 as they are written, every pair of bonds in turn."""
    glass = request.getfixturevalue(name)
    d, n = glass.dimension, glass.particles
    found = measured(glass, pinches=3, weak_force=0.4, projected=projected, spacing="linear", bins=3)
    i, j, vectors, r, _, slope, _ = naive.all_pairs(glass)
    a0 = (np.prod(np.diag(glass.box)) / n) ** (1 / d)
    pressure = np.sum(-slope * r) / (d * np.prod(np.diag(glass.box)))
    weak = [b for b in np.argsort(-slope) if -slope[b] / (pressure * a0 ** (d - 1)) < 0.4]
    chosen = sorted(np.random.default_rng(1).choice(weak, 3, replace=False)) if len(weak) > 3 else weak
    dipoles = naive.compatibility(glass) / np.sqrt(2)
    inverse = naive.pseudo_inverse(naive.hessian(glass), d)
    middles = glass.positions[i] + vectors / 2
    edges = np.arange(0, int(3 * 0.5 * glass.box[0, 0] / a0) + 1) / 3
    medians = {k: [] for k in range(len(edges) - 1)}
    amplitudes = {k: [] for k in range(len(edges) - 1)}
    for core in chosen:
        u = inverse @ dipoles[core]
        u /= np.linalg.norm(u)
        far = np.array([nearest_distance(middles[b], middles[core], glass.box) / a0 for b in range(len(i))])
        values = np.array([(dipoles[b] @ u) ** 2 for b in range(len(i))])
        others = [b for b in (weak if projected == "weak" else range(len(i))) if b != core]
        away = np.array([nearest_distance(x, middles[core], glass.box) / a0 for x in glass.positions])
        lengths = np.linalg.norm(u.reshape(n, d), axis=1)
        for k in medians:
            inside = [b for b in others if edges[k] <= far[b] < edges[k + 1]]
            medians[k] += [np.median(values[inside])] if inside else []
            moved = (away >= edges[k]) & (away < edges[k + 1])
            amplitudes[k] += [np.median(lengths[moved])] if moved.any() else []
    table = pd.DataFrame(found["response_decay"])
    table = table[table["kind"] == "pinch"].set_index("bin")
    assert set(table.index) == {k for k in medians if medians[k] or amplitudes[k]} and found["response_fields"]["weak"][0] == len(weak)
    for k, row in table.iterrows():
        assert (row["projected"], row["moved"]) == (len(medians[k]), len(amplitudes[k]))
        assert row["projection"] == pytest.approx(np.mean(medians[k]), rel=1e-6) if medians[k] else np.isnan(row["projection"])
        assert row["amplitude"] == pytest.approx(np.mean(amplitudes[k]), rel=1e-6) if amplitudes[k] else np.isnan(row["amplitude"])
        assert (row["distance_low"], row["distance_high"]) == pytest.approx((edges[k], edges[k + 1]))


def test_the_frequency_of_a_pinch_is_that_of_its_response(glass):
    """omega_ij^2 = d.u/(u.u) = u.H.u/(u.u)."""
    bonds = Interactions.of(glass)
    chosen = weak_bonds(bonds, 0.1)
    assert len(chosen) > 3
    responses, omega = pinch_responses(bonds, Factor.of(bonds), chosen)
    np.testing.assert_allclose(omega**2, np.sum(responses * (bonds.hessian @ responses), axis=0) / np.sum(responses**2, axis=0), rtol=1e-8)
    np.testing.assert_allclose(omega**2, np.einsum("bk,kb->b", bonds.compatibility[chosen].toarray(), responses) / np.sum(responses**2, axis=0))


def test_the_quartic_mode_is_the_softest_of_those_from_shear(glass):
    bonds = Interactions.of(glass)
    vector, row = softest_quartic_mode(bonds, Factor.of(bonds))
    assert (
        vector.shape == (3 * glass.particles, 1) and np.linalg.norm(vector) == pytest.approx(1) and row["no_mode"] == "" and row["residual"] <= 1e-8
    )
    assert row["omega"] ** 2 == pytest.approx((vector.T @ (bonds.hessian @ vector))[0, 0])
    found = measured(glass)["response_fields"]
    assert set(found) == set(names_of(RESPONSE_FIELDS.own))
    assert found["omega"][0] == pytest.approx(row["omega"], rel=1e-9) and found["start"][0].split()[0] in ("shear", "pure")
    changes = vector.reshape(-1, 3)[bonds.j] - vector.reshape(-1, 3)[bonds.i]
    core = max(range(len(bonds.i)), key=lambda b: np.sum(changes[b] ** 2))
    assert (found["core_i"][0], found["core_j"][0]) == (bonds.i[core], bonds.j[core]) and list(core_bonds(bonds, vector)) == [core]


def test_no_start_that_leads_to_a_mode_is_said(glass, monkeypatch):
    import vitrine.observables.response_decay.measure as module

    def never(contractions, factor, starts, kind):
        return nonlinear(contractions, factor, starts, kind, most_steps=1)

    nonlinear = module.nonlinear_modes
    monkeypatch.setattr(module, "nonlinear_modes", never)
    found = measured(glass)
    fields = {name: column[0] for name, column in found["response_fields"].items()}
    assert np.isnan(fields["omega"]) and "not converged" in fields["no_mode"] and fields["core_i"] == -1
    assert set(found["response_decay"]["kind"]) == {"pinch"}


def test_a_glass_without_weak_bonds_has_no_pinches(glass):
    found = measured(glass, weak_force=1e-30)
    assert set(found["response_decay"]["kind"]) == {"quartic"} and found["response_fields"]["pinched"][0] == 0


def test_the_seed_chooses_the_pinches_and_all_are_taken_where_there_are_fewer(glass):
    one, same, other = (measured(glass, seed, pinches=2, weak_force=0.5)["response_decay"]["projection"] for seed in (1, 1, 3))
    assert np.array_equal(one, same, equal_nan=True) and not np.array_equal(one, other, equal_nan=True)
    every, more = (measured(glass, seed, pinches=10_000, weak_force=0.5) for seed in (1, 2))
    np.testing.assert_array_equal(every["response_decay"]["projection"], more["response_decay"]["projection"])
    assert every["response_fields"]["pinched"] == every["response_fields"]["weak"] > 2


def test_bins_end_at_the_share_of_the_box_and_defaults_are_the_declared_ones(glass):
    half = 0.5 * glass.box[0, 0] / glass.spacing
    table, short = (measured(glass, farthest=share)["response_decay"] for share in (0.5, 0.25))
    assert half / 10**0.05 < table["distance_high"].max() <= half and short["distance_high"].max() <= half / 2
    settings = {one.name: one.default for one in declarations()["response_decay"].settings if one.used_by == "measure"}
    np.testing.assert_array_equal(measured(glass, **settings)["response_decay"]["projection"], table["projection"])
    assert set(table) == set(names_of(RESPONSE_DECAY.own))


def test_images_are_those_of_the_continuum_of_the_glass_and_divide_nothing(glass, monkeypatch):
    import vitrine.observables.response_decay.measure as module

    table, moduli = pd.DataFrame(measured(glass)["response_decay"]), measure_elasticity(glass)
    shear, bulk = moduli["shear_modulus"][0], moduli["bulk_modulus"][0]
    edges = radial_edges("logarithmic", 20, 0.5 * glass.box[0, 0] / glass.spacing)
    expected = image_factors(glass.box / glass.spacing, edges, shear / (bulk + 4 / 3 * shear))
    for name, factors in expected._asdict().items():
        np.testing.assert_allclose(table[f"{name}_images"], factors[table["bin"]])
    monkeypatch.setattr(module, "moduli", lambda *_: {"shear_modulus": -0.1, "bulk_modulus": 50.0})
    soft = pd.DataFrame(measured(glass)["response_decay"])
    assert soft["projection_images"].isna().all() and soft["amplitude_images"].isna().all()
    np.testing.assert_array_equal(soft["projection"], table["projection"])


def test_a_liquid_is_named():
    with pytest.raises(SampleError, match="not a minimum"):
        measured(liquid(poly(), 160, 1.3))


def test_the_decay_comes_near_its_law_only_in_a_large_glass():
    """c(r) falls as r^-3 to r^-4 at the distances that 500 particles have: far from r^-6."""
    table = pd.DataFrame(measured(quenched(poly(), 500, 0.9, 200, seed=3), pinches=100)["response_decay"])
    rows = table[(table["kind"] == "pinch") & (table["distance_low"] > 1.5)]
    slope = np.polyfit(np.log(np.sqrt(rows["distance_low"] * rows["distance_high"])), np.log(rows["projection"]), 1)[0]
    assert -4.2 < slope < -2.2


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------

POINT, SAMPLES, BINS = Point.plain(500, 0.6), 10, 12
EDGES = 1.5 * 10.0 ** (np.arange(BINS + 1) / 10)
ENSEMBLE = Ensemble(POINT, 3, seed=7, replicates=25)
LAWS = {"pinch": -5.0, "quartic": -4.0}


def made(sample):
    """Rows of one sample: power laws with its own height; one sample lacks the last bin, another its quartic mode."""
    rng, rows = np.random.default_rng(sample), []
    for kind in KINDS:
        if kind == "quartic" and sample == 4:
            continue
        heights = rng.uniform(0.5, 1.5, 2)
        for k in range(BINS - (sample == 2)):
            centre = np.sqrt(EDGES[k] * EDGES[k + 1])
            fields = int(rng.integers(1, 9)) if kind == "pinch" else 1
            numbers = {"projection": heights[0] * centre ** LAWS[kind], "amplitude": heights[1] * centre**-2}
            # One glass is unstable to shear of its box; images of the others raise the law by half a power.
            numbers |= {"projection_images": np.nan if sample == 3 else centre**0.5, "amplitude_images": 1.0 + 0.1 * sample}
            rows.append(
                {"kind": kind, "bin": k, "distance_low": EDGES[k], "distance_high": EDGES[k + 1], "projected": fields, "moved": fields, **numbers}
            )
    return rows


def aggregate(folder, files=1, flagged=(), **settings):
    paths = {"response_decay": [], "response_fields": []}
    for number, part in enumerate(np.array_split(np.arange(SAMPLES), files)):
        rows, fields = [], []
        for sample in part.tolist():
            flag = "blew up" if sample in flagged else ""
            rows += [RESPONSE_DECAY.row(sample=sample, **row) for row in made(sample)] if not flag else [RESPONSE_DECAY.row(sample=sample, flag=flag)]
            omega = np.nan if sample == 4 else 0.5 + 0.1 * sample
            fields.append(RESPONSE_FIELDS.row(sample=sample, flag=flag, **({} if flag else {"omega": omega, "pinched": 8, "weak": 9})))
        for table, found in ((RESPONSE_DECAY, rows), (RESPONSE_FIELDS, fields)):
            paths[table.name].append(folder / str(number) / table.file)
            write_table(table, pd.DataFrame(found, columns=table.names), paths[table.name][-1], {}, Key.of(POINT))
    return aggregate_response_decay(**paths, ensemble=ENSEMBLE, **{"window": 1.6, "core": 1.5, "far_end": 5.0, **settings})


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_counts_once(tmp_path, kind):
    _, curves, _, replicates, _ = aggregate(tmp_path)
    assert list(curves.columns) == DECAY_CURVES.names and list(replicates.columns) == DECAY_REPLICATES.names
    rows = pd.concat([pd.DataFrame(made(sample)).assign(sample=sample) for sample in range(SAMPLES)])
    weights, rows = ENSEMBLE.weights(np.arange(SAMPLES)), rows[rows["kind"] == kind]
    for column, number in (("projection", "projected"), ("amplitude", "moved")):
        own = curves[curves["kind"] == kind]
        for k, (_, line) in enumerate(own.iterrows()):
            there = rows[rows["bin"] == k]
            each = [np.average(there[column], weights=weight[there["sample"]] * there[number]) for weight in weights]
            assert line[column] == pytest.approx(each[0], rel=1e-12)
            assert line[f"{column}_error"] == pytest.approx(np.std(each[1:], ddof=1), rel=1e-9)
            if column == "projection":
                mine = replicates[(replicates["kind"] == kind) & (replicates["bin"] == k)].sort_values("replicate")
                np.testing.assert_allclose(mine["projection"], each, rtol=1e-12)
                assert line["fields"] == there["projected"].sum() and mine["samples"].eq(SAMPLES - (kind == "quartic")).all()


def test_exponents_are_those_of_the_laws_and_the_outermost_is_an_estimate(tmp_path):
    """To a hundredth: heights are those of each sample, and the mean over samples that have the bin is no pure power."""
    estimates, curves, *_ = aggregate(tmp_path)
    for kind, law in LAWS.items():
        own = curves[curves["kind"] == kind]
        inner = own["projection_exponent"].dropna().iloc[:-2]
        np.testing.assert_allclose(inner, law, atol=0.35)
        assert own["projection_exponent"].dropna().iloc[-1] == estimates.loc[estimates["quantity"] == f"{kind}_exponent", "value"].iloc[0]
    np.testing.assert_allclose(curves["amplitude_exponent"].dropna().iloc[:3], -2, atol=0.35)
    inside = aggregate(tmp_path / "core", core=4.0)[1]
    assert inside.loc[inside["distance_low"] < 4.0, "projection_exponent"].isna().all()


def test_the_outermost_window_ends_at_a_share_of_the_box_and_images_are_divided_out_of_the_amplitude(tmp_path):
    share = EDGES[9] / 500 ** (1 / 3)
    estimates, curves, *_ = aggregate(tmp_path, far_end=share)
    own = curves[curves["kind"] == "quartic"].reset_index(drop=True)
    whole = {name: estimates.loc[estimates["quantity"] == name, "value"].iloc[0] for name in ("quartic_exponent", "amplitude_exponent")}
    centres = np.sqrt(EDGES[1:] * EDGES[:-1])[:9]
    expected = (
        local_exponents(centres, own["projection"].to_numpy()[None, :9], 1.6)[0],
        local_exponents(centres, (own["amplitude"] / own["amplitude_images"]).to_numpy()[None, :9], 1.6)[0],
    )
    for name, exponents in zip(whole, expected, strict=True):
        assert whole[name] == pytest.approx(exponents[np.isfinite(exponents)][-1], rel=1e-9)
    assert whole["quartic_exponent"] != own["projection_exponent"].dropna().iloc[-1]


def test_what_other_ends_of_the_window_make_of_the_exponents_is_told(tmp_path):
    """Each is the estimate of a setting of its own, and its change that of every replicate."""
    shares = (EDGES[9] / 500 ** (1 / 3), 0.35, 0.4, 0.45, 0.5)
    far = aggregate(tmp_path / "own", far_end=shares[0])[2]
    assert list(far.columns) == FAR_EXPONENTS.names
    for name in ("pinch_exponent", "quartic_exponent", "amplitude_exponent"):
        own = far[far["quantity"] == name]
        assert own["far_end"].tolist() == sorted(shares)
        found = {}
        for share in shares:
            estimates = aggregate(tmp_path / f"{share}", far_end=share)[0]
            found[share] = estimates[estimates["quantity"] == name].sort_values("replicate")["value"].to_numpy()
        for _, row in own.iterrows():
            values = found[row["far_end"]]
            changes = values - found[shares[0]]
            expected = [values[0], np.std(values[1:], ddof=1), changes[0], np.std(changes[1:], ddof=1)]
            np.testing.assert_allclose(row[["exponent", "exponent_error", "change", "change_error"]].astype(float), expected, rtol=1e-9, atol=1e-12)
            assert row["end"] <= row["far_end"] * 500 ** (1 / 3)


def test_images_are_means_over_samples_and_their_exponents_those_of_the_law_with_them(tmp_path):
    curves = aggregate(tmp_path)[1]
    for kind in KINDS:
        own = curves[curves["kind"] == kind]
        centres = np.sqrt(own["distance_low"] * own["distance_high"])
        np.testing.assert_allclose(own["projection_images"], centres**0.5)
        np.testing.assert_allclose(own["projection_continuum"].dropna(), -5.5)
        factors = [np.mean([1 + 0.1 * s for s in range(SAMPLES) if not (kind == "quartic" and s == 4) and not (last and s == 2)]) for last in (0, 1)]
        np.testing.assert_allclose(own["amplitude_images"], [*[factors[0]] * (BINS - 1), factors[1]])
        np.testing.assert_allclose(own["amplitude_continuum"].dropna().iloc[:3], -2)
        assert own["projection_continuum"].notna().equals(own["projection_exponent"].notna())


def test_what_is_left_out_is_said_and_batches_change_nothing(tmp_path):
    one, many = (aggregate(tmp_path / str(files), files, (7,)) for files in (1, 4))
    for first, second in zip(one, many, strict=True):
        pd.testing.assert_frame_equal(first.reset_index(drop=True), second.reset_index(drop=True))
    estimates, *_, flags = one
    counts = estimates.drop_duplicates("quantity").set_index("quantity")[["samples", "flagged"]]
    assert counts.loc["pinch_exponent"].tolist() == [SAMPLES - 1, 1]
    assert counts.loc["quartic_exponent"].tolist() == counts.loc["omega_quartic"].tolist() == [SAMPLES - 2, 2]
    told = dict(zip(flags["flag"], flags["examples"], strict=True))
    assert told == {"blew up": "7", "no quartic mode (left out of what concerns these alone)": "4"}
    omega = estimates[(estimates["quantity"] == "omega_quartic") & (estimates["replicate"] == 0)]["value"].item()
    assert omega == pytest.approx(np.mean([0.5 + 0.1 * sample for sample in range(SAMPLES) if sample not in (4, 7)]))


def test_without_a_good_sample_there_are_no_curves(tmp_path):
    estimates, curves, far, replicates, _ = aggregate(tmp_path, flagged=range(SAMPLES))
    assert len(curves) == len(replicates) == 0 and far["exponent"].isna().all() and estimates["value"].isna().all()


def test_estimates_have_the_declared_units(tmp_path):
    estimates = aggregate(tmp_path)[0]
    assert dict(zip(estimates["quantity"], estimates["unit"], strict=True)) == {
        one.name: one.unit for one in declarations()["response_decay"].quantities
    }
