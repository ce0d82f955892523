"""A plan after any steps is the plan made anew from the tables those steps lead to."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from onegrid.circles.moves import Change, Plan, start_plan
from onegrid.circles.settling import fresh_kinds
from onegrid.errors import InputError
from onegrid.network.build import build_network
from onegrid.network.graph import walk_graph
from onegrid.standards import profile

CRS = "EPSG:4547"
SIZE = 6
STEPS = ("add", "move", "remove", "close", "open", "link")


def town(rng: np.random.Generator) -> gpd.GeoDataFrame:
    """A small lattice of streets, some doubled and some a loop, with places of equal times."""
    at = np.arange(SIZE) * 150.0
    lines = [shapely.LineString([(x, y), (x + 150, y)]) for x in at[:-1] for y in at]
    lines += [shapely.LineString([(x, y), (x, y + 150)]) for x in at for y in at[:-1]]
    lines += [shapely.LineString([(0, 0), (70, 70), (150, 0)])]
    lines += [shapely.LineString([(150, 150), (200, 220), (120, 200), (150, 150)])]
    lines += [shapely.LineString([(2_000, 0), (2_200, 0)])]  # an island
    kept = [line for line in lines if rng.random() < 0.85]
    access = np.where(rng.random(len(kept)) < 0.15, "private", "yes")
    return gpd.GeoDataFrame({"highway": "residential", "access": access}, geometry=kept, crs=CRS)


def place(rng: np.random.Generator) -> shapely.Point:
    """At a corner, on a grid of equal times, anywhere, or far from every street."""
    kind = rng.integers(0, 4)
    x, y = rng.uniform(-40, 800, 2)
    if kind == 0:
        x, y = rng.integers(0, SIZE, 2) * 150.0
    if kind == 1:
        x, y = rng.integers(0, 2 * SIZE, 2) * 75.0
    return shapely.Point(x, y) if rng.random() < 0.95 else shapely.Point(5_000, 5_000)


def link(plan: Plan, rng: np.random.Generator) -> shapely.LineString:
    """Between two nodes, one of which may be new, or round to where it began."""
    ends = plan.network.xy[rng.integers(0, len(plan.network.xy), 2)]
    if rng.random() < 0.3:
        ends[1] = rng.uniform(-40, 800, 2)
    middle = ends.mean(axis=0) + rng.uniform(-60, 60, 2)
    return shapely.LineString([ends[0], middle, ends[1]])


def step(plan: Plan, name: str, rng: np.random.Generator) -> Change | None:
    ids = [i for kind in plan.kinds.values() for i in kind.ids]
    if name == "add":
        new = f"f{rng.integers(0, 60):02d}"
        return None if new in ids else plan.put(new, f"k{rng.integers(0, 3)}", place(rng))
    if name == "link":
        return plan.add_street(link(plan, rng))
    if name in ("close", "open"):
        edge = int(rng.integers(0, len(plan.network.ends)))
        return plan.close_street(edge) if name == "close" else plan.open_street(edge)
    if not ids:
        return None
    chosen = ids[rng.integers(0, len(ids))]
    kind = next(k for k, v in plan.kinds.items() if chosen in v.ids)
    return plan.remove(chosen) if name == "remove" else plan.put(chosen, kind, place(rng))


def walks(plan: Plan) -> pd.DataFrame:
    """Facility and seconds of every door and kind that has any facility."""
    rows = []
    for name, kind in plan.kinds.items():
        far = kind.found == 1 << 62
        rank = np.where(far, 0, kind.found & ((1 << plan.bits.rank) - 1))
        ids = kind.ids[rank] if len(kind.ids) else np.full(len(far), None)
        rows += [
            (door, name, None if f else i, -1 if f else int(v >> plan.bits.rank))
            for door, f, i, v in zip(plan.people.ids, far, ids, kind.found, strict=True)
            if len(kind.ids)
        ]
    return pd.DataFrame(rows, columns=["id", "kind", "facility_id", "walk_us"])


def anew(plan: Plan, people: gpd.GeoDataFrame) -> Plan:
    facilities = gpd.GeoDataFrame(
        {"kind": [name for name, kind in plan.kinds.items() for _ in kind.ids]},
        index=[i for kind in plan.kinds.values() for i in kind.ids],
        geometry=[p for kind in plan.kinds.values() for p in kind.points],
        crs=CRS,
    )
    network = plan.network.with_flags(plan.network.flags.copy())
    return start_plan(network, facilities, people, profile=plan.profile, limit_s=plan.limit_s)


def within(table: pd.DataFrame, people: gpd.GeoDataFrame) -> pd.Series:
    joined = table[table.facility_id.notna()].join(people[["people", "unit"]], on="id")
    return joined.groupby(["unit", "kind"])["people"].sum()


@settings(max_examples=6)
@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.sampled_from(STEPS), min_size=1, max_size=8),
    st.sampled_from([300.0, 900.0]),
    st.sampled_from(["plain", "elder_75"]),
)
def test_any_steps_lead_to_the_plan_made_anew(
    seed: int, names: list[str], limit_s: float, walker: str
) -> None:
    rng = np.random.default_rng(seed)
    network, _ = build_network(town(rng))
    people = gpd.GeoDataFrame(
        {"people": rng.integers(1, 9, 25), "unit": rng.choice(["a", "b", "c"], 25)},
        index=[f"h{i:02d}" for i in range(25)],
        geometry=[place(rng) for _ in range(25)],
        crs=CRS,
    )
    facilities = gpd.GeoDataFrame(
        {"kind": rng.choice(["k0", "k1"], 6)},
        index=[f"f{i}" for i in rng.choice(60, 6, replace=False)],
        geometry=[place(rng) for _ in range(6)],
        crs=CRS,
    )
    plan = start_plan(network, facilities, people, profile=profile(walker), limit_s=limit_s)
    for name in names:
        change = step(plan, name, rng)
        if change is None:
            continue
        before, after = walks(plan), walks(change.plan)
        pd.testing.assert_frame_equal(after, walks(anew(change.plan, people)))
        made = walk_graph(change.plan.network, profile(walker))
        for column, kept in change.plan.graph._asdict().items():
            np.testing.assert_array_equal(kept, getattr(made, column))
        key = ["id", "kind"]
        both = before.merge(after, on=key, how="outer", suffixes=("_was", ""))
        kept = both.facility_id_was.eq(both.facility_id) & both.walk_us_was.eq(both.walk_us)
        none = both.facility_id_was.isna() & both.facility_id.isna()
        assert set(map(tuple, change.doors[key].to_numpy())) == set(
            map(tuple, both[~kept & ~none][key].to_numpy())
        )
        told = change.units.set_index(["unit", "kind"])
        net = (told.people_gained - told.people_lost).astype(float)
        now, was = within(after, people), within(before, people)
        want = now.sub(was, fill_value=0).astype(float)
        pd.testing.assert_series_equal(
            net[net != 0].sort_index(),
            want[want != 0].sort_index(),
            check_names=False,
            check_index_type=False,
        )
        plan = change.plan


def test_a_step_leaves_the_plan_before_it_as_it_was() -> None:
    rng = np.random.default_rng(3)
    network, _ = build_network(town(rng))
    people = gpd.GeoDataFrame(
        {"people": [1], "unit": ["a"]}, index=["h"], geometry=[shapely.Point(0, 0)], crs=CRS
    )
    facilities = gpd.GeoDataFrame(
        {"kind": ["k"]}, index=["f"], geometry=[shapely.Point(150, 0)], crs=CRS
    )
    plan = start_plan(network, facilities, people, profile=profile(), limit_s=900)
    before = walks(plan)
    plan.put("f", "k", shapely.Point(700, 700))
    plan.remove("f")
    plan.close_street(0)
    pd.testing.assert_frame_equal(before, walks(plan))


def test_kinds_settled_one_after_another_are_those_of_a_plan_of_all() -> None:
    rng = np.random.default_rng(5)
    network, _ = build_network(town(rng))
    people = gpd.GeoDataFrame(
        {"people": 1, "unit": "a"},
        index=[f"h{i:02d}" for i in range(20)],
        geometry=[place(rng) for _ in range(20)],
        crs=CRS,
    )
    facilities = gpd.GeoDataFrame(
        {"kind": ["k1", "k0", "k1", "k0"]},
        index=["f3", "f1", "f0", "f2"],
        geometry=[place(rng) for _ in range(4)],
        crs=CRS,
    )
    whole = start_plan(network, facilities, people, profile=profile(), limit_s=900)
    none = start_plan(network, facilities, people, profile=profile(), limit_s=900, kinds=())
    kinds = [
        fresh_kinds(none, facilities[facilities["kind"] == kind]) for kind in ("k0", "k1", "k2")
    ]
    assert [list(kind) for kind in kinds] == [["k0"], ["k1"], []]
    assert not none.kinds
    found = walks(replace(none, kinds={**kinds[0], **kinds[1]}))
    assert found.facility_id.notna().any()
    pd.testing.assert_frame_equal(found, walks(whole))


def test_a_step_that_names_what_is_not_there_is_refused() -> None:
    rng = np.random.default_rng(3)
    network, _ = build_network(town(rng))
    people = gpd.GeoDataFrame(
        {"people": [1], "unit": ["a"]}, index=["h"], geometry=[shapely.Point(0, 0)], crs=CRS
    )
    facilities = gpd.GeoDataFrame(
        {"kind": ["k"]}, index=["f"], geometry=[shapely.Point(150, 0)], crs=CRS
    )
    plan = start_plan(network, facilities, people, profile=profile(), limit_s=900)
    with pytest.raises(InputError, match="no facility g"):
        plan.remove("g")
    with pytest.raises(InputError, match="is of kind k, not other"):
        plan.put("f", "other", shapely.Point(0, 0))
    for line in ("LINESTRING (1 1, 1 1)", "LINESTRING EMPTY", "POINT (1 1)"):
        with pytest.raises(InputError, match="not a line of some length"):
            plan.add_street(shapely.from_wkt(line))
    with pytest.raises(InputError, match="no edge"):
        plan.open_street(len(network.ends))
    full = replace(plan, bits=plan.bits._replace(rank=0))  # room for one facility of a kind
    with pytest.raises(InputError, match="start a new plan"):
        full.put("g", "k", shapely.Point(0, 0))


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_a_new_link_is_what_the_network_built_with_it_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = town(rng)
    network, _ = build_network(lines)
    homes = gpd.GeoDataFrame(
        {"people": 1, "unit": "a"},
        index=[f"h{i:02d}" for i in range(25)],
        geometry=[place(rng) for _ in range(25)],
        crs=CRS,
    )
    shops = gpd.GeoDataFrame(
        {"kind": ["k0", "k0", "k1"]}, index=["a", "b", "c"], geometry=[place(rng) for _ in "abc"],
        crs=CRS,
    )  # fmt: skip
    plan = start_plan(network, shops, homes, profile=profile(), limit_s=900)
    new = link(plan, rng)
    row = gpd.GeoDataFrame({"highway": ["residential"], "access": ["yes"]}, geometry=[new], crs=CRS)
    built, _ = build_network(pd.concat([lines, row], ignore_index=True))
    want = start_plan(built, shops, homes, profile=profile(), limit_s=900)
    pd.testing.assert_frame_equal(walks(plan.add_street(new).plan), walks(want))
