"""What the page on samples of one's own shows runs as written, on the glasses that come with Vitrine."""

import re
from pathlib import Path

import pytest
import vitrine
from vitrine.interactions import Interactions

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "own_samples.md").read_text(encoding="utf-8")
FILES = sorted((REPOSITORY / "examples" / "glasses").glob("T*/run_*.dump.gz"))


def test_one_glass_in_python(monkeypatch, capsys, tmp_path):
    block, check = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    names: dict = {}
    exec(block, names)
    assert len(names["omega"]) == 2 * 399 and names["G"] > 0
    assert vitrine.read("mode.xyz", model="binary_ipl").particles == 400
    assert capsys.readouterr().out.startswith("798 modes, the softest at omega = ")
    exec(check, names)
    before = names["glass"]
    assert before.energy == Interactions.of(before).energy and before.residual == Interactions.of(before).residual < 1e-3
    assert capsys.readouterr().out == f"U/N = {before.energy / 400:.6f}; the largest net force is {before.residual:.0e} of a pair force\n"


@pytest.mark.parametrize("file", FILES, ids=[f"{file.parent.name}-{file.name}" for file in FILES])
def test_the_examples_are_inherent_states_in_seven_digits(file):
    """As the page says of them: N = 400, in the plane, two temperatures, six each."""
    assert len(FILES) == 12
    glass = vitrine.read(file, model="binary_ipl")
    assert (glass.particles, glass.dimension) == (400, 2) and glass.provenance["imported"]["digits"] == 7
    assert 1e-8 < Interactions.of(glass).residual < 1e-3
    relaxed = glass.relaxed()
    assert abs(relaxed.positions - glass.positions).max() < 1e-4
