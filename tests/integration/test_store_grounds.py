"""Each plan is made from its own doors, facilities and departments' grids, on both stores."""

import hashlib
from contextlib import closing

import geopandas as gpd
import pytest
from shapely import Point, box, set_srid
from sqlalchemy import insert, text

from onegrid.pipeline.plan_import import import_table
from onegrid.pipeline.plan_tables import branch
from onegrid.store import create_workspace, open_workspace, plans, results, schema
from onegrid.store.audit import By
from onegrid.store.ground import (
    Source,
    batches_of,
    departments,
    ground,
    made_from,
    put_ground,
)
from onegrid.store.models import DepartmentGrid, Door, Facility
from onegrid.store.shape import touches_box

pytestmark = pytest.mark.integration
SRID = 4547
BY = By("planner", "2026-01-02T03:04:05Z")
PEOPLE = Source("people", "d.csv", "0")
COUNTS = ("households", "people", "elders_60", "elders_80", "elders_alone")


def doors(people, *, at=0.0):
    points = [Point(at + n, 0) for n in range(3)]
    columns = dict.fromkeys(COUNTS, people)
    return gpd.GeoDataFrame(
        columns, index=["d0", "d1", "d2"], geometry=points, crs=SRID
    ).rename_axis("id")


def grid_of(department):
    frame = gpd.GeoDataFrame(
        {"code": [f"{department}1"], "name": [None], "lead": [None], "workers": [None]},
        geometry=[box(0, 0, 9, 9)],
        crs=SRID,
    )
    return frame, Source("department", "g.gpkg", "0", department=department)


def people_of(workspace, plan_id):
    with workspace.reading() as connection:
        return ground(connection, plan_id, "people")["people"].tolist()


@pytest.fixture
def workspace(place):
    with closing(create_workspace(place, name="区", srid=SRID)) as made:
        with made.writing() as connection:
            for name in ("one", "two"):
                head = plans.PlanHead(name, name, plans.DRAFT, 0, None, None, BY.at, BY.author)
                plans.add_plan(connection, head, [], srid=SRID, by=BY)
        yield made


def put(workspace, plan_id, frame, source=PEOPLE):
    with workspace.writing() as connection:
        put_ground(connection, plan_id, frame, source, by=BY)


def test_two_plans_keep_doors_of_the_same_ids_apart(workspace):
    put(workspace, "one", doors([1, 2, 3]))
    put(workspace, "two", doors([7, 8, 9], at=500))
    assert people_of(workspace, "one") == [1, 2, 3]
    assert people_of(workspace, "two") == [7, 8, 9]
    with workspace.reading() as connection:
        marks = {made_from(connection, name) for name in ("one", "two")}
        near = connection.execute(
            Door.__table__.select().where(touches_box(Door.shape, (499, -1, 503, 1)))
        ).all()
    assert len(marks) == 2
    assert [row.people for row in near] == [7, 8, 9]


def test_importing_anew_replaces_what_one_plan_is_made_from_and_forgets_it_when_unused(workspace):
    put(workspace, None, doors([1, 1, 1]))
    assert people_of(workspace, "one") == people_of(workspace, "two") == [1, 1, 1]
    put(workspace, "one", doors([5, 5, 5]))
    assert people_of(workspace, "one") == [5, 5, 5]
    assert people_of(workspace, "two") == [1, 1, 1]
    put(workspace, "two", doors([6, 6, 6]))
    with workspace.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM doors")) == 6
        assert connection.scalar(text("SELECT count(*) FROM batches")) == 3  # what was imported


def test_departments_are_those_of_the_plan_and_a_branch_shares_them(workspace):
    put(workspace, "one", *grid_of("emergency"))
    put(workspace, "two", *grid_of("ecology"))
    put(workspace, "one", doors([1, 2, 3]))
    with workspace.writing() as connection:
        results.put_result(
            connection, "one", "gaps.csv", b"a", revision=0, made_from=made_from(connection, "one")
        )
        branch(connection, "one", to="try", name="try", by=BY)
    put(workspace, "one", doors([4, 5, 6]))
    with workspace.reading() as connection:
        assert departments(connection, "one") == departments(connection, "try") == ["emergency"]
        assert departments(connection, "two") == ["ecology"]
        codes = ground(connection, "try", "department", department="emergency")["code"].tolist()
        (kept,) = results.list_results(connection, "try")
        assert kept.made_from == made_from(connection, "try") != made_from(connection, "one")
    assert codes == ["emergency1"]
    assert people_of(workspace, "try") == [1, 2, 3]


BEFORE = (  # what was imported in an earlier release, in this order
    *(("people", ""), ("people", ""), ("facilities", "")),
    *(("department", "emergency"), ("department", "ecology")),
)
BATCH = (
    "INSERT INTO batches (role, name, source, sha256, rows, imported_at, author, findings)"
    " VALUES (:role, :name, 'f', '0', 1, 'x', 'x', '[]')"
)
PLAN = (
    "INSERT INTO plans (plan_id, name, status, revision, created_at, author)"
    " VALUES (:name, 'n', 'draft', 0, 'x', 'x')"
)


@pytest.mark.parametrize("first", ["0001", "0005"])
def test_a_workspace_of_an_earlier_release_keeps_everything_and_can_go_back(place, first):
    with closing(create_workspace(place, name="区", srid=SRID)) as workspace:
        engine = workspace._engine  # noqa: SLF001  (the steps are no business of its users)
        schema.downgrade(engine, srid=SRID, to=first)
        shape = set_srid(Point(3, 4), SRID)
        with workspace.writing() as connection:
            connection.execute(text(PLAN), [{"name": name} for name in ("one", "two")])
            for role, name in BEFORE:
                connection.execute(text(BATCH), {"role": role, "name": name})
            connection.execute(insert(Door), {
                "batch_id": 2, "id": "d", "shape": shape, **dict.fromkeys(COUNTS, 3)})  # fmt: skip
            connection.execute(insert(Facility), {
                "batch_id": 3, "facility_id": "f", "kind": "clinic", "shape": shape})  # fmt: skip
            for number, name in ((4, "emergency"), (5, "ecology")):
                connection.execute(insert(DepartmentGrid), {
                    "batch_id": number, "department": name, "shape": shape})  # fmt: skip
    with closing(open_workspace(place)) as workspace:
        engine = workspace._engine  # noqa: SLF001
        schema.check(engine)
        for name in ("one", "two"):
            assert people_of(workspace, name) == [3]
            with workspace.reading() as connection:
                assert departments(connection, name) == ["ecology", "emergency"]
                (batch,) = batches_of(connection, name, "facilities")
                assert (batch.batch_id, batch.revision) == (3, 0)
        put(workspace, "two", doors([7, 8, 9]))
        with workspace.reading() as connection:  # the spatial index holds old rows and new ones
            box_of = touches_box(Door.shape, (-1, -1, 5, 5))
            assert len(connection.execute(Door.__table__.select().where(box_of)).all()) == 4
        schema.downgrade(engine, srid=SRID, to="0005")
        with workspace.reading() as connection:
            assert connection.scalar(text("SELECT count(*) FROM doors")) == 3  # the last import
        schema.upgrade(engine, srid=SRID)
        schema.check(engine)
        assert people_of(workspace, "one") == people_of(workspace, "two") == [7, 8, 9]


@pytest.mark.parametrize(
    ("file", "codec"), [("doors.csv", "gb18030"), ("doors.csv", "utf-8"), ("doors.gpkg", "utf-8")]
)
def test_an_import_remembers_the_hash_the_crs_and_the_encoding_of_its_file(
    workspace, tmp_path, file, codec
):
    source = tmp_path / file
    if source.suffix == ".csv":
        source.write_bytes("编号,lon,lat,户数\n甲,114.2508,30.6030,12\n".encode(codec))
    else:
        frame = doors([1, 2, 3]).assign(geometry=gpd.points_from_xy([5e5] * 3, [3.4e6] * 3))
        frame.to_crs(4490).reset_index().to_file(source, layer="doors")
    import_table(workspace, "people", str(source), plan_id="one", by=BY)
    with workspace.reading() as connection:
        (kept,) = batches_of(connection, "one", "people")
    crs = "EPSG:4326" if source.suffix == ".csv" else "EPSG:4490"
    assert (kept.source, kept.crs, kept.encoding) == (file, crs, codec)
    assert kept.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
