"""Scenarios walked: changes of facilities and streets settled one by one, never all anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from onegrid.circles.moves import Plan, start_plan
from onegrid.errors import InputError, Problem
from onegrid.network.graph import US_PER_S
from onegrid.network.kernel import FAR
from onegrid.network.tags import EdgeFlag
from onegrid.standards import number

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import numpy.typing as npt

    from onegrid.network.arrays import Network
    from onegrid.siting.scenarios import Scenario
    from onegrid.standards import Profile

    Bools = npt.NDArray[np.bool_]

_FARTHEST_S: Final = 6 * 3600.0  # nobody in a district walks longer


@dataclass(frozen=True, eq=False)
class Walked:
    """Everybody's way to the nearest facility of each kind, and with every closed street open.

    ``if_open`` is None where no street is closed. ``changed`` are the kinds whose facilities are
    others than in the tables it was started from; all kinds where streets are.
    """

    plan: Plan
    if_open: Plan | None
    changed: frozenset[str] = frozenset()

    def after(self, scenario: Scenario, facilities: gpd.GeoDataFrame) -> Walked:
        """Return what a scenario's facilities and streets lead to.

        Parameters
        ----------
        scenario
            Changes of facilities and streets; size, profile and norms change nobody's walk.
        facilities
            The table it starts from, in the CRS of the network.

        Raises
        ------
        InputError
            If no closed street is near a place where one is to be opened.
        """
        plan, other, kinds = self.plan, self.if_open, set(self.changed)
        steps = [(name, facilities["kind"][name], None) for name in scenario.closed]
        steps += [(name, facilities["kind"][name], at) for name, at in scenario.moved.items()]
        if scenario.added is not None:
            new = scenario.added
            steps += list(zip(new.index, new["kind"], new.geometry, strict=True))
        for name, kind, point in steps:
            if kind not in self.plan.kinds and point is None:
                continue
            kinds.add(kind)
            plan = _stepped(plan, str(name), kind, point)
            other = other and _stepped(other, str(name), kind, point)
        for place in scenario.opened:
            plan = plan.open_street(closed_street(plan.network, place, scenario.name)).plan
        for link in scenario.links:
            plan, *rest = _linked([plan] if other is None else [plan, other], link, scenario.name)
            other = rest[0] if rest else None
        if scenario.streets:
            kinds |= set(plan.kinds)
        return replace(self, plan=plan, if_open=other, changed=frozenset(kinds))


def _stepped(plan: Plan, name: str, kind: str, point: shapely.Point | None) -> Plan:
    return (plan.remove(name) if point is None else plan.put(name, kind, point)).plan


def start_walks(
    network: Network, facilities: gpd.GeoDataFrame, people: gpd.GeoDataFrame, *, profile: Profile
) -> Walked:
    """Return everybody's walks today; facilities and people are in the CRS of the network."""

    def start(streets: Network) -> Plan:
        return plan_of_today(streets, facilities, people, profile=profile)

    shut = bool((network.flags & EdgeFlag.CLOSED).any())
    return Walked(start(network), start(network.opened()) if shut else None)


def plan_of_today(
    network: Network,
    facilities: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    *,
    profile: Profile,
    kinds: Iterable[str] | None = None,
) -> Plan:
    """Return everybody's walks to some kinds (None: all) as streets are today."""
    homes = people[[people.geometry.name]].assign(people=people["people"], unit="")
    return start_plan(network, facilities, homes, profile=profile, limit_s=_FARTHEST_S, kinds=kinds)


def closed_street(network: Network, place: shapely.Point, name: str) -> int:
    """Return the closed edge nearest to a place, the lowest of equals.

    Raises
    ------
    InputError
        If there is none within the distance at which doors join.
    """
    closed = np.flatnonzero(network.flags & EdgeFlag.CLOSED)
    away_m = shapely.distance(network.lines[closed], place)
    if not len(closed) or away_m.min() > number("join_limit_m"):
        where = f"at {place.x:.1f} {place.y:.1f}"
        remedy = "give a place on a street that the network holds as closed"
        raise InputError(Problem("NO_CLOSED_STREET", "no closed street here", name, where, remedy))
    return int(closed[np.argmin(away_m)])


def _linked(plans: list[Plan], link: shapely.LineString, name: str) -> list[Plan]:
    """Return plans of the same streets with a link more, from street to street.

    Each end joins the nearest street that people may use, the lowest of equals. Where that is
    between two junctions the street is closed, and its pieces on both sides of the end stand in.

    Raises
    ------
    InputError
        If an end has no street within the distance at which doors join.
    """
    joints = []
    for end in shapely.points(shapely.get_coordinates(link)[[0, -1]]):
        network = plans[0].network
        usable = np.flatnonzero((network.flags & (EdgeFlag.CLOSED | EdgeFlag.UNDERGROUND)) == 0)
        away_m = shapely.distance(network.lines[usable], end)
        if not len(usable) or away_m.min() > number("join_limit_m"):
            where = f"at {end.x:.1f} {end.y:.1f}"
            remedy = "begin and end the link on streets"
            raise InputError(Problem("NO_STREET", "no street at a link's end", name, where, remedy))
        edge = int(usable[np.argmin(away_m)])
        street = network.lines[edge]
        along_m = shapely.line_locate_point(street, end)
        parts = [substring(street, 0, along_m), substring(street, along_m, street.length)]
        joints.append(shapely.get_coordinates(parts[0])[-1])
        if all(part.length > 0 for part in parts):
            plans = [reduce(_with_street, parts, plan).close_street(edge).plan for plan in plans]
    return [_with_street(plan, shapely.LineString(joints)) for plan in plans]


def _with_street(plan: Plan, line: shapely.LineString) -> Plan:
    return plan.add_street(line).plan


def nearest_table(plan: Plan) -> pd.DataFrame:
    """Return ``id, kind, facility_id, walk_s`` of every door and kind, as `circles.reach.nearest`.

    Kinds without any facility have no rows.
    """
    parts = []
    for name, kind in plan.kinds.items():
        if not len(kind.ids):
            continue
        there = kind.found != FAR
        owner = np.full(len(there), None, dtype=object)
        owner[there] = kind.ids[kind.found[there] & ((1 << plan.bits.rank) - 1)]
        walk_s = np.where(there, (kind.found >> plan.bits.rank) / US_PER_S, np.nan)
        rows = {"id": plan.people.ids, "kind": name, "facility_id": owner, "walk_s": walk_s}
        parts.append(pd.DataFrame(rows))
    columns = ["id", "kind", "facility_id", "walk_s"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def served_groups(
    within: Bools, groups: pd.DataFrame, unit: npt.NDArray[np.int64], units: int
) -> npt.NDArray[np.float64]:
    """Return how many of each group are within the limit, float64 (services, groups, units).

    Parameters
    ----------
    within
        bool (services, doors).
    groups
        Counts, a row per door and a column per group.
    unit
        int64 (doors): the unit each door lies in, -1 for none.
    units
        The number of units.

    Examples
    --------
    >>> counts = pd.DataFrame({"children": [3, 4, 5]})
    >>> served_groups(np.array([[True, False, True]]), counts, np.array([0, 0, 1]), 2).tolist()
    [[[3.0, 5.0]]]
    """
    inside = unit >= 0
    values = groups.to_numpy(np.float64, na_value=0.0)[inside]
    sums = np.zeros((units, len(within), values.shape[1]))
    np.add.at(sums, unit[inside], within[:, inside].T[:, :, None] * values[:, None, :])
    return np.moveaxis(sums, 0, 2)
