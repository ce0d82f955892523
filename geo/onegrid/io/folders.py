"""A folder of results that appears as a whole, and the guard against writing onto an input."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from onegrid.errors import OutputError, Problem
from onegrid.io.sources import split_layer
from onegrid.io.writing import hidden_folder, sync, told_as_output

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType


class OutputFolder:
    """Collect result files and let them appear in `path` together at the end, or not at all.

    Other files of an existing folder stay. A failure inside the block, or while the files are
    moved into place, leaves the folder as it was before.

    Parameters
    ----------
    path
        The folder; it and its parents are made if they are missing.
    inputs
        Files (with or without ``#layer``) that must not be overwritten.
    owns
        Names of all files that such a run may leave: one that is not written now is taken away.

    Raises
    ------
    OutputError
        If the place cannot be written, or a result would land on one of `inputs`.

    Examples
    --------
    >>> import tempfile
    >>> from onegrid.io.writing import write_text
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with OutputFolder(Path(place) / "out") as out:
    ...         write_text(out / "a.txt", "one")
    ...     sorted(p.name for p in (Path(place) / "out").iterdir())
    ['a.txt']
    """

    def __init__(
        self,
        path: str | Path,
        *,
        inputs: Iterable[str | Path] = (),
        owns: Iterable[str] = (),
    ) -> None:
        self.path = Path(path)
        self._inputs = tuple(inputs)
        self._owns = tuple(owns)
        self._made: list[Path] = []
        self._stage = self.path

    def __enter__(self) -> Path:
        if self.path.exists() and not self.path.is_dir():
            what = "is a file, not a folder"
            problem = Problem("OUTPUT", what, str(self.path), remedy="name another folder")
            raise OutputError(problem)
        with told_as_output(self.path):
            missing = [p for p in (self.path, *self.path.parents) if not p.exists()]
            for folder in reversed(missing):
                folder.mkdir()
                self._made.append(folder)
        try:
            self._stage = hidden_folder(self.path / "results")
        except OutputError:
            self._clean()
            raise
        return self._stage

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                with told_as_output(self.path):
                    self._move()
                self._made = []
        finally:
            shutil.rmtree(self._stage, ignore_errors=True)
            self._clean()

    def _move(self) -> None:
        files = sorted(p for p in self._stage.rglob("*") if p.is_file())
        staged = {str(p.relative_to(self._stage)): p for p in files}
        stale = [n for n in self._owns if n not in staged and (self.path / n).exists()]
        refuse_overwrite(self.path, self._inputs, names=[*staged, *stale])
        backup = self._stage / ".before"
        done: list[tuple[Path, Path]] = []
        try:
            # renames cannot be one transaction: links to the old files let a failure undo them
            for name in (*staged, *stale):
                goal, old = self.path / name, backup / name
                goal.parent.mkdir(parents=True, exist_ok=True)
                if goal.exists():
                    old.parent.mkdir(parents=True, exist_ok=True)
                    _keep(goal, old)
                if name in staged:
                    staged[name].replace(goal)
                else:
                    goal.unlink()
                done.append((goal, old))
        except OSError:
            for goal, old in reversed(done):
                if old.exists():
                    old.replace(goal)
                else:
                    goal.unlink(missing_ok=True)
            raise
        sync(self.path)

    def _clean(self) -> None:
        for folder in reversed(self._made):
            with suppress(OSError):  # somebody else put a file there meanwhile
                folder.rmdir()


def refuse_overwrite(
    out: str | Path, inputs: Iterable[str | Path], *, names: Iterable[str] = ()
) -> None:
    """Refuse an output that is one of the inputs, also through a symbolic or hard link.

    Parameters
    ----------
    out
        The output file, or the output folder when `names` is given.
    inputs
        Input files, with or without ``#layer``.
    names
        Names of the files that will be written into the folder `out`.

    Raises
    ------
    OutputError
        One problem per input that would be overwritten.

    Examples
    --------
    >>> refuse_overwrite("grid.gpkg", ["other.gpkg"])
    """
    goals = [Path(out) / name for name in names] or [Path(out)]
    sources = [Path(split_layer(str(source))[0]) for source in inputs]
    problems = [
        Problem("OUTPUT_IS_INPUT", "is an input of this run", str(goal), remedy="name another file")
        for goal in goals
        if any(_same(goal, source) for source in sources)
    ]
    if problems:
        raise OutputError(*problems)


def _same(goal: Path, source: Path) -> bool:
    if goal.exists() and source.exists():
        return goal.samefile(source)
    return os.path.realpath(goal) == os.path.realpath(source)


def _keep(goal: Path, old: Path) -> None:
    try:
        os.link(goal, old)
    except OSError:  # a filesystem without hard links
        shutil.copy2(goal, old)
