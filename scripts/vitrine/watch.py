"""Progress lines while a study runs: one for each parent temperature that has moved on, every minute."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from vitrine.status import progress_lines
from vitrine.study import Study

EVERY = 60.0  # [s] between two looks
SHARE = 0.02  # of the time at most goes into looking: a study of very many batches is looked at less often


class Watch(threading.Thread):
    """Looks at the files of results/<study> below `directory` beside the run, and tells `say` each progress line that has changed."""

    def __init__(self, study: Study, directory: Path, say: Callable[[str], None], every: float = EVERY):
        super().__init__(name="watch", daemon=True)
        self.study, self.results, self.say, self.every = study, directory / "results" / study.name, say, every
        self._ended = threading.Event()
        self._told: list[str] = []

    def start(self) -> None:
        """Take a first look, of which nothing is told, and begin."""
        self._told = self._lines()
        super().start()

    def run(self) -> None:
        """Look until the run has ended."""
        pause = self.every
        while not self._ended.wait(pause):
            start = time.perf_counter()
            self._tell()
            pause = max(self.every, (time.perf_counter() - start) / SHARE)

    def end(self) -> None:
        """A last look, after the last job."""
        self._ended.set()
        self.join()
        self._tell()

    def _lines(self) -> list[str]:
        try:
            return progress_lines(self.study, self.results)
        except Exception as error:  # a folder that a job has just removed, a file system that hangs: whatever it is, the run goes on
            self.say(f"no progress line this time: {error}")
            return self._told

    def _tell(self) -> None:
        lines = self._lines()
        for line in lines:
            if line not in self._told:
                self.say(line)
        self._told = lines
