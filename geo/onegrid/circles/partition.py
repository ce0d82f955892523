"""Life circles together: their union per kind, and shared out by which facility is nearest on foot.

The union is cut along the borders between the parts of the street network that different
facilities are nearest to. Borders and outline are noded together once, so that neighbours share
every point, and are simplified as one coverage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.circles.places import join_places
from onegrid.circles.reach import facility_kinds
from onegrid.network.graph import US_PER_S, make_doors, towards
from onegrid.network.nearest import contraction_for, nearest_labels
from onegrid.network.snap import Joints
from onegrid.network.tags import EdgeFlag
from onegrid.network.times import usable_edges
from onegrid.standards import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.circles.places import Places
    from onegrid.network.arrays import Network
    from onegrid.standards import Profile

_S_PER_MIN = 60


def unite_circles(circles: gpd.GeoDataFrame, kinds: pd.Series[str]) -> gpd.GeoDataFrame:
    """Unite life circles of the same kind and time.

    Parameters
    ----------
    circles
        As `onegrid.circles.shape.life_circles` returns them.
    kinds
        Kind by facility id.

    Returns
    -------
    unions
        kind, minutes, area_m2, geometry, sorted by both.

    Examples
    --------
    >>> circles = gpd.GeoDataFrame({"facility_id": ["a", "b"], "minutes": 5.0},
    ...     geometry=[shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)], crs=4547)
    >>> unite_circles(circles, pd.Series("clinic", index=["a", "b"])).area_m2.tolist()
    [3.0]
    """
    kind = circles["facility_id"].map(kinds)
    groups = circles.geometry.groupby([kind.rename("kind"), circles["minutes"]])
    rows = [(*key, shapely.union_all(shapes.to_numpy())) for key, shapes in groups]
    found = pd.DataFrame(rows, columns=["kind", "minutes", "geometry"])
    found.insert(2, "area_m2", shapely.area(found["geometry"].to_numpy(dtype=object)))
    return gpd.GeoDataFrame(found, geometry="geometry", crs=circles.crs)


def share_circles(
    network: Network,
    facilities: gpd.GeoDataFrame,
    circles: gpd.GeoDataFrame,
    *,
    profile: Profile,
) -> gpd.GeoDataFrame:
    """Share out the united life circles of each kind and time by the nearest facility on foot.

    Every place belongs to the facility that is nearest from the street nearest to it.

    Parameters
    ----------
    network
        The walk network.
    facilities
        Points indexed by id, with a column ``kind``.
    circles
        Their life circles, as `onegrid.circles.shape.life_circles` draws them for the profile.
    profile
        Who walks.

    Returns
    -------
    shares
        kind, facility_id, minutes, area_m2, geometry in the network's CRS, sorted by kind, minutes
        and facility_id as text. The shares of one kind and time are a valid coverage: neighbours
        have neither gap nor overlap. A facility that is nearest nowhere has no row.

    Raises
    ------
    CrsError, InputError
        As `onegrid.circles.shape.life_circles`, and if a facility has no kind.

    Examples
    --------
    >>> from onegrid.circles.shape import life_circles
    >>> from onegrid.network.build import build_network
    >>> from onegrid.standards import profile
    >>> street = gpd.GeoDataFrame(geometry=shapely.from_wkt(["LINESTRING (0 0, 900 0)"]), crs=4547)
    >>> shops = gpd.GeoDataFrame({"kind": "market"}, index=["m1", "m2"],
    ...     geometry=shapely.points([[100, 0], [500, 0]]), crs=4547)
    >>> network = build_network(street)[0]
    >>> circles = life_circles(network, shops, minutes=(15,), profile=profile())
    >>> shares = share_circles(network, shops, circles, profile=profile())
    >>> shares.facility_id.tolist(), shares.bounds.maxx.iloc[0].round(-1).item()
    (['m1', 'm2'], 300.0)
    """
    kind = facility_kinds(facilities)
    unions = unite_circles(circles, pd.Series(kind, facilities.index.astype(str)))
    if not len(unions):
        return unions.assign(facility_id=())
    limit_s = float(unions["minutes"].max()) * _S_PER_MIN
    places = join_places(network, facilities, profile=profile)
    names, code = np.unique(kind[places.row].astype("str"), return_inverse=True)
    joints = _along_streets(network, places, profile)
    owner, walk_us = nearest_labels(
        towards(places.graph),
        places.coming,
        code.ravel().astype(np.int64),
        make_doors(places.graph, joints),
        limit_s=limit_s,
        contraction=contraction_for(network, profile, kinds=len(names), limit_s=limit_s),
    )
    tables = []
    for union in unions.itertuples():
        of_kind = np.searchsorted(names, union.kind)
        reached = np.flatnonzero(walk_us[of_kind] <= union.minutes * _S_PER_MIN * US_PER_S)
        who, shapes = _cut(union.geometry, joints.xy[reached], owner[of_kind, reached])
        columns = {"kind": union.kind, "facility_id": places.ids[who], "minutes": union.minutes}
        table = pd.DataFrame({**columns, "area_m2": shapely.area(shapes)}, index=range(len(who)))
        tables.append(gpd.GeoDataFrame(table, geometry=shapes, crs=network.crs))
    return pd.concat(tables, ignore_index=True)


def _along_streets(network: Network, places: Places, profile: Profile) -> Joints:
    """Return places every few metres along the walked streets on the surface, and of facilities."""
    below = (network.flags & np.uint16(EdgeFlag.UNDERGROUND)) != 0
    edges = np.flatnonzero(usable_edges(network, steps_allowed=profile.steps_allowed) & ~below)
    count = np.ceil(network.length_m[edges] / number("circle_raster_m")).astype(np.int64)
    joined = places.joints.edge >= 0
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    step_m = np.repeat(network.length_m[edges] / count, count)
    edge = np.concatenate([np.repeat(edges, count), places.joints.edge[joined]])
    along_m = np.concatenate([(place + 0.5) * step_m, places.joints.along_m[joined]])
    xy = shapely.get_coordinates(shapely.line_interpolate_point(network.lines[edge], along_m))
    _, first = np.unique(xy.round(3), axis=0, return_index=True)  # streets one above the other
    first.sort()
    return Joints(edge[first], along_m[first], np.zeros(len(first)), xy[first])


def _cut(
    whole: shapely.Geometry, xy: NDArray[np.float64], owner: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Return the owners of parts of an area, sorted, and the parts; by the nearest place.

    The parts are a coverage: noded together, dissolved and simplified together.
    """
    codes = np.unique(owner)
    if len(codes) == 1:
        return codes, np.array([whole], dtype=object)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(xy), extend_to=whole, ordered=True)
    )
    zones = [shapely.coverage_union_all(cells[owner == code]) for code in codes]
    lines = shapely.union_all([*shapely.boundary(zones), shapely.boundary(whole)])
    faces = shapely.get_parts(shapely.polygonize([lines]))
    inner = shapely.point_on_surface(faces)
    shapely.prepare(whole)
    inside = shapely.contains_properly(whole, inner)
    faces, inner = faces[inside], inner[inside]
    nearest = shapely.STRtree(shapely.points(xy)).query_nearest(inner, all_matches=False)[1]
    codes, parts = _without_crumbs(*_dissolve(faces, owner[nearest]))
    return codes, shapely.coverage_simplify(parts, number("circle_slack_m"))


def _dissolve(
    faces: NDArray[np.object_], owner: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    codes = np.unique(owner)
    parts = [shapely.coverage_union_all(faces[owner == code]) for code in codes]
    return codes, np.array(parts, dtype=object)


def _without_crumbs(
    codes: NDArray[np.int64], shapes: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Return the coverage with parts too small to draw given to the neighbour around them."""
    parts, row = shapely.get_parts(shapes, return_index=True)
    owner = codes[row]
    small = shapely.area(parts) < number("circle_least_m2")
    tree = shapely.STRtree(parts)
    for i in np.flatnonzero(small):  # few
        near = tree.query(parts[i], predicate="intersects")
        near = near[~small[near] & (owner[near] != owner[i])]
        shared_m = shapely.length(shapely.intersection(parts[i], parts[near]))
        if (shared_m > 0).any():
            owner[i] = owner[near[np.argmax(shared_m)]]
    return _dissolve(parts, owner)
