"""The life of every code: issued, valid, void, and which codes followed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.grids.overlaps import Overlaps, lineage

if TYPE_CHECKING:
    from collections.abc import Iterable

CODE_COLUMNS: Final = (
    "cell_id",
    "community_id",
    "status",
    "issued",
    "voided",
    "reason",
    "successors",
    "geometry",
)
VALID, VOID = "valid", "void"
# why a code ends, the strongest first: what `lineage` says of its ground
REASONS: Final = ("gone", "merged", "split", "redrawn", "renamed", "kept")
_SHARE_UNITS: Final = 10_000  # successor shares have four decimals and sum to 1


def issue_codes(cells: gpd.GeoDataFrame, *, date: str = "") -> gpd.GeoDataFrame:
    """Return the table of codes of a grid that has no history.

    Parameters
    ----------
    cells
        Cells with ``code`` and ``community_id``, indexed by ``cell_id``.
    date
        Day of issue (ISO 8601); empty where nobody said.

    Returns
    -------
    codes
        Indexed by ``code``, sorted; columns `CODE_COLUMNS`. The geometry is a point inside the
        cell: a void code still shows where it was.
    """
    frame = gpd.GeoDataFrame(
        {
            "cell_id": cells.index.to_numpy().astype(object),
            "community_id": cells["community_id"].to_numpy().astype(object),
            "status": VALID,
            "issued": date,
            "voided": "",
            "reason": "",
            "successors": "",
        },
        geometry=shapely.point_on_surface(cells.geometry.to_numpy()),
        index=pd.Index(cells["code"].to_numpy().astype(object), name="code"),
        crs=cells.crs,
    )
    return frame.sort_index()


def renew_codes(
    codes: gpd.GeoDataFrame | None,
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    found: Overlaps,
    *,
    date: str = "",
) -> gpd.GeoDataFrame:
    """Return the table of codes after one grid replaced another.

    Codes that are no longer used become void with reason, date and successors; new ones are
    issued; nothing is ever removed.

    Parameters
    ----------
    codes
        Table of the old grid; None starts one from `old`.
    old, new, found
        Both grids (``code``, ``community_id``, indexed by ``cell_id``) and their `overlaps`.
    date
        Day of the change (ISO 8601); empty where nobody said.

    Raises
    ------
    ValueError
        If the new grid uses a void code: whoever numbered it did not read the table.
    """
    table = issue_codes(old) if codes is None else codes
    table = _with_missing(table, old)
    used = set(new["code"])
    reused = sorted(used & set(table.index[table["status"] == VOID]))
    if reused:
        msg = f"void codes are used again: {', '.join(reused)}"
        raise ValueError(msg)
    fresh = issue_codes(new, date=date)
    ended = table.index[(table["status"] == VALID) & ~table.index.isin(list(used))]
    table = table.copy()
    if len(ended):
        reason, successors = _endings(old, new, found)
        table.loc[ended, "status"] = VOID
        table.loc[ended, "voided"] = date
        table.loc[ended, "reason"] = [reason.get(code, "gone") for code in ended]
        table.loc[ended, "successors"] = [successors.get(code, "") for code in ended]
    staying = table.index[table.index.isin(list(used))]
    for column in ("cell_id", "community_id", "geometry"):
        table.loc[staying, column] = fresh.loc[staying, column]
    issued = fresh[~fresh.index.isin(table.index)]
    together = pd.concat([table, issued]) if len(issued) else table
    return gpd.GeoDataFrame(together.sort_index()[list(CODE_COLUMNS)], crs=new.crs)


def _with_missing(table: gpd.GeoDataFrame, old: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add codes of the old grid that its table lacks: somebody edited the grid."""
    unknown = old[~old["code"].isin(table.index)]
    return pd.concat([table, issue_codes(unknown)]) if len(unknown) else table


def _endings(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, found: Overlaps
) -> tuple[dict[str, str], dict[str, str]]:
    """Return why each old code would end, and which codes have its households (else its area)."""
    codes, names = (np.array(grid["code"], dtype=object) for grid in (old, new))
    kinds = lineage(found, codes, names)
    kinds = kinds[kinds["old_code"] != ""].assign(rank=lambda t: t["kind"].map(REASONS.index))
    first = kinds.sort_values("rank", kind="stable").drop_duplicates("old_code")
    reason = dict(zip(first["old_code"], first["kind"], strict=True))
    successors = {}
    pairs = found.pairs.assign(code=codes[found.pairs["old"]], name=names[found.pairs["new"]])
    for code, part in pairs.groupby("code"):
        lived = part["households"].sum() > 0
        weight = part["households" if lived else "area_m2"].to_numpy()
        successors[str(code)] = write_successors(zip(part["name"], weight, strict=True))
    return reason, successors


def write_successors(weights: Iterable[tuple[str, float]]) -> str:
    """Return successors as text, ``code:share`` joined by ``;``, the largest first.

    Shares have four decimals and sum to 1; what rounds to nothing is left out.

    Examples
    --------
    >>> write_successors([("b", 1.0), ("a", 1.0), ("c", 1.0)])
    'a:0.3334;b:0.3333;c:0.3333'
    """
    ranked = sorted(((w, c) for c, w in weights if w > 0), key=lambda pair: (-pair[0], pair[1]))
    total = sum(w for w, _ in ranked)
    exact = np.array([w / total * _SHARE_UNITS for w, _ in ranked])
    units = np.floor(exact).astype(int)
    rest = np.argsort(units - exact, kind="stable")[: _SHARE_UNITS - units.sum()]
    units[rest] += 1
    return ";".join(
        f"{code}:{unit / _SHARE_UNITS:.4f}"
        for (_, code), unit in zip(ranked, units, strict=True)
        if unit
    )


def read_successors(text: str) -> dict[str, float]:
    """Return the share of each successor of a void code.

    Examples
    --------
    >>> read_successors("a:0.7500;b:0.2500")
    {'a': 0.75, 'b': 0.25}
    """
    pairs = (part.rpartition(":") for part in text.split(";") if part)
    return {code: float(share) for code, _, share in pairs}
