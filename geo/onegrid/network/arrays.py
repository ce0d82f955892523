"""The walk network: compact arrays of nodes and edges."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from pyproj.exceptions import CRSError

from onegrid.crs import is_metric
from onegrid.errors import NetworkError, Problem
from onegrid.network.boxes import make_tree
from onegrid.network.tags import EdgeFlag

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from onegrid.network.boxes import Tree

_OF_SHAPES = (
    *("_sound", "lines", "barriers", "street_tree"),
    *("barrier_pieces", "barrier_segments", "barrier_tree"),
)


# What a network has that was not ordered: a change of its nodes or edges makes an order useless.
NO_ORDER: Final[dict[str, Any]] = {
    "rank": np.empty(0, np.int32),
    "skeleton_offsets": np.empty(0, np.int64),
    "skeleton": np.empty(0, np.uint32),
}


def _unread() -> bool:
    return True


@dataclass(frozen=True, eq=False)
class Network:
    """A walk network in a metric CRS; every edge is walked both ways.

    ``xy`` float64 (nodes, 2); ``ends`` int32 (edges, 2); ``length_m`` float64 (edges);
    ``flags`` uint16 (edges) of `EdgeFlag`; the points of edge e, from ``ends[e, 0]`` to
    ``ends[e, 1]``, are ``vertices[offsets[e]:offsets[e + 1]]``, and their heights in metres
    ``z_m``, float64, which is empty where no height is known (NaN: not known for that edge).
    ``name_id``, ``class_id`` and ``hours_id`` int32 (edges) are places in ``names``, ``classes``
    (of streets) and ``hours`` (texts of opening hours), -1 for none; ``crosses_id`` int32 (edges)
    is the class of the road that a crossing crosses. ``barrier_xy`` float64 (points, 2) and
    ``barrier_offsets`` are lines that nobody crosses off a street; ``barrier_names`` are theirs,
    "" for none. ``rank`` int32 is the place of
    each node in the order of elimination; ``skeleton_offsets`` int64 (nodes + 1) and ``skeleton``
    uint32 are the arcs of `onegrid.network.skeleton`. All are empty if not computed.

    ``source`` is the file it was read from; ``proof`` says whether that file holds what was once
    written, and is asked before the arrays are trusted (`require_sound`), not when it is opened.
    """

    crs: str
    xy: NDArray[np.float64]
    ends: NDArray[np.int32]
    length_m: NDArray[np.float64]
    flags: NDArray[np.uint16]
    vertices: NDArray[np.float64]
    offsets: NDArray[np.int64]
    name_id: NDArray[np.int32]
    names: tuple[str, ...]
    class_id: NDArray[np.int32]
    classes: tuple[str, ...]
    crosses_id: NDArray[np.int32]
    hours_id: NDArray[np.int32]
    hours: tuple[str, ...]
    barrier_xy: NDArray[np.float64]
    barrier_offsets: NDArray[np.int64]
    z_m: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    rank: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    skeleton_offsets: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    skeleton: NDArray[np.uint32] = field(default_factory=lambda: np.empty(0, np.uint32))
    barrier_names: tuple[str, ...] = ()
    source: str = ""
    proof: Callable[[], bool] = _unread

    @cached_property
    def lines(self) -> NDArray[np.object_]:
        """The edges as LineStrings, made once."""
        self.require_sound()
        return _linestrings(self.vertices, self.offsets)

    @cached_property
    def barriers(self) -> NDArray[np.object_]:
        """The barriers as LineStrings, made once."""
        self.require_sound()
        return _linestrings(self.barrier_xy, self.barrier_offsets)

    @cached_property
    def street_tree(self) -> Tree:
        """The straight pieces of the edges, packed for the search of the nearest; made once."""
        self.require_sound()
        return make_tree(self.vertices, self.offsets)

    @cached_property
    def barrier_pieces(self) -> Tree:
        """The straight pieces of the barriers, packed for the search of crossings; made once."""
        self.require_sound()
        return make_tree(self.barrier_xy, self.barrier_offsets)

    @cached_property
    def barrier_segments(self) -> NDArray[np.float64]:
        """The straight pieces of the barriers, float64 (pieces, 4) as x, y, x, y, made once."""
        self.require_sound()
        last = np.zeros(len(self.barrier_xy), dtype=np.bool_)
        last[self.barrier_offsets[1:] - 1] = True
        start = np.flatnonzero(~last)
        return np.hstack([self.barrier_xy[start], self.barrier_xy[start + 1]])

    @cached_property
    def barrier_tree(self) -> shapely.STRtree:
        """Index of `barrier_segments`: a river of 10,000 points is searched piece by piece."""
        return shapely.STRtree(shapely.linestrings(self.barrier_segments.reshape(-1, 2, 2)))

    def opened(self) -> Network:
        """Return the network with every closed edge open: what gates and private roads cost."""
        return self.with_flags(self.flags & np.uint16(~EdgeFlag.CLOSED & 0xFFFF))

    def with_flags(self, flags: NDArray[np.uint16]) -> Network:
        """Return the network with other flags on its edges."""
        twin = replace(self, flags=flags)
        # What was made of the shapes alone need not be made again.
        twin.__dict__.update({k: v for k, v in self.__dict__.items() if k in _OF_SHAPES})
        return twin

    def only_edge(self, edge: int) -> Network:
        """Return a network of all nodes and one edge."""
        points = slice(self.offsets[edge], self.offsets[edge + 1])
        one = slice(edge, edge + 1)
        return replace(
            self,
            ends=self.ends[one],
            length_m=self.length_m[one],
            flags=self.flags[one],
            vertices=self.vertices[points],
            offsets=np.array([0, points.stop - points.start]),
            name_id=self.name_id[one],
            class_id=self.class_id[one],
            crosses_id=self.crosses_id[one],
            hours_id=self.hours_id[one],
            z_m=self.z_m[points],
            **NO_ORDER,
            proof=_unread,
        )

    def require_sound(self) -> None:
        """Refuse arrays that do not fit each other: an index out of range would crash a kernel.

        Raises
        ------
        NetworkError
            If they do not, or the file they were read from is damaged.
        """
        if not self._sound:
            what = "the network is damaged: its arrays do not fit each other"
            remedy = "make it again with `onegrid network SOURCE --out FILE`"
            raise NetworkError(Problem("NETWORK_FILE", what, self.source, remedy=remedy))

    @cached_property
    def _sound(self) -> bool:
        edges, nodes = len(self.ends), len(self.xy)
        ids = (
            (self.name_id, self.names),
            (self.class_id, self.classes),
            (self.crosses_id, self.classes),
            (self.hours_id, self.hours),
        )
        return bool(
            self.proof()
            and edges > 0
            and all(len(a) == edges for a in (self.length_m, self.flags))
            and all(len(a) == edges and _within(a, -1, len(texts)) for a, texts in ids)
            and len(self.offsets) == edges + 1
            and _runs(self.offsets, len(self.vertices))
            and _runs(self.barrier_offsets, len(self.barrier_xy))
            and _within(self.ends, 0, nodes)
            and np.isfinite(self.xy).all()
            and np.isfinite(self.vertices).all()
            and np.isfinite(self.length_m).all()
            and self.length_m.min() > 0
            and len(self.z_m) in (0, len(self.vertices))
            and (len(self.rank) == 0 or _is_permutation(self.rank, nodes))
            and (len(self.skeleton_offsets) == 0 or self._has_sound_skeleton())
            and _metric(self.crs)
        )

    def _has_sound_skeleton(self) -> bool:
        """Return whether every arc of the skeleton leads to a rank there is."""
        offsets, nodes = self.skeleton_offsets, len(self.xy)
        return bool(
            len(self.rank) == nodes
            and len(offsets) == nodes + 1
            and offsets[0] == 0
            and offsets[-1] == len(self.skeleton)
            and (np.diff(offsets) >= 0).all()
            and self.skeleton.max(initial=0) < nodes
        )


def _linestrings(xy: NDArray[np.float64], offsets: NDArray[np.int64]) -> NDArray[np.object_]:
    lines: NDArray[np.object_] = shapely.linestrings(
        xy, indices=np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    )
    return lines


def _runs(offsets: NDArray[np.int64], total: int) -> bool:
    """Return whether offsets part an array into lines of two points or more."""
    steps = np.diff(offsets)
    return bool(len(offsets) and offsets[0] == 0 and offsets[-1] == total and (steps > 1).all())


def _within(values: NDArray[np.int32], low: int, high: int) -> bool:
    return bool(values.min() >= low and values.max() < high)


def _is_permutation(rank: NDArray[np.int32], count: int) -> bool:
    seen = np.zeros(count, dtype=np.bool_)
    if len(rank) != count or not _within(rank, 0, count):
        return False
    seen[rank] = True
    return bool(seen.all())


def _metric(crs: str) -> bool:
    try:
        return is_metric(crs)
    except CRSError:
        return False
