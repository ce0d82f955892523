"""Districts nobody would draw on purpose still end in a valid partition or a clear error."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon, box

from onegrid.errors import InputError
from onegrid.grids.check import gap_and_overlap_m2, partition_problems
from onegrid.grids.options import AssignOptions
from onegrid.pipeline.merge import MergeTables, merge_tables, report_of
from onegrid.pipeline.stages import Run

pytestmark = pytest.mark.slow
CRS = "EPSG:4547"
SQUARE = box(500_000, 3_380_000, 500_600, 3_380_400)


def towns(*shapes):
    ids = [f"42010300100{i}" for i in range(len(shapes))]
    columns = {"name": "甲社区", "subdistrict_id": "420103001", "subdistrict_name": "街"}
    frame = gpd.GeoDataFrame(columns, index=ids, geometry=list(shapes), crs=CRS)
    frame.index.name = "community_id"
    return frame


def homes(inside, count=60, households=20, seed=1):
    rng = np.random.default_rng(seed)
    west, south, east, north = inside.bounds
    xy = rng.uniform((west, south), (east, north), (count, 2))
    return gpd.GeoDataFrame(
        {"households": households, "people": households * 3, "elders_60": 1},
        index=[f"h{i}" for i in range(count)],
        geometry=shapely.points(xy),
        crs=CRS,
    )


def grid(*shapes, codes=None):
    names = codes or [f"A{i}" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"code": names}, geometry=list(shapes), crs=CRS)


def run(communities, people, **departments):
    tables = MergeTables(communities, people, departments, None, {}, {})
    merged = merge_tables(tables, options=AssignOptions(), run=Run("test"))
    cells = merged.grid.cells
    assert partition_problems(cells, merged.grid.communities) == []
    assert gap_and_overlap_m2(cells, merged.grid.communities) == (0, 0)
    assert cells["households"].sum() == people["households"].sum() - sum(
        people.loc[list(merged.points_outside), "households"]
    )
    assert report_of(merged, tables)["cells"] == len(cells)
    return merged


def strips(count, shape=SQUARE, shift=0.0):
    west, south, east, north = shape.bounds
    x = np.linspace(west, east, count + 1) + shift
    return [box(x[i], south, x[i + 1], north) for i in range(count)]


def test_one_polygon_for_a_whole_community():
    merged = run(towns(SQUARE), homes(SQUARE), a=grid(SQUARE))
    assert merged.score.in_band_share == 1


def test_departments_that_overlap_completely():
    run(towns(SQUARE), homes(SQUARE), a=grid(SQUARE, SQUARE.buffer(-20), SQUARE.buffer(-60)))


def test_every_feature_drawn_twice():
    merged = run(towns(SQUARE), homes(SQUARE), a=grid(*strips(3), *strips(3)))
    assert (merged.repairs["kind"] == "duplicate_feature").sum() == 3


def test_departments_that_draw_nothing_here():
    away = [shapely.affinity.translate(s, 5_000, 0) for s in strips(2)]
    merged = run(towns(SQUARE), homes(SQUARE), a=grid(*away))
    rows = merged.crosswalk
    assert (rows["old_code"] == "").all()
    assert rows["area_share"].tolist() == [1.0] * len(rows)


def test_nobody_lives_there():
    merged = run(towns(SQUARE), homes(SQUARE, households=0), a=grid(*strips(3)))
    assert merged.crosswalk["household_share"].isna().all()


def test_everybody_lives_elsewhere():
    outside = shapely.affinity.translate(SQUARE, 3_000, 0)
    merged = run(towns(SQUARE), homes(outside, count=5), a=grid(*strips(3)))
    assert merged.points_outside == tuple(f"h{i}" for i in range(5))


def test_a_community_of_two_islands_and_a_lake():
    east = shapely.affinity.translate(SQUARE, 2_000, 0)
    lake = Polygon(SQUARE.exterior, [box(500_250, 3_380_150, 500_350, 3_380_250).exterior])
    both = MultiPolygon([lake, east])
    people = homes(box(*lake.bounds), count=40)
    merged = run(towns(both), people, a=grid(*strips(2)))
    assert len(merged.grid.cells) >= 2


def test_all_homes_in_one_tower():
    tower = homes(SQUARE, count=1, households=2_000)
    merged = run(towns(SQUARE), tower, a=grid(*strips(2)))
    assert merged.grid.cells["households"].max() == 2_000


def test_homes_exactly_on_a_border_belong_to_the_lowest_cell():
    people = homes(SQUARE, count=90)
    people.loc["h0", "geometry"] = Point(500_300, 3_380_200)
    merged = run(towns(*strips(2)), people, a=grid(*strips(2)))
    touching = merged.grid.cells.index[merged.grid.cells.intersects(people.geometry["h0"])]
    assert merged.grid.cells.index[merged.grid.cell_of[0]] == min(touching)


def test_a_ring_of_very_many_vertices():
    angle = np.linspace(0, 2 * np.pi, 1_000_001)[:-1]
    ring = np.column_stack([500_300 + 200 * np.cos(angle), 3_380_200 + 150 * np.sin(angle)])
    run(towns(SQUARE), homes(SQUARE), a=grid(Polygon(ring)))


def test_communities_that_overlap_and_leave_a_gap():
    west, middle, east = strips(3)
    ragged = towns(west.buffer(4), shapely.affinity.translate(middle, 2, 0), east.buffer(-6))
    merged = run(ragged, homes(SQUARE), a=grid(*strips(2)))
    assert not merged.repairs[merged.repairs["department"] == "communities"].empty
    assert len(merged.grid.communities) == 3


def test_a_base_that_is_no_department_is_refused():
    tables = MergeTables(towns(SQUARE), homes(SQUARE), {"a": grid(*strips(2))}, None, {}, {})
    with pytest.raises(InputError, match="BASE_UNKNOWN"):
        merge_tables(tables, options=AssignOptions(base="b"), run=Run("test"))


def test_nobody_lives_anywhere_and_nobody_drew_anything():
    nobody = homes(SQUARE, count=1, households=0)
    tables = MergeTables(towns(*strips(2)), nobody, {"a": grid(SQUARE)}, None, {}, {})
    merged = merge_tables(tables, options=AssignOptions(), run=Run("test"))
    assert len(merged.grid.cells) == 2
    assert merged.communities.table["size"].eq("unknown").all()
    assert merged.staff.totals()["community_workers"] == 10


def test_several_departments_of_the_same_drawing_are_one_drawing():
    drawn = grid(*strips(3))
    alone = run(towns(SQUARE), homes(SQUARE), a=drawn)
    thrice = run(towns(SQUARE), homes(SQUARE), a=drawn, b=drawn, c=drawn)
    assert thrice.grid.cells.geometry.equals(alone.grid.cells.geometry)
    assert set(thrice.score.preserved_share.values()) == {1.0}
