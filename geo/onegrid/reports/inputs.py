"""What a report is made from, and what of it the public may read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from onegrid.coverage.demand import LEVELS
from onegrid.coverage.elders import suppress_elders
from onegrid.coverage.privacy import public_cells
from onegrid.coverage.suppress import WITH_COVERED, WITH_PEOPLE, suppress, suppress_fixes
from onegrid.reports.model import HIDDEN, trust
from onegrid.standards import UNVERIFIED
from onegrid.standards.signs import kind_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True, eq=False)
class ReportTables:
    """The result files of a folder as tables; any part may be missing.

    ``cells, communities, subdistricts, conflicts, circles, facilities, sites`` have geometry in one
    metric CRS, ``water`` and ``roads`` too, with ``name``; ``gaps, fixes, fix_cells, elders,
    elder_fixes, checks (of facilities), worst (doors), crosswalk, staff`` are the CSV files,
    ``about`` ``report.json``.
    """

    cells: gpd.GeoDataFrame | None = None
    communities: gpd.GeoDataFrame | None = None
    subdistricts: gpd.GeoDataFrame | None = None
    conflicts: gpd.GeoDataFrame | None = None
    circles: gpd.GeoDataFrame | None = None
    facilities: gpd.GeoDataFrame | None = None
    sites: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
    water: gpd.GeoDataFrame | None = None
    gaps: pd.DataFrame | None = None
    fixes: pd.DataFrame | None = None
    fix_cells: pd.DataFrame | None = None
    checks: pd.DataFrame | None = None
    worst: pd.DataFrame | None = None
    elders: pd.DataFrame | None = None
    elder_fixes: pd.DataFrame | None = None
    crosswalk: pd.DataFrame | None = None
    staff: pd.DataFrame | None = None
    about: dict[str, Any] = field(default_factory=dict)
    office: bool = False

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """The names of the units of every level by id; the id where there is none."""
        found: dict[str, dict[str, str]] = {level: {} for level in LEVELS}
        if self.gaps is not None:
            rows = self.gaps[self.gaps["level"] == LEVELS[-1]]
            found[LEVELS[-1]] = dict.fromkeys(rows["id"].astype(str), "全区")
        cells, communities = self.cells, self.communities
        if cells is not None:
            code = cells["code"].fillna("").astype(str)
            label = cells["name"].fillna("").astype(str).mask(lambda s: s == "", code)
            found["cell"] = dict(zip(cells.index.astype(str), label, strict=True))
        if communities is not None:
            found["community"] = _pairs(communities.index, communities["name"])
            ids, labels = communities["subdistrict_id"], communities["subdistrict_name"]
            found["subdistrict"] = _pairs(ids, labels)
        return found

    @cached_property
    def doubtful(self) -> frozenset[str]:
        """The kinds with a rule that nobody has checked against its source."""
        standard = self.about.get("standard")
        rules = standard.get("rules", ()) if isinstance(standard, dict) else ()
        return frozenset(str(rule["kind"]) for rule in rules if trust(rule["confidence"]))

    def kind_text(self, kind: str) -> str:
        """Return the label of a facility kind, marked if its norm is not verified."""
        return kind_label(kind) + (f"（{UNVERIFIED}）" if kind in self.doubtful else "")

    def names_of(self, rows: pd.DataFrame) -> list[str]:
        """Return the name of the unit of each row with ``level`` and ``id``."""
        names = self.names
        keys = zip(rows["level"], rows["id"].astype(str), strict=True)
        return [names[level].get(unit, unit) for level, unit in keys]


def _pairs(ids: Sequence[Any] | pd.Index | pd.Series, labels: pd.Series) -> dict[str, str]:
    return {str(i): str(name) for i, name in zip(ids, labels.fillna(""), strict=True) if name}


def published(tables: ReportTables) -> ReportTables:
    """Return the tables with every figure `HIDDEN` that the public may not read.

    Without the grid nobody can tell which units make up which, so that tables of residents are
    left out altogether.
    """
    if tables.office:
        return tables
    tables = replace(tables, sites=_without(_marked_sites(tables.sites), ("why",)))
    if tables.cells is None:
        names = (
            "gaps",
            "elders",
            "fixes",
            "fix_cells",
            "checks",
            "worst",
            "elder_fixes",
            "crosswalk",
        )
        nothing: dict[str, Any] = dict.fromkeys(names)
        return replace(tables, **nothing)
    cells, gaps, elders = tables.cells, tables.gaps, tables.elders
    public = None if gaps is None else suppress(gaps, cells)
    return replace(
        tables,
        cells=_marked_cells(cells),
        gaps=None if gaps is None or public is None else _marked_gaps(gaps, public),
        elders=None if elders is None else _marked(elders, suppress_elders(elders, cells, public)),
        fixes=_marked_fixes(tables.fixes),
        worst=None,  # single buildings
        fix_cells=None,  # the cells of a fix overlap those of the next
        checks=_without(tables.checks, ("people_in_reach", "elders_60_in_reach", "use_share")),
        elder_fixes=_marked_fixes(tables.elder_fixes),
        crosswalk=_without(tables.crosswalk, ("households", "household_share")),
        staff=_without(tables.staff, ("households",)),
        conflicts=_without(tables.conflicts, ("households",)),
    )


def _marked_cells(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    public = public_cells(cells)
    names = ("households", "people", "elders_60")
    return cells.assign(**{name: _mark(cells[name], public[name].isna()) for name in names})


def _marked_gaps(gaps: pd.DataFrame, public: pd.DataFrame) -> pd.DataFrame:
    """Mark whole groups: an empty figure beside hidden ones would tell on them."""
    columns: dict[str, pd.Series] = {}
    for counted, names in (("people", WITH_PEOPLE), ("people_covered", WITH_COVERED)):
        hidden = public[counted].isna() & gaps[counted].notna()
        columns |= {name: _mark(gaps[name], hidden) for name in names if name in gaps}
    return gaps.assign(**columns)


def _marked(frame: pd.DataFrame, public: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(
        **{
            name: _mark(frame[name], public[name].isna() & frame[name].notna())
            for name in frame.columns
        }
    )


def _marked_fixes(fixes: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if fixes is None else _marked_gains(fixes)


def _marked_gains(fixes: pd.DataFrame) -> pd.DataFrame:
    """Mark what is hidden; what is shown is round."""
    public = suppress_fixes(fixes)
    changed = [n for n in ("people_gained", "elders_60_gained", "cost_note") if n in fixes]
    shown = {name: public[name].astype(object).fillna(fixes[name]) for name in changed}
    return _marked(fixes.assign(**shown), public)


def _marked_sites(sites: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    gains = ("people_gained", "elders_60_gained")
    if sites is None or not all(name in sites for name in gains):
        return sites
    return _marked_gains(sites)


def _mark(values: pd.Series, hidden: pd.Series) -> pd.Series:
    return values.astype(object).mask(hidden.to_numpy(bool), HIDDEN) if hidden.any() else values


def _without(frame: pd.DataFrame | None, names: tuple[str, ...]) -> pd.DataFrame | None:
    """Leave out counts that no other table bounds."""
    return None if frame is None else frame.drop(columns=[n for n in names if n in frame])
