"""Coverage of a town here, and as much of it as PySAL ``access`` with ``pandarm`` tells.

Doors and facilities stand on crossroads, so that both programs walk the same seconds.
"""
# ruff: noqa: PLC0415  (whatever is not installed must not stop the others)

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bench.clock import timed
from bench.towns import LIMIT_S, limit_threads
from onegrid.coverage.demand import place_points
from onegrid.io.networks import read_network
from onegrid.network.skeleton import contractible
from onegrid.network.times import edge_times
from onegrid.standards import Norm, profile

if TYPE_CHECKING:
    from collections.abc import Generator

    from onegrid.network.arrays import Network

KINDS = ("elder_care_center", "day_care_station", "clinic")
NORMS = tuple(Norm("bench", kind, LIMIT_S / 60) for kind in KINDS)
FACILITIES = 60  # of a kind
CELL_M, COMMUNITY_CELLS = 400.0, 3
ZONES = {300: 1, 600: 0.68, 900: 0.22}


class Asked(NamedTuple):
    """Who lives where, and what stands where: tables, and the nodes of their rows."""

    network: Network
    people: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    door_node: np.ndarray
    facility_node: np.ndarray


def ours(path: str, doors: int) -> Generator[None, None, dict[str, Any]]:
    """Return what onegrid tells of a town, and the CPU seconds of each part."""
    limit_threads(1)
    town = _town(path, doors)
    yield
    other = _town(path, doors // 10)
    contractible(other.network), _covered(other)  # compiled, or found on disk; nothing is kept
    _, once_s = timed(lambda: contractible(town.network))
    (found, walk_s), cover_s = _covered(town)
    district = found.gaps[found.gaps["level"] == "district"]
    causes = found.door_causes["cause"].value_counts()
    cells = found.gaps[(found.gaps["level"] == "cell") & (found.gaps["people"] > 0)]
    return {
        "once_s": once_s,
        "walk_s": walk_s,
        "cover_s": cover_s,
        "covered": int(district["people_covered"].sum()),
        "access": float((cells["accessibility"] ** 2).sum()),
        "far": int(causes.get("far", 0)),
        "severed": int(causes.get("severed", 0)),
    }


def same(path: str, doors: int) -> Generator[None, None, dict[str, Any]]:
    """Return by onegrid what PySAL tells and no more: no units above cells, no causes."""
    limit_threads(1)
    town = _town(path, doors)
    yield
    _figures(_town(path, doors // 10))  # compiled, or found on disk
    return _figures(town)


def _figures(town: Asked) -> dict[str, Any]:
    from onegrid.circles.places import join_places
    from onegrid.coverage.access import accessibility
    from onegrid.coverage.walks import Catchments
    from onegrid.network.graph import US_PER_S
    from onegrid.network.search import reach_pairs

    def joined() -> Any:  # noqa: ANN401  (places of a program that may be missing)
        return join_places(contractible(town.network), town.people, profile=profile())

    def walks() -> list[tuple[Catchments, np.ndarray]]:
        found = []
        for kind in KINDS:
            mine = town.facilities[town.facilities["kind"] == kind]
            places = join_places(town.network, mine, profile=profile())
            near = reach_pairs(homes.graph, homes.doors, places.coming, limit_s=LIMIT_S)
            capacity = mine["capacity_people"].to_numpy()[places.row]
            pairs = Catchments(near.origin, near.destination, near.walk_us / US_PER_S)
            found.append((pairs, capacity))
        return found

    def told() -> dict[str, Any]:
        covered, felt = 0, 0.0
        lived_in = np.bincount(cell, people)
        for pairs, capacity in found:
            felt_by = accessibility(pairs, people, capacity, LIMIT_S)
            covered += int(people[np.unique(pairs.door)].sum())
            whole = np.bincount(cell, felt_by * people)
            felt += float(((whole[lived_in > 0] / lived_in[lived_in > 0]) ** 2).sum())
        return {"covered": covered, "access": felt}

    homes, once_s = timed(joined)
    found, walk_s = timed(walks)
    people = town.people["people"].to_numpy(np.float64)[homes.row]
    cell = place_points(homes.points, town.cells)
    figures, cover_s = timed(told)
    return {"once_s": once_s, "walk_s": walk_s, "cover_s": cover_s, **figures}


def whole(path: str, doors: int) -> Generator[None, None, dict[str, Any]]:
    """Return the CPU seconds of everything that ``onegrid coverage`` computes for a profile."""
    from onegrid.pipeline.coverage import CoverageTables, measure

    limit_threads(1)
    town = _town(path, doors)
    tables = CoverageTables(town.network, town.facilities, town.people, town.cells, NORMS, {}, [])
    yield
    measure(tables, profile=profile())  # compiled, or found on disk
    (found, fixes), whole_s = timed(lambda: measure(tables, profile=profile()))
    return {"whole_s": whole_s, "gap_rows": len(found.gaps), "fixes": len(fixes.table)}


def _covered(town: Asked) -> tuple[tuple[Any, float], float]:
    from onegrid.circles.places import join_places
    from onegrid.circles.reach import nearest, reach
    from onegrid.coverage.gaps import CoverageOptions, measure_coverage

    def walks() -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
        pairs, homes = {}, join_places(town.network, town.people, profile=profile())
        for kind in KINDS:
            mine = town.facilities[town.facilities["kind"] == kind]
            found = reach(
                town.network, mine, homes, limit_s=LIMIT_S, profile=profile(), rounded=False
            )
            names = {"from_id": "facility_id", "to_id": "door_id"}
            pairs[kind] = found.pairs.rename(columns=names)
        return nearest(town.network, town.facilities, homes, profile=profile()), pairs

    (doors, pairs), walk_s = timed(walks)
    options = CoverageOptions(pairs=pairs, barriers=town.network.barriers)
    found, cover_s = timed(
        lambda: measure_coverage(
            doors, town.people, town.facilities, town.cells, NORMS, options=options
        )
    )
    return (found, walk_s), cover_s


def theirs(path: str, doors: int) -> Generator[None, None, dict[str, Any]]:
    """Return the same by ``pandarm`` and ``access``; of units and causes they know nothing."""
    import pandarm

    limit_threads(1)
    town = _town(path, doors)
    seconds = edge_times(town.network, profile()).forward_s
    yield

    x, y = (pd.Series(column) for column in town.network.xy.T)
    start, end = (pd.Series(column.astype(np.int64)) for column in town.network.ends.T)
    weights = pd.DataFrame({"s": seconds})
    peer, once_s = timed(lambda: pandarm.Network(x, y, start, end, weights))
    sources = np.unique(town.facility_node).tolist()
    near, walk_s = timed(lambda: peer.nodes_in_range(sources, LIMIT_S))
    near = near.set_axis(["source", "node", "cost"], axis=1)
    told, cover_s = timed(lambda: _catchments(town, near))
    return {"once_s": once_s, "walk_s": walk_s, "cover_s": cover_s, **told}


def _catchments(town: Asked, near: pd.DataFrame) -> dict[str, Any]:
    from access import fca
    from access.weights import step_fn

    door = pd.DataFrame({"node": town.door_node, "origin": town.people.index})
    people = pd.DataFrame({"demand": town.people["people"]}).rename_axis("geoid")
    cell = pd.Series(place_points(town.people.geometry.to_numpy(), town.cells), town.people.index)
    covered, felt = 0, 0.0
    for kind in KINDS:
        mine = (town.facilities["kind"] == kind).to_numpy()
        place = pd.DataFrame(
            {"source": town.facility_node[mine], "dest": town.facilities.index[mine]}
        )
        cost = near.merge(place, on="source").merge(door, on="node")[["origin", "dest", "cost"]]
        supply = town.facilities.loc[mine, ["capacity_people"]].set_axis(["supply"], axis=1)
        supply = supply.rename_axis("geoid")
        felt_by = fca.two_stage_fca(people, supply, cost, LIMIT_S, weight_fn=step_fn(ZONES))
        reached = cost.loc[cost["cost"] <= LIMIT_S, "origin"].unique()
        covered += int(people.loc[reached, "demand"].sum())
        whole = (felt_by.reindex(people.index).fillna(0) * people["demand"]).groupby(cell).sum()
        felt += float(((whole / people["demand"].groupby(cell).sum()) ** 2).sum())
    return {"covered": covered, "access": felt}


def _town(path: str, doors: int) -> Asked:
    network = read_network(Path(path))
    rng = np.random.default_rng(11)
    door_node = rng.integers(0, len(network.xy), doors)
    ids = pd.Index([f"d{i:06d}" for i in range(doors)], name="id")
    count = rng.integers(2, 60, doors)
    elders = rng.binomial(count, 0.2)
    people = gpd.GeoDataFrame(
        {"households": count // 3 + 1, "people": count, "elders_60": elders, "elders_80": 0,
         "elders_alone": 0},
        index=ids, geometry=shapely.points(network.xy[door_node]), crs=network.crs)  # fmt: skip
    size = FACILITIES * len(KINDS)
    facility_node = rng.choice(len(network.xy), size, replace=False)
    texts = dict.fromkeys(("name", "opening_hours", "phone", "address"), "")
    facilities = gpd.GeoDataFrame(
        {"kind": np.repeat(KINDS, FACILITIES).astype(object), "floor_area_m2": 300.0,
         "capacity_people": rng.integers(10, 500, size).astype(float), **texts},
        index=pd.Index([f"f{i:04d}" for i in range(size)], name="facility_id"),
        geometry=shapely.points(network.xy[facility_node]), crs=network.crs)  # fmt: skip
    return Asked(network, people, facilities, _cells(network), door_node, facility_node)


def _cells(network: Network) -> gpd.GeoDataFrame:
    """Return square cells over the town, in square communities of one subdistrict each row."""
    low, high = network.xy.min(axis=0), network.xy.max(axis=0) + 1
    columns, rows = (int(n) for n in np.ceil((high - low) / CELL_M))
    i, j = (a.ravel() for a in np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij"))
    west, south = low[0] + i * CELL_M, low[1] + j * CELL_M
    of = [f"{b // COMMUNITY_CELLS:03d}" for b in j]
    return gpd.GeoDataFrame(
        {
            "community_id": [f"{b}{a // COMMUNITY_CELLS:03d}" for a, b in zip(i, of, strict=True)],
            "subdistrict_id": of,
        },
        index=pd.Index([f"{a:03d}{b:03d}" for a, b in zip(i, j, strict=True)], name="cell_id"),
        geometry=shapely.box(west, south, west + CELL_M, south + CELL_M),
        crs=network.crs,
    )
