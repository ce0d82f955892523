"""Small counts of cases are hidden, and no total gives them back."""

from hypothesis import given
from hypothesis import strategies as st

import tables
from onegrid.operations.statistics import public_counts, public_units


@given(st.lists(st.integers(0, 40), max_size=8))
def test_hidden_counts_are_two_at_least_and_of_enough_cases_together(counts):
    shown = public_counts(counts)
    hidden = [count for count, told in zip(counts, shown, strict=True) if told is None]
    assert all(told in (None, count) for count, told in zip(counts, shown, strict=True))
    assert not any(told is not None and 0 < told < 10 for told in shown)
    if hidden and len(hidden) < sum(count > 0 for count in counts):
        assert len(hidden) > 1
        assert sum(hidden) >= 10


@given(st.data())
def test_a_unit_is_hidden_with_another_one_of_its_home(data):
    cells = tables.cells()
    number = st.integers(0, 30)
    counts = {name: (every, data.draw(st.integers(0, every)))
              for name in cells.index if (every := data.draw(number))}  # fmt: skip
    shown = public_units(counts, cells)
    for name, (every, still) in counts.items():
        told = shown["cell", name]
        assert told in ((None, None), (every, still))
        if told != (None, None):
            assert not any(0 < part < 10 for part in (every, still, every - still))
    for community, rows in cells.groupby("community_id"):
        hidden = [name for name in rows.index if shown["cell", name] == (None, None)]
        if shown["community", community] != (None, None):
            assert len(hidden) != 1
