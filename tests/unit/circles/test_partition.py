"""Life circles together: united, and shared out by the nearest facility on foot."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from onegrid.circles.partition import share_circles, unite_circles
from onegrid.circles.reach import nearest
from onegrid.circles.shape import life_circles
from onegrid.errors import InputError
from onegrid.network.build import Network, build_network
from onegrid.standards import profile, profile_at

CRS = "EPSG:4547"
BORDER_M = 20  # borders are drawn from places 12.5 m apart, and straightened by 3 m


def lattice(seed: int = 2, size: int = 12) -> Network:
    """Return a crooked lattice of streets."""
    rng = np.random.default_rng(seed)
    at = np.stack(np.meshgrid(np.arange(size), np.arange(size), indexing="ij"), axis=-1) * 110.0
    at += rng.normal(0, 16, at.shape)
    steps = [(i, j, i + di, j + dj) for i in range(size) for j in range(size) for di, dj in DIRS]
    lines = [
        shapely.LineString([at[i, j], at[k, m]])
        for i, j, k, m in steps
        if k < size and m < size and rng.random() < 0.85
    ]
    return build_network(gpd.GeoDataFrame(geometry=lines, crs=CRS))[0]


DIRS = ((1, 0), (0, 1))


def shops(seed: int, **kinds: int) -> gpd.GeoDataFrame:
    """Return facilities of some kinds somewhere in the lattice."""
    rng = np.random.default_rng(seed)
    kind = np.repeat(list(kinds), list(kinds.values()))
    names = [f"{k}{i:02d}" for i, k in enumerate(kind)]
    points = shapely.points(rng.uniform(150, 1_050, (len(kind), 2)))
    return gpd.GeoDataFrame({"kind": kind}, index=names, geometry=points, crs=CRS)


def test_shares_are_seamless_and_belong_to_whom_nearest_says() -> None:
    network, goal, walker = lattice(), shops(5, clinic=5, market=3), profile("elder_75")
    circles = life_circles(network, goal, minutes=(10, 15), profile=walker)
    unions = unite_circles(circles, goal["kind"]).set_index(["kind", "minutes"])
    shares = share_circles(network, goal, circles, profile=walker)
    assert list(shares.columns) == ["kind", "facility_id", "minutes", "area_m2", "geometry"]
    probes = gpd.GeoDataFrame(
        index=[f"p{i}" for i in range(800)], crs=CRS, geometry=shapely.points(on_streets(network))
    )
    says = nearest(network, goal, probes, profile=walker)
    for key, of_key in shares.groupby(["kind", "minutes"]):
        shapes = of_key.geometry.to_numpy()
        assert shapely.coverage_is_valid(shapes)
        assert shapely.is_valid(shapes).all()
        assert (shapely.area(shapely.get_parts(shapes)) > 100).all()
        whole = unions.geometry[key]
        apart = shapely.area(shapely.symmetric_difference(shapely.union_all(shapes), whole))
        assert apart < 0.02 * whole.area
        of_kind = says[says["kind"] == key[0]].set_index("id")
        sure = 0
        for owner, shape in zip(of_key["facility_id"], shapes, strict=True):
            inner = shapely.buffer(shape, -BORDER_M)
            inside = probes.index[shapely.contains_properly(inner, probes.geometry.to_numpy())]
            assert (of_kind.loc[inside, "facility_id"] == owner).all()
            sure += len(inside)
        assert sure > 50


def on_streets(network: Network) -> np.ndarray:
    rng = np.random.default_rng(3)
    edge = rng.integers(0, len(network.lines), 800)
    along = rng.uniform(0, 1, 800)
    places = shapely.line_interpolate_point(network.lines[edge], along, normalized=True)
    return shapely.get_coordinates(places)


def test_a_kind_of_one_facility_has_its_whole_circle() -> None:
    network, goal = lattice(), shops(7, clinic=1)
    circles = life_circles(network, goal, minutes=(10,), profile=profile())
    shares = share_circles(network, goal, circles, profile=profile())
    assert shares.facility_id.tolist() == goal.index.tolist()
    assert shares.geometry.iloc[0].equals(circles.geometry.iloc[0])


def test_a_facility_beside_another_may_be_nearest_nowhere() -> None:
    street = gpd.GeoDataFrame(geometry=shapely.from_wkt(["LINESTRING (0 0, 400 0)"]), crs=CRS)
    network = build_network(street)[0]
    goal = gpd.GeoDataFrame(
        {"kind": "market"}, index=["b", "a"], geometry=shapely.points([[200, 0]] * 2), crs=CRS
    )
    circles = life_circles(network, goal, minutes=(2,), profile=profile_at(1.0))
    shares = share_circles(network, goal, circles, profile=profile_at(1.0))
    assert shares.facility_id.tolist() == ["a"]  # equal times: the lowest id


def test_two_ends_of_a_street_share_it_in_the_middle() -> None:
    street = gpd.GeoDataFrame(geometry=shapely.from_wkt(["LINESTRING (0 0, 800 0)"]), crs=CRS)
    network = build_network(street)[0]
    goal = gpd.GeoDataFrame(
        {"kind": "market"}, index=["a", "b"], geometry=shapely.points([[0, 0], [800, 0]]), crs=CRS
    )
    circles = life_circles(network, goal, minutes=(15,), profile=profile_at(1.0))
    shares = share_circles(network, goal, circles, profile=profile_at(1.0))
    assert shares.bounds.maxx.iloc[0] == pytest.approx(400, abs=7)
    assert shares.bounds.minx.iloc[1] == pytest.approx(400, abs=7)


def test_nobody_reached_and_no_kind() -> None:
    network = lattice()
    lost = gpd.GeoDataFrame(
        {"kind": "market"}, index=["a"], geometry=shapely.points([[9e4, 9e4]]), crs=CRS
    )
    circles = life_circles(network, lost, minutes=(5,), profile=profile())
    shares = share_circles(network, lost, circles, profile=profile())
    assert len(shares) == 0
    assert "facility_id" in shares
    with pytest.raises(InputError, match="kind missing"):
        share_circles(network, lost[["geometry"]], circles, profile=profile())


def test_unions_are_by_kind_and_time() -> None:
    circles = gpd.GeoDataFrame(
        {"facility_id": ["a", "b", "a", "c"], "minutes": [5.0, 5.0, 10.0, 5.0]},
        geometry=[shapely.box(x, 0, x + 2, 1) for x in (0, 1, 0, 7)],
        crs=CRS,
    )
    found = unite_circles(circles, pd.Series({"a": "k", "b": "k", "c": "m"}))
    assert found[["kind", "minutes", "area_m2"]].to_numpy().tolist() == [
        ["k", 5.0, 3.0],
        ["k", 10.0, 2.0],
        ["m", 5.0, 2.0],
    ]
    assert found.crs == CRS
