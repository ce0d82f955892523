"""The process that does one piece of work: ``python -m bench.child TASK``."""

from __future__ import annotations

import importlib
import os
import pickle
import resource
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def cpu_s() -> float:
    """Return the CPU seconds of this process and of those it waited for."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def peak_mb() -> float:
    """Return the peak of this process since it started."""
    status = Path("/proc/self/status")
    own_kb = float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    if status.exists():  # the figure of getrusage starts at the peak of the parent
        lines = status.read_text(encoding="ascii").splitlines()
        own_kb = next((float(x.split()[1]) for x in lines if x.startswith("VmHWM")), own_kb)
    return own_kb / 1024


class Clock:
    """Counts from its making; `report` stores what there is, in case the work is ended.

    A peer that works in another program tells the peak of that by a ``peak_mb`` of its own.
    """

    def __init__(self, answer: Path, keep: str | None, peak: Callable[[], float]) -> None:
        self._answer, self._keep, self._peak = answer, keep, peak
        self._cpu_s, self._wall_s = cpu_s(), time.perf_counter()

    def report(self, value: Any, **found: str) -> None:  # noqa: ANN401  (what the work returns)
        """Write what is known so far; the newest report is the answer."""
        spent = {
            "cpu_s": cpu_s() - self._cpu_s,
            "wall_s": time.perf_counter() - self._wall_s,
            "peak_mb": self._peak(),
        }
        if self._keep and value is not None:
            _write(Path(self._keep), value)
            value = value.told() if hasattr(value, "told") else len(value)
        _write(self._answer, {**spent, **found, "value": value})


def _write(path: Path, value: Any) -> None:  # noqa: ANN401  (anything)
    beside = path.with_suffix(".part")
    beside.write_bytes(pickle.dumps(value))
    beside.replace(path)


def main(task: str) -> None:
    """Do one piece of work.

    The function is a generator: it yields once when it has read its input, then partial values,
    and returns the value.
    """
    work, arguments, answer, keep, cap = pickle.loads(Path(task).read_bytes())  # noqa: S301
    module_name, name = work.split(":")
    module = importlib.import_module(module_name)
    steps = getattr(module, name)(*arguments)
    next(steps)
    soft = int(cpu_s() + cap) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + 5))
    clock = Clock(Path(answer), keep, getattr(module, "peak_mb", peak_mb))
    try:
        while True:
            clock.report(next(steps))
    except StopIteration as done:
        clock.report(done.value, status="ok", note="")
    except Exception as error:  # noqa: BLE001  (any failure of a peer is a result)
        where = traceback.extract_tb(error.__traceback__)[-1]
        said = (str(error).splitlines() or [""])[0][:120]
        note = f"{type(error).__name__}: {said} ({Path(where.filename).name}:{where.lineno})"
        clock.report(None, status="failed", note=note)


if __name__ == "__main__":
    main(sys.argv[1])
    sys.stdout.flush()
    os._exit(0)  # some libraries hang or crash when they are unloaded
