r"""Modes of the bond operator A = S M^+ S^T beside the pseudo-harmonic modes that they lead to (001, secs. C1 and C2).

    f -> F = S^T f,   D = M^+ F,   D_PH = the pseudo-harmonic mode from the start D,   F_PH = M D_PH

of the largest eigenvalues lambda. Several D may lead to one D_PH: the first of them, of largest lambda, is told from the others. Profiles are of
first ones with a lambda above `lambda_low`: medians of |V_i| over particles in bins of the distance from the particle where |V| is largest. |A|(r) is
the median of |A_bc| over bonds c at a distance r of their midpoints; the row of a bond b is S M^+ S_b, one solve. Of A_n = sum_l S|l><l|S^T/omega_l^2
over the n softest harmonic modes the eigenvalues are those of a matrix of n rows (001, eq. 7).
"""

from __future__ import annotations

import numpy as np
import scipy.sparse.linalg as spla

from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor, largest_pencil, lowest_modes, weighted
from vitrine.linalg.participation import participation_ratio
from vitrine.linalg.solve import grounded, without_translation
from vitrine.nonlinear.contractions import Contractions
from vitrine.nonlinear.modes import SAME, nonlinear_modes
from vitrine.nonlinear.starts import pinch_responses
from vitrine.observables.response_decay.measure import add_medians, bond_middles, distances_from
from vitrine.samples import Sample
from vitrine.samples.sample import widths
from vitrine.statistics.bootstrap import ratio
from vitrine.statistics.radial import binned_medians, radial_edges

SEARCHED = 12  # softest harmonic modes among which the one is looked for that a mode of the bond operator resembles
EXAMPLES = (0.03, 0.1, 0.3)  # of the largest lambda: where examples are taken, low to high


def measure_mode_decay(
    sample: Sample,
    rng: np.random.Generator,
    modes: int = 10,
    rows: int = 20,
    low_modes: int = 128,
    spacing: str = "logarithmic",
    bins: int = 20,
    lambda_low: float = 2.0,
    algebra: Algebra = DEFAULT_ALGEBRA,
) -> dict[str, dict[str, np.ndarray]]:
    """Tables MODE_PAIRS, MODE_PROFILES and OPERATOR_SUMS of the declaration, and in the plane the fields of its maps.

    Bins end at half of the box. Raises SampleError where the sample is no minimum.
    """
    bonds, d = Interactions.of(sample), sample.dimension
    factor = Factor.of(bonds, algebra.solver)
    edges = radial_edges(spacing, bins, 0.5 * widths(sample.box).min() / sample.spacing)
    number = min(modes, bonds.hessian.shape[0] // 4)
    eigenvalues, found = largest_pencil(bonds.unit_hessian, bonds.hessian, d, number, factor)
    fields, pairs = mode_family(bonds, factor, found)
    stiffness, soft = lowest_modes(bonds.hessian, d, min(low_modes, bonds.hessian.shape[0] // 4), factor)
    chosen = np.sort(rng.choice(len(bonds.i), min(rows, len(bonds.i)), replace=False))
    pairs["high"] = eigenvalues > lambda_low
    own = (pairs["first"] == np.arange(number)) & (pairs["no_mode"] == "") & pairs["high"]
    profiles = {kind: _profile(sample, field[:, own], edges) for kind, field in fields.items()}
    profiles["A"] = _operator_profile(bonds, factor, chosen, edges)
    parts = [_rows(kind, *sums, edges) for kind, sums in profiles.items()]
    return {
        "mode_pairs": {"mode": np.arange(number), "lambda": eigenvalues, **pairs},
        "mode_profiles": {name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
        "operator_sums": operator_sums(bonds, stiffness, soft, eigenvalues),
        "mode_decay_field": planar_fields(bonds, eigenvalues, found, stiffness, soft) if d == 2 else {},
    }


def mode_family(bonds: Interactions, factor: Factor, displacements: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """{D, D_PH, F, F_PH: fields of length one as columns (N d, k)}, NaN where D leads to no mode, and columns of MODE_PAIRS from these."""
    sample, hessian = bonds.sample, bonds.hessian
    ends = nonlinear_modes(Contractions(bonds), factor, displacements, "pseudo_harmonic")
    good = ends.flag == ""
    last = np.where(good, ends.vectors, np.nan)
    fields = {"D": displacements, "D_PH": last, "F": hessian @ displacements, "F_PH": hessian @ np.where(good, ends.vectors, 0.0)}
    fields["F_PH"] = np.where(good, fields["F_PH"], np.nan)
    fields = {kind: field / np.linalg.norm(field, axis=0) for kind, field in fields.items()}
    overlaps = np.abs(np.nan_to_num(last).T @ np.nan_to_num(last))
    first = np.where(good, np.argmax(overlaps > SAME, axis=1), np.arange(len(good)))
    moving = weighted(ends.vectors, sample.dimension, sample.masses)
    pairs = {
        "omega_pseudo_harmonic": np.where(good, np.sqrt(ends.b2 / np.einsum("ik,ik->k", moving, moving)), np.nan),
        "overlap_displacement": np.abs(np.einsum("ik,ik->k", fields["D"], fields["D_PH"])),
        "overlap_force": np.abs(np.einsum("ik,ik->k", fields["F"], fields["F_PH"])),
        "first": first,
        "no_mode": ends.flag.astype(object),
    }
    return fields, pairs


def operator_sums(bonds: Interactions, stiffness: np.ndarray, soft: np.ndarray, exact: np.ndarray) -> dict[str, np.ndarray]:
    """Columns of OPERATOR_SUMS for n = 1, 2, 4, ... up to all of the softest modes (N d, n_max); exact (k,): eigenvalues of A, from the largest."""
    stretched = (bonds.compatibility @ soft) / np.sqrt(stiffness)
    gram = stretched.T @ stretched
    numbers = [n for n in 2 ** np.arange(20) if n < len(stiffness)] + [len(stiffness)]
    largest, several = [], []
    for n in numbers:
        found = np.linalg.eigvalsh(gram[:n, :n])[::-1]
        taken = min(n, len(exact))
        largest.append(1 - found[0] / exact[0])
        several.append(1 - found[:taken].sum() / exact[:taken].sum())
    return {"low_modes": np.array(numbers), "largest": np.array(largest), "several": np.array(several)}


def _profile(sample: Sample, fields: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Medians of |V_i| about the particle where it is largest, summed over fields (N d, k), and how many of them have one in each bin."""
    sums, number = np.zeros((2, len(edges) - 1))
    amplitudes = np.linalg.norm(fields.reshape(sample.particles, sample.dimension, -1), axis=1)
    for amplitude in amplitudes.T:
        core = sample.positions[np.argmax(amplitude)]
        add_medians(sums, number, binned_medians(distances_from(sample, sample.positions, core), amplitude, edges))
    return sums, number


def _operator_profile(bonds: Interactions, factor: Factor, chosen: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Medians of |A_bc| of the chosen bonds b, summed over these, and how many have a bond c in each bin; b itself is left out."""
    sums, number = np.zeros((2, len(edges) - 1))
    middles, everything = bond_middles(bonds), np.arange(len(bonds.i))
    rows = bonds.compatibility @ pinch_responses(bonds, factor, chosen)[0]
    for column, bond in enumerate(chosen):
        others = everything != bond
        far = distances_from(bonds.sample, middles[others], middles[bond])
        add_medians(sums, number, binned_medians(far, np.abs(rows[others, column]), edges))
    return sums, number


def _rows(kind: str, sums: np.ndarray, fields: np.ndarray, edges: np.ndarray) -> dict[str, np.ndarray]:
    bins = np.flatnonzero(fields)
    columns = {"kind": np.full(len(bins), kind, dtype=object), "bin": bins, "distance_low": edges[bins], "distance_high": edges[bins + 1]}
    return columns | {"amplitude": ratio(sums, fields)[bins], "fields": fields[bins].astype(np.int64)}


def planar_fields(
    bonds: Interactions, eigenvalues: np.ndarray, displacements: np.ndarray, stiffness: np.ndarray, soft: np.ndarray
) -> dict[str, np.ndarray]:
    """Fields of length one (N, d) for maps, and beside each, as (N,), its eigenvalue and N e: {name, name_eigenvalue, name_N_e}.

    `largest`: D of the largest lambda. `harmonic`: of the softest modes the one that resembles it most. `example_0` and so on: D of the eigenvalues
    nearest to some shares of the largest, from low to high.
    """
    sample, d = bonds.sample, bonds.sample.dimension
    top = displacements[:, 0] / np.linalg.norm(displacements[:, 0])
    alike = int(np.argmax(np.abs(soft[:, :SEARCHED].T @ top)))
    chosen = {"harmonic": (1 / stiffness[alike], soft[:, alike]), "largest": (eigenvalues[0], top)}
    for place, share in enumerate(EXAMPLES):
        chosen[f"example_{place}"] = nearest_mode(bonds, share * eigenvalues[0])
    found = {}
    for name, (value, field) in chosen.items():
        each = participation_ratio(field[:, None], d)[0]
        numbers = {
            "": field.reshape(-1, d),
            "_eigenvalue": np.full(sample.particles, value),
            "_N_e": np.full(sample.particles, sample.particles * each),
        }
        found |= {name + word: array for word, array in numbers.items()}
    return found


def nearest_mode(bonds: Interactions, target: float) -> tuple[float, np.ndarray]:
    """The eigenvalue of A that lies nearest to `target`, and its D of length one (N d,): shift and inversion of the pencil with one particle held."""
    d = bonds.sample.dimension
    unit, stiff = grounded(bonds.unit_hessian, d), grounded(bonds.hessian, d)
    try:
        value, held = spla.eigsh(unit, 1, stiff, sigma=target, v0=np.random.default_rng(1).standard_normal(unit.shape[0]))
    except spla.ArpackNoConvergence as error:
        raise SampleError(f"no eigenvalue of the bond operator was found near {target:.3g}") from error
    field = without_translation(np.concatenate([np.zeros(d), held[:, 0]]), d)
    return float(value[0]), field / np.linalg.norm(field)
