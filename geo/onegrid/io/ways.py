"""Turn OpenStreetMap ways into lines that join at their ends, and say which are walked.

The walking rules are those of OSMnx's ``network_type="walk"`` (highway class, ``area``, sidewalks
mapped apart), with one difference: ways that OSMnx leaves out only because they are private or
``foot=no`` are kept with that tag, so that the network knows them as closed and coverage can say
"closed" instead of "severed".
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from onegrid.crs import LONLAT
from onegrid.io.placing import HIGHEST_M, LOWEST_M
from onegrid.schema import ROADS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

NOT_WALKED: Final = re.compile(  # unanchored like OSMnx's own: "motor" is motorway too
    "abandoned|bus_guideway|construction|cycleway|motor|no|planned|platform|proposed|raceway|"
    "razed|rest_area|services"
)
_APART: Final = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
_WALLS: Final = ("wall", "fence", "city_wall", "hedge", "retaining_wall")
_WATER: Final = ("river", "canal", "stream", "drain", "ditch", "tidal_channel", "riverbank")
# an arm across a drive stops cars: whoever walks passes beside it unless `foot` says otherwise
_GATES: Final = ("gate", "sliding_gate", "wicket_gate", "kissing_gate", "turnstile")
_ARMS: Final = ("lift_gate", "swing_gate")
_COLUMNS: Final = {name.replace("_conditional", ":conditional"): name for name in ROADS.columns}


@dataclass
class Ways:
    """Ways as read: ids, nodes and their lon/lat (NaN: unknown), tags, street or barrier line.

    ``gates`` are the tags of nodes with a gate, ``heights_m`` those of nodes with a height.
    """

    ids: list[int] = field(default_factory=list)
    refs: list[Ints] = field(default_factory=list)
    xy: list[Floats] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    walked: list[bool] = field(default_factory=list)
    gates: dict[int, dict[str, str]] = field(default_factory=dict)
    heights_m: dict[int, float] = field(default_factory=dict)

    def add(self, way_id: int, refs: Ints, xy: Floats, tags: Mapping[str, str]) -> None:
        """Keep a way: a street, or else a barrier line."""
        street = is_walked(tags)
        kept = {ours: tags[name] for name, ours in _COLUMNS.items() if tags.get(name)}
        if not street:
            kept.pop("highway", None)  # with a street class it would be walked
        if tags.get("service") == "private":
            kept.setdefault("access", "private")
        self.ids.append(way_id)
        self.refs.append(refs)
        self.xy.append(xy)
        self.tags.append(kept)
        self.walked.append(street)

    def mark(self, node_id: int, tags: Mapping[str, str]) -> None:
        """Keep what a node says about a gate, or its height."""
        gate = gate_tags(tags)
        if gate:
            self.gates[node_id] = gate
        with suppress(ValueError):
            height_m = float(tags.get("ele", "nan").removesuffix("m"))
            if LOWEST_M < height_m < HIGHEST_M:
                self.heights_m[node_id] = height_m

    def unplaced(self) -> Ints:
        """Return the ids of nodes without a place, int64, sorted."""
        missing = [r[np.isnan(xy[:, 0])] for r, xy in zip(self.refs, self.xy, strict=True)]
        return np.unique(np.concatenate([*missing, np.empty(0, np.int64)]))

    def place(self, found: Mapping[int, tuple[float, float]]) -> None:
        """Give nodes the places that were found for them."""
        for row, (refs, xy) in enumerate(zip(self.refs, self.xy, strict=True)):
            if np.isnan(xy[:, 0]).any():
                places = [found.get(n, tuple(p)) for n, p in zip(refs.tolist(), xy, strict=True)]
                self.xy[row] = np.array(places, dtype=np.float64)


def is_kept(tags: Mapping[str, str]) -> bool:
    """Return whether a way is a street to walk on, or a barrier line."""
    return is_walked(tags) or is_barrier_line(tags)


def is_walked(tags: Mapping[str, str]) -> bool:
    """Return whether somebody may walk along a way, by OSMnx's rules but for private ways.

    Examples
    --------
    >>> is_walked({"highway": "steps"}), is_walked({"highway": "motorway_link"})
    (True, False)
    >>> is_walked({"highway": "pedestrian", "area": "yes"})
    False
    """
    highway = tags.get("highway", "")
    return (
        bool(highway)
        and not NOT_WALKED.search(highway)
        and "yes" not in tags.get("area", "")
        and not any("separate" in tags.get(name, "") for name in _APART)
    )


def is_barrier_line(tags: Mapping[str, str]) -> bool:
    """Return whether a way that is no street stops whoever walks: rails, water, walls."""
    return (
        bool(tags.get("railway")) or tags.get("waterway") in _WATER or tags.get("barrier") in _WALLS
    )


def gate_tags(tags: Mapping[str, str]) -> dict[str, str] | None:
    """Return what a node's tags say about passing its gate, or None if it has no gate.

    Examples
    --------
    >>> gate_tags({"barrier": "gate", "locked": "yes"})
    {'barrier': 'gate', 'access': 'private'}
    >>> gate_tags({"barrier": "lift_gate", "access": "private"})
    {'barrier': 'lift_gate'}
    """
    barrier = tags.get("barrier")
    if barrier not in (*_GATES, *_ARMS):
        return None
    names = ("foot", "access", "opening_hours") if barrier in _GATES else ("foot", "opening_hours")
    found = {name: tags[name] for name in names if tags.get(name)}
    if tags.get("locked") == "yes" and barrier in _GATES:
        found["access"] = "private"
    return {"barrier": barrier, **found}


def to_lines(ways: Ways) -> gpd.GeoDataFrame:
    """Cut ways where they share a node or pass a gate, and return them as the roads table.

    Parameters
    ----------
    ways
        As read. Nodes without a place (cut off by an extract) end a line.

    Returns
    -------
    lines
        Roads table in lon/lat. Ids are the way's id, with ``-1``, ``-2`` … when it was cut. The
        tags of a gate stand on the shorter of the two pieces beside it (the first if equal), so
        that whoever passes the gate walks a marked piece. Lines have heights where two nodes of
        their way have one: in between, and as far as the ends, they are interpolated.
    """
    position = _Positions.of(ways)
    first, last = position.pieces(ways)
    sizes = last - first + 1
    starts = np.cumsum(sizes) - sizes
    take = np.arange(sizes.sum()) - np.repeat(starts, sizes) + np.repeat(first, sizes)
    lines = shapely.linestrings(position.xy[take], indices=np.repeat(np.arange(len(first)), sizes))
    way = position.way[first]
    tags = [ways.tags[w] for w in way]
    _mark_gates(tags, _Ends(position.node[first], position.node[last], way, lines), ways.gates)
    lines = _with_heights(lines, position, take, ways.heights_m)
    columns = {name: np.array([t.get(name) for t in tags], dtype=object) for name in ROADS.columns}
    frame = gpd.GeoDataFrame(columns, geometry=np.atleast_1d(lines), crs=LONLAT)
    frame.index = _names(np.array(ways.ids, dtype=np.int64)[way])
    frame.index.name = ROADS.id
    return frame[shapely.length(frame.geometry.to_numpy()) > 0]


@dataclass
class _Positions:
    """Every node of every way in order: way number, node id, place, and links to the next."""

    way: Ints
    node: Ints
    xy: Floats
    linked: NDArray[np.bool_]

    @classmethod
    def of(cls, ways: Ways) -> _Positions:
        way = np.repeat(np.arange(len(ways.refs)), [len(r) for r in ways.refs])
        node = np.concatenate([*ways.refs, np.empty(0, np.int64)])
        xy = np.concatenate([*ways.xy, np.empty((0, 2))])
        known = np.isfinite(xy).all(axis=1)
        gone = np.cumsum(~known)
        known[1:] &= ~((node[1:] == node[:-1]) & (way[1:] == way[:-1]))  # a node named twice
        way, node, xy, gone = way[known], node[known], xy[known], gone[known]
        linked = (way[1:] == way[:-1]) & (gone[1:] == gone[:-1])
        return cls(way, node, xy, np.append(linked, False)[: len(way)])

    def pieces(self, ways: Ways) -> tuple[Ints, Ints]:
        """Return the first and last position of each piece."""
        street = np.array(ways.walked, dtype=np.bool_)[self.way]
        _, inverse = np.unique(self.node, return_inverse=True)
        uses = np.bincount(inverse[street], minlength=inverse.max(initial=-1) + 1)
        gates = np.fromiter(ways.gates, np.int64, len(ways.gates))
        cut = street & ((uses[inverse] > 1) | np.isin(self.node, gates))
        segment = np.flatnonzero(self.linked)
        fresh = np.ones(len(segment), dtype=np.bool_)
        fresh[1:] = (np.diff(segment) > 1) | cut[segment[1:]]
        first = segment[fresh]
        last = segment[np.append(fresh[1:], True)[: len(segment)]] + 1
        return first, last

    def heights_m(self, known: Mapping[int, float]) -> Floats:
        """Return the height of every position, NaN where fewer than two of its way are known."""
        z_m = np.full(len(self.node), np.nan)
        marked = np.flatnonzero(np.isin(self.node, np.fromiter(known, np.int64, len(known))))
        z_m[marked] = [known[node] for node in self.node[marked].tolist()]
        several = np.flatnonzero(np.bincount(self.way[marked]) > 1)
        for way in several.tolist():  # few ways have heights
            rows = np.arange(*np.searchsorted(self.way, [way, way + 1]))
            on = rows[np.isfinite(z_m[rows])]
            flat = self.xy[rows] * [np.cos(np.radians(self.xy[rows[0], 1])), 1.0]
            along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(flat, axis=0).T))])
            z_m[rows] = np.interp(along, along[on - rows[0]], z_m[on])
        z_m[~np.isin(self.way, several)] = np.nan
        return z_m


def _with_heights(
    lines: NDArray[np.object_], position: _Positions, take: Ints, known: Mapping[int, float]
) -> NDArray[np.object_]:
    """Return lines with the heights of their nodes; lines without stay flat."""
    if not known:
        return lines
    z_m = position.heights_m(known)[take]
    _, line = shapely.get_coordinates(lines, return_index=True)
    xyz = np.column_stack([position.xy[take], z_m])
    high = np.zeros(len(lines), dtype=np.bool_)
    high[line[np.isfinite(z_m)]] = True
    raised = shapely.linestrings(xyz, indices=line)
    return np.where(high, raised, lines)


@dataclass
class _Ends:
    start: Ints
    end: Ints
    way: Ints
    lines: NDArray[np.object_]


def _mark_gates(
    tags: list[dict[str, str]], ends: _Ends, of_node: Mapping[int, dict[str, str]]
) -> None:
    gates = np.fromiter(of_node, np.int64, len(of_node))
    length = _lengths_m(ends.lines)
    shortest: dict[tuple[int, int], int] = {}
    for side in (ends.start, ends.end):
        at_gate = np.flatnonzero(np.isin(side, gates)).tolist()
        for piece in at_gate:  # a few gates, not every line
            key = (int(side[piece]), int(ends.way[piece]))
            other = shortest.get(key, piece)
            shortest[key] = min(other, piece, key=lambda p: (length[p], p))
    for (node, _), piece in sorted(shortest.items()):
        closed = {n: v for n, v in tags[piece].items() if v in ("no", "private")}
        tags[piece] = tags[piece] | of_node[node] | closed


def _lengths_m(lines: NDArray[np.object_]) -> NDArray[np.float64]:
    # lon/lat to metres well enough to compare two neighbouring pieces
    def flat(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([xy[:, 0] * np.cos(np.radians(xy[:, 1])), xy[:, 1]]) * 111_195

    return np.asarray(shapely.length(shapely.transform(lines, flat)))


def _names(way_ids: Ints) -> list[str]:
    _, inverse, counts = np.unique(way_ids, return_inverse=True, return_counts=True)
    seen = np.zeros(len(counts), dtype=np.int64)
    names = []
    for way_id, at in zip(way_ids.tolist(), inverse.tolist(), strict=True):
        seen[at] += 1
        names.append(str(way_id) if counts[at] == 1 else f"{way_id}-{seen[at]}")
    return names
