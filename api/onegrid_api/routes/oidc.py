"""Logging in at the office's own provider, where the settings name one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from onegrid.errors import AccessError, OnegridError, Problem
from onegrid.store import logins, users
from onegrid.store.audit import by_now
from onegrid_api.deps import OfficeDep, SettingsDep, address, guessing, set_login
from onegrid_api.errors import NotThereError
from onegrid_api.forms import ERRORS
from onegrid_api.oidc import BEGUN_COOKIE, BEGUN_S, Begun, Identity, Provider

if TYPE_CHECKING:
    from onegrid_api.deps import Office

router = APIRouter(prefix="/api/oidc", tags=["account"], responses=ERRORS)
_BACK: Final = "/api/oidc/back"
_PAGE: Final = re.compile(r"/(?![/\\])[^\x00-\x20]*")  # a page of ours and nothing else


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.oidc
    if provider is None:
        msg = "this service has no provider"
        raise NotThereError(msg)
    return provider


ProviderDep = Annotated[Provider, Depends(_provider)]


@router.get("/login", status_code=303, response_class=Response)
def begin(
    provider: ProviderDep,
    request: Request,
    settings: SettingsDep,
    page: Annotated[str, Query(alias="next", max_length=500)] = "/office",
) -> Response:
    """Send the browser to the provider, to log in there and come back."""
    page = page if _PAGE.fullmatch(page) else "/office"
    try:
        there, begun = provider.begin(address(request, settings, _BACK), page=page)
    except OnegridError as error:
        return _failed(error)
    answer = RedirectResponse(there, 303)
    answer.set_cookie(
        BEGUN_COOKIE,
        begun.as_cookie(),
        max_age=BEGUN_S,
        path=_BACK,
        httponly=True,
        samesite="lax",  # the provider's page sends the browser back
        secure=settings.secure_cookies,
    )
    return answer


@router.get("/back", status_code=303, response_class=Response)
def finish(
    provider: ProviderDep, request: Request, office: OfficeDep, settings: SettingsDep
) -> Response:
    """Log in whoever comes back from the provider; what is wrong is told on the login page."""
    subjects, now = guessing(request), by_now("").at
    try:
        with office.workspace.reading() as connection:
            logins.refuse_guessing(connection, subjects, now=now)
        begun = Begun.of_cookie(request.cookies.get(BEGUN_COOKIE, ""))
        if begun is None:
            raise AccessError(Problem("OIDC_REFUSED", "it was not begun in this browser"))
        found = provider.finish(address(request, settings, _BACK), begun, request.query_params)
        answer = RedirectResponse(begun.page, 303)
        _let_in(office, found, request, settings, answer)
    except OnegridError as error:
        if isinstance(error, AccessError):
            with office.workspace.writing() as connection:
                logins.note_failure(connection, subjects, now=now)
        answer = _failed(error)
    answer.delete_cookie(BEGUN_COOKIE, path=_BACK)
    return answer


def _let_in(
    office: Office, found: Identity, request: Request, settings: SettingsDep, answer: Response
) -> None:
    agent = request.headers.get("User-Agent", "")
    with office.workspace.writing() as connection:
        named = users.Person(found.user_id, found.name, users.GUEST, ())
        user_id = users.of_subject(connection, found.subject, named, by=by_now(found.user_id))
        token, _ = logins.log_in(connection, user_id, agent=agent, by=by_now(user_id))
    set_login(answer, token, settings)


def _failed(error: OnegridError) -> RedirectResponse:
    return RedirectResponse(f"/login?problem={quote(error.problems[0].code)}", 303)
