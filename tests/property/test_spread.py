"""Totals of areas on buildings: nobody is lost, nobody is invented."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from onegrid.coverage.spread import PART_OF, spread_totals
from onegrid.errors import InputError

CRS = "EPSG:4548"


@st.composite
def towns(draw):
    """Areas side by side with nested counts, buildings of any floor area, some outside."""
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        people = draw(st.sampled_from([0, 1, 7, 100, 12_345]))
        elders = draw(st.integers(0, people))
        rows.append(
            {
                "people": people,
                "households": draw(st.integers(0, people)),
                "elders_60": elders,
                "elders_80": draw(st.integers(0, elders)),
                "elders_alone": draw(st.integers(0, elders)),
            }
        )
    areas = gpd.GeoDataFrame(
        rows,
        index=[f"k{i}" for i in range(len(rows))],
        geometry=[shapely.box(i * 100, 0, i * 100 + 100, 100) for i in range(len(rows))],
        crs=CRS,
    )
    places = st.tuples(
        st.integers(-1, len(rows)),  # in which area; the first and last are outside
        st.sampled_from([None, 0.0, 1.0, 80.0, 99.99, 5e6]),
    )
    houses = draw(st.lists(places, max_size=12))
    buildings = gpd.GeoDataFrame(
        {"floor_area_m2": np.array([h[1] for h in houses], dtype=float)},
        index=[f"b{i:02d}" for i in range(len(houses))],
        geometry=shapely.points([(h[0] * 100 + 50, 50) for h in houses]) if houses else [],
        crs=CRS,
    )
    return areas, buildings


@given(towns())
def test_every_area_keeps_its_totals_and_no_building_has_more_of_a_part_than_of_the_whole(town):
    areas, buildings = town
    spread = spread_totals(areas, buildings)
    people = spread.people
    middles = people.geometry.x // 100
    for name in areas.columns.drop("geometry"):
        summed = people.groupby(middles.to_numpy())[name].sum()
        for order, total in enumerate(areas[name]):
            assert summed.get(float(order), 0) == total
        parent = PART_OF[name]
        assert (people[name] >= 0).all()
        assert not parent or (people[name] <= people[parent]).all()
    assert people.index.is_unique
    assert len(spread.empty_buildings) + len(people) == len(buildings) + len(
        spread.without_building
    )


@given(towns())
def test_shares_are_within_one_person_of_floor_area_and_do_not_depend_on_order(town):
    areas, buildings = town
    spread = spread_totals(areas, buildings)
    people = spread.people["people"]
    known = buildings[buildings["floor_area_m2"].notna()]
    for order, (total, name) in enumerate(zip(areas["people"], areas.index, strict=True)):
        mine = known[(known.geometry.x // 100) == order]
        everyone = buildings[(buildings.geometry.x // 100) == order]
        whole = mine["floor_area_m2"].sum()
        if len(mine) == len(everyone) and whole > 0:
            exact = total * mine["floor_area_m2"] / whole
            assert (np.abs(people[mine.index] - exact) < 1 + 1e-6).all(), name
    again = spread_totals(areas.iloc[::-1], buildings.iloc[::-1])
    assert again.people.sort_index().equals(spread.people.sort_index())


def test_buildings_without_a_figure_use_footprint_and_storeys():
    areas = gpd.GeoDataFrame(
        {"people": [9]}, index=["k"], geometry=[shapely.box(0, 0, 100, 100)], crs=CRS
    )
    buildings = gpd.GeoDataFrame(
        {"floors": [2.0, np.nan]},
        index=["a", "b"],
        geometry=[shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)],
        crs=CRS,
    )
    assert spread_totals(areas, buildings).people["people"].tolist() == [6, 3]


def test_another_crs_is_refused():
    areas = gpd.GeoDataFrame({"people": [9]}, geometry=[shapely.box(0, 0, 1, 1)], crs=CRS)
    with pytest.raises(InputError):
        spread_totals(areas, areas.set_crs("EPSG:4547", allow_override=True))
