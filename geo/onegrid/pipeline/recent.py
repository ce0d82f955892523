"""What was made last, kept: each thing is made once, however many ask for it at the same time."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")


class Recent(Generic[T]):
    """Keeps the last few things that were asked for, by key.

    Examples
    --------
    >>> kept = Recent[str](1)
    >>> kept.get("a", lambda: "made"), kept.get("a", lambda: "made anew")
    ('made', 'made')
    >>> kept.get("b", lambda: "another"), kept.get("a", lambda: "made anew")
    ('another', 'made anew')
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._slots: dict[Hashable, _Slot[T]] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under a key; make it if there is nothing."""
        with self._lock:
            slot = self._slots.pop(key, None) or _Slot[T]()
            self._slots[key] = slot  # the last used last
            for old in list(self._slots)[: -self._most]:
                del self._slots[old]
        return slot.value(make)


class _Slot(Generic[T]):
    """One thing, and the lock that others wait at while it is made."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: list[T] = []

    def value(self, make: Callable[[], T]) -> T:
        with self._lock:
            if not self._made:
                self._made.append(make())
            return self._made[0]
