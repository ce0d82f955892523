"""The browser's model and the server judge alike: one saves what the other drew, or both refuse."""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pytest
import shapely

import edits
from onegrid.grids.check import partition_problems
from onegrid.grids.edit import open_grid, perform, read_edits
from onegrid.grids.options import AssignOptions
from onegrid.io.sample import DistrictOptions, write_district
from onegrid.pipeline.merge import MergeInputs, merge_tables, read_merge
from onegrid.pipeline.stages import Run

pytestmark = pytest.mark.slow

WEB = Path(__file__).parents[2] / "web"
WITH_NODE = WEB.parent / "tools" / "with_node.sh"
PLANS = pytest.mark.parametrize(("kind", "seed"), [("lattice", 0), ("lattice", 1), ("merged", 2)])
NEAR_M = (
    0.01  # each rounds junctions to the millimetre; a vertex this near is the one that is meant
)
ASK = """
const { draws } = await import(process.argv[1]);
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { rows, seed, tries, ops } = JSON.parse(Buffer.concat(chunks).toString());
process.stdout.write(JSON.stringify(draws(rows, seed, tries, ops)));
"""
OPERATIONS = (
    *("split", "merge", "move_border", "reassign", "rename"),
    *("insert_vertex", "weld", "move_line", "lock"),
)


def node(*command, given=""):
    shell = shutil.which("bash")
    asked = [shell, str(WITH_NODE), *command]
    done = subprocess.run(asked, input=given, capture_output=True, text=True, cwd=WEB, check=False)  # noqa: S603  (our own program)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Return a function that draws on a plan as the browser does."""
    if not (WEB / "node_modules" / "rolldown").exists():
        pytest.skip("web/node_modules is not installed (make web)")
    made = tmp_path_factory.mktemp("model") / "draws.mjs"
    entry = "src/model/draws.fixture.ts"
    node("node", "node_modules/rolldown/bin/cli.mjs", entry, "-o", str(made), "-f", "esm")

    @cache
    def draw(kind, seed, tries):
        rows = {name: features(plan(kind)[name]) for name in ("cells", "atoms")}
        given = json.dumps({"rows": rows, "seed": seed, "tries": tries, "ops": OPERATIONS})
        return json.loads(node("node", "--input-type=module", "-e", ASK, str(made), given=given))

    return draw


@cache
def plan(kind):
    """Return a wavy lattice, or a plan that was merged from departments' grids."""
    if kind == "lattice":
        return edits.lattice(6, 6, seed=7)[0]
    options = DistrictOptions(
        seed=1, subdistricts=1, communities=2, cells=8, households=3_000, buildings=250
    )
    with TemporaryDirectory() as folder:
        paths = write_district(Path(folder), options)
        departments = {name: str(path) for name, path in paths.departments.items()}
        grounds = (paths.communities, paths.households, paths.roads)
        tables = read_merge(MergeInputs(departments, *map(str, grounds)))
    grid = merge_tables(tables, options=AssignOptions(), run=Run("test")).grid
    return {"cells": grid.cells, "atoms": grid.atoms, "communities": grid.communities}


def features(frame):
    """Return rows as the service gives them with crs=grid."""
    plain = json.loads(frame.drop(columns="geometry").to_json(orient="index"))
    return [
        {
            "type": "Feature",
            "id": name,
            "properties": plain[name],
            "geometry": shapely.geometry.mapping(shape),
        }
        for name, shape in frame.geometry.items()
    ]


def saved(kind, drawn):
    """Return the grid after the server has done what the browser drew."""
    grid = open_grid(plan(kind))
    for one in read_edits({"edits": drawn["edits"]}):
        perform(grid.board, one)
    tables = grid.tables()
    assert edits.faults(tables) == []
    return tables


@PLANS
def test_the_server_saves_every_edit_that_the_browser_drew_and_ends_with_the_same_cells(
    browser, kind, seed
):
    drawn = browser(kind, seed, 250)
    assert drawn["valid"]
    assert {one["op"] for one in drawn["edits"]} >= {*OPERATIONS} - {"weld"}
    cells = saved(kind, drawn)["cells"]
    assert set(cells.index) == set(drawn["cells"])
    for name, shape in cells.geometry.items():
        there = edits.polygon(drawn["cells"][name])
        assert shapely.hausdorff_distance(shape, there) < NEAR_M, name
        assert shapely.hausdorff_distance(vertices(shape), vertices(there)) < NEAR_M, name


def vertices(shape):
    return shapely.MultiPoint(shapely.get_coordinates(shape))


@PLANS
def test_both_refuse_a_torn_vertex_an_overlap_and_a_cell_drawn_twice(browser, kind, seed):
    drawn = browser(kind, seed, 250)
    tables = saved(kind, drawn)
    communities, homes = tables["communities"], tables["cells"]["community_id"]
    assert judged(drawn["cells"], homes, communities) == []
    assert [one["kind"] for one in drawn["broken"]] == ["torn", "overlap", "twice"]
    for one in drawn["broken"]:
        assert not one["valid"]
        assert judged(one["cells"], homes, communities) != []


def judged(cells, homes, communities):
    shapes = np.array([edits.polygon(rings) for rings in cells.values()], dtype=object)
    frame = gpd.GeoDataFrame(
        {"community_id": homes.reindex(list(cells)).to_numpy()},
        index=list(cells),
        geometry=shapes,
        crs=communities.crs,
    )
    return [problem.code for problem in partition_problems(frame, communities)]
