"""What the service writes down names no person, whatever happens, and it stops when told to."""

import json
import logging
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

import service
from onegrid_api import logs
from service import PASSWORD

pytestmark = pytest.mark.integration


def test_a_served_workspace_logs_lines_without_names_and_ends_when_told(tmp_path, unused_port):
    place = str(tmp_path / "district")
    service.fill(place)
    command = [str(Path(sys.executable).with_name("onegrid")), "serve", "--workspace", place,
               "--port", str(unused_port), "--log-requests"]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as process:  # noqa: S603
        try:
            _visit(f"http://127.0.0.1:{unused_port}")
        finally:
            process.send_signal(signal.SIGTERM)
        lines = [line for line in process.stderr.read().splitlines() if line.startswith("{")]
        assert process.wait(30) in (0, -signal.SIGTERM)
    rows = [json.loads(line) for line in lines]
    seen = {(row["method"], row["route"], row["status"]) for row in rows if "route" in row}
    assert {("POST", "/api/session", 200), ("GET", "/api/plans/{plan_id}", 200)} <= seen
    everything = "\n".join(lines)
    for private in ("planner", PASSWORD, "张三", "114.0123", "127.0.0.1"):
        assert private not in everything
    assert not list(tmp_path.glob("district/*-wal"))  # everything is in the file


def _visit(address):
    with httpx.Client(base_url=address, timeout=60) as http:
        for _ in range(600):
            try:
                http.get("/api/health")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        told = http.post("/api/session", json={"user_id": "planner", "password": PASSWORD})
        assert told.status_code == 200, told.text
        http.get("/api/plans/main", headers={"User-Agent": "张三的浏览器".encode()})
        http.get("/api/which-cell?lon=114.0123&lat=30.5")


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_an_error_is_told_by_its_class_and_place_and_not_by_what_it_speaks_of(place, caplog):
    service.fill(place)
    made, close = service.service(place)
    statement = text("INSERT INTO settings (name, value) VALUES (:name, '居民甲')")
    log = logging.getLogger("onegrid_api.test")
    with caplog.at_level(logging.ERROR), made.state.office.workspace.writing() as connection:
        try:
            with connection.begin_nested():
                connection.execute(statement.bindparams(name="name"))
        except Exception:
            log.exception("a row could not be kept")
    close()
    (record,) = [r for r in caplog.records if r.name == log.name]
    line = json.loads(logs.JsonLines().format(record))
    assert (line["message"], line["level"]) == ("a row could not be kept", "ERROR")
    assert line["error"] == "IntegrityError"
    assert any(Path(__file__).name in where for where in line["where"])
    assert "居民甲" not in json.dumps(line, ensure_ascii=False)
