"""What a terminal shows: progress, log lines and errors on stderr, results on stdout."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from onegrid.errors import Problem

BUG, BAD_INPUT = 1, 2
Json = Annotated[
    bool, typer.Option("--json", help="只在标准输出打印一个 JSON 对象 · one JSON object on stdout")
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", help="列名对应，如 households=户数，可重复 · map a column"),
]
Datum = Annotated[
    list[str] | None,
    typer.Option(
        "--datum", help="声明坐标偏移，如 gcj02 或 facilities=bd09 · declare GCJ-02 or BD-09"
    ),
]


def emit(result: Mapping[str, Any], *, as_json: bool, text: Callable[[], str]) -> None:
    """Print a result: as one JSON object, or as the lines of `text`."""
    print(json.dumps(result, ensure_ascii=False) if as_json else text())


def fail(*problems: Problem) -> int:
    """Print every problem on a line of its own; return the exit code of bad input."""
    for problem in problems:
        print(problem.line(), file=sys.stderr)
    return BAD_INPUT


def note(lines: list[str]) -> None:
    """Print remarks for a person on stderr."""
    for line in lines:
        print(line, file=sys.stderr)


@contextmanager
def progress() -> Iterator[None]:
    """Show the stage at work: a moving bar on a terminal, log lines elsewhere."""
    log = logging.getLogger("onegrid")
    log.setLevel(logging.INFO)
    log.propagate = False
    if not sys.stderr.isatty():
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        log.addHandler(handler)
        try:
            yield
        finally:
            log.removeHandler(handler)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        handler = _BarHandler(bar, bar.add_task("…", total=None))
        log.addHandler(handler)
        try:
            yield
        finally:
            log.removeHandler(handler)


class _BarHandler(logging.Handler):
    """Writes the latest log line into a progress bar."""

    def __init__(self, bar: Any, task: Any) -> None:  # noqa: ANN401  (rich is loaded late)
        super().__init__()
        self._bar, self._task = bar, task

    def emit(self, record: logging.LogRecord) -> None:
        self._bar.update(self._task, description=record.getMessage())


def findings_lines(result: Mapping[str, Any]) -> list[str]:
    """Return a line for everything that was noticed while reading."""
    found: Mapping[str, list[dict[str, Any]]] = result.get("findings") or {}
    return [
        f"提示[{f['code']}] {role}：{f['where']}（{f['count']}）{f['remedy']}"
        for role, rows in found.items()
        for f in rows
    ]
