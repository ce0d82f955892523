"""A walk in words, Chinese as on a street sign: along which street, how far, where to turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.network.build import EdgeFlag, Network

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TURN_DEG = 35  # less is straight on
_BACK_DEG = 150
_SHORT_M = 0.5  # what rounds to no metre is not told
_UNNAMED = "道路"


class Walked(NamedTuple):
    """A piece of an edge as it is walked; against the edge, from is after to."""

    edge: int
    from_m: float
    to_m: float


class _Leg(NamedTuple):
    label: str
    length_m: float
    points: NDArray[np.float64]


def tell_steps(
    network: Network,
    way: list[Walked],
    parts: list[NDArray[np.float64]],
    gaps_m: tuple[float, float],
    name: str,
) -> list[str]:
    """Return the way as short sentences.

    Parameters
    ----------
    network
        The walk network, for street names and flags.
    way
        The pieces walked, in order.
    parts
        The points of each piece, in walking order.
    gaps_m
        Metres off the street, at the start and at the end.
    name
        What is there at the end; may be empty.
    """
    legs = _legs(network, way, parts)
    steps = []
    if gaps_m[0] >= _SHORT_M:
        street = _street(network, way[0].edge) if way else _UNNAMED
        steps.append(f"步行{_metres(gaps_m[0])}米到{street}")
    before: _Leg | None = None
    for leg in legs:
        turn = _turn(before.points, leg.points) if before else ""
        steps.append(f"{turn}{leg.label}{_metres(leg.length_m)}米")
        before = leg
    if gaps_m[1] >= _SHORT_M:
        steps.append(f"离开道路步行{_metres(gaps_m[1])}米")
    return [*steps, f"到达{name or '目的地'}"]


def _metres(length_m: float) -> int:
    return max(round(length_m), 1)


def _legs(network: Network, way: list[Walked], parts: list[NDArray[np.float64]]) -> list[_Leg]:
    """Return the way with pieces of one street, told alike, as one leg."""
    legs: list[_Leg] = []
    for piece, points in zip(way, parts, strict=True):
        leg = _Leg(_label(network, piece.edge), abs(piece.to_m - piece.from_m), points)
        if legs and legs[-1].label == leg.label:
            last = legs.pop()
            joined = np.concatenate([last.points, points])
            leg = _Leg(leg.label, last.length_m + leg.length_m, joined)
        legs.append(leg)
    return [leg for leg in legs if leg.length_m >= _SHORT_M]


def _label(network: Network, edge: int) -> str:
    flags = EdgeFlag(int(network.flags[edge]))
    if EdgeFlag.STEPS in flags:
        return "走台阶"
    if EdgeFlag.CROSSING in flags:
        return "过街"
    if EdgeFlag.UNDERGROUND in flags:
        return "走地下通道"
    return f"沿{_street(network, edge)}步行"


def _street(network: Network, edge: int) -> str:
    name = int(network.name_id[edge])
    return network.names[name] if name >= 0 else _UNNAMED


def _turn(before: NDArray[np.float64], after: NDArray[np.float64]) -> str:
    """Return which way to turn between two legs."""
    incoming, outgoing = _headings(before)[-1], _headings(after)[0]
    turn_deg = (np.degrees(outgoing - incoming) + 180) % 360 - 180
    if abs(turn_deg) < _TURN_DEG:
        return ""
    if abs(turn_deg) > _BACK_DEG:
        return "掉头，"
    return "左转，" if turn_deg > 0 else "右转，"


def _headings(points: NDArray[np.float64]) -> NDArray[np.float64]:
    step = np.diff(points, axis=0)
    step = step[(step != 0).any(axis=1)]
    headings: NDArray[np.float64] = np.arctan2(step[:, 1], step[:, 0])
    return headings
