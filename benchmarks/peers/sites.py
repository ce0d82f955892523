"""The same siting case for onegrid and for spopt with HiGHS."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from onegrid.siting.situation import Situation

    Work = Generator[dict[str, Any], None, dict[str, Any]]

_SEED = 20
_TAKEN = 0.5
_ALIKE = 1e-6  # of a weight: all are whole numbers


@dataclass(frozen=True)
class Case:
    """Reached pairs of door and candidate on the streets of the bundled sample.

    ``weight`` is by door, ``walk_s`` by pair; nothing else is in reach within ``limit_s``.
    """

    door: NDArray[np.int64]
    site: NDArray[np.int64]
    walk_s: NDArray[np.float64]
    weight: NDArray[np.float64]
    sites: int
    limit_s: float

    def dense(self, beyond_s: float) -> NDArray[np.float64]:
        """Return walks as a matrix (doors, sites), with `beyond_s` where there is no pair."""
        walk_s = np.full((len(self.weight), self.sites), beyond_s)
        walk_s[self.door, self.site] = self.walk_s
        return walk_s

    def served(self, chosen: NDArray[np.int64], room: float) -> float:
        """Return the weight that sites of some room can serve: a largest flow by scipy."""
        from scipy.sparse import coo_array  # noqa: PLC0415
        from scipy.sparse.csgraph import maximum_flow  # noqa: PLC0415

        hit = np.isin(self.site, chosen)
        doors, last = len(self.weight), 1 + len(self.weight) + self.sites
        door, site = 1 + self.door[hit], 1 + doors + self.site[hit]
        tail = np.concatenate([np.zeros(doors, np.int64), door, 1 + doors + chosen])
        head = np.concatenate([1 + np.arange(doors), site, np.full(len(chosen), last)])
        most = np.concatenate([self.weight, self.weight[door - 1], np.full(len(chosen), room)])
        edges = coo_array((most.astype(np.int32), (tail, head)), shape=(last + 1, last + 1))
        return float(maximum_flow(edges.tocsr(), 0, last).flow_value)

    @property
    def reached(self) -> float:
        """The weight of all doors that any candidate reaches."""
        return float(self.weight[np.unique(self.door)].sum())

    def objective(self, problem: str, chosen: NDArray[np.int64], room: float | None) -> float:
        """Return what a choice is worth: covered weight, a number, weighted seconds, seconds."""
        if room is not None:
            return float(len(chosen)) if self.served(chosen, room) >= self.reached else np.inf
        if problem == "lscp":
            return float(len(chosen))
        walk_s = np.full(len(self.weight), np.inf)
        hit = np.isin(self.site, chosen)
        np.minimum.at(walk_s, self.door[hit], self.walk_s[hit])
        if problem == "mclp":
            return float(self.weight[np.isfinite(walk_s)].sum())
        if problem == "p-center":
            return float(walk_s[np.unique(self.door)].max(initial=0.0))
        return float((self.weight * np.minimum(walk_s, self.limit_s)).sum())


def prepare(path: str, doors: int, sites: int, minutes: float) -> Work:
    """Make a case: doors and candidates at random along real streets, weights of 1 to 60."""
    import geopandas as gpd  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    from onegrid import standards  # noqa: PLC0415
    from onegrid.circles.reach import reach  # noqa: PLC0415
    from onegrid.io.sample import load_sample  # noqa: PLC0415
    from onegrid.pipeline.walking import open_network  # noqa: PLC0415

    yield {}
    network = open_network(str(load_sample().roads))
    rng = np.random.default_rng(_SEED)
    edge = rng.choice(len(network.length_m), doors, p=network.length_m / network.length_m.sum())
    along = shapely.line_interpolate_point(network.lines[edge], rng.random(doors), normalized=True)
    places = gpd.GeoDataFrame(geometry=along, crs=network.crs)
    candidates = places.iloc[np.sort(rng.choice(doors, sites, replace=False))].reset_index()
    found = reach(
        network, candidates, places, limit_s=minutes * 60, profile=standards.profile()
    ).pairs
    door, site = found["to_id"].astype(int).to_numpy(), found["from_id"].astype(int).to_numpy()
    order = np.lexsort((site, door))
    weight = rng.integers(1, 60, doors).astype(np.float64)
    walk_s = found["walk_s"].to_numpy()[order]
    case = Case(door[order], site[order], walk_s, weight, sites, minutes * 60)
    Path(path).write_bytes(pickle.dumps(case))
    return {"pairs": len(door)}


def _load(path: str) -> Case:
    case: Case = pickle.loads(Path(path).read_bytes())  # noqa: S301  (our own)
    return case


def onegrid(path: str, problem: str, count: int | None, room: float | None) -> Work:
    """Choose sites by onegrid; kernels are compiled before the clock starts."""
    from onegrid.coverage.walks import Catchments  # noqa: PLC0415
    from onegrid.siting.situation import Situation  # noqa: PLC0415
    from onegrid.siting.solve import choose_sites  # noqa: PLC0415

    case = _load(path)
    few = Catchments(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([9.0, 1.0, 8.0, 2.0]))
    tiny = Situation(few, np.array([1.0, 2.0]), np.full(2, np.inf), np.full(2, 5.0), 2)
    if room is None:
        choose_sites(tiny, problem=problem, count=count and 1)
    else:
        _fewest_of_room(tiny, 3.0, 2.0)
    yield {}
    pairs = Catchments(case.door, case.site, case.walk_s)
    nowhere, limit = np.full(len(case.weight), np.inf), np.full(len(case.weight), case.limit_s)
    situation = Situation(pairs, case.weight, nowhere, limit, case.sites)
    if room is None:
        found = choose_sites(situation, problem=problem, count=count)
        sites, objective, bound = found.sites, found.objective, found.objective_bound
    else:
        sites, bound = _fewest_of_room(situation, case.reached, room)
        objective = float(len(sites))
    worst = max(abs(objective), abs(bound))
    return {
        "objective": case.objective(problem, sites, room),
        "gap": abs(bound - objective) / worst if worst else 0.0,
        "sites": len(sites),
    }


def _fewest_of_room(
    situation: Situation, reached: float, room: float
) -> tuple[NDArray[np.int64], int]:
    """Return sites that serve everybody who reaches any, and how many are needed in any case."""
    from onegrid.coverage.walks import Catchments  # noqa: PLC0415
    from onegrid.siting.capacity import choose_served  # noqa: PLC0415

    none = Catchments(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    low = needed = int(np.ceil(reached / room))
    high, best = situation.sites, np.arange(situation.sites)
    while low < high:
        middle = (low + high) // 2
        found, served = choose_served(situation, none, room=np.empty(0), each=room, count=middle)
        if served.served_after >= reached - _ALIKE:
            high, best = middle, found.sites
        else:
            low = middle + 1
            needed = low if served.served_bound < reached - _ALIKE else needed
    return best, min(needed, len(best))


def spopt(path: str, problem: str, count: int | None, room: float | None) -> Work:
    """Choose sites by spopt with HiGHS, from the same pairs as a matrix."""
    import pulp  # noqa: PLC0415
    from spopt.locate import LSCP, MCLP, PCenter, PMedian  # noqa: PLC0415

    case = _load(path)
    solver = pulp.HiGHS(msg=False)
    yield {}
    if problem == "p-median":
        model = PMedian.from_cost_matrix(case.dense(case.limit_s), case.weight, p_facilities=count)
    elif problem == "mclp":
        walk_s = case.dense(2 * case.limit_s)
        model = MCLP.from_cost_matrix(walk_s, case.weight, case.limit_s, p_facilities=count)
    else:
        walk_s = case.dense(2 * case.limit_s)
        reached = walk_s[walk_s.min(axis=1) <= case.limit_s]
        if problem == "p-center":
            model = PCenter.from_cost_matrix(reached, p_facilities=count)
        elif room is not None:
            weight = case.weight[walk_s.min(axis=1) <= case.limit_s]
            capacity = np.full(case.sites, room)
            model = LSCP.from_cost_matrix(
                reached, case.limit_s, demand_quantity_arr=weight, facility_capacity_arr=capacity
            )
        else:
            model = LSCP.from_cost_matrix(reached, case.limit_s)
    model = model.solve(solver)
    taken = [pulp.value(variable) for variable in model.fac_vars]
    chosen = np.flatnonzero(np.array(taken, dtype=np.float64) > _TAKEN)
    return {"objective": case.objective(problem, chosen, room), "sites": len(chosen)}
