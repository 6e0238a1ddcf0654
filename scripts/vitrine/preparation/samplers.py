"""The samplers, a row each: what is known of one before a chain of it is made. docs/adding.md says what a further one takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Sampler:
    """What a sampler is and asks for.

    words: of a sampler of Monte Carlo, for the record; empty for dynamics, of which the engine is told. exchanges: it is nothing without sizes to
    exchange. one_type: particles of several types are too much for it. section: it has settings of its own, under its name. times: the sampler whose
    relaxation times hold for it, empty where none do. sweep: the step of costs.yaml that is its sweep.
    """

    words: str = ""
    exchanges: bool = False
    one_type: bool = False
    section: bool = False
    times: str = ""
    sweep: str = "swap_sweep"


SAMPLERS = {
    "swap": Sampler("swap Monte Carlo (builtin)", times="swap"),
    "hamiltonian": Sampler(
        "Hamiltonian Monte Carlo (builtin)", exchanges=True, one_type=True, section=True, times="hamiltonian", sweep="hamiltonian_sweep"
    ),
    "swap_gpu": Sampler("swap Monte Carlo (GPU)", exchanges=True, one_type=True, section=True, times="swap"),
    "hybrid": Sampler(exchanges=True, times="swap"),
    "dynamics": Sampler(),
    "cooling": Sampler(),
}
MONTE_CARLO = {name: sampler.words for name, sampler in SAMPLERS.items() if sampler.words}
TIMED = tuple(name for name, sampler in SAMPLERS.items() if sampler.times == name)  # those with relaxation times of their own
SECTIONS = frozenset(name for name, sampler in SAMPLERS.items() if sampler.section)


def chains_on_gpu(preparation: Mapping) -> bool:
    """Whether the chains of a batch are all there at once, on a GPU, by the settings of a preparation."""
    return preparation["sampler"] == "swap_gpu" and preparation["swap_gpu"]["device"] == "gpu"
