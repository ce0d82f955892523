"""Files that people send: the good are looked through, the hostile end in a clear refusal."""

import io
import json
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import service
from service import Browser

pytestmark = pytest.mark.integration
BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>&b;</name></Document></kml>"""
LOOK = """
import sys
from pathlib import Path
from onegrid_api import intake
intake.MEMORY_BYTES_MAX = int(sys.argv[2])
if intake.main(sys.argv[1:2]) == 0:
    print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""
STRANGER = b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'


def archive(members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for member, content in members.items():
            made.writestr(member, content)
    return packed.getvalue()


def ring(count):
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return shapely.Polygon(np.column_stack([114 + np.cos(turn) / 100, 30 + np.sin(turn) / 100]))


def geojson(shape):
    return gpd.GeoDataFrame({"a": [1]}, geometry=[shape], crs=4326).to_json().encode()


def deep():
    return b'{"type":"FeatureCollection","features":' + b"[" * 200_000 + b"]" * 200_000 + b"}"


def long_ring():
    shape = shapely.to_geojson(ring(1_000_000))
    return f'{{"type": "Feature", "properties": {{}}, "geometry": {shape}}}'.encode()


HOSTILE = {
    "zip bomb": ("b.zip", lambda: archive({"b.shp": bytes(20_000_000)}), "UPLOAD_ARCHIVE"),
    "zip in a zip": ("b.zip", lambda: archive({"b.zip": archive({})}), "UPLOAD_ARCHIVE"),
    "leads out": ("b.zip", lambda: archive({"../../etc/x.shp": b"1"}), "UPLOAD_ARCHIVE"),
    "leads to the root": ("b.zip", lambda: archive({"/etc/x.shp": b"1"}), "UPLOAD_ARCHIVE"),
    "a program": ("b.zip", lambda: archive({"run.sh": b"rm"}), "UPLOAD_ARCHIVE"),
    "many files": (
        "b.zip",
        lambda: archive({f"{i}.shp": b"1" for i in range(600)}),
        "UPLOAD_ARCHIVE",
    ),
    "cut zip": ("b.zip", lambda: archive({"a.shp": bytes(999)})[:60], "UPLOAD_ARCHIVE"),
    "text as shp": ("b.zip", lambda: archive({"a.shp": b"hello" * 99}), None),
    "entities": ("b.kml", lambda: BOMB, "UPLOAD_KIND"),
    "entities after a comment": (
        "b.kml",
        lambda: b"<!--x--><kml><!DOCTYPE a></kml>",
        "UPLOAD_XML",
    ),
    "entities in UTF-16": (
        "b.kml",
        lambda: b"<kml>" + "<!DOCTYPE a>".encode("utf-16-le") + b"</kml>",
        "UPLOAD_XML",
    ),
    "entities after a megabyte of zeros": (
        "b.kml",
        lambda: b"<kml>" + bytes(3 << 20) + b"<!DOCTYPE a></kml>",
        "UPLOAD_XML",
    ),
    "another driver": ("b.geojson", lambda: STRANGER, "UPLOAD_KIND"),
    "another driver as csv": ("b.csv", lambda: STRANGER, "UPLOAD_KIND"),
    "deep": ("b.geojson", deep, None),
    "a ring of many": ("b.geojson", long_ring, "UPLOAD_LIMITS"),
    "cut geopackage": ("b.gpkg", lambda: b"SQLite format 3\0" + bytes(500), None),
    "cut parquet": ("b.parquet", lambda: b"PAR1" + bytes(50) + b"PAR1", None),
    "cut flatgeobuf": ("b.fgb", lambda: b"fgb\x03fgb\x00" + struct.pack("<I", 2**31), None),
    "empty": ("b.csv", lambda: b"", "UPLOAD_KIND"),
    "no table": ("b.csv", lambda: b"a,b\n1,2\n", None),
    "a folder in the name": ("../b.csv", lambda: b"a", "UPLOAD_NAME"),
    "hidden": (".b.csv", lambda: b"a", "UPLOAD_NAME"),
    "a zero byte": ("b\0.csv", lambda: b"a", "TEXT"),
    "a script": ("b.exe", lambda: b"MZ", "UPLOAD_KIND"),
    "vrt": ("b.vrt", lambda: STRANGER, "UPLOAD_KIND"),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    place = str(tmp_path_factory.mktemp("district") / "w")
    service.fill(place)
    made, close = service.service(place, upload_bytes_max=100_000_000)
    yield made
    close()


@pytest.fixture(scope="module")
def planner(app):
    return Browser(app, "planner")


def send(browser, name, content):
    return browser.ask("POST", "/api/uploads", params={"file": name}, content=content)


def left():
    """Return what uploads have left in the folder for such things."""
    return set(Path(tempfile.gettempdir()).glob("onegrid-upload-*"))


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_and_leaves_nothing(planner, case):
    name, content, code = HOSTILE[case]
    before = left()
    answer = send(planner, name, content())
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert code is None or body["code"] == code
    assert tempfile.gettempdir() not in answer.text
    assert left() == before
    assert planner.get("/api/uploads").json()["total"] == 0


@pytest.mark.parametrize(
    ("case", "room_mb", "told"),
    [("a ring of many", 2000, True), ("deep", 2000, True), ("a ring of many", 250, False)],
)
def test_whoever_looks_into_a_hostile_file_takes_no_more_memory_than_given(
    case, room_mb, told, tmp_path
):
    name, content, _ = HOSTILE[case]
    path = tmp_path / name
    path.write_bytes(content())
    command = [sys.executable, "-c", LOOK, str(path), str(room_mb * 1_000_000)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if told:
        assert "problems" in json.loads(done.stdout.splitlines()[0])
        assert int(done.stdout.splitlines()[-1]) < 1_000_000  # kB that it ever held
    else:  # it ended, and not the machine
        assert not done.stdout


def test_more_bytes_than_the_service_takes_are_refused_while_they_come(app):
    small, close = service.service(app.state.settings.store, upload_bytes_max=1000)
    answer = send(Browser(small, "planner"), "a.csv", b"a" * 5000)
    assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")
    close()
    assert not left()


def test_a_good_file_is_looked_through_kept_and_deleted(planner, app):
    towns = gpd.GeoDataFrame(
        {"community_id": ["1", "1"]},
        geometry=[shapely.box(114, 30, 114.01, 30.01), shapely.box(114.005, 30, 114.02, 30.01)],
        crs=4490,
    )
    answer = send(planner, "社区.geojson", towns.to_crs(4326).to_json().encode())
    assert answer.status_code == 201, answer.text
    body = answer.json()
    (layer,) = body["preview"]["layers"]
    assert (layer["features"], layer["columns"]) == (2, ["id", "community_id"])
    assert {f["code"] for f in body["preview"]["findings"]} >= {"OVERLAP"}
    assert Browser(app, "office").get(f"/api/uploads/{body['upload_id']}").status_code == 404
    assert planner.delete(f"/api/uploads/{body['upload_id']}").status_code == 204
    assert planner.get("/api/uploads").json()["total"] == 0
