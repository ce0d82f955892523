"""Writing: the whole file or none, the same bytes twice, never onto an input."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import Point, box

from onegrid.errors import OutputError
from onegrid.io.files import (
    OutputFolder,
    refuse_overwrite,
    write_csv,
    write_json,
    write_layers,
    write_parquet,
    write_text,
)

FRAME = gpd.GeoDataFrame(
    {"name": ["东", None], "households": [1, 2], "locked": [True, False], "area_m2": [1.5, None]},
    index=pd.Index(["a", "b"], name="cell_id"),
    geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
    crs=4548,
)
PLAIN = pd.DataFrame({"share": [0.1, None], "who": ["户", "x"]})
WRITERS = {
    "a.gpkg": lambda path, **k: write_layers(path, {"cells": FRAME, "none": FRAME[:0]}, **k),
    "a.csv": lambda path, **k: write_csv(path, PLAIN, **k),
    "a.parquet": lambda path, **k: write_parquet(path, FRAME, **k),
    "a.json": lambda path, **k: write_json(path, {"b": 1, "a": "户"}, **k),
    "a.txt": lambda path, **k: write_text(path, "一\n", **k),
}
each_writer = pytest.mark.parametrize("name", WRITERS)


@each_writer
def test_the_same_input_gives_the_same_bytes(tmp_path, name):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        WRITERS[name](tmp_path / folder / name)
        if (name, folder) == ("a.gpkg", "one"):
            time.sleep(1.1)  # GeoPackage would stamp whole seconds
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@each_writer
def test_writing_again_replaces_the_file_and_leaves_nothing_else(tmp_path, name):
    WRITERS[name](tmp_path / name)
    first = (tmp_path / name).read_bytes()
    WRITERS[name](tmp_path / name)
    assert (tmp_path / name).read_bytes() == first
    assert [p.name for p in tmp_path.iterdir()] == [name]


@each_writer
def test_office_files_are_readable_by_their_owner_only(tmp_path, name):
    WRITERS[name](tmp_path / name, private=True)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@each_writer
def test_a_missing_parent_or_a_folder_in_the_way_is_an_output_error(tmp_path, name):
    with pytest.raises(OutputError, match="does not exist"):
        WRITERS[name](tmp_path / "no" / name)
    (tmp_path / name).mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        WRITERS[name](tmp_path / name)


def test_layers_read_back_with_their_columns(tmp_path):
    WRITERS["a.gpkg"](tmp_path / "a.gpkg")
    assert [name for name, _ in pyogrio.list_layers(tmp_path / "a.gpkg")] == ["cells", "none"]
    back = gpd.read_file(tmp_path / "a.gpkg", layer="cells")
    assert list(back.columns) == ["cell_id", *FRAME.columns]
    assert back.locked.dtype == bool
    assert back.crs == FRAME.crs


def test_parquet_reads_back_as_geoparquet(tmp_path):
    WRITERS["a.parquet"](tmp_path / "a.parquet")
    back = gpd.read_parquet(tmp_path / "a.parquet").set_index("cell_id")
    assert back.geometry.geom_equals(FRAME.geometry).all()
    assert back.crs == FRAME.crs


def test_csv_keeps_text_and_empty_cells(tmp_path):
    write_csv(tmp_path / "a.csv", PLAIN)
    assert (tmp_path / "a.csv").read_bytes() == "share,who\n0.1,户\n,x\n".encode()


FULL_DISK = """
import resource, sys
sys.path[:0] = {path!r}
import geopandas as gpd, pandas as pd
from shapely import Point
from onegrid.errors import OutputError
from onegrid.io.files import write_csv, write_layers, write_parquet
frame = gpd.GeoDataFrame({{"n": [f"{{i * 7919 % 99991}}" for i in range(3000)]}},
    geometry=[Point(i, i * i % 977) for i in range(3000)], crs=4548)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
for write, name in ((write_layers, "a.gpkg"), (write_csv, "a.csv"), (write_parquet, "a.parquet")):
    try:
        write({folder!r} + "/" + name, {{"x": frame}} if name == "a.gpkg" else frame)
    except OutputError as error:
        print(name, error.problems[0].code)
"""


def test_a_full_disk_is_an_output_error_and_leaves_nothing(tmp_path):
    script = FULL_DISK.format(path=sys.path, folder=str(tmp_path))
    run = subprocess.run(  # noqa: S603  (our own interpreter and script)
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert run.stdout.split("\n")[:3] == ["a.gpkg OUTPUT", "a.csv OUTPUT", "a.parquet OUTPUT"]
    assert list(tmp_path.iterdir()) == []


def test_remains_of_a_killed_run_are_cleared_but_not_those_of_a_running_one(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    dead = tmp_path / f".a.txt.part-{process.pid}-0"
    alive = tmp_path / f".a.txt.part-{os.getppid()}-0"
    for folder in (dead, alive):
        folder.mkdir()
        (folder / "a.txt").write_text("half")
    write_text(tmp_path / "a.txt", "whole")
    assert not dead.exists()
    assert alive.exists()


def test_a_folder_of_results_appears_as_a_whole(tmp_path):
    goal = tmp_path / "deep" / "out"
    with OutputFolder(goal) as out:
        write_text(out / "a.txt", "a")
        (out / "sub").mkdir()
        write_text(out / "sub" / "b.txt", "b")
        assert not (goal / "a.txt").exists()
    assert sorted(p.name for p in goal.rglob("*")) == ["a.txt", "b.txt", "sub"]


def test_other_files_of_the_folder_stay(tmp_path):
    (tmp_path / "kept.txt").write_text("kept")
    (tmp_path / "a.txt").write_text("old")
    with OutputFolder(tmp_path) as out:
        write_text(out / "a.txt", "new")
    assert (tmp_path / "kept.txt").read_text() == "kept"
    assert (tmp_path / "a.txt").read_text() == "new"
    assert len(list(tmp_path.iterdir())) == 2


def write_all(*paths: Path) -> None:
    for path in paths:
        write_text(path, "new")


def fail_after_writing(path: Path) -> None:
    write_all(path)
    raise RuntimeError


def test_a_result_of_a_former_run_that_this_one_has_not_is_taken_away(tmp_path):
    for name in ("old.csv", "mine.txt"):
        write_text(tmp_path / name, "old")
    with (
        pytest.raises(RuntimeError),
        OutputFolder(tmp_path, owns=["new.csv", "old.csv"]),
    ):
        raise RuntimeError
    assert {p.name for p in tmp_path.iterdir()} == {"old.csv", "mine.txt"}
    with OutputFolder(tmp_path, owns=["new.csv", "old.csv"]) as out:
        write_text(out / "new.csv", "new")
    assert {p.name for p in tmp_path.iterdir()} == {"new.csv", "mine.txt"}


def test_a_failure_inside_leaves_the_folder_as_it_was(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(RuntimeError), OutputFolder(tmp_path) as out:
        fail_after_writing(out / "a.txt")
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]
    with pytest.raises(RuntimeError), OutputFolder(tmp_path / "made" / "here") as out:
        fail_after_writing(out / "a.txt")
    assert not (tmp_path / "made").exists()


def test_a_failure_while_moving_undoes_what_was_moved(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    (tmp_path / "b.txt").mkdir()  # no file can be renamed onto a folder
    with pytest.raises(OutputError), OutputFolder(tmp_path) as out:
        write_all(out / "a.txt", out / "b.txt", out / "0.txt")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "f").write_text("")
    with pytest.raises(OutputError, match="not a folder"), OutputFolder(tmp_path / "f"):
        pass
    with pytest.raises(OutputError), OutputFolder(tmp_path / "f" / "below"):
        pass


def test_an_output_that_is_an_input_is_refused_through_any_link(tmp_path):
    source = tmp_path / "grid.gpkg"
    gpd.GeoDataFrame(geometry=[Point(0, 0)], crs=4548).to_file(source)
    (tmp_path / "soft.gpkg").symlink_to(source)
    os.link(source, tmp_path / "hard.gpkg")
    for out in ("grid.gpkg", "soft.gpkg", "hard.gpkg", "../" + tmp_path.name + "/grid.gpkg"):
        with pytest.raises(OutputError, match="OUTPUT_IS_INPUT"):
            refuse_overwrite(tmp_path / out, [f"{source}#cells"])
    with pytest.raises(OutputError, match="OUTPUT_IS_INPUT"):
        refuse_overwrite(tmp_path, [source], names=["a.csv", "grid.gpkg"])
    before = source.read_bytes()
    with pytest.raises(OutputError), OutputFolder(tmp_path, inputs=[source]) as out:
        write_text(out / "grid.gpkg", "new")
    assert source.read_bytes() == before
    refuse_overwrite(tmp_path / "new.gpkg", [source])


def test_relative_paths_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_text("a.txt", "x")
    with OutputFolder("out") as out:
        write_text(out / "b.txt", "y")
    assert Path("out/b.txt").read_text() == "y"
