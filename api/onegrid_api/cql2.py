"""Filters in CQL2 text: which rows of a layer somebody wants, as `OGC 21-065r2` writes it.

Comparisons, ``LIKE``, ``BETWEEN``, ``IN``, ``IS NULL``, ``AND OR NOT``, and the relations of
shapes (``S_INTERSECTS(geometry, BBOX(114, 30, 115, 31))``). What is not known is neither true nor
false, as in SQL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np
import pandas as pd
import shapely

from onegrid_api.cql2_values import COMPARE, compared, like, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import geopandas as gpd

    Literal = str | float | bool

TEXT_MAX: Final = 4000
_DEPTH_MAX: Final = 40
_GEOMETRY: Final = "geometry"
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])"
    r"|'(?P<text>(?:[^']|'')*)'"
    r'|"(?P<quoted>[^"]+)"'
    r"|(?P<sign><>|<=|>=|[=<>(),])"
    r"|(?P<word>[^\W\d][\w.:]*))"
)
_RELATIONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "S_INTERSECTS": shapely.intersects, "S_DISJOINT": shapely.disjoint,
    "S_WITHIN": shapely.within, "S_CONTAINS": shapely.contains, "S_TOUCHES": shapely.touches,
    "S_CROSSES": shapely.crosses, "S_OVERLAPS": shapely.overlaps, "S_EQUALS": shapely.equals,
}  # fmt: skip
_SHAPES: Final = frozenset(
    {"POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON"}
)
_WORDS: Final = frozenset({"AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL"})
_TRUTH: Final = {"TRUE": True, "FALSE": False}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """The word in capitals, nothing for what is no word."""
        return self.text.upper() if self.kind == "word" else ""


def chosen(frame: gpd.GeoDataFrame, text: str, shapes: np.ndarray) -> np.ndarray:
    """Return which rows a filter lets through.

    Parameters
    ----------
    frame
        Rows, the index their id.
    text
        The filter.
    shapes
        The geometries of the rows in the CRS of the filter's own, x before y.

    Raises
    ------
    FilterError
        With the place where the filter is not understood.

    Examples
    --------
    >>> import geopandas as gpd
    >>> frame = gpd.GeoDataFrame({"people": [5, None]}, geometry=[None, None])
    >>> chosen(frame, "people > 3", frame.geometry.to_numpy()).tolist()
    [True, False]
    """
    if len(text) > TEXT_MAX:
        refuse(f"longer than {TEXT_MAX} characters", 0)
    found = _Reader(list(_tokens(text)), frame, shapes).filter()
    known: np.ndarray = pd.array(found, dtype="boolean").fillna(value=False).to_numpy(dtype=bool)
    return known


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            refuse(f"{text[at : at + 20]!r} is no part of a filter", at)
        kind = str(found.lastgroup)
        yield _Token(kind, str(found.group(kind)), at)
        at = found.end()
    yield _Token("end", "the end", end)


class _Reader:
    """Reads a filter once, from left to right, and answers it for all rows at a time."""

    def __init__(self, tokens: list[_Token], frame: gpd.GeoDataFrame, shapes: np.ndarray) -> None:
        self._tokens, self._frame, self._shapes = tokens, frame, shapes
        self._at = self._depth = 0

    def filter(self) -> Any:  # noqa: ANN401  (a nullable array)
        """Return the answer of the whole filter."""
        found = self._either()
        if self._next.kind != "end":
            self._odd("AND, OR or the end")
        return found

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self, *wanted: str) -> bool:
        """Step over a word or a sign if it is one of these."""
        token = self._next
        if token.word in wanted or (token.kind == "sign" and token.text in wanted):
            self._at += 1
            return True
        return False

    def _need(self, wanted: str) -> None:
        if not self._take(wanted):
            self._odd(wanted)

    def _odd(self, wanted: str) -> NoReturn:
        refuse(f"{wanted} expected, not {self._next.text!r}", self._next.at)

    def _either(self) -> Any:  # noqa: ANN401
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            refuse("too deep", self._next.at)
        found = self._both()
        while self._take("OR"):
            found = found | self._both()
        self._depth -= 1
        return found

    def _both(self) -> Any:  # noqa: ANN401
        found = self._one()
        while self._take("AND"):
            found = found & self._one()
        return found

    def _one(self) -> Any:  # noqa: ANN401
        turned = False
        while self._take("NOT"):
            turned = not turned
        if self._take("("):
            found = self._either()
            self._need(")")
        elif self._next.word in _RELATIONS:
            found = self._relation()
        else:
            found = self._comparison()
        return ~found if turned else found

    def _relation(self) -> Any:  # noqa: ANN401
        relate = _RELATIONS[self._next.word]
        self._at += 1
        self._need("(")
        one = self._place()
        self._need(",")
        other = self._place()
        self._need(")")
        there = ~shapely.is_missing(self._shapes)
        return pd.arrays.BooleanArray(np.broadcast_to(relate(one, other), there.shape) & there,
                                      ~there)  # fmt: skip

    def _place(self) -> Any:  # noqa: ANN401  (the rows' shapes, or one of the filter)
        token = self._next
        if token.text == _GEOMETRY:
            self._at += 1
            return self._shapes
        if token.word == "BBOX":
            self._at += 1
            self._need("(")
            sides = [self._number()]
            while self._take(","):
                sides.append(self._number())
            self._need(")")
            if len(sides) not in (4, 6):
                refuse("four or six numbers expected", token.at)
            half = len(sides) // 2
            return shapely.box(*sides[:2], *sides[half : half + 2])
        if token.word not in _SHAPES:
            self._odd(f"{_GEOMETRY}, BBOX or a shape")
        return self._shape(token)

    def _shape(self, token: _Token) -> shapely.Geometry:
        """Return a shape that is written as WKT."""
        self._at += 1
        parts, open_ = [token.word], 0
        while self._next.kind == "number" or self._next.text in {"(", ")", ","}:
            open_ += (self._next.text == "(") - (self._next.text == ")")
            parts.append(self._next.text)
            self._at += 1
            if open_ == 0:
                break
        try:
            shape = shapely.from_wkt(" ".join(parts))
        except shapely.GEOSException:
            refuse("no shape", token.at)
        if not shapely.is_valid(shape):
            refuse("the shape is not valid", token.at)
        return shape

    def _number(self) -> float:
        if self._next.kind != "number":
            self._odd("a number")
        self._at += 1
        return float(self._tokens[self._at - 1].text)

    def _comparison(self) -> Any:  # noqa: ANN401
        token = self._next
        values = self._column()
        turned = self._take("NOT")
        if self._take("LIKE"):
            found = like(values, self._literal(), token.at)
        elif self._take("BETWEEN"):
            low = compared(values, ">=", self._literal(), token.at)
            self._need("AND")
            found = low & compared(values, "<=", self._literal(), token.at)
        elif self._take("IN"):
            found = self._in(values, token.at)
        elif not turned and self._take("IS"):
            turned = self._take("NOT")
            self._need("NULL")
            found = pd.array(values.isna().to_numpy(), dtype="boolean")
        elif not turned and self._next.text in COMPARE and self._next.kind == "sign":
            self._at += 1
            found = compared(values, self._tokens[self._at - 1].text, self._literal(), token.at)
        else:
            self._odd("a comparison")
        return ~found if turned else found

    def _column(self) -> pd.Series[Any]:
        token = self._next
        if token.kind not in {"word", "quoted"} or token.word in _WORDS:
            self._odd("a property")
        self._at += 1
        if token.text == self._frame.index.name:
            names: pd.Series[Any] = self._frame.index.to_series()
            return names
        if token.text == _GEOMETRY or token.text not in self._frame:
            refuse(f"there is no property {token.text!r}", token.at)
        values: pd.Series[Any] = self._frame[token.text]
        return values

    def _in(self, values: pd.Series[Any], at: int) -> Any:  # noqa: ANN401
        self._need("(")
        found = compared(values, "=", self._literal(), at)
        while self._take(","):
            found = found | compared(values, "=", self._literal(), at)
        self._need(")")
        return found

    def _literal(self) -> Literal:
        token = self._next
        if token.kind not in {"number", "text"} and token.word not in _TRUTH:
            self._odd("a value")
        self._at += 1
        if token.kind == "number":
            return float(token.text)
        return _TRUTH[token.word] if token.word else token.text.replace("''", "'")
