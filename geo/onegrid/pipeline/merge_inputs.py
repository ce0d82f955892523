"""What a merge is made from: files, the tables they hold, and options that speak of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import shapely

from onegrid import schema
from onegrid.crs import district_crs, in_crs
from onegrid.errors import InputError, Problem
from onegrid.pipeline.inputs import Reader, Reading, there
from onegrid.pipeline.previous import read_previous

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from onegrid.grids.keep import Previous
    from onegrid.grids.options import AssignOptions
    from onegrid.io.files import Finding


@dataclass(frozen=True)
class MergeInputs:
    """Where the tables of a merge come from: ``FILE`` or ``FILE#layer`` each."""

    departments: Mapping[str, str]
    communities: str
    households: str
    roads: str | None = None
    reading: Reading = field(default_factory=Reading)
    previous: str | None = None
    dedicated: str | None = None

    def files(self) -> list[str]:
        """Return every file, none of which may be written to."""
        named = [self.communities, self.households, *self.departments.values()]
        return [*named, *(f for f in (self.roads, self.previous, self.dedicated) if f)]


@dataclass(frozen=True)
class MergeTables:
    """The inputs as tables in the metric CRS of the district.

    ``sources`` names the file of each department and of the other drawn layers, for messages;
    ``missing_counts`` tells of how many household points a count is missing, and taken as 0.
    """

    communities: gpd.GeoDataFrame
    people: gpd.GeoDataFrame
    departments: dict[str, gpd.GeoDataFrame]
    roads: gpd.GeoDataFrame | None
    findings: dict[str, tuple[Finding, ...]]
    skipped: dict[str, tuple[str, ...]]
    previous: Previous | None = None
    dedicated: gpd.GeoDataFrame | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    missing_counts: Mapping[str, int] = field(default_factory=dict)


def read_merge(inputs: MergeInputs) -> MergeTables:
    """Read all inputs, or raise every problem of every file at once.

    Raises
    ------
    InputError
        Everything wrong with the files; ``DEPARTMENT_NAME``, and ``DEPARTMENT_ELSEWHERE`` for a
        layer that lies wholly outside the communities.
    """
    reader = Reader(inputs.reading)
    reader.attempt(_refuse, [_name_problem(name) for name in inputs.departments if _marks(name)])
    communities = reader.read("communities", inputs.communities, schema.COMMUNITIES)
    crs = None if communities is None else district_crs(communities)
    people = reader.read("households", inputs.households, schema.PEOPLE, crs=crs)
    layers = {
        name: reader.read(name, path, schema.DEPARTMENT, crs=crs)
        for name, path in inputs.departments.items()
    }
    roads = reader.read("roads", inputs.roads, schema.ROADS, crs=crs) if inputs.roads else None
    dedicated = None
    if inputs.dedicated:
        dedicated = reader.read("dedicated", inputs.dedicated, schema.DEDICATED, crs=crs)
    previous = read_previous(reader, inputs.previous, crs=crs) if inputs.previous else None
    if communities is not None and crs is not None:
        ground = in_crs(communities, crs)
        reader.attempt(_refuse, _elsewhere(layers, ground, inputs.departments))
    reader.check()
    return MergeTables(
        communities=in_crs(there(communities), there(crs)),
        people=there(people),
        departments={name: there(layer) for name, layer in layers.items()},
        roads=roads,
        findings=reader.findings,
        skipped=reader.skipped,
        previous=previous,
        dedicated=dedicated,
        sources={
            **inputs.departments,
            "communities": inputs.communities,
            "dedicated": inputs.dedicated or "",
            "previous": inputs.previous or "",
        },
        missing_counts=reader.missing_counts.get("households", {}),
    )


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise InputError(*problems)


def _marks(name: str) -> bool:
    """Return whether a name has a mark that parts names in the tables."""
    return any(mark in name for mark in ";:|")


def _name_problem(name: str) -> Problem:
    what = f"a name may not hold ; : or |, but {name!r} does"
    return Problem("DEPARTMENT_NAME", what, "", "--department", "use another name")


def _elsewhere(
    layers: Mapping[str, gpd.GeoDataFrame | None],
    communities: gpd.GeoDataFrame,
    sources: Mapping[str, str],
) -> list[Problem]:
    """Return the layers no part of which can lie in a community: most often a wrong CRS."""
    homes = shapely.STRtree(shapely.box(*communities.bounds.to_numpy().T))
    found = []
    for name, layer in layers.items():
        if layer is None or len(homes.query(shapely.box(*layer.bounds.to_numpy().T))[0]):
            continue
        west, south = layer.total_bounds[:2]
        where = f"{name} at {west:.0f}, {south:.0f} in {communities.crs.to_string()}"
        remedy = "check the CRS of the file, or leave the department out"
        what = "no polygon lies in or near a community"
        found.append(Problem("DEPARTMENT_ELSEWHERE", what, sources[name], where, remedy))
    return found


def refuse_unknown(tables: MergeTables, options: AssignOptions) -> None:
    """Refuse options that name a department or a community that is not there.

    Raises
    ------
    InputError
        ``BASE_UNKNOWN``, ``WEIGHT_UNKNOWN`` and ``TARGET_UNKNOWN``, all of them at once.
    """
    departments = set(tables.departments)
    asked = (
        ("BASE_UNKNOWN", "--base", {options.base} - {None}, departments),
        ("WEIGHT_UNKNOWN", "--weight", set(options.weights), departments),
        ("TARGET_UNKNOWN", "--target", set(options.targets), set(tables.communities.index)),
    )
    problems = [
        Problem(code, f"no {_WHAT[code]} {name!r}", "", option, f"use {_some(known)}")
        for code, option, names, known in asked
        for name in sorted(str(n) for n in names - known)
    ]
    if problems:
        raise InputError(*problems)


_WHAT = {
    "BASE_UNKNOWN": "department",
    "WEIGHT_UNKNOWN": "department",
    "TARGET_UNKNOWN": "community",
}
_SHOWN = 6


def _some(names: Iterable[str]) -> str:
    ordered = sorted(names)
    return ", ".join(ordered[:_SHOWN]) + (" …" if len(ordered) > _SHOWN else "")
