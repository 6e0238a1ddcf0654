"""A Slurm of one's own on this machine, for the tests: munged, slurmctld and slurmd, and for accounting slurmdbd with MariaDB.

No systemd: every daemon is a child in the foreground and is ended by its process id. All they write lies in one folder, but for slurm.conf and its
companions, which the commands inside a job find in their standard place alone. The node has two cores and a GPU that is none.
"""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import psutil

STANDARD = Path("/etc/slurm")
MARK = "# Written by a test of Vitrine, which removes it again. Process "
DAEMONS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "scontrol")
ACCOUNTING = ("slurmdbd", "sacct", "sacctmgr", "mariadbd", "mariadb-install-db")
ACCOUNT, CPUS = "glasses", 2

SLURM = """\
ClusterName=vitrine
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
SlurmUser=root
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=2
MinJobAge=3600
KillWait=2
GresTypes=gpu
SlurmdParameters=config_overrides
NodeName=localhost NodeAddr=127.0.0.1 NodeHostname=localhost CPUs={cpus} RealMemory=64000 Gres=gpu:1
PartitionName=short Nodes=localhost Default=YES MaxTime=INFINITE
PartitionName=long Nodes=localhost MaxTime=INFINITE
PartitionName=gpus Nodes=localhost MaxTime=INFINITE
"""
WITHOUT_ACCOUNTING = "AccountingStorageType=accounting_storage/none\n"
WITH_ACCOUNTING = """\
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=localhost
AccountingStoragePort={ports[2]}
AccountingStoragePass={folder}/munge.socket
AccountingStorageEnforce=associations
"""
SLURMDBD = """\
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost=localhost
DbdPort={ports[2]}
SlurmUser=root
PidFile={folder}/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=root
StorageLoc=slurm
"""
GRES = "Name=gpu File=/dev/null\n"


class Job(NamedTuple):
    """What Slurm knows of a job: `comment` names its rule and wildcards."""

    number: str
    state: str
    comment: str
    minutes: int
    megabytes: int
    cores: int
    partition: str
    account: str
    gpus: int


def obstacle(accounting: bool = False) -> str:
    """Why no Slurm can be started here; empty where one can."""
    for program in DAEMONS + ACCOUNTING * accounting:
        if shutil.which(program, path=search_path()) is None:
            packages = "slurmdbd mariadb-server" if program in ACCOUNTING else "slurm-wlm munge"
            return f"the program {program} is absent (apt install {packages})"
    if not STANDARD.is_dir():
        return f"the folder {STANDARD} is absent: this Slurm is not Debian's"
    if os.geteuid() != 0:
        return f"only root may write {STANDARD / 'slurm.conf'} and start slurmd"
    foreign = [path for path in map(STANDARD.joinpath, configuration()) if path.exists() and not left_behind(path.read_text(encoding="utf-8"))]
    return f"{foreign[0]} belongs to another Slurm" if foreign else ""


def left_behind(text: str) -> bool:
    """Whether a test that was killed left this file."""
    owner = re.match(re.escape(MARK) + r"(\d+)\n", text)
    return owner is not None and not psutil.pid_exists(int(owner[1]))


def configuration() -> dict[str, str]:
    """The files in the standard place."""
    return {"slurm.conf": SLURM, "gres.conf": GRES, "slurmdbd.conf": SLURMDBD}


def search_path() -> str:
    """PATH, with the folders that daemons lie in."""
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def wait_until(condition: Callable[[], object], seconds: float, what: str) -> object:
    """The first true value of `condition`, asked for ten times a second."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"no {what} within {seconds} s"
        time.sleep(0.1)
    return value


class Slurm:
    """A context: Slurm runs inside it. `folder` is empty, and takes everything but the files in the standard place."""

    def __init__(self, folder: Path, accounting: bool = False):
        self.folder, self.accounting, self.daemons = folder, accounting, []

    def __enter__(self) -> "Slurm":
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        values = {"folder": self.folder, "ports": free_ports(3), "cpus": CPUS}
        for name, text in configuration().items():
            if name == "slurm.conf":
                text += WITH_ACCOUNTING if self.accounting else WITHOUT_ACCOUNTING
            (STANDARD / name).write_text(f"{MARK}{os.getpid()}\n{text.format(**values)}", encoding="utf-8")
            (STANDARD / name).chmod(0o600 if name == "slurmdbd.conf" else 0o644)
        key, seed = self.folder / "munge.key", self.folder / "munge.seed"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        # NOTE: --force, because munged wants a folder that every user may enter, and that of a test is its owner's alone
        self.daemon("munged", "--foreground", "--force", f"--key-file={key}", f"--seed-file={seed}", f"--socket={self.folder / 'munge.socket'}",
                    f"--pid-file={self.folder / 'munged.pid'}", f"--log-file={self.folder / 'munge.log'}")  # fmt: skip
        wait_until((self.folder / "munge.socket").exists, 10, f"munged: {self.log('munged')}")
        if self.accounting:
            self.start_accounting()
        self.daemon("slurmctld", "-D")
        self.daemon("slurmd", "-D", "-N", "localhost")
        wait_until(lambda: "idle" in self.ask("sinfo", "--noheader", "--format=%t", check=False), 30, "idle node")

    def start_accounting(self) -> None:
        """A database, slurmdbd upon it, and an account for this user."""
        link = self.folder / "database.socket"
        common = ("--no-defaults", "--user=root", f"--datadir={self.folder / 'database'}", "--innodb-flush-method=nosync")
        self.ask("mariadb-install-db", *common, "--auth-root-authentication-method=socket", "--skip-test-db")
        self.daemon("mariadbd", *common, f"--socket={link}", "--skip-networking", f"--pid-file={self.folder / 'mariadbd.pid'}")
        wait_until(link.exists, 30, "database")
        self.daemon("slurmdbd", "-D", MYSQL_UNIX_PORT=str(link))
        wait_until(lambda: "vitrine" in self.ask("sacctmgr", "--immediate", "add", "cluster", "vitrine", check=False), 30, "slurmdbd")
        self.ask("sacctmgr", "--immediate", "add", "account", ACCOUNT)
        self.ask("sacctmgr", "--immediate", "add", "user", "root", f"account={ACCOUNT}")

    def daemon(self, program: str, *arguments: str, **environment: str) -> None:
        """Start a daemon in the foreground; its output is its log."""
        command = [shutil.which(program, path=search_path()), *arguments]
        with (self.folder / f"{program}.log").open("w") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **environment})
        self.daemons.append(process)

    def log(self, program: str) -> str:
        return (self.folder / f"{program}.log").read_text(errors="replace")

    def stop(self) -> None:
        """End the jobs, then the daemons in the reverse of their order, then remove what lies in the standard place."""
        try:
            if any(Path(process.args[0]).name == "slurmctld" for process in self.daemons):
                self.ask("scancel", "--user=root", check=False)
                wait_until(lambda: not self.unfinished(), 10, "end of all jobs")
        finally:
            for process in reversed(self.daemons):
                process.terminate()
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            self.daemons.clear()
            for name in configuration():
                (STANDARD / name).unlink(missing_ok=True)

    @staticmethod
    def ask(*command: str, check: bool = True) -> str:
        """Run a command of Slurm's and return what it says."""
        done = subprocess.run(
            [shutil.which(command[0], path=search_path()), *command[1:]],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0 or not check, done.stdout
        return done.stdout

    def jobs(self) -> list[Job]:
        """All jobs of this Slurm, in the order of their submission."""
        text = self.ask("scontrol", "--oneliner", "show", "jobs", check=False)
        return sorted((read_job(line) for line in text.splitlines() if line.startswith("JobId=")), key=lambda job: int(job.number))

    def unfinished(self) -> list[str]:
        """Numbers of the jobs that wait or run."""
        return self.ask("squeue", "--noheader", "--format=%i", check=False).split()

    def running(self, rule: str) -> Job | None:
        """A job of a rule that is under way."""
        return next((job for job in self.jobs() if job.state == "RUNNING" and job.comment.startswith(f"rule_{rule}_")), None)


def read_job(line: str) -> Job:
    """A line of `scontrol --oneliner show jobs`."""
    field = dict(re.findall(r"(\w+)=(\S*)", line))
    days, _, clock = field["TimeLimit"].rpartition("-")
    hours, minutes, _ = map(int, clock.split(":"))
    memory = field["MinMemoryNode"]
    megabytes = round(float(memory[:-1]) * {"M": 1, "G": 1024, "T": 1024**2}[memory[-1]])
    gpus = int(field.get("TresPerJob", "gres:gpu:0").rpartition(":")[2])
    return Job(
        field["JobId"], field["JobState"], field.get("Comment", ""), (int(days or 0) * 24 + hours) * 60 + minutes, megabytes,
        int(field["NumCPUs"]), field["Partition"], field["Account"], gpus,
    )  # fmt: skip


def kill_processes(number: str) -> int:
    """kill -9 every process of a job; returns how many there were."""
    killed = 0
    for process in psutil.process_iter():
        try:
            if process.environ().get("SLURM_JOB_ID") == number:
                process.kill()
                killed += 1
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return killed


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
