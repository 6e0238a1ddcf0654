r"""Motion of groups of particles, and the hops between the inherent states along a run (003 Fig. 3a-c).

003 counts hops by energy, n_hop = sum |Delta e_i|. The displacement of inherent positions, sum |Delta r_i|^2, needs no energy scale and is the
cleaner of the two: a hop of length d adds d^2 to it and to every low bin of the particle's spectrum alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from vitrine.interactions import Interactions, minimum_images
from vitrine.observables.hopping import GROUPS, SHARES
from vitrine.preparation.minimise import minimise
from vitrine.samples import Sample, Trajectory, velocity_sums
from vitrine.statistics.correlation import pearson
from vitrine.statistics.displacements import displacement_moments, without_drift

LAGS_PER_DECADE = 12
AT_REST = 1e-3  # a step of an inherent position that is shorter is what the residual force left [lambda_min]
SAME = 1e-4  # sum |Delta r|^2 of all particles below which two inherent states are one [lambda_min^2]
Members = dict[tuple[str, float], np.ndarray]


def measure_hopping(
    trajectory: Trajectory,
    softness_particles: pd.DataFrame,
    shares: Sequence[float] = SHARES,
    states: int = 100,
    jump: float = 0.3,
    nearest: float = 0.9,
    tolerance: float = 1e-6,
) -> dict[str, dict[str, np.ndarray]]:
    """Columns of the six tables of the declaration. nearest is for figures alone.

    softness_particles: rows of the sample. Raises SampleError for a trajectory without velocities.
    """
    sums, start = velocity_sums(trajectory), trajectory.start
    paths = without_drift(trajectory.positions, start.masses)
    softness = {name: softness_particles[name].to_numpy(dtype=float) for name in ("softness", "peak", "displacement")}
    members = group_members(softness, shares)
    chosen = trajectory.spread(states)
    positions, energies, unconverged = inherent_series(trajectory, chosen, tolerance)
    motion = hops(positions, energies, jump)
    whole, low = sums.whole_spectra()[1:], sums.low_spectra()
    spectra = (("low", sums.low_omega, low), ("whole", sums.whole_omega[1:], whole))
    return {
        "hopping_particles": {
            "particle": np.arange(start.particles),
            "species": start.types,
            "softness": softness["softness"],
            **motion,
            "widest": np.array([_widest(positions[:, particle]) for particle in range(start.particles)]),
        },
        "hopping_groups": _of_groups(members, motion, softness["softness"], start.types),
        "group_motion": _motion(members, paths, trajectory.times),
        "group_spectra": _spectra(members, spectra),
        "hopping_series": _series(softness, paths[chosen], positions, energies, trajectory.times[chosen]),
        "hopping_numbers": {name: np.array([value]) for name, value in _numbers(motion, softness, start, positions, unconverged).items()},
    }


def group_members(softness: dict[str, np.ndarray], shares: Sequence[float]) -> Members:
    """{(group, share): particles}: the largest by each number, one particle at least, and all."""
    number = len(softness["softness"])
    found: Members = {("all", 1.0): np.arange(number)}
    for share in shares:
        size = max(1, round(share * number))
        for group, name in zip(GROUPS, ("softness", "displacement", "peak"), strict=False):
            found[group, share] = np.sort(np.argsort(-softness[name], kind="stable")[:size])
    return found


def inherent_series(trajectory: Trajectory, frames: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray, int]:
    """Inherent positions (S, N, d) of frames of a run, followed through the boundaries and without the drift of all; energies e_i (S, N), and how
    many did not converge.

    e_i is half of the pair energies of the particle, and its own F_i where the potential embeds it, so that their sum is U.
    """
    positions, energies, unconverged = [], [], 0
    for number in frames:
        frame = trajectory.frame(number)
        found = minimise(frame, tolerance=tolerance)
        unconverged += not found.converged
        moved = minimum_images(found.sample.positions - frame.positions, frame.box)
        positions.append(frame.positions + moved)
        energies.append(half_energies(found.sample))
    return without_drift(np.array(positions), trajectory.start.masses), np.array(energies), unconverged


def half_energies(sample: Sample) -> np.ndarray:
    """Half of the pair energies of every particle, and F_i of embedded atoms, (N,) [epsilon]."""
    bonds = Interactions.of(sample)
    half = 0.5 * bonds.derivatives[0]
    energies = np.bincount(bonds.i, half, sample.particles) + np.bincount(bonds.j, half, sample.particles)
    return energies + bonds.many.energies if bonds.many else energies


def hops(positions: np.ndarray, energies: np.ndarray, jump: float) -> dict[str, np.ndarray]:
    """Columns hop_energy, hop_square, path, net and hops (N,) of successive inherent states (S, N, d) and energies (S, N)."""
    lengths = np.linalg.norm(np.diff(positions, axis=0), axis=2)
    lengths = np.where(lengths > AT_REST, lengths, 0.0)
    return {
        "hop_energy": np.abs(np.diff(energies, axis=0)).sum(axis=0),
        "hop_square": np.sum(lengths**2, axis=0),
        "path": lengths.sum(axis=0),
        "net": np.linalg.norm(positions[-1] - positions[0], axis=1),
        "hops": np.sum(lengths > jump, axis=0),
    }


def _widest(places: np.ndarray) -> float:
    """Largest distance of two of the places (S, d)."""
    return float(np.sqrt(np.max(np.sum((places[:, None] - places[None]) ** 2, axis=2))))


def _of_groups(members: Members, motion: dict[str, np.ndarray], softness: np.ndarray, types: np.ndarray) -> dict[str, np.ndarray]:
    rows = []
    for (group, share), own in members.items():
        fast = members.get(("diffusive", share), own)
        path = motion["path"][own].sum()
        rows.append(
            {
                "group": group,
                "share": share,
                "size": len(own),
                "overlap": len(np.intersect1d(own, fast)) / len(own),
                "softness": softness[own].mean(),
                **{name: motion[name][own].mean() for name in ("hop_energy", "hop_square", "hops")},
                "reversibility": 1 - motion["net"][own].sum() / path if path > 0 else np.nan,
                "species_b": np.mean(types[own] == 1),
            }
        )
    return {name: np.array([row[name] for row in rows], dtype=object if name == "group" else None) for name in rows[0]}


def _joined(parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _named(group: str, share: float, number: int) -> dict[str, np.ndarray]:
    return {"group": np.full(number, group, dtype=object), "share": np.full(number, share)}


def _motion(members: Members, paths: np.ndarray, times: np.ndarray) -> dict[str, np.ndarray]:
    """Rows of GROUP_MOTION: lags on a logarithmic scale up to half of the run."""
    half = len(times) // 2
    lags = np.unique(np.geomspace(1, half, max(2, int(LAGS_PER_DECADE * np.log10(max(half, 2))) + 1)).round().astype(int))
    step = (times[-1] - times[0]) / (len(times) - 1)
    parts = [_named(*key, len(lags)) | {"lag": lags * step, "second": displacement_moments(paths[:, own], lags)[0]} for key, own in members.items()]
    return _joined(parts)


def _spectra(members: Members, spectra: Sequence[tuple[str, np.ndarray, np.ndarray]]) -> dict[str, np.ndarray]:
    def parts() -> Iterator[dict[str, np.ndarray]]:
        for key, own in members.items():
            for band, places, values in spectra:
                named = _named(*key, len(places)) | {"band": np.full(len(places), band, dtype=object)}
                yield named | {"omega": places, "spectrum": values[:, own].mean(axis=1)}

    return _joined(list(parts()))


def _series(softness: dict, paths: np.ndarray, positions: np.ndarray, energies: np.ndarray, times: np.ndarray) -> dict[str, np.ndarray]:
    parts = []
    for role, name in (("softest", "softness"), ("diffusive", "displacement")):
        one = int(np.argmax(softness[name]))
        parts.append(
            {
                "role": np.full(len(times), role, dtype=object),
                "time": times,
                "displacement": np.linalg.norm(paths[:, one] - paths[0, one], axis=1),
                "inherent_displacement": np.linalg.norm(positions[:, one] - positions[0, one], axis=1),
                "energy": energies[:, one],
            }
        )
    return _joined(parts)


def _numbers(motion: dict, softness: dict, start: Sample, positions: np.ndarray, unconverged: int) -> dict[str, float]:
    changes = np.sum(np.diff(positions, axis=0) ** 2, axis=(1, 2))
    second = start.types == 1
    return {
        "correlation_energy": pearson(softness["softness"], motion["hop_energy"]),
        "correlation_square": pearson(softness["softness"], motion["hop_square"]),
        "hop_energy_a": motion["hop_energy"][start.types == 0].mean(),
        "hop_energy_b": motion["hop_energy"][second].mean() if second.any() else np.nan,
        "states": len(positions),
        "distinct": int(np.sum(changes > SAME)),
        "unconverged": unconverged,
    }
