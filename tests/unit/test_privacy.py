"""Public cells hide few people, and what their neighbours would give back."""

from __future__ import annotations

import pandas as pd

import tables
from onegrid.coverage.privacy import public_cells
from onegrid.coverage.suppress import suppress


def test_few_are_hidden_and_never_alone_in_their_community():
    cells = tables.cells()
    public = public_cells(cells)
    few = cells["households"].between(1, 9)
    assert public["households"][few].isna().all()
    hidden = public["households"].isna()
    for _, family in hidden.groupby(cells["community_id"]):
        assert family.sum() != 1


def test_what_is_shown_is_right_and_the_rest_is_left_as_it_was():
    cells = tables.cells()
    public = public_cells(cells.sample(frac=1, random_state=3)).reindex(cells.index)
    for column in ("households", "people", "elders_60"):
        shown = public[column].notna()
        assert (public[column][shown] == cells[column][shown]).all()
    untouched = ["code", "name", "area_m2", "geometry"]
    pd.testing.assert_frame_equal(public[untouched], cells[untouched])


def test_cells_and_gaps_hide_the_same_people():
    cells = tables.cells()
    gaps = suppress(tables.gaps(), cells)
    rows = gaps[(gaps["level"] == "cell") & (gaps["kind"] == "pharmacy")].set_index("id")
    public = public_cells(cells)
    assert (rows["people"].isna() == public["people"].isna().reindex(rows.index)).all()
    assert (rows["elders_60"].isna() == public["elders_60"].isna().reindex(rows.index)).all()
