"""What a whole study takes, as a text: jobs, time and memory for each rule and point, core-hours, wall time, disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from vitrine.batches import sample_indices
from vitrine.costs import Costs, measured_costs
from vitrine.observables import module_of
from vitrine.preparation.samplers import MONTE_CARLO
from vitrine.runs.cost import IMPORTING, PILOT, PREPARING, STUDY_RULES, coldest_measured, job_cost, need_of, relaxation_time
from vitrine.runs.steps import averaged_at, rules_of_batches
from vitrine.runs.words import aligned, duration, rounded, some_of

if TYPE_CHECKING:
    from vitrine.places import Place
    from vitrine.study import Study

SAMPLE_BYTES = 3 * 8 + 8 + 4  # position, size and type of a particle in a GSD file
FRAME_BYTES = 2 * 3 * 8 + 3 * 4  # position, velocity and image of a particle in a frame of a trajectory
NUMBER_BYTES = 8
FILE_BYTES = 8000  # what a Parquet file takes beside its rows
SCALAR_ROW_BYTES = 60  # a row of a short table
CORES = (1, 4, 16, 64, 256, 1024)  # for which the wall time is told
NAMED = 6  # points that a note names
DRAWING = "plot_..."
LIQUIDS = "equilibrate_liquids"
PREPARING_TAKES = {LIQUIDS: (), IMPORTING: (), "record_trajectories": ("liquids.gsd",), "quench_samples": ("liquids.gsd",)}


class Jobs(NamedTuple):
    """The jobs of a rule at one point, or in the whole study (no label): how many, all their seconds, and of the largest the rest."""

    rule: str
    label: str
    number: int
    total: float
    seconds: float
    megabytes: float


def study_jobs(study: Study, costs: Costs | None = None) -> list[Jobs]:
    """Every rule's jobs, point by point, and at the end those of the whole study with its figures."""
    jobs, averaged = [], averaged_at(study)
    for label, rules in rules_of_batches(study).items():
        place = study.places[label]
        sizes = [len(sample_indices(batch)) for batch in place.batches]
        if place.has_pilot:
            jobs.append(_jobs(PILOT, study, label, sizes[:1], costs))
        jobs += [_jobs(rule, study, label, sizes, costs) for rule in rules]
        jobs += [_jobs(one.aggregate, study, label, [place.samples], costs) for one in averaged[label]]
    jobs += [_whole(rule, rule, 1, study, costs) for rule in (*(one.aggregate for one in study.overarching), *STUDY_RULES)]
    figures = list(study.figures.values())
    return jobs + ([_whole(DRAWING, figures[0].function, len(figures), study, costs)] if figures else [])


def _jobs(rule: str, study: Study, label: str, sizes: Sequence[int], costs: Costs | None) -> Jobs:
    """The jobs of batches of these sizes: all are alike but the last, which may be smaller."""
    largest = job_cost(rule, study, label, sizes[0], costs)
    last = job_cost(rule, study, label, sizes[-1], costs)
    return Jobs(rule, label, len(sizes), (len(sizes) - 1) * largest[0] + last[0], *largest)


def _whole(name: str, rule: str, number: int, study: Study, costs: Costs | None) -> Jobs:
    seconds, megabytes = job_cost(rule, study, costs=costs)
    return Jobs(name, "", number, number * seconds, seconds, megabytes)


def longest_path(study: Study, jobs: Sequence[Jobs]) -> float:
    """Seconds on any number of cores: a batch goes down its ladder, its glasses through the slowest measures and their averages to a figure."""
    seconds = {(job.rule, job.label): job.seconds for job in jobs}
    takes = PREPARING_TAKES | {one.rule: one.takes for one in study.measured}
    averaged, liquids, pilots, ends = averaged_at(study), {}, {}, [0.0]
    for label, rules in rules_of_batches(study).items():  # a point comes after the one that its liquids start from
        owner = {file: rule for rule, files in rules.items() for file in files}
        place, ready = study.places[label], {}
        pilots[label] = pilots.get(place.before, 0.0) + seconds.get((PILOT, label), 0.0)
        before = max(liquids.get(place.before, 0.0), pilots[label])

        def end(rule: str, label: str = label, owner: dict = owner, before: float = before, ready: dict = ready) -> float:
            """When the files of a rule are there."""
            if rule not in ready:
                ready[rule] = max((end(owner[file]) for file in takes[rule]), default=before) + seconds[rule, label]
            return ready[rule]

        measured = max(map(end, rules), default=0.0)
        liquids[label] = ready.get(LIQUIDS, 0.0)
        ends.append(measured + max((seconds[one.aggregate, label] for one in averaged[label]), default=0.0))
    return max(ends) + sum(job.seconds for job in jobs if not job.label)


def wall_seconds(study: Study, jobs: Sequence[Jobs], cores: int) -> float:
    """Seconds on so many cores, at least: neither less than the work over the cores nor than the longest path."""
    return max(sum(job.total for job in jobs) / cores, longest_path(study, jobs))


def disk_bytes(study: Study, costs: Costs | None = None) -> float:
    """What the results take on disk, about; tables and figures of the whole study are small beside them."""
    costs, total = costs or measured_costs(), 0.0
    for label, rules in rules_of_batches(study).items():
        place = study.places[label]
        sample = sum(_sample_bytes(rule, study, label, costs) for rule in rules)
        total += place.samples * sample + len(place.batches) * FILE_BYTES * len(rules)
    return total


def _sample_bytes(rule: str, study: Study, label: str, costs: Costs) -> float:
    """What a rule writes for a sample: the sample itself, or rows of a table, and fields with their sample."""
    place, rows = study.places[label], need_of(rule, study, label, costs).rows
    if rule == "record_trajectories":
        return FRAME_BYTES * place.particles * rows
    if rule in PREPARING:
        return SAMPLE_BYTES * place.particles + SCALAR_ROW_BYTES * rows
    one = next(one for one in study.measured if one.rule == rule)
    of_row = next((costs.rows[table.name]["bytes"] for table in one.tables if table.name in costs.rows), SCALAR_ROW_BYTES)
    fields = len(one.fields) * (SAMPLE_BYTES * place.particles + NUMBER_BYTES * place.unknowns)
    return (of_row * rows if one.tables else 0) + fields


def headline(study: Study, costs: Costs | None = None) -> str:
    """The study's cost in one line."""
    jobs = study_jobs(study, costs)
    total = sum(job.total for job in jobs)
    running = (PILOT, LIQUIDS, *(one.rule for one in study.measured if one.prepares))
    liquids = sum(job.total for job in jobs if job.rule in running) / total
    most = max(job.megabytes for job in jobs)
    path = duration(longest_path(study, jobs))
    return (
        f"{rounded(total / 3600)} core-hours, {100 * liquids:.0f} % of them for liquids; {path} at least, on any number of cores; "
        f"{most / 1000:.1f} GB for the largest job, {rounded(disk_bytes(study, costs) / 1e9)} GB on disk"
    )


def report(study: Study) -> str:
    """Everything, for a terminal."""
    costs = measured_costs()
    jobs = study_jobs(study, costs)
    total = sum(job.total for job in jobs)
    parts = [
        f"What the study {study.name} takes, predicted from its config",
        f"(one core of {costs.machine}, measured on {costs.date}: dsyevd of n = 6000, eigenvalues alone, takes {costs.dsyevd:.3g} s there;",
        f"a core that takes t seconds for it needs about t/{costs.dsyevd:.3g} of these times)",
        "",
        "time of a job of one batch, and of all that averages a point:",
        _by_point(study, jobs),
        "",
        _by_rule(study, jobs),
        "",
        f"total: {rounded(total / 3600)} core-hours; {sum(job.number for job in jobs)} jobs; {rounded(disk_bytes(study, costs) / 1e9)} GB on disk",
        "wall time, at least: " + ", ".join(f"{duration(wall_seconds(study, jobs, cores))} on {cores}" for cores in CORES) + " cores",
        *(f"note: {note}" for note in _notes(study)),
    ]
    return "\n".join(parts)


def _by_point(study: Study, jobs: Sequence[Jobs]) -> str:
    """One line for each point: jobs of a rule, time of one job of each rule, core-hours of all."""
    rules = [*PREPARING, *(one.rule for one in study.measured)]
    own: dict[str, dict[str, Jobs]] = {label: {} for label in study.places}
    for job in jobs:
        if job.label:
            own[job.label][job.rule] = job
    rules = [rule for rule in rules if any(rule in of_point for of_point in own.values())]
    rows = [("point", "batches", *rules, "averaging", "core-hours")]
    for label, of_point in own.items():
        averaging = sum(job.total for rule, job in of_point.items() if rule not in rules)
        times = [duration(of_point[rule].seconds) if rule in of_point else "" for rule in rules]
        hours = sum(job.total for job in of_point.values()) / 3600
        rows.append((label, str(len(study.places[label].batches)), *times, duration(averaging), f"{hours:.3g}"))
    return aligned(rows)


def _by_rule(study: Study, jobs: Sequence[Jobs]) -> str:
    """One line for each rule and N: jobs, time and memory of one job, core-hours of all."""
    groups: dict[tuple[str, int], list[Jobs]] = {}
    for job in jobs:
        groups.setdefault((job.rule, study.places[job.label].particles if job.label else 0), []).append(job)
    rows = [("rule", "N", "jobs", "time of a job", "memory of a job", "core-hours")]
    for (rule, particles), own in groups.items():
        shortest, longest = duration(min(job.seconds for job in own)), duration(max(job.seconds for job in own))
        rows.append(
            (
                rule,
                str(particles or ""),
                str(sum(job.number for job in own)),
                shortest if shortest == longest else f"{shortest} to {longest}",
                f"{max(job.megabytes for job in own):.0f} MB",
                f"{sum(job.total for job in own) / 3600:.3g}",
            )
        )
    return aligned(rows)


def _notes(study: Study) -> list[str]:
    """What the numbers leave out."""
    unknown = [f"the cost of the observable {one.name} was not measured" for one in study.measured if not module_of(one.name, "cost").is_file()]
    prepared = [place for place in study.places.values() if place.ensemble.origin == "prepared"]
    particles = [place for place in study.places.values() if place.ensemble.origin != "drawn"]
    formers = dict.fromkeys((place.model.name, place.dimension) for place in particles)
    unknown += [f"the cost of {name} in {d} dimensions was not measured" for name, d in formers if (name, d) not in measured_costs().models]
    return [*unknown, *_notes_on_liquids(prepared)]


def _notes_on_liquids(places: Sequence[Place]) -> list[str]:
    """What is not known of the time that liquids take."""
    notes = []
    if any(place.preparation["sampler"] not in MONTE_CARLO for place in places):
        notes.append("time steps are those of the built-in engine on one core; HOOMD-blue on a GPU is another matter")
    places = [place for place in places if place.has_pilot]
    times = {place.point.label: relaxation_time(place) for place in places}
    unknown = [place for place in places if times[place.point.label] is None]
    if unknown:
        where = "of these liquids" if len(unknown) == len(places) else f"at {_labels(unknown)}"
        notes.append(f"no relaxation time {where} was measured: each is taken to use up preparation.maximum_sweeps")
    known = [place for place in places if times[place.point.label] is not None]
    for sampler in dict.fromkeys(place.preparation["sampler"] for place in known):
        coldest = min(place.point.parent_temperature for place in known if place.preparation["sampler"] == sampler)
        if coldest < coldest_measured(sampler):
            notes.append(f"relaxation times below T_p = {coldest_measured(sampler):g} are extrapolated")
    early = [place for place in known if place.preparation["relaxation_times"] * times[place.point.label] > place.preparation["maximum_sweeps"]]
    if early:
        notes.append(f"preparation.maximum_sweeps ends the runs early at {_labels(early)}: these points are then not in equilibrium")
    return notes


def _labels(places: Sequence[Place]) -> str:
    return some_of([place.point.label for place in places], "points", NAMED)
