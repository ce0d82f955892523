"""The tables of the flows hang together."""

import re

from onegrid.operations.flows import HANDLERS, RESIDENT, duties, flows, tiers
from onegrid.standards.policy import department_label
from onegrid.store.users import ROLES

KNOWN_ROLES = {*ROLES, RESIDENT, HANDLERS}


def test_everything_has_a_chinese_and_an_english_label_a_source_and_a_confidence():
    states = [state for flow in flows().values() for state in flow.states]
    for row in (*flows().values(), *states, *tiers().values(), *duties().values()):
        assert re.search(r"[\u4e00-\u9fff]", row.label_zh), row
        assert re.search(r"[A-Za-z]", row.label_en), row
        assert row.source, row
        assert row.confidence in ("seen", "seen_secondary", "remembered", "assumption"), row


def test_the_flow_of_an_issue_is_that_of_the_norm():
    labels = [state.label_zh for state in flows()["grid_issue"].states]
    assert labels == ["发现", "推送", "处置", "协调", "监督", "反馈", "办结"]
    labels = [state.label_zh for state in flows()["property_dispute"].states]
    assert labels == ["议题收集", "确定议题", "会议协商", "执行决策", "监督反馈", "居民评价"]


def test_only_the_last_state_of_a_flow_has_no_limit():
    for flow in flows().values():
        assert [state.limit_hours is None for state in flow.states] == [
            state is flow.states[-1] for state in flow.states
        ]


def test_states_lead_to_states_of_their_flow_and_roles_are_known():
    for flow in flows().values():
        names = [state.state for state in flow.states]
        assert len(set(names)) == len(names)
        assert flow.first_tier in ("", *tiers())
        for place, state in enumerate(flow.states):
            assert state.enter_by
            assert {*state.enter_by, *state.reopen_by} <= KNOWN_ROLES
            assert bool(state.reopen_to) == bool(state.reopen_by)
            assert not state.reopen_to or names.index(state.reopen_to) < place
            assert not state.rating_to or names.index(state.rating_to) - place in (0, 1)
            assert HANDLERS not in state.enter_by or flow.first_tier


def test_every_department_that_answers_for_a_duty_is_known():
    for duty in duties().values():
        assert department_label(duty.department) != duty.department
