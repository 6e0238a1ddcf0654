"""What every script of a rule does first: write its log, and turn errors into sentences."""

from __future__ import annotations

import atexit
import logging
import sys
import time
from pathlib import Path

from vitrine.errors import InputError

PROCESSOR_TIME = "%.2f s of processor time, %.2f s of them to start"


def start_log(path: str | Path) -> logging.Logger:
    """Log to the rule's file; an InputError ends the job with its sentence there and on the terminal, anything else with its traceback.

    The last line says how much processor time the job took, and how much of that it took to start.
    """
    to_start = time.process_time()
    log = logging.getLogger("vitrine")
    log.setLevel(logging.INFO)
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)

    atexit.register(lambda: log.info(PROCESSOR_TIME, time.process_time(), to_start))

    def report(kind: type, error: BaseException, trace: object) -> None:
        if issubclass(kind, InputError):
            log.error("%s", error)
            print(f"Error: {error}", file=sys.stderr)
        else:
            log.error("%s", error, exc_info=(kind, error, trace))
            sys.__excepthook__(kind, error, trace)

    sys.excepthook = report
    return log
