"""The map page is one file, the same every time, and tells nothing it must not."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import tables
from onegrid.errors import InputError
from onegrid.maps import MapTables, result_page
from onegrid.maps.geojson import feature_collection
from onegrid.maps.signs import CAUSES, SIZES, facility_sign
from onegrid.standards import kinds

LOADS = re.compile(
    r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//|@import|url\(\s*["']?(?!data:|#)"""
)


@pytest.fixture(scope="module")
def page():
    return result_page(tables.map_tables(), title="示意区")


def properties_of(page, cell):
    data = re.search(r"_add\((\{.*\"class\".*\})\);", page)[1]
    return next(f["properties"] for f in json.loads(data)["features"] if f["id"] == cell)


def test_the_page_refers_to_nothing_that_it_would_load(page):
    outside_scripts = re.sub(r"(?s)<script>.*?</script>", "<script></script>", page)
    assert LOADS.findall(outside_scripts) == []
    without_comments = re.sub(r"(?s)/\*.*?\*/", "", outside_scripts)
    assert "://" not in without_comments
    assert "sourceMappingURL" not in page
    assert "default-src 'none'" in page


def test_the_same_tables_give_the_same_bytes(page):
    assert result_page(tables.map_tables(), title="示意区") == page


def test_tables_are_not_changed():
    given = tables.map_tables()
    result_page(given, title="x")
    pd.testing.assert_frame_equal(given.gaps, tables.gaps())
    assert given.cells.equals(tables.cells())


def test_few_households_are_hidden_from_the_public_and_shown_to_the_office(page):
    office = result_page(tables.map_tables(), title="x", office=True)
    assert ["户数", "少于10或不公开"] in properties_of(page, "c05")["tip"]
    assert ["户数", "4"] in properties_of(office, "c05")["tip"]
    assert "内部资料" in office
    assert "内部资料" not in page


def test_the_public_page_holds_no_count_of_one_to_nine(page):
    for cell in tables.cells().index:
        tips = properties_of(page, cell)["tip"]
        counts = [v for label, v in tips if label in ("户数", "60岁以上") and v.isdigit()]
        assert not [c for c in counts if 0 < int(c) < 10]


def test_every_cell_has_a_class_in_every_theme(page):
    for cell in tables.cells().index:
        found = properties_of(page, cell)
        size, *causes = found["class"]
        assert len(found["more"]) == len(found["class"]) == 1 + len(tables.KINDS)
        assert 0 <= size < len(SIZES)
        assert all(0 <= c < len(CAUSES) for c in causes)


def test_kinds_choose_and_order_what_is_shown():
    one = result_page(replace(tables.map_tables(), kinds=("pharmacy",)), title="x")
    labels = re.findall(r'"label": "([^"]+)", "signs"', one)
    assert labels[1:] == ["缺口：药店"]


@pytest.mark.parametrize("part", ["cells", "communities", "facilities", "roads", "conflicts"])
def test_any_part_may_be_missing_or_stand_alone(part):
    everything = replace(tables.map_tables(), conflicts=conflicts())
    assert result_page(replace(everything, **{part: None}), title="x")
    alone = MapTables(**{part: getattr(everything, part)})
    assert result_page(alone, title="x")


def test_nothing_to_draw_is_an_input_error():
    with pytest.raises(InputError, match="MAP_EMPTY"):
        result_page(MapTables(gaps=tables.gaps()), title="x")


def conflicts():
    return gpd.GeoDataFrame(
        {
            "kind": ["border"],
            "departments": ["politics_law;emergency"],
            "area_m2": [1200.0],
            "width_m": [12.0],
            "households": [3],
            "status": ["open"],
        },
        index=pd.Index(["k1"], name="conflict_id"),
        geometry=[tables.cells().geometry.iloc[0]],
        crs=tables.CRS,
    )


def test_few_households_of_a_conflict_are_hidden_from_the_public():
    given = replace(tables.map_tables(), conflicts=conflicts())
    public, office = (result_page(given, title="x", office=o) for o in (False, True))
    assert '["户数", "少于10或不公开"], ["状态", "待定"]' in public
    assert '["户数", "3"], ["状态", "待定"]' in office


def test_hostile_text_cannot_leave_its_string():
    cells = tables.cells()
    cells["name"] = '</script><script>alert("x")</script>'
    page = result_page(
        MapTables(cells=cells, departments={"<img src=x onerror=alert(1)>": cells}),
        title='</title><script>alert("t")</script>',
    )
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_neighbours_still_share_their_borders_after_simplifying():
    wavy = tables.cells()
    wavy["geometry"] = shapely.segmentize(wavy.geometry.to_numpy(), 7.0)
    collection = feature_collection(wavy, simplify_m=1.0)
    shapes = [shapely.geometry.shape(f["geometry"]) for f in collection["features"]]
    assert shapely.coverage_is_valid(shapes)
    assert sum(len(s.exterior.coords) for s in shapes) < 24 * 8


def test_every_facility_kind_has_a_sign_with_a_character():
    assert all(len(facility_sign(kind).glyph) == 1 for kind in kinds())


def test_classes_differ_by_more_than_colour_alone():
    for family in (SIZES, CAUSES):
        coloured = [(s.colour, s.pattern) for s in family.values()]
        assert len(set(coloured)) == len(coloured)
    alarming = [s.pattern for c, s in CAUSES.items() if c in ("far", "severed", "closed", "full")]
    assert len(set(alarming)) == len(alarming)
