"""Files of scenarios: named changes, as JSON or as a table; the schema stands in ``onegrid_data``.

The rules are those of ``onegrid_data/schema/scenarios.schema.json``; a test holds the two together.
"""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.crs import LONLAT, in_crs
from onegrid.errors import Gather, InputError, Problem
from onegrid.io.packs import read_standard
from onegrid.siting.scenarios import Scenario, Size
from onegrid.standards import kind_of_category, kinds, pack, profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from onegrid.standards import Norm

TODAY: Final = "现状"  # what the others are compared with
_SIZES: Final = ("floor_area_m2", "capacity_people")
_OPS: Final[dict[str, tuple[str, ...]]] = {  # what each must say
    "add": ("facility_id", "kind", "at"),
    "move": ("facility_id", "at"),
    "enlarge": ("facility_id",),
    "close": ("facility_id",),
    "open_street": ("at",),
    "open_link": ("at", "to"),
    "profile": ("profile",),
    "norm": ("standard",),
}
_TEXT: Final = ("name", "opening_hours", "phone", "address")
_WORDS: Final = ("facility_id", "kind", "profile", "standard", *_TEXT)
_PLACES: Final = {"at": ("lon", "lat"), "to": ("to_lon", "to_lat")}  # the columns of a table
_OF_TABLES: Final = {"scenario", *(name for names in _PLACES.values() for name in names)}
_LON_MAX, _LAT_MAX = 180.0, 90.0


@dataclass(frozen=True, eq=False)
class _Ground:
    """What changes are made to: the facilities, and where norms are looked up."""

    facilities: gpd.GeoDataFrame
    norms: Callable[[str], tuple[Norm, ...]]


def read_scenarios(path: str, facilities: gpd.GeoDataFrame) -> tuple[Scenario, ...]:
    """Return the scenarios of a file, in its order, in the CRS of the facilities.

    A table has a row per change: ``scenario, op`` and what the change says, ``lon, lat`` for its
    place. JSON is ``{"scenarios": [{"name", "changes": [{"op", …, "at": [lon, lat]}]}]}``.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    rows = _rows(path)
    gather = Gather()
    ground = _Ground(facilities, read_standard)
    found: dict[str, Scenario] = {}
    for number, (name, change) in enumerate(rows, start=1):
        before = found.setdefault(name, Scenario(name))
        faults = _faults(change, path, f"change {number} ({name})")
        gather.add(faults)
        if not faults:
            found[name] = gather.attempt(_with, before, change, ground) or before
    if not found:
        gather.add([Problem("SCENARIO_FILE", "no scenario in the file", path)])
    gather.check()
    return tuple(found.values())


def scenario_of(
    name: str,
    changes: Iterable[Mapping[str, Any]],
    facilities: gpd.GeoDataFrame,
    *,
    norms: Callable[[str], tuple[Norm, ...]] = pack,
) -> Scenario:
    """Return one scenario of changes as a JSON file says them; packs are named, never files.

    Raises
    ------
    InputError
        With every problem of the changes.
    """
    gather = Gather()
    ground = _Ground(facilities, norms)
    found = Scenario(name)
    for number, change in enumerate(changes):
        faults = _faults(change, "", f"changes[{number}]")
        gather.add(faults)
        if not faults:
            found = gather.attempt(_with, found, change, ground) or found
    gather.check()
    return found


def _rows(path: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the name of the scenario and the change, one by one."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        if Path(path).suffix.lower() == ".csv":
            table = csv.DictReader(text.splitlines())
            return [_change_of({k: v for k, v in row.items() if k and v}) for row in table]
        named = [(str(one["name"]), one["changes"]) for one in json.loads(text)["scenarios"]]
        _check_names(named, path)
        return [(name, change) for name, changes in named for change in _objects(changes)]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Problem("FILE_UNREADABLE", str(error), path)) from error
    except (ValueError, KeyError, TypeError) as error:
        what = f"not a file of scenarios ({error})"
        remedy = "see docs/siting.md for an example"
        raise InputError(Problem("SCENARIO_FILE", what, path, remedy=remedy)) from error


def _check_names(named: list[tuple[str, list[Any]]], path: str) -> None:
    names = [name for name, _ in named]
    wrong = {
        "is given twice": {name for name in names if names.count(name) > 1},
        "changes nothing": {name for name, changes in named if not changes},
        "is the name of today": {TODAY} & set(names),
    }
    problems = [
        Problem("SCENARIO_NAME", f"scenario {name!r} {what}", path)
        for what, some in wrong.items()
        for name in sorted(some)
    ]
    if problems:
        raise InputError(*problems)


def _objects(changes: Iterable[Any]) -> list[dict[str, Any]]:
    return [change if isinstance(change, dict) else {"op": change} for change in changes]


def _change_of(row: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Return a row of a table as the JSON would say it; figures that are none stay as text."""
    change: dict[str, Any] = {k: v for k, v in row.items() if k not in _OF_TABLES}
    for name in set(_SIZES) & set(change):
        change[name] = _figure(change[name])
    for place, columns in _PLACES.items():
        if set(columns) & set(row):
            change[place] = [_figure(row.get(column, "")) for column in columns]
    return row["scenario"], change


def _figure(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _faults(change: Mapping[str, Any], path: str, where: str) -> list[Problem]:
    """Return everything that is wrong with a change by itself."""
    op = change.get("op")
    if not isinstance(op, str) or op not in _OPS:
        remedy = f"use one of {', '.join(_OPS)}"
        return [Problem("SCENARIO_OP", f"no change {op!r}", path, where, remedy)]
    wrong = [f"{name} is missing" for name in _OPS[op] if change.get(name) in (None, "")]
    wrong += [
        f"{name} is {change[name]!r}, must be text"
        for name in _WORDS
        if change.get(name) not in (None, "") and not isinstance(change[name], str)
    ]
    if op == "enlarge" and not any(name in change for name in _SIZES):
        wrong.append(f"one of {', '.join(_SIZES)} is missing")
    wrong += [
        f"{name} is {change[name]!r}, must be a number of 0 or more"
        for name in _SIZES
        if name in change and not _is_amount(change[name])
    ]
    wrong += [
        f"{name} is {change[name]!r}, must be [longitude, latitude] in degrees"
        for name in _PLACES
        if change.get(name) is not None and not _is_place(change[name])
    ]
    remedy = f"{op} says {', '.join(_OPS[op])}"
    return [Problem("SCENARIO_CHANGE", what, path, where, remedy) for what in wrong]


def _is_amount(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= float(str(value)) < math.inf


def _is_place(value: object) -> bool:
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004  (longitude and latitude)
        return False
    numbers = [isinstance(v, int | float) and not isinstance(v, bool) for v in value]
    return all(numbers) and abs(value[0]) <= _LON_MAX and abs(value[1]) <= _LAT_MAX


def _with(before: Scenario, change: Mapping[str, Any], ground: _Ground) -> Scenario:
    """Return a scenario with one more change."""
    op, name = change["op"], str(change.get("facility_id", ""))
    if "at" in _OPS[op]:
        return _placed(before, change, ground.facilities)
    if op == "profile":
        return replace(before, profile=profile(change["profile"]))
    if op == "norm":
        return replace(before, norms=ground.norms(change["standard"]))
    if op == "close":
        return replace(before, closed=(*before.closed, name))
    size = Size(*(change.get(each) for each in _SIZES))
    return replace(before, enlarged={**before.enlarged, name: size})


def _placed(before: Scenario, change: Mapping[str, Any], facilities: gpd.GeoDataFrame) -> Scenario:
    """Return a scenario with one more change that has a place."""
    said = [shapely.Point(change[name]) for name in _PLACES if name in change]
    point, *end = in_crs(gpd.GeoDataFrame(geometry=said, crs=LONLAT), facilities.crs).geometry
    if change["op"] == "open_link":
        line = shapely.LineString([point, *end])
        return replace(before, links=(*before.links, line))
    if change["op"] == "open_street":
        return replace(before, opened=(*before.opened, point))
    name = str(change["facility_id"])
    if change["op"] == "move":
        return replace(before, moved={**before.moved, name: point})
    kind = kind_of_category(change["kind"]) or change["kind"]
    if kind not in {*kinds(), *facilities["kind"]}:
        what, remedy = f"no facility kind {kind!r}", "use a kind of the facilities' file"
        raise InputError(Problem("KIND_UNKNOWN", what, before.name, f"at {name}", remedy))
    row = {
        "kind": kind,
        **{each: float(change.get(each, np.nan)) for each in _SIZES},
        **{each: str(change.get(each, "")) for each in _TEXT},
    }
    index = pd.Index([name], name=facilities.index.name)
    shape = facilities.geometry.name
    added = gpd.GeoDataFrame(
        [{**row, shape: point}], index=index, geometry=shape, crs=facilities.crs
    )
    return replace(
        before, added=added if before.added is None else pd.concat([before.added, added])
    )
