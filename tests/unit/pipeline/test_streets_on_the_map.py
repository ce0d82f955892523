"""The streets of a result folder, as the map shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from onegrid.io.networks import write_network
from onegrid.network.build import build_network
from onegrid.pipeline.folder import NETWORK_FILE
from onegrid.pipeline.mapping import read_results

if TYPE_CHECKING:
    from pathlib import Path


def test_streets_keep_their_class_and_barriers_are_no_streets(tmp_path: Path) -> None:
    rows = gpd.GeoDataFrame(
        {"highway": ["primary", None, "footway", None], "waterway": [None, None, None, "river"]},
        geometry=shapely.from_wkt([f"LINESTRING (0 {i}, 9 {i})" for i in range(4)]),
        crs=4547,
    )
    write_network(build_network(rows)[0], tmp_path / NETWORK_FILE)
    roads = read_results(tmp_path).roads
    assert roads is not None
    assert roads["highway"].fillna("").tolist() == ["primary", "residential", "footway", ""]
    assert roads["barrier"].fillna("").tolist() == ["", "", "", "yes"]
