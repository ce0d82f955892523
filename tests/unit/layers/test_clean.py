from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from onegrid.errors import InputError
from onegrid.layers.clean import LEDGER_COLUMNS, clean_layer
from onegrid.layers.gaps import close_gaps, share_gaps
from onegrid.layers.ledger import DOUBTFUL_COLUMNS, KINDS, refuse_doubtful
from onegrid.layers.moves import hand_over_crumbs
from onegrid.layers.nest import nest_communities, subdistricts_of


def layer(*shapes, codes=None):
    names = codes or [f"A{i}" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"code": names}, geometry=list(shapes), crs=4547)


def kinds(cleaned):
    return cleaned.ledger.groupby("kind")["code"].apply(list).to_dict()


def test_a_sound_layer_is_left_alone():
    cleaned = clean_layer(layer(box(0, 0, 50, 50), box(50, 0, 90, 50)), department="x")
    assert cleaned.ledger.empty
    assert tuple(cleaned.ledger.columns) == LEDGER_COLUMNS
    assert cleaned.layer.area.tolist() == [2500, 2000]


def test_an_overlap_goes_to_one_neighbour_and_is_written_down():
    cleaned = clean_layer(layer(box(0, 0, 60, 50), box(50, 0, 90, 50)), department="x")
    assert shapely.coverage_is_valid(cleaned.layer.geometry.to_numpy())
    assert cleaned.layer.area.sum() == pytest.approx(90 * 50)
    assert cleaned.ledger["moved_area_m2"].sum() == pytest.approx(500)
    assert kinds(cleaned) == {"overlap": ["A1"]} or kinds(cleaned) == {"overlap": ["A0"]}
    assert cleaned.doubtful.empty


def test_bow_ties_repeated_codes_features_and_missing_codes_are_all_named():
    bow_tie = Polygon([(0, 100), (50, 150), (50, 100), (0, 150)])
    shapes = [box(0, 0, 50, 50), box(50, 0, 90, 50), box(50, 0, 90, 50), bow_tie, box(0, 50, 9, 60)]
    cleaned = clean_layer(layer(*shapes, codes=["A", "B", "C", "D", None]), department="x")
    found = kinds(cleaned)
    assert found["invalid_ring"] == ["D"]
    assert found["duplicate_feature"] == ["C"]
    assert found["missing_code"] == ["#4"]
    again = clean_layer(layer(*shapes, codes=["A", "A", "B", "D", "E"]), department="x")
    assert kinds(again)["duplicate_code"] == ["A"]


def test_a_market_drawn_on_top_of_its_surroundings_stays():
    hidden = [box(0, 0, 100, 100), box(40, 40, 60, 60)]
    cleaned = clean_layer(layer(*hidden), department="x")
    assert cleaned.layer.set_index("code").area.to_dict() == {"A0": 9_600, "A1": 400}


def test_a_grid_that_others_cover_is_named_as_vanished_and_asked_about():
    halves = [box(0, 0, 50, 100), box(50, 0, 100, 100), box(0, 0, 100, 100)]
    cleaned = clean_layer(layer(*halves), department="x")
    assert kinds(cleaned)["vanished"] == ["A2"]
    assert cleaned.layer["code"].tolist() == ["A0", "A1"]
    row = cleaned.doubtful.set_index("code").loc["A2"]
    assert row["kind"] == "vanished"
    assert row["moved_area_m2"] == 10_000
    assert "请确认是否保留" in row["question"]


def test_only_repairs_of_weight_are_asked_about():
    slip = Polygon([(0, 0), (100, 0), (100, 100), (1, 100), (0, 99), (1, 99), (0, 100)])
    lobes = Polygon([(200, 0), (300, 100), (300, 0), (200, 100)])
    wide = [box(400, 0, 500, 100), box(440, 0, 600, 100)]
    same = box(700, 0, 800, 100)
    shapes = [slip, lobes, *wide, same, same]
    cleaned = clean_layer(layer(*shapes, codes=["S", "L", "W1", "W2", "D1", "D2"]), department="x")
    asked = set(zip(cleaned.doubtful["kind"], cleaned.doubtful["code"], strict=True))
    assert {("invalid_ring", "L"), ("duplicate_feature", "D2")} <= asked
    assert {kind for kind, _ in asked} == {"invalid_ring", "duplicate_feature", "wide_overlap"}
    assert ("invalid_ring", "S") not in asked
    assert kinds(cleaned)["invalid_ring"] == ["L", "S"]


def test_one_code_on_parts_that_touch_is_sure_and_on_parts_apart_is_asked_about():
    touching = layer(box(0, 0, 9, 9), box(9, 0, 20, 9), codes=["A", "A"])
    assert clean_layer(touching, department="x").doubtful.empty
    apart = layer(box(0, 0, 9, 9), box(900, 0, 920, 9), codes=["A", "A"])
    assert clean_layer(apart, department="x").doubtful["code"].tolist() == ["A"]


def test_a_crumb_that_comes_off_goes_to_its_neighbour_and_a_large_part_is_asked_about():
    before = np.array([box(0, 0, 100, 100), box(100, 0, 160, 100)])
    crumb = shapely.multipolygons([box(0, 0, 90, 100), box(95, 0, 96, 1)])
    after = np.array([crumb, shapely.difference(box(90, 0, 160, 100), box(95, 0, 96, 1))])
    shapes, found, handed_m2 = hand_over_crumbs(before, after, ["A", "B"])
    assert [(r.code, r.kind, r.moved_area_m2) for r in found] == [("A", "detached_part", 1.0)]
    assert shapely.get_num_geometries(shapes).tolist() == [1, 1]
    assert handed_m2.tolist() == [1, 0]
    assert shapely.area(shapes).sum() == pytest.approx(16_000)
    halves = shapely.multipolygons([box(0, 0, 40, 100), box(50, 0, 100, 100)])
    after = np.array([halves, box(40, 0, 50, 100)])
    before = np.array([box(0, 0, 100, 100), after[1]])
    shapes, found, handed_m2 = hand_over_crumbs(before, after, ["A", "R"])
    assert shapely.get_num_geometries(shapes).tolist() == [2, 1]
    assert "4000 平方米不相连" in found[0].question
    assert handed_m2.tolist() == [0, 0]


def test_a_narrow_gap_that_reaches_the_outside_is_named_and_stays_open():
    cleaned = clean_layer(layer(box(0, 0, 50, 90), box(52, 0, 90, 90)), department="x")
    assert kinds(cleaned) == {"open_gap": ["A0"]} or kinds(cleaned) == {"open_gap": ["A1"]}
    assert cleaned.ledger["moved_area_m2"].sum() == 0


def test_strict_refuses_every_doubtful_repair_with_a_line_of_its_own():
    same = box(0, 0, 30, 30)
    lobes = Polygon([(200, 0), (300, 100), (300, 0), (200, 100)])
    cleaned = clean_layer(layer(same, same, lobes), department="x")
    assert tuple(cleaned.doubtful.columns) == DOUBTFUL_COLUMNS
    with pytest.raises(InputError) as refused:
        refuse_doubtful(cleaned.doubtful, sources={"x": "x.shp"})
    lines = [p.line() for p in refused.value.problems]
    assert len(lines) == 2
    assert all(line.startswith("error[REPAIR_DOUBTFUL] x.shp:") for line in lines)
    refuse_doubtful(cleaned.doubtful.iloc[:0])


def test_every_kind_of_repair_has_a_chinese_label():
    cleaned = clean_layer(layer(box(0, 0, 60, 50), box(50, 0, 90, 50)), department="x")
    assert set(cleaned.ledger["kind"]) <= set(KINDS)


@pytest.mark.parametrize("shared", [False, True])
def test_rings_of_very_many_vertices_are_cleaned_in_seconds(shared):
    y = np.linspace(0, 2_000, 100_001)
    middle = np.column_stack([1_000 + np.sin(y), y])
    west = Polygon(np.vstack([middle, [(0, 2_000), (0, 0)]]))
    east = Polygon(np.vstack([middle[::-1] + (0 if shared else 5), [(2e3, 0), (2e3, 2e3)]]))
    cleaned = clean_layer(layer(west, east), department="x")
    assert shapely.coverage_is_valid(cleaned.layer.geometry.to_numpy())
    moved_m2 = np.abs(cleaned.layer.area - [west.area, east.area]).sum()
    assert moved_m2 < 2_000 * 0.001 * 2 + 2_000 * 10 * (not shared)
    assert cleaned.layer.get_coordinates().shape[0] < 60_000


def test_the_input_is_not_changed():
    shapes = layer(box(0, 0, 60, 50), box(50, 0, 90, 50))
    before = shapes.copy(deep=True)
    clean_layer(shapes, department="x")
    assert shapes.equals(before)


def test_an_open_web_of_gaps_is_shared_by_its_neighbours():
    cross = np.array(
        [box(0, 0, 99, 99), box(101, 0, 200, 99), box(0, 101, 99, 200), box(101, 101, 200, 200)]
    )
    grown = share_gaps(cross, width_m=5)
    areas = shapely.area(grown)
    assert areas.sum() == pytest.approx(200 * 200, rel=1e-9)
    assert areas.max() / areas.min() < 1.02  # no tentacle: nobody got the whole web


def test_an_island_in_a_closed_gap_stays_an_island():
    land, island = (
        box(0, 0, 90, 90) - box(30, 30, 60, 60),
        box(33, 33, 57, 57) - box(40, 40, 50, 50),
    )
    spit = box(44, 44, 46, 46)
    closed = close_gaps(np.array([land, island, spit]), width_m=11)
    assert shapely.area(closed).tolist() == [90 * 90 - 24 * 24, 24 * 24 - 4, 4]
    assert close_gaps(closed, width_m=11).tolist() == closed.tolist()


def test_closed_gaps_go_where_coverage_cleaning_puts_them():
    rng = np.random.default_rng(20)
    sides = np.cumsum(rng.uniform(40, 80, (2, 13)), axis=1)
    corners = [(w, s, e, n) for w, e in pairwise(sides[0]) for s, n in pairwise(sides[1])]
    plots = shapely.box(*(np.array(corners) + rng.uniform(-3, 3, (len(corners), 4))).T)
    turned = shapely.transform(plots, lambda xy: xy @ [[0.8, 0.6], [-0.6, 0.8]])
    ours = close_gaps(shapely.coverage_clean(turned, gap_width=0), width_m=9)
    theirs = shapely.coverage_clean(turned, gap_width=9)
    assert shapely.equals_identical(shapely.normalize(ours), shapely.normalize(theirs)).all()
    assert not shapely.equals(ours, shapely.coverage_clean(turned, gap_width=0)).all()


def test_a_lake_stays_a_hole():
    ring = np.array(
        [box(0, 0, 300, 100), box(0, 200, 300, 300), box(0, 100, 100, 200), box(200, 100, 300, 200)]
    )
    assert shapely.area(share_gaps(ring, width_m=30)).sum() == pytest.approx(8 * 100 * 100)


def test_communities_are_joined_by_id_closed_and_nested():
    towns = gpd.GeoDataFrame(
        {"name": ["甲", "乙", "乙"], "subdistrict_id": "S", "subdistrict_name": "街"},
        geometry=[box(0, 0, 99, 100), box(101, 0, 200, 100), box(300, 0, 400, 100)],
        index=["1", "2", "2"],
        crs=4547,
    )
    nested = nest_communities(towns)
    assert nested.communities.index.tolist() == ["1", "2"]
    assert nested.communities.area.sum() == pytest.approx(300 * 100)
    whole = subdistricts_of(nested.communities)
    assert whole.loc["S", "communities"] == 2
    assert whole.area.sum() == pytest.approx(300 * 100)
