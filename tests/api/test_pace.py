"""How often one address may ask."""

import httpx

from asking import awaited
from onegrid_api.pace import Paced


async def bare(scope, receive, send):
    del scope, receive
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def statuses(app, address, count, path="/api/nearest"):
    async def ask():
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as http:
            return [(await http.get(path)).status_code for _ in range(count)]

    return awaited(ask())


def test_an_address_that_asks_too_often_waits_while_others_are_answered():
    app = Paced(bare, per_s=0, at_once=3)
    assert statuses(app, "192.0.2.1", 5) == [200, 200, 200, 429, 429]
    assert statuses(app, "192.0.2.2", 1) == [200]
    assert statuses(app, "192.0.2.1", 2, "/static/style.css") == [200, 200]
    assert statuses(app, "127.0.0.1", 9) == [200] * 9


def test_asks_come_back_with_time_whatever_the_clock_of_the_wall_does():
    app = Paced(bare, per_s=1e9, at_once=1)
    assert statuses(app, "192.0.2.1", 4) == [200] * 4


def test_only_so_many_addresses_are_remembered(monkeypatch):
    monkeypatch.setattr("onegrid_api.pace._KEPT_MAX", 10)
    app = Paced(bare, per_s=0, at_once=1)
    for number in range(30):
        statuses(app, f"192.0.2.{number}", 1)
    assert len(app._left) == 10  # noqa: SLF001  (what it holds in memory)
