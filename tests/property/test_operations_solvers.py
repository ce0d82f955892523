"""Staff and resources are given out as well as anybody could by trying everything."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onegrid.errors import InputError
from onegrid.operations.matching import match
from onegrid.operations.staffing import propose

WALKS = st.sampled_from([60.0, 120.0, 300.0, 700.0, np.inf])


@given(data=st.data(), cells=st.integers(1, 5), workers=st.integers(1, 3))
def test_a_proposal_is_as_even_as_can_be_and_then_as_near(data, cells, workers):
    load = np.array(data.draw(st.lists(st.integers(0, 9), min_size=cells, max_size=cells)), float)
    flat = data.draw(st.lists(WALKS, min_size=cells * workers, max_size=cells * workers))
    walk_s = np.array(flat).reshape(cells, workers)
    ways = [
        (max(np.bincount(w, weights=load, minlength=workers)), walk_s[range(cells), w].sum())
        for w in map(list, product(range(workers), repeat=cells))
        if np.isfinite(walk_s[range(cells), w]).all()
    ]
    if not ways:
        with pytest.raises(InputError, match="STAFF_REACH"):
            propose(load, walk_s, slack_share=0.0)
        return
    lightest = min(heavy for heavy, _ in ways)
    for slack in (0.0, 0.5):
        found = propose(load, walk_s, slack_share=slack)
        assert found.load.max() <= lightest * (1 + slack) + 1e-4
        assert found.bound <= lightest + 1e-6
        best = min(walk for heavy, walk in ways if heavy <= lightest * (1 + slack) + 1e-9)
        assert found.walk_s == pytest.approx(best)


@given(data=st.data(), needs=st.integers(1, 3), places=st.integers(1, 2))
def test_matching_serves_most_people_and_then_with_least_walking(data, needs, places):
    hours = st.sampled_from(["", "2026-01-01T08:00:00Z", "2026-01-01T12:00:00Z"])

    def table(rows):
        return pd.DataFrame(
            [
                (data.draw(st.sampled_from("ab")), data.draw(st.integers(0, 3)),
                 data.draw(hours), data.draw(st.sampled_from(["", "2026-01-01T12:00:00Z"])))
                for _ in range(rows)
            ],
            columns=["kind", "people", "from_at", "until_at"],
        )  # fmt: skip

    asked, given_ = table(needs).assign(limit_s=300.0), table(places)
    flat = data.draw(st.lists(WALKS, min_size=needs * places, max_size=needs * places))
    walk_s = np.array(flat).reshape(needs, places)

    def fits(n, p):
        one, other = asked.loc[n], given_.loc[p]
        late = one.until_at and other.from_at and other.from_at >= one.until_at
        early = other.until_at and one.from_at and other.until_at <= one.from_at
        return one.kind == other.kind and not late and not early and walk_s[n, p] <= one.limit_s

    pairs = [(n, p) for n in range(needs) for p in range(places) if fits(n, p)]
    best = (0, 0.0)
    for flow in product(range(4), repeat=len(pairs)):
        out, room = np.zeros(needs), np.zeros(places)
        for (n, p), people in zip(pairs, flow, strict=True):
            out[n] += people
            room[p] += people
        if (out <= asked["people"]).all() and (room <= given_["people"]).all():
            walk = sum(walk_s[pair] * people for pair, people in zip(pairs, flow, strict=True))
            best = max(best, (sum(flow), -walk))
    found = match(asked, given_, walk_s)
    assert found.pairs["people"].sum() == best[0]
    walk = (found.pairs["people"] * found.pairs["walk_s"]).sum()
    assert walk == pytest.approx(-best[1])
    assert all(fits(row.need, row.resource) for row in found.pairs.itertuples())
    for n, row in found.needs.iterrows():
        same = [p for p in range(places) if given_.loc[p].kind == asked.loc[n].kind]
        mine = [p for q, p in pairs if q == n]
        assert (row.reason == "met") == (row.people_met == row.people)
        assert (row.reason == "full") == (bool(mine) and row.people_met < row.people)
        assert row.reason != "no_kind" or not same
