"""Points of a table as doors on a walk network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.crs import in_crs
from onegrid.errors import InputError, Problem
from onegrid.network.graph import Doors, Graph, make_doors, towards, walk_graph
from onegrid.network.snap import Joints, has_place, join_edges

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from onegrid.network.build import Network
    from onegrid.standards import Profile

_SHOWN = 5  # ids named in one problem


@dataclass(frozen=True)
class Places:
    """Points joined to a network, sorted by id as text.

    ``ids`` object (places); ``row`` int64, each place's row in the table; ``points`` in the
    network's CRS; ``doors`` for walks that begin there, ``coming`` for walks that end there (the
    same unless slopes count); ``unreachable`` the ids farther than the joining limit from any
    usable edge, ``skipped`` those without a point.
    """

    graph: Graph
    ids: NDArray[np.object_]
    row: NDArray[np.int64]
    points: NDArray[np.object_]
    joints: Joints
    doors: Doors
    coming: Doors
    unreachable: tuple[str, ...]
    skipped: tuple[str, ...]


def join_places(network: Network, frame: gpd.GeoDataFrame, *, profile: Profile) -> Places:
    """Join the points of a table to a network.

    Parameters
    ----------
    network
        The network.
    frame
        Points indexed by id, with a CRS; null and empty points are allowed.
    profile
        Who walks.

    Raises
    ------
    CrsError
        If the table has no CRS.
    InputError
        If ids repeat, or a geometry is not a point.
    """
    text = frame.index.astype(str).to_numpy(dtype=object)
    row = np.argsort(text, kind="stable")
    ids = text[row]
    points = in_crs(frame, network.crs).geometry.to_numpy()[row]
    _check(ids, points)
    graph = walk_graph(network, profile)
    joints = join_edges(network, points, profile=profile)
    missing = ~has_place(points)
    far = (joints.edge < 0) & ~missing
    doors, coming = make_doors(graph, joints), make_doors(towards(graph), joints)
    lost = tuple(ids[far]), tuple(ids[missing])
    return Places(graph, ids, row, points, joints, doors, coming, *lost)


def _check(ids: NDArray[np.object_], points: NDArray[np.object_]) -> None:
    repeated = np.unique(ids[1:][ids[1:] == ids[:-1]])
    other = ids[~np.isin(shapely.get_type_id(points), (-1, 0))]  # -1 is null, 0 a point
    faults = {"DUPLICATE_ID": ("id is repeated", repeated), "GEOMETRY": ("not a point", other)}
    problems = [
        Problem(code, what, where="at " + ", ".join(at[:_SHOWN]), remedy="correct the table")
        for code, (what, at) in faults.items()
        if len(at)
    ]
    if problems:
        raise InputError(*problems)
