"""A walk in words, Chinese as on a street sign: along which street, how far, where to turn."""

from __future__ import annotations

from functools import lru_cache
from math import degrees
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

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


Angle = TypeVar("Angle", float, "NDArray[np.float64]")


class _Walk(NamedTuple):
    """Signs and headings by piece; the first piece of every leg, and one past the last; metres."""

    signs: list[int]
    heading: list[list[float]]
    legs: list[int]
    leg_m: list[float]


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
    far = np.searchsorted(legs, ways.starts).tolist()
    # Plain numbers from here on: one by one they are ten times as fast as those of an array.
    walk = _Walk(signs.tolist(), heading.tolist(), legs.tolist(), leg_m.tolist())
    label = {sign: _label(network, sign) for sign in set(walk.signs)}
    starts, told = ways.starts.tolist(), []
    for i, (name, (gap_m, last_gap_m)) in enumerate(zip(names, gaps_m.tolist(), strict=True)):
        steps = []
        if gap_m >= _SHORT_M:
            joins = starts[i] < starts[i + 1]
            street = _street(network, walk.signs[starts[i]]) if joins else _UNNAMED
            steps.append(f"步行{_metres(gap_m)}米到{street}")
        before = -1
        for sign, length_m, begin, end in _told(walk, far[i], far[i + 1]):
            turn = _turn(walk.heading[begin][0] - walk.heading[before][1]) if before >= 0 else ""
            steps.append(f"{turn}{label[sign]}{_metres(length_m)}米")
            before = end
        if last_gap_m >= _SHORT_M:
            steps.append(f"离开道路步行{_metres(last_gap_m)}米")
        told.append([*steps, f"到达{name or '目的地'}"])
    return told


def _metres(length_m: float) -> int:
    return max(round(length_m), 1)


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
    turned = np.abs(_turned_deg(np.degrees(heading[1:, 0] - heading[:-1, 1]))) >= _CORNER_DEG
    new[1:] = (signs[1:] != signs[:-1]) | (turned & (signs[1:] == _NO_NAME))
    new[ways.starts[:-1][ways.starts[:-1] < len(signs)]] = True
    first = np.flatnonzero(new)
    total = np.add.reduceat(length_m, first) if len(first) else length_m
    return np.append(first, len(signs)), total


def _told(walk: _Walk, first_leg: int, past_leg: int) -> list[tuple[int, float, int, int]]:
    """Return sign, metres, first and last piece of what is told of one way, jogs left out."""
    told: list[tuple[int, float, int, int]] = []
    for leg in range(first_leg, past_leg):
        first, last, length_m = walk.legs[leg], walk.legs[leg + 1] - 1, walk.leg_m[leg]
        sign = walk.signs[first]
        if told:
            own, own_m, begin, end = told[-1]
            if length_m < (_JOG_M if sign == _NO_NAME else _SHORT_M):
                told[-1] = (own, own_m + length_m, begin, end)
                continue
            turn_deg = _turned_deg(degrees(walk.heading[first][0] - walk.heading[end][1]))
            if own == sign and abs(turn_deg) < _CORNER_DEG:
                told[-1] = (sign, own_m + length_m, begin, last)
                continue
        if length_m >= _SHORT_M:
            told.append((sign, length_m, first, last))
    return told


def _label(network: Network, sign: int) -> str:
    for number, label in _CALLED.values():
        if sign == number:
            return label
    return f"沿{_street(network, sign)}步行"


def _street(network: Network, sign: int) -> str:
    return network.names[sign] if sign >= 0 else _UNNAMED


def _turn(angle: float) -> str:
    """Return which way to turn between two legs."""
    turned_deg = _turned_deg(degrees(angle))
    if abs(turned_deg) < _TURN_DEG:
        return ""
    if abs(turned_deg) > _BACK_DEG:
        return "掉头，"
    return "左转，" if turned_deg > 0 else "右转，"


def _turned_deg(angle_deg: Angle) -> Angle:
    """Return an angle to the left, from -180 up to 180."""
    return (angle_deg + 180) % 360 - 180
