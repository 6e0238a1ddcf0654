"""Whose the lock of a folder is: python -m vitrine.runs.locks removes the one of a run that was killed, and of no other.

Snakemake's lock does not say who holds it. So a run that has taken it lays a file beside it: machine, container, process, user. The lock is removed
only where that process could be seen from here and is gone; otherwise one sentence says what to do. The file goes with the lock.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import platform
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from vitrine.errors import InputError
from vitrine.files import whole_file

LOCKS = Path(".snakemake", "locks")
HERE = ("host", "boot", "container")  # what two processes share that can see each other
BY_HAND = f"if no run is at work in this folder, on any machine, remove the folder {LOCKS}"


def write_owner(directory: str | Path) -> None:
    """Say that this process is at work in `directory`. To be called by a run that holds Snakemake's lock."""
    owner = {**_identity(os.getpid()), "user": _user(), "date": datetime.now().astimezone().isoformat(timespec="seconds")}
    with whole_file(_own_file(directory)) as partial:
        partial.write_text(json.dumps(owner, indent=1) + "\n", encoding="utf-8")


def remove_owner(directory: str | Path) -> None:
    """This process is no longer at work in `directory`."""
    _own_file(directory).unlink(missing_ok=True)


def owners_states(directory: str | Path) -> set[str]:
    """Of the runs that have said that they are at work in `directory`: alive, dead, or unknown where that cannot be seen from here."""
    return {_state(_owner(file)) for file in Path(directory, LOCKS).glob("*.owner.json")}


def unlock(directory: str | Path) -> None:
    """Remove the locks of runs that are provably dead. Raises InputError where one is at work, or cannot be seen from here."""
    owners = {file: _owner(file) for file in sorted(Path(directory, LOCKS).glob("*.owner.json"))}
    locks = sorted(Path(directory, LOCKS).glob("*.lock"))
    if locks:
        _refuse_unless_dead(owners, locks)
    for file in (*locks, *(file for file, owner in owners.items() if _state(owner) == "dead")):
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(
                f"{file}: the lock of a run that is dead cannot be removed ({error.strerror}); remove it as the user who began it"
            ) from error


def _refuse_unless_dead(owners: Mapping[Path, dict], locks: list[Path]) -> None:
    for owner in owners.values():
        state = _state(owner)
        if state == "alive":
            raise InputError(f"another run ({_words(owner)}) is at work in this folder; wait for it, or end it")
        if state == "unknown":
            raise InputError(f"whether the run that locked this folder ({_words(owner)}) is at work cannot be seen from here; {BY_HAND}")
    # A run lays its file down after it has taken its lock: a lock that is younger than all files is of a run that has not yet said who it is.
    if not owners or max(_written(lock) for lock in locks) > max(map(_written, owners)):
        raise InputError(f"the lock of this folder does not say whose it is; {BY_HAND}")


def _written(file: Path) -> int:
    """When a file was written [ns]; one that went meanwhile is old."""
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _own_file(directory: str | Path) -> Path:
    name = hashlib.sha256(json.dumps(_identity(os.getpid())).encode()).hexdigest()[:16]
    return Path(directory, LOCKS, f"{name}.owner.json")


def _owner(file: Path) -> dict:
    """What a file says; nothing where it is damaged."""
    try:
        owner = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return owner if isinstance(owner, dict) else {}


def _state(owner: Mapping) -> str:
    """alive, dead, or unknown."""
    here, process = _identity(os.getpid()), owner.get("process")
    if not isinstance(process, int) or any(owner.get(name) != here[name] or not here[name] for name in HERE):
        return "unknown"
    began = _began(process)
    if began is None:
        return "dead"
    return "unknown" if "" in (began, owner.get("began")) else "alive" if began == owner.get("began") else "dead"


def _words(owner: Mapping) -> str:
    if not owner:
        return "its file is damaged"
    return f"process {owner.get('process')} of {owner.get('user')} on {owner.get('host')}, begun {owner.get('date')}"


def _identity(process: int) -> dict[str, object]:
    """What tells a process from every other one: its number comes again, on other machines, in other containers, after a restart, some day here."""
    return {"host": platform.node(), "boot": _boot(), "container": _container(), "process": process, "began": _began(process)}


def _boot() -> str:
    """Which start of the machine this is; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        import psutil

        return str(round(psutil.boot_time()))


def _container() -> str:
    """The namespace in which process ids count."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return "none" if sys.platform != "linux" else ""


def _began(process: int) -> str | None:
    """When a process began, in the system's own count; None where there is no such process, empty where the system does not say."""
    try:
        os.kill(process, 0)
    except PermissionError:
        pass  # somebody else's
    except (ProcessLookupError, OverflowError):
        return None
    try:
        state, *numbers = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return None if state in ("Z", "X") else numbers[18]
    except OSError:
        import psutil

        try:
            return str(psutil.Process(process).create_time())
        except psutil.Error:
            return ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def main() -> None:
    """Unlock this folder."""
    try:
        unlock(Path.cwd())
    except InputError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
