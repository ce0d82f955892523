"""``onegrid merge``: departmental grids in, one all-element grid out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onegrid.errors import PartitionError
from onegrid.grids.check import partition_problems
from onegrid.io.files import refuse_overwrite
from onegrid.layers.ledger import refuse_doubtful
from onegrid.pipeline.merge_ground import divided, repaired
from onegrid.pipeline.merge_inputs import MergeInputs, MergeTables, read_merge, refuse_unknown
from onegrid.pipeline.merge_report import RESULT_FILES, report_of, write_merge
from onegrid.pipeline.merge_result import Merged, explained
from onegrid.pipeline.stages import Run

if TYPE_CHECKING:
    from pathlib import Path

    from onegrid.grids.options import AssignOptions

__all__ = [
    "MergeInputs",
    "MergeTables",
    "Merged",
    "merge",
    "merge_tables",
    "read_merge",
    "report_of",
    "write_merge",
]


def merge(
    inputs: MergeInputs, out: Path, *, options: AssignOptions, strict: bool = False, date: str = ""
) -> dict[str, Any]:
    """Read, merge and write; return the report.

    Parameters
    ----------
    inputs, out
        Files, and the folder of the results.
    options
        What a good grid is.
    strict
        Refuse repairs that somebody should decide instead of listing them.
    date
        Day on which codes are issued and void (ISO 8601); empty where nobody said.
    """
    refuse_overwrite(out, inputs.files(), names=RESULT_FILES)  # before minutes of work
    run = Run("merge")
    with run.stage("读取", files=len(inputs.files())):
        tables = read_merge(inputs)
    merged = merge_tables(tables, options=options, run=run, strict=strict, date=date)
    report = report_of(merged, tables, count_by=options.count_by)
    with run.stage("写出"):
        write_merge(merged, report, out, inputs=inputs, options=options, run=run)
    return report


def merge_tables(
    tables: MergeTables, *, options: AssignOptions, run: Run, strict: bool = False, date: str = ""
) -> Merged:
    """Merge the departments' grids into one; the result is a proved partition.

    Raises
    ------
    InputError
        If options name what is not there, the previous grid cannot be continued, or `strict` and a
        repair is doubtful.
    PartitionError
        If the result is not a valid nested partition: a bug, never written.
    """
    refuse_unknown(tables, options)
    with run.stage("修复部门网格", layers=len(tables.departments)):
        sound = repaired(tables, options)
        if strict:
            refuse_doubtful(sound.doubtful, sources=tables.sources)
    found = divided(tables, sound, options=options, run=run)
    with run.stage("验证与对照", cells=len(found.grid.cells)):
        problems = partition_problems(found.grid.cells, found.grid.communities)
        if problems:
            raise PartitionError(*problems)
        return explained(tables, sound, found, options=options, date=date)
