"""What each kind of job runs: the pipeline's own functions, on a plan written to a folder."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from onegrid import standards
from onegrid.errors import InputError, Problem
from onegrid.grids.options import AssignOptions
from onegrid.io.files import write_bytes, write_layers
from onegrid.io.packs import write_standard
from onegrid.pipeline.coverage import CoverageInputs, coverage
from onegrid.pipeline.folder import FACILITIES_FILE, NETWORK_FILE, PEOPLE_FILE
from onegrid.pipeline.inputs import Reader, Reading, there
from onegrid.pipeline.mapping import draw_map
from onegrid.pipeline.merge import MergeInputs, merge
from onegrid.pipeline.norm_desk import norms_named
from onegrid.pipeline.plan_import import TABLES
from onegrid.pipeline.plan_tables import GRID_FILE, residents
from onegrid.pipeline.reporting import write_report
from onegrid.pipeline.siting import sites
from onegrid.pipeline.siting_inputs import SitesInputs, SitesQuestion
from onegrid.pipeline.streets import network
from onegrid.pipeline.tiling import tiles_of_folder
from onegrid.pipeline.walking import circles
from onegrid.pipeline.workspace import write_plan
from onegrid.reports.content import ReportOptions
from onegrid.store import results, uploads
from onegrid.store.ground import made_from

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from onegrid.store import Workspace

PEOPLE: Final = "people.gpkg"
TILES_FILE: Final = "plan.pmtiles"
_NORMS: Final = "norms.csv"  # among the tables: as they stood when the job began


@dataclass(frozen=True)
class Task:
    """One job: its kind, the plan it is about, and what was asked; ``folder`` is its own."""

    kind: str
    plan_id: str | None
    options: Mapping[str, Any]
    folder: Path

    @property
    def plan(self) -> Path:
        """Return the folder the plan is written to, and results are written beside it."""
        return self.folder / "plan"

    @property
    def tables(self) -> Path:
        """Return the folder of what a job reads: no result may take the place of an input."""
        return self.folder / "tables"

    @property
    def network(self) -> str:
        """Return the street network of the plan.

        Raises
        ------
        InputError
            ``NETWORK_MISSING``.
        """
        return self._there(self.plan / NETWORK_FILE, "NETWORK_MISSING", "run a network job first")

    @property
    def facilities(self) -> str:
        """Return the facilities; raises as `network`."""
        path = self.tables / FACILITIES_FILE
        return self._there(path, "FACILITIES_MISSING", "import facilities first")

    @property
    def people(self) -> str:
        """Return the doors; raises as `network`."""
        return self._there(self.tables / PEOPLE, "PEOPLE_MISSING", "import households first")

    def upload(self, upload_id: str) -> str:
        """Return the file of an upload."""
        return str(next((self.folder / "in" / upload_id).iterdir()))

    def profile(self) -> standards.Profile:
        """Return who walks."""
        return standards.profile(str(self.options["profile"]))

    def _there(self, path: Path, code: str, remedy: str) -> str:
        if not path.is_file():
            raise InputError(Problem(code, f"the plan has no {path.name}", remedy=remedy))
        return str(path)


@dataclass(frozen=True)
class Basis:
    """What the results of a job are of: a revision of the plan, its doors and facilities."""

    revision: int = -1
    made_from: str = ""


def prepare(workspace: Workspace, task: Task, asked: Mapping[str, str]) -> Basis:
    """Write what a job works on into its folder; return what its results will be of.

    Parameters
    ----------
    asked
        Uploads that the options speak of: their id, and the name of the file.

    Raises
    ------
    InputError
        ``PLAN_UNKNOWN``, ``UPLOAD_UNKNOWN`` or ``PACK_UNKNOWN``.
    """
    with workspace.reading() as connection:
        for upload_id, name in asked.items():
            place = task.folder / "in" / upload_id
            place.mkdir(parents=True)
            head = uploads.upload(connection, upload_id)
            (place / name).write_bytes(results.content_of(connection, head.sha256))
        task.plan.mkdir()
        task.tables.mkdir()
        if "standard" in task.options:
            asked_norms = norms_named(connection, str(task.options["standard"]))
            write_standard(task.tables / _NORMS, asked_norms)
        if task.plan_id is None:
            return Basis()
        people = residents(connection, task.plan_id)
        ground = made_from(connection, task.plan_id)
        if people is not None:
            write_layers(task.tables / PEOPLE, {"people": people})
    told = write_plan(workspace, task.plan_id, task.plan)
    if (task.plan / FACILITIES_FILE).is_file():
        shutil.copyfile(task.plan / FACILITIES_FILE, task.tables / FACILITIES_FILE)
    return Basis(told["revision"], ground)


def perform(task: Task) -> dict[str, Any]:
    """Run a job in its folder; return what its command prints as JSON.

    Raises
    ------
    InputError
        As the command does.
    """
    return _RUNS[task.kind](task)


def state_of(folder: Path) -> dict[str, str]:
    """Return the hash of each file of a folder."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.is_file()
    }


def made_files(before: Mapping[str, str], folder: Path) -> list[Path]:
    """Return the files of a plan's folder that a job wrote, apart from the plan itself."""
    own = {GRID_FILE, FACILITIES_FILE, PEOPLE_FILE, "run.json"}
    after = state_of(folder)
    return [folder / n for n, hash_ in after.items() if before.get(n) != hash_ and n not in own]


def _merge(task: Task) -> dict[str, Any]:
    options = task.options
    inputs = MergeInputs(
        departments={n: task.upload(key) for n, key in options["departments"].items()},
        communities=task.upload(options["communities"]),
        households=task.upload(options["households"]),
        roads=task.upload(options["roads"]) if options.get("roads") else None,
    )
    low, high = options["size"]
    good = AssignOptions(size=(low, high), base=options.get("base"))
    report = merge(inputs, task.plan, options=good)
    return {name: report[name] for name in ("cells", "communities", "households") if name in report}


def _import(task: Task) -> dict[str, Any]:
    """Only look whether the file can be read; what is imported is saved by whoever asked."""
    reader = Reader(Reading())
    role = task.options["role"]
    frame = reader.read(role, task.upload(task.options["source"]), TABLES[role])
    reader.check()
    return {role: len(there(frame)), **reader.notes()}


def _network(task: Task) -> dict[str, Any]:
    (task.plan / NETWORK_FILE).unlink(missing_ok=True)
    return network(task.upload(task.options["source"]), task.plan / NETWORK_FILE)


def _circles(task: Task) -> dict[str, Any]:
    return circles(
        task.network,
        task.facilities,
        task.plan / "circles.gpkg",
        minutes=tuple(task.options["minutes"]),
        profile=task.profile(),
        method=task.options["method"],
    )


def _coverage(task: Task) -> dict[str, Any]:
    grid = str(task.plan / GRID_FILE)
    norms = str(task.tables / _NORMS)
    inputs = CoverageInputs(task.network, task.facilities, task.people, grid, norms)
    walkers = tuple(standards.profile(name) for name in dict.fromkeys(task.options["profiles"]))
    report = coverage(inputs, task.plan, profiles=walkers)
    return {"kinds": report.get("kinds", {})}


def _sites(task: Task) -> dict[str, Any]:
    options = task.options
    asked = SitesQuestion(
        tuple(dict.fromkeys(options["kinds"])),
        options["count"],
        options["minutes"],
        task.profile(),
        options["weight"],
    )
    return sites(
        SitesInputs(task.network, task.facilities, task.people), asked, task.plan / "sites.gpkg"
    )


def _report(task: Task) -> dict[str, Any]:
    office = bool(task.options["office"])
    name = f"report{'-office' if office else ''}.{task.options['format']}"
    told = write_report(task.plan, task.plan / name, options=ReportOptions(office=office))
    return {**told, "file": name}


def _map(task: Task) -> dict[str, Any]:
    return {**draw_map(task.plan, task.plan / "map.html"), "file": "map.html"}


def _tiles(task: Task) -> dict[str, Any]:
    content, told = tiles_of_folder(task.plan)
    write_bytes(task.plan / TILES_FILE, content)
    return {**told, "file": TILES_FILE}


_RUNS: Final[Mapping[str, Callable[[Task], dict[str, Any]]]] = {
    "merge": _merge,
    "import": _import,
    "network": _network,
    "circles": _circles,
    "coverage": _coverage,
    "sites": _sites,
    "report": _report,
    "map": _map,
    "tiles": _tiles,
}
