"""What the tests of model `pair` share: built-in glass formers and the same ones by formula, and what is said to parameters that cannot be."""

import numpy as np
import pytest
import vitrine
from vitrine.errors import InputError
from vitrine.models import GlassFormer

LENNARD_JONES = "4*epsilon*((sigma/r)**12 - (sigma/r)**6)"
MIXTURE = {"epsilon": {"AA": 1.0, "AB": 1.5, "BB": 0.5}, "sigma": {"AA": 1.0, "AB": 0.8, "BB": 0.88}}
KOB_ANDERSEN = {
    "dimension": 3, "density": 1.2, "fractions": {"A": 0.8, "B": 0.2}, "formula": LENNARD_JONES, "constants": MIXTURE, "cutoff": 2.5,
    "smoothing": "shifted_force",
}  # fmt: skip
ONE = {"dimension": 3, "density": 1.0, "formula": "4*(r**(-12) - r**(-6))", "cutoff": 2.5}


def pair(**parameters) -> GlassFormer:
    return vitrine.glass_former("pair", **parameters)


def twins() -> dict[str, tuple[GlassFormer, GlassFormer]]:
    """{what: (built in, by formula)}."""
    planar = {**KOB_ANDERSEN, "dimension": 2, "fractions": {"A": 0.65, "B": 0.35}, "cutoff": "2.5*sigma"}
    inverse = {"formula": "x**(-n)", "constants": {"n": 10}, "variable": "x", "smoothing": "polynomial", "smoothness": 3}
    sizes = {"ratio": 2.22, "exponent": 3.0, "rule": "quantiles"}
    ipl = {**inverse, "dimension": 2, "density": 0.86, "fractions": {"A": 0.5, "B": 0.5}, "lengths": {"AA": 1, "AB": 1.18, "BB": 1.4}, "cutoff": 1.48}
    return {
        "kob_andersen": (vitrine.glass_former("kob_andersen"), pair(**KOB_ANDERSEN)),
        "planar kob_andersen": (
            vitrine.glass_former("kob_andersen", dimension=2, small_fraction=0.35, cutoff_of="pair"), pair(**planar),
        ),
        "poly": (
            vitrine.glass_former("poly"), pair(dimension=3, density=0.58, sizes=sizes, nonadditivity=0.1, cutoff=1.4, **inverse),
        ),
        "binary_ipl": (vitrine.glass_former("binary_ipl", truncation="polynomial"), pair(**ipl)),
        "binary_ipl, shifted force": (vitrine.glass_former("binary_ipl"), pair(**{**ipl, "smoothing": "shifted_force"})),
    }  # fmt: skip


def refused(**parameters) -> str:
    """What is said to parameters that cannot be: one sentence."""
    with pytest.raises(InputError) as error:
        pair(**parameters)
    sentence = str(error.value)
    assert "\n" not in sentence and len(sentence) < 400
    return sentence


def derivatives(model: GlassFormer, r, a: int = 0, b: int = 0) -> np.ndarray:
    """phi and four derivatives of two types at distances r (n,)."""
    one = np.ones(len(r))
    return model.potential_of(a, b).derivatives(np.asarray(r, dtype=float), model.scales[a, b] * one, model.energies[a, b] * one)
