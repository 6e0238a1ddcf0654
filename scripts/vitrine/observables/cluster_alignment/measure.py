"""Order round particles of a glass by cluster alignment: scores of all pairs, cliques, and scores against templates (003 Fig. 5).

The templates are taken from the glass itself, but for the antiprism: the medoid of the clusters of the dominant Voronoi polyhedron of the species,
alone and with its second shell, and the medoid of the largest clique. A medoid is the template against which the others have the least mean score.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np

from vitrine.errors import SampleError
from vitrine.geometry.alignment import FOLLOWED, scores
from vitrine.geometry.shells import bicapped_square_antiprism, nearest_neighbours, voronoi_indices
from vitrine.observables.named_numbers import named_numbers
from vitrine.samples import Sample

MOST_OF_MEDOID = 40  # clusters among which a medoid is looked for; with second shells a quarter of them, and of the starts
FOLLOWED_WIDE = 40  # starts of a cluster with its second shell
CODES = {"soft": 1, "hard": 2, "all": 3}


class Template(NamedTuple):
    """A template: places (n, 3) about its centre, none of them where there is no template; the particle that it belongs to, -1 for none;
    starts that are followed."""

    places: np.ndarray
    centre: int = -1
    followed: int = FOLLOWED


NONE_FOUND = Template(np.zeros((0, 3)))


def align_clusters(
    sample: Sample,
    species: int = 1,
    neighbours: int = 10,
    against: str | None = None,
    hard: str | None = None,
    share: float = 0.05,
    most: int = 100,
    cutoff: float = 0.10,
    second_shell: int | None = 46,
    medium_cutoff: float = 0.15,
    **given: object,
) -> dict[str, dict[str, np.ndarray]]:
    """The tables CLUSTER_ALIGNMENT, CLUSTER_SCORES and CLUSTER_PAIRS, and the field: `group`, `sro` (N,).

    given: the fields or tables that `against` and `hard` name. Raises SampleError where the sample is planar, has fewer than two particles of the
    species, or its box is too small for its clusters; InputError where the numbers do not fit.
    """
    if sample.dimension != 3:
        raise SampleError("clusters are aligned in three dimensions alone")
    numbers, other = (named_numbers(name, given, sample.particles) for name in (against, hard))
    centres = np.flatnonzero(sample.types == species)
    if len(centres) < 2:
        raise SampleError(f"it has {len(centres)} particles of species {species}: two are needed")
    groups = _groups(centres, numbers, other, share, most)
    clusters = {name: nearest_neighbours(sample, members, neighbours)[1] for name, members in groups.items()}
    matrices = {name: scores(own, own) for name, own in clusters.items()}
    cliques = {name: clique_of(matrix, cutoff) for name, matrix in matrices.items()}
    indices = dict(zip(centres.tolist(), voronoi_indices(sample, centres), strict=True))
    dominant = _dominant(list(indices.values()))
    templates = _templates(sample, centres, indices, dominant, second_shell)
    templates["clique"] = _clique_medoid(groups, clusters, matrices, cliques)
    rows, particles, pairs = [], [], []
    field = {"group": np.zeros(sample.particles), "sro": np.full(sample.particles, np.nan)}
    for name, members in groups.items():
        own = {kind: _against(sample, members, template) for kind, template in templates.items()}
        chosen_by = other if name == "hard" and other is not None else numbers
        told = {kind: " ".join(map(str, indices[one])) for kind, one in enumerate(members.tolist())}
        found = {"members": members, "numbers": chosen_by, "cliques": cliques[name], "told": told, "scores": own}
        rows.append(_row(name, matrices[name], found, dominant, cutoff, medium_cutoff))
        particles.append(_particles(name, found))
        pairs.append(_pairs(name, matrices[name], cliques[name]))
        field["group"][members], field["sro"][members] = CODES[name], own["polyhedron"]
    return {
        "cluster_alignment": _joined(rows),
        "cluster_scores": _joined(particles),
        "cluster_pairs": _joined(pairs),
        "cluster_field": field,
    }


def _groups(centres: np.ndarray, numbers: np.ndarray | None, other: np.ndarray | None, share: float, most: int) -> dict[str, np.ndarray]:
    """Particles of each group, at most `most` of them; of `all` some at equal steps of the index."""
    if numbers is None:
        return {"all": centres[np.unique(np.linspace(0, len(centres) - 1, min(most, len(centres))).round().astype(int))]}
    few = min(most, max(2, round(share * len(centres))))
    soft = centres[np.argsort(-numbers[centres], kind="stable")[:few]]
    by = -other[centres] if other is not None else numbers[centres]
    return {"soft": soft, "hard": centres[np.argsort(by, kind="stable")[:few]]}


def clique_of(matrix: np.ndarray, cutoff: float) -> np.ndarray:
    """The clique of each cluster (n,), numbered from the largest; -1 for one that is like no other that is left.

    Two are alike where the scores (n, n) either way are not above the cutoff. A largest clique is taken, then a largest one of what is left.
    """
    import networkx as nx

    alike = np.maximum(matrix, matrix.T) <= cutoff
    np.fill_diagonal(alike, False)
    left, found, number = nx.from_numpy_array(alike), np.full(len(matrix), -1), 0
    while left.number_of_edges():
        largest, _ = nx.max_weight_clique(left, weight=None)
        found[largest] = number
        left.remove_nodes_from(largest)
        number += 1
    return found


def medoid(matrix: np.ndarray) -> int:
    """The template against which the others have the least mean score; matrix (n, n): the template is the second index."""
    return int(np.argmin(matrix.mean(axis=0)))


def _dominant(indices: list[tuple[int, ...]]) -> tuple[int, ...]:
    """The most frequent Voronoi index; of several the one of the largest numbers."""
    counts = Counter(indices)
    return max(counts, key=lambda index: (counts[index], index))


def _templates(
    sample: Sample, centres: np.ndarray, indices: dict[int, tuple[int, ...]], dominant: tuple[int, ...], second_shell: int | None
) -> dict[str, Template]:
    """The antiprism, and the dominant polyhedron without and with its second shell."""
    own = np.array([centre for centre in centres.tolist() if indices[centre] == dominant])[:MOST_OF_MEDOID]
    found = {"antiprism": Template(bicapped_square_antiprism()), "polyhedron": NONE_FOUND, "medium": NONE_FOUND}
    _, near = nearest_neighbours(sample, own, sum(dominant))
    best = medoid(scores(near, near))
    found["polyhedron"] = Template(near[best], int(own[best]))
    if second_shell is not None:
        _, wide = nearest_neighbours(sample, own[: MOST_OF_MEDOID // 4], second_shell)
        best = medoid(scores(wide, wide, FOLLOWED_WIDE))
        found["medium"] = Template(wide[best], int(own[best]), FOLLOWED_WIDE)
    return found


def _clique_medoid(
    groups: dict[str, np.ndarray], clusters: dict[str, np.ndarray], matrices: dict[str, np.ndarray], cliques: dict[str, np.ndarray]
) -> Template:
    """The medoid of the largest clique of all groups; none where no two clusters are alike."""
    sizes = {name: np.count_nonzero(own == 0) for name, own in cliques.items()}
    name = max(sizes, key=sizes.get)
    members = np.flatnonzero(cliques[name] == 0)
    if not len(members):
        return NONE_FOUND
    best = members[medoid(matrices[name][np.ix_(members, members)])]
    return Template(clusters[name][best], int(groups[name][best]))


def _against(sample: Sample, members: np.ndarray, template: Template) -> np.ndarray:
    """Scores (n,) of the clusters of particles, of as many neighbours as the template has, against it.

    NaN without a template, and for the particle that the template belongs to: that it is like itself says nothing.
    """
    if not len(template.places):
        return np.full(len(members), np.nan)
    _, own = nearest_neighbours(sample, members, len(template.places))
    return np.where(members == template.centre, np.nan, scores(own, template.places[None], template.followed)[:, 0])


def _row(name: str, matrix: np.ndarray, found: dict, dominant: tuple[int, ...], cutoff: float, medium_cutoff: float) -> dict[str, np.ndarray]:
    n, own, between = len(matrix), found["scores"], ~np.eye(len(matrix), dtype=bool)
    sizes = np.bincount(found["cliques"][found["cliques"] >= 0], minlength=1)
    index = " ".join(map(str, dominant))
    row = {
        "group": name,
        "atoms": n,
        "mean_score": matrix[between].mean(),
        "alike": (np.maximum(matrix, matrix.T) <= cutoff)[between].mean(),
        "cliques": np.count_nonzero(sizes),
        "largest_clique": sizes.max(),
        **{kind: _share(own[kind], cutoff) for kind in ("antiprism", "polyhedron", "clique")},
        "medium": _share(own["medium"], medium_cutoff),
        "voronoi": np.mean([one == index for one in found["told"].values()]),
        "dominant": index,
    }
    return {key: np.array([value], dtype=object if isinstance(value, str) else None) for key, value in row.items()}


def _share(values: np.ndarray, cutoff: float) -> float:
    """Share of the scores that there are; NaN where there are none."""
    values = values[np.isfinite(values)]
    return float(np.mean(values <= cutoff)) if len(values) else np.nan


def _particles(name: str, found: dict) -> dict[str, np.ndarray]:
    members, numbers, own = found["members"], found["numbers"], found["scores"]
    return {
        "group": np.full(len(members), name, dtype=object),
        "particle": members,
        "number": np.full(len(members), np.nan) if numbers is None else numbers[members],
        "clique_of": found["cliques"],
        "voronoi_index": np.array(list(found["told"].values()), dtype=object),
        **{kind: own[kind] for kind in ("antiprism", "polyhedron", "clique", "medium")},
    }


def _pairs(name: str, matrix: np.ndarray, cliques: np.ndarray) -> dict[str, np.ndarray]:
    """The matrix in the order of the cliques, the largest first; those without one last."""
    order = np.argsort(np.where(cliques < 0, len(cliques), cliques), kind="stable")
    first, second = np.indices(matrix.shape).reshape(2, -1)
    return {
        "group": np.full(matrix.size, name, dtype=object),
        "cluster_place": first,
        "template_place": second,
        "score": matrix[np.ix_(order, order)].ravel(),
    }


def _joined(parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
