"""One model, two stores: the same contract on a GeoPackage file and on a real PostGIS."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from sqlalchemy import Integer, Text, select
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from onegrid.errors import InputError, OutputError
from onegrid.store.blob import box_of, from_blob, to_blob
from onegrid.store.geopackage import make_geopackage, open_engine, settle, snapshot
from onegrid.store.layers import add_table
from onegrid.store.shape import Shape, touches_box

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

pytestmark = pytest.mark.integration
SRID = 4548
EMPTY = shapely.set_srid(shapely.Polygon(), SRID)


class Base(DeclarativeBase):
    pass


class Cell(Base):
    __tablename__ = "cells"
    fid: Mapped[int] = mapped_column(Integer, primary_key=True)
    cell_id: Mapped[str] = mapped_column(Text, unique=True)
    households: Mapped[int] = mapped_column(Integer, default=0)
    shape: Mapped[Any] = mapped_column(Shape("POLYGON"), nullable=True)


class Note(Base):
    __tablename__ = "notes"
    note_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    text: Mapped[str] = mapped_column(Text)


def square(west: float, south: float = 0, side: float = 10) -> shapely.Polygon:
    return shapely.set_srid(shapely.box(west, south, west + side, south + side), SRID)


@pytest.fixture(params=["geopackage", "postgis"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    file = request.param == "geopackage"
    place = tmp_path / "onegrid.gpkg" if file else request.getfixturevalue("postgis")
    made = open_engine(place)
    try:
        with made.begin() as connection:
            if file:
                make_geopackage(connection)
            Base.metadata.create_all(connection)
            for table in Base.metadata.sorted_tables:
                add_table(connection, table, srid=SRID)
        if file:
            settle(made)
        yield made
        if not file:
            Base.metadata.drop_all(made)
    finally:
        made.dispose()


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with Session(engine) as session:
        shapes = [square(0), square(10), square(20), EMPTY, None]
        session.add_all(
            Cell(fid=i + 1, cell_id=f"c{i}", households=i, shape=s) for i, s in enumerate(shapes)
        )
        session.commit()
    return engine


def found(engine: Engine, bounds: tuple[float, float, float, float]) -> list[str]:
    query = select(Cell.cell_id).where(touches_box(Cell.shape, bounds)).order_by(Cell.cell_id)
    with Session(engine) as session:
        return list(session.scalars(query))


def test_shapes_come_back_exactly_as_they_were_stored(filled):
    with Session(filled) as session:
        shapes = list(session.scalars(select(Cell.shape).order_by(Cell.fid)))
    assert [s.wkt for s in shapes[:3]] == [square(x).wkt for x in (0, 10, 20)]
    assert shapes[3].is_empty
    assert shapes[4] is None


def test_heights_are_dropped_on_both_stores(engine):
    with Session(engine) as session:
        high = shapely.set_srid(shapely.force_3d(square(0), 7), SRID)
        session.add(Cell(cell_id="high", shape=high))
        session.commit()
        assert not session.scalar(select(Cell.shape)).has_z


def test_a_box_finds_the_shapes_that_touch_it_and_no_others(filled):
    assert found(filled, (0, 0, 5, 5)) == ["c0"]
    assert found(filled, (10, 0, 10, 1)) == ["c0", "c1"]
    assert found(filled, (20.0000001, 0, 40, 40)) == ["c2"]  # indexes hold 32 bits
    assert found(filled, (100, 100, 200, 200)) == []


def test_the_index_follows_updates_and_deletions(filled):
    with Session(filled) as session:
        cells = {c.cell_id: c for c in session.scalars(select(Cell))}
        cells["c0"].shape = square(500)
        cells["c1"].shape = None
        cells["c4"].shape = square(0, 500)
        session.delete(cells["c2"])
        session.commit()
    assert found(filled, (0, 0, 100, 100)) == []
    assert found(filled, (0, 0, 1000, 1000)) == ["c0", "c4"]


def test_a_shape_says_its_crs_and_one_without_is_refused(filled):
    with Session(filled) as session:
        assert shapely.get_srid(session.scalar(select(Cell.shape).where(Cell.fid == 1))) == SRID
        session.add(Cell(cell_id="nowhere", shape=shapely.box(0, 0, 1, 1)))
        with pytest.raises(StatementError, match="without a CRS"):
            session.commit()


@pytest.mark.parametrize("engine", ["postgis"], indirect=True)
def test_postgis_takes_no_shape_of_another_crs(filled):
    with Session(filled) as session:
        session.add(Cell(cell_id="foreign", shape=shapely.set_srid(square(0), 4547)))
        with pytest.raises(DBAPIError, match="SRID"):
            session.commit()


GDAL = """
import json, sys
import geopandas, pyogrio, shapely
path = sys.argv[1]
seen = geopandas.read_file(path, layer="cells", bbox=(0, 0, 5, 5))
new = geopandas.GeoDataFrame({"cell_id": ["qgis"], "households": [1]},
                             geometry=[shapely.box(1, 1, 2, 2)], crs=seen.crs)
pyogrio.write_dataframe(new, path, layer="cells", append=True)
print(json.dumps({"layers": [str(n) for n in pyogrio.list_layers(path)[:, 0]],
                  "ids": list(seen["cell_id"]), "crs": seen.crs.to_epsg(),
                  "fields": list(pyogrio.read_info(path, layer="cells")["fields"])}))
"""


@pytest.mark.parametrize("engine", ["geopackage"], indirect=True)
def test_gdal_in_another_process_reads_filters_and_appends(filled):
    script = [sys.executable, "-c", GDAL, str(filled.url.database)]
    done = subprocess.run(script, check=True, capture_output=True, text=True)  # noqa: S603
    seen = json.loads(done.stdout)
    assert sorted(seen["layers"]) == ["cells", "notes"]
    assert seen["ids"] == ["c0"]
    assert seen["crs"] == SRID
    assert seen["fields"] == ["cell_id", "households"]
    assert found(filled, (0, 0, 5, 5)) == ["c0", "qgis"]
    with filled.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


@pytest.mark.parametrize("engine", ["geopackage"], indirect=True)
def test_a_snapshot_is_a_geopackage_of_its_own(filled, tmp_path):
    import pyogrio  # noqa: PLC0415  (GDAL in this process sees the copy only)

    copy = tmp_path / "copy.gpkg"
    snapshot(filled, copy)
    assert list(pyogrio.read_dataframe(copy, layer="cells")["cell_id"]) == [
        "c0",
        "c1",
        "c2",
        "c3",
        "c4",
    ]
    with pytest.raises(OutputError, match="will not overwrite"):
        snapshot(filled, copy)


def test_a_blob_of_another_writer_is_understood():
    wkb = shapely.to_wkb(square(3), byte_order=0)
    big_endian = struct.pack(">2sBBi4d", b"GP", 0, 0b010, SRID, 3, 13, 0, 10) + wkb
    bare = struct.pack("<2sBBi", b"GP", 0, 1, SRID) + wkb
    for blob in (big_endian, bare):
        assert from_blob(blob).equals(square(3))
        assert box_of(blob) == (3, 0, 13, 10)


@pytest.mark.parametrize("blob", [b"", b"GP", b"XY" + bytes(60), to_blob(square(1), SRID)[:-9]])
def test_a_broken_blob_is_refused(blob):
    with pytest.raises(InputError, match="STORE_BLOB"):
        from_blob(blob)
