"""What a change of one facility or one street does to everybody's walk, in milliseconds.

A plan is never changed: each step returns the next plan and what differs, so that undoing is
keeping the old one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from onegrid.circles.places import join_places
from onegrid.circles.settling import asked_again, differences, fresh_kinds, on_edges, settled
from onegrid.circles.standing import (
    LOST,
    Ground,
    Kind,
    People,
    coming,
    door_ends,
    owned,
    places,
    rejoined_people,
    rejoined_sources,
    renumbered,
    spliced,
)
from onegrid.compiled import in_threads
from onegrid.errors import InputError, Problem
from onegrid.network.graph import door_rows, towards, walk_graph, with_edge
from onegrid.network.kernel import FAR, Bits, label_bits
from onegrid.network.links import with_link
from onegrid.network.repair import easing, leaning
from onegrid.network.tags import EdgeFlag

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import shapely
    from numpy.typing import NDArray

    from onegrid.network.arrays import Network
    from onegrid.standards import Profile

_SPARE: Final = 1 << 16  # facilities that may be added to a kind
_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Change:
    """The plan after a step, and what differs.

    ``doors`` has id, kind, facility_id (None: none within the limit) and walk_s (NaN) of every
    door whose nearest facility or time differs; ``units`` has unit, kind, people_gained and
    people_lost: who is within the limit now and was not, and the other way round.
    """

    plan: Plan
    doors: pd.DataFrame
    units: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Plan(Ground):
    """Facilities on a network and how far everybody walks to the nearest of each kind."""

    kinds: dict[str, Kind]

    def put(self, facility_id: str, kind: str, point: shapely.Point) -> Change:
        """Add a facility at a point in the network's CRS, or move the one of that id there.

        Raises
        ------
        InputError
            If there is a facility of that id and another kind.
        """
        other = self._kind_of(facility_id)
        if other not in (None, kind):
            what = f"facility {facility_id} is of kind {other}, not {kind}"
            raise InputError(Problem("FACILITY_KIND", what, remedy="take it away first"))
        old = self.kinds.get(kind) or _empty_kind(self)
        door = coming(self, np.array([point], dtype=object))
        at = int(np.searchsorted(old.ids, facility_id))
        if other is None:
            ids, points = np.insert(old.ids, at, facility_id), np.insert(old.points, at, point)
            next_kind = replace(
                renumbered(old, self.bits, at, 1),
                ids=ids,
                points=points,
                sources=spliced(old.sources, at, at, door),
            )
            return self._after(kind, next_kind, _NONE, door.edge)
        points = old.points.copy()
        points[at] = point
        moved = replace(old, points=points, sources=spliced(old.sources, at, at + 1, door))
        edges = np.append(door.edge, old.sources.edge[at])
        return self._after(kind, moved, owned(old.labels, self.bits, at), edges)

    def remove(self, facility_id: str) -> Change:
        """Take a facility away.

        Raises
        ------
        InputError
            If there is none of that id.
        """
        kind = self._kind_of(facility_id)
        if kind is None:
            raise InputError(Problem("UNKNOWN_ID", f"no facility {facility_id}"))
        old = self.kinds[kind]
        at = int(np.searchsorted(old.ids, facility_id))
        gone = owned(old.labels, self.bits, at)
        labels, found = old.labels.copy(), old.found.copy()
        labels[gone], found[owned(found, self.bits, at)] = FAR, LOST
        left = renumbered(replace(old, labels=labels, found=found), self.bits, at + 1, -1)
        left = replace(
            left,
            ids=np.delete(old.ids, at),
            points=np.delete(old.points, at),
            sources=spliced(old.sources, at, at + 1, door_rows(old.sources, _NONE)),
        )
        return self._after(kind, left, gone, old.sources.edge[[at]])

    def open_street(self, edge: int) -> Change:
        """Open an edge of the network that is closed: a gate, a private road, a planned link."""
        return self._with_street(edge, closed=False)

    def close_street(self, edge: int) -> Change:
        """Close an edge of the network; who joined it joins the nearest that is left."""
        return self._with_street(edge, closed=True)

    def add_street(self, line: shapely.LineString) -> Change:
        """Add a street that is not in the network; see `onegrid.network.links.with_link`.

        Raises
        ------
        InputError
            If it is not a line of some length.
        """
        network = with_link(self.network, line)
        return self._on(network, len(self.network.ends))

    def _with_street(self, edge: int, *, closed: bool) -> Change:
        if not 0 <= edge < len(self.network.ends):
            raise InputError(Problem("UNKNOWN_ID", f"no edge {edge}"))
        flags = self.network.flags.copy()
        bit = np.uint16(EdgeFlag.CLOSED)
        flags[edge] = flags[edge] | bit if closed else flags[edge] & ~bit
        return self._on(self.network.with_flags(flags), edge)

    def _on(self, network: Network, edge: int) -> Change:
        """Settle every kind on a network that differs in one edge, perhaps a new one."""
        graph = with_edge(self.graph, network, self.profile, edge)
        bits = Bits(self.bits.rank, label_bits(graph, 1).node)
        plan = replace(self, network=network, graph=graph, bits=bits)
        people, beside_it = rejoined_people(plan, edge)
        plan = replace(plan, people=people)
        before, after = towards(self.graph), towards(graph)
        more = len(network.xy) - len(self.network.xy)
        known = np.array([edge] if edge < len(self.network.ends) else [], dtype=np.int64)
        rows = np.union1d(beside_it, on_edges(plan, np.array([edge])))

        def settle(name: str) -> Kind:
            old = self.kinds[name]
            if more:
                old = replace(old, labels=np.append(old.labels, np.full(more, FAR)))
            sources, moved = rejoined_sources(plan, old, edge)
            gone, mine = leaning(before, old.labels, known, bits.rank), rows
            eased = easing(after, old.labels, edge, bits.rank)
            if len(moved):
                lost = [owned(old.labels, bits, rank) for rank in moved.tolist()]
                gone = np.unique(np.concatenate([gone, *lost]))
                edges = np.concatenate([old.sources.edge[moved], sources.edge[moved]])
                mine = np.union1d(rows, on_edges(plan, edges))
            now = replace(old, sources=sources)
            if len(gone) == len(eased) == len(moved) == 0:
                return asked_again(plan, now, mine)
            return settled(plan, now, gone, eased, mine)

        kinds = dict(zip(self.kinds, in_threads(settle, self.kinds), strict=True))
        found = {name: kind.found for name, kind in self.kinds.items()}
        return Change(replace(plan, kinds=kinds), *differences(plan, self.kinds, kinds, found))

    def _after(
        self, name: str, changed: Kind, gone: NDArray[np.int64], edges: NDArray[np.int64]
    ) -> Change:
        """Settle one kind, exact but for the nodes ``gone`` and sources on some edges."""
        if len(changed.ids) > 1 << self.bits.rank:
            what = f"{len(changed.ids)} facilities of one kind"
            raise InputError(Problem("PLAN_SIZE", what, remedy="start a new plan from the tables"))
        rows = np.union1d(np.flatnonzero(changed.found == LOST), on_edges(self, edges))
        kind = settled(self, changed, gone, _NONE, rows)
        plan = replace(self, kinds={**self.kinds, name: kind})
        return Change(plan, *differences(self, self.kinds, plan.kinds, {name: changed.found}))

    def _kind_of(self, facility_id: str) -> str | None:
        for name, kind in self.kinds.items():
            at = np.searchsorted(kind.ids, facility_id)
            if at < len(kind.ids) and kind.ids[at] == facility_id:
                return name
        return None


def start_plan(
    network: Network,
    facilities: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    *,
    profile: Profile,
    limit_s: float,
    kinds: Iterable[str] | None = None,
) -> Plan:
    """Return a plan of facilities and people on a network.

    Parameters
    ----------
    network
        The walk network.
    facilities
        Points indexed by id, with a column ``kind``.
    people
        Points indexed by id, with columns ``people`` and ``unit`` (an id of an area).
    profile
        Who walks.
    limit_s
        Longest walk, in seconds.
    kinds
        The kinds to settle; the others are left out, and `fresh_kinds` gives them later. None: all.

    Raises
    ------
    CrsError, InputError
        As `onegrid.circles.reach.nearest`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> from onegrid.network.build import build_network
    >>> from onegrid.standards import profile
    >>> street = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (3000, 0)])], crs=4547)
    >>> homes = gpd.GeoDataFrame({"people": [3, 2], "unit": ["a", "b"]}, index=["h1", "h2"],
    ...     geometry=shapely.points([[100, 0], [2900, 0]]), crs=4547)
    >>> shops = gpd.GeoDataFrame({"kind": ["market"]}, index=["m1"],
    ...     geometry=[shapely.Point(0, 0)], crs=4547)
    >>> network, _ = build_network(street)
    >>> plan = start_plan(network, shops, homes, profile=profile(), limit_s=900)
    >>> change = plan.put("m1", "market", shapely.Point(2500, 0))
    >>> change.units
      unit    kind  people_gained  people_lost
    0    a  market            0.0          3.0
    1    b  market            2.0          0.0
    """
    graph = walk_graph(network, profile)
    homes = join_places(network, people, profile=profile)
    unit, units = pd.factorize(people["unit"].astype(str).to_numpy(dtype=object), sort=True)
    counts = people["people"].to_numpy(np.float64, na_value=0.0)
    bits = label_bits(graph, len(facilities) + _SPARE)
    who = People(
        homes.ids,
        homes.points,
        places(homes.points),
        homes.doors,
        door_ends(network, homes.doors),
        counts[homes.row],
        unit[homes.row],
        np.array(units),
    )
    plan = Plan(network, profile, limit_s, graph, bits, who, {})
    chosen = facilities if kinds is None else facilities[facilities["kind"].isin(list(kinds))]
    return replace(plan, kinds=fresh_kinds(plan, chosen))


def _empty_kind(plan: Plan) -> Kind:
    nothing = np.empty(0, dtype=object)
    far = np.full(len(plan.network.xy), FAR)
    sources = door_rows(plan.people.doors, _NONE)
    return Kind(nothing, nothing, sources, far, np.full(len(plan.people.ids), FAR))
