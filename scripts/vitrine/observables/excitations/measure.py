r"""How small deformations excite the softest mode of a planar glass (000, Fig. 2; Methods, "Mechanical deformation protocols").

    shear +-: x -> x +- gamma y;    tension and compression: x -> (1 +- gamma) x
    step: the box and all particles are deformed, then brought to rest; the non-affine displacement is what the second half moves
    linear response: u = -H^+ Xi gamma, Xi = d2U/(de dx);    overlap: cosine with the softest mode, |u.z|/(|u| |z|)

The step is the linear response but for terms that fall in proportion to gamma; `difference` is |step - linear|/|linear|.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.interactions.strains import deformed, strain_forces
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor
from vitrine.preparation.minimise import minimise
from vitrine.samples import Sample

SHEAR, TENSION = np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 0.0]])
PROTOCOLS = {"shear +": (SHEAR, 1), "shear -": (SHEAR, -1), "tension": (TENSION, 1), "compression": (TENSION, -1)}
AT_REST = 1e-11  # residual to which a step is minimised


def deform_samples(
    sample: Sample, volume_mode_field: Mapping[str, np.ndarray], shear: float = 3e-5, tension: float = 4e-5, algebra: Algebra = DEFAULT_ALGEBRA
) -> dict[str, dict[str, np.ndarray]]:
    """The four protocols: the rows of EXCITATIONS, and as fields the non-affine displacement over the strain of each step, (N, 2).

    volume_mode_field: {`displacement`: the softest mode (N, 2), ...}. Raises SampleError in three dimensions, or where the sample is no minimum.
    """
    if sample.dimension != 2:
        raise SampleError(f"deformed in two dimensions alone, and it has {sample.dimension}")
    mode = volume_mode_field["displacement"]
    bonds = Interactions.of(sample)
    linear = -Factor.of(bonds, algebra.solver).solve(strain_forces(bonds, np.array([SHEAR, TENSION])))
    rows: dict[str, list] = {name: [] for name in ("protocol", "strain", "overlap", "overlap_linear", "amplitude", "difference")}
    fields = {}
    for place, (name, (direction, sign)) in enumerate(PROTOCOLS.items()):
        strain = sign * (shear if direction is SHEAR else tension)
        response = strain * linear[:, place // 2].reshape(-1, 2)
        moved = nonaffine_displacement(sample, strain * direction)
        rows["protocol"].append(name)
        rows["strain"].append(strain)
        rows["overlap"].append(_cosine(moved, mode))
        rows["overlap_linear"].append(_cosine(response, mode))
        rows["amplitude"].append(np.linalg.norm(moved) / abs(strain))
        rows["difference"].append(np.linalg.norm(moved - response) / np.linalg.norm(response))
        fields[name.replace(" +", "_forward").replace(" -", "_backward")] = moved / abs(strain)
    return {"excitations": {name: np.array(values) for name, values in rows.items()}, "excitation_field": fields}


def nonaffine_displacement(sample: Sample, gradient: np.ndarray) -> np.ndarray:
    """What particles (N, 2) move by after the affine deformation x -> (1 + gradient) x, the motion of the whole taken away [lambda_min].

    Raises SampleError where the deformed sample does not come to rest.
    """
    affine = deformed(sample, gradient)
    end = minimise(affine, "lbfgs", tolerance=AT_REST)
    if not end.converged:
        raise SampleError(f"not at rest after a strain of {np.abs(gradient).max():g}: its residual is {end.residual:.2g}")
    moved = end.sample.positions - affine.positions
    return moved - moved.mean(axis=0)


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    """|a.b|/(|a| |b|): a mode has no sign."""
    return float(abs(np.sum(a * b)) / (np.linalg.norm(a) * np.linalg.norm(b)))
