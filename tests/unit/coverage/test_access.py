"""E2SFCA against a hand-computed case and against the method written out as loops."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onegrid.coverage.access import METHODS, e2sfca, floating_catchments, opportunities
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


def three_steps_by_loops(pairs, people, places):
    """Wan, Zou and Sternberg: people first share themselves out by the weights around them."""

    def weight(walk_s):
        return 1.0 if walk_s <= LIMIT_S / 3 else 0.68 if walk_s <= LIMIT_S * 2 / 3 else 0.22

    around = {d: sum(weight(w) for door, _, w in pairs if door == d) for d in people}
    felt = {(d, f): weight(w) ** 2 / around[d] for d, f, w in pairs}
    wanted = {f: sum(people[d] * v for (d, g), v in felt.items() if g == f) for f in places}
    ratio = {f: places[f] / wanted[f] if wanted[f] else 0.0 for f in places}
    return {d: sum(ratio[f] * v for (e, f), v in felt.items() if e == d) for d in people}


@given(st.integers(0, 2**32 - 1))
def test_every_variant_equals_its_paper_written_as_loops(seed):
    rng = np.random.default_rng(seed)
    people = {f"d{i}": float(rng.integers(0, 9)) for i in range(8)}
    places = {f"f{i}": float(rng.integers(1, 90)) for i in range(4)}
    pairs = [(d, f, rng.uniform(0, LIMIT_S)) for d in people for f in places if rng.random() < 0.5]
    table = pd.DataFrame(pairs, columns=["door_id", "facility_id", "walk_s"])
    demand, capacity = pd.Series(people), pd.Series(places)

    def ours(method):
        found = floating_catchments(table, demand, capacity, limit_s=LIMIT_S, method=method)
        return found.to_numpy()

    def told(expected):
        return pytest.approx([expected[d] for d in people], rel=1e-9, abs=1e-12)

    assert ours("e2sfca") == told(by_loops(pairs, people, places, LIMIT_S))
    assert ours("3sfca") == told(three_steps_by_loops(pairs, people, places))
    flat = [(d, f, 1.0) for d, f, _ in pairs]
    assert ours("2sfca") == told(by_loops(flat, people, places, LIMIT_S))
    within = {d: sum(places[f] for e, f, _ in pairs if e == d) for d in people}
    found = opportunities(table, demand.index, capacity, limit_s=LIMIT_S)
    assert found.to_dict() == pytest.approx(within)


def test_the_modified_method_loses_places_to_distance_and_the_others_lose_none():
    pairs = pd.DataFrame({"door_id": ["a", "b"], "facility_id": "f", "walk_s": [700.0, 800.0]})
    people, places = pd.Series({"a": 10.0, "b": 30.0}), pd.Series({"f": 20.0})
    given_out = {
        method: (
            floating_catchments(pairs, people, places, limit_s=LIMIT_S, method=method) * people
        ).sum()
        for method in METHODS
    }
    assert given_out == pytest.approx(
        {"e2sfca": 20.0, "2sfca": 20.0, "3sfca": 20.0, "m2sfca": 20.0 * 0.22}
    )


def test_an_unknown_method_is_refused_with_those_there_are():
    pairs = pd.DataFrame({"door_id": [], "facility_id": [], "walk_s": []})
    nobody = pd.Series(dtype=float)
    with pytest.raises(InputError, match="e2sfca, 2sfca, 3sfca, m2sfca"):
        floating_catchments(pairs, nobody, nobody, limit_s=LIMIT_S, method="raam")
