"""How often somebody whom nobody knows may write."""

from __future__ import annotations

import time
from collections import deque
from threading import Lock
from typing import Final

from onegrid.errors import LimitError, Problem

_WINDOW_S: Final = 3600.0
_OF_ONE_MAX: Final = 30  # a household may share an address, and so may a whole compound
_OF_ALL_MAX: Final = 3000  # what a district's workers could read through in an hour, and more
_SHARED: Final = frozenset({"", "127.0.0.1", "::1"})  # a proxy that does not say whom it asks for


class Brake:
    """Counts what came from each address in the last hour; addresses are never written down.

    Whoever comes through this machine itself may be everybody: only the sum is limited there.

    Examples
    --------
    >>> brake = Brake()
    >>> brake.count("here")
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._came: deque[tuple[float, str]] = deque()
        self._of: dict[str, int] = {}

    def count(self, address: str) -> None:
        """Count one more.

        Raises
        ------
        LimitError
            ``TOO_OFTEN``.
        """
        now = time.monotonic()
        with self._lock:
            while self._came and self._came[0][0] <= now - _WINDOW_S:
                gone = self._came.popleft()[1]
                self._of[gone] -= 1
                if not self._of[gone]:
                    del self._of[gone]
            too_many = address not in _SHARED and self._of.get(address, 0) >= _OF_ONE_MAX
            if too_many or len(self._came) >= _OF_ALL_MAX:
                remedy = "wait a while, or call the community"
                raise LimitError(Problem("TOO_OFTEN", "too many in one hour", remedy=remedy))
            self._came.append((now, address))
            self._of[address] = self._of.get(address, 0) + 1
