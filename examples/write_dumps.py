"""Write the glasses of examples/prepare.yaml as gzipped LAMMPS dumps: a file for each, positions of 7 digits, lower bounds that are not zero.

In: results/example_glasses. Out: examples/glasses/T<T_p>/run_<sample>.dump.gz
"""

import gzip
from pathlib import Path

from vitrine import read_all

RESULTS, OUT = Path("results/example_glasses"), Path("examples/glasses")
LOW = -5.0  # of the box


def dump(sample) -> str:
    """One frame of a LAMMPS dump."""
    bounds = [f"{LOW:.12g} {LOW + length:.12g}" for length in sample.box.diagonal()]
    lines = ["ITEM: TIMESTEP", "0", "ITEM: NUMBER OF ATOMS", str(sample.particles), "ITEM: BOX BOUNDS pp pp pp", *bounds, "-0.5 0.5"]
    lines.append("ITEM: ATOMS id type x y z")
    for number, (kind, (x, y)) in enumerate(zip(sample.types, sample.positions, strict=True), 1):
        lines.append(f"{number} {kind + 1} {LOW + x:.7g} {LOW + y:.7g} 0")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for file in sorted(RESULTS.glob("N400_T*/*/glasses.gsd")):
        for sample in read_all(file):
            path = OUT / f"T{sample.parent_temperature:.2f}" / f"run_{sample.index}.dump.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
                packed.write(dump(sample).encode())
            print(path)
