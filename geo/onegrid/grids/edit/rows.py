"""Rows of a grid's layers as values: what an edit takes away and what it puts there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping

CELLS: Final = "cells"
ATOMS: Final = "atoms"
COMMUNITIES: Final = "communities"
SUBDISTRICTS: Final = "subdistricts"
CONFLICTS: Final = "conflicts"
LAYERS: Final = (CELLS, ATOMS, COMMUNITIES, SUBDISTRICTS, CONFLICTS)


class Key(NamedTuple):
    """Which row of which layer."""

    layer: str
    id: str


@dataclass(frozen=True)
class Row:
    """One row of a layer: its attributes (plain Python values, None for empty) and its shape."""

    key: Key
    attributes: Mapping[str, Any]
    shape: shapely.Geometry

    def text(self, column: str) -> str:
        """Return an attribute as text, empty where there is none."""
        value = self.attributes.get(column)
        return "" if value is None else str(value)

    def count(self, column: str) -> int:
        """Return an attribute as a whole number, 0 where there is none."""
        return int(self.attributes.get(column) or 0)

    def having(self, **values: object) -> Row:
        """Return the row with some attributes replaced; the same row if they are as before."""
        if all(
            column in self.attributes and self.attributes[column] == v
            for column, v in values.items()
        ):
            return self
        return replace(self, attributes={**self.attributes, **values})

    def shaped(self, shape: shapely.Geometry) -> Row:
        """Return the row with another shape; the same row if it is as before."""
        return self if shape is self.shape else replace(self, shape=shape)

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON, its geometry as GeoJSON in metres of the grid's CRS."""
        return {
            "layer": self.key.layer,
            "id": self.key.id,
            "attributes": dict(self.attributes),
            "geometry": {
                "type": self.shape.geom_type,
                "coordinates": shapely.geometry.mapping(self.shape)["coordinates"],
            },
        }


def row_from_json(data: Mapping[str, Any]) -> Row:
    """Return the row that `Row.as_json` wrote."""
    shape = shapely.geometry.shape(data["geometry"])
    return Row(Key(str(data["layer"]), str(data["id"])), dict(data["attributes"]), shape)
