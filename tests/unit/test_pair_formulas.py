"""Formulas as text: what is read and what is refused, exact derivatives, how a potential ends at its cutoff, and what lies below `inner`."""

import math
import subprocess
import sys
import time
from pathlib import Path

import mpmath
import numpy as np
import pytest
import vitrine
import yaml
from pair_models import KOB_ANDERSEN, LENNARD_JONES, ONE, derivatives, pair, refused
from vitrine.errors import InputError
from vitrine.interactions.forces import energy_and_virial
from vitrine.models.formulas import Formula
from vitrine.models.kernels import reduced_energy, reduced_slope
from vitrine.samples import Sample

REPOSITORY = Path(__file__).resolve().parents[2]
FORMULAS = {
    "lennard-jones": (LENNARD_JONES, {"epsilon": 1.3, "sigma": 0.9}, lambda m, r: 4 * m(1.3) * ((m(0.9) / r) ** 12 - (m(0.9) / r) ** 6)),
    "morse": ("D*((1 - exp(-a*(r - r0)))**2 - 1)", {"D": 2.0, "a": 6.0, "r0": 1.1}, lambda m, r: 2 * ((1 - mpmath.exp(-6 * (r - m(1.1)))) ** 2 - 1)),
    "yukawa": ("A*exp(-kappa*r)/r", {"A": 5.0, "kappa": 1.5}, lambda m, r: 5 * mpmath.exp(-m(1.5) * r) / r),
    "hertz": ("(1 - r/3)**2.5", {}, lambda m, r: (1 - r / 3) ** m(2.5)),
    "gauss": ("exp(-r**2)", {}, lambda m, r: mpmath.exp(-(r**2))),
    "ewald": ("erfc(alpha*r)/r + 2", {"alpha": 0.8}, lambda m, r: mpmath.erfc(m(0.8) * r) / r + 2),
    "oscillating": ("cos(k*r + 1)/r**3 + r**(-15)", {"k": 7.0}, lambda m, r: mpmath.cos(7 * r + 1) / r**3 + r**-15),
    "all functions": (
        "sqrt(r) + log(r) + sin(r)*tan(r/9) - sinh(r/5) + cosh(r)/tanh(r) + erf(-r) + pi", {},
        lambda m, r: mpmath.sqrt(r) + mpmath.log(r) + mpmath.sin(r) * mpmath.tan(r / 9) - mpmath.sinh(r / 5)
        + mpmath.cosh(r) / mpmath.tanh(r) + mpmath.erf(-r) + mpmath.pi,
    ),
}  # fmt: skip
REFUSED = {
    "__import__('os').system('true')": "a call is not allowed",
    "__import__('os')": "__import__(...) is not allowed",
    "r.__class__": "an attribute is not allowed",
    "(lambda: 1)()": "a call is not allowed",
    "lambda: r": "a function of its own is not allowed",
    "[r for r in r]": "'ListComp' is not allowed",
    "r[0]": "a bracket [ ] is not allowed",
    "eval('r')": "eval(...) is not allowed",
    "f'{r}'": "'JoinedStr' is not allowed",
    "'r'": "a text or word is not allowed",
    "True": "a text or word is not allowed",
    "1j*r": "a text or word is not allowed",
    "r if r else 1": "'IfExp' is not allowed",
    "r == 1": "'Compare' is not allowed",
    "r and r": "'BoolOp' is not allowed",
    "(r := 2)": "'NamedExpr' is not allowed",
    "abs(r)": "abs(...) is not allowed",
    "exp(r, r)": "exp(...) is not allowed",
    "exp(*r)": "is not allowed",
    "exp(x=r)": "exp(...) is not allowed",
    "r // 2": "'BinOp' is not allowed",
    "r^2": "^ is no power here: write **",
    "10**10**10": "exponent 1e+10",
    "r**1e9": "exponent 1e+09",
    "9**9**9**9": "exponent",
    "((10**6)**100)**100": "infinite or not real",
    "exp(exp(exp(10)))": "infinite or not real",
    "log(-1)*r": "infinite or not real",
    "(-1)**0.5*r": "infinite or not real",
    "r/0": "divides by zero",
    "r/(1 - 1)": "divides by zero",
    "r*1e999": "a number beyond",
    "r*1" + 400 * "0": "a number beyond",
    "sgma/r": "sgma is unknown: allowed are r, pi and the functions exp",
    "exp": "exp is unknown",
    "3": "it has no r",
    "2 +": "it is no formula",
    "": "it is no formula",
    "r; r": "it is no formula",
    "r\n+ 1": "it is no formula",
    "import os": "it is no formula",
    "\0": "it is no formula",
    "σ/r": "σ is unknown",
    "(" * 300 + "r" + ")" * 300: "it is no formula",
    "(" * 5000 + "r" + ")" * 5000: "10001 characters: allowed are 1000",
    "-" * 900 + "r": "too many parts",
    "+".join(["r"] * 400): "too many parts",
    "*".join(f"(r+{k})" for k in range(48)): "operations",
    "exp(" * 60 + "r" + ")" * 60: "operations",
    "sin(" * 14 + "r" + ")" * 14: "operations",
    "1/(r - 1)": "singular, or far from smooth, near 1",
    "1/(r - 1)**2": "singular",
    "tan(r)": "near 1.57",
    "1e-6/(r - 1.7)": "singular",
    "log(r - 1)": "not finite at 0.999",
    "exp(-r) - 1/r**6": "it attracts at the shortest distance, inner = 0.07812",
    "-1/r": "it attracts",
    "r**(-200)*r**(-200)*r**(-100)": "not finite at",
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_no_formula_is_one_sentence_and_at_once(text, said):
    began = time.process_time()
    sentence = refused(**{**ONE, "formula": text})
    assert time.process_time() - began < 5
    assert sentence.startswith("config key model.pair.formula: ") and said in sentence, sentence


def test_a_text_reaches_no_interpreter(monkeypatch):
    """Neither as it stands nor in what sympy compiles: names of the user's become numbered ones."""
    import builtins

    seen = []
    real = builtins.compile
    monkeypatch.setattr(builtins, "compile", lambda source, *rest, **more: seen.append(source) or real(source, *rest, **more))
    pair(**{**ONE, "formula": "depth*exp(-steepness*r)/r**3", "constants": {"depth": 1.25, "steepness": 2.0}})
    compiled = [text for text in seen if isinstance(text, str) and "depth" not in text]
    assert compiled and all("depth" not in str(text) or text == "depth*exp(-steepness*r)/r**3" for text in seen)


@pytest.mark.parametrize(("text", "constants", "exact"), FORMULAS.values(), ids=FORMULAS)
def test_derivatives_against_many_digits(text, constants, exact):
    r = np.array([0.8, 1.0, 1.37, 2.2, 2.6])
    ours = Formula(text, "r", tuple(sorted(constants.items()))).derivatives(r)
    with mpmath.workdps(40):
        theirs = np.array([[float(mpmath.diff(lambda at: exact(mpmath.mpf, at), mpmath.mpf(float(one)), order)) for one in r] for order in range(5)])
    assert np.all(np.abs(ours - theirs) <= 1e-12 * (np.abs(theirs) + np.abs(theirs).max(axis=1, keepdims=True)))


@pytest.mark.parametrize(("text", "constants"), [one[:2] for one in FORMULAS.values()], ids=FORMULAS)
def test_derivatives_against_finite_differences(text, constants):
    law, r, step = Formula(text, "r", tuple(sorted(constants.items()))), np.linspace(0.8, 2.6, 50), 1e-5
    low, here, high = (law.derivatives(r + shift) for shift in (-step, 0.0, step))
    for order in range(1, 5):
        slope = (high[order - 1] - low[order - 1]) / (2 * step)
        assert np.allclose(here[order], slope, rtol=1e-7, atol=1e-7 * np.abs(here[order]).max())


@pytest.mark.parametrize("text", [one[0] for one in FORMULAS.values()], ids=FORMULAS)
@pytest.mark.parametrize(("smoothing", "orders"), [("none", 0), ("shifted_energy", 1), ("shifted_force", 2), ("polynomial", 4)])
def test_what_vanishes_at_the_cutoff(text, smoothing, orders):
    """The energy, the force, or phi and q derivatives: just below the cutoff they are as small as their Taylor polynomial says."""
    used = next(constants for one, constants, _ in FORMULAS.values() if one == text)
    model = pair(dimension=3, density=1.0, formula=text, constants=used, cutoff=2.0, inner=0.5, smoothing=smoothing, smoothness=3)
    bare = Formula(text, "r", tuple(sorted(used.items())))
    end, away = bare.derivatives(np.array([2.0]), 4)[:, 0], 1e-6
    found = derivatives(model, [2.0 - away])[:, 0]
    size = np.abs(end).max()
    for order in range(5):
        if order < orders:
            assert abs(found[order]) < 60 * size * away
        elif smoothing != "polynomial":
            assert found[order] == pytest.approx(end[order], rel=1e-4, abs=1e-4 * size)


def test_polynomial_smoothing_is_an_even_polynomial():
    """phi - phi_bare = sum c_2l r^2l, l = 0 ... q: found again by a fit through all distances."""
    model = pair(**{**ONE, "smoothing": "polynomial", "smoothness": 4})
    r = np.linspace(0.9, 2.4999, 200)
    rest = derivatives(model, r)[0] - 4 * (r**-12 - r**-6)
    fit = np.polynomial.Polynomial.fit(r**2, rest, 4)
    assert np.abs(fit(r**2) - rest).max() < 1e-12 and np.abs(np.polynomial.Polynomial.fit(r**2, rest, 3)(r**2) - rest).max() > 1e-6
    for away in (0.02, 0.01):
        ratio = derivatives(model, [2.5 - 2 * away])[:, 0] / derivatives(model, [2.5 - away])[:, 0]
        assert ratio == pytest.approx([32, 16, 8, 4, 2], rel=0.2)


def test_below_inner_a_parabola_in_the_square_goes_on_smoothly_and_repels():
    model = pair(**{**ONE, "inner": 0.8, "smoothing": "none"})
    start = math.sqrt(model.potential.kernel.low) * 2.5
    assert 0.8 <= start < 0.83
    below, above = derivatives(model, [start - 1e-9, 0.0 + 1e-12, 0.3]), derivatives(model, [start + 1e-9])[:, 0]
    assert below[:3, 0] == pytest.approx(above[:3], rel=1e-6)
    assert np.all(np.isfinite(below)) and np.all(below[1] <= 0)
    y = np.linspace(1e-6, start**2, 50)
    phi = derivatives(model, np.sqrt(y))[0]
    assert np.abs(np.polynomial.Polynomial.fit(y, phi, 2)(y) - phi).max() < 1e-10 * np.abs(phi).max()
    for kernel_at in (0.04, 0.5, 0.63):  # the compiled loops say the same
        value = derivatives(model, [math.sqrt(kernel_at)])
        assert reduced_energy(kernel_at, model.potential.kernel) == pytest.approx(value[0, 0], rel=1e-12)
        assert 2 * math.sqrt(kernel_at) * reduced_slope(kernel_at, model.potential.kernel) == pytest.approx(value[1, 0], rel=1e-12)


def test_a_wall_inside_and_an_attraction_inside_are_hidden_by_inner():
    wall = pair(**{**ONE, "formula": "1/(r - 1)**12", "inner": 1.05})
    assert derivatives(wall, [1.2])[2, 0] == pytest.approx(156 * 0.2**-14, rel=1e-9)
    buckingham = {**ONE, "formula": "A*exp(-r/rho) - C/r**6", "constants": {"A": 1e5, "rho": 0.1, "C": 3.0}, "inner": "7*rho"}
    assert derivatives(pair(**buckingham), [1.0])[0, 0] == pytest.approx(1e5 * math.exp(-10) - 3 + 3 / 2.5**6 - (1 - 2.5) * 18 / 2.5**7, rel=1e-3)


def test_particles_on_top_of_each_other_have_a_finite_energy():
    model = pair(**KOB_ANDERSEN)
    sample = Sample(np.array([[1.0, 1, 1], [1.0, 1, 1 + 1e-9], [3.0, 1, 1]]), np.ones(3), np.zeros(3, dtype=int), np.eye(3) * 9, model)
    assert 1e6 < energy_and_virial(sample)[0] < np.inf


def test_constants_cutoff_and_pairs():
    """AB and BA are one pair, a cutoff may be a formula of the constants, numbers stand for all pairs."""
    model = pair(**{**KOB_ANDERSEN, "constants": {"epsilon": {"AA": 1, "BA": 1.5, "BB": 0.5}, "sigma": {"AA": 1, "BA": 0.8, "BB": 0.88}}})
    assert model.describe() == pair(**KOB_ANDERSEN).describe()
    assert pair(**{**KOB_ANDERSEN, "cutoff": "2.5*sigma"}).ranges == pytest.approx(np.array([[2.5, 2.0], [2.0, 2.2]]))
    assert pair(**{**KOB_ANDERSEN, "cutoff": {"AA": 2.5, "AB": "3*sigma", "BB": 2}}).ranges == pytest.approx(np.array([[2.5, 2.4], [2.4, 2.0]]))
    each = {"AA": LENNARD_JONES, "AB": "epsilon*exp(-r)/r", "BB": "0"}
    model = pair(**{**KOB_ANDERSEN, "formula": each})
    assert len(set(model.potentials)) == 3 and np.all(derivatives(model, [1.0, 2.0], 1, 1) == 0)
    assert model.potential_of(0, 1) == model.potential_of(1, 0)


BAD = {
    "no potential": ({"formula": None}, ["model.pair has no potential", "formula, table, functions"]),
    "two": ({"table": "a.txt"}, ["model.pair has formula and table"]),
    "missing constant": ({"constants": {"epsilon": 1.0}}, ["model.pair.formula for the pair AA", "sigma is unknown", "epsilon"]),
    "unused constant": ({"constants": {"epsilon": 1, "sigma": 1, "gamma": 2}}, ["model.pair.constants.gamma is used nowhere"]),
    "missing pair": ({"constants": {"epsilon": {"AA": 1, "AB": 1}, "sigma": 1}}, ["constants.epsilon.BB is missing", "AA, AB, BB"]),
    "foreign pair": ({"cutoff": {"AA": 1, "AB": 1, "BB": 1, "AC": 2}}, ["model.pair.cutoff.AC is a pair of types that the model does not have"]),
    "twice": ({"cutoff": {"AA": 1, "AB": 1, "BA": 1, "BB": 1}}, ["model.pair.cutoff.BA is the pair AB, which has a value already"]),
    "no pair": ({"cutoff": {"A": 1}}, ["model.pair.cutoff has 'A'", "pairs of types"]),
    "name of a constant": ({"constants": {"r": 1}}, ["model.pair.constants has the name 'r'"]),
    "reserved name": ({"constants": {"exp": 1}}, ["the name 'exp'"]),
    "text for a constant": ({"constants": {"epsilon": "1", "sigma": 1}}, ["constants.epsilon is '1'", "a number"]),
    "infinite": ({"constants": {"epsilon": float("inf"), "sigma": 1}}, ["constants.epsilon is inf"]),
    "list": ({"constants": [1]}, ["model.pair.constants is [1]", "a section"]),
    "fractions": ({"fractions": {"A": 0.5, "B": 0.4}}, ["model.pair.fractions adds up to 0.9"]),
    "types": ({"fractions": {"A": 0.5, "Si": 0.5}}, ["model.pair.fractions is", "A, B, ... in this order"]),
    "smoothing": ({"smoothing": "smooth"}, ["model.pair.smoothing is 'smooth'", "shifted_force"]),
    "smoothness": ({"smoothing": "polynomial", "smoothness": 9}, ["model.pair.smoothness is 9", "0 to 8"]),
    "inner": ({"inner": 3}, ["model.pair.inner is 3: it must be below the cutoff, 2.5"]),
    "cutoff in r": ({"cutoff": "2*r"}, ["model.pair.cutoff: r is unknown"]),
    "cutoff below zero": ({"cutoff": "-sigma"}, ["model.pair.cutoff: -sigma is -1 for AA"]),
    "sizes in r": ({"sizes": {"ratio": 2}}, ["model.pair.sizes is given", "variable: x"]),
    "r where x is": ({"variable": "x"}, ["r is unknown: allowed are x"]),
    "sizes": ({"variable": "x", "sizes": {"ratio": 99}}, ["model.pair.sizes.ratio is 99"]),
    "density": ({"density": 0}, ["model.pair.density is 0"]),
    "formula": ({"formula": ["r"]}, ["model.pair.formula is ['r']"]),
    "unknown": ({"epsilon": 1}, ["model.pair.epsilon is unknown"]),
    "functions": ({"formula": None, "functions": 3}, ["model.pair.functions is 3", "vitrine.glass_former alone"]),
}  # fmt: skip


@pytest.mark.parametrize(("change", "said"), BAD.values(), ids=BAD)
def test_bad_parameters_are_one_sentence(change, said):
    sentence = refused(**{**KOB_ANDERSEN, **change})
    assert all(word in sentence for word in said), sentence


@pytest.mark.parametrize("key", ["dimension", "density", "cutoff"])
def test_what_must_be_given(key):
    sentence = refused(**{name: value for name, value in KOB_ANDERSEN.items() if name != key})
    assert f"model.pair.{key} is missing" in sentence
    with pytest.raises(InputError, match="is missing"):
        vitrine.glass_former("pair")


def test_softened_particles_have_room():
    """Contacts of a random start follow the potential, in any units of length and energy, and their spheres do not jam."""
    model, wide = pair(**KOB_ANDERSEN), {**KOB_ANDERSEN["constants"], "sigma": {"AA": 30.0, "AB": 24.0, "BB": 26.4}, "epsilon": 1e-3}
    assert model.contacts == pytest.approx(np.array([[1.0, 0.8], [0.8, 0.88]]), rel=0.05)
    scaled = pair(**{**KOB_ANDERSEN, "constants": wide, "density": 1.2 / 27000, "cutoff": 75.0})
    same = pair(**{**KOB_ANDERSEN, "constants": {**KOB_ANDERSEN["constants"], "epsilon": 1.0}})
    assert scaled.contacts == pytest.approx(30 * same.contacts, rel=1e-6)
    assert scaled.softened().range == pytest.approx(scaled.contacts.max())


def test_sympy_is_loaded_for_a_formula_alone():
    study = "from vitrine.study import Study; from vitrine.config_files import merged_config; from pathlib import Path; import vitrine.api"
    code = f"import sys; {study}; Study.from_config(merged_config([Path('../config.yaml')])); vitrine.GLASS_FORMERS; print('sympy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY / "scripts", capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_shipped_template_is_read():
    section = yaml.safe_load((REPOSITORY / "studies" / "own_potential.yaml").read_text(encoding="utf-8"))["model"]
    assert pair(**section["pair"]).ranges == pytest.approx(np.array([[2.5, 2.0], [2.0, 2.2]]))
