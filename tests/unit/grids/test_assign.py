from itertools import product

import numpy as np
import pytest

from onegrid.grids.assign import AssignOptions
from onegrid.grids.columns import Graph, enumerate_cells, solve_columns
from onegrid.grids.polish import polish


def random_graph(seed, n=8):
    rng = np.random.default_rng(seed)
    chain = [(i, i + 1) for i in range(n - 1)]
    extra = {tuple(sorted(p)) for p in rng.integers(0, n, (n, 2)).tolist() if p[0] != p[1]}
    pairs = np.array(sorted({*chain, *extra}))
    return Graph(
        households=rng.integers(0, 260, n).astype(float),
        pairs=pairs,
        cost=rng.normal(0, 100, len(pairs)),
        base=rng.integers(-1, 3, n),
    )


def all_partitions(n):
    """Every way to label n units, each grouping once (restricted growth)."""
    for labels in product(*(range(i + 1) for i in range(n))):
        if all(label <= max(labels[:i], default=-1) + 1 for i, label in enumerate(labels)):
            yield np.array(labels)


@pytest.mark.parametrize("seed", range(6))
def test_the_solver_finds_what_brute_force_finds(seed):
    graph, options = random_graph(seed, n=7), AssignOptions()
    room = np.maximum(options.size[1] * 1.2, graph.households + options.size[0] / 2)
    best = min(
        graph.objective(labels, options)
        for labels in all_partitions(7)
        if len(np.unique(graph.parts_of(labels))) == labels.max() + 1
        and all(
            graph.households[labels == c].sum()
            <= room[labels == c][np.argmax(graph.households[labels == c])]
            for c in range(labels.max() + 1)
        )
    )
    columns = enumerate_cells(graph, options.size, most=10_000)
    labels, bound = solve_columns(graph, columns, options)
    found = graph.objective(labels, options)
    assert bound <= best + 1e-6
    assert found == pytest.approx(best, abs=0.003 * max(1, abs(best)))


@pytest.mark.parametrize("seed", range(4))
def test_enumeration_lists_each_connected_set_once(seed):
    graph = random_graph(seed, n=6)
    size = (300.0, 10_000.0)  # no limit: every connected set
    columns = enumerate_cells(graph, size, most=10_000)
    assert len(np.unique(columns, axis=0)) == len(columns)
    expected = 0
    for bits in range(1, 2**6):
        inside = np.array([bits >> i & 1 for i in range(6)], dtype=bool)
        labels = np.where(inside, 0, np.arange(1, 7))
        expected += len(np.unique(graph.parts_of(labels)[inside])) == 1
    assert len(columns) == expected


def test_too_many_columns_are_refused_not_truncated():
    assert enumerate_cells(random_graph(0, n=12), (300.0, 1e9), most=20) is None


@pytest.mark.parametrize("seed", range(4))
def test_polish_never_tears_a_cell_and_never_gets_worse(seed):
    graph, options = random_graph(seed, n=10), AssignOptions(base_household_m=0.0)
    start = np.repeat([0, 1, 2, 3, 4], 2)
    start = np.unique(graph.parts_of(start), return_inverse=True)[1]
    better = polish(graph, start, options)
    assert graph.objective(better, options) <= graph.objective(start, options) + 1e-9
    assert len(np.unique(graph.parts_of(better))) == len(np.unique(better))
    assert set(better) == set(start)


def test_contraction_keeps_the_objective_of_what_it_joins():
    graph, options = random_graph(3, n=12), AssignOptions()
    joined = graph.contract(500.0)
    small = graph.merged(joined)
    labels = np.arange(len(small.households)) % 3
    assert small.objective(labels, options) == pytest.approx(
        graph.objective(labels[joined], options)
    )
