"""What a merge is made from: files, the tables they hold, and options that speak of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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

    ``sources`` names the file of each department and of the other drawn layers, for messages.
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


def read_merge(inputs: MergeInputs) -> MergeTables:
    """Read all inputs, or raise every problem of every file at once."""
    reader = Reader(inputs.reading)
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
    )


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
