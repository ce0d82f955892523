"""One contract, two stores: a workspace in a GeoPackage file and in a real PostGIS."""

import json
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import inspect, text

import edits
import service
from onegrid.errors import CrsError, InputError, OutputError, StaleError
from onegrid.grids.edit import EditError, open_grid, perform
from onegrid.store import (
    audit,
    back_up,
    create_workspace,
    file_of,
    open_workspace,
    plans,
    restore_backup,
    results,
    schema,
)
from onegrid.store.audit import By
from onegrid.store.rows import read_rows

pytestmark = pytest.mark.integration
SRID = 4547
BY = By("planner", "2026-01-02T03:04:05Z", "why")
HEAD = plans.PlanHead("main", "一张网", plans.DRAFT, 0, None, None, BY.at, BY.author)


@pytest.fixture
def workspace(place):
    with closing(create_workspace(place, name="江岸区", srid=SRID)) as made:
        yield made


def fresh():
    """Return a grid whose tables have every column that a plan keeps."""
    tables, _ = edits.lattice(6, 3, seed=3)
    tables["communities"] = tables["communities"].assign(name=None, subdistrict_name="街道")
    tables["subdistricts"] = tables["subdistricts"].assign(subdistrict_name="街道", communities=2)
    return open_grid(tables)


@pytest.fixture
def grid():
    return fresh()


def rows_of(grid):
    return [row for layer in grid.board.rows.values() for row in layer.values()]


@pytest.fixture
def planned(workspace, grid):
    with workspace.writing() as connection:
        plans.add_plan(connection, HEAD, rows_of(grid), srid=SRID, by=BY)
    return workspace


def stored(workspace, plan_id="main"):
    with workspace.reading() as connection:
        return {layer: rows for layer, rows in read_rows(connection, plan_id).items() if rows}


def random_changes(board, seed, count):
    rng = np.random.default_rng(seed)
    found = []
    for number in range(100 * count):
        if len(found) == count:
            break
        try:
            found.append(perform(board, edits.random_edit(board, rng, number)))
        except EditError:
            continue
    return found


def save(workspace, changes, *, base, plan_id="main"):
    with workspace.writing() as connection:
        return plans.save(connection, plan_id, changes, base=base, by=BY)


def test_the_tables_are_those_of_the_models_and_can_be_taken_back(place):
    with closing(create_workspace(place, name="x", srid=SRID)) as workspace:
        engine = workspace._engine  # noqa: SLF001  (the steps are no business of its users)
        schema.check(engine)
        schema.downgrade(engine, srid=SRID, to="base")
        ours = set(inspect(engine).get_table_names()) & {"cells", "plans", "audit", "settings"}
        assert not ours
        schema.upgrade(engine, srid=SRID)
        schema.check(engine)


def test_a_plan_comes_back_as_it_was_stored(planned, grid):
    assert stored(planned) == grid.board.rows


def test_every_save_is_a_revision_and_the_rows_follow(planned, grid):
    for number, change in enumerate(random_changes(grid.board, 7, 30)):
        assert save(planned, [change], base=number) == number + 1
    assert sorted_rows(stored(planned)) == sorted_rows(grid.board.rows)
    with planned.reading() as connection:
        listed = plans.history(connection, "main")
    assert [one.revision for one in listed] == list(range(30, 0, -1))
    assert {one.author for one in listed} == {"planner"}


def sorted_rows(rows):
    return {layer: dict(sorted(found.items())) for layer, found in rows.items()}


def test_several_changes_of_one_save_are_written_as_their_sum(planned, grid):
    changes = random_changes(grid.board, 8, 12)
    assert save(planned, changes, base=0) == 1
    assert sorted_rows(stored(planned)) == sorted_rows(grid.board.rows)


def test_any_revision_can_be_had_back_and_nothing_is_forgotten(planned, grid):
    start = sorted_rows(stored(planned))
    for number, change in enumerate(random_changes(grid.board, 9, 10)):
        save(planned, [change], base=number)
    end = sorted_rows(stored(planned))
    with planned.writing() as connection:
        assert plans.restore(connection, "main", to=0, base=10, by=BY) == 11
    assert sorted_rows(stored(planned)) == start
    with planned.writing() as connection:
        plans.restore(connection, "main", to=10, base=11, by=BY)
    assert sorted_rows(stored(planned)) == end
    with planned.reading() as connection:
        assert len(plans.history(connection, "main")) == 12
        with pytest.raises(InputError, match="REVISION_UNKNOWN"):
            plans.changes_since(connection, "main", 99)


def test_a_save_from_an_old_revision_changes_nothing(planned, grid):
    first, second = random_changes(grid.board, 10, 2)
    save(planned, [first], base=0)
    before = stored(planned)
    with pytest.raises(StaleError, match="stands at 1") as caught:
        save(planned, [second], base=0)
    assert caught.value.revision == 1
    assert stored(planned) == before
    with pytest.raises(InputError, match="PLAN_UNKNOWN"):
        save(planned, [second], base=0, plan_id="nowhere")


def test_a_branch_goes_its_own_way(planned, grid):
    with planned.writing() as connection:
        plans.branch_plan(connection, "main", to="try", name="试", by=BY)
        with pytest.raises(InputError, match="PLAN_EXISTS"):
            plans.branch_plan(connection, "main", to="try", name="试", by=BY)
    main = stored(planned)
    save(planned, random_changes(grid.board, 11, 3), base=0, plan_id="try")
    assert stored(planned) == main
    assert sorted_rows(stored(planned, "try")) == sorted_rows(grid.board.rows)
    with planned.reading() as connection:
        heads = {head.plan_id: head for head in plans.list_plans(connection)}
    assert (heads["try"].parent_id, heads["try"].parent_revision) == ("main", 0)


def test_of_many_writers_none_loses_a_save(planned):
    """Each thread saves ten times, as a user does: look, save, and look again if it was stale."""

    def work():
        for _ in range(10):
            while True:
                with planned.reading() as connection:
                    base = plans.plan_head(connection, "main").revision
                try:
                    save(planned, [], base=base)
                except StaleError:
                    continue
                break

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with planned.reading() as connection:
        assert plans.plan_head(connection, "main").revision == 40
        assert len(plans.history(connection, "main")) == 40
        assert audit.broken_rows(connection) == []


WRITER = """
import sys
from onegrid.store import open_workspace, plans
from onegrid.grids.edit import change_from_json
import json
place, changes = sys.argv[1], json.loads(open(sys.argv[2]).read())
workspace = open_workspace(place)
for base, change in enumerate(changes):
    with workspace.writing() as connection:
        plans.save(connection, "main", [change_from_json(change)], base=base,
                   by=plans.audit.By("writer", "2026-01-01T00:00:00Z"))
    print(base + 1, flush=True)
"""


def test_a_killed_writer_loses_nothing_that_was_acknowledged(planned, grid, tmp_path):
    changes = random_changes(grid.board, 12, 200)
    file = tmp_path / "changes.json"
    file.write_text(json.dumps([change.as_json() for change in changes]), encoding="utf-8")
    command = [sys.executable, "-c", WRITER, planned.place, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        told = [int(process.stdout.readline()) for _ in range(100)]
        process.kill()
        told += [int(line) for line in process.stdout.read().split()]
    again = fresh()
    with planned.reading() as connection:
        revision = plans.plan_head(connection, "main").revision
        for change in plans.changes_since(connection, "main", 0):
            again.board.apply(change)
    assert revision in (told[-1], told[-1] + 1)  # one may be saved and not yet acknowledged
    assert sorted_rows(stored(planned)) == sorted_rows(again.board.rows)
    assert edits.faults(again.tables()) == []


def test_the_audit_shows_what_was_changed_or_taken_out(planned, grid):
    for number, change in enumerate(random_changes(grid.board, 13, 4)):
        save(planned, [change], base=number)
    with planned.reading() as connection:
        assert audit.broken_rows(connection) == []
    with planned.writing() as connection:
        connection.execute(text("UPDATE audit SET actor = 'nobody' WHERE number = 2"))
    with planned.reading() as connection:
        assert audit.broken_rows(connection) == [2]
    with planned.writing() as connection:
        connection.execute(text("DELETE FROM audit WHERE number = 4"))
    with planned.reading() as connection:
        assert audit.broken_rows(connection) == [2, 5]


def test_a_result_is_kept_once_and_replaced_by_name(planned):
    with planned.writing() as connection:
        one = results.put_result(connection, "main", "gaps.csv", b"a", revision=0)
        assert results.put_result(connection, "main", "copy.csv", b"a", revision=0) == one
        two = results.put_result(connection, "main", "gaps.csv", b"bb", revision=1)
    with planned.reading() as connection:
        listed = results.list_results(connection, "main")
        assert [(r.name, r.revision, r.size) for r in listed] == [
            ("copy.csv", 0, 1),
            ("gaps.csv", 1, 2),
        ]
        assert results.content_of(connection, two) == b"bb"
        assert results.content_of(connection, one) == b"a"


@pytest.mark.parametrize("target", ["file", "postgis"])
def test_a_backup_taken_under_load_restores_to_one_state(planned, grid, tmp_path, request, target):
    changes = random_changes(grid.board, 14, 30)
    stop = threading.Event()

    def work():
        for base, change in enumerate(changes):
            save(planned, [change], base=base)
            if stop.is_set():
                break

    writer = threading.Thread(target=work)
    writer.start()
    backup = tmp_path / "backup.gpkg"
    try:
        back_up(planned, backup)
    finally:
        stop.set()
        writer.join()
    with pytest.raises(OutputError, match="will not overwrite"):
        back_up(planned, backup)
    assert not list(tmp_path.glob(".*"))
    to = str(tmp_path / "again")
    if target == "postgis":
        to = request.getfixturevalue("database")
        planned.close()
        service.wipe(to)
    with closing(restore_backup(backup, to)) as restored:
        with restored.reading() as connection:
            revision = plans.plan_head(connection, "main").revision
            assert audit.broken_rows(connection) == []
        again = fresh()
        for change in changes[:revision]:
            again.board.apply(change)
        assert sorted_rows(stored(restored)) == sorted_rows(again.board.rows)
        save(restored, [], base=revision)  # new rows get new numbers
        with restored.writing() as connection:
            plans.branch_plan(connection, "main", to="b", name="b", by=BY)


def test_the_first_import_chooses_the_crs(place):
    with closing(create_workspace(place, name="x")) as workspace:
        workspace.use_crs(SRID)
        workspace.use_crs(SRID)
        with pytest.raises(CrsError, match="EPSG:4548"):
            workspace.use_crs(4548)
    with closing(open_workspace(place)) as again:
        assert (again.srid, again.name) == (SRID, "x")


def test_places_without_a_workspace_are_told_so(place):
    with pytest.raises(InputError, match="WORKSPACE_MISSING"):
        open_workspace(place)
    create_workspace(place, name="x").close()
    with pytest.raises(OutputError, match="WORKSPACE_EXISTS"):
        create_workspace(place, name="x")
    with closing(open_workspace(place)) as workspace, workspace.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InputError, match="WORKSPACE_NEWER"):
        open_workspace(place)


def test_a_damaged_file_or_a_lost_server_is_an_error_of_one_line(tmp_path):
    create_workspace(str(tmp_path / "whole"), name="x").close()
    whole = file_of(str(tmp_path / "whole")).read_bytes()
    for name, content in (("text", b"hello" * 400), ("cut", whole[: len(whole) // 3])):
        folder = tmp_path / name
        folder.mkdir()
        file_of(str(folder)).write_bytes(content)
        with pytest.raises(InputError, match="WORKSPACE_BROKEN"):
            open_workspace(str(folder))
        with pytest.raises(InputError, match="WORKSPACE_BROKEN"):
            restore_backup(Path(file_of(str(folder))), str(tmp_path / "new"))
    with pytest.raises(InputError, match="WORKSPACE_UNREACHABLE"):
        open_workspace("postgresql+psycopg://nobody@127.0.0.1:1/nothing")


GDAL = """
import json, sys, pyogrio
path = sys.argv[1]
layers = {str(n): k for n, k in pyogrio.list_layers(path)}
cells = pyogrio.read_dataframe(path, layer="cells")
print(json.dumps({"layers": layers, "cells": len(cells), "crs": cells.crs.to_epsg(),
                  "fields": list(cells.columns), "households": int(cells.households.sum())}))
"""


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_gdal_sees_every_layer_while_the_workspace_is_open(planned, grid):
    command = [sys.executable, "-c", GDAL, str(file_of(planned.place))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    seen = json.loads(done.stdout)
    cells = grid.board.rows["cells"].values()
    assert seen["layers"]["cells"] == "Polygon"
    assert {"plans", "revisions", "doors", "facilities", "department_grids"} <= set(seen["layers"])
    assert (seen["cells"], seen["crs"]) == (len(cells), SRID)
    assert {"cell_id", "code", "name", "community_id", "locked"} <= set(seen["fields"])
    assert seen["households"] == sum(cell.count("households") for cell in cells)
