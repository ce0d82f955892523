"""Accounts, the audit, and how the service does: for administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from onegrid.store import audit, logins, users
from onegrid_api.deps import Manager, Measurer, OfficeDep, PageDep, VersionDep, by
from onegrid_api.forms import ERRORS, LinkAnswer, Listing, NewPersonForm, PersonForm

router = APIRouter(prefix="/api", tags=["management"], responses=ERRORS)
_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}}}
UserId = Annotated[str, Path(max_length=100)]


@router.get("/users")
def list_users(
    who: Manager,
    office: OfficeDep,
    page: PageDep,
    version: VersionDep,
    role: Annotated[str | None, Query(max_length=50)] = None,
) -> Listing:
    """Return all users, of one role if asked."""
    del who
    with office.workspace.reading() as connection:
        found = [one for one in users.users(connection) if role in (None, one.role)]
    version.is_of(found)
    return Listing.model_validate(page.of([vars(one) for one in found]))


@router.post("/users", status_code=201)
def add_user(form: NewPersonForm, who: Manager, office: OfficeDep) -> LinkAnswer:
    """Add a user; hand them the one-time link by which they choose a password."""
    fields = form.model_dump()
    person = users.Person(**{**fields, "areas": tuple(form.areas)})
    with office.workspace.writing() as connection:
        users.add_user(connection, person, by=by(who))
        return _link(logins.make_link(connection, form.user_id, by=by(who)))


@router.put("/users/{user_id}", status_code=204)
def change_user(user_id: UserId, form: PersonForm, who: Manager, office: OfficeDep) -> None:
    """Give a user another role or other areas, or shut them out."""
    fields = form.model_dump()
    person = users.Person(**{**fields, "user_id": user_id, "areas": tuple(form.areas)})
    with office.workspace.writing() as connection:
        users.change_user(connection, person, by=by(who))


@router.post("/users/{user_id}/link", status_code=201)
def new_link(user_id: UserId, who: Manager, office: OfficeDep) -> LinkAnswer:
    """Make a one-time link for somebody who has forgotten the password."""
    with office.workspace.writing() as connection:
        users.user(connection, user_id)
        return _link(logins.make_link(connection, user_id, by=by(who)))


@router.get("/audit")
def read_audit(
    who: Manager,
    office: OfficeDep,
    page: PageDep,
    actor: Annotated[str | None, Query(max_length=100)] = None,
    action: Annotated[str | None, Query(max_length=100)] = None,
) -> Listing:
    """Return who did what, the newest first."""
    del who
    with office.workspace.reading() as connection:
        total, rows = audit.rows(connection, page.rows, actor=actor, action=action)
    return Listing(total=total, items=rows, next=page.next(total))


@router.get("/metrics", response_class=Response, responses=_TEXT)
def metrics(who: Measurer, request: Request) -> Response:
    """Return how the service does, for Prometheus, which may send a token of its own."""
    del who
    return Response(request.app.state.metrics.text(), media_type="text/plain; version=0.0.4")


def _link(token: str) -> LinkAnswer:
    return LinkAnswer(path=f"/link#{token}")  # a browser does not send what follows the mark
