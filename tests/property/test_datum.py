"""GCJ-02 and BD-09: the inverse undoes the shift everywhere, and nothing moves outside China."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onegrid.io import datum

PAIRS = [
    (datum.wgs84_to_gcj02, datum.gcj02_to_wgs84),
    (datum.wgs84_to_bd09, datum.bd09_to_wgs84),
]
# a hundredth of a degree inside the box: at its edge a shifted place can fall outside it
inside = st.tuples(st.floats(72.05, 137.8), st.floats(0.9, 55.7))
outside = st.tuples(st.floats(-180, 71.9), st.floats(-85, 85))


@pytest.mark.parametrize(("forward", "backward"), PAIRS)
@given(places=st.lists(inside, min_size=1, max_size=20))
def test_the_inverse_returns_to_the_start(forward, backward, places):
    lon, lat = np.array(places, dtype=np.float64).T
    back_lon, back_lat = backward(*forward(lon, lat))
    assert np.abs(back_lon - lon).max() < 1e-9
    assert np.abs(back_lat - lat).max() < 1e-9


@pytest.mark.parametrize("convert", [f for pair in PAIRS for f in pair])
@given(places=st.lists(outside, min_size=1, max_size=20))
def test_places_outside_china_stay(convert, places):
    lon, lat = np.array(places, dtype=np.float64).T
    moved_lon, moved_lat = convert(lon, lat)
    np.testing.assert_array_equal(moved_lon, lon)
    np.testing.assert_array_equal(moved_lat, lat)


@given(place=inside)
def test_the_shift_is_hundreds_of_metres_never_kilometres(place):
    lon, lat = np.array([place[0]]), np.array([place[1]])
    moved_lon, moved_lat = datum.wgs84_to_gcj02(lon, lat)
    east_m = (moved_lon - lon) * 111_320 * np.cos(np.radians(lat))
    north_m = (moved_lat - lat) * 110_900
    assert np.hypot(east_m, north_m)[0] < 1500


def test_known_points_of_the_public_converters():
    # Tiananmen, as published with several open converters
    lon, lat = datum.wgs84_to_gcj02(np.array([116.404]), np.array([39.915]))
    assert (lon[0], lat[0]) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    lon, lat = datum.wgs84_to_bd09(np.array([116.404]), np.array([39.915]))
    assert (lon[0], lat[0]) == pytest.approx((116.41662724378733, 39.922699552216216), abs=1e-6)


def test_arguments_are_not_changed_and_nan_stays():
    lon, lat = np.array([116.4, np.nan]), np.array([39.9, np.nan])
    out_lon, _ = datum.gcj02_to_wgs84(lon, lat)
    assert lon[0] == 116.4
    assert np.isnan(out_lon[1])
