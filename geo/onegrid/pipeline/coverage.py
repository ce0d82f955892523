"""``onegrid coverage``: who reaches which service on foot, who does not, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from onegrid import schema, standards
from onegrid.circles.places import join_places
from onegrid.circles.reach import nearest, reach
from onegrid.coverage.fixes import candidate_points, cheapest_fixes, uncovered
from onegrid.coverage.gaps import Coverage, CoverageOptions, measure_coverage
from onegrid.coverage.links import missing_links, street_points
from onegrid.coverage.report import report
from onegrid.coverage.spread import spread_totals
from onegrid.coverage.tables import facility_table, worst_doors
from onegrid.io.files import OutputFolder, write_csv, write_json, write_layers, write_parquet
from onegrid.io.packs import read_standard
from onegrid.network.tags import EdgeFlag
from onegrid.pipeline.elder_care import elder_profile, measure_elder_care
from onegrid.pipeline.folder import FACILITIES_FILE, PEOPLE_FILE, joined_report
from onegrid.pipeline.inputs import Reader, Reading, there
from onegrid.pipeline.stages import Run
from onegrid.pipeline.walking import open_network
from onegrid.siting.next_sites import next_sites
from onegrid.standards.norm_packs import unverified_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from onegrid.circles.places import Places
    from onegrid.coverage.effects import Fix
    from onegrid.coverage.fixes import Fixes
    from onegrid.coverage.spread import Spread
    from onegrid.network.build import Network
    from onegrid.standards import Norm, Profile


@dataclass(frozen=True)
class CoverageInputs:
    """Where the tables of a coverage run come from: ``FILE`` or ``FILE#layer`` each.

    With ``buildings``, ``people`` are totals of areas that are spread over them by floor area.
    """

    network: str
    facilities: str
    people: str
    grid: str
    standard: str
    reading: Reading = field(default_factory=Reading)
    buildings: str = ""

    def files(self) -> list[str]:
        """Return every file, none of which may be written to."""
        files = [self.network, self.facilities, self.people, self.grid, self.standard]
        return [*files, self.buildings] if self.buildings else files


@dataclass(frozen=True)
class CoverageTables:
    """The inputs as tables, in the CRS of the grid; ``absent`` are counts without any figure."""

    network: Network
    facilities: gpd.GeoDataFrame
    people: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    norms: tuple[Norm, ...]
    missing_counts: dict[str, int]
    absent: list[str]


def read_coverage(inputs: CoverageInputs) -> tuple[CoverageTables, dict[str, Any]]:
    """Read all inputs, or raise every problem of every file at once."""
    reader = Reader(inputs.reading)
    streets = reader.attempt(open_network, inputs.network)
    norms = reader.attempt(read_standard, inputs.standard)
    cells = reader.read("cells", inputs.grid, schema.CELLS)
    crs = None if cells is None else cells.crs.to_string()
    facilities = reader.read("facilities", inputs.facilities, schema.ELDER_FACILITIES, crs=crs)
    spread = bool(inputs.buildings)
    counted = schema.TOTALS if spread else schema.RESIDENTS
    people = reader.read("people", inputs.people, counted, crs=crs)
    buildings = (
        reader.read("buildings", inputs.buildings, schema.BUILDINGS, crs=crs) if spread else None
    )
    reader.check()
    counts = there(people)
    missing = reader.missing_counts.get("people", {})
    absent = _absent(counts, missing)
    shared = None if buildings is None else spread_totals(counts.drop(columns=absent), buildings)
    doors = counts if shared is None else shared.people.assign(**dict.fromkeys(absent, 0))
    tables = CoverageTables(
        network=there(streets),
        facilities=there(facilities),
        people=doors,
        cells=there(cells),
        norms=there(norms),
        missing_counts=missing,
        absent=absent,
    )
    skipped = {k: list(v) for k, v in reader.skipped.items()}
    return tables, {**reader.notes(), "skipped": skipped, **_spread_notes(shared)}


def _absent(people: gpd.GeoDataFrame, missing: Mapping[str, int]) -> list[str]:
    """Return the counts that the file has no figure of: they are unknown, not 0."""
    rows = len(people)
    return [name for name in people if missing.get(name) == rows or people[name].isna().all()]


def _spread_notes(shared: Spread | None) -> dict[str, Any]:
    """Return what a report says of totals that were spread over buildings."""
    if shared is None:
        return {}
    return {
        "spread": {
            "without_building": list(shared.without_building),
            "without_floor_area": list(shared.without_floor_area),
            "empty_buildings": len(shared.empty_buildings),
        }
    }


def measure(tables: CoverageTables, *, profile: Profile) -> tuple[Coverage, Fixes]:
    """Measure one walking profile; return the coverage and the ranked fixes."""
    kinds = {norm.kind: norm.limit_s for norm in tables.norms}
    relevant = tables.facilities[tables.facilities["kind"].isin(list(kinds))]
    homes = join_places(tables.network, tables.people, profile=profile)
    doors = nearest(tables.network, relevant, homes, profile=profile)
    pairs = {
        kind: pairs_of(
            tables.network,
            relevant[relevant["kind"] == kind],
            homes,
            limit_s=limit_s,
            profile=profile,
        )
        for kind, limit_s in kinds.items()
    }
    shut = (tables.network.flags & EdgeFlag.CLOSED).any()
    if_open = (
        nearest(tables.network.opened(), relevant, tables.people, profile=profile) if shut else None
    )
    options = CoverageOptions(
        profile=profile,
        pairs=pairs,
        if_open=if_open,
        barriers=tables.network.barriers,
        barrier_names=tables.network.barrier_names,
    )
    coverage = measure_coverage(
        doors, tables.people, tables.facilities, tables.cells, tables.norms, options=options
    )
    limit_s = max(kinds.values())
    links, starts = _links(tables, coverage, limit_s)
    sites = _sites(tables, coverage, limit_s)
    return coverage, cheapest_fixes(coverage, sites=sites, links=links, starts=starts)


def _sites(tables: CoverageTables, coverage: Coverage, limit_s: float) -> list[Fix]:
    """Return new sites worth counting, where people are uncovered."""
    places = candidate_points(coverage)
    if not len(places):
        return []
    reached = reach(
        tables.network, places, tables.people, limit_s=limit_s, profile=coverage.options.profile
    ).pairs
    columns = {"from_id": "candidate_id", "to_id": "door_id"}
    return next_sites(coverage, places, reached.rename(columns=columns))


def _links(
    tables: CoverageTables, coverage: Coverage, limit_s: float
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return new ways worth counting, and the walks of uncovered doors to where they start."""
    network, profile = tables.network, coverage.options.profile
    usable = (network.flags & (EdgeFlag.CLOSED | EdgeFlag.UNDERGROUND)) == 0
    points = street_points(network.lines[usable], network.crs)
    kinds = {service.kind for service in coverage.measured.services}
    relevant = tables.facilities[tables.facilities["kind"].isin(kinds)]
    links = missing_links(coverage, points, nearest(network, relevant, points, profile=profile))
    lacking = tables.people[tables.people.index.isin(uncovered(coverage))]
    starts = points[points.index.isin(set(links["point_id"]))]
    found = reach(network, lacking, starts, limit_s=limit_s, profile=profile, rounded=False).pairs
    return links, found.rename(columns={"from_id": "door_id", "to_id": "point_id"})


def pairs_of(
    network: Network,
    facilities: gpd.GeoDataFrame,
    homes: gpd.GeoDataFrame | Places,
    *,
    limit_s: float,
    profile: Profile,
) -> pd.DataFrame:
    """Return ``door_id, facility_id, walk_s`` of every door and facility within a walk."""
    if not len(facilities):
        return pd.DataFrame({"door_id": [], "facility_id": [], "walk_s": []})
    found = reach(
        network,
        facilities,
        homes,
        limit_s=limit_s,
        profile=profile,
        rounded=False,  # the zones of accessibility end at exact times
    )
    return found.pairs.rename(columns={"from_id": "facility_id", "to_id": "door_id"})


def _off_streets(tables: CoverageTables, profile: Profile) -> dict[str, list[str]]:
    """Return the ids of facilities of the norm, and of doors, that join no street."""
    kinds = {norm.kind for norm in tables.norms}
    asked = {
        "facilities_off_streets": tables.facilities[tables.facilities["kind"].isin(kinds)],
        "people_off_streets": tables.people,
    }
    return {
        name: sorted(join_places(tables.network, places, profile=profile).unreachable)
        for name, places in asked.items()
    }


def coverage(inputs: CoverageInputs, out: Path, *, profiles: tuple[Profile, ...]) -> dict[str, Any]:
    """Read, measure every profile, write; return the report.

    ``doors.parquet`` (with the cause of each door), ``fixes.csv``, ``fix_cells.csv`` and
    ``worst_doors.csv`` are of the first profile, ``gaps.csv`` and ``facility_checks.csv`` of all;
    ``elders.csv`` and ``elder_fixes.csv`` are of the pace of the elder-care page;
    ``people.parquet`` is everybody as counted, for questions that are asked later.
    """
    run = Run("coverage")
    with run.stage("读取", files=len(inputs.files())):
        tables, notes = read_coverage(inputs)
    results = {}
    for profile in profiles:
        with run.stage(f"计算服务覆盖（{profile.label_zh}）", doors=len(tables.people)):
            results[profile.name] = measure(tables, profile=profile)
    first, fixes = results[profiles[0].name]
    pace = elder_profile(profiles)
    with run.stage(f"汇总养老服务（{pace.label_zh}）"):
        elders = measure_elder_care(
            tables.network,
            tables.facilities,
            tables.people.drop(columns=tables.absent),
            tables.cells,
            profile=pace,
        )
    walker, (_, care) = next(
        (p.name, results[p.name]) for p in (pace, *profiles) if p.name in results
    )
    of_care = care.table[care.table["kind"].isin(standards.ELDER_KINDS)]
    elder_fixes = of_care.assign(profile=walker)
    told = {
        name: report(
            found,
            tables.cells,
            missing_counts=tables.missing_counts,
            beside=[other for other, _ in results.values()],
        )
        for name, (found, _) in results.items()
    }
    off = _off_streets(tables, profiles[0])
    summary = {**told[profiles[0].name], "profiles": told, **off, **notes}
    marks = unverified_kinds(tables.norms)

    def marked(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(unverified=table["kind"].map(marks))

    with run.stage("写出"), OutputFolder(out, inputs=inputs.files()) as stage:
        gaps = pd.concat([found.gaps for found, _ in results.values()], ignore_index=True)
        checks = [facility_table(found.measured, name) for name, (found, _) in results.items()]
        causes = first.door_causes[["cause", "walk_air_ratio", "barrier"]]
        write_parquet(stage / "doors.parquet", first.doors.join(causes), private=True)
        write_csv(stage / "facility_checks.csv", marked(pd.concat(checks)), private=True)
        write_csv(stage / "gaps.csv", gaps, private=True)
        write_csv(stage / "fixes.csv", marked(fixes.table), private=True)
        write_csv(stage / "worst_doors.csv", worst_doors(first.measured), private=True)
        write_csv(stage / "fix_cells.csv", fixes.cells, private=True)
        write_csv(stage / "elders.csv", elders, private=True)
        write_csv(stage / "elder_fixes.csv", marked(elder_fixes), private=True)
        write_parquet(stage / PEOPLE_FILE, tables.people, private=True)
        write_layers(stage / FACILITIES_FILE, {"facilities": tables.facilities})
        write_json(stage / "report.json", joined_report(out, "coverage", summary))
        run.write(stage / "run.json")
    return summary
