"""The layers of a plan that somebody works on: its rows, and what stands beside it."""

from __future__ import annotations

import tempfile
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd

from onegrid.grids.edit.rows import CELLS
from onegrid.grids.locate import locate
from onegrid.io.networks import read_network
from onegrid.io.reading import read_raw
from onegrid.pipeline.folder import NETWORK_FILE, WATER_FILE
from onegrid.pipeline.map_layers import (
    department_grids,
    gaps_of_cells,
    life_circles,
    road_lines,
    water_areas,
)
from onegrid.pipeline.mapping import streets_of
from onegrid.store import plans, results
from onegrid.store.ground import (
    DEPARTMENT,
    FACILITIES,
    PEOPLE,
    batches_of,
    departments,
    ground,
)
from onegrid.store.models import LAYERS
from onegrid.store.rows import frame_of, read_layer
from onegrid_api.results import GAP_TYPES
from onegrid_api.shown import hidden_elsewhere, of_area, theirs
from onegrid_api.sources import BUILDINGS_ZOOM, FACILITY_COLUMNS, TITLES
from onegrid_api.tiles import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import geopandas as gpd
    from sqlalchemy import Connection

    from onegrid_api.access import Who
    from onegrid_api.deps import Office

T = TypeVar("T")
_FILES: Final = {"roads": NETWORK_FILE, "water": WATER_FILE, "circles": "circles.gpkg",
                 "gaps": "gaps.csv"}  # fmt: skip
_GROUND: Final = {"departments": DEPARTMENT, "buildings": PEOPLE, "people": PEOPLE,
                  "facilities": FACILITIES}  # fmt: skip
_FIGURES_OF_GAPS: Final = ["people", "people_covered", "elders_60", "elders_60_covered",
                           "covered_share", "worst_walk_s", "cause", "accessibility"]  # fmt: skip


def plan_sources(
    office: Office, plan_id: str, who: Who, *, only: str | None = None
) -> dict[str, Source]:
    """Return the layers of a plan that somebody may see, by name; `only` looks for one of them.

    Borders are for all who work on plans; figures, atoms and conflicts those of their areas, and
    ``people`` for those who may read rows of people.

    Raises
    ------
    InputError
        ``PLAN_UNKNOWN``.
    """
    view = PlanView(office, plan_id, who)
    names = [name for name in TITLES if only in (None, name)]
    if not who.may("people"):
        names = [name for name in names if name != "people"]
    with office.workspace.reading() as connection:
        revision = plans.plan_head(connection, plan_id).revision
        looked = _Looked(connection, plan_id)
        states = {name: looked.state(name, revision) for name in names}
        files = {name: looked.sha256(name) for name in names}
    scope = () if who.person is None else tuple(who.person.areas)
    return {
        name: Source(
            ("plan", plan_id, name, scope),
            name,
            TITLES[name],
            state,
            partial(view.layer, name, files[name]),
            BUILDINGS_ZOOM if name in ("buildings", "people") else 0,
        )
        for name, state in states.items()
        if state is not None
    }


class _Looked:
    """What a plan is made from and what was made of it, looked up once and only if it matters."""

    def __init__(self, connection: Connection, plan_id: str) -> None:
        self.batches = cache(lambda role: tuple(batches_of(connection, plan_id, role)))
        self.kept = cache(
            lambda: {one.name: one.sha256 for one in results.list_results(connection, plan_id)}
        )

    def state(self, name: str, revision: int) -> Hashable | None:
        """Return what changes whenever a layer does; None if it is not there."""
        if name in LAYERS:
            return revision
        if name in _GROUND:
            batches = self.batches(_GROUND[name])
            return (batches, revision * (name == "people")) if batches else None
        sha256 = self.sha256(name)
        return (sha256, self.batches(FACILITIES), revision * (name == "gaps")) if sha256 else None

    def sha256(self, name: str) -> str:
        """Return which file a layer is read from; empty if from none."""
        return self.kept().get(_FILES[name], "") if name in _FILES else ""


class PlanView:
    """What somebody sees of a plan."""

    def __init__(self, office: Office, plan_id: str, who: Who) -> None:
        self._workspace, self._plan_id, self._who = office.workspace, plan_id, who

    def layer(self, name: str, sha256: str) -> gpd.GeoDataFrame:
        """Return what is seen of a layer that is there."""
        if name in LAYERS:
            return self.rows(name)
        if name in _GROUND:
            ground_of = {"departments": self.departments, "buildings": self.buildings,
                         "people": self.people, "facilities": self.facilities}  # fmt: skip
            return ground_of[name]()
        file_of = {"roads": self.roads, "water": self.water, "circles": self.circles,
                   "gaps": self.gaps}  # fmt: skip
        return file_of[name](sha256)

    def rows(self, layer: str) -> gpd.GeoDataFrame:
        """Return the rows of a layer; of cells elsewhere the borders only."""
        with self._workspace.reading() as connection:
            found = read_layer(connection, self._plan_id, layer)
            cells = found if layer == CELLS else read_layer(connection, self._plan_id, CELLS)
        shown = list(found.values())
        if layer == CELLS:
            shown = hidden_elsewhere(self._who, shown)
        else:
            shown = of_area(self._who, layer, shown, cells=cells)
        return frame_of(layer, shown, crs=f"EPSG:{self._workspace.srid}")

    def departments(self) -> gpd.GeoDataFrame:
        """Return the old grids of all departments."""
        with self._workspace.reading() as connection:
            names = departments(connection, self._plan_id)
            return department_grids(
                {n: ground(connection, self._plan_id, DEPARTMENT, department=n) for n in names}
            )

    def buildings(self) -> gpd.GeoDataFrame:
        """Return where people live, without who."""
        return self._doors()[["geometry"]].rename_axis("building_id")

    def people(self) -> gpd.GeoDataFrame:
        """Return the doors of one's area with the counts of their residents."""
        doors, who = self._doors(), self._who
        if who.everywhere:
            return doors
        with self._workspace.reading() as connection:
            cells = read_layer(connection, self._plan_id, CELLS)
        own = theirs(who, cells)
        names = sorted(cells)
        at = locate(doors.geometry.to_numpy(), np.array([cells[n].shape for n in names]))
        return doors[[i >= 0 and names[i] in own for i in at]]

    def facilities(self) -> gpd.GeoDataFrame:
        """Return the facilities."""
        return self._facilities()[[*FACILITY_COLUMNS, "geometry"]]

    def roads(self, sha256: str) -> gpd.GeoDataFrame:
        """Return the streets."""
        return self._file(sha256, lambda path: road_lines(streets_of(read_network(path))))

    def water(self, sha256: str) -> gpd.GeoDataFrame:
        """Return rivers and lakes."""
        return self._file(sha256, lambda path: water_areas(read_raw(f"{path}#water").frame))

    def circles(self, sha256: str) -> gpd.GeoDataFrame:
        """Return the life circles."""
        found = self._file(sha256, lambda path: read_raw(f"{path}#circles").frame)
        return life_circles(found, self._facilities()["kind"])

    def gaps(self, sha256: str) -> gpd.GeoDataFrame:
        """Return the gaps of cells; figures are those of one's area."""
        table = self._file(sha256, lambda path: pd.read_csv(path, dtype=GAP_TYPES))
        with self._workspace.reading() as connection:
            cells = read_layer(connection, self._plan_id, CELLS)
        found = gaps_of_cells(
            table, frame_of(CELLS, cells.values(), crs=f"EPSG:{self._workspace.srid}")
        )
        if self._who.everywhere:
            return found
        elsewhere = ~found["cell_id"].isin(theirs(self._who, cells))
        hidden = [c for c in _FIGURES_OF_GAPS if c in found]
        return found.assign(**{c: found[c].mask(elsewhere) for c in hidden})

    def _doors(self) -> gpd.GeoDataFrame:
        with self._workspace.reading() as connection:
            return ground(connection, self._plan_id, PEOPLE)

    def _facilities(self) -> gpd.GeoDataFrame:
        with self._workspace.reading() as connection:
            return ground(connection, self._plan_id, FACILITIES)

    def _file(self, sha256: str, read: Callable[[Path], T]) -> T:
        with self._workspace.reading() as connection:
            content = results.content_of(connection, sha256)
        with tempfile.TemporaryDirectory(prefix="onegrid-tiles-") as folder:
            path = Path(folder) / "kept.gpkg"
            path.write_bytes(content)
            return read(path)
