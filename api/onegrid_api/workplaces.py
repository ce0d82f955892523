"""Where a job is worked on: in a process of this machine, or in one of a worker of a Dask cluster.

Either way it is ``python -m onegrid_api.work FOLDER``, and leaves what came of it in the folder.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import uuid4

from onegrid.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

_LOOK_S: Final = 0.3
_LEAVE_S: Final = 5  # how long a worker may take to end what nobody wants any more
_ANSWER_S: Final = 5
_BEGUN: Final = "begun"


class Workplace(Protocol):
    """Where jobs are worked on."""

    def work(
        self, folder: Path, tell: Callable[[str], None]
    ) -> AbstractContextManager[Callable[[], bool]]:
        """Begin the job of a folder and tell its stages; give what says whether it is over.

        A job that is not over when the context is left is ended.
        """

    def close(self) -> None:
        """Let go of it."""


class Processes:
    """A process of this machine for each job."""

    @contextmanager
    def work(self, folder: Path, tell: Callable[[str], None]) -> Iterator[Callable[[], bool]]:
        """Begin a job; see `Workplace.work`."""
        command = [sys.executable, "-m", "onegrid_api.work", str(folder)]
        with subprocess.Popen(  # noqa: S603  (our own command)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        ) as process:
            reader = _reading(process.stdout or (), tell)
            try:
                yield lambda: process.poll() is not None
            finally:
                process.kill()
                reader.join()

    def close(self) -> None:
        """Do nothing: each process ended with its job."""


class Cluster:
    """The workers of a Dask scheduler, which share the folder of a job with this service."""

    def __init__(self, address: str) -> None:
        if find_spec("distributed") is None:
            remedy = "install onegrid[cluster], or leave ONEGRID_SCHEDULER out"
            what = "the program for a cluster is not installed"
            raise InputError(Problem("CLUSTER_MISSING", what, address, "", remedy))
        self._address, self._lock = address, Lock()
        self._kept: Any = None

    @contextmanager
    def work(self, folder: Path, tell: Callable[[str], None]) -> Iterator[Callable[[], bool]]:
        """Begin a job; see `Workplace.work`.

        Raises
        ------
        InputError
            ``SCHEDULER_AWAY``, or ``WORKER_LOST`` if the worker died or does not share the folder.
        """
        client, name = self._client(), f"onegrid-{uuid4().hex}"
        lines: SimpleQueue[str | None] = SimpleQueue()
        client.subscribe_topic(name, lambda event: lines.put(event[1]))
        reader = _reading(iter(lines.get, None), tell)
        future = client.submit(_at_worker, str(folder), name, key=name, pure=False)
        try:
            yield future.done
            lost = future.done() and future.status != "finished"
        finally:
            if not future.done():
                future.cancel()
            reader.join(_LEAVE_S)  # the last thing a worker tells is that it is done
            lines.put(None)
            reader.join()
            client.unsubscribe_topic(name)
        if lost:
            remedy = "check that workers have onegrid and share the folder of jobs; then retry"
            what = "the worker did not end its work"
            raise InputError(Problem("WORKER_LOST", what, self._address, future.status, remedy))

    def close(self) -> None:
        """Leave the scheduler."""
        if self._kept is not None:
            self._kept.close()

    def _client(self) -> Any:  # noqa: ANN401  (its library has no types)
        with self._lock:
            if self._kept is not None and self._kept.status == "running":
                return self._kept
            self.close()
            try:
                dask = import_module("distributed")  # half a second, which only a cluster is worth
                self._kept = dask.Client(self._address, timeout=_ANSWER_S, set_as_default=False)
            except (OSError, ValueError):  # it is away, or the address is none
                self._kept = None
                what = "the scheduler of the cluster does not answer"
                remedy = "start it, check ONEGRID_SCHEDULER, then retry"
                problem = Problem("SCHEDULER_AWAY", what, self._address, "", remedy)
                raise InputError(problem) from None
            return self._kept


def _at_worker(folder: str, name: str) -> None:
    """Work on the job of a folder as long as somebody wants it; runs at a worker."""
    worker = import_module("distributed").get_worker()
    task = worker.state.tasks[worker.get_current_task()]
    try:
        (Path(folder) / _BEGUN).touch(exist_ok=False)  # a cluster would begin anew by itself
        with Processes().work(Path(folder), partial(worker.log_event, name)) as over:
            while not over() and task.state == "executing":  # else canceled, or the service died
                time.sleep(_LOOK_S)
    finally:
        worker.log_event(name, None)


def _reading(lines: Iterable[str], tell: Callable[[str], None]) -> Thread:
    def read() -> None:
        for line in lines:
            tell(line.strip())

    thread = Thread(target=read, daemon=True)
    thread.start()
    return thread
