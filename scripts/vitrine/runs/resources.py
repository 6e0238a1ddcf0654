"""What jobs ask a cluster for, in minutes and MB, from the cost model: in proportion to the first attempts."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from vitrine.batches import sample_indices
from vitrine.params import told
from vitrine.runs.cost import PILOT, job_cost
from vitrine.study import Study

LEAST_MINUTES = 30  # to start, and to reach the next restart point
TIME_MARGIN, MEMORY_MARGIN = 2, 1.25  # asked for over estimated, at the first attempt
MOST_RAISED = 4  # attempts that raise them: a job that ends itself at its walltime is tried many times
RUNNING = (PILOT, "equilibrate_liquids")  # rules whose jobs stop themselves at `walltime_minutes`


def resources_of(study: Study) -> Callable[[str], dict[str, Callable]]:
    """A function from a rule's name to its `runtime` [minutes] and `mem_mb`, as functions of wildcards, attempt and threads.

    A job that stops itself at `walltime_minutes` asks for no more than that and the time to its next restart point.
    """
    cost = cache(lambda name, *ensemble: job_cost(name, study, *ensemble))  # of a point and its samples: the same for nearly all batches

    def estimated(name: str, wildcards: object) -> tuple[float, float]:
        """Seconds and megabytes that a job takes by the measured cost of its step."""
        if not hasattr(wildcards, "point"):
            return cost(name)
        place = study.places[wildcards.point]
        return cost(name, wildcards.point, len(sample_indices(wildcards.batch)) if hasattr(wildcards, "batch") else place.samples)

    def of_rule(name: str) -> dict[str, Callable]:
        walltime = study.config["preparation"]["walltime_minutes"] if name in RUNNING else None

        def runtime(wildcards: object, attempt: int) -> int:
            minutes = min(attempt, MOST_RAISED) * (LEAST_MINUTES + TIME_MARGIN * estimated(name, wildcards)[0] / 60)
            return math.ceil(minutes if walltime is None else min(minutes, LEAST_MINUTES + walltime))

        def mem_mb(wildcards: object, attempt: int, threads: int) -> int:
            megabytes = estimated(name, wildcards)[1] * threads  # threads: samples at once, on a GPU
            return math.ceil(min(attempt, MOST_RAISED) * MEMORY_MARGIN * megabytes)

        return {"runtime": told(runtime), "mem_mb": told(mem_mb)}

    return of_rule
