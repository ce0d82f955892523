"""Reach that is kept, and what is added up over it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from onegrid.circles.cached import HOW, cache_reach
from onegrid.circles.reach import reach
from onegrid.errors import InputError
from onegrid.network.build import build_network
from onegrid.standards import profile

CRS = "EPSG:4547"


def town():
    rng = np.random.default_rng(6)
    corners = rng.uniform(0, 1_500, (60, 2))
    ends = rng.integers(0, 60, (150, 2))
    lines = [shapely.LineString(corners[pair]) for pair in ends if pair[0] != pair[1]]
    network, _ = build_network(gpd.GeoDataFrame(geometry=lines, crs=CRS))

    def scatter(count, prefix):
        points = shapely.points(rng.uniform(0, 1_500, (count, 2)))
        return gpd.GeoDataFrame(index=[f"{prefix}{i}" for i in range(count)], geometry=points,
                                crs=CRS)  # fmt: skip

    return network, scatter(30, "h"), scatter(20, "s")


@pytest.mark.parametrize("how", HOW)
def test_an_aggregate_is_that_of_the_pairs_of_reach(how):
    network, homes, shops = town()
    homes.loc["nowhere", "geometry"] = None
    rng = np.random.default_rng(1)
    values = pd.Series(rng.integers(-9, 90, len(shops)).astype(float), shops.index)
    values["s3"] = np.nan
    kept = cache_reach(network, homes, shops, minutes=15, profile=profile("elder_75"))
    for minutes in (4, 9.5, 15):
        pairs = reach(
            *(network, homes, shops),
            limit_s=minutes * 60,
            profile=profile("elder_75"),
            rounded=False,
        ).pairs
        pairs = pairs.assign(value=pairs["to_id"].map(values)).dropna()
        expected = pairs.groupby("from_id")["value"].agg(how).reindex(sorted(homes.index))
        if how in ("sum", "count"):
            expected = expected.fillna(0)
        found = kept.aggregate(values, minutes=minutes, how=how)
        assert found.index.tolist() == expected.index.tolist()
        assert found.to_numpy() == pytest.approx(expected.to_numpy(), nan_ok=True)
        assert not found.eq(0).all()


def test_values_of_strangers_count_nowhere_and_a_kept_reach_is_not_stretched():
    network, homes, shops = town()
    kept = cache_reach(network, homes, shops, minutes=10, profile=profile())
    values = pd.Series(1.0, shops.index)
    strange = pd.concat([values, pd.Series({"stranger": 5.0})])
    assert kept.aggregate(strange, minutes=10).equals(kept.aggregate(values, minutes=10))
    with pytest.raises(InputError, match=r"MINUTES.*up to 10.*") as caught:
        kept.aggregate(values, minutes=11, how="median")
    assert [p.code for p in caught.value.problems] == ["MINUTES", "METHOD"]
    for minutes in (0, -1, float("nan")):
        with pytest.raises(InputError, match="MINUTES"):
            kept.aggregate(values, minutes=minutes)
