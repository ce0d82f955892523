"""Needs and resources: who serves whom, by kind, time, walk and room, and why nobody does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

# why a need, or a part of it, is not met: the first that holds
NO_KIND, OTHER_TIME, TOO_FAR, FULL, MET = "no_kind", "other_time", "too_far", "full", "met"


class Matches(NamedTuple):
    """Who serves whom, and what is left.

    ``pairs``: ``need, resource`` (ids), ``people``, ``walk_s``. ``needs``: by id, ``people,
    people_met, reason``.
    """

    pairs: pd.DataFrame
    needs: pd.DataFrame


def match(needs: pd.DataFrame, resources: pd.DataFrame, walk_s: Floats) -> Matches:
    """Meet the needs of as many people as can be, and of those ways the one with least walking.

    A need may be met by several resources. It is met by one of its kind that is open at some time
    that it asks for, within its walking limit, as far as there is room.

    Parameters
    ----------
    needs
        By id: ``kind, people, from_at, until_at`` (ISO 8601 texts; empty: always), ``limit_s``.
    resources
        By id: ``kind, people`` (room), ``from_at, until_at``.
    walk_s
        float64 (needs, resources): seconds on foot, infinite where nobody walks.

    Examples
    --------
    >>> columns = ["kind", "people", "from_at", "until_at"]
    >>> needs = pd.DataFrame([["meal", 3, "", ""]], columns=columns, index=["n"])
    >>> needs = needs.assign(limit_s=600)
    >>> places = pd.DataFrame([["meal", 2, "", ""]], columns=columns, index=["r"])
    >>> found = match(needs, places, np.array([[300.0]]))
    >>> found.pairs.to_dict("records"), found.needs["reason"].tolist()
    ([{'need': 'n', 'resource': 'r', 'people': 2, 'walk_s': 300.0}], ['full'])
    """
    kind = needs["kind"].to_numpy()[:, None] == resources["kind"].to_numpy()[None, :]
    meets = kind & _together(needs, resources)
    near = meets & (walk_s <= needs["limit_s"].to_numpy()[:, None])
    need, resource = np.nonzero(near)
    people = _flow(needs, resources, (need, resource), walk_s[near])
    used = people > 0
    pairs = pd.DataFrame(
        {
            "need": needs.index.to_numpy()[need[used]],
            "resource": resources.index.to_numpy()[resource[used]],
            "people": people[used],
            "walk_s": walk_s[near][used],
        }
    )
    met = np.bincount(need, weights=people, minlength=len(needs)).astype(np.int64)
    reason = np.select(
        [met >= needs["people"], ~kind.any(axis=1), ~meets.any(axis=1), ~near.any(axis=1)],
        [MET, NO_KIND, OTHER_TIME, TOO_FAR],
        default=FULL,
    )
    told = pd.DataFrame({"people": needs["people"], "people_met": met, "reason": reason})
    return Matches(pairs, told)


def _together(needs: pd.DataFrame, resources: pd.DataFrame) -> Bools:
    """Return which needs and resources have a time in common, bool (needs, resources)."""
    begin, end = (needs[name].to_numpy()[:, None] for name in ("from_at", "until_at"))
    opens, closes = (resources[name].to_numpy()[None, :] for name in ("from_at", "until_at"))
    before = (closes == "") | (begin == "") | (closes > begin)
    after = (opens == "") | (end == "") | (opens < end)
    found: Bools = (before & after).astype(np.bool_)
    return found


def _flow(
    needs: pd.DataFrame,
    resources: pd.DataFrame,
    pairs: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    walk_s: Floats,
) -> npt.NDArray[np.int64]:
    """Return how many people of each pair are served: most of all, then with least walking.

    A transport problem: its corners are whole numbers, so no rounding decides anything.
    """
    need, resource = pairs
    count = len(need)
    if not count:
        return np.zeros(0, dtype=np.int64)
    every = np.arange(count)
    rows = [
        coo_array((np.ones(count), (side, every)), shape=(size, count))
        for side, size in ((need, len(needs)), (resource, len(resources)))
    ]
    room = np.concatenate([needs["people"], resources["people"]]).astype(np.float64)
    # one more person served outweighs every detour: the whole walk of all is less than one step
    worth = 1.0 + float(walk_s.sum() + walk_s.max(initial=0.0)) * 2.0
    found = linprog(
        walk_s - worth, A_ub=vstack(rows).tocsc(), b_ub=room, bounds=(0, None), method="highs-ds"
    )
    people: npt.NDArray[np.int64] = np.rint(found.x).astype(np.int64)
    return people
