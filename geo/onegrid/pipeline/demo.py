"""``onegrid demo``: the whole job on the bundled sample, as a planner would run it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from onegrid import schema, standards
from onegrid.circles.shape import life_circles
from onegrid.grids.options import AssignOptions
from onegrid.io.files import read_table, write_json, write_layers
from onegrid.io.networks import read_network
from onegrid.io.reading import read_raw
from onegrid.io.sample import load_sample
from onegrid.pipeline.coverage import CoverageInputs, coverage
from onegrid.pipeline.demo_residents import invent_for_residents
from onegrid.pipeline.folder import NETWORK_FILE, WATER_FILE
from onegrid.pipeline.mapping import draw_map
from onegrid.pipeline.merge import MergeInputs, merge
from onegrid.pipeline.stages import Run
from onegrid.pipeline.streets import network

if TYPE_CHECKING:
    from pathlib import Path

PROFILES = ("plain", "elder_75")
ELDER_CARE = "elder_care_center"
_DRAWN_KINDS = (ELDER_CARE, "day_care_station", "community_service_station")
_WORST = 3
_INVENTED = "界线、路名、人口、设施为示意数据"


def demo(out: Path) -> dict[str, Any]:
    """Merge the sample's departments, walk, measure, draw; return the summary figures."""
    sample = load_sample()
    departments = {name: str(path) for name, path in sorted(sample.departments.items())}
    inputs = MergeInputs(
        departments, str(sample.communities), str(sample.households), str(sample.roads)
    )
    merged = merge(inputs, out, options=AssignOptions())
    network(str(sample.roads), out / NETWORK_FILE)
    write_layers(out / WATER_FILE, {"water": read_raw(str(sample.water)).frame})
    covered = coverage(
        CoverageInputs(
            network=str(out / NETWORK_FILE),
            facilities=str(sample.facilities),
            people=str(sample.households),
            grid=str(out / "grid.gpkg"),
            standard=standards.DEFAULT_PACK,
        ),
        out,
        profiles=tuple(standards.profile(name) for name in PROFILES),
    )
    _draw_circles(out, str(sample.facilities))
    invent_for_residents(out)
    _say_source(out)
    draw_map(out, out / "map.html")
    return _summary(out, merged, covered)


def _draw_circles(out: Path, facilities: str) -> None:
    run = Run("circles")
    places = read_table(facilities, schema.FACILITIES).frame
    drawn_for = places[places["kind"].isin(_DRAWN_KINDS)]
    with run.stage("绘制生活圈", facilities=len(drawn_for)):
        drawn = life_circles(
            read_network(out / NETWORK_FILE),
            drawn_for,
            minutes=standards.numbers("circle_minutes"),
            profile=standards.profile(),
        )
        write_layers(out / "circles.gpkg", {"circles": drawn})


def _say_source(out: Path) -> None:
    path = out / "report.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    report["source"] = {
        "title": "武汉市江汉区（示意数据）",
        "attribution": ["道路 © OpenStreetMap 贡献者（ODbL）", _INVENTED],
        "synthetic": True,
    }
    write_json(path, report)


def _summary(out: Path, merged: dict[str, Any], covered: dict[str, Any]) -> dict[str, Any]:
    """Return what a planner wants to know first."""
    gaps = pd.read_csv(out / "gaps.csv", dtype={"id": str})
    care = gaps[gaps["kind"] == ELDER_CARE]
    return {
        "out": str(out),
        "departments": merged["departments"],
        "cells": merged["cells"],
        "communities": merged["communities"],
        "households": merged["households"],
        "principles": merged["principles"],
        "elder_care": _district_figures(care[care["level"] == "district"]),
        "worst_communities": _worst(care[care["level"] == "community"], out),
        "standard": covered["standard"],
    }


def _district_figures(care: pd.DataFrame) -> dict[str, dict[str, int]]:
    figures = care.set_index("profile")[["elders_60", "elders_60_covered"]].astype(int)
    rows: dict[str, dict[str, int]] = json.loads(figures.to_json(orient="index"))
    return rows


def _worst(care: pd.DataFrame, out: Path) -> list[dict[str, Any]]:
    """Return the communities with the least share of elders covered at elder pace."""
    names = read_table(f"{out / 'grid.gpkg'}#communities", schema.COMMUNITIES).frame["name"]
    told = care[(care["profile"] == PROFILES[-1]) & (care["elders_60"] > 0)]
    told = told.assign(
        name=names.reindex(told["id"]).to_numpy(),
        share=told["elders_60_covered"] / told["elders_60"],
        missed=told["elders_60"] - told["elders_60_covered"],
    ).sort_values(["share", "missed", "id"], ascending=[True, False, True], kind="stable")
    figures = told[["id", "name", "elders_60", "elders_60_covered", "cause"]].head(_WORST)
    rows: list[dict[str, Any]] = json.loads(figures.to_json(orient="records"))
    return rows
