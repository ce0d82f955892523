"""``onegrid scenario``: named sets of changes, side by side with today."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from onegrid.circles.places import join_places
from onegrid.coverage.gaps import CoverageOptions, measure_coverage
from onegrid.crs import in_crs
from onegrid.errors import Gather
from onegrid.io.files import OutputFolder, write_csv, write_json, write_text
from onegrid.pipeline.coverage import CoverageTables, pairs_of, read_coverage
from onegrid.pipeline.folder import joined_report, layer_of
from onegrid.pipeline.scenario_file import TODAY, read_scenarios
from onegrid.pipeline.scenario_text import scenario_text
from onegrid.pipeline.stages import Run
from onegrid.siting.plans import Walked, nearest_table, served_groups, start_walks
from onegrid.siting.public import public_groups, public_scenarios
from onegrid.siting.scenarios import Scenario, changed_facilities, side_by_side
from onegrid.standards.norm_packs import unverified_kinds

if TYPE_CHECKING:
    from onegrid.circles.places import Places
    from onegrid.coverage.gaps import Coverage
    from onegrid.network.arrays import Network
    from onegrid.pipeline.coverage import CoverageInputs
    from onegrid.standards import Profile

# groups of few people: told of a community and above only
GROUPS: Final = (
    *("elders_60", "elders_80", "elders_alone", "elders_80_alone", "children"),
    *("children_in_need", "disabled", "disabled_severe"),
)
_GROUP_LEVELS: Final = ("community", "subdistrict", "district")


class Walks:
    """Today's walks by profile, each made once, and pairs of kinds that no scenario changed.

    Only ways to ``kinds`` are walked: those that the norms of some scenario ask for.
    """

    def __init__(self, tables: CoverageTables, kinds: set[str]) -> None:
        self._tables, self._kinds = tables, kinds
        crs = tables.network.crs
        self.facilities = in_crs(tables.facilities, crs)
        self._people = in_crs(tables.people, crs)
        self._today: dict[str, Walked] = {}
        self._joined: dict[tuple[int, str], tuple[Network, Places]] = {}
        self._pairs: dict[tuple[str, str, float], pd.DataFrame] = {}

    def today(self, profile: Profile) -> Walked:
        """Return the walks of today."""
        if profile.name not in self._today:
            asked = self.facilities[self.facilities["kind"].isin(self._kinds)]
            self._today[profile.name] = start_walks(
                self._tables.network, asked, self._people, profile=profile
            )
        return self._today[profile.name]

    def pairs(
        self, tables: CoverageTables, kind: str, limit_s: float, profile: Profile, *, same: bool
    ) -> pd.DataFrame:
        """Return the pairs of a kind, kept where they are the `same` as today's."""
        key = (profile.name, kind, limit_s)
        if same and key in self._pairs:
            return self._pairs[key]
        mine = tables.facilities[tables.facilities["kind"] == kind]
        homes = self._homes(tables, profile)
        found = pairs_of(tables.network, mine, homes, limit_s=limit_s, profile=profile)
        if same:
            self._pairs[key] = found
        return found

    def _homes(self, tables: CoverageTables, profile: Profile) -> Places:
        """Return everybody as joined to the streets, once for each state of them."""
        network, key = tables.network, (id(tables.network), profile.name)
        if key not in self._joined:
            places = join_places(network, tables.people, profile=profile)
            self._joined[key] = network, places  # held: its id is not given to another
        return self._joined[key][1]


def measured_scenario(
    tables: CoverageTables, walked: Walked, scenario: Scenario, *, walks: Walks, profile: Profile
) -> Coverage:
    """Return the coverage of a scenario whose walks are settled."""
    norms = scenario.norms or tables.norms
    facilities = changed_facilities(tables.facilities, scenario)
    after = CoverageTables(
        network=walked.plan.network,
        facilities=facilities,
        people=tables.people,
        cells=tables.cells,
        norms=norms,
        missing_counts=tables.missing_counts,
        absent=tables.absent,
    )
    options = CoverageOptions(
        profile=profile,
        pairs={
            n.kind: walks.pairs(
                after, n.kind, n.limit_s, profile, same=n.kind not in walked.changed
            )
            for n in norms
        },
        if_open=None if walked.if_open is None else nearest_table(walked.if_open),
        barriers=tables.network.barriers,
        barrier_names=tables.network.barrier_names,
    )
    doors = nearest_table(walked.plan)
    return measure_coverage(doors, tables.people, facilities, tables.cells, norms, options=options)


def scenarios(
    inputs: CoverageInputs, changes: str, out: Path, *, profile: Profile
) -> dict[str, Any]:
    """Read, walk and measure today and every scenario, write; return what ``--json`` prints."""
    run = Run("scenario")
    with run.stage("读取", files=len(inputs.files()) + 1):
        tables, notes = read_coverage(inputs)
        named = read_scenarios(changes, tables.facilities)
        gather = Gather()
        for scenario in named:
            gather.attempt(changed_facilities, tables.facilities, scenario)
        gather.check()
    every = (tables.norms, *(scenario.norms or () for scenario in named))
    walks = Walks(tables, {norm.kind for norms in every for norm in norms})
    in_network = read_scenarios(changes, walks.facilities)
    with run.stage("计算现状步行", doors=len(tables.people)):
        walks.today(profile)
    found: dict[str, Coverage] = {}
    milliseconds: dict[str, float] = {}
    for scenario, moved in zip(
        (Scenario(TODAY), *named), (Scenario(TODAY), *in_network), strict=True
    ):
        walker = scenario.profile or profile
        with run.stage(f"情景：{scenario.name}"):
            before = walks.today(walker)
            started = time.perf_counter()
            walked = before.after(moved, walks.facilities)
            milliseconds[scenario.name] = round(1000 * (time.perf_counter() - started), 1)
            found[scenario.name] = measured_scenario(
                tables, walked, scenario, walks=walks, profile=walker
            )
    compared = side_by_side({name: coverage.gaps for name, coverage in found.items()})
    groups = _groups(tables, found)
    public = public_scenarios(compared, tables.cells, beside=_published(out, compared))
    text = scenario_text(
        public,
        public_groups(groups, public),
        communities=_community_names(inputs.grid),
        unverified=unverified_kinds(
            n for s in (Scenario(TODAY, norms=tables.norms), *named) for n in s.norms or ()
        ),
    )
    with run.stage("写出"), OutputFolder(out, inputs=[*inputs.files(), changes]) as stage:
        write_csv(stage / "scenarios.csv", compared, private=True)
        write_csv(stage / "scenario_groups.csv", groups, private=True)
        write_text(stage / "scenarios.md", text)
        told = {"scenarios": _summary(public), **notes}
        write_json(stage / "report.json", joined_report(out, "scenario", told))
        run.write(stage / "run.json")
    return {"scenarios": _summary(compared), "milliseconds": milliseconds, **notes}


def _published(folder: Path, compared: pd.DataFrame) -> pd.DataFrame | None:
    """Return the gaps of a result folder, which its map and service tell; None for another grid."""
    path = folder / "gaps.csv"
    gaps = pd.read_csv(path, dtype={"id": str}) if path.is_file() else None
    same = gaps is not None and set(gaps["id"]) == set(compared["id"])
    return gaps if same else None


def _community_names(grid: str) -> dict[str, str]:
    """Return the names of communities by id, where the grid's file has them."""
    found = layer_of(Path(grid.partition("#")[0]), "communities", "community_id")
    if found is None or "name" not in found:
        return {}
    names = found["name"].dropna()
    return dict(zip(names.index.astype(str), names.astype(str), strict=True))


def _groups(tables: CoverageTables, found: dict[str, Coverage]) -> pd.DataFrame:
    """Return the groups of residents served, by unit, kind and scenario."""
    people = tables.people.sort_index()
    names = [name for name in GROUPS if name in people and name not in tables.absent]
    parts = []
    for scenario, coverage in found.items():
        measured = coverage.measured
        kinds = [service.kind for service in measured.services]
        for level in _GROUP_LEVELS:
            ids, unit = measured.demand.units.ids[level], measured.demand.unit(level)
            served = served_groups(measured.walks.within, people[names], unit, len(ids))
            whole = np.ones((1, len(people)), dtype=bool)
            total = np.broadcast_to(
                served_groups(whole, people[names], unit, len(ids)), served.shape
            )
            index = pd.MultiIndex.from_product([kinds, names, ids], names=["kind", "group", "id"])
            counts = {"total": total.ravel(), "covered": served.ravel()}
            rows = pd.DataFrame(counts, index=index).astype(np.int64).reset_index()
            parts.append(rows.assign(level=level, scenario=scenario))
    table = pd.concat(parts, ignore_index=True)
    key = ["level", "id", "kind", "group"]
    today = table[table["scenario"] == TODAY].set_index(key)["covered"]
    before = today.reindex(pd.MultiIndex.from_frame(table[key])).fillna(0).to_numpy(np.int64)
    columns = ["level", "id", "kind", "group", "scenario", "total", "covered", "change"]
    return table.assign(change=table["covered"] - before)[columns]


def _summary(compared: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the district's figures of every scenario and kind."""
    district = compared[compared["level"] == "district"]
    counts = ["people_covered", "elders_60_covered", "people_change", "elders_60_change"]
    return [
        {
            "name": str(name),
            "kinds": {
                str(row["kind"]): {
                    count: None if pd.isna(row[count]) else int(row[count]) for count in counts
                }
                for row in rows.to_dict("records")
            },
        }
        for name, rows in district.groupby("scenario", sort=False)
    ]
