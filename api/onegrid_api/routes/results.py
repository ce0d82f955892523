"""Health, and the summary of the results."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from onegrid_api.deps import ResultsDep
from onegrid_api.forms import ERRORS
from onegrid_api.schemas import Health

router = APIRouter(prefix="/api", tags=["results"], responses=ERRORS)


@router.get("/health")
def health(results: ResultsDep) -> Health:
    """Say that the service runs, and which results it has."""
    return Health(status="ok", results=results.there())


@router.get("/summary")
def summary(results: ResultsDep) -> dict[str, Any]:
    """Return the report of the district."""
    return results.report()
