"""The invented district: valid truth, the faults it promises, and the same bytes again."""

import hashlib
from collections import Counter

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from onegrid import schema
from onegrid.errors import InputError
from onegrid.io.files import read_table
from onegrid.io.sample import DistrictOptions, write_district

pytestmark = pytest.mark.slow

CRS = "EPSG:4548"
SMALL = DistrictOptions(seed=3, subdistricts=3, communities=8, cells=32, households=12_000)


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return write_district(tmp_path_factory.mktemp("district"), SMALL)


@pytest.fixture(scope="module")
def truth(paths):
    return gpd.read_file(paths.truth, layer="cells").set_index("cell_id")


def department(paths, name):
    return read_table(str(paths.departments[name]), schema.DEPARTMENT, crs=CRS).frame


def test_the_district_has_the_size_that_was_asked_for(paths, truth):
    communities = read_table(str(paths.communities), schema.COMMUNITIES, crs=CRS).frame
    people = read_table(str(paths.households), schema.PEOPLE, crs=CRS).frame
    assert (communities["subdistrict_id"].nunique(), len(communities), len(truth)) == (3, 8, 32)
    assert people["households"].sum() == 12_000
    area = shapely.area(truth.geometry.to_numpy()).sum()
    assert 0.6 < area / (32 * 62_000) < 1.4


def test_true_cells_tile_true_communities(paths, truth):
    communities = read_table(str(paths.communities), schema.COMMUNITIES, crs=CRS).frame
    assert shapely.coverage_is_valid(truth.geometry.to_numpy())
    assert (truth.geom_type == "Polygon").all()
    together = truth.dissolve("community_id").geometry
    for code, shape in together.items():
        assert shape.symmetric_difference(communities.geometry[code]).area < 1e-6 * shape.area


def test_every_household_is_in_exactly_one_true_cell(paths, truth):
    people = read_table(str(paths.households), schema.PEOPLE, crs=CRS).frame
    cell = shapely.STRtree(truth.geometry.to_numpy()).query(
        people.geometry.to_numpy(), predicate="intersects"
    )
    assert len(np.unique(cell[0])) == len(people)


def test_codes_are_county_subdistrict_community_sequence(truth):
    assert truth.index.str.fullmatch(r"130999\d{9}").all()
    assert truth.index.is_unique
    assert (truth.index.str[:12] == truth["community_id"]).all()
    assert (truth.index.str[:9] == truth["subdistrict_id"]).all()


def test_the_promised_faults_are_there(paths):
    codes = department(paths, "politics_law")["code"]
    assert codes.duplicated().sum() == 1
    assert (~shapely.is_valid(department(paths, "emergency").geometry.to_numpy())).sum() == 3
    urban = department(paths, "urban_management")
    twice = [code for code, times in Counter(urban["code"]).items() if times > 1]
    assert len(twice) == 1
    same = urban.geometry[urban["code"] == twice[0]].to_numpy()
    assert shapely.equals_exact(same[0], same[1], 0)
    area = {
        name: shapely.union_all(
            shapely.make_valid(department(paths, name).geometry.to_numpy())
        ).area
        for name in ("ecology", "politics_law")
    }
    assert area["ecology"] < 0.9 * area["politics_law"]


def test_the_gbk_shapefile_needs_and_gets_a_guessed_encoding(paths):
    loaded = read_table(str(paths.departments["urban_management"]), schema.DEPARTMENT, crs=CRS)
    assert "ENCODING_GUESSED" in [finding.code for finding in loaded.findings]
    assert loaded.frame["name"].str.startswith("城管网格").all()


def test_layers_come_in_three_coordinate_systems(paths):
    declared = {
        name: gpd.read_file(path, rows=1).crs.to_epsg()
        for name, path in paths.departments.items()
        if name != "urban_management"
    }
    assert declared == {
        "politics_law": 4548,
        "emergency": 4549,
        "ecology": 4490,
        "urban_units": 4548,
    }


def test_departments_draw_within_metres_of_true_block_borders(paths):
    streets = gpd.read_file(paths.truth, layer="streets").geometry.to_numpy()
    near = shapely.STRtree(streets)
    drawn = department(paths, "politics_law").geometry.to_numpy()
    points = shapely.points(shapely.get_coordinates(drawn))
    _, gap = near.query_nearest(points, return_distance=True, all_matches=False)
    assert 0.5 < np.median(gap) < 8
    assert np.quantile(gap, 0.8) < 15


def test_neighbours_are_digitised_apart(paths):
    drawn = department(paths, "politics_law").geometry.to_numpy()
    whole = shapely.union_all(drawn)
    overlap = shapely.area(drawn).sum() - whole.area
    assert 0 < overlap < 0.02 * whole.area
    assert not shapely.coverage_is_valid(drawn)


def test_some_department_cuts_a_block_with_homes_on_both_sides(paths, truth):
    people = read_table(str(paths.households), schema.PEOPLE, crs=CRS).frame
    homes = shapely.STRtree(people.geometry.to_numpy())
    streets = gpd.read_file(paths.truth, layer="streets").geometry.to_numpy()
    blocks = shapely.get_parts(shapely.polygonize(streets))
    drawn = department(paths, "urban_management").geometry.to_numpy()
    pairs = shapely.STRtree(drawn).query(blocks, predicate="intersects")
    pieces = shapely.intersection(blocks[pairs[0]], drawn[pairs[1]])
    lived = np.bincount(homes.query(pieces, predicate="contains")[0], minlength=len(pieces)) > 4
    assert (np.bincount(pairs[0][lived], minlength=len(blocks)) > 1).any()
    del truth


def test_unit_grids_are_about_a_hundred_metres_wide(paths):
    area = shapely.area(department(paths, "urban_units").geometry.to_numpy())
    assert 50 < np.sqrt(np.median(area)) < 130
    assert area.max() < 40_000
    assert area.min() > 1


def test_roads_are_a_noisy_incomplete_copy_of_the_streets(paths):
    roads = read_table(str(paths.roads), schema.ROADS, crs=CRS).frame
    streets = gpd.read_file(paths.truth, layer="streets")
    ours = roads[roads["highway"] == "residential"].geometry
    true = streets[streets["highway"] == "residential"].geometry
    assert 0.85 * true.length.sum() < ours.length.sum() < true.length.sum()
    points = shapely.points(ours.get_coordinates().to_numpy())
    _, gap = shapely.STRtree(true.to_numpy()).query_nearest(points, return_distance=True)
    assert 0.2 < np.median(gap) < 5
    assert gap.max() < 15
    assert roads["railway"].eq("rail").sum() == 1
    assert (roads["barrier"] == "wall").any()


def test_the_same_seed_gives_the_same_bytes(paths, tmp_path):
    again = write_district(tmp_path, SMALL)
    assert _digests(paths.truth.parent) == _digests(again.truth.parent)


def test_another_seed_gives_another_district(paths, tmp_path):
    other = write_district(
        tmp_path,
        DistrictOptions(seed=4, subdistricts=3, communities=8, cells=32, households=12_000),
    )
    assert _digests(paths.truth.parent) != _digests(other.truth.parent)


def test_without_faults_every_department_is_sound(tmp_path):
    options = DistrictOptions(
        seed=5, subdistricts=1, communities=3, cells=12, households=5_000, faults=False,
        unit_grid=False,
    )  # fmt: skip
    made = write_district(tmp_path, options)
    assert sorted(made.departments) == ["ecology", "emergency", "politics_law", "urban_management"]
    for name in made.departments:
        frame = department(made, name)
        assert frame["code"].is_unique
        assert shapely.is_valid(frame.geometry.to_numpy()).all()


def test_units_that_cannot_nest_are_refused():
    with pytest.raises(InputError, match="DISTRICT_SIZE"):
        DistrictOptions(subdistricts=3, communities=2)


def test_an_area_without_room_for_streets_is_refused(tmp_path):
    options = DistrictOptions(subdistricts=1, communities=1, cells=1, households=9, area_m2=300)
    with pytest.raises(InputError, match="no streets fit"):
        write_district(tmp_path, options)


@settings(max_examples=4)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.sampled_from([(1, 1, 1), (1, 4, 16), (2, 3, 9), (2, 2, 12)]),
    homes=st.sampled_from([200, 3_000, 9_000]),
)
def test_any_small_district_has_a_valid_truth(tmp_path_factory, seed, size, homes):
    options = DistrictOptions(seed, *size, households=homes, unit_grid=False)
    made = write_district(tmp_path_factory.mktemp("any"), options)
    cells = gpd.read_file(made.truth, layer="cells")
    assert len(cells) == size[2]
    assert cells["community_id"].nunique() == size[1]
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    people = read_table(str(made.households), schema.PEOPLE, crs=CRS).frame
    assert people["households"].sum() == homes


def test_the_default_district_is_a_whole_one(tmp_path):
    made = write_district(tmp_path)
    cells = gpd.read_file(made.truth, layer="cells")
    people = read_table(str(made.households), schema.PEOPLE, crs=CRS).frame
    assert (cells["subdistrict_id"].nunique(), cells["community_id"].nunique()) == (13, 138)
    assert len(cells) == 564
    assert people["households"].sum() == 225_000
    assert 29_000 < len(people) < 31_000
    assert 30e6 < cells.area.sum() < 40e6
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())


def _digests(folder):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}
