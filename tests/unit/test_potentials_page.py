"""What the page on potentials shows runs as written."""

import re
from pathlib import Path

import numpy as np
import pytest
import vitrine
from pair_models import ONE, derivatives, pair, twins
from vitrine.models import pair_parameters
from vitrine.models.formulas import FUNCTIONS
from vitrine.models.pair import PAIR_PARAMETERS
from vitrine.preparation.start import random_start
from vitrine.samples import write_samples

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "potentials.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def run(number: int, folder, monkeypatch) -> dict:
    """The names of an example after it has run in a folder."""
    monkeypatch.chdir(folder)
    names: dict = {}
    exec(BLOCKS[number], names)
    return names


def test_a_formula(tmp_path, monkeypatch):
    built = vitrine.glass_former("kob_andersen")
    write_samples(tmp_path / "glass.gsd", [random_start(built, 200, np.random.default_rng(1))])
    names = run(0, tmp_path, monkeypatch)
    theirs = vitrine.find_modes(vitrine.read("glass.gsd").relaxed())["omega"]
    assert len(names["frequencies"]) == 3 * 199
    assert names["frequencies"].to_numpy() == pytest.approx(theirs.to_numpy(), rel=1e-5)  # of two quenches to 1e-10


def test_a_formula_that_turns_over_inside(tmp_path, monkeypatch):
    assert derivatives(run(1, tmp_path, monkeypatch)["buckingham"], [0.5])[1, 0] < 0


def test_sizes(tmp_path, monkeypatch):
    names, built = run(2, tmp_path, monkeypatch), twins()
    for ours, theirs in ((names["soft"], built["poly"][0]), (names["mixture"], built["binary_ipl, shifted force"][0])):
        for a, b in np.ndindex(ours.scales.shape):
            r = np.linspace(0.8, 0.999, 50) * theirs.ranges[a, b]
            assert derivatives(ours, r, a, b)[:3] == pytest.approx(derivatives(theirs, r, a, b)[:3], rel=1e-9, abs=1e-12)


def test_a_table(tmp_path, monkeypatch):
    names = run(3, tmp_path, monkeypatch)
    assert 0 < names["error"] < 1e-6
    r = np.linspace(0.8, 2.4, 50)
    assert derivatives(names["model"], r)[:3] == pytest.approx(derivatives(pair(**ONE), r)[:3], rel=1e-5, abs=1e-6)


def test_functions(tmp_path, monkeypatch):
    names = run(4, tmp_path, monkeypatch)
    steps = derivatives(names["model"], [1.2, 1.4])[0]
    assert steps[0] - steps[1] == pytest.approx(
        names["phi"](1.2) - names["phi"](1.4) + (1.2 - 1.4) * -(names["phi"](2.5 + 1e-6) - names["phi"](2.5 - 1e-6)) / 2e-6, rel=1e-6
    )


def test_the_page_has_no_further_examples_and_names_every_key_and_function():
    assert len(BLOCKS) == 5
    for name in (*PAIR_PARAMETERS, *FUNCTIONS, *pair_parameters.SIZES, *pair_parameters.SIZES_RULES, "levels"):
        assert f"`{name}`" in PAGE or f"{name}=" in PAGE, name
