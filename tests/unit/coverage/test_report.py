"""The coverage part of report.json."""

from __future__ import annotations

import json

from onegrid.coverage.report import report
from onegrid.standards import Norm


def test_the_report_is_plain_json_with_sources_and_everything_left_out(town):
    people = town.people({"a": (0, 0, 120, 20), "b": (5, 0, 40, 30), "far": (9500, 0, 5, 0)})
    facilities = town.facilities(
        {
            "f": ("clinic", 0, 0, 100.0, 500.0),
            "g": ("clinic", 9900, 0),
            "bank": ("bank", 0, 0),
        }
    )
    doors = town.nearest([("a", "clinic", "f", 0), ("b", "clinic", "f", 5)])
    norms = [
        Norm("p", "clinic", 15, "facility", 50.0, title="T", clause="1", confidence="seen"),
        Norm("p", "market", 5, confidence="remembered"),
    ]
    found = report(
        town.measure(doors, people, facilities, norms),
        town.one_cell(),
        missing_counts={"people": 3},
    )
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["kinds"]["clinic"]["people_covered"] == 160
    assert found["kinds"]["clinic"]["covered_share"] == 1.0
    assert found["kinds"]["clinic"]["cause"] == "covered"
    assert found["kinds"]["clinic"]["accessibility"] is None
    assert found["kinds"]["market"]["cause"] == "none"
    assert found["standard"]["pack"] == "p"
    assert [rule["unverified"] for rule in found["standard"]["rules"]] == ["", "未核实"]
    assert found["missing_counts"] == {"households": 0, "people": 3, "elders_60": 0}
    assert found["points_outside"] == ["far"]
    assert found["facilities_outside"] == ["g"]
    assert found["facilities_without_norm"] == {"bank": 1}
    assert found["facilities_without_capacity"] == 1
    assert found["profile"]["name"] == "plain"
    assert found["profile"]["source"]
    assert found["asked"] is None


def test_the_report_does_not_print_few_uncovered_people(town):
    people = town.people({"a": (0, 0, 120, 20), "b": (5, 0, 4, 0)})
    facilities = town.facilities({"f": ("clinic", 0, 0)})
    doors = town.nearest([("a", "clinic", "f", 0), ("b", "clinic", "f", 5000)])
    found = report(town.measure(doors, people, facilities, [town.norm("clinic")]), town.one_cell())
    figures = found["kinds"]["clinic"]
    assert figures["people"] == 124
    assert figures["people_covered"] is None
    assert figures["covered_share"] is None
    assert figures["cause"] is None  # `covered` or not would tell
