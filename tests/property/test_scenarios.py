"""A scenario walked step by step is the scenario measured anew, figure by figure."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from onegrid.network.build import build_network
from onegrid.network.tags import EdgeFlag
from onegrid.pipeline.coverage import CoverageTables, measure
from onegrid.pipeline.scenario import Walks, measured_scenario
from onegrid.siting.plans import nearest_table, start_walks
from onegrid.siting.scenarios import Scenario, Size, changed_facilities
from onegrid.standards import Norm, profile

CRS = "EPSG:4547"
SIZE = 6
KINDS = ("clinic", "market")
TEXT = {"name": "", "opening_hours": "", "phone": "", "address": ""}
NORMS = (Norm("own", "clinic", 10.0), Norm("own", "market", 5.0, "facility", 300.0))


def town(rng):
    at = np.arange(SIZE) * 150.0
    lines = [shapely.LineString([(x, y), (x + 150, y)]) for x in at[:-1] for y in at]
    lines += [shapely.LineString([(x, y), (x, y + 150)]) for x in at for y in at[:-1]]
    access = np.where(rng.random(len(lines)) < 0.2, "private", "yes")
    frame = gpd.GeoDataFrame({"highway": "residential", "access": access}, geometry=lines, crs=CRS)
    return build_network(frame)[0]


def facilities(rng, names):
    rows = {
        "kind": rng.choice(KINDS, len(names)),
        "floor_area_m2": rng.choice([100.0, 400.0, np.nan], len(names)),
        "capacity_people": rng.choice([20.0, 500.0, np.nan], len(names)),
        **TEXT,
    }
    points = shapely.points(rng.uniform(-30, 780, (len(names), 2)))
    return gpd.GeoDataFrame(rows, index=pd.Index(names, dtype=object), geometry=points, crs=CRS)


def tables(rng):
    count = 60
    people = gpd.GeoDataFrame(
        {n: rng.integers(0, 30, count) for n in ("households", "people", "elders_60")}
        | {"elders_80": 0, "elders_alone": 0},
        index=[f"d{i:02d}" for i in range(count)],
        geometry=shapely.points(rng.uniform(-50, 800, (count, 2))),
        crs=CRS,
    )
    cells = gpd.GeoDataFrame(
        {"community_id": ["c", "c", "e"], "subdistrict_id": "s"},
        index=["1", "2", "3"],
        geometry=[shapely.box(-99, y, 999, y + 300) for y in (-50, 250, 550)],
        crs=CRS,
    )
    some = facilities(rng, [f"f{i}" for i in range(6)])
    return CoverageTables(town(rng), some, people, cells, NORMS, {}, [])


def scenario(rng, today):
    names = rng.permutation(today.facilities.index.to_numpy())
    places = shapely.points(rng.uniform(-30, 780, (2, 2)))
    closed = np.flatnonzero(today.network.flags & EdgeFlag.CLOSED)
    streets = today.network.lines[rng.permutation(closed)[: rng.integers(0, 3)]]
    return Scenario(
        "plan",
        added=facilities(rng, ["n1", "n2"][: rng.integers(1, 3)]),
        moved={names[0]: places[0]},
        enlarged={names[1]: Size(900.0, 9_000.0)},
        closed=tuple(names[2 : 2 + rng.integers(0, 4)]),
        opened=tuple(line.interpolate(0.5, normalized=True) for line in streets),
        links=(shapely.LineString(rng.uniform(0, 750, (2, 2))),) if rng.random() < 0.6 else (),
        norms=(Norm("own", "clinic", 3.0),) if rng.random() < 0.2 else None,
    )


def opened(network, places):
    flags = network.flags.copy()
    for place in places:
        closed = np.flatnonzero(flags & EdgeFlag.CLOSED)
        edge = closed[np.argmin(shapely.distance(network.lines[closed], place))]
        flags[edge] &= ~np.uint16(EdgeFlag.CLOSED)
    return network.with_flags(flags)


def test_a_link_from_the_middle_of_a_street_to_another_shortens_the_way():
    lines = [shapely.LineString([(0, y), (1000, y)]) for y in (0, 100)]
    banks = gpd.GeoDataFrame({"highway": ["residential"] * 2}, geometry=lines, crs=CRS)
    network = build_network(banks)[0]
    home = gpd.GeoDataFrame({"people": [4]}, index=["h"], geometry=[shapely.Point(300, 0)], crs=CRS)
    shop = gpd.GeoDataFrame(
        {"kind": ["market"]}, index=["m"], geometry=[shapely.Point(700, 100)], crs=CRS
    )
    bridge = Scenario("bridge", links=(shapely.LineString([(500, 1), (500, 98)]),))
    today = start_walks(network, shop, home, profile=profile())
    assert nearest_table(today.plan)["walk_s"].isna().all()
    after = nearest_table(today.after(bridge, shop).plan)
    assert after["walk_s"].tolist() == [(200 + 100 + 200) / (80 / 60)]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=6)
def test_a_scenario_walked_step_by_step_is_the_scenario_measured_anew(seed):
    rng = np.random.default_rng(seed)
    today = tables(rng)
    plan, walker = scenario(rng, today), profile()
    walks = Walks(today, {norm.kind for norm in today.norms})
    walked = walks.today(walker).after(plan, today.facilities)
    quick = measured_scenario(today, walked, plan, walks=walks, profile=walker)
    anew = dataclasses.replace(
        today,
        facilities=changed_facilities(today.facilities, plan),
        network=walked.plan.network if plan.links else opened(today.network, plan.opened),
        norms=plan.norms or today.norms,
    )
    whole, _ = measure(anew, profile=walker)
    pd.testing.assert_frame_equal(quick.doors, whole.doors)
    if not plan.links:  # opening everything would open the streets that their pieces stand in for
        pd.testing.assert_frame_equal(quick.gaps, whole.gaps)
