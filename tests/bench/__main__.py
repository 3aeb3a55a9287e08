"""All benchmarks at their default sizes, one process each so that peak memory is each one's own: `python -m tests.bench`."""

from __future__ import annotations

import subprocess
import sys

for name in ("availability", "tickets", "backups", "history"):
    print(f"== {name}", flush=True)
    subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=True)
