r"""Reduced transverse density of states of every particle (000 Figs. 4d, 5b): how far it moves in the transverse parts of the modes of a window.

    D_i^T(omega) = sum_l |u_T,l,i|^2 delta(omega - omega_l)
    <D_i^T/omega> = (1/2 w) sum over the modes with |omega_l - omega_0| <= w of |u_T,l,i|^2/omega_l

u_T is the part of a mode that changes no Voronoi area (000 eq. 6). The modes of the window are found as part of the spectrum, by Lanczos from the
softest on. That none is missing is proved by Sylvester's law: D - omega^2 has as many negative pivots as modes lie below omega. What error is left is
that of the vectors, and the column `residual` states it.

NOTE: the paper leaves out a prefactor; here a mode counts one, so that the sum over all particles is the number of modes per frequency, their
transverse share and 1/omega.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import scipy.sparse as sp

from vitrine.errors import SampleError
from vitrine.geometry import Cells
from vitrine.geometry.decomposition import longitudinal
from vitrine.interactions import Interactions
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra
from vitrine.linalg.masses import dynamical_matrix
from vitrine.linalg.solvers import SuperLU
from vitrine.observables.modes.measure import find_mode_vectors
from vitrine.samples import Sample

RESOLUTION = 1e-6  # of the window's upper end: a mode nearer to it would not be counted for certain


def modes_below(bonds: Interactions, omega: float) -> int:
    """Number of modes with frequencies below omega, without the translations, by the signs of the pivots of D - omega^2."""
    matrix = dynamical_matrix(bonds.hessian, bonds.sample.dimension, bonds.sample.masses)
    shifted = sp.csc_array(matrix - omega**2 * sp.identity(matrix.shape[0], format="csc"))
    return int(np.count_nonzero(SuperLU(shifted).pivots < 0)) - bonds.sample.dimension


def window_modes(sample: Sample, low: float, high: float, most: int, algebra: Algebra = DEFAULT_ALGEBRA) -> tuple[np.ndarray, np.ndarray, float]:
    """Frequencies (k,) from low to high, displacements (2 N, k), and the largest residual |H u - omega^2 m u|/|omega^2 m u|.

    Raises SampleError where there is none, where more than `most` lie below high, or where Lanczos has not found as many as there are.
    """
    bonds = Interactions.of(sample)
    number = modes_below(bonds, high)
    if number > most:
        raise SampleError(f"{number} of its modes lie below omega = {high:g}, more than the {most} that transverse_density.most allows")
    if number == 0 or modes_below(bonds, low) == number:
        raise SampleError(f"none of its modes lies between omega = {low:g} and {high:g}")
    omega, u = find_mode_vectors(sample, number + 1, algebra)
    if np.count_nonzero(omega < high * (1 - RESOLUTION)) > number or np.count_nonzero(omega < high * (1 + RESOLUTION)) < number:
        raise SampleError(f"{number} of its modes lie below omega = {high:g}, and Lanczos found {np.count_nonzero(omega < high)}")
    inside = (omega >= low) & (omega <= high)
    omega, u = omega[inside], u[:, inside]
    inertia = u * omega**2 if sample.masses is None else np.repeat(sample.masses, sample.dimension)[:, None] * u * omega**2
    residual = np.linalg.norm(bonds.hessian @ u - inertia, axis=0) / np.linalg.norm(inertia, axis=0)
    return omega, u, float(residual.max())


def measure_transverse_density(
    sample: Sample,
    disc_field: Mapping[str, np.ndarray],
    frequency: float = 0.8,
    width: float = 0.4,
    most: int = 1500,
    algebra: Algebra = DEFAULT_ALGEBRA,
) -> dict[str, dict[str, np.ndarray]]:
    """The one row of TRANSVERSE_DENSITY, and D_i^T/omega of every particle as the field.

    disc_field: {`excited`, `inside` (N,)}, as disc_shear gives it. Raises SampleError in three dimensions, and where no mode lies in the window.
    """
    cells, low, high = Cells.of(sample), max(frequency - width, 0.0), frequency + width
    omega, u, residual = window_modes(sample, low, high, most, algebra)
    transverse = (u - longitudinal(cells, u)).reshape(sample.particles, 2, -1)
    density = np.sum(transverse**2, axis=1) @ (1 / omega) / (high - low)
    row = {"modes": len(omega), "residual": residual, "mean": density.mean(), "largest": density.max(), **_on_strings(density, disc_field)}
    return {"transverse_density": {name: np.array([value]) for name, value in row.items()}, "transverse_density_field": {"density": density}}


def _on_strings(density: np.ndarray, disc_field: Mapping[str, np.ndarray]) -> dict[str, float]:
    """How the density lies on the strings of the disc."""
    inside = disc_field["inside"] > 0
    strings = inside & (disc_field["excited"] > 0)
    number = int(np.count_nonzero(strings))
    if not number:
        return {"strings": 0, "contrast": np.nan, "overlap": np.nan, "chance": np.nan}
    own = np.flatnonzero(inside)
    largest = own[np.argsort(-density[own], kind="stable")[:number]]
    others = density[inside & ~strings]
    return {
        "strings": number,
        "contrast": density[strings].mean() / others.mean() if len(others) else np.nan,
        "overlap": np.count_nonzero(strings[largest]) / number,
        "chance": number / len(own),
    }
