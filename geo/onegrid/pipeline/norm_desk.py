"""Norm packs of a workspace: those that come with the product, and the district's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from onegrid.errors import InputError, Problem, StandardError
from onegrid.io.packs import check_content
from onegrid.standards import DEFAULT_PACK, norms, pack, packs
from onegrid.store import norm_packs

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from onegrid.standards import Norm
    from onegrid.store.audit import By

BYTES_MAX: Final = 1_000_000
RULES_MAX: Final = 2_000
TEXT_MAX: Final = 1_000  # characters of one field
MINUTES_MAX: Final = 60.0  # a longer walk is no walk, and takes the service long
_REFUSED: Final = frozenset({"PACK_ROW", "PACK_EMPTY"})


@dataclass(frozen=True)
class PackHead:
    """A norm pack as lists show it; ``titles`` are the documents its rules come from."""

    name: str
    titles: tuple[str, ...]
    rules: int
    unverified: int
    own: bool
    default: bool


def check_pack(
    name: str, content: bytes, *, source: str = ""
) -> tuple[tuple[Norm, ...], tuple[Problem, ...]]:
    r"""Return the rules of a pack file under the name of the pack, and what is doubtful in it.

    Raises
    ------
    InputError
        With every reason why the file is no pack, or more than a pack may be.

    Examples
    --------
    >>> check_pack("own", b"kind,minutes\nclinic,15")[0][0].pack
    'own'
    """
    found, problems = check_content(content, source=source)
    if len(found) > RULES_MAX:
        what = f"{len(found)} rules"
        raise InputError(Problem("PACK_LIMIT", what, source, "", f"at most {RULES_MAX}"))
    faults = [problem for problem in problems if problem.code in _REFUSED]
    for norm in found:
        faults += _too_much(norm, source)
    if faults:
        raise StandardError(*faults)
    return tuple(replace(norm, pack=name) for norm in found), problems


def keep_pack(
    connection: Connection, name: str, content: bytes, *, by: By
) -> tuple[tuple[Norm, ...], tuple[Problem, ...]]:
    """Keep a pack file as a pack of the district; return what `check_pack` does.

    Raises
    ------
    InputError
        ``PACK_EXISTS``, and as `check_pack`.
    """
    found, problems = check_pack(name, content)
    if name in packs():
        what = f"{name!r} is a norm pack that comes with onegrid"
        raise InputError(Problem("PACK_EXISTS", what, remedy="give yours another name"))
    norm_packs.add_pack(connection, name, [norm.as_row() for norm in found], by=by)
    return found, problems


def norms_named(connection: Connection, name: str) -> tuple[Norm, ...]:
    """Return the rules of a pack, bundled or the district's own; never of a file.

    Raises
    ------
    StandardError
        ``PACK_UNKNOWN``.
    """
    own = {one.name: one for one in norm_packs.list_packs(connection)}
    return norms(own[name].rules, source=name) if name in own else pack(name)


@cache
def bundled_heads() -> tuple[PackHead, ...]:
    """Return the packs that come with the product, in the order of their table.

    Examples
    --------
    >>> [head.name for head in bundled_heads() if head.default]
    ['cangzhou-2020']
    """
    return tuple(_head(name, pack(name), own=False) for name in packs())


def own_heads(connection: Connection) -> list[PackHead]:
    """Return the district's own packs by name."""
    found = norm_packs.list_packs(connection)
    return [_head(one.name, norms(one.rules), own=True) for one in found]


def _head(name: str, rules: tuple[Norm, ...], *, own: bool) -> PackHead:
    return PackHead(
        name,
        tuple(dict.fromkeys(norm.title for norm in rules if norm.title)),
        len(rules),
        sum(not norm.verified for norm in rules),
        own,
        name == DEFAULT_PACK,
    )


def _too_much(norm: Norm, source: str) -> list[Problem]:
    """Return what a rule says at greater length than a service can take from anybody."""
    found = []
    if norm.minutes > MINUTES_MAX:
        what = f"{norm.minutes:g} minutes"
        found.append(Problem("PACK_LIMIT", what, source, norm.kind, f"at most {MINUTES_MAX:g}"))
    if any(len(text) > TEXT_MAX for text in norm.as_row().values()):
        remedy = f"at most {TEXT_MAX} characters"
        found.append(Problem("PACK_LIMIT", "a long text", source, norm.kind[:40], remedy))
    return found
