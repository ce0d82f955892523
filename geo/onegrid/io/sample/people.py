"""Invented buildings and their residents: rows of houses inside the road blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from onegrid.io.sample.regions import shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

SETBACK_M = 9.0
_HOUSEHOLD_PEOPLE = 2.6
_ELDER_80_SHARE, _ELDER_ALONE_SHARE = 0.14, 0.11  # of those aged 60 or more
_BOTH_SHARE = 0.4  # of the fewer of those aged 80 or more and those living alone
_CHILD_SHARE, _IN_NEED_SHARE = 0.18, 0.015  # of those under 60, of children
_DISABLED_SHARE, _SEVERE_SHARE = 0.027, 0.3  # of residents, of the disabled
_ROW_RATIO = 1.5  # rows face south: wider apart than houses in a row


@dataclass(frozen=True)
class Buildings:
    """Building points ``xy`` (n, 2) and the number of the ``face`` (n,) each is in."""

    xy: Floats
    face: Ints


def place_buildings(
    faces: Shapes, wanted: Ints, rng: np.random.Generator, *, setback_m: float = SETBACK_M
) -> Buildings:
    """Return building points on a 1 cm grid.

    Every face with ``wanted`` > 0 gets at least one, and at most that many, in rows that run
    east-west, ``setback_m`` away from the street where the face is wide enough.
    """
    inset = shapely.buffer(faces, -setback_m, quad_segs=2)
    points: list[Floats] = []
    owners: list[Ints] = []
    for face in np.flatnonzero(wanted > 0):  # each face has its own spacing
        found = _rows(inset[face], int(wanted[face]), rng)
        if not len(found):
            found = shapely.get_coordinates(shapely.point_on_surface(faces[face]))
        points.append(found)
        owners.append(np.full(len(found), face))
    if not points:
        return Buildings(np.empty((0, 2)), np.empty(0, dtype=np.int64))
    xy = np.round(np.concatenate(points), 2).astype(np.float64)
    return Buildings(xy, np.concatenate(owners))


def _rows(inset: shapely.Geometry, wanted: int, rng: np.random.Generator) -> Floats:
    if inset.is_empty or wanted == 0:
        return np.empty((0, 2))
    step = np.sqrt(inset.area / wanted / _ROW_RATIO) * 0.95
    west, south, east, north = inset.bounds
    shapely.prepare(inset)
    inside = np.empty((0, 2))
    for _ in range(3):
        x = np.arange(west + rng.uniform(0, step), east, step)
        y = np.arange(south + rng.uniform(0, step * _ROW_RATIO), north, step * _ROW_RATIO)
        grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        grid += rng.normal(0, 0.08 * step, grid.shape)
        inside = grid[shapely.contains_xy(inset, grid[:, 0], grid[:, 1])]
        if len(inside) >= wanted:
            break
        step *= 0.85
    chosen = np.sort(rng.permutation(len(inside))[:wanted])
    return np.asarray(inside[chosen])


def residents(
    buildings: Buildings,
    face_households: Floats,
    total: int,
    elder_share: Floats,
    rng: np.random.Generator,
    *,
    crs: str,
) -> gpd.GeoDataFrame:
    """Return the people table: ``total`` households over buildings, at least one in each.

    ``face_households`` (faces,) says how they spread over the faces; ``elder_share`` (n,) is the
    share of residents aged 60 or more at each building.
    """
    xy, face = buildings.xy, buildings.face
    per_face = np.bincount(face, minlength=len(face_households))
    weight = face_households[face] / per_face[face] * rng.gamma(4, 0.25, len(face))
    households = shares(total, weight + 1e-9, least=1)
    people = households + rng.poisson(households * (_HOUSEHOLD_PEOPLE - 1))
    elders_60 = rng.binomial(people, elder_share)
    elders_80 = rng.binomial(elders_60, _ELDER_80_SHARE)
    elders_alone = rng.binomial(elders_60, _ELDER_ALONE_SHARE)
    (own,) = rng.spawn(1)  # so that nothing drawn later depends on the special groups
    children = own.binomial(people - elders_60, _CHILD_SHARE)
    disabled = own.binomial(people, _DISABLED_SHARE)
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    frame = gpd.GeoDataFrame(
        {
            "households": households,
            "people": people,
            "elders_60": elders_60,
            "elders_80": elders_80,
            "elders_alone": elders_alone,
            "elders_80_alone": own.binomial(np.minimum(elders_80, elders_alone), _BOTH_SHARE),
            "children": children,
            "children_in_need": own.binomial(children, _IN_NEED_SHARE),
            "disabled": disabled,
            "disabled_severe": own.binomial(disabled, _SEVERE_SHARE),
        },
        geometry=shapely.points(xy),
        crs=crs,
    ).iloc[order]
    frame.index = [f"B{number:05d}" for number in range(1, len(frame) + 1)]
    frame.index.name = "id"
    return frame
