"""The walking order of a round: complete, deterministic, and as short as short ways get."""

from itertools import pairwise, permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from onegrid.operations.rounds import walking_order

COORDINATE_M = st.floats(0, 1000).map(lambda value: round(value, 1))
PLACES = st.integers(0, 7).flatmap(lambda n: arrays(float, (n, 2), elements=COORDINATE_M))


def walks(places):
    return np.linalg.norm(places[:, None] - places[None], axis=2)


def length(walk_s, order):
    return float(sum(walk_s[a, b] for a, b in pairwise(order)))


@given(PLACES)
def test_every_place_comes_once_and_hardly_any_order_is_shorter(places):
    walk_s = walks(places)
    order = walking_order(walk_s).tolist()
    assert sorted(order) == list(range(len(places)))
    if len(places) == 0:
        return
    assert order[0] == 0
    best = min(length(walk_s, [0, *rest]) for rest in permutations(range(1, len(places))))
    assert length(walk_s, order) <= best * 1.3 + 1e-6
    for i in range(1, len(order)):  # no part turned round makes it shorter
        for j in range(i + 1, len(order) + 1):
            turned = [*order[:i], *order[i:j][::-1], *order[j:]]
            assert length(walk_s, order) <= length(walk_s, turned) + 1e-5


@given(st.lists(COORDINATE_M, min_size=1, max_size=30, unique=True))
def test_along_a_street_from_its_end_one_walks_straight_on(at):
    places = np.array([[0.0, 0.0], *([x + 1, 0.0] for x in at)])
    order = walking_order(walks(places))
    assert (np.diff(places[order, 0]) > 0).all()


def test_what_nobody_can_walk_to_comes_last():
    walk_s = np.array([[0.0, np.inf, 9.0], [np.inf, 0.0, np.inf], [9.0, np.inf, 0.0]])
    assert walking_order(walk_s).tolist() == [0, 2, 1]
