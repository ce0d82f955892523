"""A workspace of the made-up district: its results imported and published, an office let in."""

from contextlib import closing

import service
import tables
from onegrid.pipeline.plan_import import ImportInputs, import_folder
from onegrid.pipeline.workspace import init
from onegrid.store import open_workspace, plans, results, users

PEOPLE = {
    "office": ("subdistrict_office", "subdistrict/s0"),
    "town": ("community", "community/m21"),
    "planner": ("planner", "district"),
    "newcomer": ("community", "community/m21"),
    "worker": ("grid_worker", "community/m21"),
}
DRAFT = "next"


def publish(folder, place):
    """Make a workspace of a folder of results: a plan in force, a draft, people who may log in."""
    init(place, name="区", crs=None)
    import_folder(place, ImportInputs(folder, "main", "一张网"), by=service.BY)
    with closing(open_workspace(place)) as workspace, workspace.writing() as connection:
        plans.branch_plan(connection, "main", to=DRAFT, name="下一稿", by=service.BY)
        plans.set_status(connection, "main", base=0, was=plans.DRAFT, to=plans.PUBLISHED)
        for name, (role, area) in PEOPLE.items():
            users.add_user(connection, users.Person(name, name, role, (area,)), by=service.BY)
        kept = service.kept_password()
        connection.execute(users.User.__table__.update().values(password=kept))


def add_last_year(connection):
    """Add a plan that was in force before, when a quarter of everybody was covered."""
    plans.branch_plan(connection, "main", to="old", name="去年", by=service.BY)
    plans.set_status(connection, "old", base=0, was=plans.DRAFT, to="retired")
    text = tables.gaps().assign(covered_share=0.25).to_csv(index=False).encode()
    results.put_result(connection, "old", "gaps.csv", text, revision=0)
