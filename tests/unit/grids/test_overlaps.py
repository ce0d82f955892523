"""What two grids share: matching, lineage, moved households, changed borders."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Point, box

from onegrid.grids.changes import border_lines, changed_borders, moved_areas, moved_households
from onegrid.grids.overlaps import lineage, match, overlaps

CRS = "EPSG:4547"


def plan(**shapes):
    frame = gpd.GeoDataFrame(
        {"code": list(shapes), "community_id": "C"}, geometry=list(shapes.values()), crs=CRS
    )
    return frame.set_index(frame["code"].rename("cell_id"))


def homes(*places):
    return gpd.GeoDataFrame(
        {"households": [n for _, _, n in places]},
        geometry=[Point(x, y) for x, y, _ in places],
        index=[f"h{i}" for i in range(len(places))],
        crs=CRS,
    )


def told(old, new, people):
    table = lineage(overlaps(old, new, people), old["code"].to_numpy(), new["code"].to_numpy())
    return {(row.kind, row.old_code, row.new_code) for row in table.itertuples()}


EVEN = homes(*((x, 50, 10) for x in range(5, 400, 10)))
FOUR = plan(a=box(0, 0, 100, 100), b=box(100, 0, 200, 100), c=box(200, 0, 400, 100))


def test_the_same_grid_keeps_every_cell_and_moves_nobody():
    assert told(FOUR, FOUR, EVEN) == {("kept", c, c) for c in "abc"}
    moved = moved_households(overlaps(FOUR, FOUR, EVEN), EVEN)
    assert (moved.households, moved.share, moved.unplaced) == (0, 0.0, 0)
    assert changed_borders(FOUR, FOUR).empty


def test_split_merged_renamed_new_and_gone_are_told_apart():
    old = plan(**FOUR.geometry.to_dict(), d=box(900, 0, 950, 50))
    new = plan(
        m=box(0, 0, 200, 100),
        c1=box(200, 0, 300, 100),
        c2=box(300, 0, 400, 100),
        n=box(700, 0, 800, 100),
    )
    assert told(old, new, EVEN) == {
        ("merged", "a", "m"),
        ("merged", "b", "m"),
        ("split", "c", "c1"),
        ("split", "c", "c2"),
        ("new", "", "n"),
        ("gone", "d", ""),
    }
    renamed = plan(x=FOUR.geometry["a"], b=FOUR.geometry["b"], c=FOUR.geometry["c"])
    assert ("renamed", "a", "x") in told(FOUR, renamed, EVEN)


def test_a_shifted_border_redraws_both_its_cells():
    new = plan(a=box(0, 0, 130, 100), b=box(130, 0, 200, 100), c=FOUR.geometry["c"])
    assert told(FOUR, new, EVEN) == {
        ("redrawn", "a", "a"),
        ("redrawn", "b", "a"),
        ("redrawn", "b", "b"),
        ("kept", "c", "c"),
    }
    found = overlaps(FOUR, new, EVEN)
    moved = moved_households(found, EVEN)
    assert (moved.households, moved.share) == (30, 0.075)
    codes = {"old": FOUR["code"].to_numpy(), "new": new["code"].to_numpy()}
    areas = moved_areas(FOUR, new, EVEN, codes, moved)
    assert areas[["old_code", "new_code", "area_m2", "households"]].to_numpy().tolist() == [
        ["b", "a", 3000.0, 30]
    ]
    lines = changed_borders(FOUR, new)
    assert lines["side"].tolist() == ["new", "old"]
    # the last piece of a line touches borders both grids have
    assert lines["length_m"].between(80, 100).all()


def test_a_border_within_eight_metres_is_the_same_border():
    new = plan(a=box(0, 0, 107, 100), b=box(107, 0, 200, 100), c=FOUR.geometry["c"])
    assert changed_borders(FOUR, new).empty


def test_a_household_that_nobody_or_only_one_grid_places_did_not_move():
    lost = homes((50, 50, 7), (1000, 1000, 5))
    moved = moved_households(overlaps(FOUR, FOUR.iloc[1:], lost), lost)
    assert (moved.households, moved.unplaced) == (0, 12)


def test_a_door_on_a_border_is_not_moved_by_a_new_name():
    door = homes((100, 50, 9), (50, 50, 1), (150, 50, 1))
    new = plan(b=FOUR.geometry["b"], c=FOUR.geometry["c"], z=FOUR.geometry["a"])
    assert moved_households(overlaps(FOUR, new, door), door).households == 0


def test_matching_keeps_most_households_together():
    # b lost most of its people to a's successor, which already continues a
    people = homes((50, 50, 10), (150, 50, 90), (195, 50, 20))
    old = plan(a=box(0, 0, 100, 100), b=box(100, 0, 200, 100))
    new = plan(x=box(0, 0, 190, 100), y=box(190, 0, 200, 100))
    assert match(overlaps(old, new, people)).tolist() == [1, -1]
    swapped = plan(y=new.geometry["y"], x=new.geometry["x"])
    assert match(overlaps(old, swapped, people)).tolist() == [-1, 1]


def test_a_cell_that_only_lies_in_the_same_place_is_another_cell():
    old = plan(a=box(0, 0, 100, 100), b=box(100, 0, 200, 100), c=box(200, 0, 300, 100))
    new = plan(x=box(0, 0, 300, 40), y=box(0, 40, 300, 100))
    nobody = homes((1000, 1000, 1))
    matched = match(overlaps(old, new, nobody))
    assert set(matched.tolist()) <= {-1, 0, 1, 2}
    three = plan(x=box(0, 0, 300, 30), y=box(0, 30, 300, 60), z=box(0, 60, 300, 100))
    assert match(overlaps(old, three, nobody)).tolist() == [-1, -1, -1]


@pytest.mark.parametrize("side", [0.5, 3.0])
def test_every_border_is_drawn_once(side):
    tiles = [
        box(x * side, y * side, (x + 1) * side, (y + 1) * side) for x in range(3) for y in (0, 1)
    ]
    lines = border_lines(np.array(tiles, dtype=object))
    assert shapely.length(lines).sum() == pytest.approx(17 * side)
