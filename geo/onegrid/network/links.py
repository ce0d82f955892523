"""A network with one more street: what a planned link would change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from onegrid.errors import InputError, Problem
from onegrid.network.arrays import NO_ORDER
from onegrid.network.boxes import with_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.arrays import Network

_OF_BARRIERS: Final = (
    *("_sound", "barriers"),  # what was searched is sound, and a sound line keeps it so
    *("barrier_pieces", "barrier_segments", "barrier_tree"),
)


def with_link(network: Network, line: shapely.LineString) -> Network:
    """Return a network with a street more: the last edge, walked by everybody.

    Its ends join the nodes that lie there, digit for digit, as those of any street do; an end
    where no node is makes one. Order and skeleton are left out: they are those of the old network.

    Parameters
    ----------
    network
        The network.
    line
        The street, in its CRS.

    Raises
    ------
    InputError
        If it is not a line of some length with finite coordinates.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from onegrid.network.build import build_network
    >>> banks = gpd.GeoDataFrame(geometry=shapely.from_wkt(
    ...     ["LINESTRING (0 0, 90 0)", "LINESTRING (0 50, 90 50)"]), crs=4547)
    >>> with_link(build_network(banks)[0], shapely.LineString([(90, 0), (90, 50)])).ends.shape
    (3, 2)
    """
    vertices = _sound(line)
    ends_xy = vertices[[0, -1]]
    xy, ends = np.array(network.xy), np.empty(2, np.int32)
    for side, place in enumerate(ends_xy):  # two
        there = np.flatnonzero((xy[:, 0] == place[0]) & (xy[:, 1] == place[1]))
        if len(there) == 0:
            xy, there = np.vstack([xy, place]), np.array([len(xy)])
        ends[side] = there[0]
    unknown = np.full(len(vertices) if len(network.z_m) else 0, np.nan)
    longer = replace(
        network,
        xy=xy,
        ends=np.vstack([network.ends, ends]),
        length_m=np.append(network.length_m, shapely.length(line)),
        flags=np.append(network.flags, np.uint16(0)),
        vertices=np.vstack([network.vertices, vertices]),
        offsets=np.append(network.offsets, network.offsets[-1] + len(vertices)),
        name_id=_and_none(network.name_id),
        class_id=_and_none(network.class_id),
        crosses_id=_and_none(network.crosses_id),
        hours_id=_and_none(network.hours_id),
        z_m=np.append(network.z_m, unknown),
        **NO_ORDER,
        proof=lambda: True,  # what was read is proved already, to have been searched
    )
    known = {key: value for key, value in network.__dict__.items() if key in _OF_BARRIERS}
    if "street_tree" in network.__dict__:
        known["street_tree"] = with_line(network.street_tree, vertices, len(network.ends))
    longer.__dict__.update(known)
    return longer


def _sound(line: shapely.LineString) -> NDArray[np.float64]:
    """Return the places of a line."""
    xy = shapely.get_coordinates(line)
    straight = shapely.get_type_id(line) == shapely.GeometryType.LINESTRING
    if not (straight and np.isfinite(xy).all() and 0 < shapely.length(line) < np.inf):
        what = "the new street is not a line of some length"
        raise InputError(Problem("GEOMETRY", what, remedy="give two places or more, apart"))
    return np.asarray(xy + 0.0)  # equal numbers: -0.0 would be another place


def _and_none(ids: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.append(ids, np.int32(-1))
