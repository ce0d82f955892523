"""How often somebody may ask: so that nobody takes the service from the others."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, Final

from onegrid.errors import LimitError, Problem
from onegrid_api.errors import answer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from onegrid_api.senders import Senders

_KEPT_MAX: Final = 20_000  # those that have not asked for longest are forgotten
_PATHS: Final = ("/api/", "/ogc")
_HOUR_S: Final = 3600
_WRITES_OF_ONE: Final = 30  # an hour; a household may share an address, and so may a compound
_WRITES_OF_ALL: Final = 3000  # an hour: what a district's workers could read through, and more


class Pace:
    """Each may do something ``at_once`` times at a stretch, and ``per_s`` more every second.

    Who it was is never written down.

    Examples
    --------
    >>> pace = Pace(per_s=0, at_once=1)
    >>> pace.may("one"), pace.may("one"), pace.may("two")
    (True, False, True)
    """

    def __init__(self, *, per_s: float, at_once: int) -> None:
        self._per_s, self._at_once = per_s, float(at_once)
        self._left: dict[str, tuple[float, float]] = {}  # how often still, and when
        self._lock = Lock()

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._left)

    def may(self, who: str) -> bool:
        """Return whether somebody may now, and count it if so."""
        with self._lock:
            now_s = time.monotonic()
            left, seen_s = self._left.pop(who, (self._at_once, now_s))
            left = min(left + (now_s - seen_s) * self._per_s, self._at_once)
            allowed = left >= 1
            self._left[who] = (left - allowed, now_s)  # who asked last is the last in the row
            if len(self._left) > _KEPT_MAX:
                del self._left[next(iter(self._left))]
            return allowed


class Paced:
    """Answers 429 to an address that has asked too often; one that many share is let through."""

    def __init__(self, app: ASGIApp, *, pace: Pace, senders: Senders) -> None:
        self._app, self._pace, self._senders = app, pace, senders

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["path"].startswith(_PATHS):
            address = self._senders.of(scope.get("client"))
            if address and not self._pace.may(address):
                refusal = answer(429, "TOO_OFTEN", "too many requests from this address", [])
                refusal.headers["Retry-After"] = "1"
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


class Brake:
    """How often those may write whom nobody knows: each address, and all of them together."""

    def __init__(self, senders: Senders) -> None:
        self._senders = senders
        self._one = Pace(per_s=_WRITES_OF_ONE / _HOUR_S, at_once=_WRITES_OF_ONE)
        self._all = Pace(per_s=_WRITES_OF_ALL / _HOUR_S, at_once=_WRITES_OF_ALL)

    def count(self, host: str) -> None:
        """Count one more.

        Raises
        ------
        LimitError
            ``TOO_OFTEN``.
        """
        address = self._senders.address(host)
        if (address and not self._one.may(address)) or not self._all.may(""):
            remedy = "wait a while, or call the community"
            raise LimitError(Problem("TOO_OFTEN", "too many in one hour", remedy=remedy))
