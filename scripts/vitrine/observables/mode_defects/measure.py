r"""Topological defects of the softest mode of a planar glass (000 Supplementary Note 1): winding of u, u_T and u_L round plaquettes.

Two meshes (geometry.winding): plaquettes between Voronoi neighbours, and a grid. The middle of the key core is that of its square; charges within
`near` of it belong to the core. A defect whose mean |u| is less than `negligible` root mean squares is faint: the angle is there, the motion hardly.

NOTE: the paper refers to others for the mesh, and does not say from where on an amplitude is negligible.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vitrine.geometry import Cells
from vitrine.geometry.winding import delaunay, grid
from vitrine.interactions import minimum_images
from vitrine.samples import Sample


def defects_of(
    sample: Sample, displacement: np.ndarray, part: np.ndarray, spacing: float, width: float
) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """{(field, mesh): (centres (F, 2), charges (F,), amplitudes (F,))} of u, u - part and part, each (N, 2). spacing, width: of the grid [a0]."""
    triangles, lattice, found = delaunay(Cells.of(sample)), grid(sample, spacing, width), {}
    for name, field in {"mode": displacement, "transverse": displacement - part, "longitudinal": part}.items():
        for mesh_name, mesh, values in (("particles", triangles, field), ("grid", lattice.mesh, lattice.field(field))):
            found[name, mesh_name] = (mesh.centres, mesh.charges(values), mesh.amplitudes(values))
    return found


def middle_of_square(sample: Sample, part: np.ndarray) -> np.ndarray | None:
    """The middle (2,) of the key core's square, whose particles have part 3; None where there is none."""
    square = np.flatnonzero(part == 3)
    if not len(square):
        return None
    corner = sample.positions[square[0]]
    return corner + minimum_images(sample.positions[square] - corner, sample.box).mean(axis=0)


def find_mode_defects(
    sample: Sample,
    volume_mode_field: Mapping[str, np.ndarray],
    key_core_field: Mapping[str, np.ndarray],
    near: float = 2.0,
    grid: float = 1.0,
    smoothing: float = 0.5,
    negligible: float = 0.2,
) -> dict[str, dict[str, np.ndarray]]:
    """The rows of MODE_DEFECTS, one for each field and mesh, and of MODE_DEFECT_PLACES, one for each defect.

    volume_mode_field: {`displacement` u, `longitudinal` u_L: (N, 2)}; key_core_field: {`part` (N,)}, as volume_modes and key_cores give them. Raises
    SampleError in three dimensions, or in a box too small for the grid.
    """
    arrays = volume_mode_field["displacement"], volume_mode_field["longitudinal"]
    middle, radius = middle_of_square(sample, key_core_field["part"]), near * sample.spacing
    rows, places = [], []
    for (field, mesh), (centres, charges, amplitudes) in defects_of(sample, *arrays, grid, smoothing).items():
        charged, clear = charges != 0, amplitudes >= negligible
        distance = np.full(len(charges), np.inf) if middle is None else np.linalg.norm(minimum_images(centres - middle, sample.box), axis=1)
        away = charged & (distance > radius)
        nearest = np.argmin(np.where(charged, distance, np.inf)) if middle is not None and charged.any() else None
        rows.append(
            {
                "field": field,
                "mesh": mesh,
                "plaquettes": len(charges),
                "positive": np.count_nonzero(charges > 0),
                "negative": np.count_nonzero(charges < 0),
                "faint": np.count_nonzero(charged & ~clear),
                "core_charge": float(charges[distance <= radius].sum()) if middle is not None else np.nan,
                "nearest_charge": np.nan if nearest is None else float(charges[nearest]),
                "nearest_distance": np.nan if nearest is None else distance[nearest],
                "number_density": np.count_nonzero(away) / sample.volume,
                "number_density_clear": np.count_nonzero(away & clear) / sample.volume,
            }
        )
        where = np.flatnonzero(charged)
        names = {"field": np.full(len(where), field), "mesh": np.full(len(where), mesh)}
        places.append({**names, "x": centres[where, 0], "y": centres[where, 1], "charge": charges[where], "amplitude": amplitudes[where]})
    return {
        "mode_defects": {name: np.array([row[name] for row in rows]) for name in rows[0]},
        "mode_defect_places": {name: np.concatenate([own[name] for own in places]) for name in places[0]},
    }
