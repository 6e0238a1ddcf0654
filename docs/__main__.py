"""Write the blocks of README.md and docs/*.md anew: python -m docs [--results results/default ...].

With --results also what finished studies leave in them: docs/results/<study>/, their numbers, and of the default study docs/figures.png.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from vitrine.errors import InputError

from docs.blocks import REPOSITORY, pages, renew
from docs.declared import DECLARED
from docs.minimisers import minimisers
from docs.power import power
from docs.results import SHOWN, compared, numbers, take_up

WRITERS = {
    **DECLARED,
    "numbers of the default study": numbers,
    "samplers": partial(compared, "samplers", "parent_temperature", "sampler"),
    "minimisers": minimisers,
    "power of the law's test": power,
    "bracket": partial(compared, "bracket", "parent_temperature"),
    "finite size": partial(compared, "finite_size", "parent_temperature", "particles"),
    "nonlinear modes": partial(compared, "nonlinear_small", "parent_temperature"),
    "shear to instability": partial(compared, "shear_softening_small", "particles"),
    "local heat capacities": partial(compared, "local_heat_capacity_small", "particles"),
    "nonlinear modes in the plane": partial(compared, "nonlinear_2d_small", "parent_temperature"),
}


def main() -> None:
    """Bring every page up to date."""
    parser = argparse.ArgumentParser(prog="python -m docs", description=__doc__)
    parser.add_argument("--results", type=Path, nargs="+", default=[], help=f"folders of finished studies: {', '.join(SHOWN)}")
    arguments = parser.parse_args()
    try:
        for results in arguments.results:
            take_up(results)
        changed = [str(page.relative_to(REPOSITORY)) for page in pages() if renew(page, WRITERS)]
    except InputError as error:
        sys.exit(f"Error: {error}")
    print(f"written anew: {', '.join(changed)}" if changed else "every block is up to date")


if __name__ == "__main__":
    main()
