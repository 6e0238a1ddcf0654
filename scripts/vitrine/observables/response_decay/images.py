r"""By how much the images of a periodic box change the decay of the response to a force dipole, in the isotropic continuum of a glass's moduli.

A dipole n n in an infinite medium, with k = 1 - G/M, M = K + 2 (d - 1) G/d the longitudinal modulus, -lap phi = delta and lap B = phi, displaces

    u = [-n (n.grad) phi + k grad (n.grad)^2 B]/G,      m.grad(u).m = [-(n.m) (n.grad) (m.grad) phi + k (n.grad)^2 (m.grad)^2 B]/G

so that |u| ~ r^-(d-1) and (m.grad(u).m)^2 ~ r^-2d (the Kelvin solution). In a periodic box of fixed shape the same is a sum over its wave vectors,
but for k = 0. Both are smoothed with the same Gaussian, which changes B by sigma^2 phi/2 alone at distances of many sigma; their difference is the
field of the images, and is smooth. Of |u|^2, by which fields are normalised, nearly all lies in the core: images do not change it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from vitrine.interactions.bonds import minimum_images

GRID = {2: 135, 3: 45}  # points along each edge of the box; odd, so that wave vectors come in pairs
DIPOLES = 12  # directions of the dipole
SMOOTHING = 1.35  # sigma, in steps of the grid
NEAREST = 0.18  # share of the longest edge of the box from which on images are looked at: six sigma in space, more in the plane
SEED = 1  # of the directions onto which is projected; they are the same for all boxes


class Images(NamedTuple):
    """c(r) and |u|(r) in the periodic box over those in an infinite medium, in each bin of the distance; (k,) each."""

    projection: np.ndarray
    amplitude: np.ndarray


def image_factors(box: np.ndarray, edges: np.ndarray, stiffness_ratio: float) -> Images:
    """What images do to the medians of (m.grad(u).m)^2 and of |u| in bins of the distance.

    box (d, d), edges (k + 1,): of one unit of length. stiffness_ratio: G/M of shear and longitudinal modulus, in (0, 1). Both media have the same
    places, dipoles and projections. A bin nearer than NEAREST has the factor one: there images change c(r) by a few hundredths at most. NaN where a
    bin has no place of the grid. Raises ValueError for a ratio out of its range.
    """
    if not 0 < stiffness_ratio < 1:
        raise ValueError(f"G/M = {stiffness_ratio:g} must lie between 0 and 1")
    d, number = len(box), GRID[len(box)]
    steps = np.stack(np.meshgrid(*d * [np.arange(number)], indexing="ij"), axis=-1).reshape(-1, d)
    places = minimum_images(steps @ box.T / number, box)
    longest = np.linalg.norm(box, axis=0).max()
    sigma, far = SMOOTHING * longest / number, edges[:-1] >= NEAREST * longest
    bins = np.searchsorted(edges, np.linalg.norm(places, axis=1), side="right") - 1
    used = np.flatnonzero((bins >= 0) & (bins < len(far)) & far[np.clip(bins, 0, len(far) - 1)])
    places, bins = places[used], bins[used]
    along = _directions(np.random.default_rng(SEED), len(used), d)
    sums = np.zeros((2, 2, len(edges) - 1))  # periodic and free; projection and amplitude
    for n, (fields, gradients) in zip(_dipoles(d), _periodic(box, number, sigma, stiffness_ratio), strict=True):
        smooth, free = (free_response(places, n, along, 1 - stiffness_ratio, width) for width in (sigma, 0.0))
        inside = np.einsum("ai,aij,aj->a", along, gradients[used], along)
        whole = fields[used] - smooth[0] + free[0], inside - smooth[1] + free[1]
        for row, (displaced, projected) in enumerate((whole, free)):
            sums[row] += [_medians(bins, projected**2, len(edges) - 1), _medians(bins, np.linalg.norm(displaced, axis=1), len(edges) - 1)]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = sums[0] / sums[1]
    ratios[:, ~far] = 1.0
    return Images(*ratios)


def free_response(places: np.ndarray, n: np.ndarray, along: np.ndarray, k: float, sigma: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """u (a, d) and m.grad(u).m (a,), times G, of a dipole n n at the origin of an infinite medium, smoothed with a Gaussian of width sigma << r.

    places (a, d) and along (a, d): r and m, of length one.
    """
    d, r = places.shape[1], np.linalg.norm(places, axis=1)
    phi = _derivatives(r, 2 - d, (-1 / (2 * np.pi), 1 / (4 * np.pi))[d - 2])
    b = _derivatives(r, 4 - d, (-1 / (8 * np.pi), 1 / (8 * np.pi))[d - 2])
    b = [one + 0.5 * sigma**2 * other for one, other in zip(b, phi, strict=True)]
    rn, rm, nm = places @ n, np.sum(places * along, axis=1), along @ n
    # Derivatives of a function of r along vectors: products of these with f_j = ((1/r) d/dr)^j f, one for every way to pair them or put them on r.
    gradient = (2 * rn * b[2])[:, None] * n + (b[2] + rn**2 * b[3])[:, None] * places
    displaced = -(rn * phi[1])[:, None] * n + k * gradient
    second = nm * phi[1] + rn * rm * phi[2]
    fourth = (1 + 2 * nm**2) * b[2] + (rm**2 + rn**2 + 4 * nm * rn * rm) * b[3] + rn**2 * rm**2 * b[4]
    return displaced, -nm * second + k * fourth


def _derivatives(r: np.ndarray, power: int, factor: float) -> list[np.ndarray]:
    """((1/r) d/dr)^j f, j = 0..4, of f = factor r^power, in the plane times ln r (less r^2 of the biharmonic one). There the entries that need the
    logarithm stay NaN: no derivative that is used does."""
    if power % 2:  # in space: r^-1 and r
        found = [factor * r**power]
        for j in range(4):
            found.append(found[-1] * (power - 2 * j) / r**2)
        return found
    found = [np.full(r.shape, np.nan)] * (1 + power // 2)  # in the plane: the first derivative without a logarithm
    found.append(factor * (1 if power == 0 else 2) * r**-2.0)
    while len(found) < 5:
        found.append(found[-1] * -2 * (len(found) - 1 - power // 2) / r**2)
    return found


def _periodic(box: np.ndarray, number: int, sigma: float, stiffness_ratio: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """u (a, d) and grad(u) (a, d, d), times G, of every dipole at the points of the grid of a periodic box, smoothed."""
    d, volume = len(box), abs(np.linalg.det(box))
    whole = np.fft.fftfreq(number, 1 / number)
    waves = 2 * np.pi * np.stack(np.meshgrid(*d * [whole], indexing="ij"), axis=-1) @ np.linalg.inv(box)
    square = np.sum(waves**2, axis=-1)
    square.flat[0] = np.inf
    damping = np.exp(-0.5 * sigma**2 * np.where(np.isfinite(square), square, 0.0)) / square * (number**d / volume)
    for n in _dipoles(d):
        kn = waves @ n
        amplitudes = (-1j * kn * damping)[..., None] * (n - (1 - stiffness_ratio) * waves * (kn / square)[..., None])
        fields = np.stack([_transformed(amplitudes[..., i]) for i in range(d)], axis=-1)
        gradients = np.empty((number**d, d, d))
        for i in range(d):
            for j in range(i, d):
                strain = 0.5j * (waves[..., i] * amplitudes[..., j] + waves[..., j] * amplitudes[..., i])
                gradients[:, i, j] = gradients[:, j, i] = _transformed(strain)
        yield fields, gradients


def _transformed(amplitudes: np.ndarray) -> np.ndarray:
    return np.fft.ifftn(amplitudes).real.ravel()


def _dipoles(d: int) -> np.ndarray:
    """Directions that fill half of the circle, or of the sphere, evenly."""
    steps = (np.arange(DIPOLES) + 0.5) / DIPOLES
    if d == 2:
        return np.stack([np.cos(np.pi * steps), np.sin(np.pi * steps)], axis=1)
    turns, heights = np.pi * (1 + np.sqrt(5)) * np.arange(DIPOLES), steps
    flat = np.sqrt(1 - heights**2)
    return np.stack([flat * np.cos(turns), flat * np.sin(turns), heights], axis=1)


def _directions(rng: np.random.Generator, number: int, d: int) -> np.ndarray:
    found = rng.normal(size=(number, d))
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def _medians(bins: np.ndarray, values: np.ndarray, number: int) -> np.ndarray:
    return np.array([np.median(values[bins == one]) if np.any(bins == one) else np.nan for one in range(number)])
