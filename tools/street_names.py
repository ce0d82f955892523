"""Invent names for the real streets of the sample, whose source has none.

Pieces that run straight on at a junction are one street, and so are the two carriageways of a
wide road. The streets are real: a name that could be believed would be a false one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Texts = NDArray[np.object_]

_INVENTED: Final = "示意"
_DIGITS: Final = "零一二三四五六七八九"
_CLASSES: Final = (
    ("motorway",),
    ("trunk", "primary"),
    ("secondary", "tertiary"),
    ("residential", "unclassified", "living_street", "pedestrian"),
)
_RANKS: Final = {name: rank for rank, names in enumerate(_CLASSES) for name in names}
_UNNAMED: Final = -1
_SUFFIXES: Final = (("快速路", "快速路"), ("大道", "路"), ("路", "街"), ("街", "巷"))
_LONG_M: Final = np.array([0.0, 2000.0, 800.0, 300.0])  # of each rank: from here the first suffix
_SHORTEST_M: Final = 60.0
_TURN_MOST_RAD: Final = np.radians(40)
_HEADING_M: Final = 25.0  # how far from a junction a street's heading is taken
_APART_M, _PARALLEL, _BESIDE_SHARE, _STEP_M = 45.0, 0.9, 0.6, 20.0  # carriageways of one road


def street_names(lines: Texts, highway: Texts) -> Texts:
    """Return a name for each line; slip roads, service lanes and very short streets have none.

    Parameters
    ----------
    lines
        Object (n,), LineStrings in metres that meet at equal ends.
    highway
        Object (n,), their OpenStreetMap class.
    """
    rank = np.array([_RANKS.get(name, _UNNAMED) for name in highway])
    street = _one_road(lines, rank, _straight_on(lines, rank))
    table = pd.DataFrame({"street": street, "rank": rank, "length_m": shapely.length(lines)})
    known = table[table["rank"] != _UNNAMED]
    of_rank = known.groupby(["street", "rank"], as_index=False)["length_m"].sum()
    most = of_rank.sort_values(["street", "length_m", "rank"], ascending=[True, False, True])
    streets = most.groupby("street", as_index=False).agg(
        rank=("rank", "first"), length_m=("length_m", "sum")
    )
    streets = streets[streets["length_m"] >= _SHORTEST_M].sort_values(
        ["rank", "length_m", "street"], ascending=[True, False, True], ignore_index=True
    )
    names = pd.Series(_names(streets), index=streets["street"])
    told = table["street"].where(table["rank"] != _UNNAMED).map(names).fillna("")
    return told.to_numpy(object)


def _names(streets: pd.DataFrame) -> list[str]:
    """Return 示意一路, 示意二路 …: numbered by what they are, the longest first."""
    rank = streets["rank"].to_numpy()
    short = (streets["length_m"].to_numpy() < _LONG_M[rank]).astype(int)
    suffixes = [_SUFFIXES[r][s] for r, s in zip(rank.tolist(), short.tolist(), strict=True)]
    number = pd.Series(suffixes).groupby(suffixes).cumcount() + 1
    return [
        f"{_INVENTED}{_numeral(n)}{suffix}"
        for suffix, n in zip(suffixes, number.tolist(), strict=True)
    ]


def _numeral(number: int) -> str:
    """Return a number in Chinese, from a hundred on in figures as on street signs."""
    tens, ones = divmod(number, 10)
    if tens >= len(_DIGITS):
        return str(number)
    ten = f"{_DIGITS[tens] if tens > 1 else ''}十" if tens else ""
    return ten + (_DIGITS[ones] if ones else "")


def _straight_on(lines: Texts, rank: Ints) -> Ints:
    """Return the street that each line is part of: at a junction the straightest ways are one."""
    ends = shapely.get_coordinates(shapely.get_point(lines, np.array([[0], [-1]])).ravel())
    reach_m = np.minimum(_HEADING_M, shapely.length(lines))
    ahead = [shapely.line_interpolate_point(lines, sign * reach_m) for sign in (1, -1)]
    way = shapely.get_coordinates(np.concatenate(ahead)) - ends
    angle = np.arctan2(way[:, 1], way[:, 0])
    node = np.unique(ends, axis=0, return_inverse=True)[1].ravel()
    arm = np.arange(2 * len(lines))
    line = arm % len(lines)
    arms = pd.DataFrame({"node": node, "arm": arm})[rank[line] != _UNNAMED]
    pairs = arms.merge(arms, on="node", suffixes=("", "_to")).query("arm < arm_to")
    one, two = pairs["arm"].to_numpy(), pairs["arm_to"].to_numpy()
    turn = np.abs(np.pi - np.abs(angle[one] - angle[two]))
    other_class = np.abs(rank[line[one]] - rank[line[two]])
    fit = (turn <= _TURN_MOST_RAD) & (line[one] != line[two])
    order = np.lexsort((two, one, turn, other_class))
    taken = np.zeros(len(arm), dtype=np.bool_)
    joined = []
    for pair in order[fit[order]].tolist():  # the straightest first; each arm goes on once
        if not (taken[one[pair]] or taken[two[pair]]):
            taken[[one[pair], two[pair]]] = True
            joined.append(pair)
    return _components(line[one[joined]], line[two[joined]], len(lines))


def _one_road(lines: Texts, rank: Ints, street: Ints) -> Ints:
    """Return streets with those that run beside a longer one for most of their way made part."""
    wide = np.flatnonzero((rank != _UNNAMED) & (rank < len(_CLASSES) - 1))
    start, end, owner = _steps(lines[wide])
    of = street[wide][owner]
    heading = (end - start) / np.hypot(*(end - start).T)[:, None]
    places = shapely.points((start + end) / 2)
    mine, other = shapely.STRtree(places).query(places, predicate="dwithin", distance=_APART_M)
    beside = np.abs((heading[mine] * heading[other]).sum(axis=1)) >= _PARALLEL
    beside &= of[mine] != of[other]
    near = pd.DataFrame({"place": mine[beside], "of": of[mine[beside]], "to": of[other[beside]]})
    steps = pd.Series(of).value_counts()
    count = near.drop_duplicates().groupby(["of", "to"], as_index=False).size()
    share = count["size"] / count["of"].map(steps)
    longer = count["of"].map(steps) <= count["to"].map(steps)
    pair = count[(share >= _BESIDE_SHARE) & longer]
    joined = _components(pair["of"].to_numpy(), pair["to"].to_numpy(), len(lines))
    return joined[street]


def _steps(lines: Texts) -> tuple[Floats, Floats, Ints]:
    """Return start and end of short steps along lines, and the line of each."""
    xy, owner = shapely.get_coordinates(shapely.segmentize(lines, _STEP_M), return_index=True)
    real = (owner[1:] == owner[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    return xy[:-1][real], xy[1:][real], owner[1:][real]


def _components(one: Ints, two: Ints, count: int) -> Ints:
    graph = coo_array((np.ones(len(one)), (one, two)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1])
