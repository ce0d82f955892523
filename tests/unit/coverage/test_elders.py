import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from onegrid.coverage.elders import GROUPS, measure_elders
from onegrid.coverage.gaps import measure_coverage
from onegrid.errors import InputError
from onegrid.standards import ELDER_KINDS, Norm

CRS = "EPSG:4548"
KIND = ELDER_KINDS[0]


def people():
    return gpd.GeoDataFrame(
        {
            "elders_60": [10, 20, 40],
            "elders_80": [1, 2, 4],
            "elders_alone": [0, 5, 6],
            "disabled": [np.nan, 3.0, 1.0],
            "children": np.nan,
        },
        index=["a", "b", "c"],
        geometry=shapely.points([(5, 5), (6, 5), (25, 5)]),
        crs=CRS,
    )


def cells():
    return gpd.GeoDataFrame(
        {"community_id": ["m", "n"], "subdistrict_id": "s"},
        index=["k1", "k2"],
        geometry=[shapely.box(0, 0, 20, 10), shapely.box(20, 0, 40, 10)],
        crs=CRS,
    )


def facilities():
    return gpd.GeoDataFrame(
        {
            "kind": [KIND, KIND, "elder_canteen"],
            "floor_area_m2": [300.0, np.nan, np.nan],
            "services": ["助洁、急救", None, None],
        },
        index=["f1", "f2", "f3"],
        geometry=shapely.points([(4, 4), (5, 4), (26, 4)]),
        crs=CRS,
    )


def walks(rows):
    return pd.DataFrame(rows, columns=["id", "kind", "walk_s"])


def row(table, level, unit, kind=KIND):
    found = table[(table["level"] == level) & (table["id"] == unit) & (table["kind"] == kind)]
    return found.iloc[0]


@pytest.fixture
def table():
    told = walks([("a", KIND, 300.0), ("b", KIND, 300.01), ("c", KIND, np.nan)])
    return measure_elders(told, people(), facilities(), cells())


def test_elders_are_counted_by_band_and_limit_on_every_level_above_the_cell(table):
    assert row(table, "community", "m")[
        ["elders_60", "elders_80", "elders_60_within_5", "elders_60_within_10"]
    ].tolist() == [30, 3, 10, 30]
    assert row(table, "district", "district")["elders_60_within_15"] == 30
    assert row(table, "community", "n")["elders_alone_within_15"] == 0
    assert set(table["level"]) == {"community", "subdistrict", "district"}
    assert not table.duplicated(["level", "id", "kind"]).any()


def test_a_group_without_any_figure_is_unknown_and_not_nobody(table):
    district = row(table, "district", "district")
    assert district["disabled"] == 4
    assert pd.isna(district["children"])
    assert pd.isna(district["elders_80_alone"])
    assert set(GROUPS) <= set(table.columns)


def test_what_stands_in_a_unit_is_told_with_its_services(table):
    here = row(table, "community", "m")
    assert (here["facilities"], here["floor_area_m2"]) == (2, 300)
    assert here["services"] == "助洁、紧急救援"
    canteen = row(table, "community", "n", "elder_canteen")
    assert canteen["services"] == "助餐"
    assert pd.isna(canteen["floor_area_m2"])


def test_a_walk_of_a_door_nobody_knows_is_refused():
    with pytest.raises(InputError):
        measure_elders(walks([("zz", KIND, 1.0)]), people(), facilities(), cells())


@pytest.mark.parametrize(
    ("households", "asked"), [(900, np.nan), (1000, 200), (1999, 200), (2000, 300)]
)
def test_floor_area_is_owed_from_its_threshold_on(town, households, asked):
    norms = [
        Norm("", "committee_rooms", 15, "community", 200, households_from=1000),
        Norm("", "committee_rooms", 15, "community", 300, households_from=2000),
    ]
    doors = town.people({"d": (0, 0, 3 * households, 0)})
    rooms = town.facilities({"f": ("committee_rooms", 0, 0, 250.0)})
    nearest = town.nearest([("d", "committee_rooms", "f", 10.0)])
    found = measure_coverage(nearest, doors, rooms, town.one_cell(), norms)
    levels = found.gaps.set_index("level")["required_floor_area_m2"]
    for level in ("community", "district"):
        assert np.array_equal([levels[level]], [asked], equal_nan=True)
    assert np.isnan(levels["cell"])
    short = found.measured.floors[0].unit_share["community"]
    assert short.tolist() == [250 / 300 if households == 2000 else 1.0]
