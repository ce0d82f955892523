"""A hundred thousand issues are listed, narrowed and put on the map in about a tenth of a second.

What is measured is the processor time of the whole process for one asker: the service, its packing
of the answer, and the client's unpacking of it; of PostGIS that of the database beside it, on an
average (the system counts it in hundredths of a second). On a quiet machine half of the
asks take 60 ms at most from a file and 90 from PostGIS; one that does much else makes up to three
times as much of it, so that half are held to twice the tenth, all but one of twenty to five times.
"""

import gc
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import pytest
from sqlalchemy import create_engine, insert, text

import service
from asking import awaited
from onegrid.operations.flows import duties, flows
from onegrid.store.audit import stamp
from onegrid.store.operation_models import Case
from service import Browser

pytestmark = [pytest.mark.integration, pytest.mark.slow]
COUNT, ASKED = 100_000, 20
TICKS = os.sysconf("SC_CLK_TCK")
MOST_S, SLOWEST_S = 0.2, 0.5


@pytest.fixture
def app(place):
    if "://" in place:  # a query has one process, whose time is all of its time
        place += "?options=-cmax_parallel_workers_per_gather%3D0"
    service.fill(place)
    made, close = service.service(place)
    service.publish(made)
    rng = np.random.default_rng(7)
    cells = sorted(service.grid().board.rows["cells"].items())
    states = [state.state for state in flows()["grid_issue"].states]
    now, names = datetime.now(UTC), list(duties())

    def row(number):
        name, cell = cells[number % len(cells)]
        lon, lat = service.spot(name)
        state = states[rng.integers(7)] if number % 10 == 0 else "closed"
        opened_at = stamp(now - timedelta(minutes=int(rng.integers(500_000))))
        return {
            "case_id": f"issue-{number:012d}", "register": "issue", "flow": "grid_issue",
            "state": state, "tier": "community", "since": opened_at,
            "due_at": None if state == "closed" else stamp(now + timedelta(hours=9)),
            "reopened": 0, "score": None, "revision": 1, "kind": names[number % len(names)],
            "title": "", "body": "井盖缺失", "cell_id": name, "department": "emergency",
            "community_id": cell.text("community_id"), "grid": "main@0",
            "subdistrict_id": cell.text("subdistrict_id"), "opened_at": opened_at,
            "role": "resident", "author": "", "details": {}, "asked": "",
            "lon": lon + rng.uniform(-1e-3, 1e-3), "lat": lat + rng.uniform(-1e-3, 1e-3),
        }  # fmt: skip

    with made.state.office.workspace.writing() as connection:
        connection.execute(insert(Case), [row(number) for number in range(COUNT)])
    if "://" in place:  # as the database does by itself before long
        engine = create_engine(place, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("VACUUM ANALYZE cases"))
        engine.dispose()
    gc.collect()
    gc.freeze()  # as the program does when it starts
    yield made
    gc.unfreeze()
    close()


def database_s(app):
    """Return the processor time of the database for the service so far, 0 for a file."""
    workspace = app.state.office.workspace
    if workspace.is_file:
        return 0.0
    theirs = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    with workspace.reading() as connection:
        pids = connection.scalars(text(theirs)).all()
    stats = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in pids]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / TICKS


def test_a_hundred_thousand_issues_are_listed_in_about_a_tenth_of_a_second(app):
    lon, lat = service.spot("c0000")
    asked = {
        "newest": "", "oldest": f"?offset={COUNT - 100}", "open": "?status=open",
        "overdue": "?status=overdue", "duty": "?duty=hazards", "cell": "?cell_id=c0000",
        "district map": "?bbox=113,30,115,31&limit=1000",
        "street map": f"?bbox={lon - 1e-4},{lat - 1e-4},{lon + 1e-4},{lat + 1e-4}&limit=1000",
    }  # fmt: skip

    async def measure(browser):
        found = {}
        web = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=web, base_url="http://app", cookies=browser.cookies
        ) as client:
            for name, query in asked.items():
                await client.get(f"/api/issues{query}")  # the first one opens the file
                seconds, before = [], database_s(app)
                for _ in range(ASKED):
                    start = time.process_time()  # other programs run on the machine too
                    answer = await client.get(f"/api/issues{query}")
                    seconds.append(time.process_time() - start)
                    assert answer.status_code == 200
                beside = (database_s(app) - before) / ASKED
                found[name] = (float(np.median(seconds)) + beside, sorted(seconds)[-2] + beside)
        return found

    for who in ("admin", "worker"):
        found = awaited(measure(Browser(app, who)))
        most, slowest = zip(*found.values(), strict=True)
        assert max(most) < MOST_S, found
        assert max(slowest) < SLOWEST_S, found
