"""E2SFCA against a hand-computed case and against the method written out as loops."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onegrid.coverage.access import e2sfca
from onegrid.errors import InputError

LIMIT_S = 900.0


def by_loops(pairs, people, places, limit_s):
    """The two steps as the paper tells them."""

    def weight(walk_s):
        if walk_s <= limit_s / 3:
            return 1.0
        if walk_s <= limit_s * 2 / 3:
            return 0.68
        return 0.22 if walk_s <= limit_s else 0.0

    ratio = {}
    for facility, capacity in places.items():
        wanted = sum(people[door] * weight(walk_s) for door, f, walk_s in pairs if f == facility)
        ratio[facility] = capacity / wanted if wanted else 0.0
    return {
        door: sum(ratio[f] * weight(walk_s) for d, f, walk_s in pairs if d == door)
        for door in people
    }


def test_a_case_computed_by_hand():
    # f: 40 places for 100 + 0.68 × 50 + 0.22 × 300 = 200 -> 0.2 each; g: 30 for 50 -> 0.6
    pairs = pd.DataFrame(
        [("a", "f", 10.0), ("b", "f", 450.0), ("c", "f", 700.0), ("b", "g", 5.0)],
        columns=["door_id", "facility_id", "walk_s"],
    )
    people = pd.Series({"a": 100.0, "b": 50.0, "c": 300.0, "d": 7.0})
    found = e2sfca(pairs, people, pd.Series({"f": 40.0, "g": 30.0}), limit_s=LIMIT_S)
    assert found.to_dict() == pytest.approx({"a": 0.2, "b": 0.736, "c": 0.044, "d": 0.0})


@pytest.mark.parametrize(
    ("walk_s", "weight"),
    [(300.0, 1), (300.01, 0.68), (600.0, 0.68), (600.01, 0.22), (900.0, 0.22), (900.01, 0)],
)
def test_zones_end_inclusively(walk_s, weight):
    pairs = pd.DataFrame({"door_id": ["near", "far"], "facility_id": "f", "walk_s": [1.0, walk_s]})
    people = pd.Series({"near": 10.0, "far": 0.0})
    found = e2sfca(pairs, people, pd.Series({"f": 10.0}), limit_s=LIMIT_S)
    assert found["far"] == pytest.approx(weight)


def test_a_facility_without_capacity_supplies_nothing():
    pairs = pd.DataFrame({"door_id": ["a", "a"], "facility_id": ["f", "g"], "walk_s": 1.0})
    found = e2sfca(
        pairs, pd.Series({"a": 5.0}), pd.Series({"f": np.nan, "g": 10.0}), limit_s=LIMIT_S
    )
    assert found["a"] == 2.0


def test_unknown_ids_in_pairs_are_refused():
    pairs = pd.DataFrame({"door_id": ["x"], "facility_id": ["f"], "walk_s": [1.0]})
    with pytest.raises(InputError, match="x"):
        e2sfca(pairs, pd.Series({"a": 5.0}), pd.Series({"f": 1.0}), limit_s=LIMIT_S)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcde"), st.sampled_from("fgh")),
        st.one_of(st.sampled_from([0.0, 300.0, 600.0, 900.0]), st.floats(0, 1000)),
    ),
    st.lists(st.integers(0, 500), min_size=5, max_size=5),
    st.lists(st.integers(0, 500), min_size=3, max_size=3),
)
def test_it_equals_the_method_written_as_loops(walks, people, places):
    rows = [(door, facility, walk_s) for (door, facility), walk_s in walks.items()]
    pairs = pd.DataFrame(rows, columns=["door_id", "facility_id", "walk_s"])
    demand = pd.Series(dict(zip("abcde", people, strict=True)), dtype=float)
    supply = pd.Series(dict(zip("fgh", places, strict=True)), dtype=float)
    found = e2sfca(pairs, demand, supply, limit_s=LIMIT_S)
    expected = by_loops(rows, demand.to_dict(), supply.to_dict(), LIMIT_S)
    assert found.to_dict() == pytest.approx(expected)
