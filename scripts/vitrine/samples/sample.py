"""A sample: one configuration of a glass former, liquid or glass."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from vitrine.errors import SampleError
from vitrine.models import GlassFormer


@dataclass(frozen=True)
class Sample:
    """One configuration.

    positions (N, d) float64 [lambda_min]; sizes (N,) [lambda_min]; types (N,) int; box (d, d) upper triangular, its columns the edge vectors
    [lambda_min]; masses (N,) float64 [m], None where all are one (given so, they become None). `flag` says why the sample is left out of every
    average; empty for a good one. `provenance` holds plain JSON values.
    """

    positions: np.ndarray
    sizes: np.ndarray
    types: np.ndarray
    box: np.ndarray
    model: GlassFormer
    index: int = 0
    parent_temperature: float = np.nan
    flag: str = ""
    provenance: dict = field(default_factory=dict)
    masses: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.masses is not None:
            masses = np.array(self.masses, dtype=float)
            object.__setattr__(self, "masses", None if masses.shape == self.sizes.shape and np.all(masses == 1) else masses)

    @property
    def particles(self) -> int:
        """N."""
        return self.positions.shape[0]

    @property
    def dimension(self) -> int:
        """d."""
        return self.positions.shape[1]

    @property
    def volume(self) -> float:
        """V [lambda_min^d]."""
        return float(np.prod(np.diag(self.box)))

    @property
    def spacing(self) -> float:
        """a0 = (V/N)^(1/d) [lambda_min] (002 App. A, with the power that S-1 leaves out)."""
        return (self.volume / self.particles) ** (1 / self.dimension)

    @property
    def mass_density(self) -> float:
        """rho [m/lambda_min^d], the sum of the masses over V."""
        return (self.particles if self.masses is None else float(self.masses.sum())) / self.volume

    @property
    def diameters(self) -> np.ndarray:
        """Mixed size of a particle with one of its own kind, (N,) [lambda_min]: how large it is drawn."""
        return self.model.scales[self.types, self.types] * self.sizes

    def moved(self, positions: np.ndarray, **changes: object) -> Sample:
        """The same sample with other positions, and other fields where given."""
        return replace(self, positions=np.ascontiguousarray(positions, dtype=float), **changes)

    def checked(self) -> Sample:
        """The sample itself; SampleError says what is wrong with a broken one."""
        n, d = self.positions.shape
        if self.sizes.shape != (n,) or self.types.shape != (n,) or self.box.shape != (d, d):
            raise SampleError(f"arrays do not fit together: positions {self.positions.shape}, sizes {self.sizes.shape}, box {self.box.shape}")
        if n == 0:
            raise SampleError("it has no particles")
        for name in ("positions", "sizes", "box"):
            if not np.all(np.isfinite(getattr(self, name))):
                raise SampleError(f"NaN or infinity in {name}")
        if self.masses is not None:
            if self.masses.shape != (n,):
                raise SampleError(f"arrays do not fit together: positions {self.positions.shape}, masses {self.masses.shape}")
            if not np.all(np.isfinite(self.masses) & (self.masses > 0)):
                raise SampleError("masses must be positive and finite")
        if np.any(self.sizes <= 0) or np.any(np.diag(self.box) <= 0):
            raise SampleError("sizes and box edges must be positive")
        if self.types.min() < 0 or self.types.max() >= len(self.model.scales):
            raise SampleError(f"types must lie between 0 and {len(self.model.scales) - 1}")
        if self.sizes.max() > self.model.largest_size * (1 + 1e-9):
            raise SampleError(f"a particle of size {self.sizes.max():.4g} is larger than the model's largest, {self.model.largest_size:.4g}")
        if np.min(widths(self.box)) < 2 * self.model.range:
            raise SampleError(f"box of width {np.min(widths(self.box)):.4g} is below twice the range of the interaction, {2 * self.model.range:.4g}")
        return self


def widths(box: np.ndarray) -> np.ndarray:
    """Distances between opposite faces of the box, shape (d,)."""
    return 1 / np.linalg.norm(np.linalg.inv(box), axis=1)
