"""Whatever bytes of a file are damaged, reading it either works or is an `InputError`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shapely import box

from onegrid.errors import InputError
from onegrid.io.doctor import check_file
from onegrid.io.files import read_table
from onegrid.schema import DEPARTMENT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
NAMES = ["a.shp", "a.dbf", "a.shx", "a.prj", "a.gpkg", "a.fgb", "a.geojson", "a.parquet", "a.kml"]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    shapes = [box(116.8 + i / 100, 38.3, 116.81 + i / 100, 38.31) for i in range(6)]
    codes = [str(i) for i in range(6)]
    frame = gpd.GeoDataFrame({"code": codes, "名称": "幸福"}, geometry=shapes, crs=4490)
    frame.to_file(folder / "a.shp", encoding="GBK")
    (folder / "a.cpg").unlink()
    for name in ("a.gpkg", "a.fgb", "a.geojson"):
        frame.to_file(folder / name)
    frame.to_file(folder / "a.kml", driver="KML")
    frame.to_parquet(folder / "a.parquet")
    return folder


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(seed=8247, in_head=True, kept=1.0)  # a date of the year 0 in a .dbf
@given(seed=st.integers(0, 10**6), in_head=st.booleans(), kept=st.floats(0.1, 2))
def test_damage_is_read_or_refused(sound, tmp_path, name, seed, in_head, kept):
    for part in sound.glob("a.*"):
        shutil.copy(part, tmp_path / part.name)
    data = np.frombuffer((sound / name).read_bytes(), np.uint8).copy()
    rng = np.random.default_rng(seed)
    reach = min(len(data), 200) if in_head else len(data)
    data[rng.integers(0, reach, 8)] = rng.integers(0, 256, 8)
    (tmp_path / name).write_bytes(data[: int(len(data) * kept)].tobytes())
    opened = "a.shp" if name in ("a.dbf", "a.shx", "a.prj") else name
    for read in (lambda p: read_table(p, DEPARTMENT), check_file):
        try:
            read(str(tmp_path / opened))
        except InputError as error:
            assert opened in str(error)  # noqa: PT017  (either outcome is right)
