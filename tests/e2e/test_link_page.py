"""The page of a one-time link: a person chooses a password and can log in."""

import socket
import threading
import time

import pytest
import uvicorn

import service
from onegrid.store import logins

pytestmark = pytest.mark.e2e


@pytest.fixture
def served(tmp_path):
    service.fill(str(tmp_path / "w"))
    app, close = service.service(str(tmp_path / "w"))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield app, f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()
    close()


def test_a_link_sets_a_password_once_and_leaves_no_secret_in_the_address(visit, served):
    app, address = served
    with app.state.office.workspace.writing() as connection:
        token = logins.make_link(connection, "own", by=service.BY)
        connection.execute(logins.Link.__table__.update().values(ends_at="2999-01-01T00:00:00Z"))
    visit.open(f"{address}/link#{token}")
    page = visit.page
    page.get_by_label("新密码").fill("correct horse")
    page.get_by_label("再输一遍").fill("another horse")
    page.get_by_role("button").click()
    page.get_by_text("两次输入不一样").wait_for()
    page.get_by_label("再输一遍").fill("correct horse")
    page.get_by_role("button").click()
    page.get_by_text("密码已设好").wait_for()
    assert page.url == f"{address}/link"
    with app.state.office.workspace.reading() as connection:
        assert logins.right_password(connection, "own", "correct horse")
