"""Run one piece of work in a process of its own: CPU, wall, peak memory, and a limit.

Nothing but the standard library is imported here: Linux hands a process's peak on to the processes
it starts, so the one that measures must stay small.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(__file__).parents[1]
_WALL_FACTOR = 4  # a process that waits instead of working is ended as well


@dataclass(frozen=True)
class Outcome:
    """What a piece of work cost and gave.

    ``status`` is ``ok``, ``failed`` or ``timeout``; ``note`` says why. ``cpu_s`` and ``wall_s`` are
    of the work itself, without imports and reading; ``peak_mb`` is that of the process.
    ``value`` is what the work returned, or what it had reported until it was ended; where that is
    kept in a file, ``value`` is only what it tells of itself.
    """

    status: str
    note: str
    cpu_s: float
    wall_s: float
    peak_mb: float
    value: Any

    def cost(self) -> dict[str, Any]:
        """Return everything but the value."""
        return {
            "status": self.status,
            "note": self.note,
            **({} if self.status == "timeout" else self._spent()),
        }

    def _spent(self) -> dict[str, float]:
        return {
            "cpu_s": round(self.cpu_s, 2),
            "wall_s": round(self.wall_s, 2),
            "peak_mb": round(self.peak_mb),
        }


def measured(work: str, *arguments: object, cap_s: float, keep: str | None = None) -> Outcome:
    """Call ``module:function`` in a new process that may use `cap_s` CPU seconds.

    What it returns is left in the file `keep` if that is given: it may be big.
    """
    with tempfile.TemporaryDirectory() as place:
        task, answer = Path(place) / "task", Path(place) / "answer"
        task.write_bytes(pickle.dumps((work, arguments, str(answer), keep, cap_s)))
        with (Path(place) / "errors").open("w+b") as errors:
            code = _ended([sys.executable, "-m", "bench.child", str(task)], errors, cap_s)
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines()
        found = pickle.loads(answer.read_bytes()) if answer.exists() else {}  # noqa: S301  (our own)
    blank = {"cpu_s": 0.0, "wall_s": 0.0, "peak_mb": 0.0, "value": None}
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        spent = {"status": "timeout", "note": f"stopped after {cap_s:.0f} CPU s"}
        return Outcome(**(blank | found | spent))
    if "status" not in found:
        note = said[-1][:200] if said else f"ended with code {code}"
        return Outcome(**(blank | found | {"status": "failed", "note": note}))
    return Outcome(**(blank | found))


def written_towns(names: Iterable[str], folder: Path, *, cap_s: float) -> dict[str, str]:
    """Write the networks of towns; one that cannot be had is left out, and says so."""
    towns = {}
    for number, name in enumerate(names):
        path = str(folder / f"{number}.network")
        done = measured("bench.towns:write_town", name, path, cap_s=cap_s)
        print(name, done.status, done.note, done.value, flush=True)
        if done.status == "ok":
            towns[name] = path
    return towns


def needed(outcome: Outcome) -> Outcome:
    """Return an outcome without which there is nothing to tell; leave if it failed."""
    if outcome.status != "ok":
        raise SystemExit(outcome.note)
    return outcome


def _ended(command: list[str], errors: Any, cap_s: float) -> int:  # noqa: ANN401  (a file)
    """Run a command to its end or to the limit; everything it started ends with it."""
    process = subprocess.Popen(  # noqa: S603  (our own module)
        command,
        cwd=FOLDER,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore", "PYTHONHASHSEED": "0"},
    )
    try:
        return process.wait(_WALL_FACTOR * cap_s + 60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # the session that was started three lines above
        process.wait()
        return -signal.SIGKILL
