"""``docs/benchmarks.md`` from the results: ``python -m bench.page`` in this folder's parent.

A result file holds ``title, about, command, date, machine, versions, tables``, and as ``words`` the
columns that need explaining, each ``[label, meaning]``; a table ``title,
about, columns, rows``; a column ``key, label, digits, better`` (``high``, ``low`` or empty; digits
-2 are percent with one decimal, null is text) and ``must``, the only right value, if there is one;
a row the values by key, ``status``, ``note``, and ``ours``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

# in which benchmarks run and are told; others follow by name
ORDER = (
    *("merge_peers", "merge_pareto", "merge_growth", "merge_edits"),
    *("reach_build", "reach_kernels", "reach_asked", "reach_circles", "reach_access"),
    *("coverage_access", "siting_spopt", "serve_load"),
    *("web_size", "web_map", "web_edit"),
)
RESULTS = Path(__file__).parents[1] / "results"
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
PERCENT = -2
_NOISE = 1e-3  # metres squared of rounding in a gap
_POINT = 0.005  # half a point of a share, half a percent of anything else
_HEAD = """# Benchmarks

Written by `make bench` from `benchmarks/results/*.json`; do not edit. Every row of a table was \
measured in one run on one machine. Trust ratios, not seconds: the machine is shared. CPU seconds \
and the peak are those of the process that did the work, without reading its input; a peer may use \
as much CPU as said below before it is stopped. Grids are measured by one function from their \
polygons alone (`benchmarks/bench/columns.py`), which uses nothing of onegrid.
"""


def render(results: list[dict[str, Any]]) -> str:
    """Return the page of some results."""
    return "\n".join([_HEAD, *(_section(result) for result in results)]).rstrip() + "\n"


def stored() -> list[dict[str, Any]]:
    """Return every result in the repository, in order."""
    paths = in_order(RESULTS.glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def column(
    key: str, label: str, digits: int | None, better: str = "", must: float | None = None
) -> dict[str, Any]:
    """Return a column of a table, as a result file holds it."""
    return {"key": key, "label": label, "digits": digits, "better": better, "must": must}


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Return benchmarks or their results by the place of their names in `ORDER`."""
    names = {name: place for place, name in enumerate(ORDER)}
    return sorted(paths, key=lambda path: (names.get(path.stem, len(names)), path.stem))


def store(name: str, result: dict[str, Any]) -> None:
    """Keep a result and write the page anew."""
    text = json.dumps(result, ensure_ascii=False, indent=1) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
    PAGE.write_text(render(stored()), encoding="utf-8")


def _section(result: dict[str, Any]) -> str:
    machine = result["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    lines = [
        f"## {result['title']}",
        "",
        result["about"],
        "",
        (
            f"`{result['command']}` · {result['date']} · {machine['cores']} cores, "
            f"{machine['memory_gib']} GiB, {machine['processor']}, {machine['system']}, "
            f"Python {machine['python']} · {versions}"
        ),
        "",
    ]
    if result.get("words"):
        told = [f"| {label} | {meaning} |" for label, meaning in result["words"]]
        lines += ["| column | means |", "| --- | --- |", *told, ""]
    return "\n".join([*lines, *(table_text(table) for table in result["tables"])])


def table_text(table: dict[str, Any]) -> str:
    """Return one table, and below it the columns where a peer is ahead of us."""
    columns, rows = table["columns"], table["rows"]
    head = [column["label"] for column in columns]
    right = ["---" if column["digits"] is None else "---:" for column in columns]
    date = f" ({table['date']})" if "date" in table else ""
    body = [[_cell(row, column) for column in columns] for row in rows]
    grid = ["| " + " | ".join(line) + " |" for line in (head, right, *body)]
    return "\n".join(
        [f"### {table['title']}{date}", "", table["about"], "", *grid, "", *losses(table)]
    )


def losses(table: dict[str, Any]) -> list[str]:
    """Return where peers that finished are ahead of us by more than half a point.

    Peers whose result is not sound (a column that must be 0 or 1 is not) stand apart.
    """
    own = next((row for row in table["rows"] if row.get("ours")), None)
    peers = [
        row for row in table["rows"] if not row.get("ours") and row.get("status", "ok") == "ok"
    ]
    if own is None or not peers:
        return []
    sound = [row for row in peers if all(_sound(row, column) for column in table["columns"])]
    rest = [row for row in peers if row not in sound]
    ahead, other = _ahead(table, own, sound), _ahead(table, own, rest)
    lines = ["Ahead of onegrid, among results without a fault:", "", *ahead]
    if not ahead:
        lines = ["Among results without a fault nobody is ahead of onegrid in any column."]
    if other:
        lines += ["", "Ahead, in results with faults (not a partition):", "", *other]
    return [*lines, ""]


def _sound(row: dict[str, Any], column: dict[str, Any]) -> bool:
    """Whether a value that has one right answer is right, to a hair's breadth."""
    if column.get("must") is None or row.get(column["key"]) is None:
        return True
    off: float = abs(row[column["key"]] - column["must"])
    return off <= _NOISE


def _ahead(table: dict[str, Any], own: dict[str, Any], peers: list[dict[str, Any]]) -> list[str]:
    lines = []
    for column in table["columns"]:
        if not column.get("better") or not peers:
            continue
        lead, best = max(((_lead(row, own, column), row) for row in peers), key=lambda x: x[0])
        if lead > 0:
            said = f"{best['peer']} ({best['input']})" if best.get("input") else best["peer"]
            lines.append(
                f"- {column['label']}: {_cell(own, column)} against {_cell(best, column)} of {said}"
            )
    return lines


def _lead(row: dict[str, Any], own: dict[str, Any], column: dict[str, Any]) -> float:
    """Return by how much a peer is ahead, 0 within the tolerance."""
    theirs, ours = row.get(column["key"]), own.get(column["key"])
    if theirs is None or ours is None:
        return 0.0
    ahead = theirs - ours if column["better"] == "high" else ours - theirs
    share = column["digits"] == PERCENT or column["better"] == "high"
    tolerance = _POINT if share else _POINT * max(abs(ours), 1.0)
    return ahead if ahead > tolerance else 0.0


def _cell(row: dict[str, Any], column: dict[str, Any]) -> str:
    value = row.get(column["key"])
    if value is None:
        return ""
    if column["digits"] is None:
        return str(value).replace("|", "/").replace("<", "‹").replace(">", "›")
    if column["digits"] == PERCENT:
        return f"{100 * value:.1f} %"
    return f"{value:,.{column['digits']}f}"


if __name__ == "__main__":
    PAGE.write_text(render(stored()), encoding="utf-8")
