"""Compile kernels, and run them in threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar, cast

import numba
import numpy as np
from numba.core.runtime.nrt import rtsys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S")

# For kernels: a bare 0 has a type of its own, and what it is handed to would be compiled twice.
ZERO: Final = cast("int", np.int64(0))
ONE: Final = cast("int", np.int64(1))


def kernel(function: Callable[P, T]) -> Callable[P, T]:
    """Compile a function without the interpreter's lock, and keep the result on disk.

    It is kept in ``NUMBA_CACHE_DIR`` if that is set, else beside the module, else (a package
    folder that cannot be written) in the user's cache folder. Where none of them can be written,
    the function is compiled anew in every process.
    """
    return _compiled(function, no_cfunc_wrapper=True)


def part(function: Callable[P, T]) -> Callable[P, T]:
    """Compile a function that kernels alone call: without its way in from Python it takes half."""
    return _compiled(function, no_cfunc_wrapper=True, no_cpython_wrapper=True)


def _compiled(function: Callable[P, T], **without: bool) -> Callable[P, T]:
    njit: Any = numba.njit  # its types do not know these options
    try:
        compiled: Any = njit(cache=True, nogil=True, **without)(function)
    except RuntimeError:  # numba: no locator available
        compiled = njit(nogil=True, **without)(function)
    else:
        kept: Any = getattr(compiled, "_cache", None)
        if hasattr(kept, "_load_overload"):  # another numba: its own way, slower
            kept.load_overload = partial(_read, kept)
    return cast("Callable[P, T]", compiled)


def _read(kept: Any, types: Any, target: Any) -> Any:  # noqa: ANN401  (numba's own)
    """Return what is kept of a kernel for some types, None for nothing.

    Numba would first register a thousand functions that only compiling needs, a third of the time
    in which a small command is done; where nothing is kept, it does so when it compiles.
    """
    rtsys.initialize(target)  # arrays are made by it
    with kept._guard_against_spurious_io_errors():  # noqa: SLF001  (numba has no way in)
        return kept._load_overload(types, target)  # noqa: SLF001


def inlined(function: Callable[P, T]) -> Callable[P, T]:
    """Compile a small function into every kernel that calls it: the compiler seldom does so."""
    compiled: Callable[P, T] = numba.njit(inline="always")(function)
    return compiled


def in_threads(task: Callable[[S], T], items: Iterable[S]) -> list[T]:
    """Return the result of a task for each item, in order, on as many threads as numba would use.

    Plain threads: kernels run without the interpreter's lock, and numba's own thread pool must not
    be entered from two requests of a server at once.
    """
    waiting = list(items)
    threads = min(int(numba.get_num_threads()), len(waiting))
    if threads <= 1:  # a pool for one question costs more than the question
        return [task(item) for item in waiting]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(task, waiting))
