"""What does the linear algebra of a job: the config's section of that name."""

from __future__ import annotations

from dataclasses import dataclass

from vitrine.linalg.solvers import chosen_solver


@dataclass(frozen=True)
class Algebra:
    """solver: what factorises sparse matrices, `auto` or a name of solvers.SOLVERS."""

    solver: str = "auto"

    def describe(self, unknowns: int) -> dict[str, str]:
        """For provenance: what it is for so many unknowns. Raises InputError where the solver asked for is absent."""
        return {"solver": chosen_solver(self.solver, unknowns).name}


DEFAULT_ALGEBRA = Algebra()
