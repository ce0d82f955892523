"""Walking times against an oracle that shares no code with them: scipy on a graph of float64 times
in which every edge is split at every door."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from onegrid.circles.reach import nearest, reach
from onegrid.network.build import Network, build_network
from onegrid.network.snap import join_edges
from onegrid.standards import Profile, profile, profile_at

CRS = "EPSG:4547"
TENTH_S = 0.11  # half a tenth of rounding on either side of a rounded time, and a little


@st.composite
def streets(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Draw crooked streets between a few corners: loops, doubles, islands, some of no length."""
    count = draw(st.integers(2, 9))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 600, (count, 2)).round(draw(st.sampled_from([0, 3, 9])))
    pairs = draw(
        st.lists(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)),
            min_size=1,
            max_size=16,
        )
    )
    lines = []
    for a, b in pairs:
        bends = rng.uniform(0, 600, (draw(st.integers(0, 2)), 2))  # none on a loop: no length
        lines.append(shapely.LineString([corners[a], *bends, corners[b]]))
    kinds = draw(
        st.lists(
            st.sampled_from(["residential", "steps", "crossing"]),
            min_size=len(lines),
            max_size=len(lines),
        )
    )
    assume(any(line.length > 0 for line in lines))
    return gpd.GeoDataFrame({"highway": kinds}, geometry=lines, crs=CRS)


@st.composite
def doors(draw: st.DrawFn, network: Network, prefix: str) -> gpd.GeoDataFrame:
    """Draw points near the streets: beside, on, at a corner, far off and missing."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    points: list[shapely.Point | None] = []
    for where in draw(
        st.lists(st.sampled_from(["beside", "on", "corner", "far", "null"]), min_size=1, max_size=8)
    ):
        line = network.lines[rng.integers(len(network.lines))]
        on = line.interpolate(rng.uniform(0, line.length))
        beside = shapely.Point(on.x + rng.normal(0, 20), on.y + rng.normal(0, 20))
        corner = shapely.Point(network.xy[rng.integers(len(network.xy))])
        far = shapely.Point(5_000, 5_000)
        points.append({"beside": beside, "on": on, "corner": corner, "far": far}.get(where))
    names = [f"{prefix}{i}" for i in draw(st.permutations(range(len(points))))]
    return gpd.GeoDataFrame(index=names, geometry=points, crs=CRS)


def oracle_s(
    network: Network, left: gpd.GeoDataFrame, right: gpd.GeoDataFrame, walker: Profile
) -> np.ndarray:
    """Seconds between every door of `left` and of `right`, inf where there is no way."""
    points = np.concatenate([left.geometry.to_numpy(), right.geometry.to_numpy()])
    joints = join_edges(network, points, profile=walker)
    nodes = len(network.xy)
    rows: list[tuple[int, int, float]] = []
    street = nodes  # where a door stands on the street; the door itself comes after
    place = np.full(len(points), -1)
    for edge, (a, b) in enumerate(network.ends):
        on = list(np.flatnonzero(joints.edge == edge))
        on.sort(key=lambda i: joints.along_m[i])
        at = [(0.0, a), *[(joints.along_m[i], street + k) for k, i in enumerate(on)]]
        at.append((network.length_m[edge], b))
        for k, i in enumerate(on):
            place[i] = street + k
        street += len(on)
        rows += [
            (m, n, (to_m - from_m) / walker.speed_m_s) for (from_m, m), (to_m, n) in pairwise(at)
        ]
    size = street + len(points)
    rows += [
        (place[i], street + i, joints.gap_m[i] / walker.speed_m_s)
        for i in np.flatnonzero(place >= 0)
    ]
    best: dict[tuple[int, int], float] = {}
    for a, b, time in rows:  # a sparse matrix would add doubles up; a time of 0 would be no edge
        if a != b:
            key = (int(min(a, b)), int(max(a, b)))
            best[key] = min(best.get(key, np.inf), max(time, 1e-12))
    a, b = np.array(list(best), dtype=int).reshape(-1, 2).T
    graph = coo_array((list(best.values()), (a, b)), shape=(size, size)).tocsr()
    times = dijkstra(graph, directed=False, indices=street + np.arange(len(left)))
    return times[:, street + len(left) :]


@st.composite
def questions(
    draw: st.DrawFn,
) -> tuple[Network, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    network, _ = build_network(draw(streets()))
    return network, draw(doors(network, "o")), draw(doors(network, "d"))


@settings(max_examples=12)
@given(questions(), st.sampled_from([60.0, 900.0, 1800.0, 3600.0]), st.sampled_from([1.3, 0.64]))
def test_reach_finds_exactly_the_pairs_of_the_oracle_at_its_times(
    question: tuple[Network, gpd.GeoDataFrame, gpd.GeoDataFrame], limit_s: float, speed: float
) -> None:
    network, left, right = question
    walker = profile_at(speed)
    found = reach(network, left, right, limit_s=limit_s, profile=walker)
    times = oracle_s(network, left, right, walker)
    seen = found.pairs.set_index(["from_id", "to_id"]).walk_s.to_dict()
    assert list(seen) == sorted(seen)
    for i, a in enumerate(left.index):
        for j, b in enumerate(right.index):
            if (a, b) in seen:
                assert seen[a, b] == pytest.approx(times[i, j], abs=TENTH_S)
                assert times[i, j] <= limit_s + 1e-4
            else:
                assert times[i, j] > limit_s - 1e-4
    points = np.concatenate([left.geometry.to_numpy(), right.geometry.to_numpy()])
    ids = np.concatenate([left.index, right.index])
    assert set(found.skipped) == set(ids[shapely.is_missing(points)])
    assert set(found.unreachable) == {
        i for i, p in zip(ids, points, strict=True) if p is not None and p.x > 4_000
    }


@settings(max_examples=12)
@given(questions(), st.sampled_from([None, 300.0]), st.integers(1, 3))
def test_nearest_is_the_minimum_of_the_oracle_for_every_kind(
    question: tuple[Network, gpd.GeoDataFrame, gpd.GeoDataFrame],
    limit_s: float | None,
    kinds: int,
) -> None:
    network, homes, facilities = question
    facilities = facilities.assign(kind=[f"k{i % kinds}" for i in range(len(facilities))])
    walker = profile()
    times = oracle_s(network, homes, facilities, walker)
    found = nearest(network, facilities, homes, profile=walker, limit_s=limit_s)
    names = sorted(set(facilities.kind))
    assert found.kind.tolist() == [k for k in names for _ in homes.index]
    assert found.id.tolist() == [*homes.index] * len(names)
    for row in found.itertuples():
        column = times[homes.index.get_loc(row.id)][(facilities.kind == row.kind).to_numpy()]
        ids = facilities.index[facilities.kind == row.kind]
        best = column.min()
        if row.facility_id is None:
            assert np.isnan(row.walk_s)
            assert best > (limit_s - 1e-4 if limit_s else 1e9)
        else:
            assert row.walk_s == pytest.approx(best, abs=1e-3)
            assert column[ids.get_loc(row.facility_id)] == pytest.approx(best, abs=1e-3)


@settings(max_examples=8)
@given(questions())
def test_walking_takes_as_long_either_way_for_every_profile(
    question: tuple[Network, gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    network, left, right = question
    walker = profile("elder_75")
    there = reach(network, left, right, limit_s=3600, profile=walker).pairs
    back = reach(network, right, left, limit_s=3600, profile=walker).pairs
    back = back.rename(columns={"from_id": "to_id", "to_id": "from_id"})[there.columns]
    again = back.sort_values(["from_id", "to_id"], ignore_index=True)
    assert there.equals(again)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.integers(3, 9), st.sampled_from([1, 9]))
def test_of_equally_near_facilities_the_lowest_id_is_nearest_however_many_there_are(
    seed: int, side: int, kinds: int
) -> None:
    rng = np.random.default_rng(seed)
    at = np.stack(np.divmod(np.arange(side * side), side), axis=1)
    steps = np.abs(at[:, None] - at[None]).sum(axis=2)  # blocks walked between two corners
    pairs = np.argwhere(np.triu(steps == 1))
    lines = shapely.linestrings(100.0 * at[pairs])
    network, _ = build_network(gpd.GeoDataFrame(geometry=lines, crs=CRS))
    count = 3 * kinds
    corner, kind = rng.integers(0, side * side, count), np.arange(count) % kinds
    ids = np.array([f"f{i}" for i in rng.permutation(count)])  # as text, f10 is before f2
    facilities = gpd.GeoDataFrame(
        {"kind": [f"k{k}" for k in kind]}, index=ids, geometry=shapely.points(100.0 * at[corner]),
        crs=CRS,
    )  # fmt: skip
    homes = gpd.GeoDataFrame(
        index=[f"h{i:02d}" for i in range(side * side)],
        geometry=shapely.points(100.0 * at),
        crs=CRS,
    )
    found = nearest(network, facilities, homes, profile=profile_at(1.0), limit_s=3_600)
    for row in found.itertuples():
        mine = np.flatnonzero(kind == int(row.kind[1:]))
        away = steps[int(row.id[1:]), corner[mine]]
        best = min(zip(away.tolist(), ids[mine].tolist(), strict=True))
        assert (row.walk_s, row.facility_id) == (100.0 * best[0], best[1])
