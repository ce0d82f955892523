"""What every benchmark does alike: its options, and keeping what it found."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import TYPE_CHECKING, Any

from bench.measure import measured
from bench.page import store, table_text

if TYPE_CHECKING:
    from collections.abc import Callable


def run_arguments(
    about: str | None, add: Callable[[argparse.ArgumentParser], object] | None = None
) -> argparse.Namespace:
    """Read ``--quick`` and ``--date``, and what `add` puts beside them."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="small and fast, nothing is kept")
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    parser.add_argument("--date", default=today, help="date written into the result")
    if add is not None:
        add(parser)
    return parser.parse_args()


def keep_or_show(name: str, found: dict[str, Any], asked: argparse.Namespace) -> None:
    """Write a result (``title, about, tables``) and the page; a quick one is only printed."""
    if asked.quick:
        print("\n\n".join(table_text(table) for table in found["tables"]))
        return
    machine = measured("bench.machine:about", cap_s=60).value
    command = f"python benchmarks/{name}.py"
    store(name, {"command": command, "date": asked.date, **machine, **found})
