"""The results in one folder, read once and fit to be published.

Nothing else in the service opens a file of the workspace. Office files (doors, people, atoms,
figures of few people) leave this module only through what suppresses them.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import numpy as np
import pandas as pd

from onegrid.coverage.demand import place_points
from onegrid.coverage.privacy import public_cells
from onegrid.coverage.suppress import suppress, suppress_fixes
from onegrid.crs import to_lonlat
from onegrid.io.files import read_table
from onegrid.io.networks import read_network
from onegrid.io.reading import list_spatial_layers, read_raw
from onegrid.maps.geojson import feature_collection
from onegrid.pipeline.folder import NETWORK_FILE, WATER_FILE
from onegrid.pipeline.mapping import draw_map
from onegrid.pipeline.plan_tables import CONTACTS_FILE
from onegrid.pipeline.reporting import read_report_tables, write_report
from onegrid.reports import ReportOptions, ReportTables
from onegrid.schema import CELLS, COMMUNITIES, FACILITIES
from onegrid.standards import profile
from onegrid_api.as_published import public_report
from onegrid_api.errors import NotThereError
from onegrid_api.nearby import Nearby, lonlat_point

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from onegrid.network.build import Network

T = TypeVar("T")
_NEARBY_FILES: Final = (NETWORK_FILE, "facilities.gpkg")
_MAP: Final = "map.html"
GAP_TYPES: Final = {"level": "str", "id": "str", "kind": "str", "cause": "str", "profile": "str"}
_KNOWN = (
    *("report.json", "grid.gpkg", "gaps.csv", "facilities.gpkg", "circles.gpkg"),
    *(NETWORK_FILE, WATER_FILE, _MAP, "departments.gpkg", "buildings.gpkg"),
)


class Results:
    """The results in one folder; a file is read when first asked for, and again if it changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, tuple[object, object]] = {}
        self._making: dict[str, Lock] = {}

    def there(self) -> list[str]:
        """Return the names of the results that the service can show."""
        return [name for name in _KNOWN if self.has(name)]

    def has(self, name: str) -> bool:
        """Return whether a file is there."""
        return (self._folder / name).is_file()

    def state_of(self, name: str) -> tuple[int, int]:
        """Return what changes whenever a file does.

        Raises
        ------
        NotThereError
            If there is no such file.
        """
        try:
            state = (self._folder / name).stat()
        except OSError:
            msg = f"no {name} in this workspace"
            raise NotThereError(msg) from None
        return state.st_mtime_ns, state.st_size

    def report(self) -> dict[str, Any]:
        """Return ``report.json`` without ids of single doors."""
        return self._read("report.json", "report", public_report)

    def map_page(self) -> str:
        """Return the map as one page: the one that is there, or drawn from what is there.

        Raises
        ------
        NotThereError
            If there is nothing to draw.
        """
        if self.has(_MAP):
            return self._read(_MAP, "map", lambda path: path.read_text(encoding="utf-8"))
        if set(self.there()) <= {"report.json"}:
            msg = "no map in this workspace"
            raise NotThereError(msg)
        return self._written(_MAP, lambda out: draw_map(self._folder, out)).decode()

    def cells(self) -> gpd.GeoDataFrame:
        """Return the cells with counts that may be published."""
        return self._read("grid.gpkg", "public cells", lambda _: public_cells(self._cells()))

    def communities(self) -> gpd.GeoDataFrame:
        """Return the communities."""
        return self._read("grid.gpkg", "communities", _layer("communities", COMMUNITIES))

    def middle(self) -> tuple[float, float]:
        """Return longitude and latitude of the middle of the district."""
        west, south, east, north = to_lonlat(self._cells()).total_bounds
        return float(west + east) / 2, float(south + north) / 2

    def facilities(self) -> gpd.GeoDataFrame:
        """Return the facilities."""
        return self._read("facilities.gpkg", "facilities", _layer("facilities", FACILITIES))

    def gaps(self) -> pd.DataFrame:
        """Return the gaps with figures that may be published."""
        return self._read(
            "gaps.csv", "gaps", lambda p: suppress(pd.read_csv(p, dtype=GAP_TYPES), self._cells())
        )

    def report_tables(self) -> ReportTables:
        """Return what a report is made of, with every figure: not fit to be published by itself."""
        there = tuple(path.name for path in sorted(self._folder.iterdir()) if path.is_file())
        return self.made("report tables", there, lambda: read_report_tables(self._folder))

    def written(self, suffix: str) -> bytes:
        """Return the public report as a file."""
        options = ReportOptions()
        return self._written(
            f"report{suffix}", lambda out: write_report(self._folder, out, options=options)
        )

    def fixes(self) -> pd.DataFrame:
        """Return the ranked fixes with gains that may be published."""
        return self._read("fixes.csv", "fixes", lambda p: suppress_fixes(pd.read_csv(p)))

    def network(self) -> Network:
        """Return the walk network."""
        return self._read(NETWORK_FILE, "network", read_network)

    def contacts(self) -> pd.DataFrame:
        """Return whom to call, ``name`` and ``phone`` by cell or community, as published."""
        return self._read(
            CONTACTS_FILE,
            "contacts",
            lambda p: pd.read_csv(p, dtype=str).fillna("").set_index("id"),
        )

    def made(self, what: str, names: tuple[str, ...], make: Callable[[], T]) -> T:
        """Return what is made of some files; it is made anew when one of them has changed."""
        return self._keep(what, tuple(self.state_of(name) for name in names), make)

    def at_hand(self, what: str, names: tuple[str, ...]) -> Any | None:  # noqa: ANN401  (any)
        """Return what was `made` of some files if none of them has changed, else None."""
        kept = self._kept.get(what)
        if kept is None or kept[0] != tuple(self.state_of(name) for name in names):
            return None
        return kept[1]

    def cell_features(self, rows: slice) -> list[dict[str, Any]]:
        """Return some cells as GeoJSON features."""
        columns = ["code", "name", "community_id", "subdistrict_id", "households", "people"]
        return _features(self.cells().iloc[rows], [*columns, "elders_60", "area_m2"])

    def facility_features(self, kind: str | None, rows: slice) -> tuple[int, list[dict[str, Any]]]:
        """Return how many facilities there are of a kind (None: of all), and some as features."""
        found = self.facilities()
        if kind is not None:
            found = found[found["kind"] == kind]
        columns = ["kind", "name", "opening_hours", "phone", "address"]
        return len(found), _features(found.iloc[rows], columns)

    def circle_features(
        self, facility_id: str | None, minutes: float | None, rows: slice
    ) -> tuple[int, list[dict[str, Any]]]:
        """Return how many life circles there are, and some as GeoJSON features."""
        found = self.layer("circles.gpkg", "circles")
        for column, wanted in (("facility_id", facility_id), ("minutes", minutes)):
            if wanted is not None:
                found = found[found[column] == wanted]
        return len(found), _features(found.iloc[rows], ["facility_id", "minutes", "area_m2"])

    def layer(self, name: str, layer: str) -> gpd.GeoDataFrame:
        """Return a layer of a file as it stands there: not fit to be published by itself."""
        return self._read(name, f"{name}#{layer}", lambda path: read_raw(f"{path}#{layer}").frame)

    def layer_names(self, name: str) -> list[str]:
        """Return the names of the layers of a file."""
        return self._read(name, f"{name}#", lambda path: list_spatial_layers(str(path)))

    def cell_at(self, lon: float, lat: float) -> str:
        """Return the id of the cell a place lies in.

        Raises
        ------
        NotThereError
            If the place is in no cell.
        """
        cells = self._cells()
        at = place_points(np.array([lonlat_point(lon, lat, cells.crs)]), cells)[0]
        if at < 0:
            msg = f"no cell at {lon:g}, {lat:g}"
            raise NotThereError(msg)
        return str(cells.index.sort_values()[at])

    def nearby(self, walker: str) -> Nearby:
        """Return what tells the nearest facilities to one walking profile."""
        who = profile(walker)  # an unknown one is refused, whatever is there

        def make() -> Nearby:
            return Nearby(self.network(), self.facilities(), who)

        return self.made(_nearby(walker), _NEARBY_FILES, make)

    def nearby_at_hand(self, walker: str) -> Nearby | None:
        """Return the same if it is made already and nothing has changed."""
        return self.at_hand(_nearby(walker), _NEARBY_FILES)

    def _cells(self) -> gpd.GeoDataFrame:
        return self._read("grid.gpkg", "cells", _layer("cells", CELLS))

    def _written(self, name: str, write: Callable[[Path], object]) -> bytes:
        """Return a file that takes seconds to write: once, until a result changes."""

        def make() -> bytes:
            with tempfile.TemporaryDirectory() as folder:
                out = Path(folder) / name
                write(out)
                return out.read_bytes()

        there = tuple(path.name for path in sorted(self._folder.iterdir()) if path.is_file())
        return self.made(name, there, make)

    def _read(self, name: str, what: str, read: Callable[[Path], T]) -> T:
        return self._keep(what, self.state_of(name), lambda: read(self._folder / name))

    def _keep(self, what: str, stamp: object, make: Callable[[], T]) -> T:
        kept = self._kept.get(what)
        if kept is None or kept[0] != stamp:
            # by one thread: those who ask for the same meanwhile wait for it, others do not
            with self._making.setdefault(what, Lock()):
                kept = self._kept.get(what)
                if kept is None or kept[0] != stamp:
                    kept = self._kept[what] = (stamp, make())
        return cast("T", kept[1])


def _layer(name: str, table: Any) -> Callable[[Path], gpd.GeoDataFrame]:  # noqa: ANN401
    return lambda path: read_table(f"{path}#{name}", table).frame


def _nearby(walker: str) -> str:
    return f"nearby, {walker}"


def _features(frame: gpd.GeoDataFrame, columns: list[str]) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = feature_collection(frame, columns, decimals=7)["features"]
    return features
