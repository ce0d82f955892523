"""What the merged grid chose where departments disagree, and why, in words a planner reads."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from onegrid import standards
from onegrid.grids.atoms import skeleton_lines
from onegrid.layers.borders import borders_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

_ON_LINE_M = 0.02  # a border piece this close to a road is the road
_NAMED = 3  # old borders of one department that a sentence names
# what a border may follow, the strongest first; the words are those of the sentence
FOLLOWED: Final = {
    "community": "社区界线",
    "barrier": "铁路、水系或围墙",
    "road": "道路",
    "department": "部门界线",
    "own": "为均衡规模新画的线",
}


@dataclass(frozen=True)
class Drawn:
    """One old border of one department along a border of the merged grid.

    ``codes`` are the old cells on both sides; ``area_m2`` lies between the old border and the new
    one over ``length_m``.
    """

    department: str
    codes: str
    area_m2: float
    length_m: float

    def text(self) -> str:
        """Return the entry of column ``drawn``."""
        offset_m = self.area_m2 / self.length_m
        return f"{self.department}:{self.codes}:{offset_m:.1f}m:{self.area_m2:.0f}m2"


def explained(
    rows: gpd.GeoDataFrame,
    strips: pd.DataFrame,
    atoms: gpd.GeoDataFrame,
    departments: Mapping[str, gpd.GeoDataFrame],
    roads: gpd.GeoDataFrame | None,
    names: Mapping[str, str],
) -> gpd.GeoDataFrame:
    """Return the conflicts with ``drawn``, ``followed``, ``reason`` and ``choices``.

    Parameters
    ----------
    rows
        Conflicts with ``kind``, ``level``, ``between``, ``households`` and ``group``.
    strips
        The strips of the groups.
    names
        Names of communities by id.
    """
    strips = strips[strips["group"].isin(rows["group"])]
    followed = _followed(rows, atoms, departments, roads)
    drawn = _drawn(strips, departments)
    blocks = strips.drop_duplicates(["group", "atom"])
    homes = atoms["households"].to_numpy()[blocks["atom"]]
    in_blocks = pd.Series(homes).groupby(blocks["group"].to_numpy()).sum()
    columns = ("level", "kind", "between", "households", "group")
    told = []
    for (level, kind, between, inside, group), line in zip(
        zip(*(rows[c].tolist() for c in columns), strict=True), followed, strict=True
    ):
        split = kind == "cut_ignored" and 0 < inside < in_blocks[group]
        sides = "与".join(names.get(i, i) for i in between.split(";"))
        told.append(
            {
                "drawn": ";".join(d.text() for d in drawn[group]),
                "followed": ":".join(part for part in line if part),
                "reason": _sentence((kind, split), line, sides, drawn[group]),
                "choices": _choices(level, line, drawn[group]),
            }
        )
    texts = pd.DataFrame(told, columns=["drawn", "followed", "reason", "choices"], dtype=object)
    texts.index = rows.index
    return rows.join(texts)


def _drawn(
    strips: pd.DataFrame, departments: Mapping[str, gpd.GeoDataFrame]
) -> dict[int, list[Drawn]]:
    """Return the old borders of each group by department, the largest area first."""
    codes = {n: layer["code"].astype(str).tolist() for n, layer in departments.items()}
    columns = [strips[c].tolist() for c in ("department", "drawn", "main")]
    sides = ["|".join(sorted((codes[d][a], codes[d][b]))) for d, a, b in zip(*columns, strict=True)]
    pairs = strips.assign(codes=np.array(sides, dtype=object))
    total = pairs.groupby(["group", "department", "codes"])[["area_m2", "length_m"]].sum()
    table = total.reset_index().sort_values(
        ["group", "department", "area_m2", "codes"],
        ascending=[True, True, False, True],
        kind="stable",
    )
    found: dict[int, list[Drawn]] = {}
    fields = ("group", "department", "codes", "area_m2", "length_m")
    for group, *entry in zip(*(table[f].tolist() for f in fields), strict=True):
        found.setdefault(group, []).append(Drawn(*entry))
    return found


def _followed(
    rows: gpd.GeoDataFrame,
    atoms: gpd.GeoDataFrame,
    departments: Mapping[str, gpd.GeoDataFrame],
    roads: gpd.GeoDataFrame | None,
) -> list[tuple[str, str]]:
    """Return for each row what the new border follows along most of its length, and its name."""
    cells = atoms["cell_id"].to_numpy().astype(str)
    borders = borders_of(atoms.geometry.to_numpy()).between(pd.factorize(cells)[0])
    sides = np.sort(np.stack([cells[borders.left], cells[borders.right]], axis=1), axis=1)
    between = pd.Series([f"{a};{b}" for a, b in sides], dtype=object)
    asked = between.isin(set(rows["between"])).to_numpy()
    what = _what(shapely.points(borders.middles_m[asked]), departments, roads)
    table = pd.DataFrame(
        {"between": between[asked].to_numpy(), "length_m": borders.length_m[asked]}
    )
    table[["what", "name"]] = what
    total = table.groupby(["between", "what", "name"])["length_m"].sum().reset_index()
    total["kind_m"] = total.groupby(["between", "what"])["length_m"].transform("sum")
    total = total.sort_values(
        ["kind_m", "what", "length_m", "name"], ascending=[False, True, False, True], kind="stable"
    )
    first = total.drop_duplicates("between")
    best = dict(zip(first["between"], zip(first["what"], first["name"], strict=True), strict=True))
    return [
        ("community", "") if level == "community" else best.get(between, ("own", ""))
        for level, between in zip(rows["level"], rows["between"], strict=True)
    ]


def _what(
    middles: NDArray[np.object_],
    departments: Mapping[str, gpd.GeoDataFrame],
    roads: gpd.GeoDataFrame | None,
) -> NDArray[np.object_]:
    """Return what each border piece lies on, and its name, shape (n, 2); the strongest wins."""
    found = np.full((len(middles), 2), "", dtype=object)
    found[:, 0] = "own"
    streets, barriers = skeleton_lines(roads)
    for kind, lines in (("road", streets), ("barrier", barriers)):
        near, line = shapely.STRtree(lines).query(middles, predicate="dwithin", distance=_ON_LINE_M)
        found[near, 0] = kind
        found[near, 1] = _road_names(roads, lines)[line]
    rest = np.flatnonzero(found[:, 0] == "own")
    for name in sorted(departments, reverse=True):  # the first name is written last
        rims = shapely.boundary(departments[name].geometry.to_numpy())
        near, _ = shapely.STRtree(rims).query(
            middles[rest], predicate="dwithin", distance=standards.number("border_match_m")
        )
        found[rest[near]] = np.array(["department", name], dtype=object)
    return found


def _road_names(roads: gpd.GeoDataFrame | None, lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the name of each line, "" where it has none."""
    if roads is None or "name" not in roads:
        return np.full(len(lines), "", dtype=object)
    by_line = dict(zip(map(id, roads.geometry.to_numpy()), roads["name"], strict=True))
    names = [by_line.get(id(line)) for line in lines]
    return np.array([n if isinstance(n, str) else "" for n in names], dtype=object)


def _choices(level: str, line: tuple[str, str], drawn: list[Drawn]) -> str:
    """Return what an edit may resolve a conflict to; no edit moves the border of a community."""
    if level == "community":
        return "accept"
    takes = sorted(
        {d.department for d in drawn} - ({line[1]} if line[0] == "department" else set())
    )
    return ";".join(["accept", *(f"take:{name}" for name in takes), "redraw"])


def _sentence(kind: tuple[str, bool], line: tuple[str, str], sides: str, drawn: list[Drawn]) -> str:
    """Say which border was followed, who drew it where, and why (Chinese)."""
    what, name = line
    if what == "community":
        chosen = f"沿{sides}的社区界线，网格不跨社区"
    elif what == "department":
        chosen = f"新界线沿{standards.department_label(name)}所画界线"
    else:
        chosen = f"新界线沿{FOLLOWED[what]}" + (f"“{name}”" if name else "")
    who = "；".join(
        _who(list(part)) for _, part in itertools.groupby(drawn, key=lambda d: d.department)
    )
    if kind == ("cut_ignored", True):
        why = "画线切开的地块未切开，整块划入一个网格"
    elif kind[0] == "cut_ignored":
        why = "画线切开的地块只有一侧有人居住，整块划入一个网格"
    else:
        why = f"偏差在{standards.number('border_snap_m'):g}米以内，视为同一条界线"
    return f"{chosen}。{who}。{why}。"


def _who(part: list[Drawn]) -> str:
    """Say how one department drew: its old codes on both sides, and how far off."""
    label = standards.department_label(part[0].department)
    offset_m = sum(d.area_m2 for d in part) / sum(d.length_m for d in part)
    codes = "、".join(d.codes for d in part[:_NAMED])
    more = f"等{len(part)}段" if len(part) > _NAMED else ""
    return f"{label}（{codes}{more}）平均偏{offset_m:.1f}米"
