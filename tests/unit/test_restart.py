"""Runs that are killed go on to the same bits; broken and foreign restart files are passed over; the walltime ends a run in order."""

import numpy as np
import pytest
from naive import PLANAR, poly
from vitrine.errors import InputError
from vitrine.models import glass_former
from vitrine.preparation.liquids import equilibrate_liquid, random_starts
from vitrine.preparation.restart import Keeper, Restarts

EVERY = 50
DYNAMICS = {
    "engine": "builtin",
    "device": "cpu",
    "time_step": 0.005,
    "steps_per_sweep": 4,
    "exchanges_per_particle": 0.5,
    "thermostat": "bussi",
    "thermostat_time": 0.5,
    "pressure": None,
    "barostat_time": 2.0,
    "cooling_rate": 0.5,
    "hold_time": 8.0,
    "halvings": 1,
}
SETTINGS = {
    "swap_fraction": 0.2,
    "swap_range": 0.35,
    "target_acceptance": 0.25,
    "tuning_sweeps": 25,
    "overlap_length": 0.3,
    "restart_sweeps": EVERY,
    "hamiltonian": {"trajectory_time": 0.2, "exchanges_per_particle": 2.0, "target_acceptance": 0.8},
    "swap_gpu": {"device": "cpu", "look_sweeps": 10},
    "dynamics": DYNAMICS,
}
SWEEPS = 320  # of every run that is not a cooling's
KOB_ANDERSEN = {"dimension": 3, "density": 1.2, "small_fraction": 0.2, "cutoff": 2.5, "cutoff_of": "AA"}
BINARY = {
    "dimension": 2, "density": 0.86, "exponent": 10, "cutoff": 1.48, "truncation": "force_shift", "smoothness": 3, "large_fraction": 0.5,
    "sigma_ab": 1.18, "sigma_bb": 1.4,
}  # fmt: skip
ENGINES = ["builtin", pytest.param("hoomd", marks=pytest.mark.hoomd)]
CASES = {
    "swap": ("swap", poly, 140, {}),
    "hamiltonian": ("hamiltonian", poly, 140, {}),
    "swap_gpu": ("swap_gpu", poly, 140, {}),
    "hybrid": ("hybrid", lambda: poly(size_levels=6), 140, {}),
    "dynamics": ("dynamics", lambda: glass_former("binary_ipl", BINARY), 100, {"thermostat": "langevin"}),
    "cooling": ("cooling", lambda: glass_former("kob_andersen", KOB_ANDERSEN), 160, {"thermostat": "mttk", "pressure": 1.0}),
}


def settings(case, engine, **changes):
    sampler, _, _, dynamics = CASES[case]
    return {**SETTINGS, "sampler": sampler, **changes, "dynamics": {**DYNAMICS, "engine": engine, **dynamics, **changes.get("dynamics", {})}}


def start_of(case, temperature=1.3):
    _, model, particles, _ = CASES[case]
    return next(random_starts(model(), particles, temperature, [3], seed=5))


class Killed(BaseException):
    """What a signal does."""


@pytest.fixture
def killing(monkeypatch):
    """A function that lets the runs be killed right after their n-th saving from now on."""
    save = Keeper.save

    def after(number):
        left = iter(range(number - 1, -1, -1))

        def save_and_die(self, *parts):
            save(self, *parts)
            if next(left, 1) == 0:
                raise Killed

        monkeypatch.setattr(Keeper, "save", save_and_die)

    yield after
    monkeypatch.undo()


def run(case, engine, folder, walltime=None, origin="origin"):
    if engine == "hoomd" and case != "swap":
        pytest.importorskip("hoomd", reason="HOOMD-blue (envs/hoomd.yaml) cannot be imported")
    return equilibrate_liquid(start_of(case), 1.0, 9, settings(case, engine), SWEEPS, Restarts(folder, EVERY, origin, walltime))


def same(first, second):
    (a, run_a), (b, run_b) = first, second
    for name in ("positions", "sizes", "box"):
        assert np.array_equal(getattr(a, name), getattr(b, name)), name
    assert (a.flag, a.provenance) == (b.flag, b.provenance)
    for name, value in vars(run_a).items():
        assert value == getattr(run_b, name) or (value != value and getattr(run_b, name) != getattr(run_b, name)), name


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES)
def test_a_killed_run_goes_on_to_the_same_bits(case, engine, tmp_path, killing):
    if case in ("swap", "hamiltonian", "swap_gpu") and engine == "hoomd":
        pytest.skip("Monte Carlo is built in")
    undisturbed = run(case, engine, tmp_path / "undisturbed")
    deaths = 0
    for saving in (2, 1, 3):  # each attempt dies after so many savings of its own
        killing(saving)
        with pytest.raises(Killed):
            run(case, engine, tmp_path / "killed")
        deaths += 1
    killing(10**6)
    same(run(case, engine, tmp_path / "killed"), undisturbed)
    same(run(case, engine, tmp_path / "killed"), undisturbed)  # a finished run is found finished
    assert deaths == 3


@pytest.mark.parametrize("damage", ["truncated", "emptied", "flipped", "other origin", "other start"])
def test_a_file_that_does_not_serve_is_passed_over(damage, tmp_path, killing):
    undisturbed = run("swap", "builtin", tmp_path / "undisturbed")
    killing(3)
    with pytest.raises(Killed):
        run("swap", "builtin", tmp_path / "killed", origin="another" if damage == "other origin" else "origin")
    killing(10**6)
    (file,) = (tmp_path / "killed").iterdir()
    content = bytearray(file.read_bytes())
    if damage == "truncated":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "emptied":
        file.write_bytes(b"")
    elif damage == "flipped":
        for place in range(len(content) // 3, len(content), len(content) // 7):
            content[place] ^= 0xFF
        file.write_bytes(content)
    elif damage == "other start":
        other = next(random_starts(poly(), 140, 1.3, [4], seed=5))
        equilibrate_liquid(
            other.moved(other.positions, index=3), 1.0, 9, settings("swap", "builtin"), SWEEPS, Restarts(tmp_path / "killed", EVERY, "origin")
        )
    same(run("swap", "builtin", tmp_path / "killed"), undisturbed)


def test_what_is_stored_depends_on_where_it_is_stored_alone(tmp_path):
    """Storing more often takes the chain up anew more often: another chain, of the same physics. The interval is part of a sample's identity."""
    start = start_of("swap")
    often, rarely = (
        equilibrate_liquid(start, 1.0, 9, settings("swap", "builtin"), SWEEPS, Restarts(tmp_path / str(every), every, "origin"))[0]
        for every in (50, 100)
    )
    assert not np.array_equal(often.positions, rarely.positions)


def test_the_walltime_ends_a_run_in_one_sentence(tmp_path):
    sentences = 0
    for _ in range(100):
        try:
            end = run("swap", "builtin", tmp_path / "short", walltime=1e-9)
            break
        except InputError as error:
            assert "walltime_minutes is over" in str(error) and "run again" in str(error) and "\n" not in str(error)
            sentences += 1
    assert sentences >= SWEEPS // EVERY  # every saving ended a run
    same(end, run("swap", "builtin", tmp_path / "undisturbed"))


def test_a_batch_that_is_done_leaves_nothing(tmp_path):
    restarts = Restarts(tmp_path / "batch", EVERY, "origin")
    equilibrate_liquid(start_of("swap"), 1.0, 9, settings("swap", "builtin"), SWEEPS, restarts)
    assert list((tmp_path / "batch").iterdir())
    restarts.clear()
    assert not (tmp_path / "batch").exists()
    restarts.clear()  # nothing to clear is no error


@pytest.mark.parametrize("engine", ENGINES)
def test_a_time_step_that_blows_up_is_halved_and_then_flagged(engine, tmp_path, caplog):
    if engine == "hoomd":
        pytest.importorskip("hoomd", reason="HOOMD-blue (envs/hoomd.yaml) cannot be imported")
    start = start_of("dynamics")
    wild = settings("dynamics", engine, dynamics={"time_step": 0.4, "halvings": 2, "thermostat": "bussi"})
    with caplog.at_level("WARNING", logger="vitrine"):
        liquid, run = equilibrate_liquid(start, 1.0, 9, wild, SWEEPS, Restarts(tmp_path, EVERY, "origin"))
    assert run is None and liquid.flag.startswith("blew up at step ") and "time step 0.1" in liquid.flag
    assert [word in record.message for record, word in zip(caplog.records, ("0.4", "0.2", "0.1"), strict=True)] == [True] * 3
    assert all("sample 3" in record.message for record in caplog.records)
    tame = settings("dynamics", engine, dynamics={"time_step": 0.4, "halvings": 6, "thermostat": "bussi"})
    liquid, run = equilibrate_liquid(start, 1.0, 9, tame, SWEEPS, Restarts(tmp_path / "tame", EVERY, "origin"))
    assert run is not None and run.step < 0.1 and liquid.provenance["time_step"] == run.step


def test_a_flaw_in_a_history_stays():
    """What blew up on its way down is no glass of this history, however well it does at the next temperature."""
    start = start_of("cooling")
    flawed = start.moved(start.positions, flag="blew up at step 7 with time step 0.005")
    quick = settings("cooling", "builtin", dynamics={"hold_time": 0.4, "cooling_rate": 5.0})
    for one in (start, flawed):
        liquid, run = equilibrate_liquid(one, 1.0, 9, quick, SWEEPS)
        assert liquid.flag == run.flag == one.flag and run.sweeps == 20


def test_planar_samples_restart_too(tmp_path, killing):
    start = next(random_starts(poly(**PLANAR), 100, 1.3, [0], seed=5))
    whole = equilibrate_liquid(start, 0.9, 9, settings("swap", "builtin"), SWEEPS, Restarts(tmp_path / "whole", EVERY, "origin"))
    killing(2)
    with pytest.raises(Killed):
        equilibrate_liquid(start, 0.9, 9, settings("swap", "builtin"), SWEEPS, Restarts(tmp_path / "killed", EVERY, "origin"))
    killing(10**6)
    same(equilibrate_liquid(start, 0.9, 9, settings("swap", "builtin"), SWEEPS, Restarts(tmp_path / "killed", EVERY, "origin")), whole)
