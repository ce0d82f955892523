"""The machine and the versions a result was measured with; no name of a host, no path."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator

_PACKAGES = (
    "access",
    "geopandas",
    "highspy",
    "igraph",
    "libpysal",
    "maup",
    "networkit",
    "numba",
    "numpy",
    "onegrid",
    "pandana",
    "pandarm",
    "pygeoda",
    "pymetis",
    "rustworkx",
    "scipy",
    "shapely",
    "spopt",
)


def about() -> Generator[dict[str, Any], None, dict[str, Any]]:
    """Return the machine and the versions, as a piece of work."""
    yield {}
    return {"machine": machine(), "versions": versions()}


def machine() -> dict[str, Any]:
    """Return what matters of this machine."""
    memory_kb = 0.0
    if Path("/proc/meminfo").exists():
        first = Path("/proc/meminfo").read_text(encoding="ascii").split()
        memory_kb = float(first[1])
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory_kb / 2**20),
        "processor": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """Return the versions of the packages that were measured, of those that are installed."""
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
