"""``onegrid sites``: where to build next, how much that covers, and how good that is at best."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from onegrid.circles.places import join_places
from onegrid.circles.reach import nearest, reach
from onegrid.coverage.demand import place_points
from onegrid.coverage.walks import Catchments, catchments_of
from onegrid.crs import to_lonlat
from onegrid.io.files import refuse_overwrite, write_layers
from onegrid.pipeline.inputs import there
from onegrid.pipeline.siting_inputs import CAPACITATED, read_sites
from onegrid.pipeline.stages import Run
from onegrid.siting.capacity import choose_served
from onegrid.siting.exact import Spending
from onegrid.siting.explain import explain
from onegrid.siting.sentences import site_table
from onegrid.siting.situation import Situation, stacked
from onegrid.siting.solve import choose_sites
from onegrid.standards import number

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from onegrid.pipeline.siting_inputs import SitesInputs, SitesQuestion, SitesTables
    from onegrid.siting.solve import Sited
    from onegrid.standards import Profile


def situation_of(
    tables: SitesTables, question: SitesQuestion
) -> tuple[Situation, dict[str, list[str]]]:
    """Return the needs of every kind and door, and who and what no street reaches."""
    limit_s = far_s = question.minutes * 60
    if question.problem == "p-center":  # shortens walks that are beyond the limit too
        far_s = max(limit_s, number("nearest_minutes") * 60)
    doors, sites = tables.people.index, tables.candidates.index
    pairs, off = _reached(tables, tables.candidates, far_s, question.profile)
    weight = tables.people[question.weight].to_numpy(np.float64)
    limits = np.full(len(doors), limit_s)
    parts = [
        Situation(pairs, weight, _now(tables, kind, question.profile), limits, len(sites))
        for kind in question.kinds
    ]
    asked = tables.facilities[tables.facilities["kind"].isin(list(question.kinds))]
    return stacked(parts), {
        "facilities": list(
            join_places(tables.network, asked, profile=question.profile).unreachable
        ),
        "people": sorted(off & set(doors.astype(str))),
        "candidates": sorted(off & set(sites.astype(str))),
    }


def _reached(
    tables: SitesTables, places: gpd.GeoDataFrame, limit_s: float, profile: Profile
) -> tuple[Catchments, set[str]]:
    """Return the pairs of door and place within a walk, and the ids of what no street reaches."""
    found = reach(
        tables.network,
        places,
        tables.people,
        limit_s=limit_s,
        profile=profile,
        rounded=False,  # limits apply before rounding
    )
    pairs = found.pairs.rename(columns={"from_id": "facility_id", "to_id": "door_id"})
    return catchments_of(pairs, limit_s, tables.people.index, places.index), set(found.unreachable)


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
        sited, served = _chosen(tables, question, situation)
        table = _table(tables, question, situation, sited)
        if served:
            table = table.assign(served=served.pop("load"))
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
        **{name: _plain(value) for name, value in served.items()},
        **_spent(table, question),
        "kinds": list(question.kinds),
        "minutes": question.minutes,
        "profile": question.profile.name,
        "weight": question.weight,
        "total": _plain(float(situation.weight.sum())),
        "candidates": len(tables.candidates),
        "sites": [
            {
                "candidate_id": str(name),
                "at": [round(place.x, 7), round(place.y, 7)],  # lon/lat, as a scenario says it
                **{c: _plain(row[c]) for c in ("gained", "served") if c in table},
                "why": row["why"],
            }
            for (name, row), place in zip(table.iterrows(), to_lonlat(table).geometry, strict=True)
        ],
        "unreachable": unreachable,
        **notes,
    }


def _chosen(
    tables: SitesTables, question: SitesQuestion, situation: Situation
) -> tuple[Sited, dict[str, Any]]:
    """Return the chosen sites and, where these serve only so many, how much is served."""
    if question.problem != CAPACITATED:
        cost = tables.candidates["cost"].to_numpy(np.float64, na_value=np.nan)
        budget = math.inf if question.budget is None else question.budget
        return choose_sites(
            situation,
            problem=question.problem,
            count=question.count,
            spending=Spending(cost, budget) if question.needs_cost else None,
        ), {}
    there_are = tables.facilities[tables.facilities["kind"] == question.kinds[0]].sort_index()
    limit_s = float(question.minutes * 60)
    nothing = np.empty(0, dtype=np.int64)
    standing = Catchments(nothing, nothing, np.empty(0))
    if len(there_are):
        standing, _ = _reached(tables, there_are, limit_s, question.profile)
    sited, served = choose_served(
        situation,
        standing,
        room=there_are["capacity_people"].fillna(np.inf).to_numpy(np.float64),
        each=question.capacity_people or 0.0,
        count=question.count or situation.sites,
    )
    return sited, served._asdict()


def _spent(table: gpd.GeoDataFrame, question: SitesQuestion) -> dict[str, Any]:
    if not question.needs_cost:
        return {}
    return {"cost": _plain(float(table["cost"].sum())), "budget": question.budget}


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
