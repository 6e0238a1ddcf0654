"""The chains of a batch side by side on a GPU. Each runs as it would alone, in a thread of its own; they meet where they make their moves.

A thread that wants moves waits until all others want theirs, or are done; the last one to come makes those of all in one go. What a chain does hangs
on its own key and number of moves alone, so that no number depends on the company.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Condition
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from vitrine.errors import InputError, SampleError
from vitrine.interactions.neighbours import padded
from vitrine.linalg.gpu import Device, find_gpu
from vitrine.preparation.counted import CountedSwap
from vitrine.preparation.samplers import chains_on_gpu
from vitrine.samples.sample import Sample

Result = TypeVar("Result")


class Moved(NamedTuple):
    """A chain after its moves: counts as those of `swap._run`, places and sizes (N, 4), and what they show; or what went wrong with it.

    energy: potential; squares, laplacian: |grad U|^2 and Laplacian of U; virial: sum of f r over pairs.
    """

    counts: np.ndarray
    body: np.ndarray
    energy: float
    squares: float
    laplacian: float
    virial: float
    trouble: str = ""


class Bodies(NamedTuple):
    """What the host keeps of a chain: places and sizes (N, 4). Lists are where the moves are made: what asks for them has no place here."""

    body: np.ndarray


class Chains(Protocol):
    """Where chains live: on a GPU (`swap_gpu.py`), or in the tests on the CPU."""

    def put(self, seat: int, body: np.ndarray, key: np.ndarray, temperature: float) -> None: ...

    def advance(self, seats: list[int], steps: list[float], firsts: list[int], moves: list[int]) -> list[Moved]: ...


class Meeting:
    """Where the chains of a batch meet: so many `members`, each with a seat. make(sample, swap_fraction, swap_range, members) gives the Chains."""

    def __init__(self, members: int, make: Callable[[Sample, float, float, int], Chains]) -> None:
        self._members, self._make, self._seats = members, make, 0
        self._chains: Chains | None = None
        self._condition, self._capacity = Condition(), members
        self._posted: dict[int, tuple[float, int, int]] = {}
        self._moved: dict[int, Moved | Exception] = {}
        self._closed = False

    def join(self, sample: Sample, swap_fraction: float, swap_range: float) -> int:
        """A seat for a chain."""
        with self._condition:
            if self._chains is None:
                self._chains = self._make(sample, swap_fraction, swap_range, self._capacity)
            self._seats += 1
            return self._seats - 1

    def put(self, seat: int, body: np.ndarray, key: np.ndarray, temperature: float) -> None:
        """Put a chain at its start, or where it is taken up."""
        with self._condition:
            self._chains.put(seat, body, key, temperature)

    def advance(self, seat: int, step: float, first: int, moves: int) -> Moved:
        """Wait for the others, and make moves together with them. Raises SampleError where something is wrong with this chain alone."""
        with self._condition:
            self._posted[seat] = (step, first, moves)
            self._go_if_all_are_here()
            while seat not in self._moved and not self._closed:
                self._condition.wait()
            if self._closed:
                raise RuntimeError("the job has ended")
            moved = self._moved.pop(seat)
        if isinstance(moved, Exception):
            raise moved
        if moved.trouble:
            raise SampleError(moved.trouble)
        return moved

    def leave(self) -> None:
        """A chain is done."""
        with self._condition:
            self._members -= 1
            self._go_if_all_are_here()

    def close(self) -> None:
        """The job ends, by a signal or because of one chain: nobody makes further moves."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    def _go_if_all_are_here(self) -> None:
        if self._closed or not self._posted or len(self._posted) < self._members:
            return
        seats = sorted(self._posted)
        try:
            moved = self._chains.advance(seats, *map(list, zip(*(self._posted[seat] for seat in seats), strict=True)))
        except Exception as error:  # of the device: every thread that waits is told
            moved = [error] * len(seats)
        self._moved.update(zip(seats, moved, strict=True))
        self._posted.clear()
        self._condition.notify_all()


@dataclass
class MeetingSwap(CountedSwap):
    """A chain of counted moves that makes them at a meeting. What it shows is what the Chains measured after its last moves."""

    meeting: Meeting = field(kw_only=True)
    _seat: int | None = field(default=None, init=False)
    _moved: Moved | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self._seat is None:
            self._seat = self.meeting.join(self.sample, self.swap_fraction, self.swap_range)
        self.meeting.put(self._seat, self._state.body, self._key, self.temperature)

    def _begin(self) -> None:
        self._state = Bodies(np.column_stack([padded(self.sample.positions, self.sample.box)[0], self.sample.sizes]))

    def _moves(self, moves: int) -> np.ndarray:
        self._moved = self.meeting.advance(self._seat, self.step, self._made, moves)
        self._made += moves
        self._state.body[:] = self._moved.body
        return self._moved.counts

    @property
    def energy(self) -> float:
        """Potential energy after the last moves."""
        return self._moved.energy

    def configurational_terms(self) -> tuple[float, float]:
        """|grad U|^2 and the Laplacian of U after the last moves."""
        return self._moved.squares, self._moved.laplacian

    def pressure(self) -> float:
        """Pressure after the last moves [epsilon/lambda_min^d]."""
        return self._pressure(self._moved.virial)

    @property
    def description(self) -> dict:
        """The engine, for provenance."""
        return {"engine": "swap Monte Carlo on a GPU"}


def one_by_one_or_side_by_side(settings: Mapping, starts: Iterable[Sample], work: Callable[[Sample, Meeting | None], Result]) -> Iterator[Result]:
    """work(start, meeting) of each start, in their order: at once for those that a GPU runs, else one after the other and without a meeting.

    settings: of the preparation. Raises InputError where a GPU is asked for and there is none.
    """
    if not chains_on_gpu(settings):
        for start in starts:
            yield work(start, None)
        return
    found = find_gpu()
    if not isinstance(found, Device):
        raise InputError(
            f"config key preparation.sampler is swap_gpu and there is no GPU ({found}): allowed here are the other samplers, or "
            "preparation.swap_gpu.device cpu"
        )
    from vitrine.preparation.swap_gpu import GpuChains

    yield from side_by_side(list(starts), work, GpuChains)


def side_by_side(
    starts: list[Sample], work: Callable[[Sample, Meeting], Result], make: Callable[[Sample, float, float, int], Chains]
) -> Iterator[Result]:
    """work(start, meeting) of all starts at once, each in its thread, in their order. What ends it ends all chains at their next meeting."""
    meeting = Meeting(len(starts), make)

    def one(start: Sample) -> Result:
        try:
            return work(start, meeting)
        finally:
            meeting.leave()

    with ThreadPoolExecutor(max(1, len(starts))) as threads:
        try:
            yield from threads.map(one, starts)
        finally:
            meeting.close()
