"""Two sweeps over a contracted network against one search per kind, and against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from onegrid.network.contract import contract
from onegrid.network.graph import Doors, Graph
from onegrid.network.kernel import FAR
from onegrid.network.nearest import nearest_labels
from onegrid.network.order import elimination_rank
from onegrid.network.skeleton import find_skeleton, weigh

MINUTE_US = 60_000_000


def graph_of(nodes: int, ends: np.ndarray, forth_us: np.ndarray, back_us: np.ndarray) -> Graph:
    """A graph from edges with a time each way; lengths are such that pace is one."""
    edge = np.arange(len(ends))
    loop = ends[:, 0] == ends[:, 1]
    source = np.concatenate([ends[:, 0], ends[~loop, 1]])
    target = np.concatenate([ends[:, 1], ends[~loop, 0]])
    arc = np.concatenate([edge, edge[~loop]])
    cost = np.concatenate([forth_us, back_us[~loop]])
    reverse = np.concatenate([back_us, forth_us[~loop]])
    order = np.argsort(source, kind="stable")
    pace = forth_us / 100.0
    return Graph(
        np.searchsorted(source[order], np.arange(nodes + 1)).astype(np.int64),
        target[order].astype(np.int32),
        cost[order],
        arc[order].astype(np.int32),
        ends.astype(np.int32),
        np.full(len(ends), 100.0),
        pace,
        np.zeros(len(ends), np.int64),
        750_000.0,
        back_us / 100.0,
        reverse[order],
    )


def doors_on(graph: Graph, edge: np.ndarray, share: np.ndarray) -> Doors:
    """Doors of a graph, each at a share of its edge."""
    along = 100.0 * share
    start = np.rint(along * graph.back_us_m[edge]).astype(np.int64)
    end = np.rint((100.0 - along) * graph.pace_us_m[edge]).astype(np.int64)
    return Doors(edge.astype(np.int64), along, np.zeros(len(edge), np.int64), start, end)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[np.ndarray, Graph]:
    """Random graphs: loops, doubles, islands, hubs, equal times, and either way its own time."""
    nodes = draw(st.integers(1, 14))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    edges = draw(st.integers(1, 30))
    ends = rng.integers(0, nodes, (edges, 2))
    longest = draw(st.sampled_from([1, 3, 10 * MINUTE_US]))
    forth_us = rng.integers(1, longest + 1, edges)
    back_us = rng.integers(1, longest + 1, edges) if draw(st.booleans()) else forth_us
    xy = rng.uniform(0, 100, (nodes, 2)).round(draw(st.sampled_from([-2, 0, 9])))
    return xy, graph_of(nodes, ends, forth_us, back_us)


def turned(graph: Graph) -> Graph:
    return graph._replace(
        cost_us=graph.reverse_us,
        reverse_us=graph.cost_us,
        pace_us_m=graph.back_us_m,
        back_us_m=graph.pace_us_m,
    )


@st.composite
def questions(draw: st.DrawFn) -> tuple[np.ndarray, Graph, Doors, np.ndarray, Doors]:
    xy, graph = draw(graphs())
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sources, doors = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    shares = np.array([0.0, 0.25, 0.5, 1.0])  # at nodes, and often two at one place
    edges = len(graph.ends)
    kinds = draw(st.integers(1, min(sources, 4)))
    kind = np.concatenate([np.arange(kinds), rng.integers(0, kinds, sources - kinds)])
    facilities = doors_on(graph, rng.integers(0, edges, sources), rng.choice(shares, sources))
    homes = doors_on(turned(graph), rng.integers(0, edges, doors), rng.choice(shares, doors))
    facilities.edge[rng.random(sources) < 0.1] = -1  # farther than 100 m from any street
    return xy, graph, facilities, kind.astype(np.int64), homes


def exact_us(graph: Graph, source: int) -> np.ndarray:
    """Time from one node to every other by scipy, with parallel edges reduced to the lightest."""
    nodes = len(graph.indptr) - 1
    tail = np.repeat(np.arange(nodes), np.diff(graph.indptr))
    best: dict[tuple[int, int], int] = {}
    for a, b, cost in zip(tail, graph.target, graph.cost_us, strict=True):
        best[a, b] = min(best.get((a, b), cost), cost)
    a, b = np.array(list(best)).reshape(-1, 2).T
    matrix = coo_array((list(best.values()), (a, b)), shape=(nodes, nodes)).tocsr()
    return dijkstra(matrix, indices=source)


@settings(max_examples=60)
@given(questions(), st.sampled_from([1e-6, 2e-6, 60.0, 900.0, None]), st.sampled_from("od"))
def test_sweeps_and_searches_give_the_same_owners_and_times(
    question: tuple[np.ndarray, Graph, Doors, np.ndarray, Doors], limit_s: float, order: str
) -> None:
    xy, graph, facilities, kind, homes = question
    rank = elimination_rank(xy, graph.ends) if order == "d" else np.arange(len(xy), dtype=np.int32)
    most_us = 15 * MINUTE_US if limit_s is None else round(limit_s * 1e6)
    contraction = contract(graph, rank, limit_us=most_us)
    swept = nearest_labels(graph, facilities, kind, homes, limit_s=limit_s, contraction=contraction)
    searched = nearest_labels(graph, facilities, kind, homes, limit_s=limit_s)
    np.testing.assert_array_equal(swept[0], searched[0])
    np.testing.assert_array_equal(swept[1], searched[1])


@settings(max_examples=60)
@given(graphs(), st.sampled_from([3, MINUTE_US, 60 * MINUTE_US]))
def test_a_climb_and_a_descent_are_every_shortest_way(
    drawn: tuple[np.ndarray, Graph], limit_us: int
) -> None:
    xy, graph = drawn
    contraction = contract(graph, elimination_rank(xy, graph.ends), limit_us=limit_us)
    nodes = len(xy)
    tail = np.repeat(np.arange(nodes), np.diff(contraction.indptr))
    up = np.full((nodes, nodes), np.inf)
    down = up.copy()
    up[tail, contraction.above] = contraction.rise_us
    down[contraction.above, tail] = contraction.fall_us
    for matrix in (up, down):
        np.fill_diagonal(matrix, 0)
        for middle in range(nodes):
            np.minimum(matrix, matrix[:, [middle]] + matrix[[middle]], out=matrix)
    way = (up[:, :, None] + down[None]).min(axis=1)
    for node in range(nodes):
        want = exact_us(graph, node)
        got = way[contraction.rank[node], contraction.rank]
        near = want <= limit_us
        np.testing.assert_array_equal(got[near], want[near])
        assert (got[~near] > limit_us).all()


@settings(max_examples=60)
@given(questions(), st.floats(0.01, 1.0), st.sampled_from([60.0, 900.0]))
def test_a_skeleton_weighed_for_a_walker_gives_what_searches_give(
    question: tuple[np.ndarray, Graph, Doors, np.ndarray, Doors], pace: float, limit_s: float
) -> None:
    xy, graph, facilities, kind, homes = question
    rank, limit_us = elimination_rank(xy, graph.ends), round(limit_s * 1e6)
    quickest_us = np.full(len(graph.ends), np.iinfo(np.int64).max)
    np.minimum.at(quickest_us, graph.edge, np.minimum(graph.cost_us, graph.reverse_us))
    # Lengths are of the skeleton alone: at 80 m/min no edge takes longer than the walker needs.
    length_m = np.floor(quickest_us * pace) / 750_000 + 1e-9
    skeleton = find_skeleton(graph.ends, length_m, rank)
    contraction = weigh(skeleton, graph._replace(length_m=length_m), limit_us=limit_us)
    assert contraction is not None
    swept = nearest_labels(graph, facilities, kind, homes, limit_s=limit_s, contraction=contraction)
    searched = nearest_labels(graph, facilities, kind, homes, limit_s=limit_s)
    np.testing.assert_array_equal(swept[0], searched[0])
    np.testing.assert_array_equal(swept[1], searched[1])


def test_a_skeleton_is_not_weighed_for_walks_that_it_is_too_small_for() -> None:
    ends, cost = np.array([[0, 1]], np.int32), np.array([60_000_000])
    graph = graph_of(2, ends, cost, cost)  # 100 m in a minute, 1,200 m in 12
    skeleton = find_skeleton(ends, graph.length_m, np.array([0, 1], np.int32))
    assert weigh(skeleton, graph, limit_us=12 * MINUTE_US) is not None
    assert weigh(skeleton, graph, limit_us=12 * MINUTE_US + 1) is None


@settings(max_examples=40)
@given(graphs())
def test_an_order_ranks_every_node_once_and_does_not_vary(drawn: tuple[np.ndarray, Graph]) -> None:
    xy, graph = drawn
    rank = elimination_rank(xy, graph.ends)
    assert sorted(rank) == list(range(len(xy)))
    np.testing.assert_array_equal(rank, elimination_rank(xy.copy(), graph.ends.copy()))


@pytest.mark.parametrize("shape", ["lattice", "sparse", "star", "line", "one place", "complete"])
def test_big_networks_of_any_shape_are_ordered_and_swept_exactly(shape: str) -> None:
    rng = np.random.default_rng(5)
    nodes = 1_600 if shape != "complete" else 300
    xy = rng.uniform(0, 4_000, (nodes, 2))
    at = np.arange(nodes)
    if shape in {"lattice", "sparse"}:
        xy = np.stack([at // 40, at % 40], axis=1) * 100.0 + rng.uniform(-30, 30, (nodes, 2))
        ends = np.concatenate(
            [
                np.stack([at[at % 40 < 39], at[at % 40 < 39] + 1], 1),
                np.stack([at[:-40], at[40:]], 1),
            ]
        )
        if shape == "sparse":  # islands, dead ends, chains, lone crossroads
            ends = ends[rng.random(len(ends)) < 0.55]
    elif shape == "star":
        ends = np.stack([np.zeros(nodes - 1, int), at[1:]], axis=1)
    elif shape == "complete":
        ends = np.stack(np.triu_indices(nodes, 1), axis=1)
    else:
        ends = np.stack([at[:-1], at[1:]], axis=1)
        xy = np.zeros((nodes, 2)) if shape == "one place" else xy[np.argsort(xy[:, 0])]
    cost = rng.integers(20 * 10**6, 90 * 10**6, len(ends))
    graph = graph_of(nodes, ends, cost, cost)
    rank = elimination_rank(xy, graph.ends)
    assert sorted(rank) == list(range(nodes))
    sources = doors_on(graph, rng.integers(0, len(ends), 60), rng.uniform(0, 1, 60))
    homes = doors_on(graph, rng.integers(0, len(ends), 500), rng.uniform(0, 1, 500))
    kind = np.arange(60) % 4
    for limit_s in (900.0, None):
        lengths = graph._replace(length_m=cost / 750_000)
        skeleton = find_skeleton(graph.ends, lengths.length_m, rank)
        contraction = weigh(skeleton, lengths, limit_us=900 * 10**6)
        assert contraction is not None
        lean = contract(graph, rank, limit_us=900 * 10**6)
        assert len(lean.above) <= len(contraction.above) <= 1.2 * len(lean.above)
        swept = nearest_labels(
            graph, sources, kind, homes, limit_s=limit_s, contraction=contraction
        )
        searched = nearest_labels(graph, sources, kind, homes, limit_s=limit_s)
        np.testing.assert_array_equal(swept, searched)
        assert (searched[1] < FAR).any()
