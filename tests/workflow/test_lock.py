"""A lock goes when its owner is provably dead, and only then; otherwise one sentence says what to do."""

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_makefile import clone, with_environment  # noqa: F401 - clone is a fixture
from vitrine.errors import InputError
from vitrine.runs import locks
from vitrine.runs.locks import remove_owner, unlock, write_owner

REPOSITORY = Path(__file__).resolve().parents[2]
SNAKEFILE = """
import sys
sys.path.insert(0, {scripts!r})
from pathlib import Path
from vitrine.runs.locks import remove_owner, write_owner

onstart:
    write_owner(Path.cwd())

onsuccess:
    remove_owner(Path.cwd())

onerror:
    remove_owner(Path.cwd())

rule all:
    output: "done"
    script: "wait.py"
"""
WAIT = "import time; from pathlib import Path; Path('started').touch(); time.sleep({seconds}); Path(snakemake.output[0]).touch()"


def locked(folder, *names):
    """Snakemake's locks."""
    place = folder / ".snakemake" / "locks"
    place.mkdir(parents=True, exist_ok=True)
    for name in names or ("0.input.lock", "0.output.lock"):
        (place / name).write_text("results/a\n", encoding="utf-8")
    return place


def owned(folder, **changes):
    """Locks, and beside them the owner's file: of this process, but for `changes`."""
    place = locked(folder)
    write_owner(folder)
    (file,) = place.glob("*.owner.json")
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **changes}), encoding="utf-8")
    return file


def ended():
    """The number of a process that is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def names(folder):
    return sorted(path.name for path in (folder / ".snakemake" / "locks").iterdir())


def kept(folder):
    """The sentence with which the locks are kept."""
    before = names(folder)
    with pytest.raises(InputError) as error:
        unlock(folder)
    assert names(folder) == before and "\n" not in str(error.value)
    return str(error.value)


def test_an_owner_says_host_process_user_and_date(tmp_path):
    owner = json.loads(owned(tmp_path).read_text(encoding="utf-8"))
    assert (owner["host"], owner["process"]) == (platform.node(), os.getpid())
    assert owner["user"] and owner["date"].startswith("20") and owner["boot"] and owner["container"] and owner["began"]
    remove_owner(tmp_path)
    assert names(tmp_path) == ["0.input.lock", "0.output.lock"]
    remove_owner(tmp_path)  # twice is no error


def test_the_lock_of_a_process_that_is_gone_is_removed(tmp_path):
    owned(tmp_path, process=ended())
    unlock(tmp_path)
    assert names(tmp_path) == []


def test_the_lock_of_a_process_whose_number_another_one_has_is_removed(tmp_path):
    owned(tmp_path, began="1")
    unlock(tmp_path)
    assert names(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="what a zombie is, Linux says")
def test_a_process_that_has_ended_and_was_not_waited_for_is_gone(tmp_path):
    child = subprocess.Popen(["sleep", "60"])
    owned(tmp_path, process=child.pid, began=locks._began(child.pid))
    assert "at work" in kept(tmp_path)
    child.kill()
    time.sleep(0.2)
    unlock(tmp_path)
    assert names(tmp_path) == []
    child.wait()


def test_the_lock_of_a_live_run_is_kept(tmp_path):
    owned(tmp_path)
    assert f"another run (process {os.getpid()} of " in kept(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_the_lock_of_another_users_live_run_is_kept(tmp_path):
    """Seen by a user who may not send it a signal."""
    file = owned(tmp_path)
    code = "import os, sys; sys.path.insert(0, sys.argv[1]); from vitrine.runs import locks; os.seteuid(65534); print(locks._began(int(sys.argv[2])))"
    done = subprocess.run([sys.executable, "-c", code, str(REPOSITORY / "scripts"), str(os.getpid())], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == json.loads(file.read_text(encoding="utf-8"))["began"]
    assert "at work" in kept(tmp_path)


@pytest.mark.parametrize("changes", [{"host": "elsewhere"}, {"boot": "another"}, {"container": "pid:[1]"}, {"process": "many"}], ids=str)
def test_the_lock_of_a_run_that_cannot_be_seen_is_kept(tmp_path, changes):
    """On another machine, before this one's last start, in another container: whether its process lives is not known here."""
    owned(tmp_path, **{"process": ended(), **changes})
    sentence = kept(tmp_path)
    assert "cannot be seen from here" in sentence and "remove the folder .snakemake/locks" in sentence
    assert f"on {changes.get('host', platform.node())}, begun 20" in sentence


@pytest.mark.parametrize("missing", ["boot", "container", "began"])
def test_where_a_system_does_not_say_enough_the_lock_is_kept(tmp_path, monkeypatch, missing):
    monkeypatch.setattr(locks, f"_{missing}", lambda *process: "")
    owned(tmp_path)
    assert "cannot be seen from here" in kept(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "{}"])
def test_a_damaged_owner_keeps_the_lock(tmp_path, content):
    owned(tmp_path).write_text(content, encoding="utf-8")
    assert "its file is damaged" in kept(tmp_path) or "cannot be seen" in kept(tmp_path)


def test_a_lock_without_an_owner_is_kept(tmp_path):
    locked(tmp_path)
    assert "does not say whose it is; if no run is at work in this folder, on any machine, remove the folder" in kept(tmp_path)


def test_a_lock_younger_than_a_dead_owner_is_kept(tmp_path):
    """A second run that has taken its lock and not yet said who it is."""
    file = owned(tmp_path, process=ended())
    locked(tmp_path, "1.output.lock")
    later = file.stat().st_mtime_ns + 10**9
    os.utime(tmp_path / ".snakemake" / "locks" / "1.output.lock", ns=(later, later))
    assert "does not say whose it is" in kept(tmp_path)


def test_one_live_owner_of_two_keeps_all_locks(tmp_path):
    dead = owned(tmp_path, process=ended())
    shutil.copy2(dead, dead.with_name("other.owner.json"))
    write_owner(tmp_path)
    assert "at work" in kept(tmp_path)


def test_where_nothing_is_locked_nothing_is_said(tmp_path):
    unlock(tmp_path)
    owned(tmp_path, host="elsewhere")
    for lock in (tmp_path / ".snakemake" / "locks").glob("*.lock"):
        lock.unlink()
    unlock(tmp_path)


@pytest.fixture
def run(tmp_path):
    """A function that starts a Snakemake whose one job waits for so many seconds, and returns when the job has begun."""
    started = []

    def start(seconds):
        (tmp_path / "Snakefile").write_text(SNAKEFILE.format(scripts=str(REPOSITORY / "scripts")), encoding="utf-8")
        (tmp_path / "wait.py").write_text(WAIT.format(seconds=seconds), encoding="utf-8")
        (tmp_path / "started").unlink(missing_ok=True)
        command = [sys.executable, "-m", "snakemake", "--cores", "1", "--quiet", "all"]
        process = subprocess.Popen(command, cwd=tmp_path, start_new_session=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        started.append(process)
        limit = time.monotonic() + 60
        while not (tmp_path / "started").exists() and time.monotonic() < limit:
            time.sleep(0.05)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_a_run_of_snakemake_from_its_lock_to_its_end(tmp_path, clone, run):  # noqa: F811
    """While it lives its lock is kept, when it was killed the next `make unlock` removes it, and a run that ends leaves nothing."""
    process = run(60)
    refused = with_environment(tmp_path, "unlock")
    assert refused.returncode != 0
    sentence, trouble = refused.stdout.splitlines()
    assert sentence.startswith(f"Error: another run (process {process.pid} of ") and trouble.startswith("make: ***")
    assert "0.output.lock" in names(tmp_path)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert "0.output.lock" in names(tmp_path)
    done = with_environment(tmp_path, "unlock")
    assert (done.returncode, done.stdout) == (0, "")
    assert names(tmp_path) == []
    process = run(0)
    assert process.wait(timeout=60) == 0 and (tmp_path / "done").exists()
    assert not (tmp_path / ".snakemake" / "locks").exists()
