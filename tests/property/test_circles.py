"""Life circles on random streets: they nest, grow, hold what is reached and nothing far from it."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from onegrid.circles.outline import outline
from onegrid.circles.places import join_places
from onegrid.circles.routes import nearest_routes, route_between
from onegrid.circles.shape import life_circles, piece_lines
from onegrid.network.build import Network, build_network
from onegrid.network.pieces import Pieces, reached_pieces
from onegrid.standards import profile, profile_at

CRS = "EPSG:4547"
HALF_M, SLACK_M, PIXEL_M = 25.0, 3.0, 12.5
MINUTES = (2.0, 5.0, 9.0)


@st.composite
def towns(draw: st.DrawFn) -> Network:
    """Draw crooked streets between a few corners, some walls and a river, perhaps an island."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(2, 12))
    corners = rng.uniform(0, 700, (count, 2)).round(draw(st.sampled_from([0, 6])))
    pairs = draw(
        st.lists(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)),
            min_size=1,
            max_size=18,
        )
    )
    lines, kinds = [], []
    for a, b in pairs:
        bends = rng.uniform(0, 700, (2 if a == b else rng.integers(0, 2), 2))
        lines.append(shapely.LineString([corners[a], *bends, corners[b]]))
        kinds.append(None)
    for _ in range(draw(st.integers(0, 3))):
        lines.append(shapely.LineString(rng.uniform(-100, 800, (3, 2))))
        kinds.append("wall")
    return build_network(gpd.GeoDataFrame({"barrier": kinds}, geometry=lines, crs=CRS))[0]


def facilities(network: Network, seed: int) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    edge = rng.integers(0, len(network.lines), 2)
    on = shapely.line_interpolate_point(network.lines[edge], rng.uniform(size=2), normalized=True)
    xy = shapely.get_coordinates(on) + rng.normal(0, 9, (2, 2))
    return gpd.GeoDataFrame({"kind": "k"}, index=["a", "b"], geometry=shapely.points(xy), crs=CRS)


@settings(max_examples=15)
@given(towns(), st.integers(0, 99), st.sampled_from(["raster", "edges"]))
def test_circles_nest_grow_and_keep_to_what_is_reached(
    network: Network, seed: int, method: str
) -> None:
    goal, walker = facilities(network, seed), profile_at(1.0)
    found = life_circles(network, goal, minutes=MINUTES, profile=walker, method=method)
    assert shapely.is_valid(found.geometry.to_numpy()).all()
    places = join_places(network, goal, profile=walker)
    for name, bands in found.groupby("facility_id"):
        for (_, inner), (_, outer) in pairwise(bands.iterrows()):
            assert outer.geometry.covers(inner.geometry)
            assert outer.area_m2 >= inner.area_m2
        row = places.ids.tolist().index(name)
        for minutes, shape in zip(bands["minutes"], bands.geometry, strict=True):
            pieces = reached_pieces(places.graph, places.coming, row, limits_s=(minutes * 60,))
            lines = shapely.union_all(piece_lines(network, Pieces(*pieces)))
            # Between two nodes a notch narrower than a pixel is not seen.
            spill_m = SLACK_M + PIXEL_M / 2 if method == "raster" else 0.0
            bound = lines.buffer(HALF_M + spill_m, quad_segs=32)
            assert shapely.area(shapely.difference(shape, bound)) < 0.1
            if method == "edges":
                assert shapely.covers(shape.buffer(1e-6), lines)
            elif len(network.barriers) == 0:
                spared = shapely.difference(lines, shape.buffer(PIXEL_M))
                assert shapely.length(spared) < 1


@settings(max_examples=40)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 4),
    st.sampled_from([0.0, 0.1, 0.3, 0.49]),
    st.sampled_from([0.0, 0.3, 1.0]),
)
def test_outlines_of_any_nested_fields_never_cross(
    seed: int, bands: int, slack: float, equal: float
) -> None:
    rng = np.random.default_rng(seed)
    value = rng.uniform(0, 2, (bands, 9, 11))
    same = rng.random(value.shape) < equal
    for band in range(1, bands):
        lower = np.minimum(value[band], value[band - 1])
        value[band] = np.where(same[band], value[band - 1], lower)
    value[:, [0, -1]], value[:, :, [0, -1]] = 3.0, 3.0
    rings = outline(value, rng.random(value.shape) < 0.2, level=1.0, slack=slack)
    shapes = []
    for band in range(bands):
        areas = [shapely.Point(0, 0).buffer(0)]
        for i in np.flatnonzero(rings.band == band):
            ring = rings.points[rings.starts[i] : rings.starts[i + 1]]
            assert (ring[0] == ring[-1]).all()
            polygon = shapely.Polygon(ring)
            assert polygon.is_valid
            areas.append(polygon)
        whole = areas[0]
        for area in areas[1:]:  # rings are holes and islands of each other, never crossing
            whole = shapely.symmetric_difference(whole, area)
        assert abs(whole.area - abs(sum(_signed(rings, band)))) < 1e-6
        inside = shapely.points(np.argwhere(value[band] < 1)[:, ::-1].astype(float))
        outside = shapely.points(np.argwhere(value[band] >= 1)[:, ::-1].astype(float))
        assert shapely.covers(whole, inside).all()
        assert not shapely.covers(whole, outside).any()
        shapes.append(whole)
    for inner, outer in pairwise(shapes):
        assert shapely.area(shapely.difference(inner, outer)) < 1e-9


def _signed(rings, band: int) -> list[float]:
    return [
        0.5 * float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))
        for i in np.flatnonzero(rings.band == band)
        for x, y in [rings.points[rings.starts[i] : rings.starts[i + 1]].T]
    ]


@settings(max_examples=12)
@given(towns(), st.integers(0, 99), st.sampled_from(["plain", "elder_75"]))
def test_a_route_there_is_as_long_as_the_route_back_and_as_it_says(
    network: Network, seed: int, walker: str
) -> None:
    goal, who = facilities(network, seed), profile(walker)
    start, end = goal.geometry
    try:
        there = route_between(network, start, end, profile=who)
        back = route_between(network, end, start, profile=who)
    except Exception as error:  # noqa: BLE001  (walls shut a point in)
        assert "AT_FAR" in str(error)  # noqa: PT017
        return
    assert (there is None) == (back is None)
    if there is None or back is None:
        return
    assert there.walk_s == back.walk_s
    assert abs(there.route.length - there.distance_m) < 1e-6
    assert there.route.coords[0] == start.coords[0]
    assert there.route.coords[-1] == end.coords[0]
    assert there.steps[-1] == "到达目的地"
    listed = nearest_routes(network, goal, start, kinds=["k"], profile=who)["k"]
    assert {a.facility_id: a.walk_s for a in listed}["b"] == there.walk_s
    assert [a.walk_s for a in listed] == sorted(a.walk_s for a in listed)
