"""What the weights of a merge trade for what: sweeps, peers, and each column taken alone.

``.bench-venv/bin/python benchmarks/merge_pareto.py [--quick] [--case NAME] [--date YYYY-MM-DD]``
"""

from __future__ import annotations

import importlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from bench.cases import BAND, DISTRICTS, QUICK, district_tables
from bench.columns import Ground, Layer, grid_columns
from bench.page import PERCENT
from bench.problems import make_units
from bench.runs import keep_or_show, run_arguments

from onegrid.grids.assign import assign
from onegrid.grids.atoms import Atoms, make_atoms
from onegrid.grids.faces import compact, merged
from onegrid.grids.options import AssignOptions
from onegrid.layers.clean import clean_layer
from onegrid.layers.nest import nest_communities

if TYPE_CHECKING:
    import argparse

    from onegrid.io.sample import DistrictOptions

CASES = {
    "quick": QUICK,
    "coarse, seed 20": DISTRICTS["coarse"],
    "coarse, seed 21": replace(DISTRICTS["coarse"], seed=21),
    "fine, seed 20": DISTRICTS["fine"],
    "fine, seed 21": replace(DISTRICTS["fine"], seed=21),
}
SWEEP: dict[str, dict[str, Any]] = {
    "default": {},
    "band first": {"miss": 5.0},
    "old borders first": {"fresh_share": 20.0},
    "old cells first": {"keep": 9.0},
    "compact first": {"compact_share": 8.0},
    "barriers only priced": {"barriers": False},
}
ALONE: dict[str, dict[str, Any]] = {
    "only the band": {"miss": 1e3, "keep": 0.0, "fresh_share": 0.0},
    "only old borders": {"miss": 0.0, "outside": 0.4, "fresh_share": 100.0},
    "only old cells": {"miss": 0.0, "outside": 0.4, "keep": 40.0},
    "only compact": {"miss": 0.0, "outside": 0.4, "keep": 0.0, "compact_share": 100.0},
}
PEERS = {
    "pymetis, shortest borders": "peers.metis:by_length",
    "pymetis, old borders": "peers.metis:by_old_borders",
    "pygeoda max-p": "peers.geoda:max_p",
}
ABOUT = (
    "The same atoms, grouped by onegrid at its defaults, at other weights (one changed at a time), "
    "with one wish alone (how far a column can go if the others do not count), and by peers. "
    "Columns as in the first table of this page; *gap ≤ 1 %*: communities whose cost is proven "
    "to that. Barriers that no department drew cost reuse: *apart from barriers* leaves borders "
    "on a railway or wall out."
)


def main() -> None:
    """Sweep the weights of every case and keep the result."""
    asked = run_arguments(__doc__, _more)
    names = ["quick"] if asked.quick else asked.case or [name for name in CASES if name != "quick"]
    tables = [case_table(name, CASES[name]) for name in names]
    result = {"title": "What the weights trade", "about": ABOUT, "tables": tables}
    keep_or_show("merge_pareto", result, asked)


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--case", action="append", choices=CASES, help="default: all but quick")


def case_table(name: str, options: DistrictOptions) -> dict[str, Any]:
    """Return the table of one district."""
    atoms, ground = _prepared(options)
    rows = [_own(said, wish, atoms, ground) for said, wish in {**SWEEP, **ALONE}.items()]
    rows += [_peer(said, work, atoms, ground) for said, work in PEERS.items()]
    kept = sorted(key for key in rows[0] if key.startswith("kept_"))
    columns = [
        ("peer", "grouped by", None, ""),
        ("cells", "cells", 0, ""),
        ("in_band_share", "in band", PERCENT, "high"),
        ("border_reuse_share", "reuse", PERCENT, "high"),
        ("reuse_apart_share", "apart from barriers", PERCENT, "high"),
        *((key, "kept " + key[5:].replace("_", " "), PERCENT, "high") for key in kept),
        ("compactness", "compact", 3, "high"),
        ("proven_share", "gap ≤ 1 %", PERCENT, ""),
        ("cpu_s", "CPU s", 1, ""),
    ]
    heads = [{"key": k, "label": s, "digits": d, "better": b} for k, s, d, b in columns]
    return {"title": name, "about": "", "columns": heads, "rows": rows}


def _prepared(options: DistrictOptions) -> tuple[Atoms, Ground]:
    """Return the atoms of a district, and what grids of them are measured against."""
    tables = district_tables(options)
    drawn = sorted(tables.departments.items())
    layers = {name: clean_layer(layer, department=name).layer for name, layer in drawn}
    nested = nest_communities(tables.communities).communities
    people = tables.people
    atoms = make_atoms(nested, layers, people, tables.roads, households_max=BAND[1])
    ground = Ground(
        communities=merged(atoms.polygons, compact(atoms.community)),
        homes=people.geometry.to_numpy(),
        households=people["households"].to_numpy(),
        departments={
            name: Layer(layer.geometry.to_numpy(), layer["code"].to_numpy().astype(object))
            for name, layer in layers.items()
        },
        band=BAND,
    )
    return atoms, ground


def _own(said: str, wish: dict[str, Any], atoms: Atoms, ground: Ground) -> dict[str, Any]:
    started = time.process_time()
    found = assign(atoms, options=AssignOptions(**{"size": BAND, **wish}))
    cpu_s = time.process_time() - started
    proven = np.mean([solved.gap <= 0.01 for solved in found.solved])  # noqa: PLR2004  (1 %)
    row = _row(f"onegrid: {said}", found.cell, atoms, ground)
    ours = {"ours": True} if said == "default" else {"status": "a wish"}
    return row | ours | {"proven_share": float(proven), "cpu_s": round(cpu_s, 1)}


def _peer(said: str, work: str, atoms: Atoms, ground: Ground) -> dict[str, Any]:
    module, name = work.split(":")
    group = getattr(importlib.import_module(module), name)
    units = make_units(atoms.polygons, atoms.community, ground)
    cell, made = np.full(len(atoms.polygons), -1), 0
    started = time.process_time()
    for problem in units.problems:
        one = problem.cells == 1
        labels = compact(np.zeros(len(problem.unit), dtype=int) if one else group(problem))
        cell[problem.unit] = labels + made
        made += int(labels.max()) + 1
    cpu_s = time.process_time() - started
    return _row(said, cell, atoms, ground) | {"cpu_s": round(cpu_s, 1)}


def _row(said: str, cell: np.ndarray, atoms: Atoms, ground: Ground) -> dict[str, Any]:
    columns = grid_columns(merged(atoms.polygons, cell), ground)
    borders = atoms.borders
    cut = (borders.left >= 0) & (borders.right >= 0) & ~atoms.is_barrier
    cut &= atoms.community[borders.left] == atoms.community[borders.right]
    cut &= cell[borders.left] != cell[borders.right]
    length_m = borders.length_m[cut]
    apart = float((length_m * atoms.drawn_share[cut]).sum() / max(length_m.sum(), 1.0))
    rounded = {key: round(float(value), 4) for key, value in columns.items()}
    print(said, rounded, flush=True)
    return {"peer": said, "status": "ok", **rounded, "reuse_apart_share": round(apart, 4)}


if __name__ == "__main__":
    main()
