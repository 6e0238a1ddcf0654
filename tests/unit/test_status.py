"""How far a study is, from its files: counts, flags, time to go, costs; what is not the study's counts for nothing."""

import copy
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml
from study_files import BATCH, Results
from vitrine.config_files import merged_config
from vitrine.declare import Field, Observable
from vitrine.errors import InputError
from vitrine.observables import declarations
from vitrine.parquet import read_table, write_table
from vitrine.runs import found, status
from vitrine.runs.cost import job_cost
from vitrine.runs.progress import Observer, run_began
from vitrine.runs.steps import steps_of_batches
from vitrine.runs.words import duration
from vitrine.samples import Trajectory, write_fields, write_trajectories
from vitrine.schema import NONE, Column, Table
from vitrine.study import Study
from vitrine.tables import COSTS

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT = REPOSITORY / "config.yaml"
HOT, COLD = "N256_T1.0000", "N256_T0.5000"
FIRST, SECOND, LAST = "00000-00001", "00002-00003", "00004-00004"
MEASURES = list(BATCH)[2:]
OBSERVABLES = ("modes", "elasticity", "pinching", "bond_operator", "soft_spots")


def small(**sections) -> Study:
    """A study of 5 samples in batches of 2 at each of two T_p."""
    axes = {"particles": 256, "parent_temperature": [1.0, 0.5]}
    config = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    ensembles = [{"axes": axes, "ladder": "parent_temperature", "samples": 5, "batch": 2}]
    config["observables"] = {name: config["observables"][name] for name in OBSERVABLES}
    return Study.from_config(copy.deepcopy({**config, "study": "small", "ensembles": ensembles, **sections}))


@pytest.fixture(scope="module")
def study():
    return small()


@pytest.fixture
def results(study, tmp_path):
    made = Results(study, tmp_path)
    made.folder.mkdir(parents=True)
    return made


def lines(results):
    return status.report_status(results.study, results.directory).splitlines()


def predicted(study, label, *jobs):
    """Seconds by the cost model of (rule, samples)."""
    return sum(job_cost(rule, study, label, samples)[0] for rule, samples in jobs)


def test_nothing_yet(study, tmp_path):
    assert status.report_status(study, tmp_path) == f"{tmp_path / 'results' / 'small'}: nothing yet"


def test_before_any_job_has_ended_the_time_to_go_is_predicted(results):
    hot, cold, overall = lines(results)
    seconds = {label: predicted(results.study, label, *((rule, size) for rule in BATCH for size in (2, 2, 1))) for label in (HOT, COLD)}
    assert hot == f"N = 256, T_p = 1: 0 of 5 samples done, 0 prepared, 5 left, 0 flagged; {duration(seconds[HOT])} of jobs to go"
    assert cold == f"N = 256, T_p = 0.5: 0 of 5 samples done, 0 prepared, 5 left, 0 flagged; {duration(seconds[COLD])} of jobs to go"
    assert overall.startswith("in all: 0 % of the predicted work done; ")


def test_what_ended_jobs_took_scales_what_is_predicted(results):
    study = results.study
    results.batch(HOT, FIRST)
    results.batch(HOT, SECOND, "equilibrate_liquids", "quench_samples", seconds=30.0)
    now = Observer(study, results.directory).look(None)
    hot, cold = now.points
    both = predicted(study, HOT, ("equilibrate_liquids", 2), ("equilibrate_liquids", 2))
    assert now.scale("equilibrate_liquids", HOT) == pytest.approx(40 / both)
    assert now.scale("equilibrate_liquids", COLD) == pytest.approx(40 / both)  # as at the other point, before one has ended here
    ended = {rule: 10 / predicted(study, HOT, (rule, 2)) for rule in MEASURES}
    ended |= {"equilibrate_liquids": 40 / both, "quench_samples": 40 / predicted(study, HOT, ("quench_samples", 2), ("quench_samples", 2))}
    to_go = sum(ended[rule] * predicted(study, HOT, *((rule, size) for size in ((1,) if rule in list(BATCH)[:2] else (2, 1)))) for rule in BATCH)
    assert now.seconds_of(hot) == pytest.approx(to_go)
    assert (hot.done, hot.prepared) == (2, 4)
    assert now.seconds_of(cold) == pytest.approx(sum(ended[rule] * predicted(study, COLD, *((rule, size) for size in (2, 2, 1))) for rule in BATCH))
    results.batch(COLD, FIRST, "equilibrate_liquids", seconds=1000.0)
    now = Observer(study, results.directory).look(None)
    assert now.scale("equilibrate_liquids", COLD) == pytest.approx(1000 / predicted(study, COLD, ("equilibrate_liquids", 2)))
    assert now.scale("equilibrate_liquids", HOT) == pytest.approx(40 / both)


def test_the_share_of_the_predicted_work(results):
    study = results.study
    results.batch(COLD, FIRST, "equilibrate_liquids")
    now = Observer(study, results.directory).look(None)
    batches = sum(predicted(study, label, *((rule, size) for rule in BATCH for size in (2, 2, 1))) for label in (HOT, COLD))
    averages = sum(job_cost(one.aggregate, study, label, 5)[0] for one in study.aggregated for label in (HOT, COLD))
    averages += sum(job_cost("pilot_liquids", study, label)[0] for label in (HOT, COLD))
    whole = sum(job_cost(rule, study)[0] for rule in ("collect_tables", "fit_study", "write_summary", "write_provenance"))
    figures = sum(job_cost(figure.function, study)[0] for figure in study.figures.values())
    assert now.work == pytest.approx(batches + averages + whole + figures)
    assert now.worked == pytest.approx(predicted(study, COLD, ("equilibrate_liquids", 2)))
    percent = int(100 * now.worked / now.work)
    assert now.overall(terminal=False).startswith(f"in all: {percent} % of the predicted work done; ")
    bar = now.overall(terminal=True)
    assert bar.startswith("[") and bar.index("]") == 31 and f"] {percent} % of the predicted work done" in bar
    assert bar.count("#") == int(30 * now.worked / now.work)


# --- at work -----------------------------------------------------------------------------------------------------------------------------------


def test_samples_finished_inside_a_running_batch_are_counted(results):
    results.lock()
    results.batch(HOT, FIRST, *list(BATCH)[:5])
    results.log("diagonalise_bond_operator", HOT, FIRST, 1)
    results.log("equilibrate_liquids", HOT, SECOND)
    hot = lines(results)[0]
    assert hot.startswith(
        "N = 256, T_p = 1: 1 of 5 samples done, 2 prepared, 4 left, 0 flagged, "
        "2 batches under way (samples: diagonalise_bond_operator 1 of 2, equilibrate_liquids 0 of 2); "
    )


def test_a_finished_part_of_a_batch_is_work_done(results):
    results.lock()
    before = Observer(results.study, results.directory).look(run_began(results.directory))
    results.log("equilibrate_liquids", COLD, FIRST, 0, 17)  # there is no sample 17 in it
    now = Observer(results.study, results.directory).look(run_began(results.directory))
    half = predicted(results.study, COLD, ("equilibrate_liquids", 2)) / 2
    assert now.worked - before.worked == pytest.approx(half)
    assert before.seconds - now.seconds == pytest.approx(half)


@pytest.mark.parametrize("why", ["failed", "done", "no run", "dead run", "older than the run"])
def test_a_batch_is_not_under_way(results, why):
    """Its log ends as of every job, even of one that failed; its files are there; or nobody is at work who could have written it."""
    if why in ("failed", "done", "older than the run"):
        results.lock(age=60)
    if why == "dead run":
        results.lock_of_the_dead()
    if why == "done":
        results.batch(HOT, FIRST, "equilibrate_liquids")
    results.log("equilibrate_liquids", HOT, FIRST, 0, ended=why == "failed", age=600 if why == "older than the run" else 0)
    assert "under way" not in lines(results)[0]
    assert f" {2 if why == 'done' else 0} of 2" not in lines(results)[0]


def test_a_run_that_cannot_be_seen_from_here_counts_as_at_work(results):
    results.lock(owner=False)
    results.log("equilibrate_liquids", HOT, FIRST, 0)
    assert "1 batch under way (samples: equilibrate_liquids 1 of 2)" in lines(results)[0]


def test_a_restart_folder_alone_is_nothing_under_way(results):
    results.lock()
    (results.folder / "restarts" / "equilibrate_liquids" / f"{HOT}_{FIRST}").mkdir(parents=True)
    assert "under way" not in lines(results)[0]


# --- what there is -----------------------------------------------------------------------------------------------------------------------------


def test_a_sample_is_flagged_once_whatever_the_steps_that_say_so(results):
    results.batch(HOT, FIRST, "equilibrate_liquids", flags=[(1, "not equilibrated")])
    results.batch(HOT, FIRST, "quench_samples", flags=[(0, "not converged"), (1, "not equilibrated")])
    results.batch(HOT, FIRST, *MEASURES, flags=[(0, "not converged")])
    assert ", 2 flagged" in lines(results)[0]


def test_a_finished_study_has_nothing_to_go(results):
    results.everything()
    hot, cold, overall, *_ = lines(results)
    assert [line.split(": ")[1] for line in (hot, cold)] == 2 * ["5 of 5 samples done, 5 prepared, 0 left, 0 flagged"]
    assert overall == "in all: 100 % of the predicted work done"


def test_costs(results):
    results.batch(HOT, FIRST, "equilibrate_liquids", "quench_samples", seconds=None)
    results.batch(HOT, FIRST, "find_modes", memory="-")
    results.batch(HOT, LAST, "find_modes", seconds=5.0, memory="300.5")
    results.average(HOT, "modes", seconds=2.5)
    results.whole()
    killed = results.folder / "benchmarks" / "quench_samples" / f"{HOT}_{FIRST}.tsv"
    killed.parent.mkdir()
    killed.touch()
    text = "\n".join(lines(results))
    table = read_table(COSTS, results.folder / "costs.parquet").set_index("step")
    expected = pd.DataFrame(
        {
            "point": [HOT, "", HOT, ""], "jobs": [1, 1, 2, 1], "samples": [0, 0, 3, 0], "seconds": [2.5, 1.0, 15.0, 1.0],
            "peak_memory": [200.0, 200.0, 300.5, 200.0],
        },
        index=pd.Index(["aggregate_modes", "collect_tables", "find_modes", "fit_study"], name="step"),
    )  # fmt: skip
    own = table[~table.index.str.startswith(("plot_", "write_"))]
    pd.testing.assert_frame_equal(own, expected, check_dtype=False, check_index_type=False)
    assert "wall time of ended jobs" in text
    (line,) = [line.split() for line in text.splitlines() if line.split()[:1] == ["find_modes"]]
    assert line == ["find_modes", "2", "15", "s", "5.00", "s", "300", "MB", "at", "most"]


@pytest.mark.parametrize("content", ["", "s\th:m:s\tmax_rss\n", "s\th:m:s\tmax_rss\n12.", "s\th:m:s\n12.0\t0:00:12\n", "12.0\t0:00", b"\xff\x00"])
def test_a_cost_that_was_half_written_is_passed_over(results, content):
    results.batch(HOT, FIRST, "find_modes", "pinch_bonds")
    path = results.folder / "benchmarks" / "find_modes" / f"{HOT}_{FIRST}.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert [row["step"] for row in status.cost_rows(Observer(results.study, results.directory).look(None))] == ["pinch_bonds"]


# --- what is not the study's -------------------------------------------------------------------------------------------------------------------


def test_foreign_files_change_nothing(results):
    """A system's own and a sync client's copies, wherever they may lie."""
    results.lock()
    results.batch(HOT, FIRST)
    results.log("equilibrate_liquids", HOT, SECOND, 2)
    results.average(HOT, "modes")
    before = lines(results)
    for path in sorted(path for path in results.folder.rglob("*") if path.is_file() and path.name != "costs.parquet"):
        for name in (f"._{path.name}", f"{path.stem} (conflict){path.suffix}", f"{path.name}~", f".sync.{path.name}"):
            path.with_name(name).write_bytes(b"\x00\xff nothing of ours")
    for folder in sorted(path for path in results.folder.rglob("*") if path.is_dir()):
        (folder / "N300_T0.7000 (conflict)").mkdir()
        (folder / ".DS_Store").write_bytes(b"\x00")
        (folder / "x.tsv").write_text("s\tmax_rss\n1.0\t1.0\n", encoding="utf-8")
    for name in (f"{HOT}_00000-00009", "N256_T0.7000_00000-00001", "a_b"):  # of another ladder, of other batches
        results.benchmark("find_modes", name, 1e6)
    (results.folder / "benchmarks" / "find_modes" / f"{COLD}_{FIRST}.tsv").mkdir()
    assert lines(results) == before


def test_batches_of_other_settings_are_not_done(results):
    results.batch(HOT, FIRST)
    results.batch(HOT, SECOND, identity="another seed")
    results.batch(HOT, LAST, *list(BATCH)[:2])
    results.batch(HOT, LAST, *MEASURES, identity="another seed")
    hot, _, overall, *notes = lines(results)
    assert hot.startswith("N = 256, T_p = 1: 2 of 5 samples done, 3 prepared, 3 left, 0 flagged; ")
    assert int(overall.split()[2]) < 30
    notes = [note for note in notes if note.startswith("note: ")]
    assert len(notes) == len(BATCH)
    assert notes[0] == (
        f"note: {HOT}/{SECOND}/liquids.parquet was made with another seed, ladder or other settings than those of the study, and is not counted: "
        "run the study again without it, or give it another name"
    )
    assert notes[-1].startswith(f"note: {HOT}/{SECOND}/bond_operator.parquet, {HOT}/{LAST}/bond_operator.parquet were made with another seed")
    assert not any("another" in str(row) for row in status.cost_rows(Observer(results.study, results.directory).look(None)))


def test_their_cost_does_not_count_either(results):
    results.batch(HOT, FIRST, "find_modes", identity="another seed", seconds=1e6)
    assert Observer(results.study, results.directory).look(None).scale("find_modes", HOT) == 1.0


@pytest.mark.parametrize("change", [{"seed": 8}, {"quench": {"tolerance": 1e-8}}, {"preparation": {"minimum_sweeps": 2001}}])
def test_a_finished_study_of_other_settings_is_not_finished(results, change):
    results.everything()
    config = results.study.config
    other = small(**{name: {**config[name], **value} if isinstance(value, dict) else value for name, value in change.items()})
    text = status.report_status(other, results.directory)
    assert "0 of 5 samples done" in text and "in all: 100 %" not in text
    assert "tables/" in text
    if set(change) == {"seed"}:
        assert "note: " + ", ".join(f"{label}/{batch}/liquids.parquet" for label, batch in ((HOT, FIRST), (HOT, SECOND), (HOT, LAST))) in text
    for one in results.study.aggregated[1:]:  # liquids know nothing of the quench
        assert f"note: {HOT}/{one.name}_estimates.parquet, {COLD}/{one.name}_estimates.parquet were made with" in text


def test_averages_and_tables_of_other_settings_are_named(results):
    results.everything()
    results.average(HOT, "pinching", identity="another seed")
    results.whole(identity="another seed")
    hot, cold, overall, *notes = lines(results)
    assert overall != "in all: 100 % of the predicted work done"
    of_ensembles, of_study = sorted(note for note in notes if note.startswith("note: "))
    assert of_ensembles.startswith(f"note: {HOT}/pinching_estimates.parquet was made with another seed, ladder or other settings")
    assert of_study.startswith("note: tables/") and " more files were made with another seed" in of_study


@pytest.mark.parametrize("content", [b"", b"PAR1 half", b"PAR1" + bytes(100) + b"PAR1"])
def test_a_damaged_table_is_named_and_not_counted(results, content):
    results.batch(HOT, FIRST)
    (results.folder / HOT / FIRST / "liquids.parquet").write_bytes(content)
    hot, _, _, note, *_ = lines(results)
    assert ": 0 of 5 samples done, 2 prepared, 5 left, 0 flagged" in hot
    assert note == f"note: {HOT}/{FIRST}/liquids.parquet cannot be read and is not counted: remove it and run again"


# --- any study ---------------------------------------------------------------------------------------------------------------------------------


def test_points_of_any_axes(tmp_path):
    axes = {"cooling": {"symbol": "q", "label": "q", "decimals": 1}}
    points = {"particles": 256, "parent_temperature": [1.0, 0.5], "cooling": [0.5, 1.0]}
    study = small(axes=axes, ensembles=[{"axes": points, "ladder": "parent_temperature", "measured": "last", "samples": 3, "batch": 2}])
    results = Results(study, tmp_path)
    results.batch("N256_T1.0000_q1.0", FIRST, "equilibrate_liquids")
    results.batch("N256_T0.5000_q1.0", FIRST)
    text = [line.split(";")[0] for line in lines(results)]
    assert text[:4] == [
        "N = 256, T_p = 1, q = 0.5: 0 of 3 samples done, 0 prepared, 3 left, 0 flagged",
        "N = 256, T_p = 1, q = 1: 2 of 3 samples done, 2 prepared, 1 left, 0 flagged",  # of a history: its glasses are not measured
        "N = 256, T_p = 0.5, q = 0.5: 0 of 3 samples done, 0 prepared, 3 left, 0 flagged",
        "N = 256, T_p = 0.5, q = 1: 2 of 3 samples done, 2 prepared, 1 left, 0 flagged",
    ]


def test_an_observable_that_is_not_chosen_is_not_waited_for(tmp_path):
    observables = {**small().config["observables"], "pinching": None, "soft_spots": None}
    results = Results(small(observables=observables), tmp_path)
    results.batch(HOT, FIRST, *(rule for rule in BATCH if rule != "pinch_bonds"))
    assert lines(results)[0].startswith("N = 256, T_p = 1: 2 of 5 samples done, 2 prepared")


def test_systems_that_an_observable_draws_itself(tmp_path, monkeypatch):
    """There is nothing to prepare, and N is no temperature's neighbour."""
    table = Table("spins", "numbers", (Column("energy", "double", NONE, "a number"),), of_samples=True)
    spins = Observable("spins", "toy", "", 99.0, rule="measure_spins", tables=(table,))
    left_out = dict.fromkeys(small().config["observables"])
    drawn = {"axes": {"particles": [100, 200]}, "samples": 3, "batch": 2, "origin": "drawn"}
    study = small(observables=left_out, ensembles=[drawn], against="particles", figures=[])
    known = declarations()
    monkeypatch.setattr("vitrine.study.declarations", lambda: {**known, "spins": spins})
    study = replace(study, observables={"spins": spins}, settings={"spins": {}})
    label, path = "N100", tmp_path / "results" / "small" / "N100" / FIRST / "spins.parquet"
    write_table(table, [table.row(sample=0), table.row(sample=1, flag="lost")], path, {"identity": study.identity(label, "measure", "spins")})
    first, second, *_ = status.report_status(study, tmp_path).splitlines()
    assert first.startswith("N = 100: 2 of 3 samples done, 1 left, 1 flagged; ")
    assert second.startswith("N = 200: 0 of 3 samples done, 3 left, 0 flagged; ")


def test_trajectories_and_fields_say_who_made_them(tmp_path):
    observables = {**small().config["observables"], "mean_squared_displacement": {}}
    study = small(observables=observables)
    results = Results(study, tmp_path)
    results.batch(HOT, FIRST)
    folder, own = results.folder / HOT / FIRST, study.identity(HOT, "trajectories")
    missing = Trajectory.missing(0, "lost")
    for identity, state in (("another seed", "foreign"), (own, "done")):
        write_trajectories(folder / "trajectories.gsd", [missing], {"identity": identity})
        (step,) = [step for step in steps_of_batches(study)[HOT] if step.rule == "record_trajectories"]
        assert found.found(step, folder).state == state
    field = Field("arrows", "of the sample", NONE)
    write_fields(folder / "arrows.gsd", field, [(0, None, {}, "lost")], {"identity": own})
    assert found.read_record(folder / "arrows.gsd").identity == own
    (folder / "arrows.gsd").write_bytes(b"half")
    assert found.read_record(folder / "arrows.gsd") is None


def test_what_has_not_changed_is_not_opened_again(results, monkeypatch):
    results.everything()
    monkeypatch.setattr(found, "SETTLED", -1.0)
    observer, opened = Observer(results.study, results.directory), []
    first = observer.look(None)
    monkeypatch.setattr(found, "read_record", lambda path, read=found.read_record: opened.append(path) or read(path))
    second = observer.look(None)
    assert second.lines == first.lines
    assert not any(path.parent.parent.name == HOT or path.parent.name == HOT for path in opened)
    (results.folder / HOT / FIRST / "modes.parquet").unlink()
    assert observer.look(None).points[0].done == 3


def test_a_folder_that_has_just_changed_is_looked_at_again(results):
    """Two files may come within the resolution of a folder's time."""
    results.batch(HOT, FIRST, seconds=None)
    observer = Observer(results.study, results.directory)
    folder = results.folder / HOT / FIRST
    assert observer.look(None).points[0].done == 2
    before = folder.stat()
    (folder / "modes.parquet").unlink()
    os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert observer.look(None).points[0].done == 0


@pytest.mark.parametrize("content", ["- a list", "study: [", None])
def test_a_config_that_cannot_be_read(tmp_path, content):
    file = tmp_path / "config.yaml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(InputError, match="config.yaml: ") as refused:
        merged_config([file])
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (89, "89 s"), (150, "2.5 min"), (3600, "60 min"), (9000, "2.5 h"), (172800, "2 days")])
def test_durations(seconds, text):
    assert duration(seconds) == text
