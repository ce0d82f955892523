"""Errors that onegrid raises on purpose; anything else is a bug."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input.

    ``code`` is stable and machine-readable: the command line prints it, the API returns it, the
    web app translates it. ``source`` is the file or table, ``where`` the feature id, row or
    coordinate, ``remedy`` what a person can do about it.
    """

    code: str
    what: str
    source: str = ""
    where: str = ""
    remedy: str = ""

    def line(self) -> str:
        """Return the line a user reads.

        Examples
        --------
        >>> Problem("CRS_MISSING", "no CRS", "a.shp", remedy="add a .prj").line()
        'error[CRS_MISSING] a.shp: no CRS, add a .prj'
        """
        place = f" {self.source}:" if self.source else ""
        details = ", ".join(part for part in (self.what, self.where, self.remedy) if part)
        return f"error[{self.code}]{place} {details}"


class OnegridError(Exception):
    """Base of every deliberate error; ``problems`` lists everything wrong at once."""

    code = "ERROR"

    def __init__(self, *problems: Problem | str) -> None:
        self.problems: tuple[Problem, ...] = tuple(
            Problem(self.code, p) if isinstance(p, str) else p for p in problems
        )
        super().__init__("\n".join(p.line() for p in self.problems))


class InputError(OnegridError):
    """A file or a table cannot be used as it is."""

    code = "INPUT"


class CrsError(InputError):
    """A layer has no CRS, or one that the operation cannot use."""

    code = "CRS_MISSING"


class SchemaError(InputError):
    """A table breaks its declared schema."""

    code = "SCHEMA"


class StandardError(InputError):
    """A norm pack, a walking profile or a policy number is unknown or malformed."""

    code = "STANDARD"


class OutputError(OnegridError):
    """A result cannot be written where it was asked for."""

    code = "OUTPUT"


class NetworkError(InputError):
    """A walk network cannot be built, or a file is not one."""

    code = "NETWORK"


class StaleError(OnegridError):
    """Somebody else has saved since; ``revision`` stands now, ``state`` tells more if known."""

    code = "STALE_REVISION"

    def __init__(
        self,
        *problems: Problem | str,
        revision: int = 0,
        state: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(*problems)
        self.revision = revision
        self.state = state or {}


class StateError(OnegridError):
    """A thing is not in a state that allows what was asked: submitted, running, gone."""

    code = "STATE"


class AccessError(OnegridError):
    """Somebody may not do what they asked for, or not where they asked for it."""

    code = "FORBIDDEN"


class LimitError(OnegridError):
    """Too much at once, or too often: more than one may ask for."""

    code = "LIMIT"


class PartitionError(OnegridError):
    """A set of cells is not a partition, and repair is not possible."""

    code = "PARTITION"


class Gather:
    """Run several steps that may fail on bad input, then raise all their problems together.

    Examples
    --------
    >>> gather = Gather()
    >>> gather.attempt(int, "7")
    7
    >>> def read() -> None:
    ...     raise InputError("no features")
    >>> gather.attempt(read), [p.what for p in gather.problems]
    (None, ['no features'])
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def attempt(self, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Return the result of ``step``, or None after noting its problems."""
        try:
            return step(*args, **kwargs)
        except InputError as error:
            self.problems.extend(error.problems)
            return None

    def add(self, problems: Iterable[Problem]) -> None:
        """Note problems found without an exception."""
        self.problems.extend(problems)

    def check(self) -> None:
        """Raise one `InputError` if anything was noted."""
        if self.problems:
            raise InputError(*self.problems)
