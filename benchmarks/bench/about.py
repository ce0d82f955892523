"""What a result says of where and on what it was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.cases import ABOUT
from bench.machine import machine, versions

if TYPE_CHECKING:
    from collections.abc import Generator


def about() -> Generator[dict[str, Any], None, dict[str, Any]]:
    """Return the machine and the versions."""
    yield {}
    return {"machine": machine(), "versions": versions()}


def of_case(name: str) -> Generator[str, None, str]:
    """Return what a case is."""
    yield ""
    return ABOUT[name]
