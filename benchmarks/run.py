"""Run the benchmarks one after the other, in the order of their page: what ``make bench`` does.

``.bench-venv/bin/python benchmarks/run.py [--quick] [--date YYYY-MM-DD]``; on two free cores about
two minutes with ``--quick``, which keeps nothing, and about an hour without.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench.page import in_order
from bench.runs import run_arguments

MORE = {"merge_growth": ["--ten"]}  # what a full run asks for besides


def main() -> None:
    """Run every benchmark that is there; a failure of one does not stop the others."""
    asked = run_arguments(__doc__)
    failed = []
    folder = Path(__file__).parent
    for script in in_order(folder.glob("*_*.py")):
        name = script.stem
        words = ["--quick"] if asked.quick else ["--date", asked.date, *MORE.get(name, [])]
        started = time.perf_counter()
        print(f"== {name}", flush=True)
        done = subprocess.run([sys.executable, str(script), *words], check=False)  # noqa: S603
        print(f"== {name}: {time.perf_counter() - started:.0f} s", flush=True)
        failed += [name] if done.returncode else []
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
