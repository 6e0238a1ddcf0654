"""Modes of the bond operator beside pseudo-harmonic modes: dense twins, identities, fields of known decay, averages."""

import naive
import numpy as np
import pandas as pd
import pytest
from naive import liquid, poly
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import Factor, largest_pencil
from vitrine.observables import declarations
from vitrine.observables.mode_decay import (
    BOND_MODE_MAPS,
    MODE_PAIRS,
    MODE_PROFILES,
    OPERATOR_SUMS,
    OVERLAP_CURVES,
    PROFILE_CURVES,
    SUM_CURVES,
)
from vitrine.observables.mode_decay.aggregate import aggregate_mode_decay
from vitrine.observables.mode_decay.measure import measure_mode_decay, mode_family, nearest_mode
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.samples import write_fields
from vitrine.schema import names_of

FIELD = declarations()["mode_decay"].fields[0]


def measured(glass, seed=1, **settings):
    return measure_mode_decay(glass, np.random.default_rng(seed), **{"modes": 4, "rows": 5, "low_modes": 24, "lambda_low": 0.01, **settings})


def dense(glass):
    """A (N_b, N_b) and M^+ from their definitions."""
    stretch = naive.compatibility(glass)
    inverse = naive.pseudo_inverse(naive.hessian(glass), glass.dimension)
    return stretch @ inverse @ stretch.T, stretch, inverse


@pytest.fixture(scope="module")
def family(glass):
    bonds = Interactions.of(glass)
    factor = Factor.of(bonds)
    eigenvalues, displacements = largest_pencil(bonds.unit_hessian, bonds.hessian, 3, 5, factor)
    return bonds, eigenvalues, *mode_family(bonds, factor, displacements)


def test_fields_are_those_of_the_dense_operator(glass, family):
    """A f = lambda f, F = S^T f, D = M^+ F, and lambda = <D|S^T S|D>/<D|M|D>."""
    _, eigenvalues, fields, _ = family
    operator, stretch, inverse = dense(glass)
    values, vectors = np.linalg.eigh(operator)
    np.testing.assert_allclose(eigenvalues, values[::-1][:5], rtol=1e-8)
    for k in range(5):
        force = stretch.T @ vectors[:, -1 - k]
        displacement = inverse @ force
        assert abs(fields["F"][:, k] @ force) / np.linalg.norm(force) == pytest.approx(1, abs=1e-6)
        assert abs(fields["D"][:, k] @ displacement) / np.linalg.norm(displacement) == pytest.approx(1, abs=1e-6)
        D = fields["D"][:, k]
        assert np.sum((stretch @ D) ** 2) / (D @ naive.hessian(glass) @ D) == pytest.approx(eigenvalues[k], rel=1e-8)


def test_pseudo_harmonic_modes_are_stationary_and_overlaps_are_those_of_the_fields(glass, family):
    _, _, fields, pairs = family
    i, j, *_ = naive.all_pairs(glass)
    hessian = naive.hessian(glass)
    for k in range(5):
        z = fields["D_PH"][:, k].reshape(-1, 3)
        q = np.zeros_like(z)
        for a, b in zip(i, j, strict=True):
            change = z[a] - z[b]
            q[a] += change @ change * change
            q[b] -= change @ change * change
        force = hessian @ z.ravel()
        assert np.linalg.norm(force - (z.ravel() @ force) / (z.ravel() @ q.ravel()) * q.ravel()) <= 1e-6 * np.linalg.norm(force)
        assert pairs["omega_pseudo_harmonic"][k] ** 2 == pytest.approx(z.ravel() @ force, rel=1e-8)
        np.testing.assert_allclose(fields["F_PH"][:, k], force / np.linalg.norm(force), atol=1e-9)
        assert pairs["overlap_displacement"][k] == pytest.approx(abs(fields["D"][:, k] @ fields["D_PH"][:, k]))
        assert pairs["overlap_force"][k] == pytest.approx(abs(fields["F"][:, k] @ fields["F_PH"][:, k]))
        alike = [m for m in range(k + 1) if abs(fields["D_PH"][:, m] @ fields["D_PH"][:, k]) > 0.99]
        assert pairs["first"][k] == alike[0]
    assert set(pairs["no_mode"]) == {""}


def test_a_start_that_leads_to_no_mode_is_said_and_has_no_overlap(glass, monkeypatch):
    import vitrine.observables.mode_decay.measure as module

    nonlinear = module.nonlinear_modes
    monkeypatch.setattr(module, "nonlinear_modes", lambda *given: nonlinear(*given, most_steps=1))
    pairs = measured(glass)["mode_pairs"]
    assert all("not converged" in text for text in pairs["no_mode"]) and np.isnan(pairs["overlap_displacement"]).all()
    assert set(measured(glass)["mode_profiles"]["kind"]) == {"A"}


@pytest.mark.parametrize("name", ["small_glass", "planar_glass"])
def test_profiles_are_medians_about_the_largest_amplitude(request, name):
    glass = request.getfixturevalue(name)
    d, n = glass.dimension, glass.particles
    found = measured(glass, spacing="linear", bins=3)
    bonds = Interactions.of(glass)
    factor = Factor.of(bonds)
    fields, pairs = mode_family(bonds, factor, largest_pencil(bonds.unit_hessian, bonds.hessian, d, 4, factor)[1])
    table, a0 = pd.DataFrame(found["mode_profiles"]), (np.prod(np.diag(glass.box)) / n) ** (1 / d)
    far = np.linalg.norm(naive.nearest_images(glass), axis=2) / a0
    own = [k for k in range(4) if pairs["first"][k] == k]
    for kind in ("D", "D_PH", "F", "F_PH"):
        rows = table[table["kind"] == kind]
        assert len(rows) > 2
        for _, row in rows.iterrows():
            each = []
            for k in own:
                amplitude = np.linalg.norm(fields[kind][:, k].reshape(n, d), axis=1)
                distance = far[np.argmax(amplitude)]
                inside = (distance >= row["distance_low"]) & (distance < row["distance_high"])
                each += [np.median(amplitude[inside])] if inside.any() else []
            assert row["fields"] == len(each) and row["amplitude"] == pytest.approx(np.mean(each), rel=1e-5)


@pytest.mark.parametrize("name", ["small_glass", "planar_glass"])
def test_rows_of_the_operator_are_those_of_the_dense_one(request, name):
    glass = request.getfixturevalue(name)
    operator, *_ = dense(glass)
    i, _, vectors, *_ = naive.all_pairs(glass)
    chosen = np.sort(np.random.default_rng(1).choice(len(i), 5, replace=False))
    middles, a0 = glass.positions[i] + vectors / 2, glass.spacing
    table = pd.DataFrame(measured(glass, spacing="linear", bins=3)["mode_profiles"])
    table = table[table["kind"] == "A"]
    shifts = np.array(np.meshgrid(*[[-1, 0, 1]] * glass.dimension)).reshape(glass.dimension, -1).T @ glass.box.T
    for _, row in table.iterrows():
        each = []
        for b in chosen:
            far = np.min(np.linalg.norm(middles[:, None] - middles[b] + shifts, axis=2), axis=1) / a0
            inside = (far >= row["distance_low"]) & (far < row["distance_high"]) & (np.arange(len(i)) != b)
            each += [np.median(np.abs(operator[b, inside]))] if inside.any() else []
        assert row["fields"] == len(each) and row["amplitude"] == pytest.approx(np.mean(each), rel=1e-6)


def test_the_operator_of_few_modes_is_its_partial_sum(glass):
    found = measured(glass, modes=3, low_modes=12)["operator_sums"]
    operator, stretch, _ = dense(glass)
    exact = np.linalg.eigvalsh(operator)[::-1]
    stiffness, modes = np.linalg.eigh(naive.hessian(glass))
    stiffness, modes = stiffness[3:], modes[:, 3:]
    assert list(found["low_modes"]) == [1, 2, 4, 8, 12]
    for n, largest, several in zip(*found.values(), strict=True):
        partial = np.linalg.eigvalsh((stretch @ modes[:, :n] / stiffness[:n]) @ (stretch @ modes[:, :n]).T)[::-1]
        taken = min(n, 3)
        assert largest == pytest.approx(1 - partial[0] / exact[0], abs=1e-8)
        assert several == pytest.approx(1 - partial[:taken].sum() / exact[:taken].sum(), abs=1e-8)
    assert np.all(np.diff(found["largest"]) <= 1e-12) and found["largest"][-1] > 0


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_the_mode_nearest_to_a_value_is_that_of_the_dense_operator(planar_glass, share):
    operator, *_ = dense(planar_glass)
    values = np.linalg.eigvalsh(operator)
    target = share * values[-1]
    found, field = nearest_mode(Interactions.of(planar_glass), target)
    assert found == pytest.approx(values[np.argmin(np.abs(values - target))], rel=1e-8)
    hessian, unit = naive.hessian(planar_glass), naive.hessian(planar_glass, unit=True)
    np.testing.assert_allclose(unit @ field, found * (hessian @ field), atol=1e-7 * np.abs(unit @ field).max())
    np.testing.assert_allclose(field.reshape(-1, 2).sum(axis=0), 0, atol=1e-12)


def test_maps_are_of_the_plane_and_name_their_numbers(glass, planar_glass):
    assert measured(glass)["mode_decay_field"] == {}
    found = measured(planar_glass)
    arrays = found["mode_decay_field"]
    names = {"harmonic", "largest", "example_0", "example_1", "example_2"}
    assert set(arrays) == {name + word for name in names for word in ("", "_eigenvalue", "_N_e")}
    for name in names:
        assert arrays[name].shape == (64, 2) and np.linalg.norm(arrays[name]) == pytest.approx(1)
        squares = np.sum(arrays[name] ** 2, axis=1)
        assert arrays[f"{name}_N_e"][0] == pytest.approx(1 / np.sum(squares**2)) and np.ptp(arrays[f"{name}_N_e"]) == 0
    assert arrays["largest_eigenvalue"][0] == found["mode_pairs"]["lambda"][0]
    assert arrays["example_0_eigenvalue"][0] < arrays["example_1_eigenvalue"][0] < arrays["largest_eigenvalue"][0]
    stiffness, modes = np.linalg.eigh(naive.hessian(planar_glass))
    alike = np.argmax(np.abs(modes[:, 2:14].T @ arrays["largest"].ravel()))
    assert abs(modes[:, 2 + alike] @ arrays["harmonic"].ravel()) == pytest.approx(1, abs=1e-6)
    assert arrays["harmonic_eigenvalue"][0] == pytest.approx(1 / stiffness[2 + alike])


def test_tables_have_the_declared_columns_and_defaults(glass):
    found = measure_mode_decay(glass, np.random.default_rng(1))
    for table in (MODE_PAIRS, MODE_PROFILES, OPERATOR_SUMS):
        assert set(found[table.name]) == set(names_of(table.own))
    settings = {one.name: one.default for one in declarations()["mode_decay"].settings if one.used_by == "measure"}
    again = measure_mode_decay(glass, np.random.default_rng(1), **settings)
    np.testing.assert_array_equal(found["mode_profiles"]["amplitude"], again["mode_profiles"]["amplitude"])
    assert len(found["mode_pairs"]["mode"]) == settings["modes"]


def test_modes_of_small_lambda_are_in_no_profile(glass):
    whole = measured(glass, lambda_low=0.0)
    second = whole["mode_pairs"]["lambda"][1]
    found = measured(glass, lambda_low=second)
    assert list(found["mode_pairs"]["high"]) == [True, False, False, False]
    rows = pd.DataFrame(found["mode_profiles"])
    assert rows.loc[rows["kind"] != "A", "fields"].max() == 1 < pd.DataFrame(whole["mode_profiles"])["fields"].max()


def test_an_exponent_of_few_modes_is_flagged(tmp_path):
    estimates = aggregate(tmp_path, flagged=range(2, SAMPLES))[0]
    flags = dict(zip(estimates["quantity"], estimates["flag"], strict=True))
    count = sum(row["high"] and row["first"] == row["mode"] and row["no_mode"] == "" for s in range(2) for row in made(s)[0])
    assert (
        0 < count < 8
        and flags.pop("overlap_exponent") == f"only {count} modes of large lambda, at least 8 are needed"
        and set(flags.values()) == {""}
    )


def test_a_liquid_is_named():
    with pytest.raises(SampleError, match="not a minimum"):
        measured(liquid(poly(), 160, 1.3))


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------

SAMPLES, EDGES = 12, 2.0 * 10.0 ** (np.arange(9) / 20)
POINT, LAWS = Point.plain(2000, 0.6), {"D": -2.0, "D_PH": -2.1, "F": -1.9, "F_PH": -8.0, "A": -3.0}
ENSEMBLE = Ensemble(POINT, 3, seed=7, replicates=25)
SETTINGS = {"nearest": 2.0, "farthest": 0.5}


def made(sample):
    """Rows of one sample: pure powers; 1 - overlap = 0.3 lambda^-4 but for one mode that falls onto the first, and one that leads nowhere."""
    rng = np.random.default_rng(sample)
    values = np.sort(rng.uniform(1.5, 20, 5))[::-1]
    pairs = [
        {
            "mode": k,
            "lambda": values[k],
            "overlap_displacement": 1 - 0.3 * values[k] ** -4,
            "overlap_force": 0.6,
            "first": k,
            "no_mode": "",
            "high": values[k] > 3,
        }
        for k in range(5)
    ]
    pairs[3] |= {"first": 0, "overlap_displacement": 0.1}
    pairs[4] |= {"overlap_displacement": np.nan, "overlap_force": np.nan, "no_mode": "not converged"}
    profiles, height = [], rng.uniform(0.5, 1.5)
    for kind, law in LAWS.items():
        for k in range(8):
            low, high = EDGES[k], EDGES[k + 1]
            profiles.append(
                {
                    "kind": kind,
                    "bin": k,
                    "distance_low": low,
                    "distance_high": high,
                    "amplitude": height * np.sqrt(low * high) ** law,
                    "fields": sample % 3 + 1,
                }
            )
    sums = [{"low_modes": n, "largest": height / n, "several": 2 * height / n} for n in (1, 2, 4)]
    return pairs, profiles, sums


def aggregate(folder, files=1, flagged=(), glass=None):
    paths = {"mode_pairs": [], "mode_profiles": [], "operator_sums": [], "mode_decay_field": []}
    for number, part in enumerate(np.array_split(np.arange(SAMPLES), files)):
        for place, table in enumerate((MODE_PAIRS, MODE_PROFILES, OPERATOR_SUMS)):
            rows = [table.row(sample=s, **row) for s in part.tolist() if s not in flagged for row in made(s)[place]]
            rows += [table.row(sample=s, flag="blew up") for s in part.tolist() if s in flagged]
            paths[table.name].append(folder / str(number) / table.file)
            write_table(table, pd.DataFrame(rows, columns=table.names), paths[table.name][-1], {}, Key.of(POINT))
        entries = [(int(s), *((None, {}) if glass is None else (glass, arrays_of(glass, s))), "blew up" if s in flagged else "") for s in part]
        paths["mode_decay_field"].append(folder / str(number) / FIELD.file)
        write_fields(paths["mode_decay_field"][-1], FIELD, entries, {})
    return aggregate_mode_decay(**paths, ensemble=ENSEMBLE, **SETTINGS)


def arrays_of(glass, sample):
    n = glass.particles
    return {"largest": np.full((n, 2), sample + 0.5), "largest_eigenvalue": np.full(n, 3.0), "largest_N_e": np.full(n, 9.0)}


def replicates(estimates, name):
    return estimates[estimates["quantity"] == name].sort_values("replicate")["value"].to_numpy()


def test_exponents_of_pure_powers_are_found_in_every_replicate(tmp_path):
    estimates = aggregate(tmp_path)[0]
    for kind, law in LAWS.items():
        np.testing.assert_allclose(replicates(estimates, f"{kind}_exponent"), law, rtol=1e-9)
    np.testing.assert_allclose(replicates(estimates, "overlap_exponent"), -4, rtol=1e-6)
    np.testing.assert_allclose(replicates(estimates, "collapsed_modes"), 0.25, rtol=1e-12)
    assert dict(zip(estimates["quantity"], estimates["unit"], strict=True)) == {one.name: one.unit for one in declarations()["mode_decay"].quantities}


def test_curves_are_means_over_fields_modes_and_samples(tmp_path):
    _, profiles, overlaps, sums, maps, flags = aggregate(tmp_path)
    weights = ENSEMBLE.weights(np.arange(SAMPLES))
    for table, frame in ((PROFILE_CURVES, profiles), (OVERLAP_CURVES, overlaps), (SUM_CURVES, sums), (BOND_MODE_MAPS, maps)):
        assert list(frame.columns) == table.names
    heights = np.array([made(s)[1][0]["amplitude"] / np.sqrt(EDGES[0] * EDGES[1]) ** -2.0 for s in range(SAMPLES)])
    fields = np.arange(SAMPLES) % 3 + 1
    each = [np.average(heights, weights=weight * fields) for weight in weights]
    for kind, law in LAWS.items():
        rows = profiles[profiles["kind"] == kind]
        centres = np.sqrt(rows["distance_low"] * rows["distance_high"])
        np.testing.assert_allclose(rows["amplitude"], each[0] * centres**law, rtol=1e-12)
        np.testing.assert_allclose(rows["amplitude_error"], np.std(each[1:], ddof=1) * centres**law, rtol=1e-9)
        assert rows["fields"].eq(fields.sum()).all()
    pairs = pd.concat([pd.DataFrame(made(s)[0]) for s in range(SAMPLES)])
    good = pairs[pairs["no_mode"] == ""]
    assert overlaps["count"].sum() == 3 * SAMPLES and overlaps["count_collapsed"].sum() == SAMPLES
    for _, row in overlaps[overlaps["count"] > 0].iterrows():
        inside = good[(good["first"] == good["mode"]) & (good["lambda"] >= row["lambda_low"]) & (good["lambda"] < row["lambda_high"])]
        assert row["displacement"] == pytest.approx((1 - inside["overlap_displacement"]).mean(), rel=1e-9) and row["count"] == len(inside)
        assert row["force"] == pytest.approx(0.4)
    assert overlaps.loc[overlaps["count_collapsed"] > 0, "collapsed"].to_numpy() == pytest.approx(0.9)
    unweighted = np.mean([made(s)[2][0]["largest"] for s in range(SAMPLES)])
    np.testing.assert_allclose(sums["largest"], unweighted / np.array([1, 2, 4]), rtol=1e-12)
    np.testing.assert_allclose(sums["several"], 2 * sums["largest"], rtol=1e-12)
    assert len(maps) == len(flags) == 0


def test_what_is_left_out_is_said_and_batches_change_nothing(tmp_path):
    one, many = (aggregate(tmp_path / str(files), files, (3,)) for files in (1, 5))
    for first, second in zip(one, many, strict=True):
        pd.testing.assert_frame_equal(first, second, check_exact=False, rtol=1e-12)
    assert set(one[0]["samples"]) == {SAMPLES - 1} and one[-1][["flag", "examples"]].to_numpy().tolist() == [["blew up", "3"]]


def test_the_map_is_that_of_the_first_good_glass(tmp_path, planar_glass):
    maps = aggregate(tmp_path, 3, (0,), planar_glass)[4]
    assert maps["sample"].eq(1).all() and len(maps) == planar_glass.particles and set(maps["field"]) == {"largest"}
    assert maps["u_x"].eq(1.5).all() and maps["eigenvalue"].eq(3.0).all() and maps["N_e"].eq(9.0).all()


def test_without_a_good_sample_there_is_nothing(tmp_path):
    estimates, *curves, _ = aggregate(tmp_path, flagged=range(SAMPLES))
    assert estimates["value"].isna().all() and all(len(curve) == 0 for curve in curves)
