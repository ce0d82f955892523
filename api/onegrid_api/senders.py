"""Whom a request comes from: a person's address, or one that many share."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from onegrid.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

_HOME_BITS: Final = 64  # of an IPv6 address: a household has all those that begin alike


class Senders:
    """Tells people's addresses from those of proxies, and of this machine, that stand for many.

    uvicorn puts the address that a trusted proxy names in place of the proxy's own. One that is
    still a proxy's was named by nobody: it may be a whole city, and is never slowed as one person.

    Parameters
    ----------
    proxies
        Addresses and networks with commas between them, as ``FORWARDED_ALLOW_IPS`` has them.

    Raises
    ------
    InputError
        ``PROXIES`` for anything else: whoever trusts everybody lets each name himself.

    Examples
    --------
    >>> senders = Senders("10.0.0.0/8")
    >>> senders.address("203.0.113.9"), senders.address("10.0.0.2"), senders.address("127.0.0.1")
    ('203.0.113.9', '', '')
    """

    def __init__(self, proxies: str = "") -> None:
        try:
            names = [name.strip() for name in proxies.split(",") if name.strip()]
            self._proxies = [ipaddress.ip_network(name) for name in names]
        except ValueError as error:
            remedy = "FORWARDED_ALLOW_IPS=10.0.0.2,192.168.7.0/24"
            raise InputError(Problem("PROXIES", str(error), remedy=remedy)) from None

    def address(self, host: str) -> str:
        """Return what stands for one person or household; empty where nobody knows."""
        try:
            ip = ipaddress.ip_address(host)
        except ValueError:  # a socket, or a proxy that names no address
            return ""
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        if ip.is_loopback or any(ip in network for network in self._proxies):
            return ""
        if ip.version == 4:  # noqa: PLR2004  (of the protocol)
            return str(ip)
        return str(ipaddress.ip_network((ip, _HOME_BITS), strict=False))

    def of(self, client: Sequence[object] | None) -> str:
        """Return that of a connection, as ASGI tells it."""
        return self.address(str(client[0])) if client else ""
