"""A served workspace, in a file and in PostGIS."""

import socket

import pytest

import service


@pytest.fixture
def database(postgis):
    """Return the URL of an empty database, emptied again afterwards."""
    yield postgis
    service.wipe(postgis)


@pytest.fixture(params=["file", "postgis"])
def place(request, tmp_path):
    """Return where a workspace may be made, on each store."""
    if request.param == "file":
        return str(tmp_path / "district")
    return request.getfixturevalue("database")


@pytest.fixture
def app(place):
    """Return the service of a small workspace."""
    service.fill(place)
    made, close = service.service(place)
    yield made
    close()


@pytest.fixture
def published(app):
    """Return the service of a small workspace whose plan is published."""
    service.publish(app)
    return app


@pytest.fixture
def unused_port():
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
