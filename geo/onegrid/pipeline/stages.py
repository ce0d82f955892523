"""Every stage leaves one log line, and its seconds in ``run.json``."""

from __future__ import annotations

import logging
import platform
import resource
import time
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from onegrid.io.files import write_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = logging.getLogger("onegrid")


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
