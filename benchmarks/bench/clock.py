"""The CPU seconds of a task."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def timed(task: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.process_time()
    found = task()
    return found, time.process_time() - begin
