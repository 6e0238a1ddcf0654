"""Generated blocks: what stands between `<!-- NAME, written by make docs: begin -->` and `<!-- NAME: end -->` in README.md and docs/*.md.

No number that Vitrine measures, and no list that follows from its declarations, is written by hand: a block has a function that gives its text, and
a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from vitrine.files import whole_file

REPOSITORY = Path(__file__).resolve().parent.parent
DOCS = REPOSITORY / "docs"
BLOCK = re.compile(r"<!-- (?P<name>[^,\n]+), written by make docs: begin -->\n(?P<text>.*?)<!-- (?P=name): end -->", re.DOTALL)
BEGUN = re.compile(r"<!-- ([^,\n]+), written by make docs: begin -->")


def pages() -> list[Path]:
    """README and the pages of the documentation."""
    return [REPOSITORY / "README.md", *sorted(DOCS.glob("*.md"))]


def blocks_of(page: str) -> Iterator[tuple[str, str]]:
    """(name, text) of every block of a page."""
    for found in BLOCK.finditer(page):
        yield found["name"], found["text"]


def renewed(page: str, writers: Mapping[str, Callable[[], str]]) -> str:
    """A page with all its blocks written anew; what is outside of them stays. Raises SystemExit for a block that nothing writes, or without end."""
    begun, whole = BEGUN.findall(page), [name for name, _ in blocks_of(page)]
    for name in begun:
        if name not in writers:
            raise SystemExit(f"nothing writes the block {name!r}: known are {', '.join(writers)}")
        if begun.count(name) != whole.count(name):
            raise SystemExit(f"the block {name!r} lacks its end, <!-- {name}: end -->")
    return BLOCK.sub(lambda found: _block(found["name"], writers[found["name"]]()), page)


def _block(name: str, text: str) -> str:
    return f"<!-- {name}, written by make docs: begin -->\n\n{text}\n\n<!-- {name}: end -->"


def renew(path: Path, writers: Mapping[str, Callable[[], str]]) -> bool:
    """Write the blocks of a page anew; whether that changed it."""
    old = path.read_text(encoding="utf-8")
    new = renewed(old, writers)
    if new != old:
        with whole_file(path) as partial:
            partial.write_text(new, encoding="utf-8")
    return new != old


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; cells are plain text, or code where they are between backticks."""
    lines = [f"| {' | '.join(row)} |" for row in [list(map(cell, header)), *(list(map(cell, row)) for row in rows)]]
    return "\n".join([lines[0], "|" + " --- |" * len(header), *lines[1:]])


def cell(text: str) -> str:
    """Plain text of a cell, with what Markdown would take for markup put out of action; code as it is."""
    text = text.replace("\n", " ").replace("|", r"\|")
    return text if text.startswith("`") and text.endswith("`") else text.replace("<", "&lt;").replace("*", r"\*")
