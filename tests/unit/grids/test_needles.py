"""Long thin tails of cells: found, given to the neighbours they lie along, or reported."""

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, box

from onegrid.grids.atoms import make_atoms
from onegrid.grids.needles import cut_needles, needles_left, needles_of, without_new_nodes

CRS = "EPSG:4547"
TAILED = shapely.union(box(0, 0, 100, 100), box(100, 0, 300, 0.5))
ABOVE = [box(100, 0.5, 200, 100), box(200, 0.5, 300, 100)]


def test_a_sound_block_and_a_sharp_corner_have_no_needle():
    corner = shapely.Polygon([(0, 0), (90, 0), (90, 15)])
    ring = shapely.Point(0, 0).buffer(60)
    assert len(needles_of(np.array([box(0, 0, 3.1, 90), corner, ring], dtype=object))[0]) == 0


def test_a_needle_is_cut_off_at_its_root_and_where_its_neighbour_changes():
    faces = np.array([TAILED, *ABOVE], dtype=object)
    # noded: the corners of the two neighbours are vertices of the tail
    pieces, weak = cut_needles(faces)
    assert shapely.coverage_is_valid(pieces)
    assert sorted(shapely.area(pieces[weak]).round(1)) == [50, 50]
    assert shapely.area(pieces).sum() == shapely.area(faces).sum()


def test_cuts_leave_no_node_where_nothing_meets():
    faces = np.array([TAILED, *ABOVE], dtype=object)
    pieces, _ = cut_needles(faces)
    owner = [next(k for k, f in enumerate(faces) if f.contains(p.centroid)) for p in pieces]
    back = [shapely.coverage_union_all(pieces[np.array(owner) == k]) for k in range(3)]
    tidy = without_new_nodes(np.array(back, dtype=object), faces)
    assert shapely.coverage_is_valid(tidy)
    assert shapely.equals(tidy, faces).all()
    assert shapely.get_num_coordinates(tidy).sum() == 8 + 1 + 5 + 5  # one where three meet


def towns(*shapes):
    ids = [f"m{i}" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"name": ids}, index=ids, geometry=list(shapes), crs=CRS)


def atoms_of(communities, lines):
    columns = {"highway": "residential", "railway": "", "waterway": "", "barrier": ""}
    roads = gpd.GeoDataFrame(columns, index=range(len(lines)), geometry=lines, crs=CRS)
    homes = shapely.points([(50, 50), (150, 50), (250, 50)])
    people = gpd.GeoDataFrame({"households": [300, 300, 300]}, geometry=homes, crs=CRS)
    return make_atoms(communities, {}, people, roads, households_max=500)


def test_the_strip_between_a_road_and_a_border_goes_to_the_blocks_it_lies_along():
    up = [LineString([(x, -10), (x, 110)]) for x in (100, 200)]
    beside = LineString([(-5, 0.4), (305, 0.4)])
    found = atoms_of(towns(box(0, 0, 300, 100), box(0, -100, 300, 0)), [*up, beside])
    polygons = found.polygons
    assert shapely.coverage_is_valid(polygons)
    assert len(needles_of(polygons)[0]) == 0
    upper = polygons[found.community == 0]
    assert sorted(shapely.area(upper).round()) == [10_000] * 3


def test_a_needle_between_two_communities_stays_and_is_reported():
    tail = shapely.difference(box(0, 0, 300, 100), box(0, 0.5, 200, 100))
    cells = gpd.GeoDataFrame(
        {"community_id": ["m0", "m1", "m2"], "locked": False},
        index=["c0", "c1", "c2"],
        geometry=[tail, box(0, 0.5, 200, 100), box(0, -100, 300, 0)],
        crs=CRS,
    )
    (row,) = needles_left(cells)
    assert (row["cell_id"], row["why"]) == ("c0", "community")
    assert abs(row["width_m"] - 0.5) < 0.01
    assert abs(row["length_m"] - 200) < 2
    one = cells.assign(community_id="m0")
    assert [r["why"] for r in needles_left(one)] == ["stayed"]
    assert [r["why"] for r in needles_left(one.assign(locked=True))] == ["locked"]
    assert needles_left(cells.iloc[1:]) == []
