"""A code is issued once, lives, and is void for ever."""

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from onegrid.grids.codes import cell_codes, community_codes, known_communities
from onegrid.grids.keep import Previous
from onegrid.grids.lifecycle import issue_codes, read_successors, renew_codes
from onegrid.grids.overlaps import overlaps
from onegrid.grids.succession import continued_names

CRS = "EPSG:4547"
TOWN = "420103001001"
PLACES = 12  # a row of unit squares; a grid is a way to cut the row


def communities(*ids, subdistrict="420103001"):
    columns = {"subdistrict_id": subdistrict, "name": "甲社区"}
    return gpd.GeoDataFrame(columns, index=list(ids), geometry=[Point(0, 0)] * len(ids), crs=CRS)


def doors():
    return gpd.GeoDataFrame(
        {"households": np.arange(1, PLACES + 1)},
        geometry=[Point(x * 100 + 50, 50) for x in range(PLACES)],
        crs=CRS,
    )


def row_of(cuts):
    ends = [0, *sorted(cuts), PLACES]
    shapes = [box(a * 100, 0, b * 100, 100) for a, b in itertools.pairwise(ends)]
    return gpd.GeoDataFrame({"community_id": [TOWN] * len(shapes)}, geometry=shapes, crs=CRS)


def named(cells, names):
    frame = cells.join(names).set_index("cell_id").sort_index()
    return frame[["code", "name", "community_id", "locked", "geometry"]]


def first_grid(cells):
    codes, _ = cell_codes(cells, community_codes(communities(TOWN)))
    names = pd.DataFrame({"cell_id": codes, "code": codes, "name": "甲", "locked": False})
    return named(cells, names)


histories = st.lists(st.sets(st.integers(1, PLACES - 1), max_size=6), min_size=2, max_size=5)


@pytest.mark.slow
@settings(max_examples=20)
@given(histories)
def test_over_any_history_no_code_comes_back(history):
    people, town = doors(), communities(TOWN)
    grid = first_grid(row_of(history[0]))
    table = issue_codes(grid, date="day 0")
    ever = set(grid["code"])
    for day, cuts in enumerate(history[1:], start=1):
        before = set(grid["code"])
        cells = row_of(cuts)
        names = continued_names(Previous(grid, codes=table), people)(cells, town)
        new = named(cells, names)
        assert new["code"].is_unique
        assert new.index.is_unique
        issued = set(new["code"]) - before
        assert not issued & ever
        assert all(int(code[12:]) > max(int(c[12:]) for c in ever) for code in issued)
        table = renew_codes(table, grid, new, overlaps(grid, new, people), date=f"day {day}")
        ever |= set(new["code"])
        assert set(table.index) == ever
        assert set(table.index[table["status"] == "valid"]) == set(new["code"])
        ended = table.loc[sorted(before - set(new["code"]))]
        assert (ended["voided"] == f"day {day}").all()
        assert ended["reason"].isin(["merged", "split", "redrawn", "renamed"]).all()
        for text in ended["successors"]:
            shares = read_successors(text)
            assert sum(shares.values()) == pytest.approx(1)
            assert set(shares) <= set(new["code"])
        grid = new


@pytest.mark.slow
@settings(max_examples=20)
@given(st.sets(st.integers(1, PLACES - 1), max_size=6))
def test_the_same_cells_keep_ids_codes_names_and_locks(cuts):
    grid = first_grid(row_of(cuts))
    grid["locked"] = np.arange(len(grid)) % 2 == 0
    grid["name"] = [f"名{i}" for i in range(len(grid))]
    again = named(
        row_of(cuts), continued_names(Previous(grid), doors())(row_of(cuts), communities(TOWN))
    )
    assert again.equals(grid)
    found = overlaps(grid, again, doors())
    assert renew_codes(None, grid, again, found, date="later").equals(issue_codes(grid))


def test_a_void_code_in_a_new_grid_is_refused():
    grid = first_grid(row_of([6]))
    table = issue_codes(grid)
    table["status"] = "void"
    with pytest.raises(ValueError, match="used again"):
        renew_codes(table, grid, grid, overlaps(grid, grid, doors()))


def test_an_id_that_an_edit_used_is_not_given_to_another_cell():
    grid = first_grid(row_of([6])).rename(index={f"{TOWN}002": f"{TOWN}003"})
    names = continued_names(Previous(grid), doors())(row_of([2, 4, 6]), communities(TOWN))
    assert names["cell_id"].is_unique
    assert names["code"].is_unique
    assert f"{TOWN}003-2" in set(names["cell_id"])


def test_a_new_community_does_not_shift_the_codes_of_the_others():
    before = community_codes(communities("B", "D"))
    codes = np.array([f"{before[i]}001" for i in ("B", "D")], dtype=object)
    known = known_communities(codes, np.array(["B", "D"], dtype=object))
    after = community_codes(communities("A", "B", "C", "D"), known=known)
    assert after[["B", "D"]].equals(before)
    assert after.is_unique
    assert {after["A"], after["C"]} == {before["D"][:9] + "003", before["D"][:9] + "004"}


def test_a_dead_community_leaves_its_code_to_nobody():
    known = {"B": "000000001001", "gone": "000000001002"}
    assert community_codes(communities("B", "E"), known=known)["E"] == "000000001003"
