"""Whatever is asked of a case, it goes through the states of its flow in their order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onegrid.errors import AccessError, InputError, StateError
from onegrid.operations.flows import HANDLERS, flows, tiers
from onegrid.operations.moves import Move, Standing, allowed, escalated, moved, opened, replayed

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
ROLES = ("resident", "grid_worker", "community", "subdistrict_office", "planner", "admin",
         "department")  # fmt: skip
KINDS = ("advance", "escalate", "reopen", "rate")
EVERY_STATE = sorted({state.state for flow in flows().values() for state in flow.states})
ASKED = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from(ROLES),
        st.one_of(st.just(None), st.sampled_from(EVERY_STATE)),
        st.sampled_from(["", " ", "说明"]),
        st.sampled_from([None, 0, 1, 5, 6]),
        st.integers(0, 400),
    ),
    max_size=60,
)


def names_of(flow):
    return [state.state for state in flows()[flow].states]


def roles_of(standing, asked):
    handlers = tiers()[standing.tier].roles if standing.tier else ()
    return {role for name in asked for role in (handlers if name == HANDLERS else (name,))}


@given(flow=st.sampled_from(sorted(flows())), asked=ASKED)
def test_no_sequence_of_moves_skips_a_state_or_lets_a_stranger_act(flow, asked):
    names, now = names_of(flow), START
    opener = flows()[flow].states[0].enter_by[0]
    first = standing = opened(flow, role=opener, at=now)
    made = []
    for kind, role, to, note, score, hours in asked:
        now += timedelta(hours=hours)
        after = names[min(names.index(standing.state) + 1, len(names) - 1)]
        move = Move(kind, role, now, to or after, note, score)
        try:
            new = moved(standing, move)
        except (AccessError, InputError, StateError):
            continue
        made.append(move)
        was, here = flows()[flow].state(standing.state), flows()[flow].state(new.state)
        step = names.index(new.state) - names.index(standing.state)
        if kind == "advance":
            assert step == 1
            assert role in roles_of(standing, here.enter_by)
            assert "note" not in here.needs or note.strip()
        elif kind == "escalate":
            assert step == 0
            assert list(tiers()).index(new.tier) == list(tiers()).index(standing.tier) + 1
            assert role in tiers()[standing.tier].roles
        elif kind == "reopen":
            assert step < 0
            assert new.state == was.reopen_to
            assert (new.reopened, new.score) == (standing.reopened + 1, None)
            assert role in was.reopen_by
        else:
            assert (role, new.state) == ("resident", was.rating_to)
            assert (standing.score, new.score) == (None, score)
            assert 1 <= score <= 5
        assert kind == "escalate" or new.tier == standing.tier
        standing = new
    assert replayed(first, made) == standing


@given(flow=st.sampled_from(sorted(flows())), state=st.integers(0, 20), role=st.sampled_from(ROLES),
       tier=st.sampled_from(sorted(tiers())), score=st.sampled_from([None, 3]))  # fmt: skip
def test_what_is_told_to_be_allowed_is_what_is_allowed(flow, state, role, tier, score):
    names = names_of(flow)
    tier = tier if flows()[flow].first_tier else ""
    standing = Standing(flow, names[state % len(names)], tier, START, 0, score)
    found = set()
    for kind in KINDS:
        for to in names:
            try:
                after = moved(standing, Move(kind, role, START, to, "说明", 4))
            except (AccessError, StateError):
                continue
            if kind != "advance" or to == after.state:
                found.add((kind, after.state))
    assert set(allowed(standing, role)) == found


@given(flow=st.sampled_from(sorted(flows())), state=st.integers(0, 20),
       hours=st.lists(st.integers(0, 500), min_size=1, max_size=6))  # fmt: skip
def test_it_does_not_matter_how_often_one_looks_for_what_is_overdue(flow, state, hours):
    names = names_of(flow)
    standing = Standing(flow, names[state % len(names)], flows()[flow].first_tier, START)
    seen, now = standing, START
    for more in hours:
        now += timedelta(hours=more)
        seen = (escalated(seen, now) or [seen])[-1]
    once = (escalated(standing, now) or [standing])[-1]
    assert seen == once
    limit = flows()[flow].state(standing.state).limit_hours
    if not standing.tier or limit is None:
        assert once == standing
    else:  # by hand: a tier for every whole limit that has gone by
        passed = int((now - START).total_seconds() // 3600 // limit)
        order = list(tiers())
        up = min(passed, len(order) - 1 - order.index(standing.tier))
        assert once.tier == order[order.index(standing.tier) + up]
        assert once.since == START + timedelta(hours=up * limit)


def test_an_issue_is_closed_after_it_was_fed_back_and_only_then():
    standing = opened("grid_issue", role="resident", at=START)
    for to in ("dispatched", "handled", "coordinated", "supervised", "fed_back"):
        with pytest.raises(StateError):
            moved(standing, Move("advance", "admin", START, "closed", "说明"))
        role = "community" if to != "dispatched" else "grid_worker"
        standing = moved(standing, Move("advance", role, START, to, "说明"))
    closed = moved(standing, Move("advance", "community", START, "closed"))
    assert closed.ended
    rated = moved(closed, Move("rate", "resident", START, score=5))
    with pytest.raises(StateError):
        moved(rated, Move("rate", "resident", START, score=1))
    again = moved(rated, Move("reopen", "community", START, note="复发"))
    assert again == replace(standing, state="dispatched", reopened=1)
