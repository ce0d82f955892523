"""The order in which to walk to places that wait, so that little is walked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST_GAIN_S: Final = 1e-6


def walking_order(walk_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the places in an order that is short to walk, beginning with the first one.

    The nearest place comes next; then parts of the way are turned round as long as that makes it
    shorter (2-opt). It ends anywhere. The way there and the way back count as their mean.

    Parameters
    ----------
    walk_s
        float64 (places, places): seconds on foot from one to another; infinite where nobody walks,
        which is put off to the end.

    Examples
    --------
    >>> at = np.array([0.0, 30.0, 10.0, 20.0])
    >>> walking_order(abs(at[:, None] - at)).tolist()
    [0, 2, 3, 1]
    """
    both_s = (walk_s + walk_s.T) / 2
    known = both_s[np.isfinite(both_s)]
    never_s = float(known.sum()) + 1.0  # longer than all that can be walked
    both_s = np.where(np.isfinite(both_s), both_s, never_s)
    order = _nearest_next(both_s)
    while (better := _turned(order, both_s)) is not None:
        order = better
    return order


def _nearest_next(walk_s: NDArray[np.float64]) -> NDArray[np.int64]:
    count = len(walk_s)
    order, left = [0][:count], np.ones(count, dtype=bool)
    left[:1] = False
    while len(order) < count:
        order.append(int(np.argmin(np.where(left, walk_s[order[-1]], np.inf))))
        left[order[-1]] = False
    return np.array(order, dtype=np.int64)


def _turned(order: NDArray[np.int64], walk_s: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """Return the order with the part turned round that saves most, None where none does."""
    steps_s = walk_s[order[:-1], order[1:]]
    best = (_LEAST_GAIN_S, 0, 0)
    for i in range(1, len(order) - 1):
        ends = order[i + 1 :]
        new_s = walk_s[order[i - 1], ends]  # the part i … j is turned: i - 1 meets j
        after_s = np.append(walk_s[order[i], ends[1:]], 0.0)  # and i meets what came after j
        gain_s = steps_s[i - 1] + np.append(steps_s[i + 1 :], 0.0) - new_s - after_s
        j = int(np.argmax(gain_s))
        if gain_s[j] > best[0]:
            best = (float(gain_s[j]), i, i + 1 + j)
    _, i, j = best
    if i == 0:
        return None
    return np.concatenate([order[:i], order[i : j + 1][::-1], order[j + 1 :]])
