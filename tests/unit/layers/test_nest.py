"""Communities as offices deliver them still nest: holes, parts, two subdistricts, no name."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

import districts
from onegrid.layers.nest import nest_communities, subdistricts_of


def towns(*rows, crs=4547):
    """Rows of id, subdistrict id, subdistrict name, shape."""
    return gpd.GeoDataFrame(
        {
            "name": [f"{r[0]}社区" for r in rows],
            "subdistrict_id": [r[1] for r in rows],
            "subdistrict_name": [r[2] for r in rows],
        },
        index=[r[0] for r in rows],
        geometry=[r[3] for r in rows],
        crs=crs,
    ).rename_axis("community_id")


def kinds(nested):
    return set(nested.ledger["kind"])


def test_a_community_inside_a_hole_of_another_and_parts_across_a_road():
    inner = box(40, 40, 60, 60)
    ring = Polygon(box(0, 0, 100, 100).exterior, [inner.exterior])
    parts = MultiPolygon([box(100, 0, 140, 100), box(200, 0, 240, 100)])
    nested = nest_communities(
        towns(("1", "s", "街", ring), ("2", "s", "街", inner), ("3", "t", "道", parts))
    )
    assert nested.ledger.empty
    assert nested.communities.area.tolist() == [9600, 400, 8000]
    assert shapely.coverage_is_valid(nested.communities.geometry.to_numpy())


def test_a_community_of_two_subdistricts_goes_with_the_larger_part_and_is_asked_about():
    nested = nest_communities(
        towns(("1", "s", "甲街", box(0, 0, 10, 10)), ("1", "t", "乙街", box(10, 0, 90, 10)))
    )
    assert nested.communities["subdistrict_id"].tolist() == ["t"]
    assert nested.communities["subdistrict_name"].tolist() == ["乙街"]
    assert "two_subdistricts" in set(nested.doubtful["kind"])
    assert len(subdistricts_of(nested.communities)) == 1


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_a_community_without_a_subdistrict_joins_its_longest_neighbour(empty):
    nested = nest_communities(
        towns(
            ("1", "s", "甲街", box(0, 0, 50, 100)),
            ("2", empty, None, box(50, 0, 100, 100)),
            ("3", "t", "乙街", box(60, 100, 100, 150)),
        )
    )
    assert nested.communities["subdistrict_id"].tolist() == ["s", "s", "t"]
    assert nested.communities["subdistrict_name"].tolist() == ["甲街", "甲街", "乙街"]
    assert nested.doubtful["kind"].tolist() == ["missing_subdistrict"]


def test_a_subdistrict_has_the_name_given_most_often_and_may_have_none():
    shapes = [box(k * 10, 0, k * 10 + 10, 10) for k in range(4)]
    names = ["", "甲街", "甲街", "甲街道"]
    nested = nest_communities(towns(*((str(k), "s", names[k], shapes[k]) for k in range(4))))
    assert set(nested.communities["subdistrict_name"]) == {"甲街"}
    nameless = nest_communities(towns(("1", "s", None, shapes[0]), ("2", "s", "", shapes[1])))
    assert set(nameless.communities["subdistrict_name"]) == {""}
    assert subdistricts_of(nameless.communities)["subdistrict_name"].tolist() == [""]


def test_overlaps_and_gaps_are_on_the_ledger_and_add_up():
    given = towns(
        ("1", "s", "街", box(0, 0, 104, 100)),
        ("2", "s", "街", box(100, 0, 200, 100)),
        ("3", "s", "街", box(206, 0, 300, 100)),
    )
    nested = nest_communities(given)
    after = nested.communities.geometry.reindex(given.index).to_numpy()
    changed_m2 = shapely.area(shapely.symmetric_difference(given.geometry.to_numpy(), after))
    assert nested.ledger["moved_area_m2"].sum() == pytest.approx(changed_m2.sum(), abs=0.1)
    assert kinds(nested) == {"overlap", "gap_closed"}
    assert shapely.area(after).sum() == pytest.approx(30_000)
    assert np.unique(shapely.get_num_geometries(after)).tolist() == [1]
    assert nested.doubtful.empty


def test_closing_gaps_leaves_no_crumb_of_a_community_inside_another():
    drawn = districts.dirty_district(262).communities  # three borders, each metres off the others
    nested = nest_communities(drawn).communities
    drawn_parts, parts = (shapely.get_num_geometries(f.geometry) for f in (drawn, nested))
    assert (parts <= drawn_parts).all()
    assert shapely.area(shapely.get_parts(nested.geometry)).min() > 1
    assert shapely.coverage_is_valid(nested.geometry.to_numpy())
