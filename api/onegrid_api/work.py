"""One job in a process of its own: ``python -m onegrid_api.work FOLDER``.

What is asked stands in ``ask.json``, what came of it in ``told.json``; each stage is a line on
standard output. It ends with whoever started it: then its input ends.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from onegrid.errors import OnegridError
from onegrid.pipeline.jobs import Task, made_files, perform, prepare, state_of
from onegrid.store import open_workspace
from onegrid_api.errors import problems_of


def work(folder: Path) -> dict[str, Any]:
    """Run the job of a folder; return what came of it."""
    ask = json.loads((folder / "ask.json").read_text(encoding="utf-8"))
    task = Task(ask["kind"], ask["plan_id"], ask["options"], folder)
    try:
        with closing(open_workspace(ask["place"])) as workspace:
            basis = prepare(workspace, task, ask["uploads"])
        before = state_of(task.plan)
        result = perform(task)
    except OnegridError as error:
        return {"problems": problems_of(error)}
    files = [path.name for path in made_files(before, task.plan)]
    return {**asdict(basis), "result": result, "files": files}


class _Lines(logging.Handler):
    """Says each stage on a line of its own."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the record."""
        sys.stdout.write(record.getMessage().replace("\n", " ") + "\n")
        sys.stdout.flush()


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


def main(argv: list[str]) -> int:
    """Run one job and tell what came of it; a bug leaves nothing told."""
    folder = Path(argv[0])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logger = logging.getLogger("onegrid")
    logger.addHandler(_Lines())
    logger.setLevel(logging.INFO)
    told = work(folder)
    text = json.dumps(told, ensure_ascii=False, default=str)
    part = folder / "told.part"
    part.write_text(text, encoding="utf-8")
    part.rename(folder / "told.json")  # whoever finds it finds all of it
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
