"""A proposed way between corners is really built: its promise holds to the person.

Between corners: a house beside a way that ends inside a street may step onto the new way itself.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from onegrid.circles.reach import nearest, reach
from onegrid.coverage.fixes import cheapest_fixes
from onegrid.coverage.gaps import CoverageOptions, measure_coverage
from onegrid.coverage.links import missing_links, street_points
from onegrid.network.build import build_network
from onegrid.standards import Norm, profile

pytestmark = pytest.mark.slow

SIDE, STEP_M, LIMIT_MIN = 6, 50.0, 6.0  # a street is as long as the steps of a link's ends
KIND = "clinic"


def streets_of(kept):
    """A lattice of which some streets are missing."""
    rows = []
    for i in range(SIDE):
        for j in range(SIDE):
            rows += [((i, j), (i + 1, j))] if i + 1 < SIDE else []
            rows += [((i, j), (i, j + 1))] if j + 1 < SIDE else []
    return [
        shapely.LineString(np.array(row) * STEP_M) for row, on in zip(rows, kept, strict=True) if on
    ]


def tables(doors, people, place):
    homes = gpd.GeoDataFrame(
        {"households": 1, "people": people, "elders_60": [p // 2 for p in people]},
        index=pd.Index([f"d{i:02d}" for i in range(len(doors))], name="id"),
        geometry=shapely.points(np.array(doors) * STEP_M),
        crs=4548,
    ).assign(elders_80=0, elders_alone=0)
    clinics = gpd.GeoDataFrame(
        {"kind": KIND, "name": "f", "floor_area_m2": np.nan, "capacity_people": np.nan},
        index=pd.Index(["f"], name="facility_id"),
        geometry=[shapely.Point(np.array(place) * STEP_M)],
        crs=4548,
    ).assign(opening_hours=None, phone=None, address=None)
    cells = gpd.GeoDataFrame(
        {"community_id": ["c", "c"], "subdistrict_id": ["s", "s"]},
        index=pd.Index(["k1", "k2"], name="cell_id"),
        geometry=[shapely.box(-9, -9, 110, 999), shapely.box(110, -9, 999, 999)],
        crs=4548,
    )
    return homes, clinics, cells


def network_of(lines):
    frame = {"highway": ["footway"] * len(lines)}
    return build_network(gpd.GeoDataFrame(frame, geometry=lines, crs=4548))[0]


def measured(network, homes, clinics, cells):
    doors = nearest(network, clinics, homes, profile=profile())
    norms = [Norm("own", KIND, LIMIT_MIN)]
    return measure_coverage(doors, homes, clinics, cells, norms, options=CoverageOptions())


@settings(max_examples=15)
@given(
    st.lists(st.booleans(), min_size=2 * SIDE * (SIDE - 1), max_size=2 * SIDE * (SIDE - 1)),
    st.lists(st.tuples(st.integers(0, 99), st.integers(1, 40)), min_size=4, max_size=12),
    st.integers(0, 99),
)
def test_a_way_that_is_built_gains_exactly_whom_it_promised(kept, doors, place):
    lines = streets_of(kept)
    assume(len(lines) > SIDE)
    # who lives off every street would join a new way that passes his door
    corners = np.unique(shapely.get_coordinates(lines) / STEP_M, axis=0)
    doors = [(corners[at % len(corners)], n) for at, n in doors]
    place = corners[place % len(corners)]
    homes, clinics, cells = tables([at for at, _ in doors], [n for _, n in doors], place)
    network = network_of(lines)
    found = measured(network, homes, clinics, cells)
    points = street_points(network.lines, network.crs)
    links = missing_links(found, points, nearest(network, clinics, points, profile=profile()))
    limit_s = LIMIT_MIN * 60
    starts = reach(network, homes, points, limit_s=limit_s, profile=profile(), rounded=False).pairs
    starts = starts.rename(columns={"from_id": "door_id", "to_id": "point_id"})
    fixes = cheapest_fixes(found, links=links, starts=starts)
    event(f"{len(fixes.table)} ways")
    for rank, fix in fixes.table.iterrows():
        middle = links.geometry.interpolate(0.5, normalized=True)
        at = middle.map(lambda p: f"{p.x:.1f} {p.y:.1f}") == fix["where"]
        promised = []
        for way in links.geometry[at]:  # ways that cross have one middle
            after = measured(network_of([*lines, way]), homes, clinics, cells)
            district = [g.gaps[g.gaps["level"] == "district"].iloc[0] for g in (found, after)]
            gains = [
                district[1][n] - district[0][n] for n in ("people_covered", "elders_60_covered")
            ]
            promised.append(gains)
        assert [fix["people_gained"], fix["elders_60_gained"]] in promised
        mine = fixes.cells[fixes.cells["rank"] == rank + 1]
        assert (mine["people_after"] - mine["people_before"]).sum() == fix["people_gained"]
