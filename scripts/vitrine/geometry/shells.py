"""Clusters of particles round a centre in space: the nearest neighbours, their Voronoi polyhedron, and the bicapped square antiprism."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.spatial import QhullError, Voronoi

from vitrine.errors import SampleError
from vitrine.interactions.bonds import minimum_images
from vitrine.samples import Sample
from vitrine.samples.sample import widths

CELL = 60  # nearest particles among which a Voronoi cell is looked for
EDGES = 7  # faces of so many edges and fewer are counted


def nearest_neighbours(sample: Sample, centres: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices (C, n) of the `number` nearest particles of each centre (C,), from the nearest on, and vectors (C, n, 3) to them.

    Raises SampleError where there are not so many, or where they reach half-way round the periodic box.
    """
    if number > sample.particles - 1:
        raise SampleError(f"{number} neighbours are asked for: a particle of this sample has {sample.particles - 1}")
    indices, vectors = np.empty((len(centres), number), dtype=np.int64), np.empty((len(centres), number, sample.dimension))
    for place, centre in enumerate(centres):
        towards = minimum_images(sample.positions - sample.positions[centre], sample.box)
        distances = np.linalg.norm(towards, axis=1)
        distances[centre] = np.inf
        order = np.argpartition(distances, number - 1)[:number]
        order = order[np.argsort(distances[order], kind="stable")]
        indices[place], vectors[place] = order, towards[order]
    reach = np.linalg.norm(vectors, axis=2).max(initial=0.0)
    half = 0.5 * np.min(widths(sample.box))
    if reach > half:
        raise SampleError(f"the {number} nearest neighbours reach {reach:.3g}, and half of the box is {half:.3g}: clusters would meet themselves")
    return indices, vectors


def voronoi_index(vectors: np.ndarray) -> tuple[int, ...]:
    """(n_3, n_4, ..., n_7): numbers of faces with three, four, ... edges of the Voronoi cell of a particle, vectors (m, 3) to those about it.

    Raises SampleError where they do not close the cell.
    """
    try:
        cells = Voronoi(np.vstack([np.zeros(3), vectors]))
    except QhullError as error:
        raise SampleError(f"no Voronoi cell: {' '.join(str(error).split())[:80]}") from None
    if -1 in cells.regions[cells.point_region[0]]:
        raise SampleError("its neighbours do not close its Voronoi cell")
    edges = [len(ridge) for pair, ridge in zip(cells.ridge_points, cells.ridge_vertices, strict=True) if 0 in pair]
    return tuple(edges.count(number) for number in range(3, EDGES + 1))


def voronoi_indices(sample: Sample, centres: np.ndarray) -> list[tuple[int, ...]]:
    """`voronoi_index` of each centre (C,) in the periodic box, however small."""
    shifts = np.array(list(itertools.product((-1, 0, 1), repeat=sample.dimension))) @ sample.box.T
    half = 0.5 * np.min(widths(sample.box))
    found = []
    for centre in centres:
        around = minimum_images(sample.positions - sample.positions[centre], sample.box)
        distances = np.linalg.norm(around, axis=1)
        if len(around) <= CELL or np.partition(distances, CELL)[CELL] > half:  # in a small box further images belong to it
            around = (around[:, None] + shifts).reshape(-1, sample.dimension)
            distances = np.linalg.norm(around, axis=1)
        found.append(voronoi_index(around[np.argsort(distances, kind="stable")[1 : CELL + 1]]))
    return found


def bicapped_square_antiprism() -> np.ndarray:
    """Ten places (10, 3) at unit distance from the centre: two caps and two squares turned by 45 degrees, as ten charges on a sphere lie.

    It is the <0,2,8,0> polyhedron, the dominant one about the B particles of Kob and Andersen's mixture. The height of the squares is that of the
    least Coulomb energy (Thomson's problem for ten charges).
    """
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(lambda height: _coulomb(_antiprism(height)), bounds=(0.2, 0.6), method="bounded", options={"xatol": 1e-12})
    return _antiprism(found.x)


def _antiprism(height: float) -> np.ndarray:
    turns, wide = np.arange(4) * np.pi / 2, np.sqrt(1 - height**2)
    squares = [
        np.stack([wide * np.cos(turns + shift), wide * np.sin(turns + shift), np.full(4, side * height)], axis=1)
        for shift, side in ((0.0, 1.0), (np.pi / 4, -1.0))
    ]
    return np.vstack([[[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]], *squares])


def _coulomb(places: np.ndarray) -> float:
    i, j = np.triu_indices(len(places), 1)
    return float(np.sum(1 / np.linalg.norm(places[i] - places[j], axis=1)))
