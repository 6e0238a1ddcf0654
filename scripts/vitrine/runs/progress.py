"""How far a study is, from its files alone: so it can be told beside a run, on another machine, or after a crash.

A step of a batch is done when its files are there and the study's. A batch is under way when a run is at work, a job of its has written its log since
that run began, the log does not end with a job's last line, and the job's files are not there. Samples that the log names are finished.

The time to go is the wall time of the jobs to go, one after the other: predicted by the cost model until jobs of a step have ended; from then on the
prediction is scaled by what these took, at this point if there are some, else at all points.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from vitrine.batches import sample_indices
from vitrine.points import Point
from vitrine.runs import locks
from vitrine.runs.cost import job_cost
from vitrine.runs.found import OTHERS, Folders, Found, found
from vitrine.runs.spent import Benchmarks, Listings, Spent, place_of, samples_at_work
from vitrine.runs.steps import Step, steps_of_batches, steps_of_points, steps_of_study
from vitrine.runs.words import duration, some_of
from vitrine.study import Study

BAR = 30  # characters


@dataclass
class Progress:
    """A point: samples done by every step, prepared (None where nothing is), flagged; batches under way, and in each rule (finished, all) samples of
    theirs; predicted seconds to go of each rule; for each rule its files that are not the study's.
    """

    point: Point
    samples: int
    done: int = 0
    prepared: int | None = None
    flagged: set[int] = field(default_factory=set)
    batches: int = 0
    at_work: dict[str, tuple[int, int]] = field(default_factory=dict)
    to_go: dict[str, float] = field(default_factory=dict)
    refused: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    @property
    def counts(self) -> tuple:
        """By what a point has moved on."""
        return self.done, self.prepared, len(self.flagged), self.batches, self.at_work

    def line(self, seconds: float) -> str:
        """The progress line, with the seconds that its jobs still take."""
        text = f"{self.point.words}: {self.done} of {self.samples} samples done"
        text += f", {self.prepared} prepared" if self.prepared is not None else ""
        text += f", {self.samples - self.done} left, {len(self.flagged)} flagged"
        if self.batches:
            inside = ", ".join(f"{rule} {finished} of {whole}" for rule, (finished, whole) in self.at_work.items())
            text += f", {self.batches} batch{'es' if self.batches > 1 else ''} under way (samples: {inside})"
        return text + (f"; {duration(seconds)} of jobs to go" if self.done < self.samples else "")


@dataclass
class Look:
    """A study at one moment.

    points; spent: what ended jobs took, by rule and label, of_rule: by rule alone; work, worked: predicted seconds of all jobs and of what is done;
    to_go: of the jobs to go that are not on batches, by rule; refused: as in Progress.
    """

    points: list[Progress] = field(default_factory=list)
    spent: dict[str, dict[str, Spent]] = field(default_factory=dict)
    of_rule: dict[str, Spent] = field(default_factory=dict)
    work: float = 0.0
    worked: float = 0.0
    to_go: dict[str, float] = field(default_factory=dict)
    refused: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def scale(self, rule: str, label: str = "") -> float:
        """What ended jobs of a rule took over what was predicted for them; 1 before any has ended."""
        own = self.spent.get(rule, {}).get(label) or self.of_rule.get(rule)
        return own.seconds / own.predicted if own and own.predicted else 1.0

    def seconds_of(self, progress: Progress) -> float:
        """Wall time of the jobs to go of a point [s]."""
        return sum(seconds * self.scale(rule, progress.point.label) for rule, seconds in progress.to_go.items())

    @property
    def seconds(self) -> float:
        """Wall time of all jobs to go [s]."""
        own = sum(seconds * self.scale(rule) for rule, seconds in self.to_go.items())
        return own + sum(map(self.seconds_of, self.points))

    @property
    def lines(self) -> list[str]:
        """The progress line of every point."""
        return [progress.line(self.seconds_of(progress)) for progress in self.points]

    def overall(self, terminal: bool) -> str:
        """The study as a whole, on a terminal with a bar."""
        share = self.worked / self.work if self.work else 1.0
        percent = math.floor(100 * share + 1e-9)
        full = math.floor(BAR * share + 1e-9)
        bar = f"[{full * '#'}{(BAR - full) * '-'}] " if terminal else "in all: "
        to_go = f"; {duration(self.seconds)} of jobs to go" if self.work > self.worked else ""
        return f"{bar}{percent} % of the predicted work done{to_go}"

    def refusals(self) -> Iterator[str]:
        """A sentence for every kind of files that are not the study's."""
        for one in (self, *self.points):
            for (state, _), files in one.refused.items():
                yield _refusal(state, files)


def _refusal(state: str, files: list[str]) -> str:
    files = list(dict.fromkeys(files))
    names, several = some_of(files, "files"), len(files) > 1
    are, them, were = ("are", "them", "were") if several else ("is", "it", "was")
    if state == "damaged":
        return f"{names} cannot be read and {are} not counted: remove {them} and run again"
    return f"{names} {were} made with {OTHERS}, and {are} not counted: run the study again without {them}, or give it another name"


class Observer:
    """Looks at a study's files in `directory` again and again; what has not changed is not opened a second time."""

    def __init__(self, study: Study, directory: Path) -> None:
        self.study, self.results = study, Path(directory) / "results" / study.name
        self._batches, self._averages, self._whole = steps_of_batches(study), steps_of_points(study), steps_of_study(study)
        self._folders, self._benchmarks = Folders(), Benchmarks(self.results / "benchmarks")
        self._cost: Callable[..., float] = cache(lambda rule, *where: job_cost(rule, study, *where)[0])

    def look(self, since: float | None) -> Look:
        """The study now. since: when the run at work in this folder began, seconds of the epoch; None where none is."""
        now = Look()
        benchmarks, logs = Listings(self.results / "benchmarks"), Listings(self.results / "logs")
        for label, steps in self._batches.items():
            now.points.append(self._point(now, label, steps, benchmarks, logs, since))
        for label, steps in self._averages.items():
            samples = self.study.places[label].samples
            there = self._folders.look(self.results / label, steps)
            for step in steps:
                self._whole_job(now, step, there[step.rule], (label, samples), benchmarks, f"{label}/")
        for step in self._whole:
            self._whole_job(now, step, found(step, self.results), (), benchmarks, "")
        return now

    def _whole_job(self, now: Look, step: Step, there: Found, where: tuple, benchmarks: Listings, folder: str) -> None:
        """Enter the one job that a step has at a point, or in the study."""
        label = where[0] if where else ""
        predicted = self._cost(step.rule, *where)
        now.work += predicted
        if there.state == "done":
            now.worked += predicted
            self._ended(now, step.rule, label, label, Spent(1, 0, predicted=predicted), benchmarks)
            return
        now.to_go[step.rule] = now.to_go.get(step.rule, 0.0) + predicted
        if there.state != "missing":
            now.refused.setdefault((there.state, step.rule if folder else ""), []).append(folder + there.file)

    def _point(self, now: Look, label: str, steps: Iterable[Step], benchmarks: Listings, logs: Listings, since: float | None) -> Progress:
        place = self.study.places[label]
        progress = Progress(place.point, place.samples)
        rules = [step.rule for step in steps]
        preparing = next((rule for rule in ("quench_samples", "equilibrate_liquids", "import_samples") if rule in rules), None)
        progress.prepared = 0 if preparing else None
        for batch in place.batches:
            indices, name = sample_indices(batch), f"{label}_{batch}"
            there, finished, under_way = self._folders.look(self.results / label / batch, steps), {}, False
            for step in steps:
                own, predicted = there[step.rule], self._cost(step.rule, label, len(indices))
                now.work += predicted
                progress.flagged |= own.flagged
                if own.state == "done":
                    finished[step.rule] = indices
                    now.worked += predicted
                    self._ended(now, step.rule, label, name, Spent(1, len(indices), predicted=predicted), benchmarks)
                    continue
                if own.state != "missing":
                    progress.refused.setdefault((own.state, step.rule), []).append(f"{label}/{batch}/{own.file}")
                inside = self._at_work(step.rule, name, logs, since)
                finished[step.rule] = (inside or set()) & set(indices)
                if inside is not None:
                    under_way = True
                    before = progress.at_work.get(step.rule, (0, 0))
                    progress.at_work[step.rule] = (before[0] + len(finished[step.rule]), before[1] + len(indices))
                share = len(finished[step.rule]) / len(indices)
                now.worked += share * predicted
                progress.to_go[step.rule] = progress.to_go.get(step.rule, 0.0) + (1 - share) * predicted
            progress.batches += under_way
            progress.done += _in_all(finished.values())
            if preparing:
                progress.prepared += len(finished[preparing])
        return progress

    def _ended(self, now: Look, rule: str, label: str, name: str, job: Spent, benchmarks: Listings) -> None:
        """Enter a job that is done, if its benchmark file is there: one that only its older run left behind has none."""
        record = self._benchmarks.record(benchmarks, rule, name)
        if record is not None:
            job.seconds, job.megabytes = record
            now.spent.setdefault(rule, {}).setdefault(label, Spent()).add(job)
            now.of_rule.setdefault(rule, Spent()).add(job)

    def _at_work(self, rule: str, name: str, logs: Listings, since: float | None) -> set[int] | None:
        """Samples that a job at work on a batch has finished; None where none is at work."""
        written = logs.written(rule, name, ".log")
        if since is None or written is None or written < 1e9 * since:
            return None
        return samples_at_work(place_of(logs.folder, rule, name, ".log"))


def _in_all(parts: Iterable[set[int] | range]) -> int:
    """How many samples all of these have."""
    parts = list(parts)
    return sum(all(sample in part for part in parts) for sample in min(parts, key=len, default=()))


def run_began(directory: Path) -> float | None:
    """When the run at work in a folder began, by its lock: seconds of the epoch; None where none is at work, or its owner is provably dead."""
    place = Path(directory, locks.LOCKS)
    written = [_written(lock) for lock in place.glob("*.lock")]
    states = locks.owners_states(directory)
    return min(written) if written and states != {"dead"} else None


def _written(file: Path) -> float:
    """When a file was written; one that went meanwhile is of no run."""
    try:
        return file.stat().st_mtime
    except OSError:
        return math.inf
