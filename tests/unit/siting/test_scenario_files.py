"""Files of scenarios: what is read, what is refused, and the schema that says the same."""

import csv
import io
import json
from importlib import resources

import geopandas as gpd
import jsonschema
import pandas as pd
import pytest
import shapely

from onegrid.errors import InputError
from onegrid.pipeline.scenario_file import read_scenarios
from onegrid.siting.public import public_groups, public_scenarios
from onegrid.siting.scenarios import side_by_side

AT = [114.25, 30.60]
GOOD = [
    {"op": "add", "facility_id": "n1", "kind": "日间照料站", "at": AT, "floor_area_m2": 220},
    {"op": "move", "facility_id": "f1", "at": AT},
    {"op": "enlarge", "facility_id": "f2", "capacity_people": 90},
    {"op": "close", "facility_id": "f3"},
    {"op": "open_street", "at": AT},
    {"op": "open_link", "at": AT, "to": [114.251, 30.601]},
    {"op": "profile", "profile": "elder_75"},
    {"op": "norm", "standard": "qinhuai"},
]
BAD = [
    {"op": "explode", "facility_id": "f1"},
    {"op": "add", "facility_id": "n1", "at": AT},
    {"op": "move", "facility_id": "f1", "at": [300, 30]},
    {"op": "move", "facility_id": "f1", "at": "here"},
    {"op": "enlarge", "facility_id": "f2"},
    {"op": "enlarge", "facility_id": "f2", "floor_area_m2": -4},
    {"op": "close"},
    {"op": "profile"},
    {"op": "open_link", "at": AT},
    {"op": "open_link", "at": AT, "to": [114.2]},
    {"op": "add", "facility_id": 7, "kind": "clinic", "at": AT},
    {"op": ["close"], "facility_id": "f1"},
    {"op": "profile", "profile": {"speed": 1}},
]


@pytest.fixture
def facilities():
    text = dict.fromkeys(("name", "opening_hours", "phone", "address"), "")
    rows = {"kind": "clinic", "floor_area_m2": 90.0, "capacity_people": 5.0, **text}
    index = pd.Index(["f1", "f2", "f3"], name="facility_id")
    points = shapely.points([[520_000, 3_386_000]] * 3)
    return gpd.GeoDataFrame(rows, index=index, geometry=points, crs=4547)


def schema():
    file = resources.files("onegrid_data").joinpath("schema/scenarios.schema.json")
    return jsonschema.Draft202012Validator(json.loads(file.read_text("utf-8")))


def document(changes):
    return {"scenarios": [{"name": "plan", "changes": changes}]}


def written(folder, value):
    path = folder / "plans.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return str(path)


def test_every_change_of_a_file_is_read(facilities, tmp_path):
    (plan,) = read_scenarios(written(tmp_path, document(GOOD)), facilities)
    assert plan.added["kind"].to_dict() == {"n1": "day_care_station"}
    assert plan.added["floor_area_m2"]["n1"] == 220
    assert abs(plan.added.geometry["n1"].x - 523_960) < 100
    assert plan.moved["f1"] == plan.opened[0] == plan.added.geometry["n1"]
    assert plan.enlarged["f2"].capacity_people == 90
    assert (plan.closed, plan.profile.name, len(plan.norms)) == (("f3",), "elder_75", 3)
    assert schema().is_valid(document(GOOD))


def test_a_table_says_the_same_as_json(facilities, tmp_path):
    rows = []
    for change in GOOD:
        row = {"scenario": "plan", **{k: v for k, v in change.items() if k not in ("at", "to")}}
        for place, columns in (("at", ("lon", "lat")), ("to", ("to_lon", "to_lat"))):
            row |= dict(zip(columns, change.get(place, ()), strict=False))
        rows.append(row)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    (tmp_path / "plans.csv").write_text(text.getvalue(), encoding="utf-8-sig")
    (table,) = read_scenarios(str(tmp_path / "plans.csv"), facilities)
    (plan,) = read_scenarios(written(tmp_path, document(GOOD)), facilities)
    assert table.added.drop(columns="geometry").equals(plan.added.drop(columns="geometry"))
    assert (table.moved, table.enlarged, table.closed) == (plan.moved, plan.enlarged, plan.closed)
    assert table.links == plan.links
    assert (table.opened, table.profile, table.norms) == (plan.opened, plan.profile, plan.norms)


def test_every_faulty_change_is_named_and_the_schema_refuses_it_too(facilities, tmp_path):
    with pytest.raises(InputError) as told:
        read_scenarios(written(tmp_path, document(BAD)), facilities)
    places = [problem.where for problem in told.value.problems]
    assert places == [f"change {n} (plan)" for n in range(1, len(BAD) + 1)]
    for change in BAD:
        assert not schema().is_valid(document([change])), change


def test_a_kind_nobody_knows_is_refused(facilities, tmp_path):
    change = {"op": "add", "facility_id": "n", "kind": "赌场", "at": AT}
    with pytest.raises(InputError, match="赌场"):
        read_scenarios(written(tmp_path, document([change])), facilities)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"scenarios": 3}', '{"scenarios": []}', "\xff"])
def test_what_is_no_file_of_scenarios_is_said_plainly(facilities, tmp_path, text):
    path = tmp_path / "plans.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError) as told:
        read_scenarios(str(path), facilities)
    assert told.value.problems[0].code in ("SCENARIO_FILE", "FILE_UNREADABLE")


@pytest.mark.parametrize(
    "plans", [[("a", GOOD[:1]), ("a", GOOD[3:4])], [("a", [])], [("现状", GOOD[:1])]]
)
def test_scenarios_have_names_of_their_own_and_change_something(facilities, tmp_path, plans):
    value = {"scenarios": [{"name": name, "changes": changes} for name, changes in plans]}
    with pytest.raises(InputError) as told:
        read_scenarios(written(tmp_path, value), facilities)
    assert [problem.code for problem in told.value.problems] == ["SCENARIO_NAME"]


def gaps(*covered):
    """Two cells of one community: covered people of each, and of all."""
    rows = []
    for level, ids, people in (
        ("cell", ("1", "2"), covered),
        *((lvl, (i,), (sum(covered),)) for lvl, i in zip(
            ("community", "subdistrict", "district"), ("c", "s", "district"), strict=True)),
    ):  # fmt: skip
        rows += [
            {"level": level, "id": i, "kind": "clinic", "people": 100 if level == "cell" else 200,
             "people_covered": n, "elders_60": 0, "elders_60_covered": 0,
             "covered_share": n / 100, "cause": "far", "profile": "plain"}
            for i, n in zip(ids, people, strict=True)
        ]  # fmt: skip
    return pd.DataFrame(rows)


def test_a_change_of_few_people_is_not_published():
    cells = gpd.GeoDataFrame(
        {"community_id": "c", "subdistrict_id": "s"}, index=["1", "2"],
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs=4547,
    )  # fmt: skip
    both = side_by_side({"today": gaps(40, 50), "plan": gaps(44, 50)})
    told = public_scenarios(both, cells)
    assert set(told["people_change"].dropna()) == {0}  # 4 people, wherever one looks
    large = public_scenarios(side_by_side({"today": gaps(40, 50), "plan": gaps(80, 50)}), cells)
    plan = large[large["scenario"] == "plan"].set_index(["level", "id"])
    assert plan["people_change"].to_dict() == {
        ("cell", "1"): 40, ("cell", "2"): 0, ("community", "c"): 40, ("subdistrict", "s"): 40,
        ("district", "district"): 40,
    }  # fmt: skip
    assert list(told) == list(both)


def test_a_small_group_is_not_published():
    row = {"level": "district", "id": "d", "kind": "clinic", "group": "children", "change": 0}
    groups = pd.DataFrame(
        [row | {"scenario": name, "total": 8, "covered": 0} for name in ("today", "plan")]
    )
    told = public_groups(groups, pd.DataFrame())
    assert told[["total", "covered", "change"]].isna().all(axis=None)
