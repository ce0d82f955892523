"""The labels of a kind: from nothing, exact again after a change, and what differs by it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from onegrid.circles.places import join_places
from onegrid.circles.reach import facility_kinds
from onegrid.circles.standing import Kind
from onegrid.compiled import in_threads, kernel
from onegrid.network.graph import US_PER_S, door_rows, towards
from onegrid.network.kernel import FAR, limit_us
from onegrid.network.nearest import ask_along, asked, searched
from onegrid.network.repair import repaired

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from onegrid.circles.standing import Ground, People


def fresh_kinds(ground: Ground, facilities: gpd.GeoDataFrame) -> dict[str, Kind]:
    """Return the kinds of some facilities by name, each settled from nothing.

    Raises
    ------
    CrsError, InputError
        As `onegrid.circles.reach.nearest`.
    """
    kind = facility_kinds(facilities)
    if len(kind) == 0:
        return {}
    targets = join_places(ground.network, facilities, profile=ground.profile)
    inwards, limit = towards(ground.graph), limit_us(ground.limit_s, ground.bits)
    everybody, nobody = np.arange(len(ground.people.ids)), np.empty(0, np.int64)

    def settle(name: str) -> Kind:
        mine = np.flatnonzero(kind[targets.row] == name)
        sources = door_rows(targets.coming, mine)
        ranks = np.flatnonzero(sources.edge >= 0)
        labels = searched(inwards, door_rows(sources, ranks), ranks, ground.bits, limit)
        fresh = Kind(targets.ids[mine], targets.points[mine], sources, labels, nobody)
        return replace(fresh, found=found_labels(ground, fresh, everybody))

    names = sorted(set(kind))
    return dict(zip(names, in_threads(settle, names), strict=True))


def settled(
    ground: Ground,
    kind: Kind,
    gone: NDArray[np.int64],
    eased: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> Kind:
    """Return a kind with exact labels, given where they may not be: nodes, and rows of doors.

    ``eased`` are nodes from which a new arc leads.
    """
    labels = repaired(
        towards(ground.graph),
        kind.labels,
        kind.sources,
        gone=gone,
        eased=eased,
        bits=ground.bits,
        limit=limit_us(ground.limit_s, ground.bits),
    )
    if not np.array_equal(labels, kind.labels):
        rows = _concerned(kind.labels, labels, ground.people.ends, rows)
    return asked_again(ground, replace(kind, labels=labels), rows)


def asked_again(ground: Ground, kind: Kind, rows: NDArray[np.int64]) -> Kind:
    """Return a kind whose labels of nodes are exact with those of some rows of doors."""
    now = found_labels(ground, kind, rows)
    if np.array_equal(now, kind.found[rows]):
        return kind
    found = kind.found.copy()
    found[rows] = now
    return replace(kind, found=found)


@kernel
def _concerned(
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    ends: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return some rows of doors, and those with an end whose label differs, ascending."""
    chosen = np.zeros(len(ends), np.bool_)
    for row in rows:
        chosen[row] = True
    found, size = np.empty(len(ends), np.int64), 0
    for row in range(len(ends)):
        start, end = ends[row, 0], ends[row, 1]
        if start >= 0 and (before[start] != after[start] or before[end] != after[end]):
            chosen[row] = True
        if chosen[row]:
            found[size] = row
            size += 1
    return found[:size].copy()


def on_edges(ground: Ground, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of doors on some edges."""
    return np.flatnonzero(np.isin(ground.people.doors.edge, edges))


def found_labels(ground: Ground, kind: Kind, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the labels of some doors."""
    by_edge = np.argsort(kind.sources.edge, kind="stable")
    by_edge = by_edge[kind.sources.edge[by_edge] >= 0]
    doors, bits, graph = door_rows(ground.people.doors, rows), ground.bits, towards(ground.graph)
    zeros = np.zeros(len(by_edge), np.int64)
    found = asked(
        graph.ends, _as_they_are(len(kind.labels)), kind.labels.reshape(-1, 1), doors, bits.rank
    )
    ask_along(graph, door_rows(kind.sources, by_edge), zeros, by_edge, doors, bits, found)
    found[found >> bits.rank > limit_us(ground.limit_s, bits)] = FAR
    return found[:, 0]


@lru_cache(maxsize=2)
def _as_they_are(nodes: int) -> NDArray[np.int32]:
    """Return the row of every node where labels are by node."""
    return np.arange(nodes, dtype=np.int32)


def differences(
    ground: Ground,
    old: Mapping[str, Kind],
    new: Mapping[str, Kind],
    before: Mapping[str, NDArray[np.int64]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what differs, by door and by unit; ``before`` are labels with the ranks of now."""
    who, bits = ground.people, ground.bits
    names = list(before)
    rows = [
        np.flatnonzero(new[name].found != before[name])
        if new[name].found is not before[name]
        else np.empty(0, np.int64)
        for name in names
    ]
    facility, walk_s, sums = [], [], []
    for name, differs in zip(names, rows, strict=True):
        kind = new[name]
        found = kind.found[differs]
        there = found != FAR
        was = old[name].found[differs] != FAR if name in old else ~there & False
        owner = np.full(len(found), None, dtype=object)
        owner[there] = kind.ids[found[there] & ((1 << bits.rank) - 1)]
        facility.append(owner)
        walk_s.append(np.where(there, (found >> bits.rank) / US_PER_S, np.nan))
        sums.append([_by_unit(who, differs[now]) for now in (there & ~was, was & ~there)])
    doors = pd.DataFrame(
        {
            "id": np.concatenate([who.ids[differs] for differs in rows]),
            "kind": np.repeat(np.array(names, dtype=object), [len(differs) for differs in rows]),
            # As objects: pandas would turn None into NaN in a column of text.
            "facility_id": pd.Series(np.concatenate(facility), dtype=object),
            "walk_s": np.concatenate(walk_s),
        }
    )
    people = np.array(sums)  # kinds, gained or lost, units
    kind_row, unit_row = np.nonzero(people.any(axis=1))
    units = pd.DataFrame(
        {
            "unit": who.units[unit_row],
            "kind": np.array(names, dtype=object)[kind_row],
            "people_gained": people[kind_row, 0, unit_row],
            "people_lost": people[kind_row, 1, unit_row],
        }
    )
    return doors, units


def _by_unit(who: People, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    sums = np.bincount(who.unit[rows], who.people[rows], minlength=len(who.units))
    return sums.astype(np.float64)
