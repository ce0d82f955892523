"""What an attacker with linear programming learns from the elder-care page beside the gaps."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from onegrid.coverage.demand import LEVELS, units_of
from onegrid.coverage.elders import BANDS, ELDER_LEVELS, GROUPS, suppress_elders, within_columns
from onegrid.coverage.suppress import suppress

pytestmark = pytest.mark.slow

K = 10
KIND, PROFILE = "elder_care_center", "elder_75"
STEPS = ("5", "10", "15", "farther")
FREE = ("elders_80", "elders_alone", "rest")  # of a cell, and the steps they live at
counts = st.sampled_from([0, 0, 2, 7, 11, 30, 160])


@st.composite
def towns(draw):
    """Cells of one to three communities in up to two subdistricts; elders by band and step."""
    shape = draw(st.lists(st.integers(1, 3), min_size=1, max_size=2))
    rows = [
        (f"s{i}", f"c{i}{j}", f"k{i}{j}{n}")
        for i, communities in enumerate(shape)
        for j in range(communities)
        for n in range(draw(st.integers(1, 2)))
    ]
    cells = gpd.GeoDataFrame(
        {"community_id": [r[1] for r in rows], "subdistrict_id": [r[0] for r in rows]},
        index=[r[2] for r in rows],
        geometry=[shapely.box(i, 0, i + 1, 1) for i in range(len(rows))],
        crs=4548,
    )
    size = len(rows) * len(FREE) * len(STEPS)
    table = np.array(draw(st.lists(counts, min_size=size, max_size=size)))
    return cells, table.reshape(len(rows), len(FREE), len(STEPS))


def weights(column):
    """Which unknowns (band, step) of a cell a column adds up."""
    band, _, limit = column.partition("_within_")
    row = np.zeros((len(FREE), len(STEPS)))
    steps = STEPS.index(limit) + 1 if limit else len(STEPS)
    bands = FREE if band == "elders_60" else (band,)
    for name in bands:
        row[FREE.index(name), :steps] = 1
    return row


def elders_of(cells, table):
    units, frames = units_of(cells), []
    for level in ELDER_LEVELS:
        frame = pd.DataFrame({"level": level, "id": units.ids[level], "kind": KIND})
        for column in [*BANDS, *within_columns()]:
            by_cell = (table * weights(column)).sum(axis=(1, 2)).astype(float)
            frame[column] = units.roll_up(by_cell[None, :], level)[0].astype(int)
        frames.append(frame)
    found = pd.concat(frames, ignore_index=True)
    absent = {g: pd.array([None] * len(found), dtype="Int64") for g in GROUPS if g not in found}
    return found.assign(**absent, profile=PROFILE)


def gaps_of(cells, table):
    """The same elders in the gaps; everybody else lives near, many of them."""
    units, frames = units_of(cells), []
    old = (table * weights("elders_60")).sum(axis=(1, 2)).astype(float)
    near = (table * weights("elders_60_within_15")).sum(axis=(1, 2)).astype(float)
    for level in LEVELS:
        sums = units.roll_up(np.array([old + 500, near + 500, old, near]), level).astype(int)
        names = ("people", "people_covered", "elders_60", "elders_60_covered")
        told = dict(zip(names, sums, strict=True))
        frames.append(pd.DataFrame({"level": level, "id": units.ids[level], **told}))
    return pd.concat(frames, ignore_index=True).assign(
        kind=KIND, profile=PROFILE, covered_share=0.5, worst_walk_s=1.0, cause="far"
    )


def inside(cells, record):
    units = units_of(cells)
    return units.of_cell[record.level] == units.ids[record.level].index(record.id)


def is_told(target, true, known):
    """Whether no other whole number fits: nobody looks further once one does."""
    for sign in (-1, 1):  # the most that fits, then the least
        end = linprog(sign * target.ravel(), **known, method="highs")
        if end.status == 3 or abs(sign * end.fun - true) > 1 - 1e-6:
            return False
    return True


def leaks(cells, table, public, public_gaps):
    shape, rows, values = table.shape, [], []
    told = [(r, c) for r in public.itertuples() for c in [*BANDS, *within_columns()]]
    told += [(r, c) for r in public_gaps.itertuples() for c in ("elders_60", "elders_60_covered")]
    for record, column in told:
        value = getattr(record, column)
        if not pd.isna(value):
            meant = column.replace("_covered", "_within_15")
            unknown = np.zeros(shape)
            unknown[inside(cells, record)] = weights(meant)
            rows.append(unknown.ravel())
            values.append(float(value))
    known = {"A_eq": np.array(rows), "b_eq": np.array(values), "bounds": (0, None)}
    found = []
    for record in public.itertuples():
        for band in BANDS:
            for step in range(len(STEPS)):
                target = np.zeros(shape)
                target[inside(cells, record)] = weights(band)
                target[:, :, [i for i in range(len(STEPS)) if i != step]] = 0
                true = (table * target).sum()
                if not 0 < true < K:
                    continue
                if is_told(target, true, known):
                    found.append((record.level, record.id, band, STEPS[step], true))
    return found


@settings(max_examples=25)
@given(towns())
def test_no_few_elders_can_be_recovered_from_the_elder_page_and_the_gaps(town):
    cells, table = town
    elders, gaps = elders_of(cells, table), gaps_of(cells, table)
    public_gaps = suppress(gaps, cells)
    public = suppress_elders(elders, cells, public_gaps)
    assert leaks(cells, table, public, public_gaps) == []


# the smallest sets of people that the groups tell apart, and which of them are in each group
KINDS_OF_PEOPLE = ("80", "80 alone", "alone", "60", "in need", "child", "severe", "disabled")
HOLDS = {
    "elders_60": ("80", "80 alone", "alone", "60"),
    "elders_80": ("80", "80 alone"),
    "elders_alone": ("alone", "80 alone"),
    "elders_80_alone": ("80 alone",),
    "children": ("in need", "child"),
    "children_in_need": ("in need",),
    "disabled": ("severe", "disabled"),
    "disabled_severe": ("severe",),
}


@st.composite
def groups_of_towns(draw):
    cells, _ = draw(towns())
    size = len(cells) * len(KINDS_OF_PEOPLE)
    table = draw(st.lists(counts, min_size=size, max_size=size))
    return cells, np.array(table).reshape(len(cells), -1)


def groups_table(cells, table):
    units, frames = units_of(cells), []
    for level in ELDER_LEVELS:
        frame = pd.DataFrame({"level": level, "id": units.ids[level], "kind": KIND})
        for group, kinds in HOLDS.items():
            by_cell = table[:, [KINDS_OF_PEOPLE.index(k) for k in kinds]].sum(axis=1).astype(float)
            frame[group] = units.roll_up(by_cell[None, :], level)[0].astype(int)
        frames.append(frame.assign(**dict.fromkeys(within_columns(), 0)))
    return pd.concat(frames, ignore_index=True).assign(profile=PROFILE)


def leaked_groups(cells, table, public):
    rows, values, found = [], [], []
    for record in public.itertuples():
        for group, kinds in HOLDS.items():
            value = getattr(record, group)
            if not pd.isna(value):
                held = np.isin(KINDS_OF_PEOPLE, kinds)
                rows.append(np.outer(inside(cells, record), held).ravel())
                values.append(float(value))
    known = {"A_eq": np.array(rows, float), "b_eq": np.array(values), "bounds": (0, None)}
    for record in public.itertuples():
        for at, kind in enumerate(KINDS_OF_PEOPLE):
            target = np.zeros(table.shape)
            target[inside(cells, record), at] = 1
            true = (table * target).sum()
            if 0 < true < K and is_told(target, true, known):
                found.append((record.level, record.id, kind, true))
    return found


@settings(max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # slow to shrink
@given(groups_of_towns())
def test_no_few_of_any_special_group_can_be_recovered(town):
    cells, table = town
    public = suppress_elders(groups_table(cells, table), cells)
    assert leaked_groups(cells, table, public) == []


def test_few_children_in_need_hide_neither_elders_nor_children():
    cells = gpd.GeoDataFrame(
        {"community_id": ["a", "b", "c"], "subdistrict_id": "s"},
        index=["k1", "k2", "k3"],
        geometry=[shapely.box(i, 0, i + 1, 1) for i in range(3)],
        crs=4548,
    )
    table = np.full((3, len(KINDS_OF_PEOPLE)), 40)
    table[0, KINDS_OF_PEOPLE.index("in need")] = 3
    public = suppress_elders(groups_table(cells, table), cells)
    assert public[public.id == "a"]["children_in_need"].isna().all()
    assert public["children_in_need"].isna().sum() == 2  # and a neighbour, so that no sum tells it
    assert public[[g for g in HOLDS if g != "children_in_need"]].notna().all(axis=None)


def test_blanking_only_few_elders_would_be_undone_by_subtraction():
    cells = gpd.GeoDataFrame(
        {"community_id": ["a", "b", "c"], "subdistrict_id": "s"},
        index=["k1", "k2", "k3"],
        geometry=[shapely.box(i, 0, i + 1, 1) for i in range(3)],
        crs=4548,
    )
    table = np.full((3, len(FREE), len(STEPS)), 40)
    table[0, 0, 0] = 3
    elders, gaps = elders_of(cells, table), gaps_of(cells, table)
    naive = elders.astype(dict.fromkeys(within_columns(), "Int64"))
    naive.loc[naive.id == "a", within_columns()[:6]] = pd.NA
    assert ("community", "a", "elders_80", "5", 3) in leaks(cells, table, naive, gaps)
    public_gaps = suppress(gaps, cells)
    public = suppress_elders(elders, cells, public_gaps)
    assert leaks(cells, table, public, public_gaps) == []
    assert public[public.level == "district"][within_columns()].notna().all(axis=None)
