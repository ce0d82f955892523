"""Crossings and touches against an oracle that intersects every pair of lines."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from onegrid.network.crossings import find_crossings
from onegrid.network.splitting import split_lines

NEAR_M = 1e-3


@st.composite
def drawn_lines(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Draw lines on a small lattice, so that many share ends, touch, cross and run together."""
    place = st.tuples(st.integers(0, 5), st.integers(0, 5))
    lists = draw(st.lists(st.lists(place, min_size=2, max_size=4), min_size=2, max_size=7))
    turn, shift = draw(st.sampled_from([0.0, 0.3])), draw(st.sampled_from([0, 500_000.25]))
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    lines = [shapely.LineString(np.array(points) * 10.0 @ spin + shift) for points in lists]
    kept = np.array(
        [line for line in lines if line.length > 0] or [shapely.LineString([(0, 0), (1, 0)])]
    )
    level = draw(st.lists(st.integers(0, 1), min_size=len(kept), max_size=len(kept)))
    return kept, np.array(level) * draw(st.integers(0, 1))


def ends(line: shapely.LineString) -> shapely.MultiPoint:
    return shapely.MultiPoint([line.coords[0], line.coords[-1]])


def oracle(lines: np.ndarray, level: np.ndarray) -> tuple[set, set]:
    """Return (line, line, place) of every crossing and (line, other line, place) of every touch."""
    crossings, touches = set(), set()
    for i, j in combinations(range(len(lines)), 2):
        if level[i] != level[j]:
            continue
        shared = shapely.intersection(lines[i], lines[j])
        for part in [] if shared.is_empty else shapely.get_parts(shared):
            for point in {part.coords[0], part.coords[-1]}:
                place = shapely.Point(point)
                if min(place.distance(ends(lines[i])), place.distance(ends(lines[j]))) > NEAR_M:
                    crossings.add((i, j, *np.round(point, 3)))
        for one, other in ((i, j), (j, i)):
            for end in ends(lines[one]).geoms:
                on = end.distance(lines[other]) <= NEAR_M
                if on and end.distance(ends(lines[other])) > NEAR_M:
                    touches.add((one, other, *np.round(end.coords[0], 3)))
    return crossings, touches


@settings(max_examples=60)
@given(drawn_lines())
def test_every_crossing_and_touch_of_every_pair_is_found(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    lines, level = drawn
    found = find_crossings(lines, level)
    crossings, touches = oracle(lines, level)
    assert {tuple(xy) for xy in found.crossing_xy.round(3)} == {c[2:] for c in crossings}
    assert len(found.crossing_xy) == len(crossings)
    count = len(found.touch_xy)
    seen = zip(found.cut_line[:count].tolist(), found.touch_xy.round(3).tolist(), strict=True)
    assert {(line, *xy) for line, xy in seen} == {t[1:] for t in touches}


@settings(max_examples=40)
@given(drawn_lines())
def test_splitting_at_them_keeps_every_metre_and_leaves_no_crossing(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    simple = np.array([line.is_simple for line in drawn[0]])
    lines, level = drawn[0][simple], drawn[1][simple]  # a line over itself is split there once
    if len(lines) == 0:
        return
    found = find_crossings(lines, level)
    pieces, source = split_lines(lines, found.cut_line, found.cut_xy)
    length_m = np.bincount(source, weights=shapely.length(pieces), minlength=len(lines))
    assert length_m == pytest.approx(shapely.length(lines), abs=1e-6)
    long = shapely.length(pieces) > NEAR_M
    again = find_crossings(pieces[long], level[source[long]])
    assert len(again.crossing_xy) == 0
