"""The parameters of models without particles. It imports nothing heavy: a study asks for them before there is a job."""

from __future__ import annotations

from dataclasses import dataclass

from vitrine.errors import InputError

DISTRIBUTIONS = ("normal", "uniform")  # of the coefficients of soft potentials


@dataclass(frozen=True)
class Oscillators:
    """The parameters of the mean-field oscillators (004 eq. 10): coupling J > 0, field h >= 0, stiffnesses from k_min to k_0.

    Raises InputError for others, which it names.
    """

    J: float
    h: float
    k_min: float
    k_0: float

    def __post_init__(self) -> None:
        for name, symbol, bad in (("J", "coupling", not self.J > 0), ("h", "uniform_field", not self.h >= 0)):
            if bad:
                raise InputError(f"{symbol} {name} = {getattr(self, name):g}: allowed is a number {'above' if name == 'J' else 'from'} 0")
        if not 0 <= self.k_min <= self.k_0 or not self.k_0 > 0:
            raise InputError(f"stiffnesses from k_min = {self.k_min:g} to k_0 = {self.k_0:g}: allowed is 0 <= k_min <= k_0, k_0 > 0")
