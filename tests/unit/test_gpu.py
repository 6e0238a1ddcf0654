"""Dense spectra on a GPU: what the CPU gives, to 1e-8; sample by sample, flags included; and what is said where there is none.

The code runs on a GPU where CuPy finds one, and everywhere on a twin: NumPy and SciPy in CuPy's place, as strict as CuPy about what lies where.
"""

import dataclasses
import re
import sys
import threading
import tracemalloc
from contextlib import contextmanager, nullcontext
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import scipy.linalg
from measuring import table
from naive import liquid, poly, saddle, with_rattler
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import Algebra, dissected, full_pencil, full_spectrum, gpu
from vitrine.linalg.gpu import MATRICES, Device, chosen_device, samples_at_once
from vitrine.linalg.solve import NOT_A_MINIMUM, NOT_RIGID
from vitrine.observables.bond_operator.measure import diagonalise_bond_operator
from vitrine.observables.modes.measure import find_modes
from vitrine.samples.store import missing_sample

GB = 10**9


# --- the twin -----------------------------------------------------------------------------------------------------------------------------------


class OnDevice(np.ndarray):
    """An array of the twin: like CuPy's it meets no array of the host, neither in arithmetic nor in indices."""

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        on_device(*inputs)
        plain = [value.view(np.ndarray) if isinstance(value, np.ndarray) else value for value in inputs]
        return getattr(ufunc, method)(*plain, **options).view(OnDevice)

    def __setitem__(self, key, value):
        on_device(*key, value)
        super().__setitem__(key, value)


def on_device(*values):
    for value in values:
        if isinstance(value, np.ndarray) and not isinstance(value, OnDevice):
            raise TypeError("an array of the host where one of the device belongs")


class Twin:
    """The parts of CuPy, by NumPy and SciPy; `open` holds the threads that are inside a session."""

    def __init__(self):
        self.open = threading.local()

    @contextmanager
    def session(self):
        self.open.here = True
        yield
        self.open.here = False

    def lifted(self, function):
        def on_the_device(*arrays, **options):
            assert getattr(self.open, "here", False), "outside the session"
            on_device(*arrays)
            found = function(*(a.view(np.ndarray) if isinstance(a, np.ndarray) else a for a in arrays), **options)
            return tuple(a.view(OnDevice) for a in found) if isinstance(found, tuple) else found.view(OnDevice)

        return on_the_device

    def asarray(self, array):
        assert self.open.here and not isinstance(array, OnDevice)
        return np.array(array).view(OnDevice)

    def asnumpy(self, array):
        assert self.open.here and isinstance(array, OnDevice)
        return np.array(array.view(np.ndarray))


def twin(free=100 * GB, total=100 * GB) -> Device:
    """A device on the CPU with so much memory."""
    parts = Twin()
    return Device(
        "twin", lambda: (free, total), parts.session, parts.asarray, parts.lifted(np.zeros), parts.asnumpy, parts.lifted(np.linalg.cholesky),
        parts.lifted(np.linalg.eigh), parts.lifted(np.linalg.eigvalsh), parts.lifted(scipy.linalg.solve_triangular),
    )  # fmt: skip


@pytest.fixture(params=["twin", pytest.param("gpu", marks=pytest.mark.gpu)])
def device(request, monkeypatch):
    """The twin, and a GPU where there is one; `device="gpu"` finds it."""
    found = twin() if request.param == "twin" else gpu.find_gpu()
    if isinstance(found, str):
        pytest.skip(f"there is no GPU here ({found})")
    monkeypatch.setattr(gpu, "find_gpu", lambda: found)
    return found


def present(monkeypatch, found):
    monkeypatch.setattr(gpu, "find_gpu", lambda: found)
    return found


def apart(values):
    """Which of ascending or descending values lie so far from their neighbours that their vectors are sure."""
    gaps = np.abs(np.diff(values)) > 1e-5 * np.abs(values).mean()
    return np.concatenate([[True], gaps]) & np.concatenate([gaps, [True]])


# --- the numbers --------------------------------------------------------------------------------------------------------------------------------


def test_the_spectrum(bonds, dimension, device):
    expected, modes = full_spectrum(bonds.hessian, dimension, vectors=True)
    values, none = full_spectrum(bonds.hessian, dimension, device="gpu")
    again, vectors = full_spectrum(bonds.hessian, dimension, vectors=True, device="gpu")
    assert none is None
    assert [type(array) for array in (values, again, vectors)] == [np.ndarray] * 3
    assert np.allclose(values, expected, rtol=1e-8) and np.allclose(again, expected, rtol=1e-8)
    assert np.allclose(vectors.T @ vectors, np.eye(len(expected)), atol=1e-11)
    assert np.allclose(bonds.hessian @ vectors, vectors * again, atol=1e-10 * expected.max())
    overlap = np.abs(np.einsum("ik,ik->k", modes, vectors))[apart(expected)]
    assert len(overlap) > 0.9 * len(expected) and np.allclose(overlap, 1, rtol=0, atol=1e-8)


@pytest.mark.parametrize("in_blocks", [False, True])
def test_the_pencil(bonds, dimension, device, in_blocks):
    expected, modes = full_pencil(bonds.unit_hessian, bonds.hessian, dimension, vectors=True)
    blocks = (lambda: dissected(bonds.sample.positions, bonds.sample.box, bonds.i, bonds.j)) if in_blocks else None
    values, none = full_pencil(bonds.unit_hessian, bonds.hessian, dimension, blocks=blocks, device="gpu")
    again, vectors = full_pencil(bonds.unit_hessian, bonds.hessian, dimension, vectors=True, blocks=blocks, device="gpu")
    assert none is None
    assert [type(array) for array in (values, again, vectors)] == [np.ndarray] * 3
    assert np.allclose(values, expected, rtol=1e-8) and np.allclose(again, expected, rtol=1e-8)
    assert np.allclose(vectors.T @ (bonds.hessian @ vectors), np.eye(len(expected)), atol=1e-9)
    left = bonds.unit_hessian @ vectors
    assert np.abs(left - (bonds.hessian @ vectors) * again).max() < 1e-9 * np.abs(left).max()
    assert np.abs(vectors.reshape(-1, dimension, len(again)).mean(axis=0)).max() < 1e-12 * np.abs(vectors).max()
    overlap = np.abs(np.einsum("ik,ik->k", modes, bonds.hessian @ vectors))[apart(expected)]
    assert len(overlap) > 0.5 * len(expected) and np.allclose(overlap, 1, rtol=0, atol=1e-8)


@pytest.mark.parametrize(("spectrum", "vectors"), [("full", "all"), ("full", 5), ("part", 5)])
@pytest.mark.parametrize("measure", [find_modes, diagonalise_bond_operator])
def test_the_columns_of_the_measures(any_glass, device, monkeypatch, measure, spectrum, vectors):
    """A full spectrum is one session on the device; a few modes alone are left to Lanczos on the CPU."""
    kind, sessions = {"full": "full", "part": "lowest" if measure is find_modes else "largest"}[spectrum], []
    present(monkeypatch, dataclasses.replace(device, session=lambda: sessions.append(1) or device.session()))
    expected = measure(any_glass, kind, vectors)
    assert len(sessions) == 0
    columns = measure(any_glass, kind, vectors, Algebra(device="gpu"))
    assert len(sessions) == (spectrum == "full")
    assert list(columns) == list(expected)
    values = expected["omega" if measure is find_modes else "lambda"]
    sure = apart(values)
    for name, column in expected.items():
        of_vectors = name not in ("mode", "lambda") and (measure is diagonalise_bond_operator or name == "participation")
        rows = sure if of_vectors else slice(None)
        assert np.allclose(columns[name][rows], column[rows], rtol=1e-6 if of_vectors else 1e-8, equal_nan=True), name


@pytest.mark.parametrize("vectors", ["all", 0])
def test_modes_of_any_masses(any_glass, device, vectors):
    heavy = dataclasses.replace(any_glass, masses=np.random.default_rng(1).uniform(0.3, 6.0, any_glass.particles))
    expected, columns = find_modes(heavy, "full", vectors), find_modes(heavy, "full", vectors, Algebra(device="gpu"))
    sure = apart(expected["omega"])
    assert np.allclose(columns["omega"], expected["omega"], rtol=1e-8)
    assert np.allclose(columns["participation"][sure], expected["participation"][sure], rtol=1e-6, equal_nan=True)
    assert not np.allclose(columns["omega"], find_modes(any_glass, "full", 0)["omega"], rtol=1e-2)


# --- states that are no minima ------------------------------------------------------------------------------------------------------------------


def said(action) -> str:
    with pytest.raises(SampleError) as error:
        action()
    return str(error.value)


def both(unit, hessian, dimension):
    """What is said of the spectrum, and of the pencil: on the CPU and on the device."""
    actions = partial(full_spectrum, hessian, dimension), partial(full_pencil, unit, hessian, dimension)
    return [tuple(said(partial(action, device=name)) for name in ("cpu", "gpu")) for action in actions]


@pytest.mark.parametrize("depth", [1.0, 1e-3])
def test_a_saddle_is_named_as_on_the_cpu(bonds, dimension, device, depth):
    assert all(here == there for here, there in both(bonds.unit_hessian, saddle(bonds, dimension, depth), dimension))


def test_a_liquid_is_named_as_on_the_cpu(device):
    hot = Interactions.of(liquid(poly(), 160, 1.3))
    (spectrum, again), pencil = both(hot.unit_hessian, hot.hessian, 3)
    assert spectrum == again and re.fullmatch(r"not a minimum: \d+ negative modes", again)
    assert pencil == (NOT_A_MINIMUM, NOT_A_MINIMUM)


@pytest.mark.parametrize("place", ["first", "last"])
def test_a_rattler_is_named(bonds, dimension, device, place):
    """Of the pencil by a pivot that is zero within rounding, which may have either sign."""
    (spectrum, again), (_, pencil) = both(*(with_rattler(matrix, dimension, place) for matrix in (bonds.unit_hessian, bonds.hessian)), dimension)
    assert again == spectrum == f"not a rigid minimum: {2 * dimension} zero modes, expected the {dimension} translations"
    assert pencil in (NOT_A_MINIMUM, NOT_RIGID)


def test_a_rattler_is_named_in_whatever_order_the_particles_come(planar_glass, device):
    """As in test_linalg: by rounding the last pivots can be positive, and only their size tells."""
    rng = np.random.default_rng(1)
    for _ in range(40):
        order = rng.permutation(planar_glass.particles)
        bonds = Interactions.of(planar_glass.moved(planar_glass.positions[order], sizes=planar_glass.sizes[order]))
        unit, hessian = (with_rattler(matrix, 2, "first") for matrix in (bonds.unit_hessian, bonds.hessian))
        assert "minimum" in said(partial(full_pencil, unit, hessian, 2, device="gpu"))


def test_a_failure_leaves_the_device_usable(bonds, dimension, device):
    said(lambda: full_pencil(bonds.unit_hessian, saddle(bonds, dimension), dimension, device="gpu"))
    expected = full_pencil(bonds.unit_hessian, bonds.hessian, dimension)[0]
    assert np.allclose(full_pencil(bonds.unit_hessian, bonds.hessian, dimension, device="gpu")[0], expected, rtol=1e-8)


# --- several samples at once --------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def samples(glass):
    """Glasses, mirrored and shifted, with samples among them that cannot be measured."""
    mirrors = [glass.moved(glass.positions * np.array(signs)) for signs in ([1, 1, 1], [-1, 1, 1], [1, -1, 1], [-1, -1, -1])]
    hot = liquid(poly(), 160, 1.3)
    found = [mirrors[0], hot, *mirrors[1:3], missing_sample(0, 160, 0.7, "unreadable: so and so"), mirrors[3]]
    return [dataclasses.replace(sample, index=index, parent_temperature=0.7) for index, sample in enumerate(found)]


@pytest.mark.parametrize(("observable", "measure"), [("modes", find_modes), ("bond_operator", partial(diagonalise_bond_operator, vectors=3))])
def test_the_rows_do_not_depend_on_how_many_are_measured_at_once(samples, device, observable, measure):
    """To the last bit, on the twin; a GPU may sum in another order."""
    exactly = device.name == "twin"
    on_gpu = partial(measure, algebra=Algebra(device="gpu"))
    one = table(samples, observable, on_gpu)
    for at_once in (2, 4, 7):
        several = table(samples, observable, on_gpu, at_once)
        pd.testing.assert_frame_equal(several, one, check_exact=exactly, **({} if exactly else {"rtol": 1e-9}))
    cpu = table(samples, observable, measure)
    assert one["flag"].tolist() == cpu["flag"].tolist() and one["sample"].tolist() == cpu["sample"].tolist()
    assert set(one["flag"][one["flag"] != ""]) == {cpu["flag"][cpu["sample"] == 1].item(), "unreadable: so and so"}
    value = "omega" if observable == "modes" else "lambda"
    assert np.allclose(one[value], cpu[value], rtol=1e-8, equal_nan=True)


@pytest.mark.parametrize(("free", "expected"), [(0, 1), (0.99, 1), (2.5, 2), (3.01, 3), (50, 4)])
def test_as_many_samples_as_the_free_memory_holds(monkeypatch, free, expected):
    sample = MATRICES * 8 * 480**2
    present(monkeypatch, twin(free=int(free * sample)))
    assert Algebra(device="gpu").samples_at_once(480, most=4) == expected
    assert Algebra(device="cpu").samples_at_once(480, most=4) == 1


@pytest.mark.parametrize("vectors", [False, True])
def test_a_sample_takes_no_more_memory_than_is_reckoned(bonds, dimension, vectors):
    """Arrays alone: cuSOLVER's workspace, two matrices more, is not among the twin's."""
    device, size = twin(), bonds.hessian.shape[0] - dimension
    held = [matrix[dimension:, dimension:] for matrix in (bonds.unit_hessian, bonds.hessian)]
    for action in (partial(device.pencil, *held), partial(device.spectrum, held[1])):
        action(vectors)
        tracemalloc.start()
        action(vectors)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak / (8 * size**2) + 2 <= MATRICES + 0.5  # of which the half are vectors and indices, not matrices


# --- which device -------------------------------------------------------------------------------------------------------------------------------


def test_the_choice_where_there_is_a_gpu(monkeypatch):
    here = present(monkeypatch, twin())
    assert chosen_device("cpu", 480) is None
    assert chosen_device("gpu", 480) is here and chosen_device("auto", 480) is here
    assert Algebra("scipy", "auto").describe(480) == {"solver": "sparse LU (SuperLU)", "device": "twin"}
    assert Algebra("scipy").describe(480)["device"] == "cpu"


def test_the_choice_where_there_is_none(glass, monkeypatch):
    present(monkeypatch, "CuPy says: no driver")
    assert chosen_device("cpu", 480) is None and chosen_device("auto", 480) is None
    assert samples_at_once(None, 480, most=4) == 1
    sentence = r"config key linear_algebra\.device is gpu and there is none \(CuPy says: no driver\): allowed here are auto and cpu"
    for action in (lambda: Algebra(device="gpu").describe(480), lambda: find_modes(glass, algebra=Algebra(device="gpu"))):
        with pytest.raises(InputError, match=sentence):
            action()
    expected, columns = (find_modes(glass, algebra=Algebra(device=name)) for name in ("cpu", "auto"))
    assert all(np.array_equal(columns[name], expected[name]) for name in expected)


def test_a_gpu_that_is_too_small(monkeypatch):
    present(monkeypatch, twin(total=2 * GB))
    with pytest.raises(InputError, match=r"linear_algebra\.device is gpu: a sample of 6000 unknowns takes 2\.3 GB, and the twin has 2 GB"):
        chosen_device("gpu", 6000)
    assert chosen_device("auto", 6000) is None and chosen_device("gpu", 5000) is not None


def test_without_cupy_the_reason_is_given(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert re.match("CuPy says: .*cupy", gpu.find_gpu.__wrapped__())


def fake_cupy(monkeypatch, **changes):
    """A package cupy whose functions are the twin's; returns the record of what was asked of it."""
    parts, seen = Twin(), SimpleNamespace(streams=[], errstate=set())
    parts.open.here = True  # the trial of the functions needs no session

    class Stream:
        def __init__(self, non_blocking):
            assert non_blocking
            seen.streams.append(threading.get_ident())
            self.inside = None

        def __enter__(self):
            assert seen.streams.count(threading.get_ident()) == 1
            self.inside = parts.session()
            self.inside.__enter__()

        def __exit__(self, *error):
            self.inside.__exit__(None, None, None)

    linalg = SimpleNamespace(**{name: parts.lifted(getattr(np.linalg, name)) for name in ("cholesky", "eigh", "eigvalsh")})
    runtime = SimpleNamespace(getDeviceProperties=lambda number: {"name": b"Twin 3000"})
    cuda = SimpleNamespace(Stream=Stream, Device=lambda: SimpleNamespace(id=0, mem_info=(3 * GB, 4 * GB)), runtime=runtime)
    cupy = {
        "__version__": "15.0", "cuda": cuda, "linalg": linalg, "asarray": parts.asarray, "asnumpy": parts.asnumpy,
        "zeros": parts.lifted(np.zeros), "eye": parts.lifted(np.eye),
    }  # fmt: skip
    cupyx = SimpleNamespace(errstate=lambda linalg: seen.errstate.add(linalg) or nullcontext())
    solve_triangular = parts.lifted(scipy.linalg.solve_triangular)
    modules = {
        "cupy": SimpleNamespace(**{**cupy, **changes}), "cupyx": cupyx, "cupyx.scipy": SimpleNamespace(),
        "cupyx.scipy.linalg": SimpleNamespace(solve_triangular=solve_triangular),
    }  # fmt: skip
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    return seen


def test_every_thread_has_one_stream_and_failures_are_raised(glass, monkeypatch):
    seen = fake_cupy(monkeypatch)
    found = present(monkeypatch, gpu.find_gpu.__wrapped__())
    assert found.name == "Twin 3000, CuPy 15.0" and found.memory() == (3 * GB, 4 * GB)
    samples = [dataclasses.replace(glass, index=index, parent_temperature=0.7) for index in range(6)]
    frame = table(samples, "bond_operator", partial(diagonalise_bond_operator, vectors=2, algebra=Algebra(device="gpu")), at_once=2)
    assert (frame["flag"] == "").all()
    assert 1 <= len(seen.streams) == len(set(seen.streams)) <= 2 and threading.get_ident() not in seen.streams
    assert seen.errstate == {"raise"}


def test_cupy_without_a_driver_says_so_in_one_line(monkeypatch):
    def eye(size):
        raise RuntimeError("cudaErrorInsufficientDriver:\n  CUDA driver version is insufficient" + " and so on" * 50)

    fake_cupy(monkeypatch, eye=eye)
    reason = gpu.find_gpu.__wrapped__()
    assert reason.startswith("CuPy says: cudaErrorInsufficientDriver: CUDA driver") and "\n" not in reason and len(reason) < 120
