import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from onegrid.layers.clean import LEDGER_COLUMNS, clean_layer
from onegrid.layers.gaps import share_gaps
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


def test_a_grid_that_others_cover_is_named_as_vanished_not_lost_silently():
    hidden = [box(0, 0, 100, 100), box(40, 40, 60, 60)]
    cleaned = clean_layer(layer(*hidden), department="x")
    gone = set(cleaned.ledger.loc[cleaned.ledger["kind"] == "vanished", "code"])
    kept = set(cleaned.layer["code"])
    assert gone | kept == {"A0", "A1"}
    assert cleaned.layer.area.sum() == pytest.approx(10_000)


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
