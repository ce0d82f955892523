"""How often one address may ask: so that nobody takes the service from the others."""

from __future__ import annotations

import ipaddress
import time
from typing import TYPE_CHECKING, Final

from onegrid_api.errors import answer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_KEPT_MAX: Final = 20_000  # addresses; those that have not asked for longest are forgotten
_PATHS: Final = ("/api/", "/ogc")


class Paced:
    """Answers 429 to an address that has asked too often; addresses are never written down.

    Each may ask ``at_once`` times at a stretch, and gets ``per_s`` more asks every second. Who asks
    from the machine itself is let through: behind a proxy that does not say whom it asks for, that
    is everybody.
    """

    def __init__(self, app: ASGIApp, *, per_s: float, at_once: int) -> None:
        self._app, self._per_s, self._at_once = app, per_s, float(at_once)
        self._left: dict[str, tuple[float, float]] = {}  # asks left, and when

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["path"].startswith(_PATHS):
            address = str((scope.get("client") or ("",))[0])
            if not _is_here(address) and not self._may(address, time.monotonic()):
                refusal = answer(429, "TOO_OFTEN", "too many requests from this address", [])
                refusal.headers["Retry-After"] = "1"
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _may(self, address: str, now_s: float) -> bool:
        left, seen_s = self._left.pop(address, (self._at_once, now_s))
        left = min(left + (now_s - seen_s) * self._per_s, self._at_once)
        allowed = left >= 1
        self._left[address] = (left - allowed, now_s)  # the last that asked is the last in the row
        if len(self._left) > _KEPT_MAX:
            del self._left[next(iter(self._left))]
        return allowed


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False  # a name given by a test, or a socket
