"""Where a department drew a border elsewhere than the merged grid has it: the list to work through.

What a department drew into another of its cells than the ground it now goes with is a strip. All
strips of all departments along one border of the merged grid are one question, and one row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid import standards
from onegrid.grids.reasons import explained

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

CONFLICT_COLUMNS: Final = (
    "kind",
    "departments",
    "area_m2",
    "width_m",
    "households",
    "status",
    "level",
    "between",
    "drawn",
    "followed",
    "reason",
    "choices",
    "geometry",
)
_CRUMB_M2 = 1.0  # overlay noise, far below what anybody could draw
_EMPTY_WORTH_M2 = 200.0  # a smaller row is worth nobody's time where nobody lives
_BESIDE_M = 0.5  # ground this near a strip lies beside it


def find_conflicts(
    atoms: gpd.GeoDataFrame,
    departments: Mapping[str, gpd.GeoDataFrame],
    people: gpd.GeoDataFrame,
    *,
    communities: gpd.GeoDataFrame | None = None,
    community_of: Mapping[str, str] | None = None,
    roads: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return where the merged grid does not follow what a department drew, the gravest first.

    A strip is ground in an atom that a department drew into another old cell than the atom's main
    one, while the rest of that old cell beside it went to another new cell. ``kind`` is
    ``border_shift`` for strips narrower than the snapping tolerance (the border was moved to the
    road beside it) and ``cut_ignored`` for wider ones (nobody lives on one side of the line).

    Parameters
    ----------
    atoms
        Atoms of the merged grid (table ATOMS), sorted by id, metric CRS.
    departments
        Cleaned layers by name with ``code``.
    people
        Points with ``households``.
    communities
        Communities by id with ``name``, for the words of ``reason``.
    community_of
        Community of each ``cell_id``; without it every border is taken as one between cells.
    roads
        Lines of the ROADS table, to say which road a border follows.

    Returns
    -------
    conflicts
        Table CONFLICTS and more (`CONFLICT_COLUMNS`), one row per kind and border between two
        cells, or between two communities. ``households`` counts those inside the strips; rows are
        ranked by the households of strips wider than drawing noise, then all households, then
        area. ``level`` is ``cell`` or ``community``, ``between`` the ids of the two sides,
        ``drawn`` lists department, its old codes on both sides, mean offset and area,
        ``followed`` what the merged border follows, ``reason`` says why (Chinese), ``choices``
        what an edit may resolve it to. Rows of less than 200 m² where nobody lives are left out.
    """
    found = [_strips(atoms, layer, name) for name, layer in sorted(departments.items())]
    strips = pd.concat([_no_strips(), *(f for f in found if len(f))], ignore_index=True)
    strips = _keyed(strips, atoms, dict(community_of or {}))
    rows = _joined(strips, people, atoms.crs)
    ranked = _ranked(rows)
    told = explained(ranked, strips, atoms, departments, roads, _names(communities))
    return told[list(CONFLICT_COLUMNS)]


def _no_strips() -> pd.DataFrame:
    numbers = dict.fromkeys(("atom", "other", "drawn", "main"), np.empty(0, dtype=np.int64))
    return pd.DataFrame(
        {
            **numbers,
            "geometry": np.empty(0, dtype=object),
            "department": np.empty(0, dtype=object),
        }
    )


def _names(communities: gpd.GeoDataFrame | None) -> dict[str, str]:
    if communities is None or "name" not in communities:
        return {}
    names = communities["name"].fillna("").astype(str)
    return {str(i): name for i, name in names.items() if name}


def _strips(atoms: gpd.GeoDataFrame, layer: gpd.GeoDataFrame, department: str) -> pd.DataFrame:
    """Return the strips of one department.

    Columns ``atom`` (its row), ``other`` (row of the atom across the new border), ``drawn`` and
    ``main`` (rows of the layer: old cell of the strip, and of most of its atom), ``geometry``.
    """
    shapes, old = atoms.geometry.to_numpy(), layer.geometry.to_numpy()
    cell = pd.factorize(atoms["cell_id"])[0]
    atom, row = shapely.STRtree(old).query(shapes, predicate="intersects")
    pieces = shapely.intersection(shapes[atom], old[row])
    area_m2 = shapely.area(pieces)
    main = np.full(len(shapes), -1)
    order = np.lexsort((-row, area_m2, atom))
    main[atom[order]] = row[order]  # the last write of an atom is its largest piece
    stray = (main[atom] != row) & (area_m2 > _CRUMB_M2)
    atom, row, pieces = atom[stray], row[stray], pieces[stray]
    other = _across(pieces, atom, row, main, (atoms, old, cell))
    disputed = (other >= 0) & (cell[other] != cell[atom])
    return pd.DataFrame(
        {
            "atom": atom[disputed],
            "other": other[disputed],
            "drawn": row[disputed],
            "main": main[atom[disputed]],
            "geometry": pieces[disputed],
            "department": department,
        }
    )


def _across(
    pieces: NDArray[np.object_],
    atom: NDArray[np.int64],
    row: NDArray[np.int64],
    main: NDArray[np.int64],
    ground: tuple[gpd.GeoDataFrame, NDArray[np.object_], NDArray[np.int64]],
) -> NDArray[np.int64]:
    """Return for each strip the atom beside it that went on as the strip was drawn.

    An atom of the strip's own cell comes first: then nothing was torn apart. Without any such
    atom beside it, it is the atom that holds most of the old cell.
    """
    atoms, _, cell = ground
    shapes = atoms.geometry.to_numpy()
    strip, beside = shapely.STRtree(shapes).query(pieces, predicate="dwithin", distance=_BESIDE_M)
    alike = (main[beside] == row[strip]) & (beside != atom[strip])
    strip, beside = strip[alike], beside[alike]
    area_m2 = shapely.area(shapes)
    apart = cell[beside] != cell[atom[strip]]
    order = np.lexsort((-beside, area_m2[beside], ~apart, strip))
    largest = _largest_atom(main, area_m2, row.max(initial=-1) + 1)
    other = largest[row]
    other[strip[order]] = beside[order]
    return other


def _largest_atom(
    main: NDArray[np.int64], area_m2: NDArray[np.float64], size: int
) -> NDArray[np.int64]:
    """Return the largest atom of each old cell, -1 where it is the main one of none."""
    largest = np.full(max(size, main.max(initial=-1) + 1), -1)
    order = np.lexsort((-np.arange(len(main)), area_m2))
    order = order[main[order] >= 0]
    largest[main[order]] = order
    return largest


def _keyed(
    strips: pd.DataFrame, atoms: gpd.GeoDataFrame, community_of: dict[str, str]
) -> pd.DataFrame:
    """Add to each strip its size, kind, and the border of the merged grid it lies along."""
    shapes = strips["geometry"].to_numpy()
    area_m2, length_m = shapely.area(shapes), shapely.length(shapes)
    width_m = np.divide(2 * area_m2, length_m, out=np.zeros(len(shapes)), where=length_m > 0)
    cells = atoms["cell_id"].to_numpy().astype(str)
    sides = np.stack([cells[strips["atom"]], cells[strips["other"]]], axis=1)
    homes = np.array([[community_of.get(c, "") for c in pair] for pair in sides], dtype=object)
    homes = homes.reshape(-1, 2)
    crosses = homes[:, 0] != homes[:, 1]
    between = np.sort(np.where(crosses[:, None], homes, sides).astype(str), axis=1)
    wide = width_m >= standards.number("border_snap_m")
    keyed = strips.assign(
        area_m2=area_m2,
        length_m=length_m / 2,
        width_m=width_m,
        kind=np.where(wide, "cut_ignored", "border_shift").astype(object),
        level=np.where(crosses, "community", "cell").astype(object),
        between=np.array([f"{a};{b}" for a, b in between], dtype=object),
    )
    return _one_question(keyed)


def _one_question(strips: pd.DataFrame) -> pd.DataFrame:
    """Put cuts that lie on each other into the border of the largest of them.

    Departments may cut the same block along the same line, and still have most of the old cell
    beyond it in different new cells.
    """
    cut = np.flatnonzero(strips["kind"] == "cut_ignored")
    cut = cut[np.argsort(-strips["area_m2"].to_numpy()[cut], kind="stable")]
    shapes = strips["geometry"].to_numpy()[cut]
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    shared_m2 = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    mostly = shared_m2 > shapely.area(shapes[b]) / 2
    host = np.arange(len(cut))
    np.minimum.at(host, b[mostly], a[mostly])  # sorted by size: the first is the largest
    moved = strips.copy()
    for column in ("level", "between"):
        values = moved[column].to_numpy().copy()
        values[cut] = values[cut[host[host]]]
        moved[column] = values
    return moved


def _joined(strips: pd.DataFrame, people: gpd.GeoDataFrame, crs: object) -> gpd.GeoDataFrame:
    """Return one row per kind and border: the union of its strips, and who lives inside."""
    groups = strips.groupby(["kind", "level", "between"], sort=True)
    strips["group"] = groups.ngroup()
    table = groups.agg(departments=("department", lambda d: ";".join(sorted(set(d)))))
    order = np.argsort(strips["group"].to_numpy(), kind="stable")
    bounds = np.flatnonzero(np.diff(strips["group"].to_numpy()[order])) + 1
    parts = np.split(strips["geometry"].to_numpy()[order], bounds) if len(strips) else []
    grid_m = standards.number("grid_size_m")  # overlaid strips may touch by less than rounding
    shapes = np.array(
        [
            _polygons(shapely.union_all(shapely.set_precision(part, grid_m), grid_size=grid_m))
            for part in parts
        ],
        dtype=object,
    )
    area_m2, length_m = shapely.area(shapes), shapely.length(shapes)
    width_m = np.divide(2 * area_m2, length_m, out=np.zeros(len(shapes)), where=length_m > 0)
    inside, touched = _households(strips, people, len(shapes))
    return gpd.GeoDataFrame(
        table.reset_index().assign(
            group=np.arange(len(shapes)),
            area_m2=area_m2.round(2),
            width_m=width_m.round(2),
            households=inside,
            touched=touched,
            status=np.full(len(shapes), "open", dtype=object),
        ),
        geometry=shapes,
        crs=crs,
    )


def _polygons(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a union of strips (an overlay may add lines where strips touch)."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])


def _households(
    strips: pd.DataFrame, people: gpd.GeoDataFrame, groups: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the households inside the strips of each group: all, and in strips wider than noise.

    A home on a hair's breadth of ground is drawing noise, not a question.
    """
    homes = people["households"].to_numpy().astype(float)
    points = people.geometry.to_numpy()
    door, strip = shapely.STRtree(strips["geometry"].to_numpy()).query(
        points, predicate="intersects"
    )
    group = strips["group"].to_numpy()[strip]
    wide = strips["width_m"].to_numpy()[strip] >= standards.number("sliver_width_m")
    counts = []
    for counted in (np.ones(len(strip), dtype=bool), wide):
        pairs = np.unique(np.stack([group[counted], door[counted]], axis=1), axis=0)
        total = np.bincount(pairs[:, 0], homes[pairs[:, 1]], minlength=groups)
        counts.append(np.rint(total).astype(np.int64))
    return counts[0], counts[1]


def _ranked(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    worth = (rows["households"] > 0) | (rows["area_m2"] >= _EMPTY_WORTH_M2)
    ranked = rows[worth].sort_values(
        ["touched", "households", "area_m2", "level", "between", "kind"],
        ascending=[False, False, False, True, True, True],
        kind="stable",
    )
    ids = [f"C{k + 1:05d}" for k in range(len(ranked))]
    return ranked.set_index(pd.Index(ids, name="conflict_id", dtype=object))
