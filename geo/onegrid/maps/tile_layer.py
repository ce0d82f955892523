"""A layer that tiles are cut from: its shapes in Web Mercator with an index, and its attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.crs import LONLAT, MERCATOR, in_crs
from onegrid.maps.mvt import Column, encode_layer, value_bytes
from onegrid.maps.tile_grid import BUFFER

if TYPE_CHECKING:
    from onegrid.maps.tile_grid import Box, Tile


class TileLayer:
    """Cuts tiles from one layer; it never changes.

    Parameters
    ----------
    name
        Name of the layer in its tiles.
    frame
        Any CRS; the index is the id and becomes an attribute under its own name. Rows without
        geometry are not drawn.
    zoom_min
        Tiles of lower zooms are empty: the layer would be too dense there.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> from onegrid.maps.tile_grid import Tile
    >>> home = gpd.GeoDataFrame({"kind": ["a"]}, geometry=[Point(114.2, 30.6)], crs=4326)
    >>> layer = TileLayer("homes", home)
    >>> b"homes" in layer.tile(Tile(0, 0, 0)), layer.tile(Tile(1, 0, 0))
    (True, b'')
    """

    def __init__(self, name: str, frame: gpd.GeoDataFrame, *, zoom_min: int = 0) -> None:
        self.name, self.zoom_min = name, zoom_min
        drawn = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
        self._shapes = in_crs(drawn.geometry, MERCATOR).to_numpy()
        self._boxes = shapely.bounds(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        attributes = {str(drawn.index.name or "id"): drawn.index}
        attributes |= {str(c): drawn[c] for c in drawn.columns if c != drawn.geometry.name}
        self._columns = {key: _column(pd.Series(values)) for key, values in attributes.items()}

    @property
    def box(self) -> Box | None:
        """Return the box of everything in it, in metres of Web Mercator; None where it is empty."""
        if not len(self._boxes):
            return None
        low, high = self._boxes.min(axis=0), self._boxes.max(axis=0)
        return float(low[0]), float(low[1]), float(high[2]), float(high[3])

    def tile(self, tile: Tile) -> bytes:
        """Return one tile; no bytes where there is nothing."""
        if tile.z < self.zoom_min:
            return b""
        box = tile.box(BUFFER)
        rows = np.sort(self._tree.query(shapely.box(*box)))
        shapes, bounds = self._shapes[rows], self._boxes[rows]
        beyond = (bounds[:, :2] < box[:2]).any(axis=1) | (bounds[:, 2:] > box[2:]).any(axis=1)
        if beyond.any():
            shapes = shapes.copy()
            shapes[beyond] = shapely.clip_by_rect(shapes[beyond], *box)
        return encode_layer(self.name, tile, shapes, self._columns, rows)

    def rows(self) -> dict[bytes, int]:
        """Return a mark of each row's shape and attributes, and the row it stands for.

        Two layers with the same mark draw the same row.
        """
        shapes = shapely.to_wkb(self._shapes)
        columns = [
            [b"" if code < 0 else column.texts[code] for code in column.codes.tolist()]
            for column in self._columns.values()
        ]
        told = zip(shapes.tolist(), *columns, strict=True)
        return {b"\0".join(parts): row for row, parts in enumerate(told)}

    def differing(self, other: TileLayer) -> list[Box]:
        """Return the boxes of rows, of one or the other, that are not the same in both."""
        mine, theirs = self.rows(), other.rows()
        boxes = [self._boxes[row] for mark, row in mine.items() if mark not in theirs]
        boxes += [other._boxes[row] for mark, row in theirs.items() if mark not in mine]
        return [tuple(box.tolist()) for box in boxes]


def lonlat_bounds(box: Box) -> tuple[float, float, float, float]:
    """Return a box of Web Mercator in degrees."""
    found = in_crs(gpd.GeoSeries([shapely.box(*box)], crs=MERCATOR), LONLAT).total_bounds
    west, south, east, north = (round(float(side), 6) for side in found)
    return west, south, east, north


def _column(values: pd.Series) -> Column:
    codes, uniques = pd.factorize(values, use_na_sentinel=True)
    return Column(codes, tuple(value_bytes(value) for value in uniques))
