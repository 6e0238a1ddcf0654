"""Tables and functions of Python as potentials: what is read, how good the spline is, and samples that remember what they were made with."""

import hashlib
import json
import math

import numpy as np
import pytest
import vitrine
from configs import CONFIG, laid_over, sentence
from pair_models import KOB_ANDERSEN, ONE, derivatives, pair, refused
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.models import glass_former
from vitrine.preparation.minimise import minimise
from vitrine.preparation.start import random_start
from vitrine.samples import read_samples, write_samples
from vitrine.study import Study

TABLE = {name: value for name, value in ONE.items() if name != "formula"}
R = np.linspace(0.85, 2.49, 700)


def lennard_jones(r, order=0):
    """4 (r^-12 - r^-6), or a derivative of it."""
    factors = [math.prod(-power - n for n in range(order)) for power in (12, 6)]
    return 4 * (factors[0] * r ** (-12.0 - order) - factors[1] * r ** (-6.0 - order))


def columns(points, slopes=False, first=0.7, last=2.6):
    r = np.geomspace(first, last, points)
    return np.column_stack([r, lennard_jones(r), *([lennard_jones(r, 1)] if slopes else [])])


def written(path, numbers, **options):
    np.savetxt(path, numbers, fmt="%.17g", **options)
    return str(path)


def error(model):
    """Largest differences of phi and its derivatives to the formula's, over the largest values, (5,)."""
    exact = derivatives(pair(**ONE), R)
    return np.abs(derivatives(model, R) - exact).max(axis=1) / np.abs(exact).max(axis=1)


@pytest.mark.parametrize("slopes", [False, True], ids=["phi", "phi and its derivative"])
def test_a_table_converges_with_its_spacing(tmp_path, slopes):
    """A spline of degree 7: the error of the n-th derivative falls as the spacing to the power 8 - n."""
    found = [error(pair(**TABLE, table=written(tmp_path / f"{points}.txt", columns(points, slopes)))) for points in (41, 81, 161)]
    rates = np.log2(found[0] / found[1]), np.log2(found[1] / found[2])
    for order in range(5):
        if found[1][order] > 1e-12:
            assert rates[0][order] > 8 - order - 2.0, (order, rates)
    assert found[2][0] < 1e-9 and found[2][2] < 1e-5 and found[2][4] < 0.05
    assert np.all(found[2] < found[1]) and np.all(found[1] < found[0])


def test_given_derivatives_make_it_better(tmp_path):
    plain, steep = (error(pair(**TABLE, table=written(tmp_path / f"{slopes}.txt", columns(61, slopes)))) for slopes in (False, True))
    assert np.all(steep < plain) and np.all(steep[:4] < plain[:4] / 5)


def test_its_error_is_stated_and_is_a_bound(tmp_path):
    stated = []
    for points in (41, 81, 161):
        model = pair(**TABLE, table=written(tmp_path / "table.txt", columns(points)))
        about = model.describe()["parameters"]["table"]
        law = model.potential.law
        r = np.geomspace(0.75, 2.5, 3000)
        true = np.abs(law.spline(r) - lennard_jones(r)) / (np.abs(lennard_jones(r)) + np.abs(r * lennard_jones(r, 1)))
        assert true.max() < about["error"]
        stated.append(about["error"])
        assert about["sha256"] == hashlib.sha256((tmp_path / "table.txt").read_bytes()).hexdigest()
    assert stated[0] > 2**5 * stated[1] > 2**10 * stated[2]


def test_layouts_of_one_table(tmp_path):
    """Spaces, commas, semicolons, names of columns, comments, npz: the same numbers."""
    numbers = columns(200, slopes=True)
    plain = pair(**TABLE, table=written(tmp_path / "plain.txt", numbers))
    others = [
        written(tmp_path / "commas.csv", numbers, delimiter=",", header="r,phi,dphi", comments=""),
        written(tmp_path / "semicolons.dat", numbers, delimiter="; ", header="a comment"),
    ]
    np.savez(tmp_path / "table.npz", r=numbers[:, 0], phi=numbers[:, 1], dphi=numbers[:, 2])
    for path in (*others, str(tmp_path / "table.npz"), tmp_path / "table.npz"):
        assert np.array_equal(derivatives(pair(**TABLE, table=path), R), derivatives(plain, R))


def test_a_table_of_few_digits_still_has_one_potential(tmp_path):
    """What its spline makes of rounded numbers is rough; compiled loops and Hessian take the same one, so that a quench ends."""
    np.savetxt(tmp_path / "rounded.txt", columns(400), fmt="%.6g")
    model = pair(**TABLE, table=str(tmp_path / "rounded.txt"))
    assert 1e-7 < model.describe()["parameters"]["table"]["error"] < 1e-3
    end = minimise(random_start(model, 150, np.random.default_rng(1)), "lbfgs", tolerance=1e-10)
    assert end.converged and Interactions.of(end.sample).residual < 1.1e-10


def test_one_table_for_each_pair_of_types(tmp_path):
    formula, files = pair(**KOB_ANDERSEN), {}
    for kind, a, b in (("AA", 0, 0), ("AB", 0, 1), ("BB", 1, 1)):
        sigma, epsilon = KOB_ANDERSEN["constants"]["sigma"][kind], KOB_ANDERSEN["constants"]["epsilon"][kind]
        r = np.geomspace(0.6, 2.5, 500)
        files[kind] = written(tmp_path / f"{kind}.txt", np.column_stack([r, epsilon * lennard_jones(r / sigma)]))
        assert (a, b) in ((0, 0), (0, 1), (1, 1))
    parameters = {name: value for name, value in KOB_ANDERSEN.items() if name not in ("formula", "constants")}
    model = pair(**parameters, table={"AA": files["AA"], "BA": files["AB"], "BB": files["BB"]})
    for a, b in np.ndindex(2, 2):
        ours, theirs = derivatives(model, R, a, b), derivatives(formula, R, a, b)
        assert np.all(np.abs(ours - theirs).max(axis=1) < [1e-11, 1e-9, 1e-7, 1e-4, 1e-1] * np.abs(theirs).max(axis=1))
    again = glass_former(**json.loads(json.dumps(model.describe())))
    assert again.describe() == model.describe() and again.potentials == model.potentials


def bad_tables(folder):
    """{what: (content, what is said)}."""
    good = columns(100)
    with_nan, swapped = good.copy(), good.copy()
    with_nan[7, 1] = np.nan
    swapped[[30, 31]] = swapped[[31, 30]]
    force = columns(100, slopes=True) * [1, 1, -1]
    return {
        "short": (columns(100, last=2.4), "ends at 2.4, before the cutoff, 2.5"),
        "late": (columns(100, first=2.55), "begins at 2.55, beyond the cutoff, 2.5"),
        "descending": (good[::-1], "its distances must be positive and ascend, and point 2 is at"),
        "swapped": (swapped, "ascend, and point 32 is at"),
        "negative": (good - [5, 0], "must be positive and ascend, and point 1 is at -4.3"),
        "nan": (with_nan, "has NaN or infinity in point 8"),
        "few": (columns(12), "has 12 points: allowed are 20"),
        "one column": (good[:, :1], "has 1 columns: allowed are r and phi, or r, phi and phi'"),
        "five columns": (np.repeat(good, 3, axis=1)[:, :5], "has 5 columns"),
        "force": (force, "phi' must be the derivative of phi: what is given is minus that, the force"),
        "other": (force * [1, 1, 0], "what is given is something else"),
        "attracts": (good * [1, -1], "it attracts at the shortest distance"),
    }  # fmt: skip


@pytest.mark.parametrize("name", bad_tables(None))
def test_a_table_that_cannot_be_used_is_one_sentence(tmp_path, name):
    content, said = bad_tables(tmp_path)[name]
    path = written(tmp_path / "table.txt", content)
    said_there = refused(**TABLE, table=path)
    assert said_there.startswith("config key model.pair.table: ") and said in said_there, said_there
    assert name == "attracts" or path in said_there


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.txt", b"not a table\nat all\n"), ("b.txt", bytes(range(256))), ("c.txt", b""), ("d.npz", b"no archive"), ("e.txt", b"1 2\n3\n")],
)
def test_a_file_that_is_none_is_one_sentence(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert str(tmp_path / name) in refused(**TABLE, table=str(tmp_path / name))


def test_a_table_that_is_absent_pickled_or_changed_is_one_sentence(tmp_path):
    assert "cannot be read" in refused(**TABLE, table=str(tmp_path / "absent.txt"))
    assert "is no file" in refused(**TABLE, table=str(tmp_path)) and "is no file" in refused(**TABLE, table="/dev/zero")
    np.savez_compressed(tmp_path / "vast.npz", r=np.zeros(40_000_000), phi=np.zeros(1))
    assert "it unpacks to 320000" in refused(**TABLE, table=str(tmp_path / "vast.npz"))
    np.savez(tmp_path / "objects.npz", r=np.array([{}]), phi=np.zeros(1))
    assert "is no table of numbers" in refused(**TABLE, table=str(tmp_path / "objects.npz"))
    np.savez(tmp_path / "names.npz", distance=np.arange(30.0))
    assert "r is not a file" in refused(**TABLE, table=str(tmp_path / "names.npz"))
    path = written(tmp_path / "table.txt", columns(100))
    told = pair(**TABLE, table=path).describe()
    written(tmp_path / "table.txt", columns(101))
    with pytest.raises(InputError, match="is not the table it was: its SHA-256 is"):
        glass_former(**told)


# --- functions ----------------------------------------------------------------------------------------------------------------------------------

GIVEN = {
    "phi": (lennard_jones, [1e-12, 1e-11, 1e-9, 1e-7, 1e-5]),
    "phi of one number": (lambda r: 4 * (math.pow(r, -12) - math.pow(r, -6)), [1e-12, 1e-11, 1e-9, 1e-7, 1e-5]),
    "phi and its derivative": ((lennard_jones, lambda r: lennard_jones(r, 1)), [1e-12, 1e-11, 1e-9, 1e-7, 1e-5]),
    "all": (tuple(lambda r, order=order: lennard_jones(r, order) for order in range(5)), [1e-14] * 5),
}


@pytest.mark.parametrize(("given", "allowed"), GIVEN.values(), ids=GIVEN)
def test_functions_are_the_formula(given, allowed):
    assert np.all(error(pair(**TABLE, functions=given)) < allowed)


BAD_FUNCTIONS = {
    "three": ([lennard_jones] * 3, "model.pair.functions has 3 functions"),
    "not the derivatives": ([lennard_jones] * 5, "function 2 of 5 is not the derivative of the one before"),
    "forces": ((lennard_jones, lambda r: -lennard_jones(r, 1)), "minus that, the force"),
    "not finite": (lambda r: np.log(np.asarray(r) - 1), "a function is not finite at 0.99"),
    "attracting": (lambda r: -lennard_jones(r), "it attracts at the shortest distance"),
    "text": ("lennard_jones", "model.pair.functions is 'lennard_jones'"),
}


@pytest.mark.parametrize(("given", "said"), BAD_FUNCTIONS.values(), ids=BAD_FUNCTIONS)
def test_functions_that_cannot_be_used_are_one_sentence(given, said):
    assert said in refused(**TABLE, functions=given)


def test_a_sample_made_with_functions_says_so_and_is_read_with_the_model_alone(tmp_path):
    model = pair(**TABLE, functions=lennard_jones)
    told = model.describe()["parameters"]["functions"]
    assert told["handed_over"] == "given in Python" and len(told["sha256"]["AA"]) == 64
    assert told != pair(**TABLE, functions=lambda r: 2 * lennard_jones(r)).describe()["parameters"]["functions"]
    sample = random_start(model, 150, np.random.default_rng(1))
    write_samples(tmp_path / "glass.gsd", [sample])
    with pytest.raises((InputError, SampleError), match="given in Python and cannot be told from a file: give the model again"):
        vitrine.read(tmp_path / "glass.gsd")
    (found,) = read_samples(tmp_path / "glass.gsd")
    assert isinstance(found, SampleError) and "given in Python" in str(found)
    again = vitrine.read(tmp_path / "glass.gsd", model=model)
    assert Interactions.of(again).energy == pytest.approx(Interactions.of(sample).energy, rel=1e-13) and again.model is model  # folded when written


def test_a_sample_by_formula_is_read_without_a_word(tmp_path):
    model = pair(**KOB_ANDERSEN)
    sample = random_start(model, 200, np.random.default_rng(1))
    write_samples(tmp_path / "glass.gsd", [sample] * 3)
    for one in read_samples(tmp_path / "glass.gsd"):
        assert one.model.describe() == model.describe()
        assert Interactions.of(one).energy == pytest.approx(Interactions.of(sample).energy, rel=1e-13)


# --- studies ------------------------------------------------------------------------------------------------------------------------------------

COOLED = {
    "model": {"name": "pair", "pair": KOB_ANDERSEN},
    "preparation": {"sampler": "cooling", "engine": "builtin", "dynamics": {"cooling_rate": 0.01}},
    "observables": {"soft_spots": None, "reheating": None},
}


def study(**changes):
    return Study.from_config(laid_over(laid_over(CONFIG, COOLED), changes))


def test_a_constant_is_an_axis():
    entry = {"particles": 256, "depth": [1.0, 1.5, 2.0], "parent_temperature": [1.0, 0.1]}
    found = study(
        axes={"depth": {"leaf": "model.pair.constants.epsilon.AB", "decimals": 2}},
        ensembles=[{"axes": entry, "ladder": "parent_temperature", "measured": "last", "samples": 4, "batch": 2}],
    )
    depths = {place.point.key["depth"]: place.model for place in found.places.values()}
    wells = {depth: float(derivatives(model, [0.8 * 2 ** (1 / 6)], 0, 1)[0, 0]) for depth, model in depths.items()}
    assert wells[2.0] == pytest.approx(2 * wells[1.0], rel=1e-12) and wells[1.5] < wells[1.0] < -0.9
    assert len({found.identity(label) for label in found.places}) == 6


def test_a_table_is_known_by_its_content(tmp_path):
    path, other = written(tmp_path / "a.txt", columns(200)), written(tmp_path / "b.txt", columns(200) * [1, 1.1])
    parameters = {**TABLE, "density": 1.2, "formula": None, "constants": None, "fractions": None}

    def identity(file):
        found = study(model={"pair": {**parameters, "table": file}})
        return found.identity(found.main.label)

    first = identity(path)
    assert first == identity(path) != identity(other)
    written(tmp_path / "a.txt", columns(200) * [1, 1.1])
    assert identity(path) != first


def test_a_config_that_cannot_be_is_one_sentence():
    def said(**changes):
        return sentence(laid_over(laid_over(CONFIG, COOLED), changes))

    assert "model.pair.formula for the pair AA: gamma is unknown: allowed are r, epsilon, sigma, pi" in said(model={"pair": {"formula": "gamma/r"}})
    assert "model.pair.functions is 'phi'" in said(model={"pair": {"formula": None, "constants": None, "functions": "phi"}})
    assert "this pair has a potential for each pair of types" in said(preparation={"sampler": "swap"})
    assert "the model pair has no sizes to exchange" in said(preparation={"sampler": "hybrid"})
    assert "there is no such leaf" in said(
        axes={"depth": {"leaf": "model.pair.constants.depth"}},
        ensembles=[{"axes": {"particles": 256, "depth": 1.0, "parent_temperature": 1.0}, "samples": 2, "batch": 1}],
    )
