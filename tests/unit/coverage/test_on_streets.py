"""The built cases again, this time walked on real streets, barriers and gates."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from onegrid.circles.reach import nearest, reach
from onegrid.coverage.fixes import candidate_points, cheapest_fixes
from onegrid.coverage.gaps import CoverageOptions, measure_coverage
from onegrid.coverage.links import missing_links, street_points
from onegrid.network.build import build_network
from onegrid.siting.next_sites import next_sites
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


def with_links(network, coverage, people, facilities):
    """Fixes with new ways, walked as the command walks them."""
    points = street_points(network.lines, network.crs)
    links = missing_links(coverage, points, nearest(network, facilities, points, profile=profile()))
    starts = reach(
        network, people, points, limit_s=LIMIT_S, profile=profile(), rounded=False
    ).pairs.rename(columns={"from_id": "door_id", "to_id": "point_id"})
    return cheapest_fixes(coverage, links=links, starts=starts), links


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
    assert cheapest_fixes(found).table.empty  # no link was proposed, and the far bank has room


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
    row = cheapest_fixes(shut).table.iloc[0]
    assert row[["fix", "where", "people_gained"]].tolist() == ["open_link", "f", 60]


def test_a_new_site_where_people_live_covers_them(town, river):
    people = town.people({"west": (300, 0, 40, 15), "w2": (100, 0, 20, 2), "east": (800, 0, 30, 5)})
    facilities = town.facilities({"f": ("clinic", 700, 0, None, 500.0)})
    found = walked(river, people, facilities, town.one_cell(), [town.norm("clinic")])
    candidates = candidate_points(found)
    pairs = reach(river, candidates, people, limit_s=LIMIT_S, profile=profile()).pairs
    reached = pairs.rename(columns={"from_id": "candidate_id", "to_id": "door_id"})
    fixes = cheapest_fixes(found, sites=next_sites(found, candidates, reached)).table
    best = fixes.query("fix == 'new_site'")
    assert best[["elders_60_gained", "people_gained"]].iloc[0].tolist() == [17, 60]
    # build it and measure again: the promise holds
    where = candidates.geometry.to_numpy()[0]
    more = pd.concat([facilities, facilities.iloc[[0]].rename({"f": "g"}).set_geometry([where])])
    after = walked(river, people, more, town.one_cell(), [town.norm("clinic")])
    assert after.gaps.people_covered.iloc[0] == found.gaps.people_covered.iloc[0] + 60


BANKS = (
    ([(0, 0), (400, 0)], {}),
    ([(400, 0), (400, 900)], {}),
    ([(400, 900), (500, 900)], {"bridge": "yes"}),
    ([(500, 900), (500, 0)], {}),
    ([(500, 0), (900, 0)], {}),
    ([(450, -2000), (450, 3000)], {"highway": None, "waterway": "river"}),
)


def test_a_second_bridge_gains_who_it_brings_within_the_limit_and_no_more(town):
    network = streets(*BANKS)
    people = town.people(
        {"w1": (390, 0, 40, 15), "w2": (200, 0, 20, 2), "w3": (0, 0, 7, 1), "e": (800, 0, 30, 5)}
    )
    facilities = town.facilities({"f": ("clinic", 900, 0, None, 500.0)})
    cells = town.cells(
        {"west": ("c", "s", (-9, -9, 300, 99)), "east": ("c", "s", (300, -9, 999, 99))}
    )
    norms = [town.norm("clinic", 10)]  # 800 m
    found = walked(network, people, facilities, cells, norms)
    assert set(causes(found).values()) == {"far", "severed", "covered"}
    fixes, _ = with_links(network, found, people, facilities)
    best = fixes.table.iloc[0]
    assert best[["fix", "where"]].tolist() == ["open_link", "450.0 0.0"]
    assert best[["elders_60_gained", "people_gained"]].tolist() == [17, 60]
    assert best.cost_note == "新开 100 米通道（桥、地道、过街口或门），跨越阻隔线0；按路网逐户算出"
    after = fixes.cells[fixes.cells["rank"] == 1].set_index("cell_id")
    columns = ["people", "people_before", "people_after", "elders_60_before", "elders_60_after"]
    assert after[columns].to_dict("index") == {
        "east": dict(zip(columns, [70, 30, 70, 5, 20], strict=True)),
        "west": dict(zip(columns, [27, 0, 20, 0, 2], strict=True)),
    }


def test_a_gate_in_the_wall_of_a_compound_is_found_where_it_helps_most(town):
    wall = [(0, 0), (200, 0), (200, 200), (0, 200), (0, 0)]
    network = streets(
        ([(100, 20), (100, 180)], {}),
        ([(100, 180), (100, 220)], {}),  # the only gate looks north
        ([(100, 220), (300, 220), (300, -20), (100, -20)], {}),
        ([(100, -20), (100, -600)], {}),
        (wall, {"highway": None, "barrier": "wall"}),
    )
    people = town.people({"in": (100, 30, 60, 20)})
    facilities = town.facilities({"f": ("clinic", 100, -600, None, 900.0)})
    norms = [town.norm("clinic")]  # 1,200 m; by the northern gate 1,410
    found = walked(network, people, facilities, town.one_cell(), norms)
    assert causes(found) == {"in": "severed"}
    fixes, _ = with_links(network, found, people, facilities)
    best = fixes.table.iloc[0]
    assert best[["fix", "where", "people_gained"]].tolist() == ["open_link", "100.0 0.0", 60]


def test_a_full_station_shows_who_finds_room_before_and_after(town):
    network = streets(([(0, 0), (900, 0)], {}))
    people = town.people({"a": (100, 0, 160, 40), "b": (700, 0, 40, 0)})
    facilities = town.facilities({"f": ("clinic", 400, 0, None, 150.0)})
    cells = town.cells(
        {"west": ("c", "s", (-9, -9, 400, 99)), "east": ("c", "s", (400, -9, 999, 99))}
    )
    found = walked(network, people, facilities, cells, [town.norm("clinic")])
    assert set(causes(found).values()) == {"full"}
    fixes = cheapest_fixes(found)
    assert fixes.table[["fix", "where", "people_gained"]].to_numpy().tolist() == [
        ["enlarge", "f", 50]
    ]
    told = fixes.cells.set_index("cell_id")[["people_before", "people_after"]]
    assert told.to_dict("index") == {
        "east": {"people_before": 30, "people_after": 40},
        "west": {"people_before": 120, "people_after": 160},
    }
