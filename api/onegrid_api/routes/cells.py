"""The cells of the grid, and the cell of a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter

from onegrid_api.deps import LatQuery, LonQuery, PageDep, ResultsDep, VersionDep
from onegrid_api.errors import NotThereError
from onegrid_api.forms import ERRORS
from onegrid_api.schemas import Contact, FeaturePage, WhichCell

if TYPE_CHECKING:
    from onegrid_api.results import Results

router = APIRouter(prefix="/api", tags=["grid"], responses=ERRORS)


@router.get("/cells")
def cells(results: ResultsDep, page: PageDep, version: VersionDep) -> FeaturePage:
    """Return cells as GeoJSON; counts of few people are null."""
    version.is_of(results.state_of("grid.gpkg"))
    total = len(results.cells())
    features = results.cell_features(page.rows)
    return FeaturePage(
        type="FeatureCollection", total=total, features=features, next=page.next(total)
    )


@router.get("/which-cell")
def which_cell(results: ResultsDep, lon: LonQuery, lat: LatQuery) -> WhichCell:
    """Return the cell, the community and the subdistrict of a place."""
    cell_id = results.cell_at(lon, lat)
    cell = results.cells().loc[cell_id]
    community = results.communities().loc[cell["community_id"]]
    return WhichCell(
        cell_id=cell_id,
        code=cell["code"],
        name=cell["name"],
        community_id=cell["community_id"],
        community=community["name"],
        subdistrict=community["subdistrict_name"] or cell["subdistrict_id"],
        contacts=_contacts(results, {"cell": cell_id, "community": cell["community_id"]}),
    )


def _contacts(results: Results, units: dict[Literal["cell", "community"], str]) -> list[Contact]:
    """Return whom the office has published for some units; nobody where it has not."""
    try:
        known = results.contacts()
    except NotThereError:
        return []
    told = known[~known.index.duplicated()].to_dict("index")
    found = {level: told[unit] for level, unit in units.items() if unit in told}
    return [Contact(of=level, name=row["name"], phone=row["phone"]) for level, row in found.items()]
