"""Phonon bands: shells of wave vectors, crystals of known dispersion, a naive twin on a glass, and averages, laws and flags of made-up bands."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from aggregated import counts, values
from naive import fcc, hessian, jittered
from vitrine.aggregation.ensemble import Ensemble, Estimate
from vitrine.aggregation.results import Results, Rows, StudySettings
from vitrine.interactions import Interactions
from vitrine.models import glass_former, published_parameters
from vitrine.observables import declarations
from vitrine.observables.batch import System, measure_batch
from vitrine.observables.elasticity import ELASTICITY
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.phonon_bands import LONGITUDINAL, PHONON_BANDS, PHONON_MODES, TRANSVERSE
from vitrine.observables.phonon_bands.aggregate import FAR, NO_GAP, OTHER_BOX, aggregate_phonon_bands
from vitrine.observables.phonon_bands.derive import add_quantities, fit_phonon_bands
from vitrine.observables.phonon_bands.measure import FOUND, measure_phonon_bands
from vitrine.observables.phonon_bands.waves import plane_waves, shells_of
from vitrine.parquet import Key, write_table
from vitrine.points import AXES, Point
from vitrine.preparation.minimise import minimise

# --- plane waves --------------------------------------------------------------------------------------------------------------------------------


def test_degeneracies_of_a_cube_and_of_a_square():
    """004, below eq. 4: 12, 24, 16, ... transverse waves in space; 4, 4, 4, 8 in the plane. |n|^2 = 7 is no sum of three squares, 3 none of two."""
    cube, square = shells_of(7.0 * np.eye(3), 8), shells_of(5.0 * np.eye(2), 8)
    assert [one.degeneracy(TRANSVERSE) for one in cube] == [12, 24, 16, 12, 48, 48, 24, 60]
    assert [one.degeneracy(LONGITUDINAL) for one in cube] == [6, 12, 8, 6, 24, 24, 12, 30]
    assert [one.degeneracy(TRANSVERSE) for one in square] == [4, 4, 4, 8, 4, 4, 8, 8] == [one.degeneracy(LONGITUDINAL) for one in square]
    for shells, edge, squares in ((cube, 7.0, [1, 2, 3, 4, 5, 6, 8, 9]), (square, 5.0, [1, 2, 4, 5, 8, 9, 10, 13])):
        np.testing.assert_allclose([(one.wave_number * edge / (2 * np.pi)) ** 2 for one in shells], squares, rtol=1e-12)


@pytest.mark.parametrize("box", [np.array([[4.0, 1.5, 0.3], [0.0, 9.0, -2.0], [0.0, 0.0, 5.0]]), np.array([[3.0, 1.2], [0.0, 11.0]])])
def test_shells_of_a_tilted_box(box):
    """Every wave vector of a wide grid, sorted by length; each moves by a multiple of 2 pi along each edge."""
    d, shells = len(box), shells_of(box, 12)
    grid = np.stack(np.meshgrid(*d * [np.arange(-12, 13)], indexing="ij"), axis=-1).reshape(-1, d)
    lengths = np.sort(np.linalg.norm(2 * np.pi * grid @ np.linalg.inv(box), axis=1))[1:]
    ours = np.concatenate([2 * len(one.vectors) * [one.wave_number] for one in shells])
    np.testing.assert_allclose(ours, lengths[: len(ours)], rtol=1e-9)
    for one in shells:
        turns = one.vectors @ box / (2 * np.pi)
        np.testing.assert_allclose(turns, np.rint(turns), atol=1e-9)


@pytest.mark.parametrize("masses", [False, True])
def test_waves_are_orthonormal_balanced_and_polarised(masses):
    sample = jittered(glass_former("binary_ipl", published_parameters("binary_ipl")), 6)
    if masses:
        sample = replace(sample, masses=np.random.default_rng(1).uniform(0.5, 3.0, sample.particles))
    roots = np.sqrt(np.ones(sample.particles) if sample.masses is None else sample.masses)
    for shell in shells_of(sample.box, 4):
        for kind in (TRANSVERSE, LONGITUDINAL):
            waves = plane_waves(sample, shell, kind)
            assert waves.shape == (2 * sample.particles, shell.degeneracy(kind))
            np.testing.assert_allclose(waves.T @ waves, np.eye(waves.shape[1]), atol=1e-12)
            moved = waves.reshape(sample.particles, 2, -1)
            np.testing.assert_allclose(np.einsum("i,idk->dk", roots, moved), 0, atol=1e-12)
    q = shells_of(sample.box, 1)[0].vectors[0]
    along = roots[:, None] * np.cos(sample.positions @ q)[:, None] * q
    along -= roots[:, None] * (roots @ along)[None] / np.sum(roots**2) * 1.0
    along = along.ravel() / np.linalg.norm(along)
    inside = [np.sum((plane_waves(sample, shells_of(sample.box, 1)[0], kind).T @ along) ** 2) for kind in (LONGITUDINAL, TRANSVERSE)]
    assert inside[0] == pytest.approx(1, abs=1e-10) and inside[1] < 0.1


# --- crystals -----------------------------------------------------------------------------------------------------------------------------------


def dispersion(bonds, q):
    """omega (d,) of a Bravais crystal at a wave vector: roots of D(q) = sum_j H_0j (cos(q.R_0j) - 1), from the bonds of particle 0."""
    d = len(q)
    matrix = np.zeros((d, d))
    _, slope, curvature = bonds.derivatives[:3]
    for b in np.flatnonzero((bonds.i == 0) | (bonds.j == 0)):
        r = np.linalg.norm(bonds.vectors[b])
        n = bonds.vectors[b] / r
        block = (curvature[b] - slope[b] / r) * np.outer(n, n) + slope[b] / r * np.eye(d)
        matrix += block * (1 - np.cos(q @ bonds.vectors[b]))
    return np.sqrt(np.linalg.eigvalsh(matrix))


@pytest.fixture(scope="module")
def crystal():
    """A face-centred cubic one under pressure."""
    sample = fcc(4, 1.1)
    assert Interactions.of(sample).pressure > 1
    return sample, measure_phonon_bands(sample, bands=1, modes=80)


def test_bands_of_a_crystal_under_pressure(crystal):
    """fcc: the first band is degenerate, of waves along <100>: twelve transverse and six longitudinal ones, where the exact dispersion has them."""
    sample, found = crystal
    bonds, bands = Interactions.of(sample), pd.DataFrame(found["phonon_bands"]).set_index(["polarisation", "shell"])
    q = shells_of(sample.box, 1)[0].vectors[0]
    exact = dispersion(bonds, q)
    assert exact[0] == pytest.approx(exact[1]) and exact[2] > 1.2 * exact[0]
    first = bands.loc[TRANSVERSE, 1]
    assert first["degeneracy"] == 12 and first["omega"] == pytest.approx(exact[0], rel=1e-9) and first["width"] < 1e-7 * exact[0]
    assert first["purity"] == pytest.approx(1, abs=1e-9) and first["found"] == pytest.approx(1, abs=1e-9) and first["whole"]
    modes = pd.DataFrame(found["phonon_modes"])
    own = modes[np.isclose(modes["omega"], exact[0], rtol=1e-7)]
    assert len(own) == 12 and set(own["polarisation"]) == {TRANSVERSE} and np.allclose(own["weight"], 1)
    along = bands.loc[LONGITUDINAL, 1]
    assert along["degeneracy"] == 6 and (not along["whole"] or along["omega"] == pytest.approx(exact[2], rel=1e-9))


def test_a_crystal_lies_where_its_moduli_say(crystal):
    """Waves along an axis shear its planes: omega = c_s q (1 - (q a)^2/24 ...), with c_s of the moduli under pressure."""
    sample, found = crystal
    elastic = measure_elasticity(sample)
    first = {name: column[0] for name, column in found["phonon_bands"].items()}
    plane = (4 / sample.model.density) ** (1 / 3) / 2  # between planes that move as one
    lattice = np.sin(first["wave_number"] * plane / 2) / (first["wave_number"] * plane / 2)
    ratio = first["omega"] / (elastic["c_s"][0] * first["wave_number"])
    assert lattice - 0.02 < ratio < 1 and ratio == pytest.approx(lattice, abs=0.02)


def test_an_isotropic_crystal_has_one_speed_in_every_direction():
    """The triangular crystal is an isotropic elastic solid: every shell, of whatever direction, is at c q, the less exactly the shorter the wave."""
    model = glass_former("ipl_crystal", {**published_parameters("ipl_crystal"), "density": 0.9})
    columns, rows = 20, 12  # of the rectangle with two particles
    a = np.sqrt(2 / (np.sqrt(3) * model.density))
    grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij"), axis=-1).reshape(-1, 2).astype(float)
    positions = np.concatenate([grid, grid + 0.5]) * [a, np.sqrt(3) * a]
    sample = model_sample(model, positions, np.diag([columns * a, rows * np.sqrt(3) * a]))
    elastic, bands = measure_elasticity(sample), pd.DataFrame(measure_phonon_bands(sample, bands=4, modes=200)["phonon_bands"])
    bands = bands[bands["whole"]]
    speeds = bands["polarisation"].map({TRANSVERSE: elastic["c_s"][0], LONGITUDINAL: elastic["c_l"][0]})
    ratio = bands["omega"] / (speeds * bands["wave_number"])
    assert len(bands) >= 5 and set(bands["polarisation"]) == {TRANSVERSE, LONGITUDINAL}
    assert np.all(np.abs(1 - ratio) < (bands["wave_number"] * a) ** 2 / 12)  # lattices bend the branch by (q a)^2/24 and less than twice that


def model_sample(model, positions, box):
    from vitrine.samples import Sample

    n = len(positions)
    return Sample(positions, np.ones(n), np.zeros(n, dtype=np.int64), box, model).checked()


# --- a glass ------------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def glass():
    model = glass_former("binary_ipl", published_parameters("binary_ipl"))
    return minimise(jittered(model, 18, jitter=0.2), tolerance=1e-11).sample


def test_bands_of_a_glass_naively(glass):
    """From a dense spectrum and projectors written out: P = W (W^T W)^-1 W^T, W the cosines and sines across and along q."""
    found = measure_phonon_bands(glass, bands=3, modes=60)
    modes, bands = pd.DataFrame(found["phonon_modes"]), pd.DataFrame(found["phonon_bands"])
    stiffness, vectors = np.linalg.eigh(hessian(glass))
    omega, vectors = np.sqrt(stiffness[2 : 2 + len(modes)]), vectors[:, 2 : 2 + len(modes)]
    np.testing.assert_allclose(modes["omega"], omega, rtol=1e-7)
    edge, best = glass.box[0, 0], np.zeros(len(modes))
    whole = {1: [(1, 0), (0, 1)], 2: [(1, 1), (1, -1)], 3: [(2, 0), (0, 2)]}
    for (kind, shell), row in bands.set_index(["polarisation", "shell"]).iterrows():
        columns = []
        for n in whole[shell]:
            q = 2 * np.pi * np.array(n) / edge
            direction = q / np.linalg.norm(q) if kind == LONGITUDINAL else np.array([-q[1], q[0]]) / np.linalg.norm(q)
            for wave in (np.cos(glass.positions @ q), np.sin(glass.positions @ q)):
                columns.append(np.outer(wave - wave.mean(), direction).ravel())
        w = np.array(columns).T
        projector = w @ np.linalg.inv(w.T @ w) @ w.T
        weight = np.einsum("ik,ij,jk->k", vectors, projector, vectors)
        chosen = np.argsort(-weight)[:4]
        assert row["degeneracy"] == 4 and row["squared"] == pytest.approx(np.dot(*2 * (whole[shell][0],)))
        assert row["omega"] == pytest.approx(omega[chosen].mean()) and row["width"] == pytest.approx(omega[chosen].std(), abs=1e-9)
        assert row["purity"] == pytest.approx(weight[chosen].mean()) and row["found"] == pytest.approx(weight.sum() / 4)
        assert row["whole"] == (weight.sum() / 4 >= FOUND and omega[chosen].max() + 2 * omega[chosen].std() <= omega[-1])
        best = np.maximum(best, weight)
    np.testing.assert_allclose(modes["weight"], best, atol=1e-9)


def test_modes_are_sought_until_the_bands_are_whole(glass):
    """More of them where the first look does not reach, and no more than are allowed."""
    few, enough = (measure_phonon_bands(glass, bands=2, modes=most) for most in (9, 150))
    across = [pd.DataFrame(one["phonon_bands"]).query("polarisation == 'transverse'")["whole"] for one in (few, enough)]
    assert len(few["phonon_modes"]["mode"]) == 9 and not across[0].all()
    assert across[1].all() and 10 <= len(enough["phonon_modes"]["mode"]) < 150


def test_a_batch_and_its_flags(glass):
    """Rows of both tables for each sample, or one row with the reason."""
    observable = declarations()["phonon_bands"]
    systems = [System(4, (glass,)), System(5, (glass,), "not equilibrated: reason"), System(6, (glass.moved(1.01 * glass.positions),))]
    measured = measure_batch(systems, observable, lambda system: measure_phonon_bands(system.given[0], bands=2, modes=30))
    for name, rows in (("phonon_modes", len(measure_phonon_bands(glass, bands=2, modes=30)["phonon_modes"]["mode"])), ("phonon_bands", 4)):
        frame = pd.DataFrame(measured.tables[name])
        assert list(frame.columns) == next(table for table in observable.tables if table.name == name).names
        assert frame.groupby("sample").size().to_dict() == {4: rows, 5: 1, 6: 1}
        assert frame["flag"].tolist()[-2] == "not equilibrated: reason" and frame["flag"].iloc[-1].startswith("not a ")


# --- averages -----------------------------------------------------------------------------------------------------------------------------------

POINT = Point.plain(4000, 0.5)
ENSEMBLE = Ensemble(POINT, dimension=3, seed=2, replicates=30)
SPEED, EDGE, PREFACTOR = 3.0, 12.0, 0.6
NUMBER = {1: (1, 12), 2: (2, 24), 3: (3, 16)}  # |n|^2 and n_z


def band_rows(sample, scale=1.0, prefactor=PREFACTOR, **changes):
    """Transverse bands that lie and spread as the law says."""
    rows = []
    for shell, (squared, waves) in NUMBER.items():
        q = 2 * np.pi * np.sqrt(squared) / EDGE
        omega = scale * SPEED * q
        row = {"squared": squared, "degeneracy": waves, "wave_number": q, "omega": omega, "width": prefactor * omega * np.sqrt(waves / 4000)}
        rows.append(PHONON_BANDS.row(sample=sample, polarisation=TRANSVERSE, shell=shell, purity=0.9, found=0.95, whole=True, **row) | changes)
    return rows


def aggregated(tmp_path, rows, samples, purity=0.5):
    modes = [PHONON_MODES.row(sample=k, mode=0, omega=1.0, participation=0.5, polarisation=TRANSVERSE, shell=1, weight=0.9) for k in samples]
    speeds = [ELASTICITY.row(sample=k, **{one.name: 1.0 for one in ELASTICITY.own}) | {"c_s": SPEED, "c_l": 2 * SPEED} for k in samples]
    for table, content in ((PHONON_BANDS, rows), (PHONON_MODES, modes), (ELASTICITY, speeds)):
        write_table(table, content, tmp_path / table.file, {}, Key.of(POINT))
    return aggregate_phonon_bands(*([tmp_path / table.file] for table in (PHONON_MODES, PHONON_BANDS, ELASTICITY)), ENSEMBLE, purity)


def by_hand(widths, omegas):
    """omega_dagger from twice two widths over the gap, which grows as omega^(5/2)."""
    pairs = zip(widths[:-1], widths[1:], omegas[:-1], omegas[1:], strict=True)
    return np.exp(np.mean([np.log(np.sqrt(a * b)) - 0.4 * np.log(2 * (v + w) / (b - a)) for v, w, a, b in pairs]))


def test_prefactor_positions_and_omega_dagger(tmp_path):
    """Of two kinds of samples: means, the root mean square of widths, replicate by replicate."""
    scales, rows = np.array([0.9, 1.0, 1.1]), []
    for sample, scale in enumerate(scales):
        rows += band_rows(sample, scale, PREFACTOR * scale)
    estimates, curves, cloud, flags = aggregated(tmp_path, rows, range(3))
    weights = ENSEMBLE.weights(np.arange(3))
    mean = weights @ scales / weights.sum(axis=1)
    spread = np.sqrt(weights @ scales**4 / weights.sum(axis=1))  # of the widths, which go as the square of the scale
    usable = weights.sum(axis=1) > 0
    np.testing.assert_allclose(values(estimates, "band_position")[usable], mean[usable], rtol=1e-9)
    np.testing.assert_allclose(values(estimates, "band_prefactor")[usable], (PREFACTOR * spread / mean)[usable], rtol=1e-9)
    omegas = [2 * np.pi * np.sqrt(squared) / EDGE * SPEED for squared, _ in NUMBER.values()]
    widths = [PREFACTOR * omega * np.sqrt(waves / 4000) for omega, (_, waves) in zip(omegas, NUMBER.values(), strict=True)]
    expected = by_hand(spread[0] * np.array(widths), mean[0] * np.array(omegas))
    assert values(estimates, "omega_dagger")[0] == pytest.approx(expected, rel=1e-9) and counts(estimates, "omega_dagger") == (3, 0)
    assert values(estimates, "bands_whole")[0] == 3 and len(flags) == 0 and len(cloud) == 3
    assert curves["shell"].tolist() == [1, 2, 3] and curves["degeneracy"].tolist() == [12, 24, 16] and np.isnan(curves["overlap"].iloc[-1])
    assert curves["overlap"].iloc[0] == pytest.approx(2 * spread[0] * (widths[0] + widths[1]) / (mean[0] * (omegas[1] - omegas[0])))


def flag_of(estimates, name):
    return estimates.loc[estimates["quantity"] == name, "flag"].iloc[0]


def test_what_is_no_band_of_the_ensemble(tmp_path):
    """One that is not whole in a single sample is none; mixed ones count for no prefactor; too few bands, and a far omega_dagger, are flagged."""
    rows = [*band_rows(0), *band_rows(1)]
    rows[4]["whole"] = False  # the second band of the second sample
    estimates, curves, _, _ = aggregated(tmp_path, rows, range(2))
    assert curves["shell"].tolist() == [1, 3] and np.isnan(curves["overlap"]).all()
    assert flag_of(estimates, "omega_dagger") == NO_GAP and np.isnan(values(estimates, "omega_dagger")).all()
    estimates, curves, _, _ = aggregated(tmp_path, [*band_rows(0), *band_rows(1)], range(2), purity=0.95)
    assert "band_prefactor" not in set(estimates["quantity"]) and not curves["separate"].any()
    estimates, _, _, _ = aggregated(tmp_path, [*band_rows(0, prefactor=0.05), *band_rows(1, prefactor=0.05)], range(2))
    assert flag_of(estimates, "omega_dagger") == FAR and np.isfinite(values(estimates, "omega_dagger")[0])


def test_samples_that_are_left_out(tmp_path):
    """A flagged one, one without wave speeds, one of another box: each is named, none is averaged."""
    other = band_rows(3)
    for row in other:
        row["squared"] *= 1.1
    rows = [*band_rows(0), *band_rows(1), PHONON_BANDS.row(sample=2, flag="not a minimum"), *other, *band_rows(4)]
    estimates, _, cloud, flags = aggregated(tmp_path, rows, (0, 1, 3))
    assert counts(estimates, "band_position") == (2, 3) and set(cloud["sample"]) == {0, 1}
    assert set(flags["flag"]) == {"not a minimum", OTHER_BOX, "no wave speeds: not in the elasticity table"}


def test_no_sample_at_all(tmp_path):
    estimates, curves, cloud, flags = aggregated(tmp_path, [PHONON_BANDS.row(sample=0, flag="not a minimum")], ())
    assert len(curves) == len(cloud) == 0 and len(flags) == 1 and set(estimates["quantity"]) == {"bands_whole"}


# --- laws ---------------------------------------------------------------------------------------------------------------------------------------


def made_up(d, exponent, sizes=(1000, 4000, 16000, 64000)):
    """omega_dagger/omega_0 ~ L^exponent in a0, widths ~ N^-1/2; the largest size is one glass, without an error."""
    rng = np.random.default_rng(3)
    ensembles = {}
    for size in sizes:
        noise = np.concatenate([[0.0], 0.01 * rng.standard_normal(50)])
        speed, a0 = 2.0, 1.3
        omega = 5 * size ** (exponent / d) * speed / a0
        numbers = {"omega_dagger": omega, "band_prefactor": 0.6, "chi": 2.0, "c_s": speed, "spacing": a0}
        estimates = {
            name: Estimate(value * np.exp(noise * (name in ("omega_dagger", "band_prefactor"))), "1", 8, 0) for name, value in numbers.items()
        }
        if size == 64000:
            estimates = {name: replace(one, values=np.where(np.arange(51) == 0, one.values, np.nan), samples=1) for name, one in estimates.items()}
        ensembles[size, 0.5] = estimates
    axes = (AXES["particles"], AXES["parent_temperature"])
    return Results(StudySettings(axes, (1000, 0.5), "particles", d, 0.6, 0.9, observables=("phonon_bands",)), ensembles, 1.3)


@pytest.mark.parametrize(("d", "exponent"), [(3, -0.4), (2, -0.5)])
def test_exponents_of_made_up_laws(d, exponent):
    """In units of omega_0 and a0; a size with one glass has no error and enters no fit; c is c chi over chi."""
    results, rows = made_up(d, exponent), Rows()
    add_quantities(results)
    fit_phonon_bands(rows, results)
    table = rows.frame().set_index("name")
    own = table.loc[f"omega_dagger_exponent_{d}d"]
    assert own["value"] == pytest.approx(exponent, abs=1e-9) and own["window"].startswith("N = 1000, 4000, 16000;") and own["samples"] == 24
    assert table.loc[f"omega_dagger_exponent_{d}d_intercept", "value"] == pytest.approx(np.log(5))
    assert table.loc["band_width_exponent", "value"] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(results.ensembles[1000, 0.5]["band_constant"].values[0], 0.3)
    assert results.ensembles[1000, 0.5]["omega_dagger_omega_0"].unit == "c_s/a0"


def test_a_flagged_omega_dagger_is_in_no_fit():
    results, rows = made_up(3, -0.4), Rows()
    results.ensembles[16000, 0.5]["omega_dagger"] = replace(results.ensembles[16000, 0.5]["omega_dagger"], flag=FAR)
    add_quantities(results)
    fit_phonon_bands(rows, results)
    assert rows.frame().set_index("name").loc["omega_dagger_exponent_3d", "window"].startswith("N = 1000, 4000;")
