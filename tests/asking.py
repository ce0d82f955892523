"""Ask an app without a server."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx

from onegrid_api.app import create_app
from onegrid_api.settings import Settings


def awaited(coroutine):
    """Return what a coroutine returns; a browser test may keep a loop in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


class Client:
    """Asks the service of a folder of results."""

    def __init__(self, folder, **settings):
        self.app = create_app(Settings(workspace=folder, **settings))
        self._transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)

    def get(self, url, params=None, headers=None):
        async def ask():
            async with httpx.AsyncClient(transport=self._transport, base_url="http://app") as http:
                return await http.get(url, params=params, headers=headers)

        return awaited(ask())
