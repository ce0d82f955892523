"""Strips of ground that a department drew into another cell than the merged grid does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid import standards
from onegrid.grids.atoms import largest_share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_WORTH_M2 = 20.0  # smaller strips change nothing for anybody
_EMPTY_WORTH_M2 = 200.0  # nor do these, where nobody lives


def find_conflicts(
    atoms: gpd.GeoDataFrame,
    departments: Mapping[str, gpd.GeoDataFrame],
    people: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Return the strips that were not drawn as a department has them, the gravest first.

    An atom goes to one cell whole; what a department drew to another of its cells inside that
    atom is a strip. ``kind`` is ``border_shift`` for a strip narrower than the snapping tolerance
    (the border was moved to the road beside it) and ``cut_ignored`` for a wider one (nobody lives
    on one side of the line). Strips of several departments that lie on each other are one row.

    Returns
    -------
    conflicts
        Table CONFLICTS, ranked by households (those of slivers last), then area; every ``status``
        is ``open``.
    """
    strips = pd.concat(
        [_strips(atoms, layer).assign(department=name) for name, layer in departments.items()]
        or [pd.DataFrame({"geometry": [], "department": []})],
        ignore_index=True,
    )
    shapes = strips["geometry"].to_numpy()
    group = _overlapping(shapes)
    merged = [shapely.union_all(shapes[group == g]) for g in range(group.max(initial=-1) + 1)]
    who = [";".join(sorted(set(strips["department"][group == g]))) for g in range(len(merged))]
    found = gpd.GeoDataFrame({"departments": who}, geometry=merged, crs=atoms.crs)
    return _ranked(found, people)


def _strips(atoms: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the pieces of atoms that lie outside the old cell most of the atom lies in."""
    shapes, drawn = atoms.geometry.to_numpy(), layer.geometry.to_numpy()
    main = largest_share(shapes, layer)
    atom, row = shapely.STRtree(drawn).query(shapes, predicate="intersects")
    stray = main[atom] != row
    pieces = shapely.intersection(shapes[atom[stray]], drawn[row[stray]])
    parts = shapely.get_parts(shapely.get_parts(pieces))
    polygonal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    kept = parts[polygonal & (shapely.area(parts) >= _WORTH_M2)]
    return pd.DataFrame({"geometry": kept})


def _overlapping(shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    """Group strips of which the smaller lies mostly on the larger one."""
    area_m2 = shapely.area(shapes) if len(shapes) else np.empty(0)
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    shared_m2 = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    same = shared_m2 > np.minimum(area_m2[a], area_m2[b]) / 2
    group = np.arange(len(shapes))
    for i, j in zip(a[same], b[same], strict=True):  # few pairs; each joins two groups
        low, high = sorted((group[i], group[j]))
        group[group == high] = low
    return np.unique(group, return_inverse=True)[1].astype(np.int64)


def _ranked(found: gpd.GeoDataFrame, people: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = found.geometry.to_numpy()
    strip, door = shapely.STRtree(people.geometry.to_numpy()).query(shapes, predicate="intersects")
    households = np.bincount(
        strip, people["households"].to_numpy()[door].astype(float), minlength=len(shapes)
    )
    area_m2 = shapely.area(shapes)
    length_m = shapely.length(shapes)
    width_m = np.divide(2 * area_m2, length_m, out=np.zeros(len(shapes)), where=length_m > 0)
    narrow = width_m < standards.number("border_snap_m")
    ranked = found.assign(
        kind=np.where(narrow, "border_shift", "cut_ignored").astype(object),
        area_m2=area_m2.round(2),
        width_m=width_m.round(2),
        households=np.rint(households).astype(np.int64),
        status=pd.Series(["open"] * len(found), dtype=object),
    )
    middles = shapely.get_coordinates(shapely.centroid(shapes)).reshape(-1, 2)
    # a home on a hair's breadth of ground is drawing noise: wider strips come first
    touched = np.where(width_m < standards.number("sliver_width_m"), 0, households)
    order = np.lexsort((middles[:, 1], middles[:, 0], -area_m2, -households, -touched))
    worth = (households > 0) | (area_m2 >= _EMPTY_WORTH_M2)
    ranked = ranked.iloc[order[worth[order]]]
    ranked.index = pd.Index([f"C{k + 1:05d}" for k in range(len(ranked))], name="conflict_id")
    columns = ["kind", "departments", "area_m2", "width_m", "households", "status", "geometry"]
    return ranked[columns]
