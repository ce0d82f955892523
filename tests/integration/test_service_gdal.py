"""QGIS and GDAL read and edit the file of a workspace while the service works on it."""

import json
import subprocess
import sys

import pytest

import service
from onegrid.store import file_of
from service import Browser, rename

pytestmark = pytest.mark.integration
GDAL = """
import json, sys
import geopandas, pyogrio, shapely
path = sys.argv[1]
doors = geopandas.read_file(path, layer="doors")
new = doors.head(1).assign(id="qgis")
pyogrio.write_dataframe(new, path, layer="doors", append=True)
cells = geopandas.read_file(path, layer="cells", where="plan_id = 'main'")
print(json.dumps({"doors": len(doors), "names": dict(zip(cells["cell_id"], cells["name"]))}))
"""


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_a_row_that_gdal_adds_is_there_and_edits_go_on(app, place):
    planner = Browser(app, "planner")
    assert planner.edit(rename("c0000", "甲"), base=0).status_code == 200
    command = [sys.executable, "-c", GDAL, str(file_of(place))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    seen = json.loads(done.stdout)
    assert seen["names"]["c0000"] == "甲"
    assert seen["doors"] == len(service.grid().board.rows["cells"])
    listed = planner.get("/api/plans/main/people?limit=1000000").json()
    assert listed["total"] == seen["doors"] + 1
    assert "qgis" in {feature["id"] for feature in listed["features"]}
    assert planner.edit(rename("c0000", "乙"), base=1).json()["revision"] == 2
    with app.state.office.workspace.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
