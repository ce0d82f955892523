"""The built cases again, this time walked on real streets, barriers and gates."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from onegrid.circles.reach import nearest, reach
from onegrid.coverage.fixes import candidate_points, cheapest_fixes
from onegrid.coverage.gaps import CoverageOptions, measure_coverage
from onegrid.network.build import build_network
from onegrid.standards import profile

CRS = "EPSG:4548"
LIMIT_S = 900.0


def streets(*rows):
    """Lines as (coordinates, tags)."""
    frame = pd.DataFrame([{"highway": "residential", **tags} for _, tags in rows])
    frame = frame.astype(object).where(frame.notna(), None)
    lines = [shapely.LineString(points) for points, _ in rows]
    network, _ = build_network(gpd.GeoDataFrame(frame, geometry=lines, crs=CRS))
    return network


def walked(network, people, facilities, cells, norms):
    who = profile()
    pairs = {}
    for kind, mine in facilities.groupby("kind"):
        found = reach(network, people, mine, limit_s=LIMIT_S, profile=who).pairs
        pairs[kind] = found.rename(columns={"from_id": "door_id", "to_id": "facility_id"})
    options = CoverageOptions(
        profile=who,
        pairs=pairs,
        if_open=nearest(network.opened(), facilities, people, profile=who),
        barriers=network.barriers,
    )
    doors = nearest(network, facilities, people, profile=who)
    return measure_coverage(doors, people, facilities, cells, norms, options=options)


def causes(coverage):
    return coverage.door_causes.set_index("id").cause.to_dict()


@pytest.fixture
def river():
    """A street on either bank, joined by one bridge in the north; the river names no street."""
    return streets(
        ([(0, 0), (400, 0)], {}),
        ([(400, 0), (400, 1000)], {}),
        ([(400, 1000), (600, 1000)], {"bridge": "yes"}),
        ([(600, 1000), (600, 0)], {}),
        ([(600, 0), (1000, 0)], {}),
        ([(500, -2000), (500, 3000)], {"highway": None, "waterway": "river"}),
    )


def test_a_river_with_one_bridge(town, river):
    people = town.people(
        {"west": (300, 0, 40, 15), "north": (400, 900, 20, 2), "east": (800, 0, 30, 5)}
    )
    facilities = town.facilities({"f": ("clinic", 700, 0, None, 500.0)})
    found = walked(river, people, facilities, town.one_cell(), [town.norm("clinic")])
    assert causes(found) == {"east": "covered", "north": "severed", "west": "severed"}
    table = found.door_causes.set_index("id")
    # 100 + 1000 + 200 + 1000 + 100 m on foot for 400 m in the air
    assert table.walk_air_ratio["west"] == pytest.approx(2400 / 400)
    assert table.barrier["west"] == "阻隔线0"
    assert table.barrier["north"] == ""  # 1,400 m for 949: not twice as far
    fixes = cheapest_fixes(found)
    assert fixes[["fix", "where", "people_gained"]].to_numpy().tolist() == [
        ["open_link", "500.0 0.0", 40]
    ]


def test_a_walled_compound_with_one_gate_open_or_shut(town):
    wall = [(0, 0), (200, 0), (200, 200), (0, 200), (0, 0)]

    def compound(**gate):
        return streets(
            ([(100, 100), (100, 190)], {}),
            ([(100, 190), (100, 210)], gate),
            ([(100, 210), (100, 300), (300, 300), (300, -300), (100, -300)], {}),
            (wall, {"highway": None, "barrier": "wall"}),
        )

    people = town.people({"in": (100, 100, 60, 20), "out": (300, 0, 50, 10)})
    facilities = town.facilities({"f": ("clinic", 100, -300, None, 900.0)})
    norms = [town.norm("clinic")]
    opened = walked(compound(), people, facilities, town.one_cell(), norms)
    # 110 + 90 + 200 + 600 + 200 m: exactly fifteen minutes
    assert opened.doors.set_index("id").walk_s["in"] == 900.0
    assert causes(opened) == {"in": "covered", "out": "covered"}
    shut = walked(compound(access="private"), people, facilities, town.one_cell(), norms)
    assert causes(shut) == {"in": "closed", "out": "covered"}
    row = cheapest_fixes(shut).iloc[0]
    assert row[["fix", "where", "people_gained"]].tolist() == ["open_link", "f", 60]


def test_a_new_site_where_people_live_covers_them(town, river):
    people = town.people({"west": (300, 0, 40, 15), "w2": (100, 0, 20, 2), "east": (800, 0, 30, 5)})
    facilities = town.facilities({"f": ("clinic", 700, 0, None, 500.0)})
    found = walked(river, people, facilities, town.one_cell(), [town.norm("clinic")])
    candidates = candidate_points(found)
    pairs = reach(river, candidates, people, limit_s=LIMIT_S, profile=profile()).pairs
    reached = pairs.rename(columns={"from_id": "candidate_id", "to_id": "door_id"})
    best = cheapest_fixes(found, candidates=candidates, reached=reached).query("fix == 'new_site'")
    assert best[["elders_60_gained", "people_gained"]].iloc[0].tolist() == [17, 60]
    # build it and measure again: the promise holds
    where = candidates.geometry.to_numpy()[0]
    more = pd.concat([facilities, facilities.iloc[[0]].rename({"f": "g"}).set_geometry([where])])
    after = walked(river, people, more, town.one_cell(), [town.norm("clinic")])
    assert after.gaps.people_covered.iloc[0] == found.gaps.people_covered.iloc[0] + 60
