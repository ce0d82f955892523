"""Logging in and out, and one's own account."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from onegrid.errors import AccessError
from onegrid.store import logins, users
from onegrid.store.audit import By, by_now
from onegrid_api.deps import (
    COOKIE,
    Anybody,
    GuessingDep,
    OfficeDep,
    Oneself,
    PageDep,
    SettingsDep,
    by,
    set_login,
)
from onegrid_api.entry import proved
from onegrid_api.errors import NotThereError
from onegrid_api.forms import ERRORS, LinkForm, Listing, LoginForm, PasswordForm, SessionAnswer

router = APIRouter(prefix="/api", tags=["account"], responses=ERRORS)


@router.post("/session")
def log_in(
    form: LoginForm,
    request: Request,
    response: Response,
    office: OfficeDep,
    settings: SettingsDep,
    subjects: GuessingDep,
) -> SessionAnswer:
    """Log in; the cookie is for this browser alone."""
    proved(office.workspace, form.user_id, form.password, subjects)
    agent = request.headers.get("User-Agent", "")
    with office.workspace.writing() as connection:
        token, csrf = logins.log_in(connection, form.user_id, agent=agent, by=by_now(form.user_id))
        person = users.user(connection, form.user_id)
    set_login(response, token, settings)
    return _answer(person, csrf)


@router.get(
    "/session",
    response_model=SessionAnswer,
    responses={204: {"description": "nobody is logged in"}},
)
def me(who: Anybody, response: Response) -> SessionAnswer | Response:
    """Return who is logged in, and the token for writing; nothing where nobody is."""
    if who.person is None:
        return Response(status_code=204)
    response.headers["Cache-Control"] = "no-store"
    return _answer(who.person, who.csrf)


@router.delete("/session", status_code=204)
def log_out(who: Oneself, office: OfficeDep, response: Response) -> None:
    """Log out."""
    with office.workspace.writing() as connection:
        logins.log_out(connection, who.name, who.session, by=by(who))
    response.delete_cookie(COOKIE)


@router.get("/sessions")
def sessions(who: Oneself, office: OfficeDep, page: PageDep) -> Listing:
    """Return where one is logged in."""
    with office.workspace.reading() as connection:
        found = logins.sessions_of(connection, who.name, now=by(who).at)
    told: list[dict[str, Any]] = [{**vars(one), "this": one.key == who.session} for one in found]
    return Listing.model_validate(page.of(told))


@router.delete("/sessions/{key}", status_code=204)
def end_session(key: str, who: Oneself, office: OfficeDep) -> None:
    """Log out somewhere else."""
    with office.workspace.writing() as connection:
        ended = logins.log_out(connection, who.name, key, by=by(who))
    if not ended:
        msg = "no such login"
        raise NotThereError(msg)


@router.post("/password", status_code=204)
def change_password(
    form: PasswordForm, who: Oneself, office: OfficeDep, subjects: GuessingDep
) -> None:
    """Choose another password; one is logged out everywhere."""
    proved(office.workspace, who.name, form.old, subjects)
    with office.workspace.writing() as connection:
        users.set_password(connection, who.name, form.new, by=by(who))


@router.post("/links/use", status_code=204)
def use_link(form: LinkForm, who: Anybody, office: OfficeDep, subjects: GuessingDep) -> None:
    """Set a password by a one-time link."""
    del who
    now = by_now("").at
    with office.workspace.reading() as connection:
        logins.refuse_guessing(connection, subjects, now=now)
    try:
        with office.workspace.writing() as connection:
            logins.use_link(connection, form.token, form.password, by=By("", now))
    except AccessError:
        with office.workspace.writing() as connection:
            logins.note_failure(connection, subjects, now=now)
        raise


def _answer(person: users.Person, csrf: str) -> SessionAnswer:
    return SessionAnswer(
        user_id=person.user_id,
        name=person.name,
        role=person.role,
        areas=list(person.areas),
        csrf=csrf,
    )
