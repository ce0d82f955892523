"""How often one address may ask, and which address is somebody's."""

from collections import deque

import httpx
import pytest

from asking import awaited
from onegrid.errors import InputError, LimitError
from onegrid_api.pace import Brake, Pace, Paced
from onegrid_api.senders import Senders

HOME = Senders()
CITY = Senders("192.0.2.0/24, 2001:db8::1")


async def bare(scope, receive, send):
    del scope, receive
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def paced(per_s, at_once, senders=HOME):
    return Paced(bare, pace=Pace(per_s=per_s, at_once=at_once), senders=senders)


def statuses(app, address, count, path="/api/nearest"):
    async def ask():
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as http:
            return [(await http.get(path)).status_code for _ in range(count)]

    return awaited(ask())


def test_an_address_that_asks_too_often_waits_while_others_are_answered():
    app = paced(0, 3)
    assert statuses(app, "192.0.2.1", 5) == [200, 200, 200, 429, 429]
    assert statuses(app, "192.0.2.2", 1) == [200]
    assert statuses(app, "192.0.2.1", 2, "/static/style.css") == [200, 200]
    assert statuses(app, "127.0.0.1", 9) == [200] * 9


def test_a_proxy_that_does_not_say_whom_it_asks_for_is_not_one_person():
    app = paced(0, 1, CITY)
    assert statuses(app, "192.0.2.1", 9) == [200] * 9
    assert statuses(app, "198.51.100.1", 2) == [200, 429]


def test_asks_come_back_with_time_whatever_the_clock_of_the_wall_does():
    assert statuses(paced(1e9, 1), "192.0.2.1", 4) == [200] * 4


def test_only_so_many_addresses_are_remembered(monkeypatch):
    monkeypatch.setattr("onegrid_api.pace._KEPT_MAX", 10)
    pace = Pace(per_s=0, at_once=1)
    for number in range(30):
        pace.may(f"192.0.2.{number}")
    assert len(pace) == 10


@pytest.mark.parametrize(("host", "most"), [("198.51.100.1", 30), ("192.0.2.1", 3000)])
def test_only_so_many_write_unknown_one_address_less_than_all_behind_a_proxy(host, most):
    brake = Brake(CITY)
    for _ in range(most):
        brake.count(host)
    with pytest.raises(LimitError):
        deque((brake.count(host) for _ in range(100)), 0)  # a few come back with every second


@pytest.mark.parametrize(
    ("host", "address"),
    [
        *(("198.51.100.1", "198.51.100.1"), ("::ffff:198.51.100.1", "198.51.100.1")),
        *(("192.0.2.7", ""), ("127.0.0.1", ""), ("::1", ""), ("2001:db8::1", "")),
        *(("unknown", ""), ("", ""), ("/run/onegrid.sock", "")),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),  # a household has all of them
    ],
)
def test_an_address_is_somebodys_unless_many_share_it(host, address):
    assert CITY.address(host) == address


@pytest.mark.parametrize("everybody", ["*", "10.0.0.2,proxy", "10.0.0.1/8"])
def test_nobody_is_trusted_by_a_name_or_all_at_once(everybody):
    with pytest.raises(InputError, match="PROXIES"):
        Senders(everybody)
