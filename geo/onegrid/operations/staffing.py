"""Who is where on the grid, who is missing, and which cells a worker best looks after."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from onegrid.errors import InputError, Problem
from onegrid.standards import number
from onegrid.standards.tables import one_of, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

_PAIRS_MAX = 20_000
_NODES = 200
_GAP = 1e-6
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Post:
    """A kind of post: what unit has one, and which column of the needed staff says how many."""

    post: str
    label_zh: str
    label_en: str
    per: str
    needed: str
    source: str
    confidence: str


@cache
def posts() -> dict[str, Post]:
    """Return the posts by name, in the order of the table.

    Examples
    --------
    >>> posts()["building_lead"].label_zh
    '楼门长'
    """
    return {row["post"]: Post(**row) for row in rows("posts.csv")}


def post_of(name: str) -> Post:
    """Return a post.

    Raises
    ------
    InputError
        ``POST_UNKNOWN``.
    """
    if name not in posts():
        raise InputError(Problem("POST_UNKNOWN", f"no post {name!r}", remedy=one_of(posts())))
    return posts()[name]


def staff_gaps(
    needed: pd.DataFrame, buildings: pd.Series, there: Mapping[tuple[str, str], int]
) -> pd.DataFrame:
    """Return how many of each post a unit needs, has and lacks.

    Parameters
    ----------
    needed
        The table of `grids.staffing.staffing`.
    buildings
        Number of buildings of each cell, by ``cell_id``.
    there
        People in post, by post and unit: a cell, or a community for its workers.

    Returns
    -------
    gaps
        ``level, id, post, needed, there, missing``, in the order of `needed`, then of `posts`.
    """
    found = []
    for unit in needed[needed["level"].isin(["cell", "community"])].to_dict("records"):
        for post in posts().values():
            if ("cell" if post.per == "building" else post.per) != unit["level"]:
                continue
            count = 1 if post.needed == "one" else int(unit[post.needed])
            if post.per == "building":
                count = int(buildings.get(unit["id"], 0))
            has = there.get((post.post, unit["id"]), 0)
            found.append((unit["level"], unit["id"], post.post, count, has, max(0, count - has)))
    return pd.DataFrame(found, columns=["level", "id", "post", "needed", "there", "missing"])


class Proposal(NamedTuple):
    """The worker of each cell, int64 (cells), and what it comes to.

    ``load`` is float64 (workers); ``bound`` a load that no assignment gets all workers below.
    """

    worker: Ints
    walk_s: float
    load: Floats
    bound: float


def propose(load: Floats, walk_s: Floats, *, slack_share: float | None = None) -> Proposal:
    """Give every cell one worker: the heaviest load as light as can be, then the least walking.

    Parameters
    ----------
    load
        float64 (cells): households, or whatever makes a cell heavy.
    walk_s
        float64 (cells, workers): seconds on foot; infinite where nobody walks.
    slack_share
        By how much the heaviest load may exceed the lightest possible one, for shorter walks.
        By default ``staff_balance_slack_share``.

    Raises
    ------
    InputError
        ``STAFF_REACH`` if no worker reaches a cell, ``STAFF_SIZE`` if there are too many.

    Examples
    --------
    >>> walk_s = np.array([[60.0, 900.0], [300.0, 90.0], [400.0, 80.0]])
    >>> propose(np.array([300.0, 200.0, 100.0]), walk_s, slack_share=0.0).worker
    array([0, 1, 1])
    """
    cells, workers = walk_s.shape
    cell, worker = np.nonzero(np.isfinite(walk_s))
    _refuse_impossible(cells, cell)
    slack = number("staff_balance_slack_share") if slack_share is None else slack_share
    pairs = len(cell)
    once = coo_array((np.ones(pairs), (cell, np.arange(pairs))), shape=(cells, pairs + 1))
    every = np.arange(pairs)
    loads = coo_array(
        (
            np.append(load[cell], -np.ones(workers)),
            (
                np.append(worker, np.arange(workers)),
                np.append(every, np.full(workers, pairs)),
            ),
        ),
        shape=(workers, pairs + 1),
    )
    rules = [LinearConstraint(once.tocsc(), 1, 1), LinearConstraint(loads.tocsc(), -np.inf, 0)]
    whole = np.append(np.ones(pairs), 0)
    options = {"mip_rel_gap": _GAP, "node_limit": _NODES}
    heaviest = np.append(np.zeros(pairs), 1.0)
    upper = np.append(np.ones(pairs), np.inf)
    light = milp(heaviest, constraints=rules, bounds=Bounds(0, upper), integrality=whole,
                 options=options)  # fmt: skip
    if light.x is None:
        raise InputError(Problem("STAFF_SIZE", "no assignment was found", remedy="ask for less"))
    upper[-1] = light.x[-1] * (1 + slack) + _ROUNDING
    near = milp(np.append(walk_s[cell, worker], 0.0), constraints=rules, bounds=Bounds(0, upper),
                integrality=whole, options=options)  # fmt: skip
    taken = (light if near.x is None else near).x[:pairs] > 0.5  # noqa: PLR2004  (0 or 1)
    given = np.full(cells, -1, dtype=np.int64)
    given[cell[taken]] = worker[taken]
    sums = np.bincount(given, weights=load, minlength=workers).astype(np.float64)
    total_s = float(walk_s[np.arange(cells), given].sum())
    return Proposal(given, total_s, sums, float(light.mip_dual_bound))


def _refuse_impossible(cells: int, cell: Ints) -> None:
    lost = sorted(set(range(cells)) - set(cell.tolist()))
    if lost:
        what = f"nobody reaches {len(lost)} of {cells} cells"
        remedy = "add somebody there, or allow a longer walk"
        raise InputError(Problem("STAFF_REACH", what, "", f"row {lost[0]}", remedy))
    if len(cell) > _PAIRS_MAX:
        what = f"{len(cell)} pairs of cell and worker are too many at once"
        raise InputError(Problem("STAFF_SIZE", what, remedy="ask for one community at a time"))
