"""Runs jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onegrid.store import Workspace
    from onegrid_api.settings import Settings


class Runner:
    """Runs jobs."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self._workspace, self._settings = workspace, settings

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End."""
