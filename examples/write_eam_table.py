"""Write a published table of embedded atoms (003, refs. 65 and 66) as LAMMPS reads it, from Debian's package openkim-models.

apt-get install openkim-models; python examples/write_eam_table.py Cu64Zr36 examples/CuZr.eam.fs

The package keeps each table as text within a library. KIM_MODELS names the folder of its models where it lies elsewhere, as in
KIM_MODELS=unpacked/usr/lib/x86_64-linux-gnu/kim-api/portable-models.
"""

from __future__ import annotations

import glob
import os
import re
import sys
from functools import cache
from pathlib import Path

KIM = os.environ.get("KIM_MODELS", "/usr/lib/*/kim-api/portable-models")
PUBLISHED = {  # folder in openkim-models, elements, atoms per cubic angstrom
    "Cu64Zr36": ("EAM_Dynamo_MendelevSunZhang_2019_CuZr", ("Cu", "Zr"), 0.064),
    "Ni64Zr36": ("EAM_Dynamo_WilsonMendelev_2015_NiZr", ("Ni", "Zr"), 0.066),
}


@cache
def published(name: str) -> bytes | None:
    """The table of an alloy as the text of an eam/fs file; None where the package is not installed."""
    start = PUBLISHED[name][0]
    for path in sorted(glob.glob(f"{KIM}/{start}*/libkim-api-portable-model.so")):
        content = Path(path).read_bytes()
        for text in re.findall(rb"[\t\n\r -~]{100000,}", content):
            place = re.search(rb"\n *2 +" + rb" +".join(one.encode() for one in PUBLISHED[name][1]), text)
            if place:
                return b"comment\n" * 3 + text[place.start() + 1 :]
    return None


def main(arguments: list[str]) -> int:
    """Write the table; 1, with a sentence, where it cannot be done."""
    if len(arguments) != 2 or arguments[0] not in PUBLISHED:
        print(f"usage: python examples/write_eam_table.py {'|'.join(PUBLISHED)} FILE", file=sys.stderr)
        return 1
    table = published(arguments[0])
    if table is None:
        said = f"{KIM} has no {PUBLISHED[arguments[0]][0]}: install Debian's package openkim-models, or name the folder of its models as KIM_MODELS"
        print(said, file=sys.stderr)
        return 1
    Path(arguments[1]).write_bytes(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
