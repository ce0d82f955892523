"""Whatever atoms a community has, its cells are connected, keep to barriers and meet a target."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from onegrid.grids.assign import assign
from onegrid.grids.atoms import Atoms
from onegrid.grids.graph import parts_of
from onegrid.grids.options import AssignOptions
from onegrid.layers.borders import borders_of, neighbours

SIDE_M = 100.0


@st.composite
def towns(draw):
    """Blocks of a chessboard in one community, two departments' cells, a river down a street."""
    columns, rows = draw(st.integers(2, 5)), draw(st.integers(1, 4))
    n = columns * rows
    x, y = np.divmod(np.arange(n), rows)
    polygons = shapely.box(x * SIDE_M, y * SIDE_M, (x + 1) * SIDE_M, (y + 1) * SIDE_M)
    counts = st.lists(st.integers(0, 250), min_size=n, max_size=n)
    labels = st.lists(st.integers(-1, 2), min_size=n, max_size=n)
    river = draw(st.integers(1, columns - 1)) * SIDE_M
    borders = borders_of(polygons)
    households = np.array(draw(counts))
    return Atoms(
        polygons=polygons,
        community=np.zeros(n, dtype=np.int64),
        households=households,
        labels={name: np.array(draw(labels)) for name in ("a", "b")},
        borders=borders,
        is_barrier=np.isclose(borders.middles_m[:, 0], river),
        drawn_share=np.zeros(len(borders.left)),
        counted=households,
    )


@pytest.mark.slow
@settings(max_examples=60)
@given(town=towns(), data=st.data())
def test_cells_are_whole_keep_to_barriers_and_their_bound_holds(town, data):
    options = AssignOptions(size=(300, 500))
    found = assign(town, options=options)
    pairs = neighbours(town.borders).pairs
    inside = pairs[found.cell[pairs[:, 0]] == found.cell[pairs[:, 1]]]
    assert len(np.unique(parts_of(inside, len(found.cell)))) == found.cell.max() + 1
    assert 0 <= found.solved[0].bound <= found.solved[0].objective
    river = town.borders.middles_m[town.is_barrier][0, 0]
    west = shapely.get_coordinates(shapely.centroid(town.polygons))[:, 0] < river
    sides = [town.counted[west].sum(), town.counted[~west].sum()]
    straddled = np.intersect1d(found.cell[west], found.cell[~west])
    if min(sides) >= options.size[0]:
        assert not len(straddled)
    wanted = data.draw(st.integers(1, len(found.cell)))
    aimed = AssignOptions(size=(300, 500), targets={"c": wanted}, barriers=False)
    solved = assign(town, options=aimed, communities=["c"])
    room = max(500.0, 1.25 * town.counted.sum() / wanted) * 1.2
    if town.counted.max() <= room / 4:  # never so lumpy that no such cells exist
        assert solved.cell.max() + 1 == solved.solved[0].cells == wanted
