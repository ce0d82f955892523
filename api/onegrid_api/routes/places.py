"""Places by name: compounds, facilities, communities, cells and streets that are known."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from fastapi import APIRouter, Query

from onegrid.crs import to_lonlat
from onegrid.pipeline.folder import NETWORK_FILE
from onegrid.pipeline.plan_tables import PLACES_FILE
from onegrid_api.deps import ResultsDep
from onegrid_api.forms import ERRORS
from onegrid_api.schemas import Place, Places

if TYPE_CHECKING:
    from onegrid_api.results import Results

router = APIRouter(prefix="/api", tags=["grid"], responses=ERRORS)
_ORDER = ("compound", "community", "subdistrict", "street", "facility", "cell")
_GRID, _FACILITIES = "grid.gpkg", "facilities.gpkg"


@router.get("/places")
def places(
    results: ResultsDep,
    q: Annotated[str, Query(min_length=1, max_length=60, description="a part of a name")],
    count: Annotated[int, Query(ge=1, le=20)] = 8,
) -> Places:
    """Return places whose name or address holds some text; what begins with it comes first."""
    asked = q.strip().lower()
    if not asked:
        return Places(items=[])
    found = [(known.rank(at), known.place) for known in _known(results)
             if (at := known.text.find(asked)) >= 0]  # fmt: skip
    found.sort(key=itemgetter(0))  # in order of the files where all is equal
    return Places(items=[place for _, place in found[:count]])


class _Known(NamedTuple):
    """A place, and the text it is found by: its name, and behind it what it lies in."""

    text: str
    place: Place

    def rank(self, at: int) -> tuple[object, ...]:
        """Return what places are sorted by if what is asked for stands `at` somewhere."""
        name = self.place.name
        return at >= len(name), at != 0, _ORDER.index(self.place.what), len(name), name


def _known(results: Results) -> list[_Known]:
    """Return every name, kept until a file changes."""
    made = {
        _GRID: _of_grid,
        _FACILITIES: _of_facilities,
        NETWORK_FILE: _of_streets,
        PLACES_FILE: _of_compounds,
    }
    files = tuple(name for name in made if results.has(name))

    def make() -> list[_Known]:
        rows = [row for name in files for row in made[name](results).to_dict("records")]
        return [
            _Known(row.pop("text"), Place.model_validate(row)) for row in rows if row["name"] != ""
        ]

    return results.made("places", files, make)


def _of_grid(results: Results) -> pd.DataFrame:
    cells, towns = results.cells(), results.communities()
    cell_homes = towns["name"].reindex(cells["community_id"]).fillna("").to_numpy()
    offices = towns.dissolve("subdistrict_id")
    return pd.concat(
        [
            _rows(cells, "cell", cells["name"], cells["code"] + " " + cell_homes),
            _rows(towns, "community", towns["name"], towns["subdistrict_name"]),
            _rows(offices, "subdistrict", offices["subdistrict_name"], ""),
        ]
    )


def _of_facilities(results: Results) -> pd.DataFrame:
    found = results.facilities()
    return _rows(found, "facility", found["name"], found["address"])


def _of_compounds(results: Results) -> gpd.GeoDataFrame:
    """Return compounds and addresses, as the office has them: outlines or doors."""
    found = results.layer(PLACES_FILE, "places")
    return _rows(found, "compound", found["name"], found.get("address", ""))


def _of_streets(results: Results) -> pd.DataFrame:
    """Return each street once, at the middle of its longest piece."""
    network = results.network()
    named = np.flatnonzero(network.name_id >= 0)
    longest = named[np.argsort(-network.length_m[named], kind="stable")]
    _, first = np.unique(network.name_id[longest], return_index=True)
    edges = longest[first]
    middles = shapely.line_interpolate_point(network.lines[edges], 0.5, normalized=True)
    names = [network.names[name] for name in network.name_id[edges]]
    frame = gpd.GeoDataFrame(geometry=middles, crs=network.crs)
    return _rows(frame, "street", names, "")


def _rows(
    frame: gpd.GeoDataFrame,
    what: str,
    name: pd.Series[Any] | list[str],
    within: Any,  # noqa: ANN401  (one text or one for each)
) -> pd.DataFrame:
    points = to_lonlat(frame.set_geometry(frame.geometry.representative_point())).geometry
    told = pd.DataFrame(index=frame.index).assign(name=name, within=within)
    told = told.fillna("").astype(object)
    text = (told["name"] + " " + told["within"]).astype(str).str.lower()
    return told.assign(what=what, text=text, lon=points.x.round(6), lat=points.y.round(6))
