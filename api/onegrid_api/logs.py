"""What the service writes down while it runs: one JSON object a line, nobody's name in it."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any, Final

REQUESTS: Final = "onegrid_api.requests"
_TOLD: Final = ("method", "route", "status", "ms")


class JsonLines(logging.Formatter):
    """A record as a line; of an error its class and place, never the values it speaks of."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line.

        Examples
        --------
        >>> record = logging.LogRecord("onegrid_api", logging.ERROR, "", 1, "job %s", ("a1",), None)
        >>> json.loads(JsonLines().format(record))["message"]
        'job a1'
        """
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told: dict[str, Any] = {"at": at, "level": record.levelname, "logger": record.name,
                                "message": record.getMessage()}  # fmt: skip
        told |= {name: getattr(record, name) for name in _TOLD if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            told["error"] = type(error).__name__
            told["where"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)[-30:]
            ]
        return json.dumps(told, ensure_ascii=False)


def install(*, requests: bool) -> None:
    """Write what is logged to standard error as lines; with ``requests`` every answer too."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in ("onegrid", "onegrid_api"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.WARNING)
    logging.getLogger(REQUESTS).setLevel(logging.INFO if requests else logging.WARNING)
