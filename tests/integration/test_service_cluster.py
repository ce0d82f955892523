"""Jobs at the workers of a cluster: as in processes of the machine itself."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from distributed import LocalCluster

import service
from onegrid.errors import InputError
from onegrid.store import jobs
from onegrid_api import workplaces
from service import Browser

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def cluster():
    """Return a cluster of one worker, in a process of its own."""
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as made:
        yield made


@pytest.fixture
def shared(tmp_path):
    """Return the folder that the service and the workers share."""
    folder = tmp_path / "jobs"
    folder.mkdir()
    return folder


@pytest.fixture
def planned(cluster, tmp_path, shared):
    """Return a service whose jobs a cluster does, and its planner."""
    place = str(tmp_path / "district")
    service.fill(place)
    app, close = service.service(
        place, scheduler=cluster.scheduler_address, jobs_folder=str(shared)
    )
    yield app, Browser(app, "planner")
    close()


def until(found, *, within_s=300):
    """Wait for something and return it."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        what = found()
        if what:
            return what
        time.sleep(0.05)
    return pytest.fail("it does not come")


def asked(planner):
    return planner.post("/api/jobs", {"kind": "map", "plan_id": "main"}).json()["job_id"]


def ended(planner, job_id):
    job = planner.get(f"/api/jobs/{job_id}").json()
    return job if job["state"] in jobs.ENDED else None


def at_work(shared):
    """Return the processes that work on a job of a folder."""
    found = subprocess.run(
        ["/bin/ps", "-ww", "-eo", "pid=,ppid=,args="], check=True, capture_output=True, text=True
    ).stdout
    return [line for line in found.splitlines() if f"work {shared}" in line]


def test_a_job_is_done_by_a_worker_and_tells_how_far_it_is(planned, shared):
    app, planner = planned
    app.state.office.runner.start()
    job_id = asked(planner)
    (line,) = until(lambda: at_work(shared))
    parent = Path(f"/proc/{line.split()[1]}/cmdline").read_text()
    assert "multiprocessing" in parent  # a worker's process, not this one
    job = until(lambda: ended(planner, job_id))
    assert (job["state"], job["problems"]) == ("done", [])
    assert job["stage"]
    assert planner.get("/api/plans/main/results/map.html").content.startswith(b"<!DOCTYPE html>")
    assert list(shared.iterdir()) == []


def test_a_job_at_a_worker_is_canceled_and_ends_with_the_service(planned, shared):
    app, planner = planned
    app.state.office.runner.start()
    job_id = asked(planner)
    until(lambda: at_work(shared))
    planner.post(f"/api/jobs/{job_id}/cancel", {})
    assert until(lambda: ended(planner, job_id))["state"] == "canceled"
    assert (at_work(shared), list(shared.iterdir())) == ([], [])
    second = asked(planner)
    until(lambda: at_work(shared))
    app.state.office.runner.stop()
    assert planner.get(f"/api/jobs/{second}").json()["state"] == "running"  # taken up again later
    assert (at_work(shared), list(shared.iterdir())) == ([], [])


def test_a_worker_that_does_not_share_the_folder_and_a_scheduler_that_is_away_are_told(
    cluster, tmp_path, unused_port
):
    there = workplaces.Cluster(cluster.scheduler_address)
    with pytest.raises(InputError) as lost, there.work(tmp_path / "elsewhere", print) as over:
        until(over)
    assert lost.value.problems[0].code == "WORKER_LOST"
    there.close()
    away = workplaces.Cluster(f"tcp://127.0.0.1:{unused_port}")
    with pytest.raises(InputError) as refused, away.work(tmp_path, print):
        pass
    assert refused.value.problems[0].code == "SCHEDULER_AWAY"


def test_a_job_whose_worker_dies_has_failed_and_is_done_when_it_is_asked_again(planned, shared):
    app, planner = planned
    app.state.office.runner.start()
    job_id = asked(planner)
    (line,) = until(lambda: at_work(shared))
    os.kill(int(line.split()[1]), signal.SIGKILL)  # its cluster begins another worker
    job = until(lambda: ended(planner, job_id))
    assert (job["state"], job["problems"][0]["code"]) == ("failed", "WORKER_LOST")
    assert until(lambda: not at_work(shared))
    assert planner.get("/api/plans/main/results").json()["total"] == 0
    assert planner.post(f"/api/jobs/{job_id}/retry", {}).status_code == 202
    assert until(lambda: ended(planner, job_id))["state"] == "done"
    assert list(shared.iterdir()) == []


HIDDEN = 'import sys\nsys.modules["distributed"] = None\n'  # as if the extra were not installed


@pytest.mark.parametrize(
    ("variables", "code", "remedy"),
    [
        ({"ONEGRID_SCHEDULER": "tcp://127.0.0.1:9"}, "CLUSTER_MISSING", "onegrid[cluster]"),
        ({"ONEGRID_JOBS_FOLDER": "nowhere"}, "JOBS_FOLDER", "ONEGRID_JOBS_FOLDER"),
    ],
)
def test_a_service_that_cannot_have_its_cluster_says_so_and_does_not_start(
    tmp_path, variables, code, remedy
):
    place = tmp_path / "district"
    service.fill(str(place))
    (tmp_path / "sitecustomize.py").write_text(HIDDEN, encoding="utf-8")
    program = str(Path(sys.executable).parent / "onegrid")
    done = subprocess.run(  # noqa: S603  (our own command)
        [program, "serve", "--workspace", str(place), "--port", "0"],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env=os.environ | variables | {"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 2
    assert f"error[{code}]" in done.stderr
    assert remedy in done.stderr
    assert "Traceback" not in done.stderr


def test_a_service_without_a_cluster_never_loads_what_it_takes():
    script = "import sys; import onegrid_api.app; sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603
