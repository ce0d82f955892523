"""No sequence of calls skips a state, loses an issue, or lets a role act outside its area."""

from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

import service
from onegrid.operations.flows import HANDLERS, flows, tiers
from service import Browser

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("published")]
KEY = "a-key-of-the-reporter-1234"
CELLS = {"c0000": "m0-0", "c0300": "m1-0"}
PEOPLE = ("worker", "own", "other", "office", "office1", "planner", "admin", "fire")
AREAS = {name: area for name, (_, area) in service.PEOPLE.items()}
ROLES = {name: role for name, (role, _) in service.PEOPLE.items()}
SUBDISTRICT = {"m0-0": "s0", "m1-0": "s1"}


def inside(name, community):
    home = ("district", f"subdistrict/{SUBDISTRICT[community]}", f"community/{community}",
            "department/emergency")  # fmt: skip  # every issue is about a hazard
    return AREAS[name] in home


class Issues(RuleBasedStateMachine):
    """A model that knows the tables and nothing else, beside the service."""

    reports = Bundle("reports")
    browsers: ClassVar[dict] = {}
    counter: ClassVar[list] = []

    def __init__(self):
        super().__init__()
        self.model = {}
        self.counter.append(0)
        self.run = len(self.counter)

    @rule(target=reports, cell=st.sampled_from(sorted(CELLS)),
          flow=st.sampled_from(["grid_issue", "property_dispute"]),
          name=st.sampled_from([None, *PEOPLE]), twice=st.booleans())  # fmt: skip
    def report(self, cell, flow, name, twice):
        issue_id = f"run-{self.run:06d}-issue-{len(self.model):04d}"
        lon, lat = service.spot(cell)
        body = {"issue_id": issue_id, "duty": "hazards", "text": "井盖", "lon": lon, "lat": lat,
                "flow": flow, "key": KEY}  # fmt: skip
        for again in range(1 + twice):
            answer = self.browsers[name].post("/api/issues", body)
            assert answer.status_code == 201, answer.text
            assert answer.json()["made"] == (again == 0)
        states = [state.state for state in flows()[flow].states]
        self.model[issue_id] = {
            "flow": flow, "community": CELLS[cell], "states": states, "at": 0, "number": 1,
            "tier": flows()[flow].first_tier, "score": None, "path": [states[0]],
        }  # fmt: skip
        return issue_id

    @rule(issue_id=reports, name=st.sampled_from([None, *PEOPLE]),
          kind=st.sampled_from(["advance"] * 5 + ["escalate", "reopen"]),
          jump=st.sampled_from([1] * 5 + [0, 2, 3]), note=st.sampled_from(["好", "好", ""]),
          behind=st.sampled_from([0] * 5 + [1]), twice=st.booleans())  # fmt: skip
    def move(  # noqa: PLR0913, PLR0917  (what is drawn)
        self, issue_id, name, kind, jump, note, behind, twice
    ):
        case = self.model[issue_id]
        to = case["states"][min(case["at"] + jump, len(case["states"]) - 1)]
        body = {"move_id": f"{issue_id}-m{case['number']}-{name}-{kind}-{to}-{bool(note)}-{behind}",
                "base_revision": case["number"] - behind, "kind": kind, "to": to,
                "note": note}  # fmt: skip
        allowed = self.allowed(case, name, kind, to, note) and not behind
        answer = self.browsers[name].post(f"/api/issues/{issue_id}/moves", body)
        assert (answer.status_code == 200) == allowed, (body, name, case, answer.text)
        if not allowed:
            return
        if twice:
            again = self.browsers[name].post(f"/api/issues/{issue_id}/moves", body)
            assert again.json()["revision"] == case["number"] + 1
        case["number"] += 1
        if kind == "advance":
            case["at"] += 1
        elif kind == "escalate":
            case["tier"] = list(tiers())[list(tiers()).index(case["tier"]) + 1]
        else:
            here = flows()[case["flow"]].states[case["at"]]
            case["at"], case["score"] = case["states"].index(here.reopen_to), None
        case["path"].append(case["states"][case["at"]])

    def allowed(self, case, name, kind, to, note):
        if name is None or not inside(name, case["community"]):
            return False
        table, role = flows()[case["flow"]].states, ROLES[name]
        here, last = table[case["at"]], case["at"] == len(table) - 1
        handlers = tiers()[case["tier"]].roles
        if kind == "advance":
            if last or to != table[case["at"] + 1].state:
                return False
            entered = table[case["at"] + 1]
            roles = {*entered.enter_by, *(handlers if HANDLERS in entered.enter_by else ())}
            return role in roles and bool(note or not entered.needs)
        if kind == "escalate":
            higher = case["tier"] != list(tiers())[-1]
            return higher and not last and role in handlers and bool(note)
        return bool(here.reopen_to) and role in here.reopen_by and bool(note)

    @rule(issue_id=reports, score=st.integers(1, 5), right=st.booleans())
    def rate(self, issue_id, score, right):
        case = self.model[issue_id]
        here = flows()[case["flow"]].states[case["at"]]
        body = {"key": KEY if right else "b" * 30, "score": score}
        answer = self.browsers[None].post(f"/api/issues/{issue_id}/rating", body)
        may = right and bool(here.rating_to) and case["score"] is None
        if right and case["score"] == score:
            assert answer.status_code == 200  # the same rating once more: nothing happens
        else:
            assert (answer.status_code == 200) == may, (case, answer.text)
        if may:
            case["score"], case["at"] = score, case["states"].index(here.rating_to)
            case["number"] += 1
            case["path"].append(case["states"][case["at"]])

    @invariant()
    def nothing_is_lost_and_everybody_sees_their_own(self):
        if not self.model:
            return
        issue_id = max(self.model)
        case = self.model[issue_id]
        found = self.browsers["admin"].get(f"/api/issues/{issue_id}").json()
        assert (found["state"], found["tier"], found["revision"], found["score"]) == (
            case["states"][case["at"]], case["tier"], case["number"], case["score"])  # fmt: skip
        assert [one["state"] for one in found["moves"]] == case["path"]
        assert [one["number"] for one in found["moves"]] == list(range(1, case["number"] + 1))

    def teardown(self):
        for name in ("admin", "own", "other"):
            url = "/api/issues?limit=1000"
            rows = {r["case_id"]: r for r in self.browsers[name].get(url).json()["items"]}
            mine = {i: c for i, c in self.model.items() if inside(name, c["community"])}
            prefix = f"run-{self.run:06d}-"
            assert {i for i in rows if i.startswith(prefix)} == set(mine)
            for issue_id, case in mine.items():
                assert rows[issue_id]["state"] == case["states"][case["at"]]


def test_the_service_does_what_the_tables_say(app, place):
    Issues.browsers = {name: Browser(app, name) for name in (None, *PEOPLE)}
    Issues.counter = []
    examples = 3 if "://" in place else 8
    run_state_machine_as_test(
        Issues, settings=settings(max_examples=examples, stateful_step_count=25, deadline=None)
    )
