"""What does the linear algebra of a job: the config's section of that name."""

from __future__ import annotations

from dataclasses import dataclass

from vitrine.linalg.gpu import chosen_device, samples_at_once
from vitrine.linalg.solvers import chosen_solver


@dataclass(frozen=True)
class Algebra:
    """solver: what factorises sparse matrices, `auto` or a name of solvers.SOLVERS. device: what takes dense spectra, `cpu`, `gpu` or `auto`."""

    solver: str = "auto"
    device: str = "cpu"

    def describe(self, unknowns: int) -> dict[str, str]:
        """For provenance: what it is for so many unknowns. Raises InputError where the solver or the device asked for is absent."""
        device = chosen_device(self.device, unknowns)
        return {"solver": chosen_solver(self.solver, unknowns).name, "device": "cpu" if device is None else device.name}

    def samples_at_once(self, unknowns: int, most: int) -> int:
        """How many samples, up to `most`, a job is to measure at a time: several on a GPU that holds them, one on the CPU."""
        return samples_at_once(chosen_device(self.device, unknowns), unknowns, most)


DEFAULT_ALGEBRA = Algebra()
