"""What the columns of the roads table say about a line: walked, barred, flags, level, name."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

_NOT_WALKED = (
    *("motorway", "motorway_link", "construction", "proposed", "planned", "abandoned", "razed"),
    *("demolished", "disused", "raceway", "bus_guideway", "escape"),
)
_FOOT_ALLOWED = ("yes", "designated", "permissive", "official", "destination")
_SHUT = ("no", "private")
_GATES = ("gate", "lift_gate", "swing_gate", "sliding_gate", "kissing_gate", "turnstile")
_OPEN_BARRIERS = (*_GATES, "entrance", "bollard", "kerb", "block", "cycle_barrier", "height_limit")
_OPEN_RAILWAYS = (
    *("tram", "platform", "platform_edge", "abandoned", "disused", "razed", "dismantled"),
    *("construction", "proposed", "station", "crossing", "level_crossing"),
)
_UNSET = ("", "no", "none", "nan", "null", "false", "0")
_SURFACE_TUNNELS = ("building_passage", "covered", "arcade", "colonnade")


class EdgeFlag(IntFlag):
    """What an edge is; a profile decides what that costs, and whether it may be walked."""

    STEPS = 1
    CROSSING = 2
    GATE = 4
    CLOSED = 8  # access or foot is private or no, or a gate that is shut
    UNDERGROUND = 16
    BRIDGE = 32
    HALF_CROSSING = 64  # from the kerb to the middle of the road: half of the wait


def _tag(lines: gpd.GeoDataFrame, name: str) -> pd.Series[str]:
    """Return a text column in lower case; missing, unset and "no" are empty text."""
    text = _raw_tag(lines, name)
    return text.where(~text.isin(_UNSET), "")


def _raw_tag(lines: gpd.GeoDataFrame, name: str) -> pd.Series[str]:
    """Return a text column in lower case, where "no" is still "no"."""
    if name not in lines:
        return pd.Series("", index=lines.index, dtype="str")
    text: pd.Series[str] = lines[name].astype("str").fillna("").str.strip().str.lower()
    return text


def classify(lines: gpd.GeoDataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which lines are barriers, and which are walked."""
    highway, railway = _tag(lines, "highway"), _tag(lines, "railway")
    waterway, barrier = _tag(lines, "waterway"), _tag(lines, "barrier")
    barred = (highway == "") & ((railway != "") | (waterway != "") | (barrier != ""))
    allowed = ~highway.isin(_NOT_WALKED) | _raw_tag(lines, "foot").isin(_FOOT_ALLOWED)
    return barred.to_numpy(np.bool_), (~barred & allowed).to_numpy(np.bool_)


def passable(lines: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Return which barrier lines stop nobody: underground, on a viaduct, a tram, a row of posts."""
    railway, waterway, barrier = (_tag(lines, n) for n in ("railway", "waterway", "barrier"))
    over_or_under = (_tag(lines, "bridge") != "") | _underground(lines)
    open_kind = (
        (railway.isin(_OPEN_RAILWAYS) | (railway == ""))
        & (waterway == "")
        & (barrier.isin(_OPEN_BARRIERS) | (barrier == ""))
    )
    return (over_or_under | open_kind).to_numpy(np.bool_)


def _underground(lines: gpd.GeoDataFrame) -> pd.Series[bool]:
    tunnel = _tag(lines, "tunnel")
    return ((tunnel != "") & ~tunnel.isin(_SURFACE_TUNNELS)) | (_layer(lines) < 0)


def _layer(lines: gpd.GeoDataFrame) -> pd.Series[float]:
    return pd.to_numeric(_raw_tag(lines, "layer"), errors="coerce").fillna(0.0)


def flags(lines: gpd.GeoDataFrame) -> NDArray[np.uint16]:
    """Return the `EdgeFlag` bits of every line."""
    highway, foot, access = (_raw_tag(lines, n) for n in ("highway", "foot", "access"))
    crossing = (_tag(lines, "footway") == "crossing") | (highway == "crossing")
    gate = _tag(lines, "barrier").isin(_GATES) | (hours(lines) != "")
    shut_to_all = access.isin(_SHUT) & ~foot.isin(_FOOT_ALLOWED)
    marks = {
        EdgeFlag.STEPS: highway == "steps",
        EdgeFlag.CROSSING: crossing,
        EdgeFlag.GATE: gate,
        EdgeFlag.CLOSED: foot.isin(_SHUT) | shut_to_all,
        EdgeFlag.UNDERGROUND: _underground(lines),
        EdgeFlag.BRIDGE: _tag(lines, "bridge") != "",
    }
    flags = np.zeros(len(lines), dtype=np.uint16)
    for flag, marked in marks.items():
        flags[marked.to_numpy(np.bool_)] |= np.uint16(flag)
    return flags


def levels(lines: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Return a number per line that differs where bridge, tunnel or layer differ."""
    bridge = (_tag(lines, "bridge") != "").astype(np.int64)
    tunnel = (_tag(lines, "tunnel") != "").astype(np.int64)
    layer = _layer(lines).clip(-100, 100).round().astype(np.int64)
    return np.asarray(layer * 4 + bridge * 2 + tunnel, dtype=np.int64)


def hours(lines: gpd.GeoDataFrame) -> pd.Series[str]:
    """Return the text that says when a line may be walked, as it was written."""
    found = pd.Series("", index=lines.index, dtype="str")
    for name in ("opening_hours", "foot_conditional", "access_conditional"):
        if name in lines:
            found = found.where(found != "", lines[name].astype("str").fillna("").str.strip())
    return found


def text_ids(text: pd.Series[str]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Return the distinct texts, sorted, and which one each line has (-1: none).

    Examples
    --------
    >>> text_ids(pd.Series(["b", "", "a", None, "b"]))
    (('a', 'b'), array([ 1, -1,  0, -1,  1], dtype=int32))
    """
    plain = text.astype("str").str.strip()
    codes, texts = pd.factorize(plain.mask(plain == ""), sort=True)
    return tuple(str(each) for each in texts), codes.astype(np.int32)


def names(lines: gpd.GeoDataFrame) -> pd.Series[str]:
    """Return the street names."""
    return lines["name"] if "name" in lines else pd.Series("", index=lines.index, dtype="str")


def street_class(lines: gpd.GeoDataFrame) -> pd.Series[str]:
    """Return the street class in lower case, empty where there is none."""
    return _tag(lines, "highway")
