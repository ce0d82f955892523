"""JSON as plain text: the same bytes in both stores, and a column that GDAL shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect


class JsonText(TypeDecorator[Any]):
    """Lists and dicts of plain values, kept as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401, ARG002  (SQLAlchemy's signature)
        """Return the text that is stored."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002
        """Return what was stored."""
        return None if value is None else json.loads(value)


def canonical(value: Any) -> str:  # noqa: ANN401  (any JSON value)
    """Return the one way to write a JSON value: keys sorted, no spaces, no NaN.

    Examples
    --------
    >>> canonical({"b": 1, "a": "网格"})
    '{"a":"网格","b":1}'
    """
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
