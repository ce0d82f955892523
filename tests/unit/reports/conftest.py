"""The made-up district of `tables` as a result folder, with an elder-care page."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import tables
from onegrid.coverage.effects import CELL_COLUMNS
from onegrid.coverage.elders import measure_elders
from onegrid.io.files import write_csv, write_json
from onegrid.io.networks import write_network
from onegrid.network.build import build_network
from onegrid.pipeline.folder import NETWORK_FILE
from onegrid.standards import ELDER_KINDS


def doors() -> gpd.GeoDataFrame:
    """One door in the middle of each cell, with all its residents."""
    cells = tables.cells()
    elders = cells["elders_60"]
    return gpd.GeoDataFrame(
        {
            "people": cells["people"],
            "elders_60": elders,
            "elders_80": elders // 6,
            "elders_alone": elders // 8,
            "disabled": (cells["people"] // 40).astype(float),
        },
        geometry=cells.geometry.centroid,
        crs=cells.crs,
    )


def elders() -> pd.DataFrame:
    """The elder-care page; the farther east, the longer the walk."""
    people = doors()
    east = np.arange(len(people)) * 60.0
    walks = pd.concat(
        [pd.DataFrame({"id": people.index, "kind": k, "walk_s": east}) for k in ELDER_KINDS]
    )
    return measure_elders(walks, people, tables.facilities(), tables.cells(), profile="plain")


def elder_fixes() -> pd.DataFrame:
    """Two sites of a kind that follow each other, an area that is missing, a small site."""
    sites = [("new_site", "486100 4240100", 420), ("new_site", "486700 4240700", 30)]
    rows = [*sites, ("new_site", "community m00", 25), ("new_site", "487000 4240100", 4)]
    return pd.DataFrame(
        [("elder_care_center", fix, where, n, 3 * n, "") for fix, where, n in rows],
        columns=["kind", "fix", "where", "elders_60_gained", "people_gained", "cost_note"],
    ).assign(profile="plain")


def checks() -> pd.DataFrame:
    """Two facilities; one is too small, and few are in its reach."""
    return pd.DataFrame(
        {
            "facility_id": ["f0", "f1"],
            "kind": ["elder_care_center", "pharmacy"],
            "name": ["甲中心", "乙药店"],
            "cell_id": ["c00", "c05"],
            "floor_area_m2": [700.0, None],
            "required_floor_area_m2": [750.0, 80.0],
            "beds": [20.0, None],
            "required_beds": [None, None],
            "capacity_people": [500.0, None],
            "people_in_reach": [1000, 4],
            "elders_60_in_reach": [200, 2],
            "use_share": [2.0, None],
            "profile": "plain",
        }
    )


def fix_cells() -> pd.DataFrame:
    """What the first fix changes in two cells."""
    rows = [
        (1, "elder_care_center", "new_site", "486100 4240100", "c00", 1050, 0, 900, 175, 0, 160),
        (1, "elder_care_center", "new_site", "486100 4240100", "c05", 12, 0, 3, 2, 0, 1),
    ]
    return pd.DataFrame(rows, columns=list(CELL_COLUMNS))


RULES = [
    {
        "kind": "elder_care_center",
        "minutes": 15.0,
        "per": "subdistrict",
        "floor_m2_min": 750.0,
        "floor_m2_per_100_households": None,
        "note": "",
        "title": "地方文件",
        "clause": "四(五)",
        "confidence": "seen",
    },
    {
        "kind": "pharmacy",
        "minutes": 10.0,
        "per": "",
        "floor_m2_min": None,
        "floor_m2_per_100_households": None,
        "note": "",
        "title": "GB 50180-2018",
        "clause": "附录C",
        "confidence": "remembered",
    },
]


def worst_doors():
    """Return the buildings that walk farthest, one of which reaches nothing."""
    return pd.DataFrame(
        {
            "kind": ["elder_care_center", "elder_care_center", "pharmacy"],
            "id": ["B1", "B2", "B1"],
            "cell_id": ["c00", "c01", "c00"],
            "people": [42, 7, 42],
            "elders_60": [10, 3, 10],
            "facility_id": [None, "f0", "f1"],
            "walk_s": [np.nan, 1834.5, 921.0],
            "cause": ["severed", "far", "far"],
        }
    )


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("results")
    tables.write_results(path)
    shuffled = tables.gaps().sample(frac=1, random_state=2)
    write_csv(path / "gaps.csv", shuffled, private=True)
    write_csv(path / "elders.csv", elders(), private=True)
    write_csv(path / "elder_fixes.csv", elder_fixes(), private=True)
    write_csv(path / "facility_checks.csv", checks(), private=True)
    write_csv(path / "fix_cells.csv", fix_cells(), private=True)
    write_csv(path / "worst_doors.csv", worst_doors(), private=True)
    crosswalk = pd.DataFrame(
        {
            "cell_id": ["c00", "c00", "c01"],
            "department": "politics_law",
            "old_code": ["01", None, "02"],
            "area_m2": [80_000.0, 10_000.0, 90_000.0],
            "area_share": [0.8889, 0.1111, 1.0],
            "households": [346, 4, 420],
            "household_share": [0.9886, 0.0114, 1.0],
        }
    )
    write_csv(path / "crosswalk.csv", crosswalk)
    named = tables.roads().assign(name="人民路")
    write_network(build_network(named)[0], path / NETWORK_FILE)
    about = {
        **tables.report(),
        "standard": {"pack": "own", "rules": RULES},
        "departments": {"a": 3},
    }
    write_json(path / "report.json", about)
    return path
