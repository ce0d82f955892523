"""The list of disputes: every one a question somebody can answer, none of weight lost."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, box

from onegrid.grids.conflicts import CONFLICT_COLUMNS, find_conflicts
from onegrid.schema import CONFLICTS

CRS = "EPSG:4547"
WEST, EAST = "c1", "c2"


def atoms():
    """Two cells of two atoms each; the border between the cells is x = 100."""
    shapes = [box(0, 0, 100, 100), box(0, 100, 100, 200), box(100, 0, 200, 100)]
    shapes.append(box(100, 100, 200, 200))
    frame = gpd.GeoDataFrame(
        {"cell_id": [WEST, WEST, EAST, EAST], "households": [50, 0, 60, 0]},
        index=["a1", "a2", "a3", "a4"],
        geometry=shapes,
        crs=CRS,
    )
    frame.index.name = "atom_id"
    return frame


def drawn(x, codes=("L", "R")):
    shapes = [box(0, 0, x, 200), box(x, 0, 200, 200)]
    return gpd.GeoDataFrame({"code": list(codes)}, geometry=shapes, crs=CRS)


def homes(*places, households=10):
    return gpd.GeoDataFrame(
        {"households": [households] * len(places)}, geometry=shapely.points(places), crs=CRS
    )


def road(name="长江路"):
    columns = {"highway": "residential", "railway": "", "waterway": "", "barrier": ""}
    return gpd.GeoDataFrame(
        {**columns, "name": [name]}, geometry=[LineString([(100, 0), (100, 200)])], crs=CRS
    )


NOBODY = homes((-50, -50))


def test_pieces_of_one_old_border_in_several_atoms_are_one_row():
    found = find_conflicts(atoms(), {"emergency": drawn(106)}, NOBODY, roads=road())
    assert len(found) == 1
    row = found.iloc[0]
    assert row["area_m2"] == pytest.approx(6 * 200)
    assert row["kind"] == "border_shift"
    assert row["between"] == "c1;c2"
    assert row["drawn"] == "emergency:L|R:5.7m:1200m2"
    assert row["followed"] == "road:长江路"
    assert "新界线沿道路“长江路”" in row["reason"]
    assert "应急（L|R）平均偏5.7米" in row["reason"]
    assert row["choices"] == "accept;take:emergency;redraw"
    assert tuple(found.columns) == CONFLICT_COLUMNS
    CONFLICTS.check(found)


def test_departments_that_dispute_one_border_are_one_row_and_the_followed_one_is_no_choice():
    layers = {"emergency": drawn(106), "ecology": drawn(90), "politics_law": drawn(100.5)}
    row = find_conflicts(atoms(), layers, NOBODY).iloc[0]
    assert row["departments"] == "ecology;emergency;politics_law"
    assert row["area_m2"] == pytest.approx((6 + 10) * 200)  # they overlap: counted once
    assert row["followed"] == "department:emergency"  # within 8 m, first by name
    assert row["choices"] == "accept;take:ecology;take:politics_law;redraw"


def test_a_border_between_communities_can_only_be_accepted():
    found = find_conflicts(
        atoms(),
        {"emergency": drawn(106)},
        NOBODY,
        community_of={WEST: "m1", EAST: "m2"},
        communities=gpd.GeoDataFrame({"name": ["甲", None]}, index=["m1", "m2"]),
    )
    row = found.iloc[0]
    assert (row["level"], row["between"], row["choices"]) == ("community", "m1;m2", "accept")
    assert "沿甲与m2的社区界线" in row["reason"]


def test_a_border_that_no_cell_keeps_is_no_dispute():
    whole = atoms().assign(cell_id=WEST)
    assert find_conflicts(whole, {"emergency": drawn(106)}, NOBODY).empty


def test_noise_where_nobody_lives_is_left_out_and_kept_where_somebody_does():
    assert find_conflicts(atoms(), {"emergency": drawn(100.9)}, NOBODY).empty
    row = find_conflicts(atoms(), {"emergency": drawn(100.9)}, homes((100.5, 50))).iloc[0]
    assert row["households"] == 10


def test_homes_on_a_hair_rank_behind_homes_on_real_ground():
    three = gpd.GeoDataFrame(
        {"cell_id": ["c1", "c2", "c3"], "households": 100},
        index=["a1", "a2", "a3"],
        geometry=[box(0, 0, 100, 200), box(100, 0, 200, 200), box(200, 0, 300, 200)],
        crs=CRS,
    )
    layer = gpd.GeoDataFrame(
        {"code": ["L", "M", "R"]},
        geometry=[box(0, 0, 101.5, 200), box(101.5, 0, 206, 200), box(206, 0, 300, 200)],
        crs=CRS,
    )
    people = homes((101, 50), (101, 90), (203, 50))
    found = find_conflicts(three, {"x": layer}, people)
    assert found["between"].tolist() == ["c2;c3", "c1;c2"]
    assert found["households"].tolist() == [10, 20]
    assert found.index.tolist() == ["C00001", "C00002"]


def test_a_cut_that_was_not_made_says_where_people_live():
    people = homes((30, 30), (120, 30), households=60)
    kept = atoms().assign(households=[60, 0, 60, 0])
    row = find_conflicts(kept, {"x": drawn(145)}, people).iloc[0]
    assert row["kind"] == "cut_ignored"
    assert row["households"] == 60
    assert "只有一侧有人居住" in row["reason"]


def test_no_department_no_conflict_and_the_inputs_stay():
    empty = find_conflicts(atoms(), {}, NOBODY)
    assert empty.empty
    assert tuple(empty.columns) == CONFLICT_COLUMNS
    given, layer = atoms(), drawn(106)
    before = given.copy(deep=True), layer.copy(deep=True)
    find_conflicts(given, {"x": layer}, NOBODY)
    assert given.equals(before[0])
    assert layer.equals(before[1])


def test_no_disputed_ground_of_weight_is_lost():
    rng = np.random.default_rng(5)
    x = np.sort(rng.uniform(20, 180, 3))
    layers = {f"d{k}": drawn(float(v)) for k, v in enumerate(x)}
    people = homes(*rng.uniform(0, 200, (80, 2)))
    found = find_conflicts(atoms(), layers, people)
    ground = shapely.union_all(found.geometry.to_numpy())
    for v in x:  # the ground between the old line and the new one, drawn by hand
        strip = box(min(v, 100), 0, max(v, 100), 200)
        assert shapely.area(shapely.difference(strip, ground)) < 1e-6
