"""Invented OpenStreetMap extracts of any size, and the work of making a network of one."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way

if TYPE_CHECKING:
    from collections.abc import Generator

STEP_DEG = 0.001  # between two crossroads, about 100 m
BENDS = 3  # nodes between two crossroads
BLOCKS = 6  # that one way passes
HOUSES = 7  # in a block, of five nodes each: in real extracts most nodes are of no street
CLASSES = ("residential", "service", "tertiary", "footway", "primary", "residential")
NAMES = ("中山大道", "解放路", "", "新华路", "")


def write_extract(path: str, side: int) -> Generator[dict[str, int], None, dict[str, int]]:
    """Write a town of `side` by `side` crossroads with its houses as pbf; return its sizes."""
    yield {}
    rng = np.random.default_rng(side)
    writer = osmium.SimpleWriter(path)
    lattice = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), axis=-1)
    corners = lattice * STEP_DEG + rng.uniform(-2e-4, 2e-4, lattice.shape) + [114.0, 30.0]
    steps = np.linspace(0, 1, BENDS + 2)[1:-1, None]
    here = _nodes(writer, 1, corners.reshape(-1, 2))
    ways: list[np.ndarray] = []
    for axis in (0, 1):
        ends = (corners[:-1], corners[1:]) if axis == 0 else (corners[:, :-1], corners[:, 1:])
        start, end = ends[0][..., None, :], ends[1][..., None, :]
        bends = start + (end - start) * steps
        bends += rng.uniform(-2e-5, 2e-5, bends.shape)
        ids = np.arange(here, here + bends[..., 0].size).reshape(bends.shape[:-1])
        here = _nodes(writer, here, bends.reshape(-1, 2))
        rows = np.moveaxis(ids, axis, 0)  # along the street first
        of_node = np.arange(1, side * side + 1).reshape(side, side)
        ways += _streets(rows, of_node if axis == 0 else of_node.T)
    streets = len(ways)
    places = (corners[:-1, :-1, None, None] + STEP_DEG / 2).repeat(HOUSES, 2)
    places = places + rng.uniform(-3e-4, 3e-4, places.shape)
    houses = places + np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * 1e-4
    first = here + np.arange(houses[..., 0].size).reshape(-1, 4)
    here = _nodes(writer, here, houses.reshape(-1, 2))
    ways += list(np.hstack([first, first[:, :1]]))
    for number, refs in enumerate(ways):
        name = NAMES[number % len(NAMES)]
        street = {"highway": CLASSES[number % len(CLASSES)]} | ({"name": name} if name else {})
        tags = street if number < streets else {"building": "yes"}
        writer.add_way(Way(id=number + 1, nodes=refs.tolist(), version=1, tags=tags))
    writer.close()
    return {"nodes": here - 1, "ways": len(ways), "streets": streets}


def _nodes(writer: osmium.SimpleWriter, first: int, xy: np.ndarray) -> int:
    """Write nodes of ascending ids; return the next id."""
    # Changesets are what makes a node of a real extract take about eight bytes.
    changes = np.random.default_rng(first).integers(1, 10**8, len(xy)).tolist()
    for node, (place, change) in enumerate(zip(xy.tolist(), changes, strict=True), first):
        writer.add_node(Node(id=node, location=place, version=1, changeset=change))
    return first + len(xy)


def _streets(bends: np.ndarray, corners: np.ndarray) -> list[np.ndarray]:
    """Return the nodes of every way: corners with the bends between them, a few blocks long."""
    ways = []
    for column in range(corners.shape[1]):
        for block in range(0, len(corners) - 1, BLOCKS):
            last = min(block + BLOCKS, len(corners) - 1)
            each = np.hstack([corners[block:last, column, None], bends[block:last, column]])
            ways.append(np.append(each.ravel(), corners[last, column]))
    return ways


def network_of(path: str) -> Generator[dict[str, Any], None, dict[str, Any]]:
    """Make a network file of an extract as ``onegrid network`` does; return seconds by stage."""
    from onegrid.io.networks import read_network, write_network  # noqa: PLC0415  (what is measured)
    from onegrid.io.osm import read_osm  # noqa: PLC0415
    from onegrid.network.build import build_network  # noqa: PLC0415

    yield {}
    found: dict[str, Any] = {}
    clock = time.process_time()

    def lap(name: str) -> None:
        nonlocal clock
        now = time.process_time()
        found[name], clock = round(now - clock, 2), now

    lines = read_osm(path)
    lap("read_s")
    network, report = build_network(lines)
    lap("build_s")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "town.network"
        write_network(network, file)
        lap("write_s")
        started = time.perf_counter()
        read_network(file)
        found["open_ms"] = round((time.perf_counter() - started) * 1000, 2)
        found["file_mb"] = round(file.stat().st_size / 1e6, 1)
    return {**found, "nodes": report.nodes, "edges": report.edges, "crossings": report.crossings}
