"""What is looked at before any route: headers that keep pages at home, origins, sizes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders

from onegrid_api.errors import answer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
UPLOADS: Final = "/api/uploads"  # the route counts for itself, and writes to disk
_NO_TEXT: Final = "characters that are no text"
_ESCAPES: Final = re.compile(rb"\\u(0000|[dD][89abAB][0-9a-fA-F]{2}|[dD][c-fC-F][0-9a-fA-F]{2})")
BODY_BYTES_MAX: Final = 5_000_000


class SafeHeaders:
    """Add the headers that keep a page at home, where a route has not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


class OwnPages:
    """Refuse what a page of another origin sends, what is too large, and what is no text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        refusal, body = None, None
        if scope["type"] == "http":
            refusal = _refused(scope)
            if refusal is None and scope["method"] not in _SAFE and scope["path"] != UPLOADS:
                body = await _body(receive)
                refusal = _refused_body(body)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive if body is None else _again(body, receive), send)


def _refused(scope: Scope) -> ASGIApp | None:
    """Return the refusal of a request, by its head."""
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        return answer(422, "TEXT", _NO_TEXT, [])
    headers = Headers(scope=scope)
    origin = headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != headers.get("Host")
    if foreign and scope["method"] not in _SAFE:
        return answer(403, "CROSS_ORIGIN", "sent by a page of another site", [])
    return None


def _refused_body(body: bytes | None) -> ASGIApp | None:
    if body is None:
        return answer(413, "TOO_LARGE", f"more than {BODY_BYTES_MAX} bytes", [])
    return answer(422, "TEXT", _NO_TEXT, []) if _has_no_text(body) else None


def _has_no_text(body: bytes) -> bool:
    """Return whether JSON holds zero characters or halves of characters: no store keeps them."""
    if not _ESCAPES.search(body):
        return False
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        return False  # no JSON: the route says so
    return b"\\u0000" in text


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body, None if it is too large."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_BYTES_MAX:
            return None
        more = message.get("more_body", False)
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read already, then whatever comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message
