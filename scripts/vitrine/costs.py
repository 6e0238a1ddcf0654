"""What steps take on one sample, as measured: power laws of N on one core (`costs.yaml`, written by benchmarks/costs.py), and how an observable adds
them.

    seconds = a (N/1000)^b (number/20)^p,    megabytes = m (N/1000)^c beside the interpreter's

with `number` the modes that are looked for. An observable's cost.py has one function, `cost(ask) -> Need`, made of these steps. Nothing heavy is
imported: a plan of many thousand jobs takes a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from vitrine.errors import InputError

COSTS = Path(__file__).with_name("costs.yaml")
ANOTHER_WAY = 4  # modes, or bonds, beyond 1/ANOTHER_WAY of the unknowns are found through full matrices
LANCZOS_BASIS = 5 / 2  # vectors that Lanczos keeps for each mode (linalg.spectra)


class Need(NamedTuple):
    """What a job, or a sample of it, takes: seconds on one core, peak memory [MB], rows of its table."""

    seconds: float
    megabytes: float
    rows: float = 0.0


@dataclass(frozen=True)
class Law:
    """The power laws of one step on one sample."""

    a: float
    b: float
    m: float
    c: float
    p: float = 0.0

    def need(self, particles: float, number: float = 20.0) -> Need:
        """Seconds and megabytes at N; of `number` modes."""
        size = particles / 1000
        return Need(self.a * size**self.b * (number / 20) ** self.p, self.m * size**self.c)


@dataclass(frozen=True)
class Costs:
    """What was measured. laws: by step, dimension and solver; models: by name and dimension, for each particle; rows: by table, for each row.

    start, table_job, figure_job: jobs before their first sample, those that combine tables, those that draw [s]; interpreter [MB].
    """

    laws: Mapping[tuple[str, int, str], Law]
    models: Mapping[tuple[str, int], Mapping[str, float]]
    rows: Mapping[str, Mapping[str, float]]
    start: float
    table_job: float
    figure_job: float
    interpreter: float
    machine: str
    date: str
    dsyevd: float

    @classmethod
    def load(cls, path: Path = COSTS) -> Costs:
        """The costs of a file as benchmarks/costs.py writes it."""
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        laws = {
            (row["step"], row["dimension"], row["solver"]): Law(**{name: row[name] for name in Law.__dataclass_fields__ if name in row})
            for row in told["steps"]
        }
        models = {(row["model"], row["dimension"]): row for row in told["models"]}
        jobs = told["jobs"]
        return cls(
            laws,
            models,
            {row["table"]: row for row in told["rows"]},
            jobs["start"],
            jobs["table"],
            jobs["figure"],
            jobs["interpreter"],
            told["machine"],
            told["date"],
            told["dsyevd_6000"],
        )

    def step(self, step: str, particles: float, dimension: int, solver: str = "", number: float = 20.0) -> Need:
        """What a step takes on one sample. One that was measured in three dimensions alone depends on the unknowns N d, as all do beyond three; a
        solver that was not measured is taken for the slowest other one."""
        if (step, dimension, solver) in self.laws:
            return self.laws[step, dimension, solver].need(particles, number)
        if (step, 3, solver) in self.laws:
            return self.laws[step, 3, solver].need(particles * dimension / 3, number)
        others = [law for (name, d, _), law in self.laws.items() if name == step and d == dimension]
        if not others and dimension > 3:
            return self.step(step, particles * dimension / 3, 3, solver, number)
        if not others:
            raise InputError(f"{COSTS.name} has no step {step}: write it anew with python -m benchmarks.scaling and python -m benchmarks.costs")
        return max((law.need(particles, number) for law in others), key=lambda need: need.seconds)

    def of_model(self, name: str, dimension: int, what: str) -> float:
        """What a glass former takes or has for each particle: `step` and `exchange` [s], `bonds`. Of one that was not measured in this dimension it
        is what the slowest other one takes."""
        own = self.models.get((name, dimension))
        return own[what] if own else max(other[what] for (_, d), other in self.models.items() if d == dimension and what in other)


@cache
def measured_costs() -> Costs:
    """The costs that come with Vitrine."""
    return Costs.load()


def together(*needs: Need, rows: float = 1.0) -> Need:
    """One step after the other."""
    return Need(sum(need.seconds for need in needs), max((need.megabytes for need in needs), default=0.0), rows)


@dataclass(frozen=True)
class Ask:
    """For which sample an observable's cost is asked: its size and glass former, the observable's settings, the sparse solver.

    samples: of its ensemble. rung_before: what a liquid of the rung before its own took. time_step: of dynamics.
    """

    costs: Costs
    particles: int
    dimension: int
    model: str
    settings: Mapping
    solver: str
    samples: int = 1
    rung_before: Need = Need(0.0, 0.0)
    time_step: float = 0.005

    def step(self, name: str, number: float = 20.0, sparse: bool = False) -> Need:
        """A measured step on this sample."""
        return self.costs.step(name, self.particles, self.dimension, self.solver if sparse else "", number)

    def factorised(self) -> tuple[Need, Need]:
        """Bonds with their Hessian, and its factorisation."""
        return self.step("hessian"), self.step("factorisation", sparse=True)

    @property
    def bonds(self) -> float:
        """Interacting pairs of the sample."""
        return self.costs.of_model(self.model, self.dimension, "bonds") * self.particles

    def spectrum(self, name: str, partial: str, whole: int) -> Need:
        """A spectrum, whole or the `number` softest (largest) alone; `whole`: vectors beyond 1/ANOTHER_WAY of it come from full matrices."""
        size = self.dimension * (self.particles - 1)
        number = size if self.settings["vectors"] == "all" else min(int(self.settings["vectors"]), size)
        rows = size if self.settings["spectrum"] == "full" else number
        if number > whole // ANOTHER_WAY:
            return together(self.step(f"{name}_vectors"), rows=rows)
        few = self.step(f"{name}_{partial}", number, sparse=True)
        few = few._replace(megabytes=few.megabytes + 8e-6 * self.dimension * self.particles * LANCZOS_BASIS * max(0, number - 20))
        needs = [*self.factorised(), few]
        if self.settings["spectrum"] == "full":
            needs.append(self.step(f"{name}_values"))
        return together(*needs, rows=rows)
