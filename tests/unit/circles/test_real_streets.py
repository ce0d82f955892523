"""Walking times on real streets of the sample, against an oracle made from the raw lines alone.

The oracle shares nothing with the product: it reads the lines with shapely, finds the nearest one
for each door, splits lines at doors and asks scipy.
"""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from onegrid import schema
from onegrid.circles.reach import nearest, reach
from onegrid.circles.shape import life_circles
from onegrid.io.files import read_table
from onegrid.io.sample import load_sample
from onegrid.network.build import build_network
from onegrid.standards import profile

MIDDLE, HALF_M = (525_300.0, 3_386_700.0), 1_300.0
LIMIT_S = 900.0
NOT_WALKED = ("motorway", "motorway_link", "construction", "proposed")


@pytest.fixture(scope="module")
def clip():
    sample = load_sample()
    box = shapely.box(*(c - HALF_M for c in MIDDLE), *(c + HALF_M for c in MIDDLE))
    roads = read_table(str(sample.roads), schema.ROADS).frame
    plain = roads["highway"].notna() & ~roads["highway"].isin(NOT_WALKED) & roads["access"].isna()
    roads = roads[plain & roads.intersects(box) & roads["barrier"].isna() & roads["tunnel"].isna()]
    homes = read_table(str(sample.households), schema.PEOPLE).frame
    shops = read_table(str(sample.facilities), schema.FACILITIES).frame
    homes, shops = homes[homes.within(box)], shops[shops.within(box)]
    assert len(roads) > 500
    assert len(homes) > 300
    assert len(shops) > 60
    return roads, homes.iloc[::7], shops


@pytest.fixture(scope="module")
def network(clip):
    return build_network(clip[0])[0]


@pytest.fixture(scope="module")
def times(clip):
    """Seconds between all shops and homes, by the oracle."""
    roads, homes, shops = clip
    return oracle(roads, np.append(shops.geometry.to_numpy(), homes.geometry.to_numpy()))


def oracle(roads, points):
    """Seconds at 80 m/min between all points; inf where a point is over 100 m from any line."""
    lines = shapely.get_parts(roads.geometry.to_numpy())
    tree = shapely.STRtree(lines)
    index, nearest_line = tree.query_nearest(points, all_matches=False)
    line_of = np.full(len(points), -1)
    line_of[index] = nearest_line
    gap = shapely.distance(points, lines[line_of])
    along = shapely.line_locate_point(lines[line_of], points)
    node, arcs = {}, {}

    def arc(a, b, length):
        key = (min(a, b), max(a, b))
        arcs[key] = min(arcs.get(key, np.inf), max(length, 1e-9))

    def end(line, k):
        return node.setdefault(("node", *line.coords[k]), len(node))

    for number, line in enumerate(lines):
        stops = [(0.0, end(line, 0))]
        for door in np.flatnonzero((line_of == number) & (gap <= 100)):
            foot = node.setdefault(("foot", door), len(node))
            stops.append((along[door], foot))
            arc(foot, node.setdefault(("door", door), len(node)), gap[door])
        stops = [*sorted(stops), (line.length, end(line, -1))]
        for (m, a), (n, b) in pairwise(stops):
            if a != b:
                arc(a, b, n - m)
    a, b = np.array(list(arcs)).T
    size = len(node)
    graph = coo_array((list(arcs.values()), (a, b)), shape=(size, size)).tocsr()
    known = np.array([door for door in range(len(points)) if ("door", door) in node])
    metres = dijkstra(graph, directed=False, indices=[node["door", door] for door in known])
    times = np.full((len(points), len(points)), np.inf)
    columns = [node["door", door] for door in known]
    times[np.ix_(known, known)] = metres[:, columns] / (80 / 60)
    return times


def test_reach_equals_the_oracle_on_real_streets(clip, network, times):
    _, homes, shops = clip
    found = reach(network, shops, homes, limit_s=LIMIT_S, profile=profile())
    times = times[: len(shops), len(shops) :]
    ours = np.full(times.shape, np.inf)
    rows = shops.index.get_indexer(found.pairs["from_id"])
    columns = homes.index.get_indexer(found.pairs["to_id"])
    ours[rows, columns] = found.pairs["walk_s"]
    within = times <= LIMIT_S
    assert within.sum() > 3_000
    sure = np.abs(times - LIMIT_S) > 1e-3
    assert (np.isfinite(ours) == within)[sure].all()
    both = within & np.isfinite(ours)
    assert np.abs(ours[both] - times[both]).max() <= 0.11


def test_nearest_equals_the_oracle_on_real_streets(clip, network, times):
    _, homes, shops = clip
    found = nearest(network, shops, homes, profile=profile())
    times = gpd.pd.DataFrame(times[len(shops) :, : len(shops)], homes.index, shops.index)
    for kind, rows in found.groupby("kind"):
        best = times[shops.index[shops["kind"] == kind]].min(axis=1)
        walked = rows.set_index("id")["walk_s"].astype(float).fillna(np.inf)
        expected = best.reindex(walked.index)
        finite = np.isfinite(expected)
        assert (np.isfinite(walked) == finite).all()
        assert np.abs(walked[finite] - expected[finite]).max() <= 0.11


@pytest.mark.slow
def test_the_raster_circle_is_nearly_the_exact_one_on_real_streets_and_far_smaller(clip, network):
    _, _, shops = clip
    drawn, exact = (
        life_circles(network, shops.iloc[::9], minutes=(5, 10, 15), profile=profile(), method=m)
        for m in ("raster", "edges")
    )
    ours, union = drawn.geometry.to_numpy(), exact.geometry.to_numpy()
    both = shapely.area(shapely.intersection(ours, union))
    share = both / (shapely.area(ours) + shapely.area(union) - both)
    assert share.mean() > 0.96
    assert np.percentile(share, 5) > 0.95
    points = [shapely.get_num_coordinates(shapes).sum() for shapes in (ours, union)]
    assert points[0] < 0.6 * points[1]
    holes = [len(p.interiors) for p in shapely.get_parts(ours)]
    assert sum(holes) > 100  # the middles of blocks


@pytest.mark.slow
def test_the_old_reach_a_third_and_the_frail_a_quarter_of_what_planners_count_with():
    sample = load_sample()
    network, _ = build_network(read_table(str(sample.roads), schema.ROADS).frame)
    places = read_table(str(sample.facilities), schema.FACILITIES).frame.iloc[::40]
    area = {
        who: life_circles(network, places, minutes=(15,), profile=profile(who)).area_m2.sum()
        for who in ("plain", "elder_75", "frail")
    }
    assert area["elder_75"] / area["plain"] == pytest.approx(0.32, abs=0.02)
    assert area["frail"] / area["plain"] == pytest.approx(0.23, abs=0.02)
