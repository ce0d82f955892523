"""The bundled sample: what is real is exact, what is invented says so, and all of it reads."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from onegrid import schema, standards
from onegrid.errors import InputError
from onegrid.io.files import read_table
from onegrid.io.sample import bundle, load_sample

CRS = "EPSG:4547"


@pytest.fixture(scope="module")
def tables():
    paths = load_sample()
    asked = {
        "communities": (paths.communities, schema.COMMUNITIES),
        "households": (paths.households, schema.RESIDENTS),
        "roads": (paths.roads, schema.ROADS),
        "facilities": (paths.facilities, schema.FACILITIES),
        **{name: (path, schema.DEPARTMENT) for name, path in paths.departments.items()},
    }
    return {name: read_table(str(path), table, crs=CRS) for name, (path, table) in asked.items()}


def with_text(frame):
    """Return a roads table with empty text where nothing is known."""
    return frame.assign(**{name: frame[name].fillna("") for name in schema.ROADS.columns})


def test_every_file_reads_without_a_finding_but_the_gbk_one(tables):
    found = {name: [f.code for f in t.findings] for name, t in tables.items() if t.findings}
    assert found == {"urban_management": ["ENCODING_GUESSED"]}
    assert not any(t.skipped for t in tables.values())


def test_the_units_are_those_of_jianghan_and_tile_the_district(tables):
    frame = tables["communities"].frame
    assert len(frame) == 111
    assert frame["subdistrict_id"].nunique() == 15
    assert frame.index.str.startswith("420103").all()
    assert frame.loc["420103001002", "name"] == "万年社区"
    assert frame["name"].str.contains("虚拟社区").sum() == 2
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    assert (frame.geom_type == "Polygon").all()
    assert shapely.union_all(frame.geometry.to_numpy()).area == pytest.approx(29_645_270, abs=50)


def test_each_subdistrict_is_in_one_piece(tables):
    frame = tables["communities"].frame
    whole = frame.dissolve("subdistrict_id")
    assert (whole.geom_type == "Polygon").all()


def test_residents_are_plausible_and_inside_the_district(tables):
    people, units = tables["households"].frame, tables["communities"].frame
    assert people["households"].sum() == 205_000
    assert 2.4 < people["people"].sum() / people["households"].sum() < 2.8
    assert 0.2 <= people["elders_60"].sum() / people["people"].sum() <= 0.25
    assert (people["elders_80"] <= people["elders_60"]).all()
    assert (people["elders_alone"] <= people["elders_60"]).all()
    for part, whole in (
        ("elders_80_alone", "elders_80"),
        ("elders_80_alone", "elders_alone"),
        ("children_in_need", "children"),
        ("disabled_severe", "disabled"),
        ("disabled", "people"),
    ):
        assert (people[part] <= people[whole]).all()
        assert people[part].sum() > 0
    assert (people["children"] + people["elders_60"] <= people["people"]).all()
    homes = shapely.STRtree(units.geometry.to_numpy()).query(
        people.geometry.to_numpy(), predicate="within"
    )[1]
    assert len(homes) == len(people)
    lived_in = np.bincount(homes, minlength=len(units)) > 0
    assert units["name"][~lived_in].str.contains("虚拟社区").all()


def test_facilities_of_every_kind_stand_in_the_sample_and_are_labelled(tables):
    frame = tables["facilities"].frame
    assert set(frame["kind"]) <= set(standards.kinds())
    assert frame["name"].str.endswith("(示意)").all()
    assert frame["name"].is_unique
    care = frame[frame["kind"] == "day_care_station"]
    norm = next(n for n in standards.pack() if n.kind == "day_care_station")
    assert (care["floor_area_m2"] < norm.floor_m2_min).any()
    assert (care["floor_area_m2"] >= norm.floor_m2_min).any()


def test_departments_differ_by_metres_not_by_kilometres(tables):
    whole = shapely.union_all(tables["communities"].frame.geometry.to_numpy())
    names = ("politics_law", "emergency", "urban_management", "ecology")
    counts = [len(tables[name].frame) for name in names]
    assert len(set(counts)) == 4
    for name in names:
        frame = tables[name].frame
        assert shapely.is_valid(frame.geometry.to_numpy()).all()
        assert frame["code"].is_unique
        off = shapely.symmetric_difference(shapely.union_all(frame.geometry.to_numpy()), whole)
        assert 0 < off.area < 0.01 * whole.area


def test_a_gate_is_the_only_way_through_a_wall(tables):
    roads = with_text(tables["roads"].frame)
    walls = roads[(roads["barrier"] == "wall") & (roads["highway"] == "")]
    streets = roads[roads["highway"] != ""]
    crossing = shapely.STRtree(streets.geometry.to_numpy()).query(
        walls.geometry.to_numpy(), predicate="crosses"
    )[1]
    assert len(walls) > 30
    assert len(crossing) == 0
    gates = roads[roads["barrier"] == "gate"]
    assert (gates["highway"] == "service").all()
    assert ((gates["opening_hours"] != "") ^ (gates["access"] == "private")).all()


def test_the_railway_is_crossed_at_few_places_by_main_roads_only(tables):
    roads = with_text(tables["roads"].frame)
    railway = roads.geometry[roads["railway"] != ""].iloc[0]
    crossing = roads[roads.crosses(railway)]
    classes = crossing["highway"].str.removesuffix("_link")
    assert set(classes) <= {"motorway", "trunk", "primary", "secondary", "tertiary"}
    assert 4 <= len(crossing) <= 30


def test_nearly_all_streets_are_connected(tables):
    roads = with_text(tables["roads"].frame)
    lines = roads.geometry[roads["highway"] != ""].to_numpy()
    ends = shapely.get_coordinates(shapely.get_point(lines, np.array([[0], [-1]])).ravel())
    node = np.unique(ends, axis=0, return_inverse=True)[1].ravel().reshape(2, -1)
    group = np.arange(node.max() + 1)
    for _ in range(len(group)):  # spread the lowest number along the lines until nothing changes
        low = np.minimum(group[node[0]], group[node[1]])
        before = group.copy()
        np.minimum.at(group, node[0], low)
        np.minimum.at(group, node[1], low)
        group = group[group]
        if (group == before).all():
            break
    in_main = group[node[0]] == np.bincount(group).argmax()
    assert shapely.length(lines)[~in_main].sum() < 0.01 * shapely.length(lines).sum()


def test_streets_have_invented_names_that_run_on_and_say_so(tables):
    roads = with_text(tables["roads"].frame)
    named = roads[(roads["name"] != "") & (roads["highway"] != "")]
    assert named["name"].str.fullmatch("示意.+(路|街|巷|道)").all()
    wide = roads["highway"].isin(["primary", "secondary", "tertiary"])
    assert (roads["name"][wide] != "").mean() > 0.95
    assert (roads["name"][roads["highway"] == "service"] == "").all()
    # a name is one street: what has it lies together
    apart = named.dissolve("name").geometry.buffer(30).map(shapely.get_num_geometries)
    assert len(apart) > 300
    assert (apart == 1).mean() > 0.95


def test_the_river_lies_in_the_district_and_meets_its_bank(tables):
    water = gpd.read_parquet(load_sample().water)
    (river,) = water.geometry
    outline = shapely.union_all(tables["communities"].frame.geometry.to_numpy())
    assert river.is_valid
    assert outline.buffer(0.1).covers(river)
    assert water["name"].str.endswith("(示意)").all()
    homes = tables["households"].frame.geometry
    assert not homes.within(river).any()
    roads = with_text(tables["roads"].frame)
    (bank,) = roads.geometry[roads["waterway"] == "riverbank"]
    assert bank.within(river.boundary.buffer(5))


def test_what_is_invented_says_so(tables):
    paths = load_sample()
    homes = pd.read_parquet(paths.households, columns=["note"])
    assert (homes["note"] == "示意数据").all()
    assert set(pd.read_parquet(paths.roads, columns=["note"])["note"]) == {
        "OpenStreetMap",
        "OpenStreetMap,名称为示意数据",
        "示意数据",
    }
    assert "示意数据" in paths.attribution.read_text(encoding="utf-8")
    assert "OpenStreetMap contributors" in paths.attribution.read_text(encoding="utf-8")
    del tables


def test_the_sample_is_small():
    folder = load_sample().communities.parent
    assert sum(path.stat().st_size for path in folder.iterdir()) < 2_000_000


def test_a_missing_sample_names_every_missing_file(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle.resources, "files", lambda _: tmp_path)
    with pytest.raises(InputError) as caught:
        load_sample()
    assert len(caught.value.problems) == 9
    assert {p.code for p in caught.value.problems} == {"SAMPLE_MISSING"}
