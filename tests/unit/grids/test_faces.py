import numpy as np
import pytest
import shapely
from shapely import LineString, box

from onegrid.grids.faces import absorb, faces_of, merged, widths_m
from onegrid.layers.borders import borders_of, neighbours


@pytest.fixture
def quarters():
    lines = [
        box(0, 0, 100, 100).exterior,
        LineString([(50, -5), (50, 105)]),
        LineString([(-5, 30), (105, 30)]),
    ]
    return faces_of(np.array(lines, dtype=object))


def test_faces_tile_and_share_every_node(quarters):
    assert shapely.area(quarters).sum() == pytest.approx(10_000)
    assert shapely.coverage_is_valid(quarters)


def test_a_dead_end_does_not_cut():
    lines = [box(0, 0, 10, 10).exterior, LineString([(5, 0), (5, 6)])]
    assert len(faces_of(np.array(lines, dtype=object))) == 1


def test_border_lengths_add_up_to_the_perimeters(quarters):
    borders = borders_of(quarters)
    inner = borders.left >= 0
    total = borders.length_m.sum() + borders.length_m[inner].sum()
    assert total == pytest.approx(shapely.length(quarters).sum())
    assert borders.length_m[inner].sum() == pytest.approx(200)


def test_neighbours_are_pairs_with_the_length_they_share(quarters):
    adjacency = neighbours(borders_of(quarters))
    assert adjacency.length_m.sum() == pytest.approx(200)
    assert sorted(adjacency.length_m) == pytest.approx([30, 50, 50, 70])


def test_merging_faces_keeps_the_tiling(quarters):
    halves = merged(quarters, np.array([0, 0, 1, 1]))
    assert shapely.area(halves).tolist() == [5000, 5000]
    assert shapely.coverage_is_valid(halves)


def test_a_thin_face_joins_its_longest_neighbour_inside_its_region():
    strips = np.array([box(0, 0, 100, 50), box(0, 50, 100, 53), box(0, 53, 100, 90)], dtype=object)
    borders = borders_of(strips)
    join = {"weak": widths_m(strips) < 5, "open_length_m": borders.length_m, "borders": borders}
    below = absorb(strips, region=np.array([0, 0, 1]), **join)
    assert below.tolist() == [0, 0, 1]
    alone = absorb(strips, region=np.array([0, 1, 2]), **join)
    assert alone.tolist() == [0, 1, 2]


def test_width_is_that_of_the_largest_circle_inside():
    l_shape = shapely.union(box(0, 0, 100, 4), box(0, 0, 4, 100))
    width = widths_m(np.array([l_shape, box(0, 0, 10, 90)], dtype=object))
    assert width == pytest.approx([4.7, 10], abs=0.8)
