"""Masses that are not one: frequencies are those of the mass-weighted Hessian, by every solver, and what is static does not know of them."""

import dataclasses

import naive
import numpy as np
import pytest
import scipy.linalg
from naive import fcc, saddle, with_rattler
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import (
    Factor,
    band,
    dense,
    displacements,
    dynamical_matrix,
    full_spectrum,
    lowest_modes,
    weighted,
    without_translation,
)
from vitrine.linalg.diagonal_blocks import diagonal_blocks
from vitrine.linalg.participation import participation_ratio
from vitrine.linalg.solvers import PACKAGES, SOLVERS, is_present
from vitrine.observables.bond_operator.measure import diagonalise_bond_operator
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.modes.measure import find_mode_vectors, find_modes
from vitrine.observables.pinching.measure import pinch_bonds
from vitrine.observables.vibrability.measure import measure_vibrability

KINDS = ("at random", "two")
KNOWN, HESSIANS = {}, {}


def with_masses(sample, masses):
    return dataclasses.replace(sample, masses=masses)


def plain_hessian(sample):
    """That of naive.py, a copy; each glass has it made once."""
    key = sample.positions.tobytes()
    if key not in HESSIANS:
        HESSIANS[key] = naive.hessian(sample)
    return HESSIANS[key].copy()


def masses_of(sample, kind):
    """Random ones, or two: of the types, or where there is one type of every third particle."""
    if kind == "at random":
        return np.random.default_rng(5).uniform(0.2, 8.0, sample.particles)
    heavy = sample.types == 1 if np.ptp(sample.types) else np.arange(sample.particles) % 3 == 0
    return np.where(heavy, 5.0, 0.7)


@dataclasses.dataclass
class Reference:
    """omega^2, ascending, and u as columns with u.m.u = 1, translations included: H u = omega^2 m u by LAPACK, from the plain Hessian."""

    hessian: np.ndarray
    metric: np.ndarray
    stiffness: np.ndarray
    modes: np.ndarray

    @classmethod
    def of(cls, sample):
        hessian, metric = plain_hessian(sample), np.diag(np.repeat(sample.masses, sample.dimension))
        return cls(hessian, metric, *scipy.linalg.eigh(hessian, metric))


@pytest.fixture(params=KINDS)
def heavy(request, any_glass):
    """Each of the prepared glasses with each kind of masses."""
    return with_masses(any_glass, masses_of(any_glass, request.param))


@pytest.fixture
def reference(heavy):
    key = (heavy.particles, heavy.masses.tobytes())
    if key not in KNOWN:
        KNOWN[key] = Reference.of(heavy)
    return KNOWN[key]


def naive_dynamical_matrix(sample):
    """H_ij/sqrt(m_i m_j) and H_ii/m_i, block by block."""
    d, out = sample.dimension, plain_hessian(sample)
    for i in range(sample.particles):
        for j in range(sample.particles):
            out[i * d : (i + 1) * d, j * d : (j + 1) * d] /= sample.masses[i] if i == j else np.sqrt(sample.masses[i] * sample.masses[j])
    return out


def wrong_dynamical_matrix(sample):
    """The diagonal block, too, from blocks over sqrt(m_i m_j), bond by bond."""
    d, out = sample.dimension, naive_dynamical_matrix(sample)
    for i in range(sample.particles):
        rows = slice(i * d, (i + 1) * d)
        out[rows, rows] = 0.0
        out[rows, rows] = -out[rows].reshape(d, sample.particles, d).sum(axis=1)
    return out


def translations(sample):
    """sqrt(m_i) times a unit vector along each axis, normalised, as columns (N d, d)."""
    return np.kron(np.sqrt(sample.masses / sample.masses.sum())[:, None], np.eye(sample.dimension))


# --- the matrix and its translations ------------------------------------------------------------------------------------------------------------


def test_the_dynamical_matrix_block_by_block(heavy):
    hessian, expected = Interactions.of(heavy).hessian, naive_dynamical_matrix(heavy)
    ours = dynamical_matrix(hessian, heavy.dimension, heavy.masses).toarray()
    assert np.allclose(ours, expected, rtol=1e-11, atol=1e-11 * np.abs(expected).max()) and np.array_equal(ours, ours.T)
    assert dynamical_matrix(hessian, heavy.dimension, None) is hessian


def test_its_zero_modes_are_the_translations(heavy):
    matrix, scale = dynamical_matrix(Interactions.of(heavy).hessian, heavy.dimension, heavy.masses), naive_dynamical_matrix(heavy).max()
    assert np.abs(matrix @ translations(heavy)).max() < 1e-13 * scale
    uniform = np.tile(np.eye(heavy.dimension), (heavy.particles, 1)) / np.sqrt(heavy.particles)
    assert np.abs(matrix @ uniform).max() > 1e-4 * scale


def test_the_projector_takes_translations_away_and_nothing_else(heavy):
    size, d = heavy.positions.size, heavy.dimension
    projector = without_translation(np.eye(size), d, heavy.masses)
    assert np.allclose(projector, np.eye(size) - translations(heavy) @ translations(heavy).T, rtol=0, atol=1e-15)
    vector = np.random.default_rng(1).standard_normal(size)
    assert np.allclose(without_translation(vector, d, heavy.masses), projector @ vector, rtol=0, atol=1e-14)


def test_the_wrong_formula_has_other_zero_modes_and_frequencies(heavy, reference):
    """Why the diagonal block matters: with it over sqrt(m_i m_j) uniform vectors are the zero modes, and soft frequencies are off by per cent."""
    d, wrong = heavy.dimension, wrong_dynamical_matrix(heavy)
    assert np.abs(wrong @ np.tile(np.eye(d), (heavy.particles, 1))).max() < 1e-11 * wrong.max()
    assert np.abs(wrong @ translations(heavy)).max() > 1e-4 * wrong.max()
    softest = np.linalg.eigvalsh(wrong)[d : d + 10]
    assert np.abs(softest / reference.stiffness[d : d + 10] - 1).max() > 0.01
    ours = find_modes(heavy, "lowest", 10)["omega"] ** 2
    assert np.allclose(ours, reference.stiffness[d : d + 10], rtol=1e-9)


# --- spectra ------------------------------------------------------------------------------------------------------------------------------------


def assert_modes(heavy, reference, stiffness, modes):
    """Mass-weighted modes e: orthonormal, without translations, and D e = omega^2 e."""
    d = heavy.dimension
    assert np.allclose(stiffness, reference.stiffness[d : d + len(stiffness)], rtol=1e-9)
    assert np.allclose(modes.T @ modes, np.eye(len(stiffness)), rtol=0, atol=1e-10)
    assert np.abs(translations(heavy).T @ modes).max() < 1e-10
    u = displacements(modes, d, heavy.masses)
    assert np.allclose(reference.hessian @ u, (reference.metric @ u) * stiffness, rtol=0, atol=1e-9 * reference.stiffness[-1])


@pytest.mark.parametrize("band_from", [0, 10**9])
def test_the_full_spectrum(heavy, reference, band_from, monkeypatch):
    monkeypatch.setattr(dense, "BAND_FROM", band_from)
    monkeypatch.setattr(band, "BAND", 5)
    hessian, d = Interactions.of(heavy).hessian, heavy.dimension
    stiffness, none = full_spectrum(hessian, d, masses=heavy.masses)
    assert none is None and len(stiffness) == hessian.shape[0] - d
    assert np.allclose(stiffness, reference.stiffness[d:], rtol=1e-9)
    assert_modes(heavy, reference, *full_spectrum(hessian, d, vectors=True, masses=heavy.masses))


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("number", [1, 10])
def test_the_lowest_modes_by_every_solver(heavy, reference, number, solver):
    if not is_present(solver):
        pytest.skip(f"{PACKAGES[solver]} is absent")
    bonds, d = Interactions.of(heavy), heavy.dimension
    for factor in (Factor(bonds.hessian, d, solver), Factor.of(bonds, solver)):
        stiffness, modes = lowest_modes(bonds.hessian, d, number, factor, heavy.masses)
        assert len(stiffness) == number and np.all(np.diff(stiffness) >= 0)
        assert_modes(heavy, reference, stiffness, modes)


@pytest.mark.parametrize(("spectrum", "vectors"), [("full", "all"), ("full", 9), ("full", 0), ("lowest", 9), ("lowest", 10_000)])
def test_modes_and_their_participation(heavy, reference, spectrum, vectors):
    """Participation is that of e = m^(1/2) u, the shares of the kinetic energy, not of u."""
    columns, d = find_modes(heavy, spectrum, vectors), heavy.dimension
    stiffness, modes = reference.stiffness[d:], reference.modes[:, d:]
    known = len(stiffness) if vectors == "all" else min(vectors, len(stiffness))
    number = known if spectrum == "lowest" else len(stiffness)
    assert np.allclose(columns["omega"], np.sqrt(stiffness[:number]), rtol=1e-9) and len(columns["mode"]) == number
    apart = np.diff(stiffness) > 1e-6 * stiffness.mean()
    sure = np.flatnonzero(np.concatenate([[True], apart]) & np.concatenate([apart, [True]]))
    sure = sure[sure < known]
    squares = (modes.reshape(-1, d, len(stiffness)) ** 2).sum(axis=1)
    kinetic = squares * heavy.masses[:, None]
    assert np.allclose(kinetic.sum(axis=0), 1, atol=1e-9)
    expected = 1 / (len(kinetic) * (kinetic**2).sum(axis=0))
    assert np.allclose(columns["participation"][sure], expected[sure], rtol=1e-5)
    assert np.all(np.isnan(columns["participation"][known:]))
    of_displacements = squares.sum(axis=0) ** 2 / (len(squares) * (squares**2).sum(axis=0))
    assert not known or np.abs(of_displacements / expected - 1)[sure].max() > 0.05


@pytest.mark.parametrize("number", [3, 10_000])
def test_vectors_of_modes(heavy, reference, number):
    omega, u = find_mode_vectors(heavy, number)
    wanted = min(number, heavy.positions.size - heavy.dimension)
    assert omega.shape == (wanted,) and u.shape == (heavy.positions.size, wanted)
    assert_modes(heavy, reference, omega**2, u * np.sqrt(np.repeat(heavy.masses, heavy.dimension))[:, None])
    columns = find_modes(heavy, "lowest", 3)
    e = weighted(u[:, :3], heavy.dimension, heavy.masses)
    assert np.allclose(participation_ratio(e, heavy.dimension), columns["participation"], rtol=1e-6)


@pytest.mark.parametrize("ratio", [1e-6, 1e6])
def test_one_particle_of_another_order_of_magnitude(small_glass, ratio):
    """Neither does a heavy particle's slow motion pass for a zero mode, nor do those of the others beside a light one."""
    heavy = with_masses(small_glass, np.where(np.arange(small_glass.particles) == 7, ratio, 1.0))
    expected = Reference.of(heavy).stiffness[3:]
    assert np.allclose(find_modes(heavy)["omega"], np.sqrt(expected), rtol=1e-8)
    assert np.allclose(find_modes(heavy, "lowest", 5)["omega"], np.sqrt(expected[:5]), rtol=1e-8)


def measured(way, hessian, dimension, masses):
    if way == "full":
        return full_spectrum(hessian, dimension, masses=masses)
    return lowest_modes(hessian, dimension, 3, masses=masses) if way == "lowest" else diagonal_blocks(hessian, dimension, masses=masses)


@pytest.mark.parametrize("way", ["full", "lowest", "blocks"])
def test_saddles_and_rattlers_are_named(heavy, way):
    bonds, d = Interactions.of(heavy), heavy.dimension
    with pytest.raises(SampleError, match="not a.* minimum"):
        measured(way, saddle(bonds, d), d, heavy.masses)
    for place, masses in (("first", np.append(3.0, heavy.masses)), ("last", np.append(heavy.masses, 3.0))):
        with pytest.raises(SampleError, match="minimum"):
            measured(way, with_rattler(bonds.hessian, d, place), d, masses)


# --- other observables --------------------------------------------------------------------------------------------------------------------------


def frames_of(sample):
    """Columns of everything that is measured, by observable."""
    soft = measure_vibrability(sample)
    return {
        "modes": find_modes(sample),
        "softest": find_modes(sample, "lowest", 5),
        "elasticity": measure_elasticity(sample),
        "pinching": pinch_bonds(sample, np.random.default_rng(1)),
        "pinching of some": pinch_bonds(sample, np.random.default_rng(1), 9),
        "bond_operator": diagonalise_bond_operator(sample),
        "largest": diagonalise_bond_operator(sample, "largest", 5),
        "vibrability": soft["vibrability"] | soft["vibrability_field"],
    }


OF_TIME = ("omega", "c_s", "c_l", "omega_ph")


@pytest.mark.parametrize("factor", [4.0, 0.3])
def test_all_masses_times_a_factor_scale_what_has_a_time_in_it_and_nothing_else(heavy, factor):
    once, scaled = frames_of(heavy), frames_of(with_masses(heavy, factor * heavy.masses))
    for name, columns in once.items():
        for column, values in columns.items():
            expected = values * (factor**-0.5 if column in OF_TIME else factor if column == "mass" else 1)
            assert np.allclose(scaled[name][column], expected, rtol=1e-6 if "participation" in column else 1e-9, equal_nan=True), (name, column)
    assert np.ptp(once["modes"]["omega"]) > 0 and not np.allclose(once["elasticity"]["c_s"], scaled["elasticity"]["c_s"])


def test_masses_that_are_all_one_are_none(any_glass):
    ones = with_masses(any_glass, np.ones(any_glass.particles))
    assert ones.masses is None
    given, without = frames_of(ones), frames_of(any_glass)
    for name, columns in without.items():
        assert all(np.array_equal(given[name][column], values, equal_nan=True) for column, values in columns.items()), name
    assert with_masses(any_glass, np.full(any_glass.particles, 2)).masses.dtype == float


def test_the_algebra_with_ones_is_that_without_masses(any_glass):
    """Where the ones are not taken for none: the way with masses has the other one as its limit."""
    bonds, d, ones = Interactions.of(any_glass), any_glass.dimension, np.ones(any_glass.particles)
    assert np.array_equal(dynamical_matrix(bonds.hessian, d, ones).toarray(), bonds.hessian.toarray())
    vectors = np.random.default_rng(1).standard_normal((bonds.hessian.shape[0], 3))
    assert np.allclose(without_translation(vectors, d, ones), without_translation(vectors, d), rtol=0, atol=1e-14)
    assert np.allclose(weighted(vectors, d, ones), without_translation(vectors, d), rtol=0, atol=1e-14)
    assert np.allclose(lowest_modes(bonds.hessian, d, 5, masses=ones)[0], lowest_modes(bonds.hessian, d, 5)[0], rtol=1e-10)
    assert np.allclose(diagonal_blocks(bonds.hessian, d, masses=ones), diagonal_blocks(bonds.hessian, d), rtol=0, atol=1e-12)


def test_what_is_static_does_not_know_of_masses(heavy):
    """Moduli, pressure, bonds, forces, the spectrum of the bond operator and its modes: bit for bit."""
    light = frames_of(with_masses(heavy, None))
    for name, columns in frames_of(heavy).items():
        for column, values in columns.items():
            if name not in ("modes", "softest", "vibrability") and column not in (*OF_TIME, "mass"):
                assert np.array_equal(values, light[name][column], equal_nan=True), (name, column)


def test_speeds_of_sound_have_the_density_of_mass(heavy):
    row = {name: column[0] for name, column in measure_elasticity(heavy).items()}
    density, d = sum(heavy.masses) / heavy.volume, heavy.dimension
    assert heavy.mass_density == pytest.approx(density, rel=1e-14) == row["mass"] * heavy.particles / heavy.volume
    assert row["c_s"] ** 2 == pytest.approx(row["shear_modulus"] / density, rel=1e-13)
    assert row["c_l"] ** 2 == pytest.approx((row["bulk_modulus"] + 2 * (d - 1) / d * row["shear_modulus"]) / density, rel=1e-13)
    assert row["omega_ph"] == pytest.approx(2 * np.pi * row["c_s"] / heavy.volume ** (1 / d), rel=1e-13)


def test_phonons_of_a_crystal_of_two_masses():
    """Planes of an fcc crystal that are light and heavy in turn: a chain of two masses in closed form, with its acoustic and its optical branch.

    Its long waves have c_s = sqrt(G/rho) of the mean density; one of four cells is slower by the dispersion of the chain alone.
    """
    crystal, light, heavy = fcc(4, 1.1), 0.6, 3.1
    edge = crystal.box[0, 0] / 4
    planes = np.rint(crystal.positions[:, 0] / (edge / 2)).astype(int)
    crystal = with_masses(crystal, np.where(planes % 2, heavy, light))
    r, one = np.sqrt(0.5) * edge, np.ones(1)
    slope, curvature = crystal.model.potential.derivatives(np.array([r]), one, one)[1:3, 0]
    spring = (4 * (curvature * 0.5 + slope / r * 0.5) + 4 * slope / r) / 2
    inverse, found = 1 / light + 1 / heavy, find_modes(crystal)["omega"]
    for branch in (-1, 1):
        omega = np.sqrt(spring * (inverse + branch * np.sqrt(inverse**2 - 4 * np.sin(np.pi / 4) ** 2 / (light * heavy))))
        assert np.sum(np.abs(found - omega) < 1e-9 * omega) >= 4  # two polarisations, sine and cosine
    elastic = measure_elasticity(crystal)
    limit = np.sqrt(2 * spring / (light + heavy)) * edge / 2
    assert elastic["c_s"][0] == pytest.approx(limit, rel=1e-9)
    assert elastic["omega_ph"][0] == pytest.approx(limit * np.pi / (2 * edge), rel=1e-9)


@pytest.mark.parametrize("bonds", ["all", 9])
def test_pinching_with_the_centre_of_mass_at_rest(heavy, bonds, reference):
    """omega^2 = d.u/sum_i m_i |u_i|^2: the Rayleigh quotient of D for e = D^+ m^(-1/2) d, and the least that a translation leaves of it."""
    table = pinch_bonds(heavy, np.random.default_rng(3), bonds)
    d, root, stretch = heavy.dimension, np.sqrt(np.repeat(heavy.masses, heavy.dimension)), naive.compatibility(heavy)
    pairs = list(zip(*naive.all_pairs(heavy)[:2], strict=True))
    matrix = naive_dynamical_matrix(heavy)
    inverse = naive.pseudo_inverse(matrix, d)
    for k in np.random.default_rng(4).integers(0, len(table["i"]), 8):
        dipole = stretch[pairs.index((table["i"][k], table["j"][k]))]
        e = inverse @ (dipole / root)
        expected = np.sqrt(e @ matrix @ e / (e @ e))
        assert table["omega"][k] == pytest.approx(expected, rel=1e-8)
        shifted = e / root + np.kron(np.ones(heavy.particles), np.full(d, 0.1 * np.abs(e / root).max()))
        assert dipole @ shifted / (shifted @ reference.metric @ shifted) < expected**2


def test_the_frequencies_of_the_bond_operator_s_displacements(heavy):
    """omega^2 = D.H.D/sum_i m_i |D_i|^2 from the bond operator itself, formed and diagonalised."""
    if heavy.particles > 110:
        pytest.skip("the dense bond operator is too large")
    d, stretch = heavy.dimension, naive.compatibility(heavy)
    inverse = naive.pseudo_inverse(plain_hessian(heavy), d)
    values, forces = np.linalg.eigh(stretch @ inverse @ stretch.T)
    fields = (inverse @ stretch.T @ forces[:, ::-1]).reshape(heavy.particles, d, -1)
    fields = fields - np.average(fields, axis=0, weights=heavy.masses)
    size = heavy.positions.size - d
    expected = np.sqrt(values[::-1][:size] / np.einsum("i,iak,iak->k", heavy.masses, fields, fields)[:size])
    gaps = -np.diff(values[::-1][: size + 1], prepend=np.inf) > 1e-6 * values[-1]
    sure = np.flatnonzero(gaps[:-1] & gaps[1:])  # elsewhere the eigenvectors are any combination
    for columns in (diagonalise_bond_operator(heavy), diagonalise_bond_operator(heavy, "largest", 7)):
        known = sure[sure < len(columns["omega"])]
        assert len(known) > len(columns["omega"]) / 4
        assert np.allclose(columns["omega"][known], expected[known], rtol=1e-5)


@pytest.mark.parametrize("blocks", [True, False])
def test_vibrability_is_the_thermal_motion_in_all_modes(heavy, reference, blocks):
    """Psi_i = sum_l |u_l,i|^2/omega_l^2 with the displacements u; sum_i m_i Psi_i = sum_l omega_l^-2.

    A translation alone sets it apart from tr (H^+)_ii.
    """
    d, n = heavy.dimension, heavy.particles
    psi = (
        measure_vibrability(heavy)["vibrability_field"]["vibrability"]
        if blocks
        else np.trace(diagonal_blocks(Interactions.of(heavy).hessian, d, masses=heavy.masses), axis1=1, axis2=2)
    )
    squares = (reference.modes[:, d:].reshape(n, d, -1) ** 2).sum(axis=1)
    assert np.allclose(psi, squares @ (1 / reference.stiffness[d:]), rtol=1e-8)
    assert heavy.masses @ psi == pytest.approx(np.sum(find_modes(heavy)["omega"] ** -2.0), rel=1e-9)
    response = naive.pseudo_inverse(plain_hessian(heavy), d).reshape(n, d, n, d)
    share = heavy.masses / heavy.masses.sum()
    response = response - np.einsum("j,jaib->aib", share, response)[None]
    response = response - np.einsum("iajb,j->iab", response, share)[:, :, None]
    assert np.allclose(psi, np.einsum("iaia->i", response), rtol=1e-8)
    static = measure_vibrability(with_masses(heavy, None))["vibrability_field"]["vibrability"]
    assert np.abs(psi / static - 1).max() > 1e-4
