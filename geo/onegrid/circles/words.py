"""A walk in words, Chinese as on a street sign: along which street, how far, where to turn."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

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
    legs, leg_m = _legs(ways, signs, heading)
    far = np.searchsorted(legs, ways.starts)
    told = []
    for i, name in enumerate(names):
        first, last = ways.starts[i], ways.starts[i + 1]
        steps = []
        if gaps_m[i, 0] >= _SHORT_M:
            street = _street(network, signs[first]) if first < last else _UNNAMED
            steps.append(f"步行{_metres(gaps_m[i, 0])}米到{street}")
        told_legs = _told(signs, heading, legs[far[i] : far[i + 1] + 1], leg_m[far[i] : far[i + 1]])
        before = -1
        for sign, length_m, begin, end in told_legs:
            turn = _turn(heading[begin, 0] - heading[before, 1]) if before >= 0 else ""
            steps.append(f"{turn}{_label(network, sign)}{_metres(length_m)}米")
            before = end
        if gaps_m[i, 1] >= _SHORT_M:
            steps.append(f"离开道路步行{_metres(gaps_m[i, 1])}米")
        told.append([*steps, f"到达{name or '目的地'}"])
    return told


def _metres(length_m: float) -> int:
    return max(round(float(length_m)), 1)


@lru_cache(maxsize=8)
def _signs(network: Network) -> NDArray[np.int64]:
    """Return what each edge is called: the place of its name, or less than 0."""
    signs = network.name_id.astype(np.int64)
    for flag, (sign, _) in _CALLED.items():
        signs[(network.flags & np.uint16(flag)) != 0] = sign
    return signs


def _legs(
    ways: Ways, signs: NDArray[np.int64], heading: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the first piece of every leg, and one past the last, and the metres of each.

    A leg is what is told at once: pieces called alike, and without a name up to a corner.
    """
    length_m = np.abs(ways.to_m - ways.from_m)
    new = np.ones(len(signs), dtype=np.bool_)
    turned = np.abs(_turned(heading[1:, 0] - heading[:-1, 1])) >= _CORNER_DEG
    new[1:] = (signs[1:] != signs[:-1]) | (turned & (signs[1:] == _NO_NAME))
    new[ways.starts[:-1][ways.starts[:-1] < len(signs)]] = True
    first = np.flatnonzero(new)
    total = np.add.reduceat(length_m, first) if len(first) else length_m
    return np.append(first, len(signs)), total


def _told(
    signs: NDArray[np.int64],
    heading: NDArray[np.float64],
    legs: NDArray[np.int64],
    leg_m: NDArray[np.float64],
) -> list[tuple[int, float, int, int]]:
    """Return sign, metres, first and last piece of what is told of one way, jogs left out."""
    told: list[tuple[int, float, int, int]] = []
    for leg, length_m in enumerate(leg_m.tolist()):
        first, last = int(legs[leg]), int(legs[leg + 1]) - 1
        sign = int(signs[first])
        if told and length_m < (_JOG_M if sign == _NO_NAME else _SHORT_M):
            told[-1] = (told[-1][0], told[-1][1] + length_m, *told[-1][2:])
        elif (
            told and told[-1][0] == sign and not _corner(heading[first, 0], heading[told[-1][3], 1])
        ):
            told[-1] = (sign, told[-1][1] + length_m, told[-1][2], last)
        elif length_m >= _SHORT_M:
            told.append((sign, length_m, first, last))
    return told


def _corner(after: NDArray[np.float64] | float, before: NDArray[np.float64] | float) -> bool:
    return bool(abs(_turned(after - before)) >= _CORNER_DEG)


def _label(network: Network, sign: int) -> str:
    for number, label in _CALLED.values():
        if sign == number:
            return label
    return f"沿{_street(network, sign)}步行"


def _street(network: Network, sign: int) -> str:
    return network.names[sign] if sign >= 0 else _UNNAMED


def _turn(angle: float) -> str:
    """Return which way to turn between two legs."""
    turned_deg = _turned(angle)
    if abs(turned_deg) < _TURN_DEG:
        return ""
    if abs(turned_deg) > _BACK_DEG:
        return "掉头，"
    return "左转，" if turned_deg > 0 else "右转，"


def _turned(angle: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return an angle in degrees to the left, from -180 up to 180."""
    return np.asarray((np.degrees(angle) + 180) % 360 - 180)
