"""What an attacker with linear programming can learn from a published gaps table."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from onegrid.coverage.demand import LEVELS, units_of
from onegrid.coverage.suppress import suppress

pytestmark = pytest.mark.slow

PARTS = ("elders_in", "elders_out", "others_in", "others_out")
COLUMNS = {
    "people": (1, 1, 1, 1),
    "elders_60": (1, 1, 0, 0),
    "people_covered": (1, 0, 1, 0),
    "elders_60_covered": (1, 0, 0, 0),
}
DERIVED = {**COLUMNS, "people_left": (0, 1, 0, 1), "elders_left": (0, 1, 0, 0)}
K = 10
CLOSE = 1e-6
counts = st.sampled_from([0, 0, 1, 3, 9, 10, 12, 40, 200])


@st.composite
def districts(draw):
    """A grid of up to 8 cells and, for two kinds that share residents, four counts a cell."""
    shape = draw(
        st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=2), min_size=1, max_size=2)
    )
    rows = [
        (f"s{i}", f"c{i}{j}")
        for i, sub in enumerate(shape)
        for j, n in enumerate(sub)
        for _ in range(n)
    ]
    cells = gpd.GeoDataFrame(
        {"community_id": [r[1] for r in rows], "subdistrict_id": [r[0] for r in rows]},
        index=[f"k{i}" for i in range(len(rows))],
        geometry=[shapely.box(i, 0, i + 1, 1) for i in range(len(rows))],
        crs=4548,
    )
    residents = np.array([[draw(counts), draw(counts)] for _ in rows])
    parts = []
    for _ in range(2):
        inside = np.array(
            [
                [draw(st.one_of(st.just(n), st.just(0), st.integers(0, int(n)))) for n in r]
                for r in residents
            ]
        )
        parts.append(
            np.column_stack(
                [
                    inside[:, 0],
                    residents[:, 0] - inside[:, 0],
                    inside[:, 1],
                    residents[:, 1] - inside[:, 1],
                ]
            )
        )
    return cells, parts


def gaps_of(cells, parts, *, paces=False):
    """The gaps table of two kinds, or of one kind at two paces."""
    units = units_of(cells)
    frames = []
    for kind, table in enumerate(parts):
        for level in LEVELS:
            by_unit = units.roll_up(table.T.astype(float), level).T
            figures = {name: (by_unit @ np.array(c)).astype(int) for name, c in COLUMNS.items()}
            frame = pd.DataFrame(
                {"level": level, "id": units.ids[level], "kind": f"kind{kind}", **figures}
            )
            if paces:
                frame = frame.assign(kind="care", profile=f"pace{kind}")
            left = frame["people"] - frame["people_covered"]
            cause = np.where(frame["people"] == 0, None, np.where(left > 0, "far", "covered"))
            share = frame["people_covered"] / frame["people"].where(frame["people"] > 0)
            frames.append(
                frame.assign(
                    cause=cause,
                    covered_share=share,
                    worst_walk_s=1.0,
                    accessibility=0.1,
                    required_floor_area_m2=200.0,
                )
            )
    return pd.concat(frames, ignore_index=True)


def rows_of(cells, size):
    """Return a function that gives the row of a record's counts: which unknowns they add up."""
    units, count = units_of(cells), len(cells)
    inside = {
        (level, unit): np.flatnonzero(units.of_cell[level] == position)
        for level in LEVELS
        for position, unit in enumerate(units.ids[level])
    }

    def row_for(record, weights):
        run = record.profile if record.kind == "care" else record.kind
        row = np.zeros((size // count // len(PARTS), count, len(PARTS)))
        row[int(run[-1]), inside[record.level, record.id]] = weights
        return row.ravel()

    return row_for


def attack(cells, public):
    """Everything a reader knows: published sums, causes, and that the kinds share residents.

    Of two paces also that who is reached at the slow one is reached at the fast one.
    """
    size = 2 * len(cells) * len(PARTS)
    row_for = rows_of(cells, size)
    equal, value, least, bound = [], [], [], []
    for record in public.itertuples():
        for name, weights in COLUMNS.items():
            if not pd.isna(getattr(record, name)):
                equal.append(row_for(record, weights))
                value.append(getattr(record, name))
        if not pd.isna(record.cause):
            out = row_for(record, DERIVED["people_left"])
            if record.cause == "covered":
                equal.append(out)
                value.append(0)
            else:
                least.append(-out)
                bound.append(-1)
    for cell in range(len(cells)):
        for pair in ((1, 1, 0, 0), (0, 0, 1, 1)):
            row = np.zeros(size)
            row[cell * 4 : cell * 4 + 4] = pair
            other = len(cells) * 4 + cell * 4
            row[other : other + 4] = -np.array(pair)
            equal.append(row)
            value.append(0)
        for part in (0, 2) if (public["kind"] == "care").all() else ():
            row = np.zeros(size)
            row[len(cells) * 4 + cell * 4 + part], row[cell * 4 + part] = 1, -1
            least.append(row)
            bound.append(0)
    return {
        "A_eq": np.array(equal),
        "b_eq": np.array(value, dtype=float),
        "A_ub": np.array(least) if least else None,
        "b_ub": np.array(bound) if least else None,
    }


def pinned(known, target, true, points):
    """Tell whether what is known leaves one whole number only; keep what else people could be.

    Whatever was possible for another count is tried first: programs are solved for what is left.
    """
    others = (abs(target @ point - true) > 1 - CLOSE for point in points)
    if any(others):
        return False
    for sign in (1, -1):
        end = linprog(sign * target, **known, bounds=(0, None), method="highs")
        assert end.status in (0, 3), end.message
        if end.status == 3:
            return False
        assert end.fun <= sign * true + CLOSE
        points.append(end.x)
        if sign * true - end.fun > 1 - CLOSE:
            return False
    return True


def leaks(gaps, cells, public):
    """Small counts that the published figures pin down to one whole number."""
    known, points = attack(cells, public), []
    row_for = rows_of(cells, 2 * len(cells) * len(PARTS))
    found = []
    for record in gaps.itertuples():
        counts_of = {name: getattr(record, name) for name in COLUMNS}
        counts_of["people_left"] = record.people - record.people_covered
        counts_of["elders_left"] = record.elders_60 - record.elders_60_covered
        for name, weights in DERIVED.items():
            true = counts_of[name]
            if 0 < true < K and pinned(known, row_for(record, weights), true, points):
                found.append((record.level, record.id, record.kind, name, true))
    return found


@settings(max_examples=100)
@given(districts())
def test_no_small_count_can_be_recovered_from_the_published_table(district):
    cells, parts = district
    gaps = gaps_of(cells, parts)
    assert leaks(gaps, cells, suppress(gaps, cells)) == []


@settings(max_examples=25)
@given(districts())
def test_no_small_count_can_be_recovered_from_two_walking_paces(district):
    cells, (fast, slow) = district
    slow[:, [0, 2]] = np.minimum(slow[:, [0, 2]], fast[:, [0, 2]])
    everyone = fast[:, [0, 2]] + fast[:, [1, 3]]
    slow[:, [1, 3]] = everyone - slow[:, [0, 2]]
    gaps = gaps_of(cells, (fast, slow), paces=True)
    assert leaks(gaps, cells, suppress(gaps, cells)) == []
    for today in ("pace0", "pace1"):
        public = suppress(gaps, cells, earlier=[{today}])
        assert leaks(gaps, cells, public) == []
        mine = gaps["profile"] == today
        pd.testing.assert_frame_equal(public[mine], suppress(gaps[mine], cells))
        told = public.set_index(["profile", "level", "id"])["people_covered"].notna()
        other = "pace1" if today == "pace0" else "pace0"
        assert (told[today] | ~told[other]).all()


@settings(max_examples=10)
@given(districts())
def test_what_stays_is_unchanged_and_no_small_count_is_printed(district):
    cells, parts = district
    gaps = gaps_of(cells, parts)
    public = suppress(gaps, cells)
    for name in COLUMNS:
        shown = public[name].notna().to_numpy()
        assert (public[name][shown].astype(int) == gaps[name][shown]).all()
        assert not public[name][shown].between(1, K - 1).any()
    assert public[public.people.isna()].people_covered.isna().all()
    assert public[public.people_covered.isna()][["cause", "covered_share"]].isna().all(axis=None)
    again = suppress(gaps.sample(frac=1, random_state=1), cells).sort_index()
    pd.testing.assert_frame_equal(public, again)


def test_blanking_only_the_small_cell_would_be_undone_by_subtraction():
    cells = gpd.GeoDataFrame(
        {"community_id": "c", "subdistrict_id": "s"},
        index=["k1", "k2", "k3"],
        geometry=[shapely.box(i, 0, i + 1, 1) for i in range(3)],
        crs=4548,
    )
    gaps = gaps_of(cells, [np.array([[0, 0, 4, 0], [0, 0, 50, 0], [0, 0, 90, 0]])] * 2)
    naive = gaps.astype(dict.fromkeys(COLUMNS, "Int64"))
    naive.loc[naive.id == "k1", [*COLUMNS, "cause"]] = pd.NA
    assert ("cell", "k1", "kind0", "people", 4) in leaks(gaps, cells, naive)
    public = suppress(gaps, cells)
    assert public[public.kind == "kind0"].set_index("id").people.isna().to_dict() == {
        "k1": True,
        "k2": True,
        "k3": False,
        "c": False,
        "s": False,
        "district": False,
    }
    assert leaks(gaps, cells, public) == []
