"""The nearest source of many kinds at every node: one pass up, one pass down, no queue.

A row of labels per rank, kinds side by side: every arc is one run over a row, in memory order.
Labels are those of `onegrid.network.kernel`, so both searches give the same to the last bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.compiled import kernel
from onegrid.network.kernel import FAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.contract import Contraction
    from onegrid.network.graph import Doors


class Seeds(NamedTuple):
    """Sources on edges, with the kind (column) and the rank within it of each, int64."""

    sources: Doors
    kind: NDArray[np.int64]
    rank: NDArray[np.int64]


def sweep(
    contraction: Contraction,
    seeds: Seeds,
    *,
    ends: NDArray[np.int32],
    kinds: int,
    rank_bits: int,
) -> NDArray[np.int64]:
    """Return the least label of every rank and kind, int64 (nodes, kinds).

    Labels of times beyond the limit of the contraction mean that the time is not known.
    """
    labels = np.full((len(contraction.rank), kinds), FAR)
    reached = np.zeros(len(labels), np.bool_)
    place = contraction.rank[ends[seeds.sources.edge]]
    for row, time_us in zip(place.T, (seeds.sources.start_us, seeds.sources.end_us), strict=True):
        np.minimum.at(labels, (row, seeds.kind), (time_us << rank_bits) | seeds.rank)
        reached[row] = True
    pass_over(contraction, labels, reached, rank_bits)
    return labels


def pass_over(
    contraction: Contraction,
    labels: NDArray[np.int64],
    reached: NDArray[np.bool_],
    rank_bits: int,
) -> None:
    """Settle labels (nodes, kinds) that sources have been written into, in place.

    ``reached`` are the rows that may hold one; those they are carried up to are marked as well.
    """
    indptr, above = contraction.indptr, contraction.above
    _climb(indptr, above, contraction.rise_us, labels, reached, rank_bits)
    _descend(indptr, above, contraction.fall_us, labels, rank_bits)


@kernel
def _climb(
    indptr: NDArray[np.int64],
    above: NDArray[np.uint32],
    rise_us: NDArray[np.uint32],
    labels: NDArray[np.int64],
    reached: NDArray[np.bool_],
    bits: int,
) -> None:
    """Carry labels from every rank that has one to those above it."""
    kinds = labels.shape[1]
    for low in range(len(indptr) - 1):
        if not reached[low]:
            continue
        for arc in range(indptr[low], indptr[low + 1]):
            high = above[arc]  # unsigned: no check for a negative index
            step = np.int64(rise_us[arc]) << bits
            reached[high] = True
            for kind in range(kinds):
                labels[high, kind] = min(labels[high, kind], labels[low, kind] + step)


@kernel
def _descend(
    indptr: NDArray[np.int64],
    above: NDArray[np.uint32],
    fall_us: NDArray[np.uint32],
    labels: NDArray[np.int64],
    bits: int,
) -> None:
    """Carry labels from the ranks above to every rank."""
    kinds = labels.shape[1]
    for low in range(len(indptr) - 2, -1, -1):
        for arc in range(indptr[low], indptr[low + 1]):
            high = above[arc]
            step = np.int64(fall_us[arc]) << bits
            for kind in range(kinds):
                labels[low, kind] = min(labels[low, kind], labels[high, kind] + step)
