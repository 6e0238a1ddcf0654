"""The replica-symmetric oscillators: known limits, a naive average over fields and stiffnesses, eigenvalues of random matrices."""

import numpy as np
import pytest
from vitrine.errors import InputError
from vitrine.oscillators.parameters import Oscillators
from vitrine.oscillators.replica_spectrum import spectrum, stiffness_cumulative, stiffness_edges
from vitrine.oscillators.replica_symmetric import (
    Solution,
    boundary,
    lowest_minimum,
    solve,
    special_point,
    weak_coupling,
)

RANGE = (0.1, 1.0)


@pytest.fixture(scope="module")
def solution():
    return solve(Oscillators(0.15, 0.1, *RANGE))


@pytest.fixture(scope="module")
def exact(solution):
    return spectrum(solution)


def drawn(solution, number=400_000, seed=1):
    """Stiffnesses K and places x of single oscillators, by the roots of each one's cubic."""
    rng = np.random.default_rng(seed)
    kappa = rng.uniform(solution.k_min, solution.k_0, number)
    x = lowest_minimum(kappa - solution.w, solution.h + solution.sigma * rng.standard_normal(number))
    return kappa - solution.w + x**2 / 2, x


def test_the_lowest_minimum_is_the_lowest_of_the_roots():
    rng = np.random.default_rng(1)
    for stiffness, field in zip(rng.normal(size=200), rng.normal(size=200), strict=True):
        roots = np.roots([1 / 6, 0, stiffness, -field])
        roots = roots[np.abs(roots.imag) < 1e-6].real
        best = roots[np.argmin(stiffness * roots**2 / 2 + roots**4 / 24 - field * roots)]
        assert lowest_minimum(stiffness, field) == pytest.approx(best, rel=1e-9)
    assert lowest_minimum(0.5, 0.0) == 0 and lowest_minimum(-1.0, 1e-12) == pytest.approx(np.sqrt(6), rel=1e-9)


def test_averages_are_those_of_oscillators_that_are_drawn(solution):
    stiffness, x = drawn(solution)
    for value, sample in zip(solution.moments, (1 / stiffness, stiffness**-2.0, x**2), strict=True):
        assert value == pytest.approx(sample.mean(), abs=5 * sample.std() / np.sqrt(len(sample)))
    two_wells = Solution(0.1, 0.2, 0.4, 0.0, 1.0)  # w above k_min: the lower of two wells
    stiffness, x = drawn(two_wells)
    for value, sample in zip(two_wells.moments[::2], (1 / stiffness, x**2), strict=True):
        assert value == pytest.approx(sample.mean(), abs=6 * sample.std() / np.sqrt(len(sample)))


def test_a_solution_solves_both_equations(solution):
    assert solution.coupling == pytest.approx(0.15, rel=1e-10)
    assert solution.w == pytest.approx(0.15**2 * solution.chi, rel=1e-10)
    assert solution.sigma**2 == pytest.approx(0.15**2 * solution.moments[2], rel=1e-8)


def test_the_transition_without_a_field_is_that_of_stiffnesses_in_a_box():
    """J^2 = (k_0 - w)(k_min - w) with w = J^2 ln[(k_0 - w)/(k_min - w)]/(k_0 - k_min), solved here by bisection."""
    low, high = 0.0, 0.1
    for _ in range(60):
        w = (low + high) / 2
        square = (1 - w) * (0.1 - w)
        low, high = (w, high) if square * np.log((1 - w) / (0.1 - w)) / 0.9 > w else (low, w)
    assert boundary(0.0, *RANGE).coupling == pytest.approx(np.sqrt(square), rel=1e-8)
    assert boundary(0.0, *RANGE).coupling == pytest.approx(0.13714, abs=5e-6)


def test_alike_stiffnesses_lose_stability_at_one_half_and_never_by_the_other_way():
    assert boundary(0.0, 1.0, 1.0).coupling == pytest.approx(0.5, rel=1e-9)
    for field in (1e-4, 1.0):
        edge = boundary(field, 1.0, 1.0)
        assert edge.w < 1 and edge.marginality == pytest.approx(1, rel=1e-8)
    assert special_point(1.0, 1.0) is None


def test_both_branches_meet_at_the_special_point():
    special = special_point(*RANGE)
    assert special.w == 0.1 and special.marginality == pytest.approx(1, rel=1e-6) and special.mismatch == pytest.approx(0, abs=1e-8)
    below, above = boundary(0.7 * special.h, *RANGE), boundary(1.4 * special.h, *RANGE)
    assert below.w < 0.1 and below.marginality == pytest.approx(1, rel=1e-8)
    assert above.w == 0.1 and above.marginality < 1
    assert below.coupling < special.coupling < above.coupling


def test_weak_coupling_leaves_the_gap_of_one_oscillator():
    """(3h/2)^(2/3), of the oscillator whose stiffness is half of it, which lies in the range."""
    for field in (0.01, 0.1, 1.0):
        gap = (1.5 * field) ** (2 / 3)
        kappa = np.linspace(0, 1, 20_001)
        assert np.min(kappa + lowest_minimum(kappa, field) ** 2 / 2) == pytest.approx(gap if gap < 2 else np.inf, rel=1e-6)
    found = spectrum(solve(Oscillators(1e-5, 0.1, 0.001, 1.0)))
    assert found.gap**2 == pytest.approx(0.15 ** (2 / 3), rel=3e-3)  # nine standard deviations of the field below it


def test_the_cumulative_of_stiffnesses_counts_those_that_are_drawn(solution):
    for one in (solution, solve(Oscillators(0.2, 0.3, 1.0, 1.0))):
        stiffness = np.sort(drawn(one)[0])
        levels = np.quantile(stiffness, [0.001, 0.01, 0.1, 0.5, 0.9, 0.99])
        share = stiffness_cumulative(one, levels)
        expected = np.searchsorted(stiffness, levels) / len(stiffness)
        np.testing.assert_allclose(share, expected, atol=5 * np.sqrt(0.25 / len(stiffness)))
        edges = stiffness_edges(one)
        assert stiffness_cumulative(one, edges[[0, -1]]) == pytest.approx([0, 1], abs=1e-9)


def test_the_density_of_modes_is_whole_and_has_the_trace_of_the_hessian(solution, exact):
    assert exact.share[-1] == pytest.approx(1, abs=2e-4)
    mean = np.trapezoid(exact.omega**2, exact.share)
    assert mean == pytest.approx(np.mean(RANGE) + solution.moments[2] / 2, rel=2e-4)  # <k> + <x^2>/2


def test_the_density_of_modes_is_that_of_random_matrices(solution, exact):
    """K + w of drawn oscillators on the diagonal, independent normal numbers beside it; twenty matrices of 400."""
    size, values = 400, []
    rng = np.random.default_rng(3)
    for seed in range(20):
        stiffness = drawn(solution, size, seed + 10)[0]
        noise = rng.standard_normal((size, size)) * solution.coupling / np.sqrt(size)
        values.append(np.linalg.eigvalsh(np.diag(stiffness + solution.w) + np.triu(noise, 1) + np.triu(noise, 1).T))
    omega = np.sqrt(np.concatenate(values))
    for level in (0.3, 0.5, 0.8, 1.0):
        expected = exact.below(level) * omega.size
        assert np.sum(omega < level) == pytest.approx(expected, abs=4 * np.sqrt(expected))


@pytest.mark.parametrize(("field", "exponent"), [(0.003, 2.0), (1.0, 4.0)])
def test_at_the_transition_the_gap_closes_with_the_exponent_of_its_branch(field, exponent):
    found = spectrum(boundary(field, *RANGE))
    assert found.gap < 0.01
    if exponent == 4:
        low, high = 0.05, 0.08
        edge = boundary(field, *RANGE)
        prefactor = found.at(low) / low**4
        assert prefactor == pytest.approx(edge.soft_prefactor, rel=0.1)  # A_g of P(K) ~ K^(3/2), renormalised
    else:
        low, high = 0.02, 0.04
    assert np.log(found.at(high) / found.at(low)) / np.log(high / low) == pytest.approx(exponent, abs=0.15)


def test_the_law_of_weak_coupling_has_its_slope():
    """d ln[k_0^(1/2) h^(2/3) J A_g]/d(-k_0 h^(2/3)/J^2) -> 1/(3 6^(1/3)) as h^(2/3)/k_0 and J go to 0; ln of the bare factor at 0."""
    field, k_0 = 1e-6, 1.0
    reduced, level = [], []
    for x in (60.0, 120.0):
        J = np.sqrt(k_0 * field ** (2 / 3) / x)
        one = weak_coupling(Oscillators(J, field, 0.0, k_0))
        assert one.coupling == pytest.approx(J, rel=1e-8) and one.mismatch == pytest.approx(0, abs=1e-8)
        reduced.append(-x)
        level.append(np.log(np.sqrt(k_0) * field ** (2 / 3) * J * one.soft_prefactor))
    slope = (level[0] - level[1]) / (reduced[0] - reduced[1])
    assert slope == pytest.approx(1 / (3 * 6 ** (1 / 3)), rel=0.02)


def test_there_is_no_solution_beyond_the_transition():
    assert solve(Oscillators(0.3, 0.1, *RANGE)) is None
    assert solve(Oscillators(0.3, 0.1, 0.0, 1.0)) is None
    with pytest.raises(InputError, match="k_min = 0: there is no replica-symmetric phase"):
        boundary(0.1, 0.0, 1.0)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((0.1, 0.1, 1.0, 0.5), "stiffnesses from k_min = 1 to k_0 = 0.5: allowed is 0 <= k_min <= k_0, k_0 > 0"),
        ((0.1, -0.1, 0.1, 1.0), "field h = -0.1: allowed is a number from 0"),
        ((0.0, 0.1, 0.1, 1.0), "coupling J = 0: allowed is a number above 0"),
        ((0.1, 0.1, -0.1, 1.0), "stiffnesses from k_min = -0.1"),
    ],
)
def test_parameters_that_are_not_allowed_are_named(values, said):
    with pytest.raises(InputError, match=said):
        Oscillators(*values)
