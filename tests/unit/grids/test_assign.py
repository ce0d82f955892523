from itertools import product

import numpy as np
import pytest
import scipy.sparse as sp
import shapely

from onegrid.grids.assign import assign
from onegrid.grids.atoms import Atoms
from onegrid.grids.columns import cell_costs, cover
from onegrid.grids.costs import border_costs, graph_of, passable, wide_enough
from onegrid.grids.graph import Band, Graph
from onegrid.grids.options import AssignOptions
from onegrid.grids.pricing import Prices, Space
from onegrid.grids.recombine import recombine
from onegrid.layers.borders import borders_of

BAND = Band(300.0, 500.0, 20.0, 300.0)


def random_graph(seed, n=8, band=BAND):
    rng = np.random.default_rng(seed)
    chain = [(i, i + 1) for i in range(n - 1)]
    extra = {tuple(sorted(p)) for p in rng.integers(0, n, (n, 2)).tolist() if p[0] != p[1]}
    pairs = np.array(sorted({*chain, *extra}))
    parted_m, joined_m = rng.uniform(0, 300, (2, len(pairs)))
    alone = np.bincount(pairs.ravel(), np.repeat(parted_m, 2) / 2, minlength=n)
    save = sp.coo_array((parted_m - joined_m, (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    counted = rng.integers(0, 260, n).astype(float)
    return Graph(counted, pairs, alone, (save + save.T).tocsr(), band)


def all_partitions(n):
    """Every way to label n units, each grouping once (restricted growth)."""
    for labels in product(*(range(i + 1) for i in range(n))):
        if all(label <= max(labels[:i], default=-1) + 1 for i, label in enumerate(labels)):
            yield np.array(labels)


def connected(graph, labels):
    return len(np.unique(graph.parts_of(labels))) == labels.max() + 1


def possible(graph, labels):
    """Whether every cell is connected and has room for its households."""
    if not connected(graph, labels):
        return False
    most = np.zeros(labels.max() + 1)
    np.maximum.at(most, labels, graph.counted)
    room = np.maximum(graph.band.high * 1.2, most + graph.band.low / 2)
    return (np.bincount(labels, graph.counted) <= room).all()


@pytest.mark.parametrize("seed", range(8))
def test_the_solver_finds_what_brute_force_finds_and_its_bound_holds(seed):
    graph = random_graph(seed, n=7)
    best = min(graph.objective(x) for x in all_partitions(7) if possible(graph, x))
    labels, objective, bound = cover(graph)
    assert possible(graph, labels)
    assert objective == pytest.approx(graph.objective(labels))
    assert bound <= best + 1e-6
    assert best - 1e-6 <= objective <= best + 0.002 * max(1, best)


@pytest.mark.parametrize("cells", [1, 2, 3, 5])
def test_a_wanted_number_of_cells_is_met_at_least_cost(cells):
    graph = random_graph(11, n=7, band=Band(100.0, 1_000.0, 10.0))
    best = min(
        graph.objective(x) for x in all_partitions(7) if x.max() + 1 == cells and possible(graph, x)
    )
    labels, objective, bound = cover(graph, cells=cells)
    assert labels.max() + 1 == cells
    assert bound <= best + 1e-6
    assert objective == pytest.approx(best, rel=0.002)


def test_a_number_of_cells_that_cannot_be_is_missed_by_as_little_as_can_be():
    graph = random_graph(2, n=4)
    assert cover(graph, cells=9)[0].max() + 1 == 4


@pytest.mark.parametrize("seed", range(3))
def test_a_bound_holds_where_units_are_many(seed):
    graph = random_graph(seed, n=40)
    labels, objective, bound = cover(graph)
    assert 0 <= bound <= objective
    assert objective == pytest.approx(graph.objective(labels))
    assert objective <= graph.objective(recombine(graph)) + 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_the_search_finds_every_cell_below_a_limit_once(seed):
    graph = random_graph(seed, n=7)
    rng = np.random.default_rng(seed)
    prices = Prices(rng.normal(150, 100, 7), 20.0)
    cells = np.array(list(product([False, True], repeat=7)))[1:]
    linked = [
        len(np.unique(graph.parts_of(np.where(c, 0, np.arange(1, 8)))[c])) == 1 for c in cells
    ]
    cells = cells[linked]
    most = np.where(cells, graph.counted, 0).max(axis=1)
    fits = cells @ graph.counted <= np.maximum(BAND.high * 1.2, most + BAND.low / 2)
    cells = cells[fits]
    value = cell_costs(graph, cells) - cells @ prices.unit - prices.cell
    limit = float(np.median(value))
    found = Space.of(graph).search(prices, limit=limit, every=True, nodes=10_000, most=1_000)
    assert found.complete
    assert {c.tobytes() for c in found.cells} == {c.tobytes() for c in cells[value < limit]}
    assert len(found.cells) == (value < limit).sum()


@pytest.mark.parametrize("seed", range(4))
def test_a_search_that_stops_early_still_bounds_what_it_has_not_seen(seed):
    graph = random_graph(seed, n=12)
    prices = Prices(np.full(12, 200.0))
    space = Space.of(graph)
    whole = space.search(prices, limit=0.0, every=False, nodes=100_000, most=1_000)
    short = space.search(prices, limit=0.0, every=False, nodes=4, most=1_000)
    assert whole.complete
    assert (short.least <= whole.least + 1e-9).all()


def test_ground_across_a_barrier_is_joined_only_where_it_cannot_stand_alone():
    # a chain of 100 households each: 0-1-2 | 3-4-5 | 6, barriers between the groups
    pairs = np.array([[i, i + 1] for i in range(6)])
    barred = np.array([False, False, True, False, False, True])
    counted = np.full(7, 100.0)
    open_pairs = passable(pairs, np.ones(6), barred, counted, 300.0)
    assert open_pairs.tolist() == [True, True, False, True, True, True]
    assert passable(pairs, np.ones(6), barred, counted, 50.0).tolist() == (~barred).tolist()


@pytest.mark.slow
def test_recombination_mostly_finds_the_best_of_all_partitions_of_few_units():
    hits = 0
    for seed in range(8):
        graph = random_graph(seed, n=7)
        best = min(graph.objective(x) for x in all_partitions(7) if connected(graph, x))
        found = [recombine(graph, seed=attempt) for attempt in range(4)]
        assert all(connected(graph, labels) for labels in found)
        least = min(map(graph.objective, found))
        assert least >= best - 1e-6
        hits += least <= best + 1e-6
    assert hits >= 6


@pytest.mark.parametrize("seed", range(3))
def test_recombination_makes_connected_cells_and_the_same_ones_again(seed):
    graph = random_graph(seed, n=60)
    labels = recombine(graph, seed=seed)
    assert connected(graph, labels)
    assert labels.tolist() == recombine(graph, seed=seed).tolist()


@pytest.mark.parametrize("cells", [1, 3, 6])
def test_recombination_makes_as_many_cells_as_are_wanted(cells):
    graph = random_graph(1, n=30)
    assert recombine(graph, cells=cells, each_m=1e6).max() + 1 == cells


def test_joining_units_keeps_the_objective():
    graph = random_graph(3, n=12)
    joined = np.arange(12) // 2
    labels = np.arange(6) % 3
    assert graph.merged(joined).objective(labels) == pytest.approx(graph.objective(labels[joined]))


def test_a_neck_holds_no_cell_together_unless_there_is_nothing_else():
    # 0-1 share 50 m; 1-2 and 0-2 a few metres each: 2 hangs by the longer of its two necks
    pairs = np.array([[0, 1], [0, 2], [1, 2]])
    linked = wide_enough(pairs, np.array([50.0, 4.0, 6.0]), 3)
    assert linked.tolist() == [True, False, True]
    assert wide_enough(pairs, np.array([50.0, 12.0, 6.0]), 3).tolist() == [True, True, False]


def test_a_cell_out_of_band_costs_as_such_and_by_household():
    band = Band(300.0, 500.0, 20.0, 1_000.0)
    assert band.cost(np.array([299.0, 300.0, 500.0, 510.0])).tolist() == [1_020, 0, 0, 1_200]


def checkerboard(side_m):
    """Six by six square atoms with two departments that disagree on rows and columns."""
    step = np.arange(6) * side_m
    x, y = (grid.ravel() for grid in np.meshgrid(step, step))
    polygons = shapely.box(x, y, x + side_m, y + side_m)
    row, column = np.divmod(np.arange(36), 6)
    borders = borders_of(polygons)
    households = np.random.default_rng(5).integers(20, 90, 36)
    return Atoms(
        polygons=polygons,
        community=np.zeros(36, dtype=np.int64),
        households=households,
        labels={"rows": row // 2, "columns": column // 3},
        borders=borders,
        is_barrier=np.zeros(len(borders.left), dtype=bool),
        drawn_share=np.ones(len(borders.left)),
        counted=households,
    )


@pytest.mark.parametrize(
    "larger", [3.0, *(pytest.param(x, marks=pytest.mark.slow) for x in (0.5, 20.0))]
)
def test_what_is_worth_what_does_not_depend_on_how_large_cells_are(larger):
    small, large = checkerboard(50.0), checkerboard(50.0 * larger)
    members, options = np.arange(36), AssignOptions(size=(300.0, 500.0), base="rows")
    a, b = (graph_of(x, members, border_costs(x, options), options) for x in (small, large))
    assert b.alone == pytest.approx(a.alone * larger)
    assert b.join.toarray() == pytest.approx(a.join.toarray() * larger)
    assert b.band.miss_m == pytest.approx(a.band.miss_m * larger)
    assert b.band.household_m == pytest.approx(a.band.household_m * larger)
    assert assign(large, options=options).cell.tolist() == (
        assign(small, options=options).cell.tolist()
    )
