"""Where a facility may go: buildings, street corners or blocks of streets, thinned out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.coverage.fixes import best_in_squares
from onegrid.network.tags import EdgeFlag

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.network.build import Network

_CORNER_STREETS = 3  # a corner is where this many pieces of street meet


def candidate_buildings(
    people: gpd.GeoDataFrame, *, weight: str, spacing_m: float
) -> gpd.GeoDataFrame:
    """Return the building with most `weight` in every square, indexed by its own id.

    Parameters
    ----------
    people
        PEOPLE table; buildings without anybody are candidates too.
    weight
        A column of counts.
    spacing_m
        Side of the squares.

    Examples
    --------
    >>> homes = gpd.GeoDataFrame({"people": [3, 9, 1]}, index=["a", "b", "c"], crs=4547,
    ...     geometry=gpd.points_from_xy([10, 20, 450], [10, 20, 10]))
    >>> candidate_buildings(homes, weight="people", spacing_m=100).index.tolist()
    ['b', 'c']
    """
    found = best_in_squares(people, [weight], spacing_m=spacing_m)
    return _as_candidates(found.index, found)


def candidate_corners(network: Network, *, spacing_m: float) -> gpd.GeoDataFrame:
    """Return one street corner per square: where three or more walkable pieces of street meet.

    Corners are named by their place in metres; of several in a square the one where most pieces
    meet is taken, then the one farthest west, then south.
    """
    open_ = (network.flags & (EdgeFlag.CLOSED | EdgeFlag.UNDERGROUND)) == 0
    meeting = np.bincount(network.ends[open_].ravel(), minlength=len(network.xy))
    corner = np.flatnonzero(meeting >= _CORNER_STREETS)
    xy = network.xy[corner]
    return _best_places(network, xy, meeting[corner], spacing_m)


def candidate_blocks(network: Network, *, spacing_m: float) -> gpd.GeoDataFrame:
    """Return one place per block that streets enclose, on the street nearest to its middle.

    Blocks are named by that place in metres; of several in a square the largest is taken, then the
    one farthest west, then south.
    """
    open_ = (network.flags & (EdgeFlag.CLOSED | EdgeFlag.UNDERGROUND)) == 0
    whole = shapely.node(shapely.MultiLineString(network.lines[open_].tolist()))
    blocks = shapely.get_parts(shapely.polygonize([whole]))
    middle = shapely.point_on_surface(blocks)
    side = shapely.boundary(blocks)
    at = shapely.line_interpolate_point(side, shapely.line_locate_point(side, middle))
    xy = shapely.get_coordinates(at)
    return _best_places(network, xy, shapely.area(blocks), spacing_m)


def _best_places(
    network: Network, xy: npt.NDArray[np.float64], worth: npt.NDArray[Any], spacing_m: float
) -> gpd.GeoDataFrame:
    """Return the place of most worth per square, named by its coordinates."""
    names = pd.Index([f"{x:.0f}-{y:.0f}" for x, y in xy.tolist()])
    places = gpd.GeoDataFrame(
        {"worth": worth}, index=names, geometry=shapely.points(xy), crs=network.crs
    )
    ordered = places.iloc[np.lexsort((xy[:, 1], xy[:, 0]))]
    found = best_in_squares(ordered, ["worth"], spacing_m=spacing_m)
    found = found[~found.index.duplicated()]
    return _as_candidates(found.index, found)


def _as_candidates(index: pd.Index, points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"cost": np.nan, "floor_area_m2": np.nan},
        index=pd.Index(index, name="candidate_id"),
        geometry=points.geometry.to_numpy(),
        crs=points.crs,
    ).sort_index()
