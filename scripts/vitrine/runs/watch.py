"""Progress lines while a study runs: every minute one for each point that has moved on, and one for the study as a whole."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from vitrine.runs.progress import Look, Observer, run_began
from vitrine.study import Study

EVERY = 60.0  # [s] between two looks
SHARE = 0.02  # of the time at most goes into looking: a study of very many batches is looked at less often
MOST = 20  # lines of points told after one look


class Watch(threading.Thread):
    """Looks at the files of results/<study> below `directory` beside the run, and tells `say` the line of each point that has moved on.

    terminal: whether a person sees what is said, as Snakemake says it, on the terminal.
    """

    def __init__(self, study: Study, directory: Path, say: Callable[[str], None], every: float = EVERY, terminal: bool | None = None):
        super().__init__(name="watch", daemon=True)
        self.study, self.directory, self.say, self.every = study, directory, say, every
        self.terminal = sys.stderr.isatty() if terminal is None else terminal
        self._ended = threading.Event()

    def start(self) -> None:
        """Take a first look, of which nothing is told, and begin."""
        self._since: float | None = run_began(self.directory) or time.time()
        self._observer: Observer | None = None
        self._before = self._look()
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
        self._since = None
        self._tell()

    def _look(self) -> Look | None:
        try:
            self._observer = self._observer or Observer(self.study, self.directory)
            return self._observer.look(self._since)
        except Exception as error:  # a folder that a job has just removed, a file system that hangs: whatever it is, the run goes on
            self.say(f"no progress line this time: {error}")
            return None

    def _tell(self) -> None:
        now = self._look()
        if now is None:
            return
        before = {} if self._before is None else {one.point.label: one.counts for one in self._before.points}
        moved = [one for one in now.points if one.counts != before.get(one.point.label)]
        for one in moved[:MOST]:
            self.say(one.line(now.seconds_of(one)))
        if len(moved) > MOST:
            self.say(f"... and {len(moved) - MOST} more points have moved on")
        if self._before is None or moved or now.worked != self._before.worked:
            self.say(now.overall(self.terminal))
        self._before = now
