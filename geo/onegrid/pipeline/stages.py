"""Every stage leaves one log line, and its seconds in ``run.json``."""

from __future__ import annotations

import logging
import platform
import resource
import time
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from numba.core.event import Event, Listener, register

from onegrid.io.files import write_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = logging.getLogger("onegrid")


class _Compiling(Listener):
    """Says once that kernels are being compiled; a kernel found on disk makes no event."""

    def __init__(self) -> None:
        self._told = False

    def on_start(self, event: Event) -> None:
        del event
        if not self._told:
            self._told = True
            log.info("首次使用，正在编译计算内核（约 20 秒，只此一次）…")

    def on_end(self, event: Event) -> None:
        """Nothing to say: the stage tells its seconds."""


@cache
def _announce_compiling() -> None:
    register("numba:compile", _Compiling())  # type: ignore[no-untyped-call]  # numba has no types


class Run:
    """The stages of one command with their seconds; nothing of it goes into a result file.

    Examples
    --------
    >>> run = Run("merge")
    >>> with run.stage("合并网格"):
    ...     pass
    >>> list(run.seconds)
    ['合并网格']
    """

    def __init__(self, command: str) -> None:
        _announce_compiling()
        self.command = command
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str, **rows: int) -> Iterator[None]:
        """Log one stage: its name, rows in, seconds."""
        started = time.perf_counter()
        counts = " ".join(f"{key}={value}" for key, value in rows.items())
        log.info("%s… %s", name, counts)
        yield
        seconds = time.perf_counter() - started
        self.seconds[name] = round(seconds, 3)
        log.info("%s %s（%.1f 秒）", name, counts, seconds)

    def write(self, path: Path) -> None:
        """Write what varies from run to run: seconds, memory, versions."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        write_json(
            path,
            {
                "command": self.command,
                "seconds": self.seconds,
                "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
                "peak_memory_mb": round(usage.ru_maxrss / 1024),
                "python": platform.python_version(),
                "versions": {p: version(p) for p in ("onegrid", "numpy", "shapely", "geopandas")},
            },
        )
