"""Tables of embedded-atom potentials that the tests write themselves."""

from pathlib import Path

import numpy as np
from vitrine.models import GlassFormer, glass_former

CUTOFF, POINTS, DENSITIES = 2.5, 1251, 1501
DR, DRHO = CUTOFF / (POINTS - 1), 0.02
MASSES = (63.5, 91.2)


def functions(style: str) -> tuple[dict, dict, dict]:
    """F by element, density by (source, place), r phi by pair: made up, smooth at the cutoff."""
    r, rho = DR * np.arange(POINTS), DRHO * np.arange(DENSITIES)
    ends = np.maximum(1 - r / CUTOFF, 0)
    embedding = {0: -1.3 * np.sqrt(rho + 0.05) + 0.02 * rho**1.5, 1: -0.9 * np.sqrt(rho + 0.02) + 0.01 * rho**2}
    size = {(0, 0): 4.0, (0, 1): 5.5, (1, 0): 2.5, (1, 1): 6.0}
    density = {pair: a * ends**3 * np.exp(-0.5 * r) for pair, a in size.items()}
    if style == "eam/alloy":
        density = {(a, b): density[a, a] for a, b in size}
    pair = {(a, b): (2.0 + a + 2 * b) * np.exp(-2.5 * (r - 0.9)) * ends**3 * r for a, b in size}
    return embedding, density, {(a, b): pair[max(a, b), min(a, b)] for a, b in size}


def write_table(path: Path, style: str = "eam/fs", elements: tuple[str, ...] = ("Xa", "Yb")) -> Path:
    """A file of the functions, five numbers in a line."""
    embedding, density, pair = functions(style)
    lines = ["made up", "for tests", style, f"{len(elements)} {' '.join(elements)}", f"{DENSITIES} {DRHO!r} {POINTS} {DR!r} {CUTOFF!r}"]

    def put(values: np.ndarray) -> None:
        lines.extend(" ".join(f"{value:.16e}" for value in values[k : k + 5]) for k in range(0, len(values), 5))

    for a in range(len(elements)):
        lines.append(f"{29 + a} {MASSES[a]} 3.6 fcc")
        put(embedding[a])
        for b in range(len(elements) if style == "eam/fs" else 1):
            put(density[a, b])
    for a in range(len(elements)):
        for b in range(a + 1):
            put(pair[a, b])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def model(folder: Path, style: str = "eam/fs", **changes: object) -> GlassFormer:
    """The glass former of a table that is written into a folder."""
    table = write_table(folder / f"made_up.{style.replace('/', '.')}", style)
    return glass_former("eam", {"table": str(table), "density": 1.1, "fractions": {"A": 0.6, "B": 0.4}, **changes})
