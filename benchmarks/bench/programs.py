"""Whole programs: CPU, wall and peak memory from start to end; only the standard library."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def spent(command: list[str], folder: Path, *, cap_s: float, **more: str) -> dict[str, Any]:
    """Run a command in a folder to its end, or until it has used `cap_s` CPU seconds."""

    started = time.perf_counter()
    with (folder / "errors").open("w+b") as errors:
        process = subprocess.Popen(  # noqa: S603  (our own programs)
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=errors,
            env={**os.environ, "PYTHONWARNINGS": "ignore", **more},
        )  # fmt: skip
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (int(cap_s), int(cap_s) + 5))
        _, code, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(code)
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip().splitlines()
    return {
        "status": "ok" if process.returncode == 0 else "failed",
        "note": "" if process.returncode == 0 else (said or [str(process.returncode)])[-1][:200],
        "cpu_s": used.ru_utime + used.ru_stime,
        "wall_s": time.perf_counter() - started,
        "peak_mb": used.ru_maxrss / 1024,
    }
