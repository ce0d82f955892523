"""Small towns written as plain figures; walking is along straight streets at 80 m/min."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from onegrid.coverage.gaps import CoverageOptions, measure_coverage
from onegrid.standards import Norm

if TYPE_CHECKING:
    from onegrid.coverage.gaps import Coverage

CRS = "EPSG:4548"
SPEED_M_S = 80 / 60


class Town:
    """Tables by short calls; every figure not given is harmless."""

    def people(self, rows: dict[str, tuple[float, float, int, int]]) -> gpd.GeoDataFrame:
        """Doors as id: (x, y, people, elders_60); three people a household."""
        people = [row[2] for row in rows.values()]
        frame = {
            "households": [-(-count // 3) for count in people],
            "people": people,
            "elders_60": [row[3] for row in rows.values()],
            "elders_80": 0,
            "elders_alone": 0,
        }
        points = shapely.points([row[:2] for row in rows.values()])
        return gpd.GeoDataFrame(
            frame, index=pd.Index(list(rows), name="id"), geometry=points, crs=CRS
        )

    def facilities(self, rows: dict[str, tuple]) -> gpd.GeoDataFrame:
        """Facilities as id: (kind, x, y, floor_area_m2?, capacity_people?, opening_hours?)."""
        full = [(*row, *[None] * (6 - len(row))) for row in rows.values()]
        frame = {
            "kind": np.array([row[0] for row in full], dtype=object),
            "name": np.array(list(rows), dtype=object),
            "floor_area_m2": np.array([row[3] for row in full], dtype=float),
            "capacity_people": np.array([row[4] for row in full], dtype=float),
            "opening_hours": np.array([row[5] for row in full], dtype=object),
            "phone": np.array([None] * len(full), dtype=object),
            "address": np.array([None] * len(full), dtype=object),
        }
        points = shapely.points(np.array([row[1:3] for row in full], dtype=float).reshape(-1, 2))
        index = pd.Index(list(rows), name="facility_id", dtype=object)
        return gpd.GeoDataFrame(frame, index=index, geometry=points, crs=CRS)

    def cells(self, rows: dict[str, tuple[str, str, tuple]]) -> gpd.GeoDataFrame:
        """Cells as id: (community, subdistrict, box)."""
        frame = {
            "community_id": [row[0] for row in rows.values()],
            "subdistrict_id": [row[1] for row in rows.values()],
        }
        boxes = [shapely.box(*row[2]) for row in rows.values()]
        return gpd.GeoDataFrame(
            frame, index=pd.Index(list(rows), name="cell_id"), geometry=boxes, crs=CRS
        )

    def one_cell(self) -> gpd.GeoDataFrame:
        """One cell around everything."""
        return self.cells({"k1": ("c1", "110101001", (-9e3, -9e3, 9e3, 9e3))})

    def nearest(self, rows: list[tuple[str, str, str | None, float]]) -> pd.DataFrame:
        """Nearest table from (door, kind, facility, metres on foot)."""
        frame = pd.DataFrame(rows, columns=["id", "kind", "facility_id", "walk_s"])
        return frame.assign(walk_s=frame["walk_s"].astype(float) / SPEED_M_S)

    def pairs(self, rows: list[tuple[str, str, float]]) -> pd.DataFrame:
        """Pairs from (door, facility, seconds)."""
        return pd.DataFrame(rows, columns=["door_id", "facility_id", "walk_s"])

    def norm(self, kind: str, minutes: float = 15, per: str = "", **figures: float) -> Norm:
        return Norm("test", kind, minutes, per, **figures)

    def measure(self, doors, people, facilities, norms, *, cells=None, **options) -> Coverage:
        grid = self.one_cell() if cells is None else cells
        chosen = CoverageOptions(**options)
        return measure_coverage(doors, people, facilities, grid, norms, options=chosen)


@pytest.fixture
def town() -> Town:
    return Town()
