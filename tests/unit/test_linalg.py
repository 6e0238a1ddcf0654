"""Linear equations and eigenproblems against dense definitions; every solver alike; saddles and rattlers are named."""

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse as sp
import scipy.sparse.linalg
from naive import fcc, liquid, poly, pseudo_inverse, saddle, with_rattler
from vitrine import linalg
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import (
    Factor,
    band,
    dense,
    dissected,
    dissection,
    full_pencil,
    full_spectrum,
    largest_pencil,
    lowest_modes,
    solvers,
    spectra,
    without_translation,
)
from vitrine.linalg.dissection import smallest_cover
from vitrine.linalg.solvers import PACKAGES, SOLVERS, chosen_solver, is_present


@pytest.fixture(params=SOLVERS)
def solver(request):
    """Every factorisation that is present, whatever the size."""
    if not is_present(request.param):
        pytest.skip(f"{PACKAGES[request.param]} is absent")
    return request.param


def fields(bonds, number=5, seed=1):
    return np.random.default_rng(seed).standard_normal((bonds.hessian.shape[0], number))


def test_solve_is_the_pseudo_inverse(bonds, dimension, solver):
    factor, inverse = Factor(bonds.hessian, dimension, solver), pseudo_inverse(bonds.hessian.toarray(), dimension)
    assert factor.solver == SOLVERS[solver].name
    forces = fields(bonds)
    expected = inverse @ forces
    assert np.allclose(factor.solve(forces), expected, rtol=0, atol=1e-10 * np.abs(expected).max())
    assert np.allclose(factor.solve(forces[:, 0]), expected[:, 0], rtol=0, atol=1e-10 * np.abs(expected).max())
    assert np.allclose(without_translation(factor.solve(forces), dimension), factor.solve(forces), atol=1e-14 * np.abs(expected).max())


def test_the_full_pseudo_inverse(bonds, dimension):
    expected = pseudo_inverse(bonds.hessian.toarray(), dimension)
    assert np.allclose(linalg.pseudo_inverse(bonds.hessian, dimension), expected, rtol=0, atol=1e-10 * np.abs(expected).max())


def test_the_automatic_choice(monkeypatch):
    assert chosen_solver("auto", solvers.DENSE_LIMIT) is SOLVERS["dense"]
    for present, expected in (
        ({"scipy"}, "scipy"),
        ({"scipy", "pardiso"}, "pardiso"),
        ({"scipy", "pardiso", "cvxopt"}, "cvxopt"),
        ({"scipy", "cvxopt", "cholmod"}, "cholmod"),
    ):
        monkeypatch.setattr(solvers, "is_present", present.__contains__)
        assert chosen_solver("auto", solvers.DENSE_LIMIT + 1) is SOLVERS[expected]
    monkeypatch.setattr(solvers, "is_present", {"scipy", "dense"}.__contains__)
    with pytest.raises(InputError, match="linear_algebra.solver is cholmod: scikit-sparse cannot be used here; allowed are auto, dense, scipy"):
        chosen_solver("cholmod", 10**4)


def test_residual_of_the_solution(bonds, dimension, solver):
    forces = without_translation(fields(bonds), dimension)
    response = Factor(bonds.hessian, dimension, solver).solve(forces)
    assert np.allclose(bonds.hessian @ response, forces, atol=1e-9)


def test_grounded_solution(bonds, dimension, solver):
    held = bonds.hessian.toarray()[dimension:, dimension:]
    forces = fields(bonds)[dimension:]
    expected = np.linalg.solve(held, forces)
    assert np.allclose(Factor(bonds.hessian, dimension, solver).solve_grounded(forces), expected, rtol=0, atol=1e-10 * np.abs(expected).max())


def test_arguments_are_left_alone(bonds, dimension, solver):
    forces = fields(bonds)
    before, hessian = forces.copy(), bonds.hessian.copy()
    factor = Factor(bonds.hessian, dimension, solver)
    factor.solve(forces)
    lowest_modes(bonds.hessian, dimension, 3, factor)
    assert np.array_equal(forces, before)
    assert (hessian != bonds.hessian).nnz == 0


def test_dense_ways_leave_their_arguments_alone(bonds, dimension):
    hessian, unit = bonds.hessian.copy(), bonds.unit_hessian.copy()
    full_spectrum(bonds.hessian, dimension, vectors=True)
    full_pencil(bonds.unit_hessian, bonds.hessian, dimension, vectors=True)
    assert (hessian != bonds.hessian).nnz == (unit != bonds.unit_hessian).nnz == 0


def test_without_translation_is_a_projector(dimension, bonds):
    vectors = fields(bonds)
    once = without_translation(vectors, dimension)
    assert np.abs(once.reshape(-1, dimension, 5).mean(axis=0)).max() < 1e-14
    assert np.allclose(without_translation(once, dimension), once, atol=1e-14)
    shift = np.tile(np.arange(1.0, dimension + 1), len(vectors) // dimension)
    assert np.abs(without_translation(shift, dimension)).max() < 1e-13


def test_full_spectrum_against_numpy(bonds, dimension):
    exact = np.linalg.eigvalsh(bonds.hessian.toarray())
    stiffness, none = full_spectrum(bonds.hessian, dimension)
    assert none is None and len(stiffness) == len(exact) - dimension
    assert np.allclose(stiffness, exact[dimension:], rtol=1e-9)
    again, modes = full_spectrum(bonds.hessian, dimension, vectors=True)
    assert np.allclose(again, stiffness, rtol=1e-10)
    assert np.allclose(modes.T @ modes, np.eye(len(stiffness)), atol=1e-11)
    assert np.allclose(bonds.hessian @ modes, modes * stiffness, atol=1e-10 * stiffness.max())


@pytest.mark.parametrize("number", [5, 12, 23, 40, 80])
def test_every_copy_of_a_degenerate_mode_of_a_crystal(number):
    """The multiplets of fcc have six, twelve and more members; Lanczos from one vector may pass some over."""
    bonds = Interactions.of(fcc(4, 1.1))
    exact = np.linalg.eigvalsh(bonds.hessian.toarray())[3 : 3 + number]
    stiffness, modes = lowest_modes(bonds.hessian, 3, number)
    assert stiffness == pytest.approx(exact, rel=1e-9)
    assert modes.T @ modes == pytest.approx(np.eye(number), abs=1e-10)
    assert bonds.hessian @ modes == pytest.approx(modes * stiffness, abs=1e-8)


def test_copies_that_were_passed_over_are_found():
    """Seven of twelve copies taken away, more than are looked for at once, and larger eigenvalues given in their place."""
    bonds = Interactions.of(fcc(4, 1.1))
    stiffness, modes = np.linalg.eigh(bonds.hessian.toarray())
    factor = Factor(bonds.hessian, 3)
    softness = sp.linalg.LinearOperator(modes.shape, matvec=lambda x: factor.solve(np.ravel(x)), dtype=float)
    kept = np.r_[3:8, 15:26]
    values, vectors = spectra._with_missed_copies(softness, 1 / stiffness[kept], modes[:, kept], 3, None)
    assert np.sort(1 / values) == pytest.approx(stiffness[3:19], rel=1e-9)
    assert vectors.T @ vectors == pytest.approx(np.eye(16), abs=1e-9)


@pytest.mark.parametrize("number", [1, 10])
def test_lowest_modes_against_the_full_spectrum(bonds, dimension, number, solver):
    exact, vectors = full_spectrum(bonds.hessian, dimension, vectors=True)
    stiffness, modes = lowest_modes(bonds.hessian, dimension, number, Factor(bonds.hessian, dimension, solver))
    assert np.allclose(stiffness, exact[:number], rtol=1e-9)
    assert np.all(np.diff(stiffness) >= 0)
    assert np.allclose(np.linalg.norm(modes, axis=0), 1, atol=1e-12)
    assert np.allclose(np.abs(np.einsum("ik,ik->k", modes, vectors[:, :number])), 1, atol=1e-6)
    assert np.abs(without_translation(modes, dimension) - modes).max() < 1e-12


def dense_pencil(bonds, dimension):
    """lambda from the definition: M^(-1/2) S^T S M^(-1/2) on the complement of the translations."""
    values, vectors = np.linalg.eigh(bonds.hessian.toarray())
    root = vectors[:, dimension:] / np.sqrt(values[dimension:])
    return np.linalg.eigvalsh(root.T @ bonds.unit_hessian.toarray() @ root)[::-1]


def test_full_pencil_against_the_dense_definition(bonds, dimension):
    exact = dense_pencil(bonds, dimension)
    eigenvalues, none = full_pencil(bonds.unit_hessian, bonds.hessian, dimension)
    assert none is None
    assert np.allclose(eigenvalues, exact, rtol=1e-8)
    again, modes = full_pencil(bonds.unit_hessian, bonds.hessian, dimension, vectors=True)
    assert np.allclose(again, eigenvalues, rtol=1e-9)
    assert np.allclose(modes.T @ bonds.hessian @ modes, np.eye(len(again)), atol=1e-8)
    left, right = bonds.unit_hessian @ modes, (bonds.hessian @ modes) * again
    assert np.allclose(left, right, atol=1e-8 * np.abs(left).max())
    assert np.abs(without_translation(modes, dimension) - modes).max() < 1e-12 * np.abs(modes).max()


def test_dissection_leaves_two_halves_that_do_not_touch(bonds):
    particles = bonds.sample.particles
    halves = dissected(bonds.sample.positions, bonds.sample.box, bonds.i, bonds.j, undivided=particles - 1)[:-1]
    assert len(halves) == (0 if particles == 54 else 2)  # in a box so small everyone is between
    half = np.zeros(particles, dtype=int)
    for number, members in enumerate(halves, start=1):
        half[members] = number
    assert not np.any(half[bonds.i] * half[bonds.j] == 2)


@pytest.mark.parametrize("undivided", [1, 30, 10**6])
def test_every_particle_is_in_one_block_of_a_dissection(bonds, undivided):
    blocks = dissected(bonds.sample.positions, bonds.sample.box, bonds.i, bonds.j, undivided)
    assert np.array_equal(np.sort(np.concatenate(blocks)), np.arange(bonds.sample.particles))
    assert len(blocks) == 1 or undivided < bonds.sample.particles


def most_bonds_without_a_shared_end(left, right):
    """The number of bonds in a largest matching, by one augmenting path after the other."""
    neighbours = {int(end): set(right[left == end].tolist()) for end in left}
    partner = {}

    def matched(end, tried):
        for other in neighbours[end] - tried:
            tried.add(other)
            if other not in partner or matched(partner[other], tried):
                partner[other] = end
                return True
        return False

    return sum(matched(end, set()) for end in neighbours)


def test_the_smallest_cover_meets_every_bond_with_as_few_particles_as_koenig_says():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        side, bonds = rng.integers(1, 15), rng.integers(0, 40)
        left, right = rng.integers(0, side, bonds), rng.integers(side, 2 * side, bonds)
        taken = smallest_cover(left, right, 2 * side)
        assert np.all(taken[left] | taken[right]), seed
        assert taken.sum() == most_bonds_without_a_shared_end(left, right), seed


def test_particles_in_one_place_are_not_cut_for_ever():
    i, j = np.triu_indices(50, 1)
    assert np.array_equal(dissection.elimination_order(np.zeros((50, 3)), np.eye(3), i, j), np.arange(50))


def test_nested_dissection_fills_in_little():
    """A square torus of 24 x 24 particles, numbered at random: less than half of what comes in that order, or row by row."""
    side, rng = 24, np.random.default_rng(0)
    number = rng.permutation(side**2).reshape(side, side)
    i, j = np.tile(number.ravel(), 2), np.concatenate([np.roll(number, 1, axis=axis).ravel() for axis in (0, 1)])
    places = np.empty((side**2, 2))
    places[number.ravel()] = (np.argwhere(number >= 0) + 0.5) / side
    matrix = np.diag(np.full(side**2, 5.0))
    matrix[i, j] = matrix[j, i] = -1
    orders = dissection.elimination_order(places, np.eye(2), i, j), number.ravel(), np.arange(side**2)
    dissected_fill, by_rows, at_random = [np.count_nonzero(np.linalg.cholesky(matrix[order][:, order])) for order in orders]
    assert dissected_fill < 0.5 * by_rows
    assert dissected_fill < 0.4 * at_random


def test_a_factor_in_the_order_of_dissection_is_the_same_factor(bonds, dimension, solver):
    factor = Factor.of(bonds, solver)
    forces = without_translation(fields(bonds), dimension)
    for given in (forces, forces[:, 0]):
        assert np.allclose(factor.solve(given), Factor(bonds.hessian, dimension, solver).solve(given), rtol=1e-9, atol=1e-10)
    assert np.allclose(bonds.hessian @ factor.solve(forces), forces, atol=1e-9)
    whole = np.arange(bonds.hessian.shape[0] - dimension)  # of integers too
    assert np.allclose(factor.solve_grounded(whole), factor.solve_grounded(whole.astype(float)), rtol=1e-12, atol=0)


def test_pivots_multiply_to_the_determinant(bonds, dimension, solver):
    held = bonds.hessian[dimension:, dimension:]
    factor = SOLVERS[solver](held)
    if solver in ("cholmod", "pardiso"):
        assert factor.pivots is None
        return
    assert len(factor.pivots) == held.shape[0]
    assert np.sum(np.log(factor.pivots)) == pytest.approx(np.linalg.slogdet(held.toarray())[1], rel=1e-10)


def test_a_saddle_is_refused_in_the_order_of_dissection(bonds, dimension, solver, monkeypatch):
    softened = bonds.hessian - 2 * lowest_modes(bonds.hessian, dimension, 1)[0][0] * sp.eye_array(bonds.hessian.shape[0])
    monkeypatch.setitem(bonds.__dict__, "hessian", sp.csc_array(softened))
    with pytest.raises(SampleError, match="not a minimum"):
        Factor.of(bonds, solver)


CASES = ["as it is cut", "cut to the last", "a particle, its neighbours, the rest", "the first particle in the separator", "at random", "some empty"]


def blocks_of(bonds, case):
    """Ways to divide the particles into blocks, sensible and not."""
    particles, rng = bonds.sample.particles, np.random.default_rng(4)
    if case == "as it is cut":
        return dissected(bonds.sample.positions, bonds.sample.box, bonds.i, bonds.j)
    if case == "cut to the last":
        return dissected(bonds.sample.positions, bonds.sample.box, bonds.i, bonds.j, undivided=1)
    if case == "a particle, its neighbours, the rest":  # the rest comes before the neighbours: two parts that do not touch
        around = np.unique(np.concatenate([bonds.j[bonds.i == 5], bonds.i[bonds.j == 5]]))
        return [np.array([5]), np.setdiff1d(np.arange(particles), [5, *around]), around]
    if case == "the first particle in the separator":
        *others, separator = dissected(bonds.sample.positions, bonds.sample.box, bonds.i, bonds.j)
        return [*(block[block > 0] for block in others), np.union1d(separator, [0])]
    blocks = np.array_split(rng.permutation(particles), 7)
    return [blocks[0][:0], *blocks, np.zeros(0, dtype=int)] if case == "some empty" else blocks


@pytest.mark.parametrize("case", CASES)
def test_blocks_change_nothing_of_the_pencil(bonds, dimension, case):
    blocks = blocks_of(bonds, case)
    expected = full_pencil(bonds.unit_hessian, bonds.hessian, dimension)[0]
    assert np.allclose(full_pencil(bonds.unit_hessian, bonds.hessian, dimension, blocks=lambda: blocks)[0], expected, rtol=1e-9)
    values, modes = full_pencil(bonds.unit_hessian, bonds.hessian, dimension, vectors=True, blocks=lambda: blocks)
    assert np.allclose(values, expected, rtol=1e-9)
    assert np.allclose(modes.T @ (bonds.hessian @ modes), np.eye(len(values)), atol=1e-9)
    residual = bonds.unit_hessian @ modes - (bonds.hessian @ modes) * values
    assert np.abs(residual).max() < 1e-9 * np.abs(bonds.unit_hessian @ modes).max()


@pytest.mark.parametrize("number", [1, 12])
def test_largest_pencil_against_the_full_one(bonds, dimension, number, solver):
    exact, vectors = full_pencil(bonds.unit_hessian, bonds.hessian, dimension, vectors=True)
    eigenvalues, modes = largest_pencil(bonds.unit_hessian, bonds.hessian, dimension, number, Factor(bonds.hessian, dimension, solver))
    assert np.allclose(eigenvalues, exact[:number], rtol=1e-9)
    assert np.all(np.diff(eigenvalues) <= 0)
    overlap = np.einsum("ik,ik->k", modes, bonds.hessian @ vectors[:, :number])
    assert np.allclose(np.abs(overlap), 1, atol=1e-6)


def test_the_same_bits_every_time(bonds, dimension, solver):
    first, second = (lowest_modes(bonds.hessian, dimension, 5, Factor(bonds.hessian, dimension, solver)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    first, second = (largest_pencil(bonds.unit_hessian, bonds.hessian, dimension, 5, Factor(bonds.hessian, dimension, solver)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


# --- states that are no minima ------------------------------------------------------------------------------------------------------------------


DENSE = {"spectrum": full_spectrum, "inverse": linalg.pseudo_inverse}  # without a factorisation, or with one of their own


def measured(way, unit, hessian, dimension):
    """Something of the state: by the factor of a solver, of which Lanczos only takes what it is given, or in a way that asks for no solver."""
    if way in SOLVERS:
        return Factor(hessian, dimension, way).solve(np.random.default_rng(1).standard_normal(hessian.shape[0]))
    if way == "lowest":
        return lowest_modes(hessian, dimension, 3)
    if way == "largest":
        return largest_pencil(unit, hessian, dimension, 3)
    return full_pencil(unit, hessian, dimension) if way == "pencil" else DENSE[way](hessian, dimension)


@pytest.fixture(params=[*SOLVERS, "lowest", "largest", "pencil", *DENSE])
def way(request):
    """Every way to look at a state, all of which must see what is no minimum."""
    if request.param in SOLVERS and not is_present(request.param):
        pytest.skip(f"{PACKAGES[request.param]} is absent")
    return request.param


@pytest.mark.parametrize("depth", [1.0, 1e-3])
def test_a_saddle_is_named(bonds, dimension, way, depth):
    with pytest.raises(SampleError, match="not a.* minimum"):
        measured(way, bonds.unit_hessian, saddle(bonds, dimension, depth), dimension)


def test_a_liquid_is_named(way):
    hot = Interactions.of(liquid(poly(), 160, 1.3))
    with pytest.raises(SampleError, match="not a.* minimum"):
        measured(way, hot.unit_hessian, hot.hessian, 3)


@pytest.mark.parametrize("place", ["first", "last"])
def test_a_rattler_is_named(bonds, dimension, way, place):
    """A particle without contacts adds d zero modes, wherever it stands among the others."""
    unit, hessian = (with_rattler(matrix, dimension, place) for matrix in (bonds.unit_hessian, bonds.hessian))
    with pytest.raises(SampleError, match="minimum"):
        measured(way, unit, hessian, dimension)


def test_a_rattler_is_named_in_whatever_order_the_particles_come(planar_glass, way):
    """Holding the rattler leaves the rest free to move as a whole: its zero modes come with pivots of either sign, by rounding."""
    rng, passed = np.random.default_rng(1), []
    for _ in range(40):
        order = rng.permutation(planar_glass.particles)
        bonds = Interactions.of(planar_glass.moved(planar_glass.positions[order], sizes=planar_glass.sizes[order]))
        unit, hessian = (with_rattler(matrix, 2, "first") for matrix in (bonds.unit_hessian, bonds.hessian))
        try:
            passed.append(measured(way, unit, hessian, 2))
        except SampleError as error:
            assert "minimum" in str(error)
    assert len(passed) == 0, f"{len(passed)} of 40 passed for a minimum"


def test_the_softest_mode_of_a_good_minimum_is_no_zero_mode(bonds, dimension):
    """A stiffness of 1e-6 of the mean is soft, not zero."""
    values, vectors = scipy.linalg.eigh(bonds.hessian.toarray())
    soft = vectors[:, dimension]
    softened = sp.csc_array(bonds.hessian.toarray() - (values[dimension] - 1e-6 * values.mean()) * np.outer(soft, soft))
    assert lowest_modes(softened, dimension, 1)[0][0] == pytest.approx(1e-6 * values.mean(), rel=1e-4)
    assert full_spectrum(softened, dimension)[0][0] == pytest.approx(1e-6 * values.mean(), rel=1e-4)


@pytest.fixture(params=["one stage", "two stages", "no routine"])
def stages(request, monkeypatch):
    """Every way to the eigenvalues of a dense matrix, whatever its size."""
    monkeypatch.setattr(dense, "BAND_FROM", 10**9 if request.param == "one stage" else 0)
    monkeypatch.setattr(band, "BAND", 5)
    monkeypatch.setattr(band, "TOGETHER", 17)
    if request.param == "no routine":
        monkeypatch.setattr(dense, "lapack_routines", lambda: None)
    elif dense.lapack_routines() is None:
        pytest.skip("scipy's LAPACK cannot be reached")


def test_every_way_gives_the_same_spectra(bonds, dimension, stages):
    spectrum, (pencil, modes) = full_spectrum(bonds.hessian, dimension)[0], full_pencil(bonds.unit_hessian, bonds.hessian, dimension, vectors=True)
    expected = full_spectrum(bonds.hessian, dimension, vectors=True)[0]
    assert np.allclose(spectrum, expected, rtol=1e-9, atol=1e-12 * expected[-1])
    values = full_pencil(bonds.unit_hessian, bonds.hessian, dimension)[0]
    held = [matrix.toarray()[dimension:, dimension:] for matrix in (bonds.unit_hessian, bonds.hessian)]
    assert np.allclose(values, scipy.linalg.eigh(*held, eigvals_only=True)[::-1], rtol=1e-9, atol=1e-11 * values[0])
    assert np.allclose(pencil, values, rtol=1e-9, atol=1e-11 * values[0])
    assert np.allclose(modes.T @ (bonds.hessian @ modes), np.eye(len(values)), atol=1e-9)


@pytest.mark.parametrize("robust_from", [0, 10**9])
def test_both_ways_to_the_vectors_give_whole_bases(bonds, dimension, monkeypatch, robust_from):
    monkeypatch.setattr(dense, "ROBUST_FROM", robust_from)
    matrix = bonds.hessian.toarray()
    stiffness, modes = full_spectrum(bonds.hessian, dimension, vectors=True)
    assert np.allclose(matrix @ modes, modes * stiffness, rtol=0, atol=1e-11 * stiffness[-1])
    assert np.allclose(modes.T @ modes, np.eye(len(stiffness)), rtol=0, atol=1e-11)
    eigenvalues, held = full_pencil(bonds.unit_hessian, bonds.hessian, dimension, vectors=True)
    assert np.allclose(bonds.unit_hessian @ held, (bonds.hessian @ held) * eigenvalues, rtol=0, atol=1e-9)
    assert np.allclose(held.T @ (bonds.hessian @ held), np.eye(len(eigenvalues)), rtol=0, atol=1e-9)


@pytest.mark.parametrize("size", [1, 2, 60])
@pytest.mark.parametrize("shift", [-30.0, 0.0, 0.3, 30.0])
def test_negative_modes_are_counted(size, shift):
    matrix = np.random.default_rng(size).standard_normal((size, size))
    matrix += matrix.T + shift * np.eye(size) - np.diag(np.diag(matrix)) * (shift == 0)  # without a diagonal, pivots come in pairs
    expected = int(np.sum(np.linalg.eigvalsh(matrix) < 0))
    assert dense.negative_modes(np.asfortranarray(np.tril(matrix))) == expected


def test_only_the_lower_triangle_is_read(stages):
    for size in (1, 2, 3, 10, 11, 14, 15, 16, 50, 131):
        matrix = np.random.default_rng(2).standard_normal((size, size))
        expected = np.linalg.eigvalsh(np.tril(matrix) + np.tril(matrix, -1).T)
        assert np.allclose(dense.symmetric_eigenvalues(np.asfortranarray(matrix)), expected, rtol=0, atol=1e-12 * size), size


@pytest.fixture(params=["divide and conquer", "robust representations", "no routine"])
def vectors_way(request, monkeypatch):
    """Every way to the eigenvectors of a dense matrix, whatever its size."""
    monkeypatch.setattr(dense, "ROBUST_FROM", 0 if request.param == "robust representations" else 10**9)
    if request.param == "no routine":
        monkeypatch.setattr(dense, "lapack_routines", lambda: None)
    elif dense.lapack_routines() is None:
        pytest.skip("scipy's LAPACK cannot be reached")


def test_vectors_of_matrices_of_any_size(vectors_way):
    for size in (1, 2, 3, 128, 129, 130, 300):
        matrix = np.random.default_rng(3).standard_normal((size, size))
        whole = np.tril(matrix) + np.tril(matrix, -1).T
        values, vectors = dense.symmetric_eigenpairs(np.asfortranarray(matrix))
        assert np.allclose(whole @ vectors, vectors * values, rtol=0, atol=1e-13 * size), size
        assert np.allclose(vectors.T @ vectors, np.eye(size), rtol=0, atol=1e-12), size
        assert np.all(np.diff(values) >= 0), size


@pytest.mark.parametrize("diagonal", [np.zeros(140), np.ones(140), np.repeat([1.0, 2.0], 70)], ids=["zero", "identity", "two values"])
def test_vectors_of_matrices_that_are_diagonal_already(diagonal, vectors_way):
    values, vectors = dense.symmetric_eigenpairs(np.asfortranarray(np.diag(diagonal)))
    assert np.array_equal(values, diagonal)
    assert np.allclose(vectors.T @ vectors, np.eye(140), rtol=0, atol=1e-14)
    assert np.allclose(diagonal[:, None] * vectors, vectors * values, rtol=0, atol=1e-14)


def test_divide_and_conquer_where_relatively_robust_representations_fail(monkeypatch):
    monkeypatch.setattr(dense, "ROBUST_FROM", 0)
    monkeypatch.setattr(dense.lapack, "dstemr", lambda *arguments, **options: (0, np.zeros(5), np.zeros((5, 5)), 1))
    matrix = np.diag(np.arange(5.0)) + 1
    values, vectors = dense.symmetric_eigenpairs(np.asfortranarray(matrix))
    assert np.allclose(matrix @ vectors, vectors * values, rtol=0, atol=1e-13)
    monkeypatch.setattr(dense.lapack, "dstevd", lambda *arguments: (np.zeros(5), np.zeros((5, 5)), 3))
    with pytest.raises(np.linalg.LinAlgError, match="dstevd ended with 3"):
        dense.symmetric_eigenpairs(np.asfortranarray(matrix))
