"""What a whole study takes, as a text: jobs, time and memory for each rule and T_p, core-hours, wall time, disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from vitrine.batches import sample_indices
from vitrine.cost import ENSEMBLE_RULES, SAMPLE_RULES, STUDY_RULES, TABLES, Costs, coldest_measured, job_cost, measured_costs, relaxation_time
from vitrine.study import temperature_name

if TYPE_CHECKING:
    from vitrine.study import EnsemblePlan, Study

SAMPLE_BYTES = 3 * 8 + 8 + 4  # position, size and type of a particle in a GSD file
FILE_BYTES = 8000  # what a Parquet file takes beside its rows
SCALAR_ROW_BYTES = 60  # a row of a short table
CORES = (1, 4, 16, 64, 256, 1024)  # for which the wall time is told


class Jobs(NamedTuple):
    """The jobs of a rule in one ensemble, or in the whole study (particles 0): how many, all their seconds, and of the largest the rest."""

    rule: str
    particles: int
    T_p: str
    number: int
    total: float
    seconds: float
    megabytes: float


def study_jobs(study: Study, figures: int, costs: Costs | None = None) -> list[Jobs]:
    """Every rule's jobs, ensemble by ensemble from hot to cold, and at the end those of the whole study with its `figures` figures."""
    jobs = []
    for plan in study.ensembles.values():
        sizes = [len(sample_indices(batch)) for batch in plan.batches()]
        for T_p in map(temperature_name, plan.parent_temperatures):
            for rule in SAMPLE_RULES:
                jobs.append(_jobs(rule, study, plan.particles, T_p, sizes, costs))
            for rule in ENSEMBLE_RULES:
                jobs.append(_jobs(rule, study, plan.particles, T_p, [plan.samples], costs))
    for rule, number in (*((rule, 1) for rule in STUDY_RULES), ("plot_", figures)):
        seconds, megabytes = job_cost(rule, study, costs=costs)
        jobs.append(Jobs(rule, 0, "", number, number * seconds, seconds, megabytes))
    return jobs


def _jobs(rule: str, study: Study, particles: int, T_p: str, sizes: Sequence[int], costs: Costs | None) -> Jobs:
    """The jobs of batches of these sizes: all are alike but the last, which may be smaller."""
    largest = job_cost(rule, study, particles, T_p, sizes[0], costs)
    last = job_cost(rule, study, particles, T_p, sizes[-1], costs)
    return Jobs(rule, particles, T_p, len(sizes), (len(sizes) - 1) * largest[0] + last[0], *largest)


def longest_path(study: Study, jobs: Sequence[Jobs]) -> float:
    """Seconds on any number of cores: a batch goes down its ladder, its coldest glasses through the slowest measure to a figure."""
    ends = []
    for plan in study.ensembles.values():
        own = [job for job in jobs if job.particles == plan.particles]
        coldest = {job.rule: job.seconds for job in own if job.T_p == temperature_name(plan.parent_temperatures[-1])}
        ladder = sum(job.seconds for job in own if job.rule == "equilibrate_liquids")
        measures = max(coldest[rule] for rule in SAMPLE_RULES if rule not in ("equilibrate_liquids", "quench_samples"))
        ends.append(ladder + coldest["quench_samples"] + measures + max(coldest[rule] for rule in ENSEMBLE_RULES))
    return max(ends) + sum(job.seconds for job in jobs if job.particles == 0)


def wall_seconds(study: Study, jobs: Sequence[Jobs], cores: int) -> float:
    """Seconds on so many cores, at least: neither less than the work over the cores nor than the longest path."""
    return max(sum(job.total for job in jobs) / cores, longest_path(study, jobs))


def disk_bytes(study: Study, costs: Costs | None = None) -> float:
    """What the results take on disk, about; tables and figures of the whole study are small beside them."""
    costs, total = costs or measured_costs(), 0.0
    for plan in study.ensembles.values():
        for T_p in map(temperature_name, plan.parent_temperatures):
            total += _ensemble_bytes(study, plan, T_p, costs)
    return total


def _ensemble_bytes(study: Study, plan: EnsemblePlan, T_p: str, costs: Costs) -> float:
    sample = 2 * SAMPLE_BYTES * plan.particles  # liquid and glass
    for rule, need in SAMPLE_RULES.items():
        bytes_of_row = costs.rows[TABLES[rule]]["bytes"] if rule in TABLES else SCALAR_ROW_BYTES
        sample += bytes_of_row * need(study, plan.particles, T_p, costs).rows
    return plan.samples * sample + len(plan.batches()) * FILE_BYTES * len(SAMPLE_RULES)


def headline(study: Study, figures: int, costs: Costs | None = None) -> str:
    """The study's cost in one line."""
    jobs = study_jobs(study, figures, costs)
    total = sum(job.total for job in jobs)
    liquids = sum(job.total for job in jobs if job.rule == "equilibrate_liquids") / total
    most = max(job.megabytes for job in jobs)
    path = duration(longest_path(study, jobs))
    return (
        f"{rounded(total / 3600)} core-hours, {100 * liquids:.0f} % of them for liquids; {path} at least, on any number of cores; "
        f"{most / 1000:.1f} GB for the largest job, {rounded(disk_bytes(study, costs) / 1e9)} GB on disk"
    )


def rounded(value: float) -> str:
    """Two digits, without an exponent."""
    return f"{float(f'{value:.2g}'):,g}"


def duration(seconds: float) -> str:
    """A time for readers."""
    for unit, length in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{rounded(seconds / length)} {unit}"
    return f"{rounded(seconds)} s"


def report(study: Study, figures: int) -> str:
    """Everything, for a terminal."""
    costs = measured_costs()
    jobs = study_jobs(study, figures, costs)
    total = sum(job.total for job in jobs)
    parts = [
        f"What the study {study.name} takes, predicted from its config",
        f"(one core of {costs.machine}, measured on {costs.date}: dsyevd of n = 6000, eigenvalues alone, takes {costs.dsyevd:.3g} s there;",
        f"a core that takes t seconds for it needs about t/{costs.dsyevd:.3g} of these times)",
        "",
        _by_temperature(study, jobs),
        "",
        _by_rule(jobs),
        "",
        f"total: {rounded(total / 3600)} core-hours; {sum(job.number for job in jobs)} jobs; {rounded(disk_bytes(study, costs) / 1e9)} GB on disk",
        "wall time, at least: " + ", ".join(f"{duration(wall_seconds(study, jobs, cores))} on {cores}" for cores in CORES) + " cores",
        *(f"note: {note}" for note in _notes(study)),
    ]
    return "\n".join(parts)


def _by_temperature(study: Study, jobs: Sequence[Jobs]) -> str:
    """One line for each ensemble: jobs of a rule, time of one job of each rule, core-hours of all."""
    rows = [("N", "T_p", "batches", *(rule for rule in SAMPLE_RULES), "aggregating", "core-hours")]
    for plan in study.ensembles.values():
        for T_p in map(temperature_name, plan.parent_temperatures):
            own = {job.rule: job for job in jobs if (job.particles, job.T_p) == (plan.particles, T_p)}
            combining = sum(own[rule].total for rule in ENSEMBLE_RULES)
            times = [duration(own[rule].seconds) for rule in SAMPLE_RULES]
            hours = sum(job.total for job in own.values()) / 3600
            rows.append((str(plan.particles), T_p, str(len(plan.batches())), *times, duration(combining), f"{hours:.3g}"))
    return "time of a job of one batch, and of all that aggregates an ensemble:\n" + aligned(rows)


def _by_rule(jobs: Sequence[Jobs]) -> str:
    """One line for each rule and N: jobs, time and memory of one job, core-hours of all."""
    rows = [("rule", "N", "jobs", "time of a job", "memory of a job", "core-hours")]
    for rule, particles in dict.fromkeys((job.rule, job.particles) for job in jobs):
        own = [job for job in jobs if (job.rule, job.particles) == (rule, particles)]
        shortest, longest = duration(min(job.seconds for job in own)), duration(max(job.seconds for job in own))
        rows.append(
            (
                "plot_..." if rule == "plot_" else rule,
                str(particles or ""),
                str(sum(job.number for job in own)),
                shortest if shortest == longest else f"{shortest} to {longest}",
                f"{max(job.megabytes for job in own):.0f} MB",
                f"{sum(job.total for job in own) / 3600:.3g}",
            )
        )
    return aligned(rows)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns of equal width, the numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def _notes(study: Study) -> list[str]:
    """What the numbers leave out."""
    notes, preparation = [], study.config["preparation"]
    if preparation["sampler"] != "swap":
        notes.append("time steps are those of the built-in engine on one core; HOOMD-blue on a GPU is another matter")
    if preparation["sampler"] == "cooling":
        return notes
    rungs = {T_p: study.preparation(n, temperature_name(T_p)) for n, plan in study.ensembles.items() for T_p in plan.parent_temperatures}
    times = {T_p: relaxation_time(study, T_p, settings) for T_p, settings in rungs.items()}
    if None in times.values():
        return [*notes, "no relaxation time of these liquids was measured: each is taken to use up preparation.maximum_sweeps"]
    if min(times) < coldest_measured():
        notes.append(f"relaxation times below T_p = {coldest_measured():g} are extrapolated")
    early = [f"{T_p:g}" for T_p, time in times.items() if preparation["relaxation_times"] * time > preparation["maximum_sweeps"]]
    if early:
        notes.append(f"preparation.maximum_sweeps ends many runs early, and flags them, at T_p = {', '.join(early)}")
    return notes
