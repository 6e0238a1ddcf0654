"""Counted moves: random numbers that anybody can make again, move after move as a naive chain makes them, alone, side by side, or on a GPU.

The kernels run where CuPy finds a GPU. Everywhere else the chains of the CPU stand in their place, move for move the same.
"""

import threading
from types import SimpleNamespace

import naive
import numpy as np
import pytest
from cuda_on_cpu import emulated_cupy  # noqa: F401 (a fixture)
from naive import PLANAR, SMALL, binary, jittered, liquid, poly
from test_swap import assert_lists_are_sound, present
from vitrine.errors import InputError
from vitrine.interactions.forces import configurational_terms, energy_and_virial
from vitrine.linalg.gpu import Device, find_gpu
from vitrine.models import glass_former
from vitrine.preparation import side_by_side, swap_gpu
from vitrine.preparation.counted import REST, CountedSwap, philox, room, run_counted
from vitrine.preparation.liquids import equilibrate_liquid, random_starts
from vitrine.preparation.neighbourhood import neighbourhood
from vitrine.preparation.restart import Restarts
from vitrine.preparation.side_by_side import Moved, one_by_one_or_side_by_side
from vitrine.samples.store import missing_sample

from benchmarks.gpu import chain_rows

MODELS = {
    "published": lambda: liquid(poly(), 160, 2.0),
    "planar": lambda: liquid(poly(**PLANAR), 64, 2.0),
    "short_range": lambda: liquid(poly(**SMALL), 54, 2.0),
}
LENNARD_JONES = {"dimension": 3, "density": 1.2, "small_fraction": 0.2, "cutoff": 2.5, "cutoff_of": "AA"}
SETTINGS = {
    "sampler": "swap_gpu", "swap_fraction": 0.2, "swap_range": 0.35, "target_acceptance": 0.25, "tuning_sweeps": 20, "overlap_length": 0.3,
    "restart_sweeps": 100, "swap_gpu": {"device": "gpu", "look_sweeps": 20},
}  # fmt: skip


@pytest.fixture(scope="module", params=MODELS.values(), ids=MODELS)
def start(request):
    return request.param()


def chain(sample, temperature=2.0, seed=3, **options):
    return CountedSwap(sample, temperature, np.random.default_rng(seed), **options)


# --- random numbers ---------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)  # fmt: skip
def test_the_generator_gives_the_published_words(counter, key, words):
    out = np.array(counter, dtype=np.uint64)
    philox(out, np.uint64(key[0]), np.uint64(key[1]))
    assert tuple(map(int, out)) == words


def naive_words(move, key):
    """The eight words of a move, by whole numbers of Python."""
    found = []
    for half in range(2):
        x, k = [move % 2**32, move >> 32, half, 0], list(key)
        for _ in range(10):
            first, second = 0xD2511F53 * x[0], 0xCD9E8D57 * x[2]
            x = [(second >> 32) ^ x[1] ^ k[0], second % 2**32, (first >> 32) ^ x[3] ^ k[1], first % 2**32]
            k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
        found += x
    return found


def naive_move(sample, move, key, temperature, step, fraction, reach):
    """The sample after a move, and its place in the counts, with energies from all pairs."""
    words, n = naive_words(move, key), sample.particles
    i, j = words[0] * n >> 32, words[2] * n >> 32
    positions, sizes = sample.positions.copy(), sample.sizes.copy()
    exchange = words[1] / 2**32 < fraction
    if exchange:
        if i == j or abs(sizes[i] - sizes[j]) > reach:
            return sample, (2,)
        sizes[[i, j]] = sizes[[j, i]]
    else:
        positions[i] += [step * (2 * (word + 0.5) / 2**32 - 1) for word in words[2 : 2 + sample.dimension]]
    moved = sample.moved(positions, sizes=sizes)
    uniform = ((words[5] >> 5) * 2**26 + (words[6] >> 6) + 1) / 2**53
    if naive.energy(moved) - naive.energy(sample) > -temperature * np.log(uniform):
        return sample, (2,) if exchange else (0,)
    return moved, (2, 3) if exchange else (0, 1)


# --- moves ------------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fraction", [0.2, 0.8])
def test_moves_are_those_of_a_chain_with_energies_from_all_pairs(start, fraction):
    counted = chain(start, swap_fraction=fraction)
    key, sample, counts = [int(word) for word in counted._key], present(counted), np.zeros(4, dtype=int)
    for move in range(200):
        sample, places = naive_move(sample, move, key, 2.0, counted.step, fraction, counted.swap_range)
        counts[list(places)] += 1
    assert np.array_equal(counted._moves(200), counts) and np.all(counts[:3] > 0)
    assert np.allclose(counted.positions, sample.positions, rtol=0, atol=1e-13) and np.array_equal(counted.sizes, sample.sizes)
    assert counted.energy == pytest.approx(naive.energy(sample), rel=1e-12)


def test_lists_stay_sound(start):
    counted = chain(start)
    for _ in range(20):
        counted.advance(5)
        assert_lists_are_sound(counted)


def test_moves_in_parts_are_the_moves_in_one_go(start):
    whole, parts = chain(start), chain(start)
    counts = whole._moves(5000)
    assert np.array_equal(counts, sum(parts._moves(number) for number in (1, 999, 4000)))
    assert np.array_equal(whole.positions, parts.positions) and np.array_equal(whole.sizes, parts.sizes)


def test_numbers_of_moves_beyond_32_bits_have_their_own_words(start):
    late = [chain(start) for _ in range(2)]
    for counted, made in zip(late, (0, 2**32), strict=True):
        counted._made = made
        counted._moves(500)
    assert not np.array_equal(late[0].positions, late[1].positions)


def test_models_that_have_no_kernel_are_refused():
    for model in (binary(), glass_former("kob_andersen", LENNARD_JONES)):
        sample = jittered(model, 12 if model.dimension == 2 else 6)
        with pytest.raises(ValueError, match="one type"):
            chain(sample)


# --- side by side -----------------------------------------------------------------------------------------------------------------------------------


class ChainsOnCpu:
    """What `GpuChains` does, by the chains of the CPU; `rounds` are the seats of each call."""

    def __init__(self, sample, swap_fraction, swap_range, chains):
        self.sample, self.fraction, self.reach = sample, swap_fraction, swap_range
        self.chains, self.rounds, self.full = {}, [], set()

    def put(self, seat, body, key, temperature):
        d = self.sample.dimension
        state = neighbourhood(self.sample.moved(body[:, :d], sizes=body[:, 3].copy()), REST, REST + room(self.sample.model, self.reach))
        self.chains[seat] = (state, np.array(key, dtype=np.uint64), temperature)

    def advance(self, seats, steps, firsts, moves):
        self.rounds.append(tuple(seats))
        return [self._advanced(*each) for each in zip(seats, steps, firsts, moves, strict=True)]

    def _advanced(self, seat, step, first, moves):
        state, key, temperature = self.chains[seat]
        kernel, counts = self.sample.model.kernels[0], np.zeros(4, dtype=np.int64)
        steps = np.where(np.arange(3) < self.sample.dimension, step, 0.0)
        run_counted(state, kernel, temperature, steps, self.fraction, self.reach, key, first, moves, counts)
        now = self.sample.moved(state.body[:, : self.sample.dimension], sizes=state.body[:, 3].copy())
        trouble = "a neighbour list is full" if seat in self.full else ""
        return Moved(counts, state.body.copy(), naive.energy(now), *configurational_terms(now), energy_and_virial(now)[1], trouble)


@pytest.fixture
def on_cpu(monkeypatch):
    """A GPU is found, and its chains are those of the CPU; the list of all that were made."""
    made = []

    def chains(*arguments):
        made.append(ChainsOnCpu(*arguments))
        return made[-1]

    nothing = SimpleNamespace()
    device = Device("twin", *[nothing] * 9)
    monkeypatch.setattr(side_by_side, "find_gpu", lambda: device)
    monkeypatch.setattr(swap_gpu, "GpuChains", chains)
    return made


def liquids(settings, starts, sweeps, enough=None, restarts=None):
    """The liquids and runs of some starts, as a job makes them."""

    def work(start, meeting):
        lengths = {"sweeps": sweeps} if enough is None else {"sweeps": sweeps, "enough": enough[start.index]}
        return equilibrate_liquid(start, 1.3, 7, settings, restarts=restarts, meeting=meeting, **lengths)

    return list(one_by_one_or_side_by_side(settings, iter(starts), work))


def starts(number=5):
    return list(random_starts(poly(), 140, 1.3, range(number), seed=11))


def same_but_for_rounding(first, second):
    (a, run_a), (b, run_b) = first, second
    assert np.allclose(a.positions, b.positions, rtol=0, atol=1e-12) and np.array_equal(a.sizes, b.sizes) and a.index == b.index
    assert run_a.sweeps == run_b.sweeps and run_a.overlap_curve == run_b.overlap_curve and run_a.swap_acceptance == run_b.swap_acceptance
    assert run_a.energy == pytest.approx(run_b.energy, rel=1e-12) and run_a.step == run_b.step
    assert run_a.pressure == pytest.approx(run_b.pressure, rel=1e-11)
    assert run_a.configurational_temperature == pytest.approx(run_b.configurational_temperature, rel=1e-9)


def test_chains_side_by_side_are_the_chains_alone(on_cpu):
    begun = starts()
    together = liquids(SETTINGS, begun, 400)
    (chains,) = on_cpu
    assert set(chains.rounds) == {(0, 1, 2, 3, 4)}  # all made all their moves in company
    alone = liquids({**SETTINGS, "swap_gpu": {"device": "cpu", "look_sweeps": 20}}, begun, 400)
    for pair in zip(together, alone, strict=True):
        same_but_for_rounding(*pair)
    assert {liquid.provenance["engine"] for liquid, _ in together} == {"swap Monte Carlo on a GPU"}
    assert all(run.overlap_curve[0][0] == 20 for _, run in together)


def test_company_changes_nothing_and_those_that_are_done_leave(on_cpu):
    begun = starts(3)
    ends = {0: lambda clock: False, 1: lambda clock: True, 2: lambda clock: False}
    (first, _), (early, run), (last, _) = liquids(SETTINGS, begun, 400, ends)
    assert run.sweeps == 20 and on_cpu[0].rounds[-1] in {(0, 2), (1, 2), (0, 1)}  # seats are taken in the order of coming
    for end, start in ((first, begun[0]), (last, begun[2])):
        ((alone, _),) = liquids(SETTINGS, [start], 400)
        assert np.array_equal(end.positions, alone.positions) and np.array_equal(end.sizes, alone.sizes)
    assert not np.array_equal(early.positions, begun[1].positions)


def test_a_run_that_was_stopped_goes_on_to_the_same_bits(on_cpu, tmp_path):
    whole = liquids(SETTINGS, starts(3), 400, restarts=Restarts(tmp_path / "whole", 100, "origin"))
    with pytest.raises(InputError, match="walltime"):
        liquids(SETTINGS, starts(3), 400, restarts=Restarts(tmp_path / "parts", 100, "origin", walltime_minutes=0.0))
    parts = liquids(SETTINGS, starts(3), 400, restarts=Restarts(tmp_path / "parts", 100, "origin"))
    for (a, run_a), (b, run_b) in zip(whole, parts, strict=True):
        assert np.array_equal(a.positions, b.positions) and np.array_equal(a.sizes, b.sizes) and run_a.energy_series == run_b.energy_series


def test_what_is_wrong_with_one_chain_flags_that_sample_alone(on_cpu, monkeypatch):
    begun, put = starts(3), ChainsOnCpu.put

    def put_and_mark(self, seat, body, *rest):
        if body[0, 0] == begun[1].positions[0, 0]:
            self.full.add(seat)
        put(self, seat, body, *rest)

    monkeypatch.setattr(ChainsOnCpu, "put", put_and_mark)
    assert [made.flag for made, _ in liquids(SETTINGS, begun, 100)] == ["", "a neighbour list is full", ""]


def test_a_device_that_fails_fails_the_job_and_nobody_waits_for_ever(on_cpu, monkeypatch):
    def fail(*_):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(ChainsOnCpu, "advance", fail)
    with pytest.raises(RuntimeError, match="out of memory"):
        liquids(SETTINGS, starts(3), 100)
    assert threading.active_count() == 1


def test_a_job_that_ends_half_way_stops_its_chains(on_cpu):
    begun, looks = starts(3), []

    def work(start, meeting):
        def enough(clock):
            looks.append(start.index)
            return start.index == 0

        return equilibrate_liquid(start, 1.3, 7, SETTINGS, 1_000_000, enough=enough, meeting=meeting)

    runs = side_by_side.side_by_side(begun, work, ChainsOnCpu)
    liquid, run = next(runs)
    runs.close()  # as Ctrl-C does
    assert liquid.index == 0 and run.sweeps == 20 and threading.active_count() == 1 and len(looks) < 1000


def test_a_missing_sample_takes_no_seat(on_cpu):
    begun = starts(2)
    missing = missing_sample(1, 140, 1.3, "lost")
    (first, run), (second, none) = liquids(SETTINGS, [begun[0], missing], 100)
    assert first.flag == "" and run.sweeps == 100 and second.particles == 0 and none is None


def test_without_a_gpu_the_reason_is_given(monkeypatch):
    monkeypatch.setattr(side_by_side, "find_gpu", lambda: "CuPy says: no device")
    with pytest.raises(InputError, match=r"preparation.sampler is swap_gpu and there is no GPU \(CuPy says: no device\).*device cpu"):
        liquids(SETTINGS, starts(1), 100)


# --- on a GPU, or its emulation on a core -----------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["emulated", pytest.param("gpu", marks=pytest.mark.gpu)])
def device(request):
    """Where the kernels run."""
    if request.param == "emulated":
        request.getfixturevalue("emulated_cupy")
    elif not isinstance(find_gpu(), Device):
        pytest.skip(find_gpu())
    return request.param


def gpu_chains(sample, number, warps=swap_gpu.WARPS):
    chains = swap_gpu.GpuChains(sample, 0.2, 0.35, number, warps)
    for seat in range(number):
        chains.put(seat, chain(sample)._state.body, np.array([seat, 5]), 2.0)
    return chains


def assert_moved_as_on_the_cpu(start, seat, moves, found):
    counted = chain(start, step=0.1)
    counted._key = np.array([seat, 5], dtype=np.uint64)
    assert np.array_equal(counted._moves(moves), found.counts)
    assert np.allclose(counted._state.body, found.body, rtol=0, atol=1e-11)
    now, d = present(counted), start.dimension
    _, _, _, r, phi, slope, curvature = naive.all_pairs(now)
    assert found.energy == pytest.approx(phi.sum(), rel=1e-11) and found.trouble == ""
    assert found.squares == pytest.approx(np.sum(naive.forces(now) ** 2), rel=1e-9)
    assert found.laplacian == pytest.approx(2.0 * np.sum(curvature + (d - 1) * slope / r), rel=1e-10)
    assert found.virial == pytest.approx(-np.sum(slope * r), rel=1e-11)


@pytest.mark.parametrize(("warps", "many"), [(1, 1500), (8, 1500), (32, 400)])
def test_the_kernels_make_the_moves_of_the_cpu(device, start, warps, many):
    chains = gpu_chains(start, 3, warps)
    moved = chains.advance([0, 2], [0.1, 0.1], [0, 0], [many, many + 1])
    moved += chains.advance([1], [0.1], [0], [7])
    for seat, moves, found in zip((0, 2, 1), (many, many + 1, 7), moved, strict=True):
        assert_moved_as_on_the_cpu(start, seat, moves, found)


def test_bodies_too_many_for_shared_memory_give_the_same(device, start, monkeypatch):
    near = gpu_chains(start, 1).advance([0], [0.1], [0], [1000])[0]
    monkeypatch.setattr(swap_gpu, "SHARED", 0)
    far = gpu_chains(start, 1).advance([0], [0.1], [0], [1000])[0]
    assert np.array_equal(near.body, far.body) and np.array_equal(near.counts, far.counts)


def test_no_number_of_a_chain_hangs_on_warps_company_or_parts(device, start):
    alone = gpu_chains(start, 1).advance([0], [0.1], [0], [1500])[0]
    chains = gpu_chains(start, 5, 16)
    chains.advance([0, 3], [0.1, 0.1], [0, 0], [333, 10])
    parts = chains.advance([0, 4], [0.1, 0.1], [333, 0], [1167, 50])[0]
    assert np.array_equal(alone.body, parts.body)


def test_lists_of_the_kernels_stay_sound(device, start):
    chains = gpu_chains(start, 1)
    chains.advance([0], [0.2], [0], [4000])
    body, references = chains.cupy.asnumpy(chains._bodies)[0], chains.cupy.asnumpy(chains._references)[0]
    lists, lengths = chains.cupy.asnumpy(chains._lists)[0], chains.cupy.asnumpy(chains._lengths)[0]
    assert np.any(references != chain(start)._state.body)  # some were renewed
    listed = np.zeros((len(body),) * 2, dtype=bool)
    for i, mine in enumerate(lists):
        listed[i, mine[: lengths[i]]] = True
    assert listed.sum() == lengths.sum() and np.array_equal(listed, listed.T)  # nobody twice, and both know of each other
    i, j, *_ = naive.all_pairs(start.moved(body[:, : start.dimension], sizes=body[:, 3].copy()))
    assert np.all(listed[i, j]) and not np.any(np.diag(listed))


def test_a_list_that_is_full_is_told(device, start):
    chains = gpu_chains(start, 2)
    chains._overflows[1] = 1
    assert [bool(moved.trouble) for moved in chains.advance([0, 1], [0.1, 0.1], [0, 0], [10, 10])] == [False, True]


def test_the_benchmark_times_chains(device, start):
    def seconds(action):
        action()
        return 1.0

    on_the_gpu, counted = chain_rows(start, seconds, chains=2, sweeps=1)
    assert on_the_gpu[0] == "move of swap Monte Carlo, 2 chains on the GPU" and on_the_gpu[1] > 0
    assert on_the_gpu[3] == counted[1] == counted[3] == 1 / (20 * start.particles)


def test_so_many_particles_have_no_number(monkeypatch, start):
    monkeypatch.setattr(swap_gpu, "LARGEST", 10)
    with pytest.raises(InputError, match=r"ensembles.axes.particles has \d+: .*swap_gpu at most 10 are allowed"):
        swap_gpu.GpuChains(start, 0.2, 0.35, 1)


def test_a_whole_job_on_a_gpu_is_that_of_the_cpu(device, monkeypatch):
    if device == "emulated":
        monkeypatch.setattr(side_by_side, "find_gpu", lambda: Device("emulation", *[None] * 9))
    alone = liquids({**SETTINGS, "swap_gpu": {"device": "cpu", "look_sweeps": 20}}, starts(2), 40)
    for pair in zip(liquids(SETTINGS, starts(2), 40), alone, strict=True):
        same_but_for_rounding(*pair)
