"""A run of Snakemake, from its start to its end: a note of who runs it, and progress lines while it does."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from vitrine.runs.locks import remove_owner, write_owner
from vitrine.runs.watch import Watch
from vitrine.study import Study


def share_library(folder: str) -> None:
    """Let jobs take the library of this checkout, also where another one is installed: Snakemake puts the scripts' folder last."""
    others = [other for other in os.environ.get("PYTHONPATH", "").split(os.pathsep) if other not in ("", folder)]
    os.environ["PYTHONPATH"] = os.pathsep.join([folder, *others])


class Run:
    """In `directory`: the owner's note, by which a lock that is left behind is judged, and a line of every point that moves on, told to `say`."""

    def __init__(self, study: Study, directory: Path, say: Callable[[str], None]) -> None:
        self.directory, self.watch = directory, Watch(study, directory, say)

    def start(self) -> None:
        """Before the first job."""
        write_owner(self.directory)
        self.watch.start()

    def end(self) -> None:
        """After the last job, whatever became of it."""
        self.watch.end()
        remove_owner(self.directory)
