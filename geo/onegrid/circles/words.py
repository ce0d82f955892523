"""A walk in words, Chinese as on a street sign: along which street, how far, where to turn."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from onegrid.network.tags import EdgeFlag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.circles.nearby import Ways
    from onegrid.network.arrays import Network

_TURN_DEG = 35  # less is straight on
_CORNER_DEG = 60  # where a street without a name turns by this much, it is told as another
_BACK_DEG = 150
_SHORT_M = 0.5  # what rounds to no metre is not told
_JOG_M = 10.0  # a shorter piece of a street without a name is told with the one before
_UNNAMED = "道路"
_NO_NAME: Final = -1
# What a flag is called comes before the name of the street; the last of several counts.
_CALLED: Final = {
    EdgeFlag.UNDERGROUND: (-4, "走地下通道"),
    EdgeFlag.CROSSING: (-3, "过街"),
    EdgeFlag.STEPS: (-2, "走台阶"),
}


# What is said of a turn to the left of more degrees than these, and no more than the next.
_TURNS_DEG: Final = (-_BACK_DEG, -_TURN_DEG, _TURN_DEG, _BACK_DEG)
_TURNS: Final = np.array(["掉头，", "右转，", "", "左转，", "掉头，"], dtype=object)


class _Legs(NamedTuple):
    """What is told in one sentence each, way by way; those of way i are ``starts[i]`` and on.

    ``sign`` is what the street is called, ``length_m`` how far to walk on it, ``turned_deg`` by how
    much to turn to the left before (0 for the first of a way).
    """

    starts: list[int]
    sign: list[int]
    length_m: NDArray[np.float64]
    turned_deg: NDArray[np.float64]


def tell_steps(
    network: Network,
    ways: Ways,
    heading: NDArray[np.float64],
    gaps_m: NDArray[np.float64],
    names: list[str],
) -> list[list[str]]:
    """Return every way as short sentences.

    Parameters
    ----------
    network
        The walk network, for street names and flags.
    ways
        The pieces walked, in order.
    heading
        Radians at the beginning and the end of each piece, float64 (pieces, 2).
    gaps_m
        Metres off the street at the start and at the end, float64 (ways, 2).
    names
        What is there at each end; may be empty.
    """
    signs = _signs(network)[ways.edge]
    legs = _legs(ways, signs, heading)
    label = {sign: _label(network, sign) for sign in set(legs.sign)}
    turns = _TURNS[np.searchsorted(_TURNS_DEG, legs.turned_deg)].tolist()
    along = [
        f"{turn}{label[sign]}{length_m}米"
        for turn, sign, length_m in zip(turns, legs.sign, _metres(legs.length_m), strict=True)
    ]
    joined = ways.starts[:-1] < ways.starts[1:]
    first = np.where(joined, np.append(signs, _NO_NAME)[ways.starts[:-1]], _NO_NAME).tolist()
    short, gap_m = (gaps_m < _SHORT_M).tolist(), _metres(gaps_m)
    told = []
    for i, name in enumerate(names):
        steps = along[legs.starts[i] : legs.starts[i + 1]]
        if not short[i][0]:
            steps.insert(0, f"步行{gap_m[i][0]}米到{_street(network, first[i])}")
        if not short[i][1]:
            steps.append(f"离开道路步行{gap_m[i][1]}米")
        steps.append(f"到达{name or '目的地'}")
        told.append(steps)
    return told


def _metres(length_m: NDArray[np.float64]) -> list[Any]:
    """Return metres as they are told, in lists as the array is shaped."""
    told: list[Any] = np.maximum(np.rint(length_m), 1).astype(np.int64).tolist()
    return told


@lru_cache(maxsize=8)
def _signs(network: Network) -> NDArray[np.int64]:
    """Return what each edge is called: the place of its name, or less than 0."""
    signs = network.name_id.astype(np.int64)
    for flag, (sign, _) in _CALLED.items():
        signs[(network.flags & np.uint16(flag)) != 0] = sign
    return signs


def _legs(ways: Ways, signs: NDArray[np.int64], heading: NDArray[np.float64]) -> _Legs:
    """Return what is told of every way.

    A leg is a run of pieces called alike, and without a name up to a corner. Short ones are told
    with the leg before, and so are those that go on as it did behind a short one.
    """
    pieces = len(signs)
    way = np.repeat(np.arange(len(ways.starts) - 1), np.diff(ways.starts))
    turned = np.abs(_turned_deg(heading[1:, 0] - heading[:-1, 1])) >= _CORNER_DEG
    new = np.ones(pieces, dtype=np.bool_)
    new[1:] = (way[1:] != way[:-1]) | (signs[1:] != signs[:-1]) | (turned & (signs[1:] == _NO_NAME))
    first = np.flatnonzero(new)
    last = np.append(first[1:], pieces) - 1
    length_m, way, sign = _sums(np.abs(ways.to_m - ways.from_m), first), way[first], signs[first]

    long = length_m >= _SHORT_M
    begun = np.append(0, np.cumsum(long))  # long legs before each
    of_way = np.searchsorted(way, np.arange(len(ways.starts)))
    opens = long & (begun[:-1] == begun[of_way[way]])  # the first that is told of its way
    kept = np.flatnonzero(opens | (long & ((sign != _NO_NAME) | (length_m >= _JOG_M))))
    before = np.append(-1, kept)[:-1]
    turned_deg = _turned_deg(heading[first[kept], 0] - heading[last[before], 1])
    turned_deg[opens[kept]] = 0.0
    told = opens[kept] | (sign[kept] != sign[before]) | (np.abs(turned_deg) >= _CORNER_DEG)

    length_m[begun[1:] == begun[of_way[way]]] = 0.0  # nothing of the way is told yet
    at = kept[told]
    starts = np.searchsorted(way[at], np.arange(len(ways.starts)))
    return _Legs(starts.tolist(), sign[at].tolist(), _sums(length_m, at), turned_deg[told])


def _sums(values: NDArray[np.float64], first: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the sum of each run of values, which begin at some places."""
    return np.add.reduceat(values, first) if len(first) else np.zeros(0)


def _label(network: Network, sign: int) -> str:
    for number, label in _CALLED.values():
        if sign == number:
            return label
    return f"沿{_street(network, sign)}步行"


def _street(network: Network, sign: int) -> str:
    return network.names[sign] if sign >= 0 else _UNNAMED


def _turned_deg(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return radians as degrees to the left, from -180 up to 180."""
    return (np.degrees(angle) + 180) % 360 - 180
