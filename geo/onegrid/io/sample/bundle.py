"""Find the files of the bundled sample: 江汉区, Wuhan, with invented borders and people."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from onegrid.errors import InputError, Problem

_DEPARTMENTS = {
    "politics_law": "politics_law.parquet",
    "emergency": "emergency.parquet",
    "urban_management": "urban_management.shp.zip",
    "ecology": "ecology.geojson",
}


@dataclass(frozen=True)
class SamplePaths:
    """Files of the bundled sample; any of them is read by ``io.files.read_table``.

    Roads, outline, names and codes of units are real. Borders, names of streets, water, buildings,
    residents and facilities are invented (示意数据): see ``ATTRIBUTION.md`` beside them.
    """

    communities: Path
    households: Path
    roads: Path
    water: Path
    facilities: Path
    departments: dict[str, Path]
    attribution: Path


def load_sample() -> SamplePaths:
    """Return the paths of the bundled sample.

    Raises
    ------
    InputError
        If files of it are not installed; every one that is missing is named.

    Examples
    --------
    >>> sorted(load_sample().departments)
    ['ecology', 'emergency', 'politics_law', 'urban_management']
    """
    folder = Path(str(resources.files("onegrid_data"))) / "sample"
    paths = SamplePaths(
        communities=folder / "communities.parquet",
        households=folder / "households.parquet",
        roads=folder / "roads.parquet",
        water=folder / "water.parquet",
        facilities=folder / "facilities.csv",
        departments={name: folder / file for name, file in _DEPARTMENTS.items()},
        attribution=folder / "ATTRIBUTION.md",
    )
    tables = (paths.communities, paths.households, paths.roads, paths.water, paths.facilities)
    missing = [p for p in (*tables, *paths.departments.values()) if not p.is_file()]
    if missing:
        remedy = "install onegrid again, or run tools/build_sample.py"
        raise InputError(
            *(Problem("SAMPLE_MISSING", "no such file", str(p), remedy=remedy) for p in missing)
        )
    return paths
