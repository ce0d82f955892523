"""Redrawing rings: a few vertices or very many, in one go or one after the other."""

import numpy as np
import shapely

from onegrid.grids.edit.rings import Redraw, redraw


def combs(count, teeth):
    """Return strips side by side with a vertex every metre, each of `teeth` metres."""
    strips = shapely.box(0, np.arange(count), teeth, np.arange(count) + 1)
    return shapely.transform(shapely.segmentize(strips, 1.0), np.round)


def test_a_redraw_of_nothing_returns_the_very_same_shapes():
    shapes = combs(3, 5)
    assert all(a is b for a, b in zip(shapes, redraw(shapes, Redraw()), strict=True))


def test_very_many_vertices_go_as_they_would_one_by_one():
    shapes = combs(4, 60)
    inner = [(float(x), float(y)) for x in range(1, 60) for y in range(5)]
    at_once = redraw(shapes, Redraw(dropped=frozenset(inner)))
    for place in inner:
        shapes = np.array(redraw(shapes, Redraw(dropped=frozenset([place]))), dtype=object)
    assert shapely.get_num_coordinates(shapes).tolist() == [5] * 4
    assert shapely.equals_identical(at_once, shapes).all()
