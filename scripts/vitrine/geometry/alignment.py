r"""How alike two clusters of particles are: the score of a cluster a that is laid on a template t by the best rotation, pairing and size.

    score(a, t) = min over R, p, s of sqrt( 1/n sum_j |R a_p(j) - s t_j|^2/|s t_j|^2 ),    0.8 <= s <= 1.2

(X. W. Fang et al., Phys. Rev. B 82, 184204; S. G. Hao and L. Huang's cluster alignment, 003 refs. 60-63.) a and t (n, 3) are places about the centre,
which is left out; R is a rotation without reflection, p pairs every particle of the cluster with one of the template, s is the size of the template.
It is not symmetric: deviations are measured in units of the template's distances, place by place.

Given the pairing, R is that of Kabsch with weights 1/|t_j|^2, whatever s; and 1/s is then the solution of a line. Given R and s, the pairing is a
linear assignment. So both are found in turn, from many rotations: each lays a pair of the cluster's particles on a pair of the template's. Of these
the ones are followed whose particles lie closest to their nearest places. What is found is a minimum; that it is the least of all is not proved.
"""

from __future__ import annotations

import numpy as np

from vitrine.compile_cache import njit

SMALLEST, LARGEST = 0.8, 1.2  # s, the size of the template
FOLLOWED = 160  # starts that are followed to a minimum; of unlike clusters of ten particles 1 % then miss the least score, by 0.01
MOST_STARTS = 800  # rotations that are looked at
FIRST = 12  # nearest particles from which pairs are taken
TURNS = 50


def score(cluster: np.ndarray, template: np.ndarray, followed: int = FOLLOWED) -> float:
    """The score of a cluster (n, 3) against a template (n, 3), both about their centre."""
    return float(scores(cluster[None], template[None], followed)[0, 0])


def scores(clusters: np.ndarray, templates: np.ndarray, followed: int = FOLLOWED) -> np.ndarray:
    """Scores (A, T) of clusters (A, n, 3) against templates (T, n, 3): the template is the second index. followed: starts per pair."""
    clusters, templates = (np.ascontiguousarray(_ordered(places)) for places in (clusters, templates))
    if clusters.shape[1:] != templates.shape[1:]:
        raise ValueError(f"clusters of {clusters.shape[1]} particles and templates of {templates.shape[1]}: as many are needed")
    return _all_scores(clusters, templates, followed)


def _ordered(places: np.ndarray) -> np.ndarray:
    """Particles of every cluster (A, n, 3) from the nearest to the centre outwards, so that their order in memory says nothing."""
    places = np.asarray(places, dtype=float)
    order = np.argsort(np.linalg.norm(places, axis=2), axis=1, kind="stable")
    return np.take_along_axis(places, order[:, :, None], axis=1)


@njit(error_model="numpy")
def _all_scores(clusters, templates, followed):
    out = np.empty((len(clusters), len(templates)))
    for t in range(len(templates)):
        template = templates[t]
        weights = np.empty(len(template))
        for j in range(len(template)):
            weights[j] = 1.0 / (template[j, 0] ** 2 + template[j, 1] ** 2 + template[j, 2] ** 2)
        pairs = _template_pairs(template)
        for a in range(len(clusters)):
            out[a, t] = _best(clusters[a], template, weights, pairs, followed)
    return out


@njit(error_model="numpy")
def _template_pairs(template):
    """Pairs of the template's inner places (m, 2), the squarest first: their frames are the best defined."""
    few = min(FIRST, len(template))
    angles, pairs = np.empty(few * (few - 1) // 2), np.empty((few * (few - 1) // 2, 2), dtype=np.int64)
    count = 0
    for i in range(few):
        for j in range(i + 1, few):
            product, first, second = 0.0, 0.0, 0.0
            for axis in range(3):
                product += template[i, axis] * template[j, axis]
                first += template[i, axis] ** 2
                second += template[j, axis] ** 2
            angles[count] = abs(product) / np.sqrt(first * second)
            pairs[count] = i, j
            count += 1
    return pairs[np.argsort(angles, kind="mergesort")]


@njit(error_model="numpy")
def _frame(first, second, out):
    """Fill `out` (3, 3), by columns, with the frame of two directions that treats both alike; False where they are parallel."""
    u, v = np.empty(3), np.empty(3)
    one, two = np.sqrt(np.sum(first * first)), np.sqrt(np.sum(second * second))
    for axis in range(3):
        p, q = first[axis] / one, second[axis] / two
        u[axis], v[axis] = p + q, p - q
    long, wide = np.sqrt(np.sum(u * u)), np.sqrt(np.sum(v * v))
    if long < 1e-3 or wide < 1e-3:
        return False
    for axis in range(3):
        out[axis, 0], out[axis, 1] = u[axis] / long, v[axis] / wide
    for axis in range(3):
        b, c = (axis + 1) % 3, (axis + 2) % 3
        out[axis, 2] = out[b, 0] * out[c, 1] - out[c, 0] * out[b, 1]
    return True


@njit(error_model="numpy")
def _best(cluster, template, weights, pairs, followed):
    """The least score over all starts."""
    n, few = len(cluster), min(FIRST, len(cluster))
    number = min(len(pairs), max(1, MOST_STARTS // max(1, few * (few - 1))))
    starts, closeness, found = np.empty((number * few * (few - 1), 3, 3)), np.empty(number * few * (few - 1)), 0
    own, theirs = np.empty((3, 3)), np.empty((3, 3))
    shrink = _mean_size(template) / _mean_size(cluster)
    moved = np.empty((n, 3))
    for m in range(number):
        if not _frame(template[pairs[m, 0]], template[pairs[m, 1]], theirs):
            continue
        for k in range(few):
            for other in range(few):
                if k == other or not _frame(cluster[k], cluster[other], own):
                    continue
                rotation = theirs @ own.T
                _turned(cluster, rotation, shrink, moved)
                starts[found], closeness[found] = rotation, _closeness(moved, template, weights)
                found += 1
    best = np.inf
    order = np.argsort(closeness[:found], kind="mergesort")
    pairing, costs = np.empty(n, dtype=np.int64), np.empty((n, n))
    for start in order[: min(found, followed)]:
        best = min(best, _followed(cluster, template, weights, starts[start].copy(), shrink, moved, pairing, costs))
    return np.sqrt(max(best, 0.0) / n)


@njit(error_model="numpy")
def _mean_size(places):
    total = 0.0
    for j in range(len(places)):
        total += np.sqrt(places[j, 0] ** 2 + places[j, 1] ** 2 + places[j, 2] ** 2)
    return total / len(places)


@njit(error_model="numpy")
def _turned(cluster, rotation, size, out):
    for k in range(len(cluster)):
        for axis in range(3):
            out[k, axis] = size * (rotation[axis, 0] * cluster[k, 0] + rotation[axis, 1] * cluster[k, 1] + rotation[axis, 2] * cluster[k, 2])


@njit(error_model="numpy")
def _closeness(moved, template, weights):
    """Sum over places of the template of the squared distance to the nearest particle: no pairing of this rotation and size has less."""
    total = 0.0
    for j in range(len(template)):
        nearest = np.inf
        for k in range(len(moved)):
            nearest = min(nearest, (moved[k, 0] - template[j, 0]) ** 2 + (moved[k, 1] - template[j, 1]) ** 2 + (moved[k, 2] - template[j, 2]) ** 2)
        total += weights[j] * nearest
    return total


@njit(error_model="numpy")
def _followed(cluster, template, weights, rotation, size, moved, pairing, costs):
    """n score^2 at the minimum to which pairing, rotation and size in turn lead; size: 1/s at the start."""
    best = np.inf
    for _ in range(TURNS):
        _turned(cluster, rotation, size, moved)
        for j in range(len(template)):
            for k in range(len(cluster)):
                squares = (moved[k, 0] - template[j, 0]) ** 2 + (moved[k, 1] - template[j, 1]) ** 2 + (moved[k, 2] - template[j, 2]) ** 2
                costs[j, k] = weights[j] * squares
        assign(costs, pairing)
        rotation, size, value = fitted(cluster, template, weights, pairing)
        if not value < best - 1e-14 * len(template):
            break
        best = value
    return best


@njit(error_model="numpy")
def fitted(cluster, template, weights, pairing):
    """The best rotation (3, 3) and 1/s of a pairing (n,), cluster particle of each place of the template; and n score^2 with them."""
    product, squares = np.zeros((3, 3)), 0.0
    for j in range(len(template)):
        k = pairing[j]
        for a in range(3):
            squares += weights[j] * cluster[k, a] ** 2
            for b in range(3):
                product[a, b] += weights[j] * template[j, a] * cluster[k, b]
    left, values, right = np.linalg.svd(product)
    if np.linalg.det(left) * np.linalg.det(right) < 0.0:  # no reflection
        left[:, 2] = -left[:, 2]
        values[2] = -values[2]
    overlap = values[0] + values[1] + values[2]
    size = min(max(overlap / squares, 1.0 / LARGEST), 1.0 / SMALLEST)
    return left @ right, size, len(template) - 2.0 * size * overlap + size * size * squares


@njit(error_model="numpy")
def assign(costs, columns):
    """Fill `columns` (n,) with the column of each row in the linear assignment of the least sum of costs (n, n), by shortest augmenting paths."""
    n = len(costs)
    of_row, of_column = np.zeros(n + 1), np.zeros(n + 1)  # the dual variables; row and column 0 stand for none
    row_of, way = np.zeros(n + 1, dtype=np.int64), np.zeros(n + 1, dtype=np.int64)
    least, seen = np.empty(n + 1), np.empty(n + 1, dtype=np.bool_)
    for row in range(1, n + 1):
        row_of[0], here = row, 0
        least[:], seen[:] = np.inf, False
        while row_of[here] != 0:
            seen[here] = True
            current, nearest, step = row_of[here], 0, np.inf
            for column in range(1, n + 1):
                if not seen[column]:
                    reduced = costs[current - 1, column - 1] - of_row[current] - of_column[column]
                    if reduced < least[column]:
                        least[column], way[column] = reduced, here
                    if least[column] < step:
                        step, nearest = least[column], column
            for column in range(n + 1):
                if seen[column]:
                    of_row[row_of[column]] += step
                    of_column[column] -= step
                else:
                    least[column] -= step
            here = nearest
        while here != 0:
            row_of[here] = row_of[way[here]]
            here = way[here]
    for column in range(1, n + 1):
        columns[row_of[column] - 1] = column - 1
