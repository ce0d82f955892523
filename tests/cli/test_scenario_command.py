"""``onegrid scenario`` as an office runs it."""

import json

import pandas as pd

from onegrid import schema
from onegrid.io.files import read_table


def words(district, streets, merged, plans, out):
    return [
        *("scenario", "--network", streets, "--facilities", district.facilities),
        *("--people", district.households, "--grid", merged[0] / "grid.gpkg"),
        *("--standard", "quarter-hour-2021", "--scenarios", plans, "--out", out, "--json"),
    ]


def test_scenarios_stand_side_by_side_and_repeat(onegrid, district, streets, merged, tmp_path):
    places = read_table(str(district.facilities), schema.FACILITIES).frame.to_crs(4326)
    markets = places[places["kind"] == "market"]
    far = places.geometry[places.geometry.x.idxmax()]
    new = {"op": "add", "facility_id": "new", "kind": "菜市场", "at": [far.x, far.y]}
    plans = tmp_path / "plans.json"
    changes = [{"op": "close", "facility_id": name} for name in markets.index]
    named = [("全部关闭", changes), ("关了再建一处", [*changes, new])]
    value = {"scenarios": [{"name": name, "changes": some} for name, some in named]}
    plans.write_text(json.dumps(value), encoding="utf-8")
    folders = [tmp_path / "a", tmp_path / "b"]
    told = [onegrid(*words(district, streets, merged, plans, folder)) for folder in folders]
    assert told[0].code == 0, told[0].err
    names = ["现状", "全部关闭", "关了再建一处"]
    assert [scenario["name"] for scenario in told[0].json["scenarios"]] == names
    assert told[0].json["scenarios"][1]["kinds"]["market"]["people_change"] < 0
    for file in ("scenarios.csv", "scenario_groups.csv", "scenarios.md", "report.json"):
        assert (folders[0] / file).read_bytes() == (folders[1] / file).read_bytes()
    assert (folders[0] / "scenarios.csv").stat().st_mode & 0o077 == 0
    table = pd.read_csv(folders[0] / "scenarios.csv", dtype={"id": str})
    cells = table[(table["level"] == "cell") & (table["kind"] == "market")]
    sums = cells.groupby("scenario")["people_change"].sum()
    said = {s["name"]: s["kinds"]["market"]["people_change"] for s in told[0].json["scenarios"]}
    assert sums.to_dict() == said
    groups = pd.read_csv(folders[0] / "scenario_groups.csv")
    assert "cell" not in set(groups["level"])
    special = {"elders_80_alone", "children", "children_in_need", "disabled", "disabled_severe"}
    assert {"elders_60", "elders_80", "elders_alone"} | special == set(groups["group"])
    text = (folders[0] / "scenarios.md").read_text("utf-8")
    assert "## 菜市场" in text
    assert "关了再建一处" in text


def test_every_unknown_facility_of_every_scenario_is_named(
    quickly, district, streets, merged, tmp_path
):
    plans = tmp_path / "plans.csv"
    plans.write_text("scenario,op,facility_id\n甲,close,nix\n乙,close,nada\n", encoding="utf-8")
    outcome = quickly(*words(district, streets, merged, plans, tmp_path / "out"))
    assert outcome.code == 2
    assert outcome.codes == ["UNKNOWN_ID", "UNKNOWN_ID"]
    assert "nix" in outcome.err
    assert "nada" in outcome.err
    assert not (tmp_path / "out").exists()
