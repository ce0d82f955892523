import geopandas as gpd
import pandas as pd
import pytest
import shapely

from onegrid import schema
from onegrid.io.datum import wgs84_to_gcj02
from onegrid.io.files import read_table


def facilities(district, folder, kind):
    places = read_table(str(district.facilities), schema.FACILITIES).frame
    path = folder / f"{kind}.gpkg"
    places[places["kind"] == kind].reset_index().to_file(path, layer="facilities")
    return path


def test_network_says_what_it_found_and_nothing_else_is_on_stdout(onegrid, district, tmp_path):
    outcome = onegrid("network", district.roads, "--out", tmp_path / "s.network", "--json")
    assert outcome.code == 0
    assert outcome.out.count("\n") == 1
    assert {"nodes", "edges", "components", "crossings"} <= set(outcome.json)


def test_network_tells_in_words_where_streets_are_doubtful(onegrid, quickly, tmp_path):
    streets = gpd.GeoDataFrame(
        {"highway": ["residential", "residential", "steps", "footway"]},
        geometry=shapely.from_wkt(
            [
                "LINESTRING Z (527000 3384000 20, 527200 3384000 25)",
                "LINESTRING Z (527100 3383900 20, 527100 3384100 20)",
                "LINESTRING Z (527000 3384000 20, 527000 3384003 21)",
                "LINESTRING Z (527150 3384000.5 20, 527150 3384080 20)",
            ]
        ),
        crs=4547,
    )
    streets.to_file(tmp_path / "roads.gpkg", layer="roads")
    out = tmp_path / "s.network"
    outcome = onegrid("network", tmp_path / "roads.gpkg", "--out", out)
    assert outcome.code == 0
    for words in ("台阶 1", "断头 6 处，其中短于 5 米的 1 处", "100% 的长度有高程", str(out)):
        assert words in outcome.out
    assert (
        "1 处交叉没有共同端点（未连接；确实相通的，加 --node 打断连接）：(527100.0," in outcome.err
    )
    assert "1 个断头离别的道路不到 1 米却没有接上" in outcome.err
    joined = quickly("network", tmp_path / "roads.gpkg", "--node", "--out", out)
    assert "已打断连接" in joined.err


def test_reach_circles_and_nearest_agree(onegrid, district, streets, tmp_path):
    clinics = facilities(district, tmp_path, "clinic")
    pairs = tmp_path / "pairs.parquet"
    outcome = onegrid(
        *("reach", "--network", streets, "--from", clinics, "--to", district.households),
        *("--minutes", "10", "--out", pairs, "--json"),
    )
    assert outcome.code == 0, outcome.err
    table = pd.read_parquet(pairs)
    assert list(table.columns) == ["from_id", "to_id", "walk_s"]
    assert table["walk_s"].max() <= 600
    assert outcome.json["pairs"] == len(table)

    drawn = tmp_path / "circles.gpkg"
    words = ("circles", "--network", streets, "--facilities", clinics, "--method", "edges")
    assert onegrid(*words, "--minutes", "5,10", "--out", drawn).code == 0
    circles = gpd.read_file(drawn, layer="circles")
    assert list(circles.columns) == ["facility_id", "minutes", "area_m2", "geometry"]
    homes = read_table(str(district.households), schema.PEOPLE, crs=circles.crs.to_string()).frame
    inside = circles[circles["minutes"] == 10].set_index("facility_id").geometry
    reached = table.groupby("from_id")["to_id"].agg(set)
    for facility, doors in reached.items():
        near = shapely.dwithin(homes.geometry[sorted(doors)].to_numpy(), inside[facility], 100)
        assert near.all()

    door = homes.geometry.to_crs(4326)[table["to_id"].iloc[0]]
    asked = onegrid(
        *("nearest", "--network", streets, "--facilities", clinics, "--count", "1"),
        *("--at", f"{door.x:.9f},{door.y:.9f}", "--json"),
    )
    answer = asked.json["kinds"]["clinic"][0]
    best = table[table["to_id"] == table["to_id"].iloc[0]]["walk_s"].min()
    assert answer["walk_s"] == pytest.approx(best, abs=0.2)
    assert answer["route"]["type"] == "LineString"
    assert answer["route"]["coordinates"][0] == pytest.approx([door.x, door.y], abs=1e-6)


@pytest.mark.parametrize(
    "words",
    [
        ("--minutes", "0"),
        ("--minutes", "nan"),
        ("--minutes", "100000"),
        ("--speed-m-s", "-1"),
        ("--speed-m-s", "0"),
        ("--speed-m-s", "nan"),
        ("--speed-m-s", "80"),
        ("--profile", "superman"),
    ],
)
def test_senseless_walks_are_refused(quickly, district, streets, tmp_path, words):
    outcome = quickly(
        *("reach", "--network", streets, "--from", district.facilities),
        *("--to", district.households, "--out", tmp_path / "p.parquet", *words),
    )
    assert outcome.code == 2
    assert outcome.codes
    assert not (tmp_path / "p.parquet").exists()


def test_one_null_origin_does_not_fail_the_batch(quickly, district, streets, tmp_path):
    homes = gpd.read_parquet(district.households).head(20).reset_index(drop=True)
    homes["id"] = [f"h{i}" for i in range(20)]
    homes.loc[3, "geometry"] = None
    homes.loc[4, "geometry"] = shapely.Point(homes.geometry.x.max() + 4_000, homes.geometry.y[0])
    homes.to_file(tmp_path / "homes.gpkg", layer="people")
    outcome = quickly(
        *("reach", "--network", streets, "--from", tmp_path / "homes.gpkg"),
        *("--to", district.facilities, "--out", tmp_path / "p.parquet", "--json"),
    )
    assert outcome.code == 0
    assert outcome.json["skipped"] == ["h3"]
    assert "h4" in outcome.json["unreachable"]


def test_a_declared_datum_is_taken_out(onegrid, quickly, district, streets, tmp_path):
    clinics = facilities(district, tmp_path, "clinic")
    frame = gpd.read_file(clinics).to_crs(4326)
    lon, lat = wgs84_to_gcj02(frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy())
    shifted = frame.set_geometry(gpd.points_from_xy(lon, lat), crs=4326)
    shifted.to_file(tmp_path / "shifted.gpkg", layer="facilities")
    words = ("reach", "--network", streets, "--to", district.households)
    plain, declared = tmp_path / "plain.parquet", tmp_path / "declared.parquet"
    assert onegrid(*words, "--from", clinics, "--out", plain).code == 0
    source = ("--from", tmp_path / "shifted.gpkg", "--datum", "from=gcj02")
    assert onegrid(*words, *source, "--out", declared).code == 0
    pd.testing.assert_frame_equal(pd.read_parquet(plain), pd.read_parquet(declared), atol=0.11)
    for wrong in ("nobody=gcj02", "gcj03"):
        refused = quickly(*words, "--from", clinics, "--datum", wrong, "--out", tmp_path / "x")
        assert refused.code == 2
        assert refused.codes


@pytest.fixture(scope="module")
def gated(onegrid, tmp_path_factory):
    """Two ways to a clinic and a shop: 100 m through a gate with hours, 500 m around."""
    folder = tmp_path_factory.mktemp("gated")
    streets = gpd.GeoDataFrame(
        {
            "highway": "footway",
            "opening_hours": ["06:00-22:00", None, None, None],
            "foot_conditional": [None, None, None, "no @ (22:00-06:00)"],
        },
        geometry=shapely.from_wkt(
            [
                "LINESTRING (527000 3384000, 527100 3384000)",
                "LINESTRING (527000 3384000, 527000 3384200, 527100 3384200, 527100 3384000)",
                "LINESTRING (526900 3384000, 527000 3384000)",
                "LINESTRING (526900 3384000, 526900 3384100)",
            ]
        ),
        crs=4547,
    )
    streets.to_file(folder / "roads.gpkg", layer="roads")
    assert onegrid("network", folder / "roads.gpkg", "--out", folder / "n.network").code == 0
    facilities = gpd.GeoDataFrame(
        {
            "facility_id": ["c", "d"],
            "kind": "clinic",
            "name": ["甲", "乙"],
            "opening_hours": ["24/7", "Mo-Fr 08:00-17:00"],
        },
        geometry=shapely.points([[527100, 3384000], [526900, 3384100]]),
        crs=4547,
    )
    facilities.to_file(folder / "f.gpkg", layer="facilities")
    door = gpd.GeoDataFrame({"id": ["h"]}, geometry=shapely.points([[527000, 3384000]]), crs=4547)
    door.to_file(folder / "h.gpkg", layer="places")
    return folder


@pytest.mark.parametrize(
    ("when", "walks", "shut"),
    [
        (None, {"c": 75.0, "d": 150.0}, None),
        ("2026-11-20T12:00", {"c": 75.0, "d": 150.0}, []),  # a Friday
        ("2026-11-22T12:00", {"c": 75.0}, ["d"]),
        ("2026-11-20T23:00", {"c": 375.0}, ["d"]),  # the gate is shut, the way around is not
    ],
)
def test_gates_and_facilities_are_shut_at_the_asked_time(
    quickly, gated, tmp_path, when, walks, shut
):
    asked = ["--when", when] if when else []
    files = ("--network", gated / "n.network", "--from", gated / "h.gpkg", "--to", gated / "f.gpkg")
    outcome = quickly("reach", *files, *asked, "--out", tmp_path / "o.parquet", "--json")
    assert outcome.code == 0, outcome.err
    pairs = pd.read_parquet(tmp_path / "o.parquet")
    assert dict(zip(pairs["to_id"], pairs["walk_s"], strict=True)) == walks
    assert outcome.json.get("shut") == shut


def test_nearest_at_night_says_who_is_shut_and_refuses_a_time_that_is_none(onegrid, quickly, gated):
    place = gpd.GeoSeries(shapely.points([[527000, 3384000]]), crs=4547).to_crs(4326)[0]
    files = ("--network", gated / "n.network", "--facilities", gated / "f.gpkg")
    at = f"{place.x},{place.y}"
    outcome = onegrid("nearest", *files, "--at", at, "--when", "2026-11-20T23:00", "--json")
    assert outcome.code == 0, outcome.err
    assert [a["walk_s"] for a in outcome.json["kinds"]["clinic"]] == pytest.approx([375], abs=0.2)
    assert outcome.json["shut"] == ["d"]
    refused = quickly("nearest", *files, "--at", at, "--when", "tonight")
    assert refused.code == 2
    assert "--when 'tonight'" in refused.err
