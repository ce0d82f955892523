"""What must hold for every coverage run, whatever the district."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from onegrid.coverage.causes import CAUSES
from onegrid.coverage.gaps import CoverageOptions, measure_coverage
from onegrid.standards import Norm

SIDE_M = 300  # six by two cells
SPEED_M_S = 80 / 60
KINDS = ("clinic", "market")
CELLS = gpd.GeoDataFrame(
    {
        "community_id": [f"c{i // 2}" for i in range(12)],
        "subdistrict_id": [f"11010100{i // 6}" for i in range(12)],
    },
    index=[f"k{i:02d}" for i in range(12)],
    geometry=[
        shapely.box(x, y, x + SIDE_M, y + SIDE_M)
        for x in range(0, 6 * SIDE_M, SIDE_M)
        for y in (0, SIDE_M)
    ],
    crs=4548,
)
places = st.tuples(st.integers(-1, 60), st.integers(-1, 20)).map(
    lambda p: (p[0] * 30.0, p[1] * 30.0)
)
residents = st.lists(st.tuples(places, st.integers(0, 90), st.integers(0, 40)), max_size=25)
sites = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        places,
        st.sampled_from([np.nan, 0.0, 150.0, 600.0]),
        st.sampled_from([np.nan, 0.0, 50.0, 1000.0]),
    ),
    max_size=7,
)


def people_of(rows):
    return gpd.GeoDataFrame(
        {
            "households": np.array([row[1] // 3 for row in rows], dtype=int),
            "people": np.array([row[1] + row[2] for row in rows], dtype=int),
            "elders_60": np.array([row[2] for row in rows], dtype=int),
            "elders_80": np.zeros(len(rows), dtype=int),
            "elders_alone": np.zeros(len(rows), dtype=int),
        },
        index=pd.Index([f"d{i:02d}" for i in range(len(rows))], dtype=object),
        geometry=[shapely.Point(row[0]) for row in rows],
        crs=4548,
    )


def facilities_of(rows):
    text = {
        name: np.array([None] * len(rows), dtype=object)
        for name in ("name", "opening_hours", "phone", "address")
    }
    return gpd.GeoDataFrame(
        {
            "kind": np.array([row[0] for row in rows], dtype=object),
            "floor_area_m2": np.array([row[2] for row in rows], dtype=float),
            "capacity_people": np.array([row[3] for row in rows], dtype=float),
            **text,
        },
        index=pd.Index([f"f{i:02d}" for i in range(len(rows))], dtype=object),
        geometry=[shapely.Point(row[1]) for row in rows],
        crs=4548,
    )


def walking(people, facilities, limit_s):
    """Right-angled streets everywhere: nearest rows and pairs within the limit."""
    nearest, pairs = [], {kind: [] for kind in KINDS}
    for kind in KINDS:
        mine = facilities[facilities["kind"] == kind]
        for door, at in people.geometry.items():
            walks = [
                ((abs(at.x - to.x) + abs(at.y - to.y)) / SPEED_M_S, name)
                for name, to in mine.geometry.items()
            ]
            pairs[kind] += [(door, name, walk) for walk, name in walks if walk <= limit_s]
            walk, name = min(walks, default=(np.nan, None))
            nearest.append((door, kind, name, walk))
    columns = ["door_id", "facility_id", "walk_s"]
    return (
        pd.DataFrame(nearest, columns=["id", "kind", "facility_id", "walk_s"]).astype(
            {"walk_s": float}
        ),
        {
            kind: pd.DataFrame(rows, columns=columns).astype({"walk_s": float})
            for kind, rows in pairs.items()
        },
    )


def norms_of(minutes):
    return (
        Norm("p", "clinic", minutes, "facility", 500.0),
        Norm("p", "market", minutes, "community", 200.0, 30.0),
    )


def measured(people, facilities, minutes=5.0):
    nearest, pairs = walking(people, facilities, minutes * 60)
    return measure_coverage(
        nearest, people, facilities, CELLS, norms_of(minutes), options=CoverageOptions(pairs=pairs)
    )


@settings(max_examples=12)
@given(residents, sites)
def test_covered_is_part_of_all_and_every_level_adds_up_to_the_same(rows, stations):
    gaps = measured(people_of(rows), facilities_of(stations)).gaps
    assert (gaps.people_covered <= gaps.people).all()
    assert (gaps.elders_60_covered <= gaps.elders_60).all()
    assert (gaps.elders_60_covered <= gaps.people_covered).all()
    counts = ["people", "people_covered", "elders_60", "elders_60_covered"]
    sums = gaps.groupby(["kind", "level"])[counts].sum()
    for kind in KINDS:
        assert (sums.loc[kind] == sums.loc[(kind, "district")]).all(axis=None)
    assert gaps.covered_share.dropna().between(0, 1).all()
    empty = gaps.people == 0
    assert (
        gaps[empty][["covered_share", "cause", "accessibility", "worst_walk_s"]]
        .isna()
        .all(axis=None)
    )
    assert gaps[~empty].cause.isin(CAUSES).all()
    uncovered = gaps.people_covered < gaps.people
    assert (uncovered[~empty] == gaps[~empty].cause.isin(CAUSES[:4])).all()


@settings(max_examples=12)
@given(residents, sites)
def test_the_counts_equal_a_sum_written_as_loops(rows, stations):
    people, facilities = people_of(rows), facilities_of(stations)
    found = measured(people, facilities)
    within = {(r.id, r.kind): r.within for r in found.doors.itertuples()}
    for record in found.gaps[found.gaps.level == "community"].itertuples():
        cells = CELLS[CELLS.community_id == record.id]
        inside = [
            door
            for door, at in people.geometry.items()
            if min((c for c, g in CELLS.geometry.items() if g.intersects(at)), default="")
            in cells.index
        ]
        assert record.people == people.people[inside].sum()
        covered = [door for door in inside if within[door, record.kind]]
        assert record.people_covered == people.people[covered].sum()
        assert record.elders_60_covered == people.elders_60[covered].sum()


@settings(max_examples=12)
@given(residents, sites, sites.filter(len))
def test_more_facilities_never_lower_what_is_covered(rows, stations, more):
    people = people_of(rows)
    before = measured(people, facilities_of(stations)).gaps
    after = measured(people, facilities_of(stations + more)).gaps
    assert (after.people_covered >= before.people_covered).all()
    assert (after.elders_60_covered >= before.elders_60_covered).all()


@settings(max_examples=12)
@given(residents, sites)
def test_a_longer_limit_never_lowers_what_is_covered(rows, stations):
    people, facilities = people_of(rows), facilities_of(stations)
    short, longer = (measured(people, facilities, minutes).gaps for minutes in (5.0, 7.5))
    assert (longer.people_covered >= short.people_covered).all()


@settings(max_examples=12)
@given(residents, sites, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, stations, random):
    people, facilities = people_of(rows), facilities_of(stations)
    nearest, pairs = walking(people, facilities, 300)

    def shuffled(frame):
        return frame.iloc[random.sample(range(len(frame)), len(frame))]

    options = CoverageOptions(pairs=pairs)
    one = measure_coverage(nearest, people, facilities, CELLS, norms_of(5), options=options)
    options = CoverageOptions(pairs={kind: shuffled(table) for kind, table in pairs.items()})
    two = measure_coverage(
        *(shuffled(frame) for frame in (nearest, people, facilities, CELLS)),
        norms_of(5),
        options=options,
    )
    pd.testing.assert_frame_equal(one.gaps, two.gaps, check_exact=True)
    pd.testing.assert_frame_equal(one.doors, two.doors, check_exact=True)
    pd.testing.assert_frame_equal(one.door_causes, two.door_causes, check_exact=True)
