"""The report that several commands share in one result folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NETWORK_FILE = "streets.network"  # the walk network of a result folder, where there is one


def joined_report(out: Path, command: str, report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the folder's report with the keys of one command replaced, the others kept.

    The keys stand under the command's name, and beside it for whoever reads one command only.
    """
    path = out / "report.json"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    if not isinstance(kept, dict):
        kept = {}
    former = kept.get(command)
    stale = former if isinstance(former, dict) else {}
    kept = {key: value for key, value in kept.items() if key not in stale}
    return {**kept, **report, command: dict(report)}
