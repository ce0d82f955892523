"""A client that asks a server over many connections: ``python -m bench.http_load ASKS.json``.

Reads ``host, port, connections, seconds, per_s, asks`` (each ``method, path, headers, body``), and
prints how long the answers took. With ``per_s`` asks leave at that pace whatever the server does,
and an answer's time counts from when its ask was due; without it each connection asks as fast as
it is answered.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

_LATE = 1.5  # of the time asked for: a server that is so far behind has failed anyway


def request_bytes(ask: dict[str, Any], host: str) -> bytes:
    """Return a request as it goes over the wire."""
    body = ask.get("body", "").encode()
    lines = [f"{ask.get('method', 'GET')} {ask['path']} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in ask.get("headers", {}).items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def answered(reader: asyncio.StreamReader) -> tuple[int, int]:
    """Read one answer; return its status and size."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        size = 0
        while length := int(await reader.readline(), 16):
            await reader.readexactly(length + 2)
            size += length
        await reader.readline()
        return status, size
    at = lower.find(b"content-length:")
    size = 0 if at < 0 else int(lower[at + 15 : lower.index(b"\r\n", at)])
    if size:
        await reader.readexactly(size)
    return status, size


async def load(told: dict[str, Any]) -> dict[str, Any]:
    """Ask and return what came of it."""
    host, port = told["host"], told["port"]
    asks = [request_bytes(ask, f"{host}:{port}") for ask in told["asks"]]
    per_s, seconds = told.get("per_s"), told["seconds"]
    spent_s: list[float] = []
    statuses: Counter[int] = Counter()
    size = number = 0
    start = time.perf_counter() + 0.2

    async def connection() -> None:
        nonlocal size, number
        reader, writer = await asyncio.open_connection(host, port)
        await asyncio.sleep(start - time.perf_counter())
        while True:
            mine, number = number, number + 1
            due = start + mine / per_s if per_s else time.perf_counter()
            if due > start + seconds or time.perf_counter() > start + _LATE * seconds:
                break  # what is still in line then is given up
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            writer.write(asks[mine % len(asks)])
            status, length = await answered(reader)
            spent_s.append(time.perf_counter() - due)
            statuses[status] += 1
            size += length
        writer.close()

    await asyncio.gather(*(connection() for _ in range(told["connections"])))
    took_s = time.perf_counter() - start
    p50, p99 = np.percentile(spent_s, [50, 99])
    return {
        "asked": len(spent_s),
        "per_s": len(spent_s) / took_s,
        "p50_ms": 1000 * p50,
        "p99_ms": 1000 * p99,
        "mean_kb": size / len(spent_s) / 1000,
        "statuses": {str(status): count for status, count in sorted(statuses.items())},
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(load(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))))
