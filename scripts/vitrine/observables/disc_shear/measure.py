r"""G(theta) of a disc round the key core of a planar glass, and what pinning the key core makes of it (000, Figs. 4, 5; Methods).

Pinned particles move affinely alone: `none`; the key-core `string`; its `square`; the string with each angle's `own` strings; the string with all
`strings` that any angle excites; as controls `random` particles, and those that move `furthest` in the softest mode, as many as the string has. A
particle is excited where it moves further than `excited` times the root-mean-square of the response at all angles, with the string pinned.

NOTE: the paper does not say from where on a particle is excited. On the response of the disc that is not pinned the same cut selects the far field.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vitrine.observables.disc_shear import DISC_STRINGS, HARMONICS
from vitrine.observables.disc_shear.directions import ANGLES, harmonics, modulus_at
from vitrine.observables.disc_shear.disc import Disc
from vitrine.observables.disc_shear.strings import excited_at, rms, string_lengths
from vitrine.samples import Sample
from vitrine.schema import names_of

EXTREMES, HOW = ("soft", "stiff"), ("free", "pinned")  # directions of the smallest and largest G; nothing pinned, or the string


def shear_discs(
    sample: Sample,
    key_core_field: Mapping[str, np.ndarray],
    vibrability_field: Mapping[str, np.ndarray],
    volume_mode_field: Mapping[str, np.ndarray],
    rng: np.random.Generator,
    cut: float = 3.0,
    rim: float = 2.0,
    excited: float = 3.0,
) -> dict[str, dict[str, np.ndarray]]:
    """The rows of DISC_SHEAR, one for each pinning, of DISC_STRINGS, one for each degree, of DISC_LENGTHS, and the fields of the particles.

    A glass without a key core has the row `none` alone, of the disc about its largest Psi. Raises SampleError in three dimensions, or in too small a
    box.
    """
    part, psi = key_core_field["part"], vibrability_field["vibrability"]
    disc = Disc.of(sample, sample.positions[np.argmax(psi)], cut, rim)
    string, square = np.flatnonzero((part >= 2)[disc.members]), np.flatnonzero((part == 3)[disc.members])
    # The square may have corners that are not of the string: they are pinned with it.
    free_parts, free_responses = disc.answer()
    rows = [_row("none", harmonics(free_parts), 0, disc)]
    field = {name: np.zeros(sample.particles) for name in ("excited", "string", *(f"{angle}_{how}" for angle in EXTREMES for how in HOW))}
    field["inside"] = np.isin(np.arange(sample.particles), disc.members).astype(float)
    strings, lengths = {name: np.zeros(0) for name in names_of(DISC_STRINGS.own)}, {"length": np.zeros(0), "count": np.zeros(0)}
    if len(string):
        answered, responses = disc.answer(string)
        moving = ~disc.frozen
        moving[string] = False
        threshold = excited * rms(responses, moving)
        far = excited_at(responses, threshold)
        far_free = excited_at(free_responses, threshold)
        strings, lengths = _strings(disc, string, far)
        strings["excited_free"] = far_free.sum(axis=1)
        field["excited"][disc.members] = far.sum(axis=0)
        field["excited"][disc.members[string]] = len(ANGLES)
        field["string"][disc.members[string]] = 1
        for angle, name in zip((rows[0]["softest_angle"], rows[0]["stiffest_angle"]), EXTREMES, strict=True):
            field[f"{name}_free"][disc.members] = far_free[angle]
            field[f"{name}_pinned"][disc.members] = far[angle]
        free = np.setdiff1d(np.flatnonzero(~disc.frozen), string)
        furthest = np.argsort(-np.linalg.norm(volume_mode_field["displacement"][disc.members], axis=1), kind="stable")
        every = np.union1d(string, np.flatnonzero(far.any(axis=0)))
        rows += [_row("string", harmonics(answered), len(string), disc)]
        rows += [_pinned("square", disc, square)] if len(square) else []
        rows += [_own(strings, len(string), disc), _pinned("strings", disc, every)]
        rows += [_pinned("random", disc, rng.choice(free, len(string), replace=False)), _pinned("furthest", disc, furthest[: len(string)])]
    table = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return {"disc_shear": table, "disc_strings": strings, "disc_lengths": lengths, "disc_field": field}


def _strings(disc: Disc, string: np.ndarray, far: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The rows of DISC_STRINGS and of DISC_LENGTHS, from what moves far at every angle (360, n) with the string pinned."""
    found = string_lengths(far, disc.bonds)
    sets, which = np.unique(far, axis=0, return_inverse=True)
    moduli = disc.answers_besides(string, [np.flatnonzero(one) for one in sets])[which.ravel()]
    lengths, counts = np.unique(np.concatenate(found), return_counts=True)
    return {
        "theta": np.degrees(ANGLES).round().astype(int),
        "excited": far.sum(axis=1),
        "strings": np.array([len(own) for own in found]),
        "longest": np.array([own.max(initial=0) for own in found]),
        "modulus": np.array([modulus_at(harmonics(one), np.array([theta]))[0] for one, theta in zip(moduli, ANGLES, strict=True)]),
    }, {"length": lengths.astype(int), "count": counts}


def _pinned(name: str, disc: Disc, pinned: np.ndarray) -> dict:
    """The row of a pinning that is the same at all angles."""
    return _row(name, harmonics(disc.answer(pinned)[0]), len(pinned), disc)


def _own(strings: dict[str, np.ndarray], key_core: int, disc: Disc) -> dict:
    """The row of the pinning of each angle's own strings beside the key core, which has no harmonics."""
    modulus = strings["modulus"]
    return {**_row("own", np.full(5, np.nan), key_core + int(np.rint(strings["excited"].mean())), disc, modulus), "mean": modulus.mean()}


def _row(name: str, parts: np.ndarray, pinned: int, disc: Disc, modulus: np.ndarray | None = None) -> dict:
    """The row of a pinning, from the harmonics of G(theta), or G(theta) itself (360,)."""
    modulus = modulus_at(parts) if modulus is None else modulus
    return {
        "pinning": name,
        "pinned": pinned,
        **dict(zip(HARMONICS, parts, strict=True)),
        "spread": np.ptp(modulus) / modulus.mean(),
        "softest_angle": int(np.argmin(modulus[:180])),  # G repeats after 180 degrees: rounding must not choose between the two
        "stiffest_angle": int(np.argmax(modulus[:180])),
        "radius": disc.radius,
        "moved": disc.moved,
    }
