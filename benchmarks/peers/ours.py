"""onegrid itself, measured like everybody else."""

from __future__ import annotations

import pickle
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
from bench.cases import BAND, load
from bench.columns import Ground, Layer, coded, load_dirty

from onegrid.grids.options import AssignOptions
from onegrid.layers.clean import clean_layer
from onegrid.pipeline.merge import merge_tables
from onegrid.pipeline.stages import Run

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

_PROVEN_GAP = 0.01


class _CpuRun(Run):
    """Takes CPU seconds of the stages, as they are taken of everybody."""

    @contextmanager
    def stage(self, name: str, **rows: int) -> Iterator[None]:
        started = time.process_time()
        with super().stage(name, **rows):
            yield
        self.seconds[name] = round(time.process_time() - started, 3)


_ASSIGNMENT = "合并为全要素网格"


def merge(
    case_path: str, cells_out: str, atoms_out: str, ground_out: str
) -> Generator[dict[str, Any], None, dict[str, Any]]:
    """Merge a case; write cells and atoms, and what all grids are measured against."""
    case = load(case_path)
    yield {}
    run = _CpuRun("benchmark")
    merged = merge_tables(case.tables, options=AssignOptions(size=case.band), run=run)
    gaps = np.array([solved.gap for solved in merged.assignment.solved])
    ground = Ground(
        communities=merged.grid.communities.geometry.to_numpy(),
        homes=case.tables.people.geometry.to_numpy(),
        households=case.tables.people["households"].to_numpy(),
        departments={
            name: Layer(layer.geometry.to_numpy(), layer["code"].to_numpy().astype(object))
            for name, layer in merged.layers.items()
        },
        band=BAND,
    )
    Path(cells_out).write_bytes(pickle.dumps(merged.grid.cells.geometry.to_numpy()))
    Path(atoms_out).write_bytes(pickle.dumps(merged.grid.atoms.geometry.to_numpy()))
    Path(ground_out).write_bytes(pickle.dumps(ground))
    return {
        "assignment_s": run.seconds.get(_ASSIGNMENT),
        "stages_s": run.seconds,
        "proven_share": float((gaps <= _PROVEN_GAP).mean()),
    }


def merge_only(case_path: str) -> Generator[dict[str, Any], None, dict[str, Any]]:
    """Merge a case and tell what the report says of it."""
    case = load(case_path)
    yield {}
    run = _CpuRun("benchmark")
    merged = merge_tables(case.tables, options=AssignOptions(size=case.band), run=run)
    gaps = np.array([solved.gap for solved in merged.assignment.solved])
    return {
        "communities": len(merged.grid.communities),
        "atoms": len(merged.grid.atoms),
        "cells": len(merged.grid.cells),
        "in_band_share": merged.score.in_band_share,
        "border_reuse_share": merged.score.border_reuse_share,
        "proven_share": float((gaps <= _PROVEN_GAP).mean()),
        "stages_s": run.seconds,
    }


def repair(dirty_path: str) -> Generator[dict[str, Layer], None, dict[str, Layer]]:
    """Repair each layer by onegrid."""
    dirty = load_dirty(dirty_path)
    yield {}
    done: dict[str, Layer] = {}
    for name, layer in dirty.layers.items():
        frame = gpd.GeoDataFrame({"code": layer.codes}, geometry=layer.shapes, crs=dirty.crs)
        clean = clean_layer(frame, department=name).layer
        done[name] = Layer(clean.geometry.to_numpy(), coded(clean["code"].to_numpy()))
        yield done
    return done
