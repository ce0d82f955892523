"""Cases by the hundred thousand: pages of them, those that are due, near, or of an older grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, false, func, or_, select, update

from onegrid.operations.flows import tiers
from onegrid.store.cases import kept_of
from onegrid.store.ground import DEPARTMENT, batch_ids
from onegrid.store.models import DepartmentGrid
from onegrid.store.operation_models import Case, CaseMove
from onegrid.store.shape import touches_box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection

    from onegrid.store.cases import Kept

    Box = tuple[float, float, float, float]

_SORTED_MAX: Final = 5000
_HEAD: Final = (
    *("case_id", "flow", "state", "tier", "kind", "title", "department", "old_code", "cell_id"),
    *("community_id", "subdistrict_id", "opened_at", "since", "due_at", "reopened", "score"),
    *("revision", "role", "photo", "lon", "lat"),
)


@dataclass(frozen=True)
class Wanted:
    """Which cases: of a register, with some values, in some areas (None: everywhere), in a box.

    ``box`` is west, south, east, north in degrees.
    """

    register: str
    values: tuple[tuple[str, str], ...] = ()
    areas: tuple[str, ...] | None = None
    box: Box | None = None
    is_open: bool | None = None
    due_before: str | None = None


def count_cases(connection: Connection, wanted: Wanted) -> int:
    """Return how many there are."""
    query = select(func.count()).select_from(Case).where(*_rules(wanted))
    return int(connection.scalar(query) or 0)


def page_of_cases(
    connection: Connection, wanted: Wanted, some: slice
) -> tuple[int, list[dict[str, Any]]]:
    """Return how many there are, and some of them; past the last one nothing is looked for."""
    total = count_cases(connection, wanted)
    if some.start >= total:
        return total, []
    return total, list_cases(connection, wanted, some, total=total)


def list_cases(
    connection: Connection, wanted: Wanted, some: slice, *, total: int | None = None
) -> list[dict[str, Any]]:
    """Return some of them as lists show them, without the words of who reported; newest first.

    Parameters
    ----------
    total
        How many there are: many are found by going through the newest, few by their place. Left
        out, they are few.
    """
    table = Case.__table__.c
    # PostgreSQL knows how many lie in a box and needs no hint
    by_place = (total or 0) <= _SORTED_MAX or connection.dialect.name == "postgresql"
    stop = some.stop if total is None else min(some.stop, total)
    older = None if total is None else total - stop
    # from whichever end is nearer: what lies before is gone through as well
    from_oldest = older is not None and older < some.start
    order = [table.opened_at, table.case_id]
    query = (
        select(*(table[name] for name in _HEAD))
        .where(*_rules(wanted, by_place=by_place))
        .order_by(*(order if from_oldest else [column.desc() for column in order]))
        .offset(older if from_oldest else some.start)
        .limit(stop - some.start)
    )
    rows = connection.execute(query).all()  # a map asks for a thousand
    newest_first = reversed(rows) if from_oldest else rows
    return [dict(zip(_HEAD, row, strict=True)) for row in newest_first]


def tallies(
    connection: Connection, wanted: Wanted, by: Sequence[str], *, now: str
) -> list[dict[str, Any]]:
    """Return counts for each value of some columns: all, open, overdue, rated, reopened."""
    table = Case.__table__.c
    columns = [table[name] for name in by]
    still_open = table.due_at.is_not(None)

    def counted(rule: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(rule)

    query = (
        select(
            *columns,
            func.count().label("cases"),
            counted(still_open).label("open"),
            counted(and_(still_open, table.due_at < now)).label("overdue"),
            counted(table.reopened > 0).label("reopened"),
            func.count(table.score).label("rated"),
            func.coalesce(func.sum(table.score), 0).label("score_sum"),
        )
        .where(*_rules(wanted))
        .group_by(*columns)
    )
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return sorted(rows, key=lambda row: [str(row[name] or "") for name in by])


def last_change(connection: Connection) -> int:
    """Return the number of the last move of all cases: it changes whenever a case does."""
    return int(connection.scalar(select(func.max(CaseMove.fid))) or 0)


def overdue(connection: Connection, *, now: str) -> list[Kept]:
    """Return the cases that are due and have a tier above them."""
    with_one_above = list(tiers())[:-1]
    return kept_of(connection, Case.tier.in_(with_one_above), Case.due_at <= now)


def ended(connection: Connection, register: str, kind: str) -> list[Kept]:
    """Return the cases of a kind that have reached the last state of their flow."""
    return kept_of(connection, Case.register == register, Case.kind == kind, Case.due_at.is_(None))


def near(connection: Connection, kind: str, box: Box, *, since: str) -> list[Kept]:
    """Return the open cases of a kind in a box that came after some time."""
    rules = (Case.kind == kind, Case.opened_at >= since, Case.due_at.is_not(None))
    return kept_of(connection, touches_box(Case.shape, box), *rules)


def of_other_grid(connection: Connection, grid: str) -> list[Kept]:
    """Return the cases with a point whose cell is of another grid than this one."""
    ends = select(func.min(Case.grid)), select(func.max(Case.grid))  # each looks at an index's end
    if {connection.scalar(end) for end in ends} <= {grid, None}:
        return []
    return kept_of(connection, Case.grid != grid, Case.shape.is_not(None))


def keep_grid(connection: Connection, grid: str) -> None:
    """Note that the cells of all cases are those of a grid."""
    connection.execute(update(Case).where(Case.grid != grid).values(grid=grid))


def old_cells_at(
    connection: Connection, plan_id: str, department: str, box: Box
) -> list[tuple[str, Any]]:
    """Return a plan's old cells of a department that a box touches: code and shape, by code."""
    theirs = DepartmentGrid.batch_id.in_(batch_ids(plan_id, DEPARTMENT, name=department))
    query = (
        select(DepartmentGrid.code, DepartmentGrid.shape)
        .where(theirs, touches_box(DepartmentGrid.shape, box))
        .order_by(DepartmentGrid.code, DepartmentGrid.fid)
    )
    return [(str(code), shape) for code, shape in connection.execute(query) if code]


def _rules(wanted: Wanted, *, by_place: bool = True) -> list[Any]:
    table = Case.__table__.c
    rules: list[Any] = [table.register == wanted.register]
    rules += [table[name] == value for name, value in wanted.values]
    if wanted.areas is not None:
        rules.append(_in_areas(wanted.areas))
    if wanted.box is not None:
        west, south, east, north = wanted.box
        lon = table.lon if by_place else table.lon + 0  # a sum has no index
        rules += [lon.between(west, east), table.lat.between(south, north)]
    if wanted.is_open is not None:
        rules.append(table.due_at.is_not(None) if wanted.is_open else table.due_at.is_(None))
    if wanted.due_before is not None:
        rules.append(table.due_at < wanted.due_before)
    return rules


def _in_areas(areas: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a case lies in one of some areas, as accounts name them."""
    table = Case.__table__.c
    named: dict[str, list[str]] = {}
    for area in areas:
        level, _, name = area.partition("/")
        column = DEPARTMENT if level == DEPARTMENT else f"{level}_id"
        named.setdefault(column, []).append(name)
    return or_(false(), *(table[column].in_(sorted(names)) for column, names in named.items()))
