"""What residents see of a workspace: the plan that is published, as a folder of results."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from onegrid.io.files import write_layers
from onegrid.pipeline.workspace import write_plan
from onegrid.store import plans
from onegrid.store.ground import PEOPLE, ground, made_from
from onegrid.store.results import list_results
from onegrid_api.results import Results

if TYPE_CHECKING:
    from onegrid.store import Workspace

_MAP: Final = "map.html"
_SECONDS: Final = 1.0  # how long an answer may be behind


class Published:
    """Gives the results of the published plan, written out anew when they have changed."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._folder = tempfile.TemporaryDirectory(prefix="onegrid-public-")
        self._lock = threading.Lock()
        self._asked = -2 * _SECONDS
        self._looking = False  # somebody was told to
        self._stamp: object = None
        self._last = Path(self._folder.name) / "nothing"
        self._shown = self._empty()

    def fresh(self) -> Results | None:
        """Return what may be shown, if it was looked at a moment ago or somebody else looks.

        Whoever is told nothing is to ask for the `results`, and is the only one for a while: many
        who ask at once would wait for each other.
        """
        behind_s = time.monotonic() - self._asked
        if behind_s >= (2 * _SECONDS if self._looking else _SECONDS):
            self._looking = True
            return None
        return self._shown

    def results(self) -> Results:
        """Return what may be shown; nothing but an empty page before a plan is published."""
        with self._lock:
            if time.monotonic() - self._asked >= _SECONDS:
                self._look()
                self._asked = time.monotonic()
                self._looking = False
            return self._shown

    def close(self) -> None:
        """Remove what was written out."""
        self._folder.cleanup()

    def _look(self) -> None:
        with self._workspace.reading() as connection:
            heads = [p for p in plans.list_plans(connection) if p.status == plans.PUBLISHED]
            head = heads[0] if heads else None
            there = [] if head is None else list_results(connection, head.plan_id)
            ground = "" if head is None else made_from(connection, head.plan_id)
        stamp = (head, tuple(there), ground)
        if stamp == self._stamp:
            return
        if head is None:
            self._shown = self._empty()
        else:
            folder = Path(tempfile.mkdtemp(dir=self._folder.name))
            write_plan(self._workspace, head.plan_id, folder)
            self._write_buildings(head.plan_id, folder)
            if not (folder / "report.json").is_file():
                (folder / "report.json").write_text("{}", encoding="utf-8")
            # the one that was imported may be an office's, with every figure
            (folder / _MAP).unlink(missing_ok=True)
            self._show(folder)
        self._stamp = stamp

    def _write_buildings(self, plan_id: str, folder: Path) -> None:
        """Write where buildings stand: residents see them, not who lives there."""
        with self._workspace.reading() as connection:
            places = ground(connection, plan_id, PEOPLE).geometry
        if len(places):
            frame = places.reset_index(drop=True).to_frame()
            write_layers(folder / "buildings.gpkg", {"buildings": frame})

    def _show(self, folder: Path) -> None:
        self._shown = Results(folder)
        for old in Path(self._folder.name).iterdir():
            if old not in (folder, self._last):
                shutil.rmtree(old, ignore_errors=True)
        self._last = folder

    def _empty(self) -> Results:
        folder = Path(self._folder.name) / "nothing"
        folder.mkdir(exist_ok=True)
        (folder / "report.json").write_text("{}", encoding="utf-8")
        self._last = folder
        return Results(folder)
