"""Tiles of layers, kept while their layers stay as they are, within bounds."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from onegrid.maps.tile_grid import BUFFER
from onegrid.maps.tile_layer import TileLayer

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import geopandas as gpd

    from onegrid.maps.tile_grid import Box, Tile

_BYTES_MAX: Final = 64_000_000
_LAYERS_MAX: Final = 48
_ONE_BYTES: Final = 200  # what an entry takes beside its content
GZIP_LEVEL: Final = 5  # the next ones cost twice the time for a hundredth of the size


@dataclass(frozen=True)
class Source:
    """A layer that somebody may see.

    ``key`` names it among all, ``state`` changes whenever its rows do, ``frame`` gives them: the
    index is the id, columns are what may be shown to whoever asks.
    """

    key: tuple[Hashable, ...]
    name: str
    title: str
    state: Hashable
    frame: Callable[[], gpd.GeoDataFrame]
    zoom_min: int = 0


@dataclass(frozen=True)
class DrawnTile:
    """A tile, packed with gzip unless it is empty; ``digest`` is of its content."""

    content: bytes
    digest: str

    @property
    def plain(self) -> bytes:
        """The tile as it is before packing."""
        return gzip.decompress(self.content) if self.content else b""


_EMPTY: Final = DrawnTile(b"", hashlib.sha256(b"").hexdigest())


@dataclass
class _Kept:
    """A layer as it was last seen; one thread at a time looks at it anew."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    state: Hashable = None
    layer: TileLayer | None = None


class Tiles:
    """Cuts tiles from layers; a tile is cut anew only where its layer changed."""

    def __init__(self, *, bytes_max: int = _BYTES_MAX, layers_max: int = _LAYERS_MAX) -> None:
        self._bytes_max, self._layers_max = bytes_max, layers_max
        self._layers: OrderedDict[tuple[Hashable, ...], _Kept] = OrderedDict()
        self._tiles: OrderedDict[tuple[tuple[Hashable, ...], Tile], DrawnTile] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """How many bytes of tiles are kept."""
        return self._size

    def tile(self, source: Source, tile: Tile) -> DrawnTile:
        """Return a tile of a layer as it is now."""
        layer = self.layer(source)
        place = (source.key, tile)
        with self._lock:
            found = self._tiles.get(place)
            if found is not None:
                self._tiles.move_to_end(place)
                return found
        plain = layer.tile(tile)
        made = _EMPTY
        if plain:
            packed = gzip.compress(plain, GZIP_LEVEL, mtime=0)
            made = DrawnTile(packed, hashlib.sha256(plain).hexdigest())
        with self._lock:
            current = self._layers.get(source.key)
            if current is not None and current.layer is layer:  # else it has changed meanwhile
                self._keep(place, made)
        return made

    def layer(self, source: Source) -> TileLayer:
        """Return a layer as it is now, read anew only if it has changed."""
        with self._lock:
            kept = self._layers.setdefault(source.key, _Kept())
            self._layers.move_to_end(source.key)
            if kept.layer is not None and kept.state == source.state:
                return kept.layer
            gone = [key for key in self._layers if key != source.key][: -self._layers_max + 1]
            for key in gone:
                self._forget(key, None)
                del self._layers[key]
        with kept.lock:
            if kept.layer is not None and kept.state == source.state:
                return kept.layer
            made = TileLayer(source.name, source.frame(), zoom_min=source.zoom_min)
            boxes = [] if kept.layer is None else kept.layer.differing(made)
            with self._lock:
                self._forget(source.key, boxes)
                kept.layer, kept.state = made, source.state
            return made

    def _keep(self, place: tuple[tuple[Hashable, ...], Tile], made: DrawnTile) -> None:
        if place not in self._tiles:
            self._size += len(made.content) + _ONE_BYTES
        self._tiles[place] = made
        while self._size > self._bytes_max:
            _, old = self._tiles.popitem(last=False)
            self._size -= len(old.content) + _ONE_BYTES

    def _forget(self, key: tuple[Hashable, ...], boxes: list[Box] | None) -> None:
        """Drop the tiles of a layer that any of the boxes touches; None is everywhere."""
        for place in [place for place in self._tiles if place[0] == key]:
            if boxes is None or any(_touch(place[1].box(BUFFER), box) for box in boxes):
                self._size -= len(self._tiles.pop(place).content) + _ONE_BYTES


def _touch(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
