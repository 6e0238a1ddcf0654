"""The jobs of a study as their scripts see them, to be run one by one inside the test's own process.

Snakemake runs the workflow once with every script replaced by one that writes down its `snakemake` object; a job is then its real script with that
object, without the seconds that Snakemake and an interpreter take.
"""

from __future__ import annotations

import json
import logging
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

REPOSITORY = Path(__file__).resolve().parents[2]
RECORDER = """
import json
from pathlib import Path

def plain(names):
    return {"all": list(map(str, names)), "named": {k: v if isinstance(v, str) else list(map(str, v)) for k, v in names.items()}}

job = {name: plain(getattr(snakemake, name)) for name in ("input", "output", "log")}
job |= {"params": dict(snakemake.params.items()), "wildcards": dict(snakemake.wildcards.items())}
job |= {"config": snakemake.config, "rule": snakemake.rule, "threads": snakemake.threads, "script": Path(__file__).name}
Path(snakemake.log[0]).write_text(json.dumps(job))
for path in snakemake.output:
    Path(path).touch()
"""


class Names(list):
    """Inputs or outputs: a list, whose named entries are attributes and keys."""

    def __init__(self, recorded: dict) -> None:
        super().__init__(recorded["all"])
        self._named = recorded["named"]

    def items(self):
        """Named entries, as Snakemake gives them."""
        return self._named.items()

    def __getattr__(self, name):
        try:
            return self._named[name]
        except KeyError:
            raise AttributeError(name) from None

    def __getitem__(self, key):
        return self._named[key] if isinstance(key, str) else super().__getitem__(key)

    def get(self, name, default=None):
        """A named entry, or the default."""
        return self._named.get(name, default)


class Job:
    """One job; `run` executes its script in the present directory."""

    def __init__(self, recorded: dict, repository: Path) -> None:
        self.rule, self.script = recorded["rule"], repository / "scripts" / recorded["script"]
        self.input, self.output, self.log = (Names(recorded[name]) for name in ("input", "output", "log"))
        self.params = SimpleNamespace(**recorded["params"])
        self.wildcards = SimpleNamespace(**recorded["wildcards"])
        self.config, self.threads, self.scriptdir = recorded["config"], recorded["threads"], str(self.script.parent)

    def run(self) -> None:
        """Run the script; what it raises comes through, and the log it opened is closed."""
        log, hook = logging.getLogger("vitrine"), sys.excepthook
        before = list(log.handlers)
        try:
            runpy.run_path(str(self.script), init_globals={"snakemake": self}, run_name="__main__")
        finally:
            sys.excepthook = hook
            for handler in [handler for handler in log.handlers if handler not in before]:
                log.removeHandler(handler)
                handler.close()


def record(workflow, repository: Path, directory: Path, real: Path) -> list[Job]:
    """The jobs of a study. `workflow`: the fixture; `repository`: a copy of the workflow that may be spoilt; `real`: where the true scripts are."""
    for script in (repository / "scripts").glob("*.py"):
        script.write_text(RECORDER, encoding="utf-8")
    directory.mkdir()
    run = workflow(directory, repository=repository)
    run.succeed()
    return [Job(json.loads(path.read_text(encoding="utf-8")), real) for path in sorted((run.results / "logs").rglob("*.log"))]
