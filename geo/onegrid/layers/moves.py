"""Account for every square metre that cleaning a layer moved: from whom, to whom, and how sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid import standards
from onegrid.layers.gaps import TOUCH_M, narrow_gaps, polygons_of
from onegrid.layers.ledger import Repair

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOVED_M2 = 0.01  # less than a hand's breadth squared is rounding, not a repair
_OPEN_GAP_M2 = 1.0


def hand_over_crumbs(
    before: NDArray[np.object_], after: NDArray[np.object_], codes: list[str]
) -> tuple[NDArray[np.object_], list[Repair], NDArray[np.float64]]:
    """Give small parts that came off a polygon to the neighbour with the longest common border.

    Returns
    -------
    shapes, repairs, handed_m2
        The polygons, one repair per polygon that lost or keeps a detached part, and the area each
        gave away.
    """
    shapes, repairs = after.copy(), []
    handed_m2 = np.zeros(len(after))
    more = shapely.get_num_geometries(after) > shapely.get_num_geometries(before)
    for i in np.flatnonzero(more & (shapely.area(after) > 0)):  # few; each changes its neighbours
        parts = shapely.get_parts(shapes[i])
        parts = parts[np.argsort(-shapely.area(parts), kind="stable")]
        whole = max(1, int(shapely.get_num_geometries(before[i])))
        stay, loose = list(parts[:whole]), parts[whole:]
        kept_m2 = 0.0
        for part in loose:
            host = _host(part, shapes, int(i))
            if host < 0 or shapely.area(part) >= standards.number("doubtful_part_m2"):
                stay.append(part)
                kept_m2 += float(shapely.area(part))
            else:
                shapes[host] = polygons_of(shapely.union(shapes[host], part))
                handed_m2[i] += shapely.area(shapely.intersection(part, before[i]))
        shapes[i] = polygons_of(shapely.multipolygons(stay))
        large = kept_m2 >= standards.number("doubtful_part_m2")
        question = f"被他格隔开，另有 {kept_m2:.0f} 平方米不相连，请确认归属" if large else ""
        repairs.append(Repair(codes[i], "detached_part", float(handed_m2[i]), question))
    return shapes, repairs, handed_m2


def _host(part: shapely.Geometry, shapes: NDArray[np.object_], own: int) -> int:
    """Return the polygon with the longest border along `part`, -1 where none touches it."""
    near = np.array([k for k in np.flatnonzero(shapely.intersects(shapes, part)) if k != own])
    if not len(near):
        return -1
    shared = shapely.intersection(shapely.boundary(shapes[near]), shapely.boundary(part))
    length_m = shapely.length(shared)
    return int(near[np.argmax(length_m)]) if length_m.max() > 0 else -1


def account(
    before: NDArray[np.object_],
    after: NDArray[np.object_],
    codes: list[str],
    *,
    handed_m2: NDArray[np.float64],
) -> list[Repair]:
    """Return one repair per polygon and kind of move.

    What a polygon lost (``vanished, shrunken, overlap, wide_overlap, ground_lost``) and won
    (``gap_closed, border_moved``) add up, with what `hand_over_crumbs` moved, to the symmetric
    difference of its shape before and after. Ground of two rows with one code is never doubtful.
    """
    changed = ~shapely.equals_identical(shapely.normalize(before), shapely.normalize(after))
    lost, gained = np.full((2, len(before)), shapely.Polygon(), dtype=object)
    lost[changed] = shapely.difference(before[changed], after[changed])
    gained[changed] = shapely.difference(after[changed], before[changed])
    return [*_taken(lost, before, after, codes, handed_m2), *_won(gained, before, codes)]


def _won(
    gained: NDArray[np.object_], before: NDArray[np.object_], codes: list[str]
) -> list[Repair]:
    """Say what each polygon gained: ground nobody had drawn, and ground another had."""
    total_m2 = shapely.area(gained)
    from_others_m2 = np.zeros(len(gained))
    tree = shapely.STRtree(before)
    i, j = tree.query(gained, predicate="intersects")
    pieces = shapely.intersection(gained[i], before[j])
    real = shapely.area(pieces) > 0
    i, pieces = i[real], pieces[real]
    owner, first = np.unique(i, return_index=True)  # pairs come sorted
    for k, part in zip(owner.tolist(), np.split(pieces, first[1:]), strict=False):
        from_others_m2[k] = shapely.area(shapely.union_all(part))  # drawn by several: once
    gap_m2 = total_m2 - from_others_m2
    found = []
    for kind, area_m2 in (("gap_closed", gap_m2), ("border_moved", from_others_m2)):
        found += [
            Repair(codes[k], kind, float(area_m2[k])) for k in np.flatnonzero(area_m2 > _MOVED_M2)
        ]
    return found


def _taken(
    lost: NDArray[np.object_],
    before: NDArray[np.object_],
    after: NDArray[np.object_],
    codes: list[str],
    handed_m2: NDArray[np.float64],
) -> list[Repair]:
    """Say what each polygon lost, to whom, and whether somebody should look at it."""
    lost_m2 = shapely.area(lost)
    left_share = 1 - lost_m2 / shapely.area(before)
    host, covered_m2 = _receivers(lost, after)
    nobody_m2 = np.maximum(lost_m2 - covered_m2, 0.0)
    nobody_m2[nobody_m2 <= _MOVED_M2] = 0.0
    overlap_m2 = lost_m2 - handed_m2 - nobody_m2
    wide_m2 = np.minimum(_wide_m2(lost), overlap_m2)
    found = [_nobodys(codes[k], float(nobody_m2[k])) for k in np.flatnonzero(nobody_m2)]
    for k in np.flatnonzero(overlap_m2 > _MOVED_M2):
        other = codes[host[k]] if host[k] >= 0 else ""
        given = "" if other == codes[k] else f"重叠部分主要划给 {other}"
        if left_share[k] < standards.number("vanished_share"):
            ask = f"整格与他格重叠而消失，{given}，请确认是否保留" if given else ""
            found.append(Repair(codes[k], "vanished", float(overlap_m2[k]), ask))
        elif left_share[k] < standards.number("shrunken_share"):
            ask = f"一半以上面积与他格重叠而失去，{given}，请确认归属" if given else ""
            found.append(Repair(codes[k], "shrunken", float(overlap_m2[k]), ask))
        else:
            narrow_m2 = float(overlap_m2[k] - wide_m2[k])
            ask = f"与他格重叠 {wide_m2[k]:.0f} 平方米，{given}，请确认归属" if given else ""
            found += [
                Repair(codes[k], kind, area_m2, question)
                for kind, area_m2, question in (
                    ("overlap", narrow_m2, ""),
                    ("wide_overlap", float(wide_m2[k]), ask),
                )
                if area_m2 > _MOVED_M2
            ]
    return found


def _nobodys(code: str, area_m2: float) -> Repair:
    large = area_m2 >= standards.number("doubtful_part_m2")
    question = f"{area_m2:.0f} 平方米修复后不属于任何网格，请确认归属" if large else ""
    return Repair(code, "ground_lost", area_m2, question)


def _receivers(
    lost: NDArray[np.object_], after: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return who received most of what each polygon lost (-1 nobody), and how much all did."""
    k, j = shapely.STRtree(after).query(lost, predicate="intersects")
    area_m2 = shapely.area(shapely.intersection(lost[k], after[j]))
    covered_m2 = np.bincount(k, area_m2, minlength=len(lost)).astype(np.float64)
    host = np.full(len(lost), -1)
    order = np.lexsort((-j, area_m2, k))
    order = order[area_m2[order] > 0]
    host[k[order]] = j[order]  # the last write is the largest receiver
    return host, covered_m2


def _wide_m2(lost: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the area of the pieces wider than a border is ever moved to a road beside it."""
    parts, owner = shapely.get_parts(lost, return_index=True)
    area_m2, length_m = shapely.area(parts), shapely.length(parts)
    width_m = np.divide(2 * area_m2, length_m, out=np.zeros(len(parts)), where=length_m > 0)
    wide = width_m > standards.number("border_snap_m")
    return np.bincount(owner[wide], area_m2[wide], minlength=len(lost)).astype(np.float64)


def open_gaps(shapes: NDArray[np.object_], codes: list[str], *, width_m: float) -> list[Repair]:
    """Name the narrow gaps that stay open to the outside by the polygon most of their rim is of.

    Nothing is moved there: nobody drew that ground, and the crosswalk says so.
    """
    gaps = narrow_gaps(shapes, width_m)
    gaps = gaps[shapely.area(gaps) >= _OPEN_GAP_M2]
    if not len(gaps):
        return []
    k, j = shapely.STRtree(shapes).query(gaps, predicate="dwithin", distance=TOUCH_M)
    rims = shapely.intersection(shapely.boundary(shapes[j]), shapely.buffer(gaps[k], TOUCH_M))
    order = np.lexsort((-j, shapely.length(rims), k))
    longest = np.full(len(gaps), -1)
    longest[k[order]] = j[order]
    return [Repair(codes[owner], "open_gap") for owner in longest if owner >= 0]
