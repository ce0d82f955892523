"""A small workspace with a plan, people of every role, and browsers that ask the service."""

from functools import cache

import geopandas as gpd
import httpx
import numpy as np
import shapely
from fastapi.routing import APIRoute
from sqlalchemy import create_engine, inspect, text

import edits
from asking import awaited
from onegrid.grids.edit import open_grid
from onegrid.store import create_workspace, logins, plans, users
from onegrid.store.audit import By, by_now
from onegrid.store.ground import Source, put_ground
from onegrid.store.passwords import hashed
from onegrid_api.app import create_app
from onegrid_api.settings import Settings

SRID = 4547
BY = By("setup", "2026-01-02T03:04:05Z")
PASSWORD = "一二三四五 correct horse"  # noqa: S105  (of people who do not exist)
PEOPLE = {
    "worker": ("grid_worker", "community/m0-0"),
    "own": ("community", "community/m0-0"),
    "other": ("community", "community/m1-0"),
    "office": ("subdistrict_office", "subdistrict/s0"),
    "office1": ("subdistrict_office", "subdistrict/s1"),
    "planner": ("planner", "district"),
    "planner2": ("planner", "district"),
    "admin": ("admin", "district"),
    "fire": ("department", "department/emergency"),
}


def grid():
    """Return a grid of two communities, each in a subdistrict of its own, with doors."""
    tables, _ = edits.lattice(6, 3, seed=3)
    cells, towns = tables["cells"], tables["communities"]
    homes = {name: f"s{name[1]}" for name in towns.index}
    cells["subdistrict_id"] = cells["community_id"].map(homes)
    towns = towns.assign(
        name=towns.index, subdistrict_name="街道", subdistrict_id=[homes[n] for n in towns.index]
    )
    offices = towns[["subdistrict_id", "geometry"]].dissolve("subdistrict_id", method="coverage")
    offices = offices.assign(subdistrict_name="街道", communities=1)
    return open_grid(tables | {"communities": towns, "subdistricts": offices})


def doors(opened):
    """Return one door in each cell."""
    rows = opened.board.rows["cells"]
    counts = np.arange(len(rows)) + 12
    columns = ("households", "people", "elders_60", "elders_80", "elders_alone")
    points = [row.shape.representative_point() for row in rows.values()]
    return gpd.GeoDataFrame(
        dict.fromkeys(columns, counts), index=[f"d{n}" for n in rows], geometry=points, crs=SRID
    ).rename_axis("id")


@cache
def kept_password():
    """Return what is kept of everybody's password; to make it takes a while, as it should."""
    return hashed(PASSWORD, user_id="nobody")


def fill(place):
    """Make a workspace with a plan, doors and people who have passwords."""
    workspace = create_workspace(place, name="区", srid=SRID)
    opened = grid()
    rows = [row for layer in opened.board.rows.values() for row in layer.values()]
    head = plans.PlanHead("main", "一张网", plans.DRAFT, 0, None, None, BY.at, BY.author)
    with workspace.writing() as connection:
        plans.add_plan(connection, head, rows, srid=SRID, by=BY)
        put_ground(connection, "main", doors(opened), Source("people", "d.csv", "0"), by=BY)
        for name, (role, area) in PEOPLE.items():
            users.add_user(connection, users.Person(name, name, role, (area,)), by=BY)
        connection.execute(users.User.__table__.update().values(password=kept_password()))
    workspace.close()


class Browser:
    """Somebody's browser: keeps the cookie, sends the token."""

    def __init__(self, app, name=None):
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.cookies, self.csrf = httpx.Cookies(), ""
        self.app = app
        if name is not None:  # as if they had logged in before: a password takes a while
            with app.state.office.workspace.writing() as connection:
                token, self.csrf = logins.log_in(connection, name, agent="", by=by_now(name))
            self.cookies.set("onegrid_session", token)

    def log_in(self, name, password=PASSWORD):
        answer = self.post("/api/session", {"user_id": name, "password": password})
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer

    def ask(self, method, url, *, headers=None, **more):
        async def send():
            async with httpx.AsyncClient(
                transport=self._transport, base_url="http://app", cookies=self.cookies
            ) as http:
                token = {"X-CSRF-Token": self.csrf} if self.csrf else {}
                answer = await http.request(method, url, headers=token | (headers or {}), **more)
                self.cookies = http.cookies
                return answer

        return awaited(send())

    def get(self, url, **more):
        return self.ask("GET", url, **more)

    def post(self, url, body, **more):
        return self.ask("POST", url, json=body, **more)

    def put(self, url, body, **more):
        return self.ask("PUT", url, json=body, **more)

    def delete(self, url, **more):
        return self.ask("DELETE", url, **more)

    def edit(self, *asked, base, plan="main", **more):
        """Save edits of a plan."""
        body = {"base_revision": base, "edits": list(asked), **more}
        return self.post(f"/api/plans/{plan}/edits", body)


def service(place, **settings):
    """Return an app of a workspace, and a way to close it."""
    app = create_app(Settings(store=place, **settings))
    office = app.state.office

    def close():
        office.runner.stop()
        office.published.close()
        office.workspace.close()

    return app, close


def told(answer):
    """Return the status of an answer and the code of its problem."""
    return answer.status_code, answer.json()["code"]


def rename(cell_id, name):
    return {"op": "rename", "cell_id": cell_id, "name": name}


def bowed(row):
    """Return an edit that moves a vertex that two cells share, inside their community."""
    x, y = shapely.get_coordinates(row.shape)[2]
    return {"op": "move_border", "from": [x, y], "to": [x + 3, y + 2]}


def routes(app):
    """Return the routes of a service, those of its routers too."""
    routers = [getattr(route, "original_router", app) for route in app.routes]
    every = [route for router in routers for route in router.routes]
    return list({id(route): route for route in every if isinstance(route, APIRoute)}.values())


def wipe(url):
    """Take every table of ours out of a database."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for name in inspect(connection).get_table_names():
            if name != "spatial_ref_sys":
                connection.execute(text(f'DROP TABLE "{name}" CASCADE'))
    engine.dispose()


def publish(app, plan="main", *, old=None, base=0):
    """Put a plan in force, in place of another one, without the people who decide it."""
    with app.state.office.workspace.writing() as connection:
        if old is not None:
            head = plans.plan_head(connection, old)
            plans.set_status(
                connection, old, base=head.revision, was=plans.PUBLISHED, to=plans.RETIRED
            )
        plans.set_status(connection, plan, base=base, was=plans.DRAFT, to=plans.PUBLISHED)


def lonlat(point):
    """Return a point of the grid in degrees."""
    there = gpd.GeoSeries([point], crs=SRID).to_crs(4490)
    return float(there.x.iloc[0]), float(there.y.iloc[0])


@cache
def _spots():
    cells = grid().board.rows["cells"]
    return {name: lonlat(row.shape.representative_point()) for name, row in cells.items()}


def spot(cell_id):
    """Return a place inside a cell of the plan that `fill` makes, in degrees."""
    return _spots()[cell_id]


def report(app, number, cell="c0000", *, duty="hazards"):
    """Report an issue in a cell, as anybody may."""
    lon, lat = spot(cell)
    body = {"issue_id": f"issue-{number:012d}", "duty": duty, "text": "井盖", "lon": lon,
            "lat": lat}  # fmt: skip
    assert Browser(app).post("/api/issues", body).status_code == 201
