"""States under strain, steps on a branch, instabilities and drops: against finite differences, plain minimisation, and each other."""

import dataclasses

import naive
import numpy as np
import pytest
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.interactions.strains import deformed, folded_box
from vitrine.landscape.quasistatic import Drop, Protocol, sheared_states
from vitrine.landscape.rest import at_rest, brought_to_rest
from vitrine.landscape.strained import Strained, simple_shear
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.preparation.minimise import minimise

XY = simple_shear("xy", 2)


@pytest.fixture(scope="module")
def brittle():
    """A hot planar glass whose first drop is at 0.7 % of strain, and its states up to 1.2 %."""
    glass = naive.quenched(naive.poly(**naive.PLANAR), 64, temperature=1.3, seed=1)
    return glass, list(sheared_states(glass, Protocol(strain=0.012)))


# --- one state ----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "plane"), [("planar_glass", "xy"), ("small_glass", "xz"), ("glass", "yz"), ("harmonic_glass", "xy")])
def test_stress_and_modulus_are_derivatives_of_the_energy(request, name, plane):
    """sigma = dU/(V dg) by the naive energy of strained boxes, particles affine; the modulus by stresses of states at rest."""
    glass = request.getfixturevalue(name)
    direction, step = simple_shear(plane, glass.dimension), 1e-6
    state = Strained.of(glass, 0.0, direction)
    if name != "harmonic_glass":  # the naive pair law is that of one power series
        energies = [naive.energy(naive.strained(state.sample, np.eye(glass.dimension) + sign * 1e-5 * direction)) for sign in (1, -1)]
        assert state.stress == pytest.approx((energies[0] - energies[1]) / (2e-5 * glass.volume), rel=1e-6, abs=1e-8)
    ends = [state.advanced(sign * step) for sign in (1, -1)]
    assert (ends[0].stress - ends[1].stress) / (2 * step) == pytest.approx(state.modulus, rel=1e-6)
    assert ends[0].bonds.residual < 1e-11


def test_the_mean_modulus_of_all_planes_is_that_of_elasticity(glass, planar_glass):
    """Orders ab and ba of a plane differ by a rotation, that is by half of the stress difference: the mean over planes is one of one order."""
    for sample in (glass, planar_glass):
        planes = ["xy", "xz", "yz"] if sample.dimension == 3 else ["xy"]
        moduli = []
        for plane in planes:
            direction = simple_shear(plane, sample.dimension)
            moduli += [Strained.of(sample, 0.0, one).modulus for one in (direction, direction.T)]
        assert np.mean(moduli) == pytest.approx(measure_elasticity(sample)["shear_modulus"][0], rel=1e-8)


def test_strain_adds_up_and_a_folded_box_is_the_same_lattice(planar_glass):
    there = deformed(deformed(planar_glass, 0.4 * XY), 0.35 * XY)
    assert abs(there.box[0, 1] / there.box[0, 0]) <= 0.5
    once = dataclasses.replace(planar_glass, positions=there.positions, box=(np.eye(2) + 0.75 * XY) @ planar_glass.box)
    assert Interactions.of(there).energy == pytest.approx(Interactions.of(once).energy, rel=1e-12)
    box = np.array([[5.0, 4.0, -3.0], [0.0, 6.0, 7.0], [0.0, 0.0, 4.0]])
    shorter = folded_box(box)
    change = np.linalg.solve(box, shorter)
    np.testing.assert_allclose(change, np.rint(change), atol=1e-12)
    assert np.all(np.abs(np.triu(shorter, 1)) <= 0.5 * np.diag(shorter)[:, None] * (1 + 1e-9))


@pytest.mark.parametrize(("plane", "dimension", "said"), [("xz", 2, "allowed is xy"), ("yx", 3, "allowed are xy, xz, yz")])
def test_an_unknown_plane_is_one_sentence(plane, dimension, said):
    with pytest.raises(SampleError, match=f"plane is {plane}: in {dimension} dimensions {said}"):
        simple_shear(plane, dimension)


def test_the_softest_mode_is_that_of_the_dense_hessian(planar_glass):
    state = Strained.of(planar_glass, 0.0, XY)
    values, vectors = np.linalg.eigh(naive.hessian(state.sample))
    assert state.softest[0] == pytest.approx(values[2], rel=1e-9)
    assert abs(state.softest[1] @ vectors[:, 2]) == pytest.approx(1, abs=1e-8)
    # d lambda_1/dg of the branch where the softest mode makes the response: -b3 F/lambda; here other modes take part, so that only signs are sure.
    assert state.distance == pytest.approx(state.softest[0] ** 2 / (2 * abs(state.softening)))


def test_newton_steps_come_to_rest_or_say_so(planar_glass):
    rng = np.random.default_rng(1)
    moved = planar_glass.moved(planar_glass.positions + 1e-5 * rng.standard_normal(planar_glass.positions.shape))
    bonds, _ = at_rest(moved)
    assert bonds.residual < 1e-12 < Interactions.of(moved).residual
    assert brought_to_rest(moved, furthest=1e-7) is None
    liquid = naive.liquid(naive.poly(**naive.PLANAR), 64, 1.5)
    with pytest.raises(SampleError, match="not a minimum"):
        at_rest(liquid)


# --- a branch -----------------------------------------------------------------------------------------------------------------------------------


def test_a_branch_is_what_small_minimised_steps_give(brittle):
    """The same strains by affine steps of 1e-4 and a minimiser: the same states, until the first drop."""
    glass, states = brittle
    first = next(place for place, one in enumerate(states) if isinstance(one, Drop))
    here, strain = glass, 0.0
    target = 0.6 * states[first].critical
    for _ in range(200):
        step = min(1e-4, target - strain)
        here, strain = minimise(deformed(here, step * XY), tolerance=1e-12).sample, strain + step
        if strain >= target * (1 - 1e-12):
            break
    ours = [one for one in sheared_states(glass, Protocol(strain=target)) if not isinstance(one, Drop)][-1]
    assert ours.strain == pytest.approx(target)
    assert ours.energy == pytest.approx(Interactions.of(here).energy, rel=1e-10)
    np.testing.assert_allclose(ours.sample.positions, here.positions, atol=1e-6)


def test_lambda_vanishes_as_a_square_root_and_is_bracketed(brittle):
    glass, states = brittle
    drop = next(one for one in states if isinstance(one, Drop))
    assert drop.bracket <= 1e-7 * 1.001 and drop.before.strain < drop.critical <= drop.after.strain
    near = [one for one in states[: states.index(drop)] if 1e-7 < drop.critical - one.strain < 4e-6]
    slope = np.polyfit(np.log([drop.critical - one.strain for one in near]), np.log([one.softest[0] for one in near]), 1)[0]
    assert slope == pytest.approx(0.5, abs=0.03)
    assert drop.energy > 0 and drop.overlap > 0.3 and 0 < drop.participation < 0.9
    # What it is called is what it is: both ends are minima, the energy falls between them by as much as the naive energy says.
    lost = naive.energy(drop.before.sample) - naive.energy(drop.after.sample)
    assert drop.energy == pytest.approx(lost, rel=1e-3)
    np.testing.assert_allclose(drop.displacement.sum(axis=0), 0, atol=1e-9)


def test_beyond_the_bracket_there_is_no_minimum_nearby(brittle):
    """A finer resolution finds the same g_c; a minimiser from the last state leaves it."""
    glass, states = brittle
    drop = next(one for one in states if isinstance(one, Drop))
    finer = next(one for one in sheared_states(glass, Protocol(strain=0.012, resolution=1e-9)) if isinstance(one, Drop))
    assert finer.critical == pytest.approx(drop.critical, abs=2e-9) and finer.bracket <= 1.001e-9
    beyond = minimise(deformed(drop.before.sample, 1e-6 * XY), tolerance=1e-11).sample
    moved = beyond.positions - deformed(drop.before.sample, 1e-6 * XY).positions
    assert np.linalg.norm(moved - moved.mean(axis=0)) > 0.1


def test_a_long_step_that_skips_an_instability_is_not_taken_for_a_branch(brittle):
    """Work and energy do not balance across a drop, however well both ends are at rest."""
    _, states = brittle
    place = next(place for place, one in enumerate(states) if isinstance(one, Drop))
    drop = states[place]
    assert not drop.before.balances(drop.after)
    assert states[0].balances(states[1]) and not states[0].balances(drop.after)


def test_fixed_steps_bracket_a_drop_to_a_step_alone(brittle):
    glass, states = brittle
    critical = next(one for one in states if isinstance(one, Drop)).critical
    fixed = list(sheared_states(glass, Protocol(strain=critical + 2e-3, largest=1e-3, adaptive=False)))
    drop = next(one for one in fixed if isinstance(one, Drop))
    assert drop.bracket == pytest.approx(1e-3) and drop.before.strain < critical < drop.after.strain


def test_stops_are_met(planar_glass):
    strains = [one.strain for one in sheared_states(planar_glass, Protocol(strain=7e-3, largest=1.5e-3, stops=2))]
    assert 3.5e-3 in np.round(strains, 12) and strains[-1] == pytest.approx(7e-3) and max(np.diff(strains)) <= 1.5e-3 * (1 + 1e-9)


@pytest.mark.parametrize("name", ["small_glass", "harmonic_glass"])
def test_other_glass_formers_in_space(request, name):
    """Contacts that form and break, and other potentials: states are minima, and energies are those of the work between drops."""
    glass = request.getfixturevalue(name)
    states = list(sheared_states(glass, Protocol(plane="yz", strain=0.01, largest=2e-3, resolution=1e-6)))
    assert states[-1].strain == pytest.approx(0.01) or isinstance(states[-1], Drop)
    for one in states:
        assert (one.after if isinstance(one, Drop) else one).bonds.residual < 1e-11
