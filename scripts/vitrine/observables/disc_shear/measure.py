r"""G(theta) of a disc round the key core of a planar glass, and what pinning the key core makes of it (000, Figs. 4, 5; Methods).

Pinned particles move affinely alone: `none`; the key-core `string`; its `square`; the string with all `strings` that any angle excites; as controls
`random` particles, and those that move `furthest` in the softest mode, as many as the string has. A particle is excited where it moves further than
`excited` times the root-mean-square of the response at all angles, with the string pinned.

NOTE: the paper does not say from where on a particle is excited. On the response of the disc that is not pinned the same cut selects the far field.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vitrine.observables.disc_shear.directions import ANGLES, harmonics, modulus_at
from vitrine.observables.disc_shear.disc import Disc
from vitrine.observables.disc_shear.strings import excited_at, rms, string_lengths
from vitrine.samples import Sample


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
    """The rows of DISC_SHEAR, one for each pinning, of DISC_STRINGS, one for each degree, and the field of how often a particle is excited.

    A glass without a key core has the row `none` alone, of the disc about its largest Psi. Raises SampleError in three dimensions, or in too small a
    box.
    """
    part, psi = key_core_field["part"], vibrability_field["vibrability"]
    disc = Disc.of(sample, sample.positions[np.argmax(psi)], cut, rim)
    string, square = np.flatnonzero((part >= 2)[disc.members]), np.flatnonzero((part == 3)[disc.members])
    # The square may have corners that are not of the string: they are pinned with it.
    rows = [_row("none", disc, None)]
    count, strings = np.zeros(sample.particles), {"theta": [], "excited": [], "strings": [], "longest": []}
    if len(string):
        _, responses = disc.answer(string)
        moving = ~disc.frozen
        moving[string] = False
        far = excited_at(responses, excited * rms(responses, moving))
        lengths = string_lengths(far, disc.bonds)
        strings = {
            "theta": np.degrees(ANGLES).round().astype(int),
            "excited": far.sum(axis=1),
            "strings": np.array([len(own) for own in lengths]),
            "longest": np.array([own.max(initial=0) for own in lengths]),
        }
        count[disc.members] = far.sum(axis=0)
        count[disc.members[string]] = len(ANGLES)
        free = np.setdiff1d(np.flatnonzero(~disc.frozen), string)
        furthest = np.argsort(-np.linalg.norm(volume_mode_field["displacement"][disc.members], axis=1), kind="stable")
        rows += [_row("string", disc, string)]
        rows += [_row("square", disc, square)] if len(square) else []
        rows += [
            _row("strings", disc, np.union1d(string, np.flatnonzero(far.any(axis=0)))),
            _row("random", disc, rng.choice(free, len(string), replace=False)),
            _row("furthest", disc, furthest[: len(string)]),
        ]
    table = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return {
        "disc_shear": table,
        "disc_strings": {name: np.asarray(values) for name, values in strings.items()},
        "disc_field": {"excited": count, "inside": np.isin(np.arange(sample.particles), disc.members).astype(float)},
    }


def _row(name: str, disc: Disc, pinned: np.ndarray | None) -> dict:
    """The row of a pinning."""
    parts = harmonics(disc.answer(pinned)[0])
    modulus = modulus_at(parts)
    return {
        "pinning": name,
        "pinned": 0 if pinned is None else len(pinned),
        "mean": parts[0],
        **dict(zip(("cos_2", "sin_2", "cos_4", "sin_4"), parts[1:], strict=True)),
        "spread": np.ptp(modulus) / modulus.mean(),
        "softest_angle": int(np.argmin(modulus[:180])),  # G repeats after 180 degrees: rounding must not choose between the two
        "stiffest_angle": int(np.argmax(modulus[:180])),
        "radius": disc.radius,
        "moved": disc.moved,
    }
