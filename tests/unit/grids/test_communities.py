"""Communities out of the band get a proposal that can be carried out; staff follows the norm."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from onegrid.grids.communities import CHECK_COLUMNS, PROPOSAL_COLUMNS, check_communities
from onegrid.grids.groups import balanced_groups
from onegrid.grids.staffing import STAFF_COLUMNS, community_workers, staffing

CRS = "EPSG:4547"


def district(**communities):
    """Communities side by side, each a column of cells with the given households."""
    rows, towns = [], []
    for k, (name, (subdistrict, households)) in enumerate(communities.items()):
        towns.append((name, f"{name}社区", subdistrict, box(100 * k, 0, 100 * k + 100, 900)))
        edges = np.linspace(0, 900, len(households) + 1)
        rows += [
            (f"{name}{i:03d}", name, subdistrict, count, box(100 * k, low, 100 * k + 100, high))
            for i, (count, low, high) in enumerate(
                zip(households, edges[:-1], edges[1:], strict=True)
            )
        ]
    cells = gpd.GeoDataFrame(
        rows,
        columns=["cell_id", "community_id", "subdistrict_id", "households", "geometry"],
        geometry="geometry",
        crs=CRS,
    ).set_index("cell_id")
    frame = gpd.GeoDataFrame(
        towns,
        columns=["community_id", "name", "subdistrict_id", "geometry"],
        geometry="geometry",
        crs=CRS,
    ).set_index("community_id")
    return edge_matched(cells), frame


def edge_matched(cells):
    clean = shapely.coverage_clean(cells.geometry.to_numpy())
    return cells.set_geometry(np.array(clean), crs=cells.crs)


def test_communities_in_the_band_get_no_proposal():
    check = check_communities(*district(a=("s", [500] * 3), b=("s", [500] * 6)))
    assert check.table["size"].tolist() == ["fits", "fits"]
    assert check.proposals.empty
    assert tuple(check.table.columns) == CHECK_COLUMNS
    assert tuple(check.proposals.columns) == PROPOSAL_COLUMNS


def test_a_big_community_is_split_into_equal_groups_of_neighbouring_cells():
    cells, towns = district(a=("s", [900, 100, 800, 500, 700, 1000]), b=("s", [2000]))
    check = check_communities(cells, towns)
    assert check.table.loc["a", ["size", "proposal"]].tolist() == ["too_big", "split"]
    parts = check.proposals
    assert parts["households"].tolist() == [1800, 2200]
    assert parts["cell_ids"].tolist() == ["a000;a001;a002", "a003;a004;a005"]
    assert shapely.get_num_geometries(parts.geometry.to_numpy()).tolist() == [1, 1]
    assert parts.area.sum() == pytest.approx(towns.area["a"])
    assert "建议沿网格界线拆分为1800、2200户" in check.table.loc["a", "note"]


def test_a_big_community_of_one_cell_cannot_be_split_and_says_so():
    check = check_communities(*district(a=("s", [4000])))
    assert check.proposals.empty
    assert "只有一个网格" in check.table.loc["a", "note"]


def test_a_small_community_joins_a_neighbour_of_its_own_subdistrict_only():
    check = check_communities(*district(a=("s", [1600]), b=("t", [700]), c=("t", [1600])))
    assert check.table.loc["b", ["proposal", "with", "result_households"]].tolist() == [
        "merge",
        "c",
        "2300",
    ]
    assert check.table.loc["c", "proposal"] == "merge"
    assert check.table.loc["a", "proposal"] == ""
    assert check.report() == {
        "fits": 2,
        "too_small": 1,
        "too_big": 0,
        "split_proposed": 0,
        "merge_proposed": 2,
    }


def test_small_neighbours_gather_until_they_are_large_enough():
    check = check_communities(*district(a=("s", [600]), b=("s", [500]), c=("s", [700])))
    assert check.proposals["households"].tolist() == [1800]
    assert set(check.proposals["community_ids"].iloc[0].split(";")) == {"a", "b", "c"}


def test_no_merge_is_proposed_that_would_be_too_big():
    check = check_communities(*district(a=("s", [1400]), b=("s", [2900])))
    assert check.proposals.empty
    assert "建议调入相邻网格" in check.table.loc["a", "note"]


def test_without_any_households_nothing_is_said():
    check = check_communities(*district(a=("s", [0, 0]), b=("s", [0])))
    assert check.table["size"].tolist() == ["unknown", "unknown"]
    assert check.proposals.empty


@given(weights=st.lists(st.integers(0, 500), min_size=4, max_size=30), groups=st.integers(2, 4))
def test_groups_are_connected_complete_and_close_to_equal(weights, groups):
    count, width = len(weights), 3
    pairs = [(i, i + 1) for i in range(count - 1) if i % width != width - 1]
    pairs += [(i, i + width) for i in range(count - width)]
    pairs = np.array(pairs)
    label = balanced_groups(
        np.array(weights, dtype=float), pairs, border_m=np.ones(len(pairs)), groups=groups
    )
    assert sorted(set(label.tolist())) == list(range(groups))
    for g in range(groups):  # one flood from the first member reaches all
        mine = set(np.flatnonzero(label == g).tolist())
        seen, todo = set(), [min(mine)]
        while todo:
            node = todo.pop()
            seen.add(node)
            linked = {b for a, b in pairs.tolist() if a == node}
            linked |= {a for a, b in pairs.tolist() if b == node}
            todo += sorted((linked & mine) - seen)
        assert seen == mine
    if groups == 2 and count <= 12:
        off = abs(sum(w for w, g in zip(weights, label, strict=True) if g) - sum(weights) / 2)
        assert off <= max(weights) / 2 + 0.02 * sum(weights) + max(weights)


def test_staff_adds_up_from_cells_to_the_district():
    cells, towns = district(a=("s", [500, 501]), b=("s", [0]), c=("t", [1650, 300]))
    found = staffing(cells, towns)
    assert tuple(found.table.columns) == STAFF_COLUMNS
    by = found.table.set_index(["level", "id"])
    assert by.loc[("cell", "a001"), ["cadres", "workers", "volunteers"]].tolist() == [1, 2, 3]
    assert pd.isna(by.loc[("cell", "a001"), "community_workers"])
    assert by.loc[("community", "c"), "community_workers"] == 7
    assert by.loc[("subdistrict", "s"), "community_workers"] == 10
    assert by.loc[("district", "district"), "cells"] == 5
    assert found.totals()["community_workers"] == 17
    for name in ("cadres", "workers", "volunteers", "households"):
        levels = found.table.groupby("level")[name].sum()
        assert (levels == levels.iloc[0]).all()
    assert {f["confidence"] for f in found.report()["figures"]} >= {"seen", "assumption"}
    assert found.report()["formula_confidence"] == "assumption"


def test_community_workers_follow_the_norm_step_by_step():
    households = np.array([0, 1_499, 1_500, 1_800, 2_100, 2_400, 2_700, 3_000])
    assert community_workers(households).tolist() == [5, 5, 5, 6, 7, 8, 9, 10]
