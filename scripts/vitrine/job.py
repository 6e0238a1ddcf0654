"""What every script of a rule does first: write its log, turn errors into sentences, and keep freed memory."""

from __future__ import annotations

import atexit
import errno
import logging
import sys
import time
from pathlib import Path

from vitrine.errors import InputError
from vitrine.memory import keep_freed_memory

PROCESSOR_TIME = "%.2f s of processor time, %.2f s of them to start"


def start_log(path: str | Path) -> logging.Logger:
    """Log to the rule's file; what its user can mend ends the job with a sentence there and on the terminal, anything else with its traceback.

    The last line says how much processor time the job took, and how much of that it took to start.
    """
    to_start = time.process_time()
    keep_freed_memory()
    log = logging.getLogger("vitrine")
    log.setLevel(logging.INFO)
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)

    atexit.register(lambda: log.info(PROCESSOR_TIME, time.process_time(), to_start))

    def report(kind: type, error: BaseException, trace: object) -> None:
        sentence = what_to_mend(error)
        if sentence:
            log.error("%s", sentence)
            print(f"Error: {sentence}", file=sys.stderr)
        else:
            log.error("%s", error, exc_info=(kind, error, trace))
            sys.__excepthook__(kind, error, trace)

    sys.excepthook = report
    return log


def what_to_mend(error: BaseException) -> str:
    """The sentence for bad input, Ctrl-C, a full disk or too little memory; empty for an error of the code's own."""
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return "interrupted: what is finished is kept, and the next run goes on from it"
    if isinstance(error, MemoryError):
        return f"the memory is full ({error}): run fewer jobs at a time (--cores), or ask for more (mem_mb); finished batches are kept"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full ({error}): make room and run again; finished batches are kept"
    return ""
