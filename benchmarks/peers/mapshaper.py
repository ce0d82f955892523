"""mapshaper -clean, run by Node on Shapefiles; its CPU includes reading and writing them."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyogrio
from bench.columns import Layer, coded, load_dirty, polygonal
from bench.measure import FOLDER

if TYPE_CHECKING:
    from collections.abc import Generator

Layers = dict[str, Layer]
_ROOT = FOLDER.parent
_HOOK = Path(__file__).with_name("peak.cjs")
_PROGRAM = _ROOT / ".bench-venv/node/node_modules/mapshaper/bin/mapshaper"
_peaks: list[float] = [0.0]


def peak_mb() -> float:
    """Return the highest peak of the Node processes."""
    return max(_peaks)


def clean(dirty_path: str) -> Generator[Layers, None, Layers]:
    """Repair each layer with the default options."""
    return _each(dirty_path, ())


def clean_wide(dirty_path: str) -> Generator[Layers, None, Layers]:
    """Repair each layer, gaps up to 30 m."""
    return _each(dirty_path, ("gap-width=30m",))


def _each(dirty_path: str, options: tuple[str, ...]) -> Generator[Layers, None, Layers]:
    dirty = load_dirty(dirty_path)
    yield {}
    done: Layers = {}
    for name, layer in dirty.layers.items():
        done[name] = _cleaned(layer, options, dirty.crs)
        yield done
    return done


def _cleaned(layer: Layer, options: tuple[str, ...], crs: str) -> Layer:
    with tempfile.TemporaryDirectory() as place:
        drawn, left = Path(place) / "drawn.shp", Path(place) / "left.shp"
        frame = gpd.GeoDataFrame({"code": layer.codes}, geometry=polygonal(layer.shapes), crs=crs)
        pyogrio.write_dataframe(frame, drawn, driver="ESRI Shapefile", encoding="UTF-8")
        words = [str(drawn), "encoding=utf8", "-clean", *options, "-o", str(left)]
        node = [str(_ROOT / "tools/with_node.sh"), "node", "-r", str(_HOOK), str(_PROGRAM)]
        peak = Path(place) / "peak"
        told = {**os.environ, "PEAK_FILE": str(peak)}
        subprocess.run([*node, *words], check=True, capture_output=True, env=told)  # noqa: S603
        _peaks.append(float(peak.read_text(encoding="ascii")) / 1024)
        found = pyogrio.read_dataframe(left)
    return Layer(np.asarray(found.geometry.to_numpy()), coded(found["code"].to_numpy()))
