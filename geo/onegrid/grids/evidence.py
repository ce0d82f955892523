"""What a grid was made from, and which of its cells that no longer holds for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid import standards
from onegrid.grids.changes import border_lines, pieces_away
from onegrid.grids.graph import out_of_band
from onegrid.grids.locate import locate
from onegrid.layers.borders import borders_of, neighbours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

# why a cell may move; a cell without any reason keeps its borders
OUTLINE: Final = "outline"  # the community's own border moved here
DEPARTMENT: Final = "department"  # a department drew a border here, or gave one up
HOUSEHOLDS: Final = "households"  # farther out of the band than when it was made
NEIGHBOUR: Final = "neighbour"  # beside one whose households must be shared
UNKNOWN: Final = "unknown"  # nobody knows what it was made from
DEDICATED: Final = "dedicated"  # a dedicated cell lies in it
TARGET: Final = "target"  # its community is to have another number of cells


@dataclass(frozen=True)
class Bands:
    """The band of a cell now, and the one the previous grid was made for.

    ``before`` is None if the previous grid counted something else: then it is measured by the
    band of now alone. ``counted`` is the column that counts.
    """

    now: tuple[float, float]
    before: tuple[float, float] | None
    counted: str = "households"


def evidence_of(layers: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return the borders that departments drew, to be kept with the grid made from them.

    Returns
    -------
    evidence
        ``department`` and lines, each border once per department; layer ``evidence`` of the grid.
    """
    names = sorted(layers)
    lines = {name: border_lines(layers[name].geometry.to_numpy()) for name in names}
    frame = gpd.GeoDataFrame(
        {"department": np.repeat(np.array(names, dtype=object), [len(lines[n]) for n in names])},
        geometry=np.concatenate([np.empty(0, dtype=object), *lines.values()]),
        crs=layers[names[0]].crs if names else None,
    )
    frame.index = pd.Index([f"E{k + 1:06d}" for k in range(len(frame))], name="evidence_id")
    return frame


def changed_evidence(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the pieces of border that a department drew since, or gave up.

    A border within the matching distance (8 m) of where the same department had one is that one.
    """
    near_m = standards.number("border_match_m")
    found = [np.empty(0, dtype=object)]
    for name in sorted({*before["department"], *after["department"]}):
        sides = [
            frame.geometry.to_numpy()[(frame["department"] == name).to_numpy()]
            for frame in (before, after)
        ]
        found += [pieces_away(a, b, near_m=near_m) for a, b in (sides, sides[::-1])]
    return np.concatenate(found)


def touched_by(cells: NDArray[np.object_], pieces: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return the cells in or beside which the pieces add up to a border.

    Beside is within the snapping distance (20 m); shorter than that distance is no border.
    """
    reach_m = standards.number("border_snap_m")
    piece, cell = shapely.STRtree(cells).query(
        shapely.line_interpolate_point(pieces, 0.5, normalized=True),
        predicate="dwithin",
        distance=reach_m,
    )
    length_m = np.bincount(cell, shapely.length(pieces)[piece], minlength=len(cells))
    long: NDArray[np.bool_] = length_m >= reach_m
    return long


def overgrown(cells: gpd.GeoDataFrame, people: gpd.GeoDataFrame, bands: Bands) -> NDArray[np.bool_]:
    """Return the cells that are farther out of the band now than when they were made.

    Cells nobody lives in, now as then, are as good as they were.
    """
    cell = locate(people.geometry.to_numpy(), cells.geometry.to_numpy())
    counted = people[bands.counted].to_numpy().astype(float)
    inside = cell >= 0
    now = np.bincount(cell[inside], counted[inside], minlength=len(cells)).astype(np.float64)
    then = cells[bands.counted].to_numpy().astype(float)
    off = 0.0 if bands.before is None else out_of_band(then, bands.before)
    worse = out_of_band(now, bands.now) > off
    grown: NDArray[np.bool_] = worse & ((now > 0) | (then > 0))
    return grown


def beside(cells: gpd.GeoDataFrame, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the cells that share a border with a chosen one of their community."""
    pairs = neighbours(borders_of(cells.geometry.to_numpy())).pairs
    community = pd.factorize(cells["community_id"])[0]
    pairs = pairs[community[pairs[:, 0]] == community[pairs[:, 1]]]
    found = np.zeros(len(cells), dtype=bool)
    found[pairs[chosen[pairs[:, 0]], 1]] = True
    found[pairs[chosen[pairs[:, 1]], 0]] = True
    return found & ~chosen
