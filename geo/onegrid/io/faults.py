"""Faults between the polygons of one layer: gaps, overlaps, slivers, copies, detached parts.

Everything here looks and reports; repairing is the work of merging, which keeps a ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from onegrid import standards
from onegrid.io.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Ints = NDArray[np.int64]

_SHOWN = 5
_FAULT_AREA_M2 = 1.0
_ELONGATED = 4.0  # an open strip between two polygons is this much longer than wide
_ENCLOSED = 0.7  # and this much of its outline lies on polygons
_MITRE_LIMIT = 5.0
_MOSAIC_SHARE: Final = 0.5  # polygons that fill half their hull are districts, not houses


@dataclass(frozen=True)
class Named:
    """Polygons in metres with the words a reader knows them by."""

    shapes: Shapes
    labels: NDArray[np.object_]

    def kept(self, chosen: NDArray[np.bool_]) -> Named:
        """Return the chosen ones only."""
        return Named(self.shapes[chosen], self.labels[chosen])


def shape_findings(layer: Named) -> list[Finding]:
    """Report invalid rings and detached parts, one feature at a time.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    >>> [f.code for f in shape_findings(Named(np.array([bow_tie]), np.array(["a"], object)))]
    ['INVALID_RING']
    """
    invalid = ~shapely.is_valid(layer.shapes)
    reasons = shapely.is_valid_reason(layer.shapes[invalid])
    where = [f"{n}（{r}）" for n, r in zip(layer.labels[invalid], reasons, strict=True)]
    parts = shapely.get_num_geometries(layer.shapes)
    detached = ~invalid & (parts > 1)
    named = [f"{n}（{p} 块）" for n, p in zip(layer.labels[detached], parts[detached], strict=True)]
    return [
        *_finding("INVALID_RING", where, "按线拆成有效面后取并集，面积变化逐项记入修复表"),
        *_finding("DETACHED_PART", named, "小块并入相接的邻格，其余提请确认；逐项记入修复表"),
    ]


def mosaic_findings(layer: Named) -> list[Finding]:
    """Report copies, overlaps, gaps and slivers among polygons that should tile an area.

    Parameters
    ----------
    layer
        Polygons in a metric CRS; invalid ones are repaired on the fly for looking only.
    """
    first, copies = _copies(layer)
    single = layer.kept(first)
    valid = Named(shapely.make_valid(single.shapes), single.labels)
    sliver = mean_widths_m(valid.shapes) < standards.number("sliver_width_m")
    return [
        *copies,
        *_finding("SLIVER", list(valid.labels[sliver]), "并入共边最长的邻格"),
        *_overlaps(valid.kept(~sliver)),
        *_gaps(valid),
    ]


def looks_like_mosaic(shapes: Shapes) -> bool:
    """Return whether polygons tile an area (grids, districts) rather than stand in it (houses)."""
    valid = shapely.make_valid(shapes)
    hull = shapely.area(shapely.convex_hull(shapely.geometrycollections(valid)))
    return bool(hull > 0 and shapely.area(valid).sum() >= _MOSAIC_SHARE * hull)


def mean_widths_m(shapes: Shapes) -> NDArray[np.float64]:
    """Return the mean width of polygons, twice the area over the outline, in metres.

    Examples
    --------
    >>> mean_widths_m(np.array([shapely.box(0, 0, 2, 200)])).round(2).tolist()
    [1.98]
    """
    outline_m = np.asarray(shapely.length(shapes), dtype=np.float64)
    width_m = np.zeros(len(outline_m))
    np.divide(2 * shapely.area(shapes), outline_m, out=width_m, where=outline_m > 0)
    return width_m


def _finding(code: str, where: Iterable[object], remedy: str) -> list[Finding]:
    named = [str(place) for place in where]
    if not named:
        return []
    more = f" 等 {len(named)} 处" if len(named) > _SHOWN else ""
    return [Finding(code, len(named), "; ".join(named[:_SHOWN]) + more, remedy)]


def _copies(layer: Named) -> tuple[NDArray[np.bool_], list[Finding]]:
    """Return which polygons are the first of their shape, and a finding for the others."""
    keys = shapely.to_wkb(shapely.normalize(layer.shapes))
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    is_first = np.zeros(len(keys), dtype=np.bool_)
    is_first[first] = True
    copied = np.flatnonzero(~is_first)
    names = [f"{layer.labels[first[inverse[i]]]} = {layer.labels[i]}" for i in copied]
    found = _finding("DUPLICATE_FEATURE", names, "只保留一份，其余删除并记入修复表")
    return is_first, found


def _overlaps(layer: Named) -> list[Finding]:
    tree = shapely.STRtree(layer.shapes)
    a, b = tree.query(layer.shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    shared = shapely.intersection(layer.shapes[a], layer.shapes[b])
    area = shapely.area(shared)
    real = (area > _FAULT_AREA_M2) & (mean_widths_m(shared) > standards.number("fault_width_m"))
    order = np.lexsort((b[real], a[real], -area[real]))
    pairs = zip(a[real][order], b[real][order], area[real][order], strict=True)
    names = [f"{layer.labels[i]} × {layer.labels[j]}（{m2:.1f} m²）" for i, j, m2 in pairs]
    return _finding("OVERLAP", names, "按权重与户数判给其中一格，移动面积逐项记入修复表")


def _gaps(layer: Named) -> list[Finding]:
    width_m = standards.number("gap_width_m")
    whole = shapely.union_all(layer.shapes)
    closed = whole.buffer(width_m / 2, join_style="mitre", mitre_limit=_MITRE_LIMIT)
    closed = closed.buffer(-width_m / 2, join_style="mitre", mitre_limit=_MITRE_LIMIT)
    pieces = shapely.get_parts(shapely.difference(closed, whole))
    pieces = pieces[shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON]
    wide = mean_widths_m(pieces) > standards.number("fault_width_m")
    pieces = pieces[(shapely.area(pieces) > _FAULT_AREA_M2) & wide]
    pieces = pieces[_between(pieces, layer.shapes)]
    order = np.argsort(-shapely.area(pieces), kind="stable")
    at = shapely.get_coordinates(shapely.point_on_surface(pieces[order]))
    areas = shapely.area(pieces[order])
    names = [f"({x:.1f}, {y:.1f})（{m2:.1f} m²）" for (x, y), m2 in zip(at, areas, strict=True)]
    return _finding("GAP", names, "并入共边最长的邻格，新增面积逐项记入修复表")


def _between(pieces: Shapes, shapes: Shapes) -> NDArray[np.bool_]:
    """Return which pieces lie between polygons: holes, and long strips that two of them enclose.

    A notch in the outline of the whole layer is not a gap.
    """
    touch_m = standards.number("fault_width_m")
    outline, piece = shapely.get_coordinates(shapely.boundary(pieces), return_index=True)
    same = piece[1:] == piece[:-1]
    middle = shapely.points((outline[1:] + outline[:-1])[same] / 2)
    length_m = np.hypot(*(outline[1:] - outline[:-1])[same].T)
    owner = piece[1:][same]
    tree = shapely.STRtree(shapes)
    side, _ = tree.query(middle, predicate="dwithin", distance=touch_m)
    on_polygon = np.isin(np.arange(len(middle)), side)
    total_m = np.bincount(owner, length_m, len(pieces))
    enclosed = np.bincount(owner, length_m * on_polygon, len(pieces)) / total_m
    near, _ = tree.query(pieces, predicate="dwithin", distance=touch_m)
    touched = np.bincount(near, minlength=len(pieces))
    long = total_m / 2 >= _ELONGATED * mean_widths_m(pieces)
    strip = (touched > 1) & (enclosed >= _ENCLOSED) & long
    return np.asarray((enclosed > 1 - 1e-6) | strip, dtype=np.bool_)
