"""Write the blocks of README.md and docs/*.md anew: python -m docs [--results results/default ...].

With --results also what finished studies leave in them: docs/results/<study>/, their numbers, and of the default study docs/figures.png.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vitrine.errors import InputError

from docs.blocks import REPOSITORY, pages, renew
from docs.declared import DECLARED
from docs.far_ends import far_ends
from docs.key_cores import measured, published
from docs.minimisers import minimisers
from docs.onset import onset
from docs.power import power
from docs.results import SHOWN, take_up, writers

WRITERS = {
    **DECLARED,
    **writers(),
    "minimisers": minimisers,
    "ends of the outermost window": far_ends,
    "onset": onset,
    "power of the law's test": power,
    "key cores beside published numbers": published,
    "key cores of the studies": measured,
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
