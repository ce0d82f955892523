"""The shared edit cases and boards to edit, for every test of edits."""

import json
from itertools import product
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.grids.check import partition_problems
from onegrid.grids.edit import open_grid, read_edit
from onegrid.grids.edit.rings import rings_of

CASES = sorted((Path(__file__).parent / "fixtures" / "edits").glob("*.json"))
OPERATIONS = (
    *("split", "split", "split_k", "merge", "move_border", "reassign"),
    *("insert_vertex", "weld", "move_line", "resolve"),
)
IDS = {
    "cells": "cell_id",
    "atoms": "atom_id",
    "communities": "community_id",
    "conflicts": "conflict_id",
}
CELL_EXTRAS = {"area_m2": np.nan, "base_code": None, "workers_needed": 1}
WEST_M, SOUTH_M, SIDE_M = 500_000.0, 3_380_000.0, 100.0


def polygon(rings):
    return shapely.Polygon(rings[0], rings[1:])


def frame(rows, layer, crs):
    extras = CELL_EXTRAS if layer == "cells" else {}
    plain = [{k: v for k, v in row.items() if k != "rings"} | extras for row in rows]
    shapes = [polygon(row["rings"]) for row in rows]
    table = gpd.GeoDataFrame(plain, geometry=shapes, crs=crs).set_index(IDS[layer])
    if layer == "cells":
        table["base_code"] = table["base_code"].astype(object)
        table["area_m2"] = table.area.round(2)
    return table


def layers_of(case):
    return {name: frame(case[name], name, case["crs"]) for name in IDS if name in case}


def doors_of(case):
    if "households" not in case:
        return None
    doors = pd.DataFrame(case["households"]).set_index("id")
    points = gpd.points_from_xy(doors.pop("x"), doors.pop("y"))
    return gpd.GeoDataFrame(doors, geometry=points, crs=case["crs"])


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def lattice(columns, rows, *, seed=1, doors=0):
    """Return a wavy lattice: 2 × 2 atoms a cell, 3 × 3 cells a community, the middle one a hole."""
    rng = np.random.default_rng(seed)
    shift = rng.uniform(-20, 20, (2 * columns + 1, 2 * rows + 1, 2))
    nodes = {
        (i, j): (
            round(WEST_M + i * SIDE_M / 2 + float(shift[i, j, 0]), 3),
            round(SOUTH_M + j * SIDE_M / 2 + float(shift[i, j, 1]), 3),
        )
        for i, j in product(range(2 * columns + 1), range(2 * rows + 1))
    }
    atoms = []
    for i, j in product(range(2 * columns), range(2 * rows)):
        ring = [nodes[i, j], nodes[i + 1, j], nodes[i + 1, j + 1], nodes[i, j + 1]]
        x, y = i // 2, j // 2
        home = (x, y) if (x % 3, y % 3) != (0, 1) else (x, y - y % 3)  # an L of two cells
        atoms.append((f"a{i:03d}{j:03d}", f"c{home[0]:02d}{home[1]:02d}", shapely.Polygon(ring)))
    frame = gpd.GeoDataFrame(
        {"cell_id": [a[1] for a in atoms], "households": rng.integers(0, 90, len(atoms))},
        index=pd.Index([a[0] for a in atoms], name="atom_id"),
        geometry=[a[2] for a in atoms],
        crs="EPSG:4547",
    )
    return _with_cells(frame), _doors(frame, rng, doors)


def _with_cells(atoms):
    cells = atoms.dissolve("cell_id", aggfunc={"households": "sum"}, method="coverage")
    places = cells.index.str.extract(r"c(\d\d)(\d\d)").astype(int).to_numpy() // 3
    cells["community_id"] = [f"m{x}-{y}" for x, y in places]
    cells["subdistrict_id"] = [f"s{x % 2}" for x, _ in places]
    cells["code"] = cells["name"] = cells.index.to_numpy()
    cells["people"] = cells["households"] * 3
    cells["elders_60"] = cells["households"] // 2
    cells["area_m2"] = cells.area.round(2)
    cells["base_code"] = pd.Series([None] * len(cells), index=cells.index, dtype=object)
    cells["workers_needed"] = 1
    cells["locked"] = False
    towns = cells.dissolve("community_id", method="coverage")[["geometry", "subdistrict_id"]]
    whole = towns.dissolve("subdistrict_id", method="coverage")
    return {"cells": cells, "atoms": atoms, "communities": towns, "subdistricts": whole}


def _doors(atoms, rng, count):
    if not count:
        return None
    west, south, east, north = atoms.total_bounds
    xy = rng.uniform((west, south), (east, north), (count, 2))
    columns = {name: rng.integers(0, 9, count) for name in ("households", "people", "elders_60")}
    return gpd.GeoDataFrame(columns, geometry=shapely.points(xy), crs=atoms.crs)


def faults(tables):
    """Return everything wrong with a grid, by an overlay that knows nothing of edits."""
    cells, atoms, towns = tables["cells"], tables["atoms"], tables["communities"]
    found = [p.line() for p in partition_problems(cells, towns)]
    found += ["atoms overlap"] * (not shapely.coverage_is_valid(atoms.geometry.to_numpy()))
    found += ["towns overlap"] * (not shapely.coverage_is_valid(towns.geometry.to_numpy()))
    for fine, column, coarse in (
        (atoms, "cell_id", cells),
        (cells, "community_id", towns),
        (cells, "subdistrict_id", tables.get("subdistricts", cells.iloc[:0])),
    ):
        for name, whole in coarse.geometry.items():
            parts = fine.geometry[fine[column] == name].to_numpy()
            same = shapely.coverage_union_all(parts).normalize() == whole.normalize()
            found += [] if same else [f"{name} is not the union of its parts, node for node"]
    sums = atoms.groupby("cell_id")["households"].sum().reindex(cells.index)
    found += [] if (sums == cells["households"]).all() else ["atoms and cells count otherwise"]
    return found


def opened(tables, people=None):
    return open_grid(tables, people=people)


def state(tables):
    """Return tables as something that compares exactly, geometry as bytes."""
    return {name: table.to_wkb().reset_index().to_dict("list") for name, table in tables.items()}


def random_edit(board, rng, number, op=None):
    """Return an edit of one kind, or of any, that is plausible, though it may be refused."""
    cells = sorted(board.rows["cells"])
    name = cells[rng.integers(len(cells))]
    shape = board.rows["cells"][name].shape
    ring = next(rings_of(shape))
    at = int(rng.integers(len(ring)))
    place, following = ring[at], ring[(at + 1) % len(ring)]
    near = sorted(board.cells_near(shape.bounds) - {name})
    any_op = OPERATIONS[rng.integers(len(OPERATIONS))]
    op = op or any_op
    inner = np.array(shape.representative_point().coords[0])
    turn = rng.uniform(0, np.pi)
    far = 600 * np.array([np.cos(turn), np.sin(turn)])
    line = [inner - far, inner + rng.uniform(-8, 8, 2), inner + far]
    stop = at + int(rng.integers(1, 4))
    path = [ring[i % len(ring)] for i in range(at, stop + 1)]
    drawn = [path[0], *(np.add(p, rng.normal(0, 5, 2)) for p in path[1:-1]), path[-1]]
    fields = {
        "split": {"cell_id": name, "line": line, "new_ids": [f"n{number}", name]},
        "split_k": {"cell_id": name, "k": 3, "new_ids": [f"n{number}-{i}" for i in range(3)]},
        "merge": {"cell_ids": [name, *near[:1]], "new_id": f"n{number}"},
        "move_border": {"from": place, "to": np.add(place, rng.normal(0, 9, 2))},
        "reassign": {
            "atom_id": min(board.atoms_of(name)),
            "cell_id": near[rng.integers(len(near))] if near else name,
        },
        "insert_vertex": {"near": np.mean([place, following], axis=0)},
        "weld": {"from": place, "to": following},
        "move_line": {"from": path, "to": drawn},
        "rename": {"cell_id": name, "name": f"第{number}网格"},
        "lock": {"cell_id": name, "locked": True},
        "resolve": {"conflict_id": "C1", "choice": "accept"},
    }[op]
    if op == "merge" and not near:
        return random_edit(board, rng, number, op)
    if op in ("move_border", "reassign", "weld", "move_line"):
        fields["with_parents"] = bool(number % 2)
    plain = {key: np.asarray(v).tolist() for key, v in fields.items()}
    return read_edit({"op": op, **plain})
