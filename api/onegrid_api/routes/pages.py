"""The pages for people: results, map, and the description of the API."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib import resources
from string import Template
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from onegrid_api.deps import ResultsDep
from onegrid_api.errors import NotThereError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

router = APIRouter(include_in_schema=False)
_RESIDENTS = ("nearby", "notice", "resident", "shell")
_WORK = ("work", "report", "shell")
_ANSWERS = ("/api/district", "/api/which-cell", "/api/nearest")
_PAGES = {"/": "index", "/link": "login"}  # a one-time link keeps its secret after the mark
DOCS_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


@router.get("/")
@router.get("/plan")
@router.get("/office")
@router.get("/report")
@router.get("/work")
@router.get("/cases")
@router.get("/login")
@router.get("/link")
def app_page(request: Request) -> HTMLResponse:
    """Show a page of the web app, which is built into the package."""
    text = _built(_PAGES.get(request.url.path, request.url.path[1:]))
    if text is None:
        return HTMLResponse(_page("unbuilt.html").substitute(), status_code=503)
    return HTMLResponse(text)


@router.get("/sw.js")
def residents_worker() -> Response:
    """Return the worker that keeps the residents' page for when there is no connection."""
    return _worker("index", "/", _RESIDENTS, _ANSWERS)


@router.get("/work-sw.js")
def grid_worker() -> Response:
    """Return the worker that keeps the grid workers' page; what it shows it keeps itself."""
    return _worker("work", "/work", _WORK, ("/api/district",))


def _worker(page: str, address: str, parts: tuple[str, ...], answers: tuple[str, ...]) -> Response:
    """Return a worker that keeps a page, the parts it loads a moment later, and some answers.

    Its version is what the page is made of, so that a new build is kept anew.
    """
    text = _built(page)
    if text is None:
        msg = "this installation has no web app: run `make app`"
        raise NotThereError(msg)
    needed = set(re.findall(r'(?:src|href)="(/static[^"]+)"', text))
    for asset in (_app() / "assets").iterdir():
        if asset.name.startswith(parts):
            needed.add(f"/static/app/assets/{asset.name}")
    files = sorted(needed)
    version = hashlib.sha256("".join(files).encode()).hexdigest()[:12]
    told = {
        "name": page,
        "page": address,
        "version": version,
        "files": json.dumps([address, *files]),
        "answers": json.dumps(answers),
    }
    script = _page("sw.js").substitute(told)
    headers = {"Cache-Control": "no-cache"}
    return Response(script, media_type="text/javascript", headers=headers)


@router.get("/map")
def map_page(results: ResultsDep) -> HTMLResponse:
    """Show the exported map; only its own scripts run, and it may load nothing."""
    html = results.map_page()
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    hashes = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    allowed = " ".join(f"'sha256-{h}'" for h in hashes) or "'none'"
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": policy})


@router.get("/api/docs")
def docs() -> HTMLResponse:
    """Describe the API with Swagger UI, served from here."""
    html = _page("docs.html").substitute()
    return HTMLResponse(html, headers={"Content-Security-Policy": DOCS_POLICY})


def _built(name: str) -> str | None:
    """Return a page of the web app, None where it is not built into the package."""
    path = _app() / f"{name}.html"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _app() -> Traversable:
    return resources.files("onegrid_api") / "static" / "app"


def _page(name: str) -> Template:
    text = resources.files("onegrid_api").joinpath("pages", name).read_text(encoding="utf-8")
    return Template(text)
