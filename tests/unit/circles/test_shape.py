"""Life circles: what is drawn, where it ends, and what it never jumps over."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from onegrid.circles.reach import reach
from onegrid.circles.shape import METHODS, life_circles
from onegrid.errors import InputError
from onegrid.network.build import Network, build_network
from onegrid.standards import profile, profile_at

CRS = "EPSG:4547"
BOTH = pytest.mark.parametrize("method", METHODS)


def streets(*wkt: str, **columns: list[object]) -> Network:
    lines = gpd.GeoDataFrame(columns, geometry=shapely.from_wkt(list(wkt)), crs=CRS)
    return build_network(lines)[0]


def places(**at: tuple[float, float] | None) -> gpd.GeoDataFrame:
    points = [shapely.Point(xy) if xy else None for xy in at.values()]
    return gpd.GeoDataFrame(index=list(at), geometry=points, crs=CRS)


def circle(
    network: Network, method: str, *, minutes: float = 10, speed: float = 1.0
) -> shapely.Geometry:
    """Return the circle of a facility at the origin."""
    found = life_circles(
        network, places(f=(0, 0)), minutes=(minutes,), profile=profile_at(speed), method=method
    )
    return found.geometry.iloc[0]


def town(seed: int = 4, size: int = 14) -> Network:
    """Return a crooked lattice with missing streets, bent edges and a few diagonals."""
    rng = np.random.default_rng(seed)
    at = np.stack(np.meshgrid(np.arange(size), np.arange(size), indexing="ij"), axis=-1) * 90.0
    at += rng.normal(0, 18, at.shape)
    lines = []
    for i in range(size):
        for j in range(size):
            for di, dj in ((1, 0), (0, 1), (1, 1)):
                if i + di < size and j + dj < size and rng.random() < (0.1 if di and dj else 0.85):
                    a, b = at[i, j], at[i + di, j + dj]
                    lines.append(shapely.LineString([a, (a + b) / 2 + rng.normal(0, 8, 2), b]).wkt)
    return streets(*lines)


@BOTH
def test_a_street_reached_in_part_is_drawn_in_part(method: str) -> None:
    shape = circle(streets("LINESTRING (-5000 0, 5000 0)"), method)
    assert shape.bounds == pytest.approx((-625, -25, 625, 25), abs=0.01 if method == "edges" else 1)


@BOTH
def test_the_gap_and_the_stairs_use_up_time(method: str) -> None:
    network = streets(
        "LINESTRING (0 100, 5000 100)", "LINESTRING (0 100, -5000 100)", highway=["steps", None]
    )
    found = life_circles(
        network, places(f=(0, 0)), minutes=(10,), profile=profile("elder_75"), method=method
    )
    reach_m = 600 * 0.75 - 100
    expected = (-reach_m - 25, 75, reach_m / 2.5 + 25, 125)
    assert found.geometry.iloc[0].bounds == pytest.approx(expected, abs=1)


@BOTH
def test_a_crossing_is_entered_only_after_the_wait(method: str) -> None:
    network = streets(
        "LINESTRING (0 0, 100 0)", "LINESTRING (100 0, 5000 0)", footway=[None, "crossing"]
    )
    walker = profile("elder_75")
    found = life_circles(network, places(f=(0, 0)), minutes=(3,), profile=walker, method=method)
    assert found.geometry.iloc[0].bounds[2] == pytest.approx((180 - 15) * 0.75 + 25, abs=1)
    late = life_circles(
        network, places(f=(0, 0)), minutes=(135 / 60,), profile=walker, method=method
    )
    assert late.geometry.iloc[0].bounds[2] == pytest.approx(100 + 25, abs=1)


@BOTH
def test_a_circle_never_jumps_a_river_without_a_bridge(method: str) -> None:
    network = streets(
        "LINESTRING (-900 10, 0 10, 900 10)",
        "LINESTRING (-900 -60, 900 -60)",
        "LINESTRING (-2000 0, 2000 0)",
        waterway=[None, None, "river"],
    )
    found = life_circles(
        network, places(f=(0, 10)), minutes=(5,), profile=profile_at(1.0), method=method
    )
    shape = found.geometry.iloc[0]
    assert shape.bounds[1] >= -1e-6
    assert shape.bounds[3] == pytest.approx(35, abs=1)


@BOTH
def test_a_bridge_carries_the_circle_over_and_is_not_cut_by_what_runs_below(method: str) -> None:
    network = streets(
        "LINESTRING (0 0, 0 200)",
        "LINESTRING (0 200, 300 200)",
        "LINESTRING (-2000 100, 2000 100)",
        "LINESTRING (-2000 120, 2000 120)",
        bridge=["yes", None, None, None],
        waterway=[None, None, "river", None],
        railway=[None, None, None, "rail"],
    )
    shape = circle(network, method)
    for y in (50, 99, 101, 110, 119, 121, 150):
        assert shape.covers(shapely.box(-20, y - 0.5, 20, y + 0.5))
    assert shape.geom_type == "Polygon" or len(shape.geoms) == 1
    assert shape.bounds[2] == pytest.approx(325, abs=1)


def test_a_street_beside_a_wall_paints_nothing_behind_it_even_near_a_gate() -> None:
    network = streets(
        "LINESTRING (0 0, 500 0)",
        "LINESTRING (250 -80, 250 80)",
        "LINESTRING (-900 10, 900 10)",
        barrier=[None, None, "wall"],
    )
    joined = gpd.GeoDataFrame(
        {"barrier": [None, None, "wall"]}, geometry=[*network.lines, *network.barriers], crs=CRS
    )
    shape = circle(build_network(joined, node=True)[0], "edges")
    assert shape.covers(shapely.Point(250, 70))
    assert not shape.intersects(shapely.Point(100, 15))
    assert shape.covers(shapely.Point(100, -15))


@BOTH
def test_bands_nest_and_are_valid_and_sorted(method: str) -> None:
    homes = places(b=(600, 600), a=(100, 900), c=(5_000, 5_000), d=None)
    found = life_circles(
        town(), homes, minutes=(15, 5, 10, 5), profile=profile("elder_75"), method=method
    )
    assert found.facility_id.tolist() == ["a"] * 3 + ["b"] * 3
    assert found.minutes.tolist() == [5, 10, 15] * 2
    assert found.crs == CRS
    assert shapely.is_valid(found.geometry.array).all()
    assert found.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    assert found.area_m2.tolist() == found.area.tolist()
    for _, bands in found.groupby("facility_id"):
        shapes = bands.geometry.to_numpy()
        assert shapely.covers(shapes[1:], shapes[:-1]).all()
        assert (np.diff(bands.area_m2) > 0).all()


def test_the_raster_is_nearly_the_exact_union() -> None:
    network = town()
    homes = places(a=(600, 600), b=(100, 900), c=(1_000, 150))
    shapes = [
        life_circles(network, homes, minutes=(5, 10, 15), profile=profile(), method=m).geometry
        for m in METHODS
    ]
    both = shapely.area(shapely.intersection(*(s.to_numpy() for s in shapes)))
    share = both / (shapes[0].area + shapes[1].area - both)
    assert share.min() > 0.96


def test_the_exact_union_is_the_buffer_of_what_is_reached() -> None:
    network = town(9, 6)
    middle = network.xy[len(network.xy) // 2]
    found = life_circles(
        network, places(f=tuple(middle)), minutes=(4,), profile=profile_at(1.0), method="edges"
    )
    # Cut every street into half metres and ask each piece for the way to its middle.
    steps = [shapely.segmentize(line, 0.5) for line in network.lines]
    xy = [shapely.get_coordinates(s) for s in steps]
    a, b = np.concatenate([p[:-1] for p in xy]), np.concatenate([p[1:] for p in xy])
    ids = [f"p{i}" for i in range(len(a))]
    probes = gpd.GeoDataFrame(index=ids, geometry=shapely.points((a + b) / 2), crs=CRS)
    pairs = reach(
        network, places(f=tuple(middle)), probes, limit_s=240, profile=profile_at(1.0)
    ).pairs
    rows = pairs.to_id.str[1:].astype(int).to_numpy()
    lines = shapely.linestrings(np.stack([a[rows], b[rows]], axis=1))
    oracle = shapely.union_all(shapely.buffer(lines, 25, quad_segs=8))
    assert (
        shapely.area(shapely.symmetric_difference(oracle, found.geometry.iloc[0]))
        < 0.005 * oracle.area
    )


@BOTH
def test_a_limit_that_does_not_reach_the_street_has_no_row(method: str) -> None:
    network = streets("LINESTRING (-500 0, 500 0)")
    found = life_circles(
        network, places(f=(0, 90)), minutes=(1, 2), profile=profile_at(1.0), method=method
    )
    assert found.minutes.tolist() == [2]
    nobody = life_circles(
        network, places(f=None), minutes=(1,), profile=profile_at(1.0), method=method
    )
    assert len(nobody) == 0


@BOTH
def test_the_same_question_gives_the_same_bytes(method: str) -> None:
    network = town()
    homes = places(a=(600, 600), b=(100, 900))
    first, again = (
        life_circles(network, homes, minutes=(5, 10), profile=profile(), method=method).to_wkb()
        for _ in range(2)
    )
    assert first.equals(again)


@pytest.mark.parametrize("minutes", [(), (0.0,), (5.0, -1.0), (float("nan"),), (float("inf"),)])
def test_minutes_that_are_not_above_zero_are_refused(minutes: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="MINUTES"):
        life_circles(
            streets("LINESTRING (0 0, 9 0)"), places(f=(0, 0)), minutes=minutes, profile=profile()
        )


def test_a_circle_too_large_to_draw_on_a_grid_is_refused_before_memory_is_taken() -> None:
    network = streets("LINESTRING (0 0, 150000 150000)")
    with pytest.raises(InputError, match=r"CIRCLE_SIZE.*fewer minutes, or method edges"):
        life_circles(network, places(f=(75_000, 75_000)), minutes=(3_000,), profile=profile())


def test_an_unknown_method_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="raster, edges"):
        life_circles(
            streets("LINESTRING (0 0, 9 0)"),
            places(f=(0, 0)),
            minutes=(5,),
            profile=profile(),
            method="hull",
        )
