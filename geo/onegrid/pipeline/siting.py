"""``onegrid sites``: where to build next, how much that covers, and how good that is at best."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from onegrid import schema
from onegrid.circles.places import join_places
from onegrid.circles.reach import nearest, reach
from onegrid.coverage.demand import place_points
from onegrid.coverage.walks import catchments_of
from onegrid.crs import in_crs
from onegrid.errors import InputError, Problem
from onegrid.io.files import refuse_overwrite, write_layers
from onegrid.pipeline.inputs import Reader, Reading, there
from onegrid.pipeline.stages import Run
from onegrid.pipeline.walking import open_network
from onegrid.siting.candidates import candidate_buildings, candidate_corners
from onegrid.siting.explain import explain
from onegrid.siting.sentences import site_table
from onegrid.siting.situation import Situation, stacked
from onegrid.siting.solve import PROBLEMS, choose_sites
from onegrid.standards import kinds as known_kinds
from onegrid.standards import number

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from onegrid.network.build import Network
    from onegrid.siting.solve import Sited
    from onegrid.standards import Profile

WEIGHTS = ("people", "households", "elders_60", "elders_80", "elders_alone")


@dataclass(frozen=True)
class SitesInputs:
    """Where the tables come from; communities are only for the explanation.

    Without a file of candidates they are made from ``"buildings"`` or street ``"corners"``.
    """

    network: str
    facilities: str
    people: str
    candidates: str | None = None
    communities: str | None = None
    made_from: str = "buildings"
    reading: Reading = field(default_factory=Reading)

    def files(self) -> list[str]:
        """Return every file, none of which may be written to."""
        named = (self.network, self.facilities, self.people, self.candidates, self.communities)
        return [file for file in named if file]


@dataclass(frozen=True)
class SitesQuestion:
    """What is asked: how many sites for which kinds, within which walk, counted by which weight."""

    kinds: tuple[str, ...]
    count: int | None
    minutes: float
    profile: Profile
    weight: str = "people"
    problem: str = "mclp"
    spacing_m: float = 100.0


@dataclass(frozen=True)
class SitesTables:
    """The inputs as tables in one metric CRS."""

    network: Network
    facilities: gpd.GeoDataFrame
    people: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame | None


def read_sites(inputs: SitesInputs, question: SitesQuestion) -> tuple[SitesTables, dict[str, Any]]:
    """Read all inputs, or raise every problem of every file and of the question at once."""
    reader = Reader(inputs.reading)
    streets = reader.attempt(open_network, inputs.network)
    people = reader.read("people", inputs.people, schema.PEOPLE)
    crs = None if people is None else people.crs.to_string()
    facilities = reader.read("facilities", inputs.facilities, schema.FACILITIES, crs=crs)
    candidates = (
        reader.read("candidates", inputs.candidates, schema.CANDIDATES, crs=crs)
        if inputs.candidates
        else None
    )
    communities = (
        reader.read("communities", inputs.communities, schema.COMMUNITIES, crs=crs)
        if inputs.communities
        else None
    )
    reader.attempt(_check_question, question, facilities)
    reader.check()
    if not inputs.candidates:
        candidates = _made(inputs.made_from, there(streets), there(people), question)
    tables = SitesTables(
        there(streets), there(facilities), there(people), there(candidates), communities
    )
    return tables, {
        **reader.notes(),
        "skipped": {role: list(ids) for role, ids in reader.skipped.items()},
        "missing_counts": reader.missing_counts.get("people", {}),
    }


def _check_question(question: SitesQuestion, facilities: gpd.GeoDataFrame | None) -> None:
    names = set(known_kinds()) | (set() if facilities is None else set(facilities["kind"]))
    remedy = f"use one of {', '.join(sorted(names))}"
    problems = [
        Problem("KIND_UNKNOWN", f"no facility kind {kind!r}", "--kind", "", remedy)
        for kind in question.kinds
        if kind not in names
    ]
    if question.problem not in PROBLEMS:
        remedy = f"use one of {', '.join(PROBLEMS)}"
        problems.append(Problem("USAGE", f"--problem {question.problem!r}", remedy=remedy))
    if question.count is None and question.problem != "lscp":
        problems.append(Problem("USAGE", "--count is missing", remedy="say how many sites"))
    if question.weight not in WEIGHTS:
        remedy = f"use one of {', '.join(WEIGHTS)}"
        problems.append(Problem("USAGE", f"--weight {question.weight!r}", remedy=remedy))
    if problems:
        raise InputError(*problems)


def _made(
    made_from: str, network: Network, people: gpd.GeoDataFrame, question: SitesQuestion
) -> gpd.GeoDataFrame:
    if made_from == "corners":
        return in_crs(candidate_corners(network, spacing_m=question.spacing_m), people.crs)
    return candidate_buildings(people, weight=question.weight, spacing_m=question.spacing_m)


def situation_of(
    tables: SitesTables, question: SitesQuestion
) -> tuple[Situation, dict[str, list[str]]]:
    """Return the needs of every kind and door, and who and what no street reaches."""
    limit_s = far_s = question.minutes * 60
    if question.problem == "p-center":  # shortens walks that are beyond the limit too
        far_s = max(limit_s, number("nearest_minutes") * 60)
    found = reach(
        tables.network,
        tables.candidates,
        tables.people,
        limit_s=far_s,
        profile=question.profile,
        rounded=False,  # limits apply before rounding
    )
    doors, sites = tables.people.index, tables.candidates.index
    pairs = catchments_of(
        found.pairs.rename(columns={"from_id": "facility_id", "to_id": "door_id"}),
        far_s,
        doors,
        sites,
    )
    weight = tables.people[question.weight].to_numpy(np.float64)
    limits = np.full(len(doors), limit_s)
    parts = [
        Situation(pairs, weight, _now(tables, kind, question.profile), limits, len(sites))
        for kind in question.kinds
    ]
    off = set(found.unreachable)
    asked = tables.facilities[tables.facilities["kind"].isin(list(question.kinds))]
    return stacked(parts), {
        "facilities": list(
            join_places(tables.network, asked, profile=question.profile).unreachable
        ),
        "people": sorted(off & set(doors.astype(str))),
        "candidates": sorted(off & set(sites.astype(str))),
    }


def _now(tables: SitesTables, kind: str, profile: Profile) -> np.ndarray:
    """Return the walk of every door to the nearest facility of a kind, infinite without one."""
    there_are = tables.facilities[tables.facilities["kind"] == kind]
    if not len(there_are):
        return np.full(len(tables.people), np.inf)
    rows = nearest(tables.network, there_are, tables.people, profile=profile)
    return rows["walk_s"].fillna(np.inf).to_numpy(np.float64)


def sites(inputs: SitesInputs, question: SitesQuestion, out: Path) -> dict[str, Any]:
    """Read, choose, explain, write layer ``sites``; return what ``--json`` prints."""
    run = Run("sites")
    refuse_overwrite(out, inputs.files())
    with run.stage("读取", files=len(inputs.files())):
        tables, notes = read_sites(inputs, question)
    with run.stage("计算步行可达", candidates=len(tables.candidates), doors=len(tables.people)):
        tables = dataclasses.replace(
            tables,
            people=tables.people.sort_index(),
            candidates=tables.candidates.sort_index(),
        )
        situation, unreachable = situation_of(tables, question)
    with run.stage("选址", pairs=len(situation.pairs.door)):
        sited = choose_sites(situation, problem=question.problem, count=question.count)
        table = _table(tables, question, situation, sited)
    with run.stage("写出", sites=len(table)):
        write_layers(out, {"sites": table}, private=True)
    return {
        "covered_before": _plain(sited.covered_before),
        "covered_after": _plain(sited.covered_after),
        "bound": _plain(sited.bound),
        "gap": sited.gap,
        "seconds": round(sum(run.seconds.values()), 2),
        "problem": question.problem,
        "objective": _plain(sited.objective),
        "objective_bound": _plain(sited.objective_bound),
        "kinds": list(question.kinds),
        "minutes": question.minutes,
        "profile": question.profile.name,
        "weight": question.weight,
        "total": _plain(float(situation.weight.sum())),
        "candidates": len(tables.candidates),
        "sites": [
            {"candidate_id": str(name), "gained": _plain(row["gained"]), "why": row["why"]}
            for name, row in table.iterrows()
        ],
        "unreachable": unreachable,
        **notes,
    }


def _table(
    tables: SitesTables, question: SitesQuestion, situation: Situation, sited: Sited
) -> gpd.GeoDataFrame:
    places = None if tables.communities is None else _communities(tables)
    return site_table(
        tables.candidates,
        tables.people,
        explain(situation, sited.sites),
        communities=places,
        labels=(question.profile.name, question.minutes, question.weight),
    )


def _communities(tables: SitesTables) -> pd.Series[str]:
    """Return the name of the community each door lies in, empty outside all."""
    areas = there(tables.communities)
    place = place_points(tables.people.geometry.to_numpy(), areas)
    ordered = areas.sort_index()
    names = ordered["name"].fillna(ordered.index.to_series()).astype("str").to_numpy(object)
    return pd.Series(np.append(names, "")[place], tables.people.index)


def _plain(value: float) -> float | int | None:
    """Return a sum of whole weights as a whole number, and what cannot be met as None."""
    if not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else round(float(value), 3)
