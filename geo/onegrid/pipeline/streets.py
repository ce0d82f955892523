"""``onegrid network``: streets to a network."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from onegrid import schema
from onegrid.io.files import Loaded, read_table, refuse_overwrite
from onegrid.io.networks import write_network
from onegrid.io.reading import OSM_FILES
from onegrid.network.build import build_network
from onegrid.network.skeleton import contractible
from onegrid.pipeline.stages import Run

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from onegrid.network.arrays import Network


def network(source: str, out: Path, *, node: bool = False, place: bool = False) -> dict[str, Any]:
    """Build a walk network from a file of lines, or from a place by name, and write it."""
    run = Run("network")
    refuse_overwrite(out, () if place else (source,))
    with run.stage("读取道路"):
        loaded = Loaded(_download(source)) if place else _read_lines(source)
    lines = loaded.frame
    with run.stage("构建步行路网", lines=len(lines)):
        built, report = build_network(lines, node=node)
    with run.stage("排定消去次序", nodes=len(built.xy)):
        built = contractible(built)
    with run.stage("写出"):
        write_network(built, out)
    return {**dataclasses.asdict(report), "findings": [f.as_row() for f in loaded.findings]}


def network_of(source: str) -> Network:
    """Return the network of a file of lines."""
    return build_network(_read_lines(source).frame)[0]


def _read_lines(source: str) -> Loaded:
    if not source.split("#", maxsplit=1)[0].lower().endswith(OSM_FILES):
        return read_table(source, schema.ROADS, heights=True)
    from onegrid.io.osm import read_osm  # noqa: PLC0415  (importing osmnx takes a second)

    return Loaded(read_osm(source))


def _download(place: str) -> gpd.GeoDataFrame:
    from onegrid.io.osm import read_place  # noqa: PLC0415  (importing osmnx takes a second)

    return read_place(place)
