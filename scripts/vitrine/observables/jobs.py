"""What the drivers do: find the function that a rule names, give it what its observable takes, and write what it gives.

`job` is the `snakemake` object of the driver. Its inputs are named after files (`glasses.gsd` is input.glasses_gsd), its outputs likewise; the rest
is in its params, as plain values that the study has resolved.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vitrine.batches import sample_indices
from vitrine.declare import Observable, States
from vitrine.errors import SampleError
from vitrine.job import start_log
from vitrine.linalg import Algebra
from vitrine.observables import declarations, function_of, known_tables, module_of, named
from vitrine.observables.batch import System, measure_batch
from vitrine.parquet import Key, read_provenance, read_table, write_table
from vitrine.points import Point
from vitrine.preparation.restart import Restarts
from vitrine.provenance import check_identity, provenance
from vitrine.samples import (
    Sample,
    Trajectory,
    batch_samples,
    read_fields,
    read_fields_provenance,
    read_trajectories,
    read_trajectories_provenance,
    write_fields,
    write_states,
)
from vitrine.seeds import point_generator

SAMPLES = ("glasses.gsd", "liquids.gsd", "trajectories.gsd")  # what a function is called with; other files that it takes are given by name


def measure(job: object) -> None:
    """Measure one batch with the observable params.observable, and write its tables and fields.

    params: observable, rule, point, model, seed, settings, algebra (None where nothing is solved), unknowns, identity (of what is made), taken
    ({file: identity} of what is taken). job.threads is how many samples are under way at once on a GPU.
    """
    start_log(job.log[0])
    params = job.params
    observable, point = declarations()[params.observable], Point.of(params.point)
    function = function_of(module_of(observable.name, "measure"), params.rule)
    algebra = Algebra(**params.algebra) if params.algebra is not None else None

    restarts = _restarts(job, observable) if observable.stores else None

    def one(system: System) -> dict:
        sample, others = system.given
        further = dict(others)
        if observable.random:
            further["rng"] = point_generator(params.seed, observable.random, point, system.index)
        if algebra is not None:
            further["algebra"] = algebra
        if observable.prepares:
            further["preparation"] = params.preparation
        if observable.moves:
            further["dynamics"] = params.dynamics
        if restarts is not None:
            further["restarts"] = restarts
        return function(sample, **further, **params.settings)

    at_once = algebra.samples_at_once(params.unknowns, job.threads) if algebra else 1
    takes = tuple(dict.fromkeys((*observable.takes, *params.taken)))  # settings may name more
    measured = measure_batch(systems(job, takes, point), observable, one, at_once)
    made_of = {"identity": params.identity} | ({"linear_algebra": algebra.describe(params.unknowns)} if algebra else {})
    origin = provenance(job.config, **made_of)
    for table in observable.tables:
        write_table(table, measured.tables[table.name], job.output[named(table.file)], origin, Key.of(point))
    for field in observable.fields:
        write = write_states if isinstance(field, States) else write_fields
        write(job.output[named(field.file)], field, measured.fields[field.name], origin)
    if restarts is not None:
        restarts.clear()


def _restarts(job: object, observable: Observable) -> Restarts:
    """Where an observable stores what it has done: dynamics of its own after every run, liquids as often as their preparation says."""
    params = job.params
    of, every = (params.preparation, params.preparation["settings"]["restart_sweeps"]) if observable.prepares else (params.dynamics, 1)
    origin = {"settings": params.settings, "runs": of, "seed": params.seed, "identity": params.identity, "code": params.code}
    return Restarts(Path(params.restarts), every, origin, job.config["preparation"]["walltime_minutes"])


def systems(job: object, takes: tuple[str, ...], point: Point) -> Iterator[System]:
    """The systems of the batch, each with what is taken of it by name; without samples the function is called with the point itself.

    The first file of samples or trajectories gives what the function is called with, another one is given by name. A sample that has a flag, or lacks
    something of what is taken, comes with that flag; what could be read is there.
    """
    indices, params = sample_indices(job.wildcards.batch), job.params
    others = {file: _read(job.input[named(file)], file, params.taken.get(file, "")) for file in takes if file not in SAMPLES}
    source, *beside = [file for file in takes if file in SAMPLES] or [None]
    rest = [_samples(job, file, point, indices) for file in beside]
    for index, sample, *further in zip(indices, _samples(job, source, point, indices), *rest, strict=True):
        given, flag = {}, sample.flag if sample else ""
        for file, one in zip(beside, further, strict=True):
            given[file.rpartition(".")[0]], flag = one, flag or one.flag
        for file, content in others.items():
            try:
                given[file.rpartition(".")[0]] = _of_sample(file, content, index)
            except SampleError as error:
                flag = flag or str(error)
        yield System(index, (sample if sample else point, given), flag)


def _samples(job: object, file: str | None, point: Point, indices: range) -> Iterator[Sample | Trajectory | None]:
    """The samples, or trajectories, of a file of the batch in its order; of no file nothing for each."""
    if file is None:
        return iter([None] * len(indices))
    path, identity = job.input[named(file)], job.params.taken.get(file, "")
    if file == "trajectories.gsd":
        return _trajectories(path, indices, identity)
    about = {"particles": point.particles, "parent_temperature": point.parent_temperature, "model": job.params.model}
    return batch_samples(path, indices, **about, identity=identity)


def _trajectories(path: str, indices: range, identity: str) -> Iterator[Trajectory]:
    """The trajectories of the batch in its order; one that is missing says so in its flag."""
    check_identity(Path(path), read_trajectories_provenance(path), identity)
    waiting = list(indices)
    for one in read_trajectories(path):
        while waiting and waiting[0] < one.index:
            yield Trajectory.missing(waiting.pop(0), f"unreadable: not in {Path(path).name}")
        if waiting and waiting[0] == one.index:
            waiting.pop(0)
            yield one
    yield from (Trajectory.missing(index, f"unreadable: not in {Path(path).name}") for index in waiting)


def _read(path: str, file: str, identity: str) -> object:
    """A table or the fields of a batch, as an observable gives them; InputError where other settings made them."""
    of_table = file.endswith(".parquet")
    check_identity(Path(path), read_provenance(path) if of_table else read_fields_provenance(path), identity)
    return read_table(known_tables()[file.removesuffix(".parquet")], path) if of_table else read_fields(path)


def _of_sample(file: str, content: object, index: int) -> object:
    """The rows, or the arrays, of one sample; SampleError with its flag where it has none."""
    if file.endswith(".parquet"):
        rows = content[content["sample"] == index]
        if len(rows) == 0:
            raise SampleError(f"not in {file}")
        if rows["flag"].iloc[0]:
            raise SampleError(rows["flag"].iloc[0])
        return rows
    if index not in content or content[index].flag:
        raise SampleError(content[index].flag if index in content else f"not in {file}")
    return content[index].arrays
