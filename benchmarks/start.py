"""What a job takes before its first sample: the interpreter, the library, its compiled kernels. python -m benchmarks.start prints JSON."""

from __future__ import annotations

import json
import time

import vitrine.compile
import vitrine.measures.job

from benchmarks.memory import peak_bytes

if __name__ == "__main__":
    vitrine.compile.main()
    print(json.dumps({"seconds": time.process_time(), "megabytes": peak_bytes() / 1e6}))
