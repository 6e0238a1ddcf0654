r"""Spectra of velocities (003 eqs. of sec. II), the harmonic spectrum beside them, and what holds exactly.

The second moment of the MD spectrum is <sum_i |F_i|^2/m_i>/(d N T), by partial integration <sum_i laplacian_i U/m_i>/(d N): no fit, no window.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.interactions.forces import energy_and_virial
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, full_spectrum
from vitrine.linalg.dense import symmetric_eigenvalues
from vitrine.linalg.masses import dynamical_matrix
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.preparation.minimise import minimise
from vitrine.preparation.motion import twice_kinetic_energy
from vitrine.samples import Sample, Trajectory, velocity_sums
from vitrine.samples.velocities import VelocitySums
from vitrine.statistics.neighbourhoods import ALL, groups

AT_REST = 1e-10  # residual force of an inherent state
NO_PRESSURE = 1e-7  # of a relaxed box, over the bulk modulus
LAPLACIANS = 40  # frames over which the Laplacian is averaged, at most


def measure_velocity_spectrum(
    trajectory: Trajectory, box: str = "own", harmonic: bool = True, instantaneous: int = 5, algebra: Algebra = DEFAULT_ALGEBRA
) -> dict[str, dict[str, np.ndarray]]:
    """Columns of VELOCITY_SPECTRA, HARMONIC_FREQUENCIES and RUN_MOMENTS.

    Raises SampleError for a trajectory without velocities, velocities too far apart or a run too short, and where the inherent state is no minimum.
    """
    sums = velocity_sums(trajectory)
    inherent = inherent_state(trajectory.start, box)
    bonds = Interactions.of(inherent)
    omega = np.sqrt(full_spectrum(bonds.hessian, inherent.dimension, device=algebra.device, masses=inherent.masses)[0]) if harmonic else np.zeros(0)
    spectra = _spectra(sums, inherent.types, omega)
    moduli = {name: float(column[0]) for name, column in measure_elasticity(inherent, algebra).items()}
    edge = inherent.volume ** (1 / inherent.dimension)
    row = {
        **_run(trajectory),
        **_moments(sums, omega),
        "negative": _negative_share(trajectory, instantaneous),
        "shear_modulus": moduli["shear_modulus"],
        "phonon_transverse": moduli["omega_ph"],
        "phonon_longitudinal": 2 * np.pi * moduli["c_l"] / edge,
        "pressure": moduli["pressure"],
        "edge": edge,
        "run": sums.frames * sums.step,
    }
    return {
        "velocity_spectra": spectra,
        "harmonic_frequencies": {"omega": omega if harmonic else np.array([np.nan])},
        "run_moments": {name: np.array([value]) for name, value in row.items()},
    }


def inherent_state(sample: Sample, box: str = "own") -> Sample:
    """The inherent state of a configuration, in its own box or in one `relaxed` isotropically to zero pressure.

    Raises SampleError where the minimiser does not converge.
    """
    found = minimise(sample, tolerance=AT_REST)
    if not found.converged:
        raise SampleError("the inherent state of its first frame did not converge")
    if box == "own":
        return found.sample
    inherent = found.sample
    for _ in range(20):
        moduli = measure_elasticity(inherent)
        pressure, bulk = float(moduli["pressure"][0]), float(moduli["bulk_modulus"][0])
        if abs(pressure) <= NO_PRESSURE * abs(bulk):
            return inherent
        # Newton's step of ln V on P(V), no larger than a strain of 1 % along an edge.
        strain = float(np.clip(pressure / (inherent.dimension * bulk), -0.01, 0.01)) if bulk > 0 else 0.01
        scaled = replace(inherent, positions=inherent.positions * (1 + strain), box=inherent.box * (1 + strain))
        inherent = minimise(scaled, tolerance=AT_REST).sample
    raise SampleError("its box did not relax to zero pressure")


def _spectra(sums: VelocitySums, types: np.ndarray, omega: np.ndarray) -> dict[str, np.ndarray]:
    """Rows of VELOCITY_SPECTRA: both bands, all particles and each species. omega: of the harmonic modes, empty for none."""
    low, rectangle, whole = sums.low_spectra("hann"), sums.low_spectra("rectangle"), sums.whole_spectra()[1:]
    parts: dict[str, list[np.ndarray]] = {name: [] for name in ("band", "species", "omega", "spectrum", "spectrum_rectangle", "harmonic")}
    for band, places, spectra in (("low", sums.low_omega, low), ("whole", sums.whole_omega[1:], whole)):
        edges = np.append(places - 0.5 * places[0], places[-1] + 0.5 * places[0])
        modes = np.histogram(omega, edges)[0] / np.diff(edges) / max(1, len(omega)) if len(omega) else np.full(len(places), np.nan)
        for species, members in groups(types):
            parts["band"].append(np.full(len(places), band, dtype=object))
            parts["species"].append(np.full(len(places), species))
            parts["omega"].append(places)
            parts["spectrum"].append(spectra[:, members].mean(axis=1))
            parts["spectrum_rectangle"].append(rectangle[:, members].mean(axis=1) if band == "low" else np.full(len(places), np.nan))
            parts["harmonic"].append(modes if species == ALL else np.full(len(places), np.nan))
    return {name: np.concatenate(columns) for name, columns in parts.items()}


def _moments(sums: VelocitySums, omega: np.ndarray) -> dict[str, float]:
    """Moments of the whole MD spectrum, and how it differs from harmonic modes at omega (n,)."""
    places, density = sums.whole_omega, sums.whole_spectra().mean(axis=1)
    density[0] *= 0.5  # half of its bin lies above zero
    weight = density / density.sum()
    row = {"second_moment": float(weight @ places**2)} | dict.fromkeys(
        ("second_moment_harmonic", "distance", "shift", "below_harmonic", "softest"), np.nan
    )
    if not len(omega):
        return row
    return row | {
        "second_moment_harmonic": float(np.mean(omega**2)),
        "distance": cumulative_distance(places, weight, omega),
        "shift": float(weight @ places - omega.mean()),
        "below_harmonic": _share_below(sums, float(omega[0])),
        "softest": float(omega[0]),
    }


def cumulative_distance(places: np.ndarray, weight: np.ndarray, omega: np.ndarray) -> float:
    """Integral of |F - G| over omega: F linear in bins about `places` that hold `weight` (of sum one), G the steps of modes at omega, sorted."""
    edges = np.append(0.0, places + 0.5 * places[1])
    fine = np.union1d(edges, omega)
    steps = np.searchsorted(omega, 0.5 * (fine[1:] + fine[:-1]), side="right") / len(omega)
    rising = np.interp(fine, edges, np.concatenate([[0.0], np.cumsum(weight)]))
    left, right = rising[:-1] - steps, rising[1:] - steps
    size = np.abs(left) + np.abs(right)
    crossing = left * right < 0  # two triangles where the line goes through zero, else a trapezium
    area = np.where(crossing, np.divide(left**2 + right**2, 2 * size, out=np.zeros_like(size), where=size > 0), 0.5 * size)
    return float(np.sum(area * np.diff(fine)))


def _share_below(sums: VelocitySums, omega: float) -> float:
    """Share of the MD spectrum below omega: by the low bins as far as they go."""
    low = sums.low_spectra("hann").mean(axis=1)
    inside = sums.low_omega < omega
    share = low[inside].sum() * sums.width
    if omega > sums.low_omega[-1]:
        places, whole = sums.whole_omega, sums.whole_spectra().mean(axis=1)
        share += whole[(places > sums.low_omega[-1]) & (places < omega)].sum() * places[1]
    return float(share)


def _run(trajectory: Trajectory) -> dict[str, float]:
    """Temperature and drift of a run, and the Laplacian of U along it, from its frames."""
    start, count = trajectory.start, len(trajectory.times)
    particles, d = start.positions.shape
    kinetic = np.array([0.5 * twice_kinetic_energy(velocities, start.masses) for velocities in trajectory.velocities])
    temperature = 2 * kinetic.mean() / (d * (particles - 1))
    end = max(1, count // 10)
    ends = np.r_[0:end, count - end : count]
    total = np.array([energy_and_virial(trajectory.frame(k))[0] + kinetic[k] for k in ends]) / particles
    masses = np.ones(particles) if start.masses is None else start.masses
    diagonal = np.mean([Interactions.of(trajectory.frame(k)).hessian.diagonal() for k in trajectory.spread(LAPLACIANS)], axis=0)
    return {
        "temperature": float(temperature),
        "drift": float((total[end:].mean() - total[:end].mean()) / temperature),
        "laplacian": float(np.sum(diagonal.reshape(particles, d).sum(axis=1) / masses) / (d * particles)),
    }


def _negative_share(trajectory: Trajectory, frames: int) -> float:
    """Share of negative eigenvalues of the Hessian, translations left out, over `frames` frames spread over the run; NaN for none."""
    if not frames:
        return np.nan
    shares = []
    for number in trajectory.spread(frames):
        frame = trajectory.frame(number)
        matrix = dynamical_matrix(Interactions.of(frame).hessian, frame.dimension, frame.masses)
        values = symmetric_eigenvalues(matrix.toarray(order="F"), matrix)
        zero = 1e-9 * np.mean(np.abs(values))
        shares.append(np.sum(values < -zero) / (len(values) - frame.dimension))
    return float(np.mean(shares))
