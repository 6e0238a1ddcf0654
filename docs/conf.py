"""Sphinx: the pages of docs/*.md, and the reference of the public names from their docstrings. `make docs` builds them into docs/_build."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

import vitrine

project = "Vitrine"
author = "the authors of Vitrine"
release = version = vitrine.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {"page_width": "1180px", "body_max_width": "none", "description": "Soft spots of computer glasses"}
html_copy_source = False
myst_heading_anchors = 2
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True

MARKUP = re.compile(r"([\\*|_])")
CODE = re.compile(r"(`[^`]+`)")
ITEM = re.compile(r"\* |\d+\. ")
LETTER = re.compile(r"^([A-Za-z]+)([.)])(?=\s|$)")  # a short sentence, such as "N.", that would be taken for an item


def as_text(lines: list[str]) -> Iterator[str]:
    """A docstring of Vitrine, which is plain text, as reStructuredText that shows it: formulas stay as they stand.

    Indented paragraphs are shown as they are. In others only `names` between backticks are markup, and lists stay lists.
    """
    literal = False
    for number, line in enumerate(lines):
        first = number == 0 or not lines[number - 1].strip()
        if first and line.startswith("    ") and not literal:
            literal = True
            yield from ("::", "")
        elif first and line.strip() and not line.startswith(" "):
            literal = False
        if literal or not line.strip():
            yield line
        elif line.startswith("  ") or ITEM.match(line):  # of a list
            yield line[:2] + _escaped(line[2:])
        else:
            yield LETTER.sub(r"\1\\\2", _escaped(line))


def _escaped(text: str) -> str:
    parts = CODE.split(text)
    return "".join(f"`{part}`" if CODE.fullmatch(part) else MARKUP.sub(r"\\\1", part) for part in parts)


def _process(app, what, name, obj, options, lines):
    lines[:] = list(as_text(lines))


def setup(app):
    """Docstrings are plain text."""
    app.connect("autodoc-process-docstring", _process)
