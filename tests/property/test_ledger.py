"""Whatever is drawn, every square metre that cleaning moves stands in the ledger."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import Polygon

from onegrid.layers.clean import clean_layer
from onegrid.layers.gaps import polygons_of
from onegrid.layers.ledger import DOUBTFUL_COLUMNS


def dirty_layer(seed, side, jitter_m):
    """A lattice of squares, each drawn by itself with its corners off, some of them spoilt."""
    rng = np.random.default_rng(seed)
    shapes, codes = [], []
    for k in range(side * side):
        west, south = 100.0 * (k % side), 100.0 * (k // side)
        corners = np.array([(0, 0), (100, 0), (100, 100), (0, 100)]) + np.array([west, south])
        corners = corners + rng.normal(0, jitter_m, (4, 2))
        fault = rng.integers(0, 12)
        if fault == 0:
            corners = corners[[0, 2, 1, 3]]  # a bow-tie
        shapes.append(Polygon(corners))
        codes.append("" if fault == 1 else f"A{k}" if fault != 2 else "A0")
        if fault == 3:
            shapes.append(shapes[-1])
            codes.append(f"B{k}")
        if fault == 4:
            shapes.append(shapely.affinity.scale(shapes[-1], 0.5, 0.5))
            codes.append(f"C{k}")
    return gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs=4547)


def made_valid(layer):
    return np.array([polygons_of(g) for g in shapely.make_valid(layer.geometry.to_numpy())])


@settings(max_examples=20)
@given(
    seed=st.integers(0, 10_000),
    side=st.integers(1, 5),
    jitter_m=st.sampled_from([0.0, 0.5, 5.0, 30.0]),
    closed=st.booleans(),
)
@example(seed=0, side=3, jitter_m=5.0, closed=True)  # a clipped web of gaps had a ring of 3 points
def test_the_ledger_adds_up_to_what_the_cleaning_changed(seed, side, jitter_m, closed):
    layer = dirty_layer(seed, side, jitter_m)
    cleaned = clean_layer(layer, department="x", close_open_gaps=closed)
    after = cleaned.layer.geometry.reindex(layer.index)
    after = np.array([g if g is not None else Polygon() for g in after])
    changed_m2 = shapely.area(shapely.symmetric_difference(made_valid(layer), after)).sum()
    moves = cleaned.ledger[cleaned.ledger["kind"] != "invalid_ring"]
    rounding_m2 = 0.02 * (len(moves) + 4 * len(layer))
    assert moves["moved_area_m2"].sum() == pytest.approx(changed_m2, abs=rounding_m2)
    assert (cleaned.ledger["moved_area_m2"] >= 0).all()
    assert shapely.coverage_is_valid(cleaned.layer.geometry.to_numpy())
    gone = set(layer.index) - set(cleaned.layer.index)
    named = cleaned.ledger["kind"].isin(["vanished", "duplicate_feature", "empty_geometry"])
    assert named.sum() == len(gone)


@pytest.mark.slow
@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), jitter_m=st.sampled_from([0.0, 5.0, 30.0]))
def test_what_is_asked_stands_in_the_ledger_and_cleaning_again_asks_nothing(seed, jitter_m):
    cleaned = clean_layer(dirty_layer(seed, 3, jitter_m), department="x")
    asked = cleaned.doubtful
    assert tuple(asked.columns) == DOUBTFUL_COLUMNS
    key = ["department", "code", "kind", "moved_area_m2"]
    assert len(asked.merge(cleaned.ledger.drop_duplicates(), on=key)) == len(asked)
    assert asked["question"].str.len().gt(5).all()
    again = clean_layer(cleaned.layer, department="x")
    assert set(again.ledger["kind"]) <= {"duplicate_code", "open_gap"}
