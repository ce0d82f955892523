"""The map page is one file, the same every time, and tells nothing it must not."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import tables
from onegrid.errors import InputError
from onegrid.maps import MapTables, result_page
from onegrid.maps.geojson import feature_collection
from onegrid.maps.packed import pack, unpack
from onegrid.maps.themes import SizeBand
from onegrid.standards import kinds
from onegrid.standards.signs import CAUSES, SIZES, facility_sign

LOADS = re.compile(
    r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//|@import|url\(\s*["']?(?!data:|#)"""
)


@pytest.fixture(scope="module")
def page():
    return result_page(tables.map_tables(), title="示意区")


def data_of(page):
    return json.loads(re.search(r"<script>Onegrid.data = (.*);</script>", page)[1])


def tips_of(collection):
    """Return the tooltips of a layer, each as label and value."""
    at, words, labels = (
        collection["columns"].index("tip"),
        collection["words"],
        collection["labels"],
    )
    values = [row[2 + at] for row in collection["rows"]]
    read = [[words[v] if isinstance(v, int) else v for v in row] for row in values]
    return [dict(zip(labels["tip"], row, strict=True)) for row in read]


def tip_of(page, cell):
    tips = tips_of(data_of(page)["cells"]["collection"])
    return tips[tables.cells().index.get_loc(cell)]


def test_the_page_refers_to_nothing_that_it_would_load(page):
    outside_scripts = re.sub(r"(?s)<script>.*?</script>", "<script></script>", page)
    assert LOADS.findall(outside_scripts) == []
    without_comments = re.sub(r"(?s)/\*.*?\*/", "", outside_scripts)
    assert "://" not in without_comments
    assert "sourceMappingURL" not in page
    assert "default-src 'none'" in page


def test_the_same_tables_give_the_same_bytes(page):
    assert result_page(tables.map_tables(), title="示意区") == page


def test_the_size_theme_speaks_of_what_was_asked_for():
    asked = replace(tables.map_tables(), band=SizeBand(900, 1500.5, "people"))
    theme = data_of(result_page(asked, title="示意区"))["themes"][0]
    assert theme["label"] == "网格规模（900–1500.5人，按人数）"
    labels = [sign["label"] for sign in theme["signs"]]
    assert labels == ["人数偏小", "人数适中", "人数偏大", "无住户"]
    usual = data_of(result_page(tables.map_tables(), title="示意区"))["themes"][0]
    assert usual["label"] == "网格规模（300–500户）"


def test_tables_are_not_changed():
    whole = tables.map_tables()
    result_page(whole, title="x")
    pd.testing.assert_frame_equal(whole.gaps, tables.gaps())
    assert whole.cells.equals(tables.cells())


def test_few_households_are_hidden_from_the_public_and_shown_to_the_office(page):
    office = result_page(tables.map_tables(), title="x", office=True)
    assert tip_of(page, "c05")["户数"] == "少于10或不公开"
    assert tip_of(office, "c05")["户数"] == "4"
    assert "内部资料" in office
    assert "内部资料" not in page


def test_the_public_page_holds_no_count_of_one_to_nine(page):
    for cell in tables.cells().index:
        tip = tip_of(page, cell)
        counts = [int(tip[k]) for k in ("户数", "60岁以上") if tip[k].isdigit()]
        assert not [count for count in counts if 0 < count < 10]


def test_every_cell_has_a_class_in_every_theme(page):
    cells = data_of(page)["cells"]["collection"]
    assert [tip["编码"] for tip in tips_of(cells)] == list(tables.cells()["code"])
    for row in cells["rows"]:
        found = dict(zip(cells["columns"], row[2:], strict=True))
        size, *causes, outline = found["class"]
        assert outline == 0
        assert len(found["more"]) == len(found["class"]) == 2 + len(tables.KINDS)
        assert 0 <= size < len(SIZES)
        assert all(0 <= c < len(CAUSES) for c in causes)


def test_kinds_choose_and_order_what_is_shown():
    one = result_page(replace(tables.map_tables(), kinds=("pharmacy",)), title="x")
    assert [theme["label"] for theme in data_of(one)["themes"]][1:-1] == ["缺口：药店"]


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
            "kind": ["border_shift"],
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
    whole = replace(tables.map_tables(), conflicts=conflicts())
    tips = []
    for office in (False, True):
        overlays = data_of(result_page(whole, title="x", office=office))["overlays"]
        drawn = next(o for o in overlays if o["name"] == "边界冲突")["collection"]
        tips += tips_of(drawn)
    assert list(tips[0].values())[:3] == ["边界错位", "政法、应急", "1,200平方米"]
    assert [tip["户数"] for tip in tips] == ["少于10或不公开", "3"]


def test_hostile_text_cannot_leave_its_string():
    cells = tables.cells()
    cells["name"] = '</script><script>alert("x")</script>'
    page = result_page(
        MapTables(cells=cells, departments={"<img src=x onerror=alert(1)>": cells}),
        title='</title><script>alert("t")</script>',
    )
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_text_that_looks_like_a_template_stays_as_it_is():
    # folium renders what it is given as a template once more
    hostile = "{{ 7 * 7 }}{% if x %}{# c"
    cells = tables.cells()
    cells["name"] = hostile
    page = result_page(MapTables(cells=cells, departments={hostile: cells}), title=hostile)
    assert tip_of(page, "c00")["网格"] == hostile
    assert f"<h1>{hostile}</h1>" in page
    assert "49" not in re.search(r"overlays : *\{[^}]*\}", page)[0]


@given(
    arrays(
        np.int64, st.tuples(st.integers(1, 30), st.just(2)), elements=st.integers(-(2**31), 2**31)
    )
)
def test_packed_points_come_back(points):
    assert np.array_equal(unpack(pack(points)), points)


def test_packed_layers_are_the_shapes_they_were(page):
    collection = data_of(page)["cells"]["collection"]
    lonlat = tables.cells().to_crs(4326).geometry
    for row, shape in zip(collection["rows"], lonlat, strict=True):
        drawn = shapely.Polygon(unpack(row[1][0]) / collection["scale"])
        assert drawn.hausdorff_distance(shape) < 1e-6


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


def scenarios():
    """Return the pharmacies today and with one more; cell c05 has twelve people."""
    today = tables.gaps().query("kind == 'elder_care_center'")
    more = today.assign(people_covered=today["people"], elders_60_covered=today["elders_60"])
    more = more.assign(cause=more["cause"].where(more["people"] == 0, "covered"))
    parts = [today.assign(scenario="现状"), more.assign(scenario="加一处<b>")]
    return pd.concat(parts, ignore_index=True)


def test_scenarios_of_a_kind_are_one_choice_with_a_slider():
    given = replace(tables.map_tables(), scenarios=scenarios())
    page = result_page(given, title="x")
    themes = [theme for theme in data_of(page)["themes"] if theme["group"]]
    assert {theme["group"] for theme in themes} == {"情景对照：居家养老服务中心(街道级)"}
    assert [theme["step"] for theme in themes] == ["现状", "加一处<b>"]
    assert "<b>" not in page.split("<script>Onegrid.data")[0]


def test_what_a_plan_does_to_few_people_is_hidden_and_today_stands_as_it_is_published():
    cells = tables.cells()
    told = scenarios()
    few = (told["level"] == "cell") & (told["id"] == "c01") & (told["scenario"] == "加一处<b>")
    up = told["level"].isin(["community", "subdistrict", "district"])
    mine = told["id"].isin(["m00", "s0", "district"]) & up & (told["scenario"] == "加一处<b>")
    told.loc[few | mine, "people_covered"] -= 1255  # 5 of 1,260 are left
    page = result_page(replace(tables.map_tables(), scenarios=told), title="x")
    data = data_of(page)
    names = [theme["label"] for theme in data["themes"]]
    column = data["cells"]["collection"]["columns"].index("class") + 2
    row = data["cells"]["collection"]["rows"][cells.index.get_loc("c01")]
    hidden = list(CAUSES).index("hidden")
    about = [i for i, name in enumerate(names) if "居家养老服务中心" in name]
    gap, today, plan = (row[column][i] for i in about)
    assert gap == today != hidden
    assert plan == hidden


def test_ranked_fixes_stand_on_the_map_and_small_gains_do_not():
    fixes = gpd.GeoDataFrame(
        {
            "rank": [1, 4],
            "kind": ["elder_care_center", "pharmacy"],
            "fix": ["new_site", "open_link"],
            "elders_60_gained": [120, 3],
            "people_gained": [300, 30],
            "cost_note": ["同类第 1 处新址", "新开 40 米通道"],
        },
        geometry=[shapely.Point(486100, 4240100), shapely.Point(486400, 4240400)],
        crs=tables.CRS,
    )
    for office, gained in ((False, "少于10或不公开"), (True, "3")):
        page = result_page(replace(tables.map_tables(), fixes=fixes), title="x", office=office)
        layer = next(o for o in data_of(page)["overlays"] if o["name"] == "怎样补最省")
        tips = tips_of(layer["collection"])
        assert [tip["次序"] for tip in tips] == ["4", "1"]  # the first lies on top
        assert [tip["受益60岁以上"] for tip in tips] == [gained, "120"]
        assert [sign["label"] for sign in layer["legend"]] == ["打通通道", "新建"]


def test_a_kind_whose_norm_is_not_verified_says_so_in_its_theme():
    gaps = tables.gaps()
    gaps["unverified"] = np.where(gaps["kind"] == "pharmacy", "未核实", "")
    page = result_page(replace(tables.map_tables(), gaps=gaps), title="x")
    labels = [theme["label"] for theme in data_of(page)["themes"]]
    assert "缺口：药店（标准未核实）" in labels
    assert not any("养老" in label and "未核实" in label for label in labels)


def test_made_up_data_is_said_once():
    given = replace(tables.map_tables(), synthetic=True, attribution=("示意数据", "道路来源"))
    page = result_page(given, title="x")
    assert page.count("示意数据") == 1
    assert "道路来源" in page


def test_scenarios_are_drawn_without_a_gaps_table_too():
    given = replace(
        tables.map_tables(), gaps=None, scenarios=scenarios().drop(columns="worst_walk_s")
    )
    data = data_of(result_page(given, title="x"))
    assert [theme["step"] for theme in data["themes"] if theme["group"]] == ["现状", "加一处<b>"]
