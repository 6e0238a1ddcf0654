"""README and docs: what is generated is up to date, what is not holds no measured number, and what is to be typed works."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest
import yaml
from snakemake.utils import update_config
from vitrine.config_files import merged_config
from vitrine.parquet import read_table
from vitrine.study import Study
from vitrine.tables import QUANTITIES

from docs.__main__ import WRITERS
from docs.blocks import BLOCK, DOCS, REPOSITORY, blocks_of, cell, pages, renewed, table
from docs.results import KEPT

README = REPOSITORY / "README.md"
FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)\)")
MEASURED = re.compile(r"±|\d[\d.,]*\s?(?:ms|s|min|minutes|h|hours|days|MB|GB|core-hours)\b|\d\s?%|\d\.?\d*e-\d")
PAGES = pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """A page without generated blocks and code."""
    text = FENCE.sub("", BLOCK.sub("", text_of(page)))
    text = "\n".join(line for line in text.split("\n") if not line.startswith("    "))
    return re.sub(r"`[^`]*`", "", text)


def code(page: Path) -> str:
    """What a page says is to be typed, and the names in it."""
    text = BLOCK.sub("", text_of(page))
    return "\n".join([*(line for line in text.split("\n") if line.startswith("    ")), *re.findall(r"`([^`\n]+)`", text)])


def fenced(page: Path, kind: str) -> list[str]:
    return [found["text"] for found in FENCE.finditer(text_of(page)) if found["kind"] == kind]


@PAGES
def test_every_block_is_what_the_command_writes(page):
    assert text_of(page) == renewed(text_of(page), WRITERS), "bring the pages up to date: make docs"


def test_every_writer_has_a_block():
    assert sorted(WRITERS) == sorted(name for page in pages() for name, _ in blocks_of(text_of(page)))


@PAGES
def test_no_measured_number_is_written_by_hand(page):
    assert MEASURED.findall(prose(page)) == []


def test_readme_is_short_and_has_a_picture():
    assert len(text_of(README).splitlines()) <= 150
    assert "![The figures of the default study](docs/figures.png)" in text_of(README)


@PAGES
def test_every_link_leads_somewhere(page):
    for target in LINK.findall(text_of(page)):
        assert re.match(r"https?://", target) or (page.parent / target).is_file(), target


def test_every_page_is_in_the_index_and_in_the_readme():
    index = fenced(DOCS / "index.md", "{toctree}")[0].split()
    names = {page.stem for page in DOCS.glob("*.md")} - {"index"}
    assert {name for name in index if not name.startswith(":") and name != "1"} == names
    assert {Path(link).stem for link in LINK.findall(text_of(README)) if link.startswith("docs/") and link.endswith(".md")} == names - {"reference"}


@PAGES
def test_every_target_module_and_file_that_is_named_exists(page):
    targets = re.findall(r"^([a-z-]+):", text_of(REPOSITORY / "Makefile"), re.MULTILINE)
    for target in re.findall(r"(?:^|\s|`)make ([a-z-]+)(?![a-z_=-])", code(page)):
        assert target in targets, f"make {target}"
    for module in re.findall(r"python -m ([a-z_.]+)", code(page)):
        assert importlib.util.find_spec(module) is not None, module
    for file in re.findall(r"(?:studies|profiles|envs|scripts|tests|benchmarks|vitrine)/[\w/.-]+\.(?:yaml|py)\b", code(page)):
        if file != "studies/mine.yaml":
            assert (REPOSITORY / file).is_file() or (REPOSITORY / "scripts" / file).is_file(), file


@PAGES
def test_every_config_that_is_shown_is_one(page):
    for shown in fenced(page, "yaml"):
        config = merged_config([REPOSITORY / "config.yaml"])
        update_config(config, yaml.safe_load(shown))
        study = Study.from_config(config)
        assert study.figures


def test_a_folder_that_a_page_names_is_that_of_its_study():
    config = merged_config([REPOSITORY / "config.yaml"])
    update_config(config, yaml.safe_load(fenced(DOCS / "studies.md", "yaml")[0]))
    study = Study.from_config(config)
    (folder,) = re.findall(r"`results/rates/([^`/]+)/`", text_of(DOCS / "studies.md"))
    assert study.places[folder].measured
    assert [place.measured for place in study.places.values()].count(True) == 3


@pytest.fixture
def glass_of_the_readme(tmp_path, monkeypatch):
    """The file that the README reads: a liquid of 200 Kob-Andersen particles, in single precision as HOOMD-blue writes it."""
    rng, number, edge = np.random.default_rng(5), 200, (200 / 1.2) ** (1 / 3)
    lattice = np.stack(np.meshgrid(*[(np.arange(6) + 0.5) / 6 - 0.5] * 3), axis=-1).reshape(-1, 3)[rng.permutation(216)[:number]]
    frame = gsd.hoomd.Frame()
    frame.configuration.box = [edge, edge, edge, 0, 0, 0]
    frame.particles.N = number
    frame.particles.position = (edge * lattice + rng.uniform(-0.1, 0.1, (number, 3))).astype(np.float32)
    frame.particles.types, frame.particles.typeid = ["A", "B"], (np.arange(number) < number // 5).astype(np.uint32)
    with gsd.hoomd.open(str(tmp_path / "glass.gsd"), "w") as file:
        file.append(frame)
    monkeypatch.chdir(tmp_path)


def test_the_lines_of_the_readme_run_as_written(glass_of_the_readme):
    (lines,) = fenced(README, "python")
    assert len([line for line in lines.splitlines() if line]) == 5
    names: dict = {}
    exec(lines, names)
    modes, spectrum = names["modes"], names["spectrum"]
    assert len(modes) == len(spectrum) == 3 * 199
    assert modes["participation"].notna().sum() == 50
    assert modes.attrs["units"]["omega"] == "sqrt(epsilon/m)/sigma_AA"
    assert names["G"].shape == (1,) and np.isfinite(names["G"][0])
    assert (spectrum > 0).all()


def test_a_number_of_the_page_is_that_of_the_kept_table():
    quantities = read_table(QUANTITIES, KEPT / "default" / "quantities.parquet")
    modulus = quantities[quantities["quantity"] == "shear_modulus"].sort_values("parent_temperature", ascending=False)
    (row,) = re.findall(r"^\| G \|.*$", text_of(DOCS / "numbers.md"), re.MULTILINE)
    shown = [cell.strip().split(" ± ") for cell in row.split("|")[3:-1]]
    for (value, error), (_, ours) in zip(shown, modulus.iterrows(), strict=True):
        assert float(value) == pytest.approx(ours["value"], abs=0.06 * ours["error"])
        assert float(error) == pytest.approx(ours["error"], rel=0.06)


def test_text_between_marks_is_replaced_and_nothing_else():
    page = "before\n<!-- one, written by make docs: begin -->\nold\n<!-- one: end -->\nafter\n"
    new = renewed(page, {"one": lambda: "new"})
    assert new == "before\n<!-- one, written by make docs: begin -->\n\nnew\n\n<!-- one: end -->\nafter\n"
    assert renewed(new, {"one": lambda: "new"}) == new


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("<!-- two, written by make docs: begin -->\n<!-- two: end -->", "nothing writes the block 'two': known are one"),
        ("<!-- one, written by make docs: begin -->\ntext", "the block 'one' lacks its end"),
    ],
)
def test_a_block_that_is_broken_is_one_sentence(page, sentence):
    with pytest.raises(SystemExit, match=sentence):
        renewed(page, {"one": lambda: "new"})


def test_cells_show_what_they_say():
    assert cell("<|grad U|^2> * 2") == r"&lt;\|grad U\|^2> \* 2"
    assert cell("`a | b*`") == r"`a \| b*`"
    assert table(("a", "b"), [("1", "2|3")]) == "| a | b |\n| --- | --- |\n| 1 | 2\\|3 |"


def test_documentation_is_built_without_a_warning(tmp_path):
    pytest.importorskip("sphinx", reason="Sphinx is absent: it comes with requirements.lock")
    pytest.importorskip("myst_parser", reason="MyST is absent: it comes with requirements.lock")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-b",
        "html",
        "-d",
        str(tmp_path / "trees"),
        "docs",
        str(tmp_path / "html"),
    ]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    reference = (tmp_path / "html" / "reference.html").read_text(encoding="utf-8")
    for name in ("vitrine.api.read", "vitrine.observables.pinching.measure.pinch_bonds", "vitrine.declare.Observable"):
        assert f'id="{name}"' in reference


@pytest.fixture(scope="module")
def as_text():
    """The function by which Sphinx shows docstrings."""
    spec = importlib.util.spec_from_file_location("conf", DOCS / "conf.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda text: "\n".join(module.as_text(text.split("\n")))


def test_docstrings_are_shown_as_they_stand(as_text):
    assert as_text("N.") == r"N\."
    assert as_text("|f| of `name` and a_b*") == r"\|f\| of ``name`` and a\_b\*"
    assert as_text("Two:\n\n    x_i = |y|\n    z\n\n* one_\n  two") == "Two:\n\n::\n\n    x_i = |y|\n    z\n\n* one\\_\n  two"
