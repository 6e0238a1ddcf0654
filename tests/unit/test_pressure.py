"""Glasses at a pressure: box and particles relaxed together, rattlers taken out, moduli by finite strain, and what cannot be reached."""

from dataclasses import replace

import numpy as np
import pytest
from configs import changes, sentence
from naive import energy, liquid, poly, strained
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.models import glass_former, published_parameters
from vitrine.observables.bond_operator.measure import diagonalise_bond_operator
from vitrine.observables.contacts.measure import measure_contacts
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.preparation.checks import check_pressure
from vitrine.preparation.minimise import minimise
from vitrine.preparation.pressure import AGREEMENT, ladder, minimise_at
from vitrine.preparation.quench import quench
from vitrine.preparation.rattlers import rattlers
from vitrine.preparation.start import random_start
from vitrine.samples import batch_samples, write_samples

SETTINGS = {
    "engine": "builtin", "minimiser": "lbfgs", "tolerance": 1e-10, "maximum_iterations": 20_000, "step": 0.1, "pressure": 0.1,
    "highest_pressure": None, "per_decade": 2,
}  # fmt: skip


def former(dimension=3, name="harmonic_spheres", **changed):
    density = {2: 1.0, 3: 0.84}[dimension]
    return glass_former(name, {**published_parameters(name), "dimension": dimension, "density": density, **changed})


def start(particles=96, dimension=3, seed=1, name="harmonic_spheres", **changed):
    return random_start(former(dimension, name, **changed), particles, np.random.default_rng(seed))


@pytest.fixture(scope="module", params=[2, 3])
def packing(request):
    """At p = 0.1, without rattlers."""
    return minimise_at(start(96, request.param), (0.1,)).sample


@pytest.fixture(scope="module")
def loose():
    """The quench at p = 1e-3, where some particles rattle, and its liquid."""
    first = start(128, seed=3)
    return first, *quench(first, {**SETTINGS, "pressure": 1e-3, "highest_pressure": 0.1}, identity="me")


# --- the state ----------------------------------------------------------------------------------------------------------------------------------


def test_pressure_and_forces_are_reached(packing):
    bonds = Interactions.of(packing)
    assert abs(bonds.pressure / 0.1 - 1) <= AGREEMENT and bonds.residual <= 1.1e-10


def test_the_enthalpy_is_least(packing):
    """By plain sums over all pairs: U + p V does not fall when the box breathes, with particles that follow or that relax."""
    d = packing.dimension

    def enthalpy(strain, relax):
        one = strained(packing, (1 + strain) * np.eye(d))
        one = minimise(one, tolerance=1e-9).sample if relax else one
        return energy(one) + 0.1 * one.volume

    for relax in (False, True):
        low, here, high = (enthalpy(strain, relax) for strain in (-1e-3, 0.0, 1e-3))
        assert low > here < high
        slope = (high - low) / 2e-3
        assert abs(slope) < 0.05 * (low + high - 2 * here) / 1e-6 * 1e-3  # of the third order alone


def test_another_potential_at_a_pressure():
    """Particles that never lose touch, at a high pressure; and the box may be compressed on the way by far more than a pair list bears."""
    first = liquid(poly(density=0.48), 200, 0.7, sweeps=20)
    end = minimise_at(first, (15.0,))
    assert end.converged and Interactions.of(end.sample).pressure == pytest.approx(15.0, rel=AGREEMENT)
    assert end.sample.volume < 0.9 * first.volume


def test_published_packing():
    """001 App. B and recipes 7: at p = 0.1 the packing fraction is 0.825 and z is 9.75. One packing of 256 scatters by a percent."""
    end = minimise_at(start(256, seed=5), (0.1,)).sample
    measured = measure_contacts(end)
    assert measured["packing_fraction"][0] == pytest.approx(0.825, rel=0.01)
    assert measured["excess_coordination"][0] + 6 - 4 / 256 == pytest.approx(9.75, rel=0.02)
    assert not rattlers(Interactions.of(end)).any()


def test_ladder():
    assert ladder(0.1, None, 2) == (0.1,) and ladder(0.1, 0.1, 2) == (0.1,)
    assert ladder(1e-3, 0.1, 2) == pytest.approx((0.1, 0.1 / 10**0.5, 0.01, 0.01 / 10**0.5, 1e-3))
    assert ladder(3e-3, 0.1, 1)[-1] == 3e-3 and len(ladder(3e-3, 0.1, 1)) == 3


# --- moduli -------------------------------------------------------------------------------------------------------------------------------------


def pressure_at(sample, strain):
    end = minimise(strained(sample, (1 + strain) * np.eye(sample.dimension)), tolerance=1e-11)
    assert end.converged
    return Interactions.of(end.sample).pressure


def test_bulk_modulus_is_that_of_finite_compression(packing):
    """K = -V dp/dV, initial pressure and all: p is 0.1 and K about 0.7."""
    step, d = 2e-6, packing.dimension
    slope = (pressure_at(packing, step) - pressure_at(packing, -step)) / (2 * step)
    assert measure_elasticity(packing)["bulk_modulus"][0] == pytest.approx(-slope / d, rel=1e-4)


def test_shear_modulus_is_that_of_finite_shear(packing):
    """Mean over the planes, both ways round, at fixed volume: the second difference of the relaxed energy."""
    d, step, found = packing.dimension, 1e-4, []
    rest = Interactions.of(packing).energy
    for a in range(d):
        for b in range(d):
            if a != b:
                shears = [np.eye(d) + sign * step * np.outer(np.eye(d)[a], np.eye(d)[b]) for sign in (-1, 1)]
                ends = [Interactions.of(minimise(strained(packing, shear), tolerance=1e-11).sample).energy for shear in shears]
                found.append((sum(ends) - 2 * rest) / step**2 / packing.volume)
    assert measure_elasticity(packing)["shear_modulus"][0] == pytest.approx(np.mean(found), rel=1e-2)  # contacts open and close within the step


# --- contacts -----------------------------------------------------------------------------------------------------------------------------------


def held_by_hand(bonds):
    """The particles that stay when those of fewer than d + 1 contacts are taken away one by one."""
    staying = set(range(bonds.sample.particles))
    pairs = list(zip(bonds.i.tolist(), bonds.j.tolist(), strict=True))
    while True:
        counts = dict.fromkeys(staying, 0)
        for i, j in pairs:
            if i in staying and j in staying:
                counts[i], counts[j] = counts[i] + 1, counts[j] + 1
        leaving = next((one for one, count in counts.items() if count <= bonds.sample.dimension), None)
        if leaving is None:
            return staying
        staying.remove(leaving)


def test_rattlers_are_found_one_after_another():
    """Before and after minimising: in a loose liquid taking one away makes others rattle."""
    for seed in range(3):
        bonds = Interactions.of(start(96, seed=seed, density=0.62))
        loose = rattlers(bonds)
        assert loose.any() and set(np.nonzero(~loose)[0]) == held_by_hand(bonds)


def test_rattlers_are_taken_out_counted_and_named(loose, tmp_path):
    first, glass, row = loose
    names = [int(name) for name in row["rattler_indices"].split()]
    assert not row["flag"] and row["rattlers"] == len(names) > 0 and glass.particles == 128 - len(names)
    assert glass.provenance["rattlers"] == names and not rattlers(Interactions.of(glass)).any()
    kept = np.setdiff1d(np.arange(128), names)
    assert np.array_equal(glass.types, first.types[kept])
    assert abs(row["pressure"] / 1e-3 - 1) <= AGREEMENT and Interactions.of(glass).residual <= 1.2e-10
    write_samples(tmp_path / "glasses.gsd", [glass])
    (read,) = batch_samples(tmp_path / "glasses.gsd", [0], particles=128, parent_temperature=np.nan, identity="me")
    assert not read.flag and np.array_equal(read.sizes, glass.sizes) and np.allclose(read.box, glass.box, rtol=1e-15)
    (other,) = batch_samples(tmp_path / "glasses.gsd", [0], particles=127, parent_temperature=np.nan)
    assert "has N =" in other.flag


def test_states_of_self_stress(loose):
    """N_b less the rank of S, by its singular values; every lambda of the bond operator is at least one where every spring is."""
    _, glass, _ = loose
    bonds, counted = Interactions.of(glass), measure_contacts(glass)
    rank = np.linalg.matrix_rank(bonds.compatibility.toarray())
    assert rank == 3 * (glass.particles - 1)
    assert counted["self_stress"][0] * glass.particles == pytest.approx(len(bonds.i) - rank)
    assert counted["excess_coordination"][0] == pytest.approx(2 * (len(bonds.i) - rank - 1) / glass.particles)  # zero where one state is left
    assert counted["rattlers"][0] == (128 - glass.particles) / 128 and counted["backbone"][0] == glass.particles
    eigenvalues = diagonalise_bond_operator(glass)["lambda"]
    assert len(eigenvalues) == rank and eigenvalues.min() >= 1 - 1e-9


def test_unstressed_springs_have_eigenvalues_of_one(loose):
    """Without the forces the Hessian is S^T S and every lambda is one: the same network, each contact at its rest length."""
    _, glass, _ = loose
    bonds = Interactions.of(glass)
    derivatives = bonds.derivatives.copy()
    derivatives[1] = 0.0
    relaxed = replace(bonds, derivatives=derivatives)
    assert np.abs((relaxed.hessian - relaxed.unit_hessian).toarray()).max() < 1e-13


def test_nothing_that_holds_is_flagged():
    """At fixed volume below jamming: no contact is left, and the sample says so."""
    sparse = random_start(former(density=0.3), 64, np.random.default_rng(1))
    glass, row = quench(sparse, {**SETTINGS, "pressure": None})
    assert glass.flag == row["flag"] and "not rigid" in glass.flag and row["rattlers"] == 64


def test_too_narrow_a_box_is_flagged():
    """Known only at the pressure: the liquid's box was wide enough."""
    small = start(20, seed=2, density=0.7)
    glass, row = quench(small, {**SETTINGS, "pressure": 0.5})
    assert glass.flag == row["flag"] and "too few particles" in glass.flag


# --- what is refused before any job -------------------------------------------------------------------------------------------------------------

SPHERES = {"model__name": "harmonic_spheres", "preparation__sampler": "cooling"}


def test_settings_of_fixed_volume_stay_out_of_the_identity():
    from vitrine.study import Study

    def identities(**leaves):
        study = Study.from_config(changes(**leaves))
        return {study.identity(label, "glasses") for label in study.places}

    plain = identities()
    assert identities(quench__per_decade=5, quench__highest_pressure=1.0) == plain
    assert not identities(quench__pressure=30.0) & plain


@pytest.mark.parametrize(
    ("leaves", "said"),
    [
        ({"quench__pressure": 0.0}, ["quench.pressure", "0"]),
        ({**SPHERES, "quench__pressure": 1e-5}, ["quench.pressure", "1e-05", "256", "at least", "tolerance"]),
        ({"quench__pressure": 10.0, "quench__minimiser": "fire"}, ["quench.pressure", "lbfgs"]),
        ({"quench__pressure": 10.0, "quench__highest_pressure": 1.0}, ["quench.highest_pressure", "1", "10"]),
    ],
)
def test_a_pressure_that_cannot_be_is_one_sentence(leaves, said):
    text = sentence(changes(**leaves))
    assert all(word in text for word in said), text


def test_contacts_of_a_state_that_is_not_at_rest_are_not_counted():
    with pytest.raises(SampleError, match="not a minimum"):
        measure_contacts(start(96))


def test_the_limit_of_the_solver_is_where_it_is_said_to_be():
    """At p = 1e-5 the residual that `check_pressure` takes as the least is reached, and a twentieth of it is not."""
    first = minimise_at(start(128, seed=3), ladder(1e-5, 0.1, 2)[:-1]).sample
    settings = {**SETTINGS, "pressure": 1e-5}
    with pytest.raises(InputError) as error:
        check_pressure({**settings, "tolerance": 1e-12}, first.model, 128)
    least = float(str(error.value).rpartition(" ")[2])
    check_pressure({**settings, "tolerance": 1.1 * least}, first.model, 128)
    assert 1e-10 < least < 1e-9
    assert minimise_at(first, (1e-5,), least, 30_000).converged
    assert not minimise_at(first, (1e-5,), least / 20, 30_000).converged
